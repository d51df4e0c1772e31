"""How near an inequality comes to equality, and which mutants of it are weaker."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from flint import arb

from proofs_check.instances import Instance
from proofs_check.interpretation import InterpretationError
from proofs_check.statements import Language, Statement, as_balls

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


def implied(by: Statement, mutant: Statement, instances: Sequence[Instance], language: Language) -> bool:
    """Whether the mutant's right side is the weaker one, or equal, at every instance."""
    if by.relation != mutant.relation:
        return False
    try:
        return all(_weaker(by, mutant, instance, language) for instance in instances)
    except UNREADABLE:
        return False


def _weaker(by: Statement, mutant: Statement, instance: Instance, language: Language) -> bool:
    balls = by.has_roots or mutant.has_roots
    a, b = (
        np.asarray(s.ball_value(instance, language) if balls else s.value(instance, language), dtype=object)
        for s in (by, mutant)
    )
    if a.size != 1 or b.size != 1:
        return False
    x, y = (as_balls(a).flat[0], as_balls(b).flat[0]) if balls else (a.flat[0], b.flat[0])
    # Balls of equal numbers overlap and decide nothing; here they count as equal.
    return bool(
        (x <= y or (balls and x.overlaps(y))) if by.relation in ("<=", "<") else (x >= y or (balls and x.overlaps(y)))
    )
