"""Coefficients against SymPy's `cancel`, which shares no code with their arithmetic on Laurent polynomials."""

from __future__ import annotations

import pickle
from fractions import Fraction
from typing import Any

import hypothesis
import pytest
import sympy
from hypothesis import strategies as st

from theory.algebra.coefficients import Coefficient
from theory.algebra.sympy_bridge import coefficient_to_sympy, length_symbol

N, M = Coefficient.length("N"), Coefficient.length("M")
n, m = length_symbol("N"), length_symbol("M")


@st.composite
def polynomials(draw: st.DrawFn) -> tuple[Coefficient, Any]:
    """A small polynomial in N and M, twice."""
    ours, theirs = Coefficient({}), sympy.Integer(0)
    for _ in range(draw(st.integers(1, 3))):
        value = Fraction(draw(st.integers(-3, 3)), draw(st.integers(1, 3)))
        a, b = draw(st.integers(0, 2)), draw(st.integers(0, 2))
        ours = ours + Coefficient.number(value) * N**a * M**b
        theirs = theirs + sympy.Rational(value.numerator, value.denominator) * n**a * m**b
    return ours, theirs


@st.composite
def fractions(draw: st.DrawFn) -> tuple[Coefficient, Any]:
    """A rational function of N and M, twice."""
    (above, above_), (below, below_) = draw(polynomials()), draw(polynomials())
    hypothesis.assume(below)
    return above / below, above_ / below_


@hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
@hypothesis.given(fractions(), fractions(), st.sampled_from(["+", "-", "*", "/"]))
def test_arithmetic_agrees_with_sympy(left: tuple[Coefficient, Any], right: tuple[Coefficient, Any], op: str) -> None:
    """Sum, difference, product and quotient are those of SymPy's rational functions."""
    (a, a_), (b, b_) = left, right
    if op == "/":
        hypothesis.assume(b)
    ours = {"+": lambda: a + b, "-": lambda: a - b, "*": lambda: a * b, "/": lambda: a / b}[op]()
    theirs = {"+": lambda: a_ + b_, "-": lambda: a_ - b_, "*": lambda: a_ * b_, "/": lambda: a_ / b_}[op]()
    assert 0 == sympy.cancel(coefficient_to_sympy(ours) - theirs)


@hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
@hypothesis.given(fractions(), polynomials())
def test_equal_functions_have_one_form(fraction: tuple[Coefficient, Any], factor: tuple[Coefficient, Any]) -> None:
    """Multiplying and dividing by the same polynomial gives back the same table, hash and text."""
    a, c = fraction[0], factor[0]
    hypothesis.assume(c)
    again = (a * c) / c
    assert (a, hash(a), str(a)) == (again, hash(again), str(again))


@hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
@hypothesis.given(fractions(), st.integers(1, 9), st.integers(1, 9))
def test_values_agree_with_sympy(fraction: tuple[Coefficient, Any], at_n: int, at_m: int) -> None:
    """The value at whole lengths is SymPy's, away from poles."""
    ours, theirs = fraction
    expected = sympy.cancel(theirs).subs({n: at_n, m: at_m})
    hypothesis.assume(expected.is_Rational)
    assert Fraction(int(expected.p), int(expected.q)) == ours.evaluate({"N": at_n, "M": at_m}, Fraction(1))


def test_substitution_composes() -> None:
    """(N + 1)/N at N = 1/M is M + 1."""
    one = Coefficient.number(1)
    assert M + one == ((N + one) / N).substitute({"N": one / M})


def test_cancellation_finds_common_factors() -> None:
    """(N^2 - 1)/(N - 1) = N + 1."""
    one = Coefficient.number(1)
    assert N + one == (N * N - one) / (N - one)


def test_division_by_zero_is_refused() -> None:
    """1/(N - N) does not exist."""
    with pytest.raises(ZeroDivisionError, match="by zero"):
        N / (N - N)


def test_a_pole_is_named() -> None:
    """1/(N - 1) has no value at N = 1."""
    one = Coefficient.number(1)
    with pytest.raises(ZeroDivisionError, match="pole"):
        (one / (N - one)).evaluate({"N": 1})


def test_pickling_keeps_equality() -> None:
    """A coefficient that was sent to another process equals the original."""
    value = (N + M) / (N - M)
    copy = pickle.loads(pickle.dumps(value))
    assert (value, hash(value)) == (copy, hash(copy))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (N**-2, "1/N^2"),
        ((N + M) / N, "(M + N)/N"),
        (Coefficient.number(Fraction(-2, 3)) * N, "-2 N/3"),
        (Coefficient.number(1) / (N + M), "1/(M + N)"),
        (Coefficient({}), "0"),
    ],
)
def test_text_is_unambiguous(value: Coefficient, text: str) -> None:
    """Numerators and denominators are bracketed where a reader or the grammar could err."""
    assert text == str(value)
