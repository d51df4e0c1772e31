"""The population loss L = E (y_hat - <w, x_q>)^2 / 2 in all blocks of the weight matrices, for every d and N.

Source: Zhang, Frei and Bartlett (2024), section 3; the paper never writes the polynomial out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, indexed, length, letter, matrix, number, sum_over, vector, zero
from theory.derivation import Derivation, Formula, Step, require_equal
from theory.zhang2024.model import (
    BLOCKS,
    LAMBDA,
    RADIAL_MOMENTS,
    U11,
    Law,
    model_of,
    prediction,
    u,
    u12,
    u21,
    w,
    x,
    x_q,
)
from theory.zhang2024.notation import notation
from theory.zhang2024.parity import error_by_parity

HALF = Fraction(1, 2)
LOSS = r"L = \tfrac12 \mathbb{E}\left(\hat y - w^\top x_q\right)^2"
# u U11 + u12 u21', in which the odd part of the prediction is linear.
V = matrix("V")


def loss_expression(law: Law) -> tuple[Expression, tuple[Step, ...]]:
    """The loss in U11, u21, u12, u and the steps that lead to it; those of the paper's law show how it comes about."""
    predicted = prediction(law)
    loss = model_of(law).loss_expression
    if law == Law():
        return loss, (_prediction_step(predicted), *_by_parity(loss))
    return loss, (
        _prediction_step(predicted),
        Step(r"\hat y - w^\top x_q", "Its error on the query.", predicted - w.T @ x_q, id="error"),
        Step(
            LOSS,
            "Average over task, covariates, query and noise by Wick's theorem on words; a summation index that no "
            "letter carries any more contributes its length.",
            loss,
            id="wick",
        ),
    )


def _prediction_step(predicted: Expression) -> Step:
    return Step(r"\hat y", "The prediction of the layer on a prompt of length $N$.", predicted, id="prediction")


def _by_parity(loss: Expression) -> tuple[Step, ...]:
    """The paper's loss as half the mean square of an odd and of an even part, which are uncorrelated.

    Raises:
        DerivationError: if a part, or their sum, is not what the engine finds for the whole.
    """
    laws = Law().laws()
    parity = error_by_parity(Law())
    odd = (w.T @ _average(x @ x.T) @ V @ x_q) - w.T @ x_q
    require_equal(odd.substitute({letter(V): u * U11 + u12 @ u21.T}), parity.odd, "the odd part")
    without_task = u12.T @ _average(x @ x.T) @ U11 @ x_q + u12.T @ x_q @ x_q.T @ U11 @ x_q / length("N")
    with_task = u * (w.T @ _average(x @ x.T) @ w) * (u21.T @ x_q)
    require_equal(without_task + with_task, parity.even, "the even part")
    cross = require_equal(expectation(odd * parity.even, laws), number(0), "the correlation of the parts")
    parts = (without_task * without_task, 2 * without_task * with_task, with_task * with_task)
    squares = [HALF * expectation(part, laws) for part in parts]
    odd_loss = HALF * expectation(odd * odd, laws)
    whole = odd_loss.substitute({letter(V): u * U11 + u12 @ u21.T}) + sum(squares[1:], squares[0])
    require_equal(whole, loss, "the loss as the sum of its parts")
    return (
        Step(
            r"\hat y_{\mathrm{odd}} - w^\top x_q",
            "Sort the terms of the error by their degree in $w$. Those of odd degree depend on the weights through "
            "$V = u U_{11} + u_{12} u_{21}^\\top$ only.",
            odd,
            id="odd",
        ),
        Step(r"\hat y_{\mathrm{even}}", "The other terms have even degree in $w$.", parity.even, id="even"),
        Step(
            r"\mathbb{E}\left[(\hat y_{\mathrm{odd}} - w^\top x_q) \, \hat y_{\mathrm{even}}\right]",
            "The tasks $w$ and $-w$ have one law, and the product changes its sign with $w$. So the loss is the sum "
            "of half the mean squares of the two parts.",
            cross,
            id="uncorrelated",
        ),
        *_typical_term(odd_loss, laws),
        *_even_squares(squares),
        Step(
            LOSS,
            r"Add the four pieces, with $u U_{11} + u_{12} u_{21}^\top$ in place of $V$. The engine's average of the "
            "squared error, which does not split it, is the same polynomial.",
            loss,
            id="wick",
        ),
    )


def _typical_term(odd_loss: Expression, laws: Mapping[Expression, Gaussian]) -> tuple[Step, ...]:
    """The square of the odd part: a term with two examples, one with one example, and how many there are of each."""
    z, N = vector("z"), length("N")
    laws = {**laws, z: laws[x]}
    first, second = (w.T @ example * (example.T @ V @ x_q) for example in (x, z))
    distinct, same = expectation(first * second, laws), expectation(first * first, laws)
    collected = ((N**2 - N) * distinct + N * same) / N**2 - 2 * (LAMBDA**2 @ V).trace() + LAMBDA.trace()
    require_equal(HALF * collected, odd_loss, "the collected terms of the odd part")
    return (
        Step(
            r"\mathbb{E}\left[(w^\top x_i)(x_i^\top V x_q)(w^\top x_j)(x_j^\top V x_q)\right]",
            r"A typical term of the square of the odd part, $i \ne j$. The average over $w$ and $x_q$ leaves "
            r"$\mathbb{E}[x_j^\top x_i x_i^\top V \Lambda V^\top x_j]$, and a covariate can pair only with itself: "
            "one pairing.",
            distinct,
            id="two-examples",
        ),
        Step(
            r"\mathbb{E}\left[(w^\top x_i)^2 (x_i^\top V x_q)^2\right]",
            r"The same with $i = j$ leaves $\mathbb{E}[x_i^\top x_i \, x_i^\top V \Lambda V^\top x_i]$. Its four "
            r"occurrences of $x_i$ have three pairings: first with second gives a product of two traces, and the "
            "other two the trace of one product.",
            same,
            id="one-example",
        ),
        Step(
            r"\tfrac12 \mathbb{E}\left(\hat y_{\mathrm{odd}} - w^\top x_q\right)^2",
            "Collect: $N (N - 1)$ terms of the first kind and $N$ of the second, over $N^2$; the product with the "
            r"label has the mean $\operatorname{tr}(\Lambda^2 V)$, the label's square $\operatorname{tr}(\Lambda)$.",
            odd_loss,
            id="odd-square",
        ),
    )


def _even_squares(squares: Sequence[Expression]) -> tuple[Step, ...]:
    """Half the mean square of the even part: of its part without the task, of the products, of the part with it."""
    without_task = r"u_{12}^\top (\hat S + x_q x_q^\top / N) U_{11} x_q"
    with_task = r"u \, w^\top \hat S w \, u_{21}^\top x_q"
    return (
        Step(
            rf"\tfrac12 \mathbb{{E}}\left({with_task}\right)^2",
            "The even part has a part with $w$ and one without, and its mean square three pieces, found by the same "
            "count of pairings. First the square of the part with $w$.",
            squares[2],
            id="even-with-task",
        ),
        Step(
            rf"\mathbb{{E}}\left[{with_task} \, {without_task}\right]",
            "Then the product of the two parts.",
            squares[1],
            id="even-mixed",
        ),
        Step(
            rf"\tfrac12 \mathbb{{E}}\left({without_task}\right)^2",
            "Then the square of the part without $w$.",
            squares[0],
            id="even-without-task",
        ),
    )


def _average(summand: Expression) -> Expression:
    """(1/N) sum_i of an expression in x_i."""
    return sum_over("i", "N", summand.substitute({letter(x): indexed(x, "i")})) / length("N")


@cache
def population_loss(
    *,
    noise: bool = False,
    task_covariance: bool = False,
    elliptical: bool = False,
    task_mean: bool = False,
    covariate_mean: bool = False,
) -> Formula:
    """Return L(U11, u21, u12, u) = E (y_hat - <w, x_q>)^2 / 2, exact for every d >= 1 and N >= 1.

    Args:
        noise: labels in the prompt carry independent Gaussian noise of variance `noise_variance`.
        task_covariance: w ~ N(0, Psi), Psi = `task_covariance`, in place of N(0, I).
        elliptical: covariates with E[x x' A x x'] = kappa4 (2 Lambda A Lambda + tr(A Lambda) Lambda), A symmetric, and
            higher radial moments m3 = E r^3, ... where all blocks are nonzero.
        task_mean: w has the mean `task_mean`, a vector, in place of 0.
        covariate_mean: the covariates, the query's too, have the mean `covariate_mean` in place of 0; `covariance` is
            then their covariance around it.

    Returns:
        A Formula; `evaluate(covariance=, context_length=, U11=, u21=, u12=, u=, ...)` takes U11 of shape d x d, u21 and
        u12 of shape d and a number u. `gradient("U11")` is the matrix of partial derivatives.

    Source: Zhang, Frei and Bartlett (2024), section 3.3; statement B5, B6 for the variants.
    """
    law = Law(noise, task_covariance, elliptical, task_mean, covariate_mean)
    loss, steps = loss_expression(law)
    arguments = {**law.arguments(), **{name: name for name in BLOCKS}}
    for k, moment in RADIAL_MOMENTS.items():
        if k > 2 and letter(moment) in loss.symbols:
            arguments[letter(moment).name] = letter(moment).name
    return Formula("population loss", loss, arguments, steps, "Zhang et al. (2024), section 3.3", left="L")


def reduced(expression: Expression) -> Expression:
    """The expression on the invariant subspace u21 = u12 = 0."""
    return expression.substitute({letter(u21): zero("d", 1), letter(u12): zero("d", 1)})


def derivation() -> Derivation:
    """The full population loss."""
    formula = population_loss()
    return Derivation(
        "population_loss",
        "The population loss in all blocks of the weight matrices",
        "Zhang, Frei and Bartlett (2024), section 3.3",
        formula.steps,
        {"population loss": formula},
        notation(
            (r"\hat S", r"$\tfrac{1}{N} \sum_i x_i x_i^\top$, the second moment of the prompt's covariates"),
            (r"\hat y_{\mathrm{odd}}", "the part of the prediction that is odd in $w$"),
            (r"\hat y_{\mathrm{even}}", "the part that is even in $w$"),
            ("V", r"$u U_{11} + u_{12} u_{21}^\top$"),
        ),
    )
