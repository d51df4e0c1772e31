"""How wrong a statement would have to be for statistical evidence to notice.

Evidence that refutes nothing shows nothing unless it could have refuted something. Here that is measured on the numbers
at hand, without drawing new ones: the evidence accepts an interval for each number that it knows, and from the
statement's value in it follows the least eps at which a wrong coefficient 1 + eps leaves some interval, in either
direction for an equation and in the stronger direction for an inequality.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf, isfinite

from proofs_check.judge.statements import Relation, Statement
from theory.algebra.grammar import Sum

# Evidence earns no status if it would miss a right side that is wrong, or a bound that is too strong, by a factor of 2.
LARGEST_FACTOR = 1.0
LARGEST_SHARE_OF_UPPER_BOUND = 0.5


@dataclass(frozen=True)
class Window:
    """What evidence accepts for one number, and what a statement says.

    Args:
        low, high: the ends of the interval.
        right: the right side.
        terms: its terms, if it is a sum.
    """

    low: float
    high: float
    right: float
    terms: tuple[float, ...] = ()


@dataclass(frozen=True)
class Power:
    """The least wrong coefficients that evidence detects.

    Attributes:
        factor: the least eps for which the evidence refutes 1 + eps and 1 - eps times the right side; for an inequality
            the right side stronger by that share.
        term: the number, from 1, of the term whose coefficient the evidence knows least; 0 if there is one term only.
        term_factor: the same eps for that term alone; None where no wrong coefficient of it is detected.
    """

    factor: float
    term: int = 0
    term_factor: float | None = None

    def __str__(self) -> str:
        said = f"detects {_share(self.factor)} of the right side"
        if not self.term:
            return said
        weakest = "not at all" if self.term_factor is None else f"from {_share(self.term_factor)}"
        return f"{said}; least of all term {self.term}, {weakest}"


def _share(value: float) -> str:
    return f"{100 * value:.2g}%"


def terms_of(statement: Statement) -> tuple[Statement, ...]:
    """The terms of a right side, each as the statement with that term alone; none if it is no sum."""
    if not isinstance(statement.right, Sum):
        return ()
    return tuple(statement.replaced(None, term) for term in statement.right.terms)


def power(windows: Sequence[Window], relation: Relation) -> Power | None:
    """The least wrong coefficients, or None if even one that is wrong by a factor of 2 would not be noticed."""
    factor = _least(windows, [window.right for window in windows], relation)
    if not factor <= (LARGEST_SHARE_OF_UPPER_BOUND if relation in ("<=", "<") else LARGEST_FACTOR):
        return None
    counts = {len(window.terms) for window in windows}
    if counts == {0}:
        return Power(_rounded(factor))
    found = [_least(windows, [window.terms[k] for window in windows], relation) for k in range(min(counts))]
    worst = max(range(len(found)), key=found.__getitem__)
    return Power(_rounded(factor), worst + 1, _rounded(found[worst]) if isfinite(found[worst]) else None)


def _least(windows: Sequence[Window], parts: Sequence[float], relation: Relation) -> float:
    """The least eps at which right + eps part leaves some window."""
    pairs = [(window, part) for window, part in zip(windows, parts, strict=True) if part]

    def least(rises: Callable[[float], bool]) -> float:
        rooms = ((w.high - w.right if rises(part) else w.right - w.low) / abs(part) for w, part in pairs)
        return min(rooms, default=inf)

    if relation == "=":
        return max(least(lambda part: part > 0), least(lambda part: part < 0))
    return least(lambda part: relation not in ("<=", "<"))


def _rounded(value: float) -> float:
    return float(f"{value:.6g}")
