"""The claims of the papers, or a user's, handed to the judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from proofs_check import papers
from proofs_check.judge import run
from proofs_check.judge.claims import Claim
from proofs_check.judge.loading import ClaimSource, Modules
from proofs_check.judge.results import Report
from proofs_check.judge.run import Progress


@dataclass(frozen=True)
class Catalogue:
    """The claims of one paper, or of all for None."""

    paper: str | None = None
    modules: tuple[str, ...] = ()

    def load(self) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
        """The claims."""
        return papers.catalogue(self.paper), ()


def claim_source(modules: Sequence[Path] = (), paper: str | None = None) -> ClaimSource:
    """A user's files, or without any the papers."""
    return Modules(tuple(map(str, modules))) if modules else Catalogue(paper)


def verify(
    claims: Sequence[Claim] | None = None,
    *,
    seed: int = 0,
    alpha: float = 1e-6,
    prompts: int = 50_000,
    progress: Progress | None = None,
) -> Report:
    """Check claims, by default those of all papers, and return the report; see `proofs_check.judge.run.verify`."""
    chosen = papers.catalogue() if claims is None else claims
    return run.verify(chosen, seed=seed, alpha=alpha, prompts=prompts, progress=progress)
