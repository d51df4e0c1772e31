"""What the tests of papers share: deciding identities, and small simulations that use nothing of this package."""

from __future__ import annotations

from collections.abc import Mapping

from theory import Formula
from theory.algebra.expression import zero
from theory.algebra.rational_identity import decide

# Deviations of a simulation from a formula are at most this many standard errors; seeds are fixed.
MOST_ERRORS = 5.0


def same(left: Formula, right: Formula) -> bool:
    """Whether two formulas are equal for every d and N, inverses of sums included: proved, never guessed."""
    definitions = {d.symbol.name: d for d in (*left.definitions, *right.definitions)}
    return decide(left.expression, right.expression, tuple(definitions.values())) == "equal"


def vanishes(formula: Formula) -> bool:
    """Whether a formula is zero for every d and N."""
    nothing = zero(formula.expression.rows, formula.expression.cols)
    return decide(formula.expression, nothing, formula.definitions) == "equal"


def stationary(gradient: Mapping[str, Formula]) -> bool:
    """Whether every part of a gradient vanishes."""
    return all(vanishes(formula) for formula in gradient.values())
