"""The population loss L = E (y_hat - <w, x_q>)^2 / 2 in all blocks of the weight matrices, for every d and N.

Source: Zhang, Frei and Bartlett (2024), section 3; the paper never writes the polynomial out.
"""

from __future__ import annotations

from functools import cache

from theory.algebra.expression import Expression, letter, zero
from theory.derivation import Derivation, Formula, Step
from theory.zhang2024.model import BLOCKS, RADIAL_MOMENTS, Law, model_of, prediction, u12, u21, w, x_q


def loss_expression(law: Law) -> tuple[Expression, tuple[Step, ...]]:
    """The loss in U11, u21, u12, u and the steps that lead to it."""
    predicted = prediction(law)
    error = predicted - w.T @ x_q
    loss = model_of(law).loss_expression
    steps = (
        Step(r"\hat y", "The prediction of the layer on a prompt of length $N$.", predicted, id="prediction"),
        Step(r"\hat y - w^\top x_q", "Its error on the query.", error, id="error"),
        Step(
            r"L = \tfrac12 \mathbb{E}\left(\hat y - w^\top x_q\right)^2",
            "Average over task, covariates, query and noise by Wick's theorem on words; a summation index that no "
            "letter carries any more contributes its length.",
            loss,
            id="wick",
        ),
    )
    return loss, steps


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
        elliptical: covariates with E[x x' A x x'] = kappa (2 Lambda A Lambda + tr(A Lambda) Lambda), A symmetric, and
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
    return Formula("population loss", loss, arguments, steps, "Zhang et al. (2024), section 3.3")


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
    )
