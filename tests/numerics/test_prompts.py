from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

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
    PromptLaw,
    PromptSampler,
    QuadraticLabels,
    ReluLabels,
    Shift,
    SignLabels,
    draw_prompts,
)

COVARIANCE = np.array([[2.0, 0.6], [0.6, 0.7]])
PROBLEM = Problem(COVARIANCE, 5)
PROMPTS = 100_000
STANDARD_ERRORS = 5.0  # two-sided normal tail 6e-7 a comparison

B = np.array([[0.5, 1.0], [-0.2, 0.3]])
W = np.array([1.0, -2.0])


def assert_mean(draws: np.ndarray, expected: np.ndarray | float) -> None:
    """Compare the mean over the first axis with its expectation, in standard errors."""
    error = draws.std(axis=0, ddof=1) / np.sqrt(draws.shape[0])
    deviation = np.abs(draws.mean(axis=0) - expected)
    assert np.all(deviation <= STANDARD_ERRORS * error + 1e-12), (deviation / error, draws.mean(axis=0), expected)


def second_moments(x: np.ndarray) -> np.ndarray:
    """Return x x^T for each row."""
    return np.einsum("bi,bj->bij", x, x)


@pytest.mark.parametrize(
    ("labels", "mean"),
    [
        (LinearLabels(), lambda x: x @ W),
        (QuadraticLabels(B, 0.7), lambda x: x @ W + np.sum((x @ B) * x, axis=-1) + 0.7),
        (ReluLabels(), lambda x: np.where(x @ W > 0, x @ W, 0)),
        (SignLabels(), lambda x: np.where(x @ W > 0, 1.0, -1.0)),
        (FunctionLabels(lambda x, w, rng: np.sin(x[:, :, 0]) * w[:, :1]), lambda x: np.sin(x[..., 0]) * W[0]),
    ],
)
def test_noiseless_labels_are_their_law(labels: LabelLaw, mean: Callable[[np.ndarray], np.ndarray]) -> None:
    """Labels of context and query follow the law exactly, and E has the zero where the query's label would be."""
    prompts = draw_prompts(PromptLaw(PROBLEM, 4, labels, Shift(FixedTask(W))), 50, np.random.default_rng(0))
    E = prompts.embedding
    assert E.shape == (50, 3, 5)
    x = E[:, :2].swapaxes(1, 2)
    np.testing.assert_allclose(E[:, 2, :4], mean(x)[:, :4], rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(prompts.query_labels, mean(x)[:, 4], rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(E[:, 2, 4], 0.0)
    np.testing.assert_array_equal(prompts.tasks, np.broadcast_to(W, (50, 2)))


@pytest.mark.parametrize(
    ("law", "variance"),
    [
        (LinearLabels, lambda x: 0.3),
        (lambda noise: QuadraticLabels(B, 0.7, noise), lambda x: 0.3),
        (ReluLabels, lambda x: 0.3),
        (SignLabels, lambda x: 0.3),
        (lambda noise: HeteroscedasticLabels(B @ B.T, noise), lambda x: 0.3 + np.sum((x @ B) ** 2, axis=-1)),
    ],
)
def test_noise_has_its_variance_and_is_independent(law: Callable[[float], LabelLaw], variance: object) -> None:
    """Residuals have mean zero, the stated variance given x, and no correlation between points or with x."""
    labels = law(0.3)
    prompts = draw_prompts(PromptLaw(PROBLEM, 2, labels, Shift(FixedTask(W))), PROMPTS, np.random.default_rng(1))
    x = prompts.embedding[:, :2].swapaxes(1, 2)
    y = np.column_stack([prompts.embedding[:, 2, :2], prompts.query_labels])
    signal = {
        LinearLabels: x @ W,
        QuadraticLabels: x @ W + np.sum((x @ B) * x, axis=-1) + 0.7,
        ReluLabels: np.maximum(x @ W, 0),
        SignLabels: np.sign(x @ W),
        HeteroscedasticLabels: x @ W,
    }[type(labels)]
    standardised = (y - signal) / np.sqrt(variance(x))  # type: ignore[operator]
    assert_mean(standardised, 0.0)
    assert_mean(second_moments(standardised), np.eye(3))
    assert_mean(standardised * x[:, :, 0], 0.0)
    assert_mean(standardised**4, 3.0)


def test_random_tasks_and_covariates_have_their_covariances() -> None:
    """No shift: x ~ N(0, Lambda) for context and query, w ~ N(0, I), all independent."""
    prompts = draw_prompts(PromptLaw(PROBLEM, 2), PROMPTS, np.random.default_rng(2))
    together = np.concatenate(
        [prompts.embedding[:, :2, 0], prompts.embedding[:, :2, 1], prompts.embedding[:, :2, 2], prompts.tasks], axis=1
    )
    expected = np.zeros((8, 8))
    for k in range(3):
        expected[2 * k : 2 * k + 2, 2 * k : 2 * k + 2] = COVARIANCE
    expected[6:, 6:] = np.eye(2)
    assert_mean(second_moments(together), expected)


def test_joint_shift_changes_each_part_alone() -> None:
    """Context covariance, query covariance and task covariance are three different matrices."""
    context, query, task = np.diag([0.5, 3.0]), np.array([[1.0, -0.4], [-0.4, 2.0]]), COVARIANCE + np.eye(2)
    shift = Shift(GaussianTask(task), context, GaussianQuery(query))
    prompts = draw_prompts(PromptLaw(PROBLEM, 2, shift=shift), PROMPTS, np.random.default_rng(3))
    assert_mean(second_moments(prompts.embedding[:, :2, 1]), context)
    assert_mean(second_moments(prompts.embedding[:, :2, 2]), query)
    assert_mean(second_moments(prompts.tasks), task)
    assert_mean(np.einsum("bi,bj->bij", prompts.embedding[:, :2, 1], prompts.embedding[:, :2, 2]), 0.0)


def test_covariate_shift_moves_the_query_along() -> None:
    """context_covariance alone shifts the whole prompt, as the paper's covariate shift does."""
    context = np.diag([0.5, 3.0])
    prompts = draw_prompts(
        PromptLaw(PROBLEM, 1, shift=Shift(context_covariance=context)), PROMPTS, np.random.default_rng(4)
    )
    assert_mean(second_moments(prompts.embedding[:, :2, 1]), context)


def test_query_function_sees_its_own_context() -> None:
    """A query may be chosen from the context, here as its first example; its label follows the law of labels."""
    shift = Shift(FixedTask(W), query=FunctionQuery(lambda context, rng: 2 * context[:, 0]))
    prompts = draw_prompts(PromptLaw(PROBLEM, 3, shift=shift), 20, np.random.default_rng(5))
    np.testing.assert_array_equal(prompts.embedding[:, :2, 3], 2 * prompts.embedding[:, :2, 0])
    np.testing.assert_allclose(prompts.query_labels, 2 * prompts.embedding[:, 2, 0], rtol=1e-12)


def test_user_functions_cannot_change_the_prompt() -> None:
    """Covariates are handed out read-only."""

    def vandal(x: np.ndarray, w: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        x[:] = 0
        return x[:, :, 0]

    with pytest.raises(ValueError, match="read-only"):
        draw_prompts(PromptLaw(PROBLEM, 3, FunctionLabels(vandal)), 2, np.random.default_rng(0))


def test_sampler_reuses_buffers_without_mixing_batches() -> None:
    """Batches of changing sizes are what fresh samplers would draw from the same generator."""
    law = PromptLaw(PROBLEM, 3, LinearLabels(0.1))
    sampler, reused, fresh = PromptSampler(law), np.random.default_rng(6), np.random.default_rng(6)
    for size in (5, 5, 2, 5):
        expected = draw_prompts(law, size, fresh)
        actual = sampler.draw(size, reused)
        np.testing.assert_array_equal(actual.embedding, expected.embedding)
        np.testing.assert_array_equal(actual.query_labels, expected.query_labels)


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: LinearLabels(-1.0), ValueError, "noise_variance must not be negative, got -1.0"),
        (lambda: QuadraticLabels(np.ones((2, 3))), ValueError, "B must be a square d x d matrix"),
        (lambda: HeteroscedasticLabels(np.diag([1.0, -1.0])), ValueError, "positive semidefinite"),
        (lambda: HeteroscedasticLabels(np.array([[1.0, 2.0], [0.0, 1.0]])), ValueError, "symmetric"),
        (lambda: FunctionLabels(3), TypeError, "function must be callable"),
        (lambda: FunctionQuery(3), TypeError, "function must be callable"),
        (lambda: FixedTask([[1.0]]), ValueError, "w must have shape any"),
        (lambda: GaussianTask(np.diag([1.0, 0.0])), ValueError, "task covariance must be positive definite"),
        (lambda: GaussianQuery(np.diag([1.0, -1.0])), ValueError, "query covariance must be positive definite"),
        (lambda: Shift(task=W), TypeError, "task must be FixedTask"),
        (lambda: Shift(query=W), TypeError, "query must be GaussianQuery"),
        (lambda: PromptLaw(PROBLEM, 0), ValueError, "prompt_length must be at least 1"),
        (lambda: PromptLaw(PROBLEM, 2, "linear"), TypeError, "labels must be one of the label laws"),
        (lambda: PromptLaw(PROBLEM, 2, shift=FixedTask(W)), TypeError, "shift must be a Shift"),
        (lambda: PromptLaw(PROBLEM, 2, shift=Shift(FixedTask([1.0]))), ValueError, "w has dimension 1"),
        (lambda: PromptLaw(PROBLEM, 2, QuadraticLabels(np.eye(3))), ValueError, "B has dimension 3"),
        (lambda: PromptLaw(PROBLEM, 2, HeteroscedasticLabels(np.eye(3))), ValueError, "noise_matrix has dimension 3"),
        (lambda: PromptLaw(PROBLEM, 2, shift=Shift(GaussianTask(np.eye(3)))), ValueError, "task covariance has dim"),
        (
            lambda: PromptLaw(PROBLEM, 2, shift=Shift(context_covariance=np.eye(3))),
            ValueError,
            "context_covariance has",
        ),
        (
            lambda: PromptLaw(PROBLEM, 2, shift=Shift(query=GaussianQuery(np.eye(3)))),
            ValueError,
            "query covariance has",
        ),
        (
            lambda: draw_prompts(
                PromptLaw(PROBLEM, 2, FunctionLabels(lambda x, w, rng: w)), 7, np.random.default_rng()
            ),
            ValueError,
            "the labels that function returned must have shape 7 x 3, got shape",
        ),
        (
            lambda: draw_prompts(
                PromptLaw(PROBLEM, 2, shift=Shift(query=FunctionQuery(lambda x, rng: x))), 7, np.random.default_rng()
            ),
            ValueError,
            "the queries that function returned must have shape 7 x 2",
        ),
    ],
)
def test_bad_input_is_named(build: Callable[[], object], error: type[Exception], message: str) -> None:
    """Errors name the argument, the value, and what would be right."""
    with pytest.raises(error, match=message):
        build()
