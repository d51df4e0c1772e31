"""Time of a model's flow and descent against the same model written by hand in NumPy, at d = 50.

Run `OMP_NUM_THREADS=1 python -m benchmarks.models` from the root of the repository. CPU time, the least of three runs.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from numerics import descend, solve_flow
from theory import Gaussian, LinearAttention, Model, Prompt

FloatArray = NDArray[np.float64]
DIMENSION, LENGTH, BATCH, RATE = 50, 40, 64, 0.01
TIMES, TOLERANCE = [1.0, 5.0, 20.0], 1e-8


def cpu_time(run: Callable[[], object]) -> float:
    """The least CPU time of three runs, in seconds."""
    least = np.inf
    for _ in range(3):
        start = time.process_time()
        run()
        least = min(least, time.process_time() - start)
    return float(least)


class ByHand:
    """The layer of Zhang, Frei and Bartlett (2024) with U and u, as one would write it for one experiment."""

    def __init__(self, covariance: FloatArray):
        self.covariance = covariance
        d = len(covariance)
        gamma = (1 + 1 / LENGTH) * covariance + np.trace(covariance) / LENGTH * np.eye(d)
        self.left, self.square = gamma @ covariance, covariance @ covariance

    def velocity(self, y: FloatArray) -> FloatArray:
        """Minus the gradient of the population loss."""
        d = len(self.covariance)
        U, u = y[:-1].reshape(d, d), y[-1]
        product = self.left @ U @ self.covariance
        slope = -u * np.vdot(product, U) + np.vdot(self.square, U)
        return np.append((-u * u * product + u * self.square).ravel(), slope)

    def flow(self, y: FloatArray) -> None:
        """The gradient flow."""
        solve_ivp(
            lambda _, y: self.velocity(y), (0, TIMES[-1]), y, "DOP853", TIMES, rtol=TOLERANCE, atol=1e-3 * TOLERANCE
        )

    def descent(self, y: FloatArray, steps: int) -> None:
        """Gradient descent, with the loss at every step."""
        d = len(self.covariance)
        for _ in range(steps):
            y = y + RATE * self.velocity(y)
            U, u = y[:-1].reshape(d, d), y[-1]
            _ = 0.5 * u * u * np.vdot(self.left @ U @ self.covariance, U) - u * np.vdot(self.square, U)

    def stochastic(self, U: FloatArray, u: float, steps: int) -> None:
        """Stochastic gradient descent through the layer and back."""
        d = len(self.covariance)
        generator, root = np.random.default_rng(0), np.linalg.cholesky(self.covariance)
        for _ in range(steps):
            w = generator.standard_normal((BATCH, d))
            x = generator.standard_normal((BATCH, LENGTH, d)) @ root.T
            query = generator.standard_normal((BATCH, d)) @ root.T
            Z = np.zeros((BATCH, d + 1, LENGTH + 1))
            Z[:, :d, :LENGTH], Z[:, :d, LENGTH] = x.transpose(0, 2, 1), query
            Z[:, d, :LENGTH] = np.einsum("bnd,bd->bn", x, w)
            P, Q = np.zeros((d + 1, d + 1)), np.zeros((d + 1, d + 1))
            P[d, d], Q[:d, :d] = u, U
            scores, values = Z.transpose(0, 2, 1) @ (Q @ Z) / LENGTH, P @ Z
            output = Z + values @ scores
            slope = np.zeros_like(Z)
            slope[:, -1, -1] = (output[:, -1, -1] - np.einsum("bd,bd->b", query, w)) / BATCH
            on_values = slope @ scores.transpose(0, 2, 1)
            on_keys = Z @ (values.transpose(0, 2, 1) @ slope / LENGTH)
            U = U - RATE * np.einsum("bin,bjn->ij", on_keys, Z)[:d, :d]
            u = u - RATE * float(np.einsum("bin,bjn->ij", on_values, Z)[d, d])


def main() -> None:
    """Print the seconds of each and their ratio."""
    generator, d = np.random.default_rng(0), DIMENSION
    root = generator.standard_normal((d, d)) / np.sqrt(d)
    covariance, U, u = root @ root.T + 0.2 * np.eye(d), generator.standard_normal((d, d)) / (10 * np.sqrt(d)), 0.3
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("I")), LinearAttention(), "reduced")
    hand, start, packed = ByHand(covariance), {"U": U, "u": u}, np.append(U.ravel(), u)
    aligned = 0.1 * covariance

    def flow(first: FloatArray) -> object:
        return solve_flow(model, {"U": first, "u": u}, TIMES, TOLERANCE, Lambda=covariance, N=LENGTH)

    def steps(count: int, batch: int | None) -> object:
        return descend(model, start, RATE, count, batch, Lambda=covariance, N=LENGTH)

    cases: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
        "flow, any start": (lambda: hand.flow(packed), lambda: flow(U)),
        "flow in the eigenbasis": (lambda: hand.flow(np.append(aligned.ravel(), u)), lambda: flow(aligned)),
        "gradient descent, 2000 steps": (lambda: hand.descent(packed, 2000), lambda: steps(2000, None)),
        "stochastic, 60 steps": (lambda: hand.stochastic(U, u, 60), lambda: steps(60, BATCH)),
    }
    for name, (by_hand, ours) in cases.items():
        a, b = cpu_time(by_hand), cpu_time(ours)
        print(f"{name}: by hand {a:.3f} s, here {b:.3f} s, ratio {b / a:.2f}")


if __name__ == "__main__":
    main()
