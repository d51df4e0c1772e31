"""B11: the local minimum that is not global, beside the engine's own loss, and the conditions that it needs."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import numpy as np
import pytest
from scipy.optimize import minimize

from proofs_check import Quantity
from proofs_check.judge.instances import Instance, tuples
from proofs_check.papers.zhang2024.quantities.local_minimum import critical_point, excess, least_pivot, squared_gradient
from theory import population_loss
from theory.zhang2024.model import BLOCKS

Q = np.array([[Fraction(3, 5), Fraction(-4, 5)], [Fraction(4, 5), Fraction(3, 5)]], dtype=object)


def instance(eigenvalues: tuple[Fraction, Fraction], which: int, N: int) -> Instance:
    """A covariance that is not diagonal, and one of its eigenvectors."""
    covariance = (Q * np.array(eigenvalues, dtype=object)) @ Q.T
    values = {"Lambda": tuples(covariance), "p": tuples(Q[:, which]), "a": Fraction(2, 3), "lambda": eigenvalues[which]}
    return Instance({"d": 2, "N": N}, values)


def _value(quantity: Callable[[], Quantity], at: Instance) -> Fraction:
    exact = quantity().exact
    assert exact is not None
    value: Fraction = exact(at)[0][0, 0]
    return value


LEADING = instance((Fraction(1), Fraction(3, 10)), 0, 1)


@pytest.mark.parametrize(
    "other",
    [instance((Fraction(1), Fraction(3, 10)), 1, 1), instance((Fraction(1), Fraction(9, 10)), 0, 6)],
    ids=["the smaller eigenvalue", "longer prompts"],
)
def test_other_critical_points_are_saddles(other: Instance) -> None:
    """The gradient vanishes there too, but the Hessian has a negative direction: neither assumption can be left out."""
    assert _value(squared_gradient, other) == 0
    assert _value(excess, other) > 0
    assert _value(least_pivot, other) <= 0


def test_hessian_agrees_with_the_derived_loss() -> None:
    """Second differences of the engine's gradient: one zero, the scaling symmetry, and everything else positive."""
    loss = population_loss()
    covariance = LEADING.arrays["Lambda"].astype(float)
    start = np.concatenate([np.ravel(np.asarray(critical_point(LEADING)[name], dtype=float)) for name in BLOCKS])

    def gradient(z: np.ndarray) -> np.ndarray:
        weights = {"U11": z[:4].reshape(2, 2), "u21": z[4:6], "u12": z[6:8], "u": float(z[8])}
        arguments = {"covariance": covariance, "context_length": 1, **weights}
        return np.concatenate([np.ravel(loss.gradient(name).evaluate(**arguments)) for name in BLOCKS])

    assert gradient(start) == pytest.approx(np.zeros(9), abs=1e-12)
    hessian = np.array([(gradient(start + 1e-4 * e) - gradient(start - 1e-4 * e)) / 2e-4 for e in np.eye(9)])
    eigenvalues = np.linalg.eigvalsh((hessian + hessian.T) / 2)
    assert eigenvalues[0] == pytest.approx(0, abs=1e-6)
    assert eigenvalues[1] > 1e-3
    scaling = np.concatenate([np.zeros(4), -start[4:6], start[6:8], [0]])
    assert hessian @ scaling == pytest.approx(np.zeros(9), abs=1e-6)


def test_descent_from_nearby_stays_there() -> None:
    """Minimising the derived loss from a point beside it ends at its value, above the least loss."""
    loss = population_loss()
    covariance = LEADING.arrays["Lambda"].astype(float)

    def value(z: np.ndarray) -> float:
        weights = {"U11": z[:4].reshape(2, 2), "u21": z[4:6], "u12": z[6:8], "u": float(z[8])}
        return float(loss.evaluate(covariance=covariance, context_length=1, **weights))

    start = np.concatenate([np.ravel(np.asarray(critical_point(LEADING)[name], dtype=float)) for name in BLOCKS])
    beside = start + 0.02 * np.random.default_rng(0).standard_normal(9)
    found = minimize(value, beside, method="BFGS", options={"gtol": 1e-8})
    assert found.fun == pytest.approx(value(start), abs=1e-9)
    # By hand: lambda_2^2/(2 gamma_2) with lambda_2 = 3/10 and gamma_2 = 2 lambda_2 + tr(Lambda) = 19/10.
    assert _value(excess, LEADING) == Fraction(9, 380)
