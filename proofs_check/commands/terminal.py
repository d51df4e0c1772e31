"""What the command line prints of a run: counts, findings, what needs attention, sections; and progress."""

from __future__ import annotations

import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TextIO

import click

from proofs_check.judge.results import ClaimResult, Report
from proofs_check.judge.status import Status, counts_by_status
from proofs_check.judge.unclaimed import Unclaimed
from theory.marked_text import plain_text

_COLOURS: dict[Status, str] = {
    "proved": "green",
    "conditional": "cyan",
    "tested": "blue",
    "supported": "magenta",
    "undecided": "yellow",
    "refuted": "red",
}
_MARKS = {"holds": "+", "refuted": "-", "undecided": "?"}
_WIDTH = 80
"""Columns where no terminal says how many it has."""


@dataclass(frozen=True)
class Screen:
    """Where to print; colour only on a terminal that wants it. None is a file."""

    stream: TextIO | None
    colour: bool = False

    @classmethod
    def of(cls, stream: TextIO) -> Screen:
        """The screen of a stream."""
        return cls(stream, stream.isatty() and "NO_COLOR" not in os.environ)

    def style(self, text: str, status: Status) -> str:
        """The text in the status's colour."""
        return click.style(text, fg=_COLOURS[status]) if self.colour else text

    def bold(self, text: str) -> str:
        """A heading."""
        return click.style(text, bold=True) if self.colour else text

    @property
    def columns(self) -> int:
        """The width."""
        if self.stream is not None and self.stream.isatty():
            return max(60, min(shutil.get_terminal_size().columns, 120))
        return _WIDTH

    def wrap(self, text: str, indent: int, first: int | None = None) -> list[str]:
        """The text in lines that fit; the first is indented by `first`."""
        return textwrap.wrap(
            text,
            self.columns,
            initial_indent=" " * (indent if first is None else first),
            subsequent_indent=" " * indent,
            break_on_hyphens=False,
        )


def summary(report: Report, screen: Screen, *, verbose: bool = False, only: Collection[str] | None = None) -> str:
    """A run as text: counts, then findings, then what needs attention, then the sections.

    Args:
        report: the run.
        screen: where it goes.
        verbose: a row for every claim, in place of one for every section.
        only: the claims that were asked for; what they rest on is counted, and not shown.
    """
    shown = [result for result in report.results if only is None or result.id in only]
    lines = [*_counts(report, screen), *_findings(shown, screen), *_attention(shown, screen)]
    lines += _unclaimed(report.unclaimed, screen)
    lines += _rows(shown, screen) if verbose else _sections(shown, report.unclaimed, screen)
    return "\n".join(lines)


def _counts(report: Report, screen: Screen) -> Iterator[str]:
    counts = report.by_status
    said = [screen.style(f"{count} {status}", status) for status, count in counts.items()]
    findings = len(report.findings)
    if findings:
        said.append(_counted(findings, "finding"))
    head = _counted(len(report.results), "claim")
    if report.unclaimed:
        head += f" and {_counted(len(report.unclaimed), 'statement')} without a claim"
    yield screen.bold(f"{head}: ") + ", ".join(said)
    wrong = sum(result.wrong_mutants for result in report.results)
    killed, left, same, implied = (
        sum(result.count(fate) for result in report.results) for fate in ("killed", "open", "equivalent", "implied")
    )
    yield from screen.wrap(
        f"{killed:,} of {wrong:,} wrong mutants refuted, {left:,} open (an open one asks for more than the "
        f"statement, and nothing refutes it). {_counted(same + implied, 'other says', 'others say')} the same or less.",
        0,
    )
    checked = sum(result.kernel.get("word") in ("checked", "recorded") for result in report.results)
    partial = sum(result.kernel.get("word") == "partial" for result in report.results)
    if checked or partial:
        yield f"Formal proofs: {checked} claims in full, {partial} under further hypotheses."
    yield from screen.wrap(
        f"Seed {report.budget.seed}, error level {report.budget.alpha:g} for the whole run, {report.seconds:.0f} s.", 0
    )


def _counted(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or f'{one}s'}"


def _findings(results: Sequence[ClaimResult], screen: Screen) -> Iterator[str]:
    found = [result for result in results if result.finding and result.as_expected]
    if not found:
        return
    yield ""
    yield screen.bold("Findings: printed statements that do not hold as they stand")
    for result in found:
        assert result.finding is not None
        # Its place begins with its number, which is its id where the paper has none.
        place = result.source.removeprefix(f"{result.id}, ")
        head = plain_text(f"{result.id} ({result.finding.kind}), {place}: {result.title}")
        yield from screen.wrap(head, 4, 2)
        instead = f"; instead: {', '.join(result.corrected_by)}" if result.corrected_by else ""
        yield from screen.wrap(f"{_fails(result)}{instead}", 4)


# Characters of an instance that the summary shows; the report has it whole.
_INSTANCE = 32


def _fails(result: ClaimResult) -> str:
    """The relation with both values, and where."""
    if result.failure is None:
        return plain_text(result.reason)
    left, right, where = result.failure
    where = where if len(where) <= _INSTANCE else f"{where[: _INSTANCE - 3]}..."
    return f"{_short(left)} {result.relation} {_short(right)} is false at {where}"


def _short(side: str) -> str:
    """A ball or a float to six digits, with dots if there are more; the report has them."""
    number = re.fullmatch(r"(-?\d+\.\d{7,})( \+/- .*)?", side)
    if number is None:
        return side
    digits = f"{float(number[1]):.6g}"
    return digits if float(digits) == float(number[1]) and not number[2] else f"{digits}..."


def _attention(results: Sequence[ClaimResult], screen: Screen) -> Iterator[str]:
    found = [result for result in results if not result.as_expected]
    if not found:
        return
    yield ""
    yield screen.bold("Not as it should be")
    for result in found:
        wanted = " (a finding that is no longer refuted)" if result.finding else ""
        # The place is shown once, with both sides.
        reason = plain_text(result.reason)
        reason = reason.partition(" at ")[0] if result.counterexample else reason
        yield from screen.wrap(f"{result.id} is {result.status}{wanted}: {reason}", 4, 2)
        if result.counterexample:
            yield from screen.wrap(f"counterexample: {result.counterexample}", 4)


def _unclaimed(listed: Sequence[Unclaimed], screen: Screen) -> Iterator[str]:
    if not listed:
        return
    yield ""
    yield screen.bold("Undecided: listed, and nothing here gives evidence of them")
    for held in listed:
        head = (
            f"{screen.style(held.status, held.status)} {held.paper} {plain_text(held.number)}: {plain_text(held.title)}"
        )
        yield from screen.wrap(head, 4, 2)
        yield from screen.wrap(f"why: {plain_text(held.reason)}", 4)


def _sections(results: Sequence[ClaimResult], listed: Sequence[Unclaimed], screen: Screen) -> Iterator[str]:
    groups: dict[str, list[ClaimResult | Unclaimed]] = {}
    counted: list[ClaimResult | Unclaimed] = [*(result for result in results if not result.finding), *listed]
    for held in counted:
        groups.setdefault(_section(held), []).append(held)
    yield ""
    yield screen.bold("By section")
    width = max(map(len, groups), default=0)
    # What goes beyond the paper comes after it.
    names = sorted(groups, key=lambda name: name == _BEYOND)
    papers = [name for name in names if name.startswith(("Section", "Appendix")) or name == _BEYOND]
    for name in (*papers, *(name for name in names if name not in papers)):
        counts = counts_by_status(groups[name])
        said = ", ".join(screen.style(f"{count} {status}", status) for status, count in counts.items())
        yield f"  {name:<{width}}  {said}"


def _section(result: ClaimResult | Unclaimed) -> str:
    """The part of the first paper that a number belongs to, such as "Section 4" or "Appendix C", or "Beyond the paper".

    In other papers the numbers do not tell their section, so that each is one part.
    """
    digits = result.number.strip("()").rpartition(" ")[2].strip("()")
    head = digits.partition(".")[0]
    if not result.paper:
        return "Your claims"
    if result.paper != "zhang2024":
        return result.paper
    if head.isdigit():
        return f"Section {head}"
    return f"Appendix {head}" if len(head) == 1 else _BEYOND


_BEYOND = "Beyond the paper"


def _rows(results: Sequence[ClaimResult], screen: Screen) -> Iterator[str]:
    yield ""
    section = ""
    for result in results:
        if _section(result) != section:
            section = _section(result)
            yield screen.bold(section)
        status = screen.style(f"{result.status:<11}", result.status)
        kernel = result.kernel.get("word", "")
        yield f"  {status} {result.id}{f'  [{kernel}]' if kernel else ''}"
        yield from screen.wrap(plain_text(result.title), 14)
        yield from screen.wrap(_evidence(result), 14)
        if result.reason and result.as_expected and not result.finding:
            yield from screen.wrap(plain_text(result.reason), 14)
        if result.assumptions:
            yield from screen.wrap(plain_text(f"assumes: {'; '.join(result.assumptions)}"), 14)
        if beyond := result.kernel.get("hypotheses"):
            yield from screen.wrap(plain_text(f"the kernel's theorem assumes further: {'; '.join(beyond)}"), 14)


def _evidence(result: ClaimResult) -> str:
    parts = []
    for item in result.evidence:
        power = "" if item.power is None else f" (would notice {100 * item.power.factor:.2g}%)"
        parts.append(f"{item.short}{_MARKS.get(item.outcome, '?')} {item.summary}{power}")
    said = "; ".join(parts) or "no evidence"
    if result.wrong_mutants:
        said += f"; mutants {result.count('killed')}/{result.wrong_mutants}"
    if result.tightness is not None:
        said += f"; tightness {result.tightness:g}"
    return said


def progress_line(quiet: bool) -> Callable[[int, int, str], None] | None:
    """A callback that redraws one line on a terminal, or None where nothing should be drawn."""
    if quiet or not sys.stderr.isatty():
        return None

    def show(done: int, total: int, name: str) -> None:
        bar = "#" * (20 * done // total)
        sys.stderr.write(f"\r\033[K[{bar:<20}] {done}/{total} {name}")
        if done == total:
            sys.stderr.write("\r\033[K")
        sys.stderr.flush()

    return show
