"""The pairing of Gaussian letters in polynomials, by Wick's theorem on matrix words.

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
values that it allows (`order`), and nothing where an index would have to lie below itself. Letters that are not random
may carry indices that no sum binds; where such an index is a limit of a sum, that sum stays.

Elliptical vectors, x = sqrt(r) z with z Gaussian and an independent radius r >= 0, E r = 1, are allowed through the
moments E[r^k]. Given the radii, Wick's theorem applies; k pairs of one and the same draw contribute E[r^k]. Draws with
different index variables may coincide, so a sum over i.i.d. draws becomes one over the partitions of its indices, with
falling factorials of N. Under ordered sums and several indices the copies are told apart first (`draws`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from theory.algebra.chords import OPEN_LEFT_END, OPEN_RIGHT_END, PLAIN_END, Chord, Chords, End, State, changed, is_bound
from theory.algebra.coefficients import Coefficient
from theory.algebra.expression import Expression, TermSum, dimension_coefficient, length, number
from theory.algebra.laws import partitions
from theory.algebra.monomials import (
    Monomial,
    canonical_monomial,
    collected,
    merged_closed,
    without_spent_units,
    word_indices,
)
from theory.algebra.order import counted_order
from theory.algebra.wishart import OPEN_LEFT, OPEN_RIGHT, WishartMoments
from theory.algebra.words import Index, reduced, split_closed


class Line(NamedTuple):
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


class Contraction(Chords):
    """The contraction of one expression's random letters."""

    def expectation(self, expression: Expression) -> Expression:
        """Contract all random letters, from the states with most ends down."""
        levels: dict[int, dict[State, Coefficient]] = {}

        def put(state: State, coefficient: Coefficient) -> None:
            ends = sum((left[0] >= 0) + (right[0] >= 0) for left, _, right in state.chords)
            level = levels.setdefault(ends, {})
            held = level.get(state)
            level[state] = coefficient if held is None else held + coefficient

        for monomial, coefficient in expression.terms.items():
            put(self._start(monomial, expression), coefficient)
        self.budget.degree = max(levels, default=0)
        # Products of words in Wishart matrices, with the constants before each.
        wishart: dict[tuple[Line, ...], dict[int, Coefficient]] = {}
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

    def _next_end(self, state: State) -> tuple[int, bool] | None:
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

    def _contract_one_end(self, state: State, at: tuple[int, bool]) -> Iterator[tuple[Coefficient, State]]:
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
                        else [(left, parts[0], PLAIN_END), (PLAIN_END, parts[1], right)]
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

    def _paired(
        self, state: State, chords: list[Chord], weight: Coefficient, closed: int, kept: End, gone: End
    ) -> Iterator[tuple[Coefficient, State]]:
        """The state after one pairing: indices set equal, vanished indices counted, pairs of elliptical draws noted."""
        rename = _unified(kept[1], gone[1])
        order = state.order
        if rename:
            chords = [self._renamed(chord, rename) for chord in chords]
            order = tuple((rename.get(low, low), rename.get(high, high)) for low, high in order)
        present = self._all_indices(chords)
        vanished = self._all_indices(state.chords) - present - set(rename)
        if order:
            count, left_over = counted_order(order, lambda index: index in present or not is_bound(index))
            if not count:
                return
            vanished -= {index for pair in order for index in pair}
            weight, order = weight * count, tuple(left_over)
        pairs, groups = state.pairs, state.groups
        if pairs or self.radial_moments[kept[0]] is not None:
            counts: dict[End, int] = {}
            for (letter, indices), count_ in pairs:
                end = (letter, changed(indices, rename))
                counts[end] = counts.get(end, 0) + count_
            if self.radial_moments[kept[0]] is not None:
                own = (kept[0], changed(kept[1], rename))
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

    def _lines(self, state: State) -> tuple[Line, ...]:
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
        lines: list[Line] = []
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
            lines.append(Line(tuple(pieces), tuple(kinds), edge, right))
        return tuple(lines)

    def _add_wishart_moments(self, table: Mapping[tuple[Line, ...], Mapping[int, Coefficient]], total: TermSum) -> None:
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
        self, line: Line, moments: WishartMoments, number_of: Mapping[tuple[int, str], int]
    ) -> tuple[tuple[int, ...], bool]:
        """The numbers of the factors of a line, and whether it is a trace."""
        code: list[int] = []
        for i, piece in enumerate(line.pieces):
            code += moments.code(self.words.values[piece])
            code += [number_of[kind] for kind in line.kinds[i : i + 1]]
        # Between two plain ends without factors there are only 1 x 1 matrices, which are their own traces.
        if line.left[0] >= 0 or (line.left == line.right == PLAIN_END and code[0] < 0):
            return tuple(code), True
        edges = {OPEN_LEFT_END: OPEN_LEFT, OPEN_RIGHT_END: OPEN_RIGHT}
        if line.left in edges:
            code.insert(0, edges[line.left] if line.left == OPEN_LEFT_END else moments.turned[OPEN_RIGHT])
        if line.right in edges:
            code.append(edges[line.right] if line.right == OPEN_RIGHT_END else moments.turned[OPEN_LEFT])
        return tuple(code), False

    def _radial_weight(self, state: State) -> Expression:
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


def _unified(kept: tuple[Index, ...], gone: tuple[Index, ...]) -> dict[Index, Index]:
    """For each index that is set equal to another one the index that takes its place, so that both tuples agree."""
    rename: dict[Index, Index] = {}
    for a, b in zip(kept, gone, strict=True):
        a, b = rename.get(a, a), rename.get(b, b)
        if a != b:
            rename = {index: a if new == b else new for index, new in rename.items()}
            rename[b] = a
    return rename


def falling_factorial(upto: str, k: int) -> Expression:
    """N (N - 1) ... (N - k + 1) for the length of that name."""
    result = number(1)
    for i in range(k):
        result = result * (length(upto) - i)
    return result
