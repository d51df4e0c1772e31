"""Statuses, computed from evidence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import KINDS, Earned, Measurement, Verdict
from proofs_check.judge.fates import MutantResult
from proofs_check.judge.power import Power
from proofs_check.judge.tightness import Tightness
from theory.algebra.grammar import Name

if TYPE_CHECKING:
    from proofs_check.judge.results import ClaimResult
    from proofs_check.judge.unclaimed import Unclaimed

Status = Literal["refuted", "undecided", "supported", "tested", "conditional", "proved"]
ORDER: tuple[Status, ...] = ("refuted", "undecided", "supported", "tested", "conditional", "proved")
# A bound that is said to be tight must be refuted when it is made stronger by this factor.
TIGHT = 1.01


@dataclass(frozen=True)
class Judged:
    """What one kind of evidence says of the statement.

    Attributes:
        kind: a key of `KINDS`.
        objection: why it does not count although it holds; empty if it counts.
        power: for statistics and floating point, the least wrong coefficient that would have been noticed.
    """

    kind: str
    verdict: Verdict
    objection: str
    power: Power | None

    @property
    def earns(self) -> Earned:
        """The best status that it can earn by itself."""
        return KINDS[self.kind].earns

    @property
    def counts(self) -> bool:
        """Whether it holds and can earn a status."""
        if self.verdict.outcome != "holds" or self.objection:
            return False
        return self.earns != "supported" or self.power is not None


def status(
    claim: Claim, judged: Sequence[Judged], fates: Sequence[MutantResult], tightness: Tightness | None
) -> tuple[Status, str]:
    """The status that a claim's own evidence earns, and the reason why it is not better.

    What the claim rests on is not looked at here; `settle` does.
    """
    against = _contradicted(judged)
    if against:
        return "undecided", against
    for item in judged:
        if item.verdict.outcome == "refuted" and not item.objection:
            return "refuted", f"{item.kind}: {item.verdict.detail}"
    doubt = _doubt(claim, fates, tightness)
    if doubt:
        # Where nothing counts no mutant can be refuted; what is said against the evidence then tells more.
        objections = [item.objection for item in judged if item.objection]
        return "undecided", doubt if not objections or any(item.counts for item in judged) else objections[0]
    best = _best(claim, judged)
    if best is not None:
        return best
    return "undecided", _why_nothing_counts(judged)


def _contradicted(judged: Sequence[Judged]) -> str:
    """Exact evidence without the engine against the engine: one of them is wrong, and the statement is not decided."""
    outcomes = {item.kind: item for item in judged if not item.objection}
    symbolic = outcomes.get("symbolic")
    if symbolic is None:
        return ""
    for kind in ("exact", "enclosure"):
        other = outcomes.get(kind)
        pair = {symbolic.verdict.outcome, other.verdict.outcome if other else "undecided"}
        if pair == {"holds", "refuted"}:
            says, other_says = ("proves", "refutes") if symbolic.verdict.outcome == "holds" else ("refutes", "supports")
            return f"the derivation {says} what {kind} evidence {other_says}: {other.verdict.detail if other else ''}"
    return ""


def _doubt(claim: Claim, fates: Sequence[MutantResult], tightness: Tightness | None) -> str:
    for fate, said in (("contradiction", "is proved by the engine and refuted by other evidence"), ("survived", "")):
        found = [mutant.change for mutant in fates if mutant.fate == fate]
        if found and said:
            return f"a mutant {said}: {found[0]}"
        if found:
            number = "1 mutant" if len(found) == 1 else f"{len(found)} mutants, such as"
            return f"the evidence does not tell it from {number}: {found[0]}"
    if claim.tight and (tightness is None or tightness.factor >= TIGHT):
        shown = "no instance has two positive sides" if tightness is None else f"only {tightness.factor:g} times it is"
        return f"it is said to be tight, and {TIGHT:g} times the bound is not refuted ({shown})"
    return ""


def _best(claim: Claim, judged: Sequence[Judged]) -> tuple[Status, str] | None:
    earned = [item.earns for item in judged if item.counts]
    independent = any(item.counts and item.kind in ("exact", "enclosure") for item in judged)
    if "proved" in earned and independent:
        return ("conditional", f"given: {'; '.join(claim.cited)}") if claim.cited else ("proved", "")
    if "tested" in earned:
        return "tested", claim.reason or _why_not_proved(judged)
    if "supported" in earned:
        return "supported", claim.reason
    return None


def _why_not_proved(judged: Sequence[Judged]) -> str:
    symbolic = next((item for item in judged if item.kind == "symbolic"), None)
    if symbolic is None:
        return "the engine derives no form of it"
    return symbolic.objection or symbolic.verdict.detail


def _why_nothing_counts(judged: Sequence[Judged]) -> str:
    for item in judged:
        if item.objection:
            return item.objection
    doubtful = [item for item in judged if item.verdict.outcome == "undecided"]
    if doubtful:
        return f"{doubtful[0].kind}: {doubtful[0].verdict.detail}"
    if any(item.earns == "supported" for item in judged):
        return "no statistical evidence would notice a right side that is wrong by a factor of 2"
    return "only the derivation says so; no exact evidence that shares no code with it agrees"


def objection(measurement: Measurement, claim: Claim) -> str:
    """Why a kind of evidence does not count for a claim; empty if it does."""
    found = measurement.objection(claim.statement, claim.language)
    return found or (undefined(claim) if measurement.kind in ("exact", "enclosure") else "")


def undefined(claim: Claim) -> str:
    """Why the right side of an equation says nothing: a letter that its evidence gives a value, and no words define."""
    right, plan = claim.statement.right, claim.plan
    if claim.statement.relation != "=" or not isinstance(right, Name) or right.name not in claim.language.letters:
        return ""
    # A formula has no code that could give letters values, and a strategy may draw any.
    if claim.left.tree is not None or plan.search is not None or right.name in plan.letters:
        return ""
    if any(right.name in text for text in claim.assumptions):
        return ""
    return f"only the evidence gives {right.name} a value, and no assumption says what it is"


def settle(results: Sequence[ClaimResult]) -> tuple[ClaimResult, ...]:
    """The results with what they rest on taken into account.

    A claim that rests on a refuted one is undecided; a proved one that rests on one that is not proved is conditional.
    """
    by_id = {result.id: result for result in results}
    settled: dict[str, ClaimResult] = {}

    def visit(name: str) -> ClaimResult:
        if name not in settled:
            below = [visit(other) for other in by_id[name].rests_on if other in by_id]
            settled[name] = _beside(by_id[name], below)
        return settled[name]

    return tuple(visit(result.id) for result in results)


def _beside(result: ClaimResult, below: Sequence[ClaimResult]) -> ClaimResult:
    fallen = [other.id for other in below if other.status == "refuted" or other.given_refuted]
    if fallen and result.status != "refuted":
        reason = f"it rests on {fallen[0]}, which is refuted or rests on what is"
        return result.with_status("undecided", reason, given_refuted=True)
    weak = tuple(other.id for other in below if other.status != "proved")
    if result.status in ("proved", "conditional") and weak:
        facts = "; ".join((*result.cited, *(f"{name} ({_word(by)})" for name, by in _statuses(below))))
        return result.with_status("conditional", f"given: {facts}")
    return result


def _statuses(below: Sequence[ClaimResult]) -> list[tuple[str, Status]]:
    return [(other.id, other.status) for other in below if other.status != "proved"]


def _word(held: Status) -> str:
    return {"conditional": "itself conditional"}.get(held, held)


def counts_by_status(results: Sequence[ClaimResult | Unclaimed]) -> Mapping[Status, int]:
    """How many results have each status, the best first; statuses that do not occur are left out."""
    found = {held: sum(result.status == held for result in results) for held in reversed(ORDER)}
    return {held: count for held, count in found.items() if count}
