"""Findings: printed statements that a search refutes, their reproduction, and what the run makes of them."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from proofs_check import Instance, Statement, catalogue, find_claim, verify
from proofs_check.judge.check import check_claim
from proofs_check.judge.results import ClaimResult
from proofs_check.judge.run import run_budget
from proofs_check.papers.zhang2024 import beyond, findings
from proofs_check.papers.zhang2024.quantities.layer import negative_directions_of_H

BUDGET = run_budget(100, 3, 1e-6, 0)
# The others are tested with the claims on random covariances.
ELSEWHERE = (*findings.OWN_QUERY, *findings.ALIGNMENT, *findings.MISPRINTS)
CLAIMS = {claim.id: claim for claim in (*beyond.flow.EVERY_SIGMA[:2], *findings.STATEMENTS) if claim not in ELSEWHERE}
FINDINGS = sorted(name for name, claim in CLAIMS.items() if claim.finding)
RESULTS: dict[str, ClaimResult] = {}
ROOT = Path(__file__).parents[4]


def _result(name: str) -> ClaimResult:
    if name not in RESULTS:
        RESULTS[name] = check_claim(CLAIMS[name], BUDGET)
    return RESULTS[name]


@pytest.mark.parametrize("name", sorted(set(CLAIMS) - set(FINDINGS)))
def test_what_holds_instead_holds(name: str) -> None:
    """Each correction is proved or tested at a seed that `make verify` does not use."""
    result = _result(name)
    assert result.status in ("proved", "tested"), result.reason
    assert result.count("survived") == 0


@pytest.mark.parametrize("name", FINDINGS)
def test_a_printed_statement_is_refuted_by_a_search(name: str) -> None:
    """The search finds and shrinks a counterexample; as a finding it is no failure of the run."""
    result = _result(name)
    assert result.status == "refuted"
    assert result.as_expected
    assert result.corrected_by
    assert result.counterexample


@pytest.mark.parametrize(
    ("name", "start"),
    [
        ("F1", "d = 2, N = 1;"),
        ("F2", "d = 2, M = 1, N = 1;"),
        ("F4", "d = 1, N = 1;"),
        ("F5", "d = 1, N = 1;"),
        ("F6", "d = 1; h = 1/2"),
        ("F7", "d = 2;"),
    ],
)
def test_counterexamples_shrink_to_the_least_dimensions(name: str, start: str) -> None:
    """Whatever the seed, the counterexample has the least dimension and length at which there is one."""
    for seed in (3, 11):
        result = _result(name) if seed == 3 else check_claim(CLAIMS[name], replace(BUDGET, seed=seed))
        assert result.counterexample.startswith(start)


@pytest.mark.parametrize("name", FINDINGS)
def test_the_printed_script_shows_the_counterexample(name: str) -> None:
    """The script is run as it stands and ends in the AssertionError of this very claim."""
    run = subprocess.run(
        [sys.executable, "-c", _result(name).reproduction], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert run.returncode == 1
    assert f"AssertionError: {name} fails at" in run.stderr


def test_a_finding_that_is_no_longer_refuted_fails_the_run() -> None:
    """The exit code is 0 for a refuted finding, 1 for one that holds, and 1 for a refuted claim that is none."""
    printed, corrected = CLAIMS["F2"], CLAIMS["F2-corrected"]
    plain = {"rests_on": (), "corrected_by": ()}
    refuted = replace(printed, **plain)
    holds = replace(corrected, finding=True, **plain)
    assert verify([refuted], prompts=0).exit_code == 0
    assert verify([holds], prompts=0).exit_code == 1
    assert verify([replace(refuted, finding=False)], prompts=0).exit_code == 1
    assert verify([replace(corrected, rests_on=())], prompts=0).exit_code == 0


def test_a_finding_without_evidence_leaves_the_run_undecided() -> None:
    """If the search cannot be made at all nothing is known, and the exit code is 3."""

    def fails(_: object) -> None:
        raise RuntimeError("no evidence today")

    left = replace(CLAIMS["F6"].left, exact=fails)  # type: ignore[arg-type]
    broken = replace(CLAIMS["F6"], left=left, statement=Statement.of("d", relation="<"), rests_on=(), corrected_by=())
    assert verify([broken], prompts=0).exit_code == 3


def test_negative_eigenvalues_by_descartes_agree_with_floating_point() -> None:
    """The exact count of F1 is that of numpy's eigenvalues of the same H."""
    rng = np.random.default_rng(0)
    for d, N in ((1, 1), (2, 1), (2, 3), (3, 2)):
        X, w, x_q = (rng.integers(-3, 4, size=shape) for shape in ((d, N), d, d))
        exact = Instance(
            {"d": d, "N": N},
            {
                "X": tuple(tuple(Fraction(int(v)) for v in row) for row in X),
                "w": tuple(Fraction(int(v)) for v in w),
                "x_q": tuple(Fraction(int(v)) for v in x_q),
            },
        )
        E = np.block([[X, x_q[:, None]], [(w @ X)[None, :], np.zeros((1, 1))]])
        border = np.block([[np.zeros((d, d)), x_q[:, None]], [x_q[None, :], np.zeros((1, 1))]])
        eigenvalues = np.linalg.eigvalsh(np.kron(border, E @ E.T / N) / 2)
        count, _ = negative_directions_of_H().exact(exact)
        assert count[0, 0] == np.sum(eigenvalues < -1e-9)


def test_findings_are_among_the_claims_of_the_paper() -> None:
    """The run of the paper contains every finding, and asking for an unknown one says which there are."""
    claims = catalogue()
    assert {claim.id for claim in claims if claim.finding} >= set(FINDINGS)
    assert find_claim(claims, "F1").finding
    with pytest.raises(KeyError, match="no claim 'F99'"):
        find_claim(claims, "F99")
