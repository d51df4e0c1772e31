"""Moments in coordinates: the independent check of the symbolic engine. Nothing of `theory` is imported here.

Random vectors are written as mean + s K z with standard normal z_1, ..., z_k of their own and, for elliptical laws, a
radius s that takes two rational values. Everything is then a polynomial in independent variables with known rational
moments, and its expectation is the sum over its monomials.
"""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from sympy import QQ, ring

# s = sqrt(r) is 1/2 with probability 4/5 and 2 with probability 1/5, so that E r = 1.
RADII = ((Fraction(1, 2), Fraction(4, 5)), (Fraction(2), Fraction(1, 5)))


def radial_moment(k: int) -> Fraction:
    """E r^k of the two-point law."""
    return sum(p * s ** (2 * k) for s, p in RADII)


def normal_moment(power: int) -> Fraction:
    """E z^power: (power - 1)!! for even powers."""
    return Fraction(0) if power % 2 else Fraction(prod(range(1, power, 2)))


def radius_moment(power: int) -> Fraction:
    """E s^power of the two-point law."""
    return sum(p * s**power for s, p in RADII)


@dataclass(frozen=True)
class Law:
    """mean + s K z; `elliptical` says whether s is random or 1."""

    root: Any
    mean: Any
    elliptical: bool = False


def rational(generator: random.Random) -> Fraction:
    """A generic small rational."""
    return Fraction(generator.choice([-7, -5, -3, -2, -1, 1, 2, 3, 5, 7]), generator.choice([1, 2, 3]))


def matrix(generator: random.Random, rows: int, cols: int) -> Any:
    """A generic rational matrix."""
    entries = [rational(generator) for _ in range(rows * cols)]
    return np.array(entries, dtype=object).reshape(rows, cols)


def vector(generator: random.Random, size: int) -> Any:
    """A generic rational vector."""
    return matrix(generator, size, 1).reshape(-1)


def root(generator: random.Random, size: int) -> Any:
    """A lower triangular matrix with a positive diagonal; root @ root.T is generic and positive definite."""
    lower = np.tril(matrix(generator, size, size))
    for i in range(size):
        lower[i, i] = abs(lower[i, i])
    return lower + Fraction(0)


def inverse(array: Any) -> Any:
    """The inverse by Cramer's rule."""

    def determinant(rows: list[list[Fraction]]) -> Fraction:
        if not rows:
            return Fraction(1)
        minors = ([row[:j] + row[j + 1 :] for row in rows[1:]] for j in range(len(rows)))
        return sum((-1) ** j * rows[0][j] * determinant(minor) for j, minor in enumerate(minors))

    rows = array.tolist()
    n = len(rows)
    whole = determinant(rows)
    cofactors = [
        [
            (-1) ** (i + j) * determinant([r[:i] + r[i + 1 :] for k, r in enumerate(rows) if k != j]) / whole
            for j in range(n)
        ]
        for i in range(n)
    ]
    return np.array(cofactors, dtype=object).reshape(n, n)


@dataclass
class Coordinates:
    """Random vectors as arrays of polynomials.

    Args:
        laws: for each name its law.
        copies: which copies of each name exist; None is the plain letter.
    """

    laws: dict[str, Law]
    copies: Sequence[int | None]
    moments: list[Callable[[int], Fraction]] = field(default_factory=list)

    def __post_init__(self) -> None:
        slots: dict[tuple[str, int | None], tuple[int, int, int | None]] = {}
        for name, law in self.laws.items():
            for copy in self.copies:
                start, size = len(self.moments), law.root.shape[1]
                self.moments += [normal_moment] * size
                radius = None
                if law.elliptical:
                    radius = len(self.moments)
                    self.moments.append(radius_moment)
                slots[name, copy] = (start, size, radius)
        self.ring, *variables = ring([f"v{i}" for i in range(len(self.moments))], QQ)
        self.vectors: dict[tuple[str, int | None], Any] = {}
        for (name, copy), (start, size, radius) in slots.items():
            law = self.laws[name]
            normals = np.array(variables[start : start + size], dtype=object)
            scaled = self.constant(law.root) @ normals
            if radius is not None:
                scaled = scaled * variables[radius]
            self.vectors[name, copy] = scaled + self.constant(law.mean)

    def constant(self, array: Any) -> Any:
        """An array of rationals as an array of constant polynomials."""
        array = np.asarray(array, dtype=object)
        flat = [self.ring(QQ(x.numerator, x.denominator)) for x in array.flat]
        return np.array(flat, dtype=object).reshape(array.shape)

    def expectation(self, polynomial: Any) -> Fraction:
        """The sum over the monomials of their moments."""
        total = Fraction(0)
        for powers, value in self.ring(polynomial).items():
            moment = prod(self.moments[i](p) for i, p in enumerate(powers) if p)
            total += Fraction(int(value.numerator), int(value.denominator)) * moment
        return total

    def expectation_of_product(self, left: Any, right: Any) -> Fraction:
        """E[left right] without multiplying out: only monomials of equal parity meet. No elliptical letters."""
        tables: list[dict[tuple[int, ...], list[tuple[tuple[int, ...], Fraction]]]] = []
        for polynomial in (left, right):
            table = defaultdict(list)
            for powers, value in self.ring(polynomial).items():
                number = Fraction(int(value.numerator), int(value.denominator))
                table[tuple(p % 2 for p in powers)].append((powers, number))
            tables.append(table)
        total = Fraction(0)
        for parity, terms in tables[0].items():
            for powers, x in terms:
                for others, y in tables[1].get(parity, ()):
                    sums = (p + q for p, q in zip(powers, others, strict=True) if p + q > 2)
                    total += x * y * prod(normal_moment(p) for p in sums)
        return total


def layer_prediction(xs: Sequence[Any], ys: Sequence[Any], x_q: Any, weights: dict[str, Any], unused: Any) -> Any:
    """The last entry of f(E) = E + W_PV E (E' W_KQ E)/N from the definition; `unused` fills the irrelevant blocks."""
    d, n = len(x_q), len(xs)
    columns = [np.append(x, y) for x, y in zip(xs, ys, strict=True)] + [np.append(x_q, 0 * x_q[0])]
    E = np.stack(columns, axis=1)
    W_PV, W_KQ = np.array(unused, dtype=object), np.array(unused.T, dtype=object)
    W_PV[d, :d], W_PV[d, d] = weights["u12"], weights["u"]
    W_KQ[:d, :d], W_KQ[d, :d] = weights["U11"], weights["u21"]
    one = x_q[0] ** 0
    W_PV, W_KQ = _times(W_PV, one), _times(W_KQ, one)
    return (E + (W_PV @ E @ (E.T @ W_KQ @ E)) * (one / n))[d, n]


def _times(array: Any, one: Any) -> Any:
    flat = [one * QQ(entry.numerator, entry.denominator) for entry in array.flat]
    return np.array(flat, dtype=object).reshape(array.shape)


@dataclass
class TrainingPrompt:
    """The error y_hat - <w, x_q> of the layer on a random training prompt, as a polynomial.

    Args:
        covariate_root: Lambda = root root'.
        task_root: the task's covariance is task_root task_root'.
        noise_deviation: the standard deviation of the labels' noise, a rational.
        examples: N.
        unused: a (d + 1) x (d + 1) matrix that fills the blocks on which the prediction does not depend.
        covariate_mean, task_mean: the means of x and w; None is zero.
    """

    covariate_root: Any
    task_root: Any
    noise_deviation: Fraction
    examples: int
    unused: Any
    covariate_mean: Any = None
    task_mean: Any = None

    def __post_init__(self) -> None:
        null = np.full(len(self.covariate_root), Fraction(0))
        deviation = np.array([[self.noise_deviation]], dtype=object)
        self.covariates = Coordinates(
            {
                "x": Law(self.covariate_root, null if self.covariate_mean is None else self.covariate_mean),
                "w": Law(self.task_root, null if self.task_mean is None else self.task_mean),
                "e": Law(deviation, np.array([Fraction(0)], dtype=object)),
            },
            [None, *range(self.examples)],
        )

    def error(self, weights: dict[str, Any]) -> Any:
        """y_hat - <w, x_q>."""
        vectors = self.covariates.vectors
        w, x_q = vectors["w", None], vectors["x", None]
        xs = [vectors["x", i] for i in range(self.examples)]
        ys = [x @ w + vectors["e", i][0] for i, x in enumerate(xs)]
        return layer_prediction(xs, ys, x_q, weights, self.unused) - w @ x_q

    def loss(self, weights: dict[str, Any]) -> Fraction:
        """E error^2 / 2."""
        error = self.error(weights)
        return self.covariates.expectation_of_product(error, error) / 2

    def gradient(self, weights: dict[str, Any], block: str) -> Any:
        """E[error d error]: the prediction is linear in every single weight, so a difference is the derivative."""
        error = self.error(weights)
        value = np.asarray(weights[block], dtype=object)
        result = np.empty(value.shape, dtype=object)
        for place in np.ndindex(value.shape):
            moved = value.copy()
            moved[place] += 1
            change = self.error({**weights, block: moved if moved.shape else moved.item()}) - error
            result[place] = self.covariates.expectation_of_product(error, change)
        return result if result.shape else result.item()


def prediction_error(
    covariate_root: Any,
    context_length: int,
    prompt_length: int,
    label: Callable[[Any], Any],
    noise_deviation: Fraction,
) -> Fraction:
    """E (x_q' Gamma^{-1} (1/M) sum_i y_i x_i - y_q)^2 for polynomial labels, Gamma from its definition (4.1)."""
    d = len(covariate_root)
    covariance = covariate_root @ covariate_root.T
    trace = sum(covariance[i, i] for i in range(d))
    unit = np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)
    Gamma = covariance * (1 + Fraction(1, context_length)) + unit * (trace / context_length)
    null = np.full(d, Fraction(0))
    coordinates = Coordinates(
        {
            "x": Law(covariate_root, null),
            "e": Law(np.array([[noise_deviation]], dtype=object), np.array([Fraction(0)], dtype=object)),
        },
        [None, *range(prompt_length)],
    )
    x = {copy: coordinates.vectors["x", copy] for copy in coordinates.copies}
    y = {copy: label(x[copy]) + coordinates.vectors["e", copy][0] for copy in coordinates.copies}
    average = sum(x[i] * y[i] for i in range(prompt_length)) * coordinates.constant([Fraction(1, prompt_length)])[0]
    error = x[None] @ coordinates.constant(inverse(Gamma)) @ average - y[None]
    return coordinates.expectation_of_product(error, error)
