"""Predictors and errors with given weights: the paper's limit, other lengths and laws."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.models.reference_network import ROUNDING, ReferencePrompt, sparse_layer
from theory import (
    FiniteTasks,
    Fixed,
    Formula,
    Gaussian,
    GradientStep,
    LinearAttention,
    Model,
    ModelError,
    Moments,
    Prompt,
    Stack,
    limiting_predictor,
    prediction_error,
)

PLAIN = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
GAMMA = {"Gamma": "(1 + 1/N) Lambda + tr(Lambda)/N I"}
LIMIT = {"U": "Gamma^-1", "u": "1"}


def unit(d: int) -> Any:
    return np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)


def test_the_limiting_predictor() -> None:
    """Eq. (4.3): the predictor at Gamma^{-1} on a prompt of length M."""
    model = Model(PLAIN, LinearAttention(), "reduced")
    formula = model.predictor(LIMIT, test=PLAIN.replace(length="M"), define=GAMMA)
    generator = random.Random(0)
    root = brute_force.root(generator, 2)
    Lambda = root @ root.T
    x, y, q = (brute_force.matrix(generator, 3, 2), brute_force.vector(generator, 3), brute_force.vector(generator, 2))
    expected = limiting_predictor().evaluate(covariance=Lambda, context_length=5, prompt_length=3, x=x, y=y, x_q=q)
    assert {"Lambda", "N", "x", "y", "x_q"} == set(formula.arguments) - {"M"}
    assert expected == formula.evaluate(Lambda=Lambda, N=5, M=3, x=x, y=y, x_q=q)


@pytest.mark.parametrize(("d", "N", "M"), [(1, 2, 3), (2, 5, 1), (2, 3, 2)])
def test_theorem_4_2_for_a_fixed_task(d: int, N: int, M: int) -> None:
    """The error on prompts of length M with a fixed task and noise in all labels is Theorem 4.2's."""
    model = Model(PLAIN, LinearAttention(), "reduced")
    test = Prompt(Gaussian("Lambda"), Fixed("w"), noise="s2", length="M", target_noise=True)
    generator = random.Random(d)
    root, w = brute_force.root(generator, d), brute_force.vector(generator, d)
    Lambda, s2 = root @ root.T, Fraction(2, 5)
    expected = prediction_error("linear").evaluate(
        covariance=Lambda, context_length=N, prompt_length=M, w=w, noise_variance=s2
    )
    assert expected == model.error(LIMIT, test, GAMMA).evaluate(Lambda=Lambda, w=w, s2=s2, N=N, M=M)


@cache
def error_of_two_layers() -> Formula:
    model = Model(PLAIN, Stack(LinearAttention(mask="query"), LinearAttention(mask="query")), "sparse")
    test = Prompt(Gaussian("Sigma"), Gaussian("Psi", mean="mu"), noise="s2", length="M")
    return model.error({"A0": "1/2 Lambda^-1", "A1": "(1 - 1/N) I"}, test)


@pytest.mark.parametrize(("d", "M"), [(1, 2), (2, 1), (2, 2)])
def test_the_error_of_two_layers_on_another_law(d: int, M: int) -> None:
    """Two layers with given steps on prompts of another length, covariance and task law."""
    generator = random.Random(10 * d + M)
    S, K, L = (brute_force.root(generator, d) for _ in range(3))
    mean = brute_force.vector(generator, d)
    Lambda = L @ L.T
    value = error_of_two_layers().evaluate(
        Lambda=Lambda, Sigma=S @ S.T, Psi=K @ K.T, mu=mean, s2=Fraction(1, 4), N=3, M=M
    )
    steps = [brute_force.inverse(Lambda) * Fraction(1, 2), unit(d) * Fraction(2, 3)]
    reference = ReferencePrompt(S, K, M, mean, deviation=0.5).loss([sparse_layer(A, "query") for A in steps], sign=-1)
    assert float(value) == pytest.approx(2 * reference, rel=ROUNDING)


def test_finitely_many_tasks_are_an_average() -> None:
    """The error for a task drawn from T vectors is the mean of the errors of the vectors."""
    model = Model(PLAIN, LinearAttention(), "all")
    generator = random.Random(4)
    d, T = 2, 3
    tasks = brute_force.matrix(generator, T, d)
    root = brute_force.root(generator, d)
    weights = {
        "U11": brute_force.matrix(generator, d, d),
        "u21": brute_force.vector(generator, d),
        "u12": brute_force.vector(generator, d),
        "u": brute_force.rational(generator),
    }
    finite = model.error(test=PLAIN.replace(w=FiniteTasks("W", "T")))
    single = model.error(test=PLAIN.replace(w=Fixed("v")))
    values = [single.evaluate(Lambda=root @ root.T, v=task, N=2, **weights) for task in tasks]
    assert sum(values) / T == finite.evaluate(Lambda=root @ root.T, W=tasks, N=2, **weights)


def test_two_moments_of_the_task_are_enough_where_the_degree_is_two() -> None:
    """On the reduced weights the loss depends on E ww' alone, and a Gaussian task with the same moments has it too."""
    moments = Model(PLAIN.replace(w=Moments("R", mean="mu")), LinearAttention(), "reduced").loss()
    gaussian = Model(PLAIN.replace(w=Gaussian("Psi", mean="mu")), LinearAttention(), "reduced").loss()
    generator = random.Random(6)
    L, K = brute_force.root(generator, 2), brute_force.root(generator, 2)
    mu = brute_force.vector(generator, 2)
    rest = {"Lambda": L @ L.T, "U": brute_force.matrix(generator, 2, 2), "u": Fraction(1, 3), "N": 2, "mu": mu}
    second = K @ K.T + np.outer(mu, mu)
    assert gaussian.evaluate(Psi=K @ K.T, **rest) == moments.evaluate(R=second, **rest)


def test_tasks_on_the_sphere() -> None:
    """With |w|^2 = d and x ~ N(0, I/d) a label has variance 1: E y_i^4 = 3 whatever the law on the sphere."""
    sphere = Prompt(Gaussian("I/d"), Moments("R", square="d"))
    model = Model(sphere, LinearAttention(), {"u": "1", "u21": "u21"})
    # The prediction is u21'x_q (1/N) sum y_i^2, uncorrelated with y_q, which is odd in w.
    u21 = [Fraction(2), Fraction(1)]
    assert Fraction(5, 2) * (1 + Fraction(2, 4)) + 1 == model.error().evaluate(u21=u21, N=4)


def test_gradient_descent_from_a_start() -> None:
    """GD-beta: with G = 0 the error is that of the start, E <w - beta, x>^2."""
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("Psi", mean="mu"), noise="s2"), GradientStep("beta", "G"))
    generator = random.Random(8)
    L, K = brute_force.root(generator, 2), brute_force.root(generator, 2)
    beta, mu = brute_force.vector(generator, 2), brute_force.vector(generator, 2)
    Lambda, Psi = L @ L.T, K @ K.T
    value = model.error({"G": "0"}).evaluate(Lambda=Lambda, Psi=Psi, mu=mu, beta=beta)
    assert np.trace(Lambda @ (Psi + np.outer(mu - beta, mu - beta))) == value


def test_names_that_clash_are_refused() -> None:
    """A length that is a letter, a definition of a known letter, a weight that does not exist."""
    model = Model(PLAIN, LinearAttention(), "reduced")
    with pytest.raises(ModelError, match="Lambda is a letter of the model and cannot be a length"):
        model.error(test=PLAIN.replace(length="Lambda"))
    with pytest.raises(ModelError, match="Lambda stands for Lambda already"):
        model.error(define={"Lambda": "2 I"})
    with pytest.raises(ModelError, match="no weight 'V'; it has U, u"):
        model.predictor({"V": "I"})
