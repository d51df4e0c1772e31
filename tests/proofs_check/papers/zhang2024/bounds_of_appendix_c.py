"""The constants of Lemmas C.6 to C.8 from the law of the diagonals, for comparison with what the claims state."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import sympy

from theory.zhang2024.random_covariance import random_covariance
from theory.zhang2024.random_entries import FiniteLaw, Number


@dataclass(frozen=True)
class Bounds:
    """The constants of Lemmas C.6 to C.8 for a finite law of diagonals, exact SymPy numbers.

    Attributes:
        largest_sigma_squared: (C.10): the lemmas assume sigma^2 below it.
        u_squared: the lower bound of u(t)^2 in (C.12).
        rate: delta of (C.14), 2 nu times `u_squared`: the printed (C.13) has half of it, which holds a fortiori.
        sharper_sigma_squared: the condition that the same proof gives with E tr(Lambda^2 Theta Theta') in place of
            ||E[Lambda] Theta||_F^2, which it never exceeds.
    """

    largest_sigma_squared: Number
    u_squared: Number
    rate: Number
    sharper_sigma_squared: Number


def bounds(law: FiniteLaw, context_length: int, theta: Sequence[Sequence[Number]], sigma_squared: Number) -> Bounds:
    """Return the constants of Lemmas C.6 to C.8.

    Args:
        law: finitely many diagonals.
        context_length: N.
        theta: Theta, d x r, not zero; it is divided by ||Theta Theta'||_F^{1/2}, so its scale does not matter.
        sigma_squared: sigma^2 > 0; where it is not below `largest_sigma_squared` the bounds are not positive.

    Source: Zhang, Frei and Bartlett (2024), Lemmas C.6 to C.8.
    """
    d, N = law.dimension, context_length
    if len(theta) != d:
        raise ValueError(f"theta must have {d} rows, got {len(theta)}")
    root = sympy.Matrix([[sympy.sympify(entry) for entry in row] for row in theta])
    product = root * root.T
    norm = sympy.sqrt(sum(entry**2 for entry in product))
    if norm == 0:
        raise ValueError("theta must not be zero")
    product = product / norm
    average = [law.moment({i: 1}) for i in range(d)]
    squares = [law.moment({i: 2}) for i in range(d)]
    aligned = sum(sympy.sympify(average[i]) ** 2 * product[i, i] for i in range(d))
    sharper = sum(sympy.sympify(squares[i]) * product[i, i] for i in range(d))

    def size(atom: tuple[Number, ...]) -> Number:
        Gamma = [Fraction(N + 1, N) * entry + sum(atom) / Fraction(N) for entry in atom]
        return max(Gamma) * sum(entry**2 for entry in atom)

    spread = sympy.sqrt(d) * sympy.sympify(law.mean(size))
    sigma2 = sympy.sympify(sigma_squared)
    u_squared = sigma2 * (2 * aligned - spread * sigma2) / (2 * sympy.sqrt(d) * sympy.sympify(max(squares)))
    zeta = random_covariance(law, context_length).zeta
    nu = sympy.sympify(min(entry for row in zeta for entry in row))
    return Bounds(2 * aligned / spread, u_squared, 2 * nu * u_squared, 2 * sharper / spread)
