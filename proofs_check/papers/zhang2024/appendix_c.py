"""Appendix C: the proof of Theorem 4.5, for a law with two values."""

from __future__ import annotations

from typing import Any

from proofs_check.papers.zhang2024.beyond.sharper import sharper
from proofs_check.papers.zhang2024.instances.flows import (
    averaged_flow_instances,
    averaged_weights,
    small_averaged_start,
)
from proofs_check.papers.zhang2024.language import (
    ALONG_FLOWS,
    AVERAGED_CONDITION,
    AVERAGES,
    BY_INSTANCES,
    BY_LAYER,
    DIAGONAL,
    DIAGONAL_ATOMS,
    GAMMAS,
    PAPER_AVERAGES,
    RANDOM,
    SMALL,
    SUBSPACE,
    TWO_ATOMS,
    TWO_DIAGONAL_FLOW,
    state,
)
from proofs_check.papers.zhang2024.quantities import averaged_loss, enclosed_flows, random_covariance
from theory.algebra.latex import name_latex

# Both sides of these identities are linear in the law, so that two values with letters for their probabilities stand
# for any law with finitely many values; the titles say what is stated.
ON_SUBSPACE = (RANDOM, SUBSPACE)
ON_DIAGONALS = (RANDOM, DIAGONAL, SUBSPACE)
INVARIANCE = ("lem-C.1-invariance-u21", "lem-C.1-invariance-u12")

FLOW = (
    *(
        state(
            f"lem-C.1-invariance-{name}",
            f"${name_latex(name)}$ stays zero under a random covariance with two values",
            "Lemma C.1",
            random_covariance.gradient_on_subspace(name),
            "0 a",
            letters=("L1", "L2", "U", "u", "a"),
            more=TWO_ATOMS,
            largest=SMALL,
            assumptions=ON_SUBSPACE,
            rests_on=(f"lem-5.2-invariance-{name}",),
        )
        for name in ("u21", "u12")
    ),
    state(
        "lem-C.1-U",
        "The flow of $U$ for a random covariance with two values",
        "Lemma C.1",
        random_covariance.flow_of_U(),
        "-u^2 (p G1 L1 U L1 + q G2 L2 U L2) + u (p L1^2 + q L2^2)",
        where=GAMMAS,
        letters=("L1", "L2", "U", "u"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=(*INVARIANCE, "lem-5.2-U"),
    ),
    state(
        "lem-C.1-u",
        "The flow of $u$ for a random covariance with two values",
        "Lemma C.1",
        random_covariance.flow_of_u(),
        "-u tr(p G1 L1 U L1 U' + q G2 L2 U L2 U') + tr((p L1^2 + q L2^2) U')",
        where=GAMMAS,
        letters=("L1", "L2", "U", "u"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=(*INVARIANCE, "lem-5.2-u"),
    ),
)

TRACES = {"t1": "l1 + m1 + r1", "t2": "l2 + m2 + r2"}
GAMMA_I = "p ((1 + 1/N) l1^3 + 1/N l1^2 t1) + q ((1 + 1/N) l2^3 + 1/N l2^2 t2)"
ZETA_IJ = "p ((1 + 1/N) l1^2 m1 + 1/N l1 m1 t1) + q ((1 + 1/N) l2^2 m2 + 1/N l2 m2 t2)"
XI_I = "p l1^2 + q l2^2"
BY_ENTRY = "the engine has no entries of matrices; (C.1) is read off entry by entry by hand"
ENTRIES = ("l1", "m1", "r1", "l2", "m2", "r2", "u")

BY_COORDINATES: dict[str, Any] = {
    "where": TRACES,
    "more": TWO_ATOMS,
    "largest": {"N": 2},
    "assumptions": ON_DIAGONALS,
    "reason": BY_ENTRY,
}

COORDINATES = (
    state(
        "cor-C.2-uii",
        "The flow of the diagonal entries",
        "Corollary C.2",
        random_covariance.coordinate_flow("ii"),
        f"-u^2 v ({GAMMA_I}) + u ({XI_I})",
        letters=(*ENTRIES, "v"),
        rests_on=("lem-C.1-U",),
        **BY_COORDINATES,
    ),
    state(
        "cor-C.2-uij",
        "The flow of the other entries",
        "Corollary C.2",
        random_covariance.coordinate_flow("ij"),
        f"-u^2 z ({ZETA_IJ})",
        letters=(*ENTRIES, "z"),
        rests_on=("lem-C.1-U",),
        **BY_COORDINATES,
    ),
    state(
        "cor-C.2-u",
        "The flow of $u$ in coordinates",
        "Corollary C.2",
        random_covariance.coordinate_flow("u"),
        f"-u v^2 ({GAMMA_I}) - u z^2 ({ZETA_IJ}) + v ({XI_I})",
        letters=(*ENTRIES, "v", "z"),
        rests_on=("lem-C.1-u",),
        **BY_COORDINATES,
    ),
)

MINIMUM = (
    state(
        "lem-C.3",
        "The loss whose gradient flow is that of Lemma C.1, for a law with two values",
        "Lemma C.3",
        random_covariance.restricted_loss(),
        "p tr(1/2 u^2 G1 L1 U L1 U' - u L1^2 U') + q tr(1/2 u^2 G2 L2 U L2 U' - u L2^2 U')",
        where=GAMMAS,
        letters=("L1", "L2", "U", "u"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("lem-A.1",),
    ),
    state(
        "lem-C.3-coordinates",
        "The loss in the entries of $U$",
        "(C.5)",
        random_covariance.coordinate_loss(),
        f"1/2 u^2 v^2 ({GAMMA_I}) + 1/2 u^2 z^2 ({ZETA_IJ}) - u v ({XI_I})",
        where=TRACES,
        letters=(*ENTRIES, "v", "z"),
        more=TWO_ATOMS,
        largest={"N": 2},
        assumptions=ON_DIAGONALS,
        rests_on=("lem-C.3",),
        reason=BY_ENTRY,
    ),
    state(
        "lem-C.4-floor",
        r"The least loss, $-\tfrac{1}{2} \sum_i \xi_i^2/\gamma_i$, as a trace of diagonal matrices",
        "Lemma C.4",
        random_covariance.floor(),
        "-1/2 tr(S^2 G^-1)",
        where=AVERAGES,
        letters=("L1", "L2"),
        more=DIAGONAL_ATOMS,
        largest=SMALL,
        assumptions=ON_DIAGONALS,
        rests_on=("lem-C.3",),
        reason=BY_LAYER,
    ),
    state(
        "lem-C.4-minimiser",
        r"The minimisers: $u u_{ij} = 1\{i = j\} \xi_i/\gamma_i$",
        "Lemma C.4",
        random_covariance.minimiser(),
        "G^-1 S",
        where=AVERAGES,
        letters=("L1", "L2"),
        more=DIAGONAL_ATOMS,
        largest=SMALL,
        assumptions=ON_DIAGONALS,
        rests_on=("lem-C.3",),
        reason=BY_LAYER,
    ),
    state(
        "lem-C.5",
        r"Balance: $u^2$ and $\operatorname{tr}(UU^\top)$ grow at one rate, for a law with two values",
        "Lemma C.5",
        random_covariance.growth_of_u_squared(),
        "2 tr(V U')",
        where={**GAMMAS, "V": "u (p L1^2 + q L2^2) - u^2 (p G1 L1 U L1 + q G2 L2 U L2)"},
        letters=("L1", "L2", "U", "u"),
        more=TWO_ATOMS,
        largest=SMALL,
        assumptions=ON_SUBSPACE,
        rests_on=("lem-C.1-U", "lem-C.1-u"),
    ),
)

START = (*TWO_DIAGONAL_FLOW, AVERAGED_CONDITION)
DELTA = "nu s^2 (2 align - d^(1/2) s^2 spread)/(d^(1/2) opS)"

# Statements on the same flows, which are enclosed once.
ENCLOSED_FLOWS: dict[str, Any] = {
    "more": DIAGONAL_ATOMS,
    "search": averaged_flow_instances("paper"),
    "searched": 18,
    "shared_with": "averaged-flows",
    "assumptions": START,
    "reason": ALONG_FLOWS,
}

RATE = (
    state(
        "lem-C.6",
        "$u$ stays positive under random covariances",
        "Lemma C.6",
        enclosed_flows.least_u(averaged=True),
        "0",
        relation=">",
        rests_on=("lem-C.3", "lem-C.6-alignment"),
        **ENCLOSED_FLOWS,
    ),
    state(
        "lem-C.7",
        "$u$ stays away from zero under random covariances",
        "Lemma C.7",
        enclosed_flows.least_squared_u(averaged=True),
        "s^2 (2 align - d^(1/2) s^2 spread)/(2 d^(1/2) opS)",
        relation=">=",
        where=PAPER_AVERAGES,
        ends=lambda: (small_averaged_start(),),
        tight=True,
        rests_on=("lem-C.5", "lem-C.6"),
        sharper=sharper("lem-C.7-sharp"),
        **ENCLOSED_FLOWS,
    ),
    state(
        "lem-C.8-gradient",
        "The gradient against the excess loss at every point, for random covariances",
        "Lemma C.8",
        averaged_loss.squared_gradient(),
        "2 u^2 nu gap",
        place="in the proof",
        relation=">=",
        more=DIAGONAL_ATOMS,
        tight=True,
        search=averaged_weights(),
        searched=50,
        assumptions=(
            (
                r"any $U$ and $u$; $\Delta = \ell_{\mathrm{rdm}}(U, u) - \min \ell_{\mathrm{rdm}}$; $\nu$ the least of"
                r" $\gamma_i$ and $\zeta_{ij}$"
            ),
        ),
        rests_on=("lem-C.3", "lem-C.4-floor"),
        reason=BY_INSTANCES,
    ),
    state(
        "lem-C.8-PL",
        "The Polyak-Lojasiewicz inequality along the flow, for random covariances",
        "Lemma C.8",
        enclosed_flows.least_gradient_rate(averaged=True),
        DELTA,
        place="(C.13), (C.14)",
        relation=">=",
        where=PAPER_AVERAGES,
        rests_on=("lem-C.7", "lem-C.8-gradient"),
        sharper=sharper("lem-C.8-PL-sharp"),
        **ENCLOSED_FLOWS,
    ),
    state(
        "lem-C.8-decay",
        r"The excess loss decays at the rate $\delta$ from the start, for random covariances",
        "Lemma C.8",
        enclosed_flows.least_decay_rate(averaged=True),
        DELTA,
        relation=">=",
        where=PAPER_AVERAGES,
        rests_on=("lem-C.8-PL",),
        sharper=sharper("lem-C.8-PL-sharp"),
        **ENCLOSED_FLOWS,
    ),
)

STATEMENTS = (*FLOW, *COORDINATES, *MINIMUM, *RATE)
