"""Theorem 4.2 against moments in coordinates and against numerical integration over angles."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from theory import prediction_error

SIZES = [(d, N, M) for d in (1, 2) for N in (1, 2, 3) for M in (1, 2, 3)]


def quadratic_instance(d: int, N: int, M: int) -> dict[str, Any]:
    """Generic numbers: L, w, B (asymmetric), c and the noise's standard deviation."""
    generator = random.Random(f"{d} {N} {M}")
    return {
        "L": brute_force.root(generator, d),
        "w": brute_force.vector(generator, d),
        "B": brute_force.matrix(generator, d, d),
        "c": brute_force.rational(generator),
        "s": abs(brute_force.rational(generator)),
    }


@pytest.mark.parametrize(("d", "N", "M"), SIZES)
def test_quadratic_labels_equal_moments_in_coordinates(d: int, N: int, M: int) -> None:
    """For y = <w, x> + x'Bx + c + noise the formula is the exact mean square error."""
    at = quadratic_instance(d, N, M)
    w, B, c = at["w"], at["B"], at["c"]

    def label(x: Any) -> Any:
        one = x[0] ** 0
        linear = sum(one * weight.numerator / weight.denominator * entry for weight, entry in zip(w, x, strict=True))
        form = sum(one * B[i, j].numerator / B[i, j].denominator * x[i] * x[j] for i in range(d) for j in range(d))
        return linear + form + one * c.numerator / c.denominator

    expected = brute_force.prediction_error(at["L"], N, M, label, at["s"])
    actual = prediction_error("quadratic").evaluate(
        covariance=at["L"] @ at["L"].T, context_length=N, prompt_length=M, w=w, B=B, c=c, noise_variance=at["s"] ** 2
    )
    assert expected == actual


@pytest.mark.parametrize(("N", "M"), [(1, 1), (2, 3)])
def test_linear_labels_are_quadratic_ones_without_square(N: int, M: int) -> None:
    """B = 0 and c = 0 give the linear label's formula; both may be left out."""
    at = quadratic_instance(2, N, M)
    keywords = {"covariance": at["L"] @ at["L"].T, "context_length": N, "prompt_length": M, "w": at["w"]}
    noise = {"noise_variance": at["s"] ** 2}
    linear = prediction_error("linear").evaluate(**keywords, **noise)
    assert linear == prediction_error("quadratic").evaluate(**keywords, **noise)
    zeros = {"B": np.full((2, 2), Fraction(0)), "c": Fraction(0)}
    assert linear == prediction_error("quadratic").evaluate(**keywords, **noise, **zeros)


def _angular_mean(function: Callable[[Any], Any], kinks: list[float]) -> Any:
    """The mean of a function of the unit circle that is smooth between its kinks, by Gauss-Legendre quadrature."""
    nodes, weights = np.polynomial.legendre.leggauss(40)
    edges = sorted(angle % (2 * np.pi) for angle in kinks)
    total: Any = 0.0
    for low, high in zip(edges, [*edges[1:], edges[0] + 2 * np.pi], strict=True):
        half = (high - low) / 2
        for node, weight in zip(nodes, weights, strict=True):
            angle = low + half * (node + 1)
            total = total + weight * half * function(np.array([np.cos(angle), np.sin(angle)]))
    return total / (2 * np.pi)


@pytest.mark.parametrize("name", ["relu", "sign"])
@pytest.mark.parametrize(("N", "M"), [(1, 1), (2, 3), (5, 40)])
def test_labels_with_kinks_equal_numerical_integrals(name: str, N: int, M: int) -> None:
    """Moments of y, xy and y^2 xx' in polar coordinates, exact in the radius, give the same error to 13 digits."""
    generator = random.Random(name)
    root = brute_force.root(generator, 2).astype(float)
    w = brute_force.vector(generator, 2).astype(float)
    covariance = root @ root.T
    degree = 1 if name == "relu" else 0
    label = (lambda t: max(t, 0.0)) if name == "relu" else np.sign
    # w'Lz = 0 at these two angles; E rho^2 = 2, E rho^4 = 8 and E rho = sqrt(pi/2) for the radius of z in the plane.
    slope = root.T @ w
    first = np.arctan2(-slope[0], slope[1])
    kinks = [first, first + np.pi]
    radius = {0: 1.0, 1: np.sqrt(np.pi / 2), 2: 2.0, 4: 8.0}

    def moment(function: Callable[[Any, float], Any], power: int) -> Any:
        return radius[power] * _angular_mean(lambda z: function(root @ z, float(label(w @ root @ z))), kinks)

    square = moment(lambda x, y: y * y, 2 * degree)
    cross = moment(lambda x, y: y * x, degree + 1)
    second = moment(lambda x, y: y * y * np.outer(x, x), 2 * degree + 2)
    Gamma = (1 + 1 / N) * covariance + np.trace(covariance) / N * np.eye(2)
    A = np.linalg.inv(Gamma)
    average = second / M + (1 - 1 / M) * np.outer(cross, cross)
    expected = np.trace(A @ covariance @ A @ average) - 2 * cross @ A @ cross + square
    actual = prediction_error(name).evaluate(covariance=covariance, context_length=N, prompt_length=M, w=w)
    assert expected == pytest.approx(actual, rel=1e-12)


def test_error_tends_to_the_bias_as_prompts_grow() -> None:
    """Doubling M halves what exceeds the limit: error(M) is exactly floor + bias + variance/M."""
    at = quadratic_instance(2, 2, 1)
    values = [
        prediction_error("linear").evaluate(
            covariance=at["L"] @ at["L"].T, context_length=2, prompt_length=M, w=at["w"], noise_variance=at["s"] ** 2
        )
        for M in (1, 2, 4)
    ]
    assert values[0] - values[1] == 2 * (values[1] - values[2])
    assert 2 * values[1] - values[0] > at["s"] ** 2


def test_general_law_takes_its_three_moments() -> None:
    """Theorem 4.2 with a = w, Sigma of noisy linear labels and floor s^2 is the linear formula."""
    at = quadratic_instance(2, 3, 2)
    covariance, w, noise = at["L"] @ at["L"].T, at["w"], at["s"] ** 2
    image = covariance @ w
    Sigma = (w @ image + noise) * covariance + np.outer(image, image)
    lengths = {"covariance": covariance, "context_length": 3, "prompt_length": 2}
    expected = prediction_error("linear").evaluate(**lengths, w=w, noise_variance=noise)
    assert expected == prediction_error().evaluate(**lengths, a=w, label_covariance=Sigma, floor=noise)


def test_unknown_labels_are_refused() -> None:
    """The message lists the labels that there are."""
    with pytest.raises(ValueError, match="label must be one of linear, quadratic, relu, sign, got 'cubic'"):
        prediction_error("cubic")
