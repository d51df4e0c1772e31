from __future__ import annotations

import importlib
import itertools
import math
import multiprocessing
import os
import pickle
import signal
import tracemalloc
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss
from numpy.polynomial.legendre import leggauss

from numerics.attention import AttentionWeights, attention_output
from numerics.executor import DaskExecutor, Executor, ProcessExecutor, SerialExecutor
from numerics.monte_carlo import ErrorEstimate, simulate_error, simulate_loss
from numerics.problem import Problem
from numerics.prompts import (
    FixedTask,
    FunctionLabels,
    FunctionQuery,
    GaussianQuery,
    GaussianTask,
    HeteroscedasticLabels,
    LabelLaw,
    LinearLabels,
    QuadraticLabels,
    ReluLabels,
    Shift,
    SignLabels,
)
from numerics.sequential import Moments, SequentialTest

EXACT = 1e-8  # between two exact numbers; the quadrature cuts the normal law at 12 standard deviations
STANDARD_ERRORS = 5.0  # two-sided normal tail 6e-7 a comparison; seeds are fixed

COVARIANCE = np.array([[2.0, 0.6, 0.1], [0.6, 0.7, -0.2], [0.1, -0.2, 0.4]])
CONTEXT = np.array([[0.5, 0.1, 0.0], [0.1, 1.0, 0.3], [0.0, 0.3, 1.5]])
QUERY = np.array([[1.0, -0.4, 0.2], [-0.4, 2.0, 0.0], [0.2, 0.0, 0.3]])
PSI = np.array([[1.5, 0.5, 0.0], [0.5, 0.8, 0.1], [0.0, 0.1, 0.2]])
W = np.array([1.0, -2.0, 0.5])
A = np.array([[0.6, 0.2, -0.1], [-0.3, 0.9, 0.4], [0.0, 0.5, 0.7]])
B = np.array([[0.5, 1.0, 0.0], [-0.2, 0.3, 0.1], [0.2, 0.0, -0.4]])


def assert_agrees(estimate: ErrorEstimate, expected: float) -> None:
    """The estimate, and the value from the theory where there is one, both agree with the independent number."""
    if estimate.exact is not None:
        assert math.isclose(estimate.exact, expected, rel_tol=EXACT), (estimate.exact, expected)
    assert estimate.standard_error < 0.05 * abs(expected)
    deviation = (estimate.mean - expected) / estimate.standard_error
    assert abs(deviation) <= STANDARD_ERRORS, (deviation, estimate.mean, expected)


def assert_same_mean(first: ErrorEstimate, second: ErrorEstimate) -> None:
    """Two independent estimates agree within their joint standard error."""
    error = math.hypot(first.standard_error, second.standard_error)
    assert error < 0.05 * first.mean
    assert abs(first.mean - second.mean) <= STANDARD_ERRORS * error, (first, second)


def quadrature(covariance: np.ndarray, w: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return points x, weights of N(0, covariance), exact for polynomials on either side of the plane <w, x> = 0."""
    d = w.size
    half, half_weights = leggauss(80)
    positive = 6 * (half + 1)
    density = 6 * half_weights * np.exp(-(positive**2) / 2) / math.sqrt(2 * math.pi)
    axes = [(np.concatenate((-positive, positive)), np.concatenate((density, density)))]
    nodes, weights = hermegauss(6)
    axes += [(nodes, weights / weights.sum())] * (d - 1)
    z = np.stack([grid.ravel() for grid in np.meshgrid(*(axis for axis, _ in axes), indexing="ij")], axis=1)
    mass = np.prod([grid.ravel() for grid in np.meshgrid(*(each for _, each in axes), indexing="ij")], axis=0)
    factor = np.linalg.cholesky(covariance)
    rotation = np.linalg.qr(np.column_stack([factor.T @ w, np.eye(d)[:, : d - 1] + 0.1]))[0]
    return z @ rotation.T @ factor.T, mass


def error_by_quadrature(
    mean: Callable[[np.ndarray], np.ndarray],
    variance: Callable[[np.ndarray], np.ndarray],
    predictor: np.ndarray,
    context: np.ndarray,
    query: np.ndarray,
    M: int,
) -> float:
    """Return E(x_q^T A h - y_q)^2, h = (1/M) sum y_i x_i, from the first two moments of yx by numerical integration.

    It shares nothing with the sampler, the attention layer or the closed forms of the theory.
    """
    x, mass = quadrature(context, W)
    signal = mean(x)
    first = np.einsum("n,n,ni->i", mass, signal, x)
    second = np.einsum("n,n,ni,nj->ij", mass, signal**2 + variance(x), x, x)
    h_second = np.outer(first, first) + (second - np.outer(first, first)) / M
    x, mass = quadrature(query, W)
    signal = mean(x)
    cross = np.einsum("n,n,ni->i", mass, signal, x)
    prediction_square = np.trace(predictor.T @ query @ predictor @ h_second)
    return float(prediction_square - 2 * cross @ predictor @ first + mass @ (signal**2 + variance(x)))


def constant(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return the function of x that is constant."""
    return lambda x: np.full(x.shape[0], value)


def cubic_labels(x: np.ndarray, w: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """y = <w, x>^3 / 4 plus a fair sign: neither a built-in law nor Gaussian noise."""
    return np.einsum("bmi,bi->bm", x, w) ** 3 / 4 + rng.choice([-1.0, 1.0], x.shape[:2])


LABELS: dict[str, tuple[LabelLaw, Callable[[np.ndarray], np.ndarray], Callable[[np.ndarray], np.ndarray]]] = {
    "linear": (LinearLabels(), lambda x: x @ W, constant(0.0)),
    "noisy linear": (LinearLabels(0.7), lambda x: x @ W, constant(0.7)),
    "quadratic": (
        QuadraticLabels(B, -0.4, 0.2),
        lambda x: x @ W + np.einsum("ni,ij,nj->n", x, B, x) - 0.4,
        constant(0.2),
    ),
    "relu": (ReluLabels(0.1), lambda x: np.maximum(x @ W, 0), constant(0.1)),
    "sign": (SignLabels(), lambda x: np.sign(x @ W), constant(0.0)),
    "heteroscedastic": (
        HeteroscedasticLabels(PSI, 0.3),
        lambda x: x @ W,
        lambda x: 0.3 + np.einsum("ni,ij,nj->n", x, PSI, x),
    ),
    "function": (FunctionLabels(cubic_labels), lambda x: (x @ W) ** 3 / 4, constant(1.0)),
}


@pytest.mark.parametrize("name", LABELS)
@pytest.mark.parametrize("M", [1, 8])
def test_raw_error_of_each_label_law(name: str, M: int) -> None:
    """Real prompts through the real layer give the integral, at the limit weights and without any shift."""
    labels, mean, variance = LABELS[name]
    problem = Problem(COVARIANCE, 6)
    estimate = simulate_error(
        problem, prompt_length=M, labels=labels, shift=Shift(FixedTask(W)), prompts=150_000, seed=M
    )
    Gamma = (1 + 1 / 6) * COVARIANCE + np.trace(COVARIANCE) / 6 * np.eye(3)
    expected = error_by_quadrature(mean, variance, np.linalg.inv(Gamma), COVARIANCE, COVARIANCE, M)
    assert_agrees(estimate, expected)


@pytest.mark.parametrize("name", ["noisy linear", "quadratic", "sign"])
def test_raw_error_under_joint_shift(name: str) -> None:
    """Another covariance for context and query, and an asymmetric predictor matrix."""
    labels, mean, variance = LABELS[name]
    estimate = simulate_error(
        Problem(COVARIANCE, 6),
        prompt_length=5,
        labels=labels,
        shift=Shift(FixedTask(W), CONTEXT, GaussianQuery(QUERY)),
        weights=A,
        prompts=100_000,
    )
    assert_agrees(estimate, error_by_quadrature(mean, variance, A, CONTEXT, QUERY, 5))


def joint_shift_error(w: np.ndarray, noise: float, M: int) -> float:
    """Statement B9 of the mathematics, for the predictor matrix A and the covariances above."""
    square = float(w @ CONTEXT @ w)
    spread = square * CONTEXT + CONTEXT @ np.outer(w, w) @ CONTEXT + noise * CONTEXT
    bias = (A @ CONTEXT - np.eye(3)) @ w
    return float(np.trace(A.T @ QUERY @ A @ spread) / M + bias @ QUERY @ bias)


@pytest.mark.parametrize("M", [1, 2, 3, 11])
@pytest.mark.parametrize("noise", [0.0, 0.5])
def test_joint_shift_by_both_methods(M: int, noise: float) -> None:
    """Raw and Wishart agree with B9 for a fixed and for a random task, for M below and above d."""
    problem = Problem(COVARIANCE, 6)
    for task, expected in [
        (FixedTask(W), joint_shift_error(W, noise, M)),
        (
            GaussianTask(PSI),
            sum(joint_shift_error(column, noise / 3, M) for column in np.linalg.cholesky(PSI).T),
        ),
    ]:
        for method, prompts in (("raw", 80_000), ("wishart", 40_000)):
            estimate = simulate_error(
                problem,
                prompt_length=M,
                labels=LinearLabels(noise),
                shift=Shift(task, CONTEXT, GaussianQuery(QUERY)),
                weights=A,
                target="linear",
                prompts=prompts,
                method=method,  # type: ignore[arg-type]
                seed=M,
            )
            assert_agrees(estimate, expected)


def test_label_target_adds_the_noise_of_the_query() -> None:
    """Comparing with y_q instead of <w, x_q> costs exactly the noise variance."""
    arguments = {"prompt_length": 4, "labels": LinearLabels(0.5), "method": "wishart", "prompts": 1000}
    problem = Problem(COVARIANCE, 6)
    label = simulate_error(problem, target="label", **arguments)  # type: ignore[arg-type]
    linear = simulate_error(problem, target="linear", **arguments)  # type: ignore[arg-type]
    assert math.isclose(label.mean, linear.mean + 0.5, rel_tol=1e-12)
    raw = simulate_error(problem, prompt_length=4, labels=LinearLabels(0.5), prompts=100_000)
    assert_same_mean(raw, simulate_error(problem, target="label", **{**arguments, "prompts": 50_000}))  # type: ignore[arg-type]


def full_loss_by_quadrature(
    problem: Problem, weights: AttentionWeights, noise: float, task_factor: np.ndarray
) -> float:
    """Return (1/2) E(prediction - <w, x_q>)^2 with every block: Gauss-Hermite over all variables, the whole layer."""
    d, N = problem.dimension, problem.context_length
    nodes, mass = hermegauss(5)  # exact to degree 9; the query enters the square with degree 6, all else with 4
    mass = mass / mass.sum()
    count = d + d * (N + 1) + (N if noise else 0)
    index = np.indices((5,) * count).reshape(count, -1)
    z, total = nodes[index].T, np.prod(mass[index], axis=0)
    w = z[:, :d] @ task_factor.T
    x = z[:, d : d + d * (N + 1)].reshape(-1, N + 1, d) @ np.linalg.cholesky(problem.covariance).T
    E = np.zeros((z.shape[0], d + 1, N + 1))
    E[:, :d] = x.swapaxes(1, 2)
    E[:, d, :N] = np.einsum("bmi,bi->bm", x[:, :N], w)
    if noise:
        E[:, d, :N] += math.sqrt(noise) * z[:, d + d * (N + 1) :]
    prediction = attention_output(E, weights, N)[:, d, N]
    return float(total @ (prediction - np.einsum("bi,bi->b", w, x[:, N])) ** 2 / 2)


@pytest.mark.parametrize(("d", "N", "noise"), [(1, 1, 0.0), (1, 2, 0.6), (1, 4, 0.0), (2, 1, 0.0), (2, 1, 0.3)])
def test_population_loss_at_arbitrary_weights(d: int, N: int, noise: float) -> None:
    """Both methods give the integral with full weight matrices, label noise and a task covariance, for N < d too."""
    rng = np.random.default_rng(10 * d + N)
    problem = Problem(COVARIANCE[:d, :d], N)
    weights = AttentionWeights(0.4 * rng.normal(size=(d + 1, d + 1)), 0.4 * rng.normal(size=(d + 1, d + 1)))
    task_covariance = PSI[:d, :d]
    expected = full_loss_by_quadrature(problem, weights, noise, np.linalg.cholesky(task_covariance))
    for method in ("raw", "wishart"):
        estimate = simulate_loss(
            problem,
            weights=weights,
            noise_variance=noise,
            task_covariance=task_covariance,
            prompts=400_000,
            method=method,  # type: ignore[arg-type]
            seed=5,
        )
        assert_agrees(estimate, expected)


@pytest.mark.parametrize(("d", "N"), [(3, 2), (3, 7)])
def test_full_weights_by_both_methods(d: int, N: int) -> None:
    """Beyond the reach of quadrature the two methods check each other, with all four blocks nonzero."""
    rng = np.random.default_rng(N)
    problem = Problem(COVARIANCE, N)
    weights = AttentionWeights(0.3 * rng.normal(size=(d + 1, d + 1)), 0.3 * rng.normal(size=(d + 1, d + 1)))
    both = [
        simulate_loss(problem, weights=weights, noise_variance=0.4, task_covariance=PSI, prompts=300_000, method=method)
        for method in ("raw", "wishart")
    ]
    assert_same_mean(*both)


def test_noise_outside_the_span_of_the_context_counts() -> None:
    """With u u21 large the sum of squared labels dominates, M - d of whose noise directions no covariate sees."""
    problem = Problem([[0.5]], 3)
    weights = AttentionWeights.from_blocks([[0.2]], u21=[0.8], u12=[0.1], u=1.0)
    expected = full_loss_by_quadrature(problem, weights, 2.0, np.eye(1))
    for method in ("raw", "wishart"):
        estimate = simulate_loss(problem, weights=weights, noise_variance=2.0, prompts=200_000, method=method)  # type: ignore[arg-type]
        assert_agrees(estimate, expected)


def test_full_weights_and_fixed_task_by_both_methods() -> None:
    """The same under a joint shift with a fixed task, where no formula exists, for M below and above d."""
    rng = np.random.default_rng(1)
    weights = AttentionWeights(0.3 * rng.normal(size=(4, 4)), 0.3 * rng.normal(size=(4, 4)))
    for M in (2, 6):
        both = [
            simulate_error(
                Problem(COVARIANCE, 6),
                prompt_length=M,
                labels=LinearLabels(0.5),
                shift=Shift(FixedTask(W), CONTEXT, GaussianQuery(QUERY)),
                weights=weights,
                prompts=200_000,
                method=method,  # type: ignore[arg-type]
            )
            for method in ("raw", "wishart")
        ]
        assert_same_mean(*both)


def test_loss_at_the_limit_is_the_stated_minimum() -> None:
    """min L = tr(Lambda)/2 - tr(Lambda^2 Gamma^{-1})/2 (Corollary A.2), tested at level 1e-6 by the e-process."""
    problem = Problem(COVARIANCE, 6)
    Gamma = (1 + 1 / 6) * COVARIANCE + np.trace(COVARIANCE) / 6 * np.eye(3)
    minimum = (np.trace(COVARIANCE) - np.trace(COVARIANCE @ COVARIANCE @ np.linalg.inv(Gamma))) / 2
    estimate = simulate_loss(problem, method="wishart", prompts=200_000)
    variance = 1.1 * estimate.standard_error**2 * estimate.prompts
    test = SequentialTest(variance_bound=variance, alpha=1e-6, planned=200_000)
    assert not test.rejects(estimate.moments, minimum)
    assert test.rejects(estimate.moments, 1.02 * minimum)
    assert test.interval(estimate.moments).half_width < 0.02 * minimum


def test_ways_to_give_weights_agree() -> None:
    """None, a matrix A, (U, u), (W_PV, W_KQ) and AttentionWeights of the same layer give the same draws."""
    problem = Problem(COVARIANCE, 6)
    limit = AttentionWeights.limit(problem)
    scale = limit.W_PV[3, 3]
    for weights in (
        problem.Gamma_inverse,
        (limit.W_KQ[:3, :3], scale),
        (limit.W_PV, limit.W_KQ),
        limit,
    ):
        for method in ("raw", "wishart"):
            given = simulate_error(problem, prompt_length=4, weights=weights, prompts=2000, method=method)  # type: ignore[arg-type]
            default = simulate_error(problem, prompt_length=4, prompts=2000, method=method)  # type: ignore[arg-type]
            assert math.isclose(given.mean, default.mean, rel_tol=1e-12)


EXECUTORS: list[Executor] = [SerialExecutor(), ProcessExecutor(1), ProcessExecutor(3)]


def several_blocks(method: str, executor: Executor | None, **options: object) -> ErrorEstimate:
    """Make a run of several blocks, the last one not full."""
    return simulate_error(
        Problem(COVARIANCE, 6),
        prompt_length=30,
        labels=LinearLabels(0.1),
        prompts=300_001,
        method=method,  # type: ignore[arg-type]
        seed=8,
        executor=executor,
        **options,  # type: ignore[arg-type]
    )


@pytest.mark.parametrize("method", ["raw", "wishart"])
def test_same_bits_from_every_executor(method: str) -> None:
    """Serial and any number of processes give equal moments; another seed or a method's own stream do not."""
    results = [several_blocks(method, executor).moments for executor in EXECUTORS]
    assert results[0].count == 300_001
    assert results.count(results[0]) == len(results)


def test_same_bits_on_a_dask_cluster() -> None:
    """A real local cluster of two worker processes gives the serial result; so it does when a worker is killed."""
    distributed = pytest.importorskip("distributed")
    expected = several_blocks("raw", None).moments
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, scheduler_port=0
    ) as cluster:
        executor = DaskExecutor(cluster.scheduler_address)
        assert several_blocks("raw", executor).moments == expected
        victim = next(iter(cluster.workers.values())).pid
        killed = []

        def kill_once(done: int, total: int) -> None:
            if not killed:
                os.kill(victim, signal.SIGKILL)
                killed.append(victim)

        assert several_blocks("raw", executor, progress=kill_once).moments == expected
        assert killed


def test_same_bits_when_a_worker_is_killed() -> None:
    """kill -9 of a worker process in the middle of a run changes nothing."""
    killed = []

    def kill_once(done: int, total: int) -> None:
        if not killed:
            killed.append(multiprocessing.active_children()[0].pid)
            os.kill(killed[0], signal.SIGKILL)

    result = several_blocks("raw", ProcessExecutor(2), progress=kill_once)
    assert killed
    assert result.moments == several_blocks("raw", None).moments


@pytest.mark.parametrize("method", ["raw", "wishart"])
def test_every_block_has_draws_of_its_own(method: str) -> None:
    """No block repeats another: the increments of the moments from block to block are all different."""
    totals = [Fraction(0)]
    several_blocks(method, None, stop=lambda moments: bool(totals.append(moments.total)))  # type: ignore[func-returns-value]
    increments = [after - before for before, after in itertools.pairwise(totals)]
    assert len(set(increments)) == len(increments) > 4


def test_seeds_and_methods_have_streams_of_their_own() -> None:
    """Integer seeds, spawned SeedSequences and the two methods are all different; equal ones are equal."""
    problem = Problem([[1.0]], 3)

    def mean(seed: object, method: str = "raw") -> float:
        return simulate_error(problem, prompt_length=1, prompts=50, seed=seed, method=method).mean  # type: ignore[arg-type]

    children = np.random.SeedSequence(1).spawn(2)
    values = [mean(1), mean(2), mean(children[0]), mean(children[1]), mean(1, "wishart")]
    assert len(set(values)) == 5
    assert mean(np.random.SeedSequence(1)) == mean(1) == values[0]
    assert mean(np.random.SeedSequence(1).spawn(1)[0]) == values[2]


def test_progress_and_early_stop_follow_the_blocks() -> None:
    """Progress counts prompts up to the total; stop sees the moments in block order and ends the run."""
    seen: list[tuple[int, int]] = []
    full = several_blocks("raw", None, progress=lambda done, total: seen.append((done, total)))
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[-1] == (300_001, 300_001)
    assert full.prompts == 300_001
    looks: list[Moments] = []

    def stop(moments: Moments) -> bool:
        looks.append(moments)
        return len(looks) == 2

    stopped = several_blocks("raw", ProcessExecutor(2), stop=stop)
    assert stopped.moments == looks[1]
    assert stopped.prompts == seen[1][0]


def test_stopped_run_stays_stopped_when_resumed(tmp_path: Path) -> None:
    """A resumed run asks stop before it draws anything; without stop it goes on to the full result."""
    stopped = several_blocks("raw", None, checkpoint=tmp_path, stop=lambda moments: moments.count > 100_000)
    again = several_blocks("raw", None, checkpoint=tmp_path, stop=lambda moments: moments.count > 100_000)
    assert again.moments == stopped.moments
    assert stopped.prompts < 300_001
    assert several_blocks("raw", None, checkpoint=tmp_path).moments == several_blocks("raw", None).moments


def test_memory_does_not_grow_with_prompts() -> None:
    """A run of 10^8 prompts, looked at after a few blocks, holds one block and a state of three numbers."""
    arguments = {"prompt_length": 499, "prompts": 10**8}
    sizes, peaks = [], []
    for blocks in (2, 12):
        seen: list[int] = []
        tracemalloc.start()
        estimate = simulate_error(
            Problem(COVARIANCE, 6),
            stop=lambda moments, seen=seen, blocks=blocks: seen.append(moments.count) or len(seen) == blocks,  # type: ignore[misc]
            **arguments,  # type: ignore[arg-type]
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        sizes.append(len(pickle.dumps(estimate.moments)))
    assert sizes[1] < sizes[0] + 50 < 1000
    assert peaks[1] < 1.2 * peaks[0] < 8e6


def test_user_labels_run_in_other_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A function of an importable module is sent to workers by name and gives the serial bits."""
    (tmp_path / "my_labels.py").write_text(
        "def cube(x, w, rng):\n    return x[:, :, 0] ** 3 + rng.random(x.shape[:2])\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    labels = FunctionLabels(importlib.import_module("my_labels").cube)
    serial, parallel = (
        simulate_error(Problem(COVARIANCE, 6), prompt_length=3, labels=labels, prompts=100, executor=executor).moments
        for executor in (SerialExecutor(), ProcessExecutor(1))
    )
    assert serial == parallel
    assert serial.count == 100


@pytest.mark.parametrize(
    ("changes", "has_formula"),
    [
        ({}, True),
        ({"weights": A}, True),
        ({"target": "linear", "labels": LinearLabels(0.2)}, True),
        ({"shift": Shift(FixedTask(W), CONTEXT, GaussianQuery(QUERY)), "weights": A}, True),
        ({"labels": ReluLabels(0.2), "shift": Shift(FixedTask(W))}, True),
        ({"labels": ReluLabels(0.2), "shift": Shift(FixedTask(0 * W))}, True),
        ({"labels": SignLabels(0.2), "shift": Shift(FixedTask(W)), "weights": A}, False),
        ({"labels": ReluLabels(), "shift": Shift(FixedTask(W)), "target": "linear"}, False),
        ({"labels": ReluLabels(), "shift": Shift(FixedTask(W), CONTEXT)}, False),
        ({"labels": ReluLabels()}, False),
        ({"labels": HeteroscedasticLabels(PSI), "shift": Shift(FixedTask(W))}, False),
        ({"labels": FunctionLabels(cubic_labels), "shift": Shift(FixedTask(W))}, False),
        ({"shift": Shift(query=FunctionQuery(lambda context, rng: context[:, 0]))}, False),
        ({"weights": (np.ones((4, 4)), np.ones((4, 4)))}, True),
        ({"weights": (np.ones((4, 4)), np.ones((4, 4))), "shift": Shift(FixedTask(W))}, False),
    ],
)
def test_exact_value_where_the_theory_has_one(changes: dict[str, object], has_formula: bool) -> None:
    """exact is a number that the draws agree with, or None; never a formula stretched beyond its assumptions."""
    arguments: dict[str, object] = {"prompt_length": 4, "prompts": 60_000, **changes}
    estimate = simulate_error(Problem(COVARIANCE, 6), **arguments)  # type: ignore[arg-type]
    assert (estimate.exact is not None) == has_formula
    if estimate.exact is not None:
        assert abs(estimate.mean - estimate.exact) <= STANDARD_ERRORS * estimate.standard_error


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"method": "exact"}, ValueError, "method must be 'raw' or 'wishart', got 'exact'"),
        ({"target": "y"}, ValueError, "target must be 'label' or 'linear', got 'y'"),
        ({"prompts": 0}, ValueError, "prompts must be at least 1, got 0"),
        ({"prompts": 1e5}, TypeError, "prompts must be an integer"),
        ({"prompt_length": 0}, ValueError, "prompt_length must be at least 1"),
        ({"seed": -1}, ValueError, "seed must be an integer of at least 0"),
        ({"seed": 0.5}, ValueError, "seed must be an integer of at least 0"),
        ({"weights": np.eye(2)}, ValueError, "weights are for covariates of dimension 2, the problem's have 3"),
        ({"weights": "limit"}, TypeError, "A must be an array of real numbers"),
        ({"method": "wishart", "labels": ReluLabels()}, ValueError, "got ReluLabels: .* use method 'raw'"),
        ({"method": "wishart", "labels": FunctionLabels(cubic_labels)}, ValueError, "got FunctionLabels"),
        ({"method": "wishart", "shift": Shift(query=FunctionQuery(max))}, ValueError, "use GaussianQuery or method"),
    ],
)
def test_bad_arguments_are_named(changes: dict[str, object], error: type[Exception], message: str) -> None:
    """Errors name the argument, the value, and what would be right."""
    arguments: dict[str, object] = {"prompt_length": 3, "prompts": 10, **changes}
    with pytest.raises(error, match=message):
        simulate_error(Problem(COVARIANCE, 6), **arguments)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="noise_variance must not be negative"):
        simulate_loss(Problem(COVARIANCE, 6), noise_variance=-1.0)
