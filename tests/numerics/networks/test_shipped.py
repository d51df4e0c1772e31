"""The networks that are shipped: their hashes, and the numbers of a figure from their weights."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numerics.networks")

from numerics import Problem, attention_prediction
from numerics.networks.comparison import by_kind, kind, measure
from numerics.networks.critical_points import nearest_critical_point
from numerics.networks.findings import Finding, Interval, reaches_limit, weights_of
from numerics.networks.laws import fixed_covariance
from numerics.networks.presets import make_run
from numerics.networks.report import findings_table, read_record, table
from numerics.networks.shifts import select_tests
from numerics.networks.shipped import RECORD, SHIPPED, load_network, load_networks
from numerics.networks.training import LOG_FILE, WEIGHTS_FILE, train
from numerics.prompts import PromptLaw, draw_prompts

# float32 networks on another processor: sums in another order.
RELATIVE = 1e-3
LARGEST = 2_000_000
GROUPS, PROMPTS = 64, 16


def test_every_kind_has_three_seeds_and_small_weights() -> None:
    """Both laws for every model, at least three seeds each, at most 2 MB a network, hashes as in the logs."""
    networks = load_networks()
    kinds = by_kind(networks)
    names = {name.split()[0] for name in kinds}
    assert {f"{model}/{law}" for model in ("gpt2", "softmax", "linear") for law in ("fixed", "exp")} <= names
    assert min(len(members) for members in kinds.values()) >= 3
    assert max(path.stat().st_size for path in SHIPPED.glob(f"*/{WEIGHTS_FILE}")) <= LARGEST
    for trained in networks:
        assert trained.log["steps"] == trained.run.settings.steps
        assert trained.log["command"].startswith("icl-theory train ")
        run = trained.run
        assert f"--seed {run.seed}" in trained.log["command"]
        # The preset of today is the one that they were trained with.
        assert make_run(run.model, run.law, "tiny", seed=run.seed, optimiser=run.optimiser, start=run.start) == run


def test_the_record_is_of_these_weights() -> None:
    """The shipped comparison names the hashes of the shipped weights, all of them."""
    record = read_record(RECORD)
    told = {entry["sha256"] for members in record["networks"].values() for entry in members}
    assert {trained.log["sha256"] for trained in load_networks()} == told


@pytest.mark.parametrize("test", ["exp-9", "fixed"])
def test_a_figures_numbers_from_the_weights(test: str) -> None:
    """One panel rebuilt from the first seed of each network, and its exact lines, is the shipped record's."""
    record = read_record(RECORD)
    assert (record["seed"], record["groups"], record["prompts"]) == (0, GROUPS, PROMPTS)
    stored = record["tests"][test]
    networks = [trained for trained in load_networks() if trained.run.seed == 0]
    measured = measure(networks, select_tests([test])[0], seed=0, groups=GROUPS, prompts=PROMPTS)
    scale = float(np.mean(measured.zero))
    assert list(measured.lengths) == stored["lengths"]
    assert stored["zero_cost"] == pytest.approx(scale, rel=1e-9)
    for name, errors in measured.networks.items():
        np.testing.assert_allclose(errors[0].mean(axis=0) / scale, stored["networks"][name]["seeds"][0], rtol=RELATIVE)
    for law, values in measured.exact.items():
        np.testing.assert_allclose(values.mean(axis=0) / scale, stored["exact_linear_attention"][law], rtol=1e-5)
    for name in ("ridge", "zero"):
        mean = measured.baselines[name].mean(axis=0) / scale
        np.testing.assert_allclose(mean, stored["baselines"][name]["mean"], rtol=1e-5)


def test_stored_outcomes_follow_from_stored_intervals() -> None:
    """No outcome of the record was typed: each is what its intervals and region give."""
    findings = read_record(RECORD)["findings"]
    assert len(findings) > 30
    for finding in findings:
        low, high = finding["region"]
        region = (-np.inf if low is None else low, np.inf if high is None else high)
        intervals = {name: Interval(*values) for name, values in finding["intervals"].items()}
        computed = Finding(finding["name"], finding["statement"], finding["quantity"], region, intervals)
        assert computed.outcome == finding["outcome"], finding["name"]


def test_trained_linear_attention_reaches_the_limit_from_the_papers_start() -> None:
    """The findings on the shipped layers, computed anew, are supported; they rest on exact numbers."""
    linear = [trained for trained in load_networks() if trained.run.start == "paper"]
    reached = reaches_limit(linear)
    assert len(reached) == 2 * len({kind(trained) for trained in linear}) - 1
    stored = {finding["name"]: finding for finding in read_record(RECORD)["findings"]}
    for finding in reached:
        assert finding.outcome == stored[finding.name]["outcome"] == "supported"


def test_generic_starts_can_end_in_another_minimum() -> None:
    """Two optimisers and seeds stop next to one value of the loss, a minimum with u12 != 0 that is not the lowest."""
    points = []
    for name in ("linear-correlated-adam-generic-1", "linear-correlated-sgd-generic-0"):
        trained = load_network(SHIPPED / name)
        problem = Problem(fixed_covariance("correlated", 5), trained.run.settings.context_length)
        points.append(nearest_critical_point(problem, weights_of(trained)))
    for point in points:
        assert point.gradient_norm < 1e-6
        assert point.loss > 2.5 * point.lowest
        assert abs(point.curvatures[0]) < 1e-7
        assert point.curvatures[1] > 1e-3
        assert np.linalg.norm(point.weights.W_PV[-1, :-1]) > 0.5
    assert points[0].loss == pytest.approx(points[1].loss, rel=1e-10)


def test_the_other_minimum_is_no_artefact_of_the_loss() -> None:
    """Real prompts through the layer at that point cost twice the loss that theory derives, not twice the lowest."""
    trained = load_network(SHIPPED / "linear-correlated-adam-generic-1")
    problem = Problem(fixed_covariance("correlated", 5), trained.run.settings.context_length)
    point = nearest_critical_point(problem, weights_of(trained))
    sample = draw_prompts(PromptLaw(problem, problem.context_length), 100_000, np.random.default_rng(4))
    predicted = attention_prediction(sample.embedding, point.weights, problem.context_length)
    assert float(np.mean((predicted - sample.query_labels) ** 2)) == pytest.approx(2 * point.loss, rel=0.05)


@pytest.mark.slow
def test_a_shipped_layer_is_what_its_command_gives(tmp_path) -> None:
    """Training again by the log gives the shipped weights, to rounding on another processor."""
    name = "linear-correlated-adam-generic-1"
    trained = load_network(SHIPPED / name)
    train(trained.run, tmp_path)
    again = load_network(tmp_path)
    for key, value in trained.network.state_dict().items():
        np.testing.assert_allclose(again.network.state_dict()[key], value, atol=1e-9)
    logged = json.loads((tmp_path / LOG_FILE).read_text())["loss"]
    np.testing.assert_allclose(logged, trained.log["loss"], rtol=1e-9)


def test_the_page_shows_the_record() -> None:
    """The tables of docs/networks.md are those of the shipped record."""
    page = (Path(__file__).parents[3] / "docs" / "networks.md").read_text(encoding="utf-8")
    record = read_record(RECORD)
    assert table(record) in page
    assert findings_table(record) in page
