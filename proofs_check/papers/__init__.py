"""The papers: statements only, in each paper's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from proofs_check.judge.claims import Claim
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.unclaimed import Unclaimed
from proofs_check.papers import (
    ahn2023,
    bordelon2025,
    comparators,
    lu2025,
    mahankali2023,
    wu2024,
    zhang2024,
    zhang2024b,
    zhang2025,
)
from proofs_check.papers.numbers import Number

PAPERS: Mapping[str, Callable[[], tuple[Claim, ...]]] = MappingProxyType(
    {
        "zhang2024": zhang2024.catalogue,
        "ahn2023": ahn2023.catalogue,
        "mahankali2023": mahankali2023.catalogue,
        "wu2024": wu2024.catalogue,
        "zhang2024b": zhang2024b.catalogue,
        "zhang2025": zhang2025.catalogue,
        "lu2025": lu2025.catalogue,
        "bordelon2025": bordelon2025.catalogue,
        "comparators": comparators.catalogue,
    }
)


def catalogue(paper: str | None = None) -> tuple[Claim, ...]:
    """Every claim of a paper, in its order, each resting on others of the list only; of all papers for None.

    Raises:
        ClaimError: for a paper that is not carried.
    """
    if paper is None:
        return tuple(claim for claims in PAPERS.values() for claim in claims())
    if paper not in PAPERS:
        raise ClaimError(f"no paper {paper!r}; there are {', '.join(PAPERS)}")
    return PAPERS[paper]()


def numbers(paper: str) -> Mapping[str, Number]:
    """What stands under each number of a paper."""
    held: Mapping[str, Number] = import_module(f"proofs_check.papers.{paper}.sources").NUMBERS
    return held


def unclaimed(paper: str | None = None) -> tuple[Unclaimed, ...]:
    """The statements of a paper's list that no claim states, with the reason; of all papers for None."""
    return tuple(
        Unclaimed(name, number, held.says, held.undecided)
        for name in (PAPERS if paper is None else (paper,))
        for number, held in numbers(name).items()
        if held.undecided
    )
