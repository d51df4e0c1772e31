"""What the JSON report records of a claim's language and evidence, so that `certificate` can re-verify it."""

from __future__ import annotations

from typing import Any

import numpy as np

from proofs_check.claims import Claim
from proofs_check.evidence import (
    ComputedMeasurement,
    EnclosedMeasurement,
    ExactMeasurement,
    Measurement,
    SampledMeasurement,
    SymbolicMeasurement,
)
from proofs_check.instances import Instance
from theory.algebra.words import Symbol


def language_record(claim: Claim) -> dict[str, Any]:
    """Shapes and properties of the letters, and what summation indices run to."""
    kinds = {name: _kind(claim.language.symbol(name), claim.language.stacked.get(name)) for name in _names(claim)}
    return {"kinds": kinds, "upto": dict(claim.language.upto), "lengths": list(claim.language.length_names)}


def _names(claim: Claim) -> list[str]:
    """The letters that the statement uses, or may use through its left side."""
    return sorted(claim.language.letters)


def _kind(symbol: Symbol, stacked: str | None) -> dict[str, Any]:
    return {
        "shape": [symbol.rows, symbol.cols],
        "positive": symbol.definite or symbol.non_negative,
        "symmetric": symbol.symmetric,
        "stacked": stacked,
    }


def evidence_record(measurement: Measurement) -> dict[str, Any]:
    """The measured left side as plain JSON values; exact numbers as text."""
    match measurement:
        case SymbolicMeasurement(derived, definitions):
            return {
                "derived": str(derived),
                "definitions": {definition.symbol.name: str(definition.expression) for definition in definitions},
            }
        case ExactMeasurement(values):
            return {"instances": [{**_instance(instance), "left": _plain(left)} for instance, left in values]}
        case SampledMeasurement(samples):
            return {
                "instances": [
                    {
                        **_instance(sample.instance),
                        "prompts": sample.moments.count,
                        "mean": sample.moments.mean,
                        "squared_deviations": sample.moments.squared_deviations,
                        "variance_bound": sample.variance,
                        "accepted": list(measurement.interval(sample)),
                    }
                    for sample in samples
                ]
            }
        case ComputedMeasurement(computed):
            return {
                "instances": [
                    {**_instance(instance), "left": _plain(left), "accuracy": tolerance}
                    for instance, left, tolerance in computed
                ]
            }
        case EnclosedMeasurement(enclosed):
            return {"instances": [{**_instance(instance), "left": _plain(left)} for instance, left in enclosed]}
    return {}


def _instance(instance: Instance) -> dict[str, Any]:
    return {
        "lengths": dict(instance.lengths),
        "values": {name: _plain(value) for name, value in instance.values.items()},
    }


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        value = value.tolist()
    return [_plain(entry) for entry in value] if isinstance(value, list | tuple) else str(value)
