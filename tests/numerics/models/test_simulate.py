"""Models sampled through their real layers, beside the losses that are derived for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from numerics import simulate
from numerics.models.formula_values import formula_value
from theory import (
    Elliptical,
    FiniteTasks,
    Fixed,
    Gaussian,
    GradientStep,
    LinearAttention,
    LowRank,
    Model,
    Moments,
    Prompt,
    RandomCovariance,
    SoftmaxAttention,
    Stack,
)
from theory.models.network import Network

# Of the deviation in standard errors: at 5 a right formula fails once in two million runs, and the seeds are fixed.
MOST_ERRORS = 5.0
PROMPTS = 40_000
LAMBDA = np.array([[1.0, 0.4], [0.4, 0.5]])
PSI = np.array([[0.7, -0.2], [-0.2, 1.1]])
MU = np.array([0.5, -0.3])
U = np.array([[0.5, 0.2], [-0.1, 0.8]])
V = np.array([[0.2, -0.3], [0.4, 0.1]])
MASKED, CAUSAL = LinearAttention(mask="query"), LinearAttention(mask="causal")
LAW = Prompt(Gaussian("Lambda"), Gaussian("Psi", mean="mu"), noise="s2")
LETTERS: dict[str, Any] = {"Lambda": LAMBDA, "Psi": PSI, "mu": MU, "s2": 0.3, "N": 4}

CASES: dict[str, tuple[Model, dict[str, Any]]] = {
    "every block": (
        Model(LAW, LinearAttention()),
        {**LETTERS, "U11": U, "u21": MU, "u12": -0.3 * MU, "u": 0.6},
    ),
    "two heads, noise in the target": (
        Model(LAW.replace(target_noise=True), LinearAttention(heads=2), "reduced"),
        {**LETTERS, "U_0": U, "U_1": V, "u_0": 0.5, "u_1": -0.4},
    ),
    "separate keys and queries of rank two": (
        Model(LAW, LinearAttention(key_query="separate", rank=2), "reduced"),
        {**LETTERS, "K": U, "Q": V, "u": 0.7},
    ),
    "two layers, query masked": (Model(LAW, Stack(MASKED, MASKED), "sparse"), {**LETTERS, "A0": U, "A1": V}),
    "two layers, no mask": (
        Model(LAW, Stack(LinearAttention(), LinearAttention()), "sparse"),
        {**LETTERS, "A0": 0.5 * U, "A1": 0.5 * V},
    ),
    "a looped layer": (Model(LAW, Stack(MASKED, MASKED, MASKED, shared=True), "sparse"), {**LETTERS, "A": 0.3 * U}),
    "a step from a start": (Model(LAW, GradientStep("beta", "G")), {**LETTERS, "beta": MU, "G": U}),
    "finitely many tasks": (
        Model(LAW.replace(w=FiniteTasks("W", "T")), LinearAttention()),
        {k: v for k, v in LETTERS.items() if k not in ("Psi", "mu")}
        | {"W": np.array([[1.0, 0.0], [0.5, -1.0], [0.2, 0.3]]), "U11": U, "u21": MU, "u12": -0.3 * MU, "u": 0.6},
    ),
    "tasks of rank one": (
        Model(LAW.replace(w=LowRank("H", "k", mean="mu")), LinearAttention()),
        {k: v for k, v in LETTERS.items() if k != "Psi"}
        | {"H": np.array([[0.8], [-0.5]]), "U11": U, "u21": MU, "u12": -0.3 * MU, "u": 0.6},
    ),
    "a random covariance": (
        Model(LAW.replace(x=RandomCovariance(("Lambda", "3 Sigma"), ("p", "1 - p"), mean="c")), LinearAttention()),
        {**LETTERS, "Sigma": PSI, "p": 0.3, "c": -MU, "U11": U, "u21": MU, "u12": -0.3 * MU, "u": 0.2},
    ),
    "a random covariance and another query": (
        Model(LAW.replace(x=RandomCovariance(("Lambda", "4 I")), query=Gaussian("Sigma")), MASKED, "sparse"),
        {**LETTERS, "Sigma": PSI, "A": 0.3 * U},
    ),
    "another query, quadratic labels": (
        Model(
            Prompt(Gaussian("Lambda"), Fixed("v"), query=Gaussian("Psi"), label="w' x + x' B x + c", length="shots"),
            LinearAttention(),
            "reduced",
        ),
        {"Lambda": LAMBDA, "Psi": PSI, "v": MU, "B": V, "c": 0.4, "shots": 3, "U": U, "u": 0.6},
    ),
    "noise that depends on the covariate, in the target too": (
        Model(LAW.replace(noise="s2 + x' B x", target_noise=True), LinearAttention()),
        {**LETTERS, "B": 2 * V @ V.T, "U11": U, "u21": MU, "u12": -0.3 * MU, "u": 0.6},
    ),
    "blocks as formulas, scores divided by N + 1": (
        Model(LAW, LinearAttention(scale="N + 1"), {"U11": "a Lambda^-1 + b I", "u": "1", "u21": "c mu"}),
        {**LETTERS, "a": 0.4, "b": 0.1, "c": 0.2},
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_sampled_loss_is_the_derived_loss(case: str) -> None:
    """Real prompts through real layers agree with the formula within their error, and would refute 1.1 times it."""
    model, values = CASES[case]
    sampled = simulate(model, PROMPTS, seed=1, **values)
    shown = {k: v for k, v in values.items() if k in model.loss().arguments}
    exact = 2 * model.loss().evaluate(**shown)
    assert abs(sampled.mean - exact) < MOST_ERRORS * sampled.standard_error
    assert abs(sampled.mean - 1.1 * exact) > 1.5 * sampled.standard_error


def test_a_test_law_of_another_length() -> None:
    """The error on longer prompts, with the scores divided by the length at hand."""
    model, values = CASES["two layers, query masked"]
    test = LAW.replace(length="M", noise=None)
    sampled = simulate(model, PROMPTS, seed=2, test=test, **values, M=9)
    exact = model.error(test=test).evaluate(**{k: v for k, v in values.items() if k not in ("N", "s2")}, M=9)
    assert abs(sampled.mean - exact) < MOST_ERRORS * sampled.standard_error


def test_laws_that_are_known_by_moments_need_a_sampler() -> None:
    """An elliptical law with a mean, r in {1/4, 4}, and tasks on the sphere, drawn by functions of the user."""
    law = Prompt(Elliptical("Lambda", mean="c"), Moments("R"))
    model = Model(law, LinearAttention(), "reduced")
    values: dict[str, Any] = {"Lambda": LAMBDA, "c": MU, "N": 4, "U": U, "u": 0.6}
    with pytest.raises(ValueError, match="pass radius="):
        simulate(model, 10, **values)

    def radius(generator: np.random.Generator, shape: tuple[int, ...]) -> Any:
        return np.where(generator.random(shape) < 0.8, 0.25, 4.0)

    with pytest.raises(ValueError, match="pass tasks="):
        simulate(model, 10, radius=radius, **values)

    def tasks(generator: np.random.Generator, count: int) -> Any:
        w = generator.standard_normal((count, 2))
        return np.sqrt(2) * w / np.linalg.norm(w, axis=1, keepdims=True)

    sampled = simulate(model, 4 * PROMPTS, seed=3, radius=radius, tasks=tasks, **values)
    kappa = 0.8 * 0.25**2 + 0.2 * 4.0**2
    exact = 2 * model.loss().evaluate(**values, R=np.eye(2), kappa=kappa)
    assert abs(sampled.mean - exact) < MOST_ERRORS * sampled.standard_error


def test_tasks_of_low_rank_by_hand() -> None:
    """Two ways that share nothing: w = h g drawn here and one layer written out, and `simulate` with a vector h."""
    model = Model(Prompt(Gaussian("Lambda"), LowRank("h", 1), noise="s2"), MASKED, "sparse")
    h, N, s2 = np.array([0.8, -1.1]), 4, 0.3
    sampled = simulate(model, PROMPTS, seed=5, Lambda=LAMBDA, h=h, s2=s2, N=N, A=U)
    generator = np.random.default_rng(8)
    x = generator.standard_normal((PROMPTS, N + 1, 2)) @ np.linalg.cholesky(LAMBDA).T
    y = generator.standard_normal(PROMPTS)[:, None] * (x @ h)
    seen = y[:, :-1] + np.sqrt(s2) * generator.standard_normal((PROMPTS, N))
    predicted = np.einsum("bn,bni,ij,bj->b", seen, x[:, :-1], U, x[:, -1]) / N
    squares = (predicted - y[:, -1]) ** 2
    spread = np.hypot(sampled.standard_error, squares.std() / np.sqrt(PROMPTS))
    assert abs(sampled.mean - squares.mean()) < MOST_ERRORS * spread
    exact = 2 * model.loss().evaluate(Lambda=LAMBDA, h=h, s2=s2, N=N, A=U)
    assert abs(exact - squares.mean()) < MOST_ERRORS * squares.std() / np.sqrt(PROMPTS)


def test_the_same_seed_gives_the_same_numbers() -> None:
    """Seeds decide everything."""
    model, values = CASES["every block"]
    one, two, other = (simulate(model, 1000, seed=s, **values).mean for s in (4, 4, 5))
    assert one == two != other


def test_missing_values_are_named() -> None:
    """Letters without a value, no dimension, a covariance that is none."""
    model, values = CASES["every block"]
    with pytest.raises(ValueError, match="no value given for Psi"):
        simulate(model, 10, **{k: v for k, v in values.items() if k != "Psi"})
    with pytest.raises(ValueError, match="no value given for the prompt's length N"):
        simulate(model, 10, **{k: v for k, v in values.items() if k != "N"})
    with pytest.raises(ValueError, match="must be symmetric"):
        simulate(model, 10, **{**values, "Lambda": np.array([[1.0, 2.0], [0.0, 1.0]])})
    with pytest.raises(ValueError, match="no letter 'V'; it has"):
        simulate(model, 10, **values, V=U)
    with pytest.raises(ValueError, match="u21 must be d = 2 x 1, got shape"):
        simulate(model, 10, **{**values, "u21": [1.0, 2.0, 3.0]})
    with pytest.raises(ValueError, match="must not be negative, got -1"):
        simulate(model, 10, **{**values, "s2": -1.0})
    falling = Model(LAW.replace(noise="s2 - x' x"), LinearAttention())
    with pytest.raises(ValueError, match="variance of the noise, s2 - x' x, must not be negative"):
        simulate(falling, 10, **values)
    random = Model(LAW.replace(x=RandomCovariance(("Lambda", "I"), ("p", "1 - p"))), LinearAttention())
    with pytest.raises(ValueError, match="p, 1 - p must lie in"):
        simulate(random, 10, **values, p=1.5)
    isotropic = Model(Prompt(Gaussian("I"), Gaussian("I")), LinearAttention(), {"U11": "a I", "u": "1"})
    with pytest.raises(ValueError, match="pass d="):
        simulate(isotropic, 10, a=0.5, N=3)
    assert simulate(isotropic, 10, a=0.5, N=3, d=2).prompts == 10


def test_formulas_on_arrays() -> None:
    """The evaluator of syntax trees agrees with NumPy written by hand."""
    values = {"A": U, "s": np.array([[2.0]]), "v": MU[:, None]}
    assert np.allclose(formula_value("(A + s I)^-2 v v'/tr(A) - 1/2 A'", values, 2), _by_hand())
    root = formula_value("L^(1/2)", {"L": LAMBDA}, 2)
    assert np.allclose(root @ root, LAMBDA)
    with pytest.raises(ValueError, match="no value given for B"):
        formula_value("B", values, 2)
    with pytest.raises(ValueError, match="SumOver has no value"):
        formula_value("sum_i(A)", values, 2)


def _by_hand() -> Any:
    inverse = np.linalg.inv(U + 2 * np.eye(2))
    return inverse @ inverse @ np.outer(MU, MU) / np.trace(U) - 0.5 * U.T


@pytest.mark.parametrize("N", [1, 2, 5])
def test_a_causal_stack_sampled_and_derived(N: int) -> None:
    """Two causal layers: the ordered sums of the derivation against real layers with a triangular mask."""
    model = Model(LAW, Stack(CAUSAL, CAUSAL), "sparse")
    values = {**LETTERS, "N": N, "A0": 0.5 * U, "A1": 0.5 * V}
    sampled = simulate(model, PROMPTS, seed=6, **values)
    exact = 2 * model.loss().evaluate(**values)
    assert abs(sampled.mean - exact) < MOST_ERRORS * sampled.standard_error


@pytest.mark.parametrize("network", [SoftmaxAttention(2), Stack(SoftmaxAttention(1, mask="query"), LinearAttention())])
def test_softmax_is_run_expanded_or_as_it_is(network: Network) -> None:
    """The expansion has the derived loss; softmax itself has another one, which comes close where logits are small."""
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("I")), network, "reduced")
    generator = np.random.default_rng(0)
    shapes = {name: () if letter.is_scalar else (2, 2) for name, letter in model.trained.items()}
    full = {name: generator.uniform(0.4, 0.8, shape) for name, shape in shapes.items()}
    values: dict[str, Any] = {"Lambda": [[1.0, 0.3], [0.3, 0.5]], "N": 3}
    exact = model.loss().evaluate(**{k: np.array(v) if k != "N" else v for k, v in values.items()}, **full)
    expanded = simulate(model, 40_000, seed=1, **values, **full)
    softmax = simulate(model, 40_000, seed=1, expanded=False, **values, **full)
    assert abs(expanded.loss - exact) < 2.5 * expanded.standard_error
    gap = abs(expanded.mean - softmax.mean)
    small = {name: value if value.ndim == 0 else value / 8 for name, value in full.items()}
    near = [simulate(model, 40_000, seed=1, expanded=e, **values, **small).mean for e in (True, False)]
    assert gap > 1e-3
    assert abs(near[0] - near[1]) < gap / 20
