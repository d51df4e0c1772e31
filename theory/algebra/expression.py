"""Polynomials in traces and matrix words, in canonical form.

An `Expression` is a sum of terms coefficient * (product of closed words) * (open word). Coefficients are rational
functions of the lengths; closed words (scalars, bilinear forms, traces) carry exponents; the open word gives the shape.
Every operation returns canonical form, so two expressions are equal for all d and N if and only if their tables of
terms are: `==` is the proof. The unwritten sums over bound indices are made canonical by `canonical_monomial`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

from theory.algebra.coefficients import Coefficient, Rational, as_rational
from theory.algebra.monomials import (
    UNIT_MONOMIAL,
    Monomial,
    canonical_monomial,
    collected,
    freed,
    merged_closed,
    reindexed,
    renumbered,
    without_counted_order,
    without_spent_units,
)
from theory.algebra.words import (
    BUILT_IN,
    ORDER,
    UNIT,
    Dimension,
    Factor,
    Index,
    Symbol,
    Word,
    letter_power,
    relabel,
    split_closed,
    split_open,
    transpose,
)

# How expressions are printed, by style; `theory.algebra.text` and `theory.algebra.latex` register themselves.
_PRINTERS: dict[str, Callable[[Expression], str]] = {}
# A product of more terms takes seconds and is refused: it is a slip such as (A + B)^64, not a formula.
MOST_PRODUCTS = 200_000


def register_printer(style: str, printer: Callable[[Expression], str]) -> None:
    """Print expressions in a style, "text" or "latex", by this function."""
    _PRINTERS[style] = printer


class Expression:
    """A scalar-, vector- or matrix-valued polynomial in traces and words; immutable, canonical, exact.

    Operators: `+`, `-`, `@` (matrix product), `*` (product with a scalar expression, an int or a Fraction),
    `/` (by a number, a length, or a single scalar term), `**`, `.T`, `==`.

    `computed` tells whether a part of it is the result of an operation on a definition (an expectation, a derivative, a
    block product), and not typed; it is no part of the value.
    """

    __slots__ = ("cols", "computed", "rows", "terms")

    def __init__(self, terms: Mapping[Monomial, Coefficient], rows: Dimension, cols: Dimension, computed: bool = False):
        self.terms: dict[Monomial, Coefficient] = {m: c for m, c in terms.items() if c}
        self.rows = rows
        self.cols = cols
        self.computed = computed

    def as_computed(self) -> Expression:
        """The same expression, known to be the result of an operation."""
        return self if self.computed else Expression(self.terms, self.rows, self.cols, True)

    @property
    def shape(self) -> tuple[Dimension, Dimension]:
        """(rows, cols), each a length's name or a number."""
        return (self.rows, self.cols)

    @property
    def is_scalar(self) -> bool:
        """Whether the shape is 1 x 1."""
        return self.rows == 1 and self.cols == 1

    def __bool__(self) -> bool:
        return bool(self.terms)

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {_PRINTERS['latex'](self)}$"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, int | Fraction):
            other = number(other)
        if not isinstance(other, Expression):
            return NotImplemented
        return self.shape == other.shape and self.terms == other.terms

    def __hash__(self) -> int:
        return hash((self.rows, self.cols, frozenset(self.terms.items())))

    def __add__(self, other: Expression | Rational) -> Expression:
        other = as_expression(other)
        if self.shape != other.shape:
            raise ValueError(f"cannot add shapes {_shape_text(self)} and {_shape_text(other)}: {self}, {other}")
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            terms[monomial] = terms[monomial] + coefficient if monomial in terms else coefficient
        return Expression(terms, self.rows, self.cols, self.computed or other.computed)

    def __radd__(self, other: Rational) -> Expression:
        return self + other

    def __neg__(self) -> Expression:
        return Expression({m: -c for m, c in self.terms.items()}, self.rows, self.cols, self.computed)

    def __sub__(self, other: Expression | Rational) -> Expression:
        return self + (-as_expression(other))

    def __rsub__(self, other: Rational) -> Expression:
        return as_expression(other) - self

    def __matmul__(self, other: Expression) -> Expression:
        if self.cols != other.rows:
            raise ValueError(
                f"cannot multiply shapes {_shape_text(self)} and {_shape_text(other)}: inner dimensions differ"
            )
        return _products(self, other, joined=True)

    def __mul__(self, other: Expression | Rational | Coefficient) -> Expression:
        if isinstance(other, Coefficient):
            return Expression({m: c * other for m, c in self.terms.items()}, self.rows, self.cols, self.computed)
        other = as_expression(other)
        if not (self.is_scalar or other.is_scalar):
            raise ValueError(
                f"`*` multiplies by scalars, got shapes {_shape_text(self)} and {_shape_text(other)}; "
                "use `@` for the matrix product"
            )
        return _products(self, other, joined=False)

    def __rmul__(self, other: Rational | Coefficient) -> Expression:
        return self * other

    def __truediv__(self, other: Expression | Rational) -> Expression:
        return self * as_expression(other).reciprocal()

    def __rtruediv__(self, other: Rational) -> Expression:
        return as_expression(other) * self.reciprocal()

    def __pow__(self, exponent: Rational) -> Expression:
        exponent = as_rational(exponent)
        if isinstance(exponent, int) and exponent >= 0:
            if self.rows != self.cols:
                raise ValueError(f"a {_shape_text(self)} expression has no powers: {self}")
            result = identity(self.rows)
            for _ in range(exponent):
                result = result @ self
            return result
        return self._single_term_power(exponent)

    def reciprocal(self) -> Expression:
        """1 / self for a scalar that is a single term or free of letters; ValueError otherwise."""
        if not self.is_scalar:
            raise ValueError(f"cannot divide by the {_shape_text(self)} expression {self}")
        return self._single_term_power(-1)

    def inverse(self) -> Expression:
        """The inverse of a product of invertible letters; ValueError for sums: declare a definition for those."""
        return self._single_term_power(-1)

    def _single_term_power(self, exponent: Rational) -> Expression:
        exponent = as_rational(exponent)
        if not self.terms:
            raise ZeroDivisionError(f"0^({exponent}) does not exist")
        ((monomial, coefficient), *others) = self.terms.items()
        if others or monomial.indices:
            raise ValueError(f"the power {exponent} of a sum is not a polynomial: {self}; name the sum by `define`")
        if isinstance(exponent, int):
            coefficient = coefficient**exponent
        elif coefficient != _ONE:
            raise ValueError(f"cannot take the power {exponent} of the coefficient {coefficient} exactly")
        elif not all(_is_positive(word) for word, _ in monomial.closed):
            raise ValueError(f"({self})^({exponent}) needs every factor to be positive; declare letters `definite`")
        closed = tuple((word, as_rational(p * exponent)) for word, p in monomial.closed)
        if self.is_scalar:
            return Expression({Monomial(closed, ()): coefficient}, 1, 1, self.computed)
        if self.rows != self.cols:
            raise ValueError(f"a {_shape_text(self)} expression has no power {exponent}: {self}")
        if isinstance(exponent, int):
            inverted = [
                letter.transpose if f.transposed else letter
                for f in reversed(monomial.word)
                for symbol, p in f.powers
                for letter in letter_power(symbol, -p)
            ]
            factors = inverted * -exponent
        elif len(monomial.word) <= 1:
            factors = [
                letter for f in monomial.word for symbol, p in f.powers for letter in letter_power(symbol, p * exponent)
            ]
        else:
            raise ValueError(f"the power {exponent} of a product of letters that do not commute: {self}")
        word, _ = split_open(factors)
        return Expression({Monomial(closed, word): coefficient}, self.rows, self.cols, self.computed)

    @property
    def T(self) -> Expression:
        """The transpose."""
        if self.is_scalar:
            return self
        terms: dict[Monomial, Coefficient] = {}
        for monomial, coefficient in self.terms.items():
            turned = canonical_monomial(Monomial(monomial.closed, transpose(monomial.word)))
            terms[turned] = coefficient
        return Expression(terms, self.cols, self.rows, self.computed)

    def trace(self) -> Expression:
        """The trace; ValueError unless square."""
        if self.rows != self.cols:
            raise ValueError(f"the trace of a {_shape_text(self)} expression does not exist: {self}")
        if self.is_scalar:
            return self
        result = TermSum(1, 1)
        for monomial, coefficient in self.terms.items():
            if not monomial.word:
                result.add(Monomial(monomial.closed, ()), coefficient * dimension_coefficient(self.rows))
                continue
            pieces, size = split_closed(monomial.word)
            closed = merged_closed(monomial.closed, tuple((piece, 1) for piece in pieces))
            scale = coefficient if size is None else coefficient * dimension_coefficient(size)
            settled, count = without_spent_units(Monomial(closed, ()))
            result.add(canonical_monomial(settled), scale * count if count is not _ONE else scale)
        return result.expression(self.computed)

    @property
    def symbols(self) -> tuple[Symbol, ...]:
        """The letters that occur, sorted by name; indexed letters once, without their index."""
        words = {word for m in self.terms for word, _ in m.closed} | {m.word for m in self.terms}
        letters = {s.plain for word in words for f in word for s, _ in f.powers if s.name not in BUILT_IN}
        return tuple(sorted(letters, key=lambda s: s.sort_key))

    @property
    def lengths(self) -> tuple[str, ...]:
        """The lengths (N, M, d, ...) on which coefficients and open sums depend, sorted."""
        names = {name for c in self.terms.values() for name in c.names}
        names |= {index.length for m in self.terms for index in m.indices if index.length}
        return tuple(sorted(names))

    def sorted_terms(self) -> list[tuple[Monomial, Coefficient]]:
        """Terms in a reproducible order."""
        return sorted(self.terms.items(), key=lambda item: item[0].sort_key)

    def substitute(self, replacements: Mapping[Symbol, Expression], carrying: Sequence[Expression] = ()) -> Expression:
        """Return the expression with letters replaced by expressions of the same shape.

        A negative or fractional power of a replaced letter needs a replacement that is a single term. For a letter
        under a summation index, x_i, the letters in `carrying` take the index over in the replacement; the others do
        not. ValueError for a replacement of another shape, or of an indexed letter when `carrying` is not given.
        """
        carriers = {letter(expression) for expression in carrying}
        for symbol, replacement in replacements.items():
            if replacement.shape != (symbol.rows, symbol.cols):
                raise ValueError(
                    f"{symbol.name} is {symbol.rows} x {symbol.cols}, its replacement is {_shape_text(replacement)}"
                )
        if not any(s in replacements for s in self.symbols):
            return self

        def image(f: Factor) -> Expression:
            result: Expression | None = None
            for symbol, exponent in f.powers:
                plain = symbol.plain
                if plain in replacements:
                    base = replacements[plain]
                    if symbol.indices:
                        base = _with_index(base, symbol, carriers)
                    power = base if exponent == 1 else base**exponent
                else:
                    power = Expression({_open(letter_power(symbol, exponent)): _ONE}, symbol.rows, symbol.cols)
                result = power if result is None else result @ power
            assert result is not None
            return result.T if f.transposed else result

        return self.map_factors(image)

    def map_factors(self, image: Callable[[Factor], Expression]) -> Expression:
        """Return the expression with every factor f of every word replaced by image(f)."""
        images: dict[Factor, Expression] = {}

        def of(word: Word) -> Expression:
            for f in word:
                if f not in images:
                    images[f] = image(f)
            result = images[word[0]]
            for f in word[1:]:
                result = result @ images[f]
            return result

        total = TermSum(self.rows, self.cols)
        for monomial, coefficient in self.terms.items():
            # Bound indices are freed first: a product would otherwise rename the indices of its factors apart.
            free, lengths = freed(monomial)
            term = scalar(coefficient)
            for word, exponent in free.closed:
                term = term * of(word).trace() ** exponent
            if not self.is_scalar:
                term = term * (of(free.word) if free.word else identity(self.rows))
            for label, upto in lengths.items():
                term = sum_over(label, upto, term)
            for m, c in term.terms.items():
                total.add(m, c)
        return total.expression(self.computed or any(value.computed for value in images.values()))

    def __str__(self) -> str:
        return _PRINTERS["text"](self)

    def __repr__(self) -> str:
        return f"Expression({self})"


_ONE = Coefficient.number(1)


class TermSum:
    """A sum under construction."""

    def __init__(self, rows: Dimension, cols: Dimension):
        self.rows, self.cols = rows, cols
        self.terms: dict[Monomial, Coefficient] = {}

    def add(self, monomial: Monomial, coefficient: Coefficient) -> None:
        """Add coefficient * monomial."""
        held = self.terms.get(monomial)
        self.terms[monomial] = coefficient if held is None else held + coefficient

    def expression(self, computed: bool = False) -> Expression:
        """The sum."""
        return Expression(self.terms, self.rows, self.cols, computed)


def _shape_text(expression: Expression) -> str:
    return f"{expression.rows} x {expression.cols}"


def dimension_coefficient(size: Dimension) -> Coefficient:
    """A size as a coefficient."""
    return Coefficient.number(size) if isinstance(size, int) else Coefficient.length(size)


def _open(word: Word) -> Monomial:
    remaining, scalars = split_open(word)
    return Monomial(collected((s, 1) for s in scalars), remaining)


def _with_index(replacement: Expression, replaced: Symbol, carriers: set[Symbol]) -> Expression:
    """The replacement of an indexed letter, its carriers indexed too."""
    if not carriers:
        raise ValueError(f"{replaced.name} is summed over; say which letters of its replacement carry the index")
    if any(m.indices for m in replacement.terms):
        raise ValueError(f"cannot put a sum in place of the indexed letter {replaced.name}")

    def image(f: Factor) -> Expression:
        turned = relabel((f,), lambda s: s.with_indices(replaced.indices) if s in carriers else s)
        return expression_of_word(turned)

    return replacement.map_factors(image)


def _is_positive(word: Word) -> bool:
    """Whether a closed word is positive for certain: the trace of a power product P of positive definite letters, a
    positive scalar, or a form v'Pv (for v other than zero)."""
    inner = word[1:-1] if len(word) == 3 and word[0].transpose is word[-1] and word[0].rows == 1 else word
    return len(inner) == 1 and all(symbol.definite for symbol, _ in inner[0].powers)


def _next_label(monomial: Monomial) -> int:
    return 1 + max((i.label for i in monomial.indices if isinstance(i.label, int)), default=-1)


def _apart(monomial: Monomial, start: int) -> Monomial:
    bound = {i: i.label + start for i in monomial.indices if isinstance(i.label, int)}
    return renumbered(monomial, bound) if bound and start else monomial


def _products(a: Expression, b: Expression, joined: bool) -> Expression:
    if len(a.terms) * len(b.terms) > MOST_PRODUCTS:
        raise ValueError(
            f"a product of {len(a.terms)} by {len(b.terms)} terms is too large to write out; at most {MOST_PRODUCTS} "
            "products of terms are formed at once"
        )
    rows, cols = (a.rows, b.cols) if joined else (b.shape if a.is_scalar else a.shape)
    result = TermSum(rows, cols)
    for m, x in a.terms.items():
        start = _next_label(m)
        for n, y in b.terms.items():
            n = _apart(n, start) if start else n
            closed = merged_closed(m.closed, n.closed)
            if m.word and n.word:
                word, scalars = split_open((*m.word, *n.word))
                if scalars:
                    closed = merged_closed(closed, tuple(collected((s, 1) for s in scalars)))
            else:
                word = m.word or n.word
            settled, count = without_spent_units(Monomial(closed, word))
            result.add(canonical_monomial(settled), x * y if count is _ONE else x * y * count)
    return result.expression(a.computed or b.computed)


def scalar(coefficient: Coefficient) -> Expression:
    """Return the coefficient as a scalar expression."""
    return Expression({UNIT_MONOMIAL: coefficient}, 1, 1)


def number(value: Rational) -> Expression:
    """Return a rational number as a scalar expression."""
    return scalar(Coefficient.number(value))


def length(name: str) -> Expression:
    """Return a length such as N or d as a scalar expression."""
    return scalar(Coefficient.length(name))


def as_expression(value: Expression | Rational) -> Expression:
    """Return value as an expression; TypeError for anything but an expression, an int or a Fraction."""
    if isinstance(value, Expression):
        return value
    if isinstance(value, int | Fraction) and not isinstance(value, bool):
        return number(value)
    raise TypeError(f"expected an expression, an int or a Fraction, got {value!r}")


def identity(size: Dimension) -> Expression:
    """Return the identity matrix of that size."""
    return Expression({UNIT_MONOMIAL: _ONE}, size, size)


def zero(rows: Dimension = 1, cols: Dimension = 1) -> Expression:
    """Return the zero of that shape."""
    return Expression({}, rows, cols)


def expression_of_word(word: Word) -> Expression:
    """Return a word, which must not be empty, as an expression."""
    return Expression({_open(word): _ONE}, word[0].rows, word[-1].cols)


def symbol_expression(symbol: Symbol) -> Expression:
    """Return a letter as an expression."""
    return Expression({_open(letter_power(symbol, 1)): _ONE}, symbol.rows, symbol.cols)


def matrix(name: str, rows: Dimension = "d", cols: Dimension = "d", **properties: Any) -> Expression:
    """Return a matrix letter; properties as in `Symbol` (symmetric, definite, invertible, family, latex)."""
    return symbol_expression(Symbol(name, rows, cols, **properties))


def vector(name: str, size: Dimension = "d", **properties: Any) -> Expression:
    """Return a column vector letter."""
    return symbol_expression(Symbol(name, size, 1, **properties))


def scalar_letter(name: str, **properties: Any) -> Expression:
    """Return a scalar letter; `definite=True` declares it positive."""
    return symbol_expression(Symbol(name, 1, 1, **properties))


def letter(expression: Expression) -> Symbol:
    """Return the letter that an expression consists of; ValueError if it is anything else."""
    if len(expression.terms) == 1:
        ((monomial, coefficient),) = expression.terms.items()
        words = [monomial.word] if monomial.word else [w for w, p in monomial.closed if p == 1]
        if coefficient == _ONE and len(words) == 1 and len(words[0]) == 1 and len(words[0][0].powers) == 1:
            f = words[0][0]
            if f.powers[0][1] == 1 and not f.transposed and (bool(monomial.word) != bool(monomial.closed)):
                return f.powers[0][0]
    raise ValueError(f"expected a single letter, got {expression}")


def indexed(expression: Expression, *labels: str) -> Expression:
    """Return the letter with free summation indices, x -> x_i or x_{t,i}; bind each with `sum_over`.

    Raises:
        ValueError: for anything but a letter, or an index that it carries already.
    """
    symbol = letter(expression)
    names = [index.label for index in symbol.indices] + list(labels)
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"{symbol.name} carries the index {name} already; it cannot carry it twice")
    return symbol_expression(symbol.with_indices((*symbol.indices, *(Index("", label) for label in labels))))


def sum_over(
    label: str, upto: str, expression: Expression, *, below: str | None = None, at_most: str | None = None
) -> Expression:
    """Return sum_{label = 1}^{upto} expression, for a length's name `upto`.

    Letters that carry the free index `label` become bound; a term without it is multiplied by the length.

    Args:
        below: another free index, to be bound to the same length later: the sum runs over label < below.
        at_most: the same with label <= at_most, as a causal mask has it.

    Raises:
        ValueError: for an index compared with itself, or indices of different lengths compared.
    """
    limits = [(relation, other) for relation, other in (("<", below), ("<=", at_most)) if other is not None]
    return sum_compared(label, upto, expression, limits)


def sum_compared(label: str, upto: str, expression: Expression, limits: Sequence[tuple[str, str]] = ()) -> Expression:
    """Return the sum over those values of `label` that compare with other free indices as `limits` say.

    Args:
        limits: pairs such as ("<", "j"), which is label < j; the relations are <, <=, > and >=.

    Raises:
        ValueError: as `sum_over`.
    """
    for relation, other in limits:
        if other == label:
            raise ValueError(f"the index {label} cannot be compared with itself")
        allowed = indicator(label, other) if relation.startswith("<") else indicator(other, label)
        if relation.endswith("="):
            allowed = allowed + unit_vector(upto, label).T @ unit_vector(upto, other)
        expression = allowed * expression
    free = Index("", label)
    result = TermSum(expression.rows, expression.cols)
    for monomial, coefficient in expression.terms.items():
        if free in monomial.indices:
            bound = Index(upto, _next_label(monomial))
            settled, dimension = without_spent_units(reindexed(monomial, {free: bound}))
            summed, count = without_counted_order(settled)
            result.add(canonical_monomial(summed), coefficient * count * dimension)
        else:
            result.add(monomial, coefficient * Coefficient.length(upto))
    return result.expression(expression.computed)


def indicator(low: str, high: str) -> Expression:
    """[low < high], the number 1 or 0, for two free indices; `sum_over` binds them."""
    return symbol_expression(Symbol(ORDER, 1, 1, indices=(Index("", low), Index("", high))))


def unit_vector(size: str, label: str) -> Expression:
    """The unit vector e_label of R^size with a free index; sum_a e_a e_a' = I by `sum_over(label, size, ...)`."""
    return symbol_expression(Symbol(UNIT, size, 1, indices=(Index("", label),)))


def stacking(expression: Expression) -> dict[str, tuple[str, ...]]:
    """For each letter's name the lengths of its indices; ValueError where one letter has them in two ways.

    The length of a free index is "" unless the letter stands with a bound index in the same place.
    """
    found: dict[str, tuple[str, ...]] = {}
    for symbol in {
        symbol for monomial in expression.terms for symbol in monomial.symbols() if symbol.name not in BUILT_IN
    }:
        lengths = tuple(index.length for index in symbol.indices)
        held = found.get(symbol.name, lengths)
        merged = tuple(a or b for a, b in zip(held, lengths, strict=False))
        if len(held) != len(lengths) or any(b not in ("", c) for b, c in zip(lengths, merged, strict=True)):
            both = " and ".join(f"({', '.join(key)})" for key in sorted({held, lengths}))
            raise ValueError(f"{symbol.name} stands with indices up to {both} in one formula; rename one of both")
        found[symbol.name] = merged
    return found
