"""Flows, gradient descent and stochastic gradient descent of models."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numerics import descend, simulate, solve_flow
from numerics.models import flow as flow_module
from numerics.models.formula_values import formula_value, pull_back
from numerics.models.layers import predictions, sampled_gradient
from numerics.models.prompts import PromptDrawer, letter_values
from theory import Gaussian, GradientStep, LinearAttention, Model, Prompt, SoftmaxAttention, Stack
from theory.algebra.grammar import parse
from theory.models.network import Network

LAMBDA = np.array([[1.0, 0.4], [0.4, 0.5]])
PLAIN = Prompt(Gaussian("Lambda"), Gaussian("I"))
MASKED, CAUSAL = LinearAttention(mask="query"), LinearAttention(mask="causal")


@pytest.mark.parametrize(("d", "N"), [(1, 3), (3, 5)])
def test_the_isotropic_flow_is_logistic(d: int, N: int) -> None:
    """Statement B3: U = v I, u = sqrt(d) v with v^2 logistic."""
    model = Model(PLAIN, LinearAttention(), "reduced")
    v0, scale = 0.1, 1.5
    times = np.linspace(0.2, 4.0, 7)
    flow = solve_flow(
        model, {"U": v0 * np.eye(d), "u": np.sqrt(d) * v0}, times, Lambda=scale * np.eye(d), N=N, tolerance=1e-11
    )
    gamma = scale * (1 + (d + 1) / N)
    c = 1 / (np.sqrt(d) * gamma)
    square = c / (1 + (c / v0**2 - 1) * np.exp(-2 * np.sqrt(d) * scale**2 * times))
    assert np.allclose(flow.weights["u"] ** 2, d * square, rtol=1e-8)
    assert np.allclose(flow.weights["U"], np.sqrt(square)[:, None, None] * np.eye(d), rtol=1e-8, atol=1e-9)
    assert {"u^2 - tr(U U')"} == set(flow.drift)
    assert max(flow.drift.values()) < 1e-9
    assert np.all(np.diff(flow.loss) < 1e-12)


def test_the_flow_of_two_layers_lowers_the_loss_to_a_stationary_point() -> None:
    """The sparse stack from a small start: the loss falls and the gradient vanishes."""
    model = Model(PLAIN, Stack(MASKED, MASKED), "sparse")
    start = {"A0": 0.1 * np.eye(2), "A1": np.array([[0.2, 0.05], [0.0, 0.1]])}
    flow = solve_flow(model, start, [1.0, 10.0, 400.0], Lambda=LAMBDA, N=5, tolerance=1e-8)
    assert np.all(np.diff(flow.loss) < 0)
    assert {} == flow.drift
    end = {name: value[-1] for name, value in flow.weights.items()}
    slope = model.loss().gradient("A0").evaluate(Lambda=LAMBDA, N=5, **end)
    assert np.abs(slope).max() < 1e-4


def test_a_drifting_invariant_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A vector field that is not the gradient breaks the balance law, and that is noticed."""
    monkeypatch.setattr(flow_module, "compiled_gradient", lambda *_: lambda packed: -packed * np.arange(len(packed)))
    start = {"U": LAMBDA, "u": 1.0}
    with pytest.raises(RuntimeError, match="is conserved, but moved"):
        solve_flow(Model(PLAIN, LinearAttention(), "reduced"), start, [1.0], eigenbasis=False, Lambda=LAMBDA, N=5)


@pytest.mark.parametrize(
    ("network", "weights"),
    [
        (LinearAttention(), "all"),
        (LinearAttention(heads=2, key_query="separate"), "reduced"),
        (LinearAttention(key_query="separate", rank=3), "all"),
        (Stack(LinearAttention(), LinearAttention(heads=2)), "all"),
        (Stack(MASKED, MASKED), "sparse"),
        (Stack(MASKED, MASKED, shared=True), "sparse"),
        (LinearAttention(), {"U11": "a b Lambda^-2 Lambda/c - A^2", "u": "tr(A)/2 + a b"}),
        (SoftmaxAttention(1, scale="N"), "all"),
        (Stack(SoftmaxAttention(1, mask="query"), SoftmaxAttention(2, heads=2)), "reduced"),
    ],
    ids=["all", "separate", "rank three", "two layers", "sparse", "looped", "formulas", "softmax", "two of softmax"],
)
def test_the_gradient_of_samples_is_their_difference_quotient(network: Network, weights: Any) -> None:
    """Reverse mode through the layers agrees with differences of the loss of the same prompts, entry by entry."""
    model = Model(PLAIN, network, weights)
    generator = np.random.default_rng(0)
    d = 2
    shapes = {
        name: tuple({"d": d}.get(size, size) for size in letter.shape if size != 1)
        for name, letter in model.trained.items()
    }
    point = {name: 0.5 + 0.4 * generator.standard_normal(shape) for name, shape in shapes.items()}
    fixed = {"Lambda": LAMBDA, "N": 3}
    arrays, _ = letter_values({**fixed, **point}, model.letters)
    batch = PromptDrawer(model.law, arrays, d).draw(20, generator)
    loss, slopes = sampled_gradient(model, arrays, d, batch, list(shapes), "N")

    def loss_at(name: str, place: tuple[int, ...], step: float) -> float:
        moved = {key: np.array(value) for key, value in point.items()}
        moved[name][place] += step
        values, _ = letter_values({**fixed, **moved}, model.letters)
        return float(np.mean((predictions(model, values, d, batch, "N") - batch.target) ** 2) / 2)

    first = next(iter(shapes))
    assert loss == pytest.approx(loss_at(first, tuple(0 for _ in shapes[first]), 0.0), rel=1e-12)
    h = 1e-5
    for name, shape in shapes.items():
        for place in np.ndindex(shape):
            difference = (loss_at(name, place, h) - loss_at(name, place, -h)) / (2 * h)
            assert slopes[name].reshape(shape)[place] == pytest.approx(difference, rel=1e-5, abs=1e-6)


def test_gradient_descent_reaches_the_minimum() -> None:
    """uU tends to Gamma^{-1}, Theorem 4.1's predictor, by steps of the population gradient."""
    model = Model(PLAIN, LinearAttention(), "reduced")
    N = 5
    found = descend(model, {"U": np.eye(2), "u": 1.0}, 0.2, 1000, Lambda=LAMBDA, N=N)
    Gamma = (1 + 1 / N) * LAMBDA + np.trace(LAMBDA) / N * np.eye(2)
    assert np.allclose(found.weights["u"] * found.weights["U"], np.linalg.inv(Gamma), atol=1e-6)
    assert np.all(np.diff(found.loss) <= 1e-15)


def test_stochastic_gradient_descent_lowers_the_population_loss() -> None:
    """Steps on sampled prompts end near the minimum of the derived loss."""
    model = Model(PLAIN, LinearAttention(), "reduced")
    values: dict[str, Any] = {"Lambda": LAMBDA, "N": 5}
    start = {"U": 0.3 * np.eye(2), "u": 0.5}
    sampled = descend(model, start, 0.05, 300, batch=200, seed=1, **values)
    exact = descend(model, start, 0.05, 300, **values)
    assert sampled.loss.shape == (300,)
    last = model.loss().evaluate(**values, **sampled.weights)
    assert exact.loss[-1] <= last < exact.loss[-1] + 0.02
    assert last < 0.6 * exact.loss[0]


def test_a_causal_stack_can_be_trained_on_samples() -> None:
    """The mask of each layer is the real one: training lowers the error of a causal stack on fresh prompts."""
    model = Model(PLAIN, Stack(CAUSAL, CAUSAL), "sparse")
    values: dict[str, Any] = {"Lambda": LAMBDA, "N": 6}
    start = {"A0": 0.1 * np.eye(2), "A1": 0.1 * np.eye(2)}
    found = descend(model, start, 0.1, 100, batch=300, seed=2, **values)
    before, after = (simulate(model, 5000, seed=9, **values, **weights).mean for weights in (start, found.weights))
    assert after < 0.7 * before


def test_weight_decay_moves_the_minimum() -> None:
    """By hand: Gamma Lambda A Lambda - Lambda^2 + c A = 0, where all commute; flow, descent and samples end there."""
    model = Model(PLAIN, LinearAttention(mask="query"), "sparse", decay="c")
    values: dict[str, Any] = {"Lambda": LAMBDA, "N": 5, "c": 0.3}
    start = {"A": np.array([[0.3, 0.2], [-0.1, 0.5]])}
    Gamma = (1 + 1 / 5) * LAMBDA + np.trace(LAMBDA) / 5 * np.eye(2)
    least = np.linalg.solve(Gamma @ LAMBDA @ LAMBDA + 0.3 * np.eye(2), LAMBDA @ LAMBDA)
    assert np.allclose(solve_flow(model, start, [200.0], **values).weights["A"][-1], least, atol=1e-8)
    assert np.allclose(descend(model, start, 0.2, 500, **values).weights["A"], least, atol=1e-8)
    sampled = descend(model, start, 0.05, 400, batch=1000, seed=3, **values)
    assert np.allclose(sampled.weights["A"], least, atol=0.03)
    squares = 0.15 * np.sum(start["A"] ** 2)
    assert sampled.loss[0] > squares
    undecayed = descend(Model(PLAIN, model.network, "sparse"), start, 0.05, 1, batch=1000, seed=3, Lambda=LAMBDA, N=5)
    assert sampled.loss[0] - undecayed.loss[0] == pytest.approx(squares, rel=1e-9)


def test_weight_decay_balances_the_weights() -> None:
    """u^2 - tr(UU') is no invariant any more: it falls like exp(-2 c t)."""
    model = Model(PLAIN, LinearAttention(), "reduced", decay="1/10")
    times = np.array([0.5, 2.0, 7.0])
    flow = solve_flow(model, {"U": LAMBDA, "u": 0.2}, times, Lambda=LAMBDA, N=5)
    assert flow.drift == {}
    held = flow.weights["u"] ** 2 - np.sum(flow.weights["U"] ** 2, axis=(1, 2))
    assert np.allclose(held, (0.2**2 - np.sum(LAMBDA**2)) * np.exp(-0.2 * times), rtol=1e-7)


def test_bad_arguments_are_named() -> None:
    """A missing weight, a wrong shape, a rate that is too large."""
    model = Model(PLAIN, LinearAttention(), "reduced")
    with pytest.raises(ValueError, match="no start for 'u'"):
        solve_flow(model, {"U": LAMBDA}, [1.0], Lambda=LAMBDA, N=5)
    with pytest.raises(ValueError, match="U must have 2 axes"):
        descend(model, {"U": [1.0, 2.0], "u": 1.0}, 0.1, 3, Lambda=LAMBDA, N=5)
    with pytest.raises(ValueError, match="times must be increasing"):
        solve_flow(model, {"U": LAMBDA, "u": 1.0}, [2.0, 1.0], Lambda=LAMBDA, N=5)
    with pytest.raises(ValueError, match="rate must be positive"):
        descend(model, {"U": LAMBDA, "u": 1.0}, -0.1, 3, Lambda=LAMBDA, N=5)


@pytest.mark.parametrize("text", ["(A + s I)^-2 B/tr(A)", "s^3 A' B A", "(v v')^2 B - B/2", "A^-1 v s"])
def test_pulling_back_through_formulas(text: str) -> None:
    """The reverse mode of the formulas' evaluator agrees with difference quotients."""
    generator = np.random.default_rng(1)
    values = {
        "A": generator.normal(size=(2, 2)) + 2 * np.eye(2),
        "B": generator.normal(size=(2, 2)),
        "s": np.array([[1.5]]),
        "v": generator.normal(size=(2, 1)),
    }
    value = formula_value(text, values, 2)
    slope = generator.normal(size=value.shape)
    gradient = {name: np.zeros_like(array) for name, array in values.items()}
    pull_back(parse(text), values, 2, slope, gradient)
    h = 1e-6
    for name, array in values.items():
        for place in np.ndindex(array.shape):
            ends = []
            for sign in (1, -1):
                moved = {key: held.copy() for key, held in values.items()}
                moved[name][place] += sign * h
                ends.append(np.sum(slope * formula_value(text, moved, 2)))
            assert gradient[name][place] == pytest.approx((ends[0] - ends[1]) / (2 * h), rel=1e-5, abs=1e-7)


def test_what_cannot_be_trained_is_refused_with_a_sentence() -> None:
    """Blocks that are all given, and samples of a network without layers."""
    given = Model(PLAIN, LinearAttention(), {"U11": "Lambda^-1", "u": "1"})
    with pytest.raises(ValueError, match="no weights to train"):
        solve_flow(given, {}, [1.0], Lambda=LAMBDA, N=3)
    step = Model(PLAIN, GradientStep("0", "G"))
    with pytest.raises(ValueError, match="descend GradientStep with batch=None"):
        descend(step, {"G": LAMBDA}, 0.1, 5, batch=10, Lambda=LAMBDA, N=3)
    assert descend(step, {"G": LAMBDA}, 0.1, 5, Lambda=LAMBDA, N=3).loss[-1] > 0
