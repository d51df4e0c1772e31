"""The exact value of what `simulate_error` estimates, from the derived formulas of theory, where there is one."""

from __future__ import annotations

from typing import Literal

import numpy as np

from numerics.attention import AttentionWeights
from numerics.problem import FloatArray
from numerics.prompts import (
    FixedTask,
    GaussianTask,
    LabelLaw,
    LinearLabels,
    PromptLaw,
    QuadraticLabels,
    ReluLabels,
    SignLabels,
)
from theory import distribution_shift, population_loss, prediction_error

_SAME_MATRIX = 1e-12
"""Relative difference up to which a predictor's matrix counts as Gamma^{-1}: rounding of one inversion."""


def exact_error(law: PromptLaw, weights: AttentionWeights, target: Literal["label", "linear"]) -> float | None:
    """Return E(prediction - target)^2 in floating point, or None where the theory has no formula.

    There is one for linear labels with constant noise and a Gaussian query, if the weights give a linear predictor or
    if query and context have one covariance and the task is random; and at the limit of the gradient flow for
    quadratic, ReLU and sign labels with a fixed task, no shift of the covariates, and the label as the target.

    Args:
        law: the law of the test prompts.
        weights: of the attention layer.
        target: "label" for y_q with its noise, "linear" for <w, x_q>.

    Source: Zhang, Frei and Bartlett (2024), Theorem 4.2; statement B5, B8, B9.
    """
    if isinstance(law.labels, LinearLabels):
        error = _linear_labels(law, law.labels, weights)
        floor = law.labels.noise_variance if target == "label" else 0.0
        return None if error is None else error + floor
    unshifted = law.shift.context_covariance is None and law.shift.query is None
    if target == "linear" or not unshifted or not _is_limit(law, weights):
        return None
    return _nonlinear_labels(law, law.labels)


def _linear_labels(law: PromptLaw, labels: LinearLabels, weights: AttentionWeights) -> float | None:
    task, d, query = law.shift.task, law.problem.dimension, law.query_covariance
    if isinstance(task, GaussianTask) and law.shift.query is None:
        loss = population_loss(noise=True, task_covariance=True).evaluate(
            covariance=law.context_covariance,
            context_length=law.prompt_length,
            noise_variance=labels.noise_variance,
            task_covariance=np.eye(d) if task.covariance is None else task.covariance,
            U11=weights.W_KQ[:d, :d],
            u21=weights.W_KQ[d, :d],
            u12=weights.W_PV[d, :d],
            u=float(weights.W_PV[d, d]),
        )
        return 2 * float(loss)
    A = weights.linear_predictor
    if query is None or A is None:
        return None
    if isinstance(task, FixedTask):
        return float(
            distribution_shift().evaluate(
                A=A,
                context_covariance=law.context_covariance,
                query_covariance=query,
                prompt_length=law.prompt_length,
                w=task.w,
                noise_variance=labels.noise_variance,
            )
        )
    # w = P w_0 with w_0 ~ N(0, I) and <w, x> = <w_0, P^T x>: the same layer on covariates P^T x has P^{-1} A P^{-T}.
    P = law.task_factor
    return float(
        distribution_shift(random_task=True).evaluate(
            A=np.linalg.solve(P, np.linalg.solve(P, A.T).T),
            context_covariance=_congruent(law.context_covariance, P),
            query_covariance=_congruent(query, P),
            prompt_length=law.prompt_length,
            noise_variance=labels.noise_variance,
        )
    )


def _congruent(covariance: FloatArray, P: FloatArray) -> FloatArray:
    product = P.T @ covariance @ P
    symmetric: FloatArray = (product + product.T) / 2
    return symmetric


def _is_limit(law: PromptLaw, weights: AttentionWeights) -> bool:
    A, limit = weights.linear_predictor, law.problem.Gamma_inverse
    return A is not None and bool(np.max(np.abs(A - limit)) <= _SAME_MATRIX * np.max(np.abs(limit)))


def _nonlinear_labels(law: PromptLaw, labels: LabelLaw) -> float | None:
    if isinstance(law.shift.task, GaussianTask) or not isinstance(labels, QuadraticLabels | ReluLabels | SignLabels):
        return None
    setting = {
        "covariance": law.problem.covariance,
        "context_length": law.problem.context_length,
        "prompt_length": law.prompt_length,
    }
    w = law.shift.task.w
    # The prediction is linear in the labels, so independent noise adds what it adds to labels that are zero.
    noise = prediction_error("linear").evaluate(w=np.zeros_like(w), noise_variance=labels.noise_variance, **setting)
    if isinstance(labels, QuadraticLabels):
        signal = prediction_error("quadratic").evaluate(w=w, B=labels.B, c=labels.c, **setting)
    elif not np.any(w):
        # ReLU and sign of zero are zero; their formulas divide by w^T Lambda w.
        return float(noise)
    else:
        signal = prediction_error("relu" if isinstance(labels, ReluLabels) else "sign").evaluate(w=w, **setting)
    return float(signal) + float(noise)
