"""Reports forged by a person who knows the format: each is refused, with a message that names what does not fit."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import strategies as st

from proofs_check import Claim, Instance, Plan
from proofs_check.judge.certificate import CertificateError, check_report, seal
from proofs_check.judge.run import verify
from tests.proofs_check.judge.certificate.forgeries import FORGERIES
from tests.proofs_check.judge.certificate.varied_claims import own


@pytest.mark.parametrize("name", FORGERIES)
def test_a_forgery_is_refused(name: str, record: dict[str, Any], honest: str, claims: tuple[Claim, ...]) -> None:
    """With the checksum made to fit, what is forged no longer does."""
    named, forge = FORGERIES[name]
    forge(record)
    assert record != json.loads(honest)
    record["sha256"] = seal(record)
    with pytest.raises(CertificateError, match=named):
        check_report(json.dumps(record), claims)


def test_a_forgery_without_a_new_checksum(honest: str, claims: tuple[Claim, ...]) -> None:
    """What nothing else depends on is held by the checksum."""
    assert '"numpy": "' in honest
    with pytest.raises(CertificateError, match="checksum"):
        check_report(honest.replace('"numpy": "', '"numpy": "9'), claims)


def test_a_report_made_by_a_tamer_strategy() -> None:
    """A wrong claim that was run where it happens to hold is met by examples that its own strategy draws."""
    wild = own("below-a", "a", "2 b", "a b", "<=", plan=_searching(lambda instance: True))
    tame = own("below-a", "a", "2 b", "a b", "<=", plan=_searching(lambda i: i.values["a"] < 2 * i.values["b"]))
    report = verify([tame], prompts=0)
    assert [item.outcome for item in report["below-a"].evidence if item.kind == "exact"] == ["holds"]
    with pytest.raises(CertificateError, match="claim below-a: exact evidence holds by what was left out"):
        check_report(report.to_json(), [wild])


def _searching(wanted: Callable[[Instance], bool]) -> Plan:
    numbers = st.fractions(Fraction(1), Fraction(9), max_denominator=3)
    pairs = st.tuples(numbers, numbers)
    return Plan(("a", "b"), search=pairs.map(lambda p: Instance({"d": 1}, {"a": p[0], "b": p[1]})).filter(wanted))


def test_a_report_made_with_smaller_sizes(claims: tuple[Claim, ...]) -> None:
    """A claim that was run where it happens to hold is refused, as its seed draws other instances."""
    wrong = next(claim for claim in claims if claim.id == "wrong")
    one_by_one = replace(wrong, plan=Plan(("A", "B"), largest={"d": 1, "N": 8, "M": 8, "n": 8}))
    with pytest.raises(CertificateError, match="claim wrong: exact evidence leaves out"):
        check_report(verify([one_by_one], prompts=0).to_json(), [wrong])


def test_there_are_enough_forgeries() -> None:
    """Fewer would leave a field out."""
    assert len(FORGERIES) >= 120
