"""Exact variances of Monte Carlo estimators: fourth moments of the prediction's error.

The squared error of one prompt is a polynomial in Gaussian letters, so the engine knows its variance exactly.
Sequential tests need an upper bound of it, and no pilot run can give one.

Source: mathematics, section 4.
"""

from __future__ import annotations

from fractions import Fraction
from functools import cache

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, indexed, length, matrix, scalar_letter, sum_over
from theory.derivation import Formula
from theory.model import BLOCKS, LAMBDA, NOISE_VARIANCE, Law, eps, prediction, w, x, x_q
from theory.population_loss import population_loss
from theory.prediction_error import B, c

# The predictor x_q' A (1/M) sum_i y_i x_i.
A = matrix("A")


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
