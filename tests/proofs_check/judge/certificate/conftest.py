"""One report of varied claims, made once."""

from __future__ import annotations

import json
from typing import Any

import pytest

from proofs_check import Claim
from proofs_check.judge.run import verify
from tests.proofs_check.judge.certificate.varied_claims import varied_claims


@pytest.fixture(scope="session")
def claims() -> tuple[Claim, ...]:
    """The installed claims."""
    return varied_claims()


@pytest.fixture(scope="session")
def honest(claims: tuple[Claim, ...]) -> str:
    """Their report."""
    return verify(claims, prompts=3000).to_json()


@pytest.fixture
def record(honest: str) -> dict[str, Any]:
    """A copy of the report to forge."""
    loaded: dict[str, Any] = json.loads(honest)
    return loaded
