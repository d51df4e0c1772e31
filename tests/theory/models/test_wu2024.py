"""Wu, Zou, Chen, Braverman, Gu, Bartlett, How many pretraining tasks are needed (ICLR 2024), and Zhang, Wu, Bartlett,
In-context learning of a linear transformer block (NeurIPS 2024): population statements on the best step and on tasks
with a mean."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory.models.papers import MOST_ERRORS, same, stationary, vanishes
from theory import FiniteTasks, Gaussian, GradientStep, LinearAttention, Model, Moments, Prompt

PRIOR = Prompt(x=Gaussian("H"), w=Gaussian("psi2 I"), noise="s2", target_noise=True)
MEAN = Prompt(x=Gaussian("H"), w=Gaussian("Psi", mean="mu"), noise="s2", target_noise=True, length="M")
STEP = {"G": "(tr(H) + s2/psi2)/N I + (N + 1)/N H"}
OMEGA = {"Omega": "(M + 1)/M H Psi H + (tr(H Psi) + s2)/M H"}
H = np.array([[Fraction(2), Fraction(1, 2)], [Fraction(1, 2), Fraction(1)]], dtype=object)
PSI = np.array([[Fraction(1), Fraction(-1, 3)], [Fraction(-1, 3), Fraction(1, 2)]], dtype=object)


def test_the_best_step_for_a_gaussian_prior() -> None:
    """Gamma* = ((tr H + s2/psi2)/N I + (N+1)/N H)^{-1}, the only stationary step."""
    model = Model(PRIOR, LinearAttention(), "sparse")
    assert stationary(model.gradient_at({"A": "G^-1"}, STEP))
    (slope,) = model.gradient_at({}).values()
    assert same(slope, model.formula_of("psi2 H G (A - G^-1) H", define=STEP))
    wrong = {"G": "(tr(H) + s2)/N I + (N + 1)/N H"}
    assert not stationary(model.gradient_at({"A": "G^-1"}, wrong))


@pytest.mark.parametrize("N", [1, 4])
def test_the_least_risk(N: int) -> None:
    """R* = s2 + psi2 tr(H) - psi2 tr(H Gamma* H), exactly, at rational instances."""
    model = Model(PRIOR, LinearAttention(), "sparse")
    at = {"H": H, "s2": Fraction(1, 3), "psi2": Fraction(2, 5), "N": N}
    least = model.error({"A": "G^-1"}, define=STEP).evaluate(**at)
    typed, wrong = (
        model.formula_of(f"s2 + psi2 tr(H) - psi2 tr({word})", define=STEP) for word in ("H G^-1 H", "G^-1 H")
    )
    assert typed.evaluate(**at) == least != wrong.evaluate(**at)


def test_the_risk_at_another_length() -> None:
    """For a step A trained at N and prompts of length M: s2 + psi2 (tr H - 2 tr(H A H) + tr(A' H A V_M)) with
    V_M = (M+1)/M H^2 + (tr H + s2/psi2)/M H."""
    model = Model(PRIOR, LinearAttention(), "sparse")
    test = PRIOR.replace(length="M")
    V = {"V": "(M + 1)/M H^2 + (tr(H) + s2/psi2)/M H"}
    typed = model.formula_of("s2 + psi2 (tr(H) - 2 tr(H A H) + tr(A' V A H))", test, V)
    assert same(model.error(test=test), typed)


def test_gradient_descent_from_the_mean_of_the_tasks() -> None:
    """GD-beta at beta = mu: the gradient in beta is zero for every G, that in G is H (G Omega - Psi H), which is zero
    at G = Psi H Omega^{-1} only."""
    at_mean = Model(MEAN, GradientStep("beta", "G")).gradient_at({"beta": "mu"}, OMEGA)
    model = Model(MEAN, GradientStep("beta", "G"))
    assert vanishes(at_mean["beta"])
    assert not vanishes(model.gradient_at({"beta": "0"})["beta"])
    assert same(at_mean["G"], model.formula_of("H (G Omega - Psi H)", define=OMEGA))


@pytest.mark.parametrize("M", [1, 4])
def test_the_risk_of_gradient_descent_from_the_mean(M: int) -> None:
    """R = s2 + tr(H Psi) - tr(H Psi H Omega^{-1} H Psi), exactly, at rational instances."""
    model = Model(MEAN, GradientStep("beta", "G"))
    least = model.error({"beta": "mu", "G": "Psi H Omega^-1"}, define=OMEGA)
    at: dict[str, Any] = {"H": H, "Psi": PSI, "s2": Fraction(1, 3), "M": M}
    typed = model.formula_of("s2 + tr(H Psi) - tr(H Psi H Omega^-1 H Psi)", define=OMEGA)
    assert typed.evaluate(**at) == least.evaluate(**at)


def test_attention_alone_sees_the_second_moment_of_the_tasks() -> None:
    """Without a start, the loss on the reduced weights is that of centred tasks with covariance Psi + mu mu': it pays
    R*(Psi + mu mu') - R*(Psi), which is positive unless mu = 0 by the formula above."""
    model = Model(MEAN, LinearAttention(), "sparse")
    second = {"S": "Psi + mu mu'"}
    typed = model.formula_of(
        "s2 + tr(H S) - 2 tr(S H A H) + tr(A' ((M+1)/M H S H + (tr(H S) + s2)/M H) A H)", define=second
    )
    assert same(model.error(), typed)


def test_finding_with_a_task_mean_the_cross_blocks_are_not_zero_at_the_minimum() -> None:
    """B10 needs centred tasks: there the part of y_hat that is even in w is uncorrelated with the rest. With a mean the
    gradient with respect to u21 at the reduced minimum is not zero, so that the minimum over all blocks is lower."""
    model = Model(MEAN, LinearAttention())
    centred = Model(MEAN.replace(w=Gaussian("Psi")), LinearAttention())
    at: dict[str, Any] = {"H": H, "Psi": PSI, "s2": Fraction(1, 3), "M": 4, "u": Fraction(1)}
    mu = np.array([Fraction(1), Fraction(-2)], dtype=object)
    at |= {"u12": mu * 0, "u21": mu * 0}
    second = PSI + np.outer(mu, mu)
    V = Fraction(5, 4) * H @ second @ H + (np.trace(H @ second) + at["s2"]) / 4 * H
    U = _inverse(V) @ H @ second
    slopes = {n: model.loss().gradient(n).evaluate(**at, mu=mu, U11=U) for n in ("U11", "u", "u21", "u12")}
    assert not np.any(slopes["U11"])
    assert slopes["u"] == 0
    assert np.any(slopes["u21"])
    step = {"u21": -Fraction(1, 1000) * slopes["u21"]}
    assert model.loss().evaluate(**(at | step), mu=mu, U11=U) < model.loss().evaluate(**at, mu=mu, U11=U)
    for name in ("u21", "u12"):
        assert not np.any(centred.loss().gradient(name).evaluate(**at, U11=U))


def _inverse(array: Any) -> Any:
    (a, b), (c, d) = array
    return np.array([[d, -b], [-c, a]], dtype=object) / (a * d - b * c)


@pytest.mark.parametrize("T", [1, 3])
def test_finitely_many_tasks(T: int) -> None:
    """With T fixed tasks the reduced loss is that of E ww' = (1/T) sum w_t w_t', for every T at once."""
    finite = Model(PRIOR.replace(w=FiniteTasks("W", "T")), LinearAttention(), "sparse").error()
    moments = Model(PRIOR.replace(w=Moments("R")), LinearAttention(), "sparse").error()
    tasks = np.array([[Fraction(1), Fraction(2)], [Fraction(-1), Fraction(3)], [Fraction(0), Fraction(1)]])[:T]
    A = np.array([[Fraction(1), Fraction(1, 2)], [Fraction(0), Fraction(-1)]])
    rest = {"H": H, "A": A, "s2": Fraction(1, 5), "N": 3}
    assert moments.evaluate(R=tasks.T @ tasks / Fraction(T), **rest) == finite.evaluate(W=tasks, **rest)


def test_gradient_descent_from_a_start_on_samples() -> None:
    """The risk of GD-beta with a start and a step that are not the best, in NumPy."""
    generator = np.random.default_rng(5)
    B, M, d = 200_000, 4, 2
    root, spread = np.array([[1.0, 0.0], [0.6, 0.5]]), np.array([[0.8, 0.0], [-0.3, 0.4]])
    mu, beta, G, s2 = np.array([0.5, -1.0]), np.array([0.2, 0.3]), np.array([[0.4, 0.1], [-0.2, 0.6]]), 0.3
    x, x_q = generator.standard_normal((B, M, d)) @ root.T, generator.standard_normal((B, d)) @ root.T
    w = mu + generator.standard_normal((B, d)) @ spread.T
    y = np.einsum("bni,bi->bn", x, w) + np.sqrt(s2) * generator.standard_normal((B, M))
    slope = np.einsum("bn,bni->bi", x @ beta - y, x) / M
    y_q = np.sum(w * x_q, axis=1) + np.sqrt(s2) * generator.standard_normal(B)
    square = (np.sum((beta - slope @ G.T) * x_q, axis=1) - y_q) ** 2
    exact = Model(MEAN, GradientStep("beta", "G")).error()
    value = exact.evaluate(H=root @ root.T, Psi=spread @ spread.T, mu=mu, beta=beta, G=G, s2=s2, M=M)
    assert abs(square.mean() - value) < MOST_ERRORS * square.std() / np.sqrt(B)
