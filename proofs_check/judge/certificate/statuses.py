"""Statuses computed again from outcomes, objections, power, mutants, tightness, citations and ancestors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from proofs_check.judge.certificate.errors import CertificateError, require
from proofs_check.judge.certificate.reading import Entry, Evidence
from proofs_check.judge.claims import Claim

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
    fallen = [name for name, (status, given_refuted) in below.items() if status == "refuted" or given_refuted]
    weak = {name: status for name, (status, _) in below.items() if status != "proved"}
    given_refuted = bool(fallen) and earned != "refuted"
    if given_refuted:
        expected, reasons = "undecided", [f"it rests on {fallen[0]}, which is refuted or rests on what is"]
    elif earned in ("proved", "conditional") and weak:
        words = (f"{name} ({'itself conditional' if held == 'conditional' else held})" for name, held in weak.items())
        expected, reasons = "conditional", [f"given: {'; '.join((*claim.cited, *words))}"]
    else:
        expected, reasons = earned, _reasons(entry, claim, earned)
    place = f"claim {entry.id}"
    require(entry.status == expected, f"{place}: the status is {entry.status}, what is recorded earns {expected}")
    require(entry.given_refuted == given_refuted, f"{place}: given_refuted is {entry.given_refuted}")
    if reasons:
        require(entry.reason in reasons, f"{place}: the reason is {entry.reason!r}, it should be {reasons[0]!r}")
    else:
        require(entry.reason.strip(), f"{place}: it is {expected} and gives no reason")
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
    return next((status for status in ("tested", "supported") if status in earned), "undecided")


def counts(item: Evidence) -> bool:
    """Whether evidence holds and can earn a status."""
    if item.outcome != "holds" or item.objection:
        return False
    return _EARNS[item.kind] != "supported" or item.power is not None


def _contradicted(entry: Entry) -> bool:
    outcomes = {item.kind: item.outcome for item in entry.evidence if not item.objection}
    pairs = [{outcomes.get("symbolic"), outcomes.get(kind)} for kind in ("exact", "enclosure")]
    return {"holds", "refuted"} in pairs


def _reasons(entry: Entry, claim: Claim, earned: str) -> list[str]:
    """What the reason may be; empty where it only has to be there."""
    match earned:
        case "proved":
            return [""]
        case "conditional":
            return [f"given: {'; '.join(claim.cited)}"]
        case "refuted":
            against = next(item for item in entry.evidence if item.outcome == "refuted" and not item.objection)
            return [f"{against.kind}: {against.detail}"]
        case "supported":
            return [claim.reason]
        case "tested":
            symbolic = next(iter(entry.of_kind("symbolic")), None)
            if claim.reason or symbolic is None:
                return [claim.reason or "the engine derives no form of it"]
            return [symbolic.objection or symbolic.detail]
    return []


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
