"""Both sides compared at instances, and the ranges that the instances cover."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import numpy as np
from flint import arb

from proofs_check.judge.evidence.verdict import Verdict
from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.meaning import UNREADABLE, NoValueError
from proofs_check.judge.statements import Relation, Statement

Array = Any
Compared = Sequence[tuple[Instance, Array]]
LeftSide = Callable[[Instance], tuple[Array, Mapping[str, Any]]]
# An equation of balls says nothing if they are wide.
WIDEST_BALL = 1e-6
_NOT_FINITE = "a ball is not finite at"
_OVERLAP = "the balls of both sides overlap at"
_WIDE = f"a ball is wider than {WIDEST_BALL:g} of its value at"
BALLS_DECIDE_NOTHING = (_NOT_FINITE, _OVERLAP, _WIDE)
_SAID: Mapping[Relation, str] = {
    "=": "equal",
    "<=": "at most",
    ">=": "at least",
    "<": "less",
    ">": "greater",
}


def compared(values: Compared, statement: Statement, language: Language) -> Verdict:
    """Compare both sides at each instance: refuted at the first that certainly fails, or where the right has no value.

    Undecided without instances, and where balls overlap in an inequality, are wide in an equation, or are not finite.
    """
    if not values:
        return Verdict("undecided", "no instance meets the assumptions, so nothing was checked")
    doubtful = ""
    for instance, left in values:
        try:
            truth, right = statement.compare(left, instance, language)
        except NoValueError as error:
            return Verdict("refuted", f"the right side has no value at {instance}: {error}")
        except UNREADABLE as error:
            return Verdict("ill-formed", _reason(error))
        if not same_shape(left, right):
            return Verdict("ill-formed", f"shapes {np.shape(left)} and {np.shape(right)}")
        if truth == "refuted":
            return Verdict("refuted", f"fails at {instance}", instance, left, right)
        doubtful = doubtful or _doubt(truth, left, right, statement.relation, instance)
    if doubtful:
        return Verdict("undecided", doubtful)
    return Verdict("holds", f"{_SAID[statement.relation]} at {len(values)} instances")


def with_value(values: Compared, statement: Statement, language: Language) -> Compared:
    """The instances at which the right side has a value; the others are outside the statement's domain."""

    def has_value(instance: Instance, left: Array) -> bool:
        try:
            statement.compare(left, instance, language)
        except NoValueError:
            return False
        except UNREADABLE:
            # What can nowhere be read is told where the statement is judged.
            return True
        return True

    return tuple((instance, left) for instance, left in values if has_value(instance, left))


def _reason(error: Exception) -> str:
    return f"no value for the name {error}" if isinstance(error, KeyError) else str(error)


def _doubt(truth: str, left: Array, right: Array, relation: Relation, instance: Instance) -> str:
    balls = [entry for side in (left, right) for entry in np.asarray(side, dtype=object).flat if isinstance(entry, arb)]
    if any(not ball.is_finite() for ball in balls):
        return f"{_NOT_FINITE} {instance}"
    if truth == "undecided":
        return f"{_OVERLAP} {instance}"
    if relation == "=" and any(float(ball.rad()) > WIDEST_BALL * (1 + abs(float(ball.mid()))) for ball in balls):
        return f"{_WIDE} {instance}"
    return ""


def same_shape(left: Array, right: Array) -> bool:
    """Whether two arrays have one shape, up to a vector written as a column."""
    a, b = np.shape(left), np.shape(right)
    return a == b or (int(np.prod(a)) == int(np.prod(b)) and min(len(a), len(b)) <= 1)


def plain(value: Any) -> Any:
    """Arrays and tuples as nested lists of text."""
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return [plain(entry) for entry in value] if isinstance(value, list | tuple) else str(value)


def instance_record(instance: Instance) -> dict[str, Any]:
    """An instance as plain JSON values."""
    return {
        "lengths": dict(instance.lengths),
        "values": {name: plain(value) for name, value in instance.values.items()},
    }


def narrow(instances: Sequence[Instance], statement: Statement, language: Language, fixed: Mapping[str, int]) -> str:
    """Why instances are too much alike for what the statement says; empty if they are not.

    A statement that names a length, or a letter that has it, speaks of all its values.
    """
    if len(instances) == 1 and instances[0].values:
        return "there is one instance only, and the statement speaks of all values of its letters"
    for name in sorted(named_lengths(statement, language) - set(fixed)):
        seen = {instance.lengths[name] for instance in instances if name in instance.lengths}
        if len(seen) == 1:
            only = seen.pop()
            return (
                f"every instance has {name} = {only}, and the statement speaks of every {name}; "
                f"give the plan larger sizes, or fixed={{{name!r}: {only}}} if that is what the claim says"
            )
    return ""


def named_lengths(statement: Statement, language: Language) -> set[str]:
    """The lengths that a statement names, itself or by the shapes of its letters."""
    named = set(statement.names & set(language.length_names))
    for name in statement.names & set(language.letters):
        named |= {size for size in language.letters[name].shape if isinstance(size, str)}
    return named


def ranges(instances: Sequence[Instance], language: Language, lengths: Collection[str]) -> dict[str, str]:
    """What instances cover: for each length its values, for numbers their size, for matrices the condition number."""
    found: dict[str, str] = {}
    for name in _in_order(instance.lengths for instance in instances):
        if name not in lengths:
            continue
        seen = sorted({instance.lengths[name] for instance in instances if name in instance.lengths})
        found[name] = _spread(seen)
    for name in _in_order(instance.values for instance in instances):
        if name not in language.letters or name in language.stacked:
            continue
        symbol = language.symbol(name)
        values = [instance.arrays[name] for instance in instances if name in instance.values]
        if symbol.rows == symbol.cols == 1 and (symbol.definite or symbol.non_negative):
            numbers = sorted(float(value.flat[0]) for value in values if not isinstance(value.flat[0], arb))
            if numbers:
                found[name] = _short(numbers[0], numbers[-1])
        elif symbol.definite:
            found[f"condition number of {name}"] = f"up to {max(map(_condition, values)):.2g}"
    return found


def _in_order(mappings: Any) -> list[str]:
    return list(dict.fromkeys(name for mapping in mappings for name in mapping))


def _spread(seen: Sequence[int]) -> str:
    if len(seen) <= 3:
        return ", ".join(map(_count, seen))
    return f"{_count(seen[0])} to {_count(seen[-1])}"


def _count(value: int) -> str:
    return str(value) if value < 10**5 else f"{value:.0e}".replace("e+0", "e").replace("e+", "e")


def _short(low: float, high: float) -> str:
    return f"{low:.2g}" if low == high else f"{low:.2g} to {high:.2g}"


def _condition(matrix: Array) -> float:
    """The condition number; of nearly singular matrices floating point gives the size only."""
    eigenvalues = np.linalg.eigvalsh(matrix.astype(float))
    largest = float(eigenvalues[-1])
    return largest / max(float(eigenvalues[0]), largest * 1e-16)
