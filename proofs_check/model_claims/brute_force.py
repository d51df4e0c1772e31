"""Loss, error and gradient of a model by brute force in coordinates: its layers on polynomials, without the engine."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
from sympy.polys.rings import PolyElement

from proofs_check.judge.exact_moments import Coordinates
from proofs_check.model_claims.networks import polynomial_prediction
from proofs_check.model_claims.point import Point
from proofs_check.model_claims.prompts import polynomial_prompts
from theory import Model, Prompt

Array = Any


def errors(model: Model, law: Prompt, at: Point) -> Iterator[tuple[Coordinates, PolyElement, Fraction]]:
    """y_hat - y_q as a polynomial, for each of finitely many tasks with its probability."""
    for prompt in polynomial_prompts(law, at):
        predicted = polynomial_prediction(model, at, prompt, law.length)
        yield prompt.space, predicted.value[0, 0] - prompt.target, prompt.probability


def mean_square_error(model: Model, law: Prompt, at: Point) -> Fraction:
    """E (y_hat - y_q)^2."""
    return sum(
        (weight * space.mean_of_product(error, error) for space, error, weight in errors(model, law, at)), Fraction(0)
    )


def loss(model: Model, law: Prompt, at: Point) -> Fraction:
    """E (y_hat - y_q)^2 / 2, plus half of the weight decay times the squares of the weights' entries."""
    return mean_square_error(model, law, at) / 2 + penalty(model, at)


def penalty(model: Model, at: Point) -> Fraction:
    """What the weight decay adds to the loss."""
    squares = sum((np.sum(at.values[name] ** 2) for name in model.trained), Fraction(0))
    return _decay(model, at) * squares / 2


def _decay(model: Model, at: Point) -> Fraction:
    rate: Fraction = at.read(model.decay or "0", (1, 1))[0, 0]
    return rate


def gradient(model: Model, at: Point, weight: str) -> Array:
    """The gradient of the loss with respect to one weight, entry by entry: E[(y_hat - y_q) y_hat'] and the decay."""
    shape = at.values[weight].shape
    result = at.values[weight] * _decay(model, at)
    prompts = list(polynomial_prompts(model.law, at))
    for place in np.ndindex(*shape):
        direction = np.full(shape, Fraction(0), dtype=object)
        direction[place] = Fraction(1)
        result[place] += sum((_slope(model, at.moving(weight, direction), p) for p in prompts), Fraction(0))
    return result


def slope(model: Model, at: Point, weight: str, direction: Array) -> Fraction:
    """The derivative of the loss along a direction of one weight."""
    moved = at.moving(weight, direction)
    decayed = _decay(model, at) * np.sum(at.values[weight] * direction)
    return sum((_slope(model, moved, prompt) for prompt in polynomial_prompts(model.law, at)), decayed)


def _slope(model: Model, moved: Point, prompt: Any) -> Fraction:
    predicted = polynomial_prediction(model, moved, prompt, model.law.length)
    if predicted.slope is None:
        return Fraction(0)
    error = predicted.value[0, 0] - prompt.target
    value: Fraction = prompt.probability * prompt.space.mean_of_product(error, predicted.slope[0, 0])
    return value
