"""Theorems that are true in a special case only: the evidence that the true claim has refutes each of them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_check import Statement, catalogue
from proofs_check.judge.check import check_claim
from proofs_check.judge.run import run_budget
from proofs_check.papers.zhang2024.language import AVERAGES

BUDGET = run_budget(100, 7, 1e-6, 2000)
CLAIMS = {claim.id: claim for claim in catalogue()}
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
    ("B6-minimiser", "Gamma^-1", {"Gamma": "(N - 1 + 3 kappa4)/N Lambda"}, "d = 1"),
    ("B6-minimiser", "Gamma^-1", {"Gamma": "(1 + 1/N) Lambda + tr(Lambda)/N I"}, "Gaussian covariates"),
    ("lem-5.2-U", "-u^2 Gamma Lambda U' Lambda + u Lambda^2", {}, "symmetric U"),
    ("lem-A.1", "1/2 u^2 tr(Gamma Lambda U Lambda U) - u tr(Lambda^2 U)", {}, "symmetric U"),
    ("lem-D.1-square", "2 X B", {}, "symmetric B"),
    ("lem-D.2", "2 Lambda A Lambda + tr(A Lambda) Lambda", {}, "symmetric A"),
    ("lem-5.3", "(1 - 1/N) Lambda^-1 - tr(Lambda)/N Lambda^-2", {}, "first order in 1/N"),
    ("cor-A.2-floor", "-1/2 (tr(Lambda) - (tr(Lambda) + d tr(Lambda))/N)", {}, "first order in 1/N"),
    ("sec-4.2-query", "0", {}, "no error in the limit of long training"),
    ("B8-relu", "1/4 w' Lambda w + 1/M tr(S Gamma^-2 Lambda)", {}, "the limit of long training"),
    ("B3-logistic", "2 rootd lambda^2 h (1 - rootd (1 + 2/N) lambda h)", {}, "d = 1"),
    ("B4-hessian", "tr(Gamma Lambda K Lambda K')", {"K": "u X"}, "directions that leave u as it is"),
    ("B4-hessian", "u^2 tr(Gamma Lambda X Lambda X')", {}, "directions that leave u as it is"),
    ("B4-hessian", "tr(Gamma Lambda K Lambda K')", {"K": "u X' + c/u Gamma^-1"}, "symmetric directions"),
    ("B4-hessian", "tr(Gamma Lambda^2 K K')", {}, "isotropic Lambda"),
    ("B4-hessian", "tr(Gamma Lambda K Lambda K')", {"Gamma": "(1 + (d + 1)/N) Lambda"}, "isotropic Lambda"),
    ("B4-rate", "12 s^2 align (2 - d^(1/2) s^2 opG)/(d^(1/2) opL^2 tr(Gamma^-1 Lambda^-1) tr(Lambda^-1))", {}, "d > 1"),
    ("lem-C.7", "s^2 (2 align - s^2 spread)/(2 opS)", {}, "d = 1"),
    ("lem-C.7", "s^2 align (2 - d^(1/2) s^2 g1)/(2 d^(1/2) opS)", {"align": "tr(L1^2 Theta Theta')"}, "a point mass"),
    ("lem-C.8-PL", "4 nu s^2 (2 align - d^(1/2) s^2 spread)/(d^(1/2) opS)", {}, "small starts off the diagonal"),
    ("lem-C.8-gradient", "3 u^2 nu gap", {}, "all but the slowest direction"),
    ("lem-C.8-decay", "30 nu s^2 (2 align - d^(1/2) s^2 spread)/(d^(1/2) opS)", {}, "no case"),
    ("lem-C.4-any-law-floor", "-1/2 tr(S^2 G^-1)", AVERAGES, "covariances that commute"),
    ("lem-C.4-any-law", "1/2 p tr(G1 L1 V L1 V') + 1/2 q tr(G2 L2 V L2 V')", {}, "a stationary A"),
    ("B11-point", "1/(2 lambda + tr(Lambda))", {}, "N = 1"),
    ("B11-excess", "1/2 (tr(Lambda) - lambda)^2/((1 + 1/N) (tr(Lambda) - lambda) + tr(Lambda)/N)", {}, "d = 2"),
    ("law-gamma-minimiser", "N l/g", {"g": "(N + 2) (h + 2)"}, "d = 1"),
    ("law-gamma-minimiser", "l/(h + 2)", {}, "the limit of long training"),
    ("law-gamma-error-limit", "d/(3 l)", {}, "h = 1"),
    ("law-uniform-error-limit", "d l/3", {}, "the law of an exponential"),
    ("law-log-normal-minimiser", "N/(l (N + d + 1))", {}, "h = 0, a point mass"),
    ("law-two-point-minimiser", "N/(m1 (N + d + 1))", {}, "l = h, a point mass"),
    ("law-two-point-error-limit", "0 m1", {}, "l = h, a point mass"),
    ("law-degenerate-minimiser", "N/(l (N + 2))", {}, "d = 1"),
    ("law-exp-error", "d (m1 - 2 A1 m2 + A1^2 m3 + 1/N A1^2 (2 m3 + (d - 1) m1 m2))", {}, "N = M"),
    ("law-exp-error", "d (m1 - m2^2/m3)", {}, "the limit of long prompts"),
    ("lem-C.1-U", "-u^2 (p G1 L1 U' L1 + q G2 L2 U' L2) + u (p L1^2 + q L2^2)", {}, "symmetric U"),
    ("lem-C.3", "tr(1/2 u^2 G L U L U' - u L^2 U')", {"L": "p L1 + q L2", "G": "p G1 + q G2"}, "a point mass"),
    ("thm-4.5-iid-error", "d (mu1 - 2 a1 mu2 + a1^2 mu3 + 1/N a1^2 (2 mu3 + (d - 1) mu1 mu2))", {}, "N = M"),
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
