"""Theorems that are true in a special case only: the evidence that the true claim has refutes each of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_check import Statement, paper_claims
from proofs_check.verify import check_claim, run_budget

BUDGET = run_budget(100, 7, 1e-6, 2000)
CLAIMS = {claim.id: claim for claim in paper_claims()}
ERROR = (
    "s2 + 1/M tr(S Gamma^-2 Lambda) + 1/N^2 (w' Gamma^-2 Lambda^3 w"
    " + 2 tr(Lambda) w' Gamma^-2 Lambda^2 w + tr(Lambda)^2 w' Gamma^-2 Lambda w)"
)

# (claim, right side, abbreviations that differ, the special case in which it holds)
WRONG: list[tuple[str, str, dict[str, str], str]] = [
    ("lem-5.3", "Gamma^-1", {"Gamma": "(1 + (d + 1)/N) Lambda"}, "isotropic Lambda"),
    ("lem-D.2", "tr(A) Lambda^2 + Lambda (A + A') Lambda", {}, "isotropic Lambda"),
    ("B9", "1/M tr(A' Lambda_q A ((w' Lambda_c w) Lambda_c + Lambda_c w w' Lambda_c + s2 Lambda_c))"
     " + w' (Lambda_c A - I)' Lambda_q (A Lambda_c - I) w", {}, "A and Lambda_c commute"),
    ("thm-4.2-linear", ERROR.replace("1/M", "1/N"), {}, "N = M"),
    ("thm-4.2-linear", ERROR.replace("1/N^2", "1/(N M)"), {}, "N = M"),
    ("eq-4.3", "1/M sum_i(y_i (x_q' Gamma^-1 x_i))", {"Gamma": "(1 + 1/M) Lambda + tr(Lambda)/M I"}, "N = M"),
    ("lem-5.3", "Gamma^-1", {"Gamma": "(1 + 2/N) Lambda"}, "d = 1"),
    ("lem-D.2", "3 Lambda A Lambda", {}, "d = 1"),
    ("thm-4.2-covariance", "2 (w' Lambda w) Lambda", {}, "d = 1"),
    ("B6-minimiser", "Gamma^-1", {"Gamma": "(N - 1 + 3 kappa)/N Lambda"}, "d = 1"),
    ("B6-minimiser", "Gamma^-1", {"Gamma": "(1 + 1/N) Lambda + tr(Lambda)/N I"}, "Gaussian covariates"),
    ("lem-5.2-U", "-u^2 Gamma Lambda U' Lambda + u Lambda^2", {}, "symmetric U"),
    ("lem-A.1", "1/2 u^2 tr(Gamma Lambda U Lambda U) - u tr(Lambda^2 U)", {}, "symmetric U"),
    ("lem-D.1-square", "2 X B", {}, "symmetric B"),
    ("lem-D.2", "2 Lambda A Lambda + tr(A Lambda) Lambda", {}, "symmetric A"),
    ("lem-5.3", "(1 - 1/N) Lambda^-1 - tr(Lambda)/N Lambda^-2", {}, "first order in 1/N"),
    ("cor-A.2-floor", "-1/2 (tr(Lambda) - (tr(Lambda) + d tr(Lambda))/N)", {}, "first order in 1/N"),
    ("sec-4.2-query", "0", {}, "no error in the limit of long training"),
    ("B8-relu", "1/4 w' Lambda w + 1/M tr(S Gamma^-2 Lambda)", {}, "the limit of long training"),
    ("B3-logistic", "2 rootd l^2 h (1 - rootd (1 + 2/N) l h)", {}, "d = 1"),
    ("B4-hessian", "tr(Gamma Lambda K Lambda K')", {"K": "u X"}, "directions that leave u as it is"),
    ("F1-corrected", "d + 1", {}, "N >= d"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "right", "where", "case"), WRONG)
def test_a_theorem_for_a_special_case_is_refuted(name: str, right: str, where: dict[str, str], case: str) -> None:
    """Its status is refuted, and a counterexample outside the special case is shown where one was searched for."""
    claim = CLAIMS[name]
    statement = Statement.of(right, dict(claim.statement.abbreviations) | where, claim.statement.relation)
    result = check_claim(replace(claim, statement=statement, finding=True), BUDGET)
    assert result.status == "refuted", case
    assert result.counterexample or "symbolic" in result.reason
