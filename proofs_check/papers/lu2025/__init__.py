"""Lu, Letey, Zavatone-Veth, Maiti and Pehlevan (2025), *Asymptotic theory of in-context learning by linear attention*,
PNAS 122(28), arXiv 2405.11751: the error at every size, and what it and its resolvent become in the proportional limit.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.lu2025 import exact_error, proportional_limit

SECTIONS = (exact_error, proportional_limit)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim about the paper; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
