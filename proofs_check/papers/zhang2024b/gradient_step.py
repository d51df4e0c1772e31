"""GD-beta: one step of gradient descent from a learned start."""

from __future__ import annotations

from proofs_check.papers.zhang2024b import quantities
from proofs_check.papers.zhang2024b.models import gradient_step, state

OMEGA = {"Omega": "(M + 1)/M H Psi H + (tr(H Psi) + s2)/M H"}
# E (I - G S)' H (I - G S), S = (1/M) X'X.
OF_START = {"Q": "H - H G H - H G' H + (M + 1)/M H G' H G H + 1/M tr(G' H G H) H"}

STEP = (
    gradient_step.loss(
        "zhang2024b-loss",
        r"The loss of GD-$\beta$: its minimum, a square in $G$, and the mean of a square in $\beta - \mu$",
        "gradient step",
        "1/2 (s2 + tr(H Psi) - tr(H Psi H Omega^-1 H Psi)"
        " + tr((G - Psi H Omega^-1)' H (G - Psi H Omega^-1) Omega) + (beta - mu)' Q (beta - mu))",
        where={**OMEGA, **OF_START},
    ),
    gradient_step.gradient(
        "zhang2024b-start-stationary",
        r"The loss is stationary in $\beta$ at $\beta = \mu$, for every $G$",
        "gradient step",
        "beta",
        "0",
        weights={"beta": "mu"},
    ),
    gradient_step.gradient(
        "zhang2024b-step-gradient",
        r"The gradient with respect to $G$ at $\beta = \mu$, zero at $G = \Psi H \Omega^{-1}$ only",
        "gradient step",
        "G",
        "H (G Omega - Psi H)",
        weights={"beta": "mu"},
        where=OMEGA,
    ),
    gradient_step.error(
        "zhang2024b-least-risk",
        r"The least risk of GD-$\beta$",
        "gradient step",
        "s2 + tr(H Psi) - tr(H Psi H Omega^-1 H Psi)",
        weights={"beta": "mu", "G": "Psi H Omega^-1"},
        where=OMEGA,
        rests_on=("zhang2024b-loss",),
    ),
)

FLOW = (
    gradient_step.gradient(
        "zhang2024b-start-gradient",
        r"The gradient in $\beta$ is $Q (\beta - \mu)$ for every $G$",
        "gradient flow",
        "beta",
        "Q (beta - mu)",
        where=OF_START,
        place="its only stationary point, with the next claim",
    ),
    gradient_step.formula(
        "zhang2024b-start-definite",
        r"$Q$ is definite: a square, a square, and $H$ times a trace that is zero for $G = 0$ only, where $Q = H$",
        "gradient flow",
        "H - H G H - H G' H + (M + 1)/M H G' H G H + 1/M tr(G' H G H) H",
        "(I - G H)' H (I - G H) + 1/M (H G' H G H + tr(G' H G H) H)",
        place=r"so that $\beta = \mu$, and with the gradient in $G$ there $G = \Psi H \Omega^{-1}$",
        rests_on=("zhang2024b-start-gradient", "zhang2024b-step-gradient"),
    ),
    *(
        state(
            f"zhang2024b-flow-{weight}",
            rf"From any start the gradient flow of GD-$\beta$ takes ${name}$ to the minimum",
            "gradient flow",
            quantities.end_of_flow(weight, name),
            right,
            where=where,
            letters=("H", "Psi", "mu", "s2", "beta", "G"),
            sampled={"d": 2, "M": 6},
            shared_with="zhang2024b-flow",
            rests_on=("zhang2024b-start-definite",),
            reason="the engine has no limits of flows; it is integrated from drawn starts",
        )
        for weight, name, right, where in (
            ("beta", r"\beta", "mu", {}),
            ("G", "G", "Psi H Omega^-1", OMEGA),
        )
    ),
)

STATEMENTS = (*STEP, *FLOW)
