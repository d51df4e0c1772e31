"""The reference for models: layers on prompts whose entries are polynomials in independent normal variables.

Nothing of `theory` is imported: P and Q are written out entry by entry, and moments are exact and rational.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from sympy import QQ

from tests.theory import brute_force

# A layer: its heads (P, Q), its mask, and what its scores are divided by (None: the prompt's length).
Heads = Sequence[tuple[Any, Any]]


@dataclass(frozen=True)
class ReferenceLayer:
    """A layer with its heads' matrices of Fractions."""

    heads: Heads
    mask: str = "none"
    scale: Fraction | None = None


def assemble(top_left: Any, top_right: Any, bottom_left: Any, corner: Any) -> Any:
    """The (d + 1) x (d + 1) matrix of four blocks; None is zero."""
    d = next(len(np.asarray(b, dtype=object)) for b in (top_left, top_right, bottom_left) if b is not None)
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


def output(Z: Any, layers: Sequence[ReferenceLayer]) -> Any:
    """The embedding after all layers, position by position."""
    count = Z.shape[1] - 1
    one = Z[0, 0] ** 0
    for layer in layers:
        scale = Fraction(count) if layer.scale is None else layer.scale
        change = Z * 0
        for P, Q in layer.heads:
            P, Q = _polynomials(P, one), _polynomials(Q, one)
            for j in range(count + 1):
                for i in range(count + 1):
                    seen = {"none": True, "query": i < count, "causal": i <= j}[layer.mask]
                    if seen:
                        change[:, j] = change[:, j] + (P @ Z[:, i]) * (Z[:, i] @ (Q @ Z[:, j]))
        Z = Z + change * (one * QQ(scale.denominator, scale.numerator))
    return Z


def _polynomials(array: Any, one: Any) -> Any:
    flat = [one * QQ(Fraction(entry).numerator, Fraction(entry).denominator) for entry in np.asarray(array).flat]
    return np.array(flat, dtype=object).reshape(np.shape(array))


@dataclass
class ReferencePrompt:
    """A prompt with linear labels: covariates and query N(m, root root'), w ~ N(mean, ...), noise in the labels."""

    covariate_root: Any
    task_root: Any
    examples: int
    task_mean: Any = None
    covariate_mean: Any = None
    deviation: Fraction = Fraction(0)
    target_noise: bool = False

    def __post_init__(self) -> None:
        d = len(self.covariate_root)
        null = np.full(d, Fraction(0))
        law = brute_force.Law
        self.coordinates = brute_force.Coordinates(
            {
                "x": law(self.covariate_root, null if self.covariate_mean is None else self.covariate_mean),
                "w": law(self.task_root, null if self.task_mean is None else self.task_mean),
                "e": law(np.array([[self.deviation]], dtype=object), np.array([Fraction(0)], dtype=object)),
            },
            [None, *range(self.examples)],
        )

    def error(self, layers: Sequence[ReferenceLayer], sign: int = 1) -> Any:
        """y_hat - y_q as a polynomial."""
        v = self.coordinates.vectors
        w, x_q = v["w", None], v["x", None]
        xs = [v["x", i] for i in range(self.examples)]
        columns = [np.append(x, x @ w + v["e", i][0]) for i, x in enumerate(xs)] + [np.append(x_q, 0 * x_q[0])]
        target = w @ x_q + (v["e", None][0] if self.target_noise else 0)
        return output(np.stack(columns, axis=1), layers)[-1, -1] * sign - target

    def loss(self, layers: Sequence[ReferenceLayer], sign: int = 1) -> Fraction:
        """E (y_hat - y_q)^2 / 2."""
        error = self.error(layers, sign)
        return self.coordinates.expectation_of_product(error, error) / 2
