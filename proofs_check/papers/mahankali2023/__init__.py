"""Mahankali, Hashimoto and Ma (2023), *One step of gradient descent is provably the optimal in-context learner with one
layer of linear self-attention*, ICLR 2024, arXiv 2307.03576.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.mahankali2023 import best_step, other_targets

SECTIONS = (best_step, other_targets)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim about the paper; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
