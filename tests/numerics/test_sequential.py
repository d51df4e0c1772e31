from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from numerics.sequential import Moments, SequentialTest, log_e_value, mixture_precision

REPETITIONS = 2000
STEPS = 2000
BLOCK = 20  # looks are taken after every block

# name: draws of a polynomial in standard normals from (repetitions, draws), its exact mean, its exact variance
HEAVY_TAILED = {
    "fourth power": (lambda rng, shape: rng.standard_normal(shape) ** 4, 3.0, 96.0),
    "sixth power": (lambda rng, shape: rng.standard_normal(shape) ** 6, 15.0, 10395.0 - 225.0),
    "product of three squares": (
        lambda rng, shape: np.prod(rng.standard_normal((3, *shape)), axis=0) ** 2,
        1.0,
        26.0,
    ),
    "cube, symmetric": (lambda rng, shape: rng.standard_normal(shape) ** 3, 0.0, 15.0),
    "minus a fourth power": (lambda rng, shape: -(rng.standard_normal(shape) ** 4), -3.0, 96.0),
}


def rejection_rate(name: str, offset: float, alpha: float, seed: int) -> float:
    """Return the share of runs that reject E X = mean + offset standard deviations at any look."""
    draw, mean, variance = HEAVY_TAILED[name]
    deviations = draw(np.random.default_rng(seed), (REPETITIONS, STEPS)) - (mean + offset * math.sqrt(variance))
    rho = mixture_precision(variance, alpha, STEPS)
    S = np.cumsum(deviations, axis=1)
    squares = np.cumsum(deviations**2, axis=1)
    counts = np.arange(1.0, STEPS + 1)
    e_values = log_e_value(counts, S, squares, variance, rho)
    return float(np.mean(np.max(e_values, axis=1) >= -math.log(alpha)))


@pytest.mark.parametrize("name", HEAVY_TAILED)
def test_false_alarm_rate_is_below_the_level(name: str) -> None:
    """Looking after every draw, no more runs reject the true mean than alpha and binomial chance at 1e-6 allow."""
    alpha = 0.05
    allowed = binom.isf(1e-6, REPETITIONS, alpha)
    assert rejection_rate(name, 0.0, alpha, seed=11) * REPETITIONS <= allowed


@pytest.mark.parametrize("name", HEAVY_TAILED)
@pytest.mark.parametrize("sign", [-1, 1])
def test_power_against_a_wrong_mean(name: str, sign: int) -> None:
    """A mean wrong by six standard errors of the planned sample is refuted in nearly every run."""
    assert rejection_rate(name, sign * 6 / math.sqrt(STEPS), 0.05, seed=12) > 0.98


def test_understated_variance_is_caught_by_the_same_measurement() -> None:
    """The false-alarm test has teeth: without the variance in V, runs that drift past the level are common."""
    rng = np.random.default_rng(1)
    deviations = rng.standard_normal((REPETITIONS, 200)) ** 6 - 15
    S, squares = np.cumsum(deviations, axis=1), np.cumsum(deviations**2, axis=1)
    e_values = log_e_value(np.arange(1.0, 201), S, squares / 3, 0.0, mixture_precision(1.0, 0.05, 200))
    assert np.mean(np.max(e_values, axis=1) >= -math.log(0.05)) > 0.2


def test_inequality_under_the_e_process() -> None:
    """e^{x - x^2/6} <= 1 + x + x^2/3, with equality at 0 only, on a fine grid."""
    x = np.linspace(-30, 30, 600_001)
    gap = np.log(1 + x + x**2 / 3) - (x - x**2 / 6)
    assert gap.min() >= -1e-15
    assert np.all(gap[np.abs(x) > 0.01] > 0)


def test_intervals_cover_at_every_look() -> None:
    """Over 2,000 runs the interval misses the true mean at some look no more often than alpha allows."""
    alpha, looks = 0.1, 10
    test = SequentialTest(variance_bound=96.0, alpha=alpha, planned=200)
    x = np.random.default_rng(5).standard_normal((REPETITIONS, looks, 20)) ** 4
    missed = 0
    for run in x:
        moments, inside = Moments(), True
        for batch in run:
            moments += Moments.of(batch)
            lower, upper = test.interval(moments)
            inside &= lower <= 3 <= upper
        missed += not inside
    assert missed <= binom.isf(1e-6, REPETITIONS, alpha)


@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 400),
    st.sampled_from([0.3, 1e-3, 1e-6, 1e-12]),
    st.floats(-1e6, 1e6),
    st.floats(0.5, 1e3),
)
def test_interval_inverts_the_test(seed: int, n: int, alpha: float, centre: float, spread: float) -> None:
    """Means inside the interval are kept; those outside, as far as the crude bound reaches, are rejected."""
    test = SequentialTest(variance_bound=spread**2, alpha=alpha, planned=100)
    moments = Moments.of(centre + spread * np.random.default_rng(seed).standard_normal(n))
    lower, upper = test.interval(moments)
    level = -math.log(alpha * (1 - 1e-3))
    far = math.pi * spread * math.sqrt(1000 / (6 * alpha))
    half = (upper - lower) / 2
    assert half <= far * (1 + 1e-9)
    for side in (-1, 1):
        if half < 0.999 * far:
            for fraction in (0.0, 0.5, 0.999):
                assert test.log_e_value(moments, moments.mean + side * fraction * half) < level
            for distance in (1.001 * half, math.sqrt(half * far), far):
                assert test.log_e_value(moments, moments.mean + side * distance) >= level * (1 - 1e-9)


def test_interval_is_finite_from_the_first_observation_and_shrinks() -> None:
    """Before the e-process says anything the crude bound holds; later the width is that of the mixture."""
    test = SequentialTest(variance_bound=1.0, alpha=1e-6, planned=10_000)
    assert test.interval(Moments()) == (-math.inf, math.inf)
    widths = []
    rng = np.random.default_rng(0)
    moments = Moments()
    for _ in range(50):
        moments += Moments.of(rng.standard_normal(200))
        widths.append(test.interval(moments).half_width)
    assert math.isfinite(test.interval(Moments.of([0.3])).half_width)
    assert widths[-1] < widths[4] < widths[0]
    # A fixed-sample normal interval at this level has half-width 4.9 standard errors; always valid costs a little more.
    assert 4.9 < widths[-1] * 100 < 8


def test_verdicts_on_an_inequality() -> None:
    """E X <= b is refuted, supported or undecided by the interval, and the near case stays undecided."""
    test = SequentialTest(variance_bound=2.0, alpha=1e-4, planned=20_000)
    moments = Moments.of(np.random.default_rng(3).standard_normal(20_000) ** 2)
    assert test.at_most(moments, 0.5) == "refuted"
    assert test.at_most(moments, 1.5) == "supported"
    assert test.at_most(moments, 1.001) == "undecided"
    assert test.rejects(moments, 0.5)
    assert test.rejects(moments, 1.5)
    assert not test.rejects(moments, 1.0)


def test_large_offset_loses_no_digits() -> None:
    """Sums are kept exactly, so data around 1e8 test as data around 0 do."""
    x = np.round(np.random.default_rng(4).standard_normal(5000) * 2**20) / 2**20
    test = SequentialTest(variance_bound=1.0, alpha=1e-3, planned=5000)
    near, far = Moments.of(x), Moments.of(x + 1e8)
    assert math.isclose(test.log_e_value(near, 0.03), test.log_e_value(far, 1e8 + 0.03), rel_tol=1e-6)
    assert math.isclose(near.standard_error, far.standard_error, rel_tol=1e-9)


@given(st.lists(st.lists(st.floats(-1e9, 1e9), min_size=0, max_size=5), min_size=1, max_size=6), st.randoms())
def test_merging_is_independent_of_order(batches: list[list[float]], random: object) -> None:
    """Any order and any bracketing of the batches gives the same state, exactly."""
    parts = [Moments.of(batch) for batch in batches]
    forward = sum(parts, Moments())
    random.shuffle(parts)  # type: ignore[attr-defined]
    middle = len(parts) // 2
    assert sum(parts[:middle], Moments()) + sum(parts[middle:], Moments()) == forward
    exact = sum((Fraction(x) for batch in batches for x in batch), Fraction(0))
    size = max((abs(x) for batch in batches for x in batch), default=0.0)
    assert abs(float(forward.total - exact)) <= 1e-13 * size * max(forward.count, 1)


def test_moments_agree_with_numpy() -> None:
    """Mean and standard error are the usual ones; an empty or single sample has no finite standard error."""
    x = np.random.default_rng(0).exponential(size=1000)
    moments = Moments.of(x[:300]) + Moments.of(x[300:])
    assert math.isclose(moments.mean, x.mean(), rel_tol=1e-14)
    assert math.isclose(moments.standard_error, x.std(ddof=1) / math.sqrt(1000), rel_tol=1e-12)
    assert math.isnan(Moments().mean)
    assert Moments.of([2.0]).standard_error == math.inf


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"variance_bound": 0.0}, "variance_bound must be positive, got 0.0"),
        ({"variance_bound": 1.0, "alpha": 1.0}, "alpha must lie strictly between 0 and 1"),
        ({"variance_bound": 1.0, "planned": 0}, "planned must be at least 1"),
    ],
)
def test_bad_arguments_are_named(arguments: dict[str, float], message: str) -> None:
    """Errors name the argument and its value."""
    with pytest.raises(ValueError, match=message):
        SequentialTest(**arguments)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="batch must be finite, got nan"):
        Moments.of([1.0, math.nan])
