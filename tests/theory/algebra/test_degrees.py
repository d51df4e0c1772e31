"""The size that settles an identity: it is reached, and it is needed."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from tests.theory import brute_force
from theory import evaluate
from theory.algebra.definitions import define
from theory.algebra.degrees import degree
from theory.algebra.expression import Expression, identity, indexed, length, matrix, scalar_letter, sum_over, vector

A, B, LAMBDA = matrix("A"), matrix("B"), matrix("Lambda", definite=True)
X = matrix("X", "d", "N")
UNIT, N, D = identity("d"), length("N"), length("d")
v, w = vector("v"), vector("w")
GAMMA = define("Gamma", (1 + 1 / N) * LAMBDA + LAMBDA.trace() / N * UNIT)

# Cayley-Hamilton of 2 x 2 and 3 x 3 matrices, the last also traced against B.
SECOND = A @ A - A.trace() * A + (A.trace() ** 2 - (A @ A).trace()) / 2 * UNIT
THIRD = (
    A @ A @ A
    - A.trace() * (A @ A)
    + (A.trace() ** 2 - (A @ A).trace()) / 2 * A
    - (A.trace() ** 3 - 3 * A.trace() * (A @ A).trace() + 2 * (A @ A @ A).trace()) / 6 * UNIT
)


@pytest.mark.parametrize(
    ("expression", "size", "total"),
    [
        (A.trace(), 1, 1),
        ((A @ B @ A).trace() * A.trace(), 4, 4),
        (v.T @ A @ w, 2, 3),
        (v.T @ v * (w.T @ w), 2, 4),
        (A @ v, 2, 2),
        (A @ v @ w.T @ B, 4, 4),
        (UNIT, 1, 0),
        (SECOND, 3, 2),
        (THIRD, 4, 3),
        ((SECOND @ B).trace(), 3, 3),
        ((LAMBDA**3).trace(), 3, 3),
        (GAMMA.name @ A, 3, 2),
        (scalar_letter("s") ** 3 * A.trace(), 1, 4),
    ],
)
def test_degree_by_hand(expression: Expression, size: int, total: int) -> None:
    """Every factor of every trace counts, v w' once, the test letter of a matrix-valued side once."""
    found = degree(expression, (GAMMA,))
    assert found is not None
    assert (size, total) == (found.sizes["d"], found.total)


@pytest.mark.parametrize(("expression", "vanishes_at"), [(SECOND, 2), (THIRD, 3)])
def test_the_size_is_needed(expression: Expression, vanishes_at: int) -> None:
    """Cayley-Hamilton holds one size below the one that settles, and fails there."""
    found = degree(expression)
    assert found is not None
    assert vanishes_at + 1 == found.sizes["d"]
    for d in (vanishes_at, vanishes_at + 1):
        value = evaluate(expression, {"A": brute_force.matrix(random.Random(d), d, d)}, {})
        assert (d == vanishes_at) == (not np.any(value))


@pytest.mark.parametrize(
    ("expression", "degrees"),
    [
        (N * A.trace() - A.trace(), {"N": 1}),
        (A.trace() / N + A.trace() * N**2, {"N": 3}),
        ((D * N - 1) * A.trace() / N, {"N": 1, "d": 1}),
        (A.trace() / (N + 1) + A.trace(), {"N": 1}),
        ((N - 1) * (N - 2) * (N - 3) * A.trace(), {"N": 3}),
    ],
)
def test_degree_in_lengths(expression: Expression, degrees: dict[str, int]) -> None:
    """One more value than the degree settles a length: N^3 = 6 N^2 - 11 N + 6 needs four."""
    found = degree(expression)
    assert found is not None
    assert degrees == found.lengths


def test_rectangular_letters_have_a_size_of_each_kind() -> None:
    """tr(X X' A): X has an end in d and one in N."""
    found = degree((X @ X.T @ A).trace())
    assert found is not None
    assert {"d": 2, "N": 1} == found.sizes


@pytest.mark.parametrize(
    "expression",
    [
        LAMBDA**-1,
        LAMBDA ** Fraction(1, 2),
        LAMBDA.trace() ** -1,
        GAMMA.name**-1 @ A,
        matrix("M", 2, 2).trace(),
        sum_over("i", "N", indexed(v, "i").T @ indexed(v, "i")),
        matrix("P", symmetric=True, family="P+Q") @ matrix("Q", symmetric=True, family="P+Q"),
    ],
)
def test_none_where_the_argument_does_not_apply(expression: Expression) -> None:
    """Inverses, roots, numbers as sizes, sums over indices, commuting letters."""
    assert degree(expression, (GAMMA,)) is None
