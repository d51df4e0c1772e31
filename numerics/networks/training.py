"""The training loop: resumable at every checkpoint, with the numbers that an uninterrupted run would give."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import transformers
from safetensors import SafetensorError, safe_open
from safetensors.torch import save, save_file
from torch import Tensor

from numerics.checkpoint import CheckpointError
from numerics.networks.laws import draw_batch
from numerics.networks.models import Network, build
from numerics.networks.presets import Run

WEIGHTS_FILE, LOG_FILE, CHECKPOINT_FILE = "weights.safetensors", "log.json", "checkpoint.safetensors"
_FORMAT = 1

Progress = Callable[[int, int, str], None]


@dataclass
class State:
    """How far a training has come.

    Attributes:
        step: steps done.
        since: the sum of the losses since the last record, of so many steps.
        history: the records, (step, mean loss since the record before).
        seconds: spent so far.
    """

    step: int = 0
    since: float = 0.0
    history: list[tuple[int, float]] | None = None
    seconds: float = 0.0


def train(
    run: Run,
    directory: Path,
    *,
    device: str = "cpu",
    command: str = "",
    checkpoint_every: int = 500,
    record_every: int | None = None,
    stop_at: int | None = None,
    progress: Progress | None = None,
) -> bool:
    """Train a network, or go on from the checkpoint in the directory; True once it is finished.

    The prompts of a step depend on the seed and the number of the step only, and a checkpoint holds the weights, the
    optimiser's state and the record, so that a resumed run gives the same bits as an uninterrupted one on the same
    machine with the same number of threads.

    Args:
        run: what to train.
        directory: gets checkpoint.safetensors, and at the end weights.safetensors and log.json in its place.
        device: of PyTorch, such as "cpu" or "cuda".
        command: what the user typed, for the log.
        checkpoint_every: steps between checkpoints.
        record_every: steps between records of the loss; a hundredth of the run by default.
        stop_at: stop after this step with a checkpoint, as an interruption would.
        progress: called with steps done, all steps, and a line of text.

    Raises:
        CheckpointError: if the checkpoint is damaged or belongs to another run.
        ValueError: if PyTorch does not know the device, or the loss is no longer finite.

    Source: Garg et al. (2022); Zhang, Frei and Bartlett (2024), appendix E.
    """
    settings = run.settings
    record_every = record_every or max(1, settings.steps // 100)
    directory.mkdir(parents=True, exist_ok=True)
    if (directory / WEIGHTS_FILE).exists():
        raise CheckpointError(f"{directory} holds a finished training; choose another directory")
    first_seed, prompt_seed = np.random.SeedSequence(run.seed).spawn(2)
    network = build(run.model, settings, first_seed, run.start).to(_device(device))
    optimiser = _optimiser(run, network)
    description = {**asdict(run), "record_every": record_every, "device": device, "threads": torch.get_num_threads()}
    checkpoint = directory / CHECKPOINT_FILE
    state = _load(checkpoint, description, network, optimiser) if checkpoint.exists() else State(history=[])
    assert state.history is not None
    began, last = time.monotonic() - state.seconds, settings.steps if stop_at is None else min(stop_at, settings.steps)
    try:
        while state.step < last:
            loss = _step(run, state.step, prompt_seed, network, optimiser, device)
            if not np.isfinite(loss):
                raise ValueError(
                    f"the loss of {run.name} is {loss} at step {state.step}; a smaller learning rate than "
                    f"{settings.learning_rate} is needed"
                )
            state.step += 1
            state.since += loss
            if state.step % record_every == 0:
                state.history.append((state.step, state.since / record_every))
                state.since = 0.0
            state.seconds = time.monotonic() - began
            if state.step % checkpoint_every == 0 and state.step < settings.steps:
                _save(checkpoint, description, network, optimiser, state)
            if progress is not None:
                mean = state.history[-1][1] if state.history else loss
                progress(state.step, settings.steps, f"{run.name} loss {mean:.4f}")
    except KeyboardInterrupt:
        _save(checkpoint, description, network, optimiser, state)
        raise
    if state.step < settings.steps:
        _save(checkpoint, description, network, optimiser, state)
        return False
    _finish(directory, run, description, network, state, command)
    checkpoint.unlink(missing_ok=True)
    return True


def use_threads(count: int) -> None:
    """Let PyTorch compute with so many threads on a CPU; the last bits of its results may depend on it."""
    torch.set_num_threads(count)


def _device(name: str) -> torch.device:
    try:
        device = torch.device(name)
        torch.empty(1, device=device)
    except (RuntimeError, AssertionError) as error:
        raise ValueError(f"PyTorch cannot use the device {name!r}: {str(error).splitlines()[0]}") from error
    return device


def _optimiser(run: Run, network: Network) -> torch.optim.Optimizer:
    if run.optimiser == "sgd":
        return torch.optim.SGD(network.parameters(), lr=run.settings.learning_rate)
    return torch.optim.Adam(network.parameters(), lr=run.settings.learning_rate, fused=True)


def _step(
    run: Run,
    step: int,
    prompt_seed: np.random.SeedSequence,
    network: Network,
    optimiser: torch.optim.Optimizer,
    device: str,
) -> float:
    settings = run.settings
    active, points = settings.dimension, settings.context_length + 1
    if settings.curriculum is not None:
        active, points = settings.curriculum.at(step, active, points)
    key = np.random.SeedSequence(prompt_seed.entropy, spawn_key=(*prompt_seed.spawn_key, step))
    batch = draw_batch(run.law, settings.dimension, points, settings.batch, np.random.default_rng(key), active)
    x = torch.from_numpy(batch.x).to(device, network.dtype)
    y = torch.from_numpy(batch.y).to(device, network.dtype)
    if settings.decay:
        for group in optimiser.param_groups:
            group["lr"] = settings.learning_rate * (1 - step / settings.steps)
    optimiser.zero_grad(set_to_none=True)
    loss = network.training_loss(x, y)
    loss.backward()  # type: ignore[no-untyped-call]
    optimiser.step()
    return float(loss.detach())


def _tensors(network: Network, optimiser: torch.optim.Optimizer) -> dict[str, Tensor]:
    tensors = {f"weights.{name}": value for name, value in network.state_dict().items()}
    for index, entries in optimiser.state_dict()["state"].items():
        tensors |= {f"optimiser.{index}.{name}": value for name, value in entries.items()}
    return {name: value.detach().cpu().contiguous() for name, value in tensors.items()}


def _digest(tensors: dict[str, Tensor]) -> str:
    return hashlib.sha256(save(dict(sorted(tensors.items())))).hexdigest()


def _save(
    path: Path, description: dict[str, Any], network: Network, optimiser: torch.optim.Optimizer, state: State
) -> None:
    tensors = _tensors(network, optimiser)
    content = {"format": _FORMAT, "description": description, "state": asdict(state), "sha256": _digest(tensors)}
    fresh = path.with_name(f".{path.name}-{os.getpid()}.tmp")
    save_file(tensors, fresh, metadata={"training": json.dumps(content)})
    with fresh.open("rb") as file:
        os.fsync(file.fileno())
    os.replace(fresh, path)


def _load(path: Path, description: dict[str, Any], network: Network, optimiser: torch.optim.Optimizer) -> State:
    remedy = "choose another directory, or delete the file to start afresh"
    try:
        with safe_open(path, framework="pt") as file:
            content = json.loads(file.metadata()["training"])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, KeyError, TypeError, ValueError) as error:
        raise CheckpointError(f"{path} is not a whole checkpoint ({error}); {remedy}") from error
    if content["format"] != _FORMAT or content["sha256"] != _digest(tensors):
        raise CheckpointError(f"{path} is damaged: its content does not match its SHA-256; {remedy}")
    foreign, own = content["description"], json.loads(json.dumps(description))
    differing = sorted(key for key in foreign.keys() | own.keys() if foreign.get(key) != own.get(key))
    if differing:
        parts = ", ".join(f"{key} {foreign.get(key)!r} instead of {own.get(key)!r}" for key in differing)
        raise CheckpointError(f"{path} belongs to another run, with {parts}; {remedy}")
    prefix = "weights."
    network.load_state_dict({n.removeprefix(prefix): t for n, t in tensors.items() if n.startswith(prefix)})
    stored: dict[int, dict[str, Tensor]] = {}
    for name, value in tensors.items():
        if name.startswith("optimiser."):
            _, index, entry = name.split(".")
            stored.setdefault(int(index), {})[entry] = value
    optimiser.load_state_dict({"state": stored, "param_groups": optimiser.state_dict()["param_groups"]})
    state = State(**content["state"])
    state.history = [(int(step), float(loss)) for step, loss in state.history or []]
    return state


def _finish(
    directory: Path, run: Run, description: dict[str, Any], network: Network, state: State, command: str
) -> None:
    weights = directory / WEIGHTS_FILE
    fresh = directory / f".{WEIGHTS_FILE}-{os.getpid()}.tmp"
    fresh.write_bytes(save({name: value.detach().cpu().contiguous() for name, value in network.state_dict().items()}))
    log = {
        "name": run.name,
        "command": command,
        "run": description,
        "sha256": hashlib.sha256(fresh.read_bytes()).hexdigest(),
        "steps": state.step,
        "seconds": round(state.seconds, 1),
        "versions": {"torch": torch.__version__, "transformers": transformers.__version__, "numpy": np.__version__},
        "loss": state.history,
    }
    # The log first: weights without a log would be a training that nobody can check.
    (directory / LOG_FILE).write_text(json.dumps(log, indent=1) + "\n", encoding="utf-8")
    os.replace(fresh, weights)
