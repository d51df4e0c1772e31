"""A model at an instance: the values of its letters, and formulas read literally there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import interpret
from proofs_check.model_claims.dual import moving
from theory import Model
from theory.algebra.grammar import parse
from theory.algebra.words import Dimension

Array = Any


@dataclass(frozen=True)
class Point:
    """Values of letters, arrays of Fractions, polynomials or dual numbers, and of lengths."""

    values: Mapping[str, Array]
    lengths: Mapping[str, int]

    def with_values(self, values: Mapping[str, Array]) -> Point:
        """The point with some values added or replaced."""
        return replace(self, values={**self.values, **values})

    def moving(self, name: str, direction: Array) -> Point:
        """The point with one letter moving in a direction."""
        return self.with_values({name: moving(self.values[name], direction)})

    @property
    def d(self) -> int:
        """The dimension."""
        return self.lengths["d"]

    def read(self, text: str, shape: tuple[Dimension, Dimension], one: Any = Fraction(1)) -> Array:
        """The value of a formula of that shape, which "0" takes on."""
        if text.strip() == "0":
            return np.full(self.shape(shape), one * 0, dtype=object)
        return interpret(parse(text), self.values, lengths=self.lengths, one=one)

    def shape(self, shape: tuple[Dimension, Dimension]) -> tuple[int, int]:
        """A shape in numbers."""
        rows, cols = (size if isinstance(size, int) else self.lengths[size] for size in shape)
        return rows, cols


def point_at(model: Model, instance: Instance, weights: Mapping[str, str], where: Mapping[str, str]) -> Point:
    """Return an instance as a point, with weights put in by their formulas, which may use abbreviations."""
    point = Point(dict(instance.arrays), dict(instance.lengths))
    given = point
    for name, text in where.items():
        given = given.with_values({name: given.read(text, (1, 1))})
    return point.with_values({name: given.read(text, model.trained[name].shape) for name, text in weights.items()})
