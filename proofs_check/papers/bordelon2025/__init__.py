"""Bordelon, Letey and Pehlevan (2025), *Theory of Scaling Laws for In-Context Regression*, ICLR 2026, arXiv 2510.01098.

The isotropic setting: depth L as L steps of gradient descent on the prompt.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.bordelon2025 import isotropic, reduced_model

SECTIONS = (reduced_model, isotropic)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim about the paper; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
