"""The flow beyond the paper: every sigma (B1), the spectral form (B2), a closed form (B3), the local rate (B4)."""

from __future__ import annotations

from proofs_check.papers.zhang2024.instances.flows import averaged_flow_instances, flow_instances, isotropic_starts
from proofs_check.papers.zhang2024.instances.weights import eigenvector_pairs
from proofs_check.papers.zhang2024.language import (
    ALIGNMENT,
    ALONG_FLOWS,
    DIAGONAL_ATOMS,
    EIGENBASIS,
    GAMMA,
    GAUSSIAN,
    SUBSPACE,
    TWO_DIAGONAL_FLOW,
    state,
)
from proofs_check.papers.zhang2024.quantities import curvature, enclosed_flows, explicit_rate, flow
from theory.algebra.expression import matrix, scalar_letter

ANY_SIGMA = (
    "gradient flow started as in Assumption 3.3",
    (
        r"$\sigma^2 \|\Gamma\|_{\mathrm{op}} \sqrt{d}$"
        " between 2 and $10^4$"
    ),
)
AVERAGED_ANY_SIGMA = (*TWO_DIAGONAL_FLOW, r"$\sigma^2$ up to $10^4$ times the bound of Lemma C.6")
FIXED_FLOW = ("lem-5.2-U", "lem-5.2-u", "cor-A.2-square", "lem-A.3")
RANDOM_FLOW = ("cor-C.2-uii", "cor-C.2-uij", "cor-C.2-u", "lem-C.4-floor", "lem-C.5")

EVERY_SIGMA = (
    state(
        "B1-positive",
        r"$u$ stays positive, whatever $\sigma$",
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
        "B1-random-positive",
        r"$u$ stays positive under random covariances, whatever $\sigma$",
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
)

# Balls that touch decide nothing, and c^2 is attained at the start: the statements are tested up to this factor.
SHARE = "999/1000"
CONSTANTS = (
    r"$c^2 = \sum_i \min(U_{ii}(0), b_i/u_{\max})^2$, $\kappa_0 = \min_{ij} a_{ij}$, $b_i = f_i/a_{ii}$, "
    r"$u_{\max}^2 = \|b\| + (2 E_0/\kappa_0)^{1/2}$, $E_0 = \ell(0) - \min \ell$; "
)
FIXED_CONSTANTS = CONSTANTS + EIGENBASIS
RANDOM_CONSTANTS = CONSTANTS + r"$a_{ij} = \zeta_{ij}$, $f_i = \xi_i$ of Corollary C.2"
RATE_LETTERS = {
    name: scalar_letter(name, definite=True, latex=latex) for name, latex in (("c2", "c^2"), ("k0", r"\kappa_0"))
}

EXPLICIT_RATE = tuple(
    state(
        f"B12-{kind}{name}",
        title + (", for random diagonal covariances" if averaged else ""),
        "B12",
        quantity(averaged),
        f"{SHARE} {right}",
        relation=">=",
        more={**(DIAGONAL_ATOMS if averaged else {}), **RATE_LETTERS},
        search=averaged_flow_instances("none") if averaged else flow_instances("none"),
        searched=12,
        shared_with="averaged-flows-large" if averaged else "flows-large",
        assumptions=(
            *(AVERAGED_ANY_SIGMA if averaged else ANY_SIGMA),
            RANDOM_CONSTANTS if averaged else FIXED_CONSTANTS,
        ),
        rests_on=(*(RANDOM_FLOW if averaged else FIXED_FLOW), *((f"B12-{kind}lower",) if name == "decay" else ())),
        reason=ALONG_FLOWS,
    )
    for averaged, kind in ((False, ""), (True, "random-"))
    for name, title, quantity, right in (
        (
            "lower",
            r"$u$ stays above an explicit positive number, whatever $\sigma$",
            explicit_rate.least_squared_u,
            "c2",
        ),
        (
            "decay",
            r"The excess loss decays at an explicit rate, whatever $\sigma$",
            explicit_rate.least_decay_rate,
            "(2 c2 k0)",
        ),
    )
)

SPECTRAL = (
    state(
        "B2-off-diagonal",
        r"In $\Lambda$'s eigenbasis an entry off the diagonal decays by itself",
        "B2",
        flow.flow_between("p", "q"),
        "-u^2 ((1 + 1/N) lambda + tr(Lambda)/N) lambda mu (p' U q)",
        search=eigenvector_pairs(),
        searched=30,
        assumptions=(
            GAUSSIAN,
            SUBSPACE,
            r"$p$, $q$ different eigenvectors of $\Lambda$ of length 1, eigenvalues $\lambda$ and $\mu$",
        ),
        rests_on=("lem-5.2-U",),
    ),
    state(
        "B2-diagonal",
        r"In $\Lambda$'s eigenbasis an entry on the diagonal depends on $u$ and itself",
        "B2",
        flow.flow_between("p", "p"),
        "u lambda^2 - u^2 ((1 + 1/N) lambda + tr(Lambda)/N) lambda^2 (p' U p)",
        search=eigenvector_pairs(),
        searched=30,
        assumptions=(GAUSSIAN, SUBSPACE, r"$p$ an eigenvector of $\Lambda$ of length 1, eigenvalue $\lambda$"),
        rests_on=("lem-5.2-U",),
    ),
)

ISOTROPIC = r"$\Lambda = \lambda I$, $\Theta$ proportional to $I$, so that $U = vI$ and $u = \sqrt{d} v$"
ROOT = {
    "rootd": scalar_letter("rootd", definite=True, latex=r"\sqrt{d}"),
    "decay": scalar_letter("decay", definite=True, latex=r"e^{-2 \sqrt{d} \lambda^2 T}"),
}

CLOSED_FORM = (
    state(
        "B3-logistic",
        r"For isotropic $\Lambda$, $v^2$ follows the logistic equation",
        "B3",
        flow.growth_of_v_squared(),
        "2 rootd lambda^2 h (1 - rootd (1 + (d + 1)/N) lambda h)",
        more=ROOT,
        search=isotropic_starts(),
        searched=25,
        assumptions=(ISOTROPIC, "$h = v^2$"),
        rests_on=("lem-5.2-U", "lem-A.3"),
    ),
    state(
        "B3-solution",
        r"For isotropic $\Lambda$, $1/v^2$ at a later time in closed form",
        "B3",
        flow.isotropic_solution(),
        "c + (d/s^2 - c) decay",
        where={"c": "rootd (1 + (d + 1)/N) lambda"},
        more=ROOT,
        search=isotropic_starts(),
        searched=12,
        assumptions=(ISOTROPIC, r"$u(0) = \sigma$"),
        rests_on=("B3-logistic",),
    ),
)

CURVATURE = (
    state(
        "B4-hessian",
        r"The Hessian at a minimiser, along $(\Gamma^{-1}/u + rY, u + rh)$",
        "B4",
        curvature.second_derivative_at_minimum(),
        "tr(Gamma Lambda K Lambda K')",
        where={**GAMMA, "K": "u X + c/u Gamma^-1"},
        letters=("Lambda", "u", "X", "c"),
        more={"X": matrix("X", latex="Y"), "c": scalar_letter("c", latex="h")},
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
            r"$\lambda_{\min}$ is the least eigenvalue but for the 0 of the scaling symmetry",
            r"$\sigma^2 \|\Gamma\| \sqrt{d} < 2$",
        ),
        rests_on=("B4-hessian", "lem-5.4-decay"),
    ),
)

STATEMENTS = (*EVERY_SIGMA, *EXPLICIT_RATE, *SPECTRAL, *CLOSED_FORM, *CURVATURE)
