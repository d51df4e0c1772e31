"""Statements that no claim states: shown as undecided, counted, named by their number, never taken for verified."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from proofs_check.command_line import main
from proofs_check.judge.certificate import CertificateError, check_report, seal
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.unclaimed import Unclaimed
from proofs_check.papers import PAPERS, catalogue, unclaimed


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Result, str]:
    """A run of one paper, with what it printed and its report."""
    file = tmp_path_factory.mktemp("run") / "report.json"
    return run("verify", "--paper", "comparators", "--budget", "0", "--json", str(file)), file.read_text()


def test_each_stands_under_a_number_without_evidence() -> None:
    """None of them borrows the number of a claim's finding, and all have a sentence and a reason."""
    assert len({(held.paper, held.number) for held in unclaimed()}) == len(unclaimed())
    for held in unclaimed():
        assert held.paper in PAPERS
        assert held.status == "undecided"


def test_a_run_shows_and_counts_them_and_does_not_fail(whole: tuple[Result, str]) -> None:
    """They are undecided in the totals, on the screen and in the report; the exit code is that of the claims."""
    result, text = whole
    (held,) = unclaimed("comparators")
    assert result.exit_code == 0
    assert f"{len(catalogue('comparators'))} claims and 1 statement without a claim: " in result.output
    assert ", 1 undecided" in result.output
    assert f"undecided comparators {held.number}" in result.output
    assert json.loads(text)["unclaimed"] == [vars(held)]


def test_one_that_is_asked_for_is_undecided() -> None:
    """By its number alone: exit code 3, no claim is run, and none is shown."""
    result = run("verify", "ridge at finite sizes")
    assert result.exit_code == 3
    assert "0 claims and 1 statement without a claim: 1 undecided" in result.output
    assert "proved" not in result.output
    listed = run("verify", "--list", "ridge at finite sizes").output
    assert listed.startswith("(undecided)")
    assert listed.count("(undecided)") == 1
    assert all(line.startswith(" ") for line in listed.splitlines()[1:])


def test_a_name_close_to_one_leads_to_it() -> None:
    """An unknown name gets the nearest numbers, these among them."""
    result = run("verify", "ridge at finite size")
    assert result.exit_code == 2
    assert "ridge at finite sizes" in result.output


def test_a_module_of_ones_own_shows_none(tmp_path: Path) -> None:
    """They belong to the papers."""
    module = tmp_path / "mine.py"
    module.write_text(
        "from proofs_check import Claim, Language, Plan, Quantity, Statement\n"
        "from theory.algebra.expression import matrix\n"
        "A = matrix('A')\n"
        "mine = Claim('mine', '', '', Quantity.formula('tr(A A\\')'), Statement.of('tr(A\\' A)'), "
        "Language({'A': A}), Plan(('A',)))\n"
    )
    output = run("verify", "--module", str(module)).output
    assert "1 claim: 1 proved" in output
    assert "undecided" not in output.lower()


def test_a_report_with_one_more_or_a_better_one_is_refused(whole: tuple[Result, str]) -> None:
    """A status, a title or a statement that is not installed, and one twice; one left out is said."""
    claims, listed = catalogue("comparators"), unclaimed("comparators")
    assert "1 listed without a claim" in check_report(whole[1], claims, None, listed).summary
    record = json.loads(whole[1])
    (true,) = record["unclaimed"]
    for forged in ([{**true, "status": "proved"}], [{**true, "title": "another"}], [true, true], [true, {}]):
        record["unclaimed"] = forged
        record["sha256"] = seal(record)
        with pytest.raises(CertificateError, match="without a claim"):
            check_report(json.dumps(record), claims, None, listed)
    record["unclaimed"] = []
    record["sha256"] = seal(record)
    assert "leaves out 1 statements" in check_report(json.dumps(record), claims, None, listed).summary


@pytest.mark.parametrize(("title", "reason"), [("", "why"), ("what", " "), ("what", "$x")])
def test_one_without_a_word_is_refused(title: str, reason: str) -> None:
    """A statement that says nothing, gives no reason, or has a formula that does not end."""
    with pytest.raises(ClaimError, match="undecided statement 'Theorem 9' of somebody"):
        Unclaimed("somebody", "Theorem 9", title, reason)
