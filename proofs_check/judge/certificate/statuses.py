"""Statuses computed again from the recorded outcomes, objections, power, mutants and tightness, and from ancestors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import cast

from proofs_check.judge.certificate.errors import CertificateError, require
from proofs_check.judge.certificate.reading import Entry, Evidence
from proofs_check.judge.check import described
from proofs_check.judge.claims import Claim, ancestors
from proofs_check.judge.evidence import Outcome, Verdict
from proofs_check.judge.fates import Fate, MutantResult
from proofs_check.judge.instances import Instance
from proofs_check.judge.power import Power
from proofs_check.judge.results import ClaimResult
from proofs_check.judge.status import Judged, settle, status
from proofs_check.judge.tightness import Tightness


def check_statuses(entries: Sequence[Entry], claims: Mapping[str, Claim]) -> None:
    """Compare each status, with its reason, with what the recorded evidence earns and what the claim rests on."""
    ancestors(list(claims.values()))
    settled = settle([_earned(entry, claims[entry.id]) for entry in entries])
    for entry, expected in zip(entries, settled, strict=True):
        for name in ("status", "given_refuted", "reason"):
            said, found = getattr(entry, name), getattr(expected, name)
            require(said == found, f"claim {entry.id}: the {name} is {said!r}, by what is recorded it is {found!r}")


def _earned(entry: Entry, claim: Claim) -> ClaimResult:
    """The claim with the status that its own evidence earns as it is recorded."""
    if not entry.evidence:
        return replace(described(claim), reason=entry.reason)
    judged = [_judged(item) for item in entry.evidence]
    fates = [MutantResult(mutant.change, cast(Fate, mutant.fate)) for mutant in entry.mutants]
    nearest = None if entry.tightness is None else Tightness(entry.tightness, Instance({}, {}))
    earned, reason = status(claim, judged, fates, nearest)
    return replace(described(claim), status=earned, reason=reason)


def _judged(item: Evidence) -> Judged:
    # Whether there is a power earns a status; how large it is, is checked with the evidence.
    power = None if item.power is None else Power(0)
    return Judged(item.kind, Verdict(cast(Outcome, item.outcome), item.detail), item.objection, power)


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
