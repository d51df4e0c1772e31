"""Left sides that are no loss: how the least risk with zero cross blocks depends on the second moment of the tasks."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from numerics import solve_flow
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.judge.quantities import Array, Exact, Quantity
from proofs_check.papers.zhang2024b.models import gradient_step

# How long a flow is followed: e^-40 of the slowest direction is left near the minimum.
_SLOWEST_TIMES = 40.0
# What the integrator's tolerance of 1e-8 leaves at the end, seen to be below 1e-9.
_ACCURACY = 1e-7


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


def end_of_flow(weight: str, latex: str) -> Quantity:
    """Where the gradient flow of GD-beta leads a weight from the start of the instance, by integrating it."""

    def compute(instance: Instance) -> tuple[Array, float]:
        values = {name: instance.floats[name] for name in ("H", "Psi", "mu", "s2")}
        start = {name: instance.floats[name] for name in ("beta", "G")}
        M = instance.lengths["M"]
        end = _SLOWEST_TIMES / _slowest_rate(values["H"], values["Psi"], float(values["s2"]), M)
        flow = solve_flow(gradient_step.model, start, [end], tolerance=1e-8, method="LSODA", M=M, **values)
        return flow.weights[weight][-1], _ACCURACY

    return Quantity(
        rf"\lim_t {latex}(t)", compute=compute, computed_by="gradient flow of GD-beta, integrated from drawn starts"
    )


def _slowest_rate(H: Array, Psi: Array, s2: float, M: int) -> float:
    """The least eigenvalue of the Hessian at beta = mu, G = Psi H Omega^-1, where the loss is a sum of two squares."""
    Omega = (M + 1) / M * H @ Psi @ H + (np.trace(H @ Psi) + s2) / M * H
    G = Psi @ H @ np.linalg.inv(Omega)
    rest = np.eye(len(H)) - G @ H
    Q = rest.T @ H @ rest + (H @ G.T @ H @ G @ H + np.trace(G.T @ H @ G @ H) * H) / M
    of_step = np.linalg.eigvalsh(H)[0] * np.linalg.eigvalsh(Omega)[0]
    return float(min(of_step, np.linalg.eigvalsh(Q)[0]))
