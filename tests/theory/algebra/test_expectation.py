"""Wick expectations against moments in coordinates, and against identities of Gaussian and Wishart moments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from itertools import permutations
from math import prod
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st
from tests.theory import brute_force
from tests.theory.recipes import KINDS, MOST_RANDOM_LETTERS, Instance, Recipe, degree, recipes, value_in_coordinates

from theory import evaluate, expect
from theory.algebra import expectation as engine
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (
    Expression,
    identity,
    indexed,
    length,
    matrix,
    number,
    scalar_letter,
    sum_over,
    vector,
)

A, B, S = matrix("A"), matrix("B"), matrix("S", symmetric=True)
LAMBDA, PSI = matrix("Lambda", definite=True), matrix("Psi", definite=True)
x, z, v, m, y = (vector(name) for name in "xzvmy")
LETTERS = {"A": A, "S": S, "x": x, "z": z, "v": v, "y": y}


def symbolic(recipe: Recipe) -> Expression:
    """The recipe in the engine's algebra."""
    match recipe:
        case ("letter", name):
            return LETTERS[name]
        case ("indexed", name, label):
            return indexed(LETTERS[name], label)
        case ("T", body):
            return symbolic(body).T
        case ("mul", left, right):
            a, b = symbolic(left), symbolic(right)
            return a * b if a.is_scalar or b.is_scalar else a @ b
        case ("add", left, right):
            return symbolic(left) + symbolic(right)
        case ("scale", factor, body):
            return symbolic(body) * factor
        case ("tr", body):
            return symbolic(body).trace()
        case ("sum", label, body):
            return sum_over(label, "N", symbolic(body))
    raise ValueError(f"not a recipe: {recipe}")


def law_of_z(kind: str) -> Gaussian:
    """The law of z in the engine's terms."""
    moment: Callable[[int], Expression] | None = None
    if "elliptical" in kind:

        def moment(k: int) -> Expression:
            return number(brute_force.radial_moment(k))

    covariance = {"rank one": v @ v.T, "sum with rank one": PSI + v @ v.T}.get(kind, PSI)
    return Gaussian(covariance, m if "mean" in kind else None, moment)


def value_by_engine(expected: Expression, instance: Instance) -> Any:
    """The symbolic expectation at the numbers of the instance."""
    L, K = instance.roots()
    values = {**instance.letters(), "Lambda": L @ L.T, "Psi": K @ K.T}
    names = {symbol.name for symbol in expected.symbols}
    known = {"N": instance.N, "d": instance.d}
    return evaluate(expected, {name: value for name, value in values.items() if name in names}, known)


def _agrees(recipe: Recipe, kind: str, sizes: list[tuple[int, int]], seed: int) -> None:
    expected = expectation(symbolic(recipe), {x: Gaussian(LAMBDA), z: law_of_z(kind)})
    for d, N in sizes:
        instance = Instance(d, N, kind, seed)
        brute = value_in_coordinates(recipe, instance)
        assert np.array_equal(brute, value_by_engine(expected, instance)), (recipe, kind, d, N, seed, str(expected))


SIZES = st.sampled_from([[(1, 1), (2, 3)], [(2, 2), (2, 3)], [(3, 1), (3, 2)], [(1, 3), (3, 3)]])


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
@hypothesis.given(recipes(), st.sampled_from(KINDS[:4]), SIZES, st.integers(0, 99))
def test_gaussian_formulas_equal_moments_in_coordinates(
    recipe: Recipe, kind: str, sizes: list[tuple[int, int]], seed: int
) -> None:
    """Whatever the formula, its symbolic expectation is exact at every dimension and length tried."""
    hypothesis.assume(degree(recipe) <= MOST_RANDOM_LETTERS)
    _agrees(recipe, kind, sizes, seed)


@hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
@hypothesis.given(recipes(summed=("x", "z")), st.sampled_from(KINDS[4:]), SIZES, st.integers(0, 99))
def test_elliptical_formulas_equal_moments_in_coordinates(
    recipe: Recipe, kind: str, sizes: list[tuple[int, int]], seed: int
) -> None:
    """The same for scale mixtures, whose draws under different indices may coincide."""
    hypothesis.assume(degree(recipe) <= MOST_RANDOM_LETTERS)
    _agrees(recipe, kind, sizes, seed)
