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
from hypothesis import strategies as st

from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Quantity
from proofs_check.judge.exact_moments import Layer
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity
from proofs_check.papers.zhang2024.random_covariance import least_loss
from proofs_check.papers.zhang2024.vocabulary import GAMMA, GAUSSIAN, state
from proofs_check.strategies import covariances, naturals, positives

Array = Any
Exact = tuple[Array, Mapping[str, Any]]
BLOCKS = ("U11", "u21", "u12", "u")
GAMMA_P = {"g": "(1 + 1/N) lambda + tr(Lambda)/N"}
ASSUMED = (GAUSSIAN, "p an eigenvector of Lambda of length 1 and of its largest eigenvalue lambda")


@st.composite
def leading_eigenvectors(draw: st.DrawFn, largest: int, longest: int) -> Instance:
    """d from 2 to `largest`, N up to `longest`, Lambda whose largest eigenvalue is simple, its eigenvector p, and a."""
    d = largest - draw(naturals(largest - 2))
    N = longest - draw(naturals(longest - 1))
    covariance = draw(covariances(d, 1).filter(lambda found: found.eigenvalues.count(found.largest) == 1))
    first = covariance.eigenvalues.index(covariance.largest)
    values = {
        "Lambda": covariance.matrix,
        "p": tuples(np.array(covariance.basis, dtype=object)[:, first]),
        "lambda": covariance.largest,
        "a": draw(positives()),
    }
    return Instance({"d": d, "N": N}, values)


def _zeros(*shape: int) -> Array:
    return np.full(shape, Fraction(0), dtype=object)


@lru_cache(maxsize=64)
def _layer_on(covariance: tuple[tuple[Fraction, ...], ...], N: int) -> Layer:
    return Layer(np.array(covariance, dtype=object), N, task=exact_identity(len(covariance)))


def _layer(instance: Instance) -> Layer:
    return _layer_on(tuples(instance.arrays["Lambda"]), instance.lengths["N"])


def _point(instance: Instance, b: Fraction) -> dict[str, Any]:
    p, a, d = instance.arrays["p"].reshape(-1), instance.values["a"], instance.lengths["d"]
    return {"U11": _zeros(d, d), "u21": b * p, "u12": a * p, "u": Fraction(0)}


def _critical_b(instance: Instance) -> Fraction:
    """The b at which the loss is stationary: along b it is a parabola, known from three of its values."""
    below, middle, above = (_layer(instance).loss(_point(instance, Fraction(b))) for b in (-1, 0, 1))
    return (below - above) / (2 * (below - 2 * middle + above))


def _critical(instance: Instance) -> dict[str, Any]:
    return _point(instance, _critical_b(instance))


def _product(instance: Instance) -> Exact:
    return np.array([[instance.values["a"] * _critical_b(instance)]], dtype=object), {}


def _squared_gradient(instance: Instance) -> Exact:
    parts = [np.reshape(_layer(instance).gradient(_critical(instance), name), -1) for name in BLOCKS]
    return np.array([[sum(entry**2 for part in parts for entry in part)]], dtype=object), {}


def _excess(instance: Instance) -> Exact:
    covariance = instance.arrays["Lambda"]
    _, least = least_loss([(Fraction(1), covariance)], instance.lengths["N"])
    floor = least + sum(np.diag(covariance)) / 2
    return np.array([[_layer(instance).loss(_critical(instance)) - floor]], dtype=object), {}


def _directions(instance: Instance) -> list[dict[str, Any]]:
    """At d = 2 a basis, along p and across it, of all directions but p in u12: a complement of the scaling symmetry."""
    p = instance.arrays["p"].reshape(-1)
    across = np.array([-p[1], p[0]], dtype=object)
    nothing = {"U11": _zeros(2, 2), "u21": _zeros(2), "u12": _zeros(2), "u": Fraction(0)}
    matrices = [{"U11": np.outer(left, right)} for left in (p, across) for right in (p, across)]
    others: list[dict[str, Any]] = [{"u21": p}, {"u21": across}, {"u12": across}, {"u": Fraction(1)}]
    return [{**nothing, **moved} for moved in (*matrices, *others)]


def _least_pivot(instance: Instance) -> Exact:
    """The least pivot of the Hessian on that complement; positive if and only if it is definite there.

    The prediction is quadratic in the weights, so its derivatives are unit differences, exactly.
    """
    layer, at, directions = _layer(instance), _critical(instance), _directions(instance)

    def predicted(*moves: Mapping[str, Any]) -> Any:
        return layer.prediction(**{name: at[name] + sum(move[name] for move in moves) for name in BLOCKS})

    origin = predicted()
    alone = [predicted(move) for move in directions]
    back = [predicted({name: -value for name, value in move.items()}) for move in directions]
    half = Fraction(1, 2)
    error, mean = origin - layer.target, layer.coordinates.mean_of_product
    size = len(directions)
    hessian = _zeros(size, size)
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
    return np.array([[least]], dtype=object), {}


def local_minimum_claims() -> tuple[Claim, ...]:
    """Return B11: the point, its gradients, its loss and its curvature."""
    short = (*ASSUMED, "d = 2, N <= 2")
    return (
        state(
            "B11-point",
            "Along a leading eigenvector, u12 = a p and u21 = b p with U = 0, u = 0 are stationary for one product a b",
            "statement B11",
            Quantity(r"ab", exact=_product),
            "1/g",
            where=GAMMA_P,
            searched=20,
            assumptions=ASSUMED,
            rests_on=("population-loss",),
            search=leading_eigenvectors(3, 3),
        ),
        state(
            "B11-gradient",
            "There all gradients vanish",
            "statement B11",
            Quantity(r"\|\nabla L\|^2", exact=_squared_gradient),
            "0",
            searched=12,
            assumptions=ASSUMED,
            rests_on=("B11-point",),
            search=leading_eigenvectors(3, 3),
        ),
        state(
            "B11-excess",
            "The loss there is above the least one: the layer has learned one direction of d",
            "statement B11",
            Quantity(r"L - \min L", exact=_excess),
            "1/2 tr(Lambda^2 Gamma^-1) - 1/2 lambda^2/g",
            where={**GAMMA, **GAMMA_P},
            searched=20,
            assumptions=ASSUMED,
            rests_on=("B11-point", "cor-A.2-floor", "thm-4.1-global"),
            search=leading_eigenvectors(3, 3),
        ),
        state(
            "B11-minimum",
            "It is a local minimum for short prompts, strict but for the scaling symmetry: the Hessian's least pivot",
            "statement B11",
            Quantity(r"\min_k \text{pivot}_k(\nabla^2 L)", exact=_least_pivot),
            "0",
            relation=">",
            searched=12,
            assumptions=short,
            rests_on=("B11-gradient",),
            search=leading_eigenvectors(2, 2),
        ),
    )
