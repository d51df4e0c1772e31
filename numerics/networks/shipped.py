"""Trained networks on disk: weights beside the log of their training, and the set that is shipped with the package."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from safetensors import SafetensorError
from safetensors.torch import load

from numerics.networks.models import Network, build
from numerics.networks.presets import Curriculum, Run, Settings
from numerics.networks.training import LOG_FILE, WEIGHTS_FILE
from theory.errors import IclTheoryError

SHIPPED = Path(__file__).parent / "weights"
RECORD = SHIPPED / "comparison.json"
"""The comparison of the shipped networks, as `icl-theory compare` wrote it."""
_RUN_FIELDS = ("model", "law", "preset", "seed", "optimiser", "start")


class WeightsError(IclTheoryError, ValueError):
    """Weights are missing, damaged, or not those of their log."""


@dataclass(frozen=True, eq=False)
class Trained:
    """A trained network.

    Attributes:
        run: what was trained.
        network: with the trained weights, on the CPU.
        log: of the training, as log.json holds it.
    """

    run: Run
    network: Network
    log: dict[str, Any]


def load_network(directory: Path) -> Trained:
    """Return the network in a directory, after comparing the weights with the SHA-256 in their log.

    Raises:
        WeightsError: if a file is missing or damaged, or the weights are not those that the log describes.
    """
    weights, record = directory / WEIGHTS_FILE, directory / LOG_FILE
    for path in (weights, record):
        if not path.is_file():
            raise WeightsError(f"{path} is missing; train the network with `icl-theory train`")
    try:
        log = json.loads(record.read_text(encoding="utf-8"))
        described = log["run"]
        settings = dict(described["settings"])
        if settings["curriculum"] is not None:
            settings["curriculum"] = Curriculum(**settings["curriculum"])
        run = Run(**{name: described[name] for name in _RUN_FIELDS}, settings=Settings(**settings))
        digest = log["sha256"]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{record} is not the log of a training ({error!r})") from error
    content = weights.read_bytes()
    if hashlib.sha256(content).hexdigest() != digest:
        raise WeightsError(f"{weights} is not the file of its log: the SHA-256 differs; get or train it again")
    network = build(run.model, run.settings, np.random.SeedSequence(0), run.start)
    try:
        network.load_state_dict(load(content))
    except (SafetensorError, RuntimeError) as error:
        raise WeightsError(f"{weights} does not fit the network of its log: {str(error).splitlines()[0]}") from error
    network.eval()
    return Trained(run, network, log)


def load_networks(directory: Path = SHIPPED) -> list[Trained]:
    """Return all networks in the subdirectories of a directory, in the order of their names.

    Raises:
        WeightsError: if there is none, or one of them is damaged.
    """
    found = sorted(path.parent for path in directory.glob(f"*/{LOG_FILE}"))
    if not found:
        raise WeightsError(f"{directory} holds no trained networks; train them with `icl-theory train --output DIR`")
    return [load_network(path) for path in found]
