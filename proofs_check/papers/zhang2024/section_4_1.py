"""Section 4.1: where gradient flow converges to (Theorem 4.1), the predictor there, and its error (Theorem 4.2)."""

from __future__ import annotations

from typing import Any

from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.beyond.sharper import ERROR_BOUND, NOISELESS, sharper
from proofs_check.papers.zhang2024.instances.errors import (
    accuracy_instances,
    conditioned_covariances,
    long_training,
)
from proofs_check.papers.zhang2024.instances.flows import whole_weights
from proofs_check.papers.zhang2024.language import BY_INSTANCES, CONDITION, FLOW, GAMMA, GAUSSIAN, SMALL, state
from proofs_check.papers.zhang2024.quantities import (
    enclosed_flows,
    error_bounds,
    layer,
    limit,
    minimum,
    prediction_error,
)
from proofs_check.papers.zhang2024.section_3 import EVEN, EVEN_PARTS, EVEN_SQUARE, ODD_MATRIX, OUTPUT, PROMPT
from theory.algebra.expression import identity, scalar_letter
from theory.zhang2024.model import LAMBDA

GRONWALL = (
    "Gronwall's inequality, which turns Lemma 5.4 into convergence; then Corollary A.2 and balance give the limit"
)
START = (
    GAUSSIAN,
    "the initialisation of Assumption 3.3",
    rf"{CONDITION}; the flows that are integrated start with $\sigma = 0.7$, whether or not this holds",
)
LIMIT = ("prediction", "lem-5.2-U", "lem-5.2-u", "cor-A.2-square", "lem-5.3", "lem-A.3", "lem-A.5", "lem-5.4-decay")
QUADRATIC = "the derivation is for any labels through these moments; exact evidence has quadratic ones with noise"

LIMIT_OF_FLOWS: dict[str, Any] = {
    "where": GAMMA,
    "letters": ("Lambda", "Theta"),
    "sampled": {"d": 3, "N": 8},
    "shared_with": "thm-4.1",
    "assumptions": START,
    "rests_on": LIMIT,
    "cited": (GRONWALL,),
    "reason": "the limit is seen by integrating flows of all blocks in floating point",
}

CONVERGENCE = (
    state(
        "B10-even",
        "The mean square of the part of the prediction that is even in $w$",
        "B10",
        Quantity.formula("E[(u12' (1/N sum_i(x_i x_i') + 1/N x_q x_q') U11 x_q + u/N sum_i((w' x_i)^2) (u21' x_q))^2]"),
        EVEN_SQUARE,
        where=EVEN_PARTS,
        law={"x": LAMBDA, "x_q": LAMBDA, "w": identity("d")},
        letters=("Lambda", "U11", "u21", "u12", "u"),
        largest={"d": 2, "N": 2},
        assumptions=(GAUSSIAN,),
    ),
    state(
        "thm-4.1-global",
        (
            "The minimum over $u_{21} = u_{12} = 0$ is the minimum over all blocks: the excess is half"
            " the sum of two squares"
        ),
        "Theorem 4.1",
        minimum.excess_over_all_blocks(),
        "1/2 tr(Gamma Lambda (V - Gamma^-1) Lambda (V - Gamma^-1)') + 1/2 even",
        place="statement B10",
        where={**GAMMA, **ODD_MATRIX},
        letters=("Lambda", "U11", "u21", "u12", "u"),
        largest={"d": 2, "N": 3},
        assumptions=(GAUSSIAN, EVEN, r"$\hat y_{\mathrm{even}} = 0$ at $u_{21} = u_{12} = 0$"),
        rests_on=("population-loss", "lem-5.3", "B10-even"),
    ),
    state(
        "thm-4.1-u",
        "The limit of the last entry of $W^{PV}$",
        "Theorem 4.1",
        limit.limit_of_u(),
        "tr(Gamma^-2)^(1/4)",
        **LIMIT_OF_FLOWS,
    ),
    state(
        "thm-4.1-U",
        "The limit of the first block of $W^{KQ}$",
        "Theorem 4.1",
        limit.limit_of_U(),
        "tr(Gamma^-2)^(-1/4) Gamma^-1",
        **LIMIT_OF_FLOWS,
    ),
    *(
        state(
            f"thm-4.1-W_{name}",
            f"The limit of $W^{{{name}}}$ as a whole",
            "Theorem 4.1",
            enclosed_flows.limit_of_weights(name),
            right,
            place="(4.1)",
            where={**GAMMA, "F": "tr(Gamma^-2)"},
            search=whole_weights(),
            searched=12,
            shared_with="limits",
            assumptions=(
                GAUSSIAN,
                FLOW,
                CONDITION,
                (
                    r"$n = d + 1$; $J$ the $n \times d$ matrix of $I$ above a row of zeros,"
                    " $e$ the last unit vector"
                ),
            ),
            rests_on=(*LIMIT, "lem-5.2-invariance-u21", "lem-5.2-invariance-u12"),
            cited=(GRONWALL,),
        )
        for name, right in (("KQ", "F^(-1/4) J Gamma^-1 J'"), ("PV", "F^(1/4) e e'"))
    ),
    state(
        "sec-4.1-scaling",
        "$W^{PV}$ multiplied by a number and $W^{KQ}$ divided by it give the same prediction",
        "Theorem 4.1",
        layer.rescaled_prediction(),
        OUTPUT,
        place="after it",
        letters=("X", "y", "x_q", "U11", "u21", "u12", "u", "kappa"),
        more={**PROMPT, "kappa": layer.FACTOR},
        assumptions=(r"any prompt, any weights, any positive $k$",),
        rests_on=("prediction",),
    ),
    state(
        "eq-4.2",
        r"The predictor at the limit, on a prompt with labels $\langle w, x_i\rangle$",
        "(4.2)",
        limit.prediction_at_limit(linear=True),
        "1/M sum_i((x_q' Gamma^-1 x_i) (x_i' w))",
        where=GAMMA,
        letters=("Lambda", "x", "w", "x_q"),
        upto={"i": "M"},
        stacked={"x": "M"},
        largest=SMALL,
        assumptions=("any prompt of any length $M$",),
        rests_on=("eq-4.3",),
        reason=r"it is (4.3) at $y_i = \langle w, x_i\rangle$, which is not derived anew",
    ),
    state(
        "eq-4.3",
        "The predictor at the limit",
        "(4.3)",
        limit.prediction_at_limit(),
        "1/M sum_i(y_i (x_q' Gamma^-1 x_i))",
        where=GAMMA,
        letters=("Lambda", "x", "y", "x_q"),
        more={"y": scalar_letter("y")},
        upto={"i": "M"},
        stacked={"x": "M", "y": "M"},
        largest=SMALL,
        assumptions=("any prompt of any length $M$",),
        rests_on=("prediction", "thm-4.1-u", "thm-4.1-U"),
    ),
)

ERROR = (
    state(
        "thm-4.2",
        r"The prediction error in terms of $a$, $\Sigma$ and the least error of a linear predictor",
        "Theorem 4.2",
        prediction_error.general_prediction_error(),
        "floor + 1/M tr(Sigma Gamma^-2 Lambda) + 1/N^2 (a' Gamma^-2 Lambda^3 a"
        " + 2 tr(Lambda) a' Gamma^-2 Lambda^2 a + tr(Lambda)^2 a' Gamma^-2 Lambda a)",
        where=GAMMA,
        letters=("Lambda", "w", "B", "c", "s2"),
        largest={"d": 2, "N": 3, "M": 2},
        assumptions=(
            (
                r"$(x_i, y_i)$, $(x_q, y_q)$ i.i.d., $x \sim N(0, \Lambda)$, $\mathbb{E} y^2$ and"
                r" $\mathbb{E} y^2 |x|^2$ finite"
            ),
            QUADRATIC,
        ),
        rests_on=("eq-4.3",),
    ),
    state(
        "thm-4.2-covariance",
        r"$\operatorname{Cov}(xy)$ for noiseless linear labels",
        "Theorem 4.2",
        prediction_error.label_covariance(),
        "(w' Lambda w) Lambda + Lambda w w' Lambda",
        place="after it",
        letters=("Lambda", "w"),
        assumptions=(r"$y = \langle w, x\rangle$", r"$x \sim N(0, \Lambda)$"),
    ),
    state(
        "thm-4.2-noiseless",
        "The prediction error for noiseless linear labels, as displayed after Theorem 4.2",
        "Theorem 4.2",
        prediction_error.labelled_prediction_error("noiseless"),
        "1/M (w' Gamma^-2 Lambda^3 w + tr(Gamma^-2 Lambda^2) (w' Lambda w)) + 1/N^2 (w' Gamma^-2 Lambda^3 w"
        " + 2 tr(Lambda) w' Gamma^-2 Lambda^2 w + tr(Lambda)^2 w' Gamma^-2 Lambda w)",
        place="after it",
        where=GAMMA,
        letters=("Lambda", "w"),
        largest=SMALL,
        assumptions=(r"$y = \langle w, x\rangle$", r"$x \sim N(0, \Lambda)$"),
        rests_on=("thm-4.2-linear",),
    ),
    state(
        "thm-4.2-linear",
        "The prediction error for noisy linear labels",
        "Theorem 4.2",
        prediction_error.labelled_prediction_error("linear"),
        "s2 + 1/M tr(S Gamma^-2 Lambda) + 1/N^2 (w' Gamma^-2 Lambda^3 w"
        " + 2 tr(Lambda) w' Gamma^-2 Lambda^2 w + tr(Lambda)^2 w' Gamma^-2 Lambda w)",
        place="for linear labels",
        where={**GAMMA, "S": "(w' Lambda w) Lambda + Lambda w w' Lambda + s2 Lambda"},
        letters=("Lambda", "w", "s2"),
        largest=SMALL,
        assumptions=(r"$y = \langle w, x\rangle$ plus noise of variance $s^2$", r"$x \sim N(0, \Lambda)$"),
        rests_on=("thm-4.2", "thm-4.2-covariance"),
    ),
)


MOMENT_BOUND = "(d + 1) tr(Lambda W)/M + 1/N^2 (tr(Lambda W) + 2 tr(W) tr(Lambda) + tr(Lambda^-1 W) tr(Lambda)^2)"

BOUNDS = (
    state(
        "thm-4.2-bound",
        r"The error of noiseless linear labels, for tasks with $\mathbb{E} ww^\top = W$",
        "Theorem 4.2",
        error_bounds.error_for_tasks(),
        MOMENT_BOUND,
        place="after it",
        assumptions=(*NOISELESS, r"$W$ positive definite; $W = ww^\top$, one task, by continuity"),
        rests_on=("thm-4.2-linear",),
        sharper=sharper("thm-4.2-bound-sharp"),
        **ERROR_BOUND,
    ),
    state(
        "thm-4.2-bound-w",
        "The error of noiseless linear labels, for every task $w$",
        "Theorem 4.2",
        error_bounds.error_for_one_task(),
        "(d + 1) w' Lambda w/M + 1/N^2 (w' Lambda w + 2 (w' w) tr(Lambda) + (w' Lambda^-1 w) tr(Lambda)^2)",
        place="after it",
        letters=("Lambda", "w"),
        assumptions=NOISELESS,
        rests_on=("thm-4.2-bound",),
        **ERROR_BOUND,
    ),
    state(
        "thm-4.2-bound-mean",
        "The error of noiseless linear labels, averaged over tasks",
        "Theorem 4.2",
        error_bounds.error_over_normal_tasks(),
        "(d + 1) tr(Lambda)/M + 1/N^2 (tr(Lambda) + 2 d tr(Lambda) + tr(Lambda^-1) tr(Lambda)^2)",
        place="after it",
        assumptions=NOISELESS,
        rests_on=("thm-4.2-linear",),
        sharper=sharper("thm-4.2-bound-mean-sharp"),
        **ERROR_BOUND,
    ),
    state(
        "trace-product",
        r"$\operatorname{tr}(\Lambda) \operatorname{tr}(\Lambda^{-1})$ against the condition number",
        "Theorem 4.2",
        error_bounds.trace_product(),
        "d^2 kappa",
        place="after it",
        relation="<=",
        tight=True,
        search=conditioned_covariances(),
        assumptions=(r"$\Lambda$ positive definite, $\kappa$ its condition number",),
        sharper=sharper("trace-product-sharp"),
        reason=BY_INSTANCES,
    ),
    state(
        "thm-4.2-bound-kappa",
        "The error averaged over tasks, through the condition number",
        "Theorem 4.2",
        error_bounds.averaged_error(),
        "(d + 1) tr(Lambda)/M + (1 + 2 d + d^2 kappa) tr(Lambda)/N^2",
        place="after it",
        searched=150,
        assumptions=NOISELESS,
        rests_on=("thm-4.2-bound-mean", "trace-product"),
        sharper=sharper("thm-4.2-bound-kappa-sharp"),
        reason=BY_INSTANCES,
        **ERROR_BOUND,
    ),
    state(
        "cor-4.3",
        (
            r"Learning linear models: the error, averaged over tasks, at"
            r" $M \ge (d + 1) \operatorname{tr}(\Lambda)/\varepsilon$"
        ),
        "Corollary 4.3",
        error_bounds.error_at_long_prompt(),
        "(1 + 2 d + d^2 kappa) tr(Lambda)/N^2 + eps",
        relation="<=",
        ends=lambda: (long_training(),),
        tight=True,
        search=accuracy_instances(),
        assumptions=(
            *NOISELESS,
            (
                "$M$ is the least integer with"
                r" $M \ge (d + 1) \operatorname{tr}(\Lambda)/\varepsilon$"
            ),
        ),
        rests_on=("thm-4.2-bound-kappa",),
        reason=BY_INSTANCES,
    ),
    state(
        "cor-4.3-floor",
        "Training on prompts of finite length leaves an error that no test prompt, however long, removes",
        "Corollary 4.3",
        error_bounds.error_of_infinite_prompt(),
        "0",
        place="after it",
        relation=">",
        search=accuracy_instances(),
        searched=40,
        assumptions=NOISELESS,
        rests_on=("thm-4.2-linear",),
    ),
)

STATEMENTS = (*CONVERGENCE, *ERROR, *BOUNDS)
