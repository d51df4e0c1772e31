"""Other laws: noise and task covariance (B5), elliptical covariates (B6), nonlinear labels (B8), shifts (B9)."""

from __future__ import annotations

from proofs_check.papers.zhang2024.instances.errors import single_tasks, two_point_radii
from proofs_check.papers.zhang2024.language import GAMMA, SMALL, SUBSPACE, state
from proofs_check.papers.zhang2024.quantities import labels, loss, minimum, prediction_error, shift
from proofs_check.papers.zhang2024.section_3 import EVEN, ODD_MATRIX
from proofs_check.papers.zhang2024.section_4_2 import SHIFTED
from theory.algebra.expression import scalar_letter
from theory.zhang2024.model import RADIAL_FOURTH, Law
from theory.zhang2024.prediction_error import TWO_OVER_PI

NOISY = Law(noise=True, task_covariance=True)
NOISY_LAW = (r"$w \sim N(0, \Psi)$", "labels with noise of variance $s^2$")

NOISE = (
    state(
        "B5-loss",
        "The population loss in all blocks with noisy labels and a task covariance",
        "B5",
        loss.training_loss(NOISY),
        "1/2 (tr(Psi Lambda) - 2 tr(V Lambda Psi Lambda) + tr(V Lambda V' S)) + 1/2 even",
        where={**ODD_MATRIX, "t": "tr(Psi Lambda) + s2", "S": "(1 + 1/N) Lambda Psi Lambda + t/N Lambda"},
        letters=("Lambda", "U11", "u21", "u12", "u", "Psi", "s2"),
        largest={"d": 2, "N": 3},
        assumptions=(*NOISY_LAW, EVEN),
        rests_on=("prediction",),
    ),
    state(
        "B5-minimiser",
        "The minimisers with noisy labels and a task covariance",
        "B5",
        minimum.minimiser(NOISY),
        "Gamma^-1",
        where={"Gamma": "(1 + 1/N) Lambda + (tr(Psi Lambda) + s2)/N Psi^-1"},
        letters=("Lambda", "Psi", "s2"),
        largest=SMALL,
        assumptions=(*NOISY_LAW, SUBSPACE),
        rests_on=("B5-loss",),
    ),
)

COVARIATES = (
    state(
        "B6-minimiser",
        "The minimisers for elliptical covariates",
        "B6",
        labels.elliptical_minimiser(),
        "Gamma^-1",
        where={"Gamma": "(N - 1 + 2 kappa4)/N Lambda + kappa4 tr(Lambda)/N I"},
        more={
            "a": scalar_letter("a", non_negative=True),
            "b": scalar_letter("b", definite=True),
            "kappa4": RADIAL_FOURTH,
        },
        search=two_point_radii(),
        searched=10,
        assumptions=(
            r"$x = \sqrt{r} z$, $z \sim N(0, \Lambda)$, $\mathbb{E} r = 1$, $\kappa_4 = \mathbb{E} r^2$",
            SUBSPACE,
        ),
    ),
)

BRACKET = "(w' Gamma^-2 Lambda^3 w + 2 tr(Lambda) w' Gamma^-2 Lambda^2 w + tr(Lambda)^2 w' Gamma^-2 Lambda w)"

LABELS = (
    state(
        "thm-4.2-quadratic",
        "The prediction error for quadratic labels",
        "B8",
        prediction_error.labelled_prediction_error("quadratic"),
        f"floor + 1/M tr(S Gamma^-2 Lambda) + 1/N^2 {BRACKET}",
        where={
            **GAMMA,
            "H": "B + B'",
            "m": "tr(B Lambda) + c",
            "v": "1/2 tr(H Lambda H Lambda)",
            "floor": "s2 + m^2 + v",
            "S": "(w' Lambda w + floor) Lambda + Lambda w w' Lambda + 2 m Lambda H Lambda + 2 Lambda H Lambda H Lambda",
        },
        letters=("Lambda", "w", "B", "c", "s2"),
        largest={"d": 2, "N": 3, "M": 2},
        assumptions=(
            r"$y = \langle w, x\rangle + x^\top Bx + c_0$ plus noise of variance $s^2$",
            r"$x \sim N(0, \Lambda)$",
        ),
        rests_on=("thm-4.2",),
    ),
    state(
        "B8-relu",
        r"The prediction error for labels $\max(0, \langle w, x\rangle)$",
        "B8",
        labels.relu_error(),
        f"1/4 w' Lambda w + 1/M tr(S Gamma^-2 Lambda) + 1/(4 N^2) {BRACKET}",
        where={**GAMMA, "S": "1/2 (w' Lambda w) Lambda + 3/4 Lambda w w' Lambda"},
        search=single_tasks(),
        searched=15,
        assumptions=(r"$y = \max(0, \langle w, x\rangle)$", r"$x \sim N(0, \Lambda)$"),
        rests_on=("thm-4.2",),
    ),
    state(
        "B8-sign",
        r"The prediction error for labels $\operatorname{sgn} \langle w, x\rangle$",
        "B8",
        labels.sign_error(),
        f"1 - two_over_pi + 1/M tr(S Gamma^-2 Lambda) + two_over_pi/(N^2 (w' Lambda w)) {BRACKET}",
        where={**GAMMA, "S": "Lambda - two_over_pi/(w' Lambda w) Lambda w w' Lambda"},
        letters=("Lambda", "w"),
        more={"two_over_pi": TWO_OVER_PI},
        search=single_tasks(),
        searched=15,
        assumptions=(r"$y = \operatorname{sgn} \langle w, x\rangle$", r"$x \sim N(0, \Lambda)$"),
        rests_on=("thm-4.2",),
    ),
)

SHIFTS = (
    state(
        "B9",
        "The error under a joint shift of context, query and labels, for any matrix $A$",
        "B9",
        shift.error_under_joint_shift(),
        "1/M tr(A' Lambda_q A ((w' Lambda_c w) Lambda_c + Lambda_c w w' Lambda_c + s2 Lambda_c))"
        " + w' (A Lambda_c - I)' Lambda_q (A Lambda_c - I) w",
        letters=("A", "Lambda_c", "Lambda_q", "w", "s2"),
        more=SHIFTED,
        largest={"d": 2, "N": 3, "M": 2},
        sampled={"d": 3, "M": 10},
        assumptions=(
            r"$x_i \sim N(0, \Lambda_c)$",
            r"$x_q$ of second moment $\Lambda_q$, independent",
            "noise of variance $s^2$",
        ),
    ),
)

STATEMENTS = (*NOISE, *COVARIATES, *LABELS, *SHIFTS)
