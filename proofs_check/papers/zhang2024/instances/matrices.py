"""Instances for the technical lemmas of appendix D: matrices with known singular values, pairs of semidefinite ones."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity
from proofs_check.papers.zhang2024.quantities.brute_force import negative_eigenvalues
from proofs_check.strategies import bases, chosen, covariances, dimensions, matrices, naturals, positives, vectors


@st.composite
def trace_instances(draw: st.DrawFn) -> Instance:
    """U = P [diag(a) 0] R' and V = Q [diag(b) 0] S', d x n with d <= n, with known singular values in falling order."""
    d = draw(dimensions(3))
    n = d + draw(naturals(2))
    wide = []
    singular = []
    for _ in range(2):
        spectrum = sorted((draw(positives()) if draw(st.booleans()) else Fraction(1) for _ in range(d)), reverse=True)
        left, right = np.array(draw(bases(d)), dtype=object), np.array(draw(bases(n)), dtype=object)
        wide.append((left * np.array(spectrum, dtype=object)) @ right[:, :d].T)
        singular.append(tuple(spectrum))
    values = {"U": tuples(wide[0]), "V": tuples(wide[1]), "a": singular[0], "b": singular[1], "opU": singular[0][0]}
    return Instance({"d": d, "n": n}, values)


@st.composite
def semidefinite_pairs(draw: st.DrawFn, commuting: bool) -> Instance:
    """A = FF' and B = GG' of any rank; with one eigenbasis if they are to commute; and a vector x."""
    d = draw(dimensions(3))
    if commuting:
        basis = np.array(draw(bases(d)), dtype=object)
        A, B = (
            (basis * np.array([Fraction(draw(naturals(4))) for _ in range(d)], dtype=object)) @ basis.T
            for _ in range(2)
        )
    else:
        F, G = (np.array(draw(matrices(d, draw(chosen((d, 1))))), dtype=object) for _ in range(2))
        A, B = F @ F.T, G @ G.T
    return Instance({"d": d}, {"A": tuples(A), "B": tuples(B), "x": draw(vectors(d))})


@st.composite
def products_with_positive_form(draw: st.DrawFn, symmetric: bool) -> Instance:
    """Positive semidefinite A and B with x'ABx >= 0 for all x; with AB symmetric as well if asked for."""
    d = draw(dimensions(2))
    if symmetric:
        basis = np.array(draw(bases(d)), dtype=object)
        A, B = (
            (basis * np.array([Fraction(draw(naturals(3))) for _ in range(d)], dtype=object)) @ basis.T
            for _ in range(2)
        )
    else:
        spectrum = draw(covariances(d, 0)).matrix
        F = np.array(draw(matrices(d, d)), dtype=object)
        A, B = np.array(spectrum, dtype=object), F @ F.T + Fraction(draw(naturals(4))) * exact_identity(d)
    form = A @ B + B @ A
    assume(negative_eigenvalues(form) == 0)
    return Instance({"d": d}, {"A": tuples(A), "B": tuples(B)})
