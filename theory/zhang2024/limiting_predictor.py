"""The predictor at the limit of the flow: y_hat = x_q' Gamma^{-1} (1/M) sum_i y_i x_i (eq. 4.3).

Source: Zhang, Frei and Bartlett (2024), eq. (4.3).
"""

from __future__ import annotations

from functools import cache

from theory.algebra.columns import in_columns
from theory.algebra.expression import indexed, length, letter, matrix, scalar_letter, sum_over, vector, zero
from theory.derivation import Derivation, Formula, Step, require_equal
from theory.zhang2024.convergence import convergence
from theory.zhang2024.model import U11, Law, prediction_from_layer, u, u12, u21, x, x_q
from theory.zhang2024.notation import notation
from theory.zhang2024.preconditioner import preconditioner

LIMITS = "The limits of the weights by Theorem 4.1; $u_{21}$ and $u_{12}$ stay 0."


@cache
def limiting_predictor() -> Formula:
    """Return y_hat = x_q' Gamma^{-1} (1/M) sum_{i=1}^M y_i x_i, the prediction with the weights of Theorem 4.1.

    `evaluate(covariance=, context_length=, prompt_length=, x=, y=, x_q=)`: x holds the M covariates as rows (M x d),
    y their labels (M), x_q the query (d). Gamma is that of the training length N = context_length.

    Source: Zhang, Frei and Bartlett (2024), eq. (4.3).
    """
    limit = convergence()
    Gamma = preconditioner(Law()).Gamma
    # The layer divides by the length of the prompt at hand, now M; its data matrices have M columns.
    layer = prediction_from_layer("M")
    at_limit = {
        letter(U11): limit["U limit"].expression,
        letter(u): limit["u limit"].expression,
        letter(u21): zero("d", 1),
        letter(u12): zero("d", 1),
    }
    predicted = layer.substitute(at_limit)
    y_entry = scalar_letter("y")
    columns = {letter(matrix("X", "d", "M")): x, letter(vector("y", "M")): y_entry}
    as_sum = in_columns(predicted, columns, "M")
    yi, xi = indexed(y_entry, "i"), indexed(x, "i")
    average = sum_over("i", "M", yi * (x_q.T @ Gamma.name**-1 @ xi)) / length("M")
    require_equal(as_sum, average, "eq. (4.3)")
    steps = (
        Step(r"\hat y", "The prediction of the layer on a prompt of length $M$.", layer, id="layer"),
        Step(r"\lim u", LIMITS, limit["u limit"].expression, id="limit-u"),
        Step(r"\lim U_{11}", LIMITS, limit["U limit"].expression, id="limit-U"),
        Step(
            r"\hat y",
            (
                "With $u_{21} = u_{12} = 0$ and these weights the powers of "
                r"$\operatorname{tr}(\Gamma^{-2})$ cancel."
            ),
            predicted,
            id="inserted",
        ),
        Step(r"\hat y", "As a sum over the examples (4.3).", as_sum, id="sum"),
    )
    arguments = {
        "covariance": "Lambda",
        "context_length": "N",
        "prompt_length": "M",
        "x": "x",
        "y": "y",
        "x_q": "x_q",
    }
    return Formula(
        "limiting predictor", as_sum, arguments, steps, "Zhang et al. (2024), eq. (4.3)", (Gamma,), left=r"\hat y"
    )


def derivation() -> Derivation:
    """Eq. (4.3)."""
    formula = limiting_predictor()
    return Derivation(
        "limiting_predictor",
        "The predictor at the limit of the flow",
        "Zhang, Frei and Bartlett (2024), eq. (4.3)",
        formula.steps,
        {"limiting predictor": formula},
        notation(),
    )
