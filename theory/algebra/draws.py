"""Copies of random letters told apart: a sum over indices as a sum over which of its draws coincide.

A sum over indices in an order is a sum over the partitions of the indices into blocks of equal values, each times the
number of ways in which as many distinct values are in that order. At distinct values the copies of a letter are
independent letters, x_at0, x_at1, ..., without any index. Elliptical letters need this where pairing alone does not see
which draws share a radius: under ordered sums, and for letters with several indices.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import product
from typing import Protocol, TypeVar

from theory.algebra.coefficients import Coefficient
from theory.algebra.expression import Expression, TermSum
from theory.algebra.laws import partitions
from theory.algebra.monomials import Monomial, canonical_monomial, relabelled
from theory.algebra.order import Pair, number_of_distinct_values
from theory.algebra.words import ORDER, Index, Symbol


class Copied(Protocol):
    """The law of a letter: whether its draws have a radius, and with which letters they are correlated."""

    @property
    def has_radius(self) -> bool:
        """Whether the law is elliptical without being Gaussian."""
        ...

    @property
    def partners(self) -> frozenset[Symbol]:
        """The letters with a cross-covariance."""
        ...

    def of_copy(self: L, copies: Mapping[Symbol, Symbol]) -> L:
        """The law of a copy that is correlated with copies of its partners."""
        ...


L = TypeVar("L", bound=Copied)
# The number of the block in which each index has its value.
Blocks = Mapping[Index, int]


def told_apart(
    expression: Expression, laws: Mapping[Symbol, L], spend: Callable[[int], None]
) -> tuple[Expression, dict[Symbol, L]]:
    """Return the expression with copies told apart where pairing alone does not average elliptical letters.

    Returns:
        The expression, and the laws of all its random letters, those of the copies among them.

    Raises:
        ValueError: where such a copy shares an index with a letter that is not averaged.
    """
    if not any(law.has_radius for law in laws.values()):
        return expression, dict(laws)
    suffix = "_at"
    while any(suffix in symbol.name for symbol in (*expression.symbols, *laws)):
        suffix += "_"
    total = TermSum(expression.rows, expression.cols)
    found = dict(laws)
    for monomial, coefficient in expression.terms.items():
        indices = _entangled(monomial, laws)
        if not indices:
            total.add(monomial, coefficient)
            continue
        for ways, blocks in _placements(monomial, indices, spend):
            copies = {s: _copy(s, blocks, suffix) for s in monomial.symbols() if _is_copied(s, indices)}
            for held in copies:
                # Copies of correlated letters at one place are correlated in the same way.
                alike = _correlated(held.plain, laws)
                together = {p: _copy(p.with_indices(held.indices), blocks, suffix) for p in alike}
                found |= {copy: laws[p].of_copy(together) for p, copy in together.items()}
            total.add(_with_copies(monomial, copies, indices), coefficient * ways)
    return total.expression(expression.computed), found


def _with_copies(monomial: Monomial, copies: Mapping[Symbol, Symbol], indices: set[Index]) -> Monomial:
    kept = tuple((w, p) for w, p in monomial.closed if not _is_compared(w[0].symbol, indices))
    return canonical_monomial(relabelled(Monomial(kept, monomial.word), lambda s: copies.get(s, s)))


def _correlated(symbol: Symbol, laws: Mapping[Symbol, Copied]) -> set[Symbol]:
    """The letter and those that are correlated with it, through others too."""
    found, grown = {symbol}, True
    while grown:
        more = {p for p in laws if laws[p].partners & found} | {p for held in found for p in laws[held].partners}
        grown = not more <= found
        found |= more
    return found


def _is_compared(symbol: Symbol, indices: set[Index]) -> bool:
    return symbol.name == ORDER and symbol.indices[0] in indices


def _is_copied(symbol: Symbol, indices: set[Index]) -> bool:
    return symbol.name != ORDER and any(index in indices for index in symbol.indices)


def _entangled(monomial: Monomial, laws: Mapping[Symbol, Copied]) -> set[Index]:
    """The indices of elliptical letters with all that may be set equal to them; empty where pairing is enough.

    Pairing is enough where none of them is in an order or stands beside another one at a letter.
    """
    symbols = set(monomial.symbols())
    elliptical = {s for s in symbols if s.plain in laws and laws[s.plain].has_radius}
    found = {index for s in elliptical for index in s.indices}
    if not found:
        return set()
    for index in {index for s in symbols if s.name == ORDER for index in s.indices if isinstance(index.label, str)}:
        who = min(s.name for s in elliptical)
        raise ValueError(f"{who} is elliptical and stands beside a comparison with the free index {index.label}")
    together = [set(s.indices) for s in symbols if s.name == ORDER or s.plain in laws]
    groups = together + list(_places(symbols, laws))
    grown = True
    while grown:
        touched = [group for group in groups if group & found and not group <= found]
        found = found.union(*touched)
        grown = bool(touched)
    if not any(len(group) > 1 and group & found for group in together):
        return set()
    for symbol in sorted(symbols, key=lambda s: s.sort_key):
        if symbol.plain not in laws and _is_copied(symbol, found):
            who = min(s.name for s in elliptical)
            raise ValueError(
                f"{who} is elliptical, stands under an ordered sum or several indices, and shares an index with "
                f"{symbol.name}, which is not averaged; the radius of {who} would have to be averaged under the sum"
            )
    return {index for index in found if isinstance(index.label, int)}


def _places(symbols: set[Symbol], laws: Mapping[Symbol, Copied]) -> Iterator[set[Index]]:
    """Indices that stand in one place of correlated letters, whose copies are paired where all indices are equal."""
    for plain in laws:
        alike = _correlated(plain, laws)
        tuples = [s.indices for s in symbols if s.plain in alike]
        for size in {len(indices) for indices in tuples}:
            yield from (set(place) for place in zip(*(t for t in tuples if len(t) == size), strict=True))


def _placements(
    monomial: Monomial, indices: set[Index], spend: Callable[[int], None]
) -> Iterator[tuple[Coefficient, Blocks]]:
    """Which of the indices are equal, and in how many ways; indices of different lengths are different."""
    pairs: list[Pair] = [
        (w[0].symbol.indices[0], w[0].symbol.indices[1])
        for w, _ in monomial.closed
        if _is_compared(w[0].symbol, indices)
    ]
    lengths = sorted({index.length for index in indices})
    members = [sorted(index for index in indices if index.length == upto) for upto in lengths]
    for chosen in product(*(list(partitions(held)) for held in members)):
        spend(len(indices))
        blocks = {index: k for partition in chosen for k, block in enumerate(partition) for index in block}
        ways = Coefficient.number(1)
        for upto, partition in zip(lengths, chosen, strict=True):
            below = {(blocks[low], blocks[high]) for low, high in pairs if low.length == upto}
            ways = ways * number_of_distinct_values(below, len(partition), upto)
        if ways:
            yield ways, blocks


def _copy(symbol: Symbol, blocks: Blocks, suffix: str) -> Symbol:
    places = "_".join(str(blocks[index]) for index in symbol.indices)
    return replace(symbol.plain, name=f"{symbol.name}{suffix}{places}", family="", latex="")
