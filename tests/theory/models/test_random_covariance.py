"""Covariances drawn once a prompt: the mean of losses of layers written out, one for each covariance."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.models.reference_network import ROUNDING, ReferenceLayer, ReferencePrompt, assemble, sparse_layer
from theory import Formula, Gaussian, LinearAttention, Model, Prompt, RandomCovariance, Stack

TWO = RandomCovariance(("Lambda", "Sigma"), ("p", "1 - p"), mean="c")
CHANCE = Fraction(2, 7)


@cache
def loss_with_every_block() -> Formula:
    return Model(Prompt(x=TWO, w=Gaussian("Psi", mean="mu"), noise="s2"), LinearAttention()).loss()


@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 3), (2, 2)])
def test_a_layer_with_every_block(d: int, N: int) -> None:
    """Two covariances of different probabilities; covariates and query of one prompt have the same."""
    generator = random.Random(f"{d} {N}")
    L, M, K = (brute_force.root(generator, d) for _ in range(3))
    centre, mean, u21, u12 = (brute_force.vector(generator, d) for _ in range(4))
    U, u = brute_force.matrix(generator, d, d), brute_force.rational(generator)
    letters: dict[str, Any] = {"Psi": K @ K.T, "mu": mean, "c": centre, "s2": Fraction(4, 9), "N": N, "p": CHANCE}
    value = loss_with_every_block().evaluate(**letters, Lambda=L @ L.T, Sigma=M @ M.T, U11=U, u21=u21, u12=u12, u=u)
    layer = ReferenceLayer([(assemble(None, None, u12, u), assemble(U, None, u21, None))])
    nodes = {"x": 3, "q": 4, "w": 3, "e": 3}
    one, two = (
        ReferencePrompt(root, K, N, mean, covariate_mean=centre, deviation=2 / 3, nodes=nodes).loss([layer])
        for root in (L, M)
    )
    expected = float(CHANCE) * one + float(1 - CHANCE) * two
    assert float(value) == pytest.approx(expected, rel=ROUNDING)


@pytest.mark.parametrize("mask", ["query", "causal"])
def test_three_equally_likely_covariances_of_a_stack(mask: str) -> None:
    """Two layers, the loss and its gradients at given weights, which take their expectations separately."""
    generator = random.Random(3)
    d, N = 2, 1
    roots = [brute_force.root(generator, d) for _ in range(3)]
    A = [brute_force.matrix(generator, d, d) for _ in range(2)]
    law = Prompt(x=RandomCovariance(("Lambda", "Sigma", "2 I")), w=Gaussian("I"))
    layer = LinearAttention(mask=mask)
    model = Model(law, Stack(layer, layer), "sparse")
    first, second = (root @ root.T for root in roots[:2])
    third = np.sqrt(2) * np.eye(d)
    known: dict[str, Any] = {"Lambda": first, "Sigma": second, "N": N}
    value = model.loss().evaluate(**known, A0=A[0], A1=A[1])
    layers = [sparse_layer(a, mask) for a in A]
    nodes = {"x": 7, "q": 4, "w": 3, "e": 1}
    losses = [ReferencePrompt(root, np.eye(d), N, nodes=nodes).loss(layers, sign=-1) for root in (*roots[:2], third)]
    assert float(value) == pytest.approx(np.mean(losses), rel=ROUNDING)
    at = model.gradient_at({"A0": "Lambda^-1", "A1": "b Sigma"})
    there = {"A0": np.linalg.inv(np.array(first, dtype=float)), "A1": 0.5 * np.array(second, dtype=float)}
    floats = {k: np.array(v, dtype=float) for k, v in known.items() if k != "N"}
    for name, formula in at.items():
        expected = model.loss().gradient(name).evaluate(**floats, N=N, **there)
        assert np.allclose(formula.evaluate(**floats, N=N, b=0.5), expected)


def test_one_covariance_twice_is_that_covariance() -> None:
    """Whatever the probabilities; and the mean of two is not the loss at their mean."""
    plain = Model(Prompt(Gaussian("Lambda"), Gaussian("I")), LinearAttention()).loss().expression
    twice = RandomCovariance(("Lambda", "Lambda"), ("p", "1 - p"))
    assert Model(Prompt(twice, Gaussian("I")), LinearAttention()).loss().expression == plain
    mixed = RandomCovariance(("I", "3 I"))
    at_mean = Model(Prompt(Gaussian("2 I"), Gaussian("I")), LinearAttention(), "sparse").loss().expression
    assert Model(Prompt(mixed, Gaussian("I")), LinearAttention(), "sparse").loss().expression != at_mean
