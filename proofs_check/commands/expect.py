"""The command `icl-theory expect`: the engine on a formula of the user's."""

from __future__ import annotations

import click

from proofs_check.commands.errors import clear_errors
from theory import expect
from theory.algebra.grammar import LARGEST_DEGREE
from theory.algebra.latex import latex


@click.command("expect")
@click.argument("expression")
@click.option("--gaussian", multiple=True, metavar="x:COVARIANCE", help="A Gaussian vector and its covariance; repeat.")
@click.option("--symmetric", multiple=True, metavar="NAME", help="A symmetric matrix; repeat.")
@click.option("--definite", multiple=True, metavar="NAME", help="A positive definite matrix; repeat.")
@click.option("--vector", multiple=True, metavar="NAME", help="A fixed vector; repeat.")
@click.option("--scalar", multiple=True, metavar="NAME", help="A number; repeat.")
@click.option("--upto", multiple=True, metavar="i:LENGTH", help="What a summation index runs to; N by default.")
@click.option("--free", multiple=True, metavar="h", help="An index that no sum binds, of letters not random; repeat.")
@click.option("--latex", "as_latex", is_flag=True, help="Print LaTeX.")
@click.option(
    "--largest-degree",
    type=click.IntRange(min=1),
    default=LARGEST_DEGREE,
    show_default=True,
    help="How many random letters a term may have; more may take hours.",
)
@clear_errors
def expect_command(
    expression: str,
    gaussian: tuple[str, ...],
    symmetric: tuple[str, ...],
    definite: tuple[str, ...],
    vector: tuple[str, ...],
    scalar: tuple[str, ...],
    upto: tuple[str, ...],
    free: tuple[str, ...],
    as_latex: bool,
    largest_degree: int,
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
        largest_degree=largest_degree,
        free=free,
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
