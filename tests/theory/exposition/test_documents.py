"""Derivations as documents: every letter defined, every cited step marked, nothing said twice, TeX content."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from html import unescape
from pathlib import Path

import pytest

from proofs_check.latex.export import compile_pdf
from theory import DERIVATIONS, Derivation
from theory.algebra.definitions import expand
from theory.algebra.expression import number, scalar_letter
from theory.algebra.latex_reader import expression_of_latex
from theory.derivation import Formula, Step
from theory.exposition.build import LONG, exposition, formulas_of
from theory.exposition.document import CITED, Display, Document, Heading, Letters, Paragraph
from theory.exposition.letters import letters_of
from theory.exposition.text import WIDTH, document_text, text_pieces
from theory.marked_text import plain_formula

needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None and "CI" not in os.environ, reason="pdflatex is not installed"
)
EVERY = pytest.mark.parametrize("derive", DERIVATIONS.values(), ids=DERIVATIONS)
STEPS = pytest.mark.parametrize("with_steps", [True, False])


def _letters(document: Document) -> Letters:
    return next(block for block in document.blocks if isinstance(block, Letters))


@EVERY
@STEPS
def test_every_letter_is_defined_before_it_is_used(derive: Callable[[], Derivation], with_steps: bool) -> None:
    """The table of letters comes first and has every letter of every formula, its own formulas included."""
    document = derive().document(with_steps)
    table = _letters(document)
    assert document.blocks[0] is table
    formulas = formulas_of(document.blocks) + [piece for _, said in table.rows for piece in said.split("$")[1::2]]
    _, unknown = letters_of(formulas, [letter for letter, _ in table.rows])
    assert unknown == set()


@EVERY
def test_gamma_is_defined_by_the_engines_expression(derive: Callable[[], Derivation]) -> None:
    """Where a result is stated with Gamma, the table or a step says what Gamma is, and the LaTeX reads back as it."""
    derivation = derive()
    held = {d.symbol.name: d for formula in derivation.results.values() for d in formula.definitions}
    if "Gamma" not in held:
        return
    gamma = held["Gamma"]
    said = dict(_letters(derivation.document()).rows)[r"\Gamma"]
    text = said.rpartition("$")[0].rpartition("= ")[2]
    assert not expand(expression_of_latex(text, set(gamma.expression.symbols)) - gamma.expression, ())


@EVERY
def test_every_format_marks_the_cited_steps(derive: Callable[[], Derivation]) -> None:
    """Text, LaTeX, HTML and JSON say of each cited step that it is cited, and of no other."""
    derivation = derive()
    document = derivation.document()
    cited = len({step.reason for step in derivation.steps if step.cited})
    mark = CITED.rstrip(".")
    for printed in (" ".join(derivation.text().split()), derivation.latex(), unescape(derivation._repr_html_())):
        assert printed.count(mark) == cited
    assert sum(block.get("cited", False) for block in document.record()) == cited
    # The mark follows its own step's reason.
    for step in derivation.steps:
        assert (f"{step.reason} \\emph{{({mark}" in derivation.latex()) == step.cited


@EVERY
def test_nothing_is_said_twice(derive: Callable[[], Derivation]) -> None:
    """No paragraph occurs twice, and no equation for one law (the variants have their own)."""
    derivation = derive()
    blocks = derivation.document().blocks
    texts = [block.text for block in blocks if isinstance(block, Paragraph)]
    lines = [block.line for block in blocks if isinstance(block, Display)]
    assert len(texts) == len(set(texts))
    assert derivation.name == "variants" or len(lines) == len(set(lines))


@EVERY
@STEPS
def test_no_result_is_a_bare_formula(derive: Callable[[], Derivation], with_steps: bool) -> None:
    """Every equation has a left side, and every result a name."""
    derivation = derive()
    document = derivation.document(with_steps)
    assert all(display.left and display.relation for display in document.displays)
    said = " ".join(block.text.lower() for block in document.blocks if isinstance(block, Paragraph))
    for formula in derivation.results.values():
        assert (formula.title or formula.name).lower() in said


@EVERY
def test_a_prime_is_a_transpose_and_nothing_else(derive: Callable[[], Derivation]) -> None:
    """LaTeX has no prime outside words; time derivatives are d/dt."""
    for formula in formulas_of(derive().document().blocks):
        assert "'" not in formula
    assert "'" not in re.sub(r"[A-Za-z]'s\b", "", derive().latex().partition(r"\begin{document}")[2].replace("’", ""))


@EVERY
def test_long_expansions_stand_at_the_end(derive: Callable[[], Derivation]) -> None:
    """Before the heading of the expansions no equation has more terms than can be read."""
    blocks = derive().document().blocks
    for block in blocks:
        if isinstance(block, Heading) and "expansion" in block.text:
            break
        assert not isinstance(block, Display) or len(block.terms) <= LONG


@EVERY
def test_text_fits_a_terminal(derive: Callable[[], Derivation]) -> None:
    """A line longer than 80 characters is one term that cannot be broken."""
    for line in derive().text().splitlines():
        assert len(line) <= WIDTH or len(text_pieces(line.strip().removeprefix("- "))) == 1, line


def test_the_loss_is_shown_by_parity_and_pairings() -> None:
    """The steps: odd and even part, no correlation, a typical term with its pairings, the collection, the whole."""
    derivation = DERIVATIONS["population_loss"]()
    ids = [step.id for step in derivation.steps]
    assert ids[:7] == ["prediction", "odd", "even", "uncorrelated", "two-examples", "one-example", "odd-square"]
    assert ids[-1] == "wick"
    assert len(derivation.step("one-example").value.terms) == 2
    assert len(derivation.step("wick").value.terms) > LONG


def test_a_letter_without_a_meaning_is_left_out_and_seen() -> None:
    """Letters are found with their indices and accents, not inside operators, norms or the law's name."""
    known = ["t", r"\Lambda", "u_{ij}", "x_i", "W^{PV}", r"\hat y", "dX"]
    used, unknown = letters_of(
        [r"\frac{d}{dt} \operatorname{tr}(\Lambda u_{ii}) + \|x_1\|_F W^{PV} \hat y^2", "dX + z_2"], known
    )
    assert used == {"t", r"\Lambda", "u_ij", "x_i", "W^PV", r"\haty", "dX"}
    assert unknown == {"z_2"}


def test_references_are_resolved_in_every_format() -> None:
    """A reference is the number in text and HTML, a label in LaTeX; one to nothing is refused."""
    display = Display("a", "=", (("+", "b"),), "b", "first")
    document = Document("T", "s", (Paragraph("See [[first]]."), display))
    assert "See (1)." in document_text(document)
    assert r"See \eqref{eq:first}." in _trial(document)
    with pytest.raises(ValueError, match="no equation"):
        replace(document, blocks=(Paragraph("See [[second]]."), display))
    with pytest.raises(ValueError, match="two equations are named"):
        replace(document, blocks=(display, display))


def _trial(document: Document) -> str:
    from theory.exposition.latex import document_latex

    return document_latex(document)


def test_a_cited_step_of_a_trial_derivation_is_marked() -> None:
    """A mark that is left out would be seen: the same step uncited has none."""
    x = scalar_letter("x")
    step = Step("x", "By a theorem.", number(1), cited=True, id="one")
    results = {"x": Formula("the value of x", number(1), {}, left="x")}
    for cited in (True, False):
        derivation = Derivation("trial", "Trial", "nowhere", (replace(step, cited=cited),), results, {"x": "a number"})
        assert (CITED in document_text(exposition(derivation))) == cited
    assert x.terms


def test_a_limit_is_not_called_what_its_formula_was() -> None:
    """The left side and the title of a formula do not pass on to its limit."""
    formula = DERIVATIONS["global_minimum"]()["minimum of L"]
    assert formula.left
    end = formula.limit("context_length")
    assert (end.left, end.title) == ("", "")


def test_records_are_json() -> None:
    """The document survives JSON: kinds, texts, equations in both spellings."""
    record = json.loads(json.dumps(DERIVATIONS["convergence"]().document().record()))
    kinds = [block["kind"] for block in record]
    assert kinds[0] == "letters"
    assert {"paragraph", "display", "heading"} <= set(kinds)
    display = next(block for block in record if block["kind"] == "display")
    assert plain_formula(display["left"]) == "d/dt U"
    assert display["text"] == "u Lambda^2 - u^2 Gamma Lambda U Lambda"


@needs_tex
@STEPS
def test_all_derivations_compile_in_one_run(tmp_path: Path, with_steps: bool) -> None:
    """The bodies of all derivations in one document: no overfull line, no lost or doubled reference."""
    from theory.exposition.latex import PREAMBLE, blocks_latex, joined

    bodies = [
        joined(blocks_latex(derive().document(with_steps).blocks, f"{name}-")) for name, derive in DERIVATIONS.items()
    ]
    source = tmp_path / "all.tex"
    text = "\n\n".join(bodies)
    source.write_text(f"{PREAMBLE}\\begin{{document}}\n{text}\n\\end{{document}}\n", encoding="utf-8")
    assert compile_pdf(source) == []


@needs_tex
@EVERY
@STEPS
def test_every_derivation_compiles_by_itself(
    derive: Callable[[], Derivation], with_steps: bool, tmp_path: Path
) -> None:
    """What `derive NAME --latex` prints is a document that TeX sets without a warning."""
    source = tmp_path / "alone.tex"
    source.write_text(derive().latex(with_steps), encoding="utf-8")
    assert compile_pdf(source) == []
