"""Appendix A: the restricted loss, its square, balance, and a lower bound of u along the flow."""

from __future__ import annotations

from proofs_check.papers.zhang2024.beyond.sharper import sharper
from proofs_check.papers.zhang2024.instances.flows import flow_instances
from proofs_check.papers.zhang2024.language import ALIGNMENT, CONDITION, FLOW, GAMMA, GAUSSIAN, SMALL, SUBSPACE, state
from proofs_check.papers.zhang2024.quantities import enclosed_flows, flow, loss, minimum

ON_SUBSPACE = (GAUSSIAN, SUBSPACE)
START = (GAUSSIAN, FLOW, CONDITION)

STATEMENTS = (
    state(
        "lem-A.1",
        "The restricted loss, whose gradient flow this is",
        "Lemma A.1",
        loss.restricted_loss(),
        "1/2 u^2 tr(Gamma Lambda U Lambda U') - u tr(Lambda^2 U')",
        where=GAMMA,
        letters=("Lambda", "U", "u"),
        assumptions=ON_SUBSPACE,
        rests_on=("population-loss",),
    ),
    state(
        "cor-A.2-square",
        "The excess loss is half a weighted square of uU - Gamma^-1",
        "Corollary A.2",
        minimum.excess_of_restricted_loss(),
        "1/2 tr(Gamma Lambda (u U - Gamma^-1) Lambda (u U - Gamma^-1)')",
        place="the square, without roots",
        where=GAMMA,
        letters=("Lambda", "U", "u"),
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("lem-A.1",),
    ),
    state(
        "cor-A.2-norm",
        "The excess loss as printed: half of ||Gamma^(1/2) K||_F^2, which is tr(Gamma K K')",
        "Corollary A.2",
        minimum.excess_at_root(),
        "1/2 tr(Gamma K K')",
        where={"Gamma": "(1 + 1/N) Root^2 + tr(Root^2)/N I", "K": "u Root U Root - Root^2 Gamma^-1"},
        letters=("Root", "U", "u"),
        largest=SMALL,
        assumptions=(*ON_SUBSPACE, "Root = Lambda^(1/2)"),
        rests_on=("cor-A.2-square",),
        reason="the engine has no relation between Lambda and its root; the form without roots is proved",
    ),
    state(
        "cor-A.2-floor",
        "The least restricted loss",
        "Corollary A.2",
        minimum.floor_of_restricted_loss(),
        "-1/2 tr(Lambda^2 Gamma^-1)",
        where=GAMMA,
        letters=("Lambda",),
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("lem-A.1", "cor-A.2-square"),
    ),
    state(
        "lem-A.3",
        "Balance: u^2 and tr(UU') grow at one rate",
        "Lemma A.3",
        flow.growth_of_u_squared(),
        "2 tr(V U')",
        where={**GAMMA, "V": "u Lambda^2 - u^2 Gamma Lambda U Lambda"},
        letters=("Lambda", "U", "u"),
        assumptions=ON_SUBSPACE,
        rests_on=("lem-5.2-U", "lem-5.2-u"),
    ),
    state(
        "lem-A.4",
        "u stays positive",
        "Lemma A.4",
        enclosed_flows.least_u(),
        "0",
        relation=">",
        search=flow_instances("paper"),
        searched=18,
        shared_with="flows",
        assumptions=START,
        rests_on=("lem-A.1",),
    ),
    state(
        "lem-A.5",
        "u stays away from zero",
        "Lemma A.5",
        enclosed_flows.least_squared_u(),
        "s^2 align (2 - d^(1/2) s^2 opG)/(2 d^(1/2) opL^2)",
        relation=">=",
        where=ALIGNMENT,
        search=flow_instances("paper"),
        searched=18,
        shared_with="flows",
        assumptions=START,
        rests_on=("lem-A.3", "lem-A.4"),
        sharper=sharper("lem-A.5-sharp"),
    ),
)
