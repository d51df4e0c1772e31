"""Instances: covariances with a rational triangular root, and enough or few examples."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import strategies as st

from proofs_check import strategies
from proofs_check.judge.instances import Instance, tuples


@st.composite
def wishart_instances(draw: st.DrawFn, margin: int) -> Instance:
    """d <= 3, M > d + margin, Lambda = C C' with C lower triangular, any A, and the variance of the noise."""
    d = draw(strategies.dimensions(3))
    M = d + margin + 1 + draw(strategies.naturals(5))
    root = np.full((d, d), Fraction(0), dtype=object)
    for i in range(d):
        root[i, i] = draw(strategies.positives())
        for j in range(i):
            root[i, j] = draw(strategies.rationals())
    values = {
        "Lambda": tuples(root @ root.T),
        "C": tuples(root),
        "A": draw(strategies.matrices(d, d)),
        "s2": draw(strategies.positives()),
    }
    return Instance({"d": d, "M": M}, values)


@st.composite
def few_examples(draw: st.DrawFn) -> Instance:
    """M < d - 1, isotropic covariance lambda I, any task."""
    M = 1 + draw(strategies.naturals(2))
    d = M + 2 + draw(strategies.naturals(4))
    values = {
        "lambda": draw(strategies.positives()),
        "s2": draw(strategies.positives()),
        "w": draw(strategies.vectors(d)),
    }
    return Instance({"d": d, "M": M}, values)


@st.composite
def ridge_arguments(draw: st.DrawFn) -> Instance:
    """The ratio c = d/M, a penalty x of at least 1000, signal and noise."""
    names = ("c", "signal", "s2")
    values = {name: draw(strategies.positives()) for name in names}
    return Instance({}, {**values, "x": 1000 + draw(strategies.positives(2))})
