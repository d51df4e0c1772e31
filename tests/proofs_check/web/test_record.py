"""What the page keeps of a report."""

from __future__ import annotations

import json

import pytest

from proofs_check.judge.errors import ClaimError
from proofs_check.judge.run import Run
from proofs_check.verification import Catalogue
from proofs_check.web import load_record
from proofs_check.web.record import of_report


def test_record_round_trip(report_text: str) -> None:
    """A JSON report gives back its seed, claims and mutants."""
    record = load_record(report_text)
    data = json.loads(report_text)
    assert (data["seed"], data["alpha"], data["sha256"]) == (record.seed, record.alpha, record.sha256)
    assert [claim["id"] for claim in data["claims"]] == [result.id for result in record.results]
    assert len(data["claims"][0]["mutants"]["each"]) == len(record.results[0].mutants)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"format": 1}', "\x00"])
def test_record_refuses_other_text(text: str) -> None:
    """What is no report is refused with a reason."""
    with pytest.raises(ClaimError, match="report"):
        load_record(text)


def test_record_refuses_changed_report(report_text: str) -> None:
    """A report in which a status was edited is refused."""
    changed = report_text.replace('"status": "proved"', '"status": "tested"', 1)
    assert report_text != changed
    with pytest.raises(ClaimError, match="checksum"):
        load_record(changed)


def test_report_of_a_run_is_the_report_of_its_json() -> None:
    """A run's record is that of its JSON."""
    report = Run(Catalogue(), ("prediction",), prompts=0).report()
    assert load_record(report.to_json()) == of_report(report)
