"""All claims about the paper."""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.papers.zhang2024.averaged_flow import averaged_flow_claims
from proofs_check.papers.zhang2024.laws import law_claims
from proofs_check.papers.zhang2024.local_minimum import local_minimum_claims
from proofs_check.papers.zhang2024.random_covariance import random_covariance_claims
from proofs_check.papers.zhang2024.results import paper_claims


def catalogue() -> tuple[Claim, ...]:
    """Return every claim; each rests on others of the list only."""
    return (
        *paper_claims(),
        *local_minimum_claims(),
        *random_covariance_claims(),
        *averaged_flow_claims(),
        *law_claims(),
    )
