"""The index: every number has a row, every place exists, and what the page says is what the source says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from proofs_check import catalogue
from proofs_check.kernel import kernel_column
from proofs_check.papers import PAPERS
from proofs_check.papers.index import ROOT, Place, as_markdown, index, paper_index
from proofs_check.papers.numbers import Number
from proofs_check.papers.zhang2024.sources import NUMBERS
from tests.proofs_check.papers.pages import missing

CLAIMS = catalogue("zhang2024")
ROWS = index(CLAIMS, NUMBERS)
EVERY = [row for paper in PAPERS for row in paper_index(paper)]


def places() -> list[Place]:
    """Every place that the index names."""
    single = [place for row in EVERY for place in (row.derivation, row.stated, row.test) if place]
    return [*single, *(place for row in EVERY for _, place in row.evidence)]


def test_every_number_has_a_claim_or_says_what_it_is() -> None:
    """No number of the paper, no finding and no statement beyond it is left without a row that says something."""
    assert missing(ROWS) == []
    assert {row.number for row in ROWS} == set(NUMBERS)


def test_a_number_without_a_claim_and_without_a_word_is_missing() -> None:
    """The check above can fail: a number that nothing stands under is found."""
    assert missing(index(CLAIMS, {"Lemma A.5": Number(), "Lemma Z.1": Number()})) == ["Lemma Z.1"]


def test_a_claim_that_does_not_exist_is_an_error() -> None:
    """A renamed claim does not vanish from the index in silence."""
    with pytest.raises(ValueError, match="'lem-Z'"):
        index(CLAIMS, {"(9.9)": Number(("lem-Z",))})


def test_every_claim_stands_under_a_number() -> None:
    """The source of each claim is a number of the table, so that none can be missed by a reader of the paper."""
    assert {claim.origin.number for claim in CLAIMS} <= set(NUMBERS)
    assert {row.claim for row in ROWS} - {""} == {claim.id for claim in CLAIMS}


def test_every_place_exists() -> None:
    """Each file is there and has that line; a claim's line is the call that makes it."""
    for place in set(places()):
        lines = (ROOT / place.path).read_text(encoding="utf-8").splitlines()
        assert 1 <= place.line <= len(lines), place
    for row in EVERY:
        if row.claim:
            assert row.stated is not None, row.claim
            line = (ROOT / row.stated.path).read_text(encoding="utf-8").splitlines()[row.stated.line - 1]
            assert re.search(r"\b(state|loss|error|gradient|excess|invariant|prediction|formula)\(", line), row.claim


def test_every_claim_has_evidence_and_those_that_are_derived_a_derivation() -> None:
    """A claim's row shows where it is checked; one with a derivation where the theory derives it."""
    derived = {claim.id for claim in catalogue() if claim.left.derive is not None}
    for row in EVERY:
        if row.claim:
            assert row.evidence or row.claim in derived, row.claim
            assert (row.derivation is not None) == (row.claim in derived), row.claim
            assert row.derivation is None or row.derivation.path.startswith("theory/"), row.claim


def test_a_partial_theorem_shows_what_it_assumes_further() -> None:
    """The hypotheses beyond the claim's stand with the theorem; a bar in them does not end the cell."""
    hypotheses = kernel_column("F6").hypotheses
    assert hypotheses
    (row,) = (row for row in EVERY if row.claim == "F6")
    assert f"(partial ({'; '.join(hypotheses)}))" in row.theorem
    (line,) = (line for line in as_markdown().splitlines() if "| `F6`" in line)
    assert r"2^-(k+1) <= \|x\| < 2^-k" in line


def test_the_page_is_current() -> None:
    """docs/index-of-statements.md is what the command writes.

    Line numbers are left aside, which every edit moves, and the kernel's column, which is that of its last record.
    """

    def without_lines(text: str) -> str:
        return re.sub(r":\d+", "", re.sub(r"ICLTheorems(\\\||[^|])*", " ", text)).replace("  ", " ")

    page = (ROOT / "docs" / "index-of-statements.md").read_text(encoding="utf-8")
    assert without_lines(page) == without_lines(as_markdown()), (
        "run `icl-theory index --markdown docs/index-of-statements.md`"
    )


def test_no_module_of_statements_computes() -> None:
    """Modules of statements hold statements: no function, and no module of arrays."""
    folder = Path(ROOT, "proofs_check", "papers", "zhang2024")
    paths = [*folder.glob("section_*.py"), *folder.glob("appendix_*.py"), folder / "findings.py"]
    assert len(paths) == 10
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert "\ndef " not in text, path
        assert "import numpy" not in text, path
