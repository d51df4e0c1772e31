"""The exported LaTeX: what is printed is what was proved, TeX sets it without complaint, and prose has no raw code."""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from proofs_check import catalogue, verify
from proofs_check.commands.export import export
from proofs_check.latex import export as latex_export
from proofs_check.latex.article import article
from proofs_check.latex.article.bibliography import BIBLIOGRAPHY
from proofs_check.latex.document import Stated, right_side
from proofs_check.latex.export import TexError, compile_pdf, complaints, snippets
from theory import DERIVATIONS
from theory.algebra.definitions import expand
from theory.algebra.grammar import Number, Vocabulary, elaborate
from theory.algebra.latex import GREEK
from theory.algebra.latex_reader import expression_of_latex, parse_latex
from theory.algebra.statement_latex import statement_latex
from theory.exposition.build import shown_steps
from theory.exposition.latex import PREAMBLE
from theory.exposition.lines import LINE_WIDTH, printed_width, rows, top_level_pieces

# Without a TeX the tests that need one are skipped, but never in CI, which installs it.
needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None and "CI" not in os.environ, reason="pdflatex is not installed"
)
STATEMENTS = [Stated.of_claim(claim) for claim in catalogue()]


@pytest.mark.parametrize("name", sorted(DERIVATIONS))
def test_printed_derivations_say_what_was_derived(name: str) -> None:
    """The LaTeX of every step and final formula, read back, has the normal form of the expression that was derived."""
    derivation = DERIVATIONS[name]()
    for shown in shown_steps(derivation):
        text = shown.display.right
        symbols = {*shown.step.value.symbols, *shown.value.symbols}
        if shown.step.value.terms:
            read = expression_of_latex(text, symbols)
            assert not expand(read - shown.step.value, shown.definitions), text
        else:
            assert text == "0"
    for formula in derivation.results.values():
        for norms in (False, True):
            text = formula.latex(norms)
            symbols = {*formula.expression.symbols, *formula.abbreviated().symbols}
            if formula.expression.terms:
                read = expression_of_latex(text, symbols)
                assert not expand(read - formula.expression, formula.definitions), text


@pytest.mark.parametrize("claim", catalogue(), ids=lambda claim: claim.id)
def test_printed_statements_say_what_was_stated(claim) -> None:  # type: ignore[no-untyped-def]
    """The LaTeX of every statement, read back, is the statement's syntax tree, or the engine's expression."""
    stated = Stated.of_claim(claim)
    names = {latex: name for name, latex in stated.names.items()}
    formula = parse_latex(right_side(stated), names)
    if stated.expression is not None:
        vocabulary = claim.language.vocabulary(
            {d.symbol.name: d.name for d in claim.statement.elaborated(claim.language)[1]}
        )
        assert stated.expression == elaborate(formula.tree, Vocabulary(vocabulary.names, vocabulary.law, formula.upto))
    elif formula.tree != Number(0):
        assert claim.statement.right == formula.tree
    for _, tree in stated.where:
        assert tree == parse_latex(statement_latex(tree, stated.names, stated.upto), names).tree


def test_lines_say_the_same_as_aligned_equations() -> None:
    """Breaking an equation changes its layout only."""

    def bare(text: str) -> str:
        text = re.sub(r"\\(begin|end)\{align\*?\}|\\label\{[^}]*\}|\\notag|\\quad|\\\\", "", text)
        return re.sub(r"[\s&]", "", text)

    for name, line, aligned in snippets(STATEMENTS):
        assert bare(line.replace(r"\quad", "")) == bare(aligned), name


def test_snippets_use_no_macros() -> None:
    """Every command of a snippet is one of LaTeX or amsmath."""
    greek = {*GREEK, "varepsilon", "ell"}
    words = "frac tfrac dot hat operatorname mathbb mathrm top sum left right bigl bigr biggl biggr lim min max inf sup"
    words += " to infty nabla otimes quad big ge le textstyle partial ln log exp sqrt cdot langle rangle Rightarrow"
    words += " Longleftrightarrow mid ne in text mathcal bigr"
    known = {f"\\{name}" for name in (*greek, *words.split())} | {"\\|", "\\,", "\\;", "\\{", "\\}", "\\#"}
    for name, line, _ in snippets(STATEMENTS):
        assert set(re.findall(r"\\(?:[a-zA-Z]+|.)", line)) <= known, name


@needs_tex
def test_all_snippets_compile_without_complaint(tmp_path: Path) -> None:
    """Every aligned equation in one document: no error, no box that stands out, no lost reference."""
    body = "\n\n".join(aligned for _, _, aligned in snippets(STATEMENTS))
    source = tmp_path / "snippets.tex"
    source.write_text(f"{PREAMBLE}\\begin{{document}}\n{body}\n\\end{{document}}\n", encoding="utf-8")
    assert compile_pdf(source) == []


@needs_tex
def test_the_article_compiles_without_complaint(tmp_path: Path) -> None:
    """The command typesets the article with the evidence of a run, from a report."""
    chosen = [c for c in catalogue() if c.id in ("thm-4.2-covariance", "prediction", "lem-5.1")]
    report = verify(chosen, prompts=0)
    path = tmp_path / "report.json"
    path.write_text(report.to_json(), encoding="utf-8")
    result = CliRunner().invoke(export, ["--output", str(tmp_path / "tex"), "--from", str(path), "--pdf"])
    assert result.exit_code == 0, result.output
    assert "Warning" not in result.output
    assert (tmp_path / "tex" / "derivations.pdf").read_bytes().startswith(b"%PDF")
    assert "Proved" in (tmp_path / "tex" / "derivations.tex").read_text(encoding="utf-8")


@needs_tex
def test_complaints_of_tex_are_found(tmp_path: Path) -> None:
    """A reference to nothing and a box that stands out are reported: the two tests above can fail."""
    source = tmp_path / "bad.tex"
    wide = r"\[ x = \hbox to 500pt{\hfil} \]"
    source.write_text(f"{PREAMBLE}\\begin{{document}}\\eqref{{eq:none}} {wide}\\end{{document}}", encoding="utf-8")
    text = "\n".join(compile_pdf(source))
    assert "undefined" in text
    assert "Overfull" in text
    assert complaints(r"Overfull \hbox (0.01pt too wide) in paragraph") != []


@needs_tex
def test_errors_of_tex_are_one_line(tmp_path: Path) -> None:
    """A document that TeX refuses is an error that quotes TeX."""
    source = tmp_path / "broken.tex"
    source.write_text(r"\documentclass{article}\begin{document}\frac\end{document}", encoding="utf-8")
    with pytest.raises(TexError, match=r"could not typeset broken\.tex: "):
        compile_pdf(source)


def test_without_tex_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """--pdf without TeX: exit code 2, a message that names the packages, and the article is there."""
    monkeypatch.setattr(latex_export.shutil, "which", lambda name: None)
    result = CliRunner().invoke(export, ["--output", str(tmp_path), "--pdf"])
    assert result.exit_code == 2
    assert "apt-get install texlive-latex-recommended lmodern" in result.output
    assert (tmp_path / "derivations.tex").exists()


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"claims": [{}]}', "\xff"])
def test_a_bad_report_is_refused(tmp_path: Path, content: str) -> None:
    """Anything but a report gives exit code 2 and names the file."""
    path = tmp_path / "report.json"
    path.write_text(content, encoding="latin-1")
    result = CliRunner().invoke(export, ["--output", str(tmp_path / "tex"), "--from", str(path)])
    assert result.exit_code == 2
    assert "report.json" in result.output


def test_nothing_raw_is_left_in_the_article() -> None:
    """No name such as u_21, Gamma or x_q stands in the article's text outside formulas, file names and the kernel's."""
    text = article(STATEMENTS).partition("\\label{sec:kernel}")[0]
    text = re.sub(r"\\begin\{(align\*?|picture)\}.*?\\end\{\1\}|\\\[.*?\\\]", "", text, flags=re.DOTALL)
    text = re.sub(r"``(.*?)''", r"\1", text)
    text = re.sub(r"\\(texttt|label|eqref|cite|ref|bibitem)(\[[^]]*\])?\{[^}]*\}", "", text)
    text = re.sub(r"\$[^$]*\$", "", text)
    text = text.split(r"\maketitle")[1]
    assert re.findall(r"\b(?:Gamma|Lambda|Sigma|Psi|[uUxy]\d+|s2)\b|\w\\_\w|\w\^|textasciicircum|`", text) == []


def test_everything_cited_is_in_the_bibliography() -> None:
    """Keys that are cited and entries are the same."""
    report = verify([c for c in catalogue() if c.id == "thm-4.2-covariance"], prompts=0)
    text = article([Stated.of_result(result) for result in report.results])
    cited = {key for keys in re.findall(r"\\cite(?:\[[^]]*\])?\{([^}]*)\}", text) for key in keys.split(",")}
    assert cited == set(BIBLIOGRAPHY)


def test_long_equations_are_broken() -> None:
    """No row is estimated wider than the line, and no stretching bracket is broken."""
    for _, _, aligned in snippets(STATEMENTS):
        for row in aligned.split("\\\\\n"):
            assert row.count(r"\left") == row.count(r"\right")
            assert printed_width(re.sub(r"\\label\{.*?\}|\\(begin|end)\{align\*?\}|\\notag", "", row)) < LINE_WIDTH


def test_pieces_are_cut_at_signs_between_terms() -> None:
    """Signs in exponents, fractions, stretching brackets and before a first factor do not cut."""
    assert top_level_pieces(r"-A^{-1} + \left(B - C\right) (-D)") == [
        ("-", "A^{-1}"),
        ("+", r"\left(B - C\right) (-D)"),
    ]
    assert rows("L &=", [("-", "A")]) == ["L &= - A"]
