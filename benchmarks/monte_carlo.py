"""Time and test the Monte Carlo paths: `python -m benchmarks.monte_carlo [--draws COUNT]`, one core, a minute or two.

The first table sets the raw path (real prompts through the real attention layer) against drawing its normal variates
alone with NumPy: a ratio of 1 would be all the rest for nothing, the promise is 1.5. The second has the time in which
the Wishart path reaches the standard error that the raw path reached: the promise is 1/1000 of the raw path's time at
d = 20, M = 1000. All are medians over repeats that alternate between the two sides, in one process, one BLAS thread.

The third measures the sequential test on heavy-tailed polynomials, among them the squared error of real prompts,
looking after every draw: how often it rejects the true mean, which at level alpha must be at most alpha, and how often
and how soon it rejects means that are wrong by 4 and 6 standard errors of the planned sample. The memory of a long run
comes first, as a process only ever reports its peak; `--draws 100000000` makes it 10^8 (25 to 40 s).
"""

from __future__ import annotations

import argparse
import math
import resource
import statistics
import time
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from numerics.attention import AttentionWeights, attention_prediction
from numerics.monte_carlo import ErrorEstimate, error_variance, simulate_error
from numerics.problem import Problem
from numerics.prompts import FixedTask, LinearLabels, PromptLaw, PromptSampler, Shift
from numerics.sequential import log_e_value, mixture_precision

REPEATS = 7
REPETITIONS = 2000
STEPS = 2000
NORMALS = 2**24


def covariance(d: int) -> np.ndarray:
    """Return an anisotropic covariance that is not diagonal, with condition number 100."""
    basis = np.linalg.qr(np.random.default_rng(d).normal(size=(d, d)))[0]
    matrix = (basis * np.geomspace(1.0, 0.01, d)) @ basis.T
    return (matrix + matrix.T) / 2


def seconds(work: Callable[[], object]) -> float:
    """Return the wall time of one call."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def draw_alone(normals: int) -> None:
    """Draw the variates as fast as NumPy can, into one buffer that stays in the cache."""
    rng = np.random.default_rng(0)
    buffer = np.empty(2**15)
    for _ in range(normals // buffer.size):
        rng.standard_normal(out=buffer)
    rng.standard_normal(out=buffer[: normals % buffer.size])


def raw_against_normals(d: int, M: int, labels: LinearLabels, task: str) -> None:
    """Print one row of the first table."""
    problem = Problem(covariance(d), M)
    shift = Shift(FixedTask(np.ones(d))) if task == "fixed" else Shift()
    prompts = max(1, NORMALS // (d * (M + 1)))
    normals = prompts * (d * (M + 1) + (d if task == "random" else 0) + (M + 1 if labels.noise_variance else 0))
    ours, alone = [], []
    for seed in range(REPEATS):
        alone.append(seconds(lambda: draw_alone(normals)))
        ours.append(
            seconds(
                lambda: simulate_error(problem, prompt_length=M, labels=labels, shift=shift, prompts=prompts, seed=seed)  # noqa: B023
            )
        )
    raw, draws = statistics.median(ours), statistics.median(alone)
    noise = "noisy" if labels.noise_variance else "none"
    print(f"{d:5d} {M:6d} {task:>7} {noise:>6} {prompts:9d} {draws:9.3f} {raw:9.3f} {raw / draws:7.2f}")


def wishart_against_raw(d: int, M: int, task: str) -> None:
    """Print one row of the second table."""
    problem = Problem(covariance(d), M)
    shift = Shift(FixedTask(np.ones(d))) if task == "fixed" else Shift()
    prompts = {"raw": max(2000, NORMALS // (d * (M + 1))), "wishart": 50_000}
    costs: dict[str, list[float]] = {"raw": [], "wishart": []}
    last: dict[str, ErrorEstimate] = {}
    for seed in range(REPEATS):
        for method, count in prompts.items():
            start = time.perf_counter()
            last[method] = simulate_error(
                problem,
                prompt_length=M,
                shift=shift,
                prompts=count,
                method=method,  # type: ignore[arg-type]
                seed=seed,
            )
            # Time times squared error does not depend on the number of prompts: the cost of one unit of precision.
            costs[method].append((time.perf_counter() - start) * last[method].standard_error ** 2)
    raw, wishart = (statistics.median(costs[method]) for method in ("raw", "wishart"))
    means = " ".join(f"{last[m].mean:.6g}±{last[m].standard_error:.1g}" for m in ("raw", "wishart"))
    print(f"{d:5d} {M:6d} {task:>7} {raw / wishart:12.0f}   {means}")


Draw = Callable[[np.random.Generator, int], np.ndarray]


def polynomials() -> dict[str, tuple[Draw, float, float]]:
    """Return for each law the draws of a polynomial in normals, its exact mean and its exact variance."""
    problem = Problem(covariance(2), 5)
    law, weights = PromptLaw(problem, 4, LinearLabels(0.1)), AttentionWeights.limit(problem)

    def squared_error(rng: np.random.Generator, count: int) -> np.ndarray:
        prompts = PromptSampler(law).draw(count, rng)
        return (attention_prediction(prompts.embedding, weights, 4) - prompts.query_labels) ** 2

    setting = {"prompt_length": 4, "labels": LinearLabels(0.1)}
    mean = simulate_error(problem, prompts=1, **setting).exact  # type: ignore[arg-type]
    variance = error_variance(problem, **setting)  # type: ignore[arg-type]
    assert mean is not None
    assert variance is not None
    return {
        "z^4": (lambda rng, count: rng.standard_normal(count) ** 4, 3.0, 96.0),
        "z^6": (lambda rng, count: rng.standard_normal(count) ** 6, 15.0, 10395.0 - 225.0),
        "-z^4": (lambda rng, count: -(rng.standard_normal(count) ** 4), -3.0, 96.0),
        "z^3": (lambda rng, count: rng.standard_normal(count) ** 3, 0.0, 15.0),
        "(z1 z2 z3)^2": (lambda rng, count: np.prod(rng.standard_normal((3, count)) ** 2, axis=0), 1.0, 26.0),
        "prompt's error": (squared_error, mean, variance),
    }


def first_rejections(draw: Draw, mean: float, variance: float, alpha: float, shift: float) -> np.ndarray:
    """Return for each repetition the number of draws until E X = mean + shift is rejected, infinity if it never is."""
    counts, rho = np.arange(1.0, STEPS + 1), mixture_precision(variance, alpha, STEPS)
    rng, first = np.random.default_rng(0), np.full(REPETITIONS, math.inf)
    for repetition in range(REPETITIONS):
        deviations = draw(rng, STEPS) - mean - shift
        e_values = log_e_value(counts, np.cumsum(deviations), np.cumsum(deviations**2), variance, rho)
        above = np.flatnonzero(e_values >= -math.log(alpha))
        if above.size:
            first[repetition] = above[0] + 1
    return first


def sequential_test(name: str, draw: Draw, mean: float, variance: float) -> None:
    """Print one row of the third table."""
    alpha, error = 0.05, math.sqrt(variance / STEPS)
    row = [f"{np.mean(np.isfinite(first_rejections(draw, mean, variance, alpha, 0.0))):11.2%}"]
    for distance in (-4, 4, 6):
        first = first_rejections(draw, mean, variance, alpha, distance * error)
        caught = np.isfinite(first)
        row.append(f"{np.mean(caught):8.1%} after {np.median(first[caught]):5.0f}")
    print(f"{name:<16}{row[0]}   {'   '.join(row[1:])}")


def memory(draws: int) -> None:
    """Print the peak memory of a short and of a long run."""
    problem = Problem(covariance(2), 50)
    for count in (10**5, draws):
        start = time.perf_counter()
        estimate = simulate_error(problem, prompt_length=1000, method="wishart", prompts=count)
        elapsed = time.perf_counter() - start
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{count:12,d} draws {elapsed:8.1f} s   peak {peak:6.1f} MiB   {estimate.mean:.7g}", end="")
        print(f" ± {estimate.exact_standard_error:.1g}, exact {estimate.exact:.7g}")


def main() -> None:
    """Print all tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draws", type=int, default=5_000_000, help="length of the long run (default 5 million)")
    options = parser.parse_args()
    with threadpool_limits(1):
        print("Memory does not grow with the number of draws, d = 2, M = 1000, method wishart")
        memory(options.draws)
        print()
        print(f"Raw path against its normals alone, medians of {REPEATS} (seconds)")
        print("    d      M    task  noise   prompts   normals       raw   ratio")
        for d, M in [(20, 1000), (20, 100), (20, 40), (50, 100), (100, 200), (5, 20)]:
            raw_against_normals(d, M, LinearLabels(), "random")
        raw_against_normals(20, 1000, LinearLabels(0.1), "random")
        raw_against_normals(20, 1000, LinearLabels(), "fixed")
        print()
        print(f"Raw time over Wishart time to one standard error, medians of {REPEATS}")
        print("    d      M    task        ratio   raw, wishart mean±standard error")
        for task in ("random", "fixed"):
            for d, M in [(20, 1000), (20, 100), (5, 20)]:
                wishart_against_raw(d, M, task)
        print()
        print(f"Sequential test at level 5%, {REPETITIONS} repetitions of up to {STEPS} draws, a look after each")
        print("law            false alarms   mean wrong by -4 s.e.   by +4 s.e.   by +6 s.e. (median draws)")
        for name, law in polynomials().items():
            sequential_test(name, *law)


if __name__ == "__main__":
    main()
