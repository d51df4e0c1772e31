"""Evaluation of expressions on matrices: exactly on rational entries, in floating point on NumPy arrays."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from numbers import Integral, Rational
from typing import Any

import numpy as np

from theory.algebra.expression import Expression, stacking
from theory.algebra.text import closed_text
from theory.algebra.usage import note
from theory.algebra.words import ORDER, UNIT, Dimension, Factor, Index, Symbol, Word

Array = Any
# How far entries may differ from their mirror images, relative to the largest, in a floating-point "symmetric" matrix.
SYMMETRY_TOLERANCE = 1e-12


def evaluate(
    expression: Expression,
    values: Mapping[str, Any],
    lengths: Mapping[str, int],
    at: Mapping[str, int] | None = None,
) -> Any:
    """Return the value of expression.

    Args:
        values: for each letter's name its value: a number for a scalar, a sequence of d numbers for a vector, a d x d
            nested sequence, NumPy array or SymPy matrix for a matrix. A letter under a sum takes its N values stacked
            along a new first axis, one with several indices an axis for each, in their order. Either all values are
            exact (int, Fraction, sympy.Rational) or all are floating point; plain integers go with both.
        lengths: for each length's name (N, M, ...) a positive integer. Dimensions such as d are read off the values.
        at: for each free index, one that no sum binds, its value, counted from 1.

    Returns:
        A Fraction or a float for a scalar expression, otherwise an array (of Fractions, or of floats).

    Raises:
        ValueError, TypeError: naming the argument, its value and the remedy, for values that are missing, of a wrong
            shape, not finite, not symmetric or not positive definite where declared so, or exact and floating mixed.
    """
    note("evaluate")
    exact = all_exact(values)
    evaluator = _Evaluator(expression, values, lengths, exact, at or {})
    return evaluator.value()


def is_exact_number(value: Any) -> bool:
    """Whether a number is an int, a Fraction, a NumPy integer or a SymPy rational."""
    return (isinstance(value, Rational | Integral) and not isinstance(value, bool)) or bool(
        getattr(value, "is_Rational", False)
    )


def entries(value: Any) -> np.ndarray[Any, Any]:
    """The value as an array of Python objects."""
    if hasattr(value, "tolist") and not isinstance(value, np.ndarray):
        value = value.tolist()
    return np.array(value, dtype=object)


def all_exact(values: Mapping[str, Any]) -> bool:
    """Whether all values are exact; TypeError for anything but numbers, or for a mixture of exact and floating."""
    kinds: dict[bool, str] = {}
    for name, value in values.items():
        for entry in entries(value).flat:
            if isinstance(entry, Integral) and not isinstance(entry, bool):
                continue
            if isinstance(entry, list | tuple):
                raise ValueError(f"{name} must have rows of equal length, got {value!r}")
            exact = is_exact_number(entry)
            if not exact and not isinstance(entry, float | np.floating):
                raise TypeError(f"{name} must consist of numbers, got {entry!r} of type {type(entry).__name__}")
            if not exact and not np.isfinite(float(entry)):
                raise ValueError(f"{name} must be finite, got {entry}")
            kinds.setdefault(exact, name)
    if len(kinds) == 2:
        raise TypeError(
            f"{kinds[True]} is exact and {kinds[False]} is floating point; pass all values as Fractions for an exact "
            "result, or all as floats"
        )
    return False not in kinds


def converted(name: str, value: Any, shape: tuple[int | None, ...], exact: bool) -> Array:
    """Return value as an array of Fractions or floats of the given shape (None matches any); ValueError otherwise."""
    array = entries(value)
    if array.ndim == 2 and len(shape) == 1 and 1 in array.shape:
        array = array.reshape(-1)
    if array.ndim != len(shape) or any(w not in (None, h) for w, h in zip(shape, array.shape, strict=True)):
        raise ValueError(f"{name} must be {_shape_text(shape)}, got {_shape_text(array.shape)}")
    if array.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {array.shape}")
    if exact:
        flat = [_fraction(entry) for entry in array.flat]
        return np.array(flat, dtype=object).reshape(array.shape)
    return array.astype(np.float64)


def _shape_text(shape: tuple[int | None, ...]) -> str:
    sizes = ["any number of" if size is None else str(size) for size in shape]
    if not sizes:
        return "a number"
    if len(sizes) == 1:
        return f"a vector of {sizes[0]} {'entry' if shape == (1,) else 'entries'}"
    if set(shape) == {None}:
        return "a matrix" if len(shape) == 2 else f"an array with {len(shape)} axes"
    return f"an array of shape {' x '.join('any' if size is None else str(size) for size in shape)}"


def _fraction(entry: Any) -> Fraction:
    if isinstance(entry, Rational):
        return Fraction(int(entry.numerator), int(entry.denominator))
    if isinstance(entry, Integral):
        return Fraction(int(entry))
    return Fraction(int(entry.p), int(entry.q))


def check_symmetric(name: str, array: Array, exact: bool) -> None:
    """Raise ValueError unless the square array is symmetric."""
    gap = max((abs(entry) for entry in (array - array.T).flat), default=0)
    scale = max((abs(entry) for entry in array.flat), default=0)
    if gap > (0 if exact else SYMMETRY_TOLERANCE * scale):
        raise ValueError(
            f"{name} must be symmetric, but entries differ from their mirror images by up to {float(gap):.3g}; "
            "pass the mean of the matrix and its transpose if that is what you mean"
        )


def check_definite(name: str, array: Array, exact: bool) -> None:
    """Raise ValueError unless the symmetric array is positive definite."""
    if exact:
        pivots = ldl_pivots(array)
        if any(pivot <= 0 for pivot in pivots):
            worst = next(i for i, pivot in enumerate(pivots) if pivot <= 0)
            raise ValueError(
                f"{name} must be positive definite, but its leading {worst + 1} x {worst + 1} minor is not positive; "
                "drop directions without variance"
            )
    elif float(np.linalg.eigvalsh(array)[0]) <= 0:
        smallest = float(np.linalg.eigvalsh(array)[0])
        raise ValueError(
            f"{name} must be positive definite, but its smallest eigenvalue is {smallest:.3g}; "
            "drop directions without variance"
        )


def ldl_pivots(matrix: Array) -> list[Fraction]:
    """The pivots of Gaussian elimination without exchanges, up to the first that is not positive."""
    work = [list(row) for row in matrix]
    pivots = []
    for k in range(len(work)):
        pivots.append(work[k][k])
        if work[k][k] <= 0:
            break
        for i in range(k + 1, len(work)):
            ratio = work[i][k] / work[k][k]
            work[i] = [a - ratio * b for a, b in zip(work[i], work[k], strict=True)]
    return pivots


def exact_inverse(name: str, matrix: Array) -> Array:
    """The inverse of a matrix of Fractions; ValueError if singular."""
    n = len(matrix)
    work = [list(row) + [Fraction(int(i == j)) for j in range(n)] for i, row in enumerate(matrix)]
    for k in range(n):
        pivot = next((i for i in range(k, n) if work[i][k] != 0), None)
        if pivot is None:
            raise ValueError(f"{name} must be invertible, but it is singular: {matrix.tolist()}")
        work[k], work[pivot] = work[pivot], work[k]
        work[k] = [entry / work[k][k] for entry in work[k]]
        for i in range(n):
            if i != k and work[i][k] != 0:
                work[i] = [a - work[i][k] * b for a, b in zip(work[i], work[k], strict=True)]
    return np.array([row[n:] for row in work], dtype=object).reshape(n, n)


class _Evaluator:
    def __init__(
        self,
        expression: Expression,
        values: Mapping[str, Any],
        lengths: Mapping[str, int],
        exact: bool,
        at: Mapping[str, int],
    ):
        self.expression = expression
        self.exact = exact
        self.one: Any = Fraction(1) if exact else 1.0
        self.sizes: dict[str, int] = {name: _checked_length(name, value) for name, value in lengths.items()}
        self.letters: dict[str, Array] = {}
        self.factors: dict[tuple[Factor, tuple[int, ...]], Array] = {}
        self.free = {Index("", label): _checked_length(label, value) - 1 for label, value in at.items()}
        for index in {index for m in expression.terms for index in m.indices}:
            if isinstance(index.label, str) and index not in self.free:
                raise ValueError(f"the index {index.label} is bound by no sum in {expression}")
        summed = stacking(expression)
        for symbol in expression.symbols:
            if symbol.name in self.letters:
                raise ValueError(f"two different letters are both called {symbol.name}: {expression}")
            if symbol.name not in values:
                raise ValueError(f"no value given for {symbol.name} ({symbol.rows} x {symbol.cols})")
            self._bind(symbol, values[symbol.name], summed[symbol.name])
        missing = [name for name in expression.lengths if name not in self.sizes]
        if missing:
            raise ValueError(f"no value given for the length {missing[0]}")

    def _bind(self, symbol: Symbol, value: Any, summed: tuple[str, ...]) -> None:
        sizes: list[Dimension] = [*summed, *(size for size in (symbol.rows, symbol.cols) if size != 1)]
        shape = tuple(size if isinstance(size, int) else self.sizes.get(size) for size in sizes)
        array = converted(symbol.name, value, shape, self.exact)
        if symbol.rows == symbol.cols and symbol.rows != 1 and array.shape[-1] != array.shape[-2]:
            raise ValueError(f"{symbol.name} must be square, got {array.shape[-2]} x {array.shape[-1]}")
        for size, have in zip(sizes, array.shape, strict=True):
            if isinstance(size, str) and size and self.sizes.setdefault(size, have) != have:
                raise ValueError(f"{symbol.name} has size {have} where {size} = {self.sizes[size]}")
        if symbol.rows == symbol.cols != 1:
            for piece in array.reshape((-1, *array.shape[-2:])):
                if symbol.symmetric:
                    check_symmetric(symbol.name, piece, self.exact)
                if symbol.definite:
                    check_definite(symbol.name, piece, self.exact)
        elif symbol.definite and symbol.cols == 1 and not np.all(array > 0):
            raise ValueError(f"{symbol.name} must be positive, got {array.min()}")
        self.letters[symbol.name] = array

    def value(self) -> Any:
        total: Any = None
        for monomial, coefficient in self.expression.terms.items():
            weight = coefficient.evaluate(self.sizes, self.one)
            indices = sorted(monomial.indices - self.free.keys(), key=str)
            compared = [w[0].symbol.indices for w, _ in monomial.closed if w[0].symbol.name == ORDER]
            closed = [(word, exponent) for word, exponent in monomial.closed if word[0].symbol.name != ORDER]
            for places in product(*(range(self.sizes[index.length]) for index in indices)):
                at = dict(zip(indices, places, strict=True)) | self.free
                if any(at[low] >= at[high] for low, high in compared):
                    continue
                term = weight
                for word, exponent in closed:
                    term = term * self._power(self._closed(word, at), exponent, word)
                if not self.expression.is_scalar:
                    term = term * self._open(monomial.word, at)
                total = term if total is None else total + term
        if total is None:
            total = self._zero()
        if self.expression.is_scalar:
            return total if self.exact else float(total)
        return total.reshape(-1) if self.expression.cols == 1 else total

    def _zero(self) -> Any:
        if self.expression.is_scalar:
            return self.one * 0
        return self._open((), {}) * 0 if self.expression.rows == self.expression.cols else self._rectangle() * 0

    def _rectangle(self) -> Array:
        return np.full((self._size(self.expression.rows), self._size(self.expression.cols)), self.one)

    def _size(self, size: Dimension) -> int:
        if isinstance(size, int):
            return size
        if size not in self.sizes:
            raise ValueError(f"no value given for the length {size}")
        return self.sizes[size]

    def _power(self, base: Any, exponent: Any, word: Word) -> Any:
        if isinstance(exponent, Integral):
            if exponent < 0 and base == 0:
                raise ValueError(f"{closed_text(word, 1)} must not be zero, the formula has its power {exponent}")
            return base ** int(exponent)
        if self.exact:
            raise ValueError(f"the power {exponent} of {base} may be irrational; pass floating-point values")
        if base < 0 or (base == 0 and exponent < 0):
            raise ValueError(
                f"{closed_text(word, 1)} must be positive, the formula has its power {exponent}; got {base}"
            )
        return float(base) ** float(exponent)

    def _closed(self, word: Word, at: Mapping[Any, int]) -> Any:
        array = self._word(word, at)
        if array.shape == (1, 1):
            return array[0, 0]
        return sum((array[i, i] for i in range(len(array))), self.one * 0)

    def _open(self, word: Word, at: Mapping[Any, int]) -> Array:
        if word:
            return self._word(word, at)
        size = self._size(self.expression.rows)
        unit = np.full((size, size), self.one * 0)
        for i in range(size):
            unit[i, i] = self.one
        return unit

    def _word(self, word: Word, at: Mapping[Any, int]) -> Array:
        result = self._factor(word[0], at)
        for f in word[1:]:
            result = result @ self._factor(f, at)
        return result

    def _factor(self, f: Factor, at: Mapping[Any, int]) -> Array:
        key = (f, tuple(at[index] for s, _ in f.powers for index in s.indices))
        if key not in self.factors:
            result: Array = None
            for symbol, exponent in f.powers:
                array = self._units(symbol) if symbol.name == UNIT else self.letters[symbol.name]
                for index in symbol.indices:
                    if at[index] >= len(array):
                        raise ValueError(f"{symbol.name} has {len(array)} copies, there is none number {at[index] + 1}")
                    array = array[at[index]]
                if symbol.cols == 1:
                    array = np.array(array).reshape(-1, 1)
                elif symbol.rows == 1:
                    array = np.array(array).reshape(1, -1)
                power = self._matrix_power(symbol.name, array, exponent)
                result = power if result is None else result @ power
            self.factors[key] = result.T if f.transposed else result
        return self.factors[key]

    def _units(self, symbol: Symbol) -> Array:
        """All unit vectors, one below the other."""
        size = self._size(symbol.rows)
        return np.array(
            [[self.one * int(i == j) for j in range(size)] for i in range(size)], dtype=object if self.exact else float
        )

    def _matrix_power(self, name: str, array: Array, exponent: Any) -> Array:
        if isinstance(exponent, Integral):
            if exponent < 0:
                array = exact_inverse(name, array) if self.exact else _float_inverse(name, array)
            result = array
            for _ in range(abs(int(exponent)) - 1):
                result = result @ array
            return result
        if self.exact:
            raise ValueError(f"{name}^({exponent}) may be irrational; pass floating-point values")
        eigenvalues, basis = np.linalg.eigh(array)
        return (basis * eigenvalues ** float(exponent)) @ basis.T


def _float_inverse(name: str, array: Array) -> Array:
    try:
        return np.linalg.inv(array)
    except np.linalg.LinAlgError as error:
        raise ValueError(f"{name} must be invertible, but it is singular: {array.tolist()}") from error


def _checked_length(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, Integral):
        raise TypeError(f"{name} must be a positive integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)
