"""The self-consistent equation against the quadratic one, exact moments, and sampled matrices at two scales."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from numerics.ridge import Spectrum, equivalent_ridge, general_resolvent, general_ridge_risk
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import indexed, length, matrix, sum_over, vector
from theory.algebra.limits import proportional_limit, resolvent, ridge_risk, ridgeless_risk

FLAT = Spectrum([1.0])
STEEP = Spectrum([0.2, 1.0, 4.0], [0.5, 0.3, 0.2])
SIGNAL = [0.5, 0.0, 1.5]


@pytest.mark.parametrize("c", [0.3, 1.0, 2.5])
@pytest.mark.parametrize("x", [1e-3, 0.4, 10.0])
def test_an_isotropic_covariance_has_the_quadratic_equation(c: float, x: float) -> None:
    """For Lambda = I the resolvent and the risk are those of Marchenko and Pastur; for Lambda = l I they scale."""
    assert general_resolvent(FLAT, c, x) == pytest.approx(resolvent(c, x), rel=1e-11)
    assert general_ridge_risk(FLAT, [2.0], c, x, 0.7) == pytest.approx(ridge_risk(c, x, 2.0, 0.7), rel=1e-9)
    assert general_resolvent(Spectrum([3.0]), c, 3 * x) == pytest.approx(resolvent(c, x) / 3, rel=1e-11)
    assert general_resolvent(Spectrum([1.0, 1.0], [0.4, 0.6]), c, x) == pytest.approx(resolvent(c, x), rel=1e-11)


@pytest.mark.parametrize("c", [0.4, 3.0])
def test_no_ridge(c: float) -> None:
    """x = 0 is the end of small ridges, and least squares for Lambda = I."""
    assert general_ridge_risk(FLAT, [2.0], c, 0, 0.7) == pytest.approx(ridgeless_risk(c, 2.0, 0.7), rel=1e-12)
    end = general_ridge_risk(STEEP, SIGNAL, c, 0, 0.7)
    assert general_ridge_risk(STEEP, SIGNAL, c, 1e-9, 0.7) == pytest.approx(end, rel=1e-7)
    if c < 1:
        assert end == pytest.approx(0.7 * c / (1 - c), rel=1e-12)
        assert general_ridge_risk(STEEP, SIGNAL, c, 0, 0) == 0


def test_the_resolvent_is_the_series_of_exact_moments() -> None:
    """(1/d) tr(W/N + x)^-1 = sum_k (-1)^k m_k/x^(k+1), m_k the proportional limits of E tr(W^k)/(d N^k), k <= 5."""
    x_, Lambda = vector("x"), matrix("Lambda", definite=True)
    data = sum_over("i", "N", indexed(x_, "i") @ indexed(x_, "i").T)
    c, x = Fraction(3, 5), 200.0
    total = 1 / x
    for k in range(1, 6):
        mean = expectation((data**k).trace() / (length("d") * length("N") ** k), {x_: Gaussian(Lambda)})
        moment = 0.0
        for monomial, coefficient in proportional_limit(mean, {"N": "c"}).terms.items():
            term = float(coefficient.evaluate({"c": c, "d": 1}, Fraction(1)))
            for word, exponent in monomial.closed:
                (_, power) = word[0].powers[0]
                term *= STEEP.mean([value ** int(power) for value in STEEP.eigenvalues]) ** int(exponent)
            moment += term
        total += (-1) ** k * moment / x ** (k + 1)
    # What is left out is m_6/x^7, and m_6 < (4 (1 + c^(1/2))^2)^6.
    assert abs(general_resolvent(STEEP, float(c), x) - total) < (4 * (1 + 0.6**0.5) ** 2) ** 6 / x**7
    assert abs(1 / x - total) > 1e-5


@pytest.mark.parametrize(("c", "x"), [(0.5, 0.05), (2.0, 0.3), (2.0, 1e-6)])
def test_sampled_matrices_at_two_scales(c: float, x: float) -> None:
    """The resolvent and the risk of ridge regression with a steep spectrum approach their limits as d grows."""
    gaps = []
    for d in (40, 320):
        rng = np.random.default_rng(d)
        values = np.repeat(STEEP.eigenvalues, [d // 2, 3 * d // 10, d // 5])
        w2 = np.repeat(SIGNAL, [d // 2, 3 * d // 10, d // 5]) / np.repeat(
            [d // 2, 3 * d // 10, d // 5], [d // 2, 3 * d // 10, d // 5]
        )
        n, found = int(d / c), []
        for _ in range(6400 // d):
            data = rng.standard_normal((n, d)) * np.sqrt(values)
            gram = data.T @ data / n
            inverse = np.linalg.inv(gram + x * np.eye(d))
            bias = x**2 * np.sum((inverse * values) @ inverse * np.diag(w2))
            variance = 0.7 / n * np.sum((inverse * values) * (gram @ inverse).T)
            found.append([np.trace(inverse) / d, bias + variance])
        limits = [general_resolvent(STEEP, c, x), general_ridge_risk(STEEP, SIGNAL, c, x, 0.7)]
        gaps.append(np.max(np.abs(np.mean(found, axis=0) / limits - 1)))
    assert gaps[0] < 0.15
    assert gaps[1] < gaps[0] / 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: Spectrum([1.0, 0.0]), "eigenvalues must be positive"),
        (lambda: Spectrum([1.0, 2.0], [0.5]), "2 eigenvalues need as many positive weights with sum 1"),
        (lambda: Spectrum([1.0], [0.9]), "sum 1"),
        (lambda: equivalent_ridge(FLAT, 0, 1), "c must be positive, got 0"),
        (lambda: equivalent_ridge(FLAT, 1, -1), "x must be at least 0, got -1"),
        (lambda: general_resolvent(FLAT, 1, 0), "x must be positive, got 0"),
        (lambda: general_ridge_risk(FLAT, [1, 2], 1, 1, 0), "signal must have 1 numbers"),
        (lambda: general_ridge_risk(FLAT, [1], 1, 1, -1), "noise must be at least 0"),
        (lambda: general_ridge_risk(FLAT, [1], 1, 0, 1), "infinite at c = d/N = 1"),
    ],
)
def test_wrong_arguments_are_refused(call: Any, message: str) -> None:
    """Each names the value."""
    with pytest.raises(ValueError, match=message):
        call()
