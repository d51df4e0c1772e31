"""Formulas read literally: a syntax tree applied to given matrices, without the symbolic engine.

This is the independent meaning of a statement. It shares the syntax tree with the engine and nothing else: no canonical
form, no rule of algebra. All values are arrays (..., rows, columns); numbers are 1 x 1. The entries may be Fractions,
polynomials, or floats with leading axes for a batch of samples.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
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

Array = Any


class InterpretationError(ValueError):
    """A formula that has no value at these matrices."""


# What a formula raises that has no value at an instance.
UNREADABLE = (InterpretationError, ZeroDivisionError, KeyError, IndexError, ValueError)


def as_array(value: Any) -> Array:
    """A number as 1 x 1, a vector as a column, a matrix as it is."""
    array = np.asarray(value)
    if array.ndim == 0:
        return array.reshape(1, 1)
    return array.reshape(-1, 1) if array.ndim == 1 else array


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
                    raise InterpretationError("division by zero")
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
            case SumOver(label, body):
                count = self.lengths[self.upto.get(label, "N")]
                result = self.value(body, {**at, label: 0})
                for i in range(1, count):
                    result = result + self.value(body, {**at, label: i})
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
            if base.dtype == object and isinstance(base.flat[0], arb) and base.shape == (1, 1):
                if not base[0, 0] > 0:
                    raise InterpretationError(f"the power {exponent} of a number that is not positive")
                result = np.empty((1, 1), dtype=object)
                result[0, 0] = base[0, 0] ** arb(fmpq(exponent.numerator, exponent.denominator))
                return result
            if base.dtype == object:
                raise InterpretationError(f"the power {exponent} is irrational")
            if base.shape[-2:] == (1, 1):
                if np.any(base <= 0):
                    raise InterpretationError(f"the power {exponent} of a number that is not positive")
                return base ** float(exponent)
            eigenvalues, basis = np.linalg.eigh(base)
            if np.any(eigenvalues <= 0):
                raise InterpretationError(f"the power {exponent} of a matrix that is not positive definite")
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


def exact_identity(d: int) -> Any:
    """The identity matrix of Fractions, d x d."""
    return np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)


def one_by_one(value: Any) -> Any:
    """A number as the 1 x 1 array that evidence compares, its type unchanged."""
    result = np.empty((1, 1), dtype=object)
    result[0, 0] = value
    return result


def inverse(array: Array) -> Array:
    """The inverse; InterpretationError if singular."""
    if array.dtype != object:
        try:
            return np.linalg.inv(array)
        except np.linalg.LinAlgError as error:
            raise InterpretationError("a singular matrix has no inverse") from error
    n = array.shape[-1]
    left = array.copy()
    right = np.full((n, n), array.flat[0] * 0)
    for i in range(n):
        right[i, i] = array.flat[0] * 0 + 1
    for k in range(n):
        pivot = next((i for i in range(k, n) if left[i, k] != 0), None)
        if pivot is None:
            raise InterpretationError("a singular matrix has no inverse")
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
