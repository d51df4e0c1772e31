"""The model: the prediction of the raw attention layer, block by block."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from tests.theory import brute_force
from theory import Elliptical
from theory.algebra.expression import letter, number
from theory.zhang2024.model import (
    Law,
    derivation,
    eps,
    prediction,
    prediction_from_layer,
    quadratic_form,
    x_q,
)
from theory.zhang2024.model import embedding as symbolic_embedding


@pytest.mark.parametrize(("d", "N"), [(1, 1), (2, 3), (3, 2)])
def test_prediction_is_the_last_entry_of_the_layer(d: int, N: int) -> None:
    """The formula equals [E + W_PV E E' W_KQ E/N] at its last entry, whatever stands in the other blocks."""
    generator = random.Random(d)
    X, y, query = (
        brute_force.matrix(generator, d, N),
        brute_force.vector(generator, N),
        brute_force.vector(generator, d),
    )
    W_PV, W_KQ = brute_force.matrix(generator, d + 1, d + 1), brute_force.matrix(generator, d + 1, d + 1)
    E = np.vstack([np.hstack([X, query[:, None]]), np.append(y, Fraction(0))])
    layer = E + W_PV @ E @ (E.T @ W_KQ @ E) / Fraction(N)
    values = {
        "X": X,
        "y": y,
        "x_q": query,
        "U11": W_KQ[:d, :d],
        "u21": W_KQ[d, :d],
        "u12": W_PV[d, :d],
        "u": W_PV[d, d],
    }
    assert layer[d, N] == derivation()["prediction"].evaluate(**values)


def test_lemma_5_1() -> None:
    """The prediction is the quadratic form u'Hu, for every d and N."""
    assert not prediction_from_layer() - quadratic_form()


def test_prediction_depends_on_four_blocks_only() -> None:
    """No block of the weights but U11, u21, u12 and u enters the prediction."""
    names = {symbol.name for symbol in prediction_from_layer().symbols}
    assert {"X", "y", "x_q", "U11", "u21", "u12", "u"} == names


def test_query_column_is_part_of_the_gram_matrix() -> None:
    """The covariate block of E E' contains x_q x_q'."""
    E = symbolic_embedding("N")
    gram = (E @ E.T).blocks[0][0]
    without = gram - x_q @ x_q.T
    assert {"X"} == {symbol.name for symbol in without.symbols}


def test_noise_adds_the_noise_terms_only() -> None:
    """Without noise letters the noisy prediction is the noiseless one."""
    silent = prediction(Law(noise=True)).substitute({letter(eps): number(0)}, [eps])
    assert prediction(Law()) == silent


def test_radial_moments_have_names() -> None:
    """E r^2 is kappa4, E r^3 is m3; the prediction needs no higher ones."""
    assert Elliptical("Lambda", ("kappa4", "m3")) == Law(elliptical=True).prompt.x
