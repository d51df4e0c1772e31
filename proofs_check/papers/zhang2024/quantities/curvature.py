"""The Hessian of the loss at a minimiser (B4), by differences and in balls."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
from flint import arb, ctx

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import exact_identity, inverse, is_positive_definite, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import as_balls
from proofs_check.papers.zhang2024.quantities.brute_force import Exact, gamma, on_subspace, training_layer

_BITS = 128


def _curvature(instance: Instance) -> Exact:
    """The second derivative of the loss along (X, c): a quartic, so five values give it exactly."""
    L, N = instance.arrays["Lambda"], instance.lengths["N"]
    X, u, c = instance.arrays["X"], instance.values["u"], instance.values["c"]
    layer = training_layer(L, N)
    U = inverse(gamma(L, N)) / u

    def loss(t: int) -> Fraction:
        return layer.loss(on_subspace(U + t * X, u + t * c))

    return one_by_one((-loss(2) + 16 * loss(1) - 30 * loss(0) + 16 * loss(-1) - loss(-2)) / 12), {}


def second_derivative_at_minimum() -> Quantity:
    """d^2/dt^2 of the loss along (X, c), printed (Y, h), at the minimiser (Gamma^{-1}/u, u)."""
    return Quantity(r"\frac{d^2}{dr^2} L(\Gamma^{-1}/u + rY, u + rh)\big|_{r=0}", exact=_curvature)


def _smallest_curvature(instance: Instance) -> Exact:
    """2 min spec of the Hessian at the minimum but the zero of the scaling, in balls.

    In Lambda's eigenbasis the Hessian form of B4-hessian is sum_ij g_i l_i l_j (u X_ij + [i = j] c/(u g_i))^2, with
    u^2 = ||Gamma^-1||_F at the limit. Off the diagonal its eigenvalues are u^2 g_i l_i l_j. On it the form is |V z|^2,
    V of rows sqrt(g_i) l_i (u e_i + e_u/(u g_i)); VV' has the same eigenvalues as V'V but for the zero. A number below
    the least one is proved by the pivots of VV' - t I, one above it by a Rayleigh quotient.
    """
    d, N = instance.lengths["d"], instance.lengths["N"]
    spectrum = [instance.values["Lambda"][i][i] for i in range(d)]
    with ctx.workprec(_BITS):
        values = as_balls(np.array(spectrum, dtype=object))
        gamma = as_balls(np.array([x + (x + sum(spectrum)) / N for x in spectrum], dtype=object))
        square = sum((1 / g**2 for g in gamma), arb(0)).sqrt()
        gram = np.empty((d, d), dtype=object)
        for i, j in np.ndindex(d, d):
            inner = (square if i == j else arb(0)) + 1 / (square * gamma[i] * gamma[j])
            gram[i, j] = (gamma[i] * gamma[j]).sqrt() * values[i] * values[j] * inner
        eigenvalues, vectors = np.linalg.eigh(np.vectorize(lambda x: float(x.mid()))(gram))
        z = as_balls(np.array([Fraction(float(x)) for x in vectors[:, 0]], dtype=object))
        above = (z @ gram @ z) / (z @ z)
        below = arb(float(eigenvalues[0])) * (1 - arb(2) ** -30)
        least = (
            below.union(above)
            if is_positive_definite(gram - below * as_balls(exact_identity(d)))
            else arb(0).union(above)
        )
        for i, j in np.ndindex(d, d):
            if i != j:
                least = least.min(square * gamma[i] * values[i] * values[j])
        return one_by_one(2 * least), {}


def least_curvature() -> Quantity:
    """2 min spec of the Hessian at the limit but for the zero of the scaling symmetry."""
    return Quantity(
        r"2 \lambda_{\min}(\nabla^2 \ell)",
        enclose=_smallest_curvature,
        enclosed_by="least eigenvalue of the Hessian in balls",
    )
