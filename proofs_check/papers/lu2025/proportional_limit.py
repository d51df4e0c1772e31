"""Where d, l and the number of tasks grow together: the error, Wishart moments, and the resolvent M_kappa(x)."""

from __future__ import annotations

from proofs_check.papers.lu2025 import quantities
from proofs_check.papers.lu2025.instances import one_task, resolvent_arguments
from proofs_check.papers.lu2025.language import GROWTH, PROMPTS, state

SAMPLE = r"$C = (1/N) \sum_t w_t w_t^\top$ with $w_t \sim N(0, I)$, $N = \kappa d$ tasks"
TASKS_GROW = r"$d$ and $N$ multiplied by $t$, $t \to \infty$: $\kappa$ is $N/d$"
# 4/(kappa/x) is 4 x/kappa: with a root in it the engine cannot see that an exchange of factors changes nothing.
M_KAPPA = "2/(x + 1 - 1/kappa + ((x + 1 - 1/kappa)^2 + 4/(kappa/x))^(1/2))"

ERROR = (
    state(
        "lu2025-limit-error",
        r"The limit of the error at $g = 0$",
        "error in the limit",
        quantities.limiting_error(),
        "1 + rho + 1/d tr(G1 ((1 + rho) d/l I + R) G1') - 2/d tr(G1 R)",
        search=one_task(),
        searched=15,
        assumptions=(
            PROMPTS,
            GROWTH,
            r"normalised traces such as $(1/d) \operatorname{tr}(G_1 R G_1^\top)$ are kept",
            r"$\|w\|^2 = d$, $R = \mathbb{E} w w^\top$",
        ),
        rests_on=("lu2025-error",),
    ),
    state(
        "lu2025-limit-best-step",
        r"The limit of the error at a multiple of $I$ on isotropic tasks, and its minimum",
        "error in the limit",
        "1 + rho - 2 step + step^2 (1 + (1 + rho) d/l)",
        "1 + rho - 1/k + k (step - 1/k)^2",
        place="its minimum",
        where={"k": "1 + (1 + rho) d/l"},
        letters=("step", "rho"),
        largest={"d": 5, "l": 5},
        assumptions=(r"the left side is the limit of the error at $G_1$ that multiple of $I$, and $R = I$",),
        rests_on=("lu2025-limit-error",),
    ),
)

MOMENTS = tuple(
    state(
        f"lu2025-moment-{k}",
        rf"The limit of the normalised trace of $C^{k}$",
        "resolvent",
        quantities.wishart_moment_limit(k),
        right,
        place="its moments",
        largest={"d": 5, "N": 5},
        assumptions=(SAMPLE, TASKS_GROW),
    )
    for k, right in ((2, "1 + d/N"), (3, "1 + 3 d/N + d^2/N^2"), (4, "1 + 6 d/N + 6 d^2/N^2 + d^3/N^3"))
)

RESOLVENT = (
    state(
        "lu2025-M-root",
        r"The positive root of $(x/\kappa) m^2 + (x + 1 - 1/\kappa) m - 1$",
        "resolvent",
        quantities.root_of_quadratic(),
        M_KAPPA,
        search=resolvent_arguments(),
        largest={},
        assumptions=(r"$x, \kappa > 0$",),
        reason="the root is enclosed at instances",
    ),
    state(
        "lu2025-M-limit",
        r"The limit of $(1/d) \mathbb{E} \operatorname{tr}(C + x I)^{-1}$",
        "resolvent",
        quantities.resolvent_limit(),
        M_KAPPA,
        place="as a limit",
        search=resolvent_arguments(1000),
        largest={},
        searched=25,
        letters=("x", "kappa"),
        assumptions=(SAMPLE, TASKS_GROW),
        reason="enclosed for $x$ of at least 1000, where moments up to the fourth tell; integrated numerically below",
    ),
)

STATEMENTS = (*ERROR, *MOMENTS, *RESOLVENT)
