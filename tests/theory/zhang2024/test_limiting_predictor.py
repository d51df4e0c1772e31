"""The limiting predictor on a prompt of any length."""

from __future__ import annotations

import random

import pytest

from tests.theory import brute_force
from theory import limiting_predictor


@pytest.mark.parametrize(("N", "M"), [(1, 4), (3, 1), (2, 2)])
def test_predictor_is_a_preconditioned_average(N: int, M: int) -> None:
    """y_hat = x_q' Gamma^{-1} (1/M) sum y_i x_i with the Gamma of the training length."""
    generator = random.Random(M)
    L = brute_force.root(generator, 2)
    covariance = L @ L.T
    X, y, x_q = (
        brute_force.matrix(generator, M, 2),
        brute_force.vector(generator, M),
        brute_force.vector(generator, 2),
    )
    Gamma = covariance * (N + 1) / N
    for i in range(2):
        Gamma[i, i] += (covariance[0, 0] + covariance[1, 1]) / N
    expected = x_q @ brute_force.inverse(Gamma) @ (X.T @ y) / M
    actual = limiting_predictor().evaluate(covariance=covariance, context_length=N, prompt_length=M, x=X, y=y, x_q=x_q)
    assert expected == actual


def test_derivative_under_the_sum_is_refused() -> None:
    """y stands for M labels, and Gamma is a definition: the gradient is refused with a remedy."""
    with pytest.raises(ValueError, match="no gradient by y through definitions: it carries an index"):
        limiting_predictor().gradient("y")
