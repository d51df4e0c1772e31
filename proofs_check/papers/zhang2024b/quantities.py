"""Left sides that are no loss: how the least risk with zero cross blocks depends on the second moment of the tasks."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.judge.quantities import Array, Exact, Quantity


def least_risk(instance: Instance, S: Array) -> Fraction:
    """R*(S) = s2 + tr(HS) - tr(H S H V^-1 H S), V = (M + 1)/M H S H + (tr(HS) + s2)/M H."""
    H, M = instance.arrays["H"], instance.lengths["M"]
    V = Fraction(M + 1, M) * (H @ S @ H) + H * ((np.trace(H @ S) + instance.values["s2"]) / M)
    value: Fraction = instance.values["s2"] + np.trace(H @ S) - np.trace(H @ S @ H @ inverse(V) @ H @ S)
    return value


def price_of_a_mean() -> Quantity:
    """R*(Psi + mu mu') - R*(Psi)."""

    def exact(instance: Instance) -> Exact:
        Psi, mu = instance.arrays["Psi"], instance.arrays["mu"]
        return one_by_one(least_risk(instance, Psi + mu @ mu.T) - least_risk(instance, Psi)), {}

    return Quantity(r"R^*(\Psi + \mu \mu^\top) - R^*(\Psi)", exact=exact)


def growth() -> Quantity:
    """R*(Psi + P) - R*(Psi), P positive definite."""

    def exact(instance: Instance) -> Exact:
        Psi, P = instance.arrays["Psi"], instance.arrays["P"]
        return one_by_one(least_risk(instance, Psi + P) - least_risk(instance, Psi)), {}

    return Quantity(r"R^*(\Psi + P) - R^*(\Psi)", exact=exact)


def concavity() -> Quantity:
    """R*((Psi + P)/2) - (R*(Psi) + R*(P))/2."""

    def exact(instance: Instance) -> Exact:
        Psi, P = instance.arrays["Psi"], instance.arrays["P"]
        middle = least_risk(instance, (Psi + P) / Fraction(2))
        return one_by_one(middle - (least_risk(instance, Psi) + least_risk(instance, P)) / 2), {}

    return Quantity(r"R^*((\Psi + P)/2) - (R^*(\Psi) + R^*(P))/2", exact=exact)
