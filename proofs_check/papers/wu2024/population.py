"""The population risk: the best step, what it attains, other lengths of test prompts, and finitely many tasks."""

from __future__ import annotations

from proofs_check.papers.wu2024.models import LONGER, blocks, finite, step

BEST = {"G": "(tr(H) + s2/psi2)/N I + (N + 1)/N H"}
REDUCED = {"u": "1", "u12": "0", "u21": "0"}

STEP = (
    step.loss(
        "wu2024-loss",
        r"The loss of a step is a square plus its minimum, at $A = G^{-1}$ only",
        "best step",
        "1/2 (s2 + psi2 (tr(H) - tr(H G^-1 H)) + psi2 tr((A - G^-1)' H G (A - G^-1) H))",
        where=BEST,
    ),
    step.gradient(
        "wu2024-gradient",
        "The gradient of the loss with respect to the step",
        "best step",
        "A",
        "psi2 H G (A - G^-1) H",
        where=BEST,
    ),
    *(
        blocks.gradient(
            f"wu2024-stationary-{block}",
            f"Where the cross blocks are zero, the loss is stationary in ${name}$",
            "best step",
            block,
            "0",
            weights=REDUCED,
            place="all blocks",
        )
        for block, name in (("u21", "u_{21}"), ("u12", "u_{12}"))
    ),
    blocks.gradient(
        "wu2024-gradient-u",
        r"The gradient with respect to $u$ where the cross blocks are zero and $u = 1$; zero at $U_{11} = G^{-1}$",
        "best step",
        "u",
        "psi2 tr(U11' H G (U11 - G^-1) H)",
        weights=REDUCED,
        where=BEST,
        place="all blocks",
    ),
    blocks.excess(
        "wu2024-global",
        "At the best step, with the other blocks zero, the loss is least over all blocks",
        "best step",
        "0",
        relation=">=",
        weights={"U11": "G^-1", **REDUCED},
        where=BEST,
        place="all blocks",
        rests_on=("wu2024-loss",),
        reason="the part of the prediction that is even in the task is no sum of squares by form; exact at instances",
    ),
)

RISK = (
    step.error(
        "wu2024-least-risk",
        "The least risk",
        "least risk",
        "s2 + psi2 (tr(H) - tr(H G^-1 H))",
        weights={"A": "G^-1"},
        where=BEST,
        rests_on=("wu2024-loss",),
    ),
    step.error(
        "wu2024-another-length",
        "The risk of any step on prompts of length $M$",
        "another length",
        "s2 + psi2 (tr(H) - 2 tr(H A H) + tr(A' V A H))",
        where={"V": "(M + 1)/M H^2 + (tr(H) + s2/psi2)/M H"},
        test=LONGER,
    ),
    step.error(
        "wu2024-best-step-at-another-length",
        "The risk of the best step of length $N$ on prompts of length $M$",
        "another length",
        "s2 + psi2 (tr(H) - 2 tr(H G^-1 H) + tr(G^-1 V G^-1 H))",
        weights={"A": "G^-1"},
        where={**BEST, "V": "(M + 1)/M H^2 + (tr(H) + s2/psi2)/M H"},
        test=LONGER,
        rests_on=("wu2024-another-length",),
    ),
)

TASKS = (
    finite.error(
        "wu2024-finite-tasks",
        "The risk of any step on $T$ fixed tasks is that of their second moment $R$",
        "finitely many tasks",
        "s2 + tr(H R) - 2 tr(H A' H R) + tr(A' ((N + 1)/N H R H + (tr(H R) + s2)/N H) A H)",
        where={"R": "1/T sum_t(W_t W_t')"},
    ),
)

STATEMENTS = (*STEP, *RISK, *TASKS)
