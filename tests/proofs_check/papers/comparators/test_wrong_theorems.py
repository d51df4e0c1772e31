"""Wrong versions of the statements on least squares and ridge, and simulations that use nothing of this package."""

from __future__ import annotations

import numpy as np
import pytest

from tests.proofs_check.papers.pages import judged
from theory.algebra.limits import ridge_risk

SECOND = "((M - d - 2) P A P + P A' P + tr(A P) P)/((M - d) (M - d - 1) (M - d - 3))"
RIDGE = "signal x^2 (c m^2 + m)/e + s2 c (m - x (c m^2 + m)/e)"
WRONG: list[tuple[str, str, dict[str, str]]] = [
    ("inverse-wishart-mean", "Lambda^-1/(M - d)", {}),
    ("inverse-wishart-mean", "Lambda^-1/M", {}),
    ("inverse-wishart-second-moment", SECOND.replace("(M - d - 2) P A P", "(M - d - 1) P A P"), {}),
    ("inverse-wishart-second-moment", SECOND.replace("P A' P", "P A P"), {}),
    ("inverse-wishart-second-moment", SECOND.replace("(M - d - 3)", "(M - d - 2)"), {}),
    ("least-squares-enough-examples", "s2 d/M", {}),
    ("least-squares-enough-examples", "s2 d/(M - d)", {}),
    ("least-squares-few-examples", "lambda (1 - M/d) w' w", {}),
    ("least-squares-few-examples", "lambda (1 - M/d) w' w + s2 M/(d - M)", {}),
    ("ridge-limit", RIDGE.replace("s2 c (m -", "s2 (m -"), {}),
    ("ridge-limit", RIDGE, {"e": "2 c x m + 1 + c + x"}),
]


@pytest.mark.parametrize(("name", "right", "where"), WRONG)
def test_a_wrong_version_is_refuted(name: str, right: str, where: dict[str, str]) -> None:
    """A missing correction, a transposed factor, M for M - 1: the evidence refutes each."""
    assert judged("comparators", name, right, where).status == "refuted"


def test_the_second_moment_of_an_inverse_on_samples() -> None:
    """E[V A V] for an asymmetric A, in NumPy."""
    generator, d, M, B = np.random.default_rng(0), 2, 12, 200_000
    root, A = np.array([[1.0, 0.0], [0.6, 0.5]]), np.array([[0.4, 1.0], [-0.5, 0.3]])
    x = generator.standard_normal((B, M, d)) @ root.T
    V = np.linalg.inv(np.einsum("bni,bnj->bij", x, x))
    P = np.linalg.inv(root @ root.T)
    right = (M - d - 2) * P @ A @ P + P @ A.T @ P + np.trace(A @ P) * P
    samples = V @ A @ V
    spread = samples.std(axis=0) / np.sqrt(B)
    assert np.all(np.abs(samples.mean(axis=0) - right / ((M - d) * (M - d - 1) * (M - d - 3))) < 5 * spread)


def test_ridge_on_two_scales_of_samples() -> None:
    """|w_hat - w|^2 of sampled ridge regressions at a mild penalty, in NumPy: nearer to the limit at larger sizes."""
    generator, c, x, noise = np.random.default_rng(1), 0.5, 0.3, 0.4
    gaps = []
    for d, prompts in ((10, 4000), (80, 400)):
        M, total = int(d / c), 0.0
        for _ in range(prompts):
            X, w = generator.standard_normal((M, d)), generator.standard_normal(d)
            w /= np.linalg.norm(w)
            y = X @ w + np.sqrt(noise) * generator.standard_normal(M)
            estimate = np.linalg.solve(X.T @ X / M + x * np.eye(d), X.T @ y / M)
            total += float(np.sum((estimate - w) ** 2))
        gaps.append(abs(total / prompts - ridge_risk(c, x, 1.0, noise)))
    assert gaps[1] < max(gaps[0] / 2, 0.004)
    assert gaps[1] < 0.01
