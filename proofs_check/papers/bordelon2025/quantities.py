"""The left sides: the loss of depth L in Wishart moments, and its limit where dimension and prompt grow together."""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np

from numerics.marchenko_pastur import marchenko_pastur_mean
from proofs_check.judge.exact_wishart import moment_in_proportional_limit, trace_moment
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Array, Derived, Exact, Quantity
from proofs_check.papers.bordelon2025.language import LETTERS
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, indexed, length, sum_over
from theory.algebra.limits import proportional_limit, with_quotient

# How far the integrals in floating point may be trusted, relative to their size.
_ACCURACY = 1e-9


def _weights(depth: int, g: Fraction) -> list[Fraction]:
    """The coefficients of lambda^k in (1 - g lambda/L)^(2 L)."""
    return [comb(2 * depth, k) * (-g / depth) ** k for k in range(2 * depth + 1)]


def _spectral_loss(depth: int) -> Expression:
    """(1/d) E tr (I - g S/L)^(2L) by Wick's theorem."""
    x = LETTERS["x"]
    data = sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T) / length("N")
    left = identity("d") - LETTERS["g"] * data / depth
    return expectation((left ** (2 * depth)).trace(), {x: Gaussian(identity("d"))}) / length("d")


def spectral_loss(depth: int) -> Quantity:
    """(1/d) E tr (I - g S/L)^(2L), S the sample covariance of N standard Gaussian vectors."""

    def exact(instance: Instance) -> Exact:
        d, N = instance.lengths["d"], instance.lengths["N"]
        weights = _weights(depth, instance.values["g"])
        return one_by_one(sum(a * trace_moment(k, d, N) / (d * N**k) for k, a in enumerate(weights))), {}

    return Quantity(
        rf"\tfrac1d \mathbb{{E}} \operatorname{{tr}} (I - \gamma \hat\Sigma / {depth})^{{{2 * depth}}}",
        derive=lambda: (_spectral_loss(depth), ()),
        exact=exact,
    )


def limiting_loss(depth: int) -> Quantity:
    """lim (1/d) E tr (I - g S/L)^(2L) as d and N grow in the ratio d/N of the instance.

    The engine takes the limit of the loss; exactly, it comes from finite sizes, which for L > 2 take minutes; in
    floating point it is the integral over the law of Marchenko and Pastur.
    """

    def derive() -> Derived:
        return with_quotient(proportional_limit(_spectral_loss(depth), {"N": "c"}), "c", "d", "N"), ()

    def exact(instance: Instance) -> Exact:
        ratio = Fraction(instance.lengths["d"], instance.lengths["N"])
        weights = _weights(depth, instance.values["g"])
        return one_by_one(sum(a * moment_in_proportional_limit(k, ratio) for k, a in enumerate(weights))), {}

    def compute(instance: Instance) -> tuple[Array, float]:
        ratio, g = instance.lengths["d"] / instance.lengths["N"], float(instance.values["g"])
        value = marchenko_pastur_mean(lambda points: (1 - g * points / depth) ** (2 * depth), ratio)
        return np.array([[value]]), _ACCURACY * (1 + abs(value))

    return Quantity(
        rf"\lim \tfrac1d \mathbb{{E}} \operatorname{{tr}} (I - \gamma \hat\Sigma / {depth})^{{{2 * depth}}}",
        derive=derive,
        exact=exact if depth <= 2 else None,
        compute=compute,
        computed_by="the integral over the law of Marchenko and Pastur",
    )
