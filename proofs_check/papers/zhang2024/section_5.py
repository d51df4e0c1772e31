"""Section 5: the proof of Theorem 4.1. The prediction as a quadratic form, the flow, its minimisers, and the rate."""

from __future__ import annotations

from proofs_check.judge.statements import used
from proofs_check.papers.zhang2024.beyond.sharper import sharper
from proofs_check.papers.zhang2024.instances.flows import flow_instances
from proofs_check.papers.zhang2024.instances.weights import weight_instances
from proofs_check.papers.zhang2024.language import (
    ALIGNMENT,
    ALONG_FLOWS,
    BY_INSTANCES,
    CONDITION,
    FLOW,
    GAMMA,
    GAUSSIAN,
    SMALL,
    SUBSPACE,
    state,
)
from proofs_check.papers.zhang2024.quantities import enclosed_flows, flow, layer, loss, minimum
from proofs_check.papers.zhang2024.section_3 import EVEN_PARTS, ODD_MATRIX, OUTPUT, PROMPT
from theory.algebra.latex import name_latex
from theory.zhang2024.model import Law

ON_SUBSPACE = (GAUSSIAN, SUBSPACE)
INVARIANCE = ("lem-5.2-invariance-u21", "lem-5.2-invariance-u12")
MU = (
    "s^2 align (2 - d^(1/2) s^2 opG)/(d^(1/2) opL^2 tr(((1 + 1/N) Lambda + tr(Lambda)/N I)^-1 Lambda^-1) tr(Lambda^-1))"
)

FORM = (
    state(
        "lem-5.1",
        "The prediction is a quadratic form in the weights",
        "Lemma 5.1",
        layer.lemma_5_1_form(),
        OUTPUT,
        letters=("X", "y", "x_q", "U11", "u21", "u12", "u"),
        more=PROMPT,
        assumptions=("any prompt, any weights",),
        rests_on=("prediction",),
    ),
)

# In terms of the odd and even parts of section 3; D is the gradient with respect to V of half the odd one.
GRADIENT = {**GAMMA, **ODD_MATRIX, "D": "Gamma Lambda V Lambda - Lambda^2", "Y": "Lambda u12 u12' Lambda", **EVEN_PARTS}
RIGHT_SIDES = {
    "U11": "u D + (1 + 1/N) Y U11 Lambda + 1/N (u12' Lambda u12) Lambda U11 Lambda"
    " + 1/N^2 ((u12' Lambda u12) K + tr(Y H) Lambda + 2 h Y + 2 Y H Lambda + 2 Lambda H Y)"
    " + 1/N (tr(Y U11) Lambda + h Y + Y H Lambda + Lambda U11' Y + Y U11 Lambda)"
    " + u T u12 u21' Lambda + u t/N (Lambda (u12 u21' + u21 u12') Lambda + (u12' Lambda u21) Lambda)",
    "u21": "D' u12 + u^2 m Lambda u21 + u Lambda U11' T u12 + u t/N K u12",
    "u12": "D u21 + G u12 + 1/N^2 P u12 + 1/N (Lambda U11 K + K U11' Lambda) u12 + u T U11 Lambda u21 + u t/N K u21",
    "u": "tr(D U11') + u m (u21' Lambda u21) + u12' T U11 Lambda u21 + t/N u12' K u21",
}

GRADIENTS = tuple(
    state(
        f"gradient-{name}",
        f"The gradient of the population loss with respect to ${name_latex(name)}$",
        "Lemma 5.2",
        loss.training_gradient(Law(), name),
        right,
        place="in the proof",
        where=used(right, GRADIENT),
        letters=("Lambda", "U11", "u21", "u12", "u"),
        largest=SMALL,
        assumptions=(GAUSSIAN,),
        rests_on=("population-loss",),
    )
    for name, right in RIGHT_SIDES.items()
)

DYNAMICS = (
    *(
        state(
            f"lem-5.2-invariance-{name}",
            rf"${name_latex(name)}$ stays zero: its gradient vanishes on {SUBSPACE}",
            "Lemma 5.2",
            loss.gradient_on_subspace(Law(), name),
            "0 a",
            letters=("Lambda", "U", "u", "a"),
            largest=SMALL,
            assumptions=ON_SUBSPACE,
            rests_on=(f"gradient-{name}",),
        )
        for name in ("u21", "u12")
    ),
    state(
        "lem-5.2-U",
        "The flow of $U$",
        "Lemma 5.2",
        flow.flow_of_U(),
        "-u^2 Gamma Lambda U Lambda + u Lambda^2",
        where=GAMMA,
        letters=("Lambda", "U", "u"),
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("gradient-U11", *INVARIANCE),
    ),
    state(
        "lem-5.2-u",
        "The flow of $u$",
        "Lemma 5.2",
        flow.flow_of_u(),
        "-u tr(Gamma Lambda U Lambda U') + tr(Lambda^2 U')",
        where=GAMMA,
        letters=("Lambda", "U", "u"),
        assumptions=ON_SUBSPACE,
        rests_on=("gradient-u", *INVARIANCE),
    ),
    state(
        "lem-5.3",
        r"The minimisers: $uU = \Gamma^{-1}$",
        "Lemma 5.3",
        minimum.minimiser(Law()),
        "Gamma^-1",
        where=GAMMA,
        letters=("Lambda",),
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("cor-A.2-square",),
    ),
)

RATE = (
    state(
        "lem-5.4-gradient",
        "The gradient against the excess loss at every point",
        "Lemma 5.4",
        minimum.squared_gradient(),
        "2 u^2 gap/(tr(Gamma^-1 Lambda^-1) tr(Lambda^-1))",
        place="in the proof",
        relation=">=",
        where=GAMMA,
        tight=True,
        search=weight_instances(),
        assumptions=(r"any $U$ and $u$; $\Delta = \ell(U, u) - \min \ell$",),
        rests_on=("lem-5.2-U", "cor-A.2-square"),
        sharper=sharper("lem-5.4-gradient-sharp"),
        reason=BY_INSTANCES,
    ),
    state(
        "lem-5.4-PL",
        "The Polyak-Lojasiewicz inequality along the flow",
        "Lemma 5.4",
        enclosed_flows.least_gradient_rate(),
        MU,
        relation=">=",
        where=ALIGNMENT,
        search=flow_instances("paper"),
        searched=18,
        shared_with="flows",
        assumptions=(GAUSSIAN, FLOW, CONDITION),
        rests_on=("lem-A.5", "lem-5.4-gradient"),
        sharper=sharper("lem-5.4-PL-sharp"),
        reason=ALONG_FLOWS,
    ),
    state(
        "lem-5.4-decay",
        r"The excess loss decays at the rate $\mu$ from the start",
        "Lemma 5.4",
        enclosed_flows.least_decay_rate(),
        MU,
        relation=">=",
        where=ALIGNMENT,
        search=flow_instances("paper"),
        searched=18,
        shared_with="flows",
        assumptions=(GAUSSIAN, FLOW, CONDITION),
        rests_on=("lem-5.4-PL",),
        sharper=sharper("lem-5.4-PL-sharp"),
        reason=ALONG_FLOWS,
    ),
)

STATEMENTS = (*FORM, *GRADIENTS, *DYNAMICS, *RATE)
