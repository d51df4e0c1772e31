r"""Tests and confidence sequences for a mean that stay valid however often one looks.

The observations X_1, X_2, ... have conditional mean c and conditional variance at most sigma^2 given the past;
independent draws of a Monte Carlo estimator with known variance are the case in hand. Nothing else is assumed, no
normality and no bound. All verdicts depend on n, the sum of X and the sum of X^2 only.

**The e-process.** Put Y_i = X_i - c, S = sum Y_i, V = (sum Y_i^2 + 2 n sigma^2) / 3, and for rho > 0

    E_n = sqrt(rho / (V + rho)) exp(S^2 / (2 (V + rho))).

1. e^{x - x^2/6} <= 1 + x + x^2/3 for every real x: the logarithm of the right side minus x - x^2/6 vanishes at 0 and
   has derivative x^3 / (9 (1 + x + x^2/3)), whose denominator is positive (its discriminant is 1 - 4/3), so 0 is its
   minimum.
2. At x = lambda Y_i and in conditional expectation, E[exp(lambda Y_i - lambda^2 Y_i^2/6)] <= 1 + lambda^2 sigma^2/3
   <= exp(lambda^2 sigma^2/3). Hence exp(lambda S - lambda^2 V/2) is a supermartingale that starts at 1, for each
   lambda.
3. Its mixture over lambda ~ N(0, 1/rho) is E_n, so E_n is a nonnegative supermartingale with E_0 = 1, and Ville's
   inequality gives P(E_n >= 1/alpha for some n) <= alpha.

rho only tunes power: rho = m sigma^2 / (2 ln(1/alpha) + ln(1 + 2 ln(1/alpha))) makes the interval about shortest at
n = m.

**Inverting in c.** V depends on c. With the mean m of the data, Q = sum (X_i - m)^2, t = (m - c)^2,
a = (Q + 2 n sigma^2)/3 + rho and b = n/3, the test keeps c when

    h(t) = n^2 t / (a + b t) - ln((a + b t) / rho) < 2 ln(1/alpha).

h increases up to t* = (n^2 - b) a / b^2 and decreases from there, so the values kept are an interval around m *and* two
far rays: V grows with the distance of c, and no finite sample rejects c at infinity. The rays are excluded by a second,
crude statement that holds at all times as well. sum_{k > n} k^{-2} sigma^2 + (S/n)^2 is a nonnegative supermartingale
(the expected square of S/n grows by at most sigma^2/(n+1)^2 a step), it starts at sigma^2 pi^2/6, so

    P(|S/n| >= D for some n >= 1) <= sigma^2 pi^2 / (6 D^2).

A share 1/1000 of alpha pays for D = sigma pi sqrt(1000 / (6 alpha)), the e-process gets the rest. What both keep is
m +- sqrt(t_1), t_1 the smaller root of h, as soon as h(D^2) is above the threshold; before that the interval is m +- D.

Sources: Delyon (2009), Electronic Journal of Probability 14; Howard, Ramdas, McAuliffe and Sekhon (2021), Annals of
Statistics 49; de la Pena, Lai and Shao (2009), Self-Normalized Processes; Ville (1939).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from numerics.problem import FloatArray, checked_array, checked_length

Verdict = Literal["supported", "refuted", "undecided"]

_SHARE_OF_RAYS = 1e-3


@dataclass(frozen=True)
class Moments:
    """Count, sum and sum of squares of a sample, as exact rational numbers.

    Adding is exact, so merging is associative and commutative to the last bit: any order of the same batches gives the
    same sums. The memory is that of three numbers, whatever the count.
    """

    count: int = 0
    total: Fraction = Fraction(0)
    squares: Fraction = Fraction(0)

    @classmethod
    def of(cls, batch: ArrayLike) -> Moments:
        """Return the moments of a batch of observations.

        The batch is centred first, so the rounding error is small against its spread even when its mean is large.

        Raises:
            ValueError, TypeError: unless batch is a one-dimensional array of finite numbers.
        """
        x = checked_array("batch", batch, (-1,))
        if x.size == 0:
            return cls()
        mean = float(np.mean(x))
        deviations = x - mean
        centre = Fraction(mean)
        rest = Fraction(float(np.sum(deviations)))
        squares = Fraction(float(np.sum(deviations * deviations)))
        n = x.size
        return cls(n, n * centre + rest, squares + 2 * centre * rest + n * centre**2)

    def __add__(self, other: Moments) -> Moments:
        return Moments(self.count + other.count, self.total + other.total, self.squares + other.squares)

    @property
    def mean(self) -> float:
        """The mean of the sample; nan if it is empty."""
        return float(self.total / self.count) if self.count else math.nan

    @property
    def squared_deviations(self) -> float:
        """The sum of (X_i - mean)^2."""
        return float(self.squares - self.total**2 / self.count) if self.count else 0.0

    @property
    def standard_error(self) -> float:
        """The estimated standard error of the mean; infinite below two observations."""
        if self.count < 2:
            return math.inf
        return math.sqrt(max(self.squared_deviations, 0.0) / (self.count - 1) / self.count)


class Interval(NamedTuple):
    """A closed interval [lower, upper]."""

    lower: float
    upper: float

    @property
    def half_width(self) -> float:
        """Half the length of the interval."""
        return (self.upper - self.lower) / 2


def mixture_precision(variance_bound: float, alpha: float, planned: int) -> float:
    """Return rho = m sigma^2 / (2 ln(1/alpha) + ln(1 + 2 ln(1/alpha))) for m = planned observations."""
    log_level = -2 * math.log(alpha)
    return planned * variance_bound / (log_level + math.log1p(log_level))


def log_e_value(
    count: FloatArray | float,
    deviation: FloatArray | float,
    squared_deviation: FloatArray | float,
    variance_bound: float,
    rho: float,
) -> FloatArray:
    """Return ln E_n = (ln(rho / (V + rho)) + S^2 / (V + rho)) / 2, elementwise.

    Args:
        count: n.
        deviation: S = sum (X_i - c).
        squared_deviation: sum (X_i - c)^2.
        variance_bound: sigma^2 >= Var X.
        rho: the precision of the mixture.
    """
    V = (np.asarray(squared_deviation) + 2 * np.asarray(count) * variance_bound) / 3
    value: FloatArray = (np.asarray(deviation) ** 2 / (V + rho) - np.log1p(V / rho)) / 2
    return value


@dataclass(frozen=True)
class SequentialTest:
    """Tests of a mean that hold at every stopping time, from moments alone.

    The state is a `Moments`: update with `moments += Moments.of(batch)`, in any order, and ask again.

    Args:
        variance_bound: sigma^2, a known upper bound of Var X. If it is below the true variance, nothing is promised.
        alpha: the error level, in (0, 1). For k statements at once divide it by k.
        planned: the number of observations at which the interval should be about shortest. It affects power only.

    Raises:
        ValueError, TypeError: for a variance bound that is not positive or a level outside (0, 1).

    Source: the docstring of numerics.sequential.
    """

    variance_bound: float
    alpha: float = 1e-6
    planned: int = 100_000

    def __post_init__(self) -> None:
        variance = float(checked_array("variance_bound", self.variance_bound, ()))
        if variance <= 0:
            raise ValueError(
                f"variance_bound must be positive, got {variance}; an estimator without variance needs no test"
            )
        alpha = float(checked_array("alpha", self.alpha, ()))
        if not 0 < alpha < 1:
            raise ValueError(f"alpha must lie strictly between 0 and 1, got {alpha}")
        object.__setattr__(self, "variance_bound", variance)
        object.__setattr__(self, "alpha", alpha)
        object.__setattr__(self, "planned", checked_length("planned", self.planned))

    @property
    def rho(self) -> float:
        """The precision of the mixture, `mixture_precision` of the test's own arguments."""
        return mixture_precision(self.variance_bound, self.alpha, self.planned)

    def log_e_value(self, moments: Moments, mean: float) -> float:
        """Return ln E_n, the evidence against E X = mean; it exceeds ln(1/alpha) ever with probability <= alpha."""
        c = Fraction(float(checked_array("mean", mean, ())))
        deviation = moments.total - moments.count * c
        squared = moments.squares - 2 * c * moments.total + moments.count * c**2
        return float(log_e_value(moments.count, float(deviation), float(squared), self.variance_bound, self.rho))

    def rejects(self, moments: Moments, mean: float) -> bool:
        """Return whether E X = mean is rejected, at level alpha. Not rejecting shows nothing: report `interval`."""
        return self.log_e_value(moments, mean) >= -math.log(self.alpha)

    def interval(self, moments: Moments) -> Interval:
        """Return [lower, upper], which contains E X at all times at once with probability at least 1 - alpha.

        Together with the first observation's crude bound it is finite from n = 1 on; for n = 0 it is the real line.
        """
        n = moments.count
        if n == 0:
            return Interval(-math.inf, math.inf)
        far = math.pi * math.sqrt(self.variance_bound / (6 * _SHARE_OF_RAYS * self.alpha))
        level = -2 * math.log(self.alpha * (1 - _SHARE_OF_RAYS))
        a = (max(moments.squared_deviations, 0.0) + 2 * n * self.variance_bound) / 3 + self.rho
        b = n / 3

        def h(distance: float) -> float:
            spread = a + b * distance**2
            return n**2 * distance**2 / spread - math.log(spread / self.rho)

        half_width = far
        if h(far) >= level:
            # h rises to its maximum and is still above the level at `far`, so on [0, far] it crosses the level once.
            # Bisection keeps h(upper) >= level: the returned end never lies inside the confidence set.
            lower, half_width = 0.0, min(far, math.sqrt((n**2 - b) * a) / b)
            while True:
                middle = (lower + half_width) / 2
                if not lower < middle < half_width:
                    break
                if h(middle) >= level:
                    half_width = middle
                else:
                    lower = middle
        mean = moments.mean
        return Interval(math.nextafter(mean - half_width, -math.inf), math.nextafter(mean + half_width, math.inf))

    def at_most(self, moments: Moments, bound: float) -> Verdict:
        """Return the verdict on E X <= bound: refuted if lower > bound, supported if upper <= bound, else undecided.

        It is wrong at some time, of this and every other bound together, with probability at most alpha.
        """
        limit = float(checked_array("bound", bound, ()))
        lower, upper = self.interval(moments)
        if lower > limit:
            return "refuted"
        return "supported" if upper <= limit else "undecided"
