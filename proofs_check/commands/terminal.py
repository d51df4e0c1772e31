"""What the command line prints: a table of claims, their failures, and progress."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

import click

from proofs_check.judge.verify import ORDER, ClaimResult, Report

_COLOURS = {"proved": "green", "certified": "green", "supported": "cyan", "undecided": "yellow", "refuted": "red"}
_SHORT = {"symbolic": "sym", "exact": "exact", "Monte Carlo": "MC", "numerical": "num", "enclosure": "encl"}
_MARKS = {"holds": "+", "refuted": "-", "undecided": "?"}

_WIDTH = 110
"""Columns of running text where no terminal says how many it has."""


@dataclass(frozen=True)
class Screen:
    """Where and how to print; colour only on a terminal that wants it."""

    stream: TextIO
    colour: bool

    def style(self, text: str, status: str) -> str:
        """The text in the status's colour."""
        return click.style(text, fg=_COLOURS[status]) if self.colour else text

    @property
    def columns(self) -> int | None:
        """The width of the terminal; None where the output goes elsewhere and no line has to fit."""
        return shutil.get_terminal_size().columns if self.stream.isatty() else None

    def fit(self, text: str, indent: int) -> str:
        """The text, cut to what is left of a line of the terminal behind an indent."""
        left = None if self.columns is None else max(20, self.columns - indent)
        return text if left is None or len(text) <= left else text[: left - 1] + "…"

    def wrap(self, items: list[str], separator: str) -> list[str]:
        """The items in indented lines that fit, none broken inside."""
        whole = separator.join(item.replace(" ", "\0") for item in items)
        lines = textwrap.wrap(
            whole,
            self.columns or _WIDTH,
            initial_indent="  ",
            subsequent_indent="  ",
            break_on_hyphens=False,
            break_long_words=False,
        )
        return [line.replace("\0", " ") for line in lines]


def table(report: Report, screen: Screen) -> str:
    """The claims with their status, evidence and mutants, then what needs a reader's attention."""
    width = max((len(result.id) for result in report.results), default=5)
    lines = [f"{'claim':<{width}}  {'status':<10} {'evidence':<24} {'mutants killed':<15} title"]
    for result in report.results:
        mark = "*" if result.status == "proved" and not result.fully_proved else " "
        shown = "finding" if result.finding and result.as_expected else result.status
        status = screen.style(f"{shown + mark:<10}", "certified" if shown == "finding" else result.status)
        lines.append(
            f"{result.id:<{width}}  {status} {_evidence(result):<24} {_mutants(result):<15} "
            f"{screen.fit(result.title, width + 54)}"
        )
    lines.append("")
    lines += _legend(report, screen)
    for result in report.results:
        if result.finding and result.as_expected:
            instead = f"; instead: {', '.join(result.corrected_by)}" if result.corrected_by else ""
            lines += ["", f"{result.id}, as printed, is wrong: {result.title}{instead}"]
        elif not result.as_expected:
            wanted = " (a finding that is no longer refuted)" if result.finding else ""
            lines += ["", screen.style(f"{result.id} {result.status}{wanted}: {result.reason}", result.status)]
        if result.status in ("refuted", "undecided") and result.counterexample:
            lines.append(f"  counterexample: {result.counterexample}")
    return "\n".join(lines)


def _evidence(result: ClaimResult) -> str:
    shown = []
    for item in result.evidence:
        detected = "" if item.power is None else f"{100 * item.power.factor:.2g}%"
        shown.append(f"{_SHORT.get(item.kind, item.kind)}{_MARKS.get(item.outcome, '?')}{detected}")
    return " ".join(shown)


def _mutants(result: ClaimResult) -> str:
    wrong = result.count("killed") + result.count("survived")
    return f"{result.count('killed')}/{wrong}"


def _legend(report: Report, screen: Screen) -> list[str]:
    others = [r for r in report.results if not (r.finding and r.as_expected)]
    counts: dict[str, int] = {status: sum(r.status == status for r in others) for status in reversed(ORDER)}
    counts["findings (printed statements refuted, as expected)"] = len(report.results) - len(others)
    said = ", ".join(f"{count} {status}" for status, count in counts.items() if count)
    wrong = sum(r.count("killed") + r.count("survived") for r in report.results)
    killed = sum(r.count("killed") for r in report.results)
    equivalent = sum(r.count("equivalent") for r in report.results)
    implied, unsettled = (sum(r.count(fate) for r in report.results) for fate in ("implied", "open"))
    lines = [
        f"{len(report.results)} claims: {said}.",
        f"{killed:,} of {wrong:,} wrong mutants refuted; {equivalent:,} more say the same as the statement.",
        f"Seed {report.budget.seed}, error level {report.budget.alpha:g} for the whole run, {report.seconds:.0f} s.",
    ]
    near = [f"{r.id} {r.tightness:g}" for r in report.results if r.tightness and not r.finding]
    if near:
        lines.append(
            f"Of mutants of inequalities {implied:,} more are implied, and {unsettled:,} ask for more and are not "
            "refuted. The ratio of the sides came as near to 1 as:"
        )
        lines += screen.wrap(near, ", ")
    powers = [(r.id, item.power) for r in report.results for item in r.evidence if item.power is not None]
    if powers:
        lines.append(
            "Statistics would refute the right side with a factor wrong by the percentage shown (MC+0.5%: 1.005)."
        )
        lines += [f"  {name} {found}" for name, found in powers if found.term]
    if any(r.status == "proved" and not r.fully_proved for r in report.results):
        lines.append("* proved itself, but something that it rests on is not.")
    cited = sorted({fact for result in report.results for fact in result.cited})
    if cited:
        lines += ["Cited, not checked:", *(f"  {fact}" for fact in cited)]
    return lines


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
