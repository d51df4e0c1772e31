"""One build of the formal proofs for all tests that need Coq: that of `make kernel`, brought up to date."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from proofs_check.kernel.coq import build

BUILD = Path(__file__).parents[3] / "build" / "kernel"
# What the tests compile against; the rest is left to `make kernel`.
TARGETS = (
    "lib/vanishing.v",
    "lib/relations.v",
    "generated/population_loss.v",
    "generated/fourth_moment.v",
    "theorems/reduced_minimum.v",
)


@pytest.fixture(scope="session")
def built() -> Path:
    """The directory of the build; skipped where Coq is missing, but never in CI, which installs it."""
    if shutil.which("coqc") is None and "CI" not in os.environ:
        pytest.skip("coqc is not installed")
    build(BUILD, targets=TARGETS)
    return BUILD
