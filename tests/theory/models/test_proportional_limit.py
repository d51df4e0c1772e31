"""Models in the limit of long prompts and large dimension together, against finite sizes."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from scipy.optimize import minimize

from theory.algebra.expression import Expression, identity, length, scalar_letter
from theory.algebra.limits import proportional_limit
from theory.models import Gaussian, LinearAttention, Model, Prompt, Stack


def value(expression: Expression, steps: dict[str, Fraction], sizes: dict[str, object]) -> Fraction:
    """A polynomial in the step sizes at numbers."""
    total = Fraction(0)
    for monomial, coefficient in expression.terms.items():
        term = coefficient.evaluate(sizes, Fraction(1))
        for word, exponent in monomial.closed:
            term *= steps[word[0].symbol.name] ** int(exponent)
        total += term
    return total


def two_isotropic_layers(mask: str) -> Expression:
    """Twice the loss an entry of two sparse layers A0 = a0 I, A1 = a1 I on isotropic covariates and tasks."""
    layer = LinearAttention(mask=mask)
    model = Model(Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi")), Stack(layer, layer), "sparse")
    full, unit = model.loss().expression, identity("d")
    letters = {symbol.name: symbol for symbol in full.symbols}
    a0, a1 = scalar_letter("a0"), scalar_letter("a1")
    at = {"Lambda": unit, "Psi": unit, "A0": a0 * unit, "A1": a1 * unit}
    return 2 * full.substitute({letters[name]: x for name, x in at.items()}) / length("d")


@pytest.mark.parametrize("mask", ["none", "query"])
def test_two_isotropic_layers(mask: str) -> None:
    """Twice the loss an entry, d = N/2: ten times the size is ten times nearer to the limit."""
    entry = two_isotropic_layers(mask)
    limit = proportional_limit(entry, {"N": "c"})
    steps = {"a0": Fraction(1, 3), "a1": Fraction(5, 3)}
    end = value(limit, steps, {"c": Fraction(1, 2)})
    gaps = [value(entry, steps, {"d": d, "N": 2 * d}) - end for d in (400, 4000)]
    assert 0 < gaps[0] < Fraction(1, 500)
    assert 9 < gaps[0] / gaps[1] < 11


def test_two_steps_of_gradient_descent_in_the_limit() -> None:
    """Without the query in the Gram matrix the layers are two steps of descent: (1/d) E tr((I - W/2)^2 (I - 3 W/2)^2).

    In the limit d = N/2 that is 21/128 = 0.1641 for the steps 1/2 and 3/2: from the moments of Marchenko and Pastur,
    and from a sampled prompt at d = 400, N = 800. Six prompts gave 0.162 to 0.168.
    """
    limit = proportional_limit(two_isotropic_layers("query"), {"N": "c"})
    c, a0, a1 = Fraction(1, 2), Fraction(1, 2), Fraction(3, 2)
    found = value(limit, {"a0": a0, "a1": a1}, {"c": c})
    assert found == Fraction(21, 128)
    assert round(float(found), 4) == 0.1641
    moments = [Fraction(1), Fraction(1), 1 + c, 1 + 3 * c + c**2, 1 + 6 * c + 6 * c**2 + c**3]
    polynomial = np.polynomial.Polynomial([1, -a0]) ** 2 * np.polynomial.Polynomial([1, -a1]) ** 2
    assert sum(Fraction(p) * m for p, m in zip(polynomial.coef, moments, strict=True)) == found
    X = np.random.default_rng(0).standard_normal((800, 400))
    eigenvalues = np.linalg.eigvalsh(X.T @ X / 800)
    assert abs(np.mean((1 - eigenvalues / 2) ** 2 * (1 - 1.5 * eigenvalues) ** 2) - float(found)) < 0.01


@pytest.mark.parametrize("mask", ["none", "query"])
def test_the_best_two_steps_leave_one_seventh(mask: str) -> None:
    """min over polynomials p of degree two with p(0) = 1 of the integral of p^2 is 1/(1 + 1/c + 1/c^2), 1/7 at c = 1/2.

    Source: the Christoffel function at 0 of the law of Marchenko and Pastur. The query in the Gram matrix costs nothing
    at the best steps.
    """
    limit = proportional_limit(two_isotropic_layers(mask), {"N": "c"})
    terms = [
        (float(k.evaluate({"c": Fraction(1, 2)}, Fraction(1))), {w[0].symbol.name: int(p) for w, p in m.closed})
        for m, k in limit.terms.items()
    ]

    def loss(steps: Any) -> float:
        return sum(k * steps[0] ** powers.get("a0", 0) * steps[1] ** powers.get("a1", 0) for k, powers in terms)

    best = min(minimize(loss, start, tol=1e-12).fun for start in ([1.0, 0.3], [1.6, 0.4]))
    assert best == pytest.approx(1 / 7, rel=1e-7)
