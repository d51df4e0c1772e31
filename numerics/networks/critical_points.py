"""Where training stopped: the critical point of the population loss, over all blocks, next to trained weights."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.optimize import minimize

from numerics.attention import AttentionWeights
from numerics.layer_flow import population_gradient
from numerics.problem import FloatArray, Problem
from theory import population_loss

_STEP = 1e-5
"""Of the central differences of the gradient that give the Hessian."""


@dataclass(frozen=True, eq=False)
class CriticalPoint:
    """A point of vanishing gradient of the population loss L(U11, u21, u12, u).

    Attributes:
        weights: the point.
        loss: L there.
        lowest: the minimum of L over all blocks, 1/2 tr Lambda - 1/2 tr(Lambda^2 Gamma^{-1}).
        gradient_norm: the norm of the gradient.
        curvatures: the eigenvalues of the Hessian, ascending, in (d+1)^2 directions. One is zero at every critical
            point but the origin: (U11, u21, u12, u) and (c U11, c u21, u12/c, u/c) predict alike.
    """

    weights: AttentionWeights
    loss: float
    lowest: float
    gradient_norm: float
    curvatures: FloatArray

    @property
    def relative_curvature(self) -> float:
        """The smallest curvature besides that of the scaling symmetry, over the largest; positive at a minimum.

        The symmetry's is the one closest to zero.
        """
        others = np.delete(self.curvatures, int(np.argmin(np.abs(self.curvatures))))
        return float(others[0] / self.curvatures[-1])


def nearest_critical_point(problem: Problem, weights: AttentionWeights) -> CriticalPoint:
    """Return the critical point that descent on the exact population loss reaches from the given weights.

    Args:
        problem: the covariance Lambda and the context length N of training.
        weights: where training stopped.

    Raises:
        ValueError: if the weights have another dimension than the problem.

    Source: statement B10 for the lowest loss; the loss is the one that theory derives.
    """
    d = problem.dimension
    if weights.dimension != d:
        raise ValueError(f"weights have dimension {weights.dimension}, the problem {d}")
    loss, slope = population_loss(), population_gradient(problem)
    names = ("U11", "u21", "u12", "u")

    def blocks(v: FloatArray) -> dict[str, FloatArray]:
        U11, u21, u12, u = np.split(v, [d * d, d * d + d, d * d + 2 * d])
        return {"U11": U11.reshape(d, d), "u21": u21, "u12": u12, "u": u[0]}

    def value(v: FloatArray) -> float:
        setting = {"covariance": problem.covariance, "context_length": problem.context_length}
        return float(loss.evaluate(**setting, **blocks(v)))

    def gradient(v: FloatArray) -> FloatArray:
        parts = slope(blocks(v))
        return np.concatenate([np.ravel(np.asarray(parts[name], dtype=np.float64)) for name in names])

    start = np.concatenate(
        [weights.W_KQ[:d, :d].ravel(), weights.W_KQ[d, :d], weights.W_PV[d, :d], weights.W_PV[d, d:]]
    )
    found = minimize(value, start, jac=gradient, method="BFGS", options={"gtol": 1e-10, "maxiter": 5000}).x
    columns = [(gradient(found + e) - gradient(found - e)) / (2 * _STEP) for e in _STEP * np.eye(len(found))]
    hessian = np.array(columns)
    square = problem.covariance @ problem.covariance
    lowest = (np.trace(problem.covariance) - np.trace(square @ problem.Gamma_inverse)) / 2
    point = blocks(found)
    return CriticalPoint(
        AttentionWeights.from_blocks(point["U11"], point["u21"], point["u12"], float(point["u"])),
        value(found),
        float(lowest),
        float(np.linalg.norm(gradient(found))),
        np.asarray(np.linalg.eigvalsh((hessian + hessian.T) / 2), dtype=np.float64),
    )
