"""Section 4: separate key and query of rank one. Flow, fixed points, losses on the plateaus, the scalar flow."""

from __future__ import annotations

from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2025.instances import fixed_points, next_head, prompts_at_fixed_points
from proofs_check.papers.zhang2025.language import (
    GAMMA,
    LEARNED,
    LETTERS,
    NEXT,
    SECOND,
    SEPARATE_SUM,
    separate,
    state,
    three,
)

WHOLE = {**SECOND, **SEPARATE_SUM, "F": "Lambda^2 - C S Lambda"}
DESCENDS = ("the flow is minus this",)
MEMBERS = (
    r"$M(S_m)$: $v_i k_i q_i^\top$ sum to (18); $k_i$ and $q_i$ lie in the span, where $v_i = 0$ one of them does",
    r"$\Lambda$ has different eigenvalues; $P$ projects on the learned eigenvectors",
)
ANSATZ = ("$m$ eigenvectors learned as in (20a); of the next one eigenvalue $l$, head $k = q = v e$; other heads zero",)
NO_FORMULA = "weights that satisfy the three conditions are no formula in letters; exact at drawn ones"
FEW = 20

FLOW = (
    separate.gradient(
        "zhang2025-14a",
        "The flow of the value weights",
        "(14)",
        "u_0",
        "-k_0' F q_0",
        where=WHOLE,
        assumptions=DESCENDS,
    ),
    separate.gradient(
        "zhang2025-14b", "The flow of the keys", "(14)", "k_0", "-u_0 F q_0", where=WHOLE, assumptions=DESCENDS
    ),
    separate.gradient(
        "zhang2025-14c", "The flow of the queries", "(14)", "q_0", "-u_0 F' k_0", where=WHOLE, assumptions=DESCENDS
    ),
    state(
        "zhang2025-15",
        "The second moment of the sample covariance",
        "(15)",
        Quantity.formula("E[sum_i(x_i x_i') sum_i(x_i x_i')]/N^2"),
        "Lambda^2 + (Lambda + tr(Lambda) I) Lambda/N",
        law={"x": LETTERS["Lambda"]},
        letters=("Lambda",),
        largest={"d": 3, "N": 3},
    ),
)

FIXED = (
    *(
        three.gradient(
            f"zhang2025-16-{weight[0]}",
            f"Every member of $M(S_m)$ is a fixed point: no force on {said}",
            "(16)",
            weight,
            "0",
            letters=LEARNED,
            search=fixed_points(),
            searched=FEW,
            assumptions=MEMBERS,
            reason=NO_FORMULA,
        )
        for weight, said in (("u_0", "a value weight"), ("k_0", "a key"), ("q_0", "a query"))
    ),
    three.prediction(
        "zhang2025-22",
        "At a member of $M(S_m)$ the prediction is principal component regression",
        "(22)",
        "1/N y' X' P G^-1 x_q",
        where=GAMMA,
        letters={**LEARNED, "Lambda": LETTERS["Lambda"]},
        search=prompts_at_fixed_points(),
        searched=3 * FEW,
        assumptions=MEMBERS,
        reason=NO_FORMULA,
    ),
    three.error(
        "zhang2025-19",
        "The loss at a member of $M(S_m)$",
        "(19)",
        "tr(Lambda) - tr(P Lambda^2 G^-1)",
        where=GAMMA,
        letters=LEARNED,
        search=fixed_points(),
        searched=FEW,
        assumptions=(
            *MEMBERS,
            r"$(1 + (1 + \operatorname{tr}(\Lambda)/\lambda_i)/N)^{-1}$ are the eigenvalues of $\Lambda G^{-1}$",
        ),
        reason=NO_FORMULA,
    ),
)

SCALAR = (
    *(
        three.gradient(
            f"zhang2025-21-{h}",
            f"The scalar flow of the next eigenvector's head, as felt by {said}",
            "(21)",
            weight,
            f"-(l^2 v^2 - l^3 c v^5){factor}",
            where={"c": "1 + (1 + tr(Lambda)/l)/N"},
            letters=NEXT,
            search=next_head(),
            searched=FEW,
            assumptions=ANSATZ,
        )
        for h, weight, factor, said in (("v", "u_0", "", "its value"), ("k", "k_0", " e", "its key"))
    ),
)

STATEMENTS = (*FLOW, *FIXED, *SCALAR)
