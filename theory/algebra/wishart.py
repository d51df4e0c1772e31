"""Moments of Wishart matrices in words: E of products of W_1 = sum_{i=1}^{N} x_i x_i', W_2, ... and constant matrices.

Where every index stands at exactly two copies of one Gaussian letter, the pair x_i x_i' is one factor W of a word and
no index is needed. One W is taken out at a time, W = sum_i x_i x_i', and its left end is paired with each other end:

- with its own right end: W becomes N Lambda;
- with an end of another W' = sum_j x_j x_j': Lambda joins what stood before both ends, and what is left, x_i and x_j
  with i = j, is one W again. On a W mu W' b, pairing left ends gives a Lambda mu' W b, pairing the left end of W with
  the right end of W' gives (a Lambda b) tr(W mu); on two words a W b and c W' e it gives (a Lambda c')(e' W b) and
  (a Lambda e)(c W b). In a trace a and b are the two ends of one cycle.

Every step removes one W, so all pairings are done after as many steps as there are factors W. Products of words that
agree, up to rotation and transposition of every word, are merged at once.

For speed a word is a tuple of small integers, one for each factor; W has a negative one, so that the least rotation of
a trace begins with it. The ends of the open word are factors of their own (`OPEN_LEFT`, `OPEN_RIGHT`), so that every
word that is no trace begins with a row and ends with a column. Coefficients are polynomials in the lengths with
non-negative integer coefficients, held as one integer each (Kronecker substitution), so that lengths are shifts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from math import prod
from typing import Any

from theory.algebra.coefficients import Coefficient, Polynomial, Rational, as_rational
from theory.algebra.expression import Expression
from theory.algebra.monomials import Powers
from theory.algebra.words import (
    Dimension,
    Factor,
    Word,
    mergeable,
    merged,
)

Code = tuple[int, ...]
# Words that contain a W, and closed words and coefficients that do not, each as sorted numbers.
Words = tuple[Code, ...]
Atoms = tuple[int, ...]
# (words, atoms, exponents of the lengths) for every term that one contraction step gives.
Step = tuple[Words, Atoms, tuple[int, ...]]
# A closed word with its exponent, or a coefficient.
Atom = tuple[Word, Rational] | Coefficient
# The words that one pairing leaves in place of those it took: (word, whether a trace).
New = list[tuple[Code, bool]]
OPEN_LEFT, OPEN_RIGHT = 0, 1
_TURNED_LEFT, _TURNED_RIGHT = 2, 3
_OPEN = (OPEN_LEFT, OPEN_RIGHT, _TURNED_LEFT, _TURNED_RIGHT)
_FIRST = 4


class WishartMoments:
    """The contraction of Wishart matrices W_k, each with the covariance of its letter and its number of summands.

    Args:
        kinds: for k = 0, 1, ... (covariance, size, length): its terms as (coefficient, closed words, word), the
            dimension, and the name of the length.
        spend: is told the work of every step, and raises to stop it.
    """

    def __init__(self, kinds: Sequence[tuple[Expression, Dimension, str]], spend: Callable[[int], None]):
        self.spend = spend
        self.factors: list[Factor | None] = [None] * _FIRST
        self.numbers: dict[Factor, int] = {}
        # What the transpose of each factor is; W is symmetric.
        self.turned = dict(zip(range(_FIRST), (_TURNED_LEFT, _TURNED_RIGHT, OPEN_LEFT, OPEN_RIGHT), strict=True))
        self.turned |= {-1 - k: -1 - k for k in range(len(kinds))}
        # Factors with one row begin a word of their own.
        self.rows: set[int] = {OPEN_LEFT, _TURNED_RIGHT}
        self.merges: dict[tuple[int, int], Code | None] = {}
        self.cycles: dict[Code, Code] = {}
        self.atoms: list[Atom] = []
        self.atom_numbers: dict[Atom, int] = {}
        self.atom_keys: list[tuple[Any, ...]] = []
        self.closed: dict[Code, int | None] = {}
        # The places of the factors' keys in their order.
        self.ranks: list[int] = []
        # What pairings leave of a word by itself, and of two words.
        self.alone: dict[Code, dict[Step, int]] = {}
        self.together: dict[tuple[Code, Code], dict[Step, int]] = {}
        self.sizes = [size for _, size, _ in kinds]
        self.lengths = [upto for _, _, upto in kinds]
        named = {*self.lengths, *(size for size in self.sizes if isinstance(size, str))}
        self.variables = sorted(named)
        self.no_powers = (0,) * len(self.variables)
        self.covariances = [self._covariance(expression) for expression, _, _ in kinds]

    def _covariance(self, expression: Expression) -> list[tuple[Atoms, Code]]:
        found = []
        for monomial, coefficient in expression.terms.items():
            atoms = [self._atom((word, exponent)) for word, exponent in monomial.closed]
            if coefficient != Coefficient.number(1):
                atoms.append(self._atom(coefficient))
            found.append((tuple(sorted(atoms)), self.code(monomial.word)))
        return found

    def _atom(self, atom: Atom) -> int:
        held = self.atom_numbers.get(atom)
        if held is None:
            held = self.atom_numbers[atom] = len(self.atoms)
            self.atoms.append(atom)
            # Closed words in the order in which monomials have them, coefficients first.
            size, key = (0, ()) if isinstance(atom, Coefficient) else (len(atom[0]), tuple(f.key for f in atom[0]))
            self.atom_keys.append((size, key))
        return held

    def code(self, word: Word) -> Code:
        """The numbers of a word's factors."""
        return tuple(self._number(f) for f in word)

    def _number(self, f: Factor) -> int:
        held = self.numbers.get(f)
        if held is None:
            held = self.numbers[f] = len(self.factors)
            self.factors.append(f)
            if f.rows == 1:
                self.rows.add(held)
            self.turned[held] = held
            if f.transpose is not f:
                self.turned[held] = self._number(f.transpose)
        return held

    def word(self, code: Sequence[int]) -> Word:
        """The factors with these numbers."""
        return tuple(f for number in code if (f := self.factors[number]) is not None)

    def turn(self, code: Code) -> Code:
        """The transposed word."""
        return tuple(map(self.turned.__getitem__, reversed(code)))

    def joined(self, *codes: Code) -> Code:
        """The product of words in normal form."""
        result = codes[0]
        for code in codes[1:]:
            while result and code:
                both = self._merged(result[-1], code[0])
                if both is None:
                    break
                result, code = result[:-1], both + code[1:]
                if both:
                    break
            result = result + code
        return result

    def _merged(self, a: int, b: int) -> Code | None:
        """The product of two factors as a word of one factor or none; None if they do not merge."""
        if a < _FIRST or b < _FIRST:
            return None
        key = (a, b)
        if key not in self.merges:
            f, g = self.factors[a], self.factors[b]
            assert f is not None
            assert g is not None
            if f.rows == 1 or not mergeable(f, g):
                self.merges[key] = None
            else:
                both = merged(f, g)
                self.merges[key] = () if both is None else (self._number(both),)
        return self.merges[key]

    def _cycle(self, code: Code) -> Code:
        """The least rotation of a trace's word or of its transpose, the ends merged first."""
        held = self.cycles.get(code)
        if held is None:
            held = self.cycles[code] = self._least_rotation(code)
        return held

    def _with_ends_merged(self, code: Code) -> Code:
        while len(code) > 1 and (both := self._merged(code[-1], code[0])) is not None:
            code = both + code[1:-1]
        return code

    def _least_rotation(self, code: Code) -> Code:
        """The least of a word with a W."""
        code = self._with_ends_merged(code)
        turned = self.turn(code)
        # Of the numbers only those of W are negative, and W is its own transpose.
        first = min(code)
        candidates = []
        for word in (code, turned):
            place = -1
            for _ in range(word.count(first)):
                place = word.index(first, place + 1)
                candidates.append(word[place:] + word[:place])
        return min(candidates)

    def _line(self, code: Code) -> Code:
        """The word or its transpose: open ends on their own side, otherwise the lesser."""
        if code[0] == OPEN_LEFT or code[-1] == OPEN_RIGHT:
            return code
        turned = self.turn(code)
        if turned[0] == OPEN_LEFT or turned[-1] == OPEN_RIGHT:
            return turned
        return min(code, turned)

    def _settle(self, new: New, atoms: Atoms, kind: int, length: bool = False) -> Step:
        """The term of new words, (word, whether a trace): split at vectors, constants apart."""
        words: list[Code] = []
        constant = list(atoms)
        exponents = {self.lengths[kind]: 1} if length else {}
        for code, closed in new:
            for piece, cyclic in self._split(code, closed):
                if piece and (min(piece) < 0 or piece[0] in _OPEN or piece[-1] in _OPEN):
                    words.append(self._cycle(piece) if cyclic else self._line(piece))
                elif (number := self._constant(piece, cyclic)) is not None:
                    constant.append(number)
                else:
                    size = self.sizes[kind]
                    if isinstance(size, str):
                        exponents[size] = exponents.get(size, 0) + 1
                    else:
                        constant.append(self._atom(Coefficient.number(size)))
        constant.sort()
        powers = tuple(exponents.get(name, 0) for name in self.variables) if exponents else self.no_powers
        words.sort()
        return tuple(words), tuple(constant), powers

    def _split(self, code: Code, closed: bool) -> Sequence[tuple[Code, bool]]:
        """The words that a word with vectors inside falls into."""
        if self.rows.isdisjoint(code if closed else code[1:]):
            return ((code, closed),)
        places = [i for i, f in enumerate(code) if f in self.rows]
        if closed:
            code = code[places[0] :] + code[: places[0]]
            places = [place - places[0] for place in places]
        return [(code[a:b], False) for a, b in zip(places, [*places[1:], len(code)], strict=True)]

    def _constant(self, code: Code, cyclic: bool) -> int | None:
        """The number of a word without W; None for the trace of an identity."""
        if code not in self.closed:
            form = self._with_ends_merged(code) if cyclic else code
            self.closed[code] = self._atom((self.word(self._canonical(form, cyclic)), 1)) if form else None
        return self.closed[code]

    def _canonical(self, code: Code, cyclic: bool) -> Code:
        """The least rotation, or direction, in the order of factors that words have, not in that of their numbers."""
        if len(self.ranks) != len(self.factors):
            keys = [() if f is None else f.key for f in self.factors]
            rank = {key: k for k, key in enumerate(sorted(set(keys)))}
            self.ranks = [rank[key] for key in keys]
        ranks, turned = self.ranks, self.turn(code)
        both = [(tuple(map(ranks.__getitem__, word)), word) for word in (code, turned)]
        if not cyclic:
            return min(both)[1]
        first = min(min(keys) for keys, _ in both)
        starts = [(keys, word, i) for keys, word in both for i, rank in enumerate(keys) if rank == first]
        return min((keys[i:] + keys[:i], word[i:] + word[:i]) for keys, word, i in starts)[1]

    def start(self, words: Sequence[tuple[Code, bool]]) -> Words:
        """The product of these words, (word, whether a trace), each with a W or an open end."""
        return tuple(sorted(self._cycle(code) if closed else self._line(code) for code, closed in words))

    def expectation(self, start: Words) -> Iterator[tuple[Word, Powers, Coefficient]]:
        """Yield (open word, closed words, coefficient) for every term of the expectation of a product of words."""
        weights: dict[int, Coefficient] = {}
        for words, atoms, packed, unpack in self._moment(start):
            if packed not in weights:
                weights[packed] = Coefficient(unpack(packed))
            weight = weights[packed]
            closed: dict[Word, Rational] = {}
            for number in sorted(atoms, key=self.atom_keys.__getitem__):
                atom = self.atoms[number]
                if isinstance(atom, Coefficient):
                    weight = weight * atom
                else:
                    closed[atom[0]] = closed.get(atom[0], 0) + atom[1]
            # The word with the open left end stands before the one with the open right end.
            ordered = sorted(words, key=lambda code: code[0] != OPEN_LEFT)
            word = tuple(f for code in ordered for f in self.word(code))
            yield word, tuple((w, as_rational(p)) for w, p in closed.items() if p), weight

    def _moment(self, words: Words) -> Iterator[tuple[Words, Atoms, int, Callable[[int], Polynomial]]]:
        """As `expectation`, with numbers for open words and constants, a packed polynomial, and how to unpack it."""
        count = sum(f < 0 for code in words for f in code)
        terms = max(map(len, self.covariances), default=1)
        bits = (prod(range(1, 2 * count, 2)) * terms**count).bit_length() + 1
        # One step gives a length at most once, and closes at most two traces.
        base = 4 * count + 2
        stride = [bits * base**k for k in range(len(self.variables))]
        shifts: dict[tuple[int, ...], int] = {}
        level: dict[Words, dict[Atoms, int]] = {words: {(): 1}}
        for _ in range(count):
            following: dict[Words, dict[Atoms, int]] = {}
            while level:
                state, table = level.popitem()
                steps = self._contract(state)
                self.spend(len(steps) * len(table))
                for (new, atoms, powers), multiplicity in steps.items():
                    if powers not in shifts:
                        shifts[powers] = sum(power * size for power, size in zip(powers, stride, strict=True))
                    factor = multiplicity << shifts[powers]
                    target = following.setdefault(new, {})
                    for held, packed in table.items():
                        key = tuple(sorted(held + atoms)) if held and atoms else held or atoms
                        target[key] = target.get(key, 0) + packed * factor
            level = following
        while level:
            open_words, table = level.popitem()
            for atoms, packed in table.items():
                yield open_words, atoms, packed, lambda packed: self._unpacked(packed, bits, base)

    def _unpacked(self, packed: int, bits: int, base: int) -> Polynomial:
        polynomial: Polynomial = {}
        place, mask = 0, (1 << bits) - 1
        while packed:
            if packed & mask:
                digits, rest = [], place
                for _ in self.variables:
                    rest, digit = divmod(rest, base)
                    digits.append(digit)
                powers = tuple((n, p) for n, p in zip(self.variables, digits, strict=True) if p)
                polynomial[powers] = packed & mask
                packed >>= bits
                place += 1
            else:
                # Long runs of zeros separate the powers of one length from those of the next.
                skip = ((packed & -packed).bit_length() - 1) // bits
                packed >>= skip * bits
                place += skip
        return polynomial

    def _contract(self, state: Words) -> dict[Step, int]:
        """Pair the left end of one W with every other end of its kind: terms and how often each comes up."""
        # The open word before traces: of all orders tried, it leads through the fewest states.
        if len(state) == 1:
            return self._alone(state[0])
        chosen = next(k for k in reversed(range(len(state))) if min(state[k]) < 0)
        code, others = state[chosen], state[:chosen] + state[chosen + 1 :]
        steps: dict[Step, int] = {}

        def put(found: Mapping[Step, int], kept: Words, copies: int) -> None:
            for (words, atoms, powers), count in found.items():
                step = tuple(sorted(kept + words)), atoms, powers
                steps[step] = steps.get(step, 0) + count * copies

        put(self._alone(code), others, 1)
        link = next(f for f in code if f < 0)
        for k, other in enumerate(others):
            # Equal words are neighbours, and give equal terms.
            if link in other and not (k and others[k - 1] == other):
                put(self._together(code, other), others[:k] + others[k + 1 :], others.count(other))
        return steps

    def _alone(self, code: Code) -> dict[Step, int]:
        """The terms of pairing the left end of the first W of a word with the other ends of the word."""
        held = self.alone.get(code)
        if held is None:
            before, link, after, closed, kind = self._cut(code)
            steps: list[Step] = []
            for atoms, covariance in self.covariances[kind]:
                lambda_after = self.joined(covariance, after)
                around: New = [(lambda_after if closed else self.joined(before, lambda_after), closed)]
                steps.append(self._settle(around, atoms, kind, True))
                steps += [
                    self._settle(new, atoms, kind) for new in self._within(before, link, after, covariance, closed)
                ]
            held = self.alone[code] = _counted(steps)
        return held

    def _together(self, code: Code, other: Code) -> dict[Step, int]:
        """The terms of pairing the left end of the first W of a word with the ends of another word."""
        held = self.together.get((code, other))
        if held is None:
            before, link, after, closed, kind = self._cut(code)
            held = self.together[code, other] = _counted(
                self._settle(new, atoms, kind)
                for atoms, covariance in self.covariances[kind]
                for new in self._across(before, link, after, covariance, closed, other)
            )
        return held

    def _cut(self, code: Code) -> tuple[Code, Code, Code, bool, int]:
        """What stands before the first W, that W, what stands behind it, whether it is a trace, and which W it is."""
        place = next(i for i, f in enumerate(code) if f < 0)
        return code[:place], (code[place],), code[place + 1 :], place == 0, -1 - code[place]

    def _within(self, before: Code, link: Code, after: Code, covariance: Code, closed: bool) -> Iterator[New]:
        """The left end of W = `link` paired with the ends of the other W' of its word."""
        join = self.joined
        for i in (i for i, f in enumerate(after) if f == link[0]):
            between, beyond = after[:i], after[i + 1 :]
            if closed:
                yield [(join(link, beyond, covariance, self.turn(between)), True)]
                yield [(join(beyond, covariance), True), (link + between, True)]
            else:
                yield [(join(before, covariance, self.turn(between), link, beyond), False)]
                yield [(join(before, covariance, beyond), False), (link + between, True)]

    def _across(
        self, before: Code, link: Code, after: Code, covariance: Code, closed: bool, other: Code
    ) -> Iterator[New]:
        """The left end of W = `link` paired with the ends of the W' of another word."""
        join = self.joined
        for i in (i for i, f in enumerate(other) if f == link[0]):
            first, second = other[:i], other[i + 1 :]
            if other[0] < 0:
                # The other word is a trace tr(W' mu): mu runs around from W' to W'.
                cycle = second + first
                for inner in (cycle, self.turn(cycle)):
                    if closed:
                        yield [(join(link, after, covariance, inner), True)]
                    else:
                        yield [(join(before, covariance, inner, link, after), False)]
            elif closed:
                yield [(join(first, covariance, self.turn(after), link, second), False)]
                yield [(join(first, link, after, covariance, second), False)]
            else:
                across = (join(before, covariance, self.turn(first)), False)
                yield [across, (join(self.turn(second), link, after), False)]
                yield [(join(before, covariance, second), False), (join(first, link, after), False)]


def _counted(steps: Iterable[Step]) -> dict[Step, int]:
    """How often each term comes up; for a handful of terms a Counter takes longer."""
    counts: dict[Step, int] = {}
    for step in steps:
        counts[step] = counts.get(step, 0) + 1
    return counts
