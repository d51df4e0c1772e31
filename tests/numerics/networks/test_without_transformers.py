"""PyTorch alone: where transformers is missing nothing fails."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
# Makes the import fail, as it does where the package is not installed.
BLOCKER = "import sys\n\nsys.modules['transformers'] = None\n"
FOLDERS = ("tests/numerics/networks", "tests/proofs_check/commands/test_network_commands.py")


def test_the_tests_of_networks_are_skipped_and_nothing_fails(tmp_path: Path) -> None:
    """The tests that need the extra say what to install; those of the logs and of the remedy still run."""
    pytest.importorskip("torch")
    (tmp_path / "blocker.py").write_text(BLOCKER, encoding="utf-8")
    here = str(Path(__file__).relative_to(ROOT))
    result = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "blocker", "-p", "no:cacheprovider", "-rs", *FOLDERS, "--ignore", here],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), str(ROOT)])},
    )
    assert result.returncode == 0, result.stdout
    reasons = re.findall(r"^SKIPPED.*", result.stdout, re.MULTILINE)
    assert len(reasons) >= 6
    assert all("needs transformers" in reason and "icl-theory[networks]" in reason for reason in reasons), reasons
    counts = re.search(r"(\d+) passed, (\d+) skipped", result.stdout)
    assert counts is not None, result.stdout
    assert int(counts[1]) > 6
