"""Expressions bound to fixed letters have the value that the compiled program has."""

from __future__ import annotations

import numpy as np
import pytest

from theory.algebra.bound import Bound, Shared
from theory.algebra.compile import compile_expression
from theory.algebra.expression import Expression, identity, indexed, length, matrix, scalar_letter, sum_over, vector

L, U, v, u = matrix("L", symmetric=True, definite=True), matrix("U"), vector("v"), scalar_letter("u")
N = length("N")
EXPRESSIONS: dict[str, Expression] = {
    "a number": (L @ U @ L @ U.T).trace() * u**2 / N - u * (U @ U).trace() + (v.T @ L @ U @ v),
    "a matrix": L @ U @ L @ L * u**2 + identity("d") * (L @ U).trace() / (N + 1) - L.inverse() @ v @ v.T,
    "a vector": L @ U.T @ v * u + v * (v.T @ L @ v),
    "fixed alone": L @ L * 3 + identity("d"),
    "many terms": ((u + (L @ U).trace() + (v.T @ v)) ** 6) * (N + 2) / N,
}


@pytest.mark.parametrize("what", EXPRESSIONS)
@pytest.mark.parametrize("d", [1, 3])
def test_the_value_is_that_of_the_program(what: str, d: int) -> None:
    """At two points after each other, where products that are shared have to be computed anew."""
    generator = np.random.default_rng(d)
    root = generator.standard_normal((d, d))
    fixed = {"L": root @ root.T + np.eye(d), "v": generator.standard_normal(d)}
    program = compile_expression(EXPRESSIONS[what])
    shapes = {"U": (d, d), "u": ()}
    shared = Shared()
    start = {name: np.ones(shape) for name, shape in shapes.items()}
    bound = Bound(program, {**fixed, **start}, {"N": 4}, frozenset(shapes), shared)
    for _ in range(2):
        free = {name: generator.standard_normal(shape) for name, shape in shapes.items()}
        shared.clear()
        expected = program({**fixed, **free}, {"N": 4})
        assert np.shape(bound(free)) == np.shape(expected)
        assert np.allclose(bound(free), expected, rtol=1e-12, atol=1e-12)


def test_expressions_share_products() -> None:
    """A product that a second expression needs is not formed again until the values are cleared."""
    values, free = {"L": np.diag([1.0, 2.0]), "U": np.ones((2, 2))}, frozenset({"U"})
    programs = [compile_expression(e) for e in (L @ U @ L @ U.T, (L @ U @ L @ U.T).trace())]
    point = {"U": np.array([[1.0, 2.0], [3.0, 4.0]])}
    together, counts = Shared(), []
    for program in programs:
        apart = Shared()
        Bound(program, values, {}, free, apart)(point)
        counts.append(len(apart.values))
    matrix_value, trace = (Bound(program, values, {}, free, together)(point) for program in programs)
    assert np.trace(matrix_value) == pytest.approx(trace)
    assert len(together.values) < sum(counts)
    together.clear()
    assert not together.values


def test_what_cannot_be_bound_is_refused() -> None:
    """Sums over an index, leading axes, and values of a wrong kind as in the program."""
    summed = compile_expression(sum_over("i", "N", (indexed(v, "i").T @ L @ indexed(v, "i"))))
    with pytest.raises(ValueError, match="sums over N cannot be bound"):
        Bound(summed, {"v": np.ones((3, 2)), "L": np.eye(2)}, {}, frozenset({"v"}), Shared())
    plain = compile_expression(L @ U)
    with pytest.raises(ValueError, match="leading axes"):
        Bound(plain, {"L": np.eye(2), "U": np.ones((5, 2, 2))}, {}, frozenset({"U"}), Shared())
    with pytest.raises(ValueError, match="L must be positive definite"):
        Bound(plain, {"L": -np.eye(2), "U": np.ones((2, 2))}, {}, frozenset({"U"}), Shared())
