"""The population loss against moments in coordinates, from the definition of the attention layer."""

import random
from dataclasses import replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from theory import population_loss
from theory.zhang2024.population_loss import derivation, reduced

SIZES = [(d, N) for d in (1, 2, 3) for N in (1, 2, 3)]
VARIANTS = [{}, {"noise": True}, {"task_covariance": True}, {"noise": True, "task_covariance": True}]


def instance(
    d: int, N: int, variant: dict[str, bool]
) -> tuple[brute_force.TrainingPrompt, dict[str, Any], dict[str, Any]]:
    """A prompt in coordinates, the weights, and the keywords of `evaluate` other than the weights."""
    generator = random.Random(f"{d} {N} {sorted(variant)}")
    unit = np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)
    covariate_root = brute_force.root(generator, d)
    task_root = brute_force.root(generator, d) if variant.get("task_covariance") else unit
    deviation = abs(brute_force.rational(generator)) if variant.get("noise") else Fraction(0)
    unused = brute_force.matrix(generator, d + 1, d + 1)
    prompt = brute_force.TrainingPrompt(covariate_root, task_root, deviation, N, unused)
    weights = {
        "U11": brute_force.matrix(generator, d, d),
        "u21": brute_force.vector(generator, d),
        "u12": brute_force.vector(generator, d),
        "u": brute_force.rational(generator),
    }
    keywords: dict[str, Any] = {"covariance": covariate_root @ covariate_root.T, "context_length": N}
    if variant.get("noise"):
        keywords["noise_variance"] = deviation**2
    if variant.get("task_covariance"):
        keywords["task_covariance"] = task_root @ task_root.T
    return prompt, weights, keywords


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: "+".join(v) or "paper")
@pytest.mark.parametrize(("d", "N"), SIZES)
def test_loss_equals_moments_in_coordinates(d: int, N: int, variant: dict[str, bool]) -> None:
    """With every block nonzero the formula is exactly the mean square error of the raw attention layer."""
    prompt, weights, keywords = instance(d, N, variant)
    assert prompt.loss(weights) == population_loss(**variant).evaluate(**keywords, **weights)


@pytest.mark.parametrize("variant", [{"task_mean": True}, {"covariate_mean": True}, {"noise": True}], ids="+".join)
@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 3), (2, 1), (2, 2)])
def test_loss_with_means_equals_moments_in_coordinates(d: int, N: int, variant: dict[str, bool]) -> None:
    """A mean of the task, of the covariates, and with noise both, against the raw attention layer."""
    means = variant if len(variant.keys() - {"noise"}) else {"task_mean": True, "covariate_mean": True}
    prompt, weights, keywords = instance(d, N, variant)
    generator = random.Random(d + 5 * N)
    nu, mu = brute_force.vector(generator, d), brute_force.vector(generator, d)
    shifted = replace(
        prompt,
        covariate_mean=nu if means.get("covariate_mean") else None,
        task_mean=mu if means.get("task_mean") else None,
    )
    keywords |= {key: value for key, value in (("covariate_mean", nu), ("task_mean", mu)) if means.get(key)}
    loss = population_loss(**{**variant, **means})
    assert shifted.loss(weights) == loss.evaluate(**keywords, **weights)
    assert shifted.loss(weights) != prompt.loss(weights)


@pytest.mark.parametrize("block", ["U11", "u21", "u12", "u"])
@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: "+".join(v) or "paper")
@pytest.mark.parametrize(("d", "N"), SIZES)
def test_gradient_equals_moments_in_coordinates(d: int, N: int, variant: dict[str, bool], block: str) -> None:
    """Every block of the gradient is exactly E[error d error] of the raw attention layer."""
    prompt, weights, keywords = instance(d, N, variant)
    actual = population_loss(**variant).gradient(block).evaluate(**keywords, **weights)
    assert np.array_equal(prompt.gradient(weights, block), actual)


@pytest.mark.parametrize("N", [1, 2])
def test_a_float_result_is_the_rounded_exact_one(N: int) -> None:
    """NumPy input gives the exact value up to rounding."""
    _, weights, keywords = instance(2, N, {"noise": True})
    loss = population_loss(noise=True)
    exact = loss.evaluate(**keywords, **weights)
    rounded = {
        key: value if key == "context_length" else np.asarray(value, dtype=float) if np.ndim(value) else float(value)
        for key, value in {**keywords, **weights}.items()
    }
    assert float(exact) == pytest.approx(loss.evaluate(**rounded), rel=1e-13)


def test_loss_is_quartic() -> None:
    """The fifth difference along any line through the weights vanishes and the fourth does not."""
    _, weights, keywords = instance(2, 2, {})
    _, direction, _ = instance(2, 2, {"noise": True})
    values = [
        population_loss().evaluate(**keywords, **{key: weights[key] + t * direction[key] for key in weights})
        for t in range(6)
    ]
    fourth = np.diff(np.array(values, dtype=object), 4)
    assert fourth[0] != 0
    assert 0 == fourth[1] - fourth[0]


def test_loss_at_zero_is_half_the_trace() -> None:
    """Predicting zero costs E <w, x_q>^2 / 2 = tr(Lambda Psi) / 2."""
    generator = random.Random(0)
    L, K = brute_force.root(generator, 2), brute_force.root(generator, 2)
    null, zero = np.full((2, 2), Fraction(0)), np.full(2, Fraction(0))
    value = population_loss(task_covariance=True).evaluate(
        covariance=L @ L.T, task_covariance=K @ K.T, context_length=3, U11=null, u21=zero, u12=zero, u=Fraction(0)
    )
    assert np.trace(L @ L.T @ K @ K.T) / 2 == value


def test_reduced_loss_has_two_blocks() -> None:
    """On u21 = u12 = 0 only U11 and u are left."""
    names = {symbol.name for symbol in reduced(population_loss().expression).symbols}
    assert {"Lambda", "U11", "u"} == names


def test_elliptical_loss_at_radial_moments_one_is_the_gaussian_loss() -> None:
    """With E r^k = 1 for every k the elliptical law is Gaussian."""
    _, weights, keywords = instance(2, 3, {})
    elliptical = population_loss(elliptical=True)
    ones = {key: Fraction(1) for key in elliptical.arguments if key not in {**weights, **keywords}}
    expected = population_loss().evaluate(**keywords, **weights)
    assert expected == elliptical.evaluate(**keywords, **weights, **ones)


def test_derivation_ends_in_the_loss() -> None:
    """The last step of the chain is the formula that is handed out."""
    assert population_loss().expression == derivation().steps[-1].value
