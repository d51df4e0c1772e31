"""Matrices as lists of rows, over rationals, balls, polynomials or floats alike."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq

from proofs_check.judge.certificate.errors import NoValueError, OutsideDomainError

Matrix = list[list[Any]]


def shape(a: Matrix) -> tuple[int, int]:
    """(rows, columns)."""
    return len(a), len(a[0])


def plus(a: Matrix, b: Matrix) -> Matrix:
    """a + b."""
    if shape(a) != shape(b):
        raise NoValueError(f"a sum of matrices of shapes {shape(a)} and {shape(b)}")
    return [[x + y for x, y in zip(p, q, strict=True)] for p, q in zip(a, b, strict=True)]


def times(a: Matrix, b: Matrix) -> Matrix:
    """a b, where a 1 x 1 matrix multiplies as a number."""
    for one, other in ((a, b), (b, a)):
        if shape(one) == (1, 1):
            factor = one[0][0]
            return [[factor * entry for entry in row] for row in other]
    if len(a[0]) != len(b):
        raise NoValueError(f"a product of matrices of shapes {shape(a)} and {shape(b)}")
    columns = list(zip(*b, strict=True))
    return [[_dot(row, column) for column in columns] for row in a]


def _dot(row: Any, column: Any) -> Any:
    total = row[0] * column[0]
    for x, y in zip(row[1:], column[1:], strict=True):
        total += x * y
    return total


def transposed(a: Matrix) -> Matrix:
    """The transpose."""
    return [list(column) for column in zip(*a, strict=True)]


def trace(a: Matrix) -> Matrix:
    """The trace as a 1 x 1 matrix."""
    _require_square(a)
    return [[sum((a[k][k] for k in range(1, len(a))), a[0][0])]]


def power(a: Matrix, exponent: Fraction) -> Matrix:
    """A power; a fractional one only of a number in balls or floats, or of a matrix of floats."""
    _require_square(a)
    if exponent.denominator != 1:
        return _root(a, exponent)
    if exponent == 0:
        raise NoValueError("the power 0 is written 1 or I")
    base = inverse(a) if exponent < 0 else a
    result = base
    for _ in range(abs(int(exponent)) - 1):
        result = times(result, base)
    return result


def _root(a: Matrix, exponent: Fraction) -> Matrix:
    entry = a[0][0]
    if isinstance(entry, float):
        eigenvalues, basis = np.linalg.eigh(np.array(a))
        if not (eigenvalues > 0).all():
            raise OutsideDomainError(f"the power {exponent} of what is not positive")
        found: Matrix = ((basis * eigenvalues ** float(exponent)) @ basis.T).tolist()
        return found
    if not isinstance(entry, arb):
        raise NoValueError(f"the power {exponent} is irrational")
    if shape(a) != (1, 1):
        if exponent.denominator != 2:
            raise NoValueError(f"of matrices only square roots are enclosed, not the power {exponent}")
        return power(_square_root(a), exponent * 2)
    if not entry > 0:
        raise OutsideDomainError(f"the power {exponent} of what is not positive")
    return [[entry ** arb(fmpq(exponent.numerator, exponent.denominator))]]


def _square_root(a: Matrix) -> Matrix:
    """The root of a symmetric positive definite matrix, in balls.

    Newton's steps X -> (X + X^-1 A)/2 from a multiple of I; then ||X - A^(1/2)||_F <= ||X^2 - A||_F ||X^-1||_F, as
    X - A^(1/2) solves a Sylvester equation whose smallest factor is at least the least eigenvalue of X.
    """
    n = len(a)
    size = sum((a[i][i].mid() for i in range(n)), arb(0))
    if not size > 0 or not _positive(a):
        raise OutsideDomainError("the root of a matrix that is not seen to be positive definite")
    x = identity(n, size.mid())
    for _ in range(_MOST_STEPS):
        step = plus(x, times(inverse(x), a))
        x = [[((step[i][j] + step[j][i]) / 4).mid() for j in range(n)] for i in range(n)]
    if not _positive(x):
        raise OutsideDomainError("the root of a matrix that is not seen to be positive definite")
    error = (_norm(plus(times(x, x), changed(a, lambda entry: -entry))) * _norm(inverse(x))).upper()
    ball = arb(0).union(error).union(-error)
    return changed(x, lambda entry: entry + ball)


_MOST_STEPS = 40


def _norm(a: Matrix) -> arb:
    total: arb = sum((entry.abs_upper() ** 2 for row in a for entry in row), arb(0)).sqrt()
    return total


def _positive(a: Matrix) -> bool:
    """Whether the pivots of elimination prove a symmetric matrix of balls to be positive definite."""
    rows = [list(row) for row in a]
    for k in range(len(rows)):
        if not rows[k][k] > 0:
            return False
        for i in range(k + 1, len(rows)):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return True


def inverse(a: Matrix) -> Matrix:
    """The inverse, by elimination with the largest pivots."""
    _require_square(a)
    n = len(a)
    zero = a[0][0] * 0
    rows = [list(row) + [zero + int(i == j) for j in range(n)] for i, row in enumerate(a)]
    for k in range(n):
        pivot = max(range(k, n), key=lambda i: _size(rows[i][k]))
        if not _size(rows[pivot][k]):
            raise OutsideDomainError("a singular matrix has no inverse")
        rows[k], rows[pivot] = rows[pivot], rows[k]
        divisor = rows[k][k]
        rows[k] = [entry / divisor for entry in rows[k]]
        for i in range(n):
            if i != k and rows[i][k] != 0:
                factor = rows[i][k]
                rows[i] = [x - factor * y for x, y in zip(rows[i], rows[k], strict=True)]
    return [row[n:] for row in rows]


def _size(entry: Any) -> Any:
    """What a pivot is chosen by: 0 for a number that may be zero."""
    if isinstance(entry, arb):
        return float(abs(entry).lower()) if entry.is_finite() else 0
    if isinstance(entry, fmpq | float):
        return abs(entry)
    raise NoValueError("a random matrix has no polynomial inverse")


def identity(size: int, one: Any) -> Matrix:
    """The identity."""
    return [[one if i == j else one * 0 for j in range(size)] for i in range(size)]


def changed(a: Matrix, change: Callable[[Any], Any]) -> Matrix:
    """The matrix with each entry changed."""
    return [[change(entry) for entry in row] for row in a]


def _require_square(a: Matrix) -> None:
    if len(a) != len(a[0]):
        raise NoValueError(f"a {len(a)} x {len(a[0])} matrix where a square one belongs")
