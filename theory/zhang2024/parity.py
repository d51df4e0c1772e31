"""The error of the prediction split by parity in the task and the noise: its two parts are uncorrelated (B10).

Source: statement B10.
"""

from __future__ import annotations

from dataclasses import dataclass

from theory.algebra.expression import Expression, letter
from theory.algebra.monomials import Monomial
from theory.zhang2024.model import Law, eps, prediction, w, x_q


@dataclass(frozen=True)
class Parity:
    """The error y_hat - w'x_q split by parity in (w, noise)."""

    odd: Expression
    even: Expression


def _degree(monomial: Monomial, letters: frozenset[str]) -> int:
    total = 0
    for word, exponent in monomial.closed:
        total += int(exponent) * sum(symbol.name in letters for f in word for symbol, _ in f.powers)
    return total


def error_by_parity(law: Law) -> Parity:
    """Split the error of the prediction into its odd and even part in (w, noise)."""
    error = prediction(law) - w.T @ x_q
    letters = frozenset({letter(w).name, letter(eps).name})
    odd = {m: c for m, c in error.terms.items() if _degree(m, letters) % 2}
    even = {m: c for m, c in error.terms.items() if not _degree(m, letters) % 2}
    return Parity(Expression(odd, 1, 1), Expression(even, 1, 1))
