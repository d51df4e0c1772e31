"""The layers of a model run on prompts of polynomials, position by position, with derivatives along a direction.

Softmax attention is expanded here by arithmetic of power series, not by the formulas of the derivation.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from proofs_check.judge.exact_moments import Coordinates, rational
from proofs_check.model_claims.dual import Moving
from proofs_check.model_claims.point import Point
from proofs_check.model_claims.prompts import PolynomialPrompt
from theory import GradientStep, Model, SoftmaxAttention
from theory.models.network import SHAPES, Layer

Array = Any
# The coefficients of a power series; None is zero.
Series = list[Moving | None]


def polynomial_prediction(model: Model, at: Point, prompt: PolynomialPrompt, length: str) -> Moving:
    """The prediction, 1 x 1, and its derivative where a letter of the point is moving.

    Args:
        model: the network.
        at: the values of its letters.
        prompt: the prompt.
        length: the name of the prompt's length, by which scores are divided unless the layer says otherwise.
    """
    if isinstance(model.network, GradientStep):
        return _step(model.network, at, prompt)
    assert model.blocks is not None
    Z = Moving(prompt.embedding())
    layers = model.blocks.layers
    for layer in layers[:-1]:
        Z = Z + _update(layer, at, prompt.space, Z, length)
    last = _update(layers[-1], at, prompt.space, Z, length, last=True)
    return (Z[-1:, -1:] + last).times(rational(Fraction(model.blocks.sign)))


def _update(layer: Layer, at: Point, space: Coordinates, Z: Moving, length: str, last: bool = False) -> Moving:
    """Sum over heads of P Z (mask * Z'Q Z) / scale, or with softmax expanded; of the last layer its last entry only."""
    order = layer.kind.order if isinstance(layer.kind, SoftmaxAttention) else None
    scale = at.read(layer.kind.scale or (length if order is None else "1"), (1, 1))[0, 0]
    query = Z[:, -1:] if last else Z
    mask = _mask(layer.kind.mask, Z.value.shape[1])[:, -1:] if last else _mask(layer.kind.mask, Z.value.shape[1])
    total: Moving | None = None
    for head in layer.heads:
        P, Q = (_constant(space, held) for held in _head_matrices(dict(head.blocks), at))
        scores = (Z.T @ (Q @ query)).times(rational(Fraction(1) / scale))
        seen = scores.times(mask) if order is None else _softmax(scores, mask, order)
        update = ((P[-1:] if last else P) @ Z) @ seen
        total = update if total is None else total + update
    assert total is not None
    return total


def _softmax(logits: Moving, mask: Array, order: int) -> Moving:
    """The power series of exp(t s) / (sum of exp(t s) over the positions seen) in t, cut after t^order, at t = 1.

    With e(t) = exp(t s) and 1 + r(t) its mean over the m positions, it is e (1 - r + r^2 - ...) / m.
    """
    one = Moving(logits.value * 0 + 1)
    share = rational(Fraction(1)) / mask.sum(axis=0, keepdims=True).astype(object)
    exponential = [one]
    for k in range(1, order + 1):
        exponential.append(exponential[-1].entrywise(logits).times(rational(Fraction(1, k))))
    rest = [None, *(term.times(mask).column_sums().times(-share) for term in exponential[1:])]
    power: Series = [one[:1], *([None] * order)]
    inverse = list(power)
    for _ in range(order):
        power = _series_product(power, rest)
        inverse = [_added(a, b) for a, b in zip(inverse, power, strict=True)]
    total: Moving | None = None
    for term in _series_product(list(exponential), inverse):
        total = _added(total, term)
    assert total is not None
    return total.times(mask * share)


def _series_product(a: Series, b: Series) -> Series:
    """The product of two power series, cut where they are; None is a coefficient that is zero."""
    product: Series = [None] * len(a)
    for i, left in enumerate(a):
        for j, right in enumerate(b[: len(a) - i]):
            if left is not None and right is not None:
                product[i + j] = _added(product[i + j], left.entrywise(right))
    return product


def _added(a: Moving | None, b: Moving | None) -> Moving | None:
    return b if a is None else a if b is None else a + b


def _mask(mask: str, size: int) -> Array:
    """1 where a position (column) attends to a position (row), 0 elsewhere."""
    seen = np.ones((size, size), dtype=int)
    if mask == "query":
        seen[-1] = 0
    elif mask == "causal":
        seen = np.triu(seen)
    return seen


def _head_matrices(blocks: dict[str, str], at: Point) -> tuple[Array, Array]:
    """P = [[P11, p12], [u12', u]] and Q = [[U11, k12], [u21', k22]]."""
    held = {name: at.read(blocks.get(name, "0"), shape) for name, shape in SHAPES.items()}
    P = np.block([[held["P11"], held["p12"]], [held["u12"].T, held["u"]]])
    Q = np.block([[held["U11"], held["k12"]], [held["u21"].T, held["k22"]]])
    return P, Q


def _constant(space: Coordinates, array: Array) -> Moving:
    """A matrix of plain and dual numbers as constant polynomials."""
    found = Moving.of(array)
    return Moving(space.constant(found.value), None if found.slope is None else space.constant(found.slope))


def _step(network: GradientStep, at: Point, prompt: PolynomialPrompt) -> Moving:
    """<beta - G (1/N) sum_i x_i (<beta, x_i> - y_i), x_q>."""
    space = prompt.space
    start = _constant(space, at.read(network.start, ("d", 1)))
    step = _constant(space, at.read(network.step, ("d", "d")))
    gradient: Moving | None = None
    for x, y in zip(prompt.x, prompt.y, strict=True):
        residual = start.T @ Moving(x) + Moving(np.array([[-y]], dtype=object))
        term = Moving(x) @ residual
        gradient = term if gradient is None else gradient + term
    assert gradient is not None
    moved = (step @ gradient).times(rational(Fraction(-1, len(prompt.x))))
    return (start + moved).T @ Moving(prompt.x_q)
