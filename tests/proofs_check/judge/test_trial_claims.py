"""No wrong, circular or vacuous trial claim earns a status; no true one is refuted; what has no meaning is an error."""

from __future__ import annotations

import pytest

from proofs_check import ClaimError, Statement
from proofs_check.judge.check import check_claim
from proofs_check.judge.run import run_budget
from tests.proofs_check.judge.trial_claims import MEANINGLESS, MILD_SEARCH, TRUE, WRONG, claim

BUDGET = run_budget(1, 0, 1e-6, 0)


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_claim_earns_no_status(name: str) -> None:
    """It is refuted or undecided, and the reason is given."""
    result = check_claim(WRONG[name](), BUDGET)
    assert result.status in ("refuted", "undecided"), (result.status, [e.summary for e in result.evidence])
    assert result.reason


@pytest.mark.parametrize("name", TRUE)
def test_a_true_claim_keeps_its_status(name: str) -> None:
    """It is never refuted, and reaches what its evidence is worth."""
    make, expected = TRUE[name]
    result = check_claim(make(), BUDGET)
    assert result.status in expected, (result.status, result.reason)


def test_a_search_that_stays_mild_shows_its_ranges() -> None:
    """a/b <= 1000 passes where the condition number is at most 10, and the row says so."""
    (exact,) = check_claim(MILD_SEARCH, BUDGET).evidence
    assert "condition number of P up to 10" in exact.summary


@pytest.mark.parametrize("name", MEANINGLESS)
def test_a_claim_without_meaning_is_named(name: str) -> None:
    """The error names the claim and the place."""
    make, words = MEANINGLESS[name]
    with pytest.raises(ClaimError, match=words):
        check_claim(make(), BUDGET)


def test_a_sharper_statement_that_fails_implies_nothing() -> None:
    """Mutants that a false statement would imply are not counted as implied."""
    wrong = Statement.of("1/1000000 tr(P)^2", relation="<=")
    result = check_claim(claim("tr(P^2)", "2 tr(P)^2", ["P"], "<=", sharper=("sharper", wrong)), BUDGET)
    assert {mutant.reason for mutant in result.mutants if mutant.fate == "implied"} == {"implied by the statement"}


def test_the_law_of_a_letter_on_the_left_is_printed() -> None:
    """It is what the claim assumes, whether or not the right side names the letter."""
    assumed = check_claim(TRUE["a mean"][0](), BUDGET).assumptions
    assert any("sim N(v, " in text for text in assumed)
