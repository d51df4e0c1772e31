"""Targets that are no linear function of the covariates: the best step is still a multiple of I, or zero."""

from __future__ import annotations

from proofs_check.papers.mahankali2023.models import cube, square

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

STATEMENTS = (*CUBES, *SQUARES)
