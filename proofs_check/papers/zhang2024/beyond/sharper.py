"""Sharper forms of the paper's inequalities. A mutant of the paper's that one of these implies is true.

Their proofs, in the eigenbasis of Lambda, with g_i the eigenvalues of Gamma and S = Theta Theta':

- `thm-4.2-bound-kappa-sharp`: Gamma >= (1 + 1/N) Lambda, and both commute, so Gamma^-2 <= (N/(N+1))^2 Lambda^-2. With
  m <= l_i <= L = kappa m we have l_i + mL/l_i <= m + L; summing, and 4ab <= (a + b)^2, give Kantorovich's
  tr(Lambda) tr(Lambda^-1) <= d^2 (kappa + 1)^2/(4 kappa).
- `lem-A.5-sharp`: with P = Lambda^(1/2) S Lambda^(1/2), tr(Gamma Lambda S Lambda S) is tr(Gamma P^2), at most
  ||Gamma|| tr(Lambda S Lambda S) <= ||Gamma|| ||Lambda S Lambda||_F ||S||_F <= ||Gamma|| tr(Lambda^2 S); so
  l(0) <= s^2/2 ||Lambda Theta||^2 (s^2 ||Gamma|| - 2) without the paper's sqrt(d). And l >= -u tr(Lambda^2 U') >=
  -u^2 ||Lambda^2||_F by Cauchy-Schwarz and balance. As l falls, u^2 >= -l(0)/||Lambda^2||_F.
- `lem-5.4-gradient-sharp`: entry (i, j) of grad_U l is u g_i l_i l_j x_ij, with x = uU - Gamma^-1 and
  2 (l - min l) = sum g_i l_i l_j x_ij^2; so ||grad_U l||^2 >= 2 u^2 min(g) min(l)^2 (l - min l).
- `lem-5.4-PL-sharp`: the last two together.
- `lem-C.7-sharp`: tr(Gamma L S L S) <= ||Gamma|| tr(L^2 S) as above, for each covariance L, so the loss starts at most
  at s^2/2 (s^2 E[||Gamma|| tr(L^2 S)] - 2 tr(E[L^2] S)). And l >= -u tr(E[L^2] U'), at least -u^2 ||E[L^2]||_F by
  Cauchy-Schwarz and balance. As l falls, u^2 >= -l(0)/||E[L^2]||_F. The paper has tr(E[L]^2 S), which is at most
  tr(E[L^2] S) by Jensen, and the norms of the factors in place of tr(L^2 S).
- `lem-C.8-PL-sharp`: entry (i, j) of grad_U l is u zeta_ij x_ij, with x = uU - A and l - min l half the sum of
  zeta_ij x_ij^2; so ||grad_U l||^2 >= 2 u^2 nu (l - min l), with nu the least of the zeta_ij and gamma_i.
"""

from __future__ import annotations

from typing import Any

from proofs_check.judge.claims import Claim
from proofs_check.papers.zhang2024.instances.errors import conditioned_covariances, error_instances, long_training
from proofs_check.papers.zhang2024.instances.flows import (
    averaged_flow_instances,
    flow_instances,
    small_averaged_start,
    small_start,
)
from proofs_check.papers.zhang2024.instances.weights import weight_instances
from proofs_check.papers.zhang2024.language import (
    ALIGNMENT,
    ALONG_FLOWS,
    BY_INSTANCES,
    DIAGONAL_ATOMS,
    FLOW,
    GAUSSIAN,
    TWO_DIAGONAL_FLOW,
    state,
)
from proofs_check.papers.zhang2024.quantities import enclosed_flows, error_bounds, minimum

NOISELESS = (GAUSSIAN, r"$y = \langle w, x\rangle$", "the limit of training on prompts of length $N$")

# A bound that is reached at long training prompts.
ERROR_BOUND: dict[str, Any] = {
    "relation": "<=",
    "tight": True,
    "ends": lambda: (long_training(),),
    "search": error_instances(),
}

ERRORS = (
    state(
        "thm-4.2-bound-sharp",
        (
            r"The error of noiseless linear labels for tasks with $\mathbb{E} ww^\top = W$, with the"
            " factor $(N/(N + 1))^2$"
        ),
        "Theorem 4.2",
        error_bounds.error_for_tasks(sharper=True),
        "(N/(N + 1))^2 ((d + 1) tr(Lambda W)/M"
        " + 1/N^2 (tr(Lambda W) + 2 tr(W) tr(Lambda) + tr(Lambda^-1 W) tr(Lambda)^2))",
        place="sharper than the first bound after it",
        assumptions=(*NOISELESS, r"$W$ positive definite; $W = ww^\top$, one task, by continuity"),
        rests_on=("thm-4.2-linear",),
        **ERROR_BOUND,
    ),
    state(
        "thm-4.2-bound-mean-sharp",
        "The error averaged over tasks, with the factor $(N/(N + 1))^2$",
        "Theorem 4.2",
        error_bounds.error_over_normal_tasks(sharper=True),
        "(N/(N + 1))^2 ((d + 1) tr(Lambda)/M + 1/N^2 (tr(Lambda) + 2 d tr(Lambda) + tr(Lambda^-1) tr(Lambda)^2))",
        place="sharper than the second bound after it",
        assumptions=NOISELESS,
        rests_on=("thm-4.2-linear",),
        **ERROR_BOUND,
    ),
    state(
        "trace-product-sharp",
        (
            r"Kantorovich: $\operatorname{tr}(\Lambda) \operatorname{tr}(\Lambda^{-1})$ against the"
            " condition number, with the best constant"
        ),
        "Theorem 4.2",
        error_bounds.trace_product(),
        "d^2 (kappa + 1)^2/(4 kappa)",
        place="sharper than the second bound after it",
        relation="<=",
        tight=True,
        search=conditioned_covariances(),
        assumptions=(r"$\Lambda$ positive definite, $\kappa$ its condition number",),
        reason=BY_INSTANCES,
    ),
    state(
        "thm-4.2-bound-kappa-sharp",
        "The error averaged over tasks, with the factor $(N/(N + 1))^2$ and Kantorovich's constant",
        "Theorem 4.2",
        error_bounds.averaged_error(),
        "(N/(N + 1))^2 (d + 1) tr(Lambda)/M + (1 + 2 d + d^2 (kappa + 1)^2/(4 kappa)) tr(Lambda)/(N + 1)^2",
        place="sharper than the second bound after it",
        assumptions=NOISELESS,
        rests_on=("thm-4.2-linear", "trace-product-sharp"),
        reason=BY_INSTANCES,
        **ERROR_BOUND,
    ),
)

MILD = (GAUSSIAN, FLOW, r"$\sigma^2 \|\Gamma\|_{\mathrm{op}} < 2$")

# Statements on the same flows, which are enclosed once.
MILD_FLOWS: dict[str, Any] = {
    "place": "sharper",
    "relation": ">=",
    "where": ALIGNMENT,
    "search": flow_instances("sharper"),
    "searched": 18,
    "shared_with": "flows-mild",
    "assumptions": MILD,
    "reason": ALONG_FLOWS,
}

RATES = (
    state(
        "lem-A.5-sharp",
        r"$u$ stays away from zero, without the two factors $\sqrt{d}$ and under a weaker condition",
        "Lemma A.5",
        enclosed_flows.least_squared_u(),
        "s^2 align (2 - s^2 opG)/(2 tr(Lambda^4)^(1/2))",
        ends=lambda: (small_start(),),
        tight=True,
        rests_on=("lem-A.3",),
        **MILD_FLOWS,
    ),
    state(
        "lem-5.4-gradient-sharp",
        "The gradient against the excess loss, with the best constant",
        "Lemma 5.4",
        minimum.squared_gradient(),
        "2 u^2 lowG lowL^2 gap",
        place="sharper than in the proof",
        relation=">=",
        tight=True,
        search=weight_instances(),
        assumptions=(
            (
                r"any $U$ and $u$; $\Delta = \ell(U, u) - \min \ell$; $\lambda_{\min}(\Gamma)$,"
                r" $\lambda_{\min}(\Lambda)$ the least eigenvalues of $\Gamma$, $\Lambda$"
            ),
        ),
        rests_on=("lem-5.2-U", "cor-A.2-square"),
        reason=BY_INSTANCES,
    ),
    state(
        "lem-5.4-PL-sharp",
        "The Polyak-Lojasiewicz inequality along the flow, with a better rate under a weaker condition",
        "Lemma 5.4",
        enclosed_flows.least_gradient_rate(),
        "s^2 align (2 - s^2 opG) lowG lowL^2/tr(Lambda^4)^(1/2)",
        rests_on=("lem-A.5-sharp", "lem-5.4-gradient-sharp"),
        **MILD_FLOWS,
    ),
)

NORM = "tr(Theta Theta' Theta Theta')^(1/2)"
SHARPER_AVERAGES = {
    "align": f"tr((p L1^2 + q L2^2) Theta Theta')/{NORM}",
    "spread": f"tr((p g1 L1^2 + q g2 L2^2) Theta Theta')/{NORM}",
    "size": "tr((p L1^2 + q L2^2)^2)^(1/2)",
}
AVERAGED_MILD = (
    *TWO_DIAGONAL_FLOW,
    (
        r"$\sigma^2 \mathbb{E}[\|\Gamma_\tau\|_{\mathrm{op}} \|\Lambda_\tau \Theta\|_F^2] < "
        r"2 \operatorname{tr}(\mathbb{E}[\Lambda_\tau^2] \Theta \Theta^\top)$"
    ),
)

AVERAGED_MILD_FLOWS: dict[str, Any] = {
    "place": "sharper",
    "relation": ">=",
    "where": SHARPER_AVERAGES,
    "more": DIAGONAL_ATOMS,
    "search": averaged_flow_instances("sharper"),
    "searched": 18,
    "shared_with": "averaged-flows-mild",
    "assumptions": AVERAGED_MILD,
    "reason": ALONG_FLOWS,
}

AVERAGED_RATES = (
    state(
        "lem-C.7-sharp",
        r"$u$ stays away from zero under random covariances, without $\sqrt{d}$ and under a weaker condition",
        "Lemma C.7",
        enclosed_flows.least_squared_u(averaged=True),
        "s^2 (2 align - s^2 spread)/(2 size)",
        ends=lambda: (small_averaged_start(),),
        tight=True,
        rests_on=("lem-C.5", "lem-C.6-alignment"),
        **AVERAGED_MILD_FLOWS,
    ),
    state(
        "lem-C.8-PL-sharp",
        "The Polyak-Lojasiewicz inequality under random covariances, with a better rate under a weaker condition",
        "Lemma C.8",
        enclosed_flows.least_gradient_rate(averaged=True),
        "nu s^2 (2 align - s^2 spread)/size",
        rests_on=("lem-C.7-sharp",),
        **AVERAGED_MILD_FLOWS,
    ),
)

STATEMENTS = (*ERRORS, *RATES, *AVERAGED_RATES)


def sharper(name: str) -> Claim:
    """The claim of that id."""
    return next(claim for claim in STATEMENTS if claim.id == name)
