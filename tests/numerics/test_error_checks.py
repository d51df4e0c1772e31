"""Statements about the prediction error, tested until they are settled."""

from __future__ import annotations

import numpy as np
import pytest

from numerics import LinearLabels, Problem, ReluLabels, check_error, simulate_error

PROBLEM = Problem(np.array([[1.0, 0.3], [0.3, 0.5]]), 20)
SETTING = {"prompt_length": 10, "labels": LinearLabels(0.1)}
EXACT = simulate_error(PROBLEM, prompts=1, **SETTING).exact  # type: ignore[arg-type]
assert EXACT is not None


def test_true_equality_is_supported_up_to_its_precision() -> None:
    """It stops once the interval is as short as asked, long before the last prompt."""
    check = check_error(PROBLEM, expected=EXACT, precision=0.05 * EXACT, prompts=2_000_000, **SETTING)
    assert check.verdict == "supported"
    assert check.interval.half_width <= 0.05 * EXACT
    assert check.interval.lower <= EXACT <= check.interval.upper
    assert check.estimate.prompts < 2_000_000
    assert check.test.variance_bound >= check.estimate.exact_variance  # type: ignore[operator]


def test_wrong_equality_is_refuted_early() -> None:
    """A value wrong by a fifth is refuted, and the drawing stops."""
    check = check_error(PROBLEM, expected=1.2 * EXACT, prompts=1_000_000, **SETTING)
    assert check.verdict == "refuted"
    assert check.estimate.prompts < 1_000_000


def test_equality_without_a_precision_stays_undecided() -> None:
    """Not rejecting shows nothing."""
    check = check_error(PROBLEM, expected=EXACT, prompts=5000, **SETTING)
    assert check.verdict == "undecided"
    assert check.estimate.prompts == 5000


@pytest.mark.parametrize(("factor", "verdict"), [(1.3, "supported"), (0.7, "refuted"), (1.0, "undecided")])
@pytest.mark.parametrize("method", ["raw", "wishart"])
def test_inequality(factor: float, verdict: str, method: str) -> None:
    """A bound above the error is supported, one below refuted, the error itself undecided."""
    check = check_error(PROBLEM, at_most=factor * EXACT, prompts=100_000, method=method, **SETTING)
    assert check.verdict == verdict
    assert (check.estimate.prompts < 100_000) == (verdict != "undecided")
    assert "<=" in check.statement


def test_false_alarms_through_the_raw_layer() -> None:
    """At level 0.1 far fewer than a tenth of 100 runs refute the exact error, with a look after every block."""
    verdicts = [
        check_error(PROBLEM, expected=EXACT, alpha=0.1, prompts=2000, seed=seed, **SETTING).verdict
        for seed in range(100)
    ]
    assert verdicts.count("refuted") <= 10


def test_labels_without_a_known_variance_need_a_bound() -> None:
    """ReLU labels have no polynomial variance: the message says what to pass, and passing it works."""
    with pytest.raises(ValueError, match="pass variance_bound"):
        check_error(PROBLEM, at_most=10.0, prompt_length=4, labels=ReluLabels())
    check = check_error(
        PROBLEM, at_most=10.0, prompt_length=4, labels=ReluLabels(), variance_bound=50.0, prompts=200_000
    )
    assert check.verdict == "supported"


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({}, ValueError, "exactly one of expected and at_most"),
        ({"expected": 1.0, "at_most": 1.0}, ValueError, "exactly one of expected and at_most"),
        ({"at_most": 1.0, "precision": 0.1}, ValueError, "belongs to an equality"),
        ({"expected": 1.0, "precision": 0.0}, ValueError, "precision must be positive"),
        ({"expected": 1.0, "stop": bool}, TypeError, "stops by its own rule"),
        ({"expected": 1.0, "alpha": 2.0}, ValueError, "alpha must lie"),
        ({"expected": float("nan")}, ValueError, "expected must be finite"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    """Every bad argument is named."""
    with pytest.raises(error, match=message):
        check_error(PROBLEM, prompt_length=4, **arguments)  # type: ignore[arg-type]
