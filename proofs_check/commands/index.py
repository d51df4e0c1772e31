"""The command `icl-theory index`: where each number of the papers is derived, claimed, checked and tested."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path

import click

from proofs_check.commands.errors import BadInput, clear_errors
from proofs_check.judge.run import write_atomically
from proofs_check.papers import PAPERS
from proofs_check.papers.index import Row, as_markdown, as_text, paper_index


@click.command("index")
@click.argument("numbers", nargs=-1)
@click.option("--paper", type=click.Choice(tuple(PAPERS)), help="The numbers of one paper only.")
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False), help="Write the whole index to this file.")
@clear_errors
def index_command(numbers: tuple[str, ...], paper: str | None, markdown: Path | None) -> None:
    """Show where NUMBERS of the papers (all by default) are derived, claimed, checked and tested.

    \b
    icl-theory index "Lemma A.5" 4.13 F3
    icl-theory index --paper ahn2023
    icl-theory index --markdown docs/index-of-statements.md
    """
    if markdown is not None:
        write_atomically(markdown, as_markdown())
        click.echo(f"Wrote {markdown}.")
        return
    rows = {name: paper_index(name) for name in ([paper] if paper else PAPERS)}
    if numbers:
        click.echo(as_text([row for text in numbers for row in _named(rows, text)]))
        return
    for name, held in rows.items():
        click.echo(f"{name}\n{as_text(held)}")


def _named(rows: Mapping[str, Sequence[Row]], text: str) -> list[Row]:
    """The rows of a number, with or without its kind or parentheses, or of a claim; of all papers that have it."""
    wanted = text.strip("() ")
    every = [row for held in rows.values() for row in held]
    found = [row for row in every if wanted in (row.claim, row.number.strip("()"), row.number.split()[-1])]
    if not found:
        near = get_close_matches(text, dict.fromkeys(row.number for row in every), 5, 0.4)
        raise BadInput(f"no number {text!r} in the papers" + (f"; the nearest are {', '.join(near)}" if near else ""))
    return found
