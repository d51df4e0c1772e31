"""`icl-theory papers` and `icl-theory index`, as a user meets them."""

from __future__ import annotations

import json
import re
from pathlib import Path

from click.testing import CliRunner, Result

from proofs_check import catalogue
from proofs_check.command_line import main
from proofs_check.papers import PAPERS, unclaimed


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


def test_papers_counts_the_statements() -> None:
    """Every claim of the catalogue is counted, findings apart; no status is shown without evidence of one."""
    output = run("papers").output
    for paper in PAPERS:
        claims = catalogue(paper)
        findings = sum(bool(claim.finding) for claim in claims)
        said = f"{len(claims) + len(unclaimed(paper))} statements, {findings} of them findings under test"
        assert f"{paper:<12} {said}" in output
    assert "proved" not in output
    assert len(re.findall(r"undecided, without a claim: ", output)) == len(unclaimed()) > 0


def test_papers_takes_statuses_from_a_report(tmp_path: Path) -> None:
    """The counts are those of the report, and what it leaves out is said."""
    file = tmp_path / "report.json"
    assert (
        run("verify", "thm-4.2-covariance", "lem-D.2", "F7", "--budget", "0", "--quiet", "--json", str(file)).exit_code
        == 0
    )
    claims = json.loads(file.read_text())["claims"]
    output = run("papers", "--from", str(file)).output
    assert f"{sum(claim['status'] == 'proved' for claim in claims)} proved" in output
    assert "1 refuted, as findings" in output
    assert f"{len(catalogue('zhang2024')) - len(claims)} are not in the report" in output


def test_papers_refuses_what_is_no_report(tmp_path: Path) -> None:
    """Another file is named, with exit code 2 and no traceback."""
    file = tmp_path / "other.json"
    file.write_text("{}")
    result = run("papers", "--from", str(file))
    assert result.exit_code == 2
    assert "is not a report" in result.output


def test_index_finds_numbers_however_they_are_written() -> None:
    """ "Lemma A.5", A.5, (4.13), 4.13, F3 and an id each lead to their rows."""
    for text, claim in (
        ("Lemma A.5", "lem-A.5"),
        ("A.5", "lem-A.5"),
        ("(4.13)", "eq-4.13"),
        ("4.13", "F3"),
        ("F3", "F3-corrected"),
        ("thm-4.2", "thm-4.2"),
    ):
        output = run("index", text).output
        assert claim in output.split(), (text, output)
        assert "proofs_check/papers/zhang2024/" in output


def test_index_says_what_a_definition_is_and_names_the_nearest_of_an_unknown_number() -> None:
    """A number without a statement is explained; one that does not exist is an error with exit code 2."""
    assert "definition: the linear self-attention layer" in run("index", "3.3").output
    unknown = run("index", "Lemma A.9")
    assert unknown.exit_code == 2
    assert "Lemma A.5" in unknown.output


def test_index_shows_one_paper_or_all() -> None:
    """With --paper the numbers of that paper only; a number is looked for in every paper."""
    one = run("index", "--paper", "ahn2023").output
    assert "Theorem 3" in one
    assert "Corollary A.2" not in one
    assert "ahn2023-thm-1" in run("index", "Theorem 1").output.split()


def test_index_writes_the_page(tmp_path: Path) -> None:
    """A table with a row for each number of each part."""
    page = tmp_path / "index.md"
    assert run("index", "--markdown", str(page)).exit_code == 0
    text = page.read_text()
    for number in ("(3.1)", "Theorem 4.1", "Lemma 5.4", "(A.16)", "(B.2)", "(C.17)", "Lemma D.4", "F7", "B13"):
        assert f"| {number} |" in text
