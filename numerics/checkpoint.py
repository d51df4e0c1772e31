"""Checkpoints of long runs: written atomically, tied to one run, and refused when damaged or foreign."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass, field, fields, is_dataclass
from fractions import Fraction
from pathlib import Path
from types import FunctionType

import numpy as np

from numerics.sequential import Moments
from theory.errors import IclTheoryError

_FORMAT = 1

Description = dict[str, str | int | float | None]


class CheckpointError(IclTheoryError, RuntimeError):
    """A checkpoint is damaged, or belongs to another run. It is never used, and never overwritten."""


@dataclass(frozen=True)
class Progress:
    """How far a run has come: the blocks finished, in order from the first, and the moments of what they gave."""

    blocks: int = 0
    moments: Moments = field(default_factory=Moments)


@dataclass(frozen=True)
class Checkpoint:
    """The checkpoint of one run in a directory of its own.

    The file carries a SHA-256 of its content, so truncation or a changed digit is noticed, and the description of the
    run. A new version is written beside the old one, forced to the disk, and put in its place in one step: whatever
    moment a process is killed at, a whole checkpoint is there.

    Args:
        directory: where the checkpoint is kept; created when first saved.
        description: what determines the run's result. A checkpoint of another description is not used.
    """

    directory: Path
    description: Description

    @property
    def path(self) -> Path:
        """The checkpoint file."""
        return self.directory / "checkpoint.json"

    def load(self) -> Progress:
        """Return the progress saved, or none if there is no checkpoint yet.

        Raises:
            CheckpointError: if the file is damaged or describes another run; the message says which and what to do.
        """
        if not self.path.exists():
            return Progress()
        remedy = "choose another directory, or delete the file to start afresh"
        try:
            stored = json.loads(self.path.read_bytes())
            content = stored["content"]
            digest = stored["sha256"]
        except (ValueError, KeyError, TypeError) as error:
            raise CheckpointError(f"{self.path} is not a whole checkpoint ({error!r}); {remedy}") from error
        if digest != _digest(content):
            raise CheckpointError(f"{self.path} is damaged: its content does not match its SHA-256; {remedy}")
        if content.get("format") != _FORMAT:
            raise CheckpointError(f"{self.path} has format {content.get('format')!r}, not {_FORMAT}; {remedy}")
        foreign = content["description"]
        differing = sorted(
            key for key in foreign.keys() | self.description.keys() if foreign.get(key) != self.description.get(key)
        )
        if differing:
            parts = ", ".join(
                f"{key} {foreign.get(key)!r} instead of {self.description.get(key)!r}" for key in differing
            )
            raise CheckpointError(f"{self.path} belongs to another run, with {parts}; {remedy}")
        moments = Moments(content["count"], Fraction(content["total"]), Fraction(content["squares"]))
        return Progress(content["blocks"], moments)

    def save(self, progress: Progress) -> None:
        """Replace the checkpoint by this progress; it survives a crash of the machine once this returns."""
        content = {
            "format": _FORMAT,
            "description": self.description,
            "blocks": progress.blocks,
            "count": progress.moments.count,
            "total": str(progress.moments.total),
            "squares": str(progress.moments.squares),
        }
        self.directory.mkdir(parents=True, exist_ok=True)
        # Every process writes a file of its own: two runs on one directory must not tear each other's.
        fresh = self.path.with_name(f".checkpoint-{os.getpid()}.tmp")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump({"sha256": _digest(content), "content": content}, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        os.replace(fresh, self.path)
        directory = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)


def _digest(content: object) -> str:
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def fingerprint(value: object) -> str:
    """Return a SHA-256 of what a run is given.

    Dataclasses count by their fields, arrays by their bits, functions by their name, byte code and constants; a change
    in what a function calls is not noticed.

    Raises:
        TypeError: for anything else, such as a callable object or a function that closes over variables.
    """
    return hashlib.sha256(_serialised(value).encode()).hexdigest()


def _serialised(value: object) -> str:
    if is_dataclass(value) and not isinstance(value, type):
        inner = ",".join(f"{part.name}={_serialised(getattr(value, part.name))}" for part in fields(value))
        return f"{type(value).__name__}({inner})"
    if isinstance(value, np.ndarray):
        return f"array{value.shape}:{value.dtype.str}:{np.ascontiguousarray(value).tobytes().hex()}"
    if value is None or isinstance(value, bool | int | str):
        return repr(value)
    if isinstance(value, float):
        return value.hex()
    if isinstance(value, tuple):
        return f"({','.join(_serialised(item) for item in value)})"
    if isinstance(value, FunctionType) and value.__closure__ is None:
        code = value.__code__
        return f"{value.__module__}.{value.__qualname__}:{code.co_code.hex()}:{code.co_consts!r}:{value.__defaults__!r}"
    raise TypeError(
        f"a checkpoint cannot tell apart runs with {value!r}; use a function defined at the top level of a module"
    )
