"""Softmax attention expanded in its logits, against softmax itself written out in NumPy."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from tests.theory import brute_force
from tests.theory.models.reference_network import ReferenceLayer, ReferencePrompt, assemble, output
from theory import Gaussian, LinearAttention, Model, ModelError, Prompt, SoftmaxAttention, Stack
from theory.models.network import MOST_ORDER

LAW = Prompt(Gaussian("Lambda"), Gaussian("Psi"), noise="s2")
# Halving the weights divides an error of order k by 2^k; the terms after it move that power by less than this.
POWER = 0.35


def power(errors: list[float]) -> float:
    """The order k of errors at logits eps and eps/2, if they are c eps^k."""
    return float(np.log2(errors[0] / errors[1]))


def values_of(d: int, seed: int) -> dict[str, Any]:
    """A prompt of three examples and generic blocks of a layer, d x d not symmetric."""
    generator = np.random.default_rng([d, seed])
    shapes: dict[str, tuple[int, ...]] = {"x": (3, d), "y": (3,), "x_q": (d,), "U11": (d, d), "u21": (d,), "u12": (d,)}
    return {name: generator.standard_normal(shape) for name, shape in shapes.items()}


def embedding(v: dict[str, Any]) -> Any:
    """Z of a prompt."""
    return np.block([[v["x"].T, v["x_q"][:, None]], [v["y"], np.zeros(1)]])


@pytest.mark.parametrize(
    ("d", "order", "mask"),
    [(d, order, mask) for d in (1, 3) for order in (1, 2) for mask in ("none", "query", "causal")] + [(2, 3, "query")],
)
def test_the_prediction_differs_from_softmax_by_the_next_order(d: int, order: int, mask: str) -> None:
    """All blocks and a scale of the logits: the error at half the logits is 2^-(order + 1) of that at all."""
    v = values_of(d, 1)
    predictor = Model(LAW, SoftmaxAttention(order, mask=mask, scale="d"), "all").predictor()
    errors = []
    for eps in (0.04, 0.02):
        U, u21 = eps * v["U11"], eps * v["u21"]
        found = predictor.evaluate(x=v["x"], y=v["y"], x_q=v["x_q"], U11=U, u21=u21, u12=v["u12"], u=0.8, N=3)
        layer = ReferenceLayer(
            [(assemble(None, None, v["u12"], 0.8), assemble(U, None, u21, None))], mask, scale=d, softmax=True
        )
        errors.append(abs(found - output(embedding(v), [layer])[-1, -1]))
    assert power(errors) == pytest.approx(order + 1, abs=POWER)


@pytest.mark.parametrize(
    ("order", "mask", "expected"), [(1, "none", 2), (1, "query", 3), (2, "none", 3), (2, "query", 3)]
)
def test_the_loss_differs_from_that_of_softmax_by_the_next_order(order: int, mask: str, expected: int) -> None:
    """With noise and N = 3; of the loss of softmax nothing is expanded, it is integrated numerically.

    Where the query is masked, terms of second order are covariances of third order, which are zero for normal prompts.
    """
    generator = random.Random(f"{order} {mask}")
    d, N = 1, 3
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    A = np.array([[0.7]])
    prompt = ReferencePrompt(L, K, N, deviation=0.5, nodes={"x": 8, "q": 9, "w": 2, "e": 2})
    loss = Model(LAW, SoftmaxAttention(order, mask=mask), "reduced").loss()
    letters: dict[str, Any] = {"Lambda": np.array(L @ L.T, float), "Psi": np.array(K @ K.T, float), "s2": 0.25, "N": N}
    errors = []
    for eps in (0.08 / letters["Lambda"][0, 0], 0.04 / letters["Lambda"][0, 0]):
        head = (assemble(None, None, np.zeros(d), 0.8), assemble(eps * A, None, None, None))
        reference = prompt.loss([ReferenceLayer([head], mask, softmax=True)])
        errors.append(abs(loss.evaluate(**letters, U=eps * A, u=0.8) - reference))
    assert power(errors) == pytest.approx(expected, abs=POWER)


def test_the_weights_to_second_order_are_those_written_out() -> None:
    """(1/N)(1 + s_i - mean s + (s_i^2 - mean s^2)/2 - (s_i - mean s) mean s), exactly, at rational values."""
    generator = random.Random(3)
    d, N = 2, 4
    x, U = brute_force.matrix(generator, N, d), brute_force.matrix(generator, d, d)
    y, x_q = brute_force.vector(generator, N), brute_force.vector(generator, d)
    s = x @ U @ x_q
    mean, square = sum(s) / N, sum(s**2) / N
    weights = (1 + s - mean + (s**2 - square) / 2 - (s - mean) * mean) / N
    predictor = Model(LAW, SoftmaxAttention(2, mask="query"), "reduced").predictor()
    assert sum(weights) == 1
    assert predictor.evaluate(x=x, y=y, x_q=x_q, U=U, u=Fraction(3, 7), N=N) == Fraction(3, 7) * (y @ weights)


@pytest.mark.parametrize(
    ("network", "orders"),
    [
        (Stack(SoftmaxAttention(1, mask="query"), LinearAttention()), 2),
        (Stack(LinearAttention(), SoftmaxAttention(2, mask="query")), 3),
        (Stack(SoftmaxAttention(2), SoftmaxAttention(1)), 2),
        (Stack(SoftmaxAttention(1, heads=2), SoftmaxAttention(2, mask="query", heads=2)), 2),
        (Stack(LinearAttention(mask="causal"), SoftmaxAttention(2, mask="causal")), 3),
    ],
)
def test_stacks_of_softmax_and_linear_layers(network: Stack, orders: int) -> None:
    """The prediction differs from that of the real layers by the least of their next orders."""
    d = 2
    v = values_of(d, 5)
    generator = np.random.default_rng(7)
    model = Model(LAW, network, "reduced")
    full = {name: generator.standard_normal([d] * (0 if held.is_scalar else 2)) for name, held in model.trained.items()}
    predictor, errors = model.predictor(), []
    for eps in (0.02, 0.01):
        weights = {name: eps * value if value.ndim else value for name, value in full.items()}
        layers = []
        for k, kind in enumerate(network.layers):
            endings = [f"_{k}_{h}" for h in range(kind.heads)] if kind.heads > 1 else [f"_{k}"]
            heads = [
                (assemble(None, None, np.zeros(d), weights["u" + e]), assemble(weights["U" + e], None, None, None))
                for e in endings
            ]
            layers.append(ReferenceLayer(heads, kind.mask, softmax=isinstance(kind, SoftmaxAttention)))
        found = predictor.evaluate(x=v["x"], y=v["y"], x_q=v["x_q"], N=3, **weights)
        errors.append(abs(found - output(embedding(v), layers)[-1, -1]))
    # A linear layer makes what it adds small too, so that the error may be smaller, never larger.
    assert power(errors) > orders - POWER


def test_formulas_say_to_which_order_they_are_expanded() -> None:
    """In text and in LaTeX: prediction, loss, error, flow and Hessian; a linear layer says nothing of it."""
    model = Model(LAW, SoftmaxAttention(2, mask="query"), "reduced")
    for formula in (model.loss(), model.predictor(), model.error()):
        assert "softmax attention expanded to order 2 in its logits" in formula.words
        assert str(formula).endswith(" + O(logits^3)")
        assert formula.latex().endswith(r" + O(\mathrm{logits}^{3})")
        assert formula.latex_terms()[-1] == ("+", r"O(\mathrm{logits}^{3})")
    assert model.loss().steps[0].label == r"\hat y^{(2)}"
    assert "expanded to order 2" in model.loss().steps[0].reason
    assert "softmax attention expanded to order 2 in its logits" in " ".join(model.flow().text().split())
    assert "softmax attention expanded to order 2 in its logits" in " ".join(model.flow().latex().split())
    assert "expanded to order 2" in model.hessian().words
    assert "expanded to order 2" in model.loss().gradient("U").words
    linear = Model(LAW, LinearAttention(), "reduced").loss()
    assert "softmax" not in linear.words
    assert "logits" not in str(linear) + linear.latex()


def test_one_layer_to_first_order_is_least_squares_on_centred_data() -> None:
    """The stationary point along U = a Lambda^-1 with one example less: N/(N + d) for isotropic noiseless tasks."""
    model = Model(Prompt(Gaussian("I"), Gaussian("I")), SoftmaxAttention(1, mask="query"), {"U11": "A", "u": "1"})
    (solution,) = model.critical_points({"A": "a I"}).solutions
    for N, d in ((5, 3), (2, 7)):
        # E S = (N - 1)/N I and E S^2 = (N - 1)(N + d)/N^2 I for the covariance S of N centred points.
        first, second = Fraction(N - 1, N), Fraction((N - 1) * (N + d), N**2)
        sizes = {symbol: {"N": N, "d": d}[symbol.name] for symbol in solution["a"].free_symbols}
        assert solution["a"].subs(sizes) == sympy.Rational(first / second)


@pytest.mark.parametrize("order", [0, -1, MOST_ORDER + 1, 1.0, True, "2", None])
def test_wrong_orders_are_refused(order: Any) -> None:
    """With the value, and the orders that there are."""
    with pytest.raises(ModelError, match=f"an integer from 1 to {MOST_ORDER}, got {order!r}"):
        SoftmaxAttention(order)


def test_a_causal_softmax_layer_has_to_be_the_last_one() -> None:
    """Position j divides by j, which is no formula in N."""
    causal = SoftmaxAttention(1, mask="causal")
    with pytest.raises(ModelError, match=r"divides by j at position j.*only the last layer"):
        Stack(causal, causal)
    assert Stack(LinearAttention(mask="causal"), causal).layers[-1] == causal
