"""The command `icl-theory check`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from proofs_check.commands.errors import clear_errors
from proofs_check.judge.certificate import CertificateError, check_report


@click.command()
@click.argument("report", type=click.Path(path_type=Path))
@clear_errors
def check(report: Path) -> None:
    """Re-verify the exact and symbolic evidence of a REPORT of `verify --json`, without the code that made it."""
    try:
        lines = check_report(report.read_text(encoding="utf-8"))
    except (CertificateError, UnicodeDecodeError) as error:
        click.echo(f"{report} is not valid: {error}", err=True)
        sys.exit(1)
    click.echo("\n".join(lines))
