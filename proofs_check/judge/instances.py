"""Instances: generic rational data for the letters of a statement."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sized
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np
from flint import arb

from theory.algebra.words import Symbol

Array = Any


@dataclass(frozen=True)
class Instance:
    """Values of the letters and lengths that a claim is checked at.

    Args:
        lengths: d, N, M, ...
        values: for each letter a Fraction, or nested tuples of Fractions (a vector flat, copies along the first axis).
    """

    lengths: Mapping[str, int]
    values: Mapping[str, Any]

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """The values as arrays of Fractions: 1 x 1 for numbers, d x 1 for vectors."""
        result: dict[str, Array] = {}
        for name, value in self.values.items():
            array = np.array(value, dtype=object)
            result[name] = array.reshape(1, 1) if array.ndim == 0 else array[:, None] if array.ndim == 1 else array
        return result

    @cached_property
    def has_balls(self) -> bool:
        """Whether a value is known in a ball only."""
        return any(isinstance(entry, arb) for array in self.arrays.values() for entry in array.flat)

    @cached_property
    def floats(self) -> dict[str, Array]:
        """The values in floating point, in natural shapes: numbers, (d,), (d, d)."""
        return {name: np.array(value, dtype=object).astype(float) for name, value in self.values.items()}

    def with_values(self, **values: Any) -> Instance:
        """The instance with some values added or replaced."""
        return Instance(self.lengths, {**self.values, **values})

    def __str__(self) -> str:
        sizes = ", ".join(f"{name} = {value}" for name, value in self.lengths.items())
        letters = ", ".join(f"{name} = {shown(value)}" for name, value in self.values.items())
        return f"{sizes}; {letters}" if letters else sizes


def counted(values: Sized) -> str:
    """How many instances: 1 instance, 24 instances."""
    return "1 instance" if len(values) == 1 else f"{len(values)} instances"


def shown(value: Any) -> str:
    """A value as a reader would write it: [[2, 1/2], [1/2, 3]]."""
    if isinstance(value, tuple | list):
        return "[" + ", ".join(shown(entry) for entry in value) + "]"
    if isinstance(value, np.ndarray):
        return shown(value.tolist())
    return str(value)


def tuples(array: Any) -> Any:
    """Nested lists or arrays as nested tuples, so that instances hash and cannot change."""
    if isinstance(array, np.ndarray):
        array = array.tolist()
    return tuple(tuples(entry) for entry in array) if isinstance(array, list | tuple) else array


def _rational(rng: np.random.Generator, mild: bool) -> Fraction:
    """A nonzero rational of small height, of size below 1 if mild."""
    numerator = int(rng.integers(1, 5)) * (1 if rng.random() < 0.6 else -1)
    return Fraction(numerator, 6 if mild else int(rng.integers(1, 4)))


def _positive_definite(rng: np.random.Generator, d: int, mild: bool) -> Any:
    """L L' for lower triangular L: not diagonal and with different eigenvalues, almost surely."""
    lower = [[_rational(rng, mild) if j < i else Fraction(0) for j in range(d)] for i in range(d)]
    for i in range(d):
        lower[i][i] = abs(_rational(rng, mild)) + (Fraction(1, 2) if mild else 0)
    return tuples([[sum(lower[i][k] * lower[j][k] for k in range(d)) for j in range(d)] for i in range(d)])


def random_value(
    symbol: Symbol, lengths: Mapping[str, int], rng: np.random.Generator, copies: str | None, mild: bool = False
) -> Any:
    """Generic rational data for one letter: definite, symmetric or general as declared; stacked for copies.

    Mild data keep the variance of Monte Carlo estimators low: entries below 1, spectra without large spread.
    """
    rows, cols = (size if isinstance(size, int) else lengths[size] for size in (symbol.rows, symbol.cols))
    if copies is not None:
        plain = symbol.plain
        return tuple(random_value(plain, lengths, rng, None, mild) for _ in range(lengths[copies]))
    if symbol.rows == 1 and symbol.cols == 1:
        value = _rational(rng, mild)
        return abs(value) if symbol.definite or symbol.non_negative else value
    if symbol.cols == 1:
        return tuple(_rational(rng, mild) for _ in range(rows))
    if symbol.definite:
        return _positive_definite(rng, rows, mild)
    matrix = [[_rational(rng, mild) for _ in range(cols)] for _ in range(rows)]
    if symbol.symmetric:
        matrix = [[matrix[max(i, j)][min(i, j)] for j in range(cols)] for i in range(rows)]
    return tuples(matrix)


# A theorem that is wrong off the diagonal, for one N, or beyond d = 1 meets such sizes early.
_TELLING = ({"d": 2, "N": 2, "M": 3, "n": 2}, {"d": 2, "N": 3, "M": 2, "n": 3}, {"d": 1, "N": 1, "M": 1, "n": 1})


def sizes(
    rng: np.random.Generator, count: int, largest: Mapping[str, int], fixed: Mapping[str, int]
) -> Iterator[dict[str, int]]:
    """Yield lengths: first d = 2 with two values of the others, then d = 1, then the largest, then any."""
    for i in range(count):
        if i < len(_TELLING):
            chosen = {name: _told(_TELLING[i].get(name, 2 + i % 2), most) for name, most in largest.items()}
        elif i == len(_TELLING):
            chosen = dict(largest)
        else:
            chosen = {name: int(rng.integers(1, most + 1)) for name, most in largest.items()}
        yield {**chosen, **fixed}


def _told(wanted: int, most: int) -> int:
    """The wanted length, or another one where that is too large: 1 in place of 3 beside d = 2."""
    return wanted if wanted <= most else 1 + most % 2 if wanted == 3 else most


def integer_value(
    symbol: Symbol, lengths: Mapping[str, int], rng: np.random.Generator, copies: str | None, largest: int
) -> Any:
    """Integers of size up to `largest` for one letter; a definite one is L L' for such an L."""
    if copies is not None:
        plain = symbol.plain
        return tuple(integer_value(plain, lengths, rng, None, largest) for _ in range(lengths[copies]))
    rows, cols = (size if isinstance(size, int) else lengths[size] for size in (symbol.rows, symbol.cols))

    def entries(low: int) -> Any:
        return np.array([[Fraction(int(rng.integers(low, largest + 1))) for _ in range(cols)] for _ in range(rows)])

    if symbol.rows == 1 and symbol.cols == 1:
        return entries(1 if symbol.definite or symbol.non_negative else -largest)[0, 0]
    array = entries(-largest)
    if symbol.definite:
        array = array @ array.T
    elif symbol.symmetric:
        array = np.tril(array) + np.tril(array, -1).T
    return tuples(array[:, 0] if symbol.cols == 1 else array)
