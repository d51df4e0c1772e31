"""Least squares and ridge regression on a prompt: what papers on in-context learning compare with."""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.comparators import least_squares

SECTIONS = (least_squares,)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
