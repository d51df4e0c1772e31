"""PyTorch on one thread, so that tests in parallel do not wait for each other."""

from __future__ import annotations

from importlib.util import find_spec

import pytest


@pytest.fixture(autouse=True)
def one_thread() -> None:
    """Hold PyTorch to one thread, where it is installed."""
    if find_spec("torch") is not None:
        import torch

        torch.set_num_threads(1)
