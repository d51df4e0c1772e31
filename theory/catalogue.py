"""The derivations by name, in the paper's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from theory.convergence import derivation as _convergence
from theory.derivation import Derivation
from theory.distribution_shift import derivation as _distribution_shift
from theory.global_minimum import derivation as _global_minimum
from theory.gradient_flow import derivation as _gradient_flow
from theory.limiting_predictor import derivation as _limiting_predictor
from theory.matrix_calculus import derivation as _matrix_calculus
from theory.model import derivation as _model
from theory.population_loss import derivation as _population_loss
from theory.prediction_error import derivation as _prediction_error
from theory.random_covariance import derivation as _random_covariance
from theory.random_query import derivation as _random_query
from theory.variants import derivation as _variants

DERIVATIONS: Mapping[str, Callable[[], Derivation]] = MappingProxyType(
    {
        "model": _model,
        "population_loss": _population_loss,
        "gradient_flow": _gradient_flow,
        "global_minimum": _global_minimum,
        "convergence": _convergence,
        "limiting_predictor": _limiting_predictor,
        "prediction_error": _prediction_error,
        "distribution_shift": _distribution_shift,
        "random_covariance": _random_covariance,
        "random_query": _random_query,
        "variants": _variants,
        "matrix_calculus": _matrix_calculus,
    }
)
