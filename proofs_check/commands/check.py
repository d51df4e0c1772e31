"""The command `icl-theory check`: a report re-verified against the installed claims."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from proofs_check.commands.errors import clear_errors
from proofs_check.judge.certificate import CertificateError, check_report
from proofs_check.papers import unclaimed
from proofs_check.verification import claim_source, kernel_record


@click.command("check")
@click.argument("report", type=click.Path(path_type=Path))
@click.option(
    "--module",
    "modules",
    multiple=True,
    type=click.Path(path_type=Path),
    help="The Python file with the claims of the report, instead of the papers'; repeat.",
)
@clear_errors
def check(report: Path, modules: tuple[Path, ...]) -> None:
    """Re-verify a REPORT of `verify --json` against the installed claims, without the code that made it.

    Every claim has to say what the installed one says. Each line tells what was re-verified and what was not, and the
    last line counts. Exit code 0: all that can be re-verified holds; 1: it does not, or the report was changed.

    \b
    icl-theory verify --json report.json
    icl-theory check report.json
    icl-theory check mine.json --module my_claims.py
    """
    text = _read(report)
    claims, failures = claim_source(modules).load()
    for failure in failures:
        click.echo(f"Error: {failure}", err=True)
    try:
        # Formal proofs stand behind claims of the papers only.
        if modules:
            outcome = check_report(text, claims, modules=tuple(map(str, modules)))
        else:
            outcome = check_report(text, claims, kernel_record, unclaimed())
    except CertificateError as error:
        click.echo(f"{report} is not valid: {error}", err=True)
        sys.exit(1)
    for item in outcome.claims:
        click.echo(str(item))
    click.echo(f"{report} is valid: {outcome.summary}.")


def _read(report: Path) -> str:
    try:
        return report.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        click.echo(f"{report} is not valid: it is not text: {error}", err=True)
        sys.exit(1)
