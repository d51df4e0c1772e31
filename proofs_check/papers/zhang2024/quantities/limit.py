"""The limit of the flow and the predictor there: Theorem 4.1 and equation (4.3)."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from numerics.layer_flow import full_flow
from numerics.problem import Problem
from numerics.reduced_flow import gradient_flow as integrated_flow
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import inverse
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.quantities.brute_force import Array, derived, exactly, flat, gamma, zeros
from proofs_check.papers.zhang2024.quantities.layer import layer_output
from proofs_check.papers.zhang2024.quantities.minimum import least_training_loss
from theory.zhang2024.convergence import convergence
from theory.zhang2024.limiting_predictor import limiting_predictor
from theory.zhang2024.model import Law

# How near the limit the flow is followed, and how near the statement must then be.
_FLOW_DISTANCE = 1e-8


_FLOW_TOLERANCE = 1e-6


# The size of the initialisation. It breaks the paper's condition for most instances, as convergence does not need it.
_SIGMA = 0.7


@lru_cache(maxsize=32)
def _integrated_limit(covariance: Any, theta: Any, context_length: int) -> tuple[Array, float]:
    """(U11, u) at the end of a flow of all blocks of the derived loss, from the paper's initialisation.

    Only the time at which to stop is taken from the fast flow; the trajectory is that of all (d + 1)^2 parameters.
    """
    problem = Problem(np.array(covariance, dtype=float), context_length)
    root = np.array(theta, dtype=float)
    root = root / np.sqrt(np.linalg.norm(root @ root.T))
    stop = integrated_flow(problem, sigma=_SIGMA, theta=root, until=_FLOW_DISTANCE).t[-1]
    path = full_flow(problem, _SIGMA, root, times=[0.0, stop], method="LSODA", tolerance=1e-10)
    return path.U11[-1], float(path.u[-1])


def _at_limit(part: int) -> Callable[[Instance], tuple[Array, float]]:
    def compute(instance: Instance) -> tuple[Array, float]:
        values = instance.values
        result = _integrated_limit(values["Lambda"], values["Theta"], instance.lengths["N"])
        value = np.atleast_2d(result[part])
        return value, _FLOW_TOLERANCE * (1 + float(np.max(np.abs(value))))

    return compute


def limit_of_u() -> Quantity:
    """lim u(t)."""
    return Quantity(
        r"\lim_{t \to \infty} u(t)",
        derive=derived(lambda: convergence()["u limit"]),
        compute=_at_limit(1),
        computed_by="flow of all parameters, integrated to the limit",
    )


def limit_of_U() -> Quantity:
    """lim U(t)."""
    return Quantity(
        r"\lim_{t \to \infty} U(t)",
        derive=derived(lambda: convergence()["U limit"]),
        compute=_at_limit(0),
        computed_by="flow of all parameters, integrated to the limit",
    )


def prediction_at_limit(linear: bool = False) -> Quantity:
    """The layer's prediction on a prompt of length M with weights at the minimum; labels <w, x_i> if linear."""

    def exact(instance: Instance) -> Array:
        best, _ = least_training_loss(instance, Law())
        columns = np.array(instance.values["x"], dtype=object)
        # Any split of uU gives the same prediction; the limit's own roots would not be rational.
        prompt = {
            "X": tuples(columns.T),
            "y": tuples(columns @ flat(instance, "w")) if linear else instance.values["y"],
            "x_q": instance.values["x_q"],
            "U11": tuples(best / 3),
            "u": Fraction(3),
            "u21": tuples(zeros(len(best))),
            "u12": tuples(zeros(len(best))),
        }
        return layer_output(Instance(instance.lengths, prompt))

    return Quantity(r"\hat y", derive=None if linear else derived(limiting_predictor), exact=exactly(exact))


def limiting_prediction() -> Quantity:
    """x_q' Gamma^{-1} (1/M) sum_i y_i x_i on a given prompt X, y."""

    def exact(instance: Instance) -> Array:
        G = gamma(instance.arrays["Lambda"], instance.lengths["N"])
        total = instance.arrays["X"] @ instance.arrays["y"]
        return instance.arrays["x_q"].T @ inverse(G) @ total / Fraction(instance.lengths["M"])

    return Quantity(r"\hat y", exact=exactly(exact))
