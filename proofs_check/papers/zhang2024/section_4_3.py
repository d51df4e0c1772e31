"""Section 4.3: random covariances. The limit of the flow (Theorem 4.5) and the prediction for a new covariance."""

from __future__ import annotations

from typing import Any

from proofs_check.papers.zhang2024.instances.flows import whole_weights
from proofs_check.papers.zhang2024.language import (
    AVERAGED_CONDITION,
    AVERAGES,
    DIAGONAL,
    DIAGONAL_ATOMS,
    RANDOM,
    TWO_ATOMS,
    TWO_DIAGONAL_FLOW,
    state,
)
from proofs_check.papers.zhang2024.quantities import enclosed_flows, random_error, random_limit, shift
from proofs_check.papers.zhang2024.quantities.random_covariance import P, Q

# The limit is integrated in floating point at d = 2, with the probabilities P and Q as numbers.
PLANE = {
    "x1": f"{P} l1^2 + {Q} l2^2",
    "x2": f"{P} m1^2 + {Q} m2^2",
    "g1": f"{P} ((1 + 2/N) l1^3 + 1/N l1^2 m1) + {Q} ((1 + 2/N) l2^3 + 1/N l2^2 m2)",
    "g2": f"{P} ((1 + 2/N) m1^3 + 1/N m1^2 l1) + {Q} ((1 + 2/N) m2^3 + 1/N m2^2 l2)",
}
PLANE_LETTERS = ("l1", "m1", "l2", "m2", "v", "z")
LIMIT = ("cor-C.2-uii", "cor-C.2-uij", "cor-C.2-u", "lem-C.4-minimiser", "lem-C.5", "lem-C.7", "lem-C.8-decay")
DIAGONAL_START = (RANDOM, DIAGONAL, "$u_{21} = u_{12} = 0$")
CONVERGES = "Gronwall's inequality, which turns Lemma C.8 into convergence; then Lemma C.4 and balance give the limit"

IN_THE_PLANE: dict[str, Any] = {
    "letters": PLANE_LETTERS,
    "more": TWO_ATOMS,
    "largest": {"N": 3},
    "sampled": {"N": 6},
    "fixed": {"d": 2},
    "shared_with": "thm-4.5",
    "assumptions": DIAGONAL_START,
    "cited": (CONVERGES,),
}

STATEMENTS = (
    *(
        state(
            f"thm-4.5-W_{name}",
            f"The limit of $W^{{{name}}}$ as a whole, for two diagonal covariances",
            "Theorem 4.5",
            enclosed_flows.limit_of_weights(name, averaged=True),
            right,
            place="(4.12)",
            where={**AVERAGES, "A": "G^-1 S", "F": "tr(A A')"},
            more=DIAGONAL_ATOMS,
            search=whole_weights(averaged=True),
            searched=12,
            shared_with="averaged-limits",
            assumptions=(
                *TWO_DIAGONAL_FLOW,
                AVERAGED_CONDITION,
                r"$n = d + 1$; $J$ the $n \times d$ matrix of $I$ above a row of zeros, $e$ the last unit vector",
            ),
            rests_on=("prediction", *LIMIT, "lem-C.1-invariance-u21", "lem-C.1-invariance-u12"),
            cited=(CONVERGES,),
            reason="the engine has no entries of matrices, in which Lemma C.4 finds the minimiser",
        )
        for name, right in (("KQ", "F^(-1/4) J A J'"), ("PV", "F^(1/4) e e'"))
    ),
    state(
        "thm-4.5-u",
        r"The limit of the last entry of $W^{PV}$, $\|A\|_F^{1/2}$, at $d = 2$",
        "Theorem 4.5",
        random_limit.limit(of_u=True),
        "F^(1/4)",
        where={**PLANE, "F": "x1^2/g1^2 + x2^2/g2^2"},
        rests_on=LIMIT,
        **IN_THE_PLANE,
    ),
    state(
        "thm-4.5-U",
        r"The first entry of the limit of $W^{KQ}$, $A_{11}/\|A\|_F^{1/2}$, at $d = 2$",
        "Theorem 4.5",
        random_limit.limit(of_u=False),
        "F^(-1/4) x1/g1",
        where={**PLANE, "F": "x1^2/g1^2 + x2^2/g2^2"},
        rests_on=LIMIT,
        **IN_THE_PLANE,
    ),
    state(
        "eq-4.13",
        (
            r"The mean of the prediction given the prompt's covariance $\Lambda$, the query and the task, for every"
            " length $M$"
        ),
        "(4.13)",
        shift.mean_prediction(),
        "x_q' A Lambda w",
        letters=("Lambda", "A", "x_q", "w"),
        largest={"d": 3, "M": 3},
        assumptions=(r"$x_i \sim N(0, \Lambda)$, given $x_q$ and $w$",),
        rests_on=("eq-4.3",),
    ),
    state(
        "exp-minimiser",
        "The minimiser for i.i.d. Exp(1) entries, a multiple of $I$",
        "Section 4.3",
        random_error.exponential_minimiser(),
        "N/(3 N + d + 5)",
        largest={"d": 2, "N": 2},
        assumptions=(r"$\lambda_i$ i.i.d. Exp(1)",),
        rests_on=("lem-C.4-minimiser",),
    ),
)
