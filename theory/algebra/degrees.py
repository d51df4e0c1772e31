"""How far an identity between polynomials has to be tested until it is settled for every d and N.

Write a term as a contraction of its letters: every matrix has two ends, every vector one, and the term says which ends
are paired. A matrix-valued side is contracted with a test matrix, two more ends, a column with a test vector. Different
pairings of 2k ends are linearly independent as tensors if and only if the dimension is at least k; so a polynomial that
vanishes on all matrices of one size d >= k has all its coefficients 0 at that d. They are polynomials in the lengths
(d among them) once their denominators are cleared, and vanish if they do at more values than their degree.

On random matrices with entries drawn independently from m numbers, a polynomial of total degree t in the entries that
is not 0 vanishes with probability at most t/m (Schwartz and Zippel).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from theory.algebra.coefficients import Coefficient, Polynomial
from theory.algebra.definitions import Definition, expand
from theory.algebra.expression import Expression
from theory.algebra.monomials import Monomial
from theory.algebra.words import Word


@dataclass(frozen=True)
class Degree:
    """The degrees of a polynomial in matrices, vectors and scalars.

    Args:
        sizes: for each dimension, such as d, the least size that settles every size: k, half the number of ends.
        lengths: for each length in a coefficient the degree, once denominators are cleared; more values settle it. A
            dimension that is also a length is settled by the sizes k, k + 1, ..., k + degree.
        total: the degree in the entries of all letters, for the probability of an accident.
    """

    sizes: Mapping[str, int]
    lengths: Mapping[str, int]
    total: int


def degree(expression: Expression, definitions: Sequence[Definition] = ()) -> Degree | None:
    """Return the degrees of an expression, defined letters expanded; None where these arguments do not apply.

    They do not where an inverse or a root is left, where letters commute with each other, under a sum over an index, or
    where a size is a number greater than 1.
    """
    expanded = expand(expression, definitions)
    symbols = expanded.symbols
    if len({s.family for s in symbols}) < len(symbols) or any(m.indices for m in expanded.terms):
        return None
    if any(isinstance(size, int) and size > 1 for s in symbols for size in (s.rows, s.cols)):
        return None
    powers = [p for m in expanded.terms for _, p in m.closed]
    words = [w for m in expanded.terms for w in (m.word, *(w for w, _ in m.closed))]
    powers += [p for w in words for f in w for _, p in f.powers]
    if not all(isinstance(p, int) and p > 0 for p in powers):
        return None
    ends: dict[str, int] = {}
    for monomial in expanded.terms:
        for size, count in _ends(monomial, expanded).items():
            ends[size] = max(ends.get(size, 0), count)
    return Degree(
        {size: -(-count // 2) for size, count in ends.items()},
        {name: _degree_in(name, list(expanded.terms.values())) for name in expanded.lengths},
        max((_letters(m) for m in expanded.terms), default=0),
    )


def _ends(monomial: Monomial, whole: Expression) -> dict[str, int]:
    """The ends of each dimension, those of the test letter among them."""
    ends: dict[str, int] = {}
    dimensions = [*whole.shape]
    for word, exponent in (*monomial.closed, (monomial.word, 1)):
        for f in word:
            for _, p in f.powers:
                dimensions += [f.rows, f.cols] * int(p * exponent)
    for size in dimensions:
        if isinstance(size, str):
            ends[size] = ends.get(size, 0) + 1
    return ends


def _letters(monomial: Monomial) -> int:
    def count(word: Word) -> int:
        return sum(int(p) for f in word for _, p in f.powers)

    return count(monomial.word) + sum(count(word) * int(exponent) for word, exponent in monomial.closed)


def _degree_in(name: str, coefficients: Sequence[Coefficient]) -> int:
    """A bound of the degree in one length after multiplication with a common denominator."""

    def powers(p: Polynomial) -> list[int]:
        return [dict(key).get(name, 0) for key in p]

    denominators = {frozenset(c.denominator.items()): max(powers(c.denominator)) for c in coefficients}
    common = sum(denominators.values())
    lowest = min((min(powers(c.numerator)) for c in coefficients), default=0)
    highest = max((max(powers(c.numerator)) + common - max(powers(c.denominator)) for c in coefficients), default=0)
    return highest - min(lowest, 0)
