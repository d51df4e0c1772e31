"""Bordelon, Letey, Pehlevan, depth and in-context learning with linear attention (ICLR 2026), the isotropic case.

A looped stack with A = G/L predicts f = (1/(L N)) x_q' sum_{l<L} (I - S G/L)^l X'y, S = (1/N) sum x_i x_i'. For G = g
I, x and w ~ N(0, I), the loss E (f - <w, x_q>)^2/d is (1/d) E tr (I - g S/L)^{2L}, a polynomial in Wishart moments.
"""

from __future__ import annotations

from fractions import Fraction
from math import comb

import numpy as np
import pytest
import sympy

from tests.theory.models.papers import MOST_ERRORS, same
from theory import Gaussian, LinearAttention, Model, Prompt, Stack

LAYER = LinearAttention(mask="query")
ISOTROPIC = Prompt(x=Gaussian("I"), w=Gaussian("I"))
# (1/d) E tr S^k, from the moments of real Wishart matrices (Letac and Massam 2004).
MOMENTS = (
    "1",
    "1",
    "(1 + (d + 1)/N)",
    "(1 + 3 (d + 1)/N + (d^2 + 3 d + 4)/N^2)",
    "(1 + 6 (d + 1)/N + (6 d^2 + 17 d + 21)/N^2 + (d^3 + 6 d^2 + 21 d + 20)/N^3)",
)


def model(layers: int) -> Model:
    return Model(ISOTROPIC, Stack(*[LAYER] * layers, shared=True) if layers > 1 else LAYER, "sparse")


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("g", [Fraction(1, 2), Fraction(-3, 7)])
def test_the_loss_in_wishart_moments(layers: int, g: Fraction) -> None:
    """d sum_k binomial(2L, k) (-g/L)^k m_k for every d and N: L = 1 needs m_1, m_2, L = 2 needs m_1 to m_4."""
    step = g / layers
    terms = " + ".join(f"({comb(2 * layers, k) * (-step) ** k}) {MOMENTS[k]}" for k in range(2 * layers + 1))
    error = model(layers).error({"A": f"({step}) I"})
    assert same(error, model(layers).formula_of(f"d ({terms})"))
    wrong = terms.replace("(d + 1)/N", "(d + 2)/N")
    assert not same(error, model(layers).formula_of(f"d ({wrong})"))


def test_the_best_step_of_one_layer() -> None:
    """g* = 1/(1 + (d + 1)/N)."""
    points = model(1).critical_points({"A": "g I"})
    (solution,) = points.solutions
    d, N = sympy.symbols("d N", integer=True, positive=True)
    assert 0 == sympy.simplify(solution["g"] - 1 / (1 + (d + 1) / N))


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
    exact = model(layers).error({"A": f"({Fraction(4, 5) / layers}) I"})
    assert abs(square.mean() - float(exact.evaluate(d=d, N=N))) < MOST_ERRORS * square.std() / np.sqrt(B)
