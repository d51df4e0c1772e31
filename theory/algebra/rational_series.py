"""Noncommutative rational functions as power series, by linear representations.

A rational expression in letters that do not commute, such as (I + AB)^-1 A, is expanded at a point where every letter
is a multiple p of the identity (0 where it is not square) and everything inverted is invertible: with X = p I + x it is
the power series sum_w f_w w over words w in the small letters x. The coefficients are f_w = c A_w1 ... A_wk b with one
matrix A_x a letter (Schützenberger): sums, products and inverses of series given so are given so again, by the block
matrices of `__add__`, `__matmul__` and `inverse`.

*Zero test.* f = 0 if and only if c vanishes on the space spanned by all A_w b. That space is the least one that
contains b and that every A_x maps into itself; it grows by at least one dimension a step and has at most as many as
b has entries, so computing it ends. *What it proves.* f = 0 says that the expression vanishes on all matrices of every
size near the point. There it is a rational function of the entries, so it vanishes wherever its inverses exist: the
numerator is a polynomial that is 0 on an open set. Rectangular letters keep their shapes, since the words of a series
are products that fit.

Source: Berstel and Reutenauer, Noncommutative Rational Series with Applications, chapters 1 and 2.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from theory.errors import IclTheoryError

Vector = dict[int, Any]
Matrix = dict[int, Vector]
# A letter and whether it is transposed.
SeriesLetter = tuple[Hashable, bool]


class NotRegularError(IclTheoryError, ArithmeticError):
    """An inverse does not exist at the point around which series are expanded."""


def _dot(row: Mapping[int, Any], column: Mapping[int, Any]) -> Any:
    if len(column) < len(row):
        row, column = column, row
    total: Any = 0
    for place, value in row.items():
        if place in column:
            total = total + value * column[place]
    return total


def _apply(matrix: Matrix, vector: Vector) -> Vector:
    result = {}
    for place, row in matrix.items():
        value = _dot(row, vector)
        if value:
            result[place] = value
    return result


def _shifted(vector: Vector, by: int) -> Vector:
    return {place + by: value for place, value in vector.items()}


def _scaled(vector: Vector, factor: Any) -> Vector:
    return {place: value * factor for place, value in vector.items()} if factor else {}


def _added(a: Vector, b: Vector) -> Vector:
    result = dict(a)
    for place, value in b.items():
        total = result.get(place, 0) + value
        if total:
            result[place] = total
        else:
            result.pop(place, None)
    return result


def _transposed(matrix: Matrix) -> Matrix:
    result: Matrix = {}
    for i, row in matrix.items():
        for j, value in row.items():
            result.setdefault(j, {})[i] = value
    return result


def _row_times(row: Vector, matrix: Matrix) -> Vector:
    result: Vector = {}
    for i, value in row.items():
        if i in matrix:
            result = _added(result, _scaled(matrix[i], value))
    return result


class Span:
    """Linearly independent vectors, and the coordinates of others with respect to them."""

    def __init__(self) -> None:
        self.vectors: list[Vector] = []
        # For each pivot a reduced vector with 1 there, and its coordinates.
        self.rows: dict[int, tuple[Vector, Vector]] = {}

    def reduced(self, vector: Vector) -> tuple[Vector, Vector]:
        """What is left of the vector modulo the span, and the coordinates of what was taken off."""
        rest, taken = dict(vector), Vector()
        for pivot, (row, coordinates) in self.rows.items():
            if pivot in rest:
                factor = rest[pivot]
                rest = _added(rest, _scaled(row, -factor))
                taken = _added(taken, _scaled(coordinates, factor))
        return rest, taken

    def coordinates(self, vector: Vector, one: Any) -> Vector:
        """The coordinates of the vector, which joins the span if it is not in it yet."""
        rest, taken = self.reduced(vector)
        if not rest:
            return taken
        new = len(self.vectors)
        self.vectors.append(vector)
        pivot = min(rest)
        scale = one / rest[pivot]
        self.rows[pivot] = (_scaled(rest, scale), _scaled(_added({new: one}, _scaled(taken, -one)), scale))
        return {new: one}


@dataclass(frozen=True)
class Series:
    """The power series with coefficients f_w = left A_w1 ... A_wk right, A_x = steps[x], over the field of `one`."""

    size: int
    left: Vector
    steps: Mapping[SeriesLetter, Matrix]
    right: Vector
    one: Any

    @property
    def constant(self) -> Any:
        """The value at the point of expansion."""
        return _dot(self.left, self.right)

    def __add__(self, other: Series) -> Series:
        return total((self, other), self.one)

    def scaled(self, factor: Any) -> Series:
        """The series times an element of the field."""
        return Series(self.size, _scaled(self.left, factor), self.steps, self.right, self.one)

    def __matmul__(self, other: Series) -> Series:
        n = self.size
        steps: dict[SeriesLetter, Matrix] = {x: dict(matrix) for x, matrix in self.steps.items()}
        for x, matrix in other.steps.items():
            rows = steps.setdefault(x, {})
            through = _shifted(_row_times(other.left, matrix), n)
            for i, value in self.right.items():
                if through:
                    rows[i] = {**rows.get(i, {}), **_scaled(through, value)}
            for i, row in matrix.items():
                rows[i + n] = _shifted(row, n)
        right = _added(_scaled(self.right, other.constant), _shifted(other.right, n))
        return Series(n + other.size, self.left, steps, right, self.one)

    def inverse(self) -> Series:
        """The inverse; NotRegularError if the series vanishes at the point."""
        value = self.constant
        if not value:
            raise NotRegularError("an inverse does not exist at the point of expansion")
        n, by = self.size, self.one / value
        steps: dict[SeriesLetter, Matrix] = {}
        for x, matrix in self.steps.items():
            through = _scaled(_row_times(self.left, matrix), by)
            rows = {i: dict(row) for i, row in matrix.items()}
            for i, entry in self.right.items():
                rows[i] = _added(rows.get(i, {}), _scaled(through, -entry))
            rows[n] = through
            steps[x] = {i: row for i, row in rows.items() if row}
        right = {**_scaled(self.right, -by), n: by}
        return Series(n + 1, {n: self.one}, steps, right, self.one)

    def transpose(self, symmetric: frozenset[Hashable]) -> Series:
        """The series of the transposed matrix: words are reversed, letters that are not symmetric transposed."""
        steps = {
            (name, turned != (name not in symmetric)): _transposed(matrix)
            for (name, turned), matrix in self.steps.items()
        }
        return Series(self.size, self.right, steps, self.left, self.one)

    def reachable(self) -> Series:
        """The same series on the space spanned by all A_w b alone."""
        span = Span()
        steps: dict[SeriesLetter, Matrix] = {x: {} for x in self.steps}
        start = span.coordinates(self.right, self.one) if self.right else {}
        done = 0
        while done < len(span.vectors):
            for x, matrix in self.steps.items():
                image = _apply(matrix, span.vectors[done])
                if image:
                    for i, value in span.coordinates(image, self.one).items():
                        steps[x].setdefault(i, {})[done] = value
            done += 1
        left = {i: value for i, vector in enumerate(span.vectors) if (value := _dot(self.left, vector))}
        return Series(done, left, {x: matrix for x, matrix in steps.items() if matrix}, start, self.one)

    def minimal(self) -> Series:
        """The same series with the least possible size."""
        nothing: frozenset[Hashable] = frozenset()
        return self.reachable().transpose(nothing).reachable().transpose(nothing)

    def is_zero(self) -> bool:
        """Whether every coefficient is 0."""
        return not self.reachable().left


def constant_series(value: Any, one: Any) -> Series:
    """The series of a multiple of the identity."""
    return Series(1, {0: value} if value else {}, {}, {0: one}, one)


def letter_series(x: SeriesLetter, point: Any, one: Any) -> Series:
    """The series of a letter, point + x."""
    return Series(2, {0: one, 1: point} if point else {0: one}, {x: {0: {1: one}}}, {1: one}, one)


def total(summands: Iterable[Series], one: Any) -> Series:
    """The sum of series."""
    size = 0
    left: Vector = {}
    right: Vector = {}
    steps: dict[SeriesLetter, Matrix] = {}
    for summand in summands:
        left |= _shifted(summand.left, size)
        right |= _shifted(summand.right, size)
        for x, matrix in summand.steps.items():
            rows = steps.setdefault(x, {})
            for i, row in matrix.items():
                rows[i + size] = _shifted(row, size)
        size += summand.size
    return Series(size, left, steps, right, one)
