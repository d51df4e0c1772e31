"""Tightness computed again from the recorded instances.

Printed balls are wider than those of the run, so that they leave a range in which the tightness must lie.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from flint import arb, fmpq

from proofs_check.judge.certificate.comparison import Points
from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.subject import Subject, as_float

# A tightness is written with six digits.
_DIGITS = 6e-6


def check_tightness(subject: Subject, points: Sequence[Points]) -> None:
    """Compare the recorded tightness, and where it is reached, with what the instances give."""
    entry = subject.entry
    if subject.relation == "=":
        subject.require(entry.tightness is None and not entry.tightest, "an equation has no tightness")
        return
    found = {str(group.recorded[k]): sizes for group in points for k, *sizes in ratios(subject, group)}
    if not found:
        subject.require(entry.tightness is None and not entry.tightest, "its instances show no tightness")
        return
    low, high = (max(column) for column in zip(*found.values(), strict=True))
    stated = entry.tightness
    subject.require(
        stated is not None
        and 1 / high * (1 - _DIGITS) <= stated <= 1 / low * (1 + _DIGITS)
        and (stated > 1 or high >= 1),
        f"tightness is said to be {stated}, the instances give {1 / low:.6g}",
    )
    if low == high:
        # Without balls every digit is known.
        exactly = _rounded(1 / low)
        subject.require(stated == exactly, f"tightness is said to be {stated}, not {exactly}")
    there = found.get(entry.tightest)
    subject.require(
        there is not None and there[1] >= low * (1 - _DIGITS),
        f"tightest names an instance that does not have the tightness: {entry.tightest[:80]}",
    )


def _rounded(value: float) -> float:
    """A tightness with six digits, or seven where six would say that equality is attained."""
    digits = 6 if value <= 1 or float(f"{value:.6g}") > 1 else 7
    return max(float(f"{value:.{digits}g}"), 1.000001 if digits == 7 else 0)


def ratios(subject: Subject, points: Points) -> list[tuple[int, float, float]]:
    """(number of an instance, least and largest smaller/larger) where both sides are positive; equal without balls."""
    found = []
    for k in range(len(points.recorded)):
        try:
            right = points.right(subject.right, k)[0][0]
        except NoValueError:
            continue
        left = points.lefts[k][0][0]
        (a, b), (c, d) = map(_ends, (right, left) if subject.relation in (">=", ">") else (left, right))
        if a > 0 and c > 0 and isfinite(b / c):
            found.append((k, a / d, b / c))
    return found


def _ends(number: fmpq | arb) -> tuple[float, float]:
    if isinstance(number, arb):
        return float(number.lower()), float(number.upper())
    return as_float(number), as_float(number)
