"""Training from scratch, and going on after an interruption."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numerics.networks")

from numerics import CheckpointError
from numerics.networks.comparison import limit_matrix, measure
from numerics.networks.findings import learned_matrix, weights_of
from numerics.networks.presets import Run, make_run
from numerics.networks.shifts import select_tests
from numerics.networks.shipped import WeightsError, load_network, load_networks
from numerics.networks.training import CHECKPOINT_FILE, LOG_FILE, WEIGHTS_FILE, train


def content(directory: Path) -> bytes:
    return (directory / WEIGHTS_FILE).read_bytes()


@pytest.mark.parametrize(("model", "law"), [("gpt2", "fixed"), ("linear", "exp"), ("softmax", "correlated")])
def test_a_micro_model_learns(model: str, law: str, tmp_path: Path) -> None:
    """From scratch it beats predicting zero by a margin on fresh prompts, and its loss falls."""
    assert train(make_run(model, law, "micro", seed=5), tmp_path)
    trained = load_network(tmp_path)
    losses = [loss for _, loss in trained.log["loss"]]
    # The curriculum of GPT-2 makes its prompts harder up to the middle of the run.
    first = 50 if model == "gpt2" else 0
    assert np.mean(losses[-10:]) < 0.85 * np.mean(losses[first : first + 10])
    measured = measure([trained], select_tests([law])[0], groups=32, prompts=64)
    place = measured.lengths.index(6)
    (errors,) = measured.networks.values()
    assert float(np.mean(errors[0, :, place])) < 0.75 * float(np.mean(measured.baselines["zero"][:, place]))


def test_linear_attention_learns_the_preconditioner(tmp_path: Path) -> None:
    """Sampled prompts lead to Gamma^{-1} of an asymmetric problem, and not to the inverse covariance."""
    train(make_run("linear", "correlated", "micro", seed=1, start="generic", steps=2500), tmp_path)
    learned = learned_matrix(weights_of(load_network(tmp_path)))
    limit = limit_matrix("correlated", 2, 6)
    assert float(np.linalg.norm(learned - limit)) < 0.1 * float(np.linalg.norm(limit))


@pytest.mark.parametrize(
    "run",
    [
        make_run("gpt2", "exp", "micro", steps=23),
        make_run("linear", "correlated", "micro", optimiser="sgd", start="generic", steps=23),
        make_run("gpt2", "fixed", "tiny", steps=6),
    ],
    ids=lambda run: f"{run.preset}-{run.name}",
)
def test_a_resumed_run_is_the_uninterrupted_one(run: Run, tmp_path: Path) -> None:
    """Stopped twice, at and between checkpoints, weights and record agree to the last bit."""
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    assert train(run, whole, record_every=4)
    for stop in (3, 5):
        assert not train(run, parts, record_every=4, checkpoint_every=2, stop_at=stop)
        assert not (parts / WEIGHTS_FILE).exists()
    assert train(run, parts, record_every=4)
    assert content(whole) == content(parts)
    logs = [json.loads((directory / LOG_FILE).read_text()) for directory in (whole, parts)]
    assert logs[0]["loss"] == logs[1]["loss"]
    assert logs[0]["sha256"] == logs[1]["sha256"] == hashlib.sha256(content(whole)).hexdigest()
    assert not (parts / CHECKPOINT_FILE).exists()


def test_an_interruption_leaves_a_checkpoint(tmp_path: Path) -> None:
    """Ctrl-C anywhere loses no step."""
    run = make_run("linear", "fixed", "micro", steps=30)

    def interrupt(done: int, total: int, text: str) -> None:
        assert text.startswith(run.name)
        if done == 17:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        train(run, tmp_path / "a", progress=interrupt)
    first: list[int] = []
    assert train(run, tmp_path / "a", progress=lambda done, total, text: first.append(done))
    assert list(range(18, 31)) == first
    train(run, tmp_path / "b")
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_foreign_and_damaged_checkpoints_are_refused(tmp_path: Path) -> None:
    """The message says what differs; nothing is overwritten."""
    run = make_run("linear", "fixed", "micro", steps=30)
    train(run, tmp_path, stop_at=4)
    checkpoint = tmp_path / CHECKPOINT_FILE
    original = checkpoint.read_bytes()
    with pytest.raises(CheckpointError, match="another run, with seed 0 instead of 9"):
        train(make_run("linear", "fixed", "micro", steps=30, seed=9), tmp_path)
    assert original == checkpoint.read_bytes()
    checkpoint.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    with pytest.raises(CheckpointError, match="is damaged"):
        train(run, tmp_path)
    checkpoint.write_bytes(original[: len(original) // 2])
    with pytest.raises(CheckpointError, match="not a whole checkpoint"):
        train(run, tmp_path)


def test_a_finished_run_is_not_overwritten(tmp_path: Path) -> None:
    run = make_run("softmax", "exp", "micro", steps=2)
    train(run, tmp_path)
    with pytest.raises(CheckpointError, match="finished training"):
        train(run, tmp_path)


def test_an_unknown_device_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot use the device 'abacus'"):
        train(make_run("softmax", "exp", "micro", steps=2), tmp_path, device="abacus")


def test_weights_that_are_not_those_of_the_log_are_refused(tmp_path: Path) -> None:
    """One changed bit, weights of another network, a missing or broken log."""
    train(make_run("linear", "exp", "micro", steps=2), tmp_path / "run")
    weights, log = tmp_path / "run" / WEIGHTS_FILE, tmp_path / "run" / LOG_FILE
    original, record = weights.read_bytes(), log.read_text()
    weights.write_bytes(original[:-1] + bytes([original[-1] ^ 1]))
    with pytest.raises(WeightsError, match="SHA-256 differs"):
        load_network(tmp_path / "run")
    train(make_run("gpt2", "exp", "micro", steps=1), tmp_path / "other")
    foreign = content(tmp_path / "other")
    weights.write_bytes(foreign)
    changed = json.loads(record) | {"sha256": hashlib.sha256(foreign).hexdigest()}
    log.write_text(json.dumps(changed))
    with pytest.raises(WeightsError, match="does not fit"):
        load_network(tmp_path / "run")
    log.write_text("{}")
    with pytest.raises(WeightsError, match="not the log of a training"):
        load_network(tmp_path / "run")
    log.unlink()
    with pytest.raises(WeightsError, match="is missing"):
        load_network(tmp_path / "run")
    with pytest.raises(WeightsError, match="holds no trained networks"):
        load_networks(tmp_path / "run")
