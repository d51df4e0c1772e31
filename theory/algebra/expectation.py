"""Expectations of polynomials in independent Gaussian vectors, by Wick's theorem on matrix words.

Isserlis: E[z_1 ... z_2k] is the sum over all pairings of the product of the pair covariances. On words: a scalar factor
x' A y is a *chord* with word A and the ends x and y. Pairing the two ends of one chord closes it to a trace,
E[x' A x] = tr(A Lambda); pairing ends of two chords joins them, l' A x and x' B r to l' A Lambda B r. For i.i.d. sums,
E[x_i x_j'] = delta_ij Lambda: pairing x_i with x_j sets the indices equal, and an index that no letter carries any
more contributes its length N. Every pairing thus gives a power of N, and no dimension is ever expanded.

Pairings are not enumerated one by one. All terms are contracted one end at a time, and partial results that agree are
merged at once (dynamic programming over multisets of chords), which turns (2k - 1)!! pairings into few states. Merging
is by hashing a state whose indices are numbered in order of appearance; two equal states that are numbered differently
are merely not merged early, since in the end no index is left and the canonical form of expressions decides. Once every
index stands at exactly two copies of one letter, pairs x_i x_i' are Wishart matrices, and `wishart` takes over.

Jointly Gaussian letters x and z have a cross-covariance E[x z'] = C: the same pairing, with C in place of Lambda. Two
draws x_{t,i} and x_{s,j} with several indices are paired where all of their indices are equal. Indices under ordered
sums, i < j, are set equal like others, which leaves an order of the indices that remain; it contributes the number of
values that it allows (`order`), and nothing where an index would have to lie below itself.

Elliptical vectors, x = sqrt(r) z with z Gaussian and an independent radius r >= 0, E r = 1, are allowed through the
moments E[r^k]. Given the radii, Wick's theorem applies; k pairs of one and the same draw contribute E[r^k]. Draws with
different index variables may coincide, so a sum over i.i.d. draws becomes one over the partitions of its indices, with
falling factorials of N. Under ordered sums and several indices the copies are told apart first (`draws`).
"""

from __future__ import annotations

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Generic, NamedTuple, TypeVar

from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.draws import told_apart
from theory.algebra.expression import (
    Expression,
    TermSum,
    dimension_coefficient,
    indexed,
    length,
    letter,
    number,
    sum_over,
    symbol_expression,
    unit_vector,
)
from theory.algebra.laws import Entries, GaussianMatrix, OneHot, average, centred, partitions
from theory.algebra.monomials import (
    Monomial,
    Powers,
    canonical_monomial,
    collected,
    merged_closed,
    without_spent_units,
    word_indices,
)
from theory.algebra.order import Pair, counted_order
from theory.algebra.text import closed_text
from theory.algebra.usage import note
from theory.algebra.wishart import OPEN_LEFT, OPEN_RIGHT, WishartMoments
from theory.algebra.words import (
    ORDER,
    Factor,
    Index,
    Symbol,
    Word,
    canonical_scalar,
    letter_power,
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
        joint: for letters z that are jointly Gaussian with x the cross-covariance E[(x - E x)(z - E z)']. It is enough
            that one of the two laws has it. Copies x_i and z_j are correlated where i = j. That the covariance of x and
            z together is positive semidefinite is for the caller to see to.

    Raises:
        ValueError: for a covariance that is not square and symmetric, or a mean of another shape.
    """

    covariance: Expression
    mean: Expression | None = None
    radial_moment: Callable[[int], Expression] | None = None
    joint: Mapping[Expression, Expression] = field(default_factory=dict)

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

    @property
    def has_radius(self) -> bool:
        """Whether the law is elliptical without being Gaussian."""
        return self.radial_moment is not None

    @property
    def partners(self) -> frozenset[Symbol]:
        """The letters with a cross-covariance that is said here."""
        return frozenset(letter(key) for key in self.joint)

    def of_copy(self, copies: Mapping[Symbol, Symbol]) -> Gaussian:
        """The law of a copy of the letter that is correlated with copies of its partners."""
        joint = {copies[letter(key)]: cross for key, cross in self.joint.items() if letter(key) in copies}
        return replace(self, joint={symbol_expression(symbol): cross for symbol, cross in joint.items()})


Law = Gaussian | GaussianMatrix | Entries | OneHot


def expectation(
    expression: Expression,
    law: Mapping[Expression, Law],
    *,
    most_work: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Expression:
    """Return E[expression] over the random letters, the keys of `law`; all other letters are deterministic.

    Different letters are independent unless their laws say otherwise; a letter's copies under different values of its
    summation indices are i.i.d. For a parameter that is random itself, such as a random covariance, take expectations
    one after the other: `expectation(expectation(f, {x: Gaussian(S)}), {...})`, the law of the letters of S outside.

    Args:
        most_work: where to give up, in partly contracted terms; `MOST_WORK`, some thirty seconds, if not given.
        progress: is called with the work done so far, now and then; it may raise to stop.

    Raises:
        ValueError: where a random letter occurs in a way without polynomial moment, such as a negative power, or under
            an index that no sum binds, or where a covariance depends on a random letter, and for too much work.
    """
    note("expectation")
    given = {letter(key): value for key, value in law.items()}
    laws = {symbol: value for symbol, value in given.items() if isinstance(value, Gaussian)}
    budget = _Budget(MOST_WORK if most_work is None else most_work, progress)
    for symbol, distribution in given.items():
        _check_law(symbol, distribution, given)
        if isinstance(distribution, GaussianMatrix):
            expression, columns, rows = _as_columns(expression, symbol, distribution)
            laws[columns] = rows
        elif not isinstance(distribution, Gaussian):
            if isinstance(distribution, Entries):
                expression = centred(expression, symbol, distribution)
            expression = average(expression, symbol, distribution, budget.spend)
    shifted = {
        symbol: symbol_expression(symbol) + distribution.mean
        for symbol, distribution in laws.items()
        if distribution.mean is not None
    }
    around_means = expression.substitute(shifted, [symbol_expression(symbol) for symbol in shifted])
    around_means, laws = told_apart(around_means, laws, budget.spend)
    with _without_collection():
        return _Contraction(laws, budget).expectation(around_means).as_computed()


def _as_columns(expression: Expression, symbol: Symbol, law: GaussianMatrix) -> tuple[Expression, Symbol, Gaussian]:
    """X = sum_k z_k e_k' S in place of X, with the law of its columns z_k."""
    if not isinstance(symbol.cols, str) or law.rows.shape != (symbol.rows, symbol.rows):
        raise ValueError(
            f"{symbol.name} is {symbol.rows} x {symbol.cols}: its columns must have a named number and the size of "
            f"their covariance, which is {law.rows.rows} x {law.rows.cols}"
        )
    if law.columns.shape != (symbol.cols, symbol.cols):
        raise ValueError(f"the covariance between columns must be {symbol.cols} x {symbol.cols}, got {law.columns}")
    name = f"{symbol.name}_column"
    while any(held.name == name for held in expression.symbols):
        name += "_"
    column = Symbol(name, symbol.rows, 1)
    term = indexed(symbol_expression(column), "#k") @ unit_vector(symbol.cols, "#k").T @ law.root()
    return expression.substitute({symbol: sum_over("#k", symbol.cols, term)}), column, Gaussian(law.rows)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Pause the collection of reference cycles: there are none among the many tuples made, and it takes a third."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _parameters(law: Law) -> list[Expression]:
    """The expressions that a law consists of."""
    match law:
        case Gaussian(covariance, mean, _, joint):
            held = [covariance, mean, *joint.values()]
        case GaussianMatrix(rows, columns):
            held = [rows, columns]
        case Entries(_, root, mean):
            held = [root, mean]
        case OneHot(probabilities):
            held = [probabilities]
    return [parameter for parameter in held if parameter is not None]


def _check_law(symbol: Symbol, distribution: Law, laws: Mapping[Symbol, Law]) -> None:
    for parameter in _parameters(distribution):
        if any(m.indices for m in parameter.terms):
            raise ValueError(f"the law of {symbol.name} contains a sum over an index; give the sum a name of its own")
        for held in parameter.symbols:
            if held in laws:
                raise ValueError(
                    f"the law of {symbol.name} depends on the random letter {held.name}; take the expectation over "
                    f"{symbol.name} first and that over {held.name} of the result"
                )
    if not isinstance(distribution, Gaussian):
        return
    covariance = distribution.covariance
    if symbol.cols != 1 or symbol.rows != covariance.rows:
        raise ValueError(
            f"{symbol.name} is {symbol.rows} x {symbol.cols}, its covariance {covariance.rows} x {covariance.cols}"
        )
    for key, cross in distribution.joint.items():
        other = letter(key)
        partner = laws.get(other)
        if not isinstance(partner, Gaussian) or other == symbol:
            raise ValueError(f"{symbol.name} is joint with {other.name}, which is no other Gaussian letter of the law")
        if cross.shape != (symbol.rows, other.rows):
            raise ValueError(
                f"the cross-covariance of {symbol.name} and {other.name} must be {symbol.rows} x {other.rows}, got "
                f"{cross.rows} x {cross.cols}"
            )
        back = {letter(k): c for k, c in partner.joint.items()}.get(symbol)
        if back is not None and back != cross.T:
            raise ValueError(
                f"{symbol.name} and {other.name} have two cross-covariances: {cross}, and the transpose of {back}"
            )
        if distribution.radial_moment is not None or partner.radial_moment is not None:
            raise ValueError(f"{symbol.name} and {other.name} are joint, so neither may have a radius of its own")


# Some thirty seconds of work, counted in partly contracted terms.
MOST_WORK = 3_000_000
# Work between two calls of `progress`.
PROGRESS_STEP = 10_000
T = TypeVar("T")
# An end of a chord: the number of a random letter and its indices, or one of the fixed ends below.
End = tuple[int, tuple[Index, ...]]
_PLAIN: End = (-1, ())
_OPEN_LEFT: End = (-2, ())
_OPEN_RIGHT: End = (-3, ())
# Both ends of a word whose trace is meant and which carries an index, such as tr(B_j).
_TRACE: End = (-4, ())
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
    order: tuple[Pair, ...]


class _Budget:
    """Work done and allowed; `degree` is the number of random letters in the largest term."""

    def __init__(self, most_work: int, progress: Callable[[int], None] | None):
        self.most_work = most_work
        self.progress = progress
        self.work = 0
        self.told = 0
        self.degree = 0

    def spend(self, work: int) -> None:
        """Count work, tell of it, and stop at the limit."""
        self.work += work
        if self.progress is not None and self.work - self.told >= PROGRESS_STEP:
            self.told = self.work
            self.progress(self.work)
        if self.work > self.most_work:
            of = f"a term with {self.degree} random letters" if self.degree else "a term"
            raise ValueError(
                f"the expectation of {of} is too large to write out in {self.most_work} steps; lower the degree, split "
                "the formula, or raise `most_work`"
            )


class _Line(NamedTuple):
    """Words with Wishart matrices between them, from a loose end to another one, or around a cycle.

    Attributes:
        pieces: the numbers of the words.
        kinds: (letter, length) of the Wishart matrix behind each piece.
        left, right: the loose ends; random ends where the line is a cycle.
    """

    pieces: tuple[int, ...]
    kinds: tuple[tuple[int, str], ...]
    left: End
    right: End


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

    def __init__(self, law: Mapping[Symbol, Gaussian], budget: _Budget):
        symbols = sorted(law, key=lambda s: s.sort_key)
        self.law = [law[symbol] for symbol in symbols]
        self.letters = {symbol: i for i, symbol in enumerate(symbols)}
        self.names = [symbol.name for symbol in symbols]
        self.sizes = [symbol.rows for symbol in symbols]
        self.radial_moments = [law[symbol].radial_moment for symbol in symbols]
        self.words: _Numbered[Word] = _Numbered()
        self.closed: _Numbered[Powers] = _Numbered()
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
        self.budget.degree = max(levels, default=0)
        # Products of words in Wishart matrices, with the constants before each.
        wishart: dict[tuple[_Line, ...], dict[int, Coefficient]] = {}
        for ends in range(self.budget.degree, 0, -1):
            for state, coefficient in levels.pop(ends, {}).items():
                place = self._next_end(state)
                if place is None:
                    table = wishart.setdefault(self._lines(state), {})
                    held = table.get(state.closed)
                    table[state.closed] = coefficient if held is None else held + coefficient
                    continue
                for weight, paired in self._contract_one_end(state, place):
                    put(paired, coefficient * weight)
                    self.budget.spend(len(paired.chords))
        elliptical = Expression({}, expression.rows, expression.cols)
        gaussian = TermSum(expression.rows, expression.cols)
        for state, coefficient in levels.pop(0, {}).items():
            monomial = self._monomial(state)
            if state.pairs or state.groups:
                settled, count = without_spent_units(monomial)
                term = Expression({canonical_monomial(settled): coefficient * count}, expression.rows, expression.cols)
                elliptical = elliptical + self._radial_weight(state) * term
            else:
                settled, count = without_spent_units(monomial)
                gaussian.add(canonical_monomial(settled), coefficient * count)
        self._add_wishart_moments(wishart, gaussian)
        result = elliptical + gaussian.expression()
        left_over = [symbol.name for symbol in result.symbols if symbol in self.letters]
        if left_over:
            raise ValueError(f"the random letter {left_over[0]} stands where no Gaussian moment is defined: {result}")
        return result

    def _start(self, monomial: Monomial, expression: Expression) -> _State:
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
        return self._state(chords, self.closed.number(tuple(constant)), (), (), tuple(order))

    def _closed_chord(self, word: Word) -> Chord:
        """The chord of a closed word; no random letter stands in a trace, which a vector would have split."""
        if word[0].rows != 1:
            return (_TRACE, self.words.number(word), _TRACE)
        return self._chord(word, _PLAIN, _PLAIN)

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
        held = self.letters.get(symbol.plain)
        if held is None or (f.transposed != transposed and symbol.rows != 1):
            return None
        return (held, symbol.indices)

    def _state(
        self, chords: list[Chord], closed: int, pairs: Pairs, groups: tuple[Group, ...], order: tuple[Pair, ...]
    ) -> _State:
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
                numbers.setdefault(index, len(numbers))
            placed.append(chord)
        for index in sorted({index for pair in order for index in pair}):
            numbers.setdefault(index, len(numbers))
        rename = {index: Index(index.length, new) for index, new in numbers.items() if index.label != new}
        if rename:
            placed = [self._renamed(chord, rename) for chord in placed]
            pairs = tuple(((letter, _changed(indices, rename)), count) for (letter, indices), count in pairs)
            order = tuple((rename.get(low, low), rename.get(high, high)) for low, high in order)
        placed = [self._oriented(chord) for chord in placed]
        return _State(tuple(sorted(placed)), closed, tuple(sorted(pairs)), tuple(sorted(groups)), tuple(sorted(order)))

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
            found = {index for f in self.words.values[word] for s, _ in f.powers for index in s.indices}
            held = self.word_indices[word] = tuple(sorted(found))
        return held

    def _renamed(self, chord: Chord, rename: Mapping[Index, Index]) -> Chord:
        left, word, right = chord
        if any(index in rename for index in self._indices_of(word)):
            changed = relabel(
                self.words.values[word],
                lambda s: s.with_indices(_changed(s.indices, rename)) if s.indices else s,
            )
            word = self.words.number(tuple(changed))
        return (left[0], _changed(left[1], rename)), word, (right[0], _changed(right[1], rename))

    def _next_end(self, state: _State) -> tuple[int, bool] | None:
        """The chord whose end is paired next, and whether it is the left end; None where Wishart matrices are left.

        Ends that do not belong to a pair x_i x_i' come first, so that such pairs are all that is left soon.
        """
        counts: dict[Index, list[int]] = {}
        held: set[Index] = set()
        for left, word, right in state.chords:
            for letter_, indices in (left, right):
                for index in indices:
                    counts.setdefault(index, []).append(letter_)
            held.update(self._indices_of(word))
        if state.pairs or state.groups or state.order:
            held.update(counts)

        def is_linked(end: End) -> bool:
            letter_, indices = end
            return (
                len(indices) == 1
                and indices[0] not in held
                and counts[indices[0]] == [letter_, letter_]
                and self.alone[letter_]
                and self.radial_moments[letter_] is None
            )

        linked: list[tuple[int, bool]] = []
        for i, (left, _, right) in enumerate(state.chords):
            for end, is_left in ((right, False), (left, True)):
                if end[0] < 0:
                    continue
                if not is_linked(end):
                    return i, is_left
                linked.append((i, is_left))
        ends = [end for left, _, right in state.chords for end in (left, right) if end[0] >= 0]
        lengths = {(letter_, indices[0].length) for letter_, indices in ends}
        # Two lengths of one letter are refused where their ends meet.
        return linked[0] if len(lengths) != len({letter_ for letter_, _ in lengths}) else None

    def _contract_one_end(self, state: _State, at: tuple[int, bool]) -> Iterator[tuple[Coefficient, _State]]:
        """Pair one random end with every other end that it is correlated with."""
        place, is_left = at
        others = state.chords[:place] + state.chords[place + 1 :]
        left, word, end = self._turned(state.chords[place]) if is_left else state.chords[place]
        if self._same_law(left, end):
            for weight, closed, pieces in self._loop(word, end[0], left[0]):
                yield from self._paired(state, [*others, *pieces], weight, closed, end, left)
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
                for weight, closed, parts in self._join(word, end[0], first[0], second):
                    joined: list[Chord] = (
                        [(left, parts[0], right)]
                        if len(parts) == 1
                        else [(left, parts[0], _PLAIN), (_PLAIN, parts[1], right)]
                    )
                    yield from self._paired(state, [*rest, *joined], weight * times, closed, end, first)

    def _same_law(self, a: End, b: End) -> bool:
        if (a[0], b[0]) not in self.covariances or len(a[1]) != len(b[1]):
            return False
        for i, j in zip(a[1], b[1], strict=True):
            if i.length != j.length:
                raise ValueError(
                    f"{self.names[a[0]]} is summed up to {i.length} and up to {j.length} in one product; "
                    "which draws coincide is not defined"
                )
        return True

    def _loop(self, word: int, right: int, left: int) -> list[tuple[Coefficient, int, list[Chord]]]:
        """tr(word E[right left']) as (coefficient, number of a closed part, what carries an index) terms."""
        key = (word, right, left)
        if key not in self.loops:
            self.loops[key] = []
            for coefficient, closed, covariance in self.covariances[right, left]:
                cycle = self.words.values[word] + covariance
                pieces, size = split_closed(cycle) if cycle else ([], self.sizes[right])
                weight = coefficient if size is None else coefficient * dimension_coefficient(size)
                loop = self.closed.number(collected((piece, 1) for piece in pieces if not word_indices(piece)))
                indexed = [self._closed_chord(piece) for piece in pieces if word_indices(piece)]
                self.loops[key].append((weight, self._times(closed, loop), indexed))
        return self.loops[key]

    def _join(self, first: int, a: int, b: int, second: int) -> list[tuple[Coefficient, int, tuple[int, ...]]]:
        """first E[a b'] second as (coefficient, closed part, one word or two where the covariance splits) terms."""
        key = (first, a, b, second)
        if key not in self.joins:
            self.joins[key] = []
            for coefficient, closed, covariance in self.covariances[a, b]:
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
        rename = _unified(kept[1], gone[1])
        order = state.order
        if rename:
            chords = [self._renamed(chord, rename) for chord in chords]
            order = tuple((rename.get(low, low), rename.get(high, high)) for low, high in order)
        present = self._all_indices(chords)
        vanished = self._all_indices(state.chords) - present - set(rename)
        if order:
            count, left_over = counted_order(order, present.__contains__)
            if not count:
                return
            vanished -= {index for pair in order for index in pair}
            weight, order = weight * count, tuple(left_over)
        pairs, groups = state.pairs, state.groups
        if pairs or self.radial_moments[kept[0]] is not None:
            counts: dict[End, int] = {}
            for (letter, indices), count_ in pairs:
                end = (letter, _changed(indices, rename))
                counts[end] = counts.get(end, 0) + count_
            if self.radial_moments[kept[0]] is not None:
                own = (kept[0], _changed(kept[1], rename))
                counts[own] = counts.get(own, 0) + 1
            for index in sorted(vanished):
                paired = tuple(sorted((letter, n) for (letter, held), n in counts.items() if held == (index,)))
                if paired:
                    groups = (*groups, (index.length, paired))
                    vanished.remove(index)
                    counts = {end: n for end, n in counts.items() if end[1] != (index,)}
            pairs = tuple(counts.items())
        for index in vanished:
            weight = weight * Coefficient.length(index.length)
        yield weight, self._state(chords, self._times(state.closed, closed), pairs, groups, order)

    def _all_indices(self, chords: Iterable[Chord]) -> set[Index]:
        found: set[Index] = set()
        for left, word, right in chords:
            found.update(left[1], right[1], self._indices_of(word))
        return found

    def _monomial(self, state: _State) -> Monomial:
        closed = list(self.closed.values[state.closed])
        for pair in state.order:
            closed.append((letter_power(Symbol(ORDER, 1, 1, indices=pair), 1), 1))
        word: Word = ()
        for left, held, right in state.chords:
            if left == right == _PLAIN:
                closed.append((canonical_scalar(self.words.values[held]), 1))
            elif left == _TRACE:
                closed += [(piece, 1) for piece in split_closed(self.words.values[held])[0]]
            else:
                # The left part sorts after the right one, since open ends are numbered downwards.
                word = self.words.values[held] + word if left == _OPEN_LEFT else word + self.words.values[held]
        return Monomial(collected(closed), word)

    def _lines(self, state: _State) -> tuple[_Line, ...]:
        """The chords strung together at their pairs x_i x_i'."""
        ends: dict[Index, list[tuple[int, int]]] = {}
        loose: list[tuple[int, int]] = []
        for i, (left, _, right) in enumerate(state.chords):
            for side, end in ((0, left), (2, right)):
                if end[0] >= 0:
                    ends.setdefault(end[1][0], []).append((i, side))
                else:
                    loose.append((i, side))
        waiting = set(range(len(state.chords)))
        lines: list[_Line] = []
        # First the lines between two loose ends; what is left are cycles.
        for start in (*loose, *((i, 0) for i in range(len(state.chords)))):
            if start[0] not in waiting:
                continue
            place: tuple[int, int] | None = start
            pieces: list[int] = []
            kinds: list[tuple[int, str]] = []
            first = state.chords[start[0]]
            edge = first[0] if start[1] == 0 else first[2]
            while place is not None:
                chord, entered = place
                waiting.discard(chord)
                _, word, right = self._turned(state.chords[chord]) if entered == 2 else state.chords[chord]
                pieces.append(word)
                place = None
                if right[0] >= 0:
                    kinds.append((right[0], right[1][0].length))
                    (beyond,) = [at for at in ends[right[1][0]] if at != (chord, 2 - entered)]
                    place = beyond if beyond[0] in waiting else None
            lines.append(_Line(tuple(pieces), tuple(kinds), edge, right))
        return tuple(lines)

    def _add_wishart_moments(
        self, table: Mapping[tuple[_Line, ...], Mapping[int, Coefficient]], total: TermSum
    ) -> None:
        """Add the expectations of products of lines, each with its constants."""
        if not table:
            return
        kinds = sorted({kind for lines in table for line in lines for kind in line.kinds})
        number_of = {kind: -1 - k for k, kind in enumerate(kinds)}
        moments = WishartMoments(
            [(self.law[held].covariance, self.sizes[held], upto) for held, upto in kinds], self.budget.spend
        )
        for lines, constants in table.items():
            indices = any(self._indices_of(piece) for line in lines for piece in line.pieces)
            # Numbers that are summed over, such as v' y_j, stand apart from the matrices.
            summed = [line for line in lines if not line.kinds and line.left == line.right and line.left[0] < 0]
            factors = collected(
                (piece, 1) for line in summed for piece in split_closed(self.words.values[line.pieces[0]])[0]
            )
            start = moments.start([self._code(line, moments, number_of) for line in lines if line not in summed])
            before = [(merged_closed(self.closed.values[held], factors), c) for held, c in constants.items()]
            weights: dict[tuple[Coefficient, Coefficient], Coefficient] = {}
            for word, closed, weight in moments.expectation(start):
                for powers, coefficient in before:
                    if (coefficient, weight) not in weights:
                        weights[coefficient, weight] = coefficient * weight
                    monomial = Monomial(merged_closed(powers, closed), word)
                    count = weights[coefficient, weight]
                    if indices:
                        monomial, spent = without_spent_units(monomial)
                        monomial, count = canonical_monomial(monomial), count * spent
                    total.add(monomial, count)

    def _code(
        self, line: _Line, moments: WishartMoments, number_of: Mapping[tuple[int, str], int]
    ) -> tuple[tuple[int, ...], bool]:
        """The numbers of the factors of a line, and whether it is a trace."""
        code: list[int] = []
        for i, piece in enumerate(line.pieces):
            code += moments.code(self.words.values[piece])
            code += [number_of[kind] for kind in line.kinds[i : i + 1]]
        # Between two plain ends without factors there are only 1 x 1 matrices, which are their own traces.
        if line.left[0] >= 0 or (line.left == line.right == _PLAIN and code[0] < 0):
            return tuple(code), True
        edges = {_OPEN_LEFT: OPEN_LEFT, _OPEN_RIGHT: OPEN_RIGHT}
        if line.left in edges:
            code.insert(0, edges[line.left] if line.left == _OPEN_LEFT else moments.turned[OPEN_RIGHT])
        if line.right in edges:
            code.append(edges[line.right] if line.right == _OPEN_RIGHT else moments.turned[OPEN_LEFT])
        return tuple(code), False

    def _radial_weight(self, state: _State) -> Expression:
        """E of the radii: a sum over the partitions of the vanished indices, by which of them coincide."""
        weight = number(1)
        for (held, indices), count in state.pairs:
            if indices:
                raise ValueError(
                    f"{self.names[held]} is elliptical and shares a summation index with a letter that is not "
                    "averaged; its radius would have to be averaged under the sum"
                )
            weight = weight * self._moment(held, count)
        for upto in sorted({group[0] for group in state.groups}):
            draws = [dict(counts) for name, counts in state.groups if name == upto]
            total = number(0)
            for blocks in partitions(draws):
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


def _changed(indices: tuple[Index, ...], rename: Mapping[Index, Index]) -> tuple[Index, ...]:
    return tuple(rename.get(index, index) for index in indices)


def _unified(kept: tuple[Index, ...], gone: tuple[Index, ...]) -> dict[Index, Index]:
    """For each index that is set equal to another one the index that takes its place, so that both tuples agree."""
    rename: dict[Index, Index] = {}
    for a, b in zip(kept, gone, strict=True):
        a, b = rename.get(a, a), rename.get(b, b)
        if a != b:
            rename = {index: a if new == b else new for index, new in rename.items()}
            rename[b] = a
    return rename


def _shape(chord: Chord) -> tuple[int, ...]:
    """What tells chords apart before indices are numbered."""
    return (chord[0][0], chord[1], chord[2][0])


def falling_factorial(upto: str, k: int) -> Expression:
    """N (N - 1) ... (N - k + 1) for the length of that name."""
    result = number(1)
    for i in range(k):
        result = result * (length(upto) - i)
    return result
