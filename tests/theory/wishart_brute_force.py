"""Exact moments of Wishart matrices and their inverses in coordinates. Nothing of `theory` is imported here.

Bartlett: W = K L L' K' with L lower triangular, L_ii^2 chi-squared with M - i degrees of freedom (i from 0), entries
below the diagonal standard normal, all independent. Entries of W and W^-1 are then polynomials in the normal entries
and Laurent polynomials in the L_ii, and their expectation is the sum over monomials of known rational moments.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from tests.theory import brute_force

Powers = tuple[int, ...]


class Laurent:
    """A Laurent polynomial with rational coefficients, by exponents."""

    def __init__(self, terms: dict[Powers, Fraction]):
        self.terms = {powers: value for powers, value in terms.items() if value}

    def __add__(self, other: Any) -> Laurent:
        if not isinstance(other, Laurent):
            assert other == 0, "the start of a sum is the only number that is added"
            return self
        terms = dict(self.terms)
        for powers, value in other.terms.items():
            terms[powers] = terms.get(powers, Fraction(0)) + value
        return Laurent(terms)

    __radd__ = __add__

    def __mul__(self, other: Any) -> Laurent:
        if not isinstance(other, Laurent):
            return Laurent({powers: value * other for powers, value in self.terms.items()})
        terms: dict[Powers, Fraction] = {}
        for p, x in self.terms.items():
            for q, y in other.terms.items():
                powers = tuple(a + b for a, b in zip(p, q, strict=True))
                terms[powers] = terms.get(powers, Fraction(0)) + x * y
        return Laurent(terms)

    __rmul__ = __mul__


def chi_squared_moment(freedom: int, power: int) -> Fraction:
    """E of the power of a chi-squared variable; power may be negative as long as 2 |power| < freedom."""
    if power >= 0:
        return Fraction(prod(freedom + 2 * k for k in range(power)))
    assert freedom + 2 * power > 0
    return 1 / Fraction(prod(freedom - 2 * k for k in range(1, -power + 1)))


class Wishart:
    """W and its inverse as arrays of Laurent polynomials."""

    def __init__(self, root: Any, samples: int):
        d = len(root)
        self.samples, self.dimension = samples, d
        self.places = [(i, i) for i in range(d)] + [(i, j) for i in range(d) for j in range(i)]
        one = Laurent({(0,) * len(self.places): Fraction(1)})

        def variable(i: int, j: int, power: int = 1) -> Laurent:
            return Laurent({tuple(power * int(place == (i, j)) for place in self.places): Fraction(1)})

        L = np.array([[variable(i, j) if j <= i else 0 * one for j in range(d)] for i in range(d)], dtype=object)
        inverse = np.array([[0 * one for _ in range(d)] for _ in range(d)], dtype=object)
        for j in range(d):
            # Forward substitution: L inverse = I.
            for i in range(j, d):
                rest = sum((L[i, k] * inverse[k, j] for k in range(j, i)), 0 * one)
                inverse[i, j] = ((one if i == j else 0 * one) + -1 * rest) * variable(i, i, -1)
        K, back = root * one, brute_force.inverse(root) * one
        self.W = K @ L @ L.T @ K.T
        self.V = back.T @ inverse.T @ inverse @ back

    def mean(self, value: Any) -> Any:
        """E of an array of Laurent polynomials, or of one."""
        if isinstance(value, np.ndarray):
            return np.vectorize(self.mean, otypes=[object])(value)
        total = Fraction(0)
        for powers, coefficient in value.terms.items():
            placed = list(zip(self.places, powers, strict=True))
            normal = prod(brute_force.normal_moment(power) for (i, j), power in placed if i != j)
            if normal:
                # The roots of the chi-squared variables have even powers wherever the normal entries do.
                assert all(power % 2 == 0 for (i, j), power in placed if i == j)
                chi = prod(chi_squared_moment(self.samples - i, power // 2) for (i, j), power in placed if i == j)
                total += coefficient * normal * chi
        return total
