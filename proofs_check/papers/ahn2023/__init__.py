"""Ahn, Cheng, Daneshmand and Sra, *Transformers Learn to Implement Preconditioned Gradient Descent*, NeurIPS 2023.

Its statements as claims, a module a section in the paper's order.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.ahn2023 import section_3, section_4, section_5

SECTIONS = (section_3, section_4, section_5)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim about the paper, in its order; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
