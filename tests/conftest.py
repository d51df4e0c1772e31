"""Tests that share something costly run in one process, so that it is made once: `pytest -n 2 --dist loadgroup`."""

from __future__ import annotations

import pytest

SHARED = ("built", "honest", "html", "networks")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Give the tests that use one of the costly fixtures its name as their group."""
    for item in items:
        for fixture in SHARED:
            if fixture in getattr(item, "fixturenames", ()):
                item.add_marker(pytest.mark.xdist_group(fixture))
