"""The commands train and compare, with what they need and without."""

from __future__ import annotations

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from proofs_check.command_line import main


@pytest.mark.parametrize("missing", ["torch", "transformers", "safetensors"])
@pytest.mark.parametrize(
    "arguments",
    [["train", "--model", "gpt2", "--law", "exp", "--output", "runs"], ["compare", "--output", "comparison"]],
)
def test_without_a_package_the_remedy_is_named(
    arguments: list[str], missing: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One line that says what to install, exit code 2, and nothing written."""
    for name in [name for name in sys.modules if name.startswith("numerics.networks")]:
        monkeypatch.delitem(sys.modules, name)
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name, *rest: None if name == missing else found(name, *rest)
    )
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert re.search(rf"needs [\w, ]*\b{missing}\b", result.output)
    assert "pip install 'icl-theory[networks]'" in result.output
    assert not list(tmp_path.iterdir())


def test_train_and_compare(tmp_path: Path) -> None:
    """From nothing to figures: two micro networks, their comparison, and its figures drawn again from the record."""
    pytest.importorskip("numerics.networks")
    runs, output, again = tmp_path / "runs", tmp_path / "out", tmp_path / "again"
    for law in ("fixed", "exp"):
        arguments = ["train", "--model", "linear", "--law", law, "--preset", "micro", "--steps", "40"]
        result = CliRunner().invoke(main, [*arguments, "--output", str(runs)])
        assert result.exit_code == 0, result.output
    assert len(list(runs.glob("*/weights.safetensors"))) == 2
    options = ["--weights", str(runs), "--groups", "4", "--prompts", "2", "--test", "exp-9", "--output", str(output)]
    result = CliRunner().invoke(main, ["compare", *options])
    assert result.exit_code == 0, result.output
    record = json.loads((output / "comparison.json").read_text())
    assert list(record["tests"]) == ["exp-9"]
    assert record["tests"]["exp-9"]["title"] == "random covariances 9 diag Exp(1)"
    arguments = ["compare", "--record", str(output / "comparison.json"), "--output", str(again), "--quiet"]
    result = CliRunner().invoke(main, arguments)
    assert (result.exit_code, result.output) == (0, "")
    for path in output.iterdir():
        assert path.read_bytes() == (again / path.name).read_bytes()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["train", "--model", "softmax", "--law", "exp", "--start", "paper"], "use generic"),
        (["train", "--model", "linear", "--law", "exp", "--device", "abacus"], "cannot use the device 'abacus'"),
        (["compare", "--test", "cauchy"], "test must be one of"),
    ],
)
def test_bad_input_is_one_message(arguments: list[str], message: str, tmp_path: Path) -> None:
    """Exit code 2 and no traceback."""
    pytest.importorskip("numerics.networks")
    result = CliRunner().invoke(main, [*arguments, "--output", str(tmp_path / "out")])
    assert result.exit_code == 2
    assert message in result.output


def test_a_finished_run_is_kept(tmp_path: Path) -> None:
    """The same command again says that the run is there."""
    pytest.importorskip("numerics.networks")
    arguments = ["train", "--model", "softmax", "--law", "exp", "--preset", "micro", "--steps", "2"]
    codes = [CliRunner().invoke(main, [*arguments, "--output", str(tmp_path)]).exit_code for _ in range(2)]
    assert codes == [0, 2]
