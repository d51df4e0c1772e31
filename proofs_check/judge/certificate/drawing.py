"""Whether the recorded instances are those that the report's seed draws, so that none was picked or left out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.reading import Evidence, Record, Recorded, recorded_of
from proofs_check.judge.certificate.subject import Subject
from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Budget
from proofs_check.judge.evidence.comparison import instance_record
from proofs_check.judge.evidence.measure import (
    COMPUTED_INSTANCES,
    SAMPLED_INSTANCES,
    Asked,
    generic,
    generic_enclosed,
    with_all_lengths,
)
from proofs_check.judge.instances import Instance
from proofs_check.judge.settling import Settled, settled_by


def enclosed_kinds(claim: Claim) -> tuple[str, ...]:
    """The kind of evidence that holds balls: numerical where their radius is not proved; none without an enclosure."""
    return () if claim.left.enclose is None else (claim.left.enclosed_kind,)


def asked(subject: Subject, record: Record) -> Asked:
    """The random numbers of a claim in the report's run."""
    budget = Budget(record.seed, record.alpha / len(record.entries), record.prompts, record.instances)
    return Asked.of(subject.claim, budget)


def require_drawn(subject: Subject, record: Record, item: Evidence) -> None:
    """Do nothing if the instances are those of the seed; CertificateError otherwise.

    Examples of a search are not drawn again: only the ends of the range, which are always checked, must be there.
    """
    plan = subject.claim.plan
    if item.kind == "exact" or item.kind in enclosed_kinds(subject.claim):
        ends = () if plan.ends is None else plan.ends()
        _require_among(subject, item, ends, "the end of the range")
        settled = None
        if plan.search is None:
            again = asked(subject, record)
            drawn, settled, _ = generic(again) if item.kind == "exact" else (generic_enclosed(again), None, {})
            _require_among(subject, item, drawn, "the instance that its seed draws")
            if subject.relation == "=":
                # An equation is not searched, so that there are no others.
                most = len({str(with_all_lengths(one, subject.claim.language)) for one in (*ends, *drawn)})
                subject.require(len(item.instances) <= most, f"{item.kind} evidence has instances of its own")
        if item.kind == "exact":
            _require_settled(subject, item, settled)
        return
    constants = subject.claim.left.constants if item.kind == "Monte Carlo" else {}
    for one, drawn_one in zip(item.instances, _sampled_draw(subject, record, item), strict=True):
        subject.require(
            _key(one.lengths, one.values) == _instance_key(drawn_one.with_values(**constants)),
            f"{item.kind} evidence is not at the instances that its seed draws, but at {one}",
        )


def _require_settled(subject: Subject, item: Evidence, settled: Settled | None) -> None:
    said = item.data.get("settles")
    subject.require(said == settled_by(settled), f"its instances do not settle what is said: {said!r}")


def _sampled_draw(subject: Subject, record: Record, item: Evidence) -> Sequence[Instance]:
    plan, mild = subject.claim.plan, item.kind == "Monte Carlo"
    count = SAMPLED_INSTANCES if mild else COMPUTED_INSTANCES
    rng = np.random.default_rng(asked(subject, record).seeds[1])
    drawn = plan.instances(subject.claim.language, rng, count, plan.largest_sampled, mild=mild)
    subject.require(len(drawn) == len(item.instances), f"{item.kind} evidence has {len(item.instances)} instances")
    return drawn


def _require_among(subject: Subject, item: Evidence, drawn: Iterable[Instance], what: str) -> None:
    known: dict[frozenset[str], set[str]] = {}
    for drawn_one in drawn:
        instance = with_all_lengths(drawn_one, subject.claim.language)
        letters = frozenset(instance.values)
        if letters not in known:
            known[letters] = {_key(one.lengths, _only(one, letters)) for one in item.instances}
        if _instance_key(instance) in known[letters]:
            continue
        complete = _completed(subject, item, instance)
        there = _instance_key(complete, letters) in known[letters] or not _has_value(subject, complete)
        subject.require(there, f"{item.kind} evidence leaves out {what} {instance}")


def _has_value(subject: Subject, instance: Instance) -> bool:
    """Whether both sides have a value there; elsewhere an instance is outside the statement's domain and not kept."""
    left = subject.claim.left
    sides = [subject.right] if left.tree is None else [subject.right, subject.formulas.read(left.text)]
    try:
        world = subject.world(recorded_of(instance_record(instance), "a drawn instance"))
        for side in sides:
            world.value(side)
    except NoValueError:
        return False
    return True


def _completed(subject: Subject, item: Evidence, instance: Instance) -> Instance:
    """The instance with what the claim's own code adds to it, or puts in place of what was drawn."""
    left = subject.claim.left
    take = left.exact if item.kind == "exact" else left.enclose
    return instance if take is None else instance.with_values(**take(instance)[1])


def _only(one: Recorded, letters: frozenset[str]) -> Mapping[str, Any]:
    return {name: value for name, value in one.values.items() if name in letters}


def _key(lengths: Mapping[str, int], values: Mapping[str, Any]) -> str:
    return repr((sorted(lengths.items()), sorted(values.items())))


def _instance_key(instance: Instance, letters: Collection[str] | None = None) -> str:
    record = instance_record(instance)
    chosen = record["values"] if letters is None else {name: record["values"][name] for name in letters}
    return _key(record["lengths"], chosen)
