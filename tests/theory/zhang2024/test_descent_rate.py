"""The steps of B13: the identities hold at numbers, and what is argued is marked."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest

from tests.theory import brute_force
from theory.zhang2024.descent_rate import descent_rate


def test_what_is_argued_is_marked() -> None:
    """Identities are computed; the descent lemma and what follows from it are cited."""
    assert ["imbalance", "diagonal-step", "second-derivative"] == [s.id for s in descent_rate().steps if not s.cited]


@pytest.mark.parametrize(("d", "N"), [(1, 1), (2, 3), (3, 5)])
def test_the_imbalance_after_a_step_at_numbers(d: int, N: int) -> None:
    """A step taken by hand with Lemma 5.2's field has that imbalance; twice the step moves it four times as far."""
    generator = random.Random(7)
    root = brute_force.root(generator, d)
    L, U = root @ root.T, brute_force.matrix(generator, d, d)
    u, eta = Fraction(2, 3), Fraction(1, 7)
    G = Fraction(N + 1, N) * L + np.diag([np.trace(L) / N] * d)
    U_slope = u**2 * G @ L @ U @ L - u * L @ L
    u_slope = u * np.trace(G @ L @ U @ L @ U.T) - np.trace(L @ L @ U.T)
    after_U, after_u = U - eta * U_slope, u - eta * u_slope
    formula = descent_rate()["imbalance"]
    at = {"covariance": L, "context_length": N, "U": U, "u": u}
    assert after_u**2 - np.sum(after_U * after_U) == formula.evaluate(**at, step=eta)
    before = u**2 - np.sum(U * U)
    moved = formula.evaluate(**at, step=eta) - before
    assert 4 * moved == formula.evaluate(**at, step=2 * eta) - before


def test_a_diagonal_entry_after_a_step_is_a_mean() -> None:
    """Between u_ii and b_i/u while eta u^2 a_ii <= 1, and outside beyond."""
    formula = descent_rate()["diagonal step"]
    at = {"zeta_ii": Fraction(3, 2), "xi_i": Fraction(5, 7), "u": Fraction(2, 3), "u_ii": Fraction(1, 5)}
    target = at["xi_i"] / at["zeta_ii"] / at["u"]
    largest = 1 / (at["u"] ** 2 * at["zeta_ii"])
    assert at["u_ii"] < formula.evaluate(**at, eta=largest / 2) < target
    assert target == formula.evaluate(**at, eta=largest)
    assert target < formula.evaluate(**at, eta=2 * largest)
