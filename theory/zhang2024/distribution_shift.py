"""The prediction error when test prompts differ from training prompts: joint shift of context, query and labels.

Source: Zhang, Frei and Bartlett (2024), section 4.2; statement B9.
"""

from __future__ import annotations

from functools import cache

from theory.algebra.definitions import Definition
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, indexed, length, letter, matrix, sum_over
from theory.derivation import Derivation, Formula, Step
from theory.zhang2024.model import NOISE_VARIANCE, Law, eps, w, x, x_q
from theory.zhang2024.notation import notation
from theory.zhang2024.preconditioner import preconditioner

# The predictor's matrix: Gamma^{-1} at the limit, any d x d matrix in general.
A = matrix("A")
CONTEXT = matrix("Lambda_c", definite=True, latex="\\Lambda_c")
# Only the second moment of the query enters, so it may be singular.
QUERY = matrix("Lambda_q", symmetric=True, latex="\\Lambda_q")


def shifted_predictor() -> Expression:
    """x_q' A (1/M) sum_i y_i x_i with y_i = w'x_i + noise."""
    xi, noise = indexed(x, "i"), indexed(eps, "i")
    return x_q.T @ A @ sum_over("i", "M", (w.T @ xi + noise) * xi) / length("M")


ERROR = r"\mathbb{E}\left(\hat y - w^\top x_q\right)^2"


@cache
def distribution_shift(*, random_task: bool = False, at_limit: bool = False) -> Formula:
    """Return E(y_hat - <w, x_q>)^2 for y_hat = x_q' A (1/M) sum_i y_i x_i under a joint shift.

    The context is x_i ~ N(0, Lambda_c) with labels y_i = <w, x_i> + noise, the query any independent vector with second
    moment Lambda_q: only that moment enters, so the formula computed with a Gaussian query holds for every law.

    Args:
        random_task: average over w ~ N(0, I) too; the keyword w disappears.
        at_limit: A = Gamma^{-1} of a training covariance and length; keywords covariance and context_length replace A.

    Returns:
        A Formula; `evaluate(A=, context_covariance=, query_covariance=, prompt_length=, w=, noise_variance=)`.

    Source: statement B9; Zhang, Frei and Bartlett (2024), section 4.2.
    """
    predicted = shifted_predictor()
    gap = predicted - w.T @ x_q
    laws = {x: Gaussian(CONTEXT), x_q: Gaussian(QUERY), eps: Gaussian(NOISE_VARIANCE)}
    if random_task:
        laws[w] = Gaussian(identity("d"))
    error = expectation(gap * gap, laws)
    arguments = {
        "A": "A",
        "context_covariance": "Lambda_c",
        "query_covariance": "Lambda_q",
        "prompt_length": "M",
        "w": "w",
        "noise_variance": "s2",
    }
    if random_task:
        del arguments["w"]
    steps = [
        Step(r"\hat y", "The predictor on a prompt from the shifted law.", predicted, id="predictor"),
        Step(
            ERROR,
            "Average over covariates, noise and query, each letter paired with itself in every way.",
            error,
            id="error",
        ),
    ]
    definitions: tuple[Definition, ...] = ()
    if at_limit:
        Gamma = preconditioner(Law()).Gamma
        error = error.substitute({letter(A): Gamma.name**-1})
        del arguments["A"]
        arguments = {"covariance": "Lambda", "context_length": "N", **arguments}
        definitions = (Gamma,)
        steps.append(
            Step(
                ERROR,
                r"At the limit $A = \Gamma^{-1}$.",
                error,
                id="error-at-limit",
            )
        )
    return Formula(
        "prediction error under shift",
        error,
        arguments,
        tuple(steps),
        "statement B9; Zhang et al. (2024), section 4.2",
        definitions,
        {"noise_variance": 0},
        left=ERROR,
        title="The error at the limit of the flow" if at_limit else "The error for any matrix $A$",
    )


def derivation() -> Derivation:
    """The error under a joint shift."""
    formula = distribution_shift()
    return Derivation(
        "distribution_shift",
        "The prediction error under distribution shift",
        "Zhang, Frei and Bartlett (2024), section 4.2; statement B9",
        formula.steps,
        {"error": formula, "error at the limit": distribution_shift(at_limit=True)},
        notation(
            ("x_i", r"covariates of the prompt's $i$-th example, independent with law $\mathcal{N}(0, \Lambda_c)$"),
            ("x_q", r"the query, independent of the prompt, with second moment $\Lambda_q$"),
        ),
    )
