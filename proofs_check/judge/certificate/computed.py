"""Evidence in floating point: its distances, outcome and power computed again from the recorded values."""

from __future__ import annotations

from math import isfinite

import numpy as np

from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.matrices import Matrix
from proofs_check.judge.certificate.power import Window, check_power
from proofs_check.judge.certificate.reading import Evidence, Recorded, number
from proofs_check.judge.certificate.subject import Subject, as_float
from proofs_check.judge.evidence import ComputedMeasurement
from proofs_check.judge.instances import counted

# Two evaluations of one formula in floating point differ by a few last digits.
_ROUNDING = 1e-9
# The power of evidence with an accuracy near rounding is known to a few digits.
_OF_POWER = 1e-2


def check_computed(subject: Subject, item: Evidence) -> None:
    """Check the outcome and the power of floating-point evidence."""
    if not item.instances:
        subject.require(item.outcome == "undecided", "numerical evidence without instances")
        return
    windows: list[Window] = []
    for one in item.instances:
        windows += _windows(subject, one)
    outside = [w for w in windows if not _inside(w, subject.relation)]
    clearly = [w for w in outside if not _inside(_wider(w), subject.relation)]
    subject.require(item.outcome == "holds" or outside, f"numerical evidence is {item.outcome}, but the values agree")
    subject.require(item.outcome == "refuted" or not clearly, "the statement is farther from the values than allowed")
    check_power(subject, item, windows, _OF_POWER)
    what = f"{subject.claim.left.computed_by} at {counted(item.instances)}"
    subject.require(item.summary == what, f"numerical evidence says {item.summary!r}, not {what!r}")
    values = tuple((subject.instance(one), _left(subject, one), one.rest["accuracy"]) for one in item.instances)
    verdict = ComputedMeasurement(values, subject.claim.left.computed_by).judge(
        subject.claim.statement, subject.claim.language
    )
    subject.require(item.detail == verdict.detail, f"numerical evidence says {item.detail!r}, not {verdict.detail!r}")
    subject.require(not item.objection, "numerical evidence is objected to by its power alone")


def _left(subject: Subject, one: Recorded) -> np.ndarray:
    left = subject.left(one)
    values = np.array([[as_float(entry) for entry in row] for row in left])
    subject.require(np.isfinite(values).all(), f"a value is not finite at {one}")
    return values if isinstance(one.left, list) else values.reshape(())


def _flat(matrix: Matrix) -> list[float]:
    return [float(entry) for row in matrix for entry in row]


def _windows(subject: Subject, one: Recorded) -> list[Window]:
    subject.require(set(one.rest) == {"accuracy"}, "numerical evidence has other fields than it should")
    accuracy = number(one.rest["accuracy"], f"claim {subject.id}: accuracy")
    subject.require(accuracy >= 0, f"an accuracy is {accuracy}")
    world = subject.float_world(one)
    try:
        right, *terms = (_flat(world.value(formula)) for formula in (subject.right, *subject.terms()))
    except NoValueError as error:
        raise subject.fail(f"the statement has no value at {one}: {error}") from error
    left = _left(subject, one).reshape(-1)
    subject.require(len(left) == len(right), "both sides have different shapes")
    return [
        Window(float(a) - accuracy, float(a) + accuracy, float(b), tuple(float(term[k]) for term in terms))
        for k, (a, b) in enumerate(zip(left, right, strict=True))
    ]


def _inside(w: Window, relation: str) -> bool:
    if not isfinite(w.right):
        return False
    above, below = w.right <= w.high, w.low <= w.right
    return (above and below) if relation == "=" else below if relation in ("<=", "<") else above


def _wider(w: Window) -> Window:
    room = _ROUNDING * (abs(w.right) + abs(w.low) + abs(w.high))
    return Window(w.low - room, w.high + room, w.right)


def rejects(subject: Subject, item: Evidence, formula: int) -> tuple[str, bool]:
    """What the values say of another right side, and whether rounding leaves no doubt of that."""
    outcome, sure = "holds", True
    for one in item.instances:
        try:
            right = _flat(subject.float_world(one).value(formula))
        except NoValueError:
            return "ill-formed", sure
        left, accuracy = _left(subject, one).reshape(-1), one.rest["accuracy"]
        if len(left) != len(right):
            return "ill-formed", sure
        windows = [Window(float(a) - accuracy, float(a) + accuracy, float(b)) for a, b in zip(left, right, strict=True)]
        if not all(isfinite(w.right) for w in windows):
            return "undecided", sure
        if not all(_inside(w, subject.relation) for w in windows):
            return "refuted", sure and not all(_inside(_wider(w), subject.relation) for w in windows)
        narrower = [Window(w.low + 2 * (w.low - _wider(w).low), 2 * w.high - _wider(w).high, w.right) for w in windows]
        sure = sure and all(_inside(w, subject.relation) for w in narrower)
    return outcome, sure
