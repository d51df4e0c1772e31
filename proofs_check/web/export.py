"""Formulas as data, for evaluation in the page on diagonal matrices.

There a product of matrices is the product of their diagonals, entry by entry, transposes do nothing, and traces and
bilinear forms are sums of such products. A formula is a list of terms
{coefficient, closed: [{word, exponent, scalar}], word}, a word a list of [letter, exponent], a coefficient
{above, below} of polynomials [[number, [[length, exponent], ...]], ...].
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from theory import convergence, distribution_shift, gradient_flow, prediction_error
from theory.algebra.coefficients import Coefficient, Polynomial
from theory.algebra.expression import Expression, letter, number
from theory.algebra.words import Word
from theory.derivation import CONSTANTS, Formula
from theory.zhang2024.model import Law, u
from theory.zhang2024.preconditioner import U, preconditioner


def exported(formula: Formula) -> dict[str, Any]:
    """Return a formula as plain data, with the definitions of its letters and its irrational constants.

    Raises:
        ValueError: for a formula with sums over the examples of a prompt, or whose value is no diagonal matrix.
    """
    return {
        "terms": exported_terms(formula.expression),
        "definitions": [[d.symbol.name, exported_terms(d.expression)] for d in formula.definitions],
        "constants": {name: CONSTANTS[value] for name, value in formula.constants.items()},
        "scalar": formula.expression.is_scalar,
    }


def exported_terms(expression: Expression) -> list[dict[str, Any]]:
    """The terms of an expression as plain data; ValueError as for `exported`."""
    terms = []
    for monomial, coefficient in expression.terms.items():
        if monomial.indices:
            raise ValueError(f"a sum over examples has no value on diagonal matrices alone: {expression}")
        if any(symbol.cols == 1 for f in monomial.word for symbol, _ in f.powers):
            raise ValueError(f"the value is no diagonal matrix: {expression}")
        closed = [
            {
                "word": _word(word),
                "exponent": float(exponent),
                "scalar": len(word) == 1 and word[0].rows == word[0].cols == 1,
            }
            for word, exponent in monomial.closed
        ]
        terms.append({"coefficient": _coefficient(coefficient), "closed": closed, "word": _word(monomial.word)})
    return terms


def _word(word: Word) -> list[list[Any]]:
    return [[symbol.name, float(exponent)] for f in word for symbol, exponent in f.powers]


def _coefficient(coefficient: Coefficient) -> dict[str, Any]:
    above, below = coefficient.split()
    return {"above": _polynomial(above), "below": _polynomial(below)}


def _polynomial(polynomial: Polynomial) -> list[list[Any]]:
    return [[float(number), [list(power) for power in powers]] for powers, number in polynomial.items()]


def explorer_formulas() -> Mapping[str, Any]:
    """The formulas that the page evaluates, by the names it knows them under."""
    flow, limit = gradient_flow(), convergence()
    parts = preconditioner(Law())
    Lambda, Gamma = {"covariance": "Lambda", "context_length": "N"}, (parts.Gamma,)
    weights = {**Lambda, "U": "U", "u": "u"}
    least = Formula("least loss", global_floor(), Lambda, definitions=Gamma)
    return {
        "linear": exported(prediction_error("linear")),
        "quadratic": exported(prediction_error("quadratic")),
        "relu": exported(prediction_error("relu")),
        "sign": exported(prediction_error("sign")),
        "shift": exported(distribution_shift(at_limit=True)),
        "flow U": exported(flow["U' reduced"]),
        "loss": exported(Formula("loss", parts.loss, weights)),
        "least loss": exported(least),
        "limit u": exported(limit["u limit"]),
        "limit U": exported(limit["U limit"]),
    }


def global_floor() -> Expression:
    """The least population loss: that of any minimiser, uU = Gamma^{-1}."""
    parts = preconditioner(Law())
    return parts.loss.substitute({letter(U): parts.Gamma.name**-1, letter(u): number(1)})
