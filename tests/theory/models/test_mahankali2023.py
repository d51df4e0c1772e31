"""Mahankali, Hashimoto, Ma, One step of gradient descent is provably the optimal in-context learner (ICLR 2024)."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import sympy

from tests.theory.models.papers import MOST_ERRORS
from theory import Gaussian, LinearAttention, Model, Prompt

ISOTROPIC = Prompt(x=Gaussian("I"), w=Gaussian("I"), noise="s2")
WHITENED = Prompt(x=Gaussian("Sigma"), w=Gaussian("Sigma^-1"), noise="s2")


@pytest.mark.parametrize("target_noise", [False, True])
@pytest.mark.parametrize(("law", "step"), [(ISOTROPIC, "I"), (WHITENED, "Sigma^-1")], ids=["isotropic", "whitened"])
def test_the_rate_of_the_step(law: Prompt, step: str, target_noise: bool) -> None:
    """The rate on (1/N) X'y is N/(N + 1 + d + s2), the only stationary one; noise in the target changes nothing."""
    model = Model(law.replace(target_noise=target_noise), LinearAttention(), "sparse")
    points = model.critical_points({"A": f"a {step}"})
    ((name, value),) = [item for s in points.solutions for item in s.items()]
    d, N = sympy.symbols("d N", integer=True, positive=True)
    s2 = next(s for s in value.free_symbols if s.name == "s2")
    assert ("a", 0) == (name, sympy.simplify(value - N / (N + 1 + d + s2)))
    assert () == points.unsolved


@pytest.mark.parametrize("label", ["(w' x)^3", "w' x + 2 (w' x)^3"])
def test_other_targets(label: str) -> None:
    """Labels f(<w, x>) from a rotation-invariant family: the rate is E[(x_q'v) y_q]/E[(x_q'v)^2] with
    v = (1/N) sum y_i x_i, both estimated here from samples in NumPy."""
    model = Model(ISOTROPIC.replace(label=label), LinearAttention(), "sparse")
    points = model.critical_points({"A": "a I"})
    (solution,) = points.solutions
    d, N, s2, B = 2, 4, Fraction(1, 2), 400_000
    exact = float(solution["a"].subs({s: {"d": d, "N": N, "s2": s2}[s.name] for s in solution["a"].free_symbols}))
    generator = np.random.default_rng(0)
    x, x_q, w = (generator.standard_normal(shape) for shape in ((B, N, d), (B, d), (B, d)))

    def f(t: np.ndarray) -> np.ndarray:
        return t**3 if label.startswith("(") else t + 2 * t**3

    y = f(np.einsum("bni,bi->bn", x, w)) + np.sqrt(float(s2)) * generator.standard_normal((B, N))
    projection = np.sum(x_q * np.einsum("bn,bni->bi", y, x) / N, axis=1)
    # At the right rate the mean of (x_q'v)(y_q - rate x_q'v) is zero.
    residual = projection * (f(np.sum(x_q * w, axis=1)) - exact * projection)
    assert abs(residual.mean()) < MOST_ERRORS * residual.std() / np.sqrt(B)
    assert abs((residual - 0.3 * exact * projection**2).mean()) > MOST_ERRORS * residual.std() / np.sqrt(B)


def test_an_even_target_is_learned_by_nothing() -> None:
    """For f even the label is uncorrelated with x and the best step is zero."""
    points = Model(ISOTROPIC.replace(label="(w' x)^2"), LinearAttention(), "sparse").critical_points({"A": "a I"})
    assert [{"a": 0}] == [dict(s) for s in points.solutions]
