"""Chords: the words of a partly contracted monomial between the ends that are still to be paired.

A scalar factor x' A y is a chord with the word A and the ends x and y; the open word is one chord, or two, with open
ends. A state is a multiset of chords with what is settled already. Words are numbered, so that states hash fast, and
the indices of a state are numbered in order of appearance, so that most equal states are one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Generic, NamedTuple, TypeVar

from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.expression import Expression, letter
from theory.algebra.gaussian import Gaussian
from theory.algebra.monomials import Monomial, Powers, collected, merged_closed
from theory.algebra.order import Pair
from theory.algebra.text import closed_text
from theory.algebra.words import (
    ORDER,
    Factor,
    Index,
    Symbol,
    Word,
    canonical_scalar,
    letter_power,
    relabel,
    split_closed,
    transpose,
)
from theory.algebra.work import Budget

T = TypeVar("T")
# An end of a chord: the number of a random letter and its indices, or one of the fixed ends below.
End = tuple[int, tuple[Index, ...]]
PLAIN_END: End = (-1, ())
OPEN_LEFT_END: End = (-2, ())
OPEN_RIGHT_END: End = (-3, ())
# Both ends of a word whose trace is meant and which carries an index, such as tr(B_j).
TRACE_END: End = (-4, ())
# (left end, number of the word between, right end). The open word is the chord, or the two chords, with open ends.
Chord = tuple[End, int, End]
# How often each draw of an elliptical letter was paired so far: ((letter, index), pairs).
Pairs = tuple[tuple[End, int], ...]
# Elliptical draws whose index is gone but whose radii are not averaged yet: (length, ((letter, pairs), ...)).
Group = tuple[str, tuple[tuple[int, int], ...]]


class State(NamedTuple):
    """A partly contracted monomial; words and closed parts are numbers in the tables of `Contraction`."""

    chords: tuple[Chord, ...]
    closed: int
    pairs: Pairs
    groups: tuple[Group, ...]
    order: tuple[Pair, ...]


class Numbered(Generic[T]):
    """Hashable values by number, in order of appearance: small keys that hash fast."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self.numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        """The number of a value, a new one if it has none."""
        held = self.numbers.get(value)
        if held is None:
            held = self.numbers[value] = len(self.values)
            self.values.append(value)
        return held


class Chords:
    """The tables of words and covariances of one expression's random letters, and states made of them."""

    def __init__(self, law: Mapping[Symbol, Gaussian], budget: Budget):
        symbols = sorted(law, key=lambda s: s.sort_key)
        self.law = [law[symbol] for symbol in symbols]
        self.letters = {symbol: i for i, symbol in enumerate(symbols)}
        self.names = [symbol.name for symbol in symbols]
        self.sizes = [symbol.rows for symbol in symbols]
        self.radial_moments = [law[symbol].radial_moment for symbol in symbols]
        self.words: Numbered[Word] = Numbered()
        self.closed: Numbered[Powers] = Numbered()
        # E[x z'] for letters x and z by number, as (coefficient, closed part, word) terms.
        self.covariances: dict[tuple[int, int], list[tuple[Coefficient, int, Word]]] = {}
        for i, symbol in enumerate(symbols):
            self._set_covariance(i, i, law[symbol].covariance)
            for key, cross in law[symbol].joint.items():
                self._set_covariance(i, self.letters[letter(key)], cross)
                self._set_covariance(self.letters[letter(key)], i, cross.T)
        self.alone = [not any(a == i != b for a, b in self.covariances) for i in range(len(symbols))]
        self.joins: dict[tuple[int, int, int, int], list[tuple[Coefficient, int, tuple[int, ...]]]] = {}
        self.loops: dict[tuple[int, int, int], list[tuple[Coefficient, int, list[Chord]]]] = {}
        self.products: dict[tuple[int, int], int] = {}
        self.transposes: dict[int, int] = {}
        self.word_indices: dict[int, tuple[Index, ...]] = {}
        self.budget = budget

    def _set_covariance(self, a: int, b: int, covariance: Expression) -> None:
        self.covariances[a, b] = [(c, self.closed.number(m.closed), m.word) for m, c in covariance.terms.items()]

    def _start(self, monomial: Monomial, expression: Expression) -> State:
        chords: list[Chord] = []
        constant: list[tuple[Word, Rational]] = []
        order: list[Pair] = []
        for word, exponent in monomial.closed:
            symbols = [s for f in word for s, _ in f.powers]
            if symbols[0].name == ORDER:
                low, high = symbols[0].indices
                order.append((low, high))
            elif not any(s.plain in self.letters or s.indices for s in symbols):
                constant.append((word, exponent))
            elif isinstance(exponent, int) and exponent > 0:
                chords += [self._closed_chord(word)] * exponent
            else:
                raise ValueError(f"E of the power {exponent} of {closed_text(word, 1)} is not a polynomial moment")
        if monomial.word:
            left = PLAIN_END if expression.rows == 1 else OPEN_LEFT_END
            right = PLAIN_END if expression.cols == 1 else OPEN_RIGHT_END
            place = next((i for i, f in enumerate(monomial.word) if f.rows == 1 and i > 0), None)
            if place is None:
                chords.append(self._chord(monomial.word, left, right))
            else:
                chords.append(self._chord(monomial.word[:place], left, PLAIN_END))
                chords.append(self._chord(monomial.word[place:], PLAIN_END, right))
        for symbol in monomial.symbols():
            free = [index.label for index in symbol.indices if isinstance(index.label, str)]
            if free and symbol.plain in self.letters:
                raise ValueError(f"the index {free[0]} of {symbol.name} is bound by no sum inside the expectation")
        return self._state(chords, self.closed.number(tuple(constant)), (), (), tuple(order))

    def _closed_chord(self, word: Word) -> Chord:
        """The chord of a closed word; no random letter stands in a trace, which a vector would have split."""
        if word[0].rows != 1:
            return (TRACE_END, self.words.number(word), TRACE_END)
        return self._chord(word, PLAIN_END, PLAIN_END)

    def _chord(self, word: Word, left: End, right: End) -> Chord:
        """The chord of a word, with random letters at its edges taken off as ends."""
        # A lone scalar letter is its own transpose: it counts as the right end.
        if (
            left == PLAIN_END
            and (len(word) > 1 or right != PLAIN_END)
            and (end := self._random(word[0], True)) is not None
        ):
            left, word = end, word[1:]
        if right == PLAIN_END and word and (end := self._random(word[-1], False)) is not None:
            right, word = end, word[:-1]
        return (left, self.words.number(word), right)

    def _random(self, f: Factor, transposed: bool) -> End | None:
        """The end that a factor at the edge of a word is, if it is a random letter turned that way."""
        symbol = f.powers[0][0]
        held = self.letters.get(symbol.plain)
        if held is None or (f.transposed != transposed and symbol.rows != 1):
            return None
        return (held, symbol.indices)

    def _state(
        self, chords: list[Chord], closed: int, pairs: Pairs, groups: tuple[Group, ...], order: tuple[Pair, ...]
    ) -> State:
        """The state with its scalars moved to the closed part and its indices numbered in order of appearance."""
        waiting: list[Chord] = []
        for chord in chords:
            left, word, right = chord
            if left == right == PLAIN_END and not self._indices_of(word):
                if self.words.values[word]:
                    scalar = canonical_scalar(self.words.values[word])
                    closed = self._times(closed, self.closed.number(collected([(scalar, 1)])))
            else:
                waiting.append(self._oriented(chord, shape_of))
        waiting.sort(key=shape_of)
        numbers: dict[Index, int] = {}
        placed: list[Chord] = []
        if not self._all_indices(waiting):
            placed, waiting = waiting, []
        while waiting:
            chosen = min(
                range(len(waiting)),
                key=lambda i: min(
                    (
                        min((numbers.get(index, len(numbers)) for index in end[1]), default=len(numbers))
                        for end in waiting[i][::2]
                    ),
                    default=0,
                ),
            )
            chord = waiting.pop(chosen)
            for index in (*chord[0][1], *chord[2][1], *self._indices_of(chord[1])):
                if is_bound(index):
                    numbers.setdefault(index, len(numbers))
            placed.append(chord)
        for index in sorted(filter(is_bound, {index for pair in order for index in pair})):
            numbers.setdefault(index, len(numbers))
        rename = {index: Index(index.length, new) for index, new in numbers.items() if index.label != new}
        if rename:
            placed = [self._renamed(chord, rename) for chord in placed]
            pairs = tuple(((letter, changed(indices, rename)), count) for (letter, indices), count in pairs)
            order = tuple((rename.get(low, low), rename.get(high, high)) for low, high in order)
        placed = [self._oriented(chord) for chord in placed]
        return State(tuple(sorted(placed)), closed, tuple(sorted(pairs)), tuple(sorted(groups)), tuple(sorted(order)))

    def _turned(self, chord: Chord) -> Chord:
        """The transposed chord, which is the same scalar."""
        left, word, right = chord
        turned = self.transposes.get(word)
        if turned is None:
            turned = self.transposes[word] = self.words.number(transpose(self.words.values[word]))
        return (right, turned, left)

    def _oriented(self, chord: Chord, key: Callable[[Chord], tuple[int, ...]] | None = None) -> Chord:
        """The chord in its preferred direction: open ends on their own side, otherwise the lesser of the two."""
        if chord[0] == OPEN_LEFT_END or chord[2] == OPEN_RIGHT_END:
            return chord
        if chord[0] == OPEN_RIGHT_END or chord[2] == OPEN_LEFT_END:
            return self._turned(chord)
        turned = self._turned(chord)
        return min(chord, turned, key=key) if key else min(chord, turned)

    def _indices_of(self, word: int) -> tuple[Index, ...]:
        held = self.word_indices.get(word)
        if held is None:
            found = {index for f in self.words.values[word] for s, _ in f.powers for index in s.indices}
            held = self.word_indices[word] = tuple(sorted(found))
        return held

    def _renamed(self, chord: Chord, rename: Mapping[Index, Index]) -> Chord:
        left, word, right = chord
        if any(index in rename for index in self._indices_of(word)):
            renamed = relabel(
                self.words.values[word],
                lambda s: s.with_indices(changed(s.indices, rename)) if s.indices else s,
            )
            word = self.words.number(tuple(renamed))
        return (left[0], changed(left[1], rename)), word, (right[0], changed(right[1], rename))

    def _times(self, a: int, b: int) -> int:
        key = (a, b)
        if key not in self.products:
            product = merged_closed(self.closed.values[a], self.closed.values[b])
            self.products[key] = self.closed.number(product)
        return self.products[key]

    def _all_indices(self, chords: Iterable[Chord]) -> set[Index]:
        found: set[Index] = set()
        for left, word, right in chords:
            found.update(left[1], right[1], self._indices_of(word))
        return found

    def _monomial(self, state: State) -> Monomial:
        closed = list(self.closed.values[state.closed])
        for pair in state.order:
            closed.append((letter_power(Symbol(ORDER, 1, 1, indices=pair), 1), 1))
        word: Word = ()
        for left, held, right in state.chords:
            if left == right == PLAIN_END:
                closed.append((canonical_scalar(self.words.values[held]), 1))
            elif left == TRACE_END:
                closed += [(piece, 1) for piece in split_closed(self.words.values[held])[0]]
            else:
                # The left part sorts after the right one, since open ends are numbered downwards.
                word = self.words.values[held] + word if left == OPEN_LEFT_END else word + self.words.values[held]
        return Monomial(collected(closed), word)


def changed(indices: tuple[Index, ...], rename: Mapping[Index, Index]) -> tuple[Index, ...]:
    """The indices, those that were set equal to others renamed."""
    return tuple(rename.get(index, index) for index in indices)


def is_bound(index: Index) -> bool:
    """Whether a sum runs over the index; letters that are not random may carry others too."""
    return isinstance(index.label, int)


def shape_of(chord: Chord) -> tuple[int, ...]:
    """What tells chords apart before indices are numbered."""
    return (chord[0][0], chord[1], chord[2][0])
