"""Zhang, Singh, Latham, Saxe, Training dynamics of in-context learning in linear attention (ICML 2025).

Their statements are claims of proofs_check/papers/zhang2025. Their loss is twice the model's, their v_i is u here.
"""

from __future__ import annotations

import numpy as np

from tests.theory.models.papers import MOST_ERRORS
from theory import Gaussian, LinearAttention, Model, Prompt

LAW = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
SEPARATE = Model(LAW, LinearAttention(heads=2, key_query="separate"), "reduced")


def test_conserved_quantities() -> None:
    """Appendix E.8: v_i^2 - |k_i|^2 and |k_i|^2 - |q_i|^2 of every head, and no other quadratic form."""
    found = {str(formula) for formula in SEPARATE.invariants()}
    assert found == {text for h in (0, 1) for text in (f"-k_{h}' k_{h} + q_{h}' q_{h}", f"u_{h}^2 - k_{h}' k_{h}")}


def test_the_loss_is_that_of_sampled_prompts() -> None:
    """Two heads, by a simulation in a few lines of NumPy."""
    generator = np.random.default_rng(3)
    root, N, B = np.array([[1.0, 0.0], [0.6, 0.5]]), 5, 200_000
    k, q, v = generator.normal(size=(2, 2)), generator.normal(size=(2, 2)), generator.normal(size=2)
    x, x_q = generator.standard_normal((B, N, 2)) @ root.T, generator.standard_normal((B, 2)) @ root.T
    w = generator.standard_normal((B, 2))
    beta = np.einsum("bn,bni->bi", np.einsum("bni,bi->bn", x, w), x) / N
    y_hat = sum(v[h] * (beta @ k[h]) * (x_q @ q[h]) for h in (0, 1))
    square = (y_hat - np.sum(w * x_q, axis=1)) ** 2
    at = {f"{n}_{h}": array[h] for n, array in (("k", k), ("q", q)) for h in (0, 1)} | {f"u_{h}": v[h] for h in (0, 1)}
    exact = 2 * SEPARATE.loss().evaluate(Lambda=root @ root.T, N=N, **at)
    assert abs(square.mean() - exact) < MOST_ERRORS * square.std() / np.sqrt(B)
