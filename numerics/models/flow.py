"""The gradient flow of a model's population loss, integrated from the compiled gradient, its invariants watched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from numerics.models.weights import compiled_gradient, compiled_loss, weight_vector
from numerics.problem import FloatArray, checked_array
from theory.models.model import Model

# How far a conserved quantity may drift, in units of the integrator's tolerance, relative to the weights squared.
_MOST_DRIFT = 1e4


@dataclass(frozen=True, eq=False)
class ModelFlow:
    """A solution of the gradient flow.

    Attributes:
        t: times, shape (k,).
        weights: each weight at these times, the first axis k.
        loss: the population loss, shape (k,).
        drift: for each conserved quantity, as text, its largest change in any entry over all times.
    """

    t: FloatArray
    weights: Mapping[str, FloatArray]
    loss: FloatArray
    drift: Mapping[str, float]


def solve_flow(
    model: Model,
    start: Mapping[str, ArrayLike],
    times: ArrayLike,
    tolerance: float = 1e-10,
    method: str = "DOP853",
    **values: Any,
) -> ModelFlow:
    """Integrate theta' = -grad L(theta) from `start` at time 0.

    Args:
        model: the model.
        start: each weight at time 0.
        times: increasing times, the first at least 0, at which the solution is returned.
        tolerance: relative tolerance of the integrator; the absolute one is a thousandth of it.
        method: a method of scipy.integrate.solve_ivp, "Radau" for stiff problems.
        values: the letters of the law by name: Lambda=, N=, ...; d= where none of them shows it.

    Raises:
        ValueError, TypeError: for bad arguments.
        RuntimeError: where the integrator gives up, or a conserved quantity moves by more than its tolerance explains.
    """
    grid = checked_array("times", times, (-1,))
    if grid.size == 0 or grid[0] < 0 or grid[-1] == 0 or np.any(np.diff(grid) <= 0):
        raise ValueError(f"times must be increasing, from 0 or later to a positive time, got {grid.tolist()}")
    vector, first = weight_vector(model, start)
    downhill = compiled_gradient(model, values, vector)
    solution = solve_ivp(
        lambda _, packed: -downhill(packed),
        (0.0, float(grid[-1])),
        first,
        method=method,
        t_eval=grid,
        rtol=tolerance,
        atol=1e-3 * tolerance,
    )
    if not solution.success:
        raise RuntimeError(f"the integrator stopped at t = {solution.t[-1]:.6g}: {solution.message}")
    path = solution.y.T
    at = [vector.unpack(packed) for packed in path]
    loss = compiled_loss(model, values)
    flow = ModelFlow(
        grid,
        vector.unpack(path),
        np.array([float(loss(weights)) for weights in at]),
        _drift(model, values, [vector.unpack(first), *at]),
    )
    scale = float(np.max(np.sum(path**2, axis=1)))
    for quantity, change in flow.drift.items():
        if change > _MOST_DRIFT * tolerance * scale:
            raise RuntimeError(
                f"{quantity} is conserved, but moved by {change:.3g}; the solution is not to be trusted: lower the "
                f"tolerance {tolerance:g} or choose another method"
            )
    return flow


def _drift(model: Model, values: Mapping[str, Any], path: list[dict[str, Any]]) -> dict[str, float]:
    drift = {}
    for formula in model.invariants():
        held = np.array([formula.lambdify("numpy")(**values, **weights) for weights in path])
        drift[str(formula)] = float(np.abs(held - held[0]).max())
    return drift
