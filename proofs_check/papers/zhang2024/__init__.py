"""Zhang, Frei and Bartlett (2024), *Trained Transformers Learn Linear Models In-Context*, JMLR 25(49).

Its statements as claims, a module a section in the paper's order, then what goes beyond it and what it gets wrong.
"""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.zhang2024 import (
    appendix_a,
    appendix_b,
    appendix_c,
    appendix_d,
    beyond,
    findings,
    section_3,
    section_4_1,
    section_4_2,
    section_4_3,
    section_5,
)

SECTIONS = (
    section_3,
    section_4_1,
    section_4_2,
    section_4_3,
    section_5,
    appendix_a,
    appendix_b,
    appendix_c,
    appendix_d,
    beyond,
    findings,
)


def catalogue() -> tuple[Claim, ...]:
    """Return every claim about the paper, in its order; each rests on others of the list only."""
    return tuple(claim for section in SECTIONS for claim in section.STATEMENTS)
