"""Monomials: products of closed words with exponents times an open word, with their summation indices in order.

Closed words are collected and sorted, bound indices numbered canonically (`canonical_monomial`), unit vectors summed
where they can be (`without_spent_units`), and ordered indices that no letter carries counted (`without_counted_order`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from itertools import islice
from typing import Any

from theory.algebra.coefficients import Coefficient, Rational, as_rational
from theory.algebra.order import counted_order
from theory.algebra.words import (
    ORDER,
    UNIT,
    Index,
    Symbol,
    Word,
    relabel,
    split_closed,
    split_open,
    transpose,
)

Powers = tuple[tuple[Word, Rational], ...]
_MOST_NUMBERINGS = 5040
_ONE = Coefficient.number(1)


class Monomial:
    """A product of closed words with exponents, times an open word; hashable."""

    __slots__ = ("__dict__", "closed", "hash", "word")

    def __init__(self, closed: Powers, word: Word):
        self.closed = closed
        self.word = word
        self.hash = hash((closed, word))

    def __hash__(self) -> int:
        return self.hash

    def __reduce__(self) -> tuple[Any, ...]:
        return Monomial, (self.closed, self.word)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Monomial) and self.closed == other.closed and self.word == other.word

    @cached_property
    def sort_key(self) -> tuple[Any, ...]:
        """A total order: shorter words first, then by letters."""
        closed = tuple((len(w), tuple(f.key for f in w), p) for w, p in self.closed)
        return (sum(len(w) for w, _ in self.closed) + len(self.word), tuple(f.key for f in self.word), closed)

    @cached_property
    def indices(self) -> frozenset[Index]:
        """The summation indices that occur."""
        return frozenset(i for word in (self.word, *(w for w, _ in self.closed)) for i in word_indices(word))

    def symbols(self) -> Iterator[Symbol]:
        """Every letter, with repetitions."""
        for w in (self.word, *(w for w, _ in self.closed)):
            for f in w:
                for symbol, _ in f.powers:
                    yield symbol


UNIT_MONOMIAL = Monomial((), ())


def collected(closed: Iterable[tuple[Word, Rational]]) -> Powers:
    """The powers in canonical order, equal words merged."""
    powers: dict[Word, Rational] = {}
    for word, exponent in closed:
        total = powers.get(word, 0) + exponent
        if total:
            powers[word] = as_rational(total)
        else:
            del powers[word]
    return tuple(sorted(powers.items(), key=lambda item: (len(item[0]), tuple(f.key for f in item[0]))))


def merged_closed(a: Powers, b: Powers) -> Powers:
    """The product of two lists of powers."""
    if not a:
        return b
    if not b:
        return a
    return collected((*a, *b))


def canonical_monomial(monomial: Monomial) -> Monomial:
    """Number the bound indices canonically.

    Indices are told apart by repeated refinement: the colour of an index is the multiset of words it stands in, with
    every index replaced by its last colour. Where refinement leaves a tie, each tied index in turn goes first and
    refinement goes on; the least monomial of all these numberings is the result. Colours never depend on the numbers
    that came in, so neither does the set of candidates, nor its least element. Of two tied indices whose exchange
    leaves the monomial as it is, one is enough, since the other leads to the same candidates. Terms so symmetric that
    too many candidates remain are refused (ValueError) rather than guessed.
    """
    bound = [index for index in monomial.indices if isinstance(index.label, int)]
    if not bound:
        return monomial
    if len(bound) == 1:
        return monomial if bound[0].label == 0 else renumbered(monomial, {bound[0]: 0})
    # What carries no index has no say: it is set aside, so that the same sums before other constants are looked up.
    constant = tuple(pair for pair in monomial.closed if not word_indices(pair[0]))
    if constant:
        indexed_part = canonical_monomial(
            Monomial(tuple(pair for pair in monomial.closed if word_indices(pair[0])), monomial.word)
        )
        return Monomial(merged_closed(constant, indexed_part.closed), indexed_part.word)
    return _in_order(monomial)


@lru_cache(maxsize=65536)
def _in_order(monomial: Monomial) -> Monomial:
    bound = [index for index in monomial.indices if isinstance(index.label, int)]
    found = list(islice(_numberings(monomial, dict.fromkeys(bound, 0)), _MOST_NUMBERINGS + 1))
    if len(found) > _MOST_NUMBERINGS:
        raise ValueError(f"{len(bound)} summation indices in one term are too symmetric to be put in order")
    return min((renumbered(monomial, numbers) for numbers in found), key=lambda m: m.sort_key)


def _numberings(monomial: Monomial, colours: dict[Index, int]) -> Iterator[dict[Index, int]]:
    """The candidates for the numbers of the coloured indices."""
    colours = _refined(monomial, colours)
    classes: dict[int, list[Index]] = {}
    for index, colour in colours.items():
        classes.setdefault(colour, []).append(index)
    if len(classes) == len(colours):
        yield colours
        return
    tied = classes[min(colour for colour, members in classes.items() if len(members) > 1)]
    tried: list[Index] = []
    for index in tied:
        if any(renumbered(monomial, {index: other.label, other: index.label}) == monomial for other in tried):
            continue
        tried.append(index)
        yield from _numberings(monomial, {i: 2 * c + (i != index) for i, c in colours.items()})


def _refined(monomial: Monomial, colours: dict[Index, int]) -> dict[Index, int]:
    """The coarsest refinement of the colours that indices with different roles do not share."""
    words = [(word, exponent, False) for word, exponent in monomial.closed if word_indices(word)]
    words += [(monomial.word, 1, True)] if word_indices(monomial.word) else []
    kinds = len(set(colours.values()))
    while True:
        described: dict[Index, tuple[Any, ...]] = {}
        for index in colours:
            roles = [
                (str(exponent), _role(word, is_open, tuple((i, colours.get(i, 0) if i != index else -1) for i in held)))
                for word, exponent, is_open in words
                if index in (held := word_indices(word))
            ]
            described[index] = (colours[index], index.length, sorted(roles))
        ranks = {repr(role): rank for rank, role in enumerate(sorted(described.values()))}
        order = {role: rank for rank, role in enumerate(sorted(ranks, key=ranks.__getitem__))}
        colours = {index: order[repr(role)] for index, role in described.items()}
        if len(order) == kinds:
            return colours
        kinds = len(order)


@lru_cache(maxsize=65536)
def _role(word: Word, is_open: bool, labels: tuple[tuple[Index, int], ...]) -> str:
    """A word in canonical form with these labels on its bound indices."""
    new = {i: Index(i.length, label) for i, label in labels if isinstance(i.label, int)}
    factors = relabel(word, lambda s: s.with_indices(tuple(new.get(i, i) for i in s.indices)) if s.indices else s)
    if not is_open:
        return repr([[f.key for f in piece] for piece in split_closed(factors)[0]])
    remaining, scalars = split_open(factors)
    return repr([[f.key for f in piece] for piece in (remaining, *scalars)])


@lru_cache(maxsize=65536)
def word_indices(word: Word) -> tuple[Index, ...]:
    """The summation indices of a word, each once."""
    return tuple(dict.fromkeys(index for f in word for symbol, _ in f.powers for index in symbol.indices))


def renumbered(monomial: Monomial, numbers: Mapping[Index, str | int]) -> Monomial:
    """The monomial with other numbers for its indices."""
    return reindexed(monomial, {index: Index(index.length, number_) for index, number_ in numbers.items()})


def reindexed(monomial: Monomial, new: Mapping[Index, Index]) -> Monomial:
    """The monomial with other indices in place of those given, in canonical form but for its index numbers."""

    def rename(symbol: Symbol) -> Symbol:
        return symbol.with_indices(tuple(new.get(i, i) for i in symbol.indices)) if symbol.indices else symbol

    kept = tuple(pair for pair in monomial.closed if not any(i in new for i in word_indices(pair[0])))
    changed = tuple(pair for pair in monomial.closed if pair not in kept)
    renamed = relabelled(Monomial(changed, monomial.word), rename)
    return Monomial(merged_closed(kept, renamed.closed), renamed.word) if kept else renamed


def relabelled(monomial: Monomial, rename: Callable[[Symbol], Symbol]) -> Monomial:
    """The monomial with every letter renamed, in canonical form but for its index numbers."""
    closed = [
        (piece, exponent) for word, exponent in monomial.closed for piece in split_closed(relabel(word, rename))[0]
    ]
    word, scalars = split_open(relabel(monomial.word, rename))
    return Monomial(collected(closed + [(s, 1) for s in scalars]), word)


def freed(monomial: Monomial) -> tuple[Monomial, dict[str, str]]:
    """The monomial with free labels in place of its bound indices, and the length of each label."""
    bound = {index: f"#{index.label}" for index in monomial.indices if isinstance(index.label, int)}
    if not bound:
        return monomial, {}
    free = {index: Index("", label) for index, label in bound.items()}
    return reindexed(monomial, free), {label: index.length for index, label in bound.items()}


def without_spent_units(monomial: Monomial) -> tuple[Monomial, Coefficient]:
    """The monomial without those unit vectors that can be summed, and what they count.

    Three rules: e_a'e_a = 1; e_a'e_b sets the indices equal, whichever is bound; and a bound index that stands at two
    unit vectors and nowhere else is contracted, sum_a M e_a e_a' K = M K. Each removes unit vectors, so they end. What
    is left is a sum over the values of indices with three or more ends (or one), a graph whose edges are words: the
    graph of single letters is the same before and after, and different graphs are linearly independent functions of
    generic matrices once d is at least the number of their vertices, so the form is unique.

    Raises:
        ValueError: for a unit vector summed up to another length than its size.
    """
    count = _ONE
    while found := _unit_ends(monomial):
        for index in found:
            if isinstance(index.label, int) and index.length != found[index][0].rows:
                raise ValueError(f"a unit vector of size {found[index][0].rows} is summed up to {index.length}")
        simpler = _one_unit_less(monomial, found)
        if simpler is None:
            break
        monomial, factor_ = simpler
        count = factor_ if count is _ONE else count * factor_
    return monomial, count


def _unit_ends(monomial: Monomial) -> dict[Index, list[Symbol]]:
    """The indices of unit vectors, each with all the letters that carry it."""
    if not any(word_has_unit(word) for word in (monomial.word, *(w for w, _ in monomial.closed))):
        return {}
    carriers: dict[Index, list[Symbol]] = {}
    for word, exponent in ((monomial.word, 1), *monomial.closed):
        for symbol in (s for f in word for s, _ in f.powers):
            for index in symbol.indices:
                # What stands in a power that is no product cannot be contracted.
                copies = exponent if isinstance(exponent, int) and exponent > 0 else 3
                carriers.setdefault(index, []).extend([symbol] * copies)
    return {
        index: sorted(symbols, key=lambda s: s.name != UNIT)
        for index, symbols in carriers.items()
        if any(s.name == UNIT for s in symbols)
    }


@lru_cache(maxsize=65536)
def word_has_unit(word: Word) -> bool:
    """Whether a unit vector stands in a word."""
    return any(symbol.name == UNIT for f in word for symbol, _ in f.powers)


def _one_unit_less(
    monomial: Monomial, carriers: Mapping[Index, Sequence[Symbol]]
) -> tuple[Monomial, Coefficient] | None:
    for word, exponent in monomial.closed:
        if len(word) == 2 and all(f.symbol.name == UNIT for f in word) and isinstance(exponent, int) and exponent > 0:
            (a,), (b,) = (f.symbol.indices for f in word)
            rest = Monomial(tuple(pair for pair in monomial.closed if pair[0] != word), monomial.word)
            if a == b:
                vanished = a not in rest.indices and isinstance(a.label, int)
                return rest, Coefficient.length(a.length) if vanished else _ONE
            gone, kept = (a, b) if isinstance(a.label, int) else (b, a)
            if not isinstance(gone.label, int):
                continue
            vanished = kept not in rest.indices and gone not in rest.indices and isinstance(kept.label, int)
            return reindexed(rest, {gone: kept}), Coefficient.length(kept.length) if vanished else _ONE
    for index, symbols in carriers.items():
        if isinstance(index.label, int) and len(symbols) == 2 and all(s.name == UNIT for s in symbols):
            return _contracted(monomial, index), _ONE
    return None


def _contracted(monomial: Monomial, index: Index) -> Monomial:
    """sum_a M e_a e_a' K = M K for the two unit vectors of a bound index."""

    def ends(word: Word) -> tuple[bool, bool]:
        return word[0].symbol.indices == (index,), word[-1].symbol.indices == (index,)

    place = next((i for i, f in enumerate(monomial.word) if f.rows == 1 and i > 0), len(monomial.word))
    # The open word is a column times a row: its two parts, which keep their open ends.
    left, right = monomial.word[:place], monomial.word[place:]
    if monomial.word and monomial.word[0].rows == 1:
        left, right = (), monomial.word
    touched = [word for word, exponent in monomial.closed if any(ends(word)) for _ in range(int(exponent))]
    closed = [pair for pair in monomial.closed if pair[0] not in touched]
    if left and ends(left)[1]:
        if right and ends(right)[0]:
            left, right = left[:-1] + right[1:], ()
        else:
            (word,) = touched
            left = left[:-1] + (word if ends(word)[0] else transpose(word))[1:]
    elif right and ends(right)[0]:
        (word,) = touched
        right = (word if ends(word)[1] else transpose(word))[:-1] + right[1:]
    elif len(touched) == 1:
        (word,) = touched
        closed += [(piece, 1) for piece in split_closed(word[1:-1])[0]]
    else:
        first, second = touched
        joined = (first if ends(first)[1] else transpose(first))[:-1]
        joined += (second if ends(second)[0] else transpose(second))[1:]
        closed += [(piece, 1) for piece in split_closed(joined)[0]]
    word, scalars = split_open(left + right)
    return Monomial(collected([*closed, *((s, 1) for s in scalars)]), word)


def without_counted_order(monomial: Monomial) -> tuple[Monomial, Coefficient]:
    """The monomial without those ordered indices that no letter carries, and the number of their values.

    Raises:
        ValueError: where indices that run to different lengths are compared.
    """
    pairs = [(w, w[0].symbol.indices) for w, _ in monomial.closed if w[0].symbol.name == ORDER]
    if not pairs:
        return monomial, _ONE
    carried = {index for s in monomial.symbols() if s.name != ORDER for index in s.indices}
    counted = [(low, high) for _, (low, high) in pairs]
    for low, high in counted:
        if low.length != high.length and "" not in (low.length, high.length):
            raise ValueError(f"an index up to {low.length} cannot run below one up to {high.length}")
    count, kept = counted_order(counted, lambda index: index in carried or isinstance(index.label, str))
    held = {word for word, pair in pairs if pair in kept}
    # An indicator is its own square.
    closed = tuple((w, 1 if w in held else p) for w, p in monomial.closed if w[0].symbol.name != ORDER or w in held)
    return Monomial(closed, monomial.word), count
