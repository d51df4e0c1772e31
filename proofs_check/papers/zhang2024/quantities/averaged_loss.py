"""The gradient of the loss for two diagonal covariances against its excess (Lemma C.8), in matrices."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.quantities.brute_force import Exact, gamma, zeros


def _squared_gradient(instance: Instance) -> Exact:
    """||grad_U l||_F^2 and l - min l, averaged over the covariances from Lemmas C.1 and C.3 in matrices."""
    U, u, N = instance.arrays["U"], instance.values["u"], instance.lengths["N"]
    d = len(U)
    slope, loss = zeros(d, d), Fraction(0)
    for chance, name in (("p", "L1"), ("q", "L2")):
        weight, L = instance.values[chance], instance.arrays[name]
        G = gamma(L, N)
        slope = slope + weight * (u**2 * (G @ L @ U @ L) - u * (L @ L))
        loss += weight * (u**2 * np.trace(G @ L @ U @ L @ U.T) / 2 - u * np.trace(L @ L @ U.T))
    return one_by_one(np.sum(slope * slope)), {"gap": loss - _floor(instance)}


def _floor(instance: Instance) -> Fraction:
    """min l = -1/2 sum_i xi_i^2/gamma_i from the diagonals."""
    N, total = instance.lengths["N"], Fraction(0)
    for i in range(instance.lengths["d"]):
        xi = gamma_i = Fraction(0)
        for chance, name in (("p", "L1"), ("q", "L2")):
            weight, L = instance.values[chance], instance.arrays[name]
            xi += weight * L[i, i] ** 2
            gamma_i += weight * gamma(L, N)[i, i] * L[i, i] ** 2
        total -= xi**2 / gamma_i / 2
    return total


def squared_gradient() -> Quantity:
    """||grad_U l||_F^2; `gap` in the statement is l - min l."""
    return Quantity(r"\|\nabla_U \ell_{\mathrm{rdm}}\|_F^2", exact=_squared_gradient)
