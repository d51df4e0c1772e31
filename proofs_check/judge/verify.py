"""The verify run: measure every claim, judge its statement and all its mutants, and compute the statuses."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import os
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from html import escape
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import Any, Literal

from numerics.executor import Executor, SerialExecutor
from proofs_check.judge.certificate import seal
from proofs_check.judge.claims import Claim, ancestors, collect
from proofs_check.judge.counterexamples import refuting_instance, reproduction, smallest_failure
from proofs_check.judge.evidence import (
    Budget,
    ComputedMeasurement,
    EnclosedMeasurement,
    ExactMeasurement,
    Measurement,
    SampledMeasurement,
    SymbolicMeasurement,
    Verdict,
    is_non_negative,
    judged,
    measure,
)
from proofs_check.judge.instances import Instance, shown
from proofs_check.judge.mutation import mutants
from proofs_check.judge.power import Power
from proofs_check.judge.records import evidence_record, language_record
from proofs_check.judge.statements import Statement
from proofs_check.judge.tightness import RightSides, six_digits, tightest
from proofs_check.judge.time_limit import TimeLimitError, time_limit
from proofs_check.papers.zhang2024 import catalogue
from theory.algebra.definitions import Definition, expand
from theory.algebra.expression import Expression
from theory.algebra.grammar import GrammarError, parse
from theory.algebra.latex import name_latex
from theory.algebra.statement_latex import statement_latex

Status = Literal["refuted", "undecided", "supported", "certified", "proved"]
ORDER: tuple[Status, ...] = ("refuted", "undecided", "supported", "certified", "proved")
# The status that a statement earns when evidence of a kind holds.
EARNED: dict[str, Status] = {
    "symbolic": "proved",
    "exact": "certified",
    "Monte Carlo": "supported",
    "numerical": "supported",
    "enclosure": "certified",
}
# How long a user's file may take to be imported.
LOADING_SECONDS = 60.0
# How many searches for a counterexample of a mutant may end in vain before a claim's other mutants go without one.
SEARCHES_IN_VAIN = 3
# Of an inequality: "implied" by the statement, or by a sharper one that is proved; "open" if it says more than both and
# no search refutes it.
Fate = Literal["killed", "equivalent", "implied", "open", "ill-formed", "survived"]


class ClaimError(ValueError):
    """A claim or a module of claims cannot be run; the message says why and what would be right."""


@dataclass(frozen=True)
class MutantResult:
    """What became of one mutant: the kinds of evidence that refute it, or why it counts as equivalent."""

    change: str
    fate: Fate
    killed_by: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True)
class EvidenceResult:
    """One kind of evidence for a claim.

    Attributes:
        least_detected: for statistical evidence that holds, the least wrong coefficients that it would have refuted, as
            the fields of `proofs_check.judge.power.Power`.
    """

    kind: str
    outcome: str
    summary: str
    detail: str
    data: Mapping[str, Any] = field(default_factory=dict)
    least_detected: Mapping[str, Any] | None = None

    @property
    def power(self) -> Power | None:
        """The least wrong coefficients that it would have refuted."""
        return None if self.least_detected is None else Power(**self.least_detected)


@dataclass(frozen=True)
class ClaimResult:
    """A claim with its evidence.

    Attributes:
        status: computed from the evidence: proved, certified, supported, undecided or refuted.
        fully_proved: proved, and so is everything that it rests on.
        counterexample: an instance at which the statement fails, as text.
        reason: why the status is not better.
        finding: a printed statement under test: its refutation is a result, and anything else a failure of the run.
        corrected_by: for a finding, the claims that say what holds instead.
        tightness: for an inequality, the largest ratio of its smaller to its larger side that a search found.
        tightest: where it was found.
        reproduction: Python that shows the counterexample.
    """

    id: str
    title: str
    source: str
    left: str
    relation: str
    right: str
    where: tuple[tuple[str, str], ...]
    assumptions: tuple[str, ...]
    rests_on: tuple[str, ...]
    cited: tuple[str, ...]
    language: Mapping[str, Any]
    status: Status
    evidence: tuple[EvidenceResult, ...]
    mutants: tuple[MutantResult, ...]
    fully_proved: bool = False
    counterexample: str = ""
    reason: str = ""
    finding: bool = False
    corrected_by: tuple[str, ...] = ()
    tightness: float | None = None
    tightest: str = ""
    reproduction: str = ""
    seconds: float = 0.0

    @property
    def as_expected(self) -> bool:
        """Whether the run can be satisfied: a finding is refuted, any other claim is not, and nothing is undecided."""
        return self.status == "refuted" if self.finding else self.status not in ("refuted", "undecided")

    def count(self, fate: Fate) -> int:
        """The number of mutants with that fate."""
        return sum(mutant.fate == fate for mutant in self.mutants)

    def _repr_html_(self) -> str:
        relation = {"<=": r"\le", ">=": r"\ge"}.get(self.relation, self.relation)
        lines = [f"{self.left} &{relation} {statement_latex(parse(self.right), {}, self.language.get('upto', {}))}"]
        lines += [f"{name_latex(name)} &= {statement_latex(parse(text))}" for name, text in self.where]
        equations = " \\\\ ".join(lines)
        kinds = "".join(f"<li>{escape(e.kind)}: {escape(e.summary)}; {escape(e.detail)}</li>" for e in self.evidence)
        failure = f"<p>Counterexample: {escape(self.counterexample)}</p>" if self.counterexample else ""
        wrong = self.count("killed") + self.count("survived")
        return (
            f"<h4>{escape(self.id)}: {escape(self.title)}</h4>"
            f"$$\\begin{{aligned}} {escape(equations)} \\end{{aligned}}$$"
            f"<p><b>{self.status}</b>{', fully' if self.fully_proved else ''}; "
            f"{self.count('killed')} of {wrong} mutants refuted</p><ul>{kinds}</ul>{failure}"
        )


@dataclass(frozen=True)
class Report:
    """The results of a run, in the order of the claims."""

    results: tuple[ClaimResult, ...]
    budget: Budget
    seconds: float = 0.0

    def __getitem__(self, name: str) -> ClaimResult:
        """The result of a claim; for a theorem with parts, such as thm-4.1, the weakest part under the theorem's id."""
        parts = [r for r in self.results if r.id == name] or [r for r in self.results if r.id.startswith(f"{name}-")]
        if not parts:
            raise KeyError(f"no claim {name!r}; there are {', '.join(r.id for r in self.results)}")
        weakest = min(parts, key=lambda r: ORDER.index(r.status))
        return replace(weakest, id=name, fully_proved=all(part.fully_proved for part in parts))

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(r.id)}</td><td>{r.status}</td><td>{escape(', '.join(e.kind for e in r.evidence))}</td>"
            f"<td>{r.count('killed')}/{r.count('killed') + r.count('survived')}</td><td>{escape(r.title)}</td></tr>"
            for r in self.results
        )
        heads = "".join(f"<th>{name}</th>" for name in ("claim", "status", "evidence", "mutants refuted", "title"))
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    @property
    def exit_code(self) -> int:
        """0 if all claims hold and all findings are refuted; 3 if not, and nothing is worse than undecided; else 1."""
        failed = {result.status for result in self.results if not result.as_expected}
        return 0 if not failed else 3 if failed == {"undecided"} else 1

    def to_json(self) -> str:
        """The report as JSON: the same text for the same seed, but for the entries named `seconds`."""
        record = {
            "format": 1,
            "seed": self.budget.seed,
            "alpha": self.budget.alpha,
            "prompts": self.budget.prompts,
            "instances": self.budget.instances,
            "versions": versions(),
            "seconds": round(self.seconds, 3),
            "claims": [_as_record(result) for result in self.results],
        }
        record["sha256"] = seal(record)
        return json.dumps(record, indent=2, ensure_ascii=False) + "\n"


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on."""
    names = ("icl-theory", "mpmath", "numpy", "scipy", "sympy")
    found = {"python": platform.python_version()}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found


def _as_record(result: ClaimResult) -> dict[str, Any]:
    record = {name: getattr(result, name) for name in result.__dataclass_fields__}
    record["where"] = dict(result.where)
    record["evidence"] = [vars(item) for item in result.evidence]
    record["mutants"] = [vars(item) for item in result.mutants]
    record["seconds"] = round(result.seconds, 3)
    return record


def from_record(record: Mapping[str, Any]) -> ClaimResult:
    """The inverse of a claim's entry in the JSON report."""
    values = {name: _frozen(record[name]) for name in ClaimResult.__dataclass_fields__}
    values["where"] = tuple(record["where"].items())
    values["evidence"] = tuple(EvidenceResult(**item) for item in record["evidence"])
    values["mutants"] = tuple(
        MutantResult(item["change"], item["fate"], tuple(item["killed_by"]), item["reason"])
        for item in record["mutants"]
    )
    return ClaimResult(**values)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def check_claim(claim: Claim, budget: Budget, modules: Sequence[str] = ()) -> ClaimResult:
    """Measure the left side of a claim, judge the statement, and send every mutant through the same evidence.

    A claim whose own code raises an error or runs into the time limit is undecided, with the reason. `modules` are the
    files with the claim, for the script that shows a counterexample; without any it is one of the paper's.
    """
    try:
        with time_limit(budget.seconds, f"claim {claim.id}"):
            return _checked(claim, budget, modules)
    except ClaimError:
        raise
    except TimeLimitError as error:
        return _without_evidence(claim, str(error))
    except Exception as error:
        # The left side of a claim is its author's code and may raise anything; other claims still run.
        return _without_evidence(claim, f"its evidence raised {type(error).__name__}: {error}")


def _without_evidence(claim: Claim, reason: str) -> ClaimResult:
    return ClaimResult(
        id=claim.id,
        title=claim.title,
        source=claim.source,
        left=claim.left.latex,
        relation=claim.statement.relation,
        right=claim.statement.text,
        where=claim.statement.abbreviations,
        assumptions=claim.assumptions,
        rests_on=claim.rests_on,
        cited=claim.cited,
        language={},
        status="undecided",
        evidence=(),
        mutants=(),
        reason=reason,
        finding=claim.finding,
        corrected_by=claim.corrected_by,
    )


def _checked(claim: Claim, budget: Budget, modules: Sequence[str]) -> ClaimResult:
    began = time.perf_counter()
    # The stream depends on the claim's id alone, so a claim gets the same numbers in whatever company it is run.
    stream = int.from_bytes(hashlib.sha256((claim.plan.shared_with or claim.id).encode()).digest()[:4], "big")
    measurements = measure(claim.left, claim.plan, claim.language, budget, stream, claim.statement)
    if not measurements:
        raise ClaimError(
            f"claim {claim.id} has no evidence: its left side can neither be derived, computed nor sampled"
        )
    verdicts = [measurement.judge(claim.statement, claim.language) for measurement in measurements]
    meaningless = [(m, v) for m, v in zip(measurements, verdicts, strict=True) if v.outcome == "ill-formed"]
    if meaningless and any(v.outcome == "refuted" for v in verdicts):
        # What other evidence refutes needs no reading by evidence that cannot read it.
        kept = [(m, v) for m, v in zip(measurements, verdicts, strict=True) if v.outcome != "ill-formed"]
        measurements, verdicts = [m for m, _ in kept], [v for _, v in kept]
    elif meaningless:
        measurement, verdict = meaningless[0]
        raise ClaimError(
            f"claim {claim.id}: the statement has no meaning for {measurement.kind} evidence: {verdict.detail}"
        )
    failure = next((v for v in verdicts if v.outcome == "refuted" and v.counterexample is not None), None)
    # Mutants test the evidence of a statement that holds; one that is refuted needs no further test.
    if claim.finding and failure is not None:
        fates = []
    elif claim.statement.relation == "=":
        fates = _fates(claim, measurements)
    else:
        fates = _fates_of_inequality(claim, measurements, budget.seed)
    powers = [_power(m, v, claim) for m, v in zip(measurements, verdicts, strict=True)]
    status, reason = _status(measurements, verdicts, powers, fates)
    smallest = None if failure is None else smallest_failure(claim, failure, budget.seed)
    nearest = None
    if claim.statement.relation != "=":
        nearest = tightest(claim.statement, _points(measurements), claim.language)
    return ClaimResult(
        id=claim.id,
        title=claim.title,
        source=claim.source,
        left=claim.left.latex,
        relation=claim.statement.relation,
        right=claim.statement.text,
        where=tuple((name, text) for name, text in claim.statement.abbreviations),
        assumptions=claim.assumptions,
        rests_on=claim.rests_on,
        cited=claim.cited,
        language=language_record(claim),
        status=status,
        evidence=tuple(
            EvidenceResult(m.kind, v.outcome, m.summary(), v.detail, evidence_record(m), None if p is None else vars(p))
            for m, v, p in zip(measurements, verdicts, powers, strict=True)
        ),
        mutants=tuple(fates),
        counterexample="" if smallest is None else _counterexample(smallest),
        reason=reason,
        finding=claim.finding,
        corrected_by=claim.corrected_by,
        tightness=None if nearest is None else six_digits(nearest[0]),
        tightest="" if nearest is None else str(nearest[1]),
        reproduction="" if smallest is None else reproduction(claim, smallest, modules),
        seconds=time.perf_counter() - began,
    )


def _counterexample(verdict: Verdict) -> str:
    return f"{verdict.counterexample}: left {shown(verdict.left)}, right {shown(verdict.right)}"


def _points(measurements: Sequence[Measurement]) -> list[tuple[Instance, Any]]:
    """The instances at which the left side is known exactly or enclosed, with its values."""
    return [point for m in measurements if isinstance(m, ExactMeasurement | EnclosedMeasurement) for point in m.values]


@dataclass(frozen=True)
class _Weaker:
    """Tells which mutants of an inequality follow from it, by the engine or at the instances that were searched."""

    claim: Claim
    stated: tuple[Expression, tuple[Definition, ...]] | None
    ours: RightSides
    sharper: RightSides | None

    @classmethod
    def than(cls, claim: Claim, instances: Sequence[Instance]) -> _Weaker:
        language = claim.language
        try:
            stated = claim.statement.elaborated(language)
        except (GrammarError, ValueError):
            stated = None
        sharper = None if claim.sharper is None else RightSides.of(claim.sharper[1], instances, language)
        return cls(claim, stated, RightSides.of(claim.statement, instances, language), sharper)

    def fate(self, mutant: Statement) -> tuple[Fate, str]:
        """What a mutant that nothing refutes is beside the claim's statement."""
        found = f"at all {len(self.ours.instances)} instances searched"
        difference = self._difference(mutant)
        if difference is not None and not difference:
            return "equivalent", "one normal form"
        if difference is not None and is_non_negative(difference):
            return "implied", "its right side minus the statement's is a sum of terms that are weaker by form"
        if self.ours.imply(mutant, self.claim.language):
            return "implied", f"weaker than the statement {found}"
        if self.sharper is not None and self.claim.sharper and self.sharper.imply(mutant, self.claim.language):
            return "implied", f"weaker than the sharper {self.claim.sharper[0]} {found}"
        return "open", f"sharper than the statement somewhere, and not refuted {found}"

    def _difference(self, mutant: Statement) -> Expression | None:
        """How much weaker the mutant's right side is, where the engine can read both."""
        if self.stated is None:
            return None
        ours, known = self.stated
        try:
            theirs, more = mutant.elaborated(self.claim.language, known)
            sign = 1 if self.claim.statement.relation in ("<=", "<") else -1
            return expand((theirs - ours) * sign, (*known, *(d for d in more if d not in known)))
        except (GrammarError, ValueError):
            return None


def _fates(claim: Claim, measurements: Sequence[Measurement]) -> list[MutantResult]:
    """Send every mutant through the evidence; the derivation is asked only where nothing independent refutes."""
    reference = _elaborated(claim)
    symbolic = [m for m in measurements if m.kind == "symbolic"]
    independent = [m for m in measurements if m.kind != "symbolic"]
    results = []
    for mutant in mutants(claim.statement, claim.language):
        outcomes = {m.kind: m.judge(mutant.statement, claim.language).outcome for m in independent}
        if "refuted" not in outcomes.values():
            outcomes |= {m.kind: m.judge(mutant.statement, claim.language).outcome for m in symbolic}
        killers = tuple(kind for kind, outcome in outcomes.items() if outcome == "refuted")
        fate: Fate
        if killers:
            fate = "killed"
        elif all(outcome == "ill-formed" for outcome in outcomes.values()):
            fate = "ill-formed"
        elif reference is not None and reference.judge(mutant.statement, claim.language).outcome == "holds":
            fate = "equivalent"
        else:
            fate = "survived"
        results.append(MutantResult(mutant.change, fate, killers))
    return results


def _fates_of_inequality(claim: Claim, measurements: Sequence[Measurement], seed: int) -> list[MutantResult]:
    """Send every mutant through the evidence; what it does not refute is searched for a counterexample of its own.

    The engine proves inequalities and refutes none, so mutants are not shown to it.
    """
    independent = [m for m in measurements if m.kind != "symbolic"]
    instances = [instance for instance, _ in _points(measurements)]
    weaker = _Weaker.than(claim, instances)
    # Instances that refuted one mutant are tried on the others first.
    telling: list[tuple[Instance, Any]] = []
    failed = 0
    results = []
    for mutant in mutants(claim.statement, claim.language):
        outcomes = {m.kind: m.judge(mutant.statement, claim.language).outcome for m in independent}
        killers = tuple(kind for kind, outcome in outcomes.items() if outcome == "refuted")
        fate: Fate
        reason = ""
        if killers:
            fate = "killed"
        elif all(outcome == "ill-formed" for outcome in outcomes.values()):
            fate = "ill-formed"
        elif judged(telling, mutant.statement, claim.language).outcome == "refuted":
            fate, killers = "killed", ("search",)
        else:
            fate, reason = weaker.fate(mutant.statement)
            found = None
            if fate == "open" and failed < SEARCHES_IN_VAIN:
                found = refuting_instance(claim, mutant.statement, seed)
                failed += found is None
            if found is not None:
                telling.append(found)
                fate, killers, reason = "killed", ("search",), ""
        results.append(MutantResult(mutant.change, fate, killers, reason))
    return results


def _elaborated(claim: Claim) -> SymbolicMeasurement | None:
    """The statement itself as a reference: a mutant with its normal form says the same."""
    try:
        expression, definitions = claim.statement.elaborated(claim.language)
    except (GrammarError, ValueError):
        return None
    return SymbolicMeasurement(expression, definitions)


def _power(measurement: Measurement, verdict: Verdict, claim: Claim) -> Power | None:
    """What statistical evidence that holds would have refuted; None for other evidence, which needs no such number."""
    statistical = EARNED[measurement.kind] == "supported"
    if not statistical or verdict.outcome != "holds":
        return None
    assert isinstance(measurement, SampledMeasurement | ComputedMeasurement | EnclosedMeasurement)
    return measurement.power(claim.statement, claim.language)


def _status(
    measurements: Sequence[Measurement],
    verdicts: Sequence[Verdict],
    powers: Sequence[Power | None],
    fates: Sequence[MutantResult],
) -> tuple[Status, str]:
    pairs = list(zip(measurements, verdicts, strict=True))
    for measurement, verdict in pairs:
        if verdict.outcome == "refuted":
            return "refuted", f"{measurement.kind}: {verdict.detail}"
    survivors = [fate.change for fate in fates if fate.fate == "survived"]
    if survivors:
        return "undecided", f"the evidence does not tell it from {len(survivors)} mutants, such as: {survivors[0]}"
    holding = [(EARNED[m.kind], p) for (m, v), p in zip(pairs, powers, strict=True) if v.outcome == "holds"]
    if not holding:
        return "undecided", "no evidence holds"
    # Not being refuted by statistics that could not refute is no support.
    earned = [status for status, p in holding if status != "supported" or p is not None]
    if not earned:
        return "undecided", "no statistical evidence would notice a right side that is wrong by a factor of 2"
    return max(earned, key=ORDER.index), ""


def verify(
    claims: Sequence[Claim] | None = None,
    *,
    seed: int = 0,
    alpha: float = 1e-6,
    prompts: int = 50_000,
    progress: Callable[[int, int, str], None] | None = None,
) -> Report:
    """Check claims and return the report.

    Args:
        claims: None is the paper's. What they rest on must be among them.
        seed: of all random choices; one seed gives one report.
        alpha: the error level of the whole run, shared equally among the claims.
        prompts: Monte Carlo prompts at each instance; 0 leaves Monte Carlo out.
        progress: called as progress(done, all, id) after each claim.

    Raises:
        ClaimError: for a claim that has no meaning or no evidence.
        ValueError: for ids that are unknown, twice there, or rest on each other in a circle.
    """
    chosen = catalogue() if claims is None else tuple(claims)
    ancestors(chosen)
    budget = run_budget(len(chosen), seed, alpha, prompts)
    began = time.perf_counter()
    results = []
    for i, held in enumerate(chosen):
        results.append(check_claim(held, budget))
        if progress is not None:
            progress(i + 1, len(chosen), held.id)
    return Report(_with_ancestry(chosen, results), replace(budget, alpha=alpha), time.perf_counter() - began)


def run_budget(claims: int, seed: int, alpha: float, prompts: int) -> Budget:
    """The budget of each of that many claims; ValueError for values out of range."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie strictly between 0 and 1, got {alpha}")
    if seed < 0:
        raise ValueError(f"seed must be at least 0, got {seed}")
    if prompts < 0:
        raise ValueError(f"prompts must be at least 0, got {prompts}")
    return Budget(seed, alpha / max(1, claims), prompts)


def _with_ancestry(claims: Sequence[Claim], results: Sequence[ClaimResult]) -> tuple[ClaimResult, ...]:
    above = ancestors(claims)
    proved = {result.id for result in results if result.status == "proved"}
    return tuple(
        replace(result, fully_proved=result.id in proved and proved.issuperset(above[result.id])) for result in results
    )


def load_claims(path: Path, seconds: float = LOADING_SECONDS) -> tuple[Claim, ...]:
    """Return the claims of a Python file, which may take that many seconds to load.

    Raises:
        ClaimError: for a file that is missing, cannot be imported, or has no claims; the message names the line.
    """
    if not path.is_file():
        raise ClaimError(f"no file {str(path)!r}")
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ClaimError(f"{path} is not a Python file; its name must end in .py")
    module: ModuleType = importlib.util.module_from_spec(spec)
    try:
        with time_limit(seconds, str(path)):
            spec.loader.exec_module(module)
            found = collect(module)
    except TimeLimitError as error:
        raise ClaimError(f"{error} to load; look for an endless loop at its top level") from error
    except SyntaxError as error:
        raise ClaimError(f"{path}, line {error.lineno}: {error.msg}") from error
    except Exception as error:
        # A user's file may raise anything; the run reports it and goes on with other claims.
        raise ClaimError(f"{path} cannot be loaded: {type(error).__name__}: {error}") from error
    if not found:
        raise ClaimError(f"{path} declares no claims; see `proofs_check.claim`")
    return found


def load_all(modules: Sequence[Path]) -> tuple[tuple[Claim, ...], list[str]]:
    """Return the claims of several files, without any the paper's, and the messages of files that cannot be used.

    Raises:
        ClaimError: if no file can be used, or two claims have one id.
    """
    if not modules:
        return catalogue(), []
    found: list[Claim] = []
    failures: list[str] = []
    for path in modules:
        try:
            found += load_claims(path)
        except ClaimError as error:
            failures.append(str(error))
    if not found:
        raise ClaimError("\n".join(failures))
    ids = [held.id for held in found]
    twice = [name for name in ids if ids.count(name) > 1]
    if twice:
        raise ClaimError(f"two claims have the id {twice[0]!r}")
    return tuple(found), failures


@dataclass(frozen=True)
class ClaimTask:
    """Checks the i-th of some claims in whatever process it is sent to: claims are found again there by name."""

    modules: tuple[str, ...]
    ids: tuple[str, ...]
    budget: Budget

    def __call__(self, i: int) -> ClaimResult:
        """Check the i-th claim."""
        found, _ = load_all(tuple(Path(module) for module in self.modules))
        return check_claim(next(held for held in found if held.id == self.ids[i]), self.budget, self.modules)


@dataclass(frozen=True)
class Run:
    """A verify run that can be spread over processes, interrupted and resumed.

    Args:
        modules: files with claims; without any, the paper's.
        ids: which claims; empty is all. What they rest on is checked too.
        seed, alpha, prompts: as `verify`.
        executor: where claims are checked.
        resume: a directory in which finished claims are kept; those found there are not checked again.
        claim_seconds: how long one claim may take; 0 is no limit.
    """

    modules: tuple[Path, ...] = ()
    ids: tuple[str, ...] = ()
    seed: int = 0
    alpha: float = 1e-6
    prompts: int = 50_000
    executor: Executor = field(default_factory=SerialExecutor)
    resume: Path | None = None
    claim_seconds: float = 0.0

    def claims(self) -> tuple[Claim, ...]:
        """The claims to check; ClaimError for an unknown id."""
        found, _ = load_all(self.modules)
        if not self.ids:
            return found
        above = ancestors(found)
        wanted: set[str] = set()
        for name in self.ids:
            matching = [held.id for held in found if held.id == name or held.id.startswith(f"{name}-")]
            if not matching:
                raise ClaimError(f"no claim {name!r}; there are {', '.join(held.id for held in found)}")
            wanted |= {*matching, *(other for held in matching for other in above[held])}
        return tuple(held for held in found if held.id in wanted)

    def results(self, claims: Sequence[Claim]) -> Iterator[tuple[int, ClaimResult]]:
        """Yield (place, result) for every claim, those already known first."""
        budget = self._budget(len(claims))
        ids = tuple(held.id for held in claims)
        known = {i: result for i, name in enumerate(ids) if (result := self._load(name, budget)) is not None}
        yield from known.items()
        task = ClaimTask(tuple(map(str, self.modules)), ids, budget)
        waiting = [i for i in range(len(ids)) if i not in known]
        for i, result in zip(waiting, self.executor.map(task, waiting), strict=True):
            self._save(result, budget)
            yield i, result

    def report(self, progress: Callable[[int, int, str], None] | None = None) -> Report:
        """Run, or finish, the run."""
        began = time.perf_counter()
        claims = self.claims()
        ancestors(claims)
        found: dict[int, ClaimResult] = {}
        for i, result in self.results(claims):
            found[i] = result
            if progress is not None:
                progress(len(found), len(claims), result.id)
        ordered = [found[i] for i in range(len(claims))]
        budget = replace(self._budget(len(claims)), alpha=self.alpha)
        return Report(_with_ancestry(claims, ordered), budget, time.perf_counter() - began)

    def _budget(self, claims: int) -> Budget:
        return replace(run_budget(claims, self.seed, self.alpha, self.prompts), seconds=self.claim_seconds)

    def _fingerprint(self, name: str, budget: Budget) -> str:
        source = b"".join(module.read_bytes() for module in self.modules if module.is_file())
        description = [name, vars(budget), versions(), hashlib.sha256(source).hexdigest(), source_digests()]
        return hashlib.sha256(json.dumps(description, sort_keys=True).encode()).hexdigest()

    def _file(self, name: str) -> Path:
        assert self.resume is not None
        return self.resume / f"{name}.json"

    def _load(self, name: str, budget: Budget) -> ClaimResult | None:
        if self.resume is None or not self._file(name).exists():
            return None
        path = self._file(name)
        try:
            record = json.loads(path.read_text())
            digest = hashlib.sha256(json.dumps(record["claim"], sort_keys=True).encode()).hexdigest()
            if digest != record["sha256"]:
                raise ClaimError(f"{path} is damaged: its contents do not match its checksum; delete it to go on")
            if record["run"] != self._fingerprint(name, budget):
                raise ClaimError(
                    f"{path} belongs to a run with another seed, budget, version or source; delete it to go on"
                )
            return from_record(record["claim"])
        except (json.JSONDecodeError, KeyError, TypeError, UnicodeDecodeError) as error:
            raise ClaimError(f"{path} is damaged ({error}); delete it to go on") from error

    def _save(self, result: ClaimResult, budget: Budget) -> None:
        if self.resume is None:
            return
        self.resume.mkdir(parents=True, exist_ok=True)
        claim = json.loads(json.dumps(_as_record(result)))
        digest = hashlib.sha256(json.dumps(claim, sort_keys=True).encode()).hexdigest()
        record = {"run": self._fingerprint(result.id, budget), "sha256": digest, "claim": claim}
        write_atomically(self._file(result.id), json.dumps(record))


@cache
def source_digests() -> dict[str, str]:
    """The digest of every file of this project that results depend on, by its path."""
    root = Path(__file__).resolve().parent.parent
    paths = sorted(
        path for package in ("theory", "numerics", "proofs_check") for path in (root / package).rglob("*.py")
    )
    return {str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in paths}


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that at every moment either the old or the whole new one is there."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    beside.write_text(text, encoding="utf-8")
    os.replace(beside, path)


def equal_up_to_time(a: str, b: str) -> bool:
    """Whether two JSON reports are equal but for timings."""

    def without_time(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: without_time(item) for key, item in value.items() if key != "seconds"}
        return [without_time(item) for item in value] if isinstance(value, list) else value

    return bool(without_time(json.loads(a)) == without_time(json.loads(b)))
