"""The risk of least squares against coordinates, chi-squared moments, and samples."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.wishart_brute_force import Wishart, chi_squared_moment
from theory.least_squares import least_squares, least_squares_risk

NOISE = Fraction(3, 7)


@pytest.mark.parametrize(("d", "M"), [(1, 3), (1, 6), (2, 4), (2, 7), (3, 6)])
def test_enough_examples_in_coordinates(d: int, M: int) -> None:
    """s2 tr(Lambda E[W^-1]) with E[W^-1] by Bartlett's decomposition, for a generic covariance."""
    root = brute_force.root(random.Random(d), d)
    exact = NOISE * np.trace(root @ root.T @ Wishart(root, M).mean(Wishart(root, M).V))
    assert exact == least_squares_risk(dimension=d, prompt_length=M, noise_variance=NOISE)


@pytest.mark.parametrize("d", [3, 4, 7])
def test_one_example(d: int) -> None:
    """w_hat = x y/|x|^2: the noise gives s2 E[1/chi^2_d], the part of w along x is learned, 1/d of it on average."""
    w = [Fraction(k + 1, 2) for k in range(d)]
    eigenvalue = Fraction(5, 3)
    missed = eigenvalue * sum(x * x for x in w) * (1 - Fraction(1, d))
    exact = missed + NOISE * chi_squared_moment(d, -1)
    found = least_squares_risk(dimension=d, prompt_length=1, noise_variance=NOISE, w=w, eigenvalue=eigenvalue)
    assert exact == found
    assert missed == least_squares_risk(dimension=d, prompt_length=1, noise_variance=0, w=w, eigenvalue=eigenvalue)


def test_few_examples_by_samples() -> None:
    """40,000 prompts of 3 examples in dimension 7, within five standard errors."""
    rng = np.random.default_rng(5)
    d, M, n, eigenvalue = 7, 3, 40_000, 0.8
    w = np.array([1.0, -0.5, 2.0, 0.3, 0.0, 1.1, -0.7])
    x = np.sqrt(eigenvalue) * rng.standard_normal((n, M, d))
    y = x @ w + np.sqrt(0.25) * rng.standard_normal((n, M))
    estimates = np.einsum("nij,nj->ni", np.linalg.pinv(x), y)
    losses = eigenvalue * np.sum((estimates - w) ** 2, axis=1)
    risk = least_squares_risk(dimension=d, prompt_length=M, noise_variance=0.25, w=w, eigenvalue=eigenvalue)
    assert abs(np.mean(losses) - risk) < 5 * np.std(losses) / np.sqrt(n)
    assert 5 * np.std(losses) / np.sqrt(n) < 0.03 * risk


def test_what_is_infinite_or_missing_is_refused() -> None:
    """Next to M = d noise makes the risk infinite; below it the task matters."""
    for M in (4, 5, 6):
        with pytest.raises(ValueError, match="infinite"):
            least_squares_risk(dimension=5, prompt_length=M, noise_variance=1)
    assert least_squares_risk(dimension=5, prompt_length=5, noise_variance=0) == 0
    with pytest.raises(ValueError, match="pass w and eigenvalue"):
        least_squares_risk(dimension=5, prompt_length=2, noise_variance=1)
    formulas = least_squares()
    with pytest.raises(ValueError, match="holds where M - d - 1 > 0"):
        formulas["enough examples"].evaluate(dimension=3, prompt_length=2, noise_variance=1)
    with pytest.raises(ValueError, match="holds where M - d - 1 > 0"):
        formulas["enough examples"].lambdify()(dimension=3, prompt_length=np.array([8, 4]), noise_variance=1.0)
    with pytest.raises(ValueError, match="at least 0"):
        least_squares_risk(dimension=5, prompt_length=8, noise_variance=-1)
