"""The networks that are shipped: their hashes, and the numbers of a figure from their weights."""

from __future__ import annotations

import json

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from numerics.networks.comparison import by_kind, kind, measure
from numerics.networks.findings import Finding, Interval
from numerics.networks.report import compare, read_record
from numerics.networks.shifts import select_tests
from numerics.networks.shipped import RECORD, SHIPPED, load_network, load_networks
from numerics.networks.training import LOG_FILE, WEIGHTS_FILE, train

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
        assert f"--seed {trained.run.seed}" in trained.log["command"]


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
        low, high = (
            end if end is not None else sign * np.inf for sign, end in zip((-1, 1), finding["region"], strict=True)
        )
        intervals = {name: Interval(*values) for name, values in finding["intervals"].items()}
        computed = Finding(finding["name"], finding["statement"], finding["quantity"], (low, high), intervals)
        assert computed.outcome == finding["outcome"], finding["name"]


def test_trained_linear_attention_reaches_the_limit() -> None:
    """The findings on the shipped layers, computed anew, are supported; they rest on exact numbers."""
    linear = [trained for trained in load_networks() if trained.run.model == "linear"]
    record = compare(linear, tests=(), groups=2)
    reached = [finding for finding in record["findings"] if finding["name"].startswith(("limit, ", "exact error"))]
    assert len(reached) >= 2 * len({kind(trained) for trained in linear}) - 1
    stored = {finding["name"]: finding for finding in read_record(RECORD)["findings"]}
    for finding in reached:
        assert finding["outcome"] == stored[finding["name"]]["outcome"] == "supported"


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
