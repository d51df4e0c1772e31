"""Gradient descent with a fixed step size on the reduced population loss."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numerics.problem import FloatArray, Problem, checked_array, checked_length
from numerics.reduced_flow import initial_weights

_DIVERGED = 1e12
"""Descent stops as diverged once l - min l exceeds this multiple of the larger of its start and its value at zero."""


@dataclass(frozen=True, eq=False)
class DescentPath:
    """The course of gradient descent.

    Attributes:
        U: the last U, d x d, in the problem's own basis.
        u: the last u.
        excess_loss: l - min l at the start and after every step.
        distance: ||u U - Gamma^{-1}||_F at the start and after every step.
        converged: whether the last distance is at most `until`.
        diverged: whether the loss blew up.
    """

    U: FloatArray
    u: float
    excess_loss: FloatArray
    distance: FloatArray
    converged: bool
    diverged: bool


def gradient_descent(
    problem: Problem,
    step_size: float,
    sigma: float,
    theta: ArrayLike | None = None,
    *,
    steps: int,
    until: float = 0.0,
) -> DescentPath:
    """Iterate (U, u) <- (U, u) - step_size grad l(U, u), l = 1/2 u^2 tr(Gamma Lambda U Lambda U') - u tr(Lambda^2 U').

    Its fixed points are those of the flow. The flow's limit attracts for step sizes below
    `local_rate(problem).stable_step` and for none above; discrete steps do not keep u^2 = tr UU', so that they end at a
    minimiser (cU*, u*/c) beside it, and above that step size at a flatter one if there is any. Each step costs O(d^2),
    in the eigenbasis of Lambda.

    Args:
        problem: the covariance Lambda and the context length N.
        step_size: positive.
        sigma, theta: the initialisation, as for gradient_flow.
        steps: the largest number of steps, at least 1.
        until: stop when ||u U - Gamma^{-1}||_F is at most this.

    Raises:
        ValueError, TypeError: for bad arguments.

    Source: Lemma A.1 of Zhang, Frei and Bartlett (2024).
    """
    step_size = float(checked_array("step_size", step_size, ()))
    if step_size <= 0:
        raise ValueError(f"step_size must be positive, got {step_size}")
    until = float(checked_array("until", until, ()))
    if until < 0:
        raise ValueError(f"until must be at least 0, got {until}")
    steps = checked_length("steps", steps)
    basis, eigenvalues = problem.basis, problem.eigenvalues
    weights = basis.T @ initial_weights(problem, sigma, theta) @ basis
    u = float(sigma)
    rates = np.outer(problem.gamma * eigenvalues, eigenvalues)
    limit = np.diag(1 / problem.gamma)
    losses: list[float] = []
    distances: list[float] = []
    floor = 0.5 * float(np.sum(rates * limit**2))
    for step in range(steps + 1):
        deviation = u * weights - limit
        losses.append(0.5 * float(np.sum(rates * deviation**2)))
        distances.append(float(np.linalg.norm(deviation)))
        diverged = not losses[-1] <= _DIVERGED * max(losses[0], floor)
        if diverged or distances[-1] <= until or step == steps:
            break
        force = rates * deviation
        weights, u = weights - step_size * u * force, u - step_size * float(np.sum(force * weights))
    return DescentPath(
        U=basis @ weights @ basis.T,
        u=u,
        excess_loss=np.array(losses),
        distance=np.array(distances),
        converged=distances[-1] <= until,
        diverged=diverged,
    )
