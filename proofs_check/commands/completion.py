"""Shell completion of arguments."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import click


def completed(names: Callable[[], Iterable[str]]) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Completion of an argument by names, which are made when they are asked for."""
    return lambda context, parameter, incomplete: [name for name in names() if name.startswith(incomplete)]
