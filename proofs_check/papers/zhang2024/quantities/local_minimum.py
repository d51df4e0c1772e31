"""B11: over all blocks the population loss has minima that are not global, so Theorem 4.1 needs its initialisation.

At U = 0, u = 0, u12 = a p, u21 = b p, p an eigenvector of Lambda of the largest eigenvalue, with a b = 1/gamma_p, the
layer predicts by the rank-one matrix p p'/gamma_p in place of Gamma^{-1}. All gradients vanish there, and for short
prompts every direction but that of the scaling symmetry (u12, u) -> c (u12, u), (U, u21) -> (U, u21)/c curves upwards.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from itertools import combinations_with_replacement
from typing import Any

import numpy as np

from proofs_check.judge.exact_moments import Layer
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.quantities.brute_force import Exact, least_loss, training_layer, zeros
from theory.zhang2024.model import BLOCKS


@lru_cache(maxsize=64)
def _layer_on(covariance: tuple[tuple[Fraction, ...], ...], N: int) -> Layer:
    return training_layer(np.array(covariance, dtype=object), N)


def _layer(instance: Instance) -> Layer:
    return _layer_on(tuples(instance.arrays["Lambda"]), instance.lengths["N"])


def _point(instance: Instance, b: Fraction) -> dict[str, Any]:
    p, a, d = instance.arrays["p"].reshape(-1), instance.values["a"], instance.lengths["d"]
    return {"U11": zeros(d, d), "u21": b * p, "u12": a * p, "u": Fraction(0)}


def _critical_b(instance: Instance) -> Fraction:
    """The b at which the loss is stationary: along b it is a parabola, known from three of its values."""
    below, middle, above = (_layer(instance).loss(_point(instance, Fraction(b))) for b in (-1, 0, 1))
    return (below - above) / (2 * (below - 2 * middle + above))


def critical_point(instance: Instance) -> dict[str, Any]:
    """The weights of B11."""
    return _point(instance, _critical_b(instance))


def _product(instance: Instance) -> Exact:
    return one_by_one(instance.values["a"] * _critical_b(instance)), {}


def _squared_gradient(instance: Instance) -> Exact:
    parts = [np.reshape(_layer(instance).gradient(critical_point(instance), name), -1) for name in BLOCKS]
    return one_by_one(sum(entry**2 for part in parts for entry in part)), {}


def _excess(instance: Instance) -> Exact:
    _, floor = least_loss([(Fraction(1), _layer(instance))], instance.lengths["d"])
    return one_by_one(_layer(instance).loss(critical_point(instance)) - floor), {}


def _directions(instance: Instance) -> list[dict[str, Any]]:
    """At d = 2 a basis, along p and across it, of all directions but p in u12: a complement of the scaling symmetry."""
    p = instance.arrays["p"].reshape(-1)
    across = np.array([-p[1], p[0]], dtype=object)
    nothing = {"U11": zeros(2, 2), "u21": zeros(2), "u12": zeros(2), "u": Fraction(0)}
    matrices = [{"U11": np.outer(left, right)} for left in (p, across) for right in (p, across)]
    others: list[dict[str, Any]] = [{"u21": p}, {"u21": across}, {"u12": across}, {"u": Fraction(1)}]
    return [{**nothing, **moved} for moved in (*matrices, *others)]


def _least_pivot(instance: Instance) -> Exact:
    """The least pivot of the Hessian on that complement; positive if and only if it is definite there.

    The prediction is quadratic in the weights, so its derivatives are unit differences, exactly.
    """
    layer, at, directions = _layer(instance), critical_point(instance), _directions(instance)

    def predicted(*moves: Mapping[str, Any]) -> Any:
        return layer.prediction(**{name: at[name] + sum(move[name] for move in moves) for name in BLOCKS})

    origin = predicted()
    alone = [predicted(move) for move in directions]
    back = [predicted({name: -value for name, value in move.items()}) for move in directions]
    half = Fraction(1, 2)
    error, mean = origin - layer.target, layer.coordinates.mean_of_product
    size = len(directions)
    hessian = zeros(size, size)
    for i, j in combinations_with_replacement(range(size), 2):
        if i == j:
            mixed = alone[i] + back[i] - 2 * origin
        else:
            mixed = predicted(directions[i], directions[j]) - alone[i] - alone[j] + origin
        slopes = mean(alone[i] - back[i], alone[j] - back[j]) * half**2
        hessian[i, j] = hessian[j, i] = slopes + mean(error, mixed)
    least: Fraction | None = None
    for k in range(size):
        pivot = hessian[k, k]
        least = pivot if least is None else min(least, pivot)
        if pivot <= 0:
            break
        for i in range(k + 1, size):
            hessian[i, k:] = hessian[i, k:] - hessian[k, k:] * (hessian[i, k] / pivot)
    return one_by_one(least), {}


def stationary_product() -> Quantity:
    """a b at the point where the loss is stationary along b."""
    return Quantity(r"ab", exact=_product)


def squared_gradient() -> Quantity:
    """||grad L||^2 there, over all blocks."""
    return Quantity(r"\|\nabla L\|^2", exact=_squared_gradient)


def excess() -> Quantity:
    """L - min L there."""
    return Quantity(r"L - \min L", exact=_excess)


def least_pivot() -> Quantity:
    """The least pivot of the Hessian there, on a complement of the scaling symmetry, at d = 2."""
    return Quantity(r"\min_k \text{pivot}_k(\nabla^2 L)", exact=_least_pivot)
