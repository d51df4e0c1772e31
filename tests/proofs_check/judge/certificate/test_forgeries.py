"""Reports forged by a person who knows the format: each is refused, with a message that names what does not fit."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofs_check import Claim
from proofs_check.judge.certificate import CertificateError, check_report, seal
from tests.proofs_check.judge.certificate.forgeries import FORGERIES


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


def test_there_are_enough_forgeries() -> None:
    """Fewer would leave a field out."""
    assert len(FORGERIES) >= 120
