"""Recorded left sides computed again.

The right side alone cannot tell invented data: if the statement is false, a left side that was made to fit would pass.
A left side that is a formula is read by the evaluator of this folder; any other only the claim's own code can compute,
so that this is a repetition and no independent check, and the output says so.
"""

from __future__ import annotations

import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isclose
from typing import Any

import numpy as np

from proofs_check.judge.certificate import matrices
from proofs_check.judge.certificate.comparison import Points, truth
from proofs_check.judge.certificate.drawing import asked
from proofs_check.judge.certificate.errors import CertificateError, NoValueError
from proofs_check.judge.certificate.exact import says_engine
from proofs_check.judge.certificate.reading import Evidence, Record, Recorded
from proofs_check.judge.certificate.subject import Subject, as_float, matrix_of
from proofs_check.judge.evidence.comparison import plain
from proofs_check.judge.evidence.exact import not_independent
from theory.algebra.usage import watching

# A claim's left sides are computed again for so much processor time, but always at this many instances.
SECONDS = 0.15
_ALWAYS = 2
# Samples are drawn again if a run has at most so many prompts.
MOST_PROMPTS = 5000


@dataclass(frozen=True)
class Rerun:
    """At how many instances left sides were computed again, of how many; `formula` without the claim's code."""

    done: int
    of: int
    formula: bool = False

    def __str__(self) -> str:
        return f"{self.done} of {self.of}" if self.done < self.of else str(self.done)


def check_left_sides(subject: Subject, record: Record, item: Evidence, points: Points, first: Sequence[int]) -> Rerun:
    """Compute exact or enclosed left sides again, those numbered in `first` before others in a random order.

    Raises:
        CertificateError: for one that is not what is recorded, or evidence that calls the engine and does not say so.
    """
    left = subject.claim.left
    count = len(item.instances)
    if item.kind == "exact" and left.tree is not None:
        formula = subject.formulas.read(left.text)
        return Rerun(_check_formula(subject, points, formula), count, True)
    take = left.exact if item.kind == "exact" else left.enclose
    if take is None:
        raise subject.fail(f"its left side offers no {item.kind} evidence")
    began, done = time.process_time(), 0
    with watching() as engine:
        for k in _order(record, subject, count, first):
            if done >= _ALWAYS and time.process_time() - began > SECONDS:
                break
            _check_one(subject, item.instances[k], take, points.lefts[k])
            done += 1
    if item.kind == "exact" and done:
        found = not_independent(engine)
        # Of a costly left side other instances may call further operations.
        same = item.objection == found if done == count else says_engine(item)
        subject.require(same if found else not says_engine(item), f"{found or 'it shares no code with the engine'}")
    return Rerun(done, count)


def _order(record: Record, subject: Subject, count: int, first: Sequence[int]) -> list[int]:
    rest = [k for k in range(count) if k not in first]
    random.Random(record.sha256 + subject.id).shuffle(rest)
    return [*dict.fromkeys(first), *rest]


def _check_formula(subject: Subject, points: Points, formula: int) -> int:
    done = 0
    for world, left, one in zip(points.worlds, points.lefts, points.recorded, strict=True):
        try:
            same = truth(world.value(formula), "=", left) == "holds"
        except NoValueError:
            continue
        subject.require(same, f"the recorded left side is not that of {subject.claim.left.text!r} at {one}")
        done += 1
    return done


def _check_one(subject: Subject, one: Recorded, take: Any, recorded: Any) -> None:
    try:
        left, further = take(subject.instance(one))
        found = matrix_of(plain(np.asarray(left, dtype=object)))
        same = truth(found, "=", recorded) == "holds"
        values = {name: matrix_of(plain(value)) for name, value in further.items()}
    except CertificateError:
        raise
    except Exception as error:
        # The left side of a claim is its author's code and may raise anything at values that were never drawn.
        raise subject.fail(f"its left side cannot be computed at {one}: {type(error).__name__}: {error}") from error
    subject.require(same, f"the recorded left side is not what the claim's own code gives at {one}")
    _require_further(subject, one, values)


def _require_further(subject: Subject, one: Recorded, further: Mapping[str, Any]) -> None:
    for name, value in further.items():
        held = matrix_of(one.values[name]) if name in one.values else None
        try:
            same = held is not None and truth(held, "=", value) == "holds"
        except NoValueError:
            same = False
        subject.require(same, f"{name} is not what the claim's own code gives at {one}")


def check_computed_values(subject: Subject, item: Evidence) -> Rerun:
    """Compute floating-point left sides again, with their accuracies."""
    compute = subject.claim.left.compute
    assert compute is not None
    began, done = time.process_time(), 0
    for one in item.instances:
        if done and time.process_time() - began > SECONDS:
            break
        try:
            left, accuracy = compute(subject.instance(one))
            recorded: Any = np.array(matrices.changed(subject.left(one), as_float))
            near = np.allclose(np.ravel(left), np.ravel(recorded), rtol=1e-6, atol=max(accuracy, 1e-12))
        except Exception as error:
            raise subject.fail(f"its left side cannot be computed at {one}: {type(error).__name__}: {error}") from error
        same = near and bool(np.isclose(accuracy, one.rest["accuracy"], rtol=1e-3))
        subject.require(same, f"the recorded value or accuracy is not what the claim's own code gives at {one}")
        done += 1
    return Rerun(done, len(item.instances))


def check_samples(subject: Subject, item: Evidence, record: Record) -> Rerun:
    """Draw the samples of one instance again with the seed of the report, and compare moments and variance bound.

    A larger run is too costly to repeat: of it only the variance bound is computed again.
    """
    sample = subject.claim.left.sample
    assert sample is not None
    k = random.Random(record.sha256 + subject.id).randrange(len(item.instances))
    one, seeds = item.instances[k], asked(subject, record).seeds[2].spawn(len(item.instances))
    try:
        moments, variance = sample(subject.instance(one), seeds[k], min(record.prompts, MOST_PROMPTS))
    except Exception as error:
        raise subject.fail(f"no sample can be drawn at {one}: {type(error).__name__}: {error}") from error
    stated = one.rest["variance_bound"]
    subject.require(
        isclose(stated, variance, rel_tol=1e-9),
        f"the variance bound at {one} is {variance:.6g} by the claim's own code, not {stated:.6g}",
    )
    if record.prompts > MOST_PROMPTS:
        return Rerun(0, len(item.instances))
    near = abs(moments.mean - one.rest["mean"]) <= 1e-6 * max(abs(moments.mean), variance**0.5)
    same = near and isclose(moments.squared_deviations, one.rest["squared_deviations"], rel_tol=1e-6)
    subject.require(same, f"the seed draws other samples than are recorded at {one}")
    return Rerun(1, len(item.instances))
