"""The least wrong coefficients that intervals would have refuted, computed again from what is recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isclose, isfinite

from proofs_check.judge.certificate.reading import Evidence, number, whole
from proofs_check.judge.certificate.subject import Subject

# Evidence that would miss a factor of 2 has no power.
_MOST = {"=": 1.0, ">=": 1.0, ">": 1.0, "<=": 0.5, "<": 0.5}
_ACCURACY = 2e-5


@dataclass(frozen=True)
class Window:
    """What is accepted for one number, what the statement says, and the terms of that."""

    low: float
    high: float
    right: float
    terms: tuple[float, ...] = ()


def check_power(subject: Subject, item: Evidence, windows: Sequence[Window], accuracy: float = _ACCURACY) -> None:
    """Compare the recorded power with what the windows give; statistics that do not hold have none."""
    relation, place = subject.relation, f"claim {subject.id}: {item.kind} evidence"
    found = _least(windows, [w.right for w in windows], relation) if item.outcome == "holds" else inf
    if item.power is None:
        subject.require(not found <= _MOST[relation], f"{item.kind} evidence has a power, {found:.6g}, and states none")
        return
    subject.require(set(item.power) == {"factor", "term", "term_factor"}, "the power has other fields than it should")
    factor = number(item.power["factor"], f"{place}: factor")
    subject.require(
        found <= _MOST[relation] * (1 + accuracy) and isclose(factor, found, rel_tol=accuracy),
        f"the power of {item.kind} evidence is said to be {factor}, the intervals give {found:.6g}",
    )
    _check_weakest_term(subject, item, windows, accuracy)


def _check_weakest_term(subject: Subject, item: Evidence, windows: Sequence[Window], accuracy: float) -> None:
    assert item.power is not None
    place = f"claim {subject.id}: {item.kind} evidence"
    term, stated = whole(item.power["term"], f"{place}: term"), item.power["term_factor"]
    count = min(len(window.terms) for window in windows)
    subject.require((term == 0) == (count == 0) and term <= count, f"there is no term {term} in the right side")
    if not count:
        subject.require(stated is None, "a right side with one term has no weakest term")
        return
    found = [_least(windows, [window.terms[k] for window in windows], subject.relation) for k in range(count)]
    said = inf if stated is None else number(stated, f"{place}: term_factor")
    same = said == found[term - 1] if not isfinite(said) else isclose(said, found[term - 1], rel_tol=accuracy)
    subject.require(
        same and found[term - 1] >= max(found) * (1 - accuracy),
        f"the weakest term is said to be {term} with {stated}, the intervals give {max(found):.6g}",
    )


def _least(windows: Sequence[Window], parts: Sequence[float], relation: str) -> float:
    """The least eps at which right + eps part, or for an equation also right - eps part, leaves some window."""
    pairs = [(window, part) for window, part in zip(windows, parts, strict=True) if part]
    rise = min(((w.high - w.right if part > 0 else w.right - w.low) / abs(part) for w, part in pairs), default=inf)
    fall = min(((w.right - w.low if part > 0 else w.high - w.right) / abs(part) for w, part in pairs), default=inf)
    if relation == "=":
        return max(rise, fall)
    # A bound from above becomes stronger as its right side falls, whatever the sign of the part.
    falls = relation in ("<=", "<")
    return min(((w.right - w.low if falls else w.high - w.right) / abs(part) for w, part in pairs), default=inf)
