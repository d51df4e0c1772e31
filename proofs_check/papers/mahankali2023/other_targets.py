"""Targets that are no linear function of the covariates: the best step is still a multiple of I, or zero."""

from __future__ import annotations

from proofs_check.papers.mahankali2023.models import cube, cubic, square

CUBES = (
    cube.gradient(
        "mahankali2023-cube-gradient",
        r"Labels $(w^\top x)^3$: the gradient with respect to the step, zero at $A = (q/p) I$ only",
        "other targets",
        "A",
        "p A - q I",
        where={"q": "9 (d + 2) (d + 4)", "p": "(d + 2) (d + 4) (9 N + 15 d + 81)/N + s2/N"},
        place=r"$y = (w^\top x)^3$",
        largest={"d": 2, "N": 2},
    ),
)

SQUARES = (
    square.gradient(
        "mahankali2023-square-gradient",
        r"Labels $(w^\top x)^2$: the gradient with respect to the step, zero at $A = 0$ only",
        "other targets",
        "A",
        "(3 (d + 2) (d + 4) + s2)/N A",
        place=r"$y = (w^\top x)^2$",
        largest={"d": 2, "N": 2},
    ),
)

POLYNOMIALS = (
    cubic.gradient(
        "mahankali2023-cubic-gradient",
        r"Labels $a z + b z^2 + c z^3$ with $z = w^\top x$: the gradient with respect to the step",
        "other targets",
        "A",
        "p A - q I",
        where={
            "q": "a^2 + 6 (d + 2) a c + 9 (d + 2) (d + 4) c^2",
            "p": "((N + d + 1) a^2 + 3 (d + 2) (d + 4) b^2 + 6 (d + 2) (N + d + 3) a c"
            " + (d + 2) (d + 4) (9 N + 15 d + 81) c^2 + s2)/N",
        },
        place="every cubic without a constant",
        largest={"d": 2, "N": 2},
        assumptions=(
            r"the rate $q/p$ is $\mathbb{E}(x_q^\top v) y_q / \mathbb{E}(x_q^\top v)^2$, $v = (1/N) \sum_i y_i x_i$",
        ),
    ),
)

STATEMENTS = (*CUBES, *SQUARES, *POLYNOMIALS)
