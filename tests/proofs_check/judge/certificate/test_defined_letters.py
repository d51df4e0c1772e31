"""A statement may use a letter that the derivation defines; an honest report of it is valid, a forged one is not."""

from __future__ import annotations

import json

import pytest

from proofs_check import catalogue
from proofs_check.judge.certificate import CertificateError, check_report, seal
from proofs_check.judge.run import verify


def test_a_letter_that_the_derivation_defines() -> None:
    """The population loss is stated through `even`, whose polynomial stands in the report."""
    claims = [claim for claim in catalogue() if claim.id in ("prediction", "population-loss")]
    text = verify(claims, prompts=0).to_json()
    assert check_report(text, claims).claims
    record = json.loads(text)
    data = record["claims"][1]["evidence"][0]["data"]
    data["definitions"]["even"] = "2 u"
    record["sha256"] = seal(record)
    with pytest.raises(CertificateError, match="population-loss"):
        check_report(json.dumps(record), claims)
