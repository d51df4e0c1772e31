"""Which instances a claim is checked at."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis.strategies import SearchStrategy

from proofs_check.judge.instances import Instance, random_value, sizes
from proofs_check.judge.language import Language

_REDRAWS = 50
# Exact evidence looks at these sizes where a claim does not say how far its evidence can go.
DEFAULT_LARGEST: Mapping[str, int] = {"d": 8, "N": 8, "M": 8, "n": 8}
# Of an equation no larger sizes than those that settle it are needed.
_LEAST_LARGEST = 4


@dataclass(frozen=True)
class Plan:
    """Which instances a claim is checked at: the letters to draw and the largest lengths.

    Args:
        letters: names of letters that are drawn at random.
        largest: for each length its largest value in exact checks; None goes as far as settles an equation, at most
            to 8. Evidence by brute force has to stop earlier, and its row then shows where.
        largest_sampled: the same for Monte Carlo and numerical checks.
        shared_with: claims of one such name are checked at the same instances, so that what is costly is computed once.
        search: a strategy for instances; exact and enclosed evidence then looks at `searched` of its examples, those
            of an inequality driven towards equality.
        searched: how many.
        ends: further instances at the ends of the range, where an inequality comes nearest to equality; always checked.
        fixed: lengths that the statement itself fixes, such as {"d": 1}; they are printed as assumptions.
    """

    letters: tuple[str, ...]
    largest: Mapping[str, int] | None = None
    largest_sampled: Mapping[str, int] = field(default_factory=lambda: {"d": 6, "N": 12, "M": 12})
    shared_with: str = ""
    search: SearchStrategy[Instance] | None = None
    searched: int = 100
    ends: Callable[[], Sequence[Instance]] | None = None
    fixed: Mapping[str, int] = field(default_factory=dict)

    def exact_sizes(self, degree: int | None) -> dict[str, int]:
        """The largest lengths of exact checks of a statement of that degree; None is one whose degree is not known."""
        if self.largest is not None:
            return {**self.largest, **self.fixed}
        enough = max(DEFAULT_LARGEST.values()) if degree is None else max(_LEAST_LARGEST, degree + 1)
        return {**{name: min(size, enough) for name, size in DEFAULT_LARGEST.items()}, **self.fixed}

    def instances(
        self, language: Language, rng: np.random.Generator, count: int, largest: Mapping[str, int], mild: bool = False
    ) -> Sequence[Instance]:
        """Draw generic instances; lengths that the plan does not name have small values, for mutants that do."""
        every = {**dict.fromkeys(language.length_names, _LEAST_LARGEST), **largest, **self.fixed}
        return [self.instance(language, rng, lengths, mild=mild) for lengths in sizes(rng, count, every, self.fixed)]

    def instance(
        self, language: Language, rng: np.random.Generator, lengths: Mapping[str, int], mild: bool = False
    ) -> Instance:
        """Draw generic values at given lengths."""
        values: dict[str, Any] = {}
        for name in self.letters:
            symbol, copies = language.symbol(name), language.stacked.get(name)
            for _ in range(_REDRAWS):
                value = random_value(symbol, lengths, rng, copies, mild)
                # A number that is 1, or that of another letter, would hide a dropped factor or an exchange.
                if not (isinstance(value, Fraction) and (abs(value) == 1 or value in values.values())):
                    break
            values[name] = value
        return Instance(lengths, values)
