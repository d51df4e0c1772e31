"""First-order arithmetic: a number with its derivative along a direction, a + b t with t^2 = 0, and arrays of both.

The exact evidence of gradients differentiates by it: formulas of blocks entry by entry, layers array by array.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True, eq=False)
class Dual:
    """value + slope t. Compared with a plain number, its value counts, so that elimination finds its pivots."""

    value: Any
    slope: Any = 0

    def __add__(self, other: Any) -> Dual:
        b = _dual(other)
        return Dual(self.value + b.value, self.slope + b.slope)

    __radd__ = __add__

    def __neg__(self) -> Dual:
        return Dual(-self.value, -self.slope)

    def __sub__(self, other: Any) -> Dual:
        return self + -_dual(other)

    def __rsub__(self, other: Any) -> Dual:
        return _dual(other) + -self

    def __mul__(self, other: Any) -> Dual:
        b = _dual(other)
        return Dual(self.value * b.value, self.value * b.slope + self.slope * b.value)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Dual:
        b = _dual(other)
        value = self.value / b.value
        return Dual(value, (self.slope - value * b.slope) / b.value)

    def __rtruediv__(self, other: Any) -> Dual:
        return _dual(other) / self

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> bool:
        return bool(self.value == (other.value if isinstance(other, Dual) else other))


def _dual(value: Any) -> Dual:
    return value if isinstance(value, Dual) else Dual(value)


def moving(values: Array, slopes: Array) -> Array:
    """An array of dual numbers."""
    pairs = zip(np.asarray(values, dtype=object).flat, np.asarray(slopes, dtype=object).flat, strict=True)
    result = np.empty(np.shape(values), dtype=object)
    result.reshape(-1)[:] = [Dual(value, slope) for value, slope in pairs]
    return result


@dataclass(frozen=True)
class Moving:
    """An array with its derivative along a direction; None is a derivative that is zero."""

    value: Array
    slope: Array | None = None

    @classmethod
    def of(cls, array: Array) -> Moving:
        """Values and derivatives of an array of plain and dual numbers."""
        array = np.asarray(array, dtype=object)
        value, slope = np.empty(array.shape, dtype=object), np.empty(array.shape, dtype=object)
        for place in np.ndindex(array.shape):
            entry = _dual(array[place])
            value[place], slope[place] = entry.value, entry.slope
        return cls(value, slope if np.any(slope != 0) else None)

    def __matmul__(self, other: Moving) -> Moving:
        slopes = [
            product
            for product in (
                None if other.slope is None else self.value @ other.slope,
                None if self.slope is None else self.slope @ other.value,
            )
            if product is not None
        ]
        return Moving(self.value @ other.value, _sum(slopes))

    def __add__(self, other: Moving) -> Moving:
        slopes = [slope for slope in (self.slope, other.slope) if slope is not None]
        return Moving(self.value + other.value, _sum(slopes))

    def times(self, factor: Any) -> Moving:
        """Every entry times a number, or times the entry of a mask."""
        return Moving(self.value * factor, None if self.slope is None else self.slope * factor)

    def entrywise(self, other: Moving) -> Moving:
        """The product entry by entry; a row stands for all rows."""
        slopes = [] if other.slope is None else [self.value * other.slope]
        slopes += [] if self.slope is None else [self.slope * other.value]
        return Moving(self.value * other.value, _sum(slopes))

    def column_sums(self) -> Moving:
        """The sum of each column, as a row."""
        added = None if self.slope is None else self.slope.sum(axis=0, keepdims=True)
        return Moving(self.value.sum(axis=0, keepdims=True), added)

    def __getitem__(self, place: Any) -> Moving:
        return Moving(self.value[place], None if self.slope is None else self.slope[place])

    @property
    def T(self) -> Moving:
        """The transpose."""
        return Moving(self.value.T, None if self.slope is None else self.slope.T)


def _sum(slopes: list[Array]) -> Array | None:
    return None if not slopes else slopes[0] if len(slopes) == 1 else slopes[0] + slopes[1]
