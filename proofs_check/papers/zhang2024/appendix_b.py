"""Appendix B: the proof of Theorem 4.2. The error of prediction falls into three parts with no correlation."""

from __future__ import annotations

from proofs_check.papers.zhang2024.language import GAMMA, state
from proofs_check.papers.zhang2024.quantities import prediction_error
from theory.algebra.expression import vector

LETTERS = ("Lambda", "w", "B", "c", "s2")
SIZES = {"d": 2, "N": 3, "M": 2}
LABELS = (
    r"$y = \langle w, x\rangle + x^\top Bx + c_0$ plus noise of variance $s^2$",
    r"$x \sim N(0, \Lambda)$",
    r"$a = \Lambda^{-1} \mathbb{E}[xy]$, $b = \Gamma^{-1} \mathbb{E}[xy]$",
)
BY_LAW = "the engine states moments of labels of a given kind only; these are quadratic"

STATEMENTS = (
    state(
        "eq-B.1",
        (
            r"$a = \Lambda^{-1} \mathbb{E}[xy]$ is the best linear predictor: the excess of any other $b$"
            " is a square"
        ),
        "(B.1)",
        prediction_error.excess_of_linear_predictor(),
        "(p - a)' Lambda (p - a)",
        letters=(*LETTERS, "p"),
        more={"p": vector("p", latex="b")},
        largest=SIZES,
        assumptions=LABELS[:2],
        reason=BY_LAW,
    ),
    state(
        "app-B-II",
        r"Term II: the mean square of $\hat y - \langle b, x_q\rangle$",
        "Theorem 4.2",
        prediction_error.error_term(1, 1),
        "1/M tr(Sigma Gamma^-2 Lambda)",
        place="in the proof, term II",
        where=GAMMA,
        letters=LETTERS,
        largest=SIZES,
        assumptions=LABELS,
        rests_on=("eq-4.3",),
        reason=BY_LAW,
    ),
    state(
        "app-B-III",
        r"Term III: the mean square of $\langle b - a, x_q\rangle$",
        "Theorem 4.2",
        prediction_error.error_term(2, 2),
        "1/N^2 (a' Gamma^-2 Lambda^3 a + 2 tr(Lambda) a' Gamma^-2 Lambda^2 a + tr(Lambda)^2 a' Gamma^-2 Lambda a)",
        place="in the proof, term III",
        where=GAMMA,
        letters=LETTERS,
        largest=SIZES,
        assumptions=LABELS,
        reason=BY_LAW,
    ),
    *(
        state(
            f"app-B-{name}",
            f"Term {name}: two parts of the error are uncorrelated",
            "(B.2)",
            prediction_error.error_term(first, second),
            "0",
            place=f"term {name}",
            letters=LETTERS,
            largest=SIZES,
            assumptions=LABELS,
            reason=BY_LAW,
        )
        for name, first, second in (("IV", 0, 1), ("V", 1, 2), ("VI", 0, 2))
    ),
)
