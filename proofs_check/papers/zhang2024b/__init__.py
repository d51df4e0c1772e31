"""Zhang, Wu and Bartlett (2024), *In-context learning of a linear transformer block: benefits of the MLP component and
one-step GD initialization*, NeurIPS 2024, arXiv 2402.14951.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.zhang2024b import attention, gradient_step

SECTIONS = (gradient_step, attention)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim about the paper; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
