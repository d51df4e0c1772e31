"""The reference for models: layers written out on arrays, and losses by Gauss-Hermite quadrature.

Nothing of `theory` is imported. A loss is the expectation of a polynomial in independent normal variables, which n
nodes a variable integrate without error up to degree 2n - 1; what is left is rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.polynomial.hermite_e import hermegauss

# Rounding of sums over up to a million nodes, relative to the loss.
ROUNDING = 1e-10


@dataclass(frozen=True)
class ReferenceLayer:
    """A layer: its heads (P, Q), (d + 1) x (d + 1) each, its mask, and what its scores are divided by.

    With `softmax` attention is exp(score), normalised over the positions seen, and nothing is expanded.
    """

    heads: Sequence[tuple[Any, Any]]
    mask: str = "none"
    scale: Any = None
    softmax: bool = False


def assemble(top_left: Any, top_right: Any, bottom_left: Any, corner: Any) -> Any:
    """The (d + 1) x (d + 1) matrix of four blocks; None is zero."""
    d = next(len(np.asarray(block)) for block in (top_left, top_right, bottom_left) if block is not None)
    result = np.full((d + 1, d + 1), Fraction(0))
    for place, value in (
        (np.s_[:d, :d], top_left),
        (np.s_[:d, d], top_right),
        (np.s_[d, :d], bottom_left),
        (np.s_[d, d], corner),
    ):
        if value is not None:
            result[place] = value
    return result


def sparse_layer(A: Any, mask: str) -> ReferenceLayer:
    """Ahn et al.'s layer, P = e e' and Q = -diag(A, 0)."""
    zero = np.full(len(A), Fraction(0))
    return ReferenceLayer([(assemble(None, None, zero, Fraction(1)), assemble(-A, None, None, None))], mask)


def output(Z: Any, layers: Sequence[ReferenceLayer]) -> Any:
    """The embedding after all layers; Z of shape (..., d + 1, N + 1), of floats or of Fractions."""
    count = Z.shape[-1] - 1
    i, j = np.indices((count + 1, count + 1))
    for layer in layers:
        seen = {"none": i >= 0, "query": i < count, "causal": i <= j}[layer.mask]
        change = 0 * Z
        for P, Q in layer.heads:
            if Z.dtype != object:
                P, Q = np.asarray(P, dtype=float), np.asarray(Q, dtype=float)
            scores = np.matmul(np.matmul(np.swapaxes(Z, -1, -2), Q), Z)
            if layer.softmax:
                powers = np.where(seen, np.exp(scores / (layer.scale or 1)), 0.0)
                change = change + np.matmul(np.matmul(P, Z), powers / powers.sum(axis=-2, keepdims=True))
            else:
                scale = count if layer.scale is None else layer.scale
                change = change + np.matmul(np.matmul(P, Z), scores * seen) / scale
        Z = Z + change
    return Z


@dataclass
class ReferencePrompt:
    """A random prompt with linear labels, at the nodes of a quadrature.

    Args:
        covariate_root, covariate_mean: x = covariate_mean + covariate_root z.
        task_root, task_mean: the same for w.
        examples: N.
        deviation: the standard deviation of the labels' noise; 0 is no noise.
        target_noise: whether y_q carries noise too.
        noise_form: B, where the noise's variance at x is deviation^2 + x'B x. Nodes are symmetric, so that only even
            powers of the noise count, and these are polynomials in x.
        nodes: nodes a variable for x, the query q, w and the noise e: half the degree of the squared error, plus one.
    """

    covariate_root: Any
    task_root: Any
    examples: int
    task_mean: Any = None
    covariate_mean: Any = None
    deviation: float = 0.0
    target_noise: bool = False
    noise_form: Any = None
    nodes: Mapping[str, int] = field(default_factory=lambda: {"x": 5, "q": 4, "w": 2, "e": 3})

    def __post_init__(self) -> None:
        d = len(self.covariate_root)
        noises = (self.examples + self.target_noise) if self.deviation else 0
        kinds = ["x"] * (d * self.examples) + ["q"] * d + ["w"] * d + ["e"] * noises
        rules = [hermegauss(self.nodes[kind]) for kind in kinds]
        grid = np.meshgrid(*(points for points, _ in rules), indexing="ij")
        normal = np.stack([g.ravel() for g in grid], axis=-1)
        self.weights = np.ones(len(normal))
        for g in np.meshgrid(*(w / np.sqrt(2 * np.pi) for _, w in rules), indexing="ij"):
            self.weights *= g.ravel()
        L, K = np.asarray(self.covariate_root, dtype=float), np.asarray(self.task_root, dtype=float)
        cuts = np.cumsum([d * self.examples, d, d])
        x, q, w, e = np.split(normal, cuts, axis=1)
        centre = 0.0 if self.covariate_mean is None else np.asarray(self.covariate_mean, dtype=float)
        x = x.reshape(-1, self.examples, d) @ L.T + centre
        q = q @ L.T + centre
        w = w @ K.T + (0.0 if self.task_mean is None else np.asarray(self.task_mean, dtype=float))
        y = np.einsum("bnd,bd->bn", x, w)
        self.target = np.einsum("bd,bd->b", q, w)
        if self.deviation:
            y = y + self.noise_scale(x) * e[:, : self.examples]
        if self.target_noise:
            self.target = self.target + self.noise_scale(q) * e[:, self.examples]
        points = np.concatenate([x, q[:, None, :]], axis=1)
        labels = np.concatenate([y, np.zeros((len(y), 1))], axis=1)
        self.embedding = np.concatenate([np.swapaxes(points, 1, 2), labels[:, None, :]], axis=1)

    def noise_scale(self, x: Any) -> Any:
        """The standard deviation of the noise at covariates of shape (..., d)."""
        if self.noise_form is None:
            return self.deviation
        B = np.asarray(self.noise_form, dtype=float)
        return np.sqrt(self.deviation**2 + np.einsum("...i,ij,...j->...", x, B, x))

    def loss(self, layers: Sequence[ReferenceLayer], sign: int = 1) -> float:
        """E (y_hat - y_q)^2 / 2."""
        error = output(self.embedding, layers)[:, -1, -1] * sign - self.target
        return float(self.weights @ error**2) / 2
