"""How near an inequality comes to equality, and which mutants of it are weaker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.meaning import UNREADABLE, InterpretationError
from proofs_check.judge.statements import Statement, as_balls

Array = Any


def _sides(statement: Statement, instance: Instance, left: Array, language: Language) -> tuple[Any, Any] | None:
    """(smaller, larger) as the inequality has them; None where the right side has no value."""
    try:
        _, right = statement.compare(left, instance, language)
    except UNREADABLE:
        return None
    low, high = (np.asarray(side, dtype=object).flat[0] for side in (left, right))
    return (high, low) if statement.relation in (">=", ">") else (low, high)


def closeness(statement: Statement, instance: Instance, left: Array, language: Language) -> float | None:
    """(smaller - larger)/(|smaller| + |larger|) of an inequality's sides: 0 at equality, above 0 where it fails.

    Where one side is 0 that is -1 or 1 whatever the other is, and 1 + |smaller| + |larger| takes the place of the sum.
    """
    sides = _sides(statement, instance, left, language)
    if sides is None:
        return None
    low, high = (float(side.mid()) if isinstance(side, arb) else float(side) for side in sides)
    size = abs(low) + abs(high)
    if not size or not np.isfinite(size):
        return None
    return (low - high) / (size if low and high else 1 + size)


def ratio(statement: Statement, instance: Instance, left: Array, language: Language) -> float | None:
    """What is proved of smaller/larger, 1 at equality; None unless both are positive."""
    sides = _sides(statement, instance, left, language)
    if sides is None:
        return None
    low = float(sides[0].lower()) if isinstance(sides[0], arb) else float(sides[0])
    high = float(sides[1].upper()) if isinstance(sides[1], arb) else float(sides[1])
    return low / high if low > 0 and high > 0 and np.isfinite(low / high) else None


@dataclass(frozen=True)
class Tightness:
    """How far an inequality could be strengthened.

    Attributes:
        factor: the least factor, at least 1, by which the statement could be strengthened without being refuted.
        instance: where anything stronger fails.
    """

    factor: float
    instance: Instance


def tightest(statement: Statement, values: Sequence[tuple[Instance, Array]], language: Language) -> Tightness | None:
    """The tightness that the instances show; None if both sides are positive at none of them."""
    found = [(value, i) for i, (at, left) in enumerate(values) if (value := ratio(statement, at, left, language))]
    if not found:
        return None
    largest, place = max(found)
    return Tightness(six_digits(1 / largest), values[place][0])


def six_digits(value: float) -> float:
    """A factor rounded to six digits, but never down to an equality that was not attained."""
    rounded = float(f"{value:.6g}")
    return max(1.000001, float(f"{value:.7g}")) if rounded <= 1 < value else rounded


@dataclass(frozen=True)
class RightSides:
    """The right sides of an inequality at some instances, kept for comparison with those of its mutants."""

    statement: Statement
    instances: tuple[Instance, ...]
    values: tuple[Any, ...]

    @classmethod
    def of(cls, statement: Statement, instances: Sequence[Instance], language: Language) -> RightSides:
        """Evaluate them."""
        values = tuple(_right(statement, instance, language) for instance in instances)
        return cls(statement, tuple(instances), values)

    def imply(self, mutant: Statement, language: Language) -> bool:
        """Whether the mutant's right side is the weaker one, or equal, at every instance."""
        try:
            pairs = ((x, _right(mutant, at, language)) for at, x in zip(self.instances, self.values, strict=True))
            return all(self._weaker(x, y) for x, y in pairs)
        except UNREADABLE:
            return False

    def _weaker(self, x: Any, y: Any) -> bool:
        if isinstance(x, arb) or isinstance(y, arb):
            x, y = as_balls(np.array([x, y], dtype=object))
            # Balls of equal numbers overlap and decide nothing; here they count as equal.
            if x.overlaps(y):
                return True
        return bool(x <= y if self.statement.relation in ("<=", "<") else x >= y)


def _right(statement: Statement, instance: Instance, language: Language) -> Any:
    balls = statement.has_roots or instance.has_balls
    value = statement.ball_value(instance, language) if balls else statement.value(instance, language)
    if np.size(value) != 1:
        raise InterpretationError("an inequality compares numbers, not arrays")
    return np.asarray(value, dtype=object).flat[0]
