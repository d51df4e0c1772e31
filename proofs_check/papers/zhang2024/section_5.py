"""Section 5: the proof of Theorem 4.1. The prediction as a quadratic form, the flow, its minimisers, and the rate."""

from __future__ import annotations

from proofs_check.papers.zhang2024.beyond.sharper import sharper
from proofs_check.papers.zhang2024.instances.flows import flow_instances
from proofs_check.papers.zhang2024.instances.weights import weight_instances
from proofs_check.papers.zhang2024.language import ALIGNMENT, CONDITION, FLOW, GAMMA, GAUSSIAN, SMALL, SUBSPACE, state
from proofs_check.papers.zhang2024.quantities import enclosed_flows, flow, layer, loss, minimum
from proofs_check.papers.zhang2024.section_3 import OUTPUT, PROMPT
from theory.algebra.calculus import gradient
from theory.zhang2024.model import BLOCKS, Law
from theory.zhang2024.population_loss import population_loss

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

GRADIENTS = tuple(
    state(
        f"gradient-{name}",
        f"The gradient of the population loss with respect to {name}",
        "Lemma 5.2",
        loss.training_gradient(Law(), name),
        str(gradient(population_loss().expression, BLOCKS[name])),
        place="in the proof",
        letters=("Lambda", "U11", "u21", "u12", "u"),
        largest=SMALL,
        assumptions=(GAUSSIAN,),
        rests_on=("population-loss",),
    )
    for name in BLOCKS
)

DYNAMICS = (
    *(
        state(
            f"lem-5.2-invariance-{name}",
            f"{name} stays zero: its gradient vanishes on u21 = u12 = 0",
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
        "The flow of U",
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
        "The flow of u",
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
        "The minimisers: uU = Gamma^-1",
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
        search=weight_instances(),
        assumptions=("any U and u; gap = l(U, u) - min l",),
        rests_on=("lem-5.2-U", "cor-A.2-square"),
        sharper=sharper("lem-5.4-gradient-sharp"),
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
    ),
    state(
        "lem-5.4-decay",
        "The excess loss decays at the rate mu from the start",
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
    ),
)

STATEMENTS = (*FORM, *GRADIENTS, *DYNAMICS, *RATE)
