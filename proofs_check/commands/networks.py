"""The commands `train` and `compare`: networks trained on in-context regression, beside the exact theory."""

from __future__ import annotations

import json
import shlex
import sys
from pathlib import Path
from typing import Any

import click

from proofs_check.commands.errors import BadInput, clear_errors
from proofs_check.commands.terminal import progress_line
from proofs_check.judge.run import write_atomically


@click.command()
@click.option("--model", type=click.Choice(["linear", "softmax", "gpt2"]), required=True, help="The network.")
@click.option(
    "--law",
    type=click.Choice(["fixed", "correlated", "exp"]),
    required=True,
    help="Covariance of the training prompts: the identity, one that is not diagonal, or diag Exp(1) drawn anew.",
)
@click.option(
    "--preset", type=click.Choice(["micro", "tiny", "paper"]), default="tiny", show_default=True, help="The sizes."
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of weights and prompts.")
@click.option(
    "--optimiser", type=click.Choice(["adam", "sgd"]), default="adam", show_default=True, help="The optimiser."
)
@click.option("--start", type=click.Choice(["paper", "generic"]), help="First weights of linear attention.")
@click.option("--context-length", type=click.IntRange(min=1), help="N, instead of the preset's.")
@click.option("--steps", type=click.IntRange(min=1), help="Instead of the preset's.")
@click.option("--device", default="cpu", show_default=True, help="Of PyTorch, such as cuda.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Of PyTorch on a CPU.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A directory; the run gets one of its own in it, and goes on from the checkpoint that it finds there.",
)
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@clear_errors
def train(
    model: str,
    law: str,
    preset: str,
    seed: int,
    optimiser: str,
    start: str | None,
    context_length: int | None,
    steps: int | None,
    device: str,
    threads: int,
    output: Path,
    quiet: bool,
) -> None:
    """Train a network on in-context linear regression; interrupt it, and the same command goes on.

    \b
    icl-theory train --model gpt2 --law exp --preset tiny --output runs
    icl-theory train --model linear --law correlated --optimiser sgd --start generic --output runs
    icl-theory train --model gpt2 --law exp --preset paper --device cuda --output runs
    """
    try:
        from numerics.networks.presets import make_run
        from numerics.networks.training import train as train_network
        from numerics.networks.training import use_threads
    except ModuleNotFoundError as error:
        raise BadInput(str(error)) from error
    use_threads(threads)
    options: dict[str, Any] = {"seed": seed, "optimiser": optimiser, "start": start}
    run = make_run(model, law, preset, context_length=context_length, steps=steps, **options)
    directory = output / run.name
    command = shlex.join(["icl-theory", *sys.argv[1:]])
    try:
        train_network(run, directory, device=device, command=command, progress=progress_line(quiet))
    except KeyboardInterrupt:
        click.echo(f"Stopped; the same command goes on from {directory}.", err=True)
        sys.exit(130)
    if not quiet:
        click.echo(f"Wrote {directory}.")


@click.command()
@click.option(
    "--weights",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="A directory of trained networks, such as the --output of train; by default the shipped ones.",
)
@click.option(
    "--record",
    "earlier",
    type=click.Path(path_type=Path, dir_okay=False, exists=True),
    help="The comparison.json of an earlier comparison: draw its figures and tables without measuring again.",
)
@click.option("--test", "names", multiple=True, metavar="NAME", help="A test law, such as exp-4; repeat; all if none.")
@click.option(
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="Gets comparison.json, the tables in comparison.md, and the figures as SVG and PNG.",
)
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Of the test prompts.")
@click.option("--groups", type=click.IntRange(min=2), default=64, show_default=True, help="Test covariances.")
@click.option("--prompts", type=click.IntRange(min=1), default=16, show_default=True, help="Prompts for each of them.")
@click.option(
    "--alpha",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.05,
    show_default=True,
    help="Error level of all intervals together.",
)
@click.option("--device", default="cpu", show_default=True, help="Of PyTorch, such as cuda.")
@click.option("--threads", type=click.IntRange(min=1), default=1, show_default=True, help="Of PyTorch on a CPU.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@clear_errors
def compare(
    weights: Path | None,
    earlier: Path | None,
    names: tuple[str, ...],
    output: Path,
    seed: int,
    groups: int,
    prompts: int,
    alpha: float,
    device: str,
    threads: int,
    quiet: bool,
) -> None:
    """Compare trained networks with the exact theory under shifts of covariates, query and task.

    \b
    icl-theory compare --output comparison
    icl-theory compare --weights runs --prompts 64 --output comparison
    icl-theory compare --test exp --test exp-9 --output comparison
    """
    try:
        from numerics.networks.figures import draw
        from numerics.networks.report import compare as compare_networks
        from numerics.networks.report import findings_table, read_record, table
        from numerics.networks.shifts import select_tests
        from numerics.networks.shipped import SHIPPED, load_networks
        from numerics.networks.training import use_threads
    except ModuleNotFoundError as error:
        raise BadInput(str(error)) from error
    use_threads(threads)
    tests = select_tests(names)
    if earlier is not None:
        record = read_record(earlier)
    else:
        record = compare_networks(
            load_networks(weights or SHIPPED),
            tests=tests,
            seed=seed,
            groups=groups,
            prompts=prompts,
            alpha=alpha,
            device=device,
            progress=progress_line(quiet),
        )
    output.mkdir(parents=True, exist_ok=True)
    write_atomically(output / "comparison.json", json.dumps(record, indent=1, ensure_ascii=False) + "\n")
    tables = f"{table(record)}\n{findings_table(record)}"
    write_atomically(output / "comparison.md", tables)
    draw(record, output)
    if not quiet:
        click.echo(tables)
        click.echo(f"Wrote {output}.")
