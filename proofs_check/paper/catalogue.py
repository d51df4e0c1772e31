"""All claims about the paper."""

from __future__ import annotations

from proofs_check.claims import Claim
from proofs_check.paper.averaged_flow import averaged_flow_claims
from proofs_check.paper.laws import law_claims
from proofs_check.paper.local_minimum import local_minimum_claims
from proofs_check.paper.random_covariance import random_covariance_claims
from proofs_check.paper.results import paper_claims


def catalogue() -> tuple[Claim, ...]:
    """Return every claim; each rests on others of the list only."""
    return (
        *paper_claims(),
        *local_minimum_claims(),
        *random_covariance_claims(),
        *averaged_flow_claims(),
        *law_claims(),
    )
