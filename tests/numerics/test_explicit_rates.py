"""B12 along rigorously enclosed flows, fixed and random covariances, small and large sigma; and its neighbours fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from numerics import explicit_rates
from numerics.enclosure import enclose_averaged_flow, enclose_flow
from numerics.explicit_rates import (
    averaged_explicit_rate,
    certify_averaged_rate,
    certify_explicit_rate,
    explicit_rate,
)
from numerics.problem import Problem
from numerics.rates import paper_rate
from numerics.reduced_flow import gradient_flow
from tests.numerics.flow_references import random_problem, random_theta
from theory.zhang2024.explicit_rate import RateBounds, rate_bounds

SPECTRA = ([2.0], [1.0, 0.3], [1.5, 0.8, 0.2])


@pytest.mark.parametrize("sigma", [0.05, 0.7, 6.0])
@pytest.mark.parametrize("spectrum", SPECTRA, ids=len)
def test_holds_along_enclosed_flows(spectrum: list[float], sigma: float) -> None:
    """c <= u <= u_max and the decay are proved at every time, below the paper's condition on sigma and above it."""
    problem = Problem.from_spectrum(spectrum, context_length=3)
    theta = random_theta(np.random.default_rng(len(spectrum)), len(spectrum), 2)
    assert certify_explicit_rate(enclose_flow(problem, sigma, theta, t_end=4.0))


def test_holds_for_a_covariance_that_is_not_diagonal() -> None:
    """The eigenbasis is enclosed as well."""
    problem = random_problem(np.random.default_rng(4), 2, 3)
    assert certify_explicit_rate(enclose_flow(problem, 0.6, t_end=3.0))


RATES = [[Fraction(3), Fraction(1), Fraction(1, 2)], [Fraction(2), Fraction(1), Fraction(1, 3)], [1, Fraction(1, 2), 2]]
FORCES = [Fraction(2), Fraction(1, 2), Fraction(3, 2)]


@pytest.mark.parametrize("sigma", [Fraction(1, 20), Fraction(2)])
def test_holds_for_random_covariances(sigma: Fraction) -> None:
    """Corollary C.2 with rates that no fixed covariance has."""
    theta = random_theta(np.random.default_rng(7), 3, 3)
    path = enclose_averaged_flow(RATES, FORCES, sigma, theta, t_end=4.0)
    assert certify_averaged_rate(path, RATES, FORCES, sigma, theta)


@pytest.mark.parametrize("stronger", ["c_squared", "u_max_squared", "rate"])
def test_stronger_bounds_are_refuted(stronger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The lower bound is attained at t = 0; a u_max below the limit and a rate above the exact one fail."""

    def changed(*arguments: object, **keywords: object) -> RateBounds:
        bounds = rate_bounds(*arguments, **keywords)  # type: ignore[arg-type]
        factor = {"c_squared": Fraction(101, 100), "u_max_squared": Fraction(1, 10), "rate": Fraction(60)}[stronger]
        return replace(bounds, **{stronger: getattr(bounds, stronger) * factor.numerator / factor.denominator})

    monkeypatch.setattr(explicit_rates, "rate_bounds", changed)
    problem = Problem.from_spectrum([1.0, 0.3], context_length=3)
    verdict = certify_explicit_rate(enclose_flow(problem, 0.05, t_end=30.0))
    assert verdict.status == "violated"


def test_numbers_agree_with_their_definition() -> None:
    """Every constant against the formulas of the statement, in the problem's own basis."""
    rng = np.random.default_rng(2)
    problem, theta = random_problem(rng, 3, 2), random_theta(rng, 3, 2)
    sigma = 1.7
    found = explicit_rate(problem, sigma, theta)
    Gamma, Lambda = problem.Gamma, problem.covariance
    inverse = np.linalg.inv(Gamma)
    U = sigma * theta @ theta.T
    excess = np.trace(Gamma @ (sigma * U - inverse) @ Lambda @ (sigma * U - inverse).T @ Lambda) / 2
    kappa0 = np.linalg.eigvalsh(Gamma)[0] * np.linalg.eigvalsh(Lambda)[0] ** 2
    u_max = np.sqrt(np.linalg.norm(inverse) + np.sqrt(2 * excess / kappa0))
    diagonal = np.diag(problem.basis.T @ U @ problem.basis)
    c = np.linalg.norm(np.minimum(diagonal, 1 / (u_max * problem.gamma)))
    assert np.allclose(
        [found.excess, found.kappa0, found.u_max, found.u_min, found.rate],
        [excess, kappa0, u_max, c, 2 * c**2 * kappa0],
        rtol=1e-10,
    )


def test_fixed_covariances_are_a_case_of_random_ones() -> None:
    """a_ij = gamma_i lambda_i lambda_j, f_i = lambda_i^2."""
    problem = Problem.from_spectrum([1.0, 0.4], context_length=2)
    rates = np.outer(problem.gamma * problem.eigenvalues, problem.eigenvalues)
    assert explicit_rate(problem, 0.8) == averaged_explicit_rate(rates, problem.eigenvalues**2, 0.8)


def test_needs_no_condition_on_sigma() -> None:
    """Where Lemma 5.4 has nothing to say there is a rate; the flow obeys it far beyond the enclosed times."""
    problem = Problem.from_spectrum([1.0, 0.5, 0.2], context_length=4)
    with pytest.raises(ValueError, match="sigma must satisfy"):
        paper_rate(problem, 3.0)
    found = explicit_rate(problem, 3.0)
    path = gradient_flow(problem, sigma=3.0, t_end=50.0)
    assert found.rate > 0
    assert np.all(path.excess_loss <= found.excess * np.exp(-found.rate * path.t) * (1 + 1e-9))
    assert np.all((found.u_min * (1 - 1e-12) <= path.u) & (path.u <= found.u_max))


def test_bad_arguments_are_named() -> None:
    """Rates and forces have to be positive and fit together."""
    with pytest.raises(ValueError, match="rates must be positive"):
        averaged_explicit_rate([[1.0, 0.0], [1.0, 1.0]], [1.0, 1.0], 0.5)
    with pytest.raises(ValueError, match="rates must have shape 2 x 2"):
        averaged_explicit_rate([[1.0]], [1.0, 1.0], 0.5)
