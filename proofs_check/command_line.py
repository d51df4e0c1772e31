"""The command `icl-theory`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import click

from numerics.executor import choose_executor
from proofs_check.certificate import CertificateError, check_report
from proofs_check.commands.errors import clear_errors
from proofs_check.commands.export import export
from proofs_check.commands.kernel import kernel
from proofs_check.commands.networks import compare, train
from proofs_check.commands.numerical import flow, risk
from proofs_check.commands.report import report
from proofs_check.commands.terminal import Screen, progress_line, table
from proofs_check.latex.document import derivation_document
from proofs_check.paper.catalogue import catalogue
from proofs_check.verify import Report, Run, load_all, write_atomically
from theory import DERIVATIONS
from theory.algebra.latex import latex
from theory.expect import expect

# Monte Carlo prompts an instance for each second of --budget, so that the numbers do not depend on the machine.
_PROMPTS_A_SECOND = 1000


def _completed(names: Callable[[], Iterable[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Shell completion of an argument by names, which are made when they are asked for."""
    return lambda context, parameter, incomplete: [name for name in names() if name.startswith(incomplete)]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="icl-theory", prog_name="icl-theory")
def main() -> None:
    """Derive, check and hand over the theory of in-context learning by linear attention.

    \b
    icl-theory verify                      check every claim of the paper
    icl-theory derive prediction_error     show a derivation, step by step with --steps
    icl-theory expect "E[x' A x]" --gaussian x:Lambda
    icl-theory flow --spectrum 1,0.5,0.1 --context-length 50 --plot flow.png
    icl-theory risk --spectrum 1,0.5,0.1 --context-length 50 --prompt-length 5,20,80
    icl-theory report --output page        the verified theory as one web page
    icl-theory export --output tex --pdf   every formula as LaTeX, and an article
    """


@main.command()
@click.argument("name", required=False, shell_complete=_completed(lambda: DERIVATIONS))
@click.option("--list", "show_list", is_flag=True, help="List the derivations.")
@click.option("--latex", "as_latex", is_flag=True, help="Print LaTeX.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--steps", is_flag=True, help="Show every step with its reason.")
@clear_errors
def derive(name: str | None, show_list: bool, as_latex: bool, as_json: bool, steps: bool) -> None:
    """Derive the result NAME from the definition of the model, for every d and N.

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
        raise click.UsageError(f"no derivation {name!r}; there are {', '.join(DERIVATIONS)}")
    derivation = DERIVATIONS[name]()
    if as_latex:
        click.echo(derivation.latex(with_steps=steps))
    elif as_json:
        record: dict[str, Any] = {
            "name": name,
            "title": derivation.title,
            "source": derivation.source,
            "results": {
                key: {"text": str(formula), "latex": formula.latex(), "arguments": dict(formula.arguments)}
                for key, formula in derivation.results.items()
            },
        }
        if steps:
            record["steps"] = [
                {"left": s.label, "relation": s.relation, "right": str(s.value), "latex": s.latex(), "reason": s.reason}
                for s in derivation.steps
            ]
        click.echo(json.dumps(record, indent=2, ensure_ascii=False))
    else:
        click.echo(derivation.text(with_steps=steps))


@main.command()
@click.argument("claims", nargs=-1, shell_complete=_completed(lambda: (claim.id for claim in catalogue())))
@click.option(
    "--module",
    "modules",
    multiple=True,
    type=click.Path(path_type=Path),
    help="A Python file with claims, instead of the paper's; repeat.",
)
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
@click.option("--quiet", is_flag=True, help="Print nothing but errors.")
@clear_errors
def verify(
    claims: tuple[str, ...],
    modules: tuple[Path, ...],
    seed: int,
    alpha: float,
    budget: float,
    jobs: int,
    json_file: str | None,
    resume: Path | None,
    scheduler: str | None,
    time_limit: float,
    quiet: bool,
) -> None:
    """Check CLAIMS (all by default) and what they rest on, and send every mutant through the same evidence.

    Exit code 0: every claim holds and every finding is refuted; 1: one is refuted, or a finding is not; 3: one is
    undecided and none of these; 2: bad usage or input.

    \b
    icl-theory verify
    icl-theory verify thm-4.2 --seed 7 --json -
    icl-theory verify --module my_claims.py
    """
    executor = choose_executor(jobs, scheduler)
    prompts = int(budget * _PROMPTS_A_SECOND)
    _, failures = load_all(modules)
    for failure in failures:
        click.echo(f"Error: {failure}", err=True)
    run = Run(modules, claims, seed, alpha, prompts, executor, resume, time_limit)
    to_output = json_file == "-"
    report = run.report(progress_line(quiet))
    if json_file is not None:
        if to_output:
            click.echo(report.to_json(), nl=False)
        else:
            write_atomically(Path(json_file), report.to_json())
    if not quiet and not to_output:
        click.echo(table(report, _screen()))
    sys.exit(2 if failures else report.exit_code)


def _screen() -> Screen:
    colour = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return Screen(sys.stdout, colour)


@main.command()
@click.argument("report", type=click.Path(path_type=Path))
@clear_errors
def check(report: Path) -> None:
    """Re-verify the exact and symbolic evidence of a REPORT of `verify --json`, without the code that made it.

    Exit code 0: all of it holds; 1: it does not, or the report was changed.

    \b
    icl-theory verify --json report.json
    icl-theory check report.json
    """
    try:
        lines = check_report(report.read_text(encoding="utf-8"))
    except (CertificateError, UnicodeDecodeError) as error:
        click.echo(f"{report} is not valid: {error}", err=True)
        sys.exit(1)
    click.echo("\n".join(lines))
    click.echo(f"{report} is valid: {len(lines)} claims.")


@main.command("expect")
@click.argument("expression")
@click.option("--gaussian", multiple=True, metavar="x:COVARIANCE", help="A Gaussian vector and its covariance; repeat.")
@click.option("--symmetric", multiple=True, metavar="NAME", help="A symmetric matrix; repeat.")
@click.option("--definite", multiple=True, metavar="NAME", help="A positive definite matrix; repeat.")
@click.option("--vector", multiple=True, metavar="NAME", help="A fixed vector; repeat.")
@click.option("--scalar", multiple=True, metavar="NAME", help="A number; repeat.")
@click.option("--upto", multiple=True, metavar="i:LENGTH", help="What a summation index runs to; N by default.")
@click.option("--latex", "as_latex", is_flag=True, help="Print LaTeX.")
@clear_errors
def expect_command(
    expression: str,
    gaussian: tuple[str, ...],
    symmetric: tuple[str, ...],
    definite: tuple[str, ...],
    vector: tuple[str, ...],
    scalar: tuple[str, ...],
    upto: tuple[str, ...],
    as_latex: bool,
) -> None:
    """The expectation of a matrix polynomial in Gaussian vectors, for every dimension at once.

    \b
    icl-theory expect "E[(x' A x)(x' B x)]" --gaussian x:Lambda
    icl-theory expect "E[sum_i(x_i x_i')^3]" --gaussian x:Sigma --upto i:n
    """
    value = expect(
        expression,
        gaussian=_pairs("--gaussian", gaussian),
        symmetric=symmetric,
        definite=definite,
        vectors=vector,
        scalars=scalar,
        lengths=_pairs("--upto", upto),
    )
    click.echo(latex(value) if as_latex else str(value))


def _pairs(option: str, values: tuple[str, ...]) -> dict[str, str]:
    pairs: dict[str, str] = {}
    for value in values:
        name, colon, meaning = value.partition(":")
        if not colon or not name.strip() or not meaning.strip():
            raise click.UsageError(f"{option} takes NAME:VALUE, got {value!r}")
        pairs[name.strip()] = meaning.strip()
    return pairs


@main.command("run", hidden=True)
@click.option("--output", type=click.Path(path_type=Path), default=Path("report"), show_default=True)
@click.option("--jobs", type=click.IntRange(min=1), default=1, show_default=True)
@clear_errors
def run_command(output: Path, jobs: int) -> None:
    """The main job of `make verify`: derive, check, and write verify.json, derivation.tex and index.html."""
    from proofs_check.web import write_page
    from proofs_check.web.record import of_report

    output.mkdir(parents=True, exist_ok=True)
    report: Report = Run(executor=choose_executor(jobs)).report(progress_line(False))
    write_atomically(output / "verify.json", report.to_json())
    write_atomically(output / "derivation.tex", derivation_document(report))
    click.echo(table(report, _screen()))
    page = write_page(of_report(report), output)
    click.echo(f"\nWrote {output / 'verify.json'}, {output / 'derivation.tex'} and {page}.")
    sys.exit(report.exit_code)


for command in (flow, risk, report, export, train, compare, kernel):
    main.add_command(command)


if __name__ == "__main__":
    main()
