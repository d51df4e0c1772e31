"""References for the flow that share nothing with numerics: mpmath at 30 digits, and a dense field for SciPy."""

from __future__ import annotations

from collections.abc import Callable

import mpmath
import numpy as np

from numerics.reduced_flow import FloatArray, Problem

DIGITS = 30


def random_problem(rng: np.random.Generator, d: int, context_length: int) -> Problem:
    """A non-diagonal covariance of moderate condition."""
    factor = rng.standard_normal((d, d + 2))
    covariance = factor @ factor.T / (d + 2) + 0.1 * np.eye(d)
    return Problem((covariance + covariance.T) / 2, context_length)


def random_theta(rng: np.random.Generator, d: int, rank: int) -> FloatArray:
    """Theta of the given rank with ||Theta Theta'||_F = 1, not aligned with anything."""
    theta = rng.standard_normal((d, rank))
    scaled: FloatArray = theta / np.sqrt(np.linalg.norm(theta @ theta.T))
    return scaled


def exact_flow(
    problem: Problem, sigma: float, theta: FloatArray | None, times: list[float], *, coefficient: int = 1
) -> list[tuple[mpmath.matrix, mpmath.mpf]]:
    """Lemma 5.2 in the problem's own basis by mpmath's Taylor method at 30 digits; d <= 3.

    The coefficient multiplies tr(Lambda) / N in Gamma: anything but 1 is a deliberately wrong field.
    """
    d, n = problem.dimension, problem.context_length
    with mpmath.workdps(DIGITS):
        covariance = mpmath.matrix(problem.covariance.tolist())
        trace = sum(covariance[i, i] for i in range(d))
        Gamma = covariance * (1 + mpmath.mpf(1) / n) + coefficient * trace / n * mpmath.eye(d)
        if theta is None:
            start = mpmath.eye(d) / mpmath.sqrt(d)
        else:
            factor = mpmath.matrix(theta.tolist())
            start = factor * factor.T
            start = start / mpmath.sqrt(sum(x**2 for x in start))
        start = mpmath.mpf(sigma) * start
        left, square = Gamma * covariance, covariance * covariance

        def field(_: mpmath.mpf, y: list[mpmath.mpf]) -> list[mpmath.mpf]:
            U = mpmath.matrix(d, d)
            for k in range(d * d):
                U[k // d, k % d] = y[k]
            u = y[-1]
            product = left * U * covariance
            slope = -(u**2) * product + u * square
            scalar = sum((square[k // d, k % d] - u * product[k // d, k % d]) * y[k] for k in range(d * d))
            return [slope[k // d, k % d] for k in range(d * d)] + [scalar]

        solution = mpmath.odefun(field, 0, [*start, mpmath.mpf(sigma)], tol=mpmath.mpf(10) ** -25)
        results = []
        for t in times:
            y = solution(mpmath.mpf(t))
            U = mpmath.matrix(d, d)
            for k in range(d * d):
                U[k // d, k % d] = y[k]
            results.append((U, y[-1]))
        return results


def as_floats(matrix: mpmath.matrix) -> FloatArray:
    """An mpmath matrix rounded to double."""
    return np.array(matrix.tolist(), dtype=np.float64)


def dense_field(problem: Problem) -> Callable[[float, FloatArray], FloatArray]:
    """Lemma 5.2 on the d^2 + 1 numbers (U, u), without any spectral form, for SciPy's integrators."""
    d, covariance = problem.dimension, problem.covariance
    left, square = problem.Gamma @ covariance, covariance @ covariance

    def field(_: float, y: FloatArray) -> FloatArray:
        U, u = y[:-1].reshape(d, d), y[-1]
        product = left @ U @ covariance
        slope = -(u**2) * product + u * square
        return np.append(slope.ravel(), -u * np.vdot(product, U) + np.vdot(square, U))

    return field
