"""The command `icl-theory export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from proofs_check.commands.errors import BadInput, clear_errors
from proofs_check.judge.results import from_record
from proofs_check.latex.document import Stated, stated_results
from proofs_check.latex.export import TexError, compile_pdf, write_export
from proofs_check.papers.zhang2024 import catalogue
from theory.algebra.grammar import GrammarError


@click.command()
@click.option("--output", type=click.Path(path_type=Path), required=True, metavar="DIR", help="Where to write.")
@click.option(
    "--from",
    "report",
    type=click.Path(path_type=Path),
    metavar="REPORT",
    help="A report of `verify --json`, whose statements and evidence go in.",
)
@click.option("--pdf", is_flag=True, help="Typeset derivations.tex with pdflatex.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors and warnings of TeX.")
@clear_errors
def export(output: Path, report: Path | None, pdf: bool, quiet: bool) -> None:
    """Write every derivation step, statement and final formula as LaTeX.

    \b
    DIR/snippets/         one formula a file, on one line, without macros: paste it
    DIR/align/            the same as align environments, with labels such as eq:thm-4.2
    DIR/derivations.tex   one article: notation, statements, derivations, evidence, bibliography

    \b
    icl-theory export --output tex
    icl-theory verify --json report.json; icl-theory export --from report.json --output tex --pdf
    """
    statements = _statements(report)
    output.mkdir(parents=True, exist_ok=True)
    count = write_export(output, statements)
    if not quiet:
        click.echo(f"Wrote {count} formulas and {output / 'derivations.tex'}.")
    if not pdf:
        return
    try:
        found = compile_pdf(output / "derivations.tex")
    except TexError as error:
        raise BadInput(str(error)) from error
    for complaint in found:
        click.echo(f"Warning: {complaint}", err=True)
    if not quiet:
        click.echo(f"Wrote {output / 'derivations.pdf'}.")


def _statements(report: Path | None) -> list[Stated]:
    if report is None:
        return [Stated.of_claim(claim) for claim in catalogue()]
    try:
        record = json.loads(report.read_text(encoding="utf-8"))
        return stated_results(from_record(entry) for entry in record["claims"])
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError, GrammarError) as error:
        raise BadInput(f"{report} is no report of `icl-theory verify --json`: {error}") from error
