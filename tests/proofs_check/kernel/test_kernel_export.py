"""Files exported for Coq: their bytes are those that the engine gives, and what cannot be said is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from proofs_check.command_line import main
from proofs_check.kernel.export import GENERATED, differing, export, mean_file
from proofs_check.kernel.exporter import Alphabet, ExportError, formula
from proofs_check.kernel.relations import inverse_letter, multiples, with_reciprocal
from proofs_check.kernel.sources import ROOT
from theory.algebra.definitions import define
from theory.algebra.expectation import Gaussian
from theory.algebra.expression import (
    identity,
    indexed,
    length,
    letter,
    matrix,
    number,
    scalar_letter,
    sum_over,
    vector,
)
from theory.algebra.words import letter_power

A, LAMBDA, x, v = matrix("A"), matrix("Lambda", definite=True), vector("x"), vector("v")
u = scalar_letter("u")


def test_generated_files_are_what_the_engine_says() -> None:
    """Exporting again gives the same bytes, for every file and no other."""
    assert [] == differing()


def test_export_is_deterministic(tmp_path: Path) -> None:
    """Two exports have the same bytes."""
    first = {path.name: path.read_bytes() for path in export(tmp_path / "a")}
    second = {path.name: path.read_bytes() for path in export(tmp_path / "b")}
    assert first == second
    assert {f"{name}.v" for name in GENERATED} == set(first)


def test_changed_missing_and_foreign_files_differ(tmp_path: Path) -> None:
    """A file that was edited, is missing or should not be there is named."""
    export(tmp_path)
    path = tmp_path / "population_loss.v"
    path.write_text(path.read_text().replace("((6)%coqZ", "((5)%coqZ", 1))
    (tmp_path / "isserlis4.v").unlink()
    (tmp_path / "own.v").write_text("")
    assert ["isserlis4.v", "own.v", "population_loss.v"] == differing(tmp_path)


def test_the_commands_export_and_compare(tmp_path: Path) -> None:
    """`kernel export DIR` writes the files, `kernel export --check` says whether the installed ones are current."""
    runner = CliRunner()
    done = runner.invoke(main, ["kernel", "export", str(tmp_path)])
    assert 0 == done.exit_code, done.output
    assert (ROOT / "generated" / "isserlis4.v").read_bytes() == (tmp_path / "isserlis4.v").read_bytes()
    assert 0 == runner.invoke(main, ["kernel", "export", "--check"]).exit_code
    (tmp_path / "isserlis4.v").write_text("")
    changed = runner.invoke(main, ["kernel", "export", "--check", str(tmp_path)])
    assert 1 == changed.exit_code
    assert "isserlis4.v" in changed.output


def test_a_bilinear_form_is_a_trace_with_one_letter_for_the_two_vectors() -> None:
    """tr(A v v') stands for v'Av, and v v' is symmetric."""
    letters = Alphabet()
    (term,) = letters.terms(v.T @ A @ v)
    letters.fix(letters.vectors)
    assert ("[:: (0, false); (1, false)]",) == term.traces
    assert "mem [:: 1]" in letters.definition()


def test_the_other_order_of_two_vectors_is_the_transposed_letter() -> None:
    """v w' and w v' are one letter and its transpose."""
    letters = Alphabet()
    w = vector("w")
    first, second = letters.terms(v.T @ A @ w)[0], letters.terms(w.T @ A @ v)[0]
    assert re.sub("true|false", "", first.traces[0]) == re.sub("true|false", "", second.traces[0])
    assert first.traces != second.traces


@pytest.mark.parametrize(
    ("expression", "printed"),
    [
        (number(0), "0"),
        (number(1), "1"),
        (-(u**2) * A.trace(), "(- 1) * \\tr A * u ^+ 2"),
        (
            (length("N") + 2) / (2 * length("N")) * (v.T @ A.T @ v),
            "(n%:R + 2%:R) / (2%:R * n%:R) * (v^T *m A *m v) 0 0",
        ),
        (LAMBDA @ LAMBDA @ A * 3, "(3%:R) *: (Lambda *m Lambda *m A)"),
        (identity("d") * u, "(u) *: (1%:M)"),
    ],
)
def test_formulas_are_written_as_mathcomp_writes_them(expression, printed: str) -> None:  # type: ignore[no-untyped-def]
    """n is the prompt's length; a number 1 x 1 is an entry."""
    assert printed == formula(expression)


@pytest.mark.parametrize(
    ("expression", "complaint"),
    [
        (LAMBDA.inverse().trace(), r"Lambda\^-1 is not among the letters"),
        (u**-1 * A.trace(), "the power -1"),
        (A.trace() / (length("N") + 1), "not a polynomial in 1/N"),
        (A.trace() * length("M"), "other lengths than N and d"),
        (A, "is no scalar"),
    ],
)
def test_what_the_checker_cannot_say_is_refused(expression, complaint: str) -> None:  # type: ignore[no-untyped-def]
    """Nothing is exported in a form that would mean something else."""
    with pytest.raises(ExportError, match=complaint):
        Alphabet().terms(expression)


def test_laws_that_the_checker_does_not_know_are_refused() -> None:
    """Radial moments that are no letters, and covariances that are sums."""
    form = x.T @ A @ x
    with pytest.raises(ExportError, match="the radial moment 2 is no letter"):
        Alphabet({letter(x): Gaussian(LAMBDA, radial_moment=number)}, radial_moments=2)
    with pytest.raises(ExportError, match="not a product of letters"):
        mean_file("", form, {x: Gaussian(LAMBDA * 2)})


def test_sums_up_to_another_length_are_refused() -> None:
    """A file has one number of draws."""
    draw = indexed(x, "i")
    with pytest.raises(ExportError, match="summed up to M, not to N"):
        mean_file("", sum_over("i", "M", draw.T @ A @ draw), {x: Gaussian(LAMBDA)})


def test_letters_that_commute_share_a_family() -> None:
    """Lambda and Gamma commute; A, alone in its family, has the number 0."""
    gamma = matrix("Gamma", definite=True, family="Lambda")
    letters = Alphabet()
    letters.terms((A @ LAMBDA @ gamma).trace())
    assert letters.definition().startswith("with_families [:: 0; 1; 1] (Alphabet")


t = scalar_letter("t", definite=True)
SUM = define("Gamma", t * LAMBDA.trace() * identity("d") + (t + 1) * LAMBDA)
INVERSE = inverse_letter(SUM, SUM.expression)


def test_multiples_of_the_relation_lead_from_one_side_to_the_other() -> None:
    """1 - (t + 1) Lambda Gamma^-1 = u tr(Lambda) Gamma^-1, between two vectors."""
    inverse = INVERSE(SUM.name**-1)
    left, right = v.T @ (identity("d") - (t + 1) * LAMBDA @ inverse) @ v, t * LAMBDA.trace() * (v.T @ inverse @ v)
    found = multiples(left - right, INVERSE)
    total = sum(
        (
            held.factor * (v.T @ INVERSE.relation @ v)
            for held in found
            if held.before == (letter_power(letter(v), 1)[0].transpose,)
        ),
        number(0),
    )
    assert left - right + total == number(0)


def test_what_is_not_equal_by_the_relation_is_refused() -> None:
    """A difference that no multiples take away is not exported."""
    inverse = INVERSE(SUM.name**-1)
    with pytest.raises(ExportError, match="not 0 by the relation"):
        multiples(v.T @ inverse @ v - t * LAMBDA.trace() * (v.T @ inverse @ inverse @ v), INVERSE)
    with pytest.raises(ExportError, match=r"Gamma\^1 is no inverse"):
        INVERSE(SUM.name.trace())


def test_a_length_with_a_positive_power_has_no_reciprocal_letter() -> None:
    """1/M is a scalar in a file about N; M is not."""
    assert u * u * A.trace() + u == with_reciprocal(A.trace() / length("M") ** 2 + 1 / length("M"), "M", u)
    with pytest.raises(ExportError, match="positive power of M"):
        with_reciprocal(A.trace() * length("M"), "M", u)
