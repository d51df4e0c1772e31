"""Gradient descent on a model's population loss, and stochastic gradient descent on sampled prompts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from numerics.models.formula_values import formula_value
from numerics.models.layers import sampled_gradient
from numerics.models.prompts import PromptDrawer, letter_values
from numerics.models.weights import compiled_loss_and_gradient, weight_vector
from numerics.problem import FloatArray, checked_length
from theory.models.model import Model


@dataclass(frozen=True, eq=False)
class Descent:
    """The last weights of a descent and the loss at every step, the start included.

    Attributes:
        weights: each weight after the last step.
        loss: shape (steps + 1,): the population loss, or for sampled prompts the loss of each step's batch, of which
            there is none after the last step: shape (steps,).
    """

    weights: Mapping[str, Any]
    loss: FloatArray


def descend(
    model: Model,
    start: Mapping[str, ArrayLike],
    rate: float,
    steps: int,
    batch: int | None = None,
    seed: int = 0,
    **values: Any,
) -> Descent:
    """Take steps theta <- theta - rate grad L(theta).

    Args:
        model: the model.
        start: each weight at the start.
        rate: the step size, positive.
        steps: how many steps.
        batch: None descends the population loss, by its compiled gradient; a number draws that many prompts a step,
            runs the real layers on them and differentiates their mean loss, without any formula of the theory. The
            weight decay of the model counts in both.
        seed: of the prompts.
        values: the letters of the law by name.

    Raises:
        ValueError, TypeError: for bad arguments.
        RuntimeError: where the weights are not finite any more: the step size is too large.
    """
    if not (np.isfinite(rate) and rate > 0):
        raise ValueError(f"rate must be positive, got {rate}")
    checked_length("steps", steps)
    return (
        _on_population(model, start, rate, steps, values)
        if batch is None
        else _on_samples(model, start, rate, steps, checked_length("batch", batch), seed, values)
    )


def _on_population(
    model: Model, start: Mapping[str, ArrayLike], rate: float, steps: int, values: Mapping[str, Any]
) -> Descent:
    vector, packed = weight_vector(model, start)
    both = compiled_loss_and_gradient(model, values, vector)
    loss, slope = both(packed)
    losses = [loss]
    for step in range(steps):
        packed = packed - rate * slope
        _check_finite(packed, step, rate)
        loss, slope = both(packed)
        losses.append(loss)
    return Descent(vector.unpack(packed), np.array(losses))


def _on_samples(
    model: Model,
    start: Mapping[str, ArrayLike],
    rate: float,
    steps: int,
    batch: int,
    seed: int,
    values: Mapping[str, Any],
) -> Descent:
    vector, packed = weight_vector(model, start)
    generator = np.random.default_rng(seed)
    losses = []
    for step in range(steps):
        arrays, d = letter_values({**values, **vector.unpack(packed)}, model.letters)
        prompts = PromptDrawer(model.law, arrays, d).draw(batch, generator)
        loss, slopes = sampled_gradient(model, arrays, d, prompts, list(vector.shapes), model.law.length)
        decay = float(formula_value(model.decay or "0", arrays, d)[0, 0])
        losses.append(loss + decay / 2 * float(packed @ packed))
        packed = packed - rate * (vector.pack(slopes) + decay * packed)
        _check_finite(packed, step, rate)
    return Descent(vector.unpack(packed), np.array(losses))


def _check_finite(packed: FloatArray, step: int, rate: float) -> None:
    if not np.all(np.isfinite(packed)):
        raise RuntimeError(f"the weights are not finite after step {step + 1}: the rate {rate:g} is too large")
