"""PyTorch on one thread, so that tests in parallel do not wait for each other."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Hold PyTorch to one thread, where it is installed."""
    torch = pytest.importorskip("torch")
    torch.set_num_threads(1)
