"""What the commands `icl-theory flow` and `icl-theory risk` share: options of the problem and of the output."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from numerics import Problem
from numerics.plots import require_matplotlib
from proofs_check.commands.numerical_input import NumericalOptions
from proofs_check.judge.run import write_atomically

_PICTURES = (".png", ".pdf", ".svg")

Command = Callable[..., Any]


def problem_options(command: Command) -> Command:
    """The options that give the problem."""
    for option in reversed(
        (
            click.option("--spectrum", metavar="NUMBERS", help="Eigenvalues of a diagonal Lambda, such as 1,0.5,0.1."),
            click.option("--covariance", metavar="MATRIX", help="Lambda by rows, such as '1,0.2;0.2,0.5'."),
            click.option("--context-length", metavar="N", help="Examples in a training prompt."),
        )
    ):
        command = option(command)
    return command


def output_options(command: Command) -> Command:
    """The options that say where results go, and the file with further options."""
    for option in reversed(
        (
            click.option("--plot", metavar="FILE", help="Draw into a .png, .pdf or .svg file."),
            click.option("--json", metavar="FILE", help="Write the numbers as JSON; - is standard output."),
            click.option(
                "--config",
                type=click.Path(path_type=Path),
                metavar="FILE.toml",
                help="Settings with the names of these options, which override them.",
            ),
            click.option("--quiet", is_flag=True, help="Print nothing but errors."),
        )
    ):
        command = option(command)
    return command


def problem_record(problem: Problem) -> dict[str, Any]:
    """The problem for JSON."""
    return {"covariance": problem.covariance.tolist(), "context_length": problem.context_length}


def check_outputs(options: NumericalOptions) -> None:
    """Refuse files that could not be written before the work starts, not after it."""
    if options.plot is not None:
        require_matplotlib()
        if Path(options.plot).suffix.lower() not in _PICTURES:
            raise ValueError(f"plot must end in {', '.join(_PICTURES)}, got {options.plot}")
    for name, target in (("plot", options.plot), ("json", options.json)):
        folder = Path(target or ".").parent
        if target != "-" and not folder.is_dir():
            raise ValueError(f"{name}: there is no directory {folder}; make it first")


def write_json(target: str | None, record: Callable[[], Mapping[str, Any]]) -> None:
    """Write what `record` returns into a file, or to standard output for "-"; None writes nothing."""
    if target is None:
        return
    content = json.dumps(record(), indent=2) + "\n"
    if target == "-":
        click.echo(content, nl=False)
    else:
        write_atomically(Path(target), content)
