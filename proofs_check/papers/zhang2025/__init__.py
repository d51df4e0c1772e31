"""Zhang, Singh, Latham and Saxe (2025), *Training Dynamics of In-Context Learning in Linear Attention*, ICML 2025.

Its statements as claims, in its order, then the findings.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.zhang2025 import findings, section_2, section_3, section_4, section_5

SECTIONS = (section_2, section_3, section_4, section_5, findings)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim about the paper, in its order; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
