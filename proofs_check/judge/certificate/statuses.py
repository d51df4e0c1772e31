"""Statuses computed again from outcomes, objections, power, mutants, tightness, citations and ancestors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

from proofs_check.judge.certificate.errors import CertificateError, require
from proofs_check.judge.certificate.reading import Entry, Evidence
from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Measurement, Outcome, Verdict
from proofs_check.judge.fates import Fate, MutantResult
from proofs_check.judge.instances import Instance
from proofs_check.judge.power import Power
from proofs_check.judge.status import Judged, status
from proofs_check.judge.tightness import Tightness

_EARNS = {
    "symbolic": "proved",
    "exact": "tested",
    "enclosure": "tested",
    "Monte Carlo": "supported",
    "numerical": "supported",
}
_TIGHT = 1.01


def check_statuses(entries: Sequence[Entry], claims: Mapping[str, Claim]) -> None:
    """Compare each status, with its reason, with what the recorded evidence earns and what the claim rests on."""
    by_id = {entry.id: entry for entry in entries}
    settled: dict[str, tuple[str, bool]] = {}

    def visit(name: str, path: tuple[str, ...]) -> tuple[str, bool]:
        require(name not in path, f"claim {name}: it rests on itself")
        if name not in settled:
            claim = claims[name]
            below = {other: visit(other, (*path, name)) for other in claim.rests_on}
            settled[name] = _check(by_id[name], claim, below)
        return settled[name]

    for entry in entries:
        visit(entry.id, ())


def _check(entry: Entry, claim: Claim, below: Mapping[str, tuple[str, bool]]) -> tuple[str, bool]:
    earned = earned_status(entry, claim)
    fallen = [name for name, (held, given_refuted) in below.items() if held == "refuted" or given_refuted]
    weak = {name: held for name, (held, _) in below.items() if held != "proved"}
    given_refuted = bool(fallen) and earned != "refuted"
    if given_refuted:
        expected, reason = "undecided", f"it rests on {fallen[0]}, which is refuted or rests on what is"
    elif earned in ("proved", "conditional") and weak:
        words = (f"{name} ({'itself conditional' if held == 'conditional' else held})" for name, held in weak.items())
        expected, reason = "conditional", f"given: {'; '.join((*claim.cited, *words))}"
    else:
        expected, reason = earned, _reason(entry, claim) if entry.evidence else entry.reason
    place = f"claim {entry.id}"
    require(entry.status == expected, f"{place}: the status is {entry.status}, what is recorded earns {expected}")
    require(entry.given_refuted == given_refuted, f"{place}: given_refuted is {entry.given_refuted}")
    require(entry.reason == reason, f"{place}: the reason is {entry.reason!r}, it should be {reason!r}")
    return expected, given_refuted


def earned_status(entry: Entry, claim: Claim) -> str:
    """The status that a claim's own evidence earns."""
    if _contradicted(entry):
        return "undecided"
    if any(item.outcome == "refuted" and not item.objection for item in entry.evidence):
        return "refuted"
    if any(mutant.fate in ("survived", "contradiction") for mutant in entry.mutants):
        return "undecided"
    if claim.tight and (entry.tightness is None or entry.tightness >= _TIGHT):
        return "undecided"
    counted = [item for item in entry.evidence if counts(item)]
    earned = {_EARNS[item.kind] for item in counted}
    if "proved" in earned and any(item.kind in ("exact", "enclosure") for item in counted):
        return "conditional" if claim.cited else "proved"
    return next((held for held in ("tested", "supported") if held in earned), "undecided")


def counts(item: Evidence) -> bool:
    """Whether evidence holds and can earn a status."""
    if item.outcome != "holds" or item.objection:
        return False
    return _EARNS[item.kind] != "supported" or item.power is not None


def _contradicted(entry: Entry) -> bool:
    outcomes = {item.kind: item.outcome for item in entry.evidence if not item.objection}
    pairs = [{outcomes.get("symbolic"), outcomes.get(kind)} for kind in ("exact", "enclosure")]
    return {"holds", "refuted"} in pairs


def _reason(entry: Entry, claim: Claim) -> str:
    """The reason that the judge gives for evidence as it is recorded."""
    judged = [_judged(item) for item in entry.evidence]
    fates = [MutantResult(mutant.change, cast(Fate, mutant.fate)) for mutant in entry.mutants]
    nearest = None if entry.tightness is None else Tightness(entry.tightness, Instance({}, {}))
    return status(claim, judged, fates, nearest)[1]


def _judged(item: Evidence) -> Judged:
    measurement = cast(Measurement, _Recorded(item.kind, _EARNS[item.kind]))
    power = None if item.power is None else Power(**item.power)
    return Judged(measurement, Verdict(cast(Outcome, item.outcome), item.detail), item.objection, power)


@dataclass(frozen=True)
class _Recorded:
    """A kind of evidence, and what it can earn."""

    kind: str
    earns: str


def require_kinds(entry: Entry, claim: Claim, prompts: int) -> None:
    """Do nothing if the report has the kinds of evidence that the claim offers, and each once."""
    left = claim.left
    offered = [
        ("symbolic", left.tree is not None or left.derive is not None),
        ("exact", left.tree is not None or left.exact is not None),
        ("Monte Carlo", left.sample is not None and prompts > 0),
        (left.enclosed_kind, left.enclose is not None),
        ("numerical", left.compute is not None),
    ]
    expected = [kind for kind, there in offered if there]
    found = [item.kind for item in entry.evidence]
    place = f"claim {entry.id}"
    unknown = [kind for kind in found if found.count(kind) > expected.count(kind)]
    require(not unknown, f"{place}: it offers no {unknown[0] if unknown else ''} evidence, or offers it once")
    require(found == [kind for kind in expected if kind in found], f"{place}: its evidence stands in another order")
    # What other evidence refutes need not be read by evidence that cannot read it.
    complete = found == expected or any(item.outcome == "refuted" for item in entry.evidence)
    missing = [kind for kind in expected if kind not in found]
    require(complete, f"{place}: its {', '.join(missing)} evidence is missing")


def require_unfinished(entry: Entry) -> None:
    """Check a claim whose code raised an error or ran out of time: it is undecided, and says why."""
    blank = not entry.mutants and entry.tightness is None and not entry.tightest
    blank = blank and not entry.counterexample and not entry.reproduction
    if entry.status != "undecided" or not entry.reason.strip() or not blank:
        raise CertificateError(f"claim {entry.id}: without evidence it is undecided and says why, and nothing else")
