"""Models in the limit of long prompts and large dimension together, against finite sizes."""

from __future__ import annotations

from fractions import Fraction

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


def test_two_isotropic_layers() -> None:
    """Twice the loss an entry, d = N/2: ten times the size is ten times nearer to the limit."""
    model = Model(
        Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi")), Stack(LinearAttention(), LinearAttention()), "sparse"
    )
    full, unit = model.loss().expression, identity("d")
    letters = {symbol.name: symbol for symbol in full.symbols}
    a0, a1 = scalar_letter("a0"), scalar_letter("a1")
    at = {"Lambda": unit, "Psi": unit, "A0": a0 * unit, "A1": a1 * unit}
    entry = 2 * full.substitute({letters[name]: x for name, x in at.items()}) / length("d")
    limit = proportional_limit(entry, {"N": "c"})
    steps = {"a0": Fraction(1, 3), "a1": Fraction(5, 3)}
    end = value(limit, steps, {"c": Fraction(1, 2)})
    gaps = [value(entry, steps, {"d": d, "N": 2 * d}) - end for d in (400, 4000)]
    assert 0 < gaps[0] < Fraction(1, 500)
    assert 9 < gaps[0] / gaps[1] < 11
