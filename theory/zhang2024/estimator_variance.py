"""Exact variances of Monte Carlo estimators: fourth moments of the prediction's error.

The squared error of one prompt is a polynomial in Gaussian letters, so the engine knows its variance exactly.
Sequential tests need an upper bound of it, and no pilot run can give one.

Source: docs/statistics.md.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, indexed, length, matrix, scalar_letter, sum_over
from theory.derivation import Formula
from theory.zhang2024.distribution_shift import CONTEXT, QUERY
from theory.zhang2024.model import BLOCKS, LAMBDA, NOISE_VARIANCE, PSI, Law, eps, prediction, w, x, x_q
from theory.zhang2024.population_loss import population_loss
from theory.zhang2024.prediction_error import B, c

# The predictor x_q' A (1/M) sum_i y_i x_i.
A = matrix("A")

_SHIFTED = {
    "A": "A",
    "context_covariance": "Lambda_c",
    "query_covariance": "Lambda_q",
    "prompt_length": "M",
    "noise_variance": "s2",
}


@cache
def loss_estimator_variance(*, noise: bool = False, task_covariance: bool = False) -> Formula:
    """Return Var((y_hat - <w, x_q>)^2 / 2) over training prompts, in all blocks of the weights.

    Arguments as `population_loss`; `evaluate` takes the same keywords.
    """
    law = Law(noise, task_covariance)
    error = prediction(law) - w.T @ x_q
    square = error * error
    loss = population_loss(noise=noise, task_covariance=task_covariance)
    variance = expectation(square * square, law.laws()) * Fraction(1, 4) - loss.expression * loss.expression
    return Formula("variance of the loss estimator", variance, {**law.arguments(), **{name: name for name in BLOCKS}})


@cache
def error_estimator_variance(*, quadratic: bool = False) -> Formula:
    """Return Var((y_hat - y_q)^2) over test prompts for y_hat = x_q' A (1/M) sum_i y_i x_i and a fixed task w.

    Labels are y = <w, x> + noise, with x'Bx + c added if `quadratic`; noise of the query included.
    `evaluate(A=, covariance=, prompt_length=, w=, noise_variance=, ...)`.
    """
    noise_q = scalar_letter("eps_q")

    def label(point: Expression, noise: Expression) -> Expression:
        linear = w.T @ point + noise
        return linear + point.T @ B @ point + c if quadratic else linear

    xi, noise_i = indexed(x, "i"), indexed(eps, "i")
    average = sum_over("i", "M", label(xi, noise_i) * xi) / length("M")
    error = x_q.T @ A @ average - label(x_q, noise_q)
    laws = {
        x: Gaussian(LAMBDA),
        x_q: Gaussian(LAMBDA),
        eps: Gaussian(NOISE_VARIANCE),
        noise_q: Gaussian(NOISE_VARIANCE),
    }
    square = error * error
    mean = expectation(square, laws)
    variance = expectation(square * square, laws) - mean * mean
    arguments = {"A": "A", "covariance": "Lambda", "prompt_length": "M", "w": "w", "noise_variance": "s2"}
    if quadratic:
        arguments |= {"B": "B", "c": "c"}
    return Formula("variance of the error estimator", variance, arguments, defaults={"noise_variance": 0})


@cache
def squared_gap_variance(*, quadratic: bool = False, random_task: bool = False, linear_target: bool = False) -> Formula:
    """Return Var(g^2) of the gap g = x_q' A (1/M) sum_i y_i x_i - y_q of one test prompt under joint shift.

    Args:
        quadratic: labels are y = <w, x> + x'Bx + c + noise instead of <w, x> + noise.
        random_task: w ~ N(0, Psi) instead of a fixed w.
        linear_target: g compares with <w, x_q>, also where the labels are quadratic.

    Returns:
        A Formula; `evaluate(A=, context_covariance=, query_covariance=, prompt_length=, noise_variance=,
        query_noise_variance=, ...)` with w or task_covariance, and with B and c for quadratic labels. The noise of the
        query is counted if its variance is given.
    """

    def mean(point: Expression) -> Expression:
        linear = w.T @ point
        return linear + point.T @ B @ point + c if quadratic else linear

    xi, noise = indexed(x, "i"), indexed(eps, "i")
    average = sum_over("i", "M", (mean(xi) + noise) * xi) / length("M")
    noise_q = scalar_letter("eps_q")
    gap = x_q.T @ A @ average - (w.T @ x_q if linear_target else mean(x_q)) - noise_q
    laws = {
        x: Gaussian(CONTEXT),
        x_q: Gaussian(QUERY),
        eps: Gaussian(NOISE_VARIANCE),
        noise_q: Gaussian(scalar_letter("s2_q", non_negative=True)),
    }
    if random_task:
        laws[w] = Gaussian(PSI)
    square = gap * gap
    first = expectation(square, laws)
    task = {"task_covariance": "Psi"} if random_task else {"w": "w"}
    labels = {"B": "B", "c": "c"} if quadratic else {}
    return Formula(
        "variance of the squared gap",
        expectation(square * square, laws) - first * first,
        {**_SHIFTED, "query_noise_variance": "s2_q", **task, **labels},
        defaults={"query_noise_variance": 0},
    )


@cache
def conditional_error_variance(*, random_task: bool = False) -> Formula:
    """Return Var E[(y_hat - <w, x_q>)^2 | S] over the context's S = (1/M) sum_i x_i x_i', for noisy linear labels.

    It is the variance of a draw of which query, task and noise are integrated out. Arguments as
    `squared_gap_variance`.
    """
    xi = indexed(x, "i")
    S = sum_over("i", "M", xi @ xi.T) / length("M")
    miss = A @ S - identity("d")
    weighted = miss.T @ QUERY @ miss
    bias = (weighted @ PSI).trace() if random_task else w.T @ weighted @ w
    conditional = bias + NOISE_VARIANCE * (A.T @ QUERY @ A @ S).trace() / length("M")
    laws = {x: Gaussian(CONTEXT)}
    first = expectation(conditional, laws)
    task = {"task_covariance": "Psi"} if random_task else {"w": "w"}
    return Formula(
        "variance of the conditional error",
        expectation(conditional * conditional, laws) - first * first,
        {**_SHIFTED, **task},
    )
