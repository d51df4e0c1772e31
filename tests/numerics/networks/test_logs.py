"""The logs of the shipped networks say what was run, and nothing of the machine that ran it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import numerics

LOGS = sorted((Path(numerics.__file__).parent / "networks" / "weights").glob("*/log.json"))
ABSOLUTE = re.compile(r"""(?<![\w.~/-])(?:~?/[\w.]|[A-Za-z]:\\)""")


def test_no_log_names_an_absolute_path() -> None:
    """The folder of an output belongs to the machine."""
    assert LOGS
    assert {path.parent.name: ABSOLUTE.findall(path.read_text(encoding="utf-8")) for path in LOGS} == {
        path.parent.name: [] for path in LOGS
    }


@pytest.mark.parametrize("text", ["--output /var/runs --quiet", '"/home"', "--output=/runs", "~/runs", r"C:\runs"])
def test_absolute_paths_are_found(text: str) -> None:
    """In a command, in quotes, after an equality sign, in a home directory, on Windows."""
    assert ABSOLUTE.search(text)
    assert not ABSOLUTE.search("--output runs/first --quiet 1/2")
