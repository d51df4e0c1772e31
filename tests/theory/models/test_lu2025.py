"""Lu, Letey, Zavatone-Veth, Maiti, Pehlevan, Asymptotic theory of in-context learning (PNAS 122(28), 2025), exact part.

x ~ N(0, I/d), |w|^2 = d, labels and target with noise of variance rho, l examples. H = x_q [(d/l) sum y_i x_i', (1/l)
sum y_i^2] and y_hat = <G, H> with G = [G1, g]: linear attention with the blocks U11 = d G1', u21 = g, u = 1, u12 = 0.
"""

from __future__ import annotations

import numpy as np
import pytest

from numerics import simulate
from tests.theory.models.papers import MOST_ERRORS, same
from theory import Gaussian, LinearAttention, Model, Moments, Prompt

SPHERE = Prompt(
    x=Gaussian("I/d"),
    w=Moments("R", mean="mu", square="d"),
    noise="rho",
    target_noise=True,
    length="l",
)
MODEL = Model(SPHERE, LinearAttention(), {"U11": "d G1'", "u21": "g", "u": "1"}, vectors=("g",))
# e(G) = 1 + rho + (1/d) tr(G B G') - (2/d) tr(G A), A = [R; (1 + rho) mu'], alpha = l/d.
STATEMENT = (
    "1 + rho + 1/d (tr(G1 ((1 + rho) d/l I + (1 + 1/l) R) G1') + 2 (1 + rho) (1 + 2/l) g' G1 mu"
    " + (1 + rho)^2 (1 + 2/l) g' g) - 2/d (tr(G1 R) + (1 + rho) g' mu)"
)


def test_the_error_is_exact_at_every_dimension() -> None:
    """Not only in the limit: the formula is the error for every d and l."""
    assert same(MODEL.error(), MODEL.formula_of(STATEMENT))


@pytest.mark.parametrize(
    ("right", "wrong"), [("(1 + 1/l) R", "R"), ("(1 + 2/l) g' g", "(1 + 1/l) g' g"), ("2 (1 + rho) (1", "(1 + rho) (1")]
)
def test_the_corrections_of_order_one_over_l_are_needed(right: str, wrong: str) -> None:
    """Mutants of the statement are different formulas."""
    assert right in STATEMENT
    assert not same(MODEL.error(), MODEL.formula_of(STATEMENT.replace(right, wrong)))


def test_gaussian_tasks_have_another_error() -> None:
    """Where w ~ N(0, I) the labels' variance is random, and (1 + 2/l) is not enough: the sphere matters."""
    gaussian = Model(
        SPHERE.replace(w=Gaussian("I", mean="mu")), LinearAttention(), MODEL.weights, vectors=("g",)
    ).error()
    values = {"G1": np.eye(3), "g": np.array([0.5, 0.1, -0.2]), "mu": np.zeros(3), "rho": 0.5, "l": 6}
    sphere = MODEL.error().evaluate(**values, R=np.eye(3))
    assert gaussian.evaluate(**values) > 1.01 * sphere


@pytest.mark.parametrize(("d", "l"), [(4, 6), (3, 2)])
def test_the_error_on_samples(d: int, l: int) -> None:  # noqa: E741
    """Tasks on the sphere about a direction, in NumPy and through the layers of the model."""
    generator = np.random.default_rng(d)
    B, rho = 200_000, 0.5
    G1, g = 0.5 * np.eye(d) + 0.2 * generator.normal(size=(d, d)), 0.3 * generator.normal(size=d)
    cloud = np.ones(d) + 0.7 * generator.standard_normal((B, d))
    w = np.sqrt(d) * cloud / np.linalg.norm(cloud, axis=1, keepdims=True)
    x, x_q = (generator.standard_normal(shape) / np.sqrt(d) for shape in ((B, l, d), (B, d)))
    y = np.einsum("bni,bi->bn", x, w) + np.sqrt(rho) * generator.standard_normal((B, l))
    features = np.concatenate([d / l * np.einsum("bn,bni->bi", y, x), np.mean(y**2, axis=1, keepdims=True)], axis=1)
    y_hat = np.einsum("bi,ij,bj->b", x_q, np.column_stack([G1, g]), features)
    square = (y_hat - np.sum(w * x_q, axis=1) - np.sqrt(rho) * generator.standard_normal(B)) ** 2
    values = {"G1": G1, "g": g, "rho": rho, "l": l}
    exact = MODEL.error().evaluate(**values, R=w.T @ w / B, mu=w.mean(axis=0))
    assert abs(square.mean() - exact) < MOST_ERRORS * square.std() / np.sqrt(B)

    def tasks(generator: np.random.Generator, count: int) -> np.ndarray:
        return w[generator.integers(B, size=count)]

    sampled = simulate(MODEL, 50_000, seed=1, tasks=tasks, R=np.eye(d), **values)
    assert abs(sampled.mean - exact) < MOST_ERRORS * sampled.standard_error
