"""To SymPy and back."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
import pytest
import sympy
from hypothesis import strategies as st

from tests.theory.algebra.test_compile import exact_values
from tests.theory.algebra.test_expression import LETTERS, product
from theory import evaluate, gradient_flow, population_loss, prediction_error
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

LAMBDIFIED = {
    "loss": population_loss(),
    "gradient": population_loss().gradient("U11"),
    "gradient of a vector": population_loss().gradient("u12"),
    "reduced flow": gradient_flow().results["U' reduced"],
    "prediction error": prediction_error("quadratic"),
}
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


@pytest.mark.parametrize("name", LAMBDIFIED)
def test_sympy_can_lambdify_what_we_hand_over(name: str) -> None:
    """The NumPy function that SymPy prints has the value of `evaluate`."""
    formula = LAMBDIFIED[name]
    exact = exact_values(formula, {"d": 3, "N": 2, "M": 4}, seed=5)
    arrays = {held: np.array(exact[key], dtype=float) for key, held in formula.arguments.items()}
    columns = {held: array.reshape(-1, 1) if array.ndim == 1 else array for held, array in arrays.items()}
    for d in formula.definitions:
        columns[d.symbol.name] = evaluate(d.expression, _used(d.expression, arrays), {"N": 2})
    symbols = sorted(formula.to_sympy().free_symbols, key=str)
    function = sympy.lambdify(symbols, formula.to_sympy(), "numpy")
    sizes = {"d": 3, "N": 2, "M": 4}
    value = function(*(sizes.get(str(s), columns.get(str(s))) for s in symbols))
    expected = np.array(formula.evaluate(**exact), dtype=float)
    assert np.allclose(expected.reshape(np.shape(value)), value, rtol=1e-11, atol=0)


def _used(expression: Expression, arrays: dict[str, Any]) -> dict[str, Any]:
    return {s.name: arrays[s.name] if arrays[s.name].ndim else float(arrays[s.name]) for s in expression.symbols}


def test_our_trace_is_that_of_sympy() -> None:
    """Traces that a user builds cancel against ours, whichever comes first."""
    X = sympy.MatrixSymbol("A", length_symbol("d"), length_symbol("d"))
    for ours, theirs in ((to_sympy(A.trace()), sympy.Trace(X)), (to_sympy((A @ A).trace()), sympy.Trace(X * X))):
        assert ours == theirs
        assert theirs == ours
        assert hash(ours) == hash(theirs)
        assert ours - theirs == 0
        assert theirs - ours == 0
        assert ours != sympy.Trace(X.T)
    assert sympy.Trace(X) + to_sympy(A.trace()) == 2 * sympy.Trace(X)


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
