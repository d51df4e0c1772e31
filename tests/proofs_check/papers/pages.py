"""What the tests of the papers share: their claims judged, wrong versions of them, and the counts of their pages."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache

from proofs_check import Report, Statement, catalogue, verify
from proofs_check.judge.check import check_claim
from proofs_check.judge.results import ClaimResult
from proofs_check.judge.run import run_budget
from proofs_check.papers import unclaimed
from proofs_check.papers.index import ROOT, Row

# Another seed than that of `make verify`, and few prompts: what is sampled is tested by its own simulation.
BUDGET = run_budget(100, 7, 1e-6, 2000)


@cache
def report(paper: str) -> Report:
    """The claims of a paper, judged without Monte Carlo, and its statements without a claim."""
    return replace(verify(list(catalogue(paper)), prompts=0), unclaimed=unclaimed(paper))


def judged(paper: str, name: str, right: str, where: Mapping[str, str] | None = None) -> ClaimResult:
    """A claim with another right side, or with abbreviations that differ, put to the evidence of the claim."""
    claim = next(held for held in catalogue(paper) if held.id == name)
    known = dict(claim.statement.abbreviations) | dict(where or {})
    statement = Statement.of(right or claim.statement.text, known, claim.statement.relation)
    return check_claim(replace(claim, statement=statement, tight=False, sharper=None), BUDGET)


def _page(paper: str) -> str:
    return (ROOT / "docs" / "papers" / f"{paper}.md").read_text(encoding="utf-8")


def _word(result: ClaimResult) -> str:
    """The status; "refuted as printed" is what is expected of a finding, "as a finding" of one that is not printed."""
    if result.finding is None:
        return str(result.status)
    return f"{result.status} as {'printed' if result.finding.quotation else 'a finding'}"


def counts_on_page(paper: str) -> dict[str, int]:
    """The table of docs/papers/NAME.md: a status, and how many statements have it."""
    return {word: int(count) for word, count in re.findall(r"^\| ([a-z ]+) \| (\d+) \|$", _page(paper), re.MULTILINE)}


def counts_of_run(paper: str) -> dict[str, int]:
    """The same from a run."""
    held = report(paper)
    return dict(Counter([*map(_word, held.results), *(listed.status for listed in held.unclaimed)]))


def statuses_on_page(paper: str) -> list[tuple[str, str]]:
    """The table of claims: an id and a status, in order."""
    return re.findall(r"^\| `([^`]+)` \| ([a-z ]+) \|", _page(paper), re.MULTILINE)


def statuses_of_run(paper: str) -> list[tuple[str, str]]:
    """The same from a run."""
    return [(result.id, _word(result)) for result in report(paper).results]


def missing(rows: Sequence[Row]) -> list[str]:
    """The numbers that have neither a claim nor a word that says what they are."""
    return [row.number for row in rows if not row.claim and not row.says]
