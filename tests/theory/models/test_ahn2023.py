"""Ahn, Cheng, Daneshmand, Sra, Transformers learn to implement preconditioned gradient descent (NeurIPS 2023).

Z_{l+1} = Z_l + (1/n) P_l Z_l M (Z_l' Q_l Z_l) with the query masked, and the prediction is minus the last entry.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.theory.models.papers import MOST_ERRORS, same, stationary, vanishes
from theory import Gaussian, LinearAttention, Model, Prompt, Stack, evaluate

LAYER = LinearAttention(mask="query")
LAW = Prompt(x=Gaussian("Sigma"), w=Gaussian("I"), length="n")
WHITENED = LAW.replace(w=Gaussian("Sigma^-1"))
STEP = {"Gamma": "(n + 1)/n Sigma + tr(Sigma)/n I"}


def test_theorem_1_one_layer() -> None:
    """P = e e', Q = -diag(((n+1)/n Sigma + tr(Sigma)/n I)^{-1}, 0) is stationary among all blocks, the cross blocks
    included, and so are its rescalings P g, Q/g."""
    model = Model(LAW, LAYER)
    for U, u in (("Gamma^-1", "1"), ("1/3 Gamma^-1", "3"), ("-Gamma^-1", "-1")):
        assert stationary(model.gradient_at({"U11": U, "u": u, "u12": "0", "u21": "0"}, STEP))
    assert not stationary(model.gradient_at({"U11": "Sigma^-1", "u": "1", "u12": "0", "u21": "0"}))


def test_theorem_1_within_sparse_weights() -> None:
    """Among P = e e', Q = -diag(A, 0) it is the minimum: the gradient is linear in A, definite, and zero there."""
    model = Model(LAW, LAYER, "sparse")
    (slope,) = model.gradient_at({}).values()
    assert same(slope, model.formula_of("Gamma Sigma (A - Gamma^-1) Sigma", define=STEP))


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_lemma_1_every_layer_is_a_step(layers: int) -> None:
    """On every prompt layer l does w <- w - A_l' grad R(w), R(w) = |X'w - y|^2/(2n), for any matrix A_l."""
    model = Model(LAW, Stack(*[LAYER] * layers), "sparse")
    generator = np.random.default_rng(layers)
    d, n = 3, 4
    X, y, x_q = generator.normal(size=(d, n)), generator.normal(size=n), generator.normal(size=d)
    A = {name: generator.normal(size=(d, d)) for name in model.trained}
    w = np.zeros(d)
    for step in A.values():
        w = w - step.T @ X @ (X.T @ w - y) / n
    assert evaluate(model.prediction.in_data(), {**A, "X": X, "y": y, "x_q": x_q}, {"n": n}) == pytest.approx(x_q @ w)


def test_the_losses_of_two_and_three_layers_for_every_dimension() -> None:
    """Polynomials of 51 and 1,870 terms in A_0, A_1, A_2, for every d and n at once."""
    sizes = [len(Model(LAW, Stack(*[LAYER] * k), "sparse").loss_expression.terms) for k in (2, 3)]
    assert [51, 1870] == sizes


@pytest.mark.parametrize("layers", [2, 3])
def test_the_loss_of_stacks_against_samples(layers: int) -> None:
    """Gradient descent on sampled prompts in NumPy, with steps that are not symmetric."""
    generator = np.random.default_rng(layers)
    root, d, n, B = np.array([[1.0, 0.0], [0.6, 0.5]]), 2, 4, 200_000
    A = [0.5 * np.eye(d) + 0.3 * generator.normal(size=(d, d)) for _ in range(layers)]
    x, x_q = generator.standard_normal((B, n, d)) @ root.T, generator.standard_normal((B, d)) @ root.T
    w_star = generator.standard_normal((B, d))
    y = np.einsum("bni,bi->bn", x, w_star)
    w = np.zeros((B, d))
    for step in A:
        w = w + np.einsum("bn,bni->bi", y - np.einsum("bni,bi->bn", x, w), x) @ step / n
    square = np.sum((w - w_star) * x_q, axis=1) ** 2
    loss = Model(LAW, Stack(*[LAYER] * layers), "sparse").loss()
    exact = 2 * loss.evaluate(Sigma=root @ root.T, n=n, **{f"A{k}": step for k, step in enumerate(A)})
    assert abs(square.mean() - exact) < MOST_ERRORS * square.std() / np.sqrt(B)


@pytest.mark.parametrize("layers", [2, 3])
def test_theorem_3_steps_of_the_inverse_covariance_are_closed(layers: int) -> None:
    """For w ~ N(0, Sigma^{-1}) the gradient at A_l = a_l Sigma^{-1} is a number times Sigma for each layer, so that
    stationary points of the loss in the a_l are stationary points in all A_l."""
    model = Model(WHITENED, Stack(*[LAYER] * layers), "sparse")
    sigma = next(iter(model.formula_of("Sigma").expression.terms)).word
    for formula in model.gradient_at({f"A{k}": f"a{k} Sigma^-1" for k in range(layers)}).values():
        assert {sigma} == {monomial.word for monomial in formula.expression.terms}


def test_without_whitened_tasks_the_set_is_not_closed() -> None:
    """For w ~ N(0, I) the gradient at the same steps is no multiple of Sigma."""
    model = Model(LAW, Stack(LAYER, LAYER), "sparse")
    for formula in model.gradient_at({"A0": "a0 Sigma^-1", "A1": "a1 Sigma^-1"}).values():
        assert len({monomial.word for monomial in formula.expression.terms}) > 1


def test_theorem_4_two_layers_that_move_the_covariates() -> None:
    """With P_0 = diag(B_0, 1) as well (GD++), the gradient at A_l = a_l Sigma^{-1}, B_0 = b_0 I is a number times Sigma
    for each A_l and a number times I for B_0: the set is closed. With A_1 = a_1 I in its place it is not."""
    blocks = {"P11_0": "B0", "u_0": "1", "U11_0": "-A0", "u_1": "1", "U11_1": "-A1"}
    model = Model(WHITENED, Stack(LAYER, LAYER), blocks, sign=-1)
    sigma = next(iter(model.formula_of("Sigma").expression.terms)).word
    closed = model.gradient_at({"A0": "a0 Sigma^-1", "A1": "a1 Sigma^-1", "B0": "b0 I"})
    words = {name: {m.word for m in formula.expression.terms} for name, formula in closed.items()}
    assert {"A0": {sigma}, "A1": {sigma}, "B0": {()}} == words
    other = model.gradient_at({"A0": "a0 Sigma^-1", "A1": "a1 I", "B0": "b0 I"})
    assert all(len({m.word for m in formula.expression.terms}) > 1 for formula in other.values())


def test_two_isotropic_layers_share_their_equations() -> None:
    """Theorem 2's law: for x and w ~ N(0, I) the loss at A_l = a_l I is symmetric under exchange of the layers."""
    isotropic = Prompt(x=Gaussian("I"), w=Gaussian("I"), length="n")
    model = Model(isotropic, Stack(LAYER, LAYER), "sparse")
    one, two = (model.error({"A0": f"{a} I", "A1": f"{b} I"}) for a, b in (("1/2", "1/3"), ("1/3", "1/2")))
    assert same(one, two)
    assert not vanishes(one)
