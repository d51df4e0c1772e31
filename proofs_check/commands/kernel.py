"""The commands `icl-theory kernel check` and `icl-theory kernel export`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from proofs_check.commands.errors import BadInput, clear_errors
from proofs_check.kernel.check import check as check_proofs
from proofs_check.kernel.coq import CoqError
from proofs_check.kernel.export import differing
from proofs_check.kernel.export import export as export_files
from proofs_check.kernel.sources import ROOT


@click.group()
def kernel() -> None:
    """The formal proofs: what Coq's kernel has checked of the theory."""


@kernel.command()
@click.option(
    "--build",
    type=click.Path(path_type=Path),
    default=Path("build/kernel"),
    show_default=True,
    help="For compiled files.",
)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Compilers that run at once.")
@click.option("--write", is_flag=True, help="Write record.json, instead of comparing with it.")
@click.option("--pin", is_flag=True, help="Take the statements as they are for the pinned ones, and write both files.")
@clear_errors
def check(build: Path, jobs: int, write: bool, pin: bool) -> None:
    """Build the formal proofs, check what each claim's theorem says and assumes, and compare with the record.

    Exit code 0: all is as recorded; 1: it is not; 2: Coq is missing or rejects a file.
    """
    try:
        outcome = check_proofs(build, repin=pin, jobs=jobs, say=lambda line: click.echo(f"{line} ...", err=True))
    except CoqError as error:
        raise BadInput(str(error)) from error
    wrong = list(outcome.wrong)
    record, path = outcome.record.to_json(), ROOT / "record.json"
    if not wrong and (write or pin):
        if pin:
            (ROOT / "pins.json").write_text(outcome.pins.to_json(), encoding="utf-8")
        path.write_text(record, encoding="utf-8")
    elif not path.exists() or path.read_text(encoding="utf-8") != record:
        wrong.append(f"{path.name} is not what Coq says now; `icl-theory kernel check --write` makes it")
    for line in wrong:
        click.echo(line, err=True)
    words = [proof.word for proof in outcome.record.proofs.values()]
    click.echo(
        f"Coq {outcome.record.coq}: {len(outcome.record.theorems)} theorems behind {len(words)} claims, "
        f"{words.count('checked')} checked, {words.count('partial')} partial."
    )
    sys.exit(1 if wrong else 0)


@kernel.command()
@click.argument("directory", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option("--check", "compare", is_flag=True, help="Write nothing; compare with the files in DIRECTORY.")
@clear_errors
def export(directory: Path | None, compare: bool) -> None:
    """Write the engine's own results to DIRECTORY, one file a derived claim, for Coq to check.

    With --check, exit code 1 if a file in DIRECTORY (by default the installed ones) is not what the engine says now.

    \b
    icl-theory kernel export proofs_check/kernel/generated
    icl-theory kernel export --check
    """
    if compare:
        changed = differing(directory or ROOT / "generated")
        for name in changed:
            click.echo(f"{name} is not what the engine says now", err=True)
        sys.exit(1 if changed else 0)
    if directory is None:
        raise click.UsageError("name the DIRECTORY to write to, or use --check")
    written = export_files(directory)
    click.echo(f"Wrote {len(written)} files to {directory}.")
