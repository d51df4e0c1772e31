"""Claims with their evidence, attacked by mutants, and reported."""

import warnings

# `python -m proofs_check.verify` and the like: the module is imported by the package already, as intended.
warnings.filterwarnings("ignore", message="'proofs_check\\.", category=RuntimeWarning, module="runpy")

from proofs_check import strategies
from proofs_check.claims import Claim, claim
from proofs_check.counterexamples import find_claim, require_holds
from proofs_check.evidence import Plan, Quantity
from proofs_check.instances import Instance
from proofs_check.paper.catalogue import catalogue
from proofs_check.paper.results import paper_claims
from proofs_check.statements import Language, Statement
from proofs_check.verify import ClaimError, ClaimResult, Report, verify

__all__ = [
    "Claim",
    "ClaimError",
    "ClaimResult",
    "Instance",
    "Language",
    "Plan",
    "Quantity",
    "Report",
    "Statement",
    "catalogue",
    "claim",
    "find_claim",
    "paper_claims",
    "require_holds",
    "strategies",
    "verify",
]
