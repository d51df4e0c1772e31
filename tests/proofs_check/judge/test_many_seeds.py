"""False alarms: the whole verify run at many seeds. Slow; `make test-slow` runs it and can be interrupted and resumed.

ICL_THEORY_SEEDS is the number of seeds, 200 by default; ICL_THEORY_SLOW_DIR a directory in which finished claims are
kept, so that a second run checks only what is missing.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from proofs_check.judge.run import Run
from proofs_check.verification import Catalogue
from tests.proofs_check.judge.reports import equal_up_to_time

SEEDS = int(os.environ.get("ICL_THEORY_SEEDS", "200"))
# Seeds that neither `make verify` nor another test uses.
FIRST = 1000


def _kept(tmp_path: Path, seed: int) -> Path:
    named = os.environ.get("ICL_THEORY_SLOW_DIR")
    return (Path(named) if named else tmp_path) / f"seed-{seed}"


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(FIRST, FIRST + SEEDS))
def test_no_true_claim_is_refuted_at_any_seed(tmp_path: Path, seed: int) -> None:
    """At every seed claims hold and findings are refuted; a false alarm has probability 10^-6 a seed."""
    report = Run(Catalogue(), seed=seed, resume=_kept(tmp_path, seed)).report()
    wrong = [f"{r.id} is {r.status}: {r.reason}" for r in report.results if not r.as_expected]
    assert not wrong, f"seed {seed}:\n" + "\n".join(wrong)
    assert len(report.results) > 100


def test_a_seed_that_was_finished_is_not_run_again(tmp_path: Path) -> None:
    """What the slow run keeps is enough to give its report again, without touching what is kept."""
    run = Run(Catalogue(), ("thm-4.2-covariance",), seed=FIRST, resume=tmp_path)
    report = run.report().to_json()
    (kept,) = tmp_path.glob("*.json")
    before = kept.stat().st_mtime_ns
    assert equal_up_to_time(report, run.report().to_json())
    assert kept.stat().st_mtime_ns == before
