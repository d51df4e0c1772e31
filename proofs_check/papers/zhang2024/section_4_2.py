"""Section 4.2: shifts of the task, the query and the covariates."""

from __future__ import annotations

from proofs_check.papers.zhang2024.instances.errors import long_training, noisy_tasks
from proofs_check.papers.zhang2024.language import GAMMA, state
from proofs_check.papers.zhang2024.quantities import shift
from theory.zhang2024.distribution_shift import CONTEXT

SHIFTED = {"Lambda_c": CONTEXT, "Lambda_q": shift.QUERY_MOMENT}
SIZES = {"d": 2, "N": 3, "M": 2}

STATEMENTS = (
    state(
        "sec-4.2-task",
        "The error for noisy labels and any task is at most a term in $1/M$ plus one in $1/N^2$",
        "Section 4.2",
        shift.error_with_noisy_labels(),
        "((d + 1) w' Lambda w + d s2)/M + 1/N^2 (w' Lambda w + 2 (w' w) tr(Lambda) + (w' Lambda^-1 w) tr(Lambda)^2)",
        place="task shifts",
        relation="<=",
        tight=True,
        ends=lambda: (long_training(),),
        search=noisy_tasks(),
        assumptions=(r"$y = \langle w, x\rangle$ plus noise of variance $s^2$", r"$A = \Gamma^{-1}$"),
        rests_on=("B9", "thm-4.2-bound"),
    ),
    state(
        "sec-4.2-query",
        "Query shift: the error that remains with many examples",
        "(4.8)",
        shift.error_of_infinite_prompt_under_query_shift(),
        "w' (Gamma^-1 Lambda - I)' Lambda_q (Gamma^-1 Lambda - I) w",
        place="query shifts",
        where=GAMMA,
        letters=("Lambda", "Lambda_q", "w"),
        more=SHIFTED,
        largest=SIZES,
        assumptions=(
            r"$x_q$ of second moment $\Lambda_q$, independent",
            (
                r"$\Gamma^{-1} \Lambda$ tends to"
                " $I$ as $N$ grows"
            ),
        ),
        rests_on=("B9",),
    ),
    state(
        "sec-4.2-covariate",
        "Covariate shift: the mean prediction for a given query",
        "Section 4.2",
        shift.mean_prediction_at_limit(),
        "x_q' Gamma^-1 Lambda_c w",
        place="covariate shifts",
        where=GAMMA,
        letters=("Lambda", "Lambda_c", "w", "x_q"),
        more=SHIFTED,
        largest=SIZES,
        assumptions=(
            (
                r"$x_i \sim N(0, \Lambda_c)$; $\hat y$ tends to its mean as $M$ grows, since its"
                " variance is of order $1/M$"
            ),
        ),
        rests_on=("eq-4.3",),
    ),
    state(
        "sec-4.2-scaling",
        r"Covariates scaled by $c$: the prediction tends to $c^2 \langle w, x_q\rangle$",
        "Section 4.2",
        shift.scaled_prediction_limit(),
        "c^2 (x_q' w)",
        place="covariate shifts",
        letters=("Lambda", "w", "x_q", "c"),
        more={"c": shift.SCALE},
        assumptions=(r"$x_i \sim N(0, c^2 \Lambda)$", "$M$ and then $N$ tend to infinity"),
        rests_on=("sec-4.2-covariate",),
    ),
    state(
        "eq-4.8-scaled",
        "Covariates scaled by $c$ scale the mean prediction by $c^2$",
        "Section 4.2",
        shift.mean_prediction(scaled=True),
        "c^2 x_q' w",
        place="covariate shifts",
        letters=("Lambda", "c", "x_q", "w"),
        more={"c": shift.SCALE},
        largest={"d": 3, "M": 3},
        assumptions=(
            (
                r"$x_i \sim N(0, c^2 \Lambda)$, given $x_q$ and $w$; $A = \Lambda^{-1}$, the"
                r" limit $N \to \infty$"
            ),
        ),
        rests_on=("eq-4.3",),
    ),
)
