"""Variants of the law come out of the same code."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from tests.theory.zhang2024.test_population_loss import instance
from theory import population_loss
from theory.zhang2024.variants import VARIANTS, derivation


def test_every_variant_has_its_preconditioner() -> None:
    """One Gamma a variant."""
    assert [f"Gamma, {name}" for name in VARIANTS] == list(derivation().results)


def test_variants_reduce_to_the_paper() -> None:
    """No noise, Psi = I and kappa = 1 give the paper's loss."""
    _, weights, keywords = instance(2, 3, {})
    unit = np.array([[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]])
    neutral = {"noise": {"noise_variance": Fraction(0)}, "task_covariance": {"task_covariance": unit}}
    paper = population_loss().evaluate(**keywords, **weights)
    for name, value in neutral.items():
        assert paper == population_loss(**{name: True}).evaluate(**keywords, **weights, **value)
