"""The error under a joint shift of context, query and labels."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from theory import distribution_shift, prediction_error


def numbers(d: int, seed: int) -> dict[str, Any]:
    """Generic A, covariances of context and query, task and noise."""
    generator = random.Random(seed)
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    return {
        "A": brute_force.matrix(generator, d, d),
        "context_root": L,
        "query_root": K,
        "w": brute_force.vector(generator, d),
        "deviation": abs(brute_force.rational(generator)),
    }


@pytest.mark.parametrize(("d", "M"), [(1, 1), (1, 3), (2, 1), (2, 2), (2, 3)])
def test_error_equals_moments_in_coordinates(d: int, M: int) -> None:
    """E (x_q'A(1/M) sum y_i x_i - <w, x_q>)^2, exactly, for any A and covariances that do not commute."""
    at = numbers(d, M)
    null = np.full(d, Fraction(0))
    coordinates = brute_force.Coordinates(
        {
            "x": brute_force.Law(at["context_root"], null),
            "q": brute_force.Law(at["query_root"], null),
            "e": brute_force.Law(np.array([[at["deviation"]]]), np.array([Fraction(0)])),
        },
        range(M),
    )
    w, A = coordinates.constant(at["w"]), coordinates.constant(at["A"])
    x, e, q = ({i: coordinates.vectors[name, i] for i in range(M)} for name in "xeq")
    average = sum(x[i] * (w @ x[i] + e[i][0]) for i in range(M)) * coordinates.constant([Fraction(1, M)])[0]
    error = q[0] @ A @ average - w @ q[0]
    actual = distribution_shift().evaluate(
        A=at["A"],
        context_covariance=at["context_root"] @ at["context_root"].T,
        query_covariance=at["query_root"] @ at["query_root"].T,
        prompt_length=M,
        w=at["w"],
        noise_variance=at["deviation"] ** 2,
    )
    assert coordinates.expectation_of_product(error, error) == actual


def test_random_tasks_are_the_mean_over_tasks() -> None:
    """With w ~ N(0, I) the quadratic form in w is replaced by its trace: the mean over w = +-sqrt(d) e_i."""
    at = numbers(2, 7)
    keywords = {
        "A": at["A"],
        "context_covariance": at["context_root"] @ at["context_root"].T,
        "query_covariance": at["query_root"] @ at["query_root"].T,
        "prompt_length": 3,
    }
    noise = at["deviation"] ** 2
    silent = sum(
        distribution_shift().evaluate(**keywords, w=[Fraction(int(i == j)) for j in range(2)]) for i in range(2)
    )
    pure_noise = distribution_shift().evaluate(**keywords, w=[Fraction(0)] * 2, noise_variance=noise)
    random_task = distribution_shift(random_task=True).evaluate(**keywords, noise_variance=noise)
    assert silent + pure_noise == random_task


def test_without_shift_it_is_theorem_4_2() -> None:
    """Context and query from the training law give prediction_error('linear') less the query's own noise."""
    at = numbers(2, 3)
    covariance, noise = at["context_root"] @ at["context_root"].T, at["deviation"] ** 2
    common = {"covariance": covariance, "context_length": 2, "prompt_length": 3, "w": at["w"], "noise_variance": noise}
    shifted = distribution_shift(at_limit=True).evaluate(
        **common, context_covariance=covariance, query_covariance=covariance
    )
    assert prediction_error("linear").evaluate(**common) - noise == shifted
