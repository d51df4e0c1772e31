"""Exact moments of Wishart matrices and of their inverses without the engine, by Bartlett's decomposition.

W = sum_{i <= N} x_i x_i' with x_i ~ N(0, I) in dimension d is T T' with T lower triangular, its entries independent:
t_ij ~ N(0, 1) below the diagonal and t_ii^2 chi-squared with N - i degrees of freedom, i = 0, ..., d - 1. So a moment
costs d (d + 1)/2 numbers however large N is, and is a polynomial in N for given d.

Source: Muirhead, Aspects of Multivariate Statistical Theory (1982), Theorem 3.2.14; Wick's theorem plays no part.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from math import prod
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq
from sympy.polys.domains import QQ
from sympy.polys.rings import PolyElement, ring

from proofs_check.judge.exact_moments import fraction, rational

Array = Any
# Bits of the balls that enclose values, as many as those of the statements.
_PRECISION = 256
# Of the ball around a root, relative to it.
_ROOT_WIDTH = Fraction(1, 10**40)


class Bartlett:
    """The triangular matrix T of a Wishart matrix, in coordinates.

    Args:
        d: its size.
        N: the number of samples. A fraction gives the value of the polynomial in N that a moment of W is.
    """

    def __init__(self, d: int, N: Fraction | int):
        self.d, self.N = d, Fraction(N)
        below = [(i, j) for i in range(d) for j in range(i)]
        names = [f"t{i}" for i in range(d)] + [f"r{i}" for i in range(d)] + [f"t{i}_{j}" for i, j in below]
        self.ring = ring(",".join(names), QQ)[0]
        self.diagonal, self.reciprocal = self.ring.gens[:d], self.ring.gens[d : 2 * d]
        self.factor = np.full((d, d), self.ring.zero, dtype=object)
        for i in range(d):
            self.factor[i, i] = self.diagonal[i]
        for place, generator in zip(below, self.ring.gens[2 * d :], strict=True):
            self.factor[place] = generator

    def wishart(self) -> Array:
        """W = T T'."""
        return self.factor @ self.factor.T

    def inverse_factor(self) -> Array:
        """T^-1, with r_i for 1/t_i, by forward substitution; W^-1 = T^-T T^-1."""
        result = np.full((self.d, self.d), self.ring.zero, dtype=object)
        for j in range(self.d):
            result[j, j] = self.reciprocal[j]
            for i in range(j + 1, self.d):
                inner = sum((self.factor[i, k] * result[k, j] for k in range(j, i)), self.ring.zero)
                result[i, j] = -self.reciprocal[i] * inner
        return result

    def constant(self, array: Array) -> Array:
        """An array of Fractions as constant polynomials."""
        flat = [self.ring.ground_new(rational(entry)) for entry in array.flat]
        return np.array(flat, dtype=object).reshape(array.shape)

    def mean(self, polynomial: PolyElement) -> Fraction:
        """E of a polynomial.

        Raises:
            ValueError: where N is too small for a moment of the inverse.
        """
        terms = ((powers, fraction(value)) for powers, value in polynomial.terms())
        return sum((value * self._moment(powers) for powers, value in terms), start=Fraction(0))

    def means(self, array: Array) -> Array:
        """E of every entry."""
        return np.array([self.mean(entry) for entry in array.flat], dtype=object).reshape(array.shape)

    def _moment(self, powers: Sequence[int]) -> Fraction:
        normals = powers[2 * self.d :]
        if any(power % 2 for power in normals):
            return Fraction(0)
        result = Fraction(prod(prod(range(1, power, 2)) for power in normals))
        for i in range(self.d):
            result *= chi_squared_moment(self.N - i, powers[i] - powers[self.d + i])
        return result


def chi_squared_moment(degrees: Fraction, power: int) -> Fraction:
    """E t^power, t^2 chi-squared; the power is even, and may be negative.

    Raises:
        ValueError: for an odd power, or a negative one that has no mean.
    """
    if power % 2:
        raise ValueError(f"the moment of order {power} of a chi variable is irrational")
    if power >= 0:
        return prod((degrees + 2 * k for k in range(power // 2)), start=Fraction(1))
    if degrees + power <= 0:
        raise ValueError(f"E t^{power} is infinite with {degrees} degrees of freedom; more samples are needed")
    return 1 / prod((degrees - 2 * k for k in range(1, -power // 2 + 1)), start=Fraction(1))


@cache
def trace_moment(k: int, d: int, N: Fraction | int) -> Fraction:
    """E tr(W^k) for W = sum_{i <= N} x_i x_i', x_i ~ N(0, I) in dimension d."""
    if k == 0:
        return Fraction(d)
    space = Bartlett(d, N)
    W = space.wishart()
    powers = [W]
    while len(powers) < (k + 1) // 2:
        powers.append(powers[-1] @ W)
    # The trace of a product is the sum over pairs of entries, so that W^k itself is never multiplied out.
    other = powers[k // 2 - 1] if k > 1 else np.diag([space.ring.one] * d)
    return sum((space.mean(a * b) for a, b in zip(powers[-1].flat, other.T.flat, strict=True)), start=Fraction(0))


def value_at_zero(nodes: Sequence[Fraction], values: Sequence[Fraction]) -> Fraction:
    """The value at 0 of the polynomial of degree below len(nodes) through the given values (Lagrange)."""
    total = Fraction(0)
    for i, (node, value) in enumerate(zip(nodes, values, strict=True)):
        others = [other for j, other in enumerate(nodes) if j != i]
        total += value * prod((other / (other - node) for other in others), start=Fraction(1))
    return total


@cache
def moment_in_proportional_limit(k: int, ratio: Fraction) -> Fraction:
    """lim E tr(W^k)/(d N^k) as d grows with d/N fixed, from k finite sizes.

    In the expansion over pairings a term has N^a d^b with 1 <= a, b and a + b <= k + 1, so that at d = j and N =
    j/ratio the mean is a polynomial in 1/j of degree k - 1, and its value at 1/j = 0 is the limit.
    """
    if k == 0:
        return Fraction(1)
    sizes = range(1, k + 1)
    values = [trace_moment(k, j, j / ratio) / (j * (j / ratio) ** k) for j in sizes]
    return value_at_zero([Fraction(1, j) for j in sizes], values)


def partial_sums(coefficients: Sequence[Fraction], x: Fraction) -> list[Fraction]:
    """The partial sums of sum_k coefficients[k] (-1/x)^k."""
    sums, total = [], Fraction(0)
    for k, coefficient in enumerate(coefficients):
        total += coefficient * (-1 / x) ** k
        sums.append(total)
    return sums


def between(low: Fraction, high: Fraction) -> arb:
    """A ball that contains all numbers from low to high."""
    with ctx.workprec(_PRECISION):
        ends = [arb(fmpq(value.numerator, value.denominator)) for value in (low, high)]
        return ends[0].union(ends[1])


def positive_root(a: Fraction, b: Fraction, c: Fraction) -> arb:
    """A ball around the positive root of a m^2 + b m + c, by bisection in rational arithmetic.

    For a > 0 > c there is one, with negative values below it and positive ones above.
    """
    low, high = Fraction(0), Fraction(1)
    while a * high**2 + b * high + c <= 0:
        low, high = high, 2 * high
    while high - low > _ROOT_WIDTH * high:
        middle = (low + high) / 2
        low, high = (middle, high) if a * middle**2 + b * middle + c <= 0 else (low, middle)
    return between(low, high)
