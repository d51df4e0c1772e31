"""Linear maps on matrices against their d^2 x d^2 matrices, written out entry by entry."""

from __future__ import annotations

import random
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from theory import evaluate
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, length, matrix, scalar_letter, vector
from theory.algebra.operators import LinearMap, kronecker, linear_map

X, A, B = matrix("X"), matrix("A"), matrix("B")
LAMBDA, PSI = matrix("Lambda", definite=True, family="F"), matrix("Psi", definite=True, family="F")
x, N = vector("x"), length("N")
eta = scalar_letter("eta")
UNIT = identity("d")

# (I - eta x x') X (I - eta x x'), averaged: one step of stochastic gradient descent on the error's covariance.
STEP = UNIT - eta * (x @ x.T)
SGD = linear_map(expectation(STEP @ X @ STEP, {x: Gaussian(LAMBDA)}), X)


def as_matrix(operator: LinearMap, values: dict[str, Any], d: int) -> Any:
    """The d^2 x d^2 matrix of a map, column by column, by applying it to unit matrices."""
    names = {symbol.name for symbol in operator.value.symbols}
    columns = []
    for i in range(d):
        for j in range(d):
            unit = [[int((r, c) == (i, j)) for c in range(d)] for r in range(d)]
            given = {name: value for name, value in {**values, "X": unit}.items() if name in names}
            columns.append(np.array(evaluate(operator.value, given, {"d": d, "N": 3})).reshape(-1))
    return np.array(columns).T


def test_one_step_of_gradient_descent() -> None:
    """C - eta (Lambda C + C Lambda) + eta^2 (Lambda (C + C') Lambda + tr(Lambda C) Lambda), derived."""
    printed = (
        X - eta * (LAMBDA @ X + X @ LAMBDA) + eta**2 * (LAMBDA @ (X + X.T) @ LAMBDA + (LAMBDA @ X).trace() * LAMBDA)
    )
    assert linear_map(printed, X) == SGD


def random_map(generator: random.Random) -> LinearMap:
    """Two or three terms of all kinds."""
    words: list[Expression] = [A, B, A.T, UNIT, A @ B]
    total = Fraction(generator.randint(1, 3)) * X
    for _ in range(generator.randint(1, 3)):
        left, right = generator.choice(words), generator.choice(words)
        kind = generator.choice(["same", "turned", "trace"])
        term = {
            "same": left @ X @ right,
            "turned": left @ X.T @ right,
            "trace": (left @ X).trace() * right,
        }[kind]
        total = total + Fraction(generator.randint(-2, 2)) * term
    return linear_map(total, X)


def agrees(seed: int) -> bool:
    """Compare sum, composition, power and adjoint with those of d^2 x d^2 matrices, d = 2."""
    generator = random.Random(seed)
    S, T = random_map(generator), random_map(generator)
    values = {"A": brute_force.matrix(generator, 2, 2), "B": brute_force.matrix(generator, 2, 2)}
    s, t = as_matrix(S, values, 2), as_matrix(T, values, 2)
    assert np.array_equal(as_matrix(S + T, values, 2), s + t)
    assert np.array_equal(as_matrix(S @ T, values, 2), s @ t)
    assert np.array_equal(as_matrix(S**2 - 2 * T, values, 2), s @ s - 2 * t)
    assert np.array_equal(as_matrix(S.adjoint(), values, 2), s.T)
    assert S.adjoint().adjoint() == S
    return True


def test_operations_are_those_of_matrices() -> None:
    """60 pairs of linear maps."""
    assert all(agrees(seed) for seed in range(60))


def test_kronecker_products() -> None:
    """A (x) B acts as its matrix does, and (A (x) B)(B (x) A) = AB (x) BA."""
    generator = random.Random(1)
    values = {"A": brute_force.matrix(generator, 2, 2), "B": brute_force.matrix(generator, 2, 2)}
    assert np.array_equal(as_matrix(kronecker(A, B), values, 2), np.kron(values["A"], values["B"]))
    assert kronecker(A, B) @ kronecker(B, A) == kronecker(A @ B, B @ A)


EIGENVALUES = {"Lambda": [Fraction(1), Fraction(1, 3), Fraction(2)], "Psi": [Fraction(2), Fraction(5), Fraction(1, 2)]}


def dense(values: Sequence[Any]) -> Any:
    return np.diag(np.array(values, dtype=object)) + Fraction(0)


@pytest.mark.parametrize(
    "operator",
    [
        SGD,
        linear_map(LAMBDA @ X @ PSI / 7 + X.T @ LAMBDA / 5 + (PSI @ X).trace() * LAMBDA / (11 * N), X),
        linear_map((LAMBDA @ X @ PSI).trace() * PSI / 40 + (X.trace() * LAMBDA) / 30 + LAMBDA.trace() * X / 9, X),
    ],
)
def test_fixed_points_in_an_eigenbasis(operator: LinearMap) -> None:
    """X = T(X) + B exactly, by the full d^2 x d^2 system as well."""
    generator = random.Random(2)
    right = brute_force.matrix(generator, 3, 3)
    rate = Fraction(1, 7)
    small = operator.in_eigenbasis(EIGENVALUES, {"eta": rate, "N": 3})
    found = np.array(small.fixed_point(right.tolist()), dtype=object)
    assert np.array_equal(found, np.array(small(found.tolist()), dtype=object) + right)
    values = {name: dense(entries) for name, entries in EIGENVALUES.items()} | {"eta": rate}
    whole = as_matrix(operator, values, 3)
    assert np.array_equal((np.eye(9, dtype=object) - whole) @ found.reshape(-1), right.reshape(-1))


def test_the_stationary_error_of_gradient_descent() -> None:
    """With label noise, C = T(C) + eta^2 s2 Lambda; isotropic, c = eta s2/(2 - eta (d + 2)) on the diagonal."""
    rate, s2, d = Fraction(1, 10), Fraction(3), 4
    small = SGD.in_eigenbasis({"Lambda": [1] * d}, {"eta": rate})
    noise = [[rate**2 * s2 * int(i == j) for j in range(d)] for i in range(d)]
    found = small.fixed_point(noise)
    expected = rate * s2 / (2 - rate * (d + 2))
    assert [[expected * int(i == j) for j in range(d)] for i in range(d)] == found
    # At eta = 2/(d + 2) the map has the eigenvalue 1: there the iteration stops converging.
    with pytest.raises(ValueError, match="1 is an eigenvalue"):
        SGD.in_eigenbasis({"Lambda": [1] * d}, {"eta": Fraction(2, d + 2)}).fixed_point(noise)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (X @ X, "not linear in X"),
        (A, "not linear in X"),
        (X.trace() * X, "not linear in X"),
        (X.trace(), "must be square like X"),
        (X.trace() ** 2 * A, "not linear in X"),
    ],
)
def test_what_is_no_linear_map_is_refused(value: Expression, message: str) -> None:
    """Constants, squares, numbers."""
    with pytest.raises(ValueError, match=message):
        linear_map(value, X)


def test_missing_eigenvalues_and_values_are_named() -> None:
    """Every letter of the map needs its eigenvalues, in one number."""
    with pytest.raises(ValueError, match="no eigenvalues given for A"):
        kronecker(A, LAMBDA).in_eigenbasis({"Lambda": [1, 2]})
    with pytest.raises(ValueError, match="no value given for eta"):
        SGD.in_eigenbasis({"Lambda": [1, 2]})
    with pytest.raises(ValueError, match="the same number of eigenvalues"):
        SGD.in_eigenbasis({"Lambda": [1, 2], "Psi": [1]})
    with pytest.raises(ValueError, match="no value given for the length N"):
        linear_map(X / N + LAMBDA @ X, X).in_eigenbasis({"Lambda": [1, 2]})
    with pytest.raises(ValueError, match="no power -1"):
        SGD**-1
