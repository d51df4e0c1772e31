"""Claims with their evidence, attacked by mutants, and reported."""

import warnings

# `python -m proofs_check.judge.verify` and the like: the module is imported by the package already, as intended.
warnings.filterwarnings("ignore", message="'proofs_check\\.", category=RuntimeWarning, module="runpy")

from proofs_check import strategies
from proofs_check.judge.claims import Claim, claim
from proofs_check.judge.counterexamples import find_claim, require_holds
from proofs_check.judge.evidence import Plan, Quantity
from proofs_check.judge.instances import Instance
from proofs_check.judge.statements import Language, Statement
from proofs_check.judge.verify import ClaimError, ClaimResult, Report, verify
from proofs_check.papers.zhang2024 import catalogue

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
    "require_holds",
    "strategies",
    "verify",
]
