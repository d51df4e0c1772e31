"""The command `icl-theory export`."""

from __future__ import annotations

import json
from pathlib import Path

import click

from proofs_check.commands.errors import BadInput, clear_errors
from proofs_check.judge.results import from_record
from proofs_check.latex.document import Stated, stated_results
from proofs_check.latex.export import TexError, compile_pdf, write_export
from proofs_check.papers import PAPERS, catalogue
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
@click.option(
    "--paper", type=click.Choice(list(PAPERS)), default="zhang2024", show_default=True, help="Whose article it is."
)
@click.option("--pdf", is_flag=True, help="Typeset derivations.tex with pdflatex.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors and warnings of TeX.")
@clear_errors
def export(output: Path, report: Path | None, paper: str, pdf: bool, quiet: bool) -> None:
    """Write every derivation step, statement and final formula as LaTeX.

    \b
    DIR/snippets/         one formula a file, on one line, without macros: paste it
    DIR/align/            the same as align environments, with labels such as eq:thm-4.2
    DIR/derivations.tex   the article: notation, statements with proofs and evidence, findings, references

    \b
    icl-theory export --output tex
    icl-theory verify --json report.json; icl-theory export --from report.json --output tex --pdf
    """
    statements = _statements(report, paper)
    output.mkdir(parents=True, exist_ok=True)
    count = write_export(output, statements, paper)
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


def _statements(report: Path | None, paper: str) -> list[Stated]:
    """Those of the paper, from the report or without evidence; a user's own claims in a report go with every paper."""
    if report is None:
        return [Stated.of_claim(claim) for claim in catalogue(paper)]
    try:
        record = json.loads(report.read_text(encoding="utf-8"))
        results = [from_record(entry) for entry in record["claims"]]
        return stated_results(result for result in results if result.paper in (paper, ""))
    except (json.JSONDecodeError, UnicodeDecodeError, KeyError, TypeError, AttributeError, GrammarError) as error:
        raise BadInput(f"{report} is not a report of `icl-theory verify --json`: {error}") from error
