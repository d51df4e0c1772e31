"""What several left sides use: Gamma in coordinates, the layer's loss by brute force, and where that is least."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import pairwise
from typing import Any

import numpy as np
from flint import arb, fmpq, fmpq_mat

from proofs_check.judge.exact_moments import Coordinates, Layer
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse
from proofs_check.judge.statements import as_balls
from theory.algebra.definitions import Definition
from theory.algebra.expression import Expression
from theory.derivation import Formula

Array = Any
Derived = tuple[Expression, tuple[Definition, ...]]
Exact = tuple[Array, Mapping[str, Any]]


def exactly(compute: Callable[[Instance], Array]) -> Callable[[Instance], Exact]:
    """Exact evidence from a function of the instance that needs no letters beside those of the instance."""
    return lambda instance: (np.asarray(compute(instance), dtype=object), {})


def derived(formula: Callable[[], Formula]) -> Callable[[], Derived]:
    """A formula of the theory as a derived left side; it is derived when it is first asked for."""

    def derive() -> Derived:
        found = formula()
        return found.expression, found.definitions

    return derive


def scalar(instance: Instance, name: str) -> Fraction:
    """The value of a letter that is a number."""
    value: Fraction = instance.arrays[name][0, 0]
    return value


def flat(instance: Instance, name: str) -> Array:
    """The value of a letter that is a vector, with one axis."""
    return instance.arrays[name].reshape(-1)


def zeros(*shape: int) -> Array:
    """An array of zero Fractions."""
    return np.full(shape, Fraction(0), dtype=object)


def gamma(covariance: Array, N: int) -> Array:
    """Gamma = (1 + 1/N) Lambda + tr(Lambda)/N I."""
    return covariance * (1 + Fraction(1, N)) + exact_identity(len(covariance)) * (np.trace(covariance) / Fraction(N))


def training_layer(covariance: Array, N: int) -> Layer:
    """The layer on prompts of length N with x ~ N(0, Lambda) and w ~ N(0, I)."""
    return Layer(covariance, N, task=exact_identity(len(covariance)))


def on_subspace(U: Array, u: Fraction) -> dict[str, Any]:
    """The weights with u21 = u12 = 0."""
    return {"U11": np.array(U, dtype=object), "u21": zeros(len(U)), "u12": zeros(len(U)), "u": u}


def least_loss(layers: Sequence[tuple[Fraction, Layer]], d: int) -> tuple[Array, Fraction]:
    """(argmin of uU, min of the averaged loss) on the subspace, for layers with their probabilities.

    At u = 1 the loss is a quadratic polynomial in the entries of U with an affine gradient, whose values at zero and at
    the unit matrices give a linear system.
    """
    origin = zeros(d, d)

    def slope(at: Array) -> Array:
        blocks = on_subspace(at, Fraction(1))
        return sum(weight * layer.gradient(blocks, "U11") for weight, layer in layers).reshape(-1)

    start = slope(origin)
    columns = []
    for place in np.ndindex(d, d):
        unit = origin.copy()
        unit[place] = Fraction(1)
        columns.append(slope(unit) - start)
    best = -(inverse(np.array(columns, dtype=object).T) @ start).reshape(d, d)
    blocks = on_subspace(best, Fraction(1))
    return best, sum((weight * layer.loss(blocks) for weight, layer in layers), Fraction(0))


def error_from_moments(at: Instance, first: Array, second: Array, square: Any) -> Any:
    """E(y_hat - y_q)^2 at the limit of training, from E xy, E y^2 x x' and E y_q^2 of labels, E y_q x_q being E xy.

    The two sums of y_hat = x_q' A (1/M) sum_i y_i x_i are multiplied out; M of the M^2 terms are of one example.
    """
    L, M = at.arrays["Lambda"], at.lengths["M"]
    A = inverse(gamma(L, at.lengths["N"]))
    if any(isinstance(entry, arb) for entry in first.flat):
        A, L, second = as_balls(A), as_balls(L), as_balls(second)
    average = (second + first @ first.T * (M - 1)) / M
    return np.trace(A @ L @ A @ average) - 2 * (first.T @ A @ first)[0, 0] + square


@lru_cache(maxsize=4096)
def linear_moments(covariance: Any, w: Any) -> tuple[Array, Array, Fraction]:
    """E xy, E y^2 x x' and E y^2 of y = <w, x>, in coordinates."""
    space = Coordinates({("x", 0): covariance})
    point = space.vectors["x", 0]
    label = (space.constant(np.array(w, dtype=object)[:, None]).T @ point)[0, 0]
    return space.means(point * label), space.means((point @ point.T) * label**2), space.mean(label**2)


@dataclass(frozen=True)
class Coefficients:
    """gamma_i, zeta_ij and xi_i of Corollary C.2, for finitely many diagonal covariances."""

    gamma: tuple[Fraction, ...]
    zeta: tuple[tuple[Fraction, ...], ...]
    xi: tuple[Fraction, ...]

    @property
    def minimiser(self) -> tuple[Fraction, ...]:
        """xi_i/gamma_i."""
        return tuple(x / g for x, g in zip(self.xi, self.gamma, strict=True))

    @property
    def floor(self) -> Fraction:
        """-1/2 sum_i xi_i^2/gamma_i."""
        return -sum((x**2 / g for x, g in zip(self.xi, self.gamma, strict=True)), Fraction(0)) / 2


def coefficients(atoms: Sequence[tuple[Fraction, Sequence[Fraction]]], N: int) -> Coefficients:
    """The averages of (C.3) over (probability, diagonal of Lambda)."""
    d = len(atoms[0][1])
    zeta, xi = zeros(d, d), zeros(d)
    for weight, entries in atoms:
        x = np.array(entries, dtype=object)
        zeta = zeta + weight * np.outer((x + (x + sum(x)) / N) * x, x)
        xi = xi + weight * x**2
    return Coefficients(tuple(np.diag(zeta)), tuples(zeta), tuple(xi))


def rounded_up(variance: float) -> float:
    """A variance evaluated in floating point, enlarged by far more than its rounding error."""
    return float(variance) * (1 + 1e-6)


def _flint(array: Array) -> fmpq_mat:
    return fmpq_mat([[fmpq(int(x.numerator), int(x.denominator)) for x in row] for row in array.tolist()])


def rank(array: Array) -> int:
    """The rank of a rational matrix."""
    return int(_flint(np.asarray(array, dtype=object)).rank())


def negative_eigenvalues(array: Array) -> int:
    """How many eigenvalues of a symmetric rational matrix are negative.

    All roots of its characteristic polynomial p are real, so Descartes' rule is exact: the negative ones are as many as
    the sign changes of p(-t).
    """
    coefficients = [c * (-1) ** k for k, c in enumerate(_flint(array).charpoly().coeffs())]
    return sum(a != b for a, b in pairwise(c > 0 for c in coefficients if c != 0))
