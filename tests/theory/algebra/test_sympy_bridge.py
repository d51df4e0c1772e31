"""To SymPy and back."""

from __future__ import annotations

from fractions import Fraction

import hypothesis
import pytest
import sympy
from hypothesis import strategies as st

from tests.theory.algebra.test_expression import LETTERS, product
from theory import population_loss
from theory.algebra.expression import (
    Expression,
    identity,
    indexed,
    length,
    matrix,
    scalar_letter,
    sum_over,
    symbol_expression,
    vector,
    zero,
)
from theory.algebra.sympy_bridge import from_sympy, length_symbol, to_sympy

A, S, v = matrix("A"), matrix("S", symmetric=True), vector("v")


def letters(expression: Expression) -> dict[str, Expression]:
    """The letters of an expression with their properties."""
    return {symbol.name: symbol_expression(symbol) for symbol in expression.symbols}


@hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
@hypothesis.given(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=4), st.integers(-2, 2), st.booleans())
def test_round_trip(factors: list[Expression], power: int, closed: bool) -> None:
    """from_sympy(to_sympy(e)) == e for words, traces and coefficients in N."""
    word = product(factors)
    expression = (length("N") + 1) ** abs(power) * (word.trace() if closed else word) / length("N") + (
        word.trace() * word.trace() if closed else identity("d")
    )
    assert expression == from_sympy(to_sympy(expression), letters(expression))


def test_the_population_loss_survives() -> None:
    """All blocks of the loss go to SymPy and come back."""
    loss = population_loss().expression
    assert loss == from_sympy(population_loss().to_sympy(), letters(loss))


def test_shapes_carry_over() -> None:
    """Zero, identity, and column results keep their shapes."""
    d = length_symbol("d")
    assert sympy.ZeroMatrix(d, d) == to_sympy(zero("d", "d"))
    assert sympy.Identity(d) == to_sympy(identity("d"))
    assert (d, 1) == to_sympy(A @ v).shape


def test_sympy_formulas_are_understood() -> None:
    """Inverse, Transpose, Trace, powers and rational coefficients have their meaning."""
    d = length_symbol("d")
    X, C = sympy.MatrixSymbol("A", d, d), sympy.MatrixSymbol("C", d, d)
    invertible = matrix("C", invertible=True)
    assert A.T @ invertible**-1 * Fraction(2, 3) == from_sympy(sympy.Rational(2, 3) * X.T * C.inv(), {"C": invertible})
    assert (A @ A.T).trace() ** 2 == from_sympy(sympy.Trace(X * X.T) ** 2)
    assert scalar_letter("u", definite=True) == from_sympy(sympy.Symbol("u", positive=True))
    assert length("n") ** -2 == from_sympy(length_symbol("n") ** -2)


@pytest.mark.parametrize(
    "formula", [sympy.sin(sympy.Symbol("u")), sympy.Symbol("u") ** sympy.Symbol("v"), sympy.Float(0.5)], ids=str
)
def test_what_the_algebra_has_no_word_for_is_refused(formula: object) -> None:
    """The error names the node; nothing is guessed."""
    with pytest.raises(ValueError, match=r"no matrix expression|rational exponents"):
        from_sympy(formula)


def test_sums_have_no_sympy_form() -> None:
    """Indexed sums are refused."""
    with pytest.raises(ValueError, match="summation index"):
        to_sympy(sum_over("i", "N", indexed(v, "i")))
