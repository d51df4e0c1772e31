"""The weights of a model as one vector, and the compiled gradient of its population loss."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from numerics.problem import FloatArray, checked_array
from theory.algebra.bound import Bound, Shared
from theory.algebra.compile import compile_expression
from theory.derivation import Formula
from theory.models.model import Model


@dataclass(frozen=True)
class WeightVector:
    """The order and shapes of the weights of a model.

    Attributes:
        shapes: of each weight by name: (d, d), (d,), (d, R) or ().
    """

    shapes: Mapping[str, tuple[int, ...]]

    def pack(self, weights: Mapping[str, ArrayLike]) -> FloatArray:
        """Return the weights as one vector."""
        return np.concatenate([np.ravel(np.asarray(weights[name], dtype=np.float64)) for name in self.shapes])

    def unpack(self, vector: FloatArray) -> dict[str, Any]:
        """Return the weights of a vector (n,), or of many (k, n) along a first axis; numbers as floats."""
        result: dict[str, Any] = {}
        axes = vector.shape[:-1]
        for name, first, last, shape in self._places:
            piece = vector[..., first:last].reshape(axes + shape)
            result[name] = piece if piece.ndim else float(piece)
        return result

    @cached_property
    def _places(self) -> list[tuple[str, int, int, tuple[int, ...]]]:
        """Of each weight its name, where it begins and ends, and its shape."""
        found, place = [], 0
        for name, shape in self.shapes.items():
            size = prod(shape)
            found.append((name, place, place + size, shape))
            place += size
        return found


def weight_vector(model: Model, start: Mapping[str, ArrayLike]) -> tuple[WeightVector, FloatArray]:
    """Return the order of the model's weights and their start.

    Raises:
        ValueError, TypeError: for a weight that is missing, unknown, or of a wrong number of axes.
    """
    unknown = [name for name in start if name not in model.trained]
    missing = [name for name in model.trained if name not in start]
    if unknown or missing:
        wrong = f"no weight {unknown[0]!r}" if unknown else f"no start for {missing[0]!r}"
        raise ValueError(f"start: {wrong}; the model's weights are {', '.join(model.trained)}")
    if not model.trained:
        raise ValueError("the model has no weights to train: its blocks are formulas in letters of the law alone")
    shapes = {}
    for name, letter in model.trained.items():
        axes = sum(size != 1 for size in letter.shape)
        array = checked_array(name, start[name])
        if array.ndim != axes:
            raise ValueError(f"{name} must have {axes} axes, got shape {array.shape}")
        shapes[name] = array.shape
    vector = WeightVector(shapes)
    return vector, vector.pack(start)


def compiled_loss(model: Model, values: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], Any]:
    """Return the population loss as a function of the weights, the other letters at the given values."""
    loss = model.loss().lambdify("numpy")
    return lambda weights: loss(**values, **weights)


def compiled_gradient(
    model: Model, values: Mapping[str, Any], vector: WeightVector
) -> Callable[[FloatArray], FloatArray]:
    """Return the gradient of the population loss as a function of the packed weights, compiled from the derivation."""
    shared = Shared()
    slopes = _slopes(model, values, vector, shared)

    def gradient(packed: FloatArray) -> FloatArray:
        shared.clear()
        return slopes(vector.unpack(packed))

    return gradient


def compiled_loss_and_gradient(
    model: Model, values: Mapping[str, Any], vector: WeightVector
) -> Callable[[FloatArray], tuple[float, FloatArray]]:
    """Return the population loss and its gradient as a function of the packed weights, compiled from the derivation."""
    shared = Shared()
    slopes = _slopes(model, values, vector, shared)
    loss = _bound(model.loss(), values, vector, shared)

    def both(packed: FloatArray) -> tuple[float, FloatArray]:
        weights = vector.unpack(packed)
        shared.clear()
        slope = slopes(weights)
        return float(loss(weights)), slope

    return both


def _slopes(
    model: Model, values: Mapping[str, Any], vector: WeightVector, shared: Shared
) -> Callable[[Mapping[str, FloatArray]], FloatArray]:
    """The packed gradient at the weights by name."""
    formula = model.loss()
    slopes = [_bound(formula.gradient(name), values, vector, shared) for name in vector.shapes]
    return lambda weights: np.concatenate([np.ravel(slope(weights)) for slope in slopes])


def _bound(
    formula: Formula, values: Mapping[str, Any], vector: WeightVector, shared: Shared
) -> Callable[[Mapping[str, Any]], Any]:
    """A formula as a function of the weights; what depends on the law alone is computed once where that is possible."""
    program = compile_expression(formula.expression)
    if program.axes or formula.definitions:
        call = formula.lambdify("numpy")
        return lambda weights: call(**values, **weights)
    lengths = {name: value for name, value in values.items() if name in formula.length_names}
    letters = {name: value for name, value in values.items() if name not in lengths}
    somewhere = {name: np.ones(shape) for name, shape in vector.shapes.items()}
    return Bound(program, {**letters, **somewhere}, lengths, frozenset(vector.shapes), shared)
