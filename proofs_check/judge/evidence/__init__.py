"""Kinds of evidence. Each measures the left side of a claim once and then judges any right side, so that mutants of a
statement meet exactly the evidence that the statement itself has to meet.

`KINDS` is the one table of them: a kind is its name, its short name, what it can earn, and how it
measures a claim.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from proofs_check.judge.evidence.computed import ComputedMeasurement
from proofs_check.judge.evidence.enclosed import EnclosedMeasurement
from proofs_check.judge.evidence.exact import ExactMeasurement
from proofs_check.judge.evidence.measure import (
    Asked,
    measure_computed,
    measure_enclosed,
    measure_exact,
    measure_sampled,
    measure_symbolic,
)
from proofs_check.judge.evidence.sampled import Sampled, SampledMeasurement
from proofs_check.judge.evidence.symbolic import SymbolicMeasurement
from proofs_check.judge.evidence.verdict import Budget, Earned, Measurement, Outcome, Verdict

if TYPE_CHECKING:
    from proofs_check.judge.claims import Claim

__all__ = [
    "KINDS",
    "Budget",
    "ComputedMeasurement",
    "Earned",
    "EnclosedMeasurement",
    "ExactMeasurement",
    "Kind",
    "Measurement",
    "Outcome",
    "Sampled",
    "SampledMeasurement",
    "SymbolicMeasurement",
    "Verdict",
    "measure",
]


@dataclass(frozen=True)
class Kind:
    """A kind of evidence.

    Attributes:
        short: its name where there is little room.
        earns: the best status that it can earn by itself.
        measure: measures the left side of a claim; None where the claim's left side does not offer it.
    """

    short: str
    earns: Earned
    measure: Callable[[Asked], Measurement | None]


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "symbolic": Kind("sym", "proved", measure_symbolic),
        "exact": Kind("exact", "tested", measure_exact),
        "Monte Carlo": Kind("MC", "supported", measure_sampled),
        "enclosure": Kind("encl", "tested", measure_enclosed),
        "numerical": Kind("num", "supported", measure_computed),
    }
)


def measure(claim: Claim, budget: Budget) -> list[Measurement]:
    """Measure the left side in every way that its quantity offers."""
    asked = Asked.of(claim, budget)
    found = (kind.measure(asked) for kind in KINDS.values())
    return [measurement for measurement in found if measurement is not None]
