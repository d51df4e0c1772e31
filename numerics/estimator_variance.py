"""The exact variance of a draw of `simulate_error`, from the derived formulas of theory, for polynomial labels."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np

from numerics.attention import AttentionWeights
from numerics.exact_error import exact_error
from numerics.problem import FloatArray
from numerics.prompts import FixedTask, GaussianTask, LinearLabels, PromptLaw, QuadraticLabels
from theory.zhang2024.estimator_variance import (
    conditional_error_variance,
    loss_estimator_variance,
    squared_gap_variance,
)


def draw_variance(
    law: PromptLaw,
    weights: AttentionWeights,
    method: Literal["raw", "wishart"],
    target: Literal["label", "linear"],
) -> float | None:
    """Return the variance of one draw, or None where the theory has no formula.

    There is one for linear and quadratic labels with constant noise and a Gaussian query: if the weights give a linear
    predictor, for any shift and task; for other weights by method "raw" if the task is random, the labels are linear,
    and query and context have one covariance.

    Args:
        law: the law of the test prompts.
        weights: of the attention layer.
        method: what a draw is: the squared error of a prompt, or its conditional mean given the sample covariance.
        target: "label" for y_q with its noise, "linear" for <w, x_q>.

    Source: docs/statistics.md.
    """
    labels, A = law.labels, weights.linear_predictor
    if not isinstance(labels, LinearLabels | QuadraticLabels) or law.query_covariance is None:
        return None
    if method == "wishart":
        return None if A is None else float(conditional_error_variance(**_kind(law)).evaluate(**_setting(law, A)))
    noise = labels.noise_variance if target == "label" else 0.0
    if A is None:
        return _full_weights(law, labels, weights, noise)
    setting = {**_setting(law, A), "query_noise_variance": noise}
    if isinstance(labels, LinearLabels):
        return float(squared_gap_variance(**_kind(law)).evaluate(**setting))
    formula = squared_gap_variance(quadratic=True, linear_target=target == "linear", **_kind(law))
    return float(formula.evaluate(**setting, B=labels.B, c=labels.c))


def _kind(law: PromptLaw) -> dict[str, bool]:
    return {"random_task": isinstance(law.shift.task, GaussianTask)}


def _task_covariance(task: GaussianTask, d: int) -> FloatArray:
    return np.eye(d) if task.covariance is None else task.covariance


def _setting(law: PromptLaw, A: FloatArray) -> dict[str, Any]:
    task = law.shift.task
    drawn: dict[str, Any] = (
        {"w": task.w}
        if isinstance(task, FixedTask)
        else {"task_covariance": _task_covariance(task, law.problem.dimension)}
    )
    return {
        "A": A,
        "context_covariance": law.context_covariance,
        "query_covariance": law.query_covariance,
        "prompt_length": law.prompt_length,
        "noise_variance": law.labels.noise_variance if isinstance(law.labels, LinearLabels | QuadraticLabels) else 0.0,
        **drawn,
    }


def _full_weights(
    law: PromptLaw, labels: LinearLabels | QuadraticLabels, weights: AttentionWeights, noise: float
) -> float | None:
    task, d = law.shift.task, law.problem.dimension
    if isinstance(task, FixedTask) or isinstance(labels, QuadraticLabels) or law.shift.query is not None:
        return None
    variance = loss_estimator_variance(noise=True, task_covariance=True).evaluate(
        covariance=law.context_covariance,
        context_length=law.prompt_length,
        noise_variance=labels.noise_variance,
        task_covariance=_task_covariance(task, d),
        U11=weights.W_KQ[:d, :d],
        u21=weights.W_KQ[d, :d],
        u12=weights.W_PV[d, :d],
        u=float(weights.W_PV[d, d]),
    )
    mean = exact_error(law, weights, "linear")
    if mean is None:
        return None
    # Var (g - e)^2 = Var g^2 + 4 s^2 E g^2 + 2 s^4 for the query's independent noise e ~ N(0, s^2).
    return 4 * float(variance) + 4 * noise * mean + 2 * noise**2
