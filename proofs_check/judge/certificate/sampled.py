"""Monte Carlo evidence: its intervals, its outcome and its power computed again from the recorded moments."""

from __future__ import annotations

from fractions import Fraction
from math import isclose, isfinite, log, log1p, pi, sqrt
from typing import Any

from numerics.sequential import Moments
from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.power import Window, check_power
from proofs_check.judge.certificate.reading import Evidence, Record, Recorded, items, number, whole
from proofs_check.judge.certificate.subject import Subject
from proofs_check.judge.evidence import Sampled, SampledMeasurement


def check_sampled(subject: Subject, item: Evidence, record: Record) -> None:
    """Check every interval against its moments, the outcome, the power, and what is said in words."""
    subject.require(item.instances, "Monte Carlo evidence without instances")
    alpha = record.alpha / len(record.entries)
    windows = [_window(subject, item, one, alpha / len(item.instances), record.prompts) for one in item.instances]
    found = _outcome(windows, subject.relation)
    subject.require(item.outcome == found, f"Monte Carlo evidence is said to be {item.outcome}, the intervals: {found}")
    check_power(subject, item, windows)
    said = _measurement(subject, item, alpha)
    verdict = said.judge(subject.claim.statement, subject.claim.language)
    subject.require(item.summary == said.summary(), f"Monte Carlo evidence says {item.summary!r}, not {said.summary()}")
    subject.require(item.detail == verdict.detail, f"Monte Carlo evidence says {item.detail!r}, not {verdict.detail}")
    subject.require(not item.objection, "Monte Carlo evidence is objected to by its power alone")


def _window(subject: Subject, item: Evidence, one: Recorded, alpha: float, prompts: int) -> Window:
    place = f"claim {subject.id}: Monte Carlo evidence"
    subject.require(
        set(one.rest) == {"prompts", "mean", "squared_deviations", "variance_bound", "accepted"},
        "Monte Carlo evidence has other fields than it should",
    )
    ends = items(one.rest["accepted"], place)
    subject.require(len(ends) == 2, "an interval has two ends")
    low, high = (number(end, f"{place}: interval") for end in ends)
    mean, spread, variance = (
        number(one.rest[name], f"{place}: {name}") for name in ("mean", "squared_deviations", "variance_bound")
    )
    count = whole(one.rest["prompts"], f"{place}: prompts")
    subject.require(count > 0 and spread >= 0 and variance > 0, f"no sample has these moments: {dict(one.rest)}")
    subject.require(count == prompts, f"{count} prompts were drawn, the report's budget is {prompts}")
    subject.require(
        is_confidence_interval((low, high), mean, spread, variance, count, alpha),
        f"[{low}, {high}] is not the interval of its samples at error level {alpha:.3g}",
    )
    try:
        world = subject.float_world(one)
        right, *terms = (world.value(formula)[0][0] for formula in (subject.right, *subject.terms()))
    except NoValueError as error:
        raise subject.fail(f"the statement has no value at {one}: {error}") from error
    return Window(low, high, right, tuple(terms))


def is_confidence_interval(
    ends: tuple[float, float], mean: float, spread: float, variance: float, count: int, alpha: float
) -> bool:
    """Whether an interval's ends are where the e-process of Delyon (2009) reaches 1/alpha, or its crude outer bound.

    With Q the squared deviations, n samples and variance at most v: at distance t from the mean the process is
    exp(n^2 t^2/(2 (a + b t^2))) sqrt(rho/(a + b t^2)), a = (Q + 2 n v)/3 + rho, b = n/3; a thousandth of alpha pays for
    |mean - truth| <= pi sqrt(1000 v/(6 alpha)) at all times.
    """
    low, high = ends
    distance = (high - low) / 2
    if not (distance > 0 and isclose((low + high) / 2, mean, abs_tol=1e-6 * distance)):
        return False
    planned = -2 * log(alpha)
    rho = count * variance / (planned + log1p(planned))
    total = (spread + 2 * count * variance + count * distance**2) / 3 + rho
    reached = count**2 * distance**2 / total - log(total / rho)
    farthest = pi * sqrt(1000 * variance / (6 * alpha))
    return isclose(reached, -2 * log(0.999 * alpha), rel_tol=1e-6) or isclose(distance, farthest, rel_tol=1e-6)


def _outcome(windows: list[Window], relation: str) -> str:
    undecided = False
    for w in windows:
        if not isfinite(w.right):
            return "undecided"
        below, above = w.low > w.right, w.high < w.right
        if (relation == "=" and (below or above)) or (below if relation[0] == "<" else above if relation != "=" else 0):
            return "refuted"
        undecided = undecided or (
            relation != "=" and not (w.high <= w.right if relation[0] == "<" else w.low >= w.right)
        )
    return "undecided" if undecided else "holds"


def rejects(subject: Subject, item: Evidence, formula: int) -> str:
    """What the intervals say of another right side: "refuted", "ill-formed", "holds" or "undecided"."""
    found = "holds"
    for one in item.instances:
        try:
            value = subject.float_world(one).value(formula)
        except NoValueError:
            return "ill-formed"
        if len(value) != 1 or len(value[0]) != 1:
            return "ill-formed"
        low, high = one.rest["accepted"]
        here = _outcome([Window(low, high, value[0][0])], subject.relation)
        if here == "refuted" or not isfinite(value[0][0]):
            return here
        found = "undecided" if here == "undecided" else found
    return found


def _measurement(subject: Subject, item: Evidence, alpha: float) -> SampledMeasurement:
    samples = []
    for one in item.instances:
        held: Any = one.rest
        total = Fraction(held["mean"]) * held["prompts"]
        squares = Fraction(held["squared_deviations"]) + total**2 / held["prompts"]
        moments = Moments(held["prompts"], total, squares)
        samples.append(Sampled(subject.instance(one), moments, held["variance_bound"]))
    return SampledMeasurement(tuple(samples), alpha)
