"""The flow beyond the paper: every sigma (B1), the spectral form (B2), a closed form (B3), the local rate (B4)."""

from __future__ import annotations

from proofs_check.papers.zhang2024.instances.flows import averaged_flow_instances, flow_instances, isotropic_starts
from proofs_check.papers.zhang2024.instances.weights import eigenvector_pairs
from proofs_check.papers.zhang2024.language import (
    ALIGNMENT,
    ALONG_FLOWS,
    DIAGONAL_ATOMS,
    GAMMA,
    GAUSSIAN,
    SUBSPACE,
    TWO_DIAGONAL_FLOW,
    state,
)
from proofs_check.papers.zhang2024.quantities import curvature, enclosed_flows, flow
from theory.algebra.expression import scalar_letter

ANY_SIGMA = ("gradient flow from Assumption 3.3", "sigma^2 ||Gamma||_op sqrt(d) between 2 and 10^4")
AVERAGED_ANY_SIGMA = (*TWO_DIAGONAL_FLOW, "sigma^2 up to 10^4 times the bound of Lemma C.6")
NEAR = "at the time at which the integrated flow was that near"
LOJASIEWICZ = "a bounded analytic gradient flow converges to a critical point (Lojasiewicz)"

EVERY_SIGMA = (
    state(
        "B1-positive",
        "u stays positive, whatever sigma",
        "B1",
        enclosed_flows.least_u(),
        "0",
        relation=">",
        search=flow_instances("none"),
        searched=12,
        shared_with="flows-large",
        assumptions=ANY_SIGMA,
        rests_on=("lem-5.2-U", "lem-5.2-u"),
        reason=ALONG_FLOWS,
    ),
    state(
        "B1-limit",
        "The flow reaches the limit, whatever sigma: the relative distance of uU from Gamma^-1",
        "B1",
        enclosed_flows.final_distance(),
        "1/100",
        relation="<=",
        search=flow_instances("none"),
        searched=12,
        shared_with="flows-large",
        assumptions=(*ANY_SIGMA, NEAR),
        rests_on=("B1-positive",),
        cited=(LOJASIEWICZ,),
        reason=ALONG_FLOWS,
    ),
    state(
        "B1-random-positive",
        "u stays positive under random covariances, whatever sigma",
        "B1",
        enclosed_flows.least_u(averaged=True),
        "0",
        relation=">",
        more=DIAGONAL_ATOMS,
        search=averaged_flow_instances("none"),
        searched=12,
        shared_with="averaged-flows-large",
        assumptions=AVERAGED_ANY_SIGMA,
        rests_on=("cor-C.2-uii", "cor-C.2-uij", "cor-C.2-u"),
        reason=ALONG_FLOWS,
    ),
    state(
        "B1-random-limit",
        "The flow reaches the limit under random covariances, whatever sigma: the relative distance of uU from A",
        "B1",
        enclosed_flows.final_distance(averaged=True),
        "1/100",
        relation="<=",
        more=DIAGONAL_ATOMS,
        search=averaged_flow_instances("none"),
        searched=12,
        shared_with="averaged-flows-large",
        assumptions=(*AVERAGED_ANY_SIGMA, NEAR),
        rests_on=("B1-random-positive", "lem-C.4-minimiser"),
        cited=(LOJASIEWICZ,),
        reason=ALONG_FLOWS,
    ),
)

SPECTRAL = (
    state(
        "B2-off-diagonal",
        "In Lambda's eigenbasis an entry off the diagonal decays by itself",
        "B2",
        flow.flow_between("p", "q"),
        "-u^2 ((1 + 1/N) lambda + tr(Lambda)/N) lambda mu (p' U q)",
        search=eigenvector_pairs(),
        searched=30,
        assumptions=(
            GAUSSIAN,
            SUBSPACE,
            "p, q different eigenvectors of Lambda of length 1, eigenvalues lambda and mu",
        ),
        rests_on=("lem-5.2-U",),
    ),
    state(
        "B2-diagonal",
        "In Lambda's eigenbasis an entry on the diagonal depends on u and itself",
        "B2",
        flow.flow_between("p", "p"),
        "u lambda^2 - u^2 ((1 + 1/N) lambda + tr(Lambda)/N) lambda^2 (p' U p)",
        search=eigenvector_pairs(),
        searched=30,
        assumptions=(GAUSSIAN, SUBSPACE, "p an eigenvector of Lambda of length 1, eigenvalue lambda"),
        rests_on=("lem-5.2-U",),
    ),
)

ISOTROPIC = "Lambda = lambda I, Theta proportional to I, so that U = vI and u = sqrt(d) v"
ROOT = {name: scalar_letter(name, definite=True) for name in ("rootd", "decay")}

CLOSED_FORM = (
    state(
        "B3-logistic",
        "Isotropic: v^2 follows the logistic equation",
        "B3",
        flow.growth_of_v_squared(),
        "2 rootd lambda^2 h (1 - rootd (1 + (d + 1)/N) lambda h)",
        more=ROOT,
        search=isotropic_starts(),
        searched=25,
        assumptions=(ISOTROPIC, "h = v^2"),
        rests_on=("lem-5.2-U", "lem-A.3"),
    ),
    state(
        "B3-solution",
        "Isotropic: 1/v^2 at a later time in closed form",
        "B3",
        flow.isotropic_solution(),
        "c + (d/s^2 - c) decay",
        where={"c": "rootd (1 + (d + 1)/N) lambda"},
        more=ROOT,
        search=isotropic_starts(),
        searched=12,
        assumptions=(ISOTROPIC, "u(0) = s; decay = exp(-2 sqrt(d) lambda^2 T)"),
        rests_on=("B3-logistic",),
    ),
)

CURVATURE = (
    state(
        "B4-hessian",
        "The Hessian at a minimiser",
        "B4",
        curvature.second_derivative_at_minimum(),
        "tr(Gamma Lambda K Lambda K')",
        where={**GAMMA, "K": "u X + c/u Gamma^-1"},
        letters=("Lambda", "u", "X", "c"),
        largest={"d": 2, "N": 3},
        assumptions=(GAUSSIAN, SUBSPACE),
        rests_on=("cor-A.2-square",),
    ),
    state(
        "B4-rate",
        "The rate that Lemma 5.4 guarantees against the rate at the limit",
        "B4",
        curvature.least_curvature(),
        "s^2 align (2 - d^(1/2) s^2 opG)/(d^(1/2) opL^2 tr(Gamma^-1 Lambda^-1) tr(Lambda^-1))",
        relation=">=",
        where={**GAMMA, **ALIGNMENT},
        search=flow_instances("paper"),
        searched=40,
        assumptions=(
            "lambda_min is the least eigenvalue but for the 0 of the scaling symmetry",
            "sigma^2 ||Gamma|| sqrt(d) < 2",
        ),
        rests_on=("B4-hessian", "lem-5.4-decay"),
    ),
)

STATEMENTS = (*EVERY_SIGMA, *SPECTRAL, *CLOSED_FORM, *CURVATURE)
