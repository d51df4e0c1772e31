"""Theorem 4.2: the exact prediction error of the limit on prompts from any distribution with Gaussian covariates.

Source: Zhang, Frei and Bartlett (2024), Theorem 4.2; statement B8 for labels that are not linear.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from math import prod

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (
    Expression,
    indexed,
    length,
    letter,
    matrix,
    number,
    scalar_letter,
    sum_over,
    vector,
)
from theory.derivation import Derivation, Formula, Step, require_equal
from theory.zhang2024.limiting_predictor import limiting_predictor
from theory.zhang2024.model import LAMBDA, NOISE_VARIANCE, Law, eps, w, x, x_q
from theory.zhang2024.notation import notation
from theory.zhang2024.preconditioner import preconditioner

HALF = Fraction(1, 2)

# a = Lambda^{-1} E[xy], the covariance of xy, and the least error of a linear predictor: the law of (x, y) enters
# through these three alone.
a = vector("a")
SIGMA = matrix("Sigma", symmetric=True)
FLOOR = scalar_letter("floor", latex="R_{\\min}", non_negative=True)
B = matrix("B")
c = scalar_letter("c", latex="c_0")
TWO_OVER_PI = scalar_letter("two_over_pi", latex="\\tfrac{2}{\\pi}", definite=True)
SPREAD = w.T @ LAMBDA @ w
ERROR = r"\mathbb{E}\left(\hat y - y_q\right)^2"
LABELS = ("linear", "quadratic", "relu", "sign")


def error_expression(A: Expression) -> Expression:
    """E (x_q' A (1/M) sum_i v_i - y_q)^2 for v_i = y_i x_i i.i.d., mean Lambda a and covariance Sigma.

    The square is a polynomial of degree two in the v_i and in (x_q, y_q), so only their first two moments enter. They
    are those of Gaussian v_i, and of y_q = a'x_q + r with r of variance `floor`, uncorrelated with x_q because a is the
    best linear predictor; Gaussian letters with these moments therefore give the exact value.
    """
    v, r = vector("v"), scalar_letter("r")
    average = sum_over("i", "M", indexed(v, "i")) / length("M")
    gap = x_q.T @ A @ average - a.T @ x_q - r
    return expectation(gap * gap, {v: Gaussian(SIGMA, mean=LAMBDA @ a), x_q: Gaussian(LAMBDA), r: Gaussian(FLOOR)})


def theorem(Gamma: Expression) -> Expression:
    """The right side of Theorem 4.2 as the paper prints it."""
    N, M = length("N"), length("M")
    shape = Gamma**-2
    bracket = (
        a.T @ shape @ LAMBDA**3 @ a
        + 2 * LAMBDA.trace() * (a.T @ shape @ LAMBDA**2 @ a)
        + LAMBDA.trace() ** 2 * (a.T @ shape @ LAMBDA @ a)
    )
    return FLOOR + (SIGMA @ shape @ LAMBDA).trace() / M + bracket / N**2


@dataclass(frozen=True)
class LabelLaw:
    """Moments of a label law y given w: a = Lambda^{-1} E[xy], Sigma = Cov(xy), floor = E(y - a'x)^2."""

    a: Expression
    covariance: Expression
    floor: Expression
    reason: str
    arguments: Mapping[str, str]
    defaults: Mapping[str, object] = field(default_factory=dict)


def polynomial_law(label: Expression, arguments: Mapping[str, str], defaults: Mapping[str, object]) -> LabelLaw:
    """The moments of a label that is a polynomial in x and in Gaussian noise, by the engine."""
    law = {x: Gaussian(LAMBDA), eps: Gaussian(NOISE_VARIANCE)}
    best = LAMBDA**-1 @ expectation(label * x, law)
    residual = label - best.T @ x
    floor = expectation(residual * residual, law)
    mean = LAMBDA @ best
    covariance = expectation((label * x) @ (label * x).T, law) - mean @ mean.T
    return LabelLaw(best, covariance, floor, "Moments of a polynomial label, by Wick's theorem.", arguments, defaults)


def single_index_law(slope: Expression, second: Expression, fourth: Expression) -> LabelLaw:
    """The moments of y = g(<w, x>), from those of z ~ N(0, 1) with s^2 = w'Lambda w.

    Args:
        slope: E[z g(sz)] / s.
        second: E[g(sz)^2].
        fourth: E[z^2 g(sz)^2].

    x = Lambda w z / s + x_0 with x_0 independent of z, so E[xy] = Lambda w E[z g]/s, and E[y^2 x x'] is
    E[g^2] (Lambda - Lambda w w'Lambda/s^2) + E[z^2 g^2] Lambda w w'Lambda/s^2.
    """
    best = slope * w
    along = (LAMBDA @ w @ w.T @ LAMBDA) * SPREAD.reciprocal()
    covariance = second * (LAMBDA - along) + fourth * along - LAMBDA @ best @ best.T @ LAMBDA
    reason = r"Moments of $y = g(w^\top x)$, by splitting $x$ along $\Lambda w$: $y$ depends on that part alone."
    return LabelLaw(best, covariance, second - best.T @ LAMBDA @ best, reason, {"w": "w"})


def half_moment(k: int) -> Fraction:
    """E[z^k 1{z > 0}] for even k and z ~ N(0, 1): half of (k - 1)!!."""
    return HALF * prod(range(1, k, 2))


def label_law(name: str) -> LabelLaw:
    """The moments of the named label law; ValueError for an unknown name."""
    noise = {"noise_variance": "s2"}
    if name == "linear":
        return polynomial_law(w.T @ x + eps, {"w": "w", **noise}, {"noise_variance": 0})
    if name == "quadratic":
        label = w.T @ x + x.T @ B @ x + c + eps
        arguments = {"w": "w", "B": "B", "c": "c", **noise}
        return polynomial_law(label, arguments, {"B": None, "c": 0, "noise_variance": 0})
    if name == "relu":
        # g(sz) = s max(0, z).
        return single_index_law(number(half_moment(2)), half_moment(2) * SPREAD, half_moment(4) * SPREAD)
    if name == "sign":
        # g(sz) = sgn z: E[z g] = E|z| = sqrt(2/pi), and g^2 = 1.
        return single_index_law((TWO_OVER_PI / SPREAD) ** HALF, number(1), number(1))
    raise ValueError(f"label must be one of {', '.join(LABELS)}, got {name!r}")


@cache
def prediction_error(label: str | None = None) -> Formula:
    """Return E(y_hat - y_q)^2 for y_hat = x_q' Gamma^{-1} (1/M) sum_i y_i x_i, exact for all d, N, M.

    Args:
        label: "linear", y = <w, x> + noise; "quadratic", y = <w, x> + x'Bx + c + noise; "relu", y = max(0, <w, x>);
            "sign", y = sgn <w, x>; None, Theorem 4.2 itself, in a, Sigma and floor = min_w E(<w, x_q> - y_q)^2.
            The error counts the query's own noise, as the theorem does.

    Returns:
        A Formula; `evaluate(covariance=, context_length=, prompt_length=, w=, B=, c=, noise_variance=)`, with d x d
        covariance and B, w of shape d; B, c and noise_variance may be left out. For None the keywords are
        covariance, context_length, prompt_length, a, label_covariance and floor.

    Raises:
        ValueError: for another label.

    Source: Zhang, Frei and Bartlett (2024), Theorem 4.2; statement B8.
    """
    Gamma = preconditioner(Law()).Gamma
    derived = error_expression(Gamma.name**-1)
    general = require_equal(derived, theorem(Gamma.name), "Theorem 4.2", (Gamma,))
    lengths = {"covariance": "Lambda", "context_length": "N", "prompt_length": "M"}
    source = "Zhang et al. (2024), Theorem 4.2"
    steps = [
        Step(
            r"\hat y",
            "The limiting predictor (4.3) on a prompt of length $M$.",
            limiting_predictor().expression,
            id="predictor",
        ),
        Step(
            ERROR,
            (
                r"Only the first two moments of $y_i x_i$ and of $(x_q, y_q)$ enter: mean $\Lambda a$ "
                r"and covariance $\Sigma$ of $y_i x_i$, and $y_q = a^\top x_q$ plus a rest of variance "
                r"$R_{\min}$ that is uncorrelated with $x_q$."
            ),
            derived,
            id="moments",
        ),
        Step(
            ERROR,
            (
                r"$\Gamma - \Lambda = (\Lambda + \operatorname{tr}(\Lambda) I)/N$ turns the bias into "
                "the bracket over $N^2$. Both sides have the same normal form by partial fractions in"
                r" $\Gamma$."
            ),
            general,
            id="bracket",
        ),
    ]
    if label is None:
        arguments = {**lengths, "a": "a", "label_covariance": "Sigma", "floor": "floor"}
        return Formula("prediction error", general, arguments, tuple(steps), source, (Gamma,), left=ERROR)
    law = label_law(label)
    inserted = general.substitute({letter(a): law.a, letter(SIGMA): law.covariance, letter(FLOOR): law.floor})
    steps += [
        Step("a", law.reason, law.a, id="label-a"),
        Step(r"\Sigma", law.reason, law.covariance, id="label-covariance"),
        Step(r"R_{\min}", law.reason, law.floor, id="label-floor"),
        Step(ERROR, "Insert these into Theorem 4.2.", inserted, id="inserted"),
    ]
    constants = {"two_over_pi": "2/pi"} if label == "sign" else {}
    return Formula(
        f"prediction error, {label} labels",
        inserted,
        {**lengths, **law.arguments},
        tuple(steps),
        source,
        (Gamma,),
        law.defaults,
        constants,
        left=ERROR,
    )


def derivation() -> Derivation:
    """Theorem 4.2 and its corollary for linear labels."""
    linear = prediction_error("linear")
    return Derivation(
        "prediction_error",
        "The prediction error of the limit",
        "Zhang, Frei and Bartlett (2024), Theorem 4.2",
        linear.steps,
        {"prediction error": prediction_error(), "linear labels": linear},
        notation(),
    )
