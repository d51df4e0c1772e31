"""The claims of the papers, or a user's, handed to the judge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from proofs_check import papers
from proofs_check.judge import run
from proofs_check.judge.check import described
from proofs_check.judge.claims import Claim
from proofs_check.judge.loading import ClaimSource, Modules
from proofs_check.judge.results import Report
from proofs_check.judge.run import Progress
from proofs_check.kernel import kernel_column


@dataclass(frozen=True)
class Catalogue:
    """The claims of one paper, or of all for None."""

    paper: str | None = None
    modules: tuple[str, ...] = ()

    def load(self) -> tuple[tuple[Claim, ...], tuple[str, ...]]:
        """The claims."""
        return papers.catalogue(self.paper), ()


def claim_source(modules: Sequence[Path] = (), paper: str | None = None) -> ClaimSource:
    """The user's files, or the papers where no file is given."""
    return Modules(tuple(map(str, modules))) if modules else Catalogue(paper)


def verify(
    claims: Sequence[Claim] | None = None,
    *,
    seed: int = 0,
    alpha: float = 1e-6,
    prompts: int = 50_000,
    progress: Progress | None = None,
) -> Report:
    """Check claims, by default those of all papers, and return the report; see `proofs_check.judge.run.verify`.

    Of all papers it has the statements that no claim states too, which are undecided.
    """
    chosen = papers.catalogue() if claims is None else claims
    report = with_kernel(run.verify(chosen, seed=seed, alpha=alpha, prompts=prompts, progress=progress))
    return replace(report, unclaimed=papers.unclaimed()) if claims is None else report


def with_kernel(report: Report) -> Report:
    """The report with what Coq's kernel has checked of the papers' claims.

    A claim that only has the id of another, and says something else, gets nothing.
    """
    installed = {claim.id: described(claim).digest for claim in papers.catalogue()}
    results = (
        replace(held, kernel=kernel_record(held.id)) if installed.get(held.id) == held.digest else held
        for held in report.results
    )
    return replace(report, results=tuple(results))


def kernel_record(claim: str) -> dict[str, Any]:
    """The kernel column of a paper's claim as plain JSON values; empty where no theorem stands behind it."""
    column = kernel_column(claim)
    if not column.word:
        return {}
    return {
        "word": column.word,
        "theorem": column.theorem,
        "hypotheses": list(column.hypotheses),
        "exists": column.exists,
        "laws": column.laws,
        "remark": column.remark,
    }
