"""Time of the gradient flow against general integrators, and its growth with the dimension.

Run `OMP_NUM_THREADS=1 python -m benchmarks.flow [--plot flow.png] [--limit SECONDS]` from the root of the repository.
Every ratio is measured within one run, against the dense reduced system: the d^2 + 1 equations of Lemma 5.2 in the
problem's own basis. The others run at rtol 1e-8, ours at a tolerance whose measured error of u is below 1e-8; finding
the eigenbasis of Lambda is counted as ours. diffrax and torchdiffeq are measured where they are installed.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.integrate import solve_ivp

from numerics.problem import Problem
from numerics.reduced_flow import FlowPath, gradient_flow

FloatArray = NDArray[np.float64]
SIGMA = 0.1
DIMENSION = 100
DIMENSIONS = (50, 100, 200, 400, 700, 1000)
REPEATS = 5


def instance(d: int, condition: float) -> tuple[Problem, FloatArray]:
    """A covariance that is not diagonal, of the given condition number, and a Theta of full rank."""
    rng = np.random.default_rng([d, int(condition)])
    Q = np.linalg.qr(rng.standard_normal((d, d)))[0]
    covariance = Q * np.geomspace(1 / condition, 1, d) @ Q.T
    theta = rng.standard_normal((d, d))
    return Problem((covariance + covariance.T) / 2, 50), theta / np.sqrt(np.linalg.norm(theta @ theta.T))


def median_time(run: Callable[[], object], repeats: int = REPEATS) -> float:
    """The median wall time of `repeats` runs, in seconds."""
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def grid(t_end: float) -> FloatArray:
    """The times at which errors are measured."""
    return np.linspace(0, t_end, 101)


class _OutOfTimeError(Exception):
    pass


def lsoda(problem: Problem, theta: FloatArray, t_end: float, limit: float) -> tuple[float, FloatArray | None]:
    """Seconds that LSODA takes to t_end at rtol 1e-8, and u on the grid; None if the limit ended it."""
    d, covariance = problem.dimension, problem.covariance
    left, square = problem.Gamma @ covariance, covariance @ covariance
    start = time.perf_counter()

    def field(_: float, y: FloatArray) -> FloatArray:
        if time.perf_counter() - start > limit:
            raise _OutOfTimeError
        U, u = y[:-1].reshape(d, d), y[-1]
        product = left @ U @ covariance
        slope = -(u**2) * product + u * square
        return np.append(slope.ravel(), -u * np.vdot(product, U) + np.vdot(square, U))

    initial = np.append(SIGMA * (theta @ theta.T).ravel(), SIGMA)
    try:
        solution = solve_ivp(field, (0, t_end), initial, method="LSODA", rtol=1e-8, atol=1e-10, t_eval=grid(t_end))
    except _OutOfTimeError:
        return time.perf_counter() - start, None
    return time.perf_counter() - start, solution.y[-1]


def diffrax(problem: Problem, theta: FloatArray, t_end: float) -> tuple[float, float] | None:
    """Seconds that diffrax's explicit Dopri8 takes once compiled, and u at t_end; None if not installed."""
    try:
        import diffrax as dfx
        import jax
        import jax.numpy as jnp
    except ImportError:
        return None
    jax.config.update("jax_enable_x64", True)
    covariance = jnp.asarray(problem.covariance)
    left, square = jnp.asarray(problem.Gamma) @ covariance, covariance @ covariance

    def field(_: object, y: tuple[object, object], __: object) -> tuple[object, object]:
        U, u = y
        product = left @ U @ covariance
        return -(u**2) * product + u * square, -u * jnp.vdot(product, U) + jnp.vdot(square, U)

    @jax.jit
    def run(initial: tuple[object, object]) -> tuple[object, object]:
        control = dfx.PIDController(rtol=1e-8, atol=1e-10)
        term = dfx.ODETerm(field)
        solution = dfx.diffeqsolve(
            term, dfx.Dopri8(), 0.0, t_end, None, initial, stepsize_controller=control, max_steps=10**6
        )
        return solution.ys

    initial = (jnp.asarray(SIGMA * theta @ theta.T), jnp.asarray(SIGMA))
    jax.block_until_ready(run(initial))
    seconds = median_time(lambda: jax.block_until_ready(run(initial)), 3)
    return seconds, float(run(initial)[1][-1])


def torchdiffeq(problem: Problem, theta: FloatArray, t_end: float) -> tuple[float, float] | None:
    """Seconds that torchdiffeq's dopri8 takes, and u at t_end; None if not installed."""
    try:
        import torch
        from torchdiffeq import odeint
    except ImportError:
        return None
    torch.set_num_threads(1)
    covariance = torch.tensor(problem.covariance)
    left, square = torch.as_tensor(problem.Gamma) @ covariance, covariance @ covariance

    def field(_: object, y: tuple[object, object]) -> tuple[object, object]:
        U, u = y
        product = left @ U @ covariance
        return -(u**2) * product + u * square, -u * torch.sum(product * U) + torch.sum(square * U)

    initial = (torch.as_tensor(SIGMA * theta @ theta.T), torch.tensor(SIGMA, dtype=torch.float64))
    times = torch.tensor([0.0, t_end], dtype=torch.float64)
    result: list[float] = []

    def run() -> None:
        result.append(float(odeint(field, initial, times, rtol=1e-8, atol=1e-10, method="dopri8")[1][-1]))

    return median_time(run, 1), result[-1]


def compare(limit: float) -> dict[str, tuple[float, float]]:
    """Print and return our seconds and everybody else's, for a short horizon and up to convergence."""
    results: dict[str, tuple[float, float]] = {}
    problem, theta = instance(DIMENSION, 10)
    to_limit = gradient_flow(problem, SIGMA, theta, until=1e-8)

    def ours_from(**end: float) -> FlowPath:
        fresh = Problem(problem.covariance, problem.context_length)
        return gradient_flow(fresh, SIGMA, theta, **end)

    runs = (
        ("t = 20, not stiff", 20.0, lambda: ours_from(t_end=20.0, tolerance=1e-4)),
        ("to distance 1e-8", float(to_limit.t[-1]), lambda: ours_from(until=1e-8, tolerance=1e-8)),
    )
    print(f"d = {DIMENSION}, condition 10, {DIMENSION**2 + 1} equations; others at rtol 1e-8\n")
    print(f"{'horizon':<20}{'method':<14}{'seconds':>10}{'ratio':>10}   largest relative error of u at 101 times")
    for name, t_end, run in runs:
        reference = gradient_flow(problem, SIGMA, theta, t_end=t_end, tolerance=1e-13)
        exact = reference.spectral(grid(t_end))[1]
        path = run()
        ours = median_time(run)
        times = np.minimum(grid(t_end), path.t[-1])
        error = np.max(np.abs(path.spectral(times)[1] / exact - 1))
        print(f"{name:<20}{'icl-theory':<14}{ours:>10.4f}{1:>10}   {error:.1e}")
        seconds, u = lsoda(problem, theta, t_end, limit)
        note = f"stopped after {limit:.0f} s" if u is None else f"{np.max(np.abs(u / exact - 1)):.1e}"
        print(f"{'':<20}{'LSODA':<14}{seconds:>10.4f}{seconds / ours:>10.0f}   {note}")
        results[f"LSODA, {name}"] = (ours, seconds)
        for label, other in (("diffrax", diffrax), ("torchdiffeq", torchdiffeq)):
            outcome = other(problem, theta, t_end)
            if outcome is None:
                print(f"{'':<20}{label:<14}not installed, skipped")
                continue
            error = abs(outcome[1] / exact[-1] - 1)
            ratio = outcome[0] / ours
            print(f"{'':<20}{label:<14}{outcome[0]:>10.4f}{ratio:>10.0f}   {error:.1e} at the end")
            results[f"{label}, {name}"] = (ours, outcome[0])
    return results


def scaling() -> tuple[list[float], float]:
    """Print and return the seconds for each dimension, and the exponent fitted to them."""
    print("\ncondition 1000, dense Theta, default tolerance 1e-12, to 1e-8 of the limit; the last matrix U is built\n")
    print(f"{'d':>6}{'seconds':>12}")
    seconds = []
    for d in DIMENSIONS:
        problem, theta = instance(d, 1000)
        # The eigenbasis belongs to the problem; it is O(d^3), once.
        until = 1e-8 * float(np.linalg.norm(1 / problem.gamma))

        def run(problem: Problem = problem, theta: FloatArray = theta, until: float = until) -> object:
            path = gradient_flow(problem, SIGMA, theta, until=until)
            return path(path.t[-1])

        run()
        seconds.append(median_time(run, 3))
        print(f"{d:>6}{seconds[-1]:>12.4f}")
    exponent = float(np.polyfit(np.log(DIMENSIONS), np.log(seconds), 1)[0])
    last = float(np.log(seconds[-1] / seconds[-3]) / np.log(DIMENSIONS[-1] / DIMENSIONS[-3]))
    print(f"\nfitted exponent {exponent:.2f}; between d = {DIMENSIONS[-3]} and {DIMENSIONS[-1]}: {last:.2f}")
    return seconds, exponent


def plot(path: Path, results: dict[str, tuple[float, float]], seconds: list[float], exponent: float) -> None:
    """Write both measurements as one picture."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.2), layout="constrained")
    labels = list(results)
    ratios = [theirs / ours for ours, theirs in results.values()]
    bars = left.barh([label.replace(", ", "\n", 1) for label in labels], ratios, color="#4477aa", height=0.5)
    left.bar_label(bars, labels=[f"{ratio:,.0f}×" for ratio in ratios], padding=4)
    left.axvline(20, color="0.4", linestyle="--", linewidth=1)
    left.set(xscale="log", xlim=(1, 10 * max(ratios)), xlabel="time divided by that of icl-theory")
    left.set_title(f"Other integrators at d = {DIMENSION} (dashed: 20×)")
    left.invert_yaxis()
    right.loglog(DIMENSIONS, seconds, "o-", color="#4477aa", label=f"measured, exponent {exponent:.2f}")
    guide = seconds[0] * (np.array(DIMENSIONS) / DIMENSIONS[0]) ** 2.2
    right.loglog(DIMENSIONS, guide, "--", color="0.4", linewidth=1, label="exponent 2.2")
    right.set(xlabel="dimension d", ylabel="seconds", xticks=DIMENSIONS, xticklabels=[str(d) for d in DIMENSIONS])
    right.minorticks_off()
    right.set_title("One flow to 1e-8 of its limit")
    right.legend()
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
    figure.savefig(path, dpi=150)
    print(f"wrote {path}")


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", type=Path, help="write a PNG here")
    parser.add_argument("--limit", type=float, default=60.0, help="seconds after which LSODA is stopped (default 60)")
    options = parser.parse_args()
    results = compare(options.limit)
    seconds, exponent = scaling()
    if options.plot is not None:
        plot(options.plot, results, seconds, exponent)


if __name__ == "__main__":
    main()
