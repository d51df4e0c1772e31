"""The command `icl-theory report`: the web page of a verify run."""

from __future__ import annotations

from pathlib import Path

import click

from numerics.executor import choose_executor
from proofs_check.commands.errors import BadInput, clear_errors
from proofs_check.commands.terminal import progress_line
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.run import Run
from proofs_check.verification import claim_source, with_kernel


@click.command("report")
@click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False), required=True, help="Directory for index.html."
)
@click.option(
    "--from",
    "source",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="REPORT",
    help="A report of `verify --json`, in place of a run.",
)
@click.option("--module", "modules", multiple=True, type=click.Path(path_type=Path), help="As for verify; repeat.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of all random choices.")
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@clear_errors
def report(output: Path, source: Path | None, modules: tuple[Path, ...], seed: int, jobs: int, quiet: bool) -> None:
    """Write claims, evidence and derivations as one web page, OUTPUT/index.html, that needs no network.

    \b
    icl-theory report --output report
    icl-theory verify --json report.json && icl-theory report --output report --from report.json
    """
    from proofs_check.web import load_record, write_page
    from proofs_check.web.record import of_report

    show = progress_line(quiet)
    try:
        if source is None:
            run = Run(claim_source(modules), seed=seed, executor=choose_executor(jobs))
            record = of_report(with_kernel(run.report(show)))
        else:
            record = load_record(source.read_text(encoding="utf-8"))
        if show is not None:
            show(0, 1, "formulas and figures of the page")
        path = write_page(record, output)
        if show is not None:
            show(1, 1, "")
    except (ClaimError, UnicodeDecodeError) as error:
        raise BadInput(f"{source}: {error}" if source else str(error)) from error
    if not quiet:
        click.echo(f"Wrote {path}.")
