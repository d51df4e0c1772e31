"""One claim: measured, its statement and its mutants judged, its status computed."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from proofs_check.judge.claims import Claim, Finding
from proofs_check.judge.counterexamples import reproduction, smallest_failure
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.evidence import Budget, Measurement, SymbolicMeasurement, Verdict, measure
from proofs_check.judge.fates import fates, points
from proofs_check.judge.instances import shown
from proofs_check.judge.language import names_in, require_consistent, require_known
from proofs_check.judge.results import ClaimResult, EvidenceResult, FindingResult, digest
from proofs_check.judge.shapes import require_shapes
from proofs_check.judge.status import Judged, objection, status
from proofs_check.judge.tightness import tightest
from proofs_check.judge.time_limit import TimeLimitError, time_limit


def check_claim(claim: Claim, budget: Budget, modules: Sequence[str] = ()) -> ClaimResult:
    """Measure the left side of a claim, judge the statement, and send every mutant through the same evidence.

    A claim whose own code raises an error or runs into the time limit is undecided, with the reason. `modules` are the
    files with the claim, for the script that shows a counterexample; without any it is one of a paper's.

    Raises:
        ClaimError: for a claim without evidence, or one whose statement has no meaning; it names the claim.
    """
    began = time.perf_counter()
    try:
        if claim.left.tree is not None:
            require_known(claim.language, (), claim.left.tree, "the left side")
            require_consistent(claim.language, (), claim.left.tree, "the left side")
            require_shapes(claim.language, (), claim.left.tree, "the left side")
        claim.statement.require_meaning(claim.language)
        with time_limit(budget.seconds, f"claim {claim.id}"):
            result = _checked(claim, budget, modules)
    except ClaimError as error:
        raise ClaimError(f"claim {claim.id}: {error}") from error
    except TimeLimitError as error:
        result = replace(described(claim), reason=f"{error}; give its plan smaller sizes, or allow it more time")
    except Exception as error:
        # The left side of a claim is its author's code and may raise anything; other claims still run.
        result = replace(described(claim), reason=f"its evidence raised {type(error).__name__}: {error}")
    return replace(result, seconds=time.perf_counter() - began)


def described(claim: Claim) -> ClaimResult:
    """What a claim says, before anything is checked."""
    finding = None
    if isinstance(claim.finding, Finding):
        finding = FindingResult(claim.finding.kind, claim.finding.quotation, claim.finding.explanation)
    elif claim.finding:
        finding = FindingResult("false", "", "")
    blank = ClaimResult(
        id=claim.id,
        title=claim.title,
        paper=claim.origin.paper,
        number=claim.origin.number,
        source=str(claim.origin),
        left=claim.left.latex,
        relation=claim.statement.relation,
        right=claim.statement.text,
        where=claim.statement.abbreviations,
        assumptions=(*claim.assumptions, *_declared(claim)),
        rests_on=claim.rests_on,
        cited=claim.cited,
        language=language_record(claim),
        status="undecided",
        finding=finding,
        corrected_by=claim.corrected_by,
        tight=claim.tight,
    )
    return replace(blank, digest=claim_digest(blank))


def _declared(claim: Claim) -> tuple[str, ...]:
    """The declared properties of the letters that the claim's formulas use, its laws, and the lengths that it fixes."""
    letters, used = claim.language.letters, set(claim.statement.names)
    if claim.left.tree is not None:
        used |= {name.name for name in names_in(claim.left.tree)}
    # x_i under sum_i is a copy of x.
    names = [name for name in letters if name in used or any(other.rpartition("_")[0] == name for other in used)]
    fixed = tuple(f"${name} = {value}$" for name, value in claim.plan.fixed.items())
    return (*claim.language.properties(names), *fixed)


def claim_digest(result: ClaimResult) -> str:
    """The SHA-256 of all that a claim says; a report is compared with the installed claim by it."""
    finding = None if result.finding is None else vars(result.finding)
    says = [getattr(result, name) for name in _SAYS]
    return digest([*says, result.language, finding])


_SAYS = (
    "id",
    "title",
    "paper",
    "number",
    "source",
    "left",
    "relation",
    "right",
    "where",
    "assumptions",
    "rests_on",
    "cited",
    "corrected_by",
    "tight",
)


def language_record(claim: Claim) -> dict[str, Any]:
    """Shapes and properties of the letters, laws, and what summation indices run to, as plain values."""
    language = claim.language
    kinds = {}
    for name in sorted(language.letters):
        symbol = language.symbol(name)
        kinds[name] = {
            "shape": [symbol.rows, symbol.cols],
            "positive": symbol.definite or symbol.non_negative,
            "symmetric": symbol.symmetric,
            "stacked": language.stacked.get(name),
        }
    law = {name: str(language.gaussian(name).covariance) for name in language.law}
    return {"kinds": kinds, "upto": dict(language.upto), "law": law, "lengths": list(language.length_names)}


def _checked(claim: Claim, budget: Budget, modules: Sequence[str]) -> ClaimResult:
    judged = _readable(_all_judged(measure(claim, budget), claim))
    measurements = [item.measurement for item in judged]
    failure = next((j.verdict for j in judged if j.verdict.outcome == "refuted" and j.verdict.counterexample), None)
    counted = [item.measurement for item in judged if not item.objection]
    # Mutants test the evidence of a statement that holds; one that is refuted needs no further test.
    changed = [] if failure is not None else fates(claim, counted, budget.seed)
    nearest = None
    if claim.statement.relation != "=":
        nearest = tightest(claim.statement, points(measurements), claim.language)
    held, reason = status(claim, judged, changed, nearest)
    smallest = None if failure is None else smallest_failure(claim, failure, budget.seed)
    return replace(
        described(claim),
        status=held,
        reason=reason,
        evidence=tuple(_recorded(item) for item in judged),
        mutants=tuple(changed),
        counterexample="" if smallest is None else counterexample(smallest),
        tightness=None if nearest is None else nearest.factor,
        tightest="" if nearest is None else str(nearest.instance),
        reproduction="" if smallest is None else reproduction(claim, smallest, modules),
    )


@dataclass(frozen=True)
class _Measured(Judged):
    """What evidence says, with what was measured."""

    measurement: Measurement


def _all_judged(measurements: Sequence[Measurement], claim: Claim) -> list[_Measured]:
    """What each kind says; where another kind refutes, the engine only compares normal forms, which is quick."""
    others = {m.kind: _judged(m, claim) for m in measurements if not isinstance(m, SymbolicMeasurement)}
    refuted = any(item.verdict.outcome == "refuted" for item in others.values())
    return [
        _judged(m, claim, quick=refuted) if isinstance(m, SymbolicMeasurement) else others[m.kind] for m in measurements
    ]


def _judged(measurement: Measurement, claim: Claim, quick: bool = False) -> _Measured:
    if quick and isinstance(measurement, SymbolicMeasurement):
        verdict = measurement.judge_by_form(claim.statement, claim.language)
    else:
        verdict = measurement.judge(claim.statement, claim.language)
    held = verdict.outcome == "holds"
    power = measurement.power(claim.statement, claim.language) if held else None
    return _Measured(measurement.kind, verdict, objection(measurement, claim), power, measurement)


def _readable(judged: Sequence[_Measured]) -> Sequence[_Measured]:
    """The evidence that can read the statement.

    What other evidence refutes needs no reading by evidence that cannot; otherwise what cannot be read is an error.
    """
    if not judged:
        raise ClaimError("it has no evidence: its left side can be neither derived, computed nor sampled")
    meaningless = [item for item in judged if item.verdict.outcome == "ill-formed"]
    if not meaningless:
        return judged
    if any(item.verdict.outcome == "refuted" for item in judged):
        return [item for item in judged if item.verdict.outcome != "ill-formed"]
    first = meaningless[0]
    raise ClaimError(f"the statement has no meaning for {first.kind} evidence: {first.verdict.detail}")


def _recorded(item: _Measured) -> EvidenceResult:
    measurement, verdict = item.measurement, item.verdict
    power = None if item.power is None else vars(item.power)
    return EvidenceResult(
        item.kind,
        verdict.outcome,
        measurement.summary(),
        verdict.detail,
        item.objection,
        measurement.record(),
        power,
    )


def counterexample(verdict: Verdict) -> str:
    """Where a statement fails, and both sides there."""
    return f"{verdict.counterexample}: left {shown(verdict.left)}, right {shown(verdict.right)}"
