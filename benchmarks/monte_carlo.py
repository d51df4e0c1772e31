"""Time the Monte Carlo paths: `python -m benchmarks.monte_carlo`, one core, under a minute.

The first table sets the raw path (real prompts through the real attention layer) against drawing its normal variates
alone with NumPy: a ratio of 1 would be all the rest for nothing, the promise is 1.5. The second has the time in which
the Wishart path reaches the standard error that the raw path reached: the promise is 1/1000 of the raw path's time at
d = 20, M = 1000. All are medians over repeats that alternate between the two sides, in one process, one BLAS thread.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

import numpy as np
from threadpoolctl import threadpool_limits

from numerics.problem import Problem
from numerics.prompts import FixedTask, LinearLabels, Shift
from numerics.simulate_error import ErrorEstimate, simulate_error

REPEATS = 7
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


def main() -> None:
    """Print both tables."""
    with threadpool_limits(1):
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


if __name__ == "__main__":
    main()
