"""The command `icl-theory derive`."""

from __future__ import annotations

import json
from difflib import get_close_matches
from typing import Any

import click

from proofs_check.commands.completion import completed
from proofs_check.commands.errors import clear_errors
from theory import DERIVATIONS, Derivation


@click.command()
@click.argument("name", required=False, shell_complete=completed(lambda: DERIVATIONS))
@click.option("--list", "show_list", is_flag=True, help="List the derivations.")
@click.option("--latex", "as_latex", is_flag=True, help="Print a LaTeX document that compiles as it is.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--steps", is_flag=True, help="Show every step with its reason.")
@clear_errors
def derive(name: str | None, show_list: bool, as_latex: bool, as_json: bool, steps: bool) -> None:
    """Derive the result NAME, for every d and N; steps that rest on a cited fact are marked.

    \b
    icl-theory derive --list
    icl-theory derive population_loss --latex
    icl-theory derive convergence --steps
    """
    if show_list:
        for key, make in DERIVATIONS.items():
            click.echo(f"{key:<20} {make().title}")
        return
    if as_latex and as_json:
        raise click.UsageError("--latex and --json exclude each other")
    if name is None:
        raise click.UsageError("name a derivation, or use --list")
    if name not in DERIVATIONS:
        near = get_close_matches(name, DERIVATIONS, 3, 0.4)
        nearest = f"the nearest: {', '.join(near)}; " if near else ""
        raise click.UsageError(f"no derivation {name!r}; {nearest}`icl-theory derive --list` has all")
    derivation = DERIVATIONS[name]()
    if as_latex:
        click.echo(derivation.latex(with_steps=steps))
    elif as_json:
        click.echo(json.dumps(_record(name, derivation, steps), indent=2, ensure_ascii=False))
    else:
        click.echo(derivation.text(with_steps=steps))


def _record(name: str, derivation: Derivation, steps: bool) -> dict[str, Any]:
    record: dict[str, Any] = {
        "name": name,
        "title": derivation.title,
        "source": derivation.source,
        "results": {
            key: {"text": str(formula), "latex": formula.latex(), "arguments": dict(formula.arguments)}
            for key, formula in derivation.results.items()
        },
    }
    record["document"] = derivation.document(steps).record()
    if steps:
        record["steps"] = [
            {
                "id": s.id,
                "left": s.label,
                "relation": s.relation,
                "right": str(s.value),
                "latex": s.latex(),
                "reason": s.plain_reason,
                "cited": s.cited,
            }
            for s in derivation.steps
        ]
    return record
