"""The technical lemmas: derivatives of quadratic forms and traces, and the fourth moment of a Gaussian vector.

Source: Zhang, Frei and Bartlett (2024), Lemmas D.1 and D.2.
"""

from __future__ import annotations

from functools import cache

from theory.algebra.calculus import differential, gradient
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, matrix, vector, zero
from theory.derivation import Derivation, Formula, Step, require_equal
from theory.zhang2024.model import LAMBDA, x

A, B, C, X = (matrix(name) for name in "ABCX")
z = vector("z")
# The differentiated letters' steps.
_DIRECTIONS = {X: matrix("D", latex="dX"), x: vector("D", latex="dx")}
FOURTH = r"\mathbb{E}[x x^\top A x x^\top]"
# Of this derivation alone: the lemmas are about any matrices.
LETTERS = {
    "A": "any square matrix",
    "B": "any square matrix",
    "C": "any square matrix",
    "X": "a square matrix",
    "x": r"a vector; where means are taken, Gaussian with mean 0 and covariance $\Lambda$",
    "z": "an independent vector with the law of $x$",
    r"\Lambda": "covariance of $x$, positive definite",
    "d": "the differential of what follows",
    "dX": "a small change of $X$",
    "dx": "a small change of $x$",
    "G": "the derivative",
}
# Lemma D.1: name, LaTeX, function, by what, the derivative as printed, evaluation keywords.
_FUNCTIONS: tuple[tuple[str, str, Expression, Expression, Expression, str], ...] = (
    ("quadratic form", r"x^\top B x", x.T @ B @ x, x, (B + B.T) @ x, "Bx"),
    ("square", r"\operatorname{tr}(X B X^\top)", (X @ B @ X.T).trace(), X, X @ B.T + X @ B, "BX"),
    ("linear", r"\operatorname{tr}(A X^\top)", (A @ X.T).trace(), X, A, "A"),
    (
        "product",
        r"\operatorname{tr}(A X B X^\top C)",
        (A @ X @ B @ X.T @ C).trace(),
        X,
        A.T @ C.T @ X @ B.T + C @ A @ X @ B,
        "ABCX",
    ),
)


@cache
def derivation() -> Derivation:
    """Return the four derivatives of Lemma D.1 and the moment of Lemma D.2, as the Formula "fourth moment".

    Raises:
        DerivationError: if a gradient G does not give the differential tr(G' dX), or a result is not the printed one.

    Source: Zhang, Frei and Bartlett (2024), Lemmas D.1 and D.2.
    """
    steps: list[Step] = []
    results: dict[str, Formula] = {}
    source = "Zhang et al. (2024), Lemma D.1"
    for name, tex, function, by, printed, letters in _FUNCTIONS:
        direction = _DIRECTIONS[by]
        change = differential(function, {by: direction})
        slope = require_equal(gradient(function, by), printed, f"Lemma D.1, {name}")
        require_equal((slope.T @ direction).trace(), change, f"the gradient of the {name} gives its differential")
        by_tex, key = str(by), name.replace(" ", "-")
        inner = "G^\\top dx" if by is x else r"\operatorname{tr}(G^\top dX)"
        steps += [
            Step(
                rf"d\, {tex}",
                f"The differential of ${tex}$: every occurrence of ${by_tex}$ is moved in turn.",
                change,
                id=f"differential-{key}",
            ),
            Step(
                rf"\partial {tex} / \partial {by_tex}",
                rf"Turned until it is ${inner}$, which makes $G$ the derivative of ${tex}$.",
                slope,
                id=f"derivative-{key}",
            ),
        ]
        results[name] = Formula(
            f"derivative, {name}",
            slope,
            {key: key for key in letters},
            tuple(steps[-2:]),
            source,
            left=rf"\partial {tex} / \partial {by_tex}",
            title=rf"The derivative of ${tex}$ by ${by_tex}$",
        )
    moment = _fourth_moment(steps)
    results["fourth moment"] = Formula(
        "fourth moment",
        moment,
        {"covariance": "Lambda", "A": "A"},
        tuple(steps[-4:]),
        "Zhang et al. (2024), Lemma D.2",
        left=FOURTH,
        title="The fourth moment of a Gaussian vector",
    )
    return Derivation(
        "matrix_calculus",
        "Matrix derivatives and the fourth moment",
        "Zhang, Frei and Bartlett (2024), Lemmas D.1 and D.2",
        tuple(steps),
        results,
        LETTERS,
    )


def _fourth_moment(steps: list[Step]) -> Expression:
    """E[x x' A x x'], each pairing once more as a mean over two independent vectors."""
    laws = {x: Gaussian(LAMBDA), z: Gaussian(LAMBDA)}
    pairings = (
        (r"\mathbb{E}[x x^\top A z z^\top]", "first with second, third with fourth", x @ x.T @ A @ z @ z.T),
        (r"\mathbb{E}[x z^\top A x z^\top]", "first with third, second with fourth", x @ z.T @ A @ x @ z.T),
        (r"\mathbb{E}[x z^\top A z x^\top]", "first with fourth, second with third", x @ z.T @ A @ z @ x.T),
    )
    total = zero("d", "d")
    for name, (tex, which, body) in zip(("neighbours", "across", "outer"), pairings, strict=True):
        mean = expectation(body, laws)
        reason = f"A pairing of the four occurrences of $x$, {which}: as if the pairs were independent, $z$ like $x$."
        steps.append(Step(tex, reason, mean, id=f"pairing-{name}"))
        total = total + mean
    moment = require_equal(expectation(x @ x.T @ A @ x @ x.T, laws), total, "the theorem of Isserlis")
    reason = "The theorem of Isserlis: the sum over the three pairings (Lemma D.2)."
    steps.append(Step(FOURTH, reason, moment, id="isserlis"))
    return moment
