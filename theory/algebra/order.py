"""Sums over ordered indices: i < j, chains and other partial orders, and how many values such indices have.

A sum over i < j is the sum over all i and j of the indicator [i < j] times the term; the indicator is a scalar letter
with two indices (`words.ORDER`), so that products, substitutions and derivatives need no rule of their own. Indices
that are compared with others but carried by no letter only count. How many maps v of k indices to {1, ..., N} satisfy
all of v(i) < v(j) is the strict order polynomial of the partial order,

    Omega(N) = sum_m e_m binom(N, m),    e_m = the number of such maps onto {1, ..., m},

since every map is onto its image, a subset of m numbers (Stanley, Enumerative Combinatorics 1, section 3.15). The e_m
are counted level by level: the indices with the least value are some of the minimal ones, those with the next value are
minimal among the rest, and so on.

*Uniqueness.* The order of the indices of one term is stored by its covering pairs (the transitive reduction), which a
partial order determines. An expectation over all indexed letters leaves no index, and then the form of the whole
expression is unique. While indexed letters remain, sum_{i<j} + sum_{j<i} + sum_{i=j} = sum_{i,j} is a relation
between different terms that is not applied: two forms with ordered sums may differ and still be equal.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import combinations
from math import factorial

from theory.algebra.coefficients import Coefficient
from theory.algebra.words import Index

# (lower, higher) index.
Pair = tuple[Index, Index]


def covering_pairs(pairs: Iterable[Pair]) -> frozenset[Pair] | None:
    """The transitive reduction of the order that the pairs generate; None if they contradict each other."""
    above: dict[Index, set[Index]] = {}
    for low, high in pairs:
        above.setdefault(low, set()).add(high)
    reach: dict[Index, set[Index]] = {}

    def reached(start: Index, path: frozenset[Index]) -> set[Index] | None:
        if start in path:
            return None
        if start not in reach:
            found = set(above.get(start, ()))
            for higher in above.get(start, ()):
                beyond = reached(higher, path | {start})
                if beyond is None:
                    return None
                found |= beyond
            reach[start] = found
        return reach[start]

    if any(reached(index, frozenset()) is None for index in above):
        return None
    return frozenset(
        (low, high)
        for low, higher in above.items()
        for high in higher
        if not any(high in reach.get(between, ()) for between in higher)
    )


def counted_order(pairs: Iterable[Pair], is_kept: Callable[[Index], bool]) -> tuple[Coefficient, frozenset[Pair]]:
    """Return the number of values of the ordered indices that need not be kept, and the covering pairs of the others.

    Indices that are connected by comparisons are kept together if one of them is. The number is 0, and no pair is left,
    where the comparisons contradict each other.
    """
    reduced = covering_pairs(pairs)
    if reduced is None:
        return Coefficient.number(0), frozenset()
    count = Coefficient.number(1)
    kept: set[Pair] = set()
    for component in _components(reduced):
        if any(is_kept(index) for pair in component for index in pair):
            kept |= component
        else:
            count = count * strict_order_polynomial(component)
    return count, frozenset(kept)


def _components(pairs: frozenset[Pair]) -> Iterator[frozenset[Pair]]:
    waiting = set(pairs)
    while waiting:
        component: set[Pair] = set()
        reached = set(next(iter(waiting)))
        while touched := {pair for pair in waiting if reached & set(pair)}:
            component |= touched
            waiting -= touched
            reached |= {index for pair in touched for index in pair}
        yield frozenset(component)


def strict_order_polynomial(pairs: frozenset[Pair]) -> Coefficient:
    """The number of values in {1, ..., N} of the indices that satisfy every low < high, as a polynomial in N."""
    indices = sorted({index for pair in pairs for index in pair}, key=str)
    (upto,) = {index.length for index in indices}
    place = {index: k for k, index in enumerate(indices)}
    total = Coefficient.number(0)
    levels = _onto(frozenset((place[low], place[high]) for low, high in pairs), frozenset(range(len(indices))))
    for m, number_of_maps in enumerate(levels):
        total = total + Coefficient.number(number_of_maps) * _binomial(upto, m)
    return total


def number_of_distinct_values(pairs: Iterable[tuple[int, int]], count: int, upto: str) -> Coefficient:
    """In how many ways the indices 0, ..., count - 1 take distinct values in {1, ..., N} that satisfy every low < high.

    They are onto their values, so that it is e_count binom(N, count); 0 for pairs that contradict each other.
    """
    onto = _onto(frozenset(pairs), frozenset(range(count)))
    return Coefficient.number(onto[count]) * _binomial(upto, count)


def _binomial(upto: str, m: int) -> Coefficient:
    term = Coefficient.number(1)
    for k in range(m):
        term = term * (Coefficient.length(upto) - Coefficient.number(k))
    return term / Coefficient.number(factorial(m))


@cache
def _onto(pairs: frozenset[tuple[int, int]], rest: frozenset[int]) -> tuple[int, ...]:
    """For m = 0, 1, ... the number of strictly increasing maps of `rest` onto {1, ..., m}."""
    if not rest:
        return (1,)
    minimal = [k for k in rest if not any(high == k and low in rest for low, high in pairs)]
    counts = [0] * (len(rest) + 1)
    for size in range(1, len(minimal) + 1):
        for lowest in combinations(minimal, size):
            for m, number_of_maps in enumerate(_onto(pairs, rest - set(lowest))):
                counts[m + 1] += number_of_maps
    return tuple(counts)
