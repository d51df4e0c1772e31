"""B12 along enclosed flows: the least u^2 and the least rate of decay, beside the statement's constants in balls."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, ctx

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Exact, Quantity
from proofs_check.judge.statements import as_balls
from proofs_check.papers.zhang2024.instances.flows import atoms_of
from proofs_check.papers.zhang2024.quantities import enclosed_flows
from proofs_check.papers.zhang2024.quantities.brute_force import coefficients

_PRECISION = 128


def _constants(instance: Instance, averaged: bool) -> dict[str, Any]:
    """c2 and k0 of B12: c2 = sum_i min(U_ii(0), b_i/u_max)^2 and k0 the least a_ij, with b_i = f_i/a_ii.

    Here u_max^2 = ||b|| + (2 E0/k0)^(1/2), E0 = l(0) - min l; a_ij = gamma_i l_i l_j and f_i = l_i^2 for one
    covariance, zeta_ij and xi_i for a random one.
    """
    rates, forces = coefficients_of(instance, averaged)
    theta = np.array(instance.values["Theta"], dtype=object).reshape(len(forces), -1)
    with ctx.workprec(_PRECISION):
        a, f = as_balls(np.array(rates, dtype=object)), as_balls(np.array(forces, dtype=object))
        gram, s = as_balls(theta @ theta.T), as_balls(np.array([instance.values["s"]], dtype=object))[0]
        start = gram * (s / sum((entry * entry for entry in gram.flat), arb(0)).sqrt())
        target = [f[i] / a[i, i] for i in range(len(f))]
        gap = s * start - np.diag(target)
        least = min(rate for row in rates for rate in row)
        k0 = as_balls(np.array([least], dtype=object))[0]
        excess = sum((r * x * x for r, x in zip(a.flat, gap.flat, strict=True)), arb(0)) / 2
        u_max = (sum((b * b for b in target), arb(0)).sqrt() + (2 * excess / k0).sqrt()).sqrt()
        c2 = sum((start[i, i].min(target[i] / u_max) ** 2 for i in range(len(f))), arb(0))
        return {"c2": c2, "k0": least}


def coefficients_of(instance: Instance, averaged: bool) -> tuple[list[list[Fraction]], list[Fraction]]:
    """a_ij and f_i of one covariance, or of a random one if averaged."""
    N = instance.lengths["N"]
    if averaged:
        law = coefficients(atoms_of(instance), N)
        return [list(row) for row in law.zeta], list(law.xi)
    spectrum = [instance.values["Lambda"][i][i] for i in range(instance.lengths["d"])]
    gamma = [x + (x + sum(spectrum)) / N for x in spectrum]
    return [[g * x * y for y in spectrum] for g, x in zip(gamma, spectrum, strict=True)], [x**2 for x in spectrum]


def _beside(quantity: Quantity, averaged: bool) -> Quantity:
    enclose: Callable[[Instance], Exact] | None = quantity.enclose
    assert enclose is not None

    def both(instance: Instance) -> Exact:
        value, _ = enclose(instance)
        return one_by_one(np.asarray(value, dtype=object).flat[0]), _constants(instance, averaged)

    return Quantity(quantity.latex, enclose=both, enclosed_by=quantity.enclosed_by)


def least_squared_u(averaged: bool = False) -> Quantity:
    """inf_t u(t)^2, with c2 and k0."""
    return _beside(enclosed_flows.least_squared_u(averaged), averaged)


def least_decay_rate(averaged: bool = False) -> Quantity:
    """inf_t -ln((l - min l)(t)/(l - min l)(0))/t, with c2 and k0."""
    return _beside(enclosed_flows.least_decay_rate(averaged), averaged)
