"""The error on tasks of a sphere about a direction, in NumPy and through the layers of the model."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import simulate
from proofs_check.papers.lu2025.language import MODEL

MOST_ERRORS = 5.0


@pytest.mark.parametrize(("d", "l"), [(4, 6), (3, 2)])
def test_the_error_on_samples(d: int, l: int) -> None:  # noqa: E741
    """Tasks on the sphere about a direction, in NumPy and through the layers of the model."""
    generator = np.random.default_rng(d)
    B, rho = 200_000, 0.5
    G1, g = 0.5 * np.eye(d) + 0.2 * generator.normal(size=(d, d)), 0.3 * generator.normal(size=d)
    cloud = np.ones(d) + 0.7 * generator.standard_normal((B, d))
    w = np.sqrt(d) * cloud / np.linalg.norm(cloud, axis=1, keepdims=True)
    x, x_q = (generator.standard_normal(shape) / np.sqrt(d) for shape in ((B, l, d), (B, d)))
    y = np.einsum("bni,bi->bn", x, w) + np.sqrt(rho) * generator.standard_normal((B, l))
    features = np.concatenate([d / l * np.einsum("bn,bni->bi", y, x), np.mean(y**2, axis=1, keepdims=True)], axis=1)
    y_hat = np.einsum("bi,ij,bj->b", x_q, np.column_stack([G1, g]), features)
    square = (y_hat - np.sum(w * x_q, axis=1) - np.sqrt(rho) * generator.standard_normal(B)) ** 2
    values = {"G1": G1, "g": g, "rho": rho, "l": l}
    exact = MODEL.error().evaluate(**values, R=w.T @ w / B, mu=w.mean(axis=0))
    assert abs(square.mean() - exact) < MOST_ERRORS * square.std() / np.sqrt(B)

    def tasks(generator: np.random.Generator, count: int) -> np.ndarray:
        return w[generator.integers(B, size=count)]

    sampled = simulate(MODEL, 50_000, seed=1, tasks=tasks, R=np.eye(d), **values)
    assert abs(sampled.mean - exact) < MOST_ERRORS * sampled.standard_error
