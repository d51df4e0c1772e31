"""Lemmas D.1 and D.2 against finite differences and moments by enumeration."""

from __future__ import annotations

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from theory.zhang2024.matrix_calculus import derivation

B = np.array([[1, 2], [Fraction(-1, 3), 4]], dtype=object)
A = np.array([[2, -1], [5, Fraction(1, 2)]], dtype=object)
C = np.array([[0, 3], [1, -2]], dtype=object)
X = np.array([[1, -2], [Fraction(3, 2), 1]], dtype=object)
x = np.array([[2], [-3]], dtype=object)


@pytest.mark.parametrize(
    ("name", "function", "at"),
    [
        ("quadratic form", lambda p: (p.T @ B @ p)[0, 0], x),
        ("square", lambda p: np.trace(p @ B @ p.T), X),
        ("linear", lambda p: np.trace(A @ p.T), X),
        ("product", lambda p: np.trace(A @ p @ B @ p.T @ C), X),
    ],
)
def test_derivatives_are_central_differences(name, function, at) -> None:  # type: ignore[no-untyped-def]
    """Central differences of functions of degree two are exact."""
    formula = derivation()[name]
    values = {"A": A, "B": B, "C": C, "X": at, "x": at[:, 0]}
    found = formula.evaluate(**{key: values[key] for key in formula.arguments})
    for place in np.ndindex(at.shape):
        step = np.full(at.shape, Fraction(0), dtype=object)
        step[place] = Fraction(1)
        slope = Fraction(function(at + step) - function(at - step)) / 2
        assert slope == np.asarray(found, dtype=object).reshape(at.shape)[place]


def test_fourth_moment_is_that_of_a_cubature() -> None:
    """Nodes 0, +-sqrt(3) integrate degree five exactly, so that x = R z has the moment of the lemma."""
    root = np.array([[1.0, 0.0], [0.5, 2.0]])
    nodes = ((0.0, 2 / 3), (np.sqrt(3), 1 / 6), (-np.sqrt(3), 1 / 6))
    weights = np.array([[2.0, -1.0], [5.0, 0.5]])
    total = np.zeros((2, 2))
    for (a, p), (b, q) in product(nodes, nodes):
        column = root @ np.array([[a], [b]])
        total += p * q * column @ column.T @ weights @ column @ column.T
    found = derivation()["fourth moment"].evaluate(covariance=root @ root.T, A=weights)
    assert found == pytest.approx(total, rel=1e-12)
