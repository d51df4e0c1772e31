"""Shifts, exact lines, baselines, and the outcomes of findings."""

from __future__ import annotations

import json
from math import inf
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numerics.networks")

from numerics import AttentionWeights, Problem
from numerics.exact_error import exact_error
from numerics.networks.comparison import (
    RIDGE_PENALTY,
    comparison_lengths,
    curves,
    limit_matrix,
    measure,
)
from numerics.networks.figures import draw
from numerics.networks.findings import Finding, Interval, learned_matrix
from numerics.networks.laws import fixed_covariance
from numerics.networks.presets import make_run
from numerics.networks.report import compare, findings_table, read_record, table
from numerics.networks.shifts import TEST_LAWS, draw_groups, exact_errors, select_tests, zero_cost
from numerics.networks.shipped import Trained, load_networks
from numerics.networks.training import train
from numerics.prompts import PromptLaw
from theory.zhang2024.random_covariance import random_covariance
from theory.zhang2024.random_entries import exponential

RELATIVE = 1e-9


def groups_of(name: str, *, d: int = 3, longest: int = 9, groups: int = 2, prompts: int = 4):
    test = select_tests([name])[0]
    return list(draw_groups(test, d, longest, groups, prompts, np.random.SeedSequence(5)))


@pytest.mark.parametrize("name", [test.name for test in TEST_LAWS])
def test_exact_errors_are_the_theorys_at_every_length(name: str) -> None:
    """The line through two prompt lengths gives what the theory gives at others, for an asymmetric matrix too."""
    n = 7
    for group in groups_of(name):
        problem = Problem(group.law.problem.covariance, n)
        A = problem.Gamma_inverse
        if name != "sign":
            A = A + np.triu(np.full((3, 3), 0.1), 1)
        errors = exact_errors(group.law, A, n, (0, 1, 4, 9))
        assert errors is not None
        weights = AttentionWeights.from_predictor(A)
        expected = [
            exact_error(PromptLaw(problem, m, group.law.labels, group.law.shift), weights, "label") for m in (1, 4, 9)
        ]
        np.testing.assert_allclose(errors[1:], expected, rtol=RELATIVE)
        assert errors[0] == zero_cost(group.law)


def test_sign_labels_have_no_exact_line_away_from_the_limit() -> None:
    group = groups_of("sign")[0]
    assert exact_errors(group.law, np.eye(3), 7, (1, 2)) is None


@pytest.mark.parametrize("name", [test.name for test in TEST_LAWS])
def test_the_cost_of_predicting_zero(name: str) -> None:
    """E y_q^2 in closed form is the mean of the squared labels of the queries that were drawn."""
    for group in groups_of(name, prompts=40_000, groups=1, longest=2):
        labels = group.y[:, -1] if group.query_label is None else group.query_label
        assert zero_cost(group.law) == pytest.approx(float(np.mean(labels**2)), rel=0.06)


def test_scales_multiply_the_covariance() -> None:
    """exp-9 has E tr Lambda = 9 d; fixed-4 is 4 I."""
    traces = [np.trace(g.law.problem.covariance) for g in groups_of("exp-9", groups=4000, prompts=1, longest=1)]
    assert np.mean(traces) == pytest.approx(27, rel=0.05)
    np.testing.assert_array_equal(groups_of("fixed-4")[0].law.problem.covariance, 4 * np.eye(3))


@pytest.mark.parametrize(("d", "n"), [(2, 4)])
def test_limits_for_random_covariances(d: int, n: int) -> None:
    """The mean of B9 over drawn covariances is the exact error of Theorem 4.5's limit over the law."""
    A = limit_matrix("exp", d, n)
    theory = random_covariance([exponential()] * d, n)
    groups = groups_of("exp", d=d, groups=1000, prompts=1, longest=n)
    mean = np.mean([exact_errors(g.law, A, n, [n]) for g in groups])
    assert mean == pytest.approx(float(theory.error(n)), rel=0.12)
    covariance = fixed_covariance("correlated", d)
    Gamma = (1 + 1 / n) * covariance + np.trace(covariance) / n * np.eye(d)
    np.testing.assert_allclose(limit_matrix("correlated", d, n) @ Gamma, np.eye(d), atol=1e-12)


def test_the_learned_matrix_is_what_the_prediction_uses() -> None:
    """With u12 = u21 = 0 it is the linear predictor's A, and it ignores the scaling symmetry."""
    rng = np.random.default_rng(3)
    A = rng.standard_normal((3, 3))
    np.testing.assert_allclose(learned_matrix(AttentionWeights.from_predictor(A)), A)
    U, u21, u12 = rng.standard_normal((3, 3)), rng.standard_normal(3), rng.standard_normal(3)
    first = learned_matrix(AttentionWeights.from_blocks(U, u21, u12, 0.7))
    second = learned_matrix(AttentionWeights.from_blocks(U * 4, u21 * 4, u12 / 4, 0.7 / 4))
    np.testing.assert_allclose(first, second)
    np.testing.assert_allclose(first, (0.7 * U + np.outer(u12, u21)).T)


@pytest.fixture(scope="module")
def networks(tmp_path_factory: pytest.TempPathFactory) -> list[Trained]:
    """Two seeds of linear attention and one GPT-2 with its first weights but for a step."""
    directory = tmp_path_factory.mktemp("runs")
    runs = [make_run("linear", law, "micro", seed=s, steps=150) for law in ("fixed", "exp") for s in (0, 1)]
    runs += [make_run("gpt2", law, "micro", steps=1) for law in ("fixed", "exp")]
    for run in runs:
        train(run, directory / run.name)
    return load_networks(directory)


def test_baselines_against_a_loop(networks: list[Trained]) -> None:
    """Least squares has error zero from M = d on; ridge is the solution of its normal equations, prompt by prompt."""
    measured = measure(networks, select_tests(["noise"])[0], groups=2, prompts=3)
    place = measured.lengths.index(4)
    for number, group in enumerate(measured.groups):
        squares = []
        for x, y in zip(group.x, group.y, strict=True):
            w = np.linalg.solve(x[:4].T @ x[:4] + RIDGE_PENALTY * np.eye(2), x[:4].T @ y[:4])
            squares.append((w @ x[4] - y[4]) ** 2)
        assert measured.baselines["ridge"][number, place] == pytest.approx(np.mean(squares))
    clean = measure(networks, select_tests(["correlated"])[0], groups=2, prompts=3)
    settled = [m >= 2 for m in clean.lengths]
    assert float(np.max(clean.baselines["least squares"][:, settled])) < 1e-15


def test_bands_hold_the_mean_and_lines_stand_beside(networks: list[Trained]) -> None:
    """The record of a law has, for every curve, a band around its mean, and the exact lines on the same scale."""
    record = curves(measure(networks, select_tests(["exp-4"])[0], groups=8, prompts=16))
    for curve in [*record["networks"].values(), *record["baselines"].values()]:
        low, mean, high = (np.array(curve[name]) for name in ("low", "mean", "high"))
        assert np.all(low <= mean * (1 + 1e-5) + 1e-12)
        assert np.all(mean <= high * (1 + 1e-5) + 1e-12)
    assert set(record["exact_linear_attention"]) == {"fixed", "exp"}
    assert record["exact_linear_attention"]["exp"][0] == pytest.approx(1.0)
    linear = record["networks"]["linear/exp (adam, paper start)"]
    assert np.mean(np.array(linear["seeds"]), axis=0) == pytest.approx(linear["mean"], rel=1e-4)


def test_one_seed_gives_one_record(networks: list[Trained], tmp_path: Path) -> None:
    """Equal seeds give equal records, other seeds others; tables and figures come from the record alone."""
    tests = select_tests(["fixed", "exp-4", "query"])
    options = {"tests": tests, "groups": 4, "prompts": 4}
    record, again, other = (compare(networks, seed=s, **options) for s in (3, 3, 4))
    assert json.dumps(record) == json.dumps(again)
    assert record["tests"]["exp-4"] != other["tests"]["exp-4"]
    part = compare(networks, seed=3, **(options | {"tests": tests[1:2]}))
    assert record["tests"]["exp-4"] == part["tests"]["exp-4"]
    file = tmp_path / "comparison.json"
    file.write_text(json.dumps(record))
    assert record == read_record(file)
    assert "gpt2/exp" in table(record)
    assert "exp-4: GPT-2 (exp) minus linear (exp)" in findings_table(record)
    paths = draw(record, tmp_path / "a")
    assert {"covariate-shift.svg", "other-shifts.png", "paired-differences.svg"} <= {path.name for path in paths}
    for first, second in zip(paths, draw(record, tmp_path / "b"), strict=True):
        assert first.read_bytes() == second.read_bytes()
        assert len(first.read_bytes()) > 5000


def test_networks_that_cannot_be_compared(networks: list[Trained], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="the same seed"):
        compare([networks[0], networks[0]])
    train(make_run("linear", "fixed", "micro", seed=9, steps=1, context_length=4), tmp_path / "short")
    with pytest.raises(ValueError, match="one dimension and context length"):
        compare([*networks, *load_networks(tmp_path)])
    with pytest.raises(ValueError, match="groups must be at least 2"):
        compare(networks, groups=1)
    with pytest.raises(ValueError, match="test must be one of"):
        select_tests(["cauchy"])
    (tmp_path / "no.json").write_text("[]")
    with pytest.raises(ValueError, match="not the record of a comparison"):
        read_record(tmp_path / "no.json")


@pytest.mark.parametrize(
    ("intervals", "region", "outcome"),
    [
        ([(-2, -1), (-3, -0.1)], (-inf, 0.0), "supported"),
        ([(1, 2), (0.1, 3)], (-inf, 0.0), "refuted"),
        ([(-2, -1), (0.1, 3)], (-inf, 0.0), "mixed"),
        ([(-2, 1)], (-inf, 0.0), "undecided"),
        ([(-2, 1), (0.1, 3)], (-inf, 0.0), "undecided"),
        ([(0.2, 0.3)], (-0.1, 0.1), "refuted"),
        ([(-0.05, 0.05)], (-0.1, 0.1), "supported"),
        ([(-0.05, 0.15)], (-0.1, 0.1), "undecided"),
    ],
)
def test_outcomes_are_computed(intervals: list[tuple[float, float]], region: tuple[float, float], outcome: str) -> None:
    """Supported if every interval lies inside, refuted if every one lies outside, mixed if all decided."""
    held = {str(k): Interval((low + high) / 2, low, high) for k, (low, high) in enumerate(intervals)}
    assert outcome == Finding("name", "statement", "quantity", region, held).outcome


def test_intervals_cover_at_their_level() -> None:
    """Student's interval at 80% holds the mean of normal samples of size 5 in 80% of 4,000 cases."""
    rng = np.random.default_rng(2)
    held = [Interval.of_mean(rng.standard_normal(5) + 1, 0.2) for _ in range(4000)]
    assert np.mean([i.lower <= 1 <= i.upper for i in held]) == pytest.approx(0.8, abs=0.03)


def test_lengths_reach_beyond_training() -> None:
    """N itself, lengths just above it, and the longest are among the lengths; none is repeated."""
    lengths = comparison_lengths(20, 40)
    assert {0, 20, 21, 40} <= set(lengths)
    assert list(lengths) == sorted(set(lengths))
    assert {0, 6, 12} <= set(comparison_lengths(6, 12))
    assert {0, 40, 80} <= set(comparison_lengths(40, 100))
