"""Gradients against exact coordinate derivatives, and what cannot be differentiated."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from theory import evaluate
from theory.algebra.calculus import differential, gradient
from theory.algebra.expression import Expression, identity, indexed, matrix, number, scalar_letter, sum_over, vector

A, B, S = matrix("A"), matrix("B"), matrix("S", symmetric=True)
C = matrix("C", invertible=True)
LAMBDA, GAMMA = matrix("Lambda", definite=True, family="F"), matrix("Gamma", definite=True, family="F")
v, w, y = vector("v"), vector("w"), vector("y")
u = scalar_letter("u")
D = 3

POLYNOMIALS: dict[str, tuple[Expression, Expression]] = {
    "tr AA' and tr BB'": ((A.T @ A).trace() + (B.T @ B).trace(), A),
    "tr A + tr A^2": (A.trace() + (A @ A).trace(), A),
    "tr(ABA'S)": ((A @ B @ A.T @ S).trace(), A),
    "tr(A^3 B) tr(A)^2": ((A**3 @ B).trace() * A.trace() ** 2, A),
    "v'A'Av": (v.T @ A.T @ A @ v, A),
    "(v'Aw)^3": ((v.T @ A @ w) ** 3, A),
    "vector": ((v.T @ A @ v) ** 2 + w.T @ v, v),
    "scalar": (u**3 * A.trace() + u, u),
    "symmetric": ((S @ A @ S @ B).trace() + v.T @ S @ w, S),
    "sum": (sum_over("i", "N", (indexed(y, "i").T @ A @ v) ** 2), A),
    "constant": (B.trace(), A),
}


def numbers(seed: int = 0) -> dict[str, Any]:
    """Generic rational values of all letters."""
    generator = random.Random(seed)
    result: dict[str, Any] = {name: brute_force.matrix(generator, D, D) for name in "ABS"}
    result["S"] = result["S"] + result["S"].T
    result |= {name: brute_force.vector(generator, D) for name in "vw"}
    return {**result, "u": brute_force.rational(generator), "y": brute_force.matrix(generator, 2, D)}


def value(expression: Expression, given: dict[str, Any]) -> Any:
    """The value at these numbers."""
    names = {symbol.name for symbol in expression.symbols}
    return evaluate(expression, {name: x for name, x in given.items() if name in names}, {"N": 2, "d": D})


def slope(expression: Expression, name: str, direction: Any) -> Fraction:
    """d/dt expression(X + t direction) at 0, exactly: the polynomial in t of degree <= 8 through nine points."""
    given = numbers()
    nodes = range(-4, 5)
    points = [value(expression, {**given, name: given[name] + t * direction}) for t in nodes]
    total = Fraction(0)
    for i, t in enumerate(nodes):
        others = [s for s in nodes if s != t]
        # The derivative at 0 of the Lagrange polynomial that is 1 at t and 0 at the others.
        derivative = sum(np.prod([Fraction(-s) for s in others if s != left]) for left in others)
        total += points[i] * derivative / np.prod([Fraction(t - s) for s in others])
    return total


@pytest.mark.parametrize("case", POLYNOMIALS)
def test_gradient_is_the_coordinate_derivative(case: str) -> None:
    """tr(G'E) is the exact derivative along every coordinate direction E."""
    expression, by = POLYNOMIALS[case]
    name = str(by)
    grad = value(gradient(expression, by), numbers())
    point = np.asarray(numbers()[name], dtype=object)
    for place in np.ndindex(point.shape):
        direction = np.full(point.shape, Fraction(0))
        direction[place] = Fraction(1)
        if name == "S":
            direction = direction + direction.T
        direction = direction if direction.shape else direction.item()
        assert slope(expression, name, direction) == np.sum(np.asarray(grad, dtype=object) * direction)


def test_the_gradient_that_sympy_loses() -> None:
    """SymPy 1.14 gives 0 for d/dA of tr(A'A) + tr(B'B) and of tr A + tr A^2; it is 2A, and I + 2A'."""
    assert 2 * A == gradient((A.T @ A).trace() + (B.T @ B).trace(), A)
    assert identity("d") + 2 * A.T == gradient(A.trace() + (A @ A).trace(), A)


def test_formulas_of_appendix_d() -> None:
    """d tr(BX') = B, d tr(XBX'S) = SX(B + B'), and d(v'Xw) = vw'."""
    assert B == gradient((B @ A.T).trace(), A)
    assert S @ A @ (B + B.T) == gradient((A @ B @ A.T @ S).trace(), A)
    assert v @ w.T == gradient(v.T @ A @ w, A)


def test_gradient_of_an_inverse() -> None:
    """d tr(C^{-1}B) = -(C^{-1} B C^{-1})'."""
    assert -(C**-1 @ B @ C**-1).T == gradient((C**-1 @ B).trace(), C)


def test_second_derivatives_commute() -> None:
    """Differentiating along two directions in either order gives the same."""
    f = (A @ B @ A.T @ A).trace() ** 2
    first = differential(differential(f, {A: S}), {A: C})
    assert first == differential(differential(f, {A: C}), {A: S})


def test_chain_rule_of_a_root() -> None:
    """d u^{1/2} of a positive scalar: the square's derivative is the radicand's."""
    s = scalar_letter("s", definite=True)
    root = s ** Fraction(1, 2)
    assert number(1) == 2 * root * gradient(root, s)


def test_euler_homogeneity() -> None:
    """tr(G'A) = k f for f homogeneous of degree k in A."""
    f = (A @ B @ A.T @ S).trace() * A.trace()
    assert 3 * f == (gradient(f, A).T @ A).trace()


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "matrix-valued": (lambda: gradient(A, A), "only scalar expressions have a gradient"),
    "declared to commute": (lambda: gradient((LAMBDA @ GAMMA).trace(), GAMMA), "declared to commute"),
    "hidden in a commuting letter": (lambda: gradient(LAMBDA.trace(), GAMMA), "declared to commute"),
    "fractional power": (
        lambda: gradient((matrix("P", definite=True) ** Fraction(1, 2)).trace(), matrix("P", definite=True)),
        "only integer powers",
    ),
    "under a sum": (lambda: gradient(sum_over("i", "N", v.T @ indexed(y, "i")), y), "one letter per summation index"),
    "shape of a direction": (lambda: differential(A, {A: v}), "the direction of A must be d x d"),
    "direction of a symmetric letter": (lambda: differential(S, {S: A}), "S is symmetric, so its direction must be"),
    "not a letter": (lambda: gradient(A.trace(), A @ B), "expected a single letter"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_gradient_is_refused(case: str) -> None:
    """Never a silent zero: the error says what stands in the way."""
    call, reason = REFUSED[case]
    with pytest.raises(ValueError, match=reason):
        call()
