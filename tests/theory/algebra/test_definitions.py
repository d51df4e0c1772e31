"""Named abbreviations: their properties are proved, partial fractions are a normal form, nothing changes its value."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from tests.theory import brute_force
from theory import evaluate
from theory.algebra.definitions import abbreviate, define, expand, is_positive
from theory.algebra.expression import Expression, identity, length, matrix, scalar_letter, vector

A, LAMBDA = matrix("A"), matrix("Lambda", definite=True)
PSI = matrix("Psi", definite=True)
N, UNIT = length("N"), identity("d")
GAMMA = define("Gamma", (1 + 1 / N) * LAMBDA + LAMBDA.trace() / N * UNIT)
v = vector("v")


def value(expression: Expression, seed: int = 0) -> Any:
    """The value at generic numbers, Gamma computed from its definition."""
    generator = random.Random(seed)
    L = brute_force.root(generator, 3)
    given = {"Lambda": L @ L.T, "A": brute_force.matrix(generator, 3, 3), "v": brute_force.vector(generator, 3)}
    given["Gamma"] = evaluate(GAMMA.expression, {"Lambda": given["Lambda"]}, {"N": 2})
    names = {symbol.name for symbol in expression.symbols}
    return evaluate(expression, {name: x for name, x in given.items() if name in names}, {"N": 2, "d": 3})


products = st.lists(
    st.sampled_from([LAMBDA, LAMBDA**-1, GAMMA.name, GAMMA.name**-1, GAMMA.name**-2, A, A.T]), min_size=1, max_size=6
)


@hypothesis.settings(max_examples=80, deadline=None, derandomize=True)
@hypothesis.given(products)
def test_expanding_keeps_the_value(factors: list[Expression]) -> None:
    """The normal form has the same value at generic matrices."""
    word = UNIT
    for f in factors:
        word = word @ f
    assert np.array_equal(value(word), value(expand(word, [GAMMA])))
    assert value(word.trace()) == value(expand(word.trace(), [GAMMA]))


@hypothesis.settings(max_examples=60, deadline=None, derandomize=True)
@hypothesis.given(st.integers(-3, 3), st.integers(-3, 3), st.integers(-2, 2), st.integers(-2, 2))
def test_normal_form_is_unique(a: int, b: int, p: int, q: int) -> None:
    """Functions of Lambda are equal if and only if their normal forms are."""
    left, right = LAMBDA**a @ GAMMA.name**b, LAMBDA**p @ GAMMA.name**q
    same = np.array_equal(value(left), value(right)) and np.array_equal(value(left, 1), value(right, 1))
    assert same == (expand(left, [GAMMA]) == expand(right, [GAMMA]))


@pytest.mark.parametrize("power", range(1, 5))
def test_definition_inverts_itself(power: int) -> None:
    """Gamma^k Gamma^-k = I, with Gamma^k multiplied out and Gamma^-k in partial fractions."""
    expanded = GAMMA.expression**power @ GAMMA.name**-power
    assert UNIT == expand(expanded, [GAMMA])


def test_resolvent_identity() -> None:
    """(1 + 1/N) Lambda Gamma^-1 = I - (tr Lambda/N) Gamma^-1."""
    expected = UNIT - LAMBDA.trace() / N * GAMMA.name**-1
    assert expected == expand((1 + 1 / N) * LAMBDA @ GAMMA.name**-1, [GAMMA])


def test_expanding_twice_changes_nothing() -> None:
    """The normal form is normal."""
    once = expand((LAMBDA**3 @ GAMMA.name**-2 @ A).trace(), [GAMMA])
    assert once == expand(once, [GAMMA])


def test_abbreviating_keeps_the_value_and_shortens() -> None:
    """Gamma is found in the flow's cubic term, and expanding gives the original back."""
    long = (GAMMA.expression @ LAMBDA @ A @ LAMBDA @ A.T).trace()
    short = abbreviate(long, GAMMA)
    assert (GAMMA.name @ LAMBDA @ A @ LAMBDA @ A.T).trace() == short
    assert long == expand(short, [GAMMA])


def test_properties_are_proved() -> None:
    """A polynomial in Lambda commutes with it and is definite; A + A' commutes with nothing."""
    assert GAMMA.symbol.definite
    assert GAMMA.name @ LAMBDA == LAMBDA @ GAMMA.name
    both = define("G", A + A.T)
    assert both.symbol.symmetric
    assert not both.symbol.definite
    assert both.name @ A != A @ both.name
    mixed = define("G", LAMBDA + PSI)
    assert mixed.symbol.definite
    assert mixed.name @ LAMBDA != LAMBDA @ mixed.name
    assert not define("G", A).symbol.symmetric


@pytest.mark.parametrize(
    ("expression", "positive"),
    [
        (LAMBDA, True),
        (LAMBDA - PSI, False),
        (LAMBDA + scalar_letter("s", non_negative=True) * PSI, True),
        (scalar_letter("s", non_negative=True) * PSI, False),
        (scalar_letter("s") * PSI + LAMBDA, False),
        ((N - 1) * LAMBDA + PSI, True),
        ((N - 1) * LAMBDA, False),
        ((N - 2) * LAMBDA + PSI, False),
        (LAMBDA @ PSI @ LAMBDA, True),
        (LAMBDA @ PSI + PSI @ LAMBDA, False),
        ((LAMBDA @ PSI).trace() * LAMBDA, True),
        (A.trace() * LAMBDA, False),
        (v @ v.T, False),
        (LAMBDA + v @ v.T, True),
        (v @ v.T - LAMBDA, False),
        (LAMBDA + A @ PSI @ A.T, True),
        (A @ PSI @ A.T, False),
        (LAMBDA + A @ PSI @ A, False),
        ((A @ A.T @ PSI).trace() * LAMBDA, False),
        (LAMBDA + (A @ A.T @ PSI).trace() * PSI, True),
        (LAMBDA + (A @ A @ PSI).trace() * PSI, False),
    ],
)
def test_positivity_by_form_is_sound(expression: Expression, positive: bool) -> None:
    """Sums of definite products with positive weights are definite; nothing else is claimed."""
    assert positive == is_positive(expression)


def test_a_definition_must_not_contain_itself() -> None:
    """Gamma = Gamma + I defines nothing."""
    with pytest.raises(ValueError, match="contains Gamma itself"):
        define("Gamma", matrix("Gamma") + UNIT)


def test_half_powers_survive() -> None:
    """Gamma^(1/2) has no polynomial form and stays, whole powers beside it are multiplied out."""
    half = Fraction(1, 2)
    root = GAMMA.name**half
    assert GAMMA.expression @ root == expand(GAMMA.name ** Fraction(3, 2), [GAMMA])
    assert GAMMA.expression == expand(root @ root, [GAMMA])
