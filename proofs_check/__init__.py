"""Claims with their evidence, attacked by mutants, and reported."""

from proofs_check import strategies
from proofs_check.judge.claims import Claim, Finding, Source, claim
from proofs_check.judge.counterexamples import find_claim, require_holds
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.plans import Plan
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.results import ClaimResult, Report
from proofs_check.judge.statements import Statement
from proofs_check.model_claims import claims_of
from proofs_check.papers import catalogue
from proofs_check.verification import verify

__all__ = [
    "Claim",
    "ClaimError",
    "ClaimResult",
    "Finding",
    "Instance",
    "Language",
    "Plan",
    "Quantity",
    "Report",
    "Source",
    "Statement",
    "catalogue",
    "claim",
    "claims_of",
    "find_claim",
    "require_holds",
    "strategies",
    "verify",
]
