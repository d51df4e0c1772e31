"""The article: no status says more than the report, refuted statements are never theorems, every letter is defined."""

from __future__ import annotations

import os
import re
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path

import pytest
from click.testing import CliRunner

from proofs_check import catalogue, verify
from proofs_check.commands.export import export
from proofs_check.judge.check import described
from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult, EvidenceResult
from proofs_check.judge.status import Status
from proofs_check.kernel import kernel_column
from proofs_check.latex.article import article
from proofs_check.latex.article.figures import Chart, Curve
from proofs_check.latex.article.findings import KINDS, counterexample
from proofs_check.latex.article.words import STATUS_WORDS, breakable, numbers, sentence, verdict
from proofs_check.latex.article.zhang2024 import outline
from proofs_check.latex.document import Stated, stated_results
from proofs_check.latex.export import compile_pdf, snippets
from theory import DERIVATIONS
from theory.algebra.grammar import parse
from theory.algebra.statement_latex import statement_latex
from theory.exposition.letters import key_of, letters_of

needs_tex = pytest.mark.skipif(
    shutil.which("pdflatex") is None and "CI" not in os.environ, reason="pdflatex is not installed"
)
CLAIMS = catalogue("zhang2024")
FINDINGS = [claim for claim in CLAIMS if claim.finding]
EXACT = EvidenceResult("exact", "holds", "6 instances, N = 1, 2; d = 1, 2", "equal at 6 instances")
SYMBOLIC = EvidenceResult("symbolic", "holds", "derived by the engine", "one normal form")
HELD = {claim.id: kernel_column(claim.id) for claim in CLAIMS if kernel_column(claim.id).word}
STATUSES: tuple[Status, ...] = ("proved", "conditional", "tested", "supported", "undecided")


def _results(statuses: Iterator[Status]) -> list[ClaimResult]:
    """An invented report: a finding is refuted, the others have the statuses in turn, all with the same evidence."""
    return [
        replace(
            described(claim),
            status="refuted" if claim.finding else next(statuses),
            evidence=(SYMBOLIC, EXACT),
            counterexample="d = 2, N = 1; X = [[1], [0]], w = [1, 0]: left [[2]], right [[3]]" if claim.finding else "",
        )
        for claim in CLAIMS
    ]


@pytest.fixture(scope="module")
def results() -> list[ClaimResult]:
    return _results(cycle(STATUSES))


@pytest.fixture(scope="module")
def text(results: list[ClaimResult]) -> str:
    return article(stated_results(results))


def _section(text: str, label: str) -> str:
    start = text.index(rf"\label{{sec:{label}}}")
    end = re.compile(r"\n\\section\{|\n\\appendix").search(text, start)
    return text[start : end.start() if end else len(text)]


def test_no_status_is_overclaimed(text: str, results: list[ClaimResult]) -> None:
    """Each status word occurs as often as there are statements with it; a derivation is claimed for no other."""
    counts = Counter(result.status for result in results if not result.finding)
    for status in STATUSES:
        assert text.count(rf"\textbf{{{status.capitalize()}}}") == counts[status]
    derived = counts["proved"] + counts["conditional"]
    assert text.count("derived for every dimension and length") == derived
    assert text.count(r"\emph{Proof:}") <= derived


@pytest.mark.parametrize("status", STATUSES)
def test_every_verdict_says_its_status_and_no_better_one(status: Status) -> None:
    """The words for one status, with evidence that would bear a better one, name that status alone."""
    result = replace(described(CLAIMS[0]), status=status, evidence=(SYMBOLIC, EXACT))
    said = verdict(stated_results([result])[0], set())
    assert said.startswith(rf"\textbf{{{status.capitalize()}}}")
    assert ("derived" in said) == (status in ("proved", "conditional"))
    assert not any(rf"\textbf{{{other.capitalize()}}}" in said for other in STATUSES if other != status)


def test_evidence_that_does_not_count_is_not_told() -> None:
    """Evidence with an objection, or that does not hold, is left out."""
    objected = replace(SYMBOLIC, objection="the derivation types its result")
    failed = replace(EXACT, outcome="undecided")
    result = replace(described(CLAIMS[0]), status="proved", evidence=(objected, failed))
    assert "derived" not in verdict(stated_results([result])[0], set())
    assert "exact" not in verdict(stated_results([result])[0], set())


def test_the_abstract_counts_by_status(text: str, results: list[ClaimResult]) -> None:
    """The numbers of the abstract are those of the report, and the kernel's those of its column."""
    abstract = text[text.index(r"\begin{abstract}") : text.index(r"\end{abstract}")]
    counts = Counter(result.status for result in results if not result.finding)
    assert f"It has {len(results)} statements" in abstract
    for status in STATUSES:
        assert f"{counts[status]} are {status}" in abstract
    assert f"{len(FINDINGS)} printed statements do not hold" in abstract
    columns = [kernel_column(claim.id) for claim in CLAIMS]
    full = sum(column.word in ("checked", "recorded") and not column.refutes for column in columns)
    # A record that is older than its sources says nothing, and neither does the abstract.
    assert (f"has checked {full} of the statements as they stand" in abstract) == bool(HELD)
    partial = sum(column.word == "partial" and not column.refutes for column in columns)
    assert (f"{partial} under further assumptions" in abstract) == bool(HELD)
    refuting = sum(bool(column.word) and column.refutes for column in columns)
    assert (f"and {refuting} of the counterexamples" in abstract) == bool(HELD)


@pytest.mark.parametrize("claim", FINDINGS, ids=lambda claim: claim.id)
def test_each_finding_stands_in_its_section_and_nowhere_as_a_theorem(claim: Claim, text: str) -> None:
    """Quotation, formula and counterexample stand there; the formula says that it is refuted and has no number."""
    section = _section(text, "findings")
    stated = Stated.of_result(replace(described(claim), status="refuted"), {claim.id: claim})
    marked = _bare(stated.line)
    assert marked.startswith(r"\text{refuted:}")
    assert _bare(section).count(marked) == _bare(text).count(marked) == 1
    assert rf"\label{{eq:{claim.id}}}" not in text
    assert rf"\eqref{{eq:{claim.id}}}" not in text
    assert claim.finding
    assert claim.finding is not True
    assert f"``{sentence(claim.finding.quotation.rstrip('.,'))}''" in section
    assert KINDS[claim.finding.kind] in section
    for name in claim.corrected_by:
        assert rf"{{eq:{name}}}" in section


def _bare(text: str) -> str:
    """LaTeX without what breaks and aligns lines."""
    return re.sub(r"\\quad|\\\\|[&\s]", "", text)


def test_findings_show_the_instance_the_relation_and_both_values() -> None:
    """A counterexample's sides are compared by the relation that fails."""
    claim = next(claim for claim in FINDINGS if claim.id == "F1")
    refuted = replace(
        described(claim),
        status="refuted",
        counterexample="d = 2, N = 1; X = [[1], [0]], w = [1, 0]: left [[2]], right [[3]]",
    )
    said = counterexample(Stated.of_result(refuted, {claim.id: claim}))
    assert "$d = 2$" in said
    assert r"$X = \bigl(\begin{smallmatrix} 1 \\ 0 \end{smallmatrix}\bigr)$" in said
    assert "$2 < 3$" in said


def test_a_claim_that_the_report_refutes_is_no_theorem(results: list[ClaimResult]) -> None:
    """A statement that is not a finding but was refuted goes among the findings too, without a number."""
    spoiled = [replace(r, status="refuted", counterexample="x") if r.id == "lem-A.1" else r for r in results]
    text = article(stated_results(spoiled))
    assert r"\label{eq:lem-A.1}" not in text
    assert _section(text, "findings").count(r"\begin{refuted}") == len(FINDINGS) + 1
    assert text.count(r"\begin{refuted}") == len(FINDINGS) + 1


def test_without_a_report_nothing_is_said_to_hold() -> None:
    """The article of the catalogue alone has no status, and its findings are under test."""
    text = article([Stated.of_claim(claim) for claim in CLAIMS])
    assert "none is said to hold here" in text
    assert not any(rf"\textbf{{{status.capitalize()}" in text for status in STATUS_WORDS)
    assert r"\emph{Proof:}" not in text
    assert text.count(r"\text{printed, under test:}") == len(FINDINGS)
    assert r"\text{refuted:}" not in text


def test_refuted_statements_are_marked_in_every_file_and_on_the_terminal() -> None:
    """Snippets of findings stand in a folder of their own, each formula marked; derivations do not print them."""
    refuted = [Stated.of_result(replace(described(c), status="refuted"), {c.id: c}) for c in FINDINGS]
    for name, line, aligned in snippets(refuted):
        if not name.startswith("derivations/"):
            assert name.startswith("refuted/")
            assert line.startswith(r"\text{refuted:}")
            assert r"\text{refuted:}" in aligned
            assert r"\label" not in aligned
    text = " ".join(DERIVATIONS["random_query"]().text().split())
    assert "x_q' A E[Lambda] w" not in text
    assert "refuted (finding F3)" in text


def test_every_statement_is_printed_once(text: str) -> None:
    """Every statement that is not refuted has one number; no equation has two, and none a tag of its own."""
    labels = re.findall(r"\\label\{(eq:[^}]*)\}", text)
    assert len(labels) == len(set(labels))
    assert {f"eq:{claim.id}" for claim in CLAIMS if not claim.finding} <= set(labels)
    assert r"\tag" not in text
    assert set(re.findall(r"\\eqref\{([^}]*)\}", text)) <= set(labels)
    assert set(re.findall(r"\\ref\{([^}]*)\}", text)) <= set(re.findall(r"\\label\{([^}]*)\}", text))


def test_sections_follow_the_paper(text: str) -> None:
    """Main text, findings, what goes beyond, then the appendices; claims beyond the paper stand apart."""
    titles = re.findall(r"\\section\{(.*?)(?:\\label\{.*?\})?\}", text)
    order = ["Introduction", "Notation and standing assumptions", "The model and its loss", "Findings"]
    order += ["Beyond the paper", "Appendix A of the paper: the rate", "Evidence"]
    order += ["What the kernel has checked"] if HELD else []
    assert [title for title in titles if title in order] == order
    beyond = text.index(r"\section{Beyond the paper}")
    for claim in CLAIMS:
        if claim.id.startswith(("B12", "B5", "B9", "lem-A.5-sharp")):
            assert text.index(rf"\label{{eq:{claim.id}}}") > beyond
    assert r"\tableofcontents" in text


def test_every_letter_of_a_statement_is_defined() -> None:
    """In the notation, among its own abbreviations, or in its assumptions and title."""
    notation = list(outline().letters)
    for claim in CLAIMS:
        stated = Stated.of_claim(claim)
        own = [statement_latex(parse(name), stated.names) for name, _ in stated.where]
        words = [piece for said in (*stated.assumptions, stated.title) for piece in said.split("$")[1::2]]
        _, introduced = letters_of(words, [])
        bases = {key.split("_")[0] for key in introduced}
        formulas = [stated.line, *(statement_latex(tree, stated.names, stated.upto) for _, tree in stated.where)]
        _, unknown = letters_of(formulas, [*notation, *own])
        assert {key for key in unknown if key.split("_")[0] not in bases} == set(), claim.id


def test_one_symbol_for_one_thing(text: str) -> None:
    """The weights, the law's name and the initialisation's scale are spelled one way."""
    formulas = re.sub(r"\\texttt\{[^}]*\}", "", text)
    assert "W_{KQ}" not in formulas
    assert "W_{PV}" not in formulas
    assert not re.search(r"(?<!\\mathcal\{)\bN\(0", formulas)
    assert "(typed" not in formulas.partition(r"\label{sec:evidence}")[0]
    assert r"\sigma = s" not in formulas


def test_no_abbreviation_is_a_letter_of_the_notation() -> None:
    """A statement's abbreviation is not printed as the time t or the matrix H of Lemma 5.1, which are other things."""
    kept = outline()
    notation = {key_of(letter) for letter in kept.letters}
    for claim in CLAIMS:
        stated = Stated.of_claim(claim)
        for name, tree in stated.where:
            printed = key_of(statement_latex(parse(name), stated.names))
            is_defined = name in kept.defined and parse(kept.defined[name]) == tree
            assert printed not in notation or is_defined or name in _SPECIAL_CASES, (claim.id, name)


# Abbreviations that are the notation's letter in a special case: the preconditioner of another law, the least error of
# quadratic labels, the predictor's matrix at the limit.
_SPECIAL_CASES = {"Gamma", "floor", "A", "g1", "g2", "x1", "x2"}


def test_no_letter_has_two_meanings() -> None:
    """A row of the notation says one thing; "unless another is named" leaves room for a law, not for another thing."""
    for letter, said in outline().letters.items():
        assert "; for" not in said, letter
        assert not re.search(r"unless (it|another) is (an|named)$", said) or letter in _LAWS, letter


# What a statement may say another law or value of.
_LAWS = {"x_i", "x_q", "y_i", "w", r"\Gamma"}


def test_words_are_not_multiplied() -> None:
    """No formula has a name of several letters set as a product, such as 2u gap."""
    for claim in CLAIMS:
        stated = Stated.of_claim(claim)
        for text in (stated.line, *(statement_latex(tree, stated.names, stated.upto) for _, tree in stated.where)):
            bare = re.sub(r"\\[a-z]*text\{[^}]*\}|_\{?\\mathrm\{[a-z]+\}", "", text)
            assert not re.search(r"\\mathrm\{[a-z]{3,}\}", bare), (claim.id, text)


def test_the_kernel_table_has_the_theorem_and_its_assumptions(text: str) -> None:
    """A row for every statement with a theorem, and for no other."""
    section = _section(text, "kernel") if HELD else ""
    rows = [row for row in section.splitlines() if row.startswith(r"\raggedright\texttt")]
    assert len(rows) == len(HELD)
    bare = section.replace(r"\allowbreak{}", "").replace(r"\_", "_")
    items = re.findall(r"\\item\[(\d+)\.\] (.*)", bare)
    said = {text: number for number, text in items}
    assert [number for number, _ in items] == [str(k) for k in range(1, len(said) + 1)]
    for (_, column), row in zip(HELD.items(), (row.replace(r"\allowbreak{}", "") for row in rows), strict=True):
        assert column.theorem.removeprefix("ICLTheorems.") in row.replace(r"\_", "_")
        assert (column.word == "partial") == bool(column.hypotheses)
        named = ", ".join(
            said[breakable(text).replace(r"\allowbreak{}", "").replace(r"\_", "_")] for text in column.hypotheses
        )
        assert row.endswith(rf"\raggedright {named} \tabularnewline")


def test_another_paper_has_an_article_of_its_own() -> None:
    """Statements of another paper are left out, and one without prose gets its statements in order."""
    claim = next(claim for claim in CLAIMS if claim.id == "lem-D.2")
    other = replace(described(claim), paper="other2030", id="other")
    held = stated_results([other, replace(described(claim), status="proved", evidence=(SYMBOLIC,))])
    text = article(held, "other2030")
    assert r"\label{eq:other}" in text
    assert r"\label{eq:lem-D.2}" not in text
    assert r"\label{eq:other}" not in article(held)


def test_numbers_are_set_as_powers_of_ten() -> None:
    """4.1e+02 is no way to print a number."""
    assert numbers("up to 4.1e+02 and 1e6") == r"up to $4.1 \cdot 10^{2}$ and $10^{6}$"


def test_charts_are_drawn_to_scale() -> None:
    """A power law is a straight line between logarithmic axes, from corner to corner."""
    chart = Chart("trial", "c", "x", "y", (Curve([1, 10, 100], [1, 10, 100], "line"),), x_log=True)
    assert "0.00 0.00 m 150.00 70.00 l 300.00 140.00 l" in chart.latex()


@needs_tex
def test_the_whole_article_compiles_without_complaint(text: str, tmp_path: Path) -> None:
    """No overfull box, no lost reference, in the article with every statement and every status."""
    source = tmp_path / "article.tex"
    source.write_text(text, encoding="utf-8")
    assert compile_pdf(source) == []


@needs_tex
def test_the_command_writes_the_article_of_a_paper(tmp_path: Path) -> None:
    """`export --paper zhang2024 --pdf` of a run of two claims, one of them a finding; unknown papers are refused."""
    chosen = [replace(c, rests_on=(), corrected_by=()) for c in CLAIMS if c.id in ("F1", "thm-4.2-covariance")]
    path = tmp_path / "report.json"
    path.write_text(verify(chosen, prompts=0).to_json(), encoding="utf-8")
    arguments = ["--output", str(tmp_path / "tex"), "--from", str(path), "--pdf", "--paper"]
    result = CliRunner().invoke(export, [*arguments, "zhang2024"])
    assert result.exit_code == 0, result.output
    assert "Warning" not in result.output
    text = (tmp_path / "tex" / "derivations.tex").read_text(encoding="utf-8")
    assert text.count(r"\textbf{Proved}") == 1
    assert text.count(r"\text{refuted:}") == 1
    assert CliRunner().invoke(export, [*arguments, "nobody1999"]).exit_code == 2
