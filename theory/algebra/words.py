"""Letters and words: products of matrices and vectors, and their canonical forms.

A *factor* is a power product of letters that commute with each other: Lambda^2 Gamma^-1, or A', or x. A *word* is a
tuple of factors whose inner dimensions fit. Three rewriting rules bring a word to normal form:

1. neighbouring factors of one commuting family (and one transposition) merge, adding exponents;
2. a factor with no exponents left is the identity and disappears;
3. where an inner dimension is 1 the word splits: x' A y is a number and leaves the product.

*Termination*: rules 1 and 2 each remove a factor, rule 3 removes a splitting place, and none adds one.
*Uniqueness*: words under rules 1 and 2 are the normal forms of a free product of free (abelian) groups and monoids,
in which reduced words are unique; the splitting places of rule 3 do not depend on the order of the merges, since a
factor of size d x 1 never merges. A closed word, the trace of a product, is further free to rotate and to be
transposed, tr(AB) = tr(BA) = tr(B'A'). Its canonical form is the least of all rotations of itself and of its transpose,
after its first and last factors have merged too: the least element of the whole orbit, hence the same for all its
members. Two closed words with different canonical forms differ as functions of generic matrices of large enough
dimension (traces of distinct cyclic words in free matrices are algebraically independent as d grows), so that equality
of canonical forms is equivalent to equality for every d, up to relations among letters that are declared elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cache, cached_property, lru_cache
from itertools import pairwise
from typing import Any, NamedTuple

from theory.algebra.coefficients import Rational, as_rational

Dimension = str | int


class Index(NamedTuple):
    """A summation index: the length it runs up to, and its label (a name while free, a number once bound)."""

    length: str
    label: str | int


# The indicator [i < j] of two summation indices, a scalar letter that carries both; no letter of a user has this name.
ORDER = "<"
# The unit vector e_a of R^d, a = 1, ..., d: a letter of size d x 1 that carries a.
UNIT = "#e"
BUILT_IN = frozenset({ORDER, UNIT})


@dataclass(frozen=True)
class Symbol:
    """A letter: a matrix, column vector (cols = 1) or scalar (rows = cols = 1) with declared properties.

    Args:
        name: a plain identifier, as the grammar reads it.
        rows, cols: a length's name, such as "d", or a number.
        symmetric: equal to its transpose.
        definite: symmetric positive definite, so that every real power exists; a definite scalar is positive.
        invertible: negative integer powers exist.
        family: letters of one family commute with each other; by default each letter is its own family.
        latex: how to print it; by default made from the name.
        indices: the summation indices that it carries, such as those of a prompt and of an example in it.
        non_negative: of a scalar: at least zero, such as a variance.
    """

    name: str
    rows: Dimension = "d"
    cols: Dimension = "d"
    symmetric: bool = False
    definite: bool = False
    invertible: bool = False
    family: str = ""
    latex: str = ""
    indices: tuple[Index, ...] = ()
    non_negative: bool = False

    def __post_init__(self) -> None:
        if self.name not in BUILT_IN and (not self.name.replace("_", "a").isalnum() or not self.name[0].isalpha()):
            raise ValueError(f"a letter's name must be an identifier such as Lambda or x_q, got {self.name!r}")
        for role, size in (("rows", self.rows), ("cols", self.cols)):
            if isinstance(size, int) and size < 1:
                raise ValueError(f"{role} of {self.name} must be at least 1, got {size}")
        if (self.symmetric or self.definite or self.invertible) and self.rows != self.cols:
            raise ValueError(
                f"{self.name} is {self.rows} x {self.cols}: only a square letter can be symmetric or invertible"
            )
        if self.definite or (self.rows == 1 and self.cols == 1):
            object.__setattr__(self, "symmetric", True)
        if self.definite:
            object.__setattr__(self, "invertible", True)
        if not self.family:
            object.__setattr__(self, "family", self.name)
        # S A' is (A S)' for a symmetric S that commutes with A: words would have two forms for one product.
        if self.family != self.name and not self.symmetric:
            raise ValueError(f"{self.name} is declared to commute with other letters; only symmetric letters can be")

    @cached_property
    def _hash(self) -> int:
        return hash((self.name, self.rows, self.cols, self.symmetric, self.definite, self.family, self.indices))

    def __hash__(self) -> int:
        return self._hash

    def __getstate__(self) -> dict[str, Any]:
        # Hashes of strings differ between processes, so a pickled letter must not carry its own.
        return {name: value for name, value in self.__dict__.items() if name != "_hash"}

    def with_indices(self, indices: tuple[Index, ...]) -> Symbol:
        """The letter carrying other indices."""
        return self if indices == self.indices else _carrying(self, indices)

    @property
    def plain(self) -> Symbol:
        """The letter without its indices."""
        return self.with_indices(())

    @property
    def sort_key(self) -> tuple[Any, ...]:
        """A total order among letters of one expression."""
        return (self.name, tuple((index.length, f"{index.label!s:>6}") for index in self.indices))


@lru_cache(maxsize=65536)
def _carrying(symbol: Symbol, indices: tuple[Index, ...]) -> Symbol:
    return replace(symbol, indices=indices)


class Factor:
    """A power product of commuting letters, possibly transposed; interned, so equality is identity."""

    __slots__ = ("cols", "family", "key", "powers", "rows", "square", "symmetric", "transposed")

    def __init__(self, powers: tuple[tuple[Symbol, Rational], ...], transposed: bool):
        first = powers[0][0]
        self.powers = powers
        self.transposed = transposed
        self.family = first.family
        self.symmetric = first.symmetric
        self.rows, self.cols = (first.cols, first.rows) if transposed else (first.rows, first.cols)
        self.square = first.rows == first.cols
        self.key = (tuple((s.sort_key, p) for s, p in powers), transposed)

    @property
    def symbol(self) -> Symbol:
        """The first letter, which is the only one outside declared families."""
        return self.powers[0][0]

    @property
    def transpose(self) -> Factor:
        """The transposed factor."""
        return self if self.symmetric else factor(self.powers, not self.transposed)

    def __reduce__(self) -> tuple[Any, ...]:
        return factor, (self.powers, self.transposed)

    def __repr__(self) -> str:
        inner = " ".join(s.name if p == 1 else f"{s.name}^{p}" for s, p in self.powers)
        return f"({inner})'" if self.transposed else inner


@cache
def factor(powers: tuple[tuple[Symbol, Rational], ...], transposed: bool) -> Factor:
    """Return the one Factor object with these sorted powers."""
    return Factor(powers, transposed)


Word = tuple[Factor, ...]


def letter_power(symbol: Symbol, exponent: Rational) -> Word:
    """Return the word of symbol^exponent; ValueError where that power is not declared to exist."""
    exponent = as_rational(exponent)
    if exponent == 0:
        return ()
    if exponent != 1 and symbol.rows != symbol.cols:
        raise ValueError(f"{symbol.name} is {symbol.rows} x {symbol.cols}, so it has no power {exponent}")
    if exponent != 1 and symbol.rows == 1:
        raise ValueError(f"the power {exponent} of the scalar {symbol.name} is not a word; use `**` on the expression")
    if isinstance(exponent, Fraction) and not symbol.definite:
        raise ValueError(f"{symbol.name}^({exponent}) needs {symbol.name} declared positive definite")
    if exponent < 0 and not symbol.invertible:
        raise ValueError(f"{symbol.name}^({exponent}) needs {symbol.name} declared invertible or positive definite")
    return (factor(((symbol, exponent),), False),)


def transpose(word: Word) -> Word:
    """Return the transposed word."""
    return tuple(f.transpose for f in reversed(word))


@cache
def merged(a: Factor, b: Factor) -> Factor | None:
    """The product of two factors of one family, or None for the identity."""
    powers = dict(a.powers)
    for symbol, exponent in b.powers:
        total = powers.get(symbol, 0) + exponent
        if total:
            powers[symbol] = as_rational(total)
        else:
            del powers[symbol]
    if not powers:
        return None
    return factor(tuple(sorted(powers.items(), key=lambda item: item[0].sort_key)), a.transposed)


def mergeable(a: Factor, b: Factor) -> bool:
    """Whether neighbouring factors merge: square, of one family, transposed alike."""
    # Copies of a letter under different summation indices are different matrices, which need not commute.
    same = a.family == b.family and a.symbol.indices == b.symbol.indices
    return same and a.transposed == b.transposed and a.square and b.square


def reduced(factors: Iterable[Factor]) -> Word:
    """Apply rules 1 and 2: merge neighbours of one family."""
    result: list[Factor] = []
    for f in factors:
        if result and f.rows != 1 and mergeable(result[-1], f):
            both = merged(result.pop(), f)
            if both is not None:
                result.append(both)
        else:
            result.append(f)
    return tuple(result)


def split_open(factors: Sequence[Factor]) -> tuple[Word, list[Word]]:
    """Return the open word that remains and the scalar words that left it (rule 3), all reduced."""
    if not factors:
        return (), []
    places = [i for i, f in enumerate(factors) if f.rows == 1]
    if factors[-1].cols == 1:
        places.append(len(factors))
    if not places:
        return reduced(factors), []
    scalars = [canonical_scalar(factors[a:b]) for a, b in pairwise(places)]
    return reduced(factors[: places[0]]) + reduced(factors[places[-1] :]), scalars


def canonical_scalar(factors: Sequence[Factor]) -> Word:
    """Canonical form of a word of shape 1 x 1 without inner splitting places: the lesser of it and its transpose."""
    word = reduced(factors)
    return min(word, transpose(word), key=_word_key)


def split_closed(factors: Sequence[Factor]) -> tuple[list[Word], Dimension | None]:
    """Return the canonical closed words whose product is tr(word).

    The second result is the dimension d if the trace is that of an identity (its value is d), otherwise None.
    The sequence must not be empty.
    """
    for place, f in enumerate(factors):
        if f.rows == 1:
            turned = (*factors[place:], *factors[:place])
            places = [i for i, g in enumerate(turned) if g.rows == 1] + [len(turned)]
            return [canonical_scalar(turned[a:b]) for a, b in pairwise(places)], None
    word = list(reduced(factors))
    while len(word) > 1 and mergeable(word[-1], word[0]):
        both = merged(word.pop(), word[0])
        word[:1] = [] if both is None else [both]
        word = list(reduced(word))
    if not word:
        return [], factors[0].rows
    return [_least_rotation(tuple(word))], None


def _word_key(word: Word) -> tuple[Any, ...]:
    return tuple(f.key for f in word)


@lru_cache(maxsize=65536)
def _least_rotation(word: Word) -> Word:
    turns = [(w, _word_key(w)) for w in (word, transpose(word))]
    # Only a rotation that begins with the least of all factors can be the least.
    first = min(min(keys) for _, keys in turns)
    starts = [(keys[i:] + keys[:i], w, i) for w, keys in turns for i, key in enumerate(keys) if key == first]
    _, least, i = min(starts, key=lambda start: start[0])
    return least[i:] + least[:i]


def relabel(word: Word, rename: Callable[[Symbol], Symbol]) -> tuple[Factor, ...]:
    """Return the word with every letter renamed, factor by factor; not yet in canonical form."""
    return tuple(
        factor(
            tuple(sorted(((rename(s), p) for s, p in f.powers), key=lambda item: item[0].sort_key)),
            f.transposed,
        )
        for f in word
    )
