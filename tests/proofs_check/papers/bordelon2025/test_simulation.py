"""The closed form of the predictor on sampled prompts in NumPy, against the error of the stack of layers."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from proofs_check.papers.bordelon2025.models import depth_1, depth_2, depth_3

MODELS = {1: depth_1.model, 2: depth_2.model, 3: depth_3.model}
MOST_ERRORS = 5.0


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_the_predictor_and_its_loss_on_samples(layers: int) -> None:
    """The closed form of f on sampled prompts in NumPy, L = 3 with moments up to the sixth."""
    generator = np.random.default_rng(layers)
    d, N, B, g = 3, 6, 60_000, 0.8
    x, x_q = generator.standard_normal((B, N, d)), generator.standard_normal((B, d))
    w = generator.standard_normal((B, d))
    y = np.einsum("bni,bi->bn", x, w)
    S = np.einsum("bni,bnj->bij", x, x) / N
    power, total = np.einsum("bn,bni->bi", y, x), np.zeros((B, d))
    for _ in range(layers):
        total = total + power
        power = power - g / layers * np.einsum("bij,bj->bi", S, power)
    square = (g / (layers * N) * np.sum(total * x_q, axis=1) - np.sum(w * x_q, axis=1)) ** 2
    exact = MODELS[layers].error({"A": f"({Fraction(4, 5) / layers}) I"})
    assert abs(square.mean() - float(exact.evaluate(d=d, N=N))) < MOST_ERRORS * square.std() / np.sqrt(B)
