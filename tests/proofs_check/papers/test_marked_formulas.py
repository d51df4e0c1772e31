"""Every sentence of a claim marks its own formulas, and every formula in it can be set."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from proofs_check import catalogue
from proofs_check.judge.claims import Claim, Finding
from proofs_check.papers import PAPERS
from proofs_check.papers.index import paper_index
from theory.algebra.latex import GREEK
from theory.catalogue import DERIVATIONS
from theory.marked_text import pieces, require_marked

# References of the paper, and words that hold a lone letter or a sign without being formulas.
_WORDS = re.compile(
    r"\b[A-F]\.?\d+(?:\.\d+)?\b|\([A-C]?\.?\d+(?:\.\d+)?\)|\d+(?:\.\d+)?|[Ii]\.i\.d\.|[Aa]ppendix [A-E]\b"
    r"|[Tt]erm I?V?\b|(?<![^.:]\s)\bA (?=[a-z])|'s\b|`[^`]*`|\bgamma law"
)
_FORMULA = re.compile(
    rf"[=^_<>|\\~+*/]|\b(?:{'|'.join(GREEK)})\b|\b(?:tr|vec|diag|sgn|sqrt|exp|min|max)\b|\b[b-zA-Z]\b"
)


def unmarked(text: str) -> list[str]:
    """What looks like a formula outside dollar signs."""
    return [
        found[0]
        for piece, is_formula in pieces(text)
        if not is_formula
        for found in _FORMULA.finditer(_WORDS.sub(" ", piece))
    ]


def _texts(claim: Claim) -> Iterator[str]:
    yield from (claim.title, *claim.assumptions, *claim.cited, claim.reason, claim.origin.place)
    if isinstance(claim.finding, Finding):
        yield from (claim.finding.quotation, claim.finding.explanation)


@pytest.mark.parametrize("claim", catalogue(), ids=lambda claim: claim.id)
def test_claims_mark_their_formulas(claim: Claim) -> None:
    """In titles, assumptions, citations, reasons, places and findings nothing looks like a formula outside dollars."""
    for text in _texts(claim):
        require_marked(text)
        assert unmarked(text) == [], text


@pytest.mark.parametrize("paper", PAPERS)
def test_numbers_mark_their_formulas(paper: str) -> None:
    """So do the words that say what stands under a number."""
    for row in paper_index(paper):
        require_marked(row.says)
        assert unmarked(row.says) == [], row.says


def test_derivations_mark_their_formulas() -> None:
    """So do titles and reasons of derivations, and the names of their results."""
    for derive in DERIVATIONS.values():
        derivation = derive()
        names = [formula.title or formula.name for formula in derivation.results.values()]
        for text in (derivation.title, derivation.source, *names, *(step.reason for step in derivation.steps)):
            require_marked(text)
            assert unmarked(text) == [], text


@pytest.mark.parametrize(
    "text",
    [
        "the minimisers are uU = Gamma^-1",
        "u21 stays zero",
        "the flow of U",
        "Lambda positive definite",
        "||U||_F at the limit",
        "tr(AB) at every d",
        "an error below 1/N",
        "the point A solves it",
    ],
)
def test_unmarked_formulas_are_seen(text: str) -> None:
    """The tests above can fail."""
    assert unmarked(text)


@pytest.mark.parametrize(
    "text",
    [
        "Lemma A.5 and (C.13), by Gronwall's inequality",
        "a step of section 4.2 that 1000 examples leave",
        r"in $\Lambda$'s eigenbasis, for i.i.d. entries; a $d \times n$ matrix",
        "B12 of appendix C",
    ],
)
def test_words_are_no_formulas(text: str) -> None:
    """References, numbers and articles need no marks."""
    assert unmarked(text) == []
