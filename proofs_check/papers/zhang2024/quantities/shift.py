"""The error and the prediction under shifts of task, query and covariates: section 4.2 and B9."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from numerics.monte_carlo import simulate_error
from numerics.problem import Problem
from numerics.prompts import FixedTask, GaussianQuery, LinearLabels, Shift
from numerics.sequential import Moments
from proofs_check.judge.exact_moments import Coordinates, rational
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.language import LETTERS
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Array,
    Derived,
    Exact,
    error_from_moments,
    exactly,
    gamma,
    linear_moments,
    rounded_up,
    scalar,
    zeros,
)
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import letter, matrix, scalar_letter
from theory.derivation import Formula
from theory.zhang2024.distribution_shift import CONTEXT, QUERY, distribution_shift, shifted_predictor
from theory.zhang2024.global_minimum import global_minimum
from theory.zhang2024.model import LAMBDA, NOISE_VARIANCE, eps, w, x, x_q

QUERY_MOMENT = matrix("Lambda_q", definite=True)


def _shifted_error(instance: Instance, A: Array, M: int) -> Fraction:
    """E(y_hat - <w, x_q>)^2 with context N(0, Lambda_c), query N(0, Lambda_q) and noise s2, in coordinates."""
    noise = instance.values.get("s2", Fraction(0))
    draws: dict[tuple[str, int], Any] = {("x", i): instance.arrays["Lambda_c"] for i in range(M)}
    draws["q", 0] = instance.arrays["Lambda_q"]
    if noise:
        draws |= {("e", i): [[noise]] for i in range(M)}
    space = Coordinates(draws)
    task = space.constant(instance.arrays["w"])
    query = space.vectors["q", 0]
    total = None
    for i in range(M):
        point = space.vectors["x", i]
        label = (task.T @ point)[0, 0] + (space.vectors["e", i][0, 0] if noise else 0)
        total = point * label if total is None else total + point * label
    gap = (query.T @ space.constant(A) @ total)[0, 0] * rational(Fraction(1, M)) - (task.T @ query)[0, 0]
    return space.mean_of_product(gap, gap)


@cache
def _shift_variance() -> Formula:
    """Var (y_hat - <w, x_q>)^2 under a joint shift."""
    gap = shifted_predictor() - w.T @ x_q
    laws = {x: Gaussian(CONTEXT), x_q: Gaussian(QUERY_MOMENT), eps: Gaussian(NOISE_VARIANCE)}
    mean = expectation(gap * gap, laws)
    variance = expectation((gap * gap) * (gap * gap), laws) - mean * mean
    names = {"A": "A", "context": "Lambda_c", "query": "Lambda_q", "prompt_length": "M", "w": "w", "noise": "s2"}
    return Formula("variance of the error under shift", variance, names)


def _sample_shift(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    values, M = instance.floats, instance.lengths["M"]
    noise = float(values["s2"])
    estimate = simulate_error(
        Problem(values["Lambda_c"], 1),
        prompt_length=M,
        labels=LinearLabels(noise),
        shift=Shift(FixedTask(values["w"]), values["Lambda_c"], GaussianQuery(values["Lambda_q"])),
        weights=values["A"],
        target="linear",
        prompts=prompts,
        seed=seed,
    )
    variance = _shift_variance().evaluate(
        A=values["A"], context=values["Lambda_c"], query=values["Lambda_q"], prompt_length=M, w=values["w"], noise=noise
    )
    return estimate.moments, rounded_up(variance)


def error_under_joint_shift() -> Quantity:
    """E(y_hat - <w, x_q>)^2 for any matrix A, context covariance Lambda_c, query moment Lambda_q and noise s2."""

    def exact(instance: Instance) -> Array:
        return [[_shifted_error(instance, instance.arrays["A"], instance.lengths["M"])]]

    return Quantity(
        r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
        derive=lambda: (distribution_shift().expression.substitute({letter(QUERY): QUERY_MOMENT}), ()),
        exact=exactly(exact),
        sample=_sample_shift,
    )


def error_of_infinite_prompt_under_query_shift() -> Quantity:
    """The limit of many examples: the error is affine in 1/M."""

    def exact(instance: Instance) -> Array:
        complete = instance.with_values(Lambda_c=instance.values["Lambda"])
        A = inverse(gamma(instance.arrays["Lambda"], instance.lengths["N"]))
        return [[2 * _shifted_error(complete, A, 2) - _shifted_error(complete, A, 1)]]

    return Quantity(r"\lim_{M \to \infty} \mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=exactly(exact))


def _noisy_error(instance: Instance) -> Exact:
    """Noise adds s2 Lambda to E y^2 x x'; the target <w, x_q> has none."""
    covariance = instance.arrays["Lambda"]
    first, second, square = linear_moments(instance.values["Lambda"], instance.values["w"])
    return one_by_one(error_from_moments(instance, first, second + scalar(instance, "s2") * covariance, square)), {}


def error_with_noisy_labels() -> Quantity:
    """E(y_hat - <w, x_q>)^2 at the limit, on labels with noise of variance s2."""
    return Quantity(r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=_noisy_error)


def mean_over_context(instance: Instance, covariance: Array, A: Array) -> Array:
    """E[x_q' A (1/M) sum_i y_i x_i] over a context from N(0, covariance), in coordinates."""
    M = instance.lengths["M"]
    space = Coordinates({("x", i): covariance for i in range(M)})
    task = space.constant(instance.arrays["w"])
    points = [space.vectors["x", i] for i in range(M)]
    total = sum((space.means(point * (task.T @ point)[0, 0]) for point in points), zeros(len(covariance), 1))
    return instance.arrays["x_q"].T @ A @ total / Fraction(M)


def mean_prediction_at_limit() -> Quantity:
    """E[y_hat | x_q] at the limit, on a context from N(0, Lambda_c)."""

    def derive() -> Derived:
        Gamma = global_minimum()["minimiser"]
        mean = expectation(shifted_predictor(), {x: Gaussian(CONTEXT), eps: Gaussian(NOISE_VARIANCE)})
        return mean.substitute({letter(matrix("A")): Gamma.expression}), Gamma.definitions

    def exact(instance: Instance) -> Array:
        A = inverse(gamma(instance.arrays["Lambda"], instance.lengths["N"]))
        return mean_over_context(instance, instance.arrays["Lambda_c"], A)

    return Quantity(r"\mathbb{E}[\hat y \mid x_q]", derive=derive, exact=exactly(exact))


# By which covariates are scaled, as the paper writes it.
SCALE = scalar_letter("c")


def mean_prediction(scaled: bool = False) -> Quantity:
    """E[y_hat | x_q, w] over the context alone: of covariance Lambda, or c^2 Lambda if scaled; A is Lambda^-1 then."""
    context = SCALE**2 * LAMBDA if scaled else LAMBDA
    weights = LAMBDA**-1 if scaled else LETTERS["A"]

    def derive() -> Derived:
        mean = expectation(shifted_predictor(), {x: Gaussian(context), eps: Gaussian(NOISE_VARIANCE)})
        return mean.substitute({letter(matrix("A")): weights}), ()

    def exact(instance: Instance) -> Array:
        covariance = instance.arrays["Lambda"]
        if scaled:
            return mean_over_context(instance, covariance * scalar(instance, "c") ** 2, inverse(covariance))
        return mean_over_context(instance, covariance, instance.arrays["A"])

    return Quantity(r"\mathbb{E}[\hat y \mid x_q, w]", derive=derive, exact=exactly(exact))


def scaled_prediction_limit() -> Quantity:
    """lim as N grows of x_q' Gamma^-1 (c^2 Lambda) w: Gamma is affine in 1/N, and here 1/N = 0."""

    def exact(instance: Instance) -> Array:
        L = instance.arrays["Lambda"]
        limit = 2 * gamma(L, 2) - gamma(L, 1)
        context = scalar(instance, "c") ** 2 * L
        return instance.arrays["x_q"].T @ inverse(limit) @ context @ instance.arrays["w"]

    return Quantity(r"\lim_{N \to \infty} x_q^\top \Gamma^{-1} c^2 \Lambda w", exact=exactly(exact))
