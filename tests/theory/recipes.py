"""Random formulas in Gaussian vectors as trees, and their values in coordinates. Nothing of `theory` is imported here.

A recipe is a nested tuple: ("letter", name), ("indexed", name, label), ("T", r), ("mul", r, s), ("add", r, s),
("scale", number, r), ("tr", r), ("sum", label, r).
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from tests.theory import brute_force
from tests.theory.brute_force import Coordinates, Law

Recipe = tuple[Any, ...]
# Laws of the second random vector z; the first, x, is centred Gaussian with covariance Lambda.
KINDS = ("independent", "mean", "rank one", "sum with rank one", "elliptical", "elliptical with mean")
MOST_RANDOM_LETTERS = 6


def degree(recipe: Recipe) -> int:
    """The number of random letters in the largest term."""
    match recipe:
        case ("letter", name) | ("indexed", name, _):
            return int(name in ("x", "z"))
        case ("add", left, right):
            return max(degree(left), degree(right))
        case ("mul", left, right):
            return degree(left) + degree(right)
        case _:
            return degree(recipe[-1])


def shape(recipe: Recipe) -> str:
    """Scalar, vector, row or matrix, whatever d is."""
    match recipe:
        case ("letter", name) | ("indexed", name, _):
            return "matrix" if name in ("A", "S") else "vector"
        case ("T", body):
            return {"vector": "row", "row": "vector"}.get(shape(body), shape(body))
        case ("tr", _):
            return "scalar"
        case ("mul", left, right):
            left_shape, right_shape = shape(left), shape(right)
            if left_shape == "scalar":
                return right_shape
            if right_shape == "scalar":
                return left_shape
            return {
                ("row", "vector"): "scalar",
                ("row", "matrix"): "row",
                ("matrix", "vector"): "vector",
            }.get((left_shape, right_shape), "matrix")
        case _:
            return shape(recipe[-1])


@st.composite
def _matrix(draw: st.DrawFn, labels: tuple[str, ...], depth: int, summed: tuple[str, ...]) -> Recipe:
    kind = draw(st.sampled_from(["A", "A'", "S", "outer", "product", "sum"] if depth else ["A", "A'", "S", "outer"]))
    if kind == "A'":
        return ("T", ("letter", "A"))
    if kind in ("A", "S"):
        return ("letter", kind)
    if kind == "outer":
        left = draw(_vector(labels, max(depth - 1, 0), summed))
        return ("mul", left, ("T", draw(_vector(labels, max(depth - 1, 0), summed))))
    if kind == "sum":
        return ("add", draw(_matrix(labels, depth - 1, summed)), draw(_matrix(labels, depth - 1, summed)))
    return ("mul", draw(_matrix(labels, depth - 1, summed)), draw(_matrix(labels, depth - 1, summed)))


@st.composite
def _vector(draw: st.DrawFn, labels: tuple[str, ...], depth: int, summed: tuple[str, ...]) -> Recipe:
    if depth and draw(st.booleans()):
        return ("mul", draw(_matrix(labels, depth - 1, summed)), draw(_vector(labels, depth - 1, summed)))
    if labels and draw(st.booleans()):
        return ("indexed", draw(st.sampled_from(summed)), draw(st.sampled_from(labels)))
    return ("letter", draw(st.sampled_from(["x", "x", "z", "v"])))


@st.composite
def _scalar(draw: st.DrawFn, labels: tuple[str, ...], depth: int, summed: tuple[str, ...]) -> Recipe:
    kinds = ["form", "trace"]
    if depth:
        kinds += ["product", "add"] + (["sum"] * 3 if len(labels) < 2 else [])
    kind = draw(st.sampled_from(kinds))
    if kind == "form":
        return ("mul", ("T", draw(_vector(labels, 1, summed))), draw(_vector(labels, 1, summed)))
    if kind == "trace":
        return ("tr", draw(_matrix(labels, 2, summed)))
    if kind == "sum":
        label = "ij"[len(labels)]
        return ("sum", label, draw(_scalar((*labels, label), depth - 1, summed)))
    left, right = draw(_scalar(labels, depth - 1, summed)), draw(_scalar(labels, depth - 1, summed))
    return ("mul" if kind == "product" else "add", left, right)


@st.composite
def recipes(draw: st.DrawFn, summed: tuple[str, ...] = ("x", "x", "z", "y")) -> Recipe:
    """A scalar, vector or matrix formula with at most six random letters a term; `summed` letters carry indices."""
    formula = draw(st.sampled_from([_scalar, _scalar, _vector, _matrix]))
    labels = draw(st.sampled_from([(), ("i",), ("i", "j")]))
    body = draw(formula(labels, 2, summed))
    for label in reversed(labels):
        body = ("sum", label, body)
    if draw(st.booleans()):
        body = ("mul", draw(_scalar((), 2, summed)), body)
    return ("scale", draw(st.sampled_from([Fraction(1), Fraction(-2, 3)])), body)


@dataclass(frozen=True)
class Instance:
    """Numbers for the letters: d, N, the law of z, and everything derived from a seed."""

    d: int
    N: int
    kind: str
    seed: int

    def letters(self) -> dict[str, Any]:
        """The deterministic letters; y holds N vectors."""
        generator = random.Random(self.seed)
        square = brute_force.matrix(generator, self.d, self.d)
        symmetric = brute_force.matrix(generator, self.d, self.d)
        return {
            "A": square,
            "S": symmetric + symmetric.T,
            "v": brute_force.vector(generator, self.d),
            "m": brute_force.vector(generator, self.d),
            "y": brute_force.matrix(generator, self.N, self.d),
        }

    def roots(self) -> tuple[Any, Any]:
        """Square roots of Lambda and Psi."""
        generator = random.Random(self.seed + 1)
        return brute_force.root(generator, self.d), brute_force.root(generator, self.d)

    def laws(self) -> dict[str, Law]:
        """The laws of x and z."""
        L, K = self.roots()
        letters = self.letters()
        null, v = np.full(self.d, Fraction(0)), letters["v"].reshape(-1, 1)
        mean = letters["m"] if "mean" in self.kind else null
        root = {"rank one": v, "sum with rank one": np.hstack([K, v])}.get(self.kind, K)
        return {"x": Law(L, null), "z": Law(root, mean, elliptical="elliptical" in self.kind)}


def value_in_coordinates(recipe: Recipe, instance: Instance) -> Any:
    """E[recipe] as a Fraction or an array of Fractions."""
    coordinates = Coordinates(instance.laws(), [None, *range(instance.N)])
    letters = {name: coordinates.constant(value) for name, value in instance.letters().items()}
    value = _evaluated(recipe, instance.N, coordinates, letters, {})
    if shape(recipe) == "scalar":
        return coordinates.expectation(value)
    result = np.array([coordinates.expectation(entry) for entry in value.flat], dtype=object).reshape(value.shape)
    return result.reshape(-1) if shape(recipe) == "vector" else result


def _evaluated(
    recipe: Recipe, N: int, coordinates: Coordinates, letters: Mapping[str, Any], at: Mapping[str, int]
) -> Any:
    def inner(r: Recipe) -> Any:
        return _evaluated(r, N, coordinates, letters, at)

    match recipe:
        case ("letter", name):
            value = coordinates.vectors[name, None] if name in coordinates.laws else letters[name]
            return value.reshape(-1, 1) if value.ndim == 1 else value
        case ("indexed", name, label):
            copy = at[label]
            value = coordinates.vectors[name, copy] if name in coordinates.laws else letters[name][copy]
            return value.reshape(-1, 1)
        case ("T", body):
            return inner(body).T
        case ("mul", left, right):
            a, b = inner(left), inner(right)
            if "scalar" in (shape(left), shape(right)):
                return b * a if shape(left) == "scalar" else a * b
            return (a @ b)[0, 0] if shape(recipe) == "scalar" else a @ b
        case ("add", left, right):
            return inner(left) + inner(right)
        case ("scale", number, body):
            return inner(body) * coordinates.constant([number])[0]
        case ("tr", body):
            return np.trace(inner(body))
        case ("sum", label, body):
            terms = [_evaluated(body, N, coordinates, letters, {**at, label: copy}) for copy in range(N)]
            return sum(terms[1:], start=terms[0])
    raise ValueError(f"not a recipe: {recipe}")
