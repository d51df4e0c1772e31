"""The ends of the range on purpose: instances at them, and a climb towards the equality of an inequality.

A draft is an instance before its matrices are built: raw numbers for each letter, which a move can scale, copy, negate
or clear. A positive definite letter has the spectrum and a skew-symmetric matrix, whose Cayley transform is the basis;
so every condition number, equal eigenvalues, and every scale are a few moves away.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from scipy.optimize import minimize

from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.language import Language
from proofs_check.judge.meaning import cayley
from theory.algebra.words import Symbol

T = TypeVar("T")

_FACTORS = tuple(
    Fraction(*pair) for pair in ((2, 1), (1, 2), (10, 1), (1, 10), (1000, 1), (1, 1000), (11, 10), (10, 11))
)
# Fine steps are for drafts of few numbers, none of which leaves a bound, nor its logarithm that for positive ones.
_MOST_NUMBERS = 8
_FARTHEST, _FARTHEST_LOGARITHM = 10**6, 20
_SCALES = (Fraction(1), Fraction(1, 1000), Fraction(10**6))
# The spectra of the ends: equal, spread over six orders of magnitude, one large eigenvalue, one small one.
_SPECTRA: tuple[Callable[[int, int], Fraction], ...] = (
    lambda i, d: Fraction(1),
    lambda i, d: Fraction(1, 10 ** (6 * i // max(1, d - 1))),
    lambda i, d: Fraction(10**6 if i == 0 else 1),
    lambda i, d: Fraction(1, 10**6) if i == 0 else Fraction(1),
)


@dataclass(frozen=True)
class Draft:
    """Lengths, and for each letter its raw numbers."""

    lengths: Mapping[str, int]
    raw: Mapping[str, tuple[Fraction, ...]]


def _shape(symbol: Symbol, lengths: Mapping[str, int]) -> tuple[int, int]:
    rows, cols = (size if isinstance(size, int) else lengths[size] for size in (symbol.rows, symbol.cols))
    return rows, cols


def _raw_size(symbol: Symbol, lengths: Mapping[str, int]) -> int:
    rows, cols = _shape(symbol, lengths)
    return rows + rows * (rows - 1) // 2 if symbol.definite and rows == cols and rows > 1 else rows * cols


def _value(symbol: Symbol, lengths: Mapping[str, int], raw: Sequence[Fraction]) -> Any:
    rows, cols = _shape(symbol, lengths)
    if symbol.rows == 1 and symbol.cols == 1:
        return raw[0]
    if symbol.definite:
        basis = cayley(_skew(raw[rows:], rows))
        return tuples((basis * np.array(raw[:rows], dtype=object)) @ basis.T)
    if symbol.cols == 1:
        return tuple(raw)
    array = np.array(raw, dtype=object).reshape(rows, cols)
    if symbol.symmetric:
        array = np.array([[array[max(i, j), min(i, j)] for j in range(cols)] for i in range(rows)], dtype=object)
    return tuples(array)


def _skew(raw: Sequence[Fraction], d: int) -> Any:
    skew = np.full((d, d), Fraction(0), dtype=object)
    below = [(row, column) for row in range(d) for column in range(row)]
    for (row, column), value in zip(below, raw, strict=True):
        skew[row, column], skew[column, row] = value, -value
    return skew


@dataclass(frozen=True)
class Range:
    """The letters that a claim draws, and how far its lengths may go."""

    letters: tuple[str, ...]
    language: Language
    largest: Mapping[str, int]
    fixed: Mapping[str, int]

    def build(self, draft: Draft) -> Instance:
        """The instance of a draft."""
        values: dict[str, Any] = {}
        for name in self.letters:
            symbol, stacked = self.language.symbol(name), self.language.stacked.get(name)
            raw, size = draft.raw[name], _raw_size(self.language.symbol(name), draft.lengths)
            if stacked is None:
                values[name] = _value(symbol, draft.lengths, raw)
            else:
                plain = symbol.plain
                count = draft.lengths[stacked]
                values[name] = tuple(_value(plain, draft.lengths, raw[k * size : (k + 1) * size]) for k in range(count))
        return Instance(draft.lengths, values)

    def _count(self, name: str, lengths: Mapping[str, int]) -> int:
        stacked = self.language.stacked.get(name)
        return _raw_size(self.language.symbol(name), lengths) * (1 if stacked is None else lengths[stacked])

    def ends(self) -> Iterator[Draft]:
        """The corners of the lengths with equal, spread and lopsided spectra, and numbers of three scales.

        Square letters without declared properties are diagonal and skew-symmetric there, too.
        """
        for k, lengths in enumerate(self._corners()):
            for spectrum in _SPECTRA:
                for scale in _SCALES if k % 2 == 0 else _SCALES[:1]:
                    yield Draft(lengths, {name: self._end(name, lengths, spectrum, scale) for name in self.letters})
            if lengths.get("d", 1) > 1 and any(map(self._is_square, self.letters)):
                for shape in (_diagonal, _alternating):
                    yield self._shaped(lengths, _SPECTRA[0], shape)

    def wide(self, d: int) -> Iterator[Draft]:
        """Diagonal matrices of a large size, with equal and lopsided spectra."""
        lengths = {**dict.fromkeys(self.largest, 1), **self.fixed, "d": d}
        for spectrum in (_SPECTRA[0], _SPECTRA[2]):
            yield self._shaped(lengths, spectrum, _diagonal)

    def _shaped(
        self,
        lengths: Mapping[str, int],
        spectrum: Callable[[int, int], Fraction],
        shape: Callable[[Sequence[Fraction]], tuple[Fraction, ...]],
    ) -> Draft:
        """A draft whose definite letters are diagonal, and whose other square letters have a shape."""
        raw: dict[str, tuple[Fraction, ...]] = {}
        for name in self.letters:
            raw[name] = self._end(name, lengths, spectrum, Fraction(1))
            symbol, d = self.language.symbol(name), _shape(self.language.symbol(name), lengths)[0]
            if self._is_square(name):
                size = _raw_size(symbol, lengths)
                raw[name] = shape(raw[name][:d]) * (len(raw[name]) // size)
            elif symbol.definite and d > 1:
                size = _raw_size(symbol, lengths)
                one = (*raw[name][:d], *(Fraction(0),) * (size - d))
                raw[name] = one * (len(raw[name]) // size)
        return Draft(lengths, raw)

    def _is_square(self, name: str) -> bool:
        symbol = self.language.symbol(name)
        return symbol.rows == symbol.cols != 1 and not symbol.definite

    def _corners(self) -> Iterator[dict[str, int]]:
        dimension = sorted({1, min(2, self.largest.get("d", 1)), self.largest.get("d", 1)})
        others = [name for name in self.largest if name != "d"]
        for d in dimension:
            for long in range(2 ** len(others)) if others else (0,):
                lengths = {"d": d} if "d" in self.largest else {}
                lengths |= {name: self.largest[name] if long >> i & 1 else 1 for i, name in enumerate(others)}
                yield {**lengths, **self.fixed}

    def _end(
        self, name: str, lengths: Mapping[str, int], spectrum: Callable[[int, int], Fraction], scale: Fraction
    ) -> tuple[Fraction, ...]:
        symbol, count = self.language.symbol(name), self._count(name, lengths)
        if symbol.rows == 1 and symbol.cols == 1:
            return (scale,) * count
        if symbol.definite:
            size, d = _raw_size(symbol, lengths), _shape(symbol, lengths)[0]
            one = (*(scale * spectrum(i, d) for i in range(d)), *(Fraction(i % 2) for i in range(size - d)))
            return one * (count // size)
        return tuple(scale * spectrum(i, count) for i in range(count))

    def moved(self, draft: Draft, rng: np.random.Generator) -> Draft:
        """The draft after one random move."""
        sized = [name for name in self.largest if name not in self.fixed]
        if sized and rng.random() < 0.2:
            return self._resized(draft, sized[int(rng.integers(len(sized)))], rng)
        if not self.letters:
            return draft
        name = self.letters[int(rng.integers(len(self.letters)))]
        raw = list(draft.raw[name])
        place = int(rng.integers(len(raw)))
        raw[place] = self._changed(name, draft, place, raw, rng)
        return Draft(draft.lengths, {**draft.raw, name: tuple(raw)})

    def is_positive(self, name: str, place: int, lengths: Mapping[str, int]) -> bool:
        """Whether a raw number of a letter must stay above 0: that of a definite number, or an eigenvalue."""
        symbol = self.language.symbol(name)
        return symbol.definite and place % _raw_size(symbol, lengths) < _shape(symbol, lengths)[0]

    def _changed(
        self, name: str, draft: Draft, place: int, raw: Sequence[Fraction], rng: np.random.Generator
    ) -> Fraction:
        symbol, positive = self.language.symbol(name), self.is_positive(name, place, draft.lengths)
        choice = rng.random()
        if choice < 0.2:
            other = raw[int(rng.integers(len(raw)))]
            return other if not positive or other > 0 else raw[place]
        if choice < 0.4 and not positive:
            return Fraction(0) if choice < 0.25 or symbol.non_negative else -raw[place] or Fraction(1)
        return raw[place] * _FACTORS[int(rng.integers(len(_FACTORS)))]

    def _resized(self, draft: Draft, name: str, rng: np.random.Generator) -> Draft:
        now, most = draft.lengths[name], self.largest[name]
        options = (1, most, min(most, 2 * now), min(most, 10 * now), max(1, now // 2), min(most, now + 1))
        lengths = {**draft.lengths, name: options[int(rng.integers(len(options)))]}
        raw = {letter: self._fitted(letter, draft, lengths) for letter in self.letters}
        return Draft(lengths, raw)

    def _fitted(self, name: str, draft: Draft, lengths: Mapping[str, int]) -> tuple[Fraction, ...]:
        """The raw numbers of a letter at other lengths; a spectrum comes from a spectrum, so that it stays positive."""
        symbol, stacked, raw = self.language.symbol(name), self.language.stacked.get(name), draft.raw[name]
        size = _raw_size(symbol, draft.lengths)
        copies = [raw[k : k + size] for k in range(0, len(raw), size)]
        fitted = [_fitted_copy(symbol, copy, draft.lengths, lengths) for copy in copies]
        count = 1 if stacked is None else lengths[stacked]
        return tuple(entry for copy in _repeated(fitted, count) for entry in copy)


def _diagonal(entries: Sequence[Fraction]) -> tuple[Fraction, ...]:
    d = len(entries)
    return tuple(entries[i] if i == j else Fraction(0) for i in range(d) for j in range(d))


def _alternating(entries: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """A skew-symmetric matrix, as rows."""
    d = len(entries)
    return tuple(entries[i] * ((j > i) - (j < i)) for i in range(d) for j in range(d))


def _fitted_copy(
    symbol: Symbol, raw: tuple[Fraction, ...], before: Mapping[str, int], after: Mapping[str, int]
) -> tuple[Fraction, ...]:
    size = _raw_size(symbol, after)
    if not symbol.definite:
        return tuple(_repeated(raw, size))
    old, new = _shape(symbol, before)[0], _shape(symbol, after)[0]
    return (*_repeated(raw[:old], new), *_repeated(raw[old:] or (Fraction(0),), size - new))


def _repeated(items: Sequence[T], count: int) -> Sequence[T]:
    return (list(items) * (count // len(items) + 1))[:count]


def climb(
    around: Range, score: Callable[[Instance], float | None], starts: Sequence[Draft], tries: int, seed: int, fine: int
) -> None:
    """Drive a score upwards from the best of the starts by accepting every move that does not lower it.

    Then fine steps, so many from each of a few drafts with few numbers, find a narrow range in which a statement fails.
    """
    rng = np.random.default_rng(seed)
    scored = [(value, i) for i, start in enumerate(starts) if (value := score(around.build(start))) is not None]
    if not scored:
        return
    best, place = max(scored)
    draft = starts[place]
    for _ in range(tries):
        candidate = around.moved(draft, rng)
        value = score(around.build(candidate))
        if value is not None and value >= best:
            best, draft = value, candidate
    if fine:
        nearest = {starts[i].lengths.get("d", 0): starts[i] for _, i in sorted(scored)}
        for start in (draft, *nearest.values()):
            every = [(name, k) for name, raw in start.raw.items() for k in range(len(raw))]
            # A difference that has a scale can always be made smaller by what is positive, which is held here.
            others = [(name, k) for name, k in every if not around.is_positive(name, k, start.lengths)]
            for places in (every, others) if others != every else (every,):
                if 0 < len(places) <= _MOST_NUMBERS:
                    _refine(around, score, start, places, fine)


def _refine(
    around: Range,
    score: Callable[[Instance], float | None],
    draft: Draft,
    places: Sequence[tuple[str, int]],
    count: int,
) -> None:
    """Nelder and Mead's search from a draft over some of its numbers, over the logarithms of positive ones."""
    logarithmic = [around.is_positive(name, k, draft.lengths) for name, k in places]

    def build(numbers: Any) -> Draft:
        raw = {name: list(values) for name, values in draft.raw.items()}
        for (name, k), number, log in zip(places, numbers, logarithmic, strict=True):
            value = np.exp(number) if log else abs(number) if around.language.symbol(name).non_negative else number
            # With few digits, as a reader has to see them.
            raw[name][k] = Fraction(f"{value:.9g}")
        return Draft(draft.lengths, {name: tuple(values) for name, values in raw.items()})

    bounds = np.where(logarithmic, _FARTHEST_LOGARITHM, _FARTHEST)

    def loss(numbers: Any) -> float:
        value = score(around.build(build(numbers))) if np.all(np.abs(numbers) < bounds) else None
        return np.inf if value is None else -value

    raw = [float(draft.raw[name][k]) for name, k in places]
    start = np.array([np.log(value) if log else value for value, log in zip(raw, logarithmic, strict=True)])
    simplex = np.vstack([start, start + np.diag(0.3 + np.abs(start) / 4)])
    options = {"maxfev": count, "initial_simplex": simplex, "xatol": 0, "fatol": 0, "adaptive": True}
    minimize(loss, start, method="Nelder-Mead", options=options)
