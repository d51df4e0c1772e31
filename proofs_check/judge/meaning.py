"""Formulas read literally: a syntax tree applied to given matrices, without the symbolic engine.

This is the independent meaning of a statement. It shares the syntax tree with the engine and nothing else: no canonical
form, no rule of algebra. All values are arrays (..., rows, columns); numbers are 1 x 1. The entries may be Fractions,
polynomials, or floats with leading axes for a batch of samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from operator import ge, gt, le, lt
from typing import Any

import numpy as np
from flint import arb, fmpq

from theory.algebra.grammar import (
    Expect,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    SumOver,
    Trace,
    Transpose,
)
from theory.errors import IclTheoryError

Array = Any
_COMPARED: Mapping[str, Callable[[int, int], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


class InterpretationError(IclTheoryError, ValueError):
    """A formula that has no value at these matrices."""


class NoValueError(InterpretationError):
    """A formula that is well formed but has no value at these matrices, such as a division by zero."""


# What a formula raises that has no value at an instance.
UNREADABLE = (InterpretationError, ZeroDivisionError, KeyError, IndexError, ValueError)


def interpret(
    node: Node,
    values: Mapping[str, Array],
    *,
    lengths: Mapping[str, int],
    upto: Mapping[str, str] | None = None,
    expect: Callable[[Node], Array] | None = None,
    one: Any = Fraction(1),
    copies: Mapping[str, Callable[[int], Array]] | None = None,
) -> Array:
    """Return the value of a formula.

    Args:
        node: the syntax tree.
        values: an array (..., rows, columns) for every name.
        lengths: for every length (N, M, d, ...) its number.
        upto: for each summation label its length's name; N otherwise.
        expect: gives E[body] for a body; formulas without E need none.
        one: the number 1 of the entries' kind.
        copies: for a name x that occurs as x_i under sum_i, the array of its i-th copy (i from 0).

    Raises:
        InterpretationError: for an unknown name, shapes that do not fit, or a singular matrix.
    """
    reader = _Reader(values, dict(lengths), dict(upto or {}), expect, one, dict(copies or {}))
    return reader.value(node, {})


class _Reader:
    def __init__(
        self,
        values: Mapping[str, Array],
        lengths: dict[str, int],
        upto: dict[str, str],
        expect: Callable[[Node], Array] | None,
        one: Any,
        copies: dict[str, Callable[[int], Array]],
    ):
        self.values = values
        self.lengths = lengths
        self.upto = upto
        self.expect = expect
        self.one = one
        self.copies = copies

    def number(self, value: Any) -> Array:
        array = np.empty((1, 1), dtype=object if not isinstance(self.one, float) else float)
        array[0, 0] = self.one * value
        return array

    def value(self, node: Node, at: dict[str, int]) -> Array:
        match node:
            case Number(value):
                return self.number(value)
            case Name(name):
                return self.named(name, at)
            case Transpose(body):
                return self.value(body, at).swapaxes(-1, -2)
            case Power(body, exponent):
                return self.power(self.value(body, at), exponent)
            case Product(factors):
                result = self.value(factors[0], at)
                for factor in factors[1:]:
                    result = self.times(result, self.value(factor, at))
                return result
            case Quotient(above, below):
                divisor = self.value(below, at)
                if divisor.shape[-2:] != (1, 1):
                    raise InterpretationError(f"division by a {_shape(divisor)} array")
                if np.any(divisor == 0):
                    raise NoValueError("division by zero")
                return self.value(above, at) / divisor
            case Sum(terms):
                result = self.value(terms[0], at)
                for term in terms[1:]:
                    other = self.value(term, at)
                    if other.shape[-2:] != result.shape[-2:]:
                        raise InterpretationError(f"sum of {_shape(result)} and {_shape(other)}")
                    result = result + other
                return result
            case Negative(body):
                return -self.value(body, at)
            case Trace(body):
                array = self.value(body, at)
                if array.shape[-1] != array.shape[-2]:
                    raise InterpretationError(f"trace of a {_shape(array)} array")
                return np.asarray(np.trace(array, axis1=-2, axis2=-1))[..., None, None]
            case SumOver(label, body, limits):
                places = range(self.lengths[self.upto.get(label, "N")])
                allowed = [i for i in places if all(_COMPARED[r](i, at[other]) for r, other in limits)]
                # The zero of the right shape, where no place is allowed.
                result = self.value(body, {**at, label: 0}) * 0 if not allowed else None
                for i in allowed:
                    term = self.value(body, {**at, label: i})
                    result = term if result is None else result + term
                return result
            case _:
                if self.expect is not None:
                    assert isinstance(node, Expect)
                    return self.expect(node.body)
                raise InterpretationError("this formula cannot contain an expectation")

    def named(self, name: str, at: dict[str, int]) -> Array:
        if name in self.values:
            return self.values[name]
        if name in self.lengths:
            return self.number(self.lengths[name])
        base, _, label = name.rpartition("_")
        if label in at and base in self.copies:
            return self.copies[base](at[label])
        if name == "I":
            d = self.lengths["d"]
            unit = np.full((d, d), self.one * 0)
            for i in range(d):
                unit[i, i] = self.one
            return unit
        raise InterpretationError(f"unknown name {name}")

    def times(self, a: Array, b: Array) -> Array:
        if a.shape[-2:] == (1, 1) or b.shape[-2:] == (1, 1):
            return a * b
        if a.shape[-1] != b.shape[-2]:
            raise InterpretationError(f"product of {_shape(a)} and {_shape(b)}")
        return a @ b

    def power(self, base: Array, exponent: Fraction) -> Array:
        if base.shape[-1] != base.shape[-2]:
            raise InterpretationError(f"power of a {_shape(base)} array")
        if exponent.denominator != 1:
            if base.dtype == object and isinstance(base.flat[0], arb):
                return self.ball_power(base, exponent)
            if base.dtype == object:
                raise InterpretationError(f"the power {exponent} is irrational")
            if base.shape[-2:] == (1, 1):
                if np.any(base <= 0):
                    raise NoValueError(f"the power {exponent} of a number that is not positive")
                return base ** float(exponent)
            eigenvalues, basis = np.linalg.eigh(base)
            if np.any(eigenvalues <= 0):
                raise NoValueError(f"the power {exponent} of a matrix that is not positive definite")
            return (basis * eigenvalues[..., None, :] ** float(exponent)) @ basis.swapaxes(-1, -2)
        count = int(exponent)
        if count == 0:
            raise InterpretationError("the power 0 is written 1 or I")
        if count < 0:
            base = inverse(base)
        result = base
        for _ in range(abs(count) - 1):
            result = self.times(result, base)
        return result

    def ball_power(self, base: Array, exponent: Fraction) -> Array:
        if base.shape != (1, 1):
            if exponent.denominator != 2:
                raise InterpretationError(f"of matrices only square roots are enclosed, not the power {exponent}")
            return self.power(square_root(base), exponent * 2)
        if not base[0, 0] > 0:
            raise NoValueError(f"the power {exponent} of a number that is not positive")
        return one_by_one(base[0, 0] ** arb(fmpq(exponent.numerator, exponent.denominator)))


# Newton's steps towards a root: they square the error, and start from floating point.
_NEWTON_STEPS = 6


def square_root(matrix: Array) -> Array:
    """The root of a symmetric positive definite matrix, in balls.

    With X symmetric positive definite and X^2 = A + E, X - A^(1/2) solves a Sylvester equation, so that
    ||X - A^(1/2)||_F <= ||E||_F / lambda_min(X).

    Raises:
        NoValueError: where A is not seen to be positive definite.
    """
    d = len(matrix)
    middles = np.vectorize(lambda ball: float(ball.mid()))(matrix)
    eigenvalues, basis = np.linalg.eigh(middles)
    if eigenvalues[0] <= 0:
        raise NoValueError("the root of a matrix that is not positive definite")
    root = _as_points((basis * np.sqrt(eigenvalues)) @ basis.T)
    for _ in range(_NEWTON_STEPS):
        root = _as_points((root + _as_points(inverse(root)) @ matrix) / 2)
    least = arb(float(np.sqrt(eigenvalues[0])) * 0.9)
    shifted = root - np.diag([least] * d)
    if not is_positive_definite(shifted):
        raise NoValueError("the root of a matrix that is not seen to be positive definite")
    radius = sum(((entry.abs_upper()) ** 2 for entry in (root @ root - matrix).flat), arb(0)).sqrt() / least
    ball = arb(0).union(radius.upper()).union(-radius.upper())
    return root + np.full((d, d), ball, dtype=object)


def _as_points(matrix: Array) -> Array:
    """The midpoints of a symmetric matrix, as balls of radius zero."""
    middle = np.vectorize(lambda entry: arb(entry).mid(), otypes=[object])(matrix)
    return np.vectorize(lambda a, b: ((a + b) / 2).mid(), otypes=[object])(middle, middle.T)


def is_positive_definite(matrix: Array) -> bool:
    """Whether a symmetric matrix of balls is proved to be positive definite, by the pivots of elimination."""
    rest = matrix.copy()
    for k in range(len(rest)):
        if not rest[k, k] > 0:
            return False
        for i in range(k + 1, len(rest)):
            rest[i, k:] = rest[i, k:] - rest[k, k:] * (rest[i, k] / rest[k, k])
    return True


def exact_identity(d: int) -> Any:
    """The identity matrix of Fractions, d x d."""
    return np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)


def one_by_one(value: Any) -> Any:
    """A number as the 1 x 1 array that evidence compares, its type unchanged."""
    result = np.empty((1, 1), dtype=object)
    result[0, 0] = value
    return result


def cayley(skew: Array) -> Array:
    """(I - A)(I + A)^-1, the orthogonal matrix of a skew-symmetric A; A = 0 gives the identity."""
    unit = exact_identity(len(skew))
    return (unit - skew) @ inverse(unit + skew) if np.any(skew) else unit


def inverse(array: Array) -> Array:
    """The inverse; InterpretationError if singular."""
    if array.dtype != object:
        try:
            return np.linalg.inv(array)
        except np.linalg.LinAlgError as error:
            raise NoValueError("a singular matrix has no inverse") from error
    n = array.shape[-1]
    left = array.copy()
    right = np.full((n, n), array.flat[0] * 0)
    for i in range(n):
        right[i, i] = array.flat[0] * 0 + 1
    for k in range(n):
        pivot = next((i for i in range(k, n) if left[i, k] != 0), None)
        if pivot is None:
            raise NoValueError("a singular matrix has no inverse")
        left[[k, pivot]], right[[k, pivot]] = left[[pivot, k]], right[[pivot, k]]
        scale = left[k, k]
        left[k], right[k] = left[k] / scale, right[k] / scale
        for i in range(n):
            if i != k and left[i, k] != 0:
                ratio = left[i, k]
                left[i], right[i] = left[i] - ratio * left[k], right[i] - ratio * right[k]
    return right


def _shape(array: Array) -> str:
    return " x ".join(map(str, array.shape[-2:]))
