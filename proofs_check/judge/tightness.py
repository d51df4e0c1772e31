"""How near an inequality comes to equality, and which mutants of it are weaker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from flint import arb

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import InterpretationError
from proofs_check.judge.statements import Language, Statement, as_balls

Array = Any
# A right side that cannot be read at an instance.
UNREADABLE = (InterpretationError, ZeroDivisionError, KeyError, IndexError, ValueError)


def _number(value: Any) -> float:
    entry = np.asarray(value, dtype=object).flat[0]
    return float(entry.mid()) if isinstance(entry, arb) else float(entry)


def ratio(statement: Statement, instance: Instance, left: Array, language: Language) -> float | None:
    """The smaller side over the larger one as the inequality has them, 1 at equality; None unless both are positive."""
    try:
        _, right = statement.compare(left, instance, language)
    except UNREADABLE:
        return None
    low, high = _number(left), _number(right)
    if statement.relation in (">=", ">"):
        low, high = high, low
    return low / high if low > 0 and high > 0 and np.isfinite(low / high) else None


def tightest(
    statement: Statement, values: Sequence[tuple[Instance, Array]], language: Language
) -> tuple[float, Instance] | None:
    """The largest ratio of the sides over the instances, with the instance; None if no instance has one."""
    best: tuple[float, Instance] | None = None
    for instance, left in values:
        found = ratio(statement, instance, left, language)
        if found is not None and (best is None or found > best[0]):
            best = (found, instance)
    return best


def six_digits(value: float) -> float:
    """A ratio rounded to six digits, but never up to an equality that was not attained."""
    return 0.999999 if 0.999999 < value < 1 else float(f"{value:.6g}")


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
    value = statement.ball_value(instance, language) if statement.has_roots else statement.value(instance, language)
    if np.size(value) != 1:
        raise InterpretationError("an inequality compares numbers, not arrays")
    return np.asarray(value, dtype=object).flat[0]
