"""The command `icl-theory index`: where each number of the paper is derived, claimed, checked and tested."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path

import click

from proofs_check.commands.errors import BadInput, clear_errors
from proofs_check.judge.run import write_atomically
from proofs_check.papers import catalogue
from proofs_check.papers.index import Row, as_markdown, as_text, index


@click.command("index")
@click.argument("numbers", nargs=-1)
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write the whole index to this file.")
@clear_errors
def index_command(numbers: tuple[str, ...], markdown: Path | None) -> None:
    """Show where NUMBERS of the paper (all by default) are derived, claimed, checked and tested.

    \b
    icl-theory index "Lemma A.5" 4.13 F3
    icl-theory index --markdown docs/index-of-statements.md
    """
    rows = index(catalogue("zhang2024"))
    if markdown is not None:
        write_atomically(markdown, as_markdown(rows))
        click.echo(f"Wrote {markdown}.")
        return
    click.echo(as_text([row for text in numbers for row in _named(rows, text)] if numbers else rows))


def _named(rows: tuple[Row, ...], text: str) -> list[Row]:
    """The rows of a number, with or without its kind or parentheses, or of a claim."""
    wanted = text.strip("() ")
    found = [row for row in rows if wanted in (row.claim, row.number.strip("()"), row.number.split()[-1])]
    if not found:
        near = get_close_matches(text, dict.fromkeys(row.number for row in rows), 5, 0.4)
        raise BadInput(f"no number {text!r} in the paper" + (f"; the nearest are {', '.join(near)}" if near else ""))
    return found
