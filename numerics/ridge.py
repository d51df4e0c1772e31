"""Resolvents and ridge regression in the proportional limit for a general covariance, by the self-consistent equation.

W = sum_{i <= N} x_i x_i' with x_i = Lambda^(1/2) z_i, d = c N with d -> infinity, and the eigenvalues of Lambda have a
limiting law, a number l with its weight each. For x > 0 the resolvent (W/N + x I)^-1 acts in forms and traces like

    (k/x) (Lambda + k I)^-1,    k - x = c k mean[l/(l + k)],

with the equivalent ridge k > x (the mean is over the law of the eigenvalues). For x = 0 the equivalent ridge is 0 if
c <= 1, and solves c mean[l/(l + k)] = 1 otherwise. That this is the limit is a theorem which is cited, and not proved
here; the tests compare with the quadratic equation for Lambda = I, with the series of exact moments in 1/x, and with
sampled matrices at two scales.

Source: Silverstein and Bai, J. Multivariate Anal. 54 (1995), 175-192; for the risk Dobriban and Wager, Ann. Statist. 46
(2018), 247-279, and Hastie, Montanari, Rosset and Tibshirani, Ann. Statist. 50 (2022), 949-986.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from scipy.optimize import brentq

# Relative accuracy of the equivalent ridge.
_ACCURACY = 1e-14


@dataclass(frozen=True)
class Spectrum:
    """The limiting law of the eigenvalues of a covariance.

    Args:
        eigenvalues: positive numbers.
        weights: their shares, positive with sum 1; None is equal shares.

    Raises:
        ValueError: for numbers that are not positive, or weights that do not fit.
    """

    eigenvalues: Sequence[float]
    weights: Sequence[float] | None = None

    def __post_init__(self) -> None:
        if not self.eigenvalues or not all(0 < value < math.inf for value in self.eigenvalues):
            raise ValueError(f"eigenvalues must be positive numbers, got {list(self.eigenvalues)}")
        shares = self.shares
        if len(shares) != len(self.eigenvalues) or not all(s > 0 for s in shares) or abs(sum(shares) - 1) > 1e-12:
            raise ValueError(
                f"{len(self.eigenvalues)} eigenvalues need as many positive weights with sum 1, got {list(shares)}"
            )

    @property
    def shares(self) -> Sequence[float]:
        """The weights."""
        return [1 / len(self.eigenvalues)] * len(self.eigenvalues) if self.weights is None else self.weights

    def mean(self, values: Sequence[float]) -> float:
        """The mean of a function with these values at the eigenvalues."""
        return math.fsum(share * value for share, value in zip(self.shares, values, strict=True))


def equivalent_ridge(spectrum: Spectrum, c: float, x: float) -> float:
    """Return the equivalent ridge k of the ridge x >= 0 at the ratio c = d/N.

    Raises:
        ValueError: for c that is not positive, or x below 0.
    """
    if not 0 < c < math.inf:
        raise ValueError(f"c must be positive, got {c}")
    if not 0 <= x < math.inf:
        raise ValueError(f"x must be at least 0, got {x}")
    if x == 0 and c <= 1:
        return 0.0

    def excess(k: float) -> float:
        return 1 - x / k - c * spectrum.mean([value / (value + k) for value in spectrum.eigenvalues])

    # At the lower end every l/(l + k) is too large, at the upper one l/(l + k) < l/k.
    low = max(x, (c - 1) * min(spectrum.eigenvalues))
    high = x + c * spectrum.mean(spectrum.eigenvalues)
    return low if excess(low) >= 0 else float(brentq(excess, low, high, rtol=_ACCURACY, xtol=_ACCURACY * low))


def general_resolvent(spectrum: Spectrum, c: float, x: float) -> float:
    """Return lim (1/d) tr(W/N + x I)^-1 = (k/x) mean[1/(l + k)] for x > 0.

    Raises:
        ValueError: for c or x that is not positive.
    """
    if not x > 0:
        raise ValueError(f"x must be positive, got {x}")
    k = equivalent_ridge(spectrum, c, x)
    return k / x * spectrum.mean([1 / (value + k) for value in spectrum.eigenvalues])


def general_ridge_risk(spectrum: Spectrum, signal: Sequence[float], c: float, x: float, noise: float) -> float:
    """Return the limit of E(x_q'(w_hat - w))^2, w_hat = (W/N + x I)^-1 (1/N) sum_i y_i x_i, y_i = w'x_i + noise.

    It is (k^2 sum_j l_j w_j^2/(l_j + k)^2 + s2 g)/(1 - g) with g = c mean[l^2/(l + k)^2], the query having the
    covariance Lambda too. For x = 0 it is the risk of least squares of least norm.

    Args:
        spectrum: of Lambda.
        signal: for each eigenvalue the squared length of w in its eigenspace.
        c, x: the ratio d/N and the ridge, x >= 0.
        noise: the variance s2.

    Raises:
        ValueError: as `equivalent_ridge`, for a signal or noise below 0, and where the risk is infinite: x = 0, c = 1.
    """
    if len(signal) != len(spectrum.eigenvalues) or any(part < 0 for part in signal):
        raise ValueError(f"signal must have {len(spectrum.eigenvalues)} numbers >= 0, got {list(signal)}")
    if noise < 0:
        raise ValueError(f"noise must be at least 0, got {noise}")
    if x == 0 and c == 1 and noise:
        raise ValueError("the risk of least squares with noise is infinite at c = d/N = 1")
    k = equivalent_ridge(spectrum, c, x)
    if k == 0 and not noise:
        return 0.0
    shrinkage = [value / (value + k) for value in spectrum.eigenvalues]
    bias = math.fsum(
        part * value * (1 - s) ** 2 for part, value, s in zip(signal, spectrum.eigenvalues, shrinkage, strict=True)
    )
    spread = c * spectrum.mean([s * s for s in shrinkage])
    return (bias + noise * spread) / (1 - spread)
