"""Conserved quantities of a gradient flow: quadratic forms in the weights, found by linear algebra and proved.

Candidates are all products of two weights that have a trace or a square shape: tr(A'B), tr(AB), and the matrices AB',
A'B, AB of every pair of letters, vectors and numbers included. The time derivative of each along the flow is an
expression in normal form, so a combination is conserved exactly if the same combination of these tables of terms is
zero, and all of them are found by elimination over Q(N, d).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations_with_replacement

from theory.algebra.calculus import differential
from theory.algebra.coefficients import Coefficient
from theory.algebra.expression import Expression
from theory.algebra.monomials import Monomial

_ZERO = Coefficient.number(0)
_ONE = Coefficient.number(1)


def conserved_forms(flow: Mapping[str, tuple[Expression, Expression]]) -> list[Expression]:
    """Return a basis of the conserved combinations of the candidates, matrices first.

    Numbers that are traces of conserved matrices are not listed again.

    Args:
        flow: for each weight its letter and its time derivative.
    """
    letters = [letter for letter, _ in flow.values()]
    velocity = dict(flow.values())
    found: list[Expression] = []
    for shape in dict.fromkeys(c.shape for c in _matrix_candidates(letters)):
        candidates = [c for c in _matrix_candidates(letters) if c.shape == shape]
        found += _conserved(candidates, velocity)
    traces = [matrix.trace() for matrix in found]
    numbers = _conserved(_number_candidates(letters), velocity)
    return found + _outside_span(numbers, traces)


def _conserved(candidates: Sequence[Expression], velocity: Mapping[Expression, Expression]) -> list[Expression]:
    rates = [differential(candidate, velocity) for candidate in candidates]
    return [_combination(weights, candidates) for weights in null_space(_table(rates), len(candidates))]


def _matrix_candidates(letters: Sequence[Expression]) -> list[Expression]:
    """Products of two weights that are square matrices, each once, a matrix and its transpose counted as one."""
    found: list[Expression] = []
    for a, b in combinations_with_replacement(letters, 2):
        for left, right in ((a, b.T), (a.T, b), (a, b), (a.T, b.T)):
            if left.cols == right.rows and left.rows == right.cols != 1:
                product = left @ right
                if product not in found and product.T not in found:
                    found.append(product)
    return found


def _number_candidates(letters: Sequence[Expression]) -> list[Expression]:
    found: list[Expression] = []
    for a, b in combinations_with_replacement(letters, 2):
        for left, right in ((a.T, b), (a, b)):
            if left.cols == right.rows and left.rows == right.cols:
                number = (left @ right).trace()
                if number not in found:
                    found.append(number)
    return found


def _outside_span(candidates: Sequence[Expression], span: Sequence[Expression]) -> list[Expression]:
    """The candidates that are no combination of the span and of the candidates before them."""
    held = list(span)
    kept = []
    for candidate in candidates:
        extended = [*held, candidate]
        if len(null_space(_table(extended), len(extended))) == len(null_space(_table(held), len(held))):
            held.append(candidate)
            kept.append(candidate)
    return kept


def _combination(weights: Sequence[Coefficient], candidates: Sequence[Expression]) -> Expression:
    total = candidates[0] * weights[0]
    for weight, candidate in zip(weights[1:], candidates[1:], strict=True):
        total = total + candidate * weight
    return total


def _table(columns: Sequence[Expression]) -> list[list[Coefficient]]:
    """One row for every monomial that occurs, one column for every expression."""
    monomials: dict[Monomial, None] = {}
    for column in columns:
        monomials |= dict.fromkeys(column.terms)
    return [[column.terms.get(monomial, _ZERO) for column in columns] for monomial in monomials]


def null_space(rows: Sequence[Sequence[Coefficient]], size: int) -> list[list[Coefficient]]:
    """A basis of the vectors v with row . v = 0 for every row, by elimination; each ends in a 1."""
    pivots: dict[int, list[Coefficient]] = {}
    for row in rows:
        left = list(row)
        for column, pivot in pivots.items():
            if left[column]:
                factor = left[column]
                left = [a - factor * b for a, b in zip(left, pivot, strict=True)]
        place = next((i for i, entry in enumerate(left) if entry), None)
        if place is None:
            continue
        scale = left[place] ** -1
        left = [entry * scale for entry in left]
        for other, pivot in pivots.items():
            factor = pivot[place]
            pivots[other] = [a - factor * b for a, b in zip(pivot, left, strict=True)]
        pivots[place] = left
        if len(pivots) == size:
            return []
    basis = []
    for free in (i for i in range(size) if i not in pivots):
        vector = [_ZERO] * size
        vector[free] = _ONE
        for column, pivot in pivots.items():
            vector[column] = -pivot[free]
        basis.append(vector)
    return basis
