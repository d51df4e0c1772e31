"""The check of a whole report."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from proofs_check.judge.certificate.catalogue import require_installed, require_kernel, require_listed
from proofs_check.judge.certificate.comparison import Points
from proofs_check.judge.certificate.computed import check_computed
from proofs_check.judge.certificate.counterexample import check_counterexample
from proofs_check.judge.certificate.drawing import asked, enclosed_kinds, require_drawn
from proofs_check.judge.certificate.errors import CertificateError, require
from proofs_check.judge.certificate.exact import check_coverage, check_points
from proofs_check.judge.certificate.fresh_examples import check_fresh_examples
from proofs_check.judge.certificate.left_sides import (
    Rerun,
    check_computed_values,
    check_left_sides,
    check_samples,
)
from proofs_check.judge.certificate.mutants import Mutants
from proofs_check.judge.certificate.reading import Evidence, Record, read_report
from proofs_check.judge.certificate.sampled import check_sampled
from proofs_check.judge.certificate.statuses import check_statuses, require_kinds, require_unfinished
from proofs_check.judge.certificate.subject import Subject
from proofs_check.judge.certificate.symbolic import Fresh, check_symbolic
from proofs_check.judge.certificate.tightness import check_tightness, ratios
from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Budget
from proofs_check.judge.results import versions
from proofs_check.judge.seal import seal
from proofs_check.judge.unclaimed import Unclaimed

Column = Callable[[str], Mapping[str, Any]]


@dataclass(frozen=True)
class Checked:
    """What was re-verified of one claim, and what was not.

    Attributes:
        re_verified, not_re_checked: in words, such as "exact (24 instances, left side again at 24)".
    """

    id: str
    status: str
    re_verified: tuple[str, ...]
    not_re_checked: tuple[str, ...]

    def __str__(self) -> str:
        left_out = f"; not re-checked: {', '.join(self.not_re_checked)}" if self.not_re_checked else ""
        return f"{self.id}: {self.status}; re-verified: {', '.join(self.re_verified) or 'nothing'}{left_out}"


@dataclass(frozen=True)
class Outcome:
    """A valid report.

    Attributes:
        claims: in the order of the report.
        absent: ids of installed claims of which the report says nothing.
        remarks: what holds for the report as a whole.
    """

    claims: tuple[Checked, ...]
    absent: tuple[str, ...]
    remarks: tuple[str, ...] = ()

    @property
    def summary(self) -> str:
        """How much was re-verified, and how much was not, in one line."""
        partly = [item for item in self.claims if item.not_re_checked]
        counted = "1 claim" if len(self.claims) == 1 else f"{len(self.claims)} claims"
        said = f"{counted}, {len(self.claims) - len(partly)} of them re-verified in full"
        if partly:
            said += f"; {len(partly)} with something not re-checked"
        if self.absent:
            said += f"; the report says nothing about {len(self.absent)} installed claims"
        return "; ".join((said, *self.remarks))


def check_report(
    text: str,
    claims: Sequence[Claim],
    kernel: Column | None = None,
    unclaimed: Sequence[Unclaimed] = (),
    modules: Sequence[str] = (),
) -> Outcome:
    """Re-verify a report against the installed claims.

    Args:
        text: what `icl-theory verify --json` wrote.
        claims: the installed claims, or those of the user's module.
        kernel: for a claim's id what is recorded here of its kernel theorem; without it a report may not name any.
        unclaimed: the installed papers' statements without a claim; a report may name these and no others.
        modules: the user's files with the claims, which scripts may name; empty for the papers' claims.

    Raises:
        CertificateError: for text that is no report, or a claim that is not what is installed, or evidence, a mutant, a
            tightness, a status or a checksum that does not hold; the message names the claim.
    """
    record = read_report(text)
    usual = Budget().instances
    require(
        record.instances == usual, f"the report asks for {record.instances} instances of evidence, a run for {usual}"
    )
    installed = require_installed(record, claims)
    require_listed(record, unclaimed)
    same_versions = record.versions == versions()
    for entry in record.entries:
        if entry.evidence:
            require_kinds(entry, installed[entry.id], record.prompts)
        else:
            require_unfinished(entry)
    check_statuses(record.entries, installed)
    checked = []
    for entry in record.entries:
        subject = Subject(installed[entry.id], entry)
        try:
            found = _Check(subject, record, same_versions, modules).run()
        except CertificateError:
            raise
        except (ArithmeticError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
            raise CertificateError(f"claim {entry.id}: it has values that make no sense: {error!r}") from error
        theorem = ("kernel record",) if require_kernel(entry, kernel) else ()
        checked.append(Checked(entry.id, entry.status, (*found.re_verified, *theorem), found.not_re_checked))
    require(seal(record.raw) == record.sha256, "the checksum does not fit: the report was changed after it was written")
    absent = tuple(claim.id for claim in claims if claim.id not in installed)
    return Outcome(tuple(checked), absent, tuple(_remarks(record, same_versions, len(unclaimed))))


def _remarks(record: Record, same_versions: bool, listed: int) -> Iterator[str]:
    if record.unclaimed:
        yield f"{len(record.unclaimed)} listed without a claim, undecided"
    if listed > len(record.unclaimed):
        yield f"the report leaves out {listed - len(record.unclaimed)} statements that are listed without a claim"
    if not same_versions:
        yield "made with other versions, so its random choices were not repeated"


class _Check:
    """The check of one claim."""

    def __init__(self, subject: Subject, record: Record, same_versions: bool, modules: Sequence[str]):
        self.subject, self.record, self.same_versions, self.modules = subject, record, same_versions, modules
        self.re_verified: list[str] = []
        self.not_re_checked: list[str] = []

    def run(self) -> Checked:
        entry = self.subject.entry
        if not entry.evidence:
            return Checked(entry.id, entry.status, (), ("it has no evidence",))
        points = {item.kind: Points(self.subject, item.instances) for item in self._pointwise()}
        check_tightness(self.subject, list(points.values()))
        fresh: Fresh | None = None
        for item in entry.evidence:
            self._require_power_only_of_statistics(item)
            self._require_fields(item)
            if item.kind == "symbolic":
                fresh = self._symbolic(item, points.get("exact"))
            else:
                if self.same_versions:
                    require_drawn(self.subject, self.record, item)
                self._other(item, points.get(item.kind))
        counted = [item for item in entry.evidence if not item.objection]
        held = [(item, points[item.kind]) for item in counted if item.kind in points]
        symbolic = fresh if any(item.kind == "symbolic" for item in counted) else None
        self.not_re_checked += Mutants(self.subject, self.record, held, symbolic, counted).check()
        doubt = check_counterexample(self.subject, self.modules)
        self.not_re_checked += [doubt] if doubt else []
        return Checked(entry.id, entry.status, tuple(self.re_verified), tuple(self.not_re_checked))

    def _pointwise(self) -> list[Evidence]:
        """Evidence with a left side at instances, exact or in balls."""
        kinds = ("exact", *enclosed_kinds(self.subject.claim))
        return list(self.subject.entry.of_kind(*kinds))

    def _require_power_only_of_statistics(self, item: Evidence) -> None:
        statistical = item.kind in ("Monte Carlo", "numerical") and item.outcome == "holds"
        self.subject.require(item.power is None or statistical, "only statistics that hold have a power")

    def _require_fields(self, item: Evidence) -> None:
        """Do nothing if evidence at instances keeps what the judge keeps; the others look at what they keep."""
        if item.kind == "symbolic":
            return
        pointwise = item in self._pointwise()
        known = {"instances"} | ({"covered"} if pointwise else set()) | ({"settles"} if item.kind == "exact" else set())
        self.subject.require(set(item.data) == known, f"{item.kind} evidence has other fields than it should")
        own = any(one.rest for one in item.instances)
        self.subject.require(not (pointwise and own), f"an instance of {item.kind} evidence has fields of its own")

    def _symbolic(self, item: Evidence, exact: Points | None) -> Fresh:
        fresh, told = check_symbolic(self.subject, item, asked(self.subject, self.record), exact)
        how = " in floating point" if fresh.in_floats else ""
        if item.outcome == "undecided":
            return fresh
        if told:
            self.re_verified.append(f"symbolic (fresh points{how})")
        else:
            self.not_re_checked.append("symbolic")
        return fresh

    def _other(self, item: Evidence, points: Points | None) -> None:
        subject = self.subject
        if points is not None:
            self._points(item, points)
        elif item.kind == "Monte Carlo":
            check_sampled(subject, item, self.record)
            again = check_samples(subject, item, self.record) if self.same_versions else Rerun(0, len(item.instances))
            self.re_verified.append("Monte Carlo (intervals, power)")
            self.not_re_checked.append(f"samples of {again.of - again.done} of {again.of} instances")
        else:
            check_computed(subject, item)
            self._say(item, check_computed_values(subject, item))

    def _points(self, item: Evidence, points: Points) -> None:
        subject = self.subject
        doubt = check_points(subject, item, points)
        self.not_re_checked += [doubt] if doubt else []
        check_coverage(subject, item)
        near = sorted(ratios(subject, points), key=lambda pair: -pair[1])[:1] if subject.relation != "=" else []
        again = check_left_sides(subject, self.record, item, points, [k for k, *_ in near])
        self._say(item, again)
        fresh = check_fresh_examples(subject, self.record, item)
        self.re_verified += [f"{fresh} fresh examples"] if fresh else []

    def _say(self, item: Evidence, again: Rerun) -> None:
        how = "left side read again" if again.formula else "left side by the claim's own code"
        self.re_verified.append(f"{item.kind} ({again.of} instances, {how} at {again})")
        if again.done < again.of:
            self.not_re_checked.append(f"{item.kind} left side at {again.of - again.done} instances")
