"""Instances for statements on errors: lengths, covariances, tasks, labels."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse
from proofs_check.papers.zhang2024.quantities.brute_force import rank
from proofs_check.strategies import (
    contexts,
    covariances,
    dimensions,
    lengths,
    matrices,
    naturals,
    positives,
    rationals,
    vectors,
)


@st.composite
def error_instances(draw: st.DrawFn) -> Instance:
    """Training and test lengths up to 10^6, a covariance of any condition number, and a task."""
    d = draw(dimensions(3))
    covariance = draw(covariances(d))
    N, M = draw(contexts())
    if draw(st.booleans()) and draw(st.booleans()):
        # Both limits at once, where the bounds are tight: long training, and test prompts far longer.
        N = 100 * 10 ** draw(naturals(4))
        M = (10 * N) ** 3
    values = {
        "Lambda": covariance.matrix,
        "w": draw(vectors(d, nonzero=True)),
        "kappa": covariance.largest / covariance.smallest,
    }
    return Instance({"d": d, "N": N, "M": M}, values)


def long_training() -> Instance:
    """Where the bounds on the error come to equality: d = 1, long training, longer test prompts, M = 2/eps."""
    one = Fraction(1)
    values = {"Lambda": ((one,),), "w": (one,), "kappa": one, "eps": Fraction(1, 1000), "s2": Fraction(1, 2)}
    return Instance({"d": 1, "N": 10**6, "M": 2000}, values)


@st.composite
def accuracy_instances(draw: st.DrawFn) -> Instance:
    """A training length, a covariance, and an accuracy eps, now and then far below the error of training."""
    d = draw(dimensions(3))
    covariance = draw(covariances(d))
    N = draw(lengths())
    accuracy = draw(positives(3)) / ((10 * N) ** 3 if draw(st.booleans()) else 1)
    values = {"Lambda": covariance.matrix, "kappa": covariance.largest / covariance.smallest, "eps": accuracy}
    return Instance({"d": d, "N": N}, values)


@st.composite
def conditioned_covariances(draw: st.DrawFn) -> Instance:
    """A covariance with its condition number."""
    d = draw(dimensions(4))
    covariance = draw(covariances(d))
    return Instance({"d": d}, {"Lambda": covariance.matrix, "kappa": covariance.largest / covariance.smallest})


@st.composite
def noisy_tasks(draw: st.DrawFn) -> Instance:
    """As `error_instances`, with a noise variance."""
    return draw(error_instances()).with_values(s2=draw(positives(3)))


@st.composite
def single_tasks(draw: st.DrawFn) -> Instance:
    """A covariance, lengths and a task."""
    d = draw(dimensions(3))
    N, M = draw(contexts(100))
    return Instance({"d": d, "N": N, "M": M}, {"Lambda": draw(covariances(d, 1)).matrix, "w": draw(vectors(d, True))})


@st.composite
def two_point_radii(draw: st.DrawFn) -> Instance:
    """x = sqrt(r) z, z ~ N(0, Lambda), r = a with probability h and b otherwise, E r = 1; kappa = E r^2."""
    d = draw(dimensions(2))
    h = Fraction(1 + draw(naturals(2)), 4)
    a = Fraction(draw(naturals(4)), 5)
    b = (1 - h * a) / (1 - h)
    values = {"Lambda": draw(covariances(d, 1)).matrix, "h": h, "a": a, "b": b, "kappa4": h * a**2 + (1 - h) * b**2}
    N = 1 + draw(naturals(2))
    # A length that is not N, for mutants that name it.
    return Instance({"d": d, "N": N, "M": N + 1}, values)


@st.composite
def finite_power_labels(draw: st.DrawFn) -> Instance:
    """h with d - 2h = 1/j for a small j, so that |x|^-h has a second moment; and a predictor w."""
    d, j = draw(dimensions(3)), 1 + draw(naturals(3))
    assume(d > 1 or j > 1)
    return Instance({"d": d}, {"h": (d - Fraction(1, j)) / 2, "w": draw(vectors(d))})


@st.composite
def infinite_power_labels(draw: st.DrawFn) -> Instance:
    """h = d/2, where the second moment of |x|^-h ends to be finite, and a number b."""
    d = draw(dimensions(3))
    return Instance({"d": d}, {"h": Fraction(d, 2), "b": draw(positives(1))})


@st.composite
def random_query_instances(draw: st.DrawFn) -> Instance:
    """A query with no entry 0, and a task."""
    d = draw(dimensions(3))
    return Instance({"d": d}, {"x_q": tuple(draw(rationals(nonzero=True)) for _ in range(d)), "w": draw(vectors(d))})


@st.composite
def orthogonal_queries(draw: st.DrawFn, isotropic: bool) -> Instance:
    """A prompt that does not span the space, and a query orthogonal to its covariates."""
    d = 2 + draw(naturals(1))
    M = 1 + draw(naturals(d - 2))
    if isotropic:
        scale = draw(positives())
        covariance: Any = tuples(scale * exact_identity(d))
    else:
        covariance = draw(covariances(d, 1)).matrix
    points = np.array(draw(matrices(M, d)), dtype=object)
    query = np.array(draw(vectors(d, nonzero=True)), dtype=object)
    gram = points @ points.T
    assume(rank(gram) == M)
    query = query - points.T @ (inverse(gram) @ (points @ query))
    assume(any(query))
    values = {"Lambda": covariance, "X": tuples(points.T), "y": draw(vectors(M)), "x_q": tuples(query)}
    return Instance({"d": d, "M": M, "N": 1 + draw(naturals(3))}, values)
