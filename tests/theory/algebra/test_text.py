"""Plain text is the grammar's own language: reading it back gives the same expression."""

from __future__ import annotations

import random

import hypothesis
import pytest
from hypothesis import strategies as st

from tests.theory.algebra.test_expectation import LAMBDA, LETTERS, PSI, expected_value, m, symbolic
from tests.theory.recipes import KINDS, MOST_RANDOM_LETTERS, Recipe, degree, recipes
from theory import DERIVATIONS
from theory.algebra.expression import Expression, length, matrix, number, scalar_letter, symbol_expression, vector
from theory.algebra.grammar import Vocabulary, elaborate, parse
from theory.algebra.inverse_moments import wishart_expectation

NAMES = {**LETTERS, "Lambda": LAMBDA, "Psi": PSI, "m": m, "N": length("N"), "d": length("d")}


def read_back(expression: Expression) -> Expression:
    """parse(str(expression)) with the letters of the expression."""
    names = {symbol.name: symbol_expression(symbol) for symbol in expression.symbols}
    names |= {name: length(name) for name in expression.lengths}
    upto = {"i": next((size for size in ("M", "n") if size in expression.lengths), "N")}
    return elaborate(parse(str(expression)), Vocabulary(names, {}, upto), str(expression))


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
@hypothesis.given(recipes(), st.sampled_from(KINDS[:4]))
def test_reading_back_gives_the_same_expression(recipe: Recipe, kind: str) -> None:
    """parse(str(e)) == e, before and after taking the expectation."""
    hypothesis.assume(degree(recipe) <= MOST_RANDOM_LETTERS)
    for expression in (symbolic(recipe), expected_value(recipe, kind)):
        if expression:
            vocabulary = Vocabulary(NAMES)
            assert expression == elaborate(parse(str(expression)), vocabulary, str(expression))


@pytest.mark.parametrize("name", [name for name in DERIVATIONS if name != "model"])
def test_every_result_of_the_theory_reads_back(name: str) -> None:
    """The printed results of all derivations are formulas that anybody can type again."""
    for formula in DERIVATIONS[name]().results.values():
        if formula.expression:
            assert formula.expression == read_back(formula.expression)


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (matrix("A").trace() ** 2, "tr(A)^2"),
        (matrix("A") / length("N") ** 2, "1/N^2 A"),
        ((matrix("A") @ matrix("A")).T, "(A^2)'"),
        ((vector("v").T @ vector("w")) * matrix("A"), "(v' w) A"),
        (2 * vector("v") - vector("w"), "2 v - w"),
        (scalar_letter("u") * 0, "0"),
    ],
)
def test_text_of_small_formulas(expression: Expression, text: str) -> None:
    """Short formulas look as one would type them."""
    assert text == str(expression)


def test_denominators_are_factored_and_read_back() -> None:
    """A moment of an inverse Wishart matrix has three linear factors below, not a cubic polynomial."""
    W, LAMBDA = matrix("W", definite=True), matrix("Lambda", definite=True)
    moment = wishart_expectation(W**-2, W, LAMBDA).value
    text = str(moment)
    assert "1/((M - d) (M - d - 3)) Lambda^-2" in text
    names = {"Lambda": LAMBDA, **{name: length(name) for name in ("M", "d")}}
    assert moment == elaborate(parse(text), Vocabulary(names))


def test_powers_of_sums_below_a_fraction_bar_are_in_brackets() -> None:
    """1/(N + 1)^3, which once was printed as 1/(N + 1^3); random quotients read back."""
    N = length("N")
    assert str(N / (N + 1) ** 3) == "N/(N + 1)^3"
    names = {name: length(name) for name in ("N", "M", "d")}
    generator = random.Random(3)
    for _ in range(200):
        below = number(generator.choice([1, 2, 6]))
        for _ in range(generator.randint(1, 3)):
            one, other = generator.sample(list(names), 2)
            base = generator.choice(
                [length(one), length(one) + 1, length(one) - length(other) - 2, 2 * length(one) + 3]
            )
            below = below * base ** generator.randint(1, 3)
        quotient = (length("d") + generator.randint(0, 2)) / below * matrix("A")
        assert elaborate(parse(str(quotient)), Vocabulary({**names, "A": matrix("A")})) == quotient, str(quotient)
