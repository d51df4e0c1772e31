"""The command `icl-theory verify`, and the hidden `run` behind `make verify`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from numerics.executor import choose_executor
from proofs_check.commands.completion import completed
from proofs_check.commands.errors import clear_errors
from proofs_check.commands.terminal import Screen, progress_line, summary
from proofs_check.judge.claims import Claim
from proofs_check.judge.names import find, find_unclaimed
from proofs_check.judge.results import Report
from proofs_check.judge.run import Run, run_budget, write_atomically
from proofs_check.judge.unclaimed import Unclaimed
from proofs_check.papers import PAPERS, catalogue, unclaimed
from proofs_check.verification import Catalogue, claim_source, with_kernel
from theory.marked_text import plain_text

# Monte Carlo prompts an instance for each second of --budget, so that the numbers do not depend on the machine.
_PROMPTS_A_SECOND = 1000


@click.command()
@click.argument("claims", nargs=-1, shell_complete=completed(lambda: (claim.id for claim in catalogue())))
@click.option("--paper", type=click.Choice(tuple(PAPERS)), help="The claims of one paper only.")
@click.option(
    "--module",
    "modules",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A Python file with claims, in place of the papers'; repeat.",
)
@click.option("--list", "show_list", is_flag=True, help="List the claims, and check nothing.")
@click.option("--seed", type=click.IntRange(min=0), default=0, show_default=True, help="Seed of all random choices.")
@click.option("--alpha", type=float, default=1e-6, show_default=True, help="Error level of the whole run.")
@click.option(
    "--budget",
    type=click.FloatRange(min=0),
    default=50.0,
    show_default=True,
    help="Effort of Monte Carlo, in seconds on a nominal machine; 0 leaves it out.",
)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True, help="Processes.")
@click.option("--json", "json_file", metavar="FILE", help="Write the report as JSON; - is standard output.")
@click.option(
    "--resume", type=click.Path(path_type=Path), metavar="DIR", help="Keep finished claims here, and use them."
)
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, such as tcp://127.0.0.1:8786.")
@click.option(
    "--time-limit",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    help="Seconds for one claim; 0: none.",
)
@click.option("--verbose", is_flag=True, help="Show every claim, with its evidence.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@clear_errors
def verify(
    claims: tuple[str, ...],
    paper: str | None,
    modules: tuple[Path, ...],
    show_list: bool,
    seed: int,
    alpha: float,
    budget: float,
    jobs: int,
    json_file: str | None,
    resume: Path | None,
    scheduler: str | None,
    time_limit: float,
    verbose: bool,
    quiet: bool,
) -> None:
    """Check CLAIMS (all by default) and what they rest on, and send every mutant through the same evidence.

    A claim is named by its id (thm-4.2) or by its number (4.13, "Lemma A.5", F3). Statements of the papers that no
    claim states are listed and counted as undecided, with the reason.

    Exit code 0: every claim holds and every finding is refuted; 1: one is refuted, or a finding is not; 3: one is
    undecided, or a statement without a claim was asked for, and none of these; 2: bad usage or input.

    \b
    icl-theory verify
    icl-theory verify thm-4.2 --seed 7 --json -
    icl-theory verify --module my_claims.py
    """
    source = claim_source(modules, paper)
    known, failures = source.load()
    for failure in failures:
        click.echo(f"Error: {failure}", err=True)
    listed = () if modules else unclaimed(paper)
    wanted = tuple(dict.fromkeys(name for text in claims for name in find(known, text, listed)))
    if claims:
        listed = tuple(dict.fromkeys(held for text in claims for held in find_unclaimed(listed, text)))
    if show_list:
        _list([held for held in known if not claims or held.id in wanted], listed)
        return
    run = Run(
        source,
        wanted,
        seed,
        alpha,
        int(budget * _PROMPTS_A_SECOND),
        choose_executor(jobs, scheduler),
        resume,
        time_limit,
    )
    report = with_kernel(run.report(progress_line(quiet))) if wanted or not claims else _unchecked(run)
    report = replace(report, unclaimed=listed)
    if json_file == "-":
        click.echo(report.to_json(), nl=False)
    elif json_file is not None:
        write_atomically(Path(json_file), report.to_json())
    if not quiet and json_file != "-":
        screen = Screen.of(sys.stdout)
        named = set(wanted) if claims else None
        click.echo(summary(report, screen, verbose=verbose or claims != (), only=named))
    asked = 3 if claims and listed else 0
    sys.exit(2 if failures else report.exit_code or asked)


def _unchecked(run: Run) -> Report:
    """The report where only statements without a claim are asked for."""
    return Report((), replace(run_budget(1, run.seed, run.alpha, run.prompts), alpha=run.alpha))


def _list(known: Sequence[Claim], listed: Sequence[Unclaimed]) -> None:
    for claim in known:
        click.echo(f"{claim.id:<28} {plain_text(str(claim.origin)):<22} {plain_text(claim.title)}")
    for held in listed:
        place = plain_text(f"{held.paper}, {held.number}")
        click.echo(f"{'(undecided)':<28} {place:<22} {plain_text(held.title)}")


@click.command("run", hidden=True)
@click.option("--output", type=click.Path(path_type=Path), default=Path("report"), show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True)
@clear_errors
def run_command(output: Path, jobs: int) -> None:
    """The main job of `make verify`: derive, check, and write verify.json, derivation.tex and index.html."""
    from proofs_check.latex.article import article_of_report
    from proofs_check.web import write_page
    from proofs_check.web.record import of_report

    output.mkdir(parents=True, exist_ok=True)
    report = with_kernel(Run(Catalogue(), executor=choose_executor(jobs)).report(progress_line(False)))
    report = replace(report, unclaimed=unclaimed())
    write_atomically(output / "verify.json", report.to_json())
    write_atomically(output / "derivation.tex", article_of_report(report))
    screen = Screen.of(sys.stdout)
    write_atomically(output / "verify.txt", summary(report, Screen(None), verbose=True) + "\n")
    click.echo(summary(report, screen))
    page = write_page(of_report(report), output)
    opened = (
        f"Open {page} for the statements, their derivations and evidence; {output / 'verify.txt'} has a row for every "
        f"claim, and {output / 'verify.json'} all that was measured."
    )
    click.echo("\n".join(["", *screen.wrap(opened, 0)]))
    sys.exit(report.exit_code)
