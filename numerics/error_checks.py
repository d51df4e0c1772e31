"""A statement about a prediction error, tested by simulation that stops by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from numerics.monte_carlo import ErrorEstimate, error_variance, simulate_error
from numerics.problem import Problem, checked_array
from numerics.sequential import Interval, Moments, SequentialTest, Verdict

_ROUNDING = 1e-9
"""Relative room above the exact variance, for the rounding of its evaluation."""


@dataclass(frozen=True)
class ErrorCheck:
    """The outcome of `check_error`.

    Attributes:
        verdict: "refuted", "supported" or "undecided"; wrong with probability at most alpha, whenever it stopped.
        statement: what was tested, in words.
        interval: the confidence interval of the error at the end; quote its `half_width` with every verdict.
        estimate: the simulation, with the number of prompts that it took.
        test: the sequential test, with its variance and level.
    """

    verdict: Verdict
    statement: str
    interval: Interval
    estimate: ErrorEstimate
    test: SequentialTest


def check_error(
    problem: Problem,
    *,
    expected: float | None = None,
    at_most: float | None = None,
    precision: float | None = None,
    alpha: float = 1e-6,
    variance_bound: float | None = None,
    prompts: int = 1_000_000,
    **simulation: Any,
) -> ErrorCheck:
    """Test E(prediction - y_q)^2 = expected, or <= at_most, drawing prompts until the question is settled.

    An equality is refuted once its e-process exceeds 1/alpha. It is supported, up to the precision and no further, once
    the interval contains it and has shrunk to that half-width; without a precision it stays undecided. An inequality is
    refuted or supported once the interval lies on one side of the bound.

    Args:
        problem: as in `simulate_error`.
        expected: the value of an equality, or
        at_most: the bound of an inequality; exactly one of the two.
        precision: the half-width at which an equality that is not refuted counts as supported, positive.
        alpha: the probability of a wrong verdict.
        variance_bound: a known bound of the variance of a draw; None is the exact variance from the theory.
        prompts: draws after which the test gives up, undecided.
        simulation: every other keyword of `simulate_error`.

    Raises:
        ValueError, TypeError: for bad arguments, or where the theory has no variance and none is given.
        CheckpointError, ExecutorError: as `simulate_error`.

    Source: the docstring of numerics.sequential.
    """
    if (expected is None) == (at_most is None):
        raise ValueError("give exactly one of expected and at_most")
    if "stop" in simulation:
        raise TypeError("check_error stops by its own rule; pass `stop` to simulate_error instead")
    if precision is not None:
        if expected is None:
            raise ValueError(f"precision = {precision} belongs to an equality; an inequality needs none")
        precision = float(checked_array("precision", precision, ()))
        if precision <= 0:
            raise ValueError(f"precision must be positive, got {precision}")
    name, bound = ("at_most", at_most) if expected is None else ("expected", expected)
    value = float(checked_array(name, 0.0 if bound is None else bound, ()))
    if variance_bound is None:
        exact = error_variance(problem, **simulation)
        if exact is None:
            raise ValueError(
                "the theory has no exact variance for these labels, queries and weights: pass variance_bound, a proven "
                "upper bound of the variance of one draw"
            )
        variance_bound = (1 + _ROUNDING) * exact
    test = SequentialTest(variance_bound, alpha, prompts)

    def verdict(moments: Moments) -> Verdict:
        if at_most is not None:
            return test.at_most(moments, value)
        if test.rejects(moments, value):
            return "refuted"
        lower, upper = interval = test.interval(moments)
        precise = precision is not None and interval.half_width <= precision and lower <= value <= upper
        return "supported" if precise else "undecided"

    estimate = simulate_error(
        problem, prompts=prompts, stop=lambda moments: verdict(moments) != "undecided", **simulation
    )
    statement = f"E(prediction - y_q)^2 {'=' if at_most is None else '<='} {value:.10g}"
    return ErrorCheck(verdict(estimate.moments), statement, test.interval(estimate.moments), estimate, test)
