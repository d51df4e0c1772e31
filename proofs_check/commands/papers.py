"""The command `icl-theory papers`: the papers, and how many of their statements have which status."""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from numerics.executor import choose_executor
from proofs_check.commands.errors import BadInput, clear_errors
from proofs_check.commands.terminal import Screen, progress_line
from proofs_check.judge.run import Run
from proofs_check.judge.status import ORDER
from proofs_check.papers import PAPERS, unclaimed
from proofs_check.verification import Catalogue
from theory.marked_text import plain_text


@click.command()
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="REPORT",
    help="A report of `verify --json`, which has the statuses; without it the statements are counted only.",
)
@click.option("--run", "check", is_flag=True, help="Check every claim first, without Monte Carlo.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes, for --run.")
@clear_errors
def papers(source: Path | None, check: bool, jobs: int) -> None:
    """List the papers with their statements, by status where a report or a run says so.

    \b
    icl-theory papers
    icl-theory verify --json report.json && icl-theory papers --from report.json
    """
    if source is not None and check:
        raise BadInput("--from takes the statuses of a report and --run makes them anew; give one of them")
    results = _of_report(source) if source else _of_run(jobs) if check else []
    screen = Screen.of(sys.stdout)
    for paper, claims in PAPERS.items():
        held, listed = claims(), unclaimed(paper)
        findings = sum(bool(claim.finding) for claim in held)
        click.echo(f"{paper:<12} {len(held) + len(listed)} statements, {findings} of them findings under test")
        own = [result for result in results if result["paper"] == paper]
        for line in _by_status(own, len(listed)):
            click.echo(f"{'':<12} {line}")
        if results and len(own) < len(held):
            click.echo(f"{'':<12} {len(held) - len(own)} are not in the report")
        for statement in listed:
            said = plain_text(f"{statement.number}: {statement.title}; {statement.reason}")
            for line in screen.wrap(f"undecided, without a claim: {said}", 17, 13):
                click.echo(line)


def _of_report(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        claims = json.loads(path.read_text(encoding="utf-8"))["claims"]
        return [{key: claim[key] for key in ("paper", "status", "finding")} for claim in claims]
    except (ValueError, KeyError, TypeError) as error:
        raise BadInput(f"{path} is not a report of `icl-theory verify --json`: {error}") from error


def _of_run(jobs: int) -> Sequence[Mapping[str, Any]]:
    report = Run(Catalogue(), prompts=0, executor=choose_executor(jobs)).report(progress_line(False))
    return [{"paper": held.paper, "status": held.status, "finding": held.finding} for held in report.results]


def _by_status(results: Sequence[Mapping[str, Any]], listed: int) -> list[str]:
    """ "41 proved", ..., with those that are listed without a claim, which need no run to be undecided.

    Findings stand apart, since for them being refuted is the result.
    """
    plain = Counter(result["status"] for result in results if not result["finding"])
    plain["undecided"] += listed
    found = Counter(result["status"] for result in results if result["finding"])
    lines = [f"{plain[status]:>4} {status}" for status in reversed(ORDER) if plain[status]]
    return lines + [f"{found[status]:>4} {status}, as findings" for status in reversed(ORDER) if found[status]]
