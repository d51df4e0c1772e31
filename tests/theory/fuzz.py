"""Random formulas of every law, sum and inverse against exact brute force that shares no code with the engine.

    python -m tests.theory.fuzz --count 2000 --seed 0 [--family indices ...]

For every family it prints how many formulas were compared, each at two sizes at least, how many disagreed, and the
seconds; it exits with 1 if any disagreed. Formulas whose expectation is zero, or that a law refuses, are not counted.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import hypothesis
from hypothesis import strategies as st

from tests.theory.algebra import (
    test_expectation,
    test_gaussian_matrix,
    test_indices,
    test_inverse_moments,
    test_laws,
    test_limits,
    test_operators,
)
from tests.theory.recipes import KINDS, MOST_RANDOM_LETTERS, Recipe, degree, recipes

_DRAWN = hypothesis.settings(
    max_examples=200,
    deadline=None,
    database=None,
    phases=[hypothesis.Phase.generate],
    suppress_health_check=list(hypothesis.HealthCheck),
)
# What a family tells of one formula: compared and equal, compared and different (with the formula), or not compared.
Outcome = bool | str


@dataclass(frozen=True)
class Count:
    """Formulas compared, what is said of those that disagreed, seconds."""

    compared: int
    mismatches: tuple[str, ...]
    seconds: float


def _seeded(agrees: Callable[[int], bool]) -> Callable[[int], Iterator[Outcome]]:
    """Outcomes of a comparison that takes a seed and raises AssertionError where it fails."""

    def outcomes(seed: int) -> Iterator[Outcome]:
        number = seed * 1_000_000
        while True:
            try:
                yield agrees(number)
            except AssertionError as error:
                yield str(error).splitlines()[0]
            number += 1

    return outcomes


def _recipes(strategy: st.SearchStrategy[Recipe], kinds: Sequence[str]) -> Callable[[int], Iterator[Outcome]]:
    """Outcomes of formulas that Hypothesis draws, in batches."""

    def batch(seed: int) -> list[Outcome]:
        held: list[Outcome] = []

        @hypothesis.seed(seed)
        @_DRAWN
        @hypothesis.given(strategy, st.sampled_from(kinds), test_expectation.SIZES, st.integers(0, 99))
        def draw(recipe: Recipe, kind: str, sizes: list[tuple[int, int]], seed: int) -> None:
            if degree(recipe) > MOST_RANDOM_LETTERS or not test_expectation.expected_value(recipe, kind):
                return
            try:
                test_expectation.agrees(recipe, kind, sizes, seed)
                held.append(True)
            except AssertionError as error:
                held.append(str(error).splitlines()[0])

        draw()
        return held

    def outcomes(seed: int) -> Iterator[Outcome]:
        while True:
            yield from batch(seed)
            seed += 1_000_000

    return outcomes


FAMILIES: dict[str, Callable[[int], Iterator[Outcome]]] = {
    "gaussian": _recipes(recipes(), KINDS[:4]),
    "elliptical": _recipes(recipes(summed=("x", "x", "z")), KINDS[4:]),
    "indices": _seeded(test_indices.agrees),
    "elliptical indices": _seeded(lambda seed: test_indices.agrees(seed, elliptical=True)),
    **{f"entries: {kind}": _seeded(lambda seed, kind=kind: test_laws.agrees(seed, kind)) for kind in test_laws.KINDS},
    "gaussian matrix": _seeded(test_gaussian_matrix.matrix_agrees),
    "inverses": _seeded(test_inverse_moments.agrees),
    "proportional limits": _seeded(test_limits.words_agree),
    "linear maps": _seeded(test_operators.agrees),
}


def fuzz(family: str, count: int, seed: int) -> Count:
    """Compare so many formulas of a family."""
    start = time.perf_counter()
    compared, mismatches = 0, []
    for outcome in FAMILIES[family](seed):
        if isinstance(outcome, str):
            mismatches.append(outcome)
        compared += outcome is not False
        if compared >= count:
            break
    return Count(compared, tuple(mismatches), time.perf_counter() - start)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the families that were asked for; 1 if any formula disagreed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--family", action="append", choices=list(FAMILIES), help="all of them if not given")
    parser.add_argument("--count", type=int, default=2000, help="formulas a family")
    parser.add_argument("--seed", type=int, default=0)
    chosen = parser.parse_args(arguments)
    print(f"{'family':20} {'formulas':>8} {'mismatches':>10} {'seconds':>8}", flush=True)
    failed = False
    for family in chosen.family or FAMILIES:
        found = fuzz(family, chosen.count, chosen.seed)
        print(f"{family:20} {found.compared:8} {len(found.mismatches):10} {found.seconds:8.0f}", flush=True)
        for mismatch in found.mismatches[:3]:
            print(f"    {mismatch}", flush=True)
        failed |= bool(found.mismatches)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
