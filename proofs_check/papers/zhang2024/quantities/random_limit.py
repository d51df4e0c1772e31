"""The limit of the flow for two diagonal covariances at d = 2, integrated: Theorem 4.5."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from proofs_check.judge.instances import Instance
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.quantities.brute_force import Array
from proofs_check.papers.zhang2024.quantities.random_covariance import P, Q

_FLOW_TOLERANCE = 1e-6
_SIGMA = 0.6


@lru_cache(maxsize=32)
def _flow_limit(atoms: tuple[tuple[float, tuple[float, ...]], ...], theta: Any, N: int) -> tuple[Array, float]:
    """(U, u) at the end of the flow of the loss over diagonal covariances, from the paper's initialisation.

    Args:
        atoms: (weight, diagonal).
        theta: Theta, normalised here.
        N: the training length.
    """
    held = [(weight, np.diag(diagonal)) for weight, diagonal in atoms]
    parts = [(weight, (1 + 1 / N) * L @ L + np.trace(L) / N * L, L) for weight, L in held]
    d = len(atoms[0][1])
    root = np.array(theta, dtype=float)
    start = root @ root.T

    def field(_: float, state: Array) -> Array:
        U_now, u_now = state[:-1].reshape(d, d), state[-1]
        slope, own = np.zeros((d, d)), 0.0
        for weight, square, L in parts:
            slope += weight * (u_now * L @ L - u_now**2 * square @ U_now @ L)
            own += weight * float(np.trace(L @ L @ U_now.T) - u_now * np.trace(square @ U_now @ L @ U_now.T))
        return np.append(slope.reshape(-1), own)

    def settled(time: float, state: Array) -> float:
        return float(np.linalg.norm(field(time, state))) - 1e-9

    settled.terminal = True  # type: ignore[attr-defined]
    begin = np.append((_SIGMA * start / np.linalg.norm(start)).reshape(-1), _SIGMA)
    path = solve_ivp(field, (0.0, 1e6), begin, method="LSODA", rtol=1e-10, atol=1e-12, events=settled)
    return path.y[:-1, -1].reshape(d, d), float(path.y[-1, -1])


def limit(of_u: bool) -> Quantity:
    """lim u(t), or the first entry of lim U(t), by integrating the flow at d = 2."""

    def compute(instance: Instance) -> tuple[Array, float]:
        value = {name: float(array) for name, array in instance.floats.items()}
        theta = ((value["v"], value["z"]), (1.0, value["v"] + value["z"]))
        atoms = ((float(P), (value["l1"], value["m1"])), (float(Q), (value["l2"], value["m2"])))
        U_end, u_end = _flow_limit(atoms, theta, instance.lengths["N"])
        found = u_end if of_u else float(U_end[0, 0])
        return np.array([[found]]), _FLOW_TOLERANCE * (1 + abs(found))

    return Quantity(
        r"\lim_{t \to \infty} " + ("u(t)" if of_u else "u_{11}(t)"),
        compute=compute,
        computed_by="flow over two diagonal covariances, integrated to rest",
    )
