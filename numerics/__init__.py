"""Flows, rigorous enclosures, the real attention layer, and Monte Carlo with error control."""

from numerics.attention import AttentionWeights, attention_output, attention_prediction
from numerics.checkpoint import CheckpointError
from numerics.descent import gradient_descent
from numerics.enclosure import EnclosureError, FlowEnclosure, enclose_flow
from numerics.error_checks import ErrorCheck, check_error
from numerics.executor import DaskExecutor, Executor, ExecutorError, ProcessExecutor, SerialExecutor, choose_executor
from numerics.explicit_rates import (
    ExplicitRate,
    averaged_explicit_rate,
    certify_averaged_rate,
    certify_explicit_rate,
    explicit_rate,
)
from numerics.layer_flow import full_flow
from numerics.models import Descent, ModelFlow, SampledError, descend, simulate, solve_flow
from numerics.monte_carlo import ErrorEstimate, error_variance, simulate_error, simulate_loss
from numerics.problem import Problem
from numerics.prompts import (
    FixedTask,
    FunctionLabels,
    FunctionQuery,
    GaussianQuery,
    GaussianTask,
    HeteroscedasticLabels,
    LinearLabels,
    QuadraticLabels,
    ReluLabels,
    Shift,
    SignLabels,
    draw_prompts,
)
from numerics.rates import local_rate, paper_rate
from numerics.reduced_flow import FlowPath, gradient_flow
from numerics.sequential import Moments, SequentialTest

__all__ = [
    "AttentionWeights",
    "CheckpointError",
    "DaskExecutor",
    "Descent",
    "EnclosureError",
    "ErrorCheck",
    "ErrorEstimate",
    "Executor",
    "ExecutorError",
    "ExplicitRate",
    "FixedTask",
    "FlowEnclosure",
    "FlowPath",
    "FunctionLabels",
    "FunctionQuery",
    "GaussianQuery",
    "GaussianTask",
    "HeteroscedasticLabels",
    "LinearLabels",
    "ModelFlow",
    "Moments",
    "Problem",
    "ProcessExecutor",
    "QuadraticLabels",
    "ReluLabels",
    "SampledError",
    "SequentialTest",
    "SerialExecutor",
    "Shift",
    "SignLabels",
    "attention_output",
    "attention_prediction",
    "averaged_explicit_rate",
    "certify_averaged_rate",
    "certify_explicit_rate",
    "check_error",
    "choose_executor",
    "descend",
    "draw_prompts",
    "enclose_flow",
    "error_variance",
    "explicit_rate",
    "full_flow",
    "gradient_descent",
    "gradient_flow",
    "local_rate",
    "paper_rate",
    "simulate",
    "simulate_error",
    "simulate_loss",
    "solve_flow",
]
