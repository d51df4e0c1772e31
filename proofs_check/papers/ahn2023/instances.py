"""Two layers over isotropic data: weights near the best multiples of the identity, and others."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt

import numpy as np
from hypothesis import strategies as st

from proofs_check.judge.exact_wishart import trace_moment
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity
from proofs_check.strategies import dimensions, matrices, naturals

# How close the rational steps are to the best ones, which are roots.
_DENOMINATOR = 10**6


def best_steps(d: int, n: int) -> tuple[Fraction, Fraction]:
    """a and b near the least loss of (I - a S)(I - b S): least squares in a + b and a b, by moments of Bartlett's."""
    m2, m3, m4 = (trace_moment(k, d, n) / (d * n**k) for k in (2, 3, 4))
    determinant = m2 * m4 - m3**2
    total, product = (m4 - m2 * m3) / determinant, (m3 - m2**2) / determinant
    spread = sqrt(total**2 - 4 * product)
    low, high = ((float(total) + sign * spread) / 2 for sign in (-1, 1))
    return Fraction(low).limit_denominator(_DENOMINATOR), Fraction(high).limit_denominator(_DENOMINATOR)


@st.composite
def two_layers(draw: st.DrawFn) -> Instance:
    """d and n up to 2, and A_l from the best multiple of I up to one that is far from it, in either order."""
    d, n = draw(dimensions(2)), 1 + draw(naturals(1))
    steps = best_steps(d, n)
    steps = steps[::-1] if draw(st.booleans()) else steps
    shrunk = Fraction(draw(st.sampled_from((0, 1, 1, 1))), 4 ** draw(naturals(4)))
    values = {
        f"A{layer}": tuples(exact_identity(d) * step + np.array(draw(matrices(d, d)), dtype=object) * shrunk)
        for layer, step in enumerate(steps)
    }
    return Instance({"d": d, "n": n}, values)
