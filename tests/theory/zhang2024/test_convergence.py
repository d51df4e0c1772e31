"""The limit of the flow and the identities behind its rate."""

from __future__ import annotations

import random

import numpy as np
import pytest

from tests.theory import brute_force
from theory import convergence, global_minimum, gradient_flow
from theory.algebra.expression import matrix
from theory.derivation import DerivationError, require_equal

RESULT = convergence()


def covariance(d: int) -> np.ndarray:
    """A generic covariance in floating point: the limit contains fourth roots."""
    L = brute_force.root(random.Random(d), d).astype(float)
    return L @ L.T


@pytest.mark.parametrize("d", [1, 2, 4])
def test_limit_is_a_balanced_stationary_point(d: int) -> None:
    """At the limit u^2 = tr UU', uU = Gamma^{-1} and the flow stands still."""
    keywords = {"covariance": covariance(d), "context_length": 3}
    u, U = RESULT["u limit"].evaluate(**keywords), RESULT["U limit"].evaluate(**keywords)
    Gamma = covariance(d) * 4 / 3 + np.trace(covariance(d)) / 3 * np.eye(d)
    assert u**2 == pytest.approx(np.sum(U * U))
    assert u * U == pytest.approx(np.linalg.inv(Gamma))
    scale = np.linalg.norm(covariance(d)) ** 2
    for name, size in (("U'", (d, d)), ("u'", ())):
        speed = gradient_flow()[f"{name} reduced"].evaluate(**keywords, U=U, u=u)
        assert np.zeros(size) == pytest.approx(speed, abs=1e-12 * scale)


def test_limit_of_the_paper() -> None:
    """u = tr(Gamma^-2)^(1/4) = ||Gamma^{-1}||_F^{1/2}."""
    Gamma = covariance(3) * 4 / 3 + np.trace(covariance(3)) / 3 * np.eye(3)
    expected = np.sqrt(np.linalg.norm(np.linalg.inv(Gamma)))
    assert expected == pytest.approx(RESULT["u limit"].evaluate(covariance=covariance(3), context_length=3))


def test_balance_is_an_identity() -> None:
    """d/dt (u^2 - tr UU') has no terms at all."""
    assert not RESULT["balance"].expression


@pytest.mark.parametrize("seed", range(4))
def test_gradient_dominates_the_excess(seed: int) -> None:
    """||grad l||^2 >= factor (l - min l) at random weights (Lemma 5.4)."""
    rng = np.random.default_rng(seed)
    at = {"covariance": covariance(3), "context_length": 2, "U": rng.normal(size=(3, 3)), "u": float(rng.normal())}
    square = sum(np.sum(np.square(gradient_flow()[f"{n} reduced"].evaluate(**at))) for n in ("U'", "u'"))
    assert square >= RESULT["PL factor"].evaluate(**at) * global_minimum()["excess loss"].evaluate(**at)


def test_a_wrong_step_does_not_pass() -> None:
    """An equation whose sides differ stops the derivation and shows the difference."""
    A, B = matrix("A"), matrix("B")
    with pytest.raises(DerivationError, match="commute: the sides differ by A B - B A"):
        require_equal(A @ B, B @ A, "commute")
