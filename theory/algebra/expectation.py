"""Expectations of polynomials in independent Gaussian vectors, by Wick's theorem on matrix words.

Isserlis: E[z_1 ... z_2k] is the sum over all pairings of the product of the pair covariances. On words: a scalar factor
x' A y is a *chord* with word A and the ends x and y. Pairing the two ends of one chord closes it to a trace,
E[x' A x] = tr(A Lambda); pairing ends of two chords joins them, l' A x and x' B r to l' A Lambda B r. For i.i.d. sums,
E[x_i x_j'] = delta_ij Lambda: pairing x_i with x_j sets the indices equal, and an index that no letter carries any
more contributes its length N. Every pairing thus gives a power of N, and no dimension is ever expanded.

Pairings are not enumerated one by one. All terms are contracted one end at a time, and partial results that agree are
merged at once (dynamic programming over multisets of chords), which turns (2k - 1)!! pairings into few states. Merging
is by hashing a state whose indices are numbered in order of appearance; two equal states that are numbered differently
are merely not merged early, since in the end no index is left and the canonical form of expressions decides.

Elliptical vectors, x = sqrt(r) z with z Gaussian and an independent radius r >= 0, E r = 1, are allowed through the
moments E[r^k]. Given the radii, Wick's theorem applies; k pairs of one and the same draw contribute E[r^k]. Draws with
different index variables may coincide, so a sum over i.i.d. draws becomes one over the partitions of its indices, with
falling factorials of N.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Generic, NamedTuple, TypeVar

from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.expression import (
    Expression,
    Monomial,
    Powers,
    TermSum,
    canonical_monomial,
    collected,
    dimension_coefficient,
    length,
    letter,
    merged_closed,
    number,
    symbol_expression,
)
from theory.algebra.text import closed_text
from theory.algebra.usage import note
from theory.algebra.words import (
    Factor,
    Index,
    Symbol,
    Word,
    canonical_scalar,
    reduced,
    relabel,
    split_closed,
    transpose,
)


@dataclass(frozen=True)
class Gaussian:
    """The law of a random vector: Gaussian, or a scale mixture of Gaussians (elliptical).

    Args:
        covariance: symmetric d x d expression (1 x 1 for a scalar).
        mean: an expression of the vector's shape; None is zero.
        radial_moment: for the elliptical law x = sqrt(r) z the function k -> E[r^k], k >= 2, a scalar expression;
            E r = 1 is the normalisation, so that `covariance` is the covariance. None is Gaussian, E[r^k] = 1.

    Raises:
        ValueError: for a covariance that is not square and symmetric, or a mean of another shape.
    """

    covariance: Expression
    mean: Expression | None = None
    radial_moment: Callable[[int], Expression] | None = None

    def __post_init__(self) -> None:
        covariance = self.covariance
        if covariance.rows != covariance.cols:
            raise ValueError(f"the covariance must be square, got {covariance.rows} x {covariance.cols}: {covariance}")
        if covariance != covariance.T:
            raise ValueError(f"the covariance {covariance} is not symmetric; declare its letters symmetric")
        if self.mean is not None and self.mean.shape != (covariance.rows, 1):
            raise ValueError(
                f"the mean must be {covariance.rows} x 1 like the covariance, got {self.mean.rows} x {self.mean.cols}"
            )


def expectation(expression: Expression, law: Mapping[Expression, Gaussian]) -> Expression:
    """Return E[expression] over the random letters, the keys of `law`; all other letters are deterministic.

    Different letters are independent; a letter's copies under different values of a summation index are i.i.d.

    Raises:
        ValueError: where a random letter occurs in a way without polynomial moment, such as a negative power, or under
            an index that no sum binds, or where a covariance depends on a random letter.
    """
    note("expectation")
    laws = {letter(key): value for key, value in law.items()}
    for symbol, distribution in laws.items():
        covariance = distribution.covariance
        if symbol.cols != 1 or symbol.rows != covariance.rows:
            raise ValueError(
                f"{symbol.name} is {symbol.rows} x {symbol.cols}, its covariance {covariance.rows} x {covariance.cols}"
            )
        parameters = covariance if distribution.mean is None else covariance @ distribution.mean
        if any(m.indices for m in parameters.terms):
            raise ValueError(f"the law of {symbol.name} contains a sum over an index; give the sum a name of its own")
        for parameter in parameters.symbols:
            if parameter in laws:
                raise ValueError(f"the law of {symbol.name} depends on the random letter {parameter.name}")
    shifted = {
        symbol: symbol_expression(symbol) + distribution.mean
        for symbol, distribution in laws.items()
        if distribution.mean is not None
    }
    centred = expression.substitute(shifted, [symbol_expression(symbol) for symbol in shifted])
    return _Contraction(laws).expectation(centred).as_computed()


# Some ten seconds of work, counted in factors of partly contracted terms.
MOST_WORK = 1_000_000
T = TypeVar("T")
_NO_INDEX = Index("", -1)
# An end of a chord: the number of a random letter and its index, or one of the fixed ends below.
End = tuple[int, Index]
_PLAIN: End = (-1, _NO_INDEX)
_OPEN_LEFT: End = (-2, _NO_INDEX)
_OPEN_RIGHT: End = (-3, _NO_INDEX)
# (left end, number of the word between, right end). The open word is the chord, or the two chords, with open ends.
Chord = tuple[End, int, End]
# How often each draw of an elliptical letter was paired so far: ((letter, index), pairs).
Pairs = tuple[tuple[End, int], ...]
# Elliptical draws whose index is gone but whose radii are not averaged yet: (length, ((letter, pairs), ...)).
Group = tuple[str, tuple[tuple[int, int], ...]]


class _State(NamedTuple):
    """A partly contracted monomial; words and closed parts are numbers in the tables of `_Contraction`."""

    chords: tuple[Chord, ...]
    closed: int
    pairs: Pairs
    groups: tuple[Group, ...]


class _Numbered(Generic[T]):
    """Hashable values by number, in order of appearance: small keys that hash fast."""

    def __init__(self) -> None:
        self.values: list[T] = []
        self.numbers: dict[T, int] = {}

    def number(self, value: T) -> int:
        held = self.numbers.get(value)
        if held is None:
            held = self.numbers[value] = len(self.values)
            self.values.append(value)
        return held


class _Contraction:
    """The contraction of one expression's random letters."""

    def __init__(self, law: Mapping[Symbol, Gaussian]):
        symbols = sorted(law, key=lambda s: s.sort_key)
        self.letters = {symbol: i for i, symbol in enumerate(symbols)}
        self.names = [symbol.name for symbol in symbols]
        self.sizes = [symbol.rows for symbol in symbols]
        self.radial_moments = [law[symbol].radial_moment for symbol in symbols]
        self.words: _Numbered[Word] = _Numbered()
        self.closed: _Numbered[Powers] = _Numbered()
        self.covariances = [
            [(c, self.closed.number(m.closed), m.word) for m, c in law[symbol].covariance.terms.items()]
            for symbol in symbols
        ]
        self.joins: dict[tuple[int, int, int], list[tuple[Coefficient, int, tuple[int, ...]]]] = {}
        self.loops: dict[tuple[int, int], list[tuple[Coefficient, int]]] = {}
        self.products: dict[tuple[int, int], int] = {}
        self.transposes: dict[int, int] = {}
        self.word_indices: dict[int, tuple[Index, ...]] = {}

    def expectation(self, expression: Expression) -> Expression:
        """Contract all random letters, from the states with most ends down."""
        levels: dict[int, dict[_State, Coefficient]] = {}

        def put(state: _State, coefficient: Coefficient) -> None:
            ends = sum((left[0] >= 0) + (right[0] >= 0) for left, _, right in state.chords)
            level = levels.setdefault(ends, {})
            held = level.get(state)
            level[state] = coefficient if held is None else held + coefficient

        for monomial, coefficient in expression.terms.items():
            put(self._start(monomial, expression), coefficient)
        work = 0
        degree = max(levels, default=0)
        for ends in range(degree, 0, -1):
            for state, coefficient in levels.pop(ends, {}).items():
                for weight, paired in self._contract_one_end(state):
                    put(paired, coefficient * weight)
                    work += len(paired.chords)
                if work > MOST_WORK:
                    raise ValueError(
                        f"the expectation of a term with {degree} random letters is too large to write out; lower the "
                        "degree, or split the formula"
                    )
        elliptical = Expression({}, expression.rows, expression.cols)
        gaussian = TermSum(expression.rows, expression.cols)
        for state, coefficient in levels.pop(0, {}).items():
            monomial = self._monomial(state)
            if state.pairs or state.groups:
                term = Expression({monomial: coefficient}, expression.rows, expression.cols)
                elliptical = elliptical + self._radial_weight(state) * term
            else:
                gaussian.add(monomial, coefficient)
        result = elliptical + gaussian.expression()
        left_over = [s.name for s in result.symbols if s in self.letters]
        if left_over:
            raise ValueError(f"the random letter {left_over[0]} stands where no Gaussian moment is defined: {result}")
        return result

    def _start(self, monomial: Monomial, expression: Expression) -> _State:
        chords: list[Chord] = []
        constant: list[tuple[Word, Rational]] = []
        for word, exponent in monomial.closed:
            symbols = [s for f in word for s, _ in f.powers]
            if not any(s.with_index(None) in self.letters or s.index is not None for s in symbols):
                constant.append((word, exponent))
            elif isinstance(exponent, int) and exponent > 0:
                chords += [self._chord(word, _PLAIN, _PLAIN)] * exponent
            else:
                raise ValueError(f"E of the power {exponent} of {closed_text(word, 1)} is not a polynomial moment")
        if monomial.word:
            left = _PLAIN if expression.rows == 1 else _OPEN_LEFT
            right = _PLAIN if expression.cols == 1 else _OPEN_RIGHT
            place = next((i for i, f in enumerate(monomial.word) if f.rows == 1 and i > 0), None)
            if place is None:
                chords.append(self._chord(monomial.word, left, right))
            else:
                chords.append(self._chord(monomial.word[:place], left, _PLAIN))
                chords.append(self._chord(monomial.word[place:], _PLAIN, right))
        for index in monomial.indices:
            if isinstance(index.label, str):
                raise ValueError(f"the index {index.label} is bound by no sum inside the expectation")
        return self._state(chords, self.closed.number(tuple(constant)), (), ())

    def _chord(self, word: Word, left: End, right: End) -> Chord:
        """The chord of a word, with random letters at its edges taken off as ends."""
        # A lone scalar letter is its own transpose: it counts as the right end.
        if left == _PLAIN and (len(word) > 1 or right != _PLAIN) and (end := self._random(word[0], True)) is not None:
            left, word = end, word[1:]
        if right == _PLAIN and word and (end := self._random(word[-1], False)) is not None:
            right, word = end, word[:-1]
        return (left, self.words.number(word), right)

    def _random(self, f: Factor, transposed: bool) -> End | None:
        """The end that a factor at the edge of a word is, if it is a random letter turned that way."""
        symbol = f.powers[0][0]
        held = self.letters.get(symbol.with_index(None))
        if held is None or (f.transposed != transposed and symbol.rows != 1):
            return None
        return (held, symbol.index or _NO_INDEX)

    def _state(self, chords: list[Chord], closed: int, pairs: Pairs, groups: tuple[Group, ...]) -> _State:
        """The state with its scalars moved to the closed part and its indices numbered in order of appearance."""
        waiting: list[Chord] = []
        for chord in chords:
            left, word, right = chord
            if left == right == _PLAIN and not self._indices_of(word):
                if self.words.values[word]:
                    scalar = canonical_scalar(self.words.values[word])
                    closed = self._times(closed, self.closed.number(collected([(scalar, 1)])))
            else:
                waiting.append(self._oriented(chord, _shape))
        waiting.sort(key=_shape)
        numbers: dict[Index, int] = {}
        placed: list[Chord] = []
        if not self._all_indices(waiting):
            placed, waiting = waiting, []
        while waiting:
            chosen = min(
                range(len(waiting)),
                key=lambda i: min((numbers.get(e[1], len(numbers)) for e in waiting[i][::2]), default=0),
            )
            chord = waiting.pop(chosen)
            for index in (chord[0][1], chord[2][1], *self._indices_of(chord[1])):
                if index != _NO_INDEX:
                    numbers.setdefault(index, len(numbers))
            placed.append(chord)
        rename = {index: Index(index.length, new) for index, new in numbers.items() if index.label != new}
        if rename:
            placed = [self._renamed(chord, rename) for chord in placed]
            pairs = tuple(((letter, rename.get(index, index)), count) for (letter, index), count in pairs)
        placed = [self._oriented(chord) for chord in placed]
        return _State(tuple(sorted(placed)), closed, tuple(sorted(pairs)), tuple(sorted(groups)))

    def _turned(self, chord: Chord) -> Chord:
        """The transposed chord, which is the same scalar."""
        left, word, right = chord
        turned = self.transposes.get(word)
        if turned is None:
            turned = self.transposes[word] = self.words.number(transpose(self.words.values[word]))
        return (right, turned, left)

    def _oriented(self, chord: Chord, key: Callable[[Chord], tuple[int, ...]] | None = None) -> Chord:
        """The chord in its preferred direction: open ends on their own side, otherwise the lesser of the two."""
        if chord[0] == _OPEN_LEFT or chord[2] == _OPEN_RIGHT:
            return chord
        if chord[0] == _OPEN_RIGHT or chord[2] == _OPEN_LEFT:
            return self._turned(chord)
        turned = self._turned(chord)
        return min(chord, turned, key=key) if key else min(chord, turned)

    def _indices_of(self, word: int) -> tuple[Index, ...]:
        held = self.word_indices.get(word)
        if held is None:
            found = {s.index for f in self.words.values[word] for s, _ in f.powers if s.index is not None}
            held = self.word_indices[word] = tuple(sorted(found))
        return held

    def _renamed(self, chord: Chord, rename: Mapping[Index, Index]) -> Chord:
        left, word, right = chord
        if any(index in rename for index in self._indices_of(word)):
            changed = relabel(
                self.words.values[word],
                lambda s: s.with_index(rename.get(s.index, s.index)) if s.index is not None else s,
            )
            word = self.words.number(tuple(changed))
        return (left[0], rename.get(left[1], left[1])), word, (right[0], rename.get(right[1], right[1]))

    def _contract_one_end(self, state: _State) -> Iterator[tuple[Coefficient, _State]]:
        """Pair one random end with every other end of its letter; independent letters and draws give zero."""
        place = next(i for i, c in enumerate(state.chords) if c[0][0] >= 0 or c[2][0] >= 0)
        others = state.chords[:place] + state.chords[place + 1 :]
        left, word, end = state.chords[place]
        if end[0] < 0:
            left, word, end = self._turned(state.chords[place])
        if self._same_law(left, end):
            for weight, closed in self._loop(word, end[0]):
                yield from self._paired(state, list(others), weight, closed, end, left)
        # Equal chords give equal results, and so do the two directions of a chord that is its own transpose.
        directions: Counter[tuple[int, Chord]] = Counter()
        for other, count in Counter(others).items():
            i = others.index(other)
            directions[i, other] += count
            directions[i, self._turned(other)] += count
        for (i, (first, second, right)), multiplicity in directions.items():
            rest = others[:i] + others[i + 1 :]
            if self._same_law(first, end):
                times = Coefficient.number(multiplicity)
                for weight, closed, parts in self._join(word, end[0], second):
                    joined: list[Chord] = (
                        [(left, parts[0], right)]
                        if len(parts) == 1
                        else [(left, parts[0], _PLAIN), (_PLAIN, parts[1], right)]
                    )
                    yield from self._paired(state, [*rest, *joined], weight * times, closed, end, first)

    def _same_law(self, a: End, b: End) -> bool:
        if a[0] != b[0] or (a[1] == _NO_INDEX) != (b[1] == _NO_INDEX):
            return False
        if a[1].length != b[1].length:
            raise ValueError(
                f"{self.names[a[0]]} is summed up to {a[1].length} and up to {b[1].length} in one product; "
                "which draws coincide is not defined"
            )
        return True

    def _loop(self, word: int, letter: int) -> list[tuple[Coefficient, int]]:
        """tr(word covariance) as (coefficient, number of a closed part) terms."""
        key = (word, letter)
        if key not in self.loops:
            self.loops[key] = []
            for coefficient, closed, covariance in self.covariances[letter]:
                cycle = self.words.values[word] + covariance
                pieces, size = split_closed(cycle) if cycle else ([], self.sizes[letter])
                weight = coefficient if size is None else coefficient * dimension_coefficient(size)
                loop = self.closed.number(collected((piece, 1) for piece in pieces))
                self.loops[key].append((weight, self._times(closed, loop)))
        return self.loops[key]

    def _join(self, first: int, letter: int, second: int) -> list[tuple[Coefficient, int, tuple[int, ...]]]:
        """first covariance second as (coefficient, closed part, one word or two where the covariance splits) terms."""
        key = (first, letter, second)
        if key not in self.joins:
            self.joins[key] = []
            for coefficient, closed, covariance in self.covariances[letter]:
                place = next((i for i, f in enumerate(covariance) if f.rows == 1), None)
                words = [self.words.values[first] + covariance + self.words.values[second]]
                if place is not None:
                    words = [
                        self.words.values[first] + covariance[:place],
                        covariance[place:] + self.words.values[second],
                    ]
                numbers = tuple(self.words.number(reduced(word)) for word in words)
                self.joins[key].append((coefficient, closed, numbers))
        return self.joins[key]

    def _times(self, a: int, b: int) -> int:
        key = (a, b)
        if key not in self.products:
            product = merged_closed(self.closed.values[a], self.closed.values[b])
            self.products[key] = self.closed.number(product)
        return self.products[key]

    def _paired(
        self, state: _State, chords: list[Chord], weight: Coefficient, closed: int, kept: End, gone: End
    ) -> Iterator[tuple[Coefficient, _State]]:
        """The state after one pairing: indices set equal, vanished indices counted, pairs of elliptical draws noted."""
        before = self._all_indices(state.chords)
        rename = {} if kept[1] == gone[1] else {gone[1]: kept[1]}
        if rename:
            chords = [self._renamed(chord, rename) for chord in chords]
        vanished = before - self._all_indices(chords) - set(rename)
        pairs, groups = state.pairs, state.groups
        if pairs or self.radial_moments[kept[0]] is not None:
            counts: dict[End, int] = {}
            for (letter, index), count in pairs:
                end = (letter, rename.get(index, index))
                counts[end] = counts.get(end, 0) + count
            if self.radial_moments[kept[0]] is not None:
                counts[kept] = counts.get(kept, 0) + 1
            for index in sorted(vanished):
                paired = tuple(sorted((letter, n) for (letter, i), n in counts.items() if i == index))
                if paired:
                    groups = (*groups, (index.length, paired))
                    vanished.remove(index)
                    counts = {end: n for end, n in counts.items() if end[1] != index}
            pairs = tuple(counts.items())
        for index in vanished:
            weight = weight * Coefficient.length(index.length)
        yield weight, self._state(chords, self._times(state.closed, closed), pairs, groups)

    def _all_indices(self, chords: Iterable[Chord]) -> set[Index]:
        found = {end[1] for left, _, right in chords for end in (left, right)}
        for _, word, _ in chords:
            found.update(self._indices_of(word))
        found.discard(_NO_INDEX)
        return found

    def _monomial(self, state: _State) -> Monomial:
        closed = list(self.closed.values[state.closed])
        word: Word = ()
        for left, held, right in state.chords:
            if left == right == _PLAIN:
                closed.append((canonical_scalar(self.words.values[held]), 1))
            else:
                # The left part sorts after the right one, since open ends are numbered downwards.
                word = self.words.values[held] + word if left == _OPEN_LEFT else word + self.words.values[held]
        return canonical_monomial(Monomial(collected(closed), word))

    def _radial_weight(self, state: _State) -> Expression:
        """E of the radii: a sum over the partitions of the vanished indices, by which of them coincide."""
        weight = number(1)
        for (held, index), count in state.pairs:
            if index != _NO_INDEX:
                raise ValueError(
                    f"{self.names[held]} is elliptical and shares a summation index with a letter that is not "
                    "averaged; its radius would have to be averaged under the sum"
                )
            weight = weight * self._moment(held, count)
        for upto in sorted({group[0] for group in state.groups}):
            draws = [dict(counts) for name, counts in state.groups if name == upto]
            total = number(0)
            for blocks in set_partitions(draws):
                term = falling_factorial(upto, len(blocks))
                for block in blocks:
                    for held in sorted({held for draw in block for held in draw}):
                        term = term * self._moment(held, sum(draw.get(held, 0) for draw in block))
                total = total + term
            weight = weight * total
        return weight

    def _moment(self, letter: int, k: int) -> Expression:
        moment = self.radial_moments[letter]
        assert moment is not None
        return number(1) if k == 1 else moment(k)


def _shape(chord: Chord) -> tuple[int, ...]:
    """What tells chords apart before indices are numbered."""
    return (chord[0][0], chord[1], chord[2][0])


def set_partitions(items: list[Any]) -> Iterator[list[list[Any]]]:
    """Yield all partitions of the items into blocks."""
    if not items:
        yield []
        return
    for partition in set_partitions(items[1:]):
        yield [[items[0]], *partition]
        for i, block in enumerate(partition):
            yield [*partition[:i], [items[0], *block], *partition[i + 1 :]]


def falling_factorial(upto: str, k: int) -> Expression:
    """N (N - 1) ... (N - k + 1) for the length of that name."""
    result = number(1)
    for i in range(k):
        result = result * (length(upto) - i)
    return result
