"""Ahn, Cheng, Daneshmand, Sra, Transformers learn to implement preconditioned gradient descent (NeurIPS 2023).

Z_{l+1} = Z_l + (1/n) P_l Z_l M (Z_l' Q_l Z_l) with the query masked, and the prediction is minus the last entry.
Their statements are claims of proofs_check/papers/ahn2023.
"""

from __future__ import annotations

import numpy as np
import pytest

from tests.theory.models.papers import MOST_ERRORS
from theory import Gaussian, LinearAttention, Model, Prompt, Stack

LAYER = LinearAttention(mask="query")
LAW = Prompt(x=Gaussian("Sigma"), w=Gaussian("I"), length="n")


def test_the_losses_of_two_and_three_layers_for_every_dimension() -> None:
    """Polynomials of 51 and 1,870 terms in A_0, A_1, A_2, for every d and n at once."""
    sizes = [len(Model(LAW, Stack(*[LAYER] * k), "sparse").loss_expression.terms) for k in (2, 3)]
    assert [51, 1870] == sizes


@pytest.mark.parametrize("layers", [2, 3])
def test_the_loss_of_stacks_against_samples(layers: int) -> None:
    """Gradient descent on sampled prompts in NumPy, with steps that are not symmetric."""
    generator = np.random.default_rng(layers)
    root, d, n, B = np.array([[1.0, 0.0], [0.6, 0.5]]), 2, 4, 200_000
    A = [0.5 * np.eye(d) + 0.3 * generator.normal(size=(d, d)) for _ in range(layers)]
    x, x_q = generator.standard_normal((B, n, d)) @ root.T, generator.standard_normal((B, d)) @ root.T
    w_star = generator.standard_normal((B, d))
    y = np.einsum("bni,bi->bn", x, w_star)
    w = np.zeros((B, d))
    for step in A:
        w = w + np.einsum("bn,bni->bi", y - np.einsum("bni,bi->bn", x, w), x) @ step / n
    square = np.sum((w - w_star) * x_q, axis=1) ** 2
    loss = Model(LAW, Stack(*[LAYER] * layers), "sparse").loss()
    exact = 2 * loss.evaluate(Sigma=root @ root.T, n=n, **{f"A{k}": step for k, step in enumerate(A)})
    assert abs(square.mean() - exact) < MOST_ERRORS * square.std() / np.sqrt(B)
