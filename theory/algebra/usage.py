"""Which operations of the engine a piece of code calls: so that a check can be shown to share no code with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_WATCHERS: ContextVar[tuple[set[str], ...]] = ContextVar("engine watchers", default=())


def note(operation: str) -> None:
    """Tell those who watch that an operation of the engine is used."""
    for seen in _WATCHERS.get():
        seen.add(operation)


@contextmanager
def watching() -> Iterator[set[str]]:
    """The names of the operations of the engine that the block calls, filled while it runs."""
    seen: set[str] = set()
    token = _WATCHERS.set((*_WATCHERS.get(), seen))
    try:
        yield seen
    finally:
        _WATCHERS.reset(token)
