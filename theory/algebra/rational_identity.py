"""Equality of expressions with inverses of sums, such as S^-1 Lambda + S^-1 Psi = I for S = Lambda + Psi.

The normal form of expressions is complete for polynomials: there two different forms are two different functions.
With inverses it is not: there different forms refute nothing, an exact instance does, and `decide` tries proofs that
know what an inverse is. Inverses are written by letters that
`theory.algebra.definitions.define` declares; identities are about all values of the letters for which they exist.

1. *Normal form.* The difference of the sides expands to 0.
2. *Power series* (open expressions). Letters that do not commute generate a free field, in which a rational expression
   is 0 if and only if its power series around a point where all its inverses exist is (`rational_series`, with proof
   and termination). Lengths and closed words are independent central parameters; letters of a commuting family, A and
   A', and Lambda^(1/2) in place of Lambda are independent letters. Identities survive whatever is put in place of
   parameters and letters, so a proof is one for the expression. For letters without relations and no closed words the
   method finds every identity, where such a point exists among multiples of the identity.
3. *Gradients* (scalar expressions). A scalar vanishes if its gradient by every letter does, by method 2, and its value
   at the point: it is a rational function of the entries, constant near the point, and 0 there. Traces of polynomials,
   such as tr(Lambda) in a definition, are tried as independent parameters first.
4. *Linear algebra.* Each u S^-1 S v = u v, S^-1 S or S S^-1 put in at any place u, v of any term, is a linear relation
   between monomials. Two rounds of them, at most `MOST_RELATIONS`, are formed; the difference is 0 if it lies in their
   span. The engine's own normal form has put closed words, transposes and commuting letters in order before, so that
   this proves v' S^-1 v sigma = v' A^-1 v for S = A + v v' (Sherman and Morrison) where 2 sees two parameters.

What is proved is proved for every size and length. Every method ends: 2 by dimension, 4 by its bound. They are tried in
the order 1, 4, 2, 3, since with many parameters the field of 2 and 3 makes them slow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import islice
from math import lcm
from typing import Any, Literal

from theory.algebra.calculus import apart_from_family, decoupled, gradient
from theory.algebra.coefficients import Coefficient, Polynomial, Rational
from theory.algebra.definitions import Definition, expand
from theory.algebra.expression import (
    Expression,
    dimension_coefficient,
    expression_of_word,
    scalar_letter,
    symbol_expression,
)
from theory.algebra.modular import differs_at_an_instance
from theory.algebra.monomials import Monomial
from theory.algebra.rational_series import NotRegularError, Series, Span, constant_series, letter_series, total
from theory.algebra.words import ORDER, Factor, Symbol, Word
from theory.errors import IclTheoryError

Answer = Literal["equal", "different", "unknown"]
MOST_RELATIONS = 600
_ROUNDS = 2
# Entries of one series' state: larger ones would take minutes.
_LARGEST_STATE = 1500
# Points of expansion that are tried: the letters, in alphabetical order, are these multiples of the identity.
_POINTS = ((2, 3, 5, 7, 11, 13, 17, 19, 23, 29), (31, -7, 12, 5, -43, 9, 26, -3, 8, 21))


class UnsupportedError(IclTheoryError, ArithmeticError):
    """A method of proof does not apply."""


def decide(left: Expression, right: Expression, definitions: Sequence[Definition] = ()) -> Answer:
    """Return whether two expressions are equal for all values of their letters and lengths.

    Args:
        left, right: of one shape.
        definitions: what defined letters stand for, each in terms of letters and of those before it.

    Returns:
        "equal" if it is proved for every size; "different" if it is proved that the sides differ for some values: the
        normal forms differ and are complete (see `is_complete`), or the sides differ at an exact instance (see
        `theory.algebra.modular`); "unknown" otherwise. Values at which an inverse does not exist are left out.

    Raises:
        ValueError: for different shapes.
    """
    difference = left - right
    if not difference or not expand(difference, definitions):
        return "equal"
    if is_complete(difference, definitions):
        return "different"
    if any(m.indices for d in definitions for m in d.expression.terms):
        return "unknown"
    if differs_at_an_instance(difference, definitions):
        return "different"
    for method in METHODS:
        try:
            if method(difference, definitions):
                return "equal"
        except (UnsupportedError, NotRegularError):
            continue
    return "unknown"


def is_complete(expression: Expression, definitions: Sequence[Definition] = ()) -> bool:
    """Whether a normal form that is not 0 shows that the expression is not 0 for some values of its letters.

    It does for polynomials in letters of symbolic sizes: distinct canonical monomials are independent functions
    of large matrices (`theory.algebra.words`), and definiteness only restricts them to an open set. It does not where,
    after expanding, a matrix letter has a negative or fractional power, a closed word that contains a defined letter is
    left, a letter commutes with another one of which it may be a function, a size is a number greater than 1, as in
    the theorem of Cayley and Hamilton, or indices are left that a sum compares (`theory.algebra.order`).
    """
    expanded = expand(expression, definitions)
    defined = {definition.symbol for definition in definitions}
    names = {symbol.name for symbol in expanded.symbols}
    for symbol in expanded.symbols:
        if symbol in defined:
            return False
        if symbol.family != symbol.name and symbol.family in names:
            return False
        if any(isinstance(size, int) and size > 1 for size in (symbol.rows, symbol.cols)):
            return False
    words = [w for m in expanded.terms for w in (m.word, *(w for w, _ in m.closed))]
    powers = [(s.name, p) for w in words for f in w for s, p in f.powers]
    return all(name != ORDER and isinstance(p, int) and p > 0 for name, p in powers)


def _vanishes_as_series(difference: Expression, definitions: Sequence[Definition]) -> bool:
    """Method 2."""
    free, apart = (
        decoupled(difference),
        [Definition(apart_from_family(d.symbol), decoupled(d.expression)) for d in definitions],
    )
    error: ArithmeticError = UnsupportedError()
    for points in _POINTS:
        try:
            return _Expansion((free, *(d.expression for d in apart)), apart, points).series(free).is_zero()
        except NotRegularError as caught:
            error = caught
    raise error


def _vanishes_by_gradients(difference: Expression, definitions: Sequence[Definition]) -> bool:
    """Method 3, first with traces of polynomials as parameters that stay, then as the functions that they are."""
    if not difference.is_scalar:
        raise UnsupportedError
    free, apart = (
        decoupled(difference),
        [Definition(apart_from_family(d.symbol), decoupled(d.expression)) for d in definitions],
    )
    return _is_constant_zero(*_with_parameters(free, apart)) or _is_constant_zero(free, apart)


def _is_constant_zero(free: Expression, definitions: Sequence[Definition]) -> bool:
    held = (free, *(d.expression for d in definitions))
    used = {s for e in held for s in e.symbols if (s.rows, s.cols) != (1, 1)} - {d.symbol for d in definitions}
    if not any(_Expansion(held, definitions, points).vanishes_at_point(free) for points in _POINTS):
        return False
    for symbol in sorted(used, key=lambda s: s.sort_key):
        try:
            slope = gradient(free, symbol_expression(symbol), definitions)
        except ValueError as error:
            raise UnsupportedError from error
        if slope and not _vanishes_as_series(slope, definitions):
            return False
    return True


def _with_parameters(free: Expression, definitions: Sequence[Definition]) -> tuple[Expression, list[Definition]]:
    """Scalar letters in place of the closed words that contain no inverse and no defined letter."""
    defined = {d.symbol for d in definitions}
    names = {s.name for e in (free, *(d.expression for d in definitions)) for s in e.symbols}
    parameters: dict[Word, Expression] = {}

    def replaced(expression: Expression) -> Expression:
        result = Expression({}, expression.rows, expression.cols)
        for monomial, coefficient in expression.terms.items():
            kept, factor = [], Expression({Monomial((), ()): coefficient}, 1, 1)
            for word, exponent in monomial.closed:
                if (len(word) == 1 and word[0].rows == word[0].cols == 1) or any(
                    s in defined or p < 0 for f in word for s, p in f.powers
                ):
                    kept.append((word, exponent))
                    continue
                if word not in parameters:
                    name = f"t{len(parameters)}"
                    while name in names:
                        name += "0"
                    parameters[word] = scalar_letter(name, definite=True)
                factor = factor * parameters[word] ** exponent
            rest = Monomial(tuple(kept), monomial.word)
            result = result + factor * Expression({rest: Coefficient.number(1)}, expression.rows, expression.cols)
        return result

    return replaced(free), [Definition(d.symbol, replaced(d.expression)) for d in definitions]


class _Expansion:
    """Series of expressions around one point, over the rational functions of lengths and closed words."""

    def __init__(self, expressions: Sequence[Expression], definitions: Sequence[Definition], points: Sequence[int]):
        self.definitions = {d.symbol: d.expression for d in definitions}
        if any(m.indices for e in expressions for m in e.terms):
            raise UnsupportedError("sums over indices")
        everything = (*expressions, *self.definitions.values())
        self.roots = self._roots(everything)
        letters = sorted({s for e in everything for s in e.symbols} - set(self.definitions), key=lambda s: s.sort_key)
        square = [s for s in letters if s.rows == s.cols and s.rows != 1]
        self.points = {s: points[i % len(points)] + i // len(points) for i, s in enumerate(square)}
        self.symmetric = frozenset(s for s in letters if s.symmetric)
        self._set_field(everything)
        self.inverses: dict[tuple[Symbol, bool], Series] = {}

    def _roots(self, expressions: Sequence[Expression]) -> dict[Symbol, int]:
        """For each letter with fractional powers the root that is the letter of the series."""
        roots: dict[Symbol, int] = {}
        for e in expressions:
            for m in e.terms:
                for w in (m.word, *(w for w, _ in m.closed)):
                    for symbol, p in (pair for f in w for pair in f.powers):
                        if isinstance(p, Fraction):
                            roots[symbol] = lcm(roots.get(symbol, 1), p.denominator)
        if any(symbol in self.definitions for symbol in roots):
            raise UnsupportedError("a fractional power of a sum")
        return roots

    def _set_field(self, expressions: Sequence[Expression]) -> None:
        # SymPy is imported late: most comparisons end with the normal form.
        from sympy import QQ
        from sympy.polys.fields import field

        lengths = sorted(
            {name for e in expressions for c in e.terms.values() for name in c.names} | self._sizes(expressions)
        )
        words: dict[Word, int] = {}
        for e in expressions:
            for m in e.terms:
                for w, p in m.closed:
                    words[w] = lcm(words.get(w, 1), p.denominator if isinstance(p, Fraction) else 1)
        kept = [w for w in words if not self._is_defined_scalar(w)]
        names = [f"l{i}" for i in range(len(lengths))] + [f"w{i}" for i in range(len(kept))]
        if names:
            made, *generators = field(names, QQ)
            self.one: Any = made.one
        else:
            generators, self.one = [], QQ(1)
        self.lengths = dict(zip(lengths, generators, strict=False))
        self.words = {w: (g, words[w]) for w, g in zip(kept, generators[len(lengths) :], strict=True)}

    @staticmethod
    def _sizes(expressions: Sequence[Expression]) -> set[str]:
        return {n for e in expressions for s in e.symbols for n in (s.rows, s.cols) if isinstance(n, str)}

    def _is_defined_scalar(self, word: Word) -> bool:
        return len(word) == 1 and word[0].rows == word[0].cols == 1 and word[0].symbol in self.definitions

    def coefficient(self, coefficient: Coefficient) -> Any:
        """A coefficient as an element of the field."""

        def value(p: Polynomial) -> Any:
            result = self.one * 0
            for powers, factor in p.items():
                term = self.one * factor.numerator / factor.denominator
                for name, power in powers:
                    term = term * self.lengths[name] ** power
                result = result + term
            return result

        return value(coefficient.numerator) / value(coefficient.denominator)

    def _closed(self, word: Word, exponent: Rational, by_value: bool) -> Any:
        if self._is_defined_scalar(word):
            if isinstance(exponent, Fraction):
                raise UnsupportedError("a fractional power of a sum")
            return self._power(self.central(self.definitions[word[0].symbol], by_value), exponent)
        if by_value and (word[0].rows, word[0].cols) != (1, 1):
            if isinstance(exponent, Fraction):
                raise UnsupportedError("a fractional power of a sum")
            return self._power(self._trace_at_point(word), exponent)
        generator, root = self.words[word]
        return self._power(generator, int(exponent * root))

    def _power(self, value: Any, exponent: int) -> Any:
        if exponent < 0 and not value:
            raise NotRegularError("a scalar vanishes at the point of expansion")
        return value**exponent if exponent >= 0 else self.one / value**-exponent

    def central(self, expression: Expression, by_value: bool = False) -> Any:
        """A scalar expression as an element of the field; with `by_value`, closed words by their values."""
        result = self.one * 0
        for m, c in expression.terms.items():
            term = self.coefficient(c)
            for w, p in m.closed:
                term = term * self._closed(w, p, by_value)
            result = result + term
        return result

    def series(self, expression: Expression) -> Series:
        """The series of an expression."""
        if expression.is_scalar:
            return constant_series(self.central(expression), self.one)
        summands = []
        for m, c in expression.terms.items():
            term = constant_series(self.central(Expression({Monomial(m.closed, ()): c}, 1, 1)), self.one)
            for f in m.word:
                term = term @ self._factor(f)
            summands.append(term)
        result = total(summands, self.one)
        if result.size > _LARGEST_STATE:
            raise UnsupportedError("too many terms")
        return result

    def _factor(self, f: Factor) -> Series:
        result: Series | None = None
        for symbol, exponent in f.powers:
            base = self._letter(symbol, exponent < 0)
            for _ in range(abs(int(exponent * self.roots.get(symbol, 1)))):
                result = base if result is None else result @ base
        assert result is not None
        return result.transpose(self.symmetric) if f.transposed else result

    def _letter(self, symbol: Symbol, inverted: bool) -> Series:
        if (symbol, inverted) not in self.inverses:
            if inverted:
                base = self._letter(symbol, False).inverse()
            elif symbol in self.definitions:
                base = self.series(self.definitions[symbol])
            else:
                base = letter_series((symbol, False), self.one * self.points.get(symbol, 0), self.one)
            self.inverses[symbol, inverted] = base.minimal()
        return self.inverses[symbol, inverted]

    def vanishes_at_point(self, expression: Expression) -> bool:
        """Whether a scalar expression is 0 at the point of expansion, closed words by their values there."""
        try:
            return not self.central(expression, by_value=True)
        except NotRegularError:
            return False

    def _trace_at_point(self, word: Word) -> Any:
        if word[0].rows == 1:
            return self.one * 0
        result = self.coefficient(dimension_coefficient(word[0].rows))
        for f in word:
            for symbol, exponent in f.powers:
                base = self._at_point(symbol)
                result = result * self._power(base, int(exponent * self.roots.get(symbol, 1)))
        return result

    def _at_point(self, symbol: Symbol) -> Any:
        """The multiple of the identity that a letter is at the point."""
        if symbol not in self.definitions:
            return self.one * self.points.get(symbol, 0)
        result = self.one * 0
        for m, c in self.definitions[symbol].terms.items():
            term = self.central(Expression({Monomial(m.closed, ()): c}, 1, 1), by_value=True)
            for f in m.word:
                for s, p in f.powers:
                    term = term * self._power(self._at_point(s), int(p * self.roots.get(s, 1)))
            result = result + term
        return result


def _vanishes_by_relations(difference: Expression, definitions: Sequence[Definition]) -> bool:
    """Method 4."""
    inverted = [d for d in definitions if _is_inverted(d, (difference, *(e.expression for e in definitions)))]
    # Letters without an inverse are put in, so that both sides are in the same letters.
    others = [d for d in definitions if d not in inverted]
    difference = expand(difference, others)
    inverted = [Definition(d.symbol, expand(d.expression, others)) for d in inverted]
    relations: list[Expression] = []
    seen: set[Monomial] = set()
    new = list(difference.terms)
    for _ in range(_ROUNDS):
        seen.update(new)
        every = (relation for monomial in new for relation in _relations(monomial, difference, inverted))
        found = list(islice(every, MOST_RELATIONS + 1 - len(relations)))
        relations += found
        new = sorted({m for r in found for m in r.terms} - seen, key=lambda m: m.sort_key)
        if _in_span(difference, relations):
            return True
        if len(relations) > MOST_RELATIONS:
            return False
    return False


def _is_inverted(definition: Definition, expressions: Sequence[Expression]) -> bool:
    symbol = definition.symbol
    if (symbol.rows, symbol.cols) == (1, 1):
        powers = [p for e in expressions for m in e.terms for w, p in m.closed if len(w) == 1 and w[0].symbol == symbol]
    else:
        words = [w for e in expressions for m in e.terms for w in (m.word, *(w for w, _ in m.closed))]
        powers = [p for w in words for f in w for s, p in f.powers if s == symbol]
    return any(p < 0 for p in powers)


def _relations(monomial: Monomial, whole: Expression, definitions: Sequence[Definition]) -> Iterator[Expression]:
    """Expressions that vanish: the monomial with S^-1 S put in, less the monomial."""
    if monomial.indices:
        return
    term = Expression({monomial: Coefficient.number(1)}, whole.rows, whole.cols)
    for d in definitions:
        if d.expression.is_scalar:
            yield term * (d.name.reciprocal() * d.expression) - term
            continue
        inverse = d.name.inverse()
        units = (inverse @ d.expression, d.expression @ inverse)
        for part, others in _parts(monomial, whole):
            for place in range(len(part) + (part is monomial.word or part[0].rows == 1)):
                for unit in units:
                    left, right = part[:place], part[place:]
                    size = left[-1].cols if left else part[0].rows if part else whole.rows
                    if size != unit.rows:
                        continue
                    filled = unit
                    filled = expression_of_word(left) @ filled if left else filled
                    filled = filled @ expression_of_word(right) if right else filled
                    yield others * (filled if part is monomial.word else filled.trace()) - term


def _parts(monomial: Monomial, whole: Expression) -> Iterator[tuple[Word, Expression]]:
    """Each word of a monomial with the rest, as an expression."""
    one = Coefficient.number(1)
    if not whole.is_scalar:
        yield monomial.word, Expression({Monomial(monomial.closed, ()): one}, 1, 1)
    for word, exponent in monomial.closed:
        if isinstance(exponent, int) and exponent > 0 and (len(word) > 1 or word[0].rows != 1):
            rest = tuple((w, p - 1 if w is word else p) for w, p in monomial.closed)
            kept = Monomial(tuple((w, p) for w, p in rest if p), monomial.word)
            yield word, Expression({kept: one}, whole.rows, whole.cols)


def _in_span(target: Expression, relations: Sequence[Expression]) -> bool:
    numbers: dict[Monomial, int] = {}
    field = _Expansion([Expression({}, 1, 1)], (), _POINTS[0])
    field._set_field([Expression({Monomial((), ()): c}, 1, 1) for e in (target, *relations) for c in e.terms.values()])

    def vector(expression: Expression) -> Mapping[int, Any]:
        return {numbers.setdefault(m, len(numbers)): field.coefficient(c) for m, c in expression.terms.items()}

    span = Span()
    for relation in relations:
        span.coordinates(dict(vector(relation)), field.one)
    return not span.reduced(dict(vector(target)))[0]


# The proofs that `decide` tries after the normal form, in this order: whether the difference is proved to be 0.
METHODS = (_vanishes_by_relations, _vanishes_as_series, _vanishes_by_gradients)
