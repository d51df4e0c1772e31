"""Linear attention without the MLP: what it attains on tasks with a mean, and that its cross blocks then matter."""

from __future__ import annotations

from proofs_check.judge.claims import Finding
from proofs_check.papers.zhang2024b import quantities
from proofs_check.papers.zhang2024b.models import any_tasks, attention, blocks, centred, state

SECOND = {"S": "Psi + mu mu'", "V": "(M + 1)/M H S H + (tr(H S) + s2)/M H"}
# C mu is the mean of the task times the second moment of its labels, e the mean square of the latter.
EVEN_PART = {
    "t": "tr(H Psi) + mu' H mu + s2",
    "C": "t I + 2 Psi H",
    "e": "t^2 + 2 tr(H Psi H Psi) + 4 mu' H Psi H mu",
    "K": "(M + 2)/M U11' H - I",
}
REDUCED = {"u12": "0", "u21": "0", "u": "1"}
LEAST = (
    r"$R^*(S) = s_2 + \operatorname{tr}(H S) - \operatorname{tr}(H S H V^{-1} H S)$,"
    r" $V = \frac{M + 1}{M} H S H + \frac{\operatorname{tr}(H S) + s_2}{M} H$",
)
BY_INSTANCES = "the engine does not derive inequalities between inverses; exact at instances"

REDUCED_LOSS = (
    attention.error(
        "zhang2024b-attention-risk",
        r"The risk with zero cross blocks is that of centred tasks of covariance $S = \Psi + \mu \mu^\top$",
        "attention alone",
        "s2 + tr(H S) - tr(S H V^-1 H S H) + tr((A - V^-1 H S)' V (A - V^-1 H S) H)",
        where=SECOND,
    ),
    any_tasks.error(
        "zhang2024b-any-tasks",
        r"The risk with zero cross blocks depends on the law of tasks by its second moment $R$ only, and linearly",
        "attention alone",
        "s2 + tr(H R) - 2 tr(H A' H R) + tr(A' ((M + 1)/M H R H + (tr(H R) + s2)/M H) A H)",
    ),
    state(
        "zhang2024b-price-of-a-mean",
        r"With zero cross blocks a mean of the tasks never lowers the least risk",
        "attention alone",
        quantities.price_of_a_mean(),
        "0",
        relation=">=",
        letters=("H", "Psi", "mu", "s2"),
        assumptions=LEAST,
        rests_on=("zhang2024b-attention-risk",),
        reason=BY_INSTANCES,
    ),
    state(
        "zhang2024b-monotone",
        "The least risk with zero cross blocks grows with the second moment of the tasks",
        "attention alone",
        quantities.growth(),
        "0",
        relation=">=",
        letters=("H", "Psi", "P", "s2"),
        assumptions=LEAST,
        rests_on=("zhang2024b-any-tasks",),
        reason=BY_INSTANCES,
    ),
    state(
        "zhang2024b-concave",
        "The least risk with zero cross blocks is concave in the second moment of the tasks, at midpoints",
        "attention alone",
        quantities.concavity(),
        "0",
        relation=">=",
        letters=("H", "Psi", "P", "s2"),
        assumptions=LEAST,
        rests_on=("zhang2024b-any-tasks",),
        reason=BY_INSTANCES,
    ),
)

CROSS_BLOCKS = (
    blocks.gradient(
        "zhang2024b-gradient-u21",
        r"The gradient with respect to $u_{21}$ where $u_{12} = 0$ and $u = 1$: zero at one $u_{21}$ only",
        "cross blocks",
        "u21",
        "H (K C mu + (M + 2)/M e u21)",
        weights={"u12": "0", "u": "1"},
        where=EVEN_PART,
    ),
    blocks.gradient(
        "zhang2024b-gradient-u12",
        r"The gradient with respect to $u_{12}$ where $u_{12} = u_{21} = 0$ and $u = 1$",
        "cross blocks",
        "u12",
        "((M + 1)/M H B H + tr(B H)/M H - H U11 H) mu + 1/M (H (U11 + U11') H + tr(U11 H) H) (U11' H - I) mu",
        weights=REDUCED,
        where={"B": "U11 H U11'"},
    ),
    centred.gradient(
        "zhang2024b-centred-u21",
        r"Without a mean the loss is stationary in $u_{21}$ where $u_{12} = u_{21} = 0$",
        "cross blocks",
        "u21",
        "0",
        weights=REDUCED,
        place=r"$\mu = 0$",
    ),
    blocks.gradient(
        "zhang2024b-reduced-minimum",
        r"The minimum with zero cross blocks is stationary in $u_{21}$",
        "cross blocks",
        "u21",
        "0",
        weights={**REDUCED, "U11": "V^-1 H S"},
        where=SECOND,
        place="B10 of zhang2024, for tasks with a mean",
        rests_on=("zhang2024b-attention-risk",),
        finding=Finding(
            "false",
            "",
            "The argument of B10 needs centred tasks. With a mean the part of the prediction that is even in the task"
            r" is correlated with the label, and the loss falls along $u_{21}$. So the difference"
            r" $R^*(\Psi + \mu \mu^\top) - R^*(\Psi)$ is the price for zero cross blocks only.",
        ),
        corrected_by=("zhang2024b-gradient-u21",),
    ),
)

STATEMENTS = (*REDUCED_LOSS, *CROSS_BLOCKS)
