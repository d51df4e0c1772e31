"""A verify run that is killed and resumed gives the uninterrupted report."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.proofs_check.judge.reports import equal_up_to_time

ROOT = Path(__file__).parents[3]
CLAIMS = ("thm-4.2-covariance", "lem-D.1-form", "lem-D.2", "lem-D.3", "F1-corrected", "F6-corrected", "F7")


def _command(*more: str) -> list[str]:
    return [sys.executable, "-m", "proofs_check.command_line", "verify", *CLAIMS, "--budget", "3", "--quiet", *more]


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The report of a run that nobody kills."""
    whole = tmp_path_factory.mktemp("run") / "whole.json"
    subprocess.run(_command("--json", str(whole)), cwd=ROOT, check=True)
    return whole.read_text()


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_kill_and_resume(tmp_path: Path, uninterrupted: str, jobs: str) -> None:
    """kill -9 of the whole run while claims are being checked, then --resume, for one and two processes."""
    resumed, kept = tmp_path / "resumed.json", tmp_path / "kept"
    command = _command("--json", str(resumed), "--resume", str(kept), "--jobs", jobs)
    run = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    deadline = time.monotonic() + 120
    while len(list(kept.glob("*.json")) if kept.is_dir() else []) < 3 and time.monotonic() < deadline:
        assert run.poll() is None
        time.sleep(0.005)
    os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert not resumed.exists()
    finished = {path.name: path.read_bytes() for path in kept.glob("*.json")}
    assert len(finished) >= 3
    subprocess.run(command, cwd=ROOT, check=True)
    assert equal_up_to_time(uninterrupted, resumed.read_text())
    assert all((kept / name).read_bytes() == content for name, content in finished.items())
