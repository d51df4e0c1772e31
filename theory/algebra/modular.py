"""The value of an expression at one random instance, modulo a prime: a fast and exact test for difference.

Letters get random integers, with the properties that they are declared to have: symmetric, positive definite (L L' with
invertible L), commuting (polynomials in one matrix), positive. Defined letters get the value of their definitions. All
of it is computed modulo a prime; if no denominator vanishes modulo the prime, the result is the residue of the exact
value. So a result other than 0 proves that the exact value is not 0 at that instance.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from math import lcm
from typing import Any

from flint import nmod_mat

from theory.algebra.coefficients import Coefficient, Polynomial, Rational
from theory.algebra.definitions import Definition
from theory.algebra.expression import Expression
from theory.algebra.words import Dimension, Factor, Symbol, Word
from theory.errors import IclTheoryError

_PRIME = 2**61 - 1
_SIZES = (4, 3, 5, 2)
_LARGEST_ENTRY = 50


class _NoValueError(IclTheoryError, ArithmeticError):
    """There is no such instance, or a denominator vanishes there."""


def differs_at_an_instance(expression: Expression, definitions: Sequence[Definition] = (), seeds: int = 2) -> bool:
    """Whether an expression is proved to be other than 0 at one of a few random instances.

    False proves nothing: the expression may be 0, or an instance may not exist in integers, as with roots of traces,
    sums over indices, or a letter that commutes with another one of which it may be a function.
    """
    for seed in range(seeds):
        try:
            if _Instance([expression, *(d.expression for d in definitions)], definitions, seed).is_not_zero(expression):
                return True
        except _NoValueError:
            continue
    return False


class _Instance:
    """Random integers for the letters and lengths of some expressions."""

    def __init__(self, expressions: Sequence[Expression], definitions: Sequence[Definition], seed: int):
        self.random = random.Random(seed)
        self.definitions = {d.symbol: d.expression for d in definitions}
        if any(m.indices for e in expressions for m in e.terms):
            raise _NoValueError("sums over indices")
        symbols = {s for e in expressions for s in e.symbols}
        shapes = [(s.rows, s.cols) for s in symbols] + [e.shape for e in expressions]
        sizes = sorted({n for shape in shapes for n in shape if isinstance(n, str)})
        lengths = sorted({n for e in expressions for c in e.terms.values() for n in c.names} - set(sizes))
        self.lengths = {name: _SIZES[i % len(_SIZES)] for i, name in enumerate(sizes)}
        self.lengths |= {name: self.random.randint(2, 30) for name in lengths}
        self.roots = _roots(expressions)
        if any(symbol in self.definitions for symbol in self.roots):
            raise _NoValueError("a root of a sum")
        self.bases: dict[str, Any] = {}
        self.values: dict[Symbol, Any] = {}
        free = sorted(symbols - set(self.definitions), key=lambda s: s.sort_key)
        families = [s.family for s in free]
        names = {s.name for s in free}
        for symbol in free:
            if symbol.family != symbol.name and symbol.family in names:
                raise _NoValueError(f"{symbol.name} may be a function of {symbol.family}")
            self.values[symbol] = self._letter(symbol, families.count(symbol.family) > 1)
        for definition in definitions:
            self.values[definition.symbol] = self.value(definition.expression)

    def _size(self, size: Dimension) -> int:
        return size if isinstance(size, int) else self.lengths[size]

    def _matrix(self, rows: int, cols: int) -> Any:
        entries = [self.random.randint(-_LARGEST_ENTRY, _LARGEST_ENTRY) % _PRIME for _ in range(rows * cols)]
        return nmod_mat(rows, cols, entries, _PRIME)

    def _definite(self, size: int) -> Any:
        root = self._matrix(size, size)
        if int(root.det()) == 0:
            raise _NoValueError("a singular root")
        return root * root.transpose()

    def _letter(self, symbol: Symbol, commutes: bool) -> Any:
        """The value of a letter, or of its root if fractional powers of it occur."""
        rows, cols = self._size(symbol.rows), self._size(symbol.cols)
        if rows == cols == 1:
            low = 1 if symbol.definite or symbol.non_negative else -_LARGEST_ENTRY
            return nmod_mat(1, 1, [self.random.randint(low, _LARGEST_ENTRY) % _PRIME], _PRIME)
        if commutes:
            # Squares of polynomials with integer coefficients are definite wherever they are invertible.
            base = self.bases.setdefault(symbol.family, self._definite(rows))
            unit = nmod_mat(rows, rows, [int(i == j) for i in range(rows) for j in range(rows)], _PRIME)
            value = base * self.random.randint(1, 9) + unit * self.random.randint(1, 9)
            return value * value
        if symbol.definite:
            return self._definite(rows)
        value = self._matrix(rows, cols)
        return value + value.transpose() if symbol.symmetric else value

    def is_not_zero(self, expression: Expression) -> bool:
        """Whether the value is not 0."""
        value = self.value(expression)
        return any(int(entry) for entry in value.entries())

    def value(self, expression: Expression) -> Any:
        """The value modulo the prime."""
        rows, cols = self._size(expression.rows), self._size(expression.cols)
        total = nmod_mat(rows, cols, [0] * (rows * cols), _PRIME)
        unit = nmod_mat(rows, cols, [int(i == j) for i in range(rows) for j in range(cols)], _PRIME)
        for monomial, coefficient in expression.terms.items():
            weight = self._coefficient(coefficient)
            for word, exponent in monomial.closed:
                weight = weight * self._power(self._closed(word), exponent) % _PRIME
            total = total + (self._word(monomial.word) if monomial.word else unit) * weight
        return total

    def _coefficient(self, coefficient: Coefficient) -> int:
        def value(polynomial: Polynomial) -> int:
            total = 0
            for powers, factor in polynomial.items():
                term = factor.numerator * self._power(factor.denominator, -1)
                for name, power in powers:
                    term = term * self._power(self.lengths[name], power) % _PRIME
                total += term
            return total % _PRIME

        return value(coefficient.numerator) * self._power(value(coefficient.denominator), -1) % _PRIME

    @staticmethod
    def _power(value: int, exponent: Rational) -> int:
        if not isinstance(exponent, int):
            raise _NoValueError("a root of a number")
        if exponent < 0 and value % _PRIME == 0:
            raise _NoValueError("division by zero")
        return pow(value, exponent, _PRIME)

    def _closed(self, word: Word) -> int:
        value = self._word(word)
        return sum(int(value[i, i]) for i in range(value.nrows())) % _PRIME

    def _word(self, word: Word) -> Any:
        result = self._factor(word[0])
        for f in word[1:]:
            result = result * self._factor(f)
        return result

    def _factor(self, f: Factor) -> Any:
        result: Any = None
        for symbol, exponent in f.powers:
            base = self.values[symbol]
            times = int(exponent * self.roots.get(symbol, 1))
            if times < 0:
                try:
                    base = base.inv()
                except ZeroDivisionError as error:
                    raise _NoValueError("a singular matrix") from error
            for _ in range(abs(times)):
                result = base if result is None else result * base
        return result.transpose() if f.transposed else result


def _roots(expressions: Sequence[Expression]) -> dict[Symbol, int]:
    """For each letter with fractional powers the root that is drawn."""
    roots: dict[Symbol, int] = {}
    for e in expressions:
        for m in e.terms:
            for w in (m.word, *(w for w, _ in m.closed)):
                for symbol, p in (pair for f in w for pair in f.powers):
                    if isinstance(p, Fraction):
                        roots[symbol] = lcm(roots.get(symbol, 1), p.denominator)
    return roots
