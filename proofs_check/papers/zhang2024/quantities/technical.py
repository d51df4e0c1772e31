"""The left sides of the technical lemmas D.1 to D.4."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.language import LETTERS
from proofs_check.papers.zhang2024.quantities.brute_force import Array, Exact, exactly, flat
from theory.algebra.calculus import gradient
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, letter
from theory.zhang2024.model import LAMBDA, x

Polynomial = Callable[[Mapping[str, Array], Array], Any]


@dataclass(frozen=True)
class _Derivative:
    """A function of one matrix or vector: for the engine, in numbers, and as LaTeX."""

    latex: str
    by: Expression
    derived: Expression
    exact: Polynomial


_A, _B, _C, _X = (LETTERS[name] for name in "ABCX")
_FUNCTIONS: Mapping[str, _Derivative] = {
    "form": _Derivative(r"x^\top B x", x, x.T @ _B @ x, lambda v, p: (p.T @ v["B"] @ p)[0, 0]),
    "square": _Derivative(
        r"\operatorname{tr}(X B X^\top)", _X, (_X @ _B @ _X.T).trace(), lambda v, p: np.trace(p @ v["B"] @ p.T)
    ),
    "linear": _Derivative(r"\operatorname{tr}(A X^\top)", _X, (_A @ _X.T).trace(), lambda v, p: np.trace(v["A"] @ p.T)),
    "product": _Derivative(
        r"\operatorname{tr}(A X B X^\top C)",
        _X,
        (_A @ _X @ _B @ _X.T @ _C).trace(),
        lambda v, p: np.trace(v["A"] @ p @ v["B"] @ p.T @ v["C"]),
    ),
}


def _slope(function: Callable[[Mapping[str, Array], Array], Fraction], name: str) -> Callable[[Instance], Exact]:
    """The gradient of a polynomial of degree two in one letter: central differences are exact."""

    def exact(instance: Instance) -> Exact:
        point = instance.arrays[name]
        result = np.empty(point.shape, dtype=object)
        for place in np.ndindex(point.shape):
            step = np.full(point.shape, Fraction(0), dtype=object)
            step[place] = Fraction(1)
            above, below = function(instance.arrays, point + step), function(instance.arrays, point - step)
            result[place] = (above - below) / 2
        return result, {}

    return exact


def matrix_derivative(name: str) -> Quantity:
    """The derivative of one of the functions of Lemma D.1: "form", "square", "linear" or "product"."""
    function = _FUNCTIONS[name]
    variable = letter(function.by).name
    return Quantity(
        rf"\partial {function.latex} / \partial {variable}",
        derive=lambda: (gradient(function.derived, function.by), ()),
        exact=_slope(function.exact, variable),
    )


def vectorised_product() -> Quantity:
    """(B' (x) A) vec X, folded back into a matrix column by column."""

    def exact(instance: Instance) -> Array:
        A, B, X = (instance.arrays[name] for name in ("A", "B", "X"))
        return (np.kron(B.T, A) @ X.T.reshape(-1)).reshape(X.shape).T

    return Quantity(r"\operatorname{Vec}^{-1}((B^\top \otimes A) \operatorname{Vec} X)", exact=exactly(exact))


def fourth_moment() -> Quantity:
    """E[x x' A x x'] for x ~ N(0, Lambda)."""
    A = LETTERS["A"]

    def exact(instance: Instance) -> Array:
        space = Coordinates({("x", 0): instance.arrays["Lambda"]})
        column = space.vectors["x", 0]
        return space.means(column @ column.T @ space.constant(instance.arrays["A"]) @ column @ column.T)

    return Quantity(
        r"\mathbb{E}[x x^\top A x x^\top]",
        derive=lambda: (expectation(x @ x.T @ A @ x @ x.T, {x: Gaussian(LAMBDA)}), ()),
        exact=exactly(exact),
    )


def inner_product_of_vectors() -> Quantity:
    """vec(A)' vec(B), entry by entry."""
    return Quantity(
        r"\operatorname{Vec}(A)^\top \operatorname{Vec}(B)",
        exact=exactly(lambda instance: one_by_one(np.sum(instance.arrays["A"] * instance.arrays["B"]))),
    )


def product_of_singular_values() -> Quantity:
    """sum_i a_i b_i; `total` in the statement is sum_i b_i."""

    def exact(instance: Instance) -> Exact:
        a, b = flat(instance, "a"), flat(instance, "b")
        return one_by_one(a @ b), {"total": sum(b)}

    return Quantity(r"\sum_i a_i b_i", exact=exact)


def squared_sum_of_singular_values() -> Quantity:
    """(sum_i b_i)^2."""
    return Quantity(
        r"\left(\sum_i b_i\right)^2", exact=exactly(lambda instance: one_by_one(sum(flat(instance, "b")) ** 2))
    )


def _inner(instance: Instance) -> Fraction:
    value: Fraction = np.trace(instance.arrays["U"].T @ instance.arrays["V"])
    return value


def inner_product() -> Quantity:
    """tr(U'V)."""
    return Quantity(r"\operatorname{tr}(U^\top V)", exact=exactly(lambda instance: one_by_one(_inner(instance))))


def squared_inner_product() -> Quantity:
    """max(0, tr(U'V))^2."""
    return Quantity(
        r"\max(0, \operatorname{tr}(U^\top V))^2",
        exact=exactly(lambda instance: one_by_one(max(_inner(instance), Fraction(0)) ** 2)),
    )


def trace_of_product() -> Quantity:
    """tr(AB)."""
    return Quantity(
        r"\operatorname{tr}(AB)",
        exact=exactly(lambda instance: one_by_one(np.trace(instance.arrays["A"] @ instance.arrays["B"]))),
    )


def form_of_product() -> Quantity:
    """x'ABx."""

    def exact(instance: Instance) -> Array:
        column = instance.arrays["x"]
        return column.T @ instance.arrays["A"] @ instance.arrays["B"] @ column

    return Quantity(r"x^\top A B x", exact=exactly(exact))


def commutator() -> Quantity:
    """AB - BA."""

    def exact(instance: Instance) -> Array:
        A, B = instance.arrays["A"], instance.arrays["B"]
        return A @ B - B @ A

    return Quantity("AB - BA", exact=exactly(exact))
