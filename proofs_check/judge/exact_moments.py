"""Exact expectations in coordinates, and the attention layer run on polynomials: the path without the engine.

A Gaussian vector with rational covariance C = L D L' (D diagonal) is x = L z with independent z_k of variance D_kk.
Entries become polynomials in the z_k with rational coefficients; E z^(2m) = (2m - 1)!! D^m and odd moments vanish.
Nothing here knows matrix words, pairings or traces. Feasible for small d and N, which is what it is for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
from sympy.polys.domains import QQ
from sympy.polys.rings import PolyElement, ring

Array = Any


def rational(value: Any) -> Any:
    """A Fraction or int as an element of the polynomials' coefficient field."""
    return QQ(value.numerator, value.denominator)


def fraction(value: Any) -> Fraction:
    """An element of the coefficient field as a Fraction."""
    return Fraction(int(value.numerator), int(value.denominator))


def ldl(matrix: Array) -> tuple[list[list[Fraction]], list[Fraction]]:
    """L (unit lower triangular) and D >= 0 with matrix = L D L'; ValueError unless positive semidefinite."""
    n = len(matrix)
    lower = [[Fraction(int(i == j)) for j in range(n)] for i in range(n)]
    diagonal: list[Fraction] = []
    for j in range(n):
        pivot = matrix[j][j] - sum(lower[j][k] ** 2 * diagonal[k] for k in range(j))
        if pivot < 0:
            raise ValueError(f"not a covariance: {matrix}")
        diagonal.append(Fraction(pivot))
        for i in range(j + 1, n):
            rest = matrix[i][j] - sum(lower[i][k] * lower[j][k] * diagonal[k] for k in range(j))
            if pivot == 0 and rest != 0:
                raise ValueError(f"not a covariance: {matrix}")
            lower[i][j] = Fraction(rest) / pivot if pivot else Fraction(0)
    return lower, diagonal


class Coordinates:
    """A polynomial ring with one generator for each coordinate of each Gaussian draw.

    Args:
        draws: for each draw, a name and a copy number, its rational covariance (nested sequences).
        radii: for draws that are z sqrt(r) with an independent r >= 0, the moments E r, E r^2, ... as far as known.
    """

    def __init__(
        self,
        draws: Mapping[tuple[str, int], Sequence[Sequence[Fraction]]],
        radii: Mapping[tuple[str, int], Sequence[Fraction]] | None = None,
    ):
        names: list[str] = []
        self._moments: list[_CoordinateMoments] = []
        factors: dict[tuple[str, int], tuple[list[list[Fraction]], int]] = {}
        radii = radii or {}
        for key, covariance in draws.items():
            lower, diagonal = ldl(covariance)
            factors[key] = (lower, len(names))
            names += [f"{key[0]}_{key[1]}_{k}" for k in range(len(diagonal))]
            self._moments += [_CoordinateMoments(variance) for variance in diagonal]
            if key in radii:
                names.append(f"{key[0]}_{key[1]}_root_r")
                self._moments.append(_CoordinateMoments(Fraction(1), tuple(radii[key])))
        self.ring = ring(",".join(names) or "unused", QQ)[0]
        generators = self.ring.gens
        self.vectors: dict[tuple[str, int], Array] = {}
        for key, (lower, start) in factors.items():
            scale = generators[start + len(lower)] if key in radii else self.ring.one
            entries = [
                scale * sum((generators[start + k] * rational(x) for k, x in enumerate(row) if x), self.ring.zero)
                for row in lower
            ]
            self.vectors[key] = np.array(entries, dtype=object).reshape(-1, 1)

    def constant(self, array: Array) -> Array:
        """An array of Fractions as constant polynomials."""
        flat = [self.ring.ground_new(rational(entry)) for entry in np.asarray(array, dtype=object).flat]
        return np.array(flat, dtype=object).reshape(np.shape(array))

    def mean(self, polynomial: PolyElement) -> Fraction:
        """E of a polynomial."""
        return fraction(sum((value * self._moment(powers) for powers, value in polynomial.terms()), start=QQ(0)))

    def mean_of_product(self, p: PolyElement, q: PolyElement) -> Fraction:
        """E[p q] without multiplying out: only pairs of monomials with equal parity in each coordinate contribute."""
        classes: dict[tuple[int, ...], list[tuple[tuple[int, ...], Any]]] = defaultdict(list)
        for powers, value in q.terms():
            classes[tuple(k % 2 for k in powers)].append((powers, value))
        total = QQ(0)
        for powers, value in p.terms():
            partners = classes.get(tuple(k % 2 for k in powers))
            if partners:
                inner = QQ(0)
                for other, v in partners:
                    inner += v * self._moment(tuple(map(int.__add__, powers, other)))
                total += value * inner
        return fraction(total)

    def square_given(self, p: PolyElement, kept: Sequence[bool]) -> PolyElement:
        """E[p^2 | some of the coordinates], a polynomial in them; `kept` says for each generator whether it is one."""
        groups: dict[tuple[int, ...], list[tuple[tuple[int, ...], Any]]] = defaultdict(list)
        for powers, value in p.terms():
            inside = tuple(k if keep else 0 for k, keep in zip(powers, kept, strict=True))
            outside = tuple(0 if keep else k for k, keep in zip(powers, kept, strict=True))
            groups[inside].append((outside, value))
        result: dict[tuple[int, ...], Any] = defaultdict(lambda: QQ(0))
        for a, left in groups.items():
            for b, right in groups.items():
                for outside, value in left:
                    for other, v in right:
                        moment = self._moment(tuple(map(int.__add__, outside, other)))
                        if moment:
                            result[tuple(map(int.__add__, a, b))] += value * v * moment
        return self.ring.from_dict({powers: value for powers, value in result.items() if value})

    def _moment(self, powers: tuple[int, ...]) -> Any:
        result = QQ(1)
        for power, moments in zip(powers, self._moments, strict=False):
            if power:
                if power % 2:
                    return QQ(0)
                result *= moments.even(power)
        return result

    def means(self, array: Array) -> Array:
        """E of every entry."""
        flat = [self.mean(entry) for entry in array.flat]
        return np.array(flat, dtype=object).reshape(array.shape)


class _CoordinateMoments:
    """Even moments of one generator: N(0, variance), or a root of r with E r^k given, whose odd ones never matter.

    An odd power of a root of r only ever stands beside an odd power of a coordinate that it multiplies.
    """

    def __init__(self, variance: Fraction, radial: tuple[Fraction, ...] | None = None):
        self.variance = variance
        self.radial = radial
        self.known: dict[int, Any] = {}

    def even(self, power: int) -> Any:
        """E of an even power."""
        if power not in self.known:
            self.known[power] = rational(self._value(power))
        return self.known[power]

    def _value(self, power: int) -> Fraction:
        half = power // 2
        if self.radial is None:
            return _normal_moment(power) * self.variance**half
        if half > len(self.radial):
            raise ValueError(f"E r^{half} is needed, and only {len(self.radial)} moments of r are known")
        return self.radial[half - 1]


@cache
def _normal_moment(power: int) -> int:
    return 0 if power % 2 else 1 if power == 0 else (power - 1) * _normal_moment(power - 2)


class Layer:
    """The attention layer on a random prompt with polynomial entries.

    Args:
        covariance: of the covariates, d x d Fractions.
        task: covariance of w; or None for a fixed w.
        length: the number of examples in the prompt.
        noise_variance: of the prompt's labels.
        w: the fixed task, if there is one.
    """

    def __init__(
        self,
        covariance: Array,
        length: int,
        *,
        task: Array | None = None,
        w: Array | None = None,
        noise_variance: Fraction = Fraction(0),
    ):
        d = len(covariance)
        self.length = length
        draws: dict[tuple[str, int], Any] = {("x", i): covariance for i in range(length)}
        draws["q", 0] = covariance
        if task is not None:
            draws["w", 0] = task
        if noise_variance:
            draws |= {("e", i): [[noise_variance]] for i in range(length)}
        self.coordinates = Coordinates(draws)
        vectors = self.coordinates.vectors
        self.task = (
            vectors["w", 0]
            if task is not None
            else self.coordinates.constant(np.reshape(np.asarray(w, dtype=object), (d, 1)))
        )
        self.query = vectors["q", 0]
        self.target = (self.task.T @ self.query)[0, 0]
        zero = self.coordinates.ring.zero
        embedding = np.full((d + 1, length + 1), zero, dtype=object)
        for i in range(length):
            embedding[:d, i] = vectors["x", i][:, 0]
            noise = vectors["e", i][0, 0] if noise_variance else zero
            embedding[d, i] = (self.task.T @ vectors["x", i])[0, 0] + noise
        embedding[:d, length] = self.query[:, 0]
        self.embedding = embedding

    def prediction(self, U11: Array, u21: Array, u12: Array, u: Fraction) -> PolyElement:
        """The last entry of f(E) = E + W_PV E (E' W_KQ E)/rho for the given blocks, the other entries arbitrary."""
        d = len(U11)
        # The prediction must not depend on these entries, so they are anything but zero.
        W_PV = np.array([[Fraction(7 + i - 3 * j, 2) for j in range(d + 1)] for i in range(d + 1)], dtype=object)
        W_KQ = np.array([[Fraction(5 - i * j, 3) for j in range(d + 1)] for i in range(d + 1)], dtype=object)
        W_PV[d, :d] = np.reshape(u12, -1)
        W_PV[d, d] = u
        W_KQ[:d, :d] = U11
        W_KQ[d, :d] = np.reshape(u21, -1)
        E = self.embedding
        constant = self.coordinates.constant
        values = constant(W_PV)[d] @ E
        scores = E.T @ (constant(W_KQ) @ E[:, -1])
        return E[d, -1] + (values @ scores) * rational(Fraction(1, self.length))

    def error(self, blocks: Mapping[str, Array]) -> PolyElement:
        """The prediction minus <w, x_q>."""
        return self.prediction(blocks["U11"], blocks["u21"], blocks["u12"], blocks["u"]) - self.target

    def loss(self, blocks: Mapping[str, Array]) -> Fraction:
        """E (prediction - <w, x_q>)^2 / 2."""
        error = self.error(blocks)
        return self.coordinates.mean_of_product(error, error) / 2

    def gradient(self, blocks: Mapping[str, Array], name: str) -> Array:
        """The partial derivatives of the loss by one block: E[error * d error], d error exact by a unit difference.

        The prediction is linear in every single entry of the weights.
        """
        error = self.error(blocks)
        block = np.array(blocks[name], dtype=object)
        result = np.full(block.shape, Fraction(0), dtype=object)
        for place in np.ndindex(block.shape):
            moved = block.copy()
            moved[place] = moved[place] + 1
            change = self.error({**blocks, name: moved if block.shape else moved[()]}) - error
            result[place] = self.coordinates.mean_of_product(error, change)
        return result
