"""The derivations by name, in the paper's order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from theory.derivation import Derivation
from theory.least_squares import derivation as _least_squares
from theory.zhang2024.convergence import derivation as _convergence
from theory.zhang2024.descent_rate import derivation as _descent_rate
from theory.zhang2024.distribution_shift import derivation as _distribution_shift
from theory.zhang2024.explicit_rate import derivation as _explicit_rate
from theory.zhang2024.global_minimum import derivation as _global_minimum
from theory.zhang2024.gradient_flow import derivation as _gradient_flow
from theory.zhang2024.limiting_predictor import derivation as _limiting_predictor
from theory.zhang2024.matrix_calculus import derivation as _matrix_calculus
from theory.zhang2024.model import derivation as _model
from theory.zhang2024.population_loss import derivation as _population_loss
from theory.zhang2024.prediction_error import derivation as _prediction_error
from theory.zhang2024.random_covariance import derivation as _random_covariance
from theory.zhang2024.random_query import derivation as _random_query
from theory.zhang2024.variants import derivation as _variants

DERIVATIONS: Mapping[str, Callable[[], Derivation]] = MappingProxyType(
    {
        "model": _model,
        "population_loss": _population_loss,
        "gradient_flow": _gradient_flow,
        "global_minimum": _global_minimum,
        "convergence": _convergence,
        "explicit_rate": _explicit_rate,
        "descent_rate": _descent_rate,
        "limiting_predictor": _limiting_predictor,
        "prediction_error": _prediction_error,
        "distribution_shift": _distribution_shift,
        "random_covariance": _random_covariance,
        "random_query": _random_query,
        "variants": _variants,
        "matrix_calculus": _matrix_calculus,
        "least_squares": _least_squares,
    }
)
