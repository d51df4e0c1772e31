"""Searches by Hypothesis that are functions of their seed: many instances, the tightest one, the smallest failure."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import TypeVar

import hypothesis
from hypothesis import HealthCheck, Phase, settings
from hypothesis.errors import NoSuchExample, StopTest, Unsatisfiable
from hypothesis.strategies import SearchStrategy

T = TypeVar("T")


def _settings(count: int, *phases: Phase) -> settings:
    # Without a database and a deadline nothing is remembered or written, and the machine's speed has no influence.
    return settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=phases,
        suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False,
    )


def visit(strategy: SearchStrategy[T], see: Callable[[T], float | None], count: int, seed: int) -> None:
    """Show about `count` examples to `see`; a number that it returns is driven upwards by hill climbing."""

    def look(example: T) -> bool:
        score = see(example)
        if score is not None:
            hypothesis.target(score)
        return False

    find_smallest(strategy, look, count, seed, shrink=False)


def find_smallest(
    strategy: SearchStrategy[T], fails: Callable[[T], bool], count: int, seed: int, *, shrink: bool = True
) -> T | None:
    """Return the simplest example found for which `fails` is true, or None after `count` examples without one.

    Without `shrink` it is the first one found, and what `fails` passes to hypothesis.target is driven upwards.
    """
    phases = (Phase.generate, Phase.shrink) if shrink else (Phase.generate, Phase.target)
    try:
        found: T = hypothesis.find(strategy, fails, settings=_settings(count, *phases), random=Random(seed))
    except (NoSuchExample, Unsatisfiable, StopTest):
        return None
    return found
