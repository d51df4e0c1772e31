"""Wu, Zou, Chen, Braverman, Gu and Bartlett (2024), *How many pretraining tasks are needed for in-context learning of
linear regression?*, ICLR 2024, arXiv 2310.08391: its statements on the population risk.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.wu2024 import population

SECTIONS = (population,)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim about the paper; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
