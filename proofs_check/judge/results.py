"""What a run says: the result of each claim, and the report."""

from __future__ import annotations

import hashlib
import json
import platform
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from html import escape
from importlib import metadata
from typing import Any

from proofs_check.judge.evidence import KINDS, Budget
from proofs_check.judge.fates import FATES, Fate, MutantResult
from proofs_check.judge.power import Power
from proofs_check.judge.seal import seal
from proofs_check.judge.status import ORDER, Status, counts_by_status
from proofs_check.judge.unclaimed import Unclaimed
from theory.algebra.grammar import parse
from theory.algebra.latex import name_latex
from theory.algebra.statement_latex import statement_latex

FORMAT = 3


@dataclass(frozen=True)
class EvidenceResult:
    """One kind of evidence for a claim.

    Attributes:
        objection: why it does not count; empty if it does.
        least_detected: for statistical evidence that holds, the least wrong coefficients that it would have refuted, as
            the fields of `proofs_check.judge.power.Power`.
    """

    kind: str
    outcome: str
    summary: str
    detail: str
    objection: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    least_detected: Mapping[str, Any] | None = None

    @property
    def power(self) -> Power | None:
        """The least wrong coefficients that it would have refuted."""
        return None if self.least_detected is None else Power(**self.least_detected)

    @property
    def short(self) -> str:
        """The kind where there is little room."""
        return KINDS[self.kind].short if self.kind in KINDS else self.kind


@dataclass(frozen=True)
class FindingResult:
    """What a printed statement under test is said to be: see `proofs_check.judge.claims.Finding`."""

    kind: str
    quotation: str
    explanation: str


@dataclass(frozen=True)
class ClaimResult:
    """A claim with its evidence.

    Attributes:
        status: computed from the evidence and from what the claim rests on.
        reason: why the status is not better.
        counterexample: an instance at which the statement fails, with both sides, as text.
        finding: for a printed statement under test: its refutation is a result, anything else a failure of the run.
        corrected_by: for a finding, the claims that say what holds instead.
        tight: whether the bound is said to be tight.
        tightness: for an inequality, the least factor by which it could be strengthened without being refuted.
        tightest: where anything stronger fails.
        given_refuted: it rests, directly or not, on a claim that is refuted.
        reproduction: Python that shows the counterexample.
    """

    id: str
    title: str
    paper: str
    number: str
    source: str
    left: str
    relation: str
    right: str
    where: tuple[tuple[str, str], ...]
    assumptions: tuple[str, ...]
    rests_on: tuple[str, ...]
    cited: tuple[str, ...]
    status: Status
    language: Mapping[str, Any] = field(default_factory=dict)
    evidence: tuple[EvidenceResult, ...] = ()
    mutants: tuple[MutantResult, ...] = ()
    reason: str = ""
    counterexample: str = ""
    finding: FindingResult | None = None
    corrected_by: tuple[str, ...] = ()
    tight: bool = False
    tightness: float | None = None
    tightest: str = ""
    given_refuted: bool = False
    kernel: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    reproduction: str = ""
    seconds: float = 0.0

    @property
    def failure(self) -> tuple[str, str, str] | None:
        """(left side, right side, where) of the counterexample, numbers without the brackets of their arrays."""
        if not self.counterexample:
            return None
        where, _, sides = self.counterexample.rpartition(": left ")
        left, _, right = sides.rpartition(", right ")
        return _number(left), _number(right), where

    @property
    def as_expected(self) -> bool:
        """Whether the run can be satisfied: a finding is refuted, any other claim is not, and nothing is undecided."""
        return self.status == "refuted" if self.finding else self.status not in ("refuted", "undecided")

    def count(self, fate: Fate) -> int:
        """The number of mutants with that fate."""
        return sum(mutant.fate == fate for mutant in self.mutants)

    @property
    def wrong_mutants(self) -> int:
        """Mutants that say something else, and nothing weaker: the killed ones and those that nothing refuted."""
        return self.count("killed") + self.count("open") + self.count("survived") + self.count("contradiction")

    def with_status(self, status: Status, reason: str, given_refuted: bool = False) -> ClaimResult:
        """The result with another status."""
        return replace(self, status=status, reason=reason, given_refuted=given_refuted)

    def _repr_html_(self) -> str:
        relation = {"<=": r"\le", ">=": r"\ge"}.get(self.relation, self.relation)
        lines = [f"{self.left} &{relation} {statement_latex(parse(self.right), {}, self.language.get('upto', {}))}"]
        lines += [f"{name_latex(name)} &= {statement_latex(parse(text))}" for name, text in self.where]
        equations = " \\\\ ".join(lines)
        kinds = "".join(f"<li>{escape(e.kind)}: {escape(e.summary)}; {escape(e.detail)}</li>" for e in self.evidence)
        failure = f"<p>Counterexample: {escape(self.counterexample)}</p>" if self.counterexample else ""
        return (
            f"<h4>{escape(self.id)}: {escape(self.title)}</h4>"
            f"$$\\begin{{aligned}} {escape(equations)} \\end{{aligned}}$$"
            f"<p><b>{self.status}</b>; {self.count('killed')} of {self.wrong_mutants} mutants refuted</p>"
            f"<ul>{kinds}</ul>{failure}"
        )


def _number(side: str) -> str:
    """A side that is a number, without the brackets of a 1 x 1 array."""
    match = re.fullmatch(r"\[+([^\[\],]*(?:\[[^\]]*\])?)\]+", side)
    return side if match is None else match[1]


@dataclass(frozen=True)
class Report:
    """The results of a run, in the order of the claims, and the statements of their papers that no claim states."""

    results: tuple[ClaimResult, ...]
    budget: Budget
    seconds: float = 0.0
    unclaimed: tuple[Unclaimed, ...] = ()

    def __getitem__(self, name: str) -> ClaimResult:
        """The result of a claim; for a theorem with parts, such as thm-4.1, the weakest part under the theorem's id."""
        parts = [r for r in self.results if r.id == name] or [r for r in self.results if r.id.startswith(f"{name}-")]
        if not parts:
            raise KeyError(f"no claim {name!r}; there are {', '.join(r.id for r in self.results)}")
        return replace(min(parts, key=lambda r: ORDER.index(r.status)), id=name)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{escape(r.id)}</td><td>{r.status}</td><td>{escape(', '.join(e.kind for e in r.evidence))}</td>"
            f"<td>{r.count('killed')}/{r.wrong_mutants}</td><td>{escape(r.title)}</td></tr>"
            for r in self.results
        )
        heads = "".join(f"<th>{name}</th>" for name in ("claim", "status", "evidence", "mutants refuted", "title"))
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>"

    @property
    def findings(self) -> tuple[ClaimResult, ...]:
        """The printed statements under test that are refuted, as they should be."""
        return tuple(result for result in self.results if result.finding and result.as_expected)

    @property
    def by_status(self) -> Mapping[Status, int]:
        """How many statements have each status, those without a claim among them, findings aside."""
        claimed = [result for result in self.results if not (result.finding and result.as_expected)]
        return counts_by_status([*claimed, *self.unclaimed])

    @property
    def exit_code(self) -> int:
        """0 if all claims hold and all findings are refuted; 3 if not, and nothing is worse than undecided; else 1.

        Statements without a claim do not count: nothing was checked that could have failed.
        """
        failed = {result.status for result in self.results if not result.as_expected}
        return 0 if not failed else 3 if failed == {"undecided"} else 1

    def to_json(self) -> str:
        """The report as JSON: the same text for the same seed, but for the entries named `seconds`."""
        record = {
            "format": FORMAT,
            "seed": self.budget.seed,
            "alpha": self.budget.alpha,
            "prompts": self.budget.prompts,
            "instances": self.budget.instances,
            "versions": versions(),
            "seconds": round(self.seconds, 3),
            "claims": [as_record(result) for result in self.results],
            "unclaimed": [vars(held) for held in self.unclaimed],
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


def as_record(result: ClaimResult) -> dict[str, Any]:
    """A result as its entry in the JSON report."""
    record = {f.name: getattr(result, f.name) for f in fields(result)}
    for name in ("left", "relation", "right", "where"):
        del record[name]
    record["statement"] = {
        "left": result.left,
        "relation": result.relation,
        "right": result.right,
        "where": dict(result.where),
    }
    record["finding"] = None if result.finding is None else vars(result.finding)
    record["evidence"] = [vars(item) for item in result.evidence]
    record["mutants"] = {
        **{fate: result.count(fate) for fate in FATES},
        "each": [vars(item) for item in result.mutants],
    }
    record["seconds"] = round(result.seconds, 3)
    return record


def from_record(record: Mapping[str, Any]) -> ClaimResult:
    """The inverse of `as_record`."""
    flat = {**record, **record["statement"]}
    values = {f.name: _frozen(flat[f.name]) for f in fields(ClaimResult)}
    values["where"] = tuple(flat["where"].items())
    values["finding"] = None if flat["finding"] is None else FindingResult(**flat["finding"])
    values["evidence"] = tuple(EvidenceResult(**item) for item in flat["evidence"])
    values["mutants"] = tuple(
        MutantResult(item["change"], item["fate"], tuple(item["killed_by"]), item["reason"])
        for item in flat["mutants"]["each"]
    )
    return ClaimResult(**values)


def _frozen(value: Any) -> Any:
    return tuple(_frozen(item) for item in value) if isinstance(value, list) else value


def digest(values: Sequence[Any]) -> str:
    """The SHA-256 of plain JSON values."""
    return hashlib.sha256(json.dumps(values, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
