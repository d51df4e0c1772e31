"""The steps of B12: identities hold at numbers, and the constants are exact in exact arithmetic."""

from __future__ import annotations

from fractions import Fraction
from math import isqrt

from theory.zhang2024.explicit_rate import explicit_rate, rate_bounds


def test_what_is_argued_is_marked() -> None:
    """The comparison argument and Gronwall's inequality are cited; all other steps are computed."""
    assert ["lower-bound", "rate"] == [step.id for step in explicit_rate().steps if step.cited]


def test_gradient_identity_at_numbers() -> None:
    """(d l/d U_ii)^2 = 2 u^2 a_ii (l - min l)_ii in one coordinate."""
    derivation = explicit_rate()
    at = {"a_ii": Fraction(3, 2), "f_i": Fraction(5, 7), "u": Fraction(2, 3), "u_ii": Fraction(1, 5)}
    excess = derivation["excess"].evaluate(**at)
    slope = -derivation["diagonal flow"].evaluate(**at)
    gap = at["u"] * at["u_ii"] - at["f_i"] / at["a_ii"]
    assert excess == at["a_ii"] * gap**2 / 2
    assert slope**2 == 2 * at["u"] ** 2 * at["a_ii"] * excess


def test_constants_are_exact_on_fractions() -> None:
    """One coordinate, a = 1/8, f = 1/2, U(0) = u(0) = 1: b = 4, excess 9/16, u_max^2 = 4 + 3, c^2 = 1, rate 1/4."""

    def root(x: Fraction) -> Fraction:
        found = Fraction(isqrt(x.numerator), isqrt(x.denominator))
        return found if found**2 == x else Fraction(round(float(x) ** 0.5 * 10**9), 10**9)

    bounds = rate_bounds([[Fraction(1, 8)]], [Fraction(1, 2)], [[Fraction(1)]], Fraction(1), sqrt=root)
    assert (Fraction(9, 16), Fraction(7), Fraction(1), Fraction(1, 8), Fraction(1, 4)) == (
        bounds.excess,
        bounds.u_max_squared,
        bounds.c_squared,
        bounds.kappa0,
        bounds.rate,
    )
