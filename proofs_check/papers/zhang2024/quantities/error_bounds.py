"""The error on noiseless linear labels that the bounds after Theorem 4.2 are about."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from math import ceil
from typing import Any

import numpy as np

from numerics.monte_carlo import simulate_error
from numerics.problem import Problem
from numerics.prompts import FixedTask, Shift
from numerics.sequential import Moments
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.language import LETTERS
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Array,
    Exact,
    error_from_moments,
    exactly,
    linear_moments,
    rounded_up,
)
from theory.algebra.definitions import expand
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, length, letter, matrix, zero
from theory.algebra.expression import number as constant
from theory.zhang2024.distribution_shift import shifted_predictor
from theory.zhang2024.estimator_variance import error_estimator_variance
from theory.zhang2024.model import LAMBDA, NOISE_VARIANCE, Law, eps, w, x, x_q
from theory.zhang2024.preconditioner import preconditioner


def _error_of(instance: Instance, w: Any) -> Fraction:
    """E(y_hat - <w, x_q>)^2 on noiseless linear labels, from their moments in coordinates."""
    error: Fraction = error_from_moments(instance, *linear_moments(instance.values["Lambda"], tuple(w)))
    return error


def mean_error(instance: Instance) -> Fraction:
    """The same for w ~ N(0, I): it is quadratic in w, so the sum over the unit vectors."""
    return sum((_error_of(instance, unit) for unit in exact_identity(instance.lengths["d"]).tolist()), Fraction(0))


def _with_length(instance: Instance, M: int) -> Instance:
    return Instance({**instance.lengths, "M": M}, instance.values)


def _error_at_long_prompt(instance: Instance) -> Fraction:
    """The averaged error at the least M with M >= (d + 1) tr(Lambda)/eps."""
    trace = np.trace(instance.arrays["Lambda"])
    return mean_error(_with_length(instance, ceil((instance.lengths["d"] + 1) * trace / instance.values["eps"])))


def _error_of_infinite_prompt(instance: Instance) -> Fraction:
    """lim of the averaged error as M grows: it is affine in 1/M, so two values give it exactly."""
    return 2 * mean_error(_with_length(instance, 2)) - mean_error(_with_length(instance, 1))


@cache
def _error_over_tasks(task: Expression) -> Expression:
    """E(y_hat - <w, x_q>)^2 for tasks with E ww' = task, through Gamma."""
    Gamma = preconditioner(Law()).Gamma
    A = matrix("A")
    gap = shifted_predictor() - w.T @ x_q
    laws = {x: Gaussian(LAMBDA), x_q: Gaussian(LAMBDA), w: Gaussian(task), eps: Gaussian(NOISE_VARIANCE)}
    error = expectation(gap * gap, laws)
    return error.substitute({letter(NOISE_VARIANCE): zero(), letter(A): Gamma.name**-1})


def _surplus(task: Expression, factor: Expression) -> tuple[Expression, ...]:
    """The bound over `factor` minus the error, where Gamma^2 >= factor Lambda^2.

    Every Lambda^k in the bound is Gamma^-2 (Gamma^2 - factor Lambda^2) Lambda^k more than the error times `factor`.
    """
    Gamma = preconditioner(Law()).Gamma
    N, M = length("N"), length("M")
    more = Gamma.name**-2 @ expand(Gamma.name**2 - factor * LAMBDA**2, (Gamma,))
    trace = LAMBDA.trace()
    first = (LAMBDA @ task).trace() * more.trace() + (more @ LAMBDA @ task).trace()
    bracket = (
        (more @ LAMBDA @ task).trace()
        + 2 * trace * (more @ task).trace()
        + trace**2 * (more @ LAMBDA**-1 @ task).trace()
    )
    return ((first / M + bracket / N**2) * factor.reciprocal(),)


def _over_tasks(task: Expression, exact: Any, factor: Expression) -> Quantity:
    Gamma = preconditioner(Law()).Gamma
    return Quantity(
        r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
        derive=lambda: (_error_over_tasks(task), (Gamma,)),
        exact=exact,
        witnesses=lambda: _surplus(task, factor),
    )


def _error_for_task_moment(instance: Instance) -> Exact:
    """At W = I + ww', a sum of d + 1 tasks."""
    column = instance.arrays["w"]
    W = exact_identity(len(column)) + column @ column.T
    return one_by_one(mean_error(instance) + _error_of(instance, instance.values["w"])), {"W": tuples(W)}


def _sample_error(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    values, M = instance.floats, instance.lengths["M"]
    problem = Problem(values["Lambda"], instance.lengths["N"])
    estimate = simulate_error(
        problem, prompt_length=M, shift=Shift(task=FixedTask(values["w"])), prompts=prompts, seed=seed
    )
    variance = error_estimator_variance().evaluate(
        A=problem.Gamma_inverse, covariance=values["Lambda"], prompt_length=M, w=values["w"]
    )
    return estimate.moments, rounded_up(variance)


_PLAIN = constant(1)
_SHARPER = ((length("N") + 1) / length("N")) ** 2


def error_for_tasks(sharper: bool = False) -> Quantity:
    """The error for tasks with E ww' = W; the witnesses are those of the bound with (N/(N+1))^2 where it is sharper."""
    W = LETTERS["W"]
    return _over_tasks(W, _error_for_task_moment, _SHARPER if sharper else _PLAIN)


def error_over_normal_tasks(sharper: bool = False) -> Quantity:
    """The error averaged over w ~ N(0, I), with witnesses as above."""
    return _over_tasks(
        identity("d"), exactly(lambda instance: [[mean_error(instance)]]), _SHARPER if sharper else _PLAIN
    )


def error_for_one_task() -> Quantity:
    """The error at a task w."""
    return Quantity(
        r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
        exact=exactly(lambda instance: [[_error_of(instance, instance.values["w"])]]),
        sample=_sample_error,
    )


_MEAN = r"\mathbb{E}_w \mathbb{E}(\hat y - \langle w, x_q\rangle)^2"


def averaged_error() -> Quantity:
    """The error averaged over w ~ N(0, I)."""
    return Quantity(_MEAN, exact=exactly(lambda instance: [[mean_error(instance)]]))


def error_at_long_prompt() -> Quantity:
    """The averaged error at the least M with M >= (d + 1) tr(Lambda)/eps."""
    return Quantity(_MEAN, exact=exactly(lambda instance: [[_error_at_long_prompt(instance)]]))


def error_of_infinite_prompt() -> Quantity:
    """The limit of the averaged error as M grows."""
    return Quantity(
        r"\lim_{M \to \infty} " + _MEAN, exact=exactly(lambda instance: [[_error_of_infinite_prompt(instance)]])
    )


def trace_product() -> Quantity:
    """tr(Lambda) tr(Lambda^{-1})."""

    def exact(instance: Instance) -> Array:
        covariance = instance.arrays["Lambda"]
        return one_by_one(np.trace(covariance) * np.trace(inverse(covariance)))

    return Quantity(r"\operatorname{tr}\Lambda \operatorname{tr}\Lambda^{-1}", exact=exactly(exact))
