"""The claims on random covariances: statuses, mutants, and wrong theorems."""

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from proofs_check import Statement, catalogue
from proofs_check.judge.check import check_claim
from proofs_check.judge.claims import ancestors
from proofs_check.judge.run import run_budget
from proofs_check.papers.zhang2024 import appendix_c, beyond, findings, section_4_3
from proofs_check.papers.zhang2024.quantities.random_covariance import least_averaged_loss
from proofs_check.papers.zhang2024.quantities.random_error import (
    exponential_cubature,
    independent_atoms,
    prediction_error_by_enumeration,
)
from theory.zhang2024.random_covariance import random_covariance
from theory.zhang2024.random_entries import FiniteLaw, exponential

BUDGET = run_budget(1, 3, 1e-6, 0)
CLAIMS = {
    claim.id: claim
    for claim in (
        *section_4_3.STATEMENTS,
        *appendix_c.FLOW,
        *appendix_c.COORDINATES,
        *appendix_c.MINIMUM,
        *beyond.random_covariances.ANY_LAW,
        *beyond.random_covariances.ERRORS,
        *findings.OWN_QUERY,
        *findings.ALIGNMENT,
        *findings.MISPRINTS,
    )
}
FINDINGS = {name for name, claim in CLAIMS.items() if claim.finding}

# Each is false, and true in the case that is named.
WRONG = [
    ("lem-C.1-U", "-u^2 (p G1 L1 + q G2 L2) U (p L1 + q L2) + u (p L1^2 + q L2^2)", "a point mass"),
    ("lem-C.1-U", "-u^2 (p G1 L1 L1 U + q G2 L2 L2 U) + u (p L1^2 + q L2^2)", "U commutes with Lambda"),
    ("lem-C.1-u", "-u tr(p G1 L1 U L1 U' + q G2 L2 U L2 U') + tr((p L1 + q L2)^2 U')", "a point mass"),
    ("lem-C.4-minimiser", "(p G1 + q G2)^-1", "a point mass"),
    ("lem-C.4-minimiser", "(p L1^3 + q L2^3)^-1 S", "N to infinity"),
    ("B7", "d (mu1 - mu1^2/mu2)", "a point mass"),
    ("exp-minimiser", "N/(3 N + 6)", "d = 1"),
]


@pytest.mark.parametrize("name", sorted(set(CLAIMS) - FINDINGS))
def test_claims_hold_and_no_mutant_survives(name: str) -> None:
    """Every claim earns a status, and its evidence refutes each mutant that says something else."""
    result = check_claim(CLAIMS[name], BUDGET)
    assert result.status in ("proved", "conditional", "tested", "supported")
    assert [mutant.change for mutant in result.mutants if mutant.fate == "survived"] == []


@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_findings_are_refuted_with_a_counterexample(name: str) -> None:
    """A printed statement that fails is refuted by computation, and what corrects it is among the claims."""
    result = check_claim(CLAIMS[name], BUDGET)
    assert result.status == "refuted"
    assert result.counterexample
    assert CLAIMS[name].corrected_by
    assert set(CLAIMS[name].corrected_by) <= set(CLAIMS) - FINDINGS


@pytest.mark.parametrize(("name", "right", "case"), WRONG)
def test_statements_true_in_special_cases_only_are_refuted(name: str, right: str, case: str) -> None:
    """A theorem that holds only in the named case meets an instance outside it."""
    held = CLAIMS[name]
    statement = replace(Statement.of(right), where=held.statement.where, abbreviations=held.statement.abbreviations)
    assert check_claim(replace(held, statement=statement), BUDGET).status == "refuted", case


def test_claims_rest_on_claims_that_exist() -> None:
    """Together with the other claims of the paper the ancestry is closed and has no circles."""
    assert set(ancestors(catalogue())) >= set(CLAIMS)


def test_the_cubature_has_the_moments_of_the_exponential_law() -> None:
    """Weights are probabilities, and the moments up to the third are k!."""
    law = exponential()
    for k in range(4):
        assert sum(weight * node**k for weight, node in exponential_cubature()) == law.moment(k)
    assert all(weight > 0 and node > 0 for weight, node in exponential_cubature())


@pytest.mark.parametrize("N", [1, 2])
def test_enumeration_agrees_with_the_theory_for_dependent_entries(N: int) -> None:
    """The layer on prompts of each atom gives A, the floor and the error of a law whose entries are dependent."""
    law = FiniteLaw(((1, 2), (3, Fraction(1, 2)), (2, 5)), (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)))
    atoms = [(weight, np.diag(atom) + Fraction(0)) for weight, atom in law.weighted]
    held = random_covariance(law, N)
    best, floor = least_averaged_loss(atoms, N)
    assert (best == np.diag(held.minimiser) + Fraction(0)).all()
    assert floor == held.floor
    for M in (1, 2):
        assert prediction_error_by_enumeration(atoms, best, M, Fraction(1, 3)) == held.error(
            M, noise_variance=Fraction(1, 3)
        )


def test_independent_atoms_multiply_probabilities() -> None:
    """The product law has total probability one and all combinations of values."""
    atoms = independent_atoms([(Fraction(1, 3), Fraction(1)), (Fraction(2, 3), Fraction(5))], 3)
    assert len(atoms) == 8
    assert sum(weight for weight, _ in atoms) == 1
