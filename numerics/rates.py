"""The exact rate of the gradient flow near its limit, beside the rate that Lemma 5.4 of the paper guarantees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numerics.problem import FloatArray, Problem
from numerics.reduced_flow import initial_weights


@dataclass(frozen=True, eq=False)
class LocalRate:
    """The eigenvalues of the Hessian of l at its minimum u* U* = Gamma^{-1}, u*^2 = ||Gamma^{-1}||_F.

    Attributes:
        off_diagonal: u*^2 gamma_i lambda_i lambda_j for i != j, shape (d (d - 1),), ascending.
        diagonal: the eigenvalues of sum_i gamma_i lambda_i^2 v_i v_i', v_i = u* e_i + e_u / (gamma_i u*), shape
            (d + 1,), ascending. The first is 0 and belongs to the scaling (cU, u/c), which leaves the loss as it is.
    """

    off_diagonal: FloatArray
    diagonal: FloatArray

    @property
    def smallest(self) -> float:
        """The smallest eigenvalue but the zero of the scaling: the distance to the limit decays at this rate."""
        return float(np.min(np.append(self.off_diagonal, self.diagonal[1])))

    @property
    def largest(self) -> float:
        """The largest eigenvalue."""
        return float(self.diagonal[-1])

    @property
    def loss_rate(self) -> float:
        """2 * smallest: the best mu with ||grad l||^2 >= mu (l - min l) near the minimum; l - min l decays at it."""
        return 2 * self.smallest

    @property
    def stable_step(self) -> float:
        """2 / largest: above this step size gradient descent does not settle at the limit of the flow.

        It then oscillates, or drifts along the minimisers (cU*, u*/c) to a flatter one if there is any; for Lambda
        proportional to I there is none.
        """
        return 2 / self.largest


def local_rate(problem: Problem) -> LocalRate:
    """Return the spectrum of the Hessian at the minimum, exact up to rounding of each eigenvalue.

    In the entry order (U_11, ..., U_dd, u) the Hessian is an arrow with diagonal D_i = u*^2 gamma_i lambda_i^2, border
    lambda_i^2 and corner sum lambda_i^4 / D_i. Its characteristic equation has the root 0, and otherwise
    1 + sum w_i / (D_i - x) = 0 with w_i = lambda_i^4 / D_i, one root between neighbouring D_i and one above them.
    Bisection there keeps the relative accuracy of the smallest ones, which a dense routine loses for an ill-conditioned
    Lambda.
    """
    eigenvalues, gamma = problem.eigenvalues, problem.gamma
    square = float(np.linalg.norm(1 / gamma))
    entries = square * np.outer(gamma * eigenvalues, eigenvalues)
    off_diagonal = np.sort(entries[~np.eye(problem.dimension, dtype=bool)])
    order = np.argsort(np.diag(entries))
    poles = np.diag(entries)[order]
    weights = eigenvalues[order] ** 4 / poles
    low, high = poles.copy(), np.append(poles[1:], poles[-1] + float(np.sum(weights)))
    # Bisection of the offset from the left pole; between equal poles it is zero, which is the exact root.
    offset_low, offset_high = np.zeros_like(low), high - low
    for _ in range(100):
        offset = (offset_low + offset_high) / 2
        with np.errstate(divide="ignore", invalid="ignore"):
            value = 1 + np.sum(weights / ((poles - low[:, None]) - offset[:, None]), axis=1)
        offset_low, offset_high = np.where(value < 0, offset, offset_low), np.where(value < 0, offset_high, offset)
    return LocalRate(off_diagonal, np.append(0.0, low + (offset_low + offset_high) / 2))


def paper_rate(problem: Problem, sigma: float, theta: ArrayLike | None = None) -> float:
    """Return mu of Lemma 5.4, with l(t) - min l <= e^{-mu t} (l(0) - min l) along the flow.

    mu = sigma^2 ||Lambda Theta||_F^2 (2 - sqrt(d) sigma^2 ||Gamma||_op)
    / (sqrt(d) ||Lambda||_op^2 tr(Gamma^{-1} Lambda^{-1}) tr(Lambda^{-1})).

    Args:
        problem: the covariance Lambda and the context length N.
        sigma: the scale of the initialisation.
        theta: Theta, d x r with ||Theta Theta'||_F = 1; None is I / d^{1/4}.

    Raises:
        ValueError: for bad arguments, or where the lemma's condition sigma^2 ||Gamma||_op sqrt(d) < 2 fails.
    """
    initial = initial_weights(problem, sigma, theta)
    eigenvalues, gamma = problem.eigenvalues, problem.gamma
    root = np.sqrt(problem.dimension)
    product = float(sigma**2 * np.max(gamma) * root)
    if product >= 2:
        raise ValueError(
            f"sigma must satisfy sigma^2 ||Gamma||_op sqrt(d) < 2, got {product:.6g}; "
            f"take sigma below {np.sqrt(2 / (np.max(gamma) * root)):.6g}"
        )
    alignment = sigma * float(np.sum(problem.covariance * (problem.covariance @ initial)))
    traces = float(np.sum(1 / (gamma * eigenvalues)) * np.sum(1 / eigenvalues))
    return float(alignment * (2 - product) / (root * np.max(eigenvalues) ** 2 * traces))
