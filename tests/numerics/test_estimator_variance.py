"""The exact variance of one draw, against quadrature over every variable and against samples."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.polynomial.hermite_e import hermegauss

from numerics import (
    AttentionWeights,
    FixedTask,
    FunctionQuery,
    GaussianQuery,
    GaussianTask,
    HeteroscedasticLabels,
    LinearLabels,
    Problem,
    QuadraticLabels,
    ReluLabels,
    Shift,
    attention_output,
    error_variance,
    simulate_error,
    simulate_loss,
)
from numerics.prompts import LabelLaw

EXACT = 1e-10  # both sides are sums of a few thousand terms in double precision
COVARIANCE = np.array([[2.0, 0.6, 0.1], [0.6, 0.7, -0.2], [0.1, -0.2, 0.4]])
CONTEXT = np.array([[0.5, 0.1, 0.0], [0.1, 1.0, 0.3], [0.0, 0.3, 1.5]])
QUERY = np.array([[1.0, -0.4, 0.2], [-0.4, 2.0, 0.0], [0.2, 0.0, 0.3]])
PSI = np.array([[1.5, 0.5, 0.0], [0.5, 0.8, 0.1], [0.0, 0.1, 0.2]])
W = np.array([1.0, -2.0, 0.5])
A = np.array([[0.6, 0.2, -0.1], [-0.3, 0.9, 0.4], [0.0, 0.5, 0.7]])
B = np.array([[0.5, 1.0, 0.0], [-0.2, 0.3, 0.1], [0.2, 0.0, -0.4]])


def variance_by_quadrature(
    d: int, M: int, labels: LabelLaw, shift: Shift, weights: AttentionWeights, target: str, nodes: int
) -> float:
    """Return Var((prediction - target)^2) by Gauss-Hermite over tasks, covariates, query and noise, the whole layer.

    It shares nothing with the sampler or the engine; n nodes are exact to degree 2n - 1 in every variable.
    """
    noise = labels.noise_variance  # type: ignore[union-attr]
    points, mass = hermegauss(nodes)
    mass = mass / mass.sum()
    random_task = isinstance(shift.task, GaussianTask)
    count = d * random_task + d * (M + 1) + ((M + 1) if noise else 0)
    index = np.indices((nodes,) * count).reshape(count, -1)
    z, total = points[index].T, np.prod(mass[index], axis=0)
    if isinstance(shift.task, FixedTask):
        w = np.tile(shift.task.w, (z.shape[0], 1))
    else:
        psi = np.eye(d) if shift.task.covariance is None else shift.task.covariance
        w, z = z[:, :d] @ np.linalg.cholesky(psi).T, z[:, d:]
    context = COVARIANCE[:d, :d] if shift.context_covariance is None else shift.context_covariance
    query = shift.query.covariance if isinstance(shift.query, GaussianQuery) else context
    x = z[:, : d * (M + 1)].reshape(-1, M + 1, d)
    factors = [np.linalg.cholesky(context)] * M + [np.linalg.cholesky(query)]
    x = np.stack([x[:, i] @ factor.T for i, factor in enumerate(factors)], axis=1)
    linear = np.einsum("bmi,bi->bm", x, w)
    y = linear.copy()
    if isinstance(labels, QuadraticLabels):
        y += np.einsum("bmi,ij,bmj->bm", x, labels.B, x) + labels.c
    if noise:
        y += math.sqrt(noise) * z[:, d * (M + 1) :]
    E = np.zeros((x.shape[0], d + 1, M + 1))
    E[:, :d] = x.swapaxes(1, 2)
    E[:, d, :M] = y[:, :M]
    square = (attention_output(E, weights, M)[:, d, M] - (y if target == "label" else linear)[:, M]) ** 2
    return float(total @ square**2 - (total @ square) ** 2)


# name: d, M, labels, shift, whether all blocks of the weights are nonzero, target, quadrature nodes
CASES = {
    "random task": (1, 2, LinearLabels(), Shift(), False, "label", 5),
    "noise counts twice": (1, 1, LinearLabels(0.7), Shift(), False, "label", 5),
    "noise, linear target": (1, 2, LinearLabels(0.7), Shift(), False, "linear", 5),
    "fixed task, joint shift": (
        2,
        1,
        LinearLabels(0.3),
        Shift(FixedTask(W[:2]), CONTEXT[:2, :2], GaussianQuery(QUERY[:2, :2])),
        False,
        "label",
        5,
    ),
    "task covariance, query shift": (
        2,
        1,
        LinearLabels(),
        Shift(GaussianTask(PSI[:2, :2]), None, GaussianQuery(QUERY[:2, :2])),
        False,
        "label",
        5,
    ),
    "quadratic": (1, 2, QuadraticLabels(B[:1, :1], -0.4, 0.2), Shift(FixedTask(W[:1])), False, "label", 7),
    "quadratic, linear target": (1, 2, QuadraticLabels(B[:1, :1], -0.4), Shift(), False, "linear", 7),
    "quadratic, d = 2, shift": (
        2,
        1,
        QuadraticLabels(B[:2, :2], 0.3),
        Shift(FixedTask(W[:2]), CONTEXT[:2, :2]),
        False,
        "label",
        7,
    ),
    "every block of the weights": (1, 2, LinearLabels(), Shift(), True, "linear", 8),
    "every block, noisy query": (1, 1, LinearLabels(0.4), Shift(GaussianTask(PSI[:1, :1])), True, "label", 8),
}


@pytest.mark.parametrize("name", CASES)
def test_variance_of_the_raw_draw(name: str) -> None:
    """The derived variance is the integral over all variables, exactly up to rounding."""
    d, M, labels, shift, full, target, nodes = CASES[name]
    rng = np.random.default_rng(d + M)
    if full:
        weights = AttentionWeights(0.4 * rng.normal(size=(d + 1, d + 1)), 0.4 * rng.normal(size=(d + 1, d + 1)))
    else:
        weights = AttentionWeights.from_predictor(A[:d, :d])
    problem = Problem(COVARIANCE[:d, :d], 6)
    variance = error_variance(
        problem,
        prompt_length=M,
        labels=labels,
        shift=shift,
        weights=weights,
        target=target,  # type: ignore[arg-type]
    )
    assert variance == pytest.approx(variance_by_quadrature(d, M, labels, shift, weights, target, nodes), rel=EXACT)


@pytest.mark.parametrize("task", [FixedTask(W[:2]), GaussianTask(PSI[:2, :2])])
def test_variance_of_the_wishart_draw(task: FixedTask | GaussianTask) -> None:
    """The variance of the conditional error is its integral over the context's covariates."""
    d, M, noise = 2, 2, 0.3
    context, query, predictor = CONTEXT[:d, :d], QUERY[:d, :d], A[:d, :d]
    points, mass = hermegauss(5)
    mass = mass / mass.sum()
    index = np.indices((5,) * (d * M)).reshape(d * M, -1)
    x = points[index].T.reshape(-1, M, d) @ np.linalg.cholesky(context).T
    total = np.prod(mass[index], axis=0)
    S = np.einsum("bmi,bmj->bij", x, x) / M
    psi = np.outer(task.w, task.w) if isinstance(task, FixedTask) else task.covariance
    miss = predictor @ S - np.eye(d)
    errors = np.einsum("bij,jk,blk,li->b", miss, psi, miss, query)
    errors += noise / M * np.einsum("ij,bjk,lk,li->b", predictor, S, predictor, query)
    variance = error_variance(
        Problem(COVARIANCE[:d, :d], 6),
        prompt_length=M,
        labels=LinearLabels(noise),
        shift=Shift(task, context, GaussianQuery(query)),
        weights=predictor,
        method="wishart",
    )
    assert variance == pytest.approx(total @ errors**2 - (total @ errors) ** 2, rel=EXACT)


@pytest.mark.parametrize(
    ("arguments", "slack"),
    [
        ({"labels": LinearLabels(0.5)}, 0.1),
        ({"labels": QuadraticLabels(B, -0.4, 0.2), "shift": Shift(FixedTask(W))}, 0.15),
        ({"method": "wishart", "shift": Shift(GaussianTask(PSI), CONTEXT, GaussianQuery(QUERY))}, 0.05),
    ],
)
def test_standard_errors_agree_with_the_sample(arguments: dict[str, object], slack: float) -> None:
    """At d = 3 the estimated standard error is near the exact one; heavy tails leave it some per cent off."""
    estimate = simulate_error(Problem(COVARIANCE, 6), prompt_length=9, prompts=200_000, **arguments)  # type: ignore[arg-type]
    assert estimate.exact_standard_error == pytest.approx(estimate.standard_error, rel=slack)


def test_loss_has_a_quarter_of_the_variance() -> None:
    """The loss is half a squared error."""
    problem = Problem(COVARIANCE, 4)
    loss = simulate_loss(problem, prompts=10)
    error = simulate_error(problem, prompt_length=4, target="linear", prompts=10)
    assert loss.exact_variance is not None
    assert error.exact_variance is not None
    assert loss.exact_variance == pytest.approx(error.exact_variance / 4, rel=EXACT)


def first_covariate(context: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A query that repeats the context's first covariate."""
    return context[:, 0]


@pytest.mark.parametrize(
    "arguments",
    [
        {"labels": ReluLabels()},
        {"labels": HeteroscedasticLabels(PSI)},
        {"shift": Shift(query=FunctionQuery(first_covariate))},
        {"weights": (np.ones((4, 4)), np.ones((4, 4))), "shift": Shift(FixedTask(W))},
        {"weights": (np.ones((4, 4)), np.ones((4, 4))), "method": "wishart"},
    ],
)
def test_no_variance_where_there_is_no_formula(arguments: dict[str, object]) -> None:
    """Labels that are not polynomial, and weights outside the formulas, have None and no wrong number."""
    estimate = simulate_error(Problem(COVARIANCE, 6), prompt_length=2, prompts=10, **arguments)  # type: ignore[arg-type]
    assert estimate.exact_variance is None
    assert estimate.exact_standard_error is None
