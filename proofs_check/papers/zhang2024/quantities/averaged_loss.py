"""The gradient of the loss for two diagonal covariances against its excess (Lemma C.8), in matrices."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.instances.flows import atoms_of
from proofs_check.papers.zhang2024.quantities.brute_force import Exact, coefficients, gamma, zeros


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
    return one_by_one(np.sum(slope * slope)), {"gap": loss - coefficients(atoms_of(instance), N).floor}


def squared_gradient() -> Quantity:
    """||grad_U l||_F^2; `gap` in the statement is l - min l."""
    return Quantity(r"\|\nabla_U \ell_{\mathrm{rdm}}\|_F^2", exact=_squared_gradient)
