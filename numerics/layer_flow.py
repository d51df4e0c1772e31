"""The gradient flow of the full population loss by a general integrator: the independent check of gradient_flow.

Nothing of the reduced flow enters here: no spectral form, no balance law, no claim that u12 and u21 stay zero. The
vector field is the gradient of the loss that theory derives, and SciPy integrates it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from numerics.problem import FloatArray, Problem, checked_array
from numerics.reduced_flow import initial_weights
from theory.zhang2024.population_loss import population_loss

BLOCKS = ("U11", "u21", "u12", "u")

Gradient = Callable[[Mapping[str, FloatArray]], Mapping[str, ArrayLike]]
"""Maps the blocks U11 (d x d), u21 (d,), u12 (d,), u () to the gradient of the loss in each of them."""


@dataclass(frozen=True, eq=False)
class FullFlowPath:
    """A solution of the full gradient flow.

    Attributes:
        t: times, shape (k,).
        U11: (k, d, d); u21, u12: (k, d); u: (k,): the blocks at these times, in the problem's own basis.
    """

    t: FloatArray
    U11: FloatArray
    u21: FloatArray
    u12: FloatArray
    u: FloatArray


def population_gradient(problem: Problem) -> Gradient:
    """Return the gradient of the population loss over all blocks, compiled from the symbolic derivation in theory."""
    loss = population_loss()
    gradients = {name: loss.gradient(name) for name in BLOCKS}

    def gradient(blocks: Mapping[str, FloatArray]) -> Mapping[str, ArrayLike]:
        return {
            name: formula.evaluate(covariance=problem.covariance, context_length=problem.context_length, **blocks)
            for name, formula in gradients.items()
        }

    return gradient


def full_flow(
    problem: Problem,
    sigma: float,
    theta: ArrayLike | None = None,
    *,
    times: ArrayLike,
    u21: ArrayLike | None = None,
    u12: ArrayLike | None = None,
    gradient: Gradient | None = None,
    tolerance: float = 1e-12,
    method: str = "DOP853",
) -> FullFlowPath:
    """Integrate d(U11, u21, u12, u)/dt = -grad L for the population loss L over all blocks.

    Args:
        problem: the covariance Lambda and the context length N.
        sigma, theta: the initialisation U11 = sigma Theta Theta', u = sigma, as for gradient_flow.
        times: increasing times at which the solution is returned; the first is at least 0, where the flow starts.
        u21, u12: the other two blocks at time 0, shape (d,); None is zero, as in Assumption 3.3.
        gradient: another vector field to follow downhill; None is `population_gradient(problem)`.
        tolerance: relative tolerance of the integrator; the absolute one is a thousandth of it.
        method: a method of scipy.integrate.solve_ivp, "Radau" for stiff problems.

    Raises:
        ValueError, TypeError: for bad arguments.
        RuntimeError: where SciPy's integrator gives up.

    Source: section 3 of Zhang, Frei and Bartlett (2024).
    """
    d = problem.dimension
    grid = checked_array("times", times, (-1,))
    if grid.size == 0 or grid[0] < 0 or grid[-1] == 0 or np.any(np.diff(grid) <= 0):
        raise ValueError(f"times must be increasing, from 0 or later to a positive time, got {grid.tolist()}")
    first = [
        initial_weights(problem, sigma, theta).ravel(),
        np.zeros(d) if u21 is None else checked_array("u21", u21, (d,)),
        np.zeros(d) if u12 is None else checked_array("u12", u12, (d,)),
        np.array([float(sigma)]),
    ]
    downhill = population_gradient(problem) if gradient is None else gradient
    cuts = np.cumsum([block.size for block in first])[:-1]

    def blocks(state: FloatArray) -> dict[str, FloatArray]:
        weights, key, value, scalar = np.split(state, cuts)
        return {"U11": weights.reshape(d, d), "u21": key, "u12": value, "u": scalar[0]}

    def field(_: float, state: FloatArray) -> FloatArray:
        slopes = downhill(blocks(state))
        return -np.concatenate([np.ravel(np.asarray(slopes[name], dtype=np.float64)) for name in BLOCKS])

    solution = solve_ivp(
        field, (0.0, grid[-1]), np.concatenate(first), method=method, t_eval=grid, rtol=tolerance, atol=1e-3 * tolerance
    )
    if not solution.success:
        raise RuntimeError(f"the integrator stopped at t = {solution.t[-1]:.6g}: {solution.message}")
    weights, key, value, scalar = np.split(solution.y.T, cuts, axis=1)
    return FullFlowPath(grid, weights.reshape(-1, d, d), key, value, scalar[:, 0])
