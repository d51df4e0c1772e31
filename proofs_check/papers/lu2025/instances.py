"""Instances: a task on the sphere |w|^2 = d, and arguments of the resolvent."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from proofs_check import strategies
from proofs_check.judge.instances import Instance, tuples


def _task(draw: st.DrawFn, d: int) -> Any:
    """A rotated vector of signs, |w|^2 = d."""
    signs = [Fraction(1 if draw(st.booleans()) else -1) for _ in range(d)]
    return tuples(np.array(draw(strategies.bases(d)), dtype=object) @ np.array(signs, dtype=object))


@st.composite
def one_task(draw: st.DrawFn) -> Instance:
    """d <= 2, l <= 2, any G1, and one task v on the sphere."""
    d, count = draw(strategies.dimensions(2)), 1 + draw(strategies.naturals(1))
    G1, rho = draw(strategies.matrices(d, d)), draw(strategies.positives(1))
    return Instance({"d": d, "l": count}, {"G1": G1, "rho": rho, "v": _task(draw, d)})


@st.composite
def resolvent_arguments(draw: st.DrawFn, least: int = 0) -> Instance:
    """kappa and x, both positive, x above a least value."""
    kappa, x = draw(strategies.positives(1)), draw(strategies.positives(2))
    return Instance({}, {"kappa": kappa, "x": x + least})
