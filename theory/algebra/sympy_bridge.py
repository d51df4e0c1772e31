"""Expressions to and from SymPy's `MatrixSymbol` expressions.

SymPy is used as a language only: no derivative, trace rule or simplification of its matrix module is relied on.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import sympy

from theory.algebra.coefficients import Coefficient, Polynomial, Rational
from theory.algebra.expression import Expression, identity, matrix, number, scalar, scalar_letter, zero
from theory.algebra.monomials import Monomial
from theory.algebra.words import Dimension, Symbol, Word


class Trace(sympy.Trace):  # type: ignore[misc]
    """SymPy's trace, equal to it in every way, that `sympy.lambdify` can print for NumPy; SymPy 1.14's cannot."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, sympy.Trace) and bool(self.arg == other.arg)

    def __ne__(self, other: object) -> bool:
        return not self == other

    # Basic hashes the name of the class, which is the same.
    __hash__ = sympy.Trace.__hash__

    def _numpycode(self, printer: Any) -> str:
        return f"{printer._module_format('numpy.trace')}({printer._print(self.arg)})"


def length_symbol(name: str) -> sympy.Symbol:
    """The SymPy symbol of a length: a positive integer."""
    return sympy.Symbol(name, integer=True, positive=True)


def _size(size: Dimension) -> Any:
    return sympy.Integer(size) if isinstance(size, int) else length_symbol(size)


def _rational(value: Rational) -> Any:
    return sympy.Rational(value.numerator, value.denominator)


def _polynomial(polynomial: Polynomial) -> Any:
    terms = (
        _rational(value) * sympy.prod([length_symbol(name) ** power for name, power in powers])
        for powers, value in polynomial.items()
    )
    return sympy.Add(*terms)


def coefficient_to_sympy(coefficient: Coefficient) -> Any:
    """The coefficient as a SymPy expression in the lengths."""
    numerator, denominator = coefficient.split() if coefficient else ({}, {(): 1})
    return _polynomial(numerator) / _polynomial(denominator)


def _letter(symbol: Symbol) -> Any:
    if symbol.indices:
        raise ValueError(f"{symbol.name} carries a summation index, which SymPy's matrices have no word for")
    if symbol.rows == symbol.cols == 1:
        return sympy.Symbol(symbol.name, positive=True) if symbol.definite else sympy.Symbol(symbol.name, real=True)
    return sympy.MatrixSymbol(symbol.name, _size(symbol.rows), _size(symbol.cols))


def _word(word: Word) -> Any:
    factors = []
    for f in word:
        letters = []
        for symbol, power in f.powers:
            base = _letter(symbol)
            letters.append(base if power == 1 else sympy.MatPow(base, _rational(power)))
        if f.transposed:
            letters = [sympy.Transpose(x) for x in reversed(letters)]
        factors += letters
    return factors[0] if len(factors) == 1 else sympy.MatMul(*factors, evaluate=False)


def _closed(word: Word, exponent: Rational) -> Any:
    value = _word(word)
    if len(word) > 1 or word[0].rows != 1:
        value = Trace(value)
    return value ** _rational(exponent)


def to_sympy(expression: Expression) -> Any:
    """Return the expression in SymPy: MatrixSymbols, Traces (of x' A x too), Symbols; lengths as positive integers.

    `sympy.lambdify` turns the result into a NumPy function of arrays, vectors as columns (d x 1), unless a fractional
    power of a matrix occurs, which SymPy does not print for NumPy.

    Raises:
        ValueError: for an expression with sums over indices, which SymPy's matrix language cannot state.
    """
    terms = []
    for monomial, coefficient in expression.sorted_terms():
        factor = coefficient_to_sympy(coefficient)
        for word, exponent in monomial.closed:
            factor = factor * _closed(word, exponent)
        if expression.is_scalar:
            terms.append(factor)
        else:
            body = _word(monomial.word) if monomial.word else sympy.Identity(_size(expression.rows))
            terms.append(sympy.MatMul(factor, body, evaluate=False) if factor != 1 else body)
    if expression.is_scalar:
        return sympy.Add(*terms)
    if not terms:
        return sympy.ZeroMatrix(_size(expression.rows), _size(expression.cols))
    return terms[0] if len(terms) == 1 else sympy.MatAdd(*terms, evaluate=False)


def from_sympy(formula: Any, letters: Mapping[str, Expression] | None = None) -> Expression:
    """Return a SymPy expression in MatrixSymbols, Traces and Symbols as a canonical expression.

    Args:
        formula: built from +, *, integer or rational powers, Transpose, Inverse, Trace, Identity, ZeroMatrix.
        letters: for a name its letter, where it has properties (symmetric, definite, ...); others are general matrices.
            Scalar symbols that are declared positive integers are lengths, others scalar letters.

    Raises:
        ValueError: for any other kind of node.
    """
    known = letters or {}

    def size(value: Any) -> Dimension:
        if value.is_Integer:
            return int(value)
        if value.is_Symbol:
            return str(value)
        raise ValueError(f"a dimension must be a symbol or a number, got {value}")

    def convert(node: Any) -> Expression:
        if node.is_Rational:
            return number(Fraction(int(node.p), int(node.q)))
        if isinstance(node, sympy.MatrixSymbol):
            declared = known.get(str(node.name))
            return declared if declared is not None else matrix(str(node.name), size(node.rows), size(node.cols))
        if isinstance(node, sympy.Symbol):
            if node.name in known:
                return known[node.name]
            if node.is_integer and node.is_positive:
                return scalar(Coefficient.length(node.name))
            return scalar_letter(node.name, definite=bool(node.is_positive))
        if isinstance(node, sympy.Identity):
            return identity(size(node.rows))
        if isinstance(node, sympy.ZeroMatrix):
            return zero(size(node.rows), size(node.cols))
        if isinstance(node, sympy.Transpose):
            return convert(node.arg).T
        if isinstance(node, sympy.Trace):
            return convert(node.arg).trace()
        if isinstance(node, sympy.Inverse):
            return convert(node.arg).inverse()
        if isinstance(node, sympy.MatAdd | sympy.Add):
            parts = [convert(arg) for arg in node.args]
            total = parts[0]
            for part in parts[1:]:
                total = total + part
            return total
        if isinstance(node, sympy.MatMul | sympy.Mul):
            parts = [convert(arg) for arg in node.args]
            result = parts[0]
            for part in parts[1:]:
                result = result * part if result.is_scalar or part.is_scalar else result @ part
            return result
        if isinstance(node, sympy.MatPow | sympy.Pow):
            base, exponent = node.args
            if not exponent.is_Rational:
                raise ValueError(f"only rational exponents are understood, got {node}")
            power = Fraction(int(exponent.p), int(exponent.q))
            converted = convert(base)
            if converted.is_scalar and _is_coefficient(converted) and power.denominator == 1:
                ((_, coefficient),) = converted.terms.items()
                return scalar(coefficient ** int(power))
            return converted ** (int(power) if power.denominator == 1 else power)
        raise ValueError(f"no matrix expression of the algebra corresponds to {type(node).__name__}: {node}")

    return convert(formula)


def _is_coefficient(expression: Expression) -> bool:
    return list(expression.terms) == [Monomial((), ())]
