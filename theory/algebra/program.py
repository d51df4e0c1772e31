"""Compiled formulas: a list of array operations with everything that one call needs (`compile` makes them).

Axes of an array, from the left: batch, one for each summation index, rows and columns. Arguments broadcast over the
batch; an index is an axis of its own that the last step sums over. So every operation is written once for numbers,
vectors of numbers and stacks of matrices.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from theory.algebra.coefficients import Coefficient, Polynomial, Rational
from theory.algebra.evaluation import SYMMETRY_TOLERANCE, check_definite, check_symmetric
from theory.algebra.expression import Expression
from theory.algebra.namespaces import Array, Namespace
from theory.algebra.text import closed_text
from theory.algebra.words import ORDER, UNIT, Dimension, Index, Symbol, Word

# A scalar of the polynomial: a length, a closed word or a denominator, and its exponent.
Entry = tuple[str, Any, Rational]


class Block(NamedTuple):
    """Some words and the flat terms in which they stand.

    Attributes:
        first, last: which flat terms.
        numbers: with a row for each term and a column for each word, first the whole words, then the split ones.
        whole: the registers of words; None is the identity.
        columns, rows: the registers of a column and of a row for words that are their product.
    """

    first: int
    last: int
    numbers: Array
    whole: tuple[int | None, ...]
    columns: tuple[int, ...]
    rows: tuple[int, ...]


@dataclass(frozen=True)
class Group:
    """The terms with one set of summation indices.

    Attributes:
        scalars: the numbers of the scalars that occur; the scalar 1 stands before them at place 0.
        places: for each position in a product (row) and each flat term (column) the place of a scalar.
        blocks: the words that the terms are multiples of, with their numbers.
        summed: the axes of the indices.
    """

    scalars: tuple[int, ...]
    places: Array
    blocks: tuple[Block, ...]
    summed: tuple[int, ...]


@dataclass(frozen=True)
class Compiled:
    """A compiled expression; call it with the values of its letters and lengths."""

    expression: Expression
    symbols: tuple[Symbol, ...]
    lengths: tuple[str, ...]
    summed: Mapping[str, tuple[str, ...]]
    axes: tuple[Index, ...]
    loads: tuple[Symbol, ...]
    code: tuple[tuple[str, Any, Any], ...]
    entries: tuple[Entry, ...]
    groups: tuple[Group, ...]
    namespace: Namespace
    operations: Mapping[str, Callable[[Array, Any], Array]] = field(default_factory=dict)

    def __call__(
        self, values: Mapping[str, Any], lengths: Mapping[str, Any], trusted: Mapping[str, Array] | None = None
    ) -> Any:
        """Return the value of the expression, an array with the batch axes in front of its own.

        Args:
            values: for each letter's name its floating-point or integer value, of shape (..., rows, cols) for a matrix,
                (..., rows) for a vector and (...) for a scalar, a letter under a sum with its copies along an axis
                before these; leading axes broadcast.
            lengths: positive integers, or integer arrays that broadcast with the leading axes.
            trusted: letters that were computed and need no check, matrices with their rows and columns as last axes.

        Raises:
            ValueError, TypeError: as `evaluate`, naming the argument.
        """
        run = _Run(self, values, lengths, trusted or {})
        return run.result()


class _Run:
    """One call of a compiled expression."""

    def __init__(
        self, program: Compiled, values: Mapping[str, Any], lengths: Mapping[str, Any], trusted: Mapping[str, Array]
    ):
        self.program = program
        self.namespace = program.namespace
        self.sizes: dict[str, Any] = {name: checked_lengths(name, value) for name, value in lengths.items()}
        self.batch: tuple[int, ...] = ()
        for name, value in self.sizes.items():
            if not isinstance(value, int):
                self._join_batch(name, value.shape)
        letters: dict[str, Array] = {}
        summed = program.summed
        for symbol in program.symbols:
            held = trusted.get(symbol.name)
            if held is None:
                if symbol.name not in values:
                    raise ValueError(f"no value given for {symbol.name} ({symbol.rows} x {symbol.cols})")
                held = self._checked(symbol, values[symbol.name])
            letters[symbol.name] = held
            self._bind(symbol, held, summed[symbol.name])
        missing = [name for name in program.lengths if name not in self.sizes]
        if missing:
            raise ValueError(f"no value given for the length {missing[0]}")
        self.registers = [
            self._compared(symbol.indices)
            if symbol.name == ORDER
            else self._loaded(symbol, self._units(symbol) if symbol.name == UNIT else letters[symbol.name])
            for symbol in program.loads
        ]

    def _checked(self, symbol: Symbol, value: Any) -> Array:
        array = checked_array(symbol.name, value, self.namespace)
        if symbol.rows == symbol.cols != 1:
            if array.ndim < 2 or array.shape[-1] != array.shape[-2]:
                raise ValueError(f"{symbol.name} must be square, got shape {_times(array.shape)}")
            _check_properties(symbol, self.namespace.plain(array))
        elif symbol.rows == symbol.cols == 1 and symbol.definite and not (self.namespace.plain(array) > 0).all():
            raise ValueError(f"{symbol.name} must be positive, got {self.namespace.plain(array).min()}")
        return array

    def _bind(self, symbol: Symbol, array: Array, summed: tuple[str, ...]) -> None:
        sizes: list[Dimension] = [*summed, *(size for size in (symbol.rows, symbol.cols) if size != 1)]
        if array.ndim < len(sizes):
            raise ValueError(
                f"{symbol.name} must have {len(sizes)} axes ({' x '.join(map(str, sizes))}) after those that "
                f"broadcast, got shape {_times(array.shape)}"
            )
        split = array.ndim - len(sizes)
        for size, have in zip(sizes, array.shape[split:], strict=True):
            want = size if isinstance(size, int) else self.sizes.setdefault(size, have)
            if (want != have) if isinstance(want, int) else (want != have).any():
                raise ValueError(f"{symbol.name} has size {have} where {size} = {want}")
        self._join_batch(symbol.name, tuple(array.shape[:split]))

    def _join_batch(self, name: str, shape: tuple[int, ...]) -> None:
        if shape and shape != self.batch:
            try:
                self.batch = np.broadcast_shapes(self.batch, shape)
            except ValueError as error:
                reason = f"{name} has leading axes {shape}, which do not broadcast with {self.batch}"
                raise ValueError(reason) from error

    def _loaded(self, symbol: Symbol, array: Array) -> Array:
        """The letter as an array (batch, indices, rows, cols)."""
        own = (symbol.rows != 1) + (symbol.cols != 1) + len(symbol.indices)
        split = array.ndim - own
        axes = self.program.axes
        if own == 2 and not axes:
            return array
        if len(symbol.indices) > 1:
            # Their axes in the order of the program's axes; an index that stands twice is a diagonal.
            array, places = _in_order(array, [split + k for k in range(len(symbol.indices))], symbol.indices, axes)
        else:
            places = list(symbol.indices)
        shape = list(array.shape[split:])
        between = [1] * len(axes)
        for index in places:
            between[axes.index(index)] = shape.pop(0)
        if symbol.rows == 1:
            shape.insert(0, 1)
        if symbol.cols == 1:
            shape.append(1)
        return array.reshape((*array.shape[:split], *between, *shape))

    def _units(self, symbol: Symbol) -> Array:
        """All unit vectors, one below the other."""
        return self.namespace.asarray(np.eye(self._size(symbol.rows)))

    def _compared(self, indices: tuple[Index, ...]) -> Array:
        """The indicator of one index below another, an array over the axes of both."""
        axes = self.program.axes
        sizes = [self.sizes[index.length] for index in indices]
        low, high = (axes.index(index) for index in indices)
        places = [
            np.arange(size).reshape([-1 if k == at else 1 for k in range(len(axes))])
            for size, at in zip(sizes, (low, high), strict=True)
        ]
        return self.namespace.asarray((places[0] < places[1]).astype(float)[..., None, None])

    def result(self) -> Any:
        values, operations = self.registers, self.program.operations
        # Where nothing broadcasts, the plain product of matrices takes half the time.
        plain = not self.batch and not self.program.axes and all(value.ndim == 2 for value in values)
        product = self.namespace.dot if plain else self.namespace.matmul
        append = values.append
        for operation, a, b in self.program.code:
            # Nearly all operations are of these two kinds.
            if operation == "product":
                append(product(values[a], values[b]))
            elif operation == "turn":
                append(values[a].swapaxes(-1, -2))
            else:
                append(operations[operation](values[a], b if b is None or operation == "root" else values[b]))
        scalars = [self._scalar(entry) for entry in self.program.entries]
        total: Array = None
        for group in self.program.groups:
            part = self._group(group, scalars)
            total = part if total is None else total + part
        rows, cols = self.program.expression.shape
        if total is None:
            total = np.zeros(self._shape(rows, cols))
        elif tuple(total.shape) != (*self.batch, *self._shape(rows, cols)):
            # An argument on which the value does not depend broadcasts all the same.
            total = total + np.zeros((*self.batch, *self._shape(rows, cols)))
        if rows == 1 and cols == 1:
            return float(total) if isinstance(total, np.floating) else total
        return total[..., 0] if cols == 1 else total

    def _shape(self, rows: Dimension, cols: Dimension) -> tuple[int, ...]:
        return () if rows == cols == 1 else (self._size(rows), self._size(cols))

    def _size(self, size: Dimension) -> int:
        if isinstance(size, int):
            return size
        if not isinstance(self.sizes.get(size), int):
            raise ValueError(f"{size} is a size of the result and must be one integer, got {self.sizes.get(size)}")
        return int(self.sizes[size])

    def _spread(self, value: Any) -> Any:
        """A batch of numbers with an axis for each summation index behind it."""
        axes = len(self.program.axes)
        return value.reshape((*value.shape, *[1] * axes)) if axes and np.ndim(value) else value

    def _scalar(self, entry: Entry) -> Any:
        kind, what, exponent = entry
        if kind == "length":
            size = self.sizes[what]
            return float(size) ** exponent if isinstance(size, int) else self._spread(size.astype(float)) ** exponent
        if kind == "denominator":
            value = self._spread(polynomial_value(dict(what), self.sizes))
            if (value == 0) if np.ndim(value) == 0 else (value == 0).any():
                raise ZeroDivisionError(f"{Coefficient(dict(what))} vanishes at the given lengths")
            return 1 / value
        word, register = what
        value = self.registers[register]
        return value if exponent == 1 else self._power(value, exponent, word)

    def _power(self, base: Any, exponent: Rational, word: Word) -> Any:
        plain = self.namespace.plain(base)
        if exponent < 0 and (plain == 0).any():
            raise ValueError(f"{closed_text(word, 1)} must not be zero, the formula has its power {exponent}")
        if not isinstance(exponent, int) and (plain < 0).any():
            raise ValueError(
                f"{closed_text(word, 1)} must be positive, the formula has its power {exponent}; got {plain.min()}"
            )
        return base ** (exponent if isinstance(exponent, int) else float(exponent))

    def _group(self, group: Group, scalars: Sequence[Any]) -> Array:
        namespace = self.namespace
        column = namespace.stack([1.0, *(scalars[k] for k in group.scalars)], 0)
        if column.ndim == 1:
            flat = column[group.places].prod(0)
        else:
            # One position after the other: a batch of all of them at once would take too much memory.
            flat = column[..., group.places[0]]
            for places in group.places[1:]:
                flat = flat * column[..., places]
        parts = [flat[..., block.first : block.last] @ namespace.constant(block.numbers) for block in group.blocks]
        axes = len(self.program.axes)
        if self.program.expression.is_scalar:
            (part,) = parts
            # Axes of other indices have length 1 here.
            return part[..., 0].sum(tuple(range(-axes, 0))) if axes else part[..., 0]
        total: Array = None
        for part, block in zip(parts, group.blocks, strict=True):
            value = self._weighted(part, block)
            total = value if total is None else total + value
        return total.sum(tuple(range(-axes - 2, -2))) if axes else total

    def _weighted(self, weights: Array, block: Block) -> Array:
        """The sum of the words of a block, each times its weight, which stand along the last axis."""
        registers, stack = self.registers, self.namespace.stack
        count = len(block.whole)
        total: Array = None
        if block.columns:
            columns = stack([registers[k] for k in block.columns], 2)[..., 0]
            rows = stack([registers[k] for k in block.rows], 2)[..., 0, :]
            total = (weights[..., count:, None] * columns).swapaxes(-1, -2) @ rows
        if count:
            stacked = stack([self._word(k) for k in block.whole], 2)
            flat = stacked.reshape((*stacked.shape[:-2], -1))
            before = weights[..., :count]
            value = before @ flat if before.ndim == flat.ndim - 1 == 1 else (before[..., None, :] @ flat)[..., 0, :]
            value = value.reshape((*value.shape[:-1], *stacked.shape[-2:]))
            total = value if total is None else total + value
        return total

    def _word(self, register: int | None) -> Array:
        if register is not None:
            return self.registers[register]
        return self.namespace.constant(np.eye(self._size(self.program.expression.rows)))


def _in_order(
    array: Array, axes: Sequence[int], indices: Sequence[Index], order: Sequence[Index]
) -> tuple[Array, list[Index]]:
    """The array with the axes of its indices, which are neighbours, once each and in that order."""
    held = list(indices)
    first = axes[0]
    while len(set(held)) < len(held):
        a, b = next((i, j) for i in range(len(held)) for j in range(i) if held[i] == held[j])
        array = array.diagonal(0, first + a, first + b)
        array = _moved(array, array.ndim - 1, first + b)
        held = [index for k, index in enumerate(held) if k != a]
    for k, index in enumerate(sorted(held, key=order.index)):
        place = held.index(index)
        array = _moved(array, first + place, first + k)
        held.insert(k, held.pop(place))
    return array, held


def _moved(array: Array, source: int, target: int) -> Array:
    order = [k for k in range(array.ndim) if k != source]
    order.insert(target, source)
    return array.permute(order) if hasattr(array, "permute") else array.transpose(order)


def polynomial_value(polynomial: Polynomial, sizes: Mapping[str, Any]) -> Any:
    """The value of a polynomial in the lengths, in floating point."""
    total: Any = 0.0
    for powers, number in polynomial.items():
        term: Any = float(number)
        for name, power in powers:
            size = sizes[name]
            term = term * (float(size) if isinstance(size, int) else size.astype(float)) ** power
        total = total + term
    return total


def checked_lengths(name: str, value: Any) -> Any:
    """The value as an int, or as an array of integers; TypeError or ValueError unless all are at least 1."""
    if isinstance(value, bool):
        raise TypeError(f"{name} must be a positive integer, got {value!r}")
    try:
        size = operator.index(value)
    except TypeError:
        array = np.asarray(value)
        if array.dtype.kind not in "iu":
            raise TypeError(f"{name} must be a positive integer, or an array of them, got {value!r}") from None
        if array.size == 0 or array.min() < 1:
            least = array.min() if array.size else "an empty array"
            raise ValueError(f"{name} must be at least 1, got {least}") from None
        return array
    if size < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return size


def checked_array(name: str, value: Any, namespace: Namespace) -> Array:
    """The value as an array of doubles; TypeError unless it consists of real numbers, ValueError unless finite."""
    try:
        array = namespace.asarray(value)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} must have rows of equal length, got {value!r}") from error
    plain = namespace.plain(array)
    if plain.dtype.kind in "iu":
        array = namespace.asarray(array * 1.0)
        plain = namespace.plain(array)
    if plain.dtype.kind != "f":
        raise TypeError(f"{name} must consist of floats or integers, got {value!r}; `evaluate` takes exact numbers")
    if array.dtype != namespace.asarray(_ZERO).dtype:
        array = array + namespace.asarray(_ZERO)
    if plain.size == 0:
        raise ValueError(f"{name} must not be empty, got shape {_times(plain.shape)}")
    # A finite sum means finite entries; the entries are looked at one by one only where it is not.
    if not math.isfinite(plain.sum()) and not np.isfinite(plain).all():
        raise ValueError(f"{name} must be finite, got {plain[~np.isfinite(plain)].flat[0]}")
    return array


_ZERO = np.zeros(())


def _check_properties(symbol: Symbol, array: Array) -> None:
    if symbol.symmetric and not (array == array.swapaxes(-1, -2)).all():
        gaps = np.abs(array - array.swapaxes(-1, -2)).max((-1, -2))
        for place in np.argwhere(np.atleast_1d(gaps > SYMMETRY_TOLERANCE * np.abs(array).max((-1, -2)))):
            check_symmetric(symbol.name, array[tuple(place)] if gaps.ndim else array, exact=False)
    if symbol.definite:
        try:
            np.linalg.cholesky(array)
        except np.linalg.LinAlgError:
            for matrix in array.reshape((-1, *array.shape[-2:])):
                check_definite(symbol.name, matrix, exact=False)


def _times(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape)) or "()"
