"""The global minimum: the value, where it is attained, and that nothing lies below it."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.zhang2024.test_population_loss import VARIANTS, instance
from theory import global_minimum, population_loss

IDS = {"ids": lambda v: "+".join(v) or "paper"}


def minimiser(keywords: dict[str, Any], variant: dict[str, bool], u: Fraction) -> dict[str, Any]:
    """Weights with uU = Gamma^{-1}."""
    limit = global_minimum(**variant)["minimiser"].evaluate(**keywords)
    zero = np.full(len(limit), Fraction(0))
    return {"U11": limit / u, "u": u, "u21": zero, "u12": zero}


@pytest.mark.parametrize("variant", VARIANTS, **IDS)
@pytest.mark.parametrize("d", [1, 2, 3])
def test_minimum_is_attained(variant: dict[str, bool], d: int) -> None:
    """At uU = Gamma^{-1} the full loss, in coordinates, is the stated minimum and all its gradients vanish."""
    prompt, _, keywords = instance(d, 2, variant)
    weights = minimiser(keywords, variant, Fraction(3, 2))
    assert global_minimum(**variant)["minimum of L"].evaluate(**keywords) == prompt.loss(weights)
    for block in ("U11", "u21", "u12", "u"):
        assert not np.any(np.asarray(population_loss(**variant).gradient(block).evaluate(**keywords, **weights)) != 0)


@pytest.mark.parametrize("variant", VARIANTS, **IDS)
def test_no_weights_go_below(variant: dict[str, bool]) -> None:
    """Generic weights in all blocks, near the minimiser and far from it, never have a smaller loss (B10)."""
    _, direction, keywords = instance(2, 3, variant)
    best = minimiser(keywords, variant, Fraction(1))
    least = global_minimum(**variant)["minimum of L"].evaluate(**keywords)
    for step in (Fraction(1, 1000), Fraction(-1, 50), Fraction(1), Fraction(-7)):
        moved = {key: best[key] + step * direction[key] for key in best}
        assert population_loss(**variant).evaluate(**keywords, **moved) > least


@pytest.mark.parametrize("variant", VARIANTS, **IDS)
def test_excess_loss_and_floor_add_up(variant: dict[str, bool]) -> None:
    """On the subspace L = excess + minimum, at generic U and u."""
    _, weights, keywords = instance(2, 2, variant)
    zero = np.full(2, Fraction(0))
    results = global_minimum(**variant)
    loss = population_loss(**variant).evaluate(**keywords, **{**weights, "u21": zero, "u12": zero})
    excess = results["excess loss"].evaluate(**keywords, U=weights["U11"], u=weights["u"])
    assert loss == excess + results["minimum of L"].evaluate(**keywords)
    assert excess > 0


def test_floor_of_the_paper() -> None:
    """min l = -tr(Lambda^2 Gamma^{-1})/2, with Gamma inverted by Cramer's rule."""
    generator = random.Random(5)
    L = brute_force.root(generator, 3)
    covariance = L @ L.T
    Gamma = covariance * Fraction(5, 4) + np.diag([np.trace(covariance) / 4] * 3)
    expected = -np.trace(covariance @ covariance @ brute_force.inverse(Gamma)) / 2
    assert expected == global_minimum()["floor"].evaluate(covariance=covariance, context_length=4)


def test_preconditioner_with_noise_and_task_covariance() -> None:
    """B5: Gamma = (1 + 1/N) Lambda + ((tr(Psi Lambda) + s^2)/N) Psi^{-1}."""
    _, _, keywords = instance(2, 3, VARIANTS[3])
    covariance, Psi = keywords["covariance"], keywords["task_covariance"]
    scale = (np.trace(Psi @ covariance) + keywords["noise_variance"]) / 3
    expected = covariance * Fraction(4, 3) + brute_force.inverse(Psi) * scale
    assert np.array_equal(expected, global_minimum(**VARIANTS[3])["Gamma"].evaluate(**keywords))


def test_preconditioner_of_elliptical_covariates() -> None:
    """B6: Gamma = ((N - 1 + 2 kappa)/N) Lambda + (kappa tr Lambda/N) I."""
    _, _, keywords = instance(2, 3, {})
    covariance, kappa = keywords["covariance"], Fraction(7, 3)
    expected = covariance * (2 + 2 * kappa) / 3 + np.diag([kappa * np.trace(covariance) / 3] * 2)
    assert np.array_equal(expected, global_minimum(elliptical=True)["Gamma"].evaluate(**keywords, kappa=kappa))
