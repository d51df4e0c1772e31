"""Section 3: merged key and query. Its flow, fixed points, time course and limit."""

from __future__ import annotations

from proofs_check.papers.zhang2025.language import GAMMA, MERGED_SUM, SECOND, merged, one_head, state, white
from proofs_check.papers.zhang2025.quantities import gradient_of_long_prompts, time_course
from theory.algebra.expression import matrix

AT_ZERO = {"U_0": "0", "U_1": "0", "u_0": "0", "u_1": "0"}
AT_LEAST_SQUARES = {"U_1": "1/u_1 (G^-1 - u_0 U_0)"}
VALUES_ZERO = {"u_0": "0", "u_1": "0"}
WHOLE = {**SECOND, **MERGED_SUM}

FLOW = (
    merged.gradient(
        "zhang2025-8a",
        "The flow of the first layer",
        "(8)",
        "U_0",
        "-u_0 (Lambda^2 - C S Lambda)",
        where=WHOLE,
        place="first line",
        assumptions=(
            r"$\tau \dot U$ is minus this",
            r"$\mathbb{E} y_q z = \mathrm{vec} \Lambda^2$",
            r"$\mathbb{E} z z^\top$ is $C$ on the left and $\Lambda$ on the right",
        ),
    ),
    merged.gradient(
        "zhang2025-8b",
        "The flow of the second layer",
        "(8)",
        "u_0",
        "-tr((Lambda^2 - C S Lambda)' U_0)",
        where=WHOLE,
        place="second line",
        assumptions=(r"$\tau \dot v$ is minus this",),
    ),
)

FIXED = (
    *(
        merged.gradient(
            f"zhang2025-9a-{name}", f"Zero is a fixed point: no force on {said}", "(9)", weight, "0", weights=AT_ZERO
        )
        for name, weight, said in (("U", "U_0", "the first layer"), ("v", "u_0", "the second layer"))
    ),
    *(
        merged.gradient(
            f"zhang2025-9b-{name}",
            f"The least-squares solutions are fixed points: no force on {said}",
            "(9)",
            weight,
            "0",
            weights=AT_LEAST_SQUARES,
            where=GAMMA,
            place="second line",
            assumptions=(r"any $U_0$, $u_0$ and $u_1 \ne 0$; the sum of $v_i U_i$ is $G^{-1}$",),
        )
        for name, weight, said in (("U", "U_0", "the first layer"), ("v", "u_0", "the second layer"))
    ),
    merged.excess(
        "zhang2025-9b-minimum",
        "The least-squares solutions are the global minima: the excess of the loss is a square",
        "(9)",
        "1/2 tr(G Lambda (S - G^-1) Lambda (S - G^-1)')",
        weights=AT_LEAST_SQUARES,
        where={**GAMMA, **MERGED_SUM},
        place="second line",
        assumptions=(r"positive for $S \ne G^{-1}$, as $G \Lambda$ and $\Lambda$ are definite",),
    ),
    merged.gradient(
        "zhang2025-9-values-U",
        "With every $v_i = 0$ there is no force on the first layer",
        "(9)",
        "U_0",
        "0",
        weights=VALUES_ZERO,
        place="the fixed points that (9) leaves out",
    ),
    merged.gradient(
        "zhang2025-9-values-v",
        r"With every $v_i = 0$ the force on $v_i$ is $\operatorname{tr}(\Lambda^2 U_i)$",
        "(9)",
        "u_0",
        "-tr(Lambda^2 U_0)",
        weights=VALUES_ZERO,
        place="the fixed points that (9) leaves out",
    ),
)

ALIGNED = {"U_0": "r u_0 I", "U_1": "r u_1 I"}
WHITE = {"c": "1 + (1 + d)/N", "s": "r (u_0^2 + u_1^2)"}

TIME_COURSE = (
    white.gradient(
        "zhang2025-10-flow",
        r"For $\Lambda = I$ heads $U_i = r v_i I$ move along the identity only",
        "(10)",
        "U_0",
        "-u_0 (1 - c s) I",
        weights=ALIGNED,
        where=WHITE,
        place="in the derivation",
        assumptions=(r"$s = r (v_0^2 + v_1^2)$ is the factor of $\beta^\top x_q$",),
    ),
    white.gradient(
        "zhang2025-10-flow-v",
        r"For $\Lambda = I$ and $r^2 D = 1$ they stay aligned: the force on $v_i$ is $r D$ times that on $U_i$",
        "(10)",
        "u_0",
        "-r d u_0 (1 - c s)",
        weights=ALIGNED,
        where=WHITE,
        place=r"in the derivation; so $\dot s = 2 \sqrt{D} s (1 - c s)$",
    ),
    state(
        "zhang2025-10",
        r"The time course of two aligned heads for $\Lambda = I$",
        "(10)",
        time_course(),
        "(g + 1)/h",
        where={"c": "1 + (1 + d)/N", "h": "c g + k"},
        letters=("g", "k"),
        sampled={"d": 4, "N": 12},
        assumptions=(
            r"$\Lambda = I$, $U_i(0) = v_i(0) I/\sqrt{D}$",
            r"$g + 1 = e^{2 \sqrt{D} t/\tau}$, $k = \sqrt{D}/w_{\mathrm{init}}^2$",
        ),
        rests_on=("zhang2025-10-flow", "zhang2025-10-flow-v"),
        reason="exponentials of a length are not in the engine; the flow is integrated",
    ),
)

LIMIT = (
    one_head.gradient(
        "zhang2025-11-unique",
        "The limit is the only stationary product of the weights: $A - G^{-1}$ is a factor of the gradient",
        "(11)",
        "A",
        "G Lambda (A - G^-1) Lambda",
        where=GAMMA,
        assumptions=(r"$A$ stands for the sum of $v_i U_i$; $G \Lambda$ and $\Lambda$ are definite",),
    ),
    merged.prediction(
        "zhang2025-11",
        r"At the least-squares solutions the prediction is $\beta^\top G^{-1} x_q$",
        "(11)",
        "1/N y' X' G^-1 x_q",
        weights=AT_LEAST_SQUARES,
        where=GAMMA,
        rests_on=("zhang2025-9b-minimum",),
    ),
    state(
        "zhang2025-11-long",
        r"For $N \to \infty$ the limit is $\Lambda^{-1}$: $A - \Lambda^{-1}$ is a factor of the gradient",
        "(11)",
        gradient_of_long_prompts(),
        "Lambda^2 (A - Lambda^-1) Lambda",
        place=r"$N \to \infty$",
        more={"A": matrix("A")},
        letters=("Lambda", "A"),
        largest={"d": 2},
        assumptions=(r"$A$ stands for the sum of $v_i U_i$; $\Lambda$ is definite",),
        rests_on=("zhang2025-11-unique",),
    ),
    one_head.error(
        "zhang2025-11-at-finite-length",
        r"The error of $\Lambda^{-1}$ at any $N$ goes to 0 like $1/N$",
        "(11)",
        "(d + 1)/N tr(Lambda)",
        weights={"A": "Lambda^-1"},
        place=r"$N \to \infty$",
    ),
)

STATEMENTS = (*FLOW, *FIXED, *TIME_COURSE, *LIMIT)
