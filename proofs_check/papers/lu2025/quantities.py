"""The left sides: the error on tasks of a sphere, its limit, moments on the sphere, and M_kappa(x)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

from numerics.marchenko_pastur import marchenko_pastur_mean
from proofs_check.judge.exact_moments import Coordinates, rational
from proofs_check.judge.exact_wishart import (
    between,
    moment_in_proportional_limit,
    partial_sums,
    positive_root,
    value_at_zero,
)
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Array, Derived, Exact, Quantity
from proofs_check.model_claims import left_sides
from proofs_check.model_claims.setting import Setting
from proofs_check.papers.lu2025.language import LETTERS, SPHERE, WEIGHTS
from theory import LinearAttention, Model, Moments
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import identity, indexed, length, sum_over, vector
from theory.algebra.limits import proportional_limit, with_quotient

ERROR = r"\mathbb{E}(\hat y - y_q)^2"
# How far the integrals in floating point may be trusted, relative to their size.
_ACCURACY = 1e-9
# Moments of order 0 to 4 of the sample covariance.
_MOMENTS = 5


def task_error(G1: Array, g: Array, w: Array, rho: Fraction, length_: int) -> Fraction:
    """E (y_hat - y_q)^2 for one task, in coordinates: y_hat = x_q' [G1, g] [(d/l) sum_i y_i x_i; (1/l) sum_i y_i^2]."""
    d = len(G1)
    covariance = [[Fraction(int(i == j), d) for j in range(d)] for i in range(d)]
    draws: dict[tuple[str, int], Any] = {("x", i): covariance for i in range(length_)}
    draws |= {("e", i): [[rho]] for i in range(length_ + 1)}
    space = Coordinates({**draws, ("q", 0): covariance})
    task, query = space.constant(w.reshape(-1, 1)), space.vectors["q", 0]
    labels = [(task.T @ space.vectors["x", i])[0, 0] + space.vectors["e", i][0, 0] for i in range(length_)]
    zero = space.ring.zero
    slope = np.full((d, 1), zero, dtype=object)
    square = zero
    for i, label in enumerate(labels):
        slope = slope + space.vectors["x", i] * label
        square = square + label * label
    features = space.constant(G1) @ slope * rational(Fraction(d, length_))
    features = features + space.constant(g.reshape(-1, 1)) * (square * rational(Fraction(1, length_)))
    gap = (query.T @ features)[0, 0] - (task.T @ query)[0, 0] - space.vectors["e", length_][0, 0]
    return space.mean_of_product(gap, gap)


def _mean_over(tasks: Sequence[Array], error: Callable[[Array], Fraction]) -> Fraction:
    return sum((error(task) for task in tasks), start=Fraction(0)) / len(tasks)


_ISOTROPIC = Model(SPHERE.replace(w=Moments("I", square="d")), LinearAttention(), WEIGHTS, vectors=("g",))


def isotropic_error() -> Quantity:
    """The error for tasks of the sphere with E w = 0 and E ww' = I: exactly, w has independent signs as entries."""

    def exact(instance: Instance) -> Exact:
        values, d = instance.arrays, instance.lengths["d"]
        signs = [np.array([Fraction(s) for s in chosen], dtype=object) for chosen in product((1, -1), repeat=d)]
        g, rho, count = values["g"].reshape(-1), instance.values["rho"], instance.lengths["l"]
        return one_by_one(_mean_over(signs, lambda task: task_error(values["G1"], g, task, rho, count))), {}

    return replace(left_sides.error(Setting(_ISOTROPIC)), exact=exact)


_WITHOUT_SQUARES = Model(SPHERE.replace(w=Moments("R", square="d")), LinearAttention(), {"U11": "d G1'", "u": "1"})


def limiting_error() -> Quantity:
    """lim of the error at g = 0 as d and l grow in a fixed ratio, with the normalised traces of G1 and R.

    Exactly, G1 and R are t copies of those of the instance along the diagonal, with t d dimensions and t l examples;
    the error is then affine in 1/t, since l is in the coefficient of one of its traces only, so that t = 1 and 2 give
    the limit. The task has t independent parts with random signs, each part the instance's v, |v|^2 = d.
    """

    def exact(instance: Instance) -> Exact:
        G1, v = instance.arrays["G1"], instance.arrays["v"].reshape(-1)
        rho, count = instance.values["rho"], instance.lengths["l"]

        def copies(t: int) -> Fraction:
            tasks = [np.concatenate([sign * v for sign in signs]) for signs in product((1, -1), repeat=t)]
            block = np.kron(np.eye(t, dtype=int), G1)
            nothing = np.full(len(block), Fraction(0), dtype=object)
            return _mean_over(tasks, lambda task: task_error(block, nothing, task, rho, t * count))

        limit = value_at_zero([Fraction(1), Fraction(1, 2)], [copies(1), copies(2)])
        return one_by_one(limit), {"R": tuples(np.outer(v, v))}

    def derive() -> Derived:
        error_here = _WITHOUT_SQUARES.error().expression
        return with_quotient(proportional_limit(error_here, {"l": "c"}), "c", "d", "l"), ()

    return Quantity(r"\lim " + ERROR, derive=derive, exact=exact)


def sphere_fourth_moment() -> Quantity:
    """E (w'Aw)(w'Bw) for w uniform on |w|^2 = d.

    The engine has it from a Gaussian vector z, w = sqrt(d) z/|z|, |z| independent of w. Exactly, it is summed over the
    entries: E w_i^4 = 3 d/(d + 2), E w_i^2 w_j^2 = d/(d + 2), from the integral of monomials over the sphere.
    """

    def derive() -> Derived:
        z, A, B = vector("z"), LETTERS["A"], LETTERS["B"]
        law = {z: Gaussian(identity("d"))}
        form, norm = expectation((z.T @ A @ z) * (z.T @ B @ z), law), expectation((z.T @ z) ** 2, law)
        return form * length("d") ** 2 / norm, ()

    def exact(instance: Instance) -> Exact:
        A, B, d = instance.arrays["A"], instance.arrays["B"], instance.lengths["d"]
        pair = Fraction(d, d + 2)
        total = Fraction(0)
        for i, j, k, m in product(range(d), repeat=4):
            if sorted((i, j, k, m)) in [sorted((a, a, b, b)) for a in range(d) for b in range(d)]:
                total += A[i, j] * B[k, m] * pair * (3 if i == j == k == m else 1)
        return one_by_one(total), {}

    return Quantity(r"\mathbb{E}(w^\top A w)(w^\top B w)", derive=derive, exact=exact)


def wishart_moment_limit(k: int) -> Quantity:
    """lim (1/d) E tr C^k, C = (1/N) sum_t w_t w_t' the sample covariance of N = kappa d tasks."""

    def derive() -> Derived:
        task = vector("w")
        data = sum_over("t", "N", indexed(task, "t") @ indexed(task, "t").T) / length("N")
        mean = expectation((data**k).trace(), {task: Gaussian(identity("d"))}) / length("d")
        return with_quotient(proportional_limit(mean, {"N": "c"}), "c", "d", "N"), ()

    def exact(instance: Instance) -> Exact:
        ratio = Fraction(instance.lengths["d"], instance.lengths["N"])
        return one_by_one(moment_in_proportional_limit(k, ratio)), {}

    return Quantity(rf"\lim \tfrac1d \mathbb{{E}} \operatorname{{tr}} C^{k}", derive=derive, exact=exact)


def root_of_quadratic() -> Quantity:
    """The positive root m of x/kappa m^2 + (x + 1 - 1/kappa) m - 1 = 0."""

    def enclose(instance: Instance) -> Exact:
        x, kappa = instance.values["x"], instance.values["kappa"]
        return one_by_one(positive_root(x / kappa, x + 1 - 1 / kappa, Fraction(-1))), {}

    return Quantity("m", enclose=enclose, enclosed_by="bisection in rational arithmetic")


def resolvent_limit() -> Quantity:
    """M_kappa(x) = lim (1/d) E tr (C + x I)^-1, C the sample covariance of N = kappa d tasks.

    1/(lambda + x) lies between two successive partial sums of its series in lambda/x for every lambda >= 0; the limits
    of the moments up to 4 then enclose the limit, narrowly for large x. In floating point it is the integral over the
    law of Marchenko and Pastur.
    """

    def enclose(instance: Instance) -> Exact:
        x, ratio = instance.values["x"], 1 / instance.values["kappa"]
        sums = partial_sums([moment_in_proportional_limit(k, ratio) for k in range(_MOMENTS)], x)
        low, high = sorted(sums[-2:])
        return one_by_one(between(low / x, high / x)), {}

    def compute(instance: Instance) -> tuple[Array, float]:
        x, ratio = float(instance.values["x"]), 1 / float(instance.values["kappa"])
        value = marchenko_pastur_mean(lambda points: 1 / (points + x), ratio)
        return np.array([[value]]), _ACCURACY * (1 + abs(value))

    return Quantity(
        r"\lim \tfrac1d \mathbb{E} \operatorname{tr} (C + x I)^{-1}",
        enclose=enclose,
        enclosed_by="moments of finite sizes, extrapolated",
        compute=compute,
        computed_by="the integral over the law of Marchenko and Pastur",
    )
