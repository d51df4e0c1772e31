from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from numerics.checkpoint import Checkpoint, CheckpointError, Progress, fingerprint
from numerics.executor import Executor, ProcessExecutor, SerialExecutor
from numerics.monte_carlo import ErrorEstimate, simulate_error
from numerics.problem import Problem
from numerics.prompts import FixedTask, FunctionLabels, LinearLabels, QuadraticLabels, Shift
from numerics.sequential import Moments

ROOT = Path(__file__).parents[2]
PROBLEM = Problem([[2.0, 0.6], [0.6, 0.7]], 5)
PROMPTS = 130_000  # eight blocks of 16,384 and a part of one

# The run of the tests below in a process of its own, which is killed in the middle.
RUN = """
import sys, time
from numerics.executor import choose_executor
from numerics.problem import Problem
from numerics.monte_carlo import simulate_error

if __name__ == "__main__":
    directory, jobs, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
    simulate_error(
        Problem([[2.0, 0.6], [0.6, 0.7]], 5), prompt_length=499, prompts=130_000, seed=3, checkpoint=directory,
        executor=choose_executor(jobs), checkpoint_seconds=0.0, progress=lambda done, total: time.sleep(pause),
    )
"""


def run(checkpoint: Path | None, executor: Executor | None = None, **changes: object) -> ErrorEstimate:
    """Make the run of these tests, saving after each block, with some arguments changed."""
    arguments = {"prompt_length": 499, "prompts": PROMPTS, "seed": 3, **changes}
    return simulate_error(
        PROBLEM,
        checkpoint=checkpoint,
        executor=executor,
        checkpoint_seconds=0.0,
        **arguments,  # type: ignore[arg-type]
    )


def blocks_saved(directory: Path) -> int:
    """Return how many blocks the checkpoint holds."""
    path = directory / "checkpoint.json"
    return int(json.loads(path.read_text())["content"]["blocks"]) if path.exists() else 0


def killed_run(directory: Path, jobs: int) -> None:
    """Run the script in a process group of its own and kill -9 all of it once it has saved three blocks."""
    directory.mkdir()
    script = directory / "run.py"
    script.write_text(RUN)
    process = subprocess.Popen(
        [sys.executable, str(script), str(directory), str(jobs), "0.05"],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        start_new_session=True,
    )
    deadline = time.monotonic() + 60
    while blocks_saved(directory) < 3:
        assert process.poll() is None, "the run ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.005)
    os.killpg(process.pid, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL


@pytest.fixture(scope="module")
def uninterrupted() -> Moments:
    """What the run gives without any checkpoint."""
    return run(None).moments


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("executor", [SerialExecutor(), ProcessExecutor(2)])
def test_killed_run_resumes_to_the_same_bits(
    tmp_path: Path, uninterrupted: Moments, jobs: int, executor: Executor
) -> None:
    """kill -9 of the whole run, on one or two processes; resumed on either, it ends in the uninterrupted result."""
    directory = tmp_path / "run"
    killed_run(directory, jobs)
    before = blocks_saved(directory)
    first = []
    resumed = run(directory, executor, progress=lambda done, total: first.append(done))
    assert resumed.moments == uninterrupted
    # What was saved was not computed again.
    assert first[0] > before * PROMPTS / (blocks_saved(directory) + 1)
    assert len(first) == blocks_saved(directory) - before


def test_finished_run_is_returned_at_once(tmp_path: Path, uninterrupted: Moments) -> None:
    """The checkpoint of a finished run is its result."""
    assert run(tmp_path).moments == uninterrupted
    calls: list[int] = []
    assert run(tmp_path, progress=lambda done, total: calls.append(done)).moments == uninterrupted
    assert calls == []


def test_interrupt_saves_what_is_finished(tmp_path: Path, uninterrupted: Moments) -> None:
    """Control-C between two timed saves loses nothing."""

    def interrupt(done: int, total: int) -> None:
        if done > total / 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        simulate_error(
            PROBLEM, prompt_length=499, prompts=PROMPTS, seed=3, checkpoint=tmp_path, checkpoint_seconds=1e9,
            progress=interrupt,
        )  # fmt: skip
    assert blocks_saved(tmp_path) > 1
    assert run(tmp_path).moments == uninterrupted


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda text: text[: len(text) // 2], "not a whole checkpoint"),
        (lambda text: "", "not a whole checkpoint"),
        (lambda text: "[1, 2]", "not a whole checkpoint"),
        (lambda text: '{"content": {}}', "not a whole checkpoint"),
        (lambda text: text.replace('"total": "', '"total": "1'), "does not match its SHA-256"),
        (lambda text: text.replace('"count": ', '"count": 1'), "does not match its SHA-256"),
    ],
)
def test_damaged_checkpoint_is_reported_and_kept(tmp_path: Path, damage: object, message: str) -> None:
    """Truncated, empty or altered files are not used and not overwritten."""
    run(tmp_path, prompts=20_000)
    path = tmp_path / "checkpoint.json"
    damaged = damage(path.read_text())  # type: ignore[operator]
    path.write_text(damaged)
    with pytest.raises(CheckpointError, match=message):
        run(tmp_path, prompts=20_000)
    assert path.read_text() == damaged


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"seed": 4}, "seed"),
        ({"prompts": 20_001}, "prompts"),
        ({"prompt_length": 498}, "prompt_length"),
        ({"method": "wishart"}, "method"),
        ({"target": "linear"}, "target"),
        ({"labels": LinearLabels(0.5)}, "labels"),
        ({"labels": QuadraticLabels(np.eye(2))}, "labels"),
        ({"shift": Shift(FixedTask([1.0, 2.0]))}, "shift"),
        ({"weights": np.eye(2)}, "weights"),
    ],
)
def test_foreign_checkpoint_is_reported(tmp_path: Path, changes: dict[str, object], named: str) -> None:
    """The checkpoint of a run that differs in anything that matters is refused, and what differs is named."""
    run(tmp_path, prompts=20_000)
    with pytest.raises(CheckpointError, match=rf"belongs to another run, with .*{named} "):
        run(tmp_path, **{"prompts": 20_000, **changes})
    other = Problem([[2.0, 0.6], [0.6, 0.7]], 6)
    with pytest.raises(CheckpointError, match="problem "):
        simulate_error(other, prompt_length=499, prompts=20_000, seed=3, checkpoint=tmp_path)


def test_progress_round_trips_exactly(tmp_path: Path) -> None:
    """Saving and loading returns equal rational numbers, and leaves no other file behind."""
    checkpoint = Checkpoint(tmp_path / "deep" / "er", {"run": "x", "scale": 0.1})
    assert checkpoint.load() == Progress()
    progress = Progress(3, Moments(7, Fraction(1, 3), Fraction(-5, 2**200)))
    checkpoint.save(progress)
    checkpoint.save(progress)
    assert checkpoint.load() == progress
    assert [path.name for path in checkpoint.directory.iterdir()] == ["checkpoint.json"]


def test_unknown_format_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A checkpoint of another format version is refused even if it is whole."""
    checkpoint = Checkpoint(tmp_path, {"run": "x"})
    monkeypatch.setattr("numerics.checkpoint._FORMAT", 99)
    checkpoint.save(Progress())
    monkeypatch.undo()
    with pytest.raises(CheckpointError, match="has format 99"):
        checkpoint.load()


def test_fingerprints_tell_inputs_apart() -> None:
    """Equal content gives equal fingerprints; a changed bit, type, shape or function body gives another."""
    values = [1.0, 1, True, None, "1", (1.0,), np.zeros((2, 1)), np.zeros((1, 2)), LinearLabels(), LinearLabels(0.1)]
    values += [PROBLEM, Problem(PROBLEM.covariance, 6), FunctionLabels(killed_run), FunctionLabels(blocks_saved)]  # type: ignore[arg-type]
    assert len({fingerprint(value) for value in values}) == len(values)
    assert fingerprint(Problem(PROBLEM.covariance.copy(), 5)) == fingerprint(PROBLEM)
    first, second = {}, {}
    exec("def f(x, w, rng): return x * 2", first)
    exec("def f(x, w, rng): return x * 3", second)
    assert fingerprint(FunctionLabels(first["f"])) != fingerprint(FunctionLabels(second["f"]))
    captured = 3
    with pytest.raises(TypeError, match="cannot tell apart"):
        fingerprint(lambda x: x + captured)
