"""The pages of the papers: their counts are those of a run, and they name what is undecided and what is found."""

from __future__ import annotations

import pytest

from proofs_check.judge.certificate import check_report
from proofs_check.papers import PAPERS, numbers, unclaimed
from proofs_check.papers.index import ROOT, index
from tests.proofs_check.papers.pages import (
    counts_of_run,
    counts_on_page,
    missing,
    report,
    statuses_of_run,
    statuses_on_page,
)

PAGES = sorted(path.stem for path in (ROOT / "docs" / "papers").glob("*.md"))


def test_every_paper_but_the_first_has_a_page() -> None:
    """The first has the whole documentation; each other one its page."""
    assert sorted(set(PAPERS) - {"zhang2024"}) == PAGES


@pytest.mark.parametrize("paper", PAGES)
def test_the_page_says_what_a_run_finds(paper: str) -> None:
    """The counts by status and the status of each claim are those of a run, in which no claim is refuted or undecided
    but findings, and no mutant survives. Statements without a claim are counted as undecided."""
    assert counts_of_run(paper) == counts_on_page(paper)
    assert statuses_of_run(paper) == statuses_on_page(paper)
    for result in report(paper).results:
        assert result.as_expected, (result.id, result.reason)
        assert result.count("survived") == 0, result.id


@pytest.mark.parametrize("paper", PAGES)
def test_a_report_of_the_paper_is_valid(paper: str) -> None:
    """`check` accepts what an honest run has written."""
    check_report(report(paper).to_json(), PAPERS[paper](), unclaimed=unclaimed(paper))


@pytest.mark.parametrize("paper", PAGES)
def test_every_number_has_a_claim_or_says_what_it_is(paper: str) -> None:
    """Each claim stands under a number of `sources.py`, and each number has a claim or a word."""
    claims, listed = PAPERS[paper](), numbers(paper)
    assert {claim.origin.number for claim in claims} <= set(listed)
    assert missing(index(claims, listed)) == []


@pytest.mark.parametrize("paper", PAGES)
def test_a_page_names_findings_and_what_is_undecided(paper: str) -> None:
    """Every finding is named by its id, and every number that is undecided by its name."""
    text = (ROOT / "docs" / "papers" / f"{paper}.md").read_text(encoding="utf-8")
    for claim in PAPERS[paper]():
        assert not claim.finding or f"`{claim.id}`" in text
    for held in unclaimed(paper):
        assert f"**{held.number}**" in text
