"""Means over the law of Marchenko and Pastur, the limit of the eigenvalues of a sample covariance."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

Array = Any
# The integrand is analytic and periodic in the angle, so that the error falls geometrically in the number of nodes.
_NODES = 2000


def marchenko_pastur_mean(function: Callable[[Array], Array], ratio: float) -> float:
    """Return the mean of f(lambda) over the limit of the eigenvalues of (1/N) sum_{i <= N} x_i x_i', x_i ~ N(0, I).

    On the support lambda = 1 + c + 2 sqrt(c) cos(angle), c = d/N, the law is (2/pi) sin(angle)^2/lambda d angle, summed
    by the midpoint rule; for c > 1 there is an atom of weight 1 - 1/c at 0.

    Args:
        function: of an array of eigenvalues, entry by entry; analytic around the support.
        ratio: c, positive.

    Raises:
        ValueError: for a ratio that is not positive.

    Source: Marchenko and Pastur (1967).
    """
    if not ratio > 0:
        raise ValueError(f"the ratio d/N must be positive, got {ratio}")
    angles = (np.arange(_NODES) + 0.5) * np.pi / _NODES
    points = 1 + ratio + 2 * np.sqrt(ratio) * np.cos(angles)
    density = 2 / np.pi * np.sin(angles) ** 2 / points
    inside = float(np.sum(function(points) * density) * np.pi / _NODES)
    return inside + (1 - 1 / ratio) * float(function(np.zeros(1))[0]) if ratio > 1 else inside
