"""Instances for statements on the loss: weights, eigenvectors, prompts."""

from __future__ import annotations

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from proofs_check.judge.instances import Instance, tuples
from proofs_check.papers.zhang2024.quantities.brute_force import rank
from proofs_check.strategies import covariances, dimensions, lengths, matrices, naturals, positives, rationals, vectors


@st.composite
def weight_instances(draw: st.DrawFn) -> Instance:
    """A covariance, a training length, any U and u; now and then uU off its optimum in the slowest direction only."""
    d = draw(dimensions(3))
    covariance = draw(covariances(d))
    N = draw(lengths())
    U, u = draw(matrices(d, d)), draw(rationals(nonzero=True))
    if draw(st.booleans()):
        basis = np.array(covariance.basis, dtype=object)
        slowest = basis[:, covariance.eigenvalues.index(covariance.smallest)]
        trace = sum(covariance.eigenvalues)
        optimum = (basis / np.array([x + (x + trace) / N for x in covariance.eigenvalues], dtype=object)) @ basis.T
        U = tuples((optimum + draw(positives()) * np.outer(slowest, slowest)) / u)
    values = {
        "Lambda": covariance.matrix,
        "U": U,
        "u": u,
        "lowL": covariance.smallest,
        "lowG": covariance.smallest_of_gamma(N),
    }
    return Instance({"d": d, "N": N}, values)


@st.composite
def eigenvector_pairs(draw: st.DrawFn) -> Instance:
    """Weights, and two different eigenvectors p and q of Lambda of length 1 with eigenvalues lambda and mu."""
    d, N = 2 + draw(naturals(1)), 1 + draw(naturals(2))
    covariance = draw(covariances(d, 1))
    basis = np.array(covariance.basis, dtype=object)
    first = draw(naturals(1))
    values = {
        "Lambda": covariance.matrix,
        "U": draw(matrices(d, d)),
        "u": draw(rationals(nonzero=True)),
        "p": tuples(basis[:, first]),
        "q": tuples(basis[:, 1 - first]),
        "lambda": covariance.eigenvalues[first],
        "mu": covariance.eigenvalues[1 - first],
    }
    return Instance({"d": d, "N": N, "M": N + 1}, values)


@st.composite
def all_weights(draw: st.DrawFn) -> Instance:
    """Small prompts, a covariance, and weights in all four blocks."""
    d = draw(dimensions(2))
    values = {
        "Lambda": draw(covariances(d, 0)).matrix,
        "U11": draw(matrices(d, d)),
        "u21": draw(vectors(d)),
        "u12": draw(vectors(d)),
        "u": draw(rationals()),
    }
    return Instance({"d": d, "N": 1 + draw(naturals(1))}, values)


@st.composite
def generic_prompts(draw: st.DrawFn) -> Instance:
    """Prompts outside the null sets: covariates as independent as their number allows, and <w, x_q> not zero.

    A statement that holds almost surely is not refuted by a prompt of probability zero.
    """
    d, N = draw(dimensions(3)), draw(dimensions(3))
    X = draw(matrices(d, N))
    w, x_q = draw(vectors(d, nonzero=True)), draw(vectors(d, nonzero=True))
    assume(rank(np.array(X, dtype=object)) == min(d, N))
    assume(sum(a * b for a, b in zip(w, x_q, strict=True)) != 0)
    return Instance({"d": d, "N": N}, {"X": X, "w": w, "x_q": x_q})


@st.composite
def leading_eigenvectors(draw: st.DrawFn, largest: int, longest: int) -> Instance:
    """d from 2 to `largest`, N up to `longest`, Lambda whose largest eigenvalue is simple, its eigenvector p, and a."""
    d = largest - draw(naturals(largest - 2))
    N = longest - draw(naturals(longest - 1))
    covariance = draw(covariances(d, 1).filter(lambda found: found.eigenvalues.count(found.largest) == 1))
    first = covariance.eigenvalues.index(covariance.largest)
    values = {
        "Lambda": covariance.matrix,
        "p": tuples(np.array(covariance.basis, dtype=object)[:, first]),
        "lambda": covariance.largest,
        "a": draw(positives()),
    }
    return Instance({"d": d, "N": N}, values)
