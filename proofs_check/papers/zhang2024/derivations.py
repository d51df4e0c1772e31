"""Which steps of which derivation lead to a claim, named by their ids."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from theory import DERIVATIONS, prediction_error
from theory.derivation import Step


@dataclass(frozen=True)
class Route:
    """Claims and their derivation.

    Args:
        claims: a pattern of ids, as in file names.
        derivation: the name of the derivation.
        steps: the ids of the steps that belong; none: all do.
    """

    claims: str
    derivation: str
    steps: tuple[str, ...] = ()


# Label laws whose steps a claim shows in place of those of the derivation by that name.
_LABELS = {"thm-4.2-quadratic": "quadratic", "B8-relu": "relu", "B8-sign": "sign"}

ROUTES = (
    Route("prediction", "model", ("gram", "prediction")),
    Route("lem-5.1", "model", ("prediction", "lemma-5.1")),
    Route("population-loss", "population_loss"),
    Route("gradient-U11", "gradient_flow", ("loss", "gradient-U11")),
    Route("gradient-u21", "gradient_flow", ("loss", "gradient-u21")),
    Route("gradient-u12", "gradient_flow", ("loss", "gradient-u12")),
    Route("gradient-u", "gradient_flow", ("loss", "gradient-u")),
    Route("lem-5.2-invariance-u21", "gradient_flow", ("gradient-u21", "invariance-u21")),
    Route("lem-5.2-invariance-u12", "gradient_flow", ("gradient-u12", "invariance-u12")),
    Route("lem-5.2-U", "gradient_flow", ("gradient-U11", "flow-U", "flow-u")),
    Route("lem-5.2-u", "gradient_flow", ("gradient-u", "flow-U", "flow-u")),
    Route("lem-A.1", "global_minimum", ("loss", "quadratic", "linear")),
    Route("cor-A.2-square", "global_minimum", ("loss", "square", "frobenius")),
    Route("cor-A.2-floor", "global_minimum", ("square", "minimum")),
    Route("lem-5.3", "global_minimum", ("square", "gamma", "minimisers")),
    Route("thm-4.1-global", "global_minimum"),
    Route("lem-A.3", "convergence", ("flow-U", "flow-u", "balance")),
    Route("thm-4.1-?", "convergence"),
    Route("B12-*", "explicit_rate"),
    Route("B13-imbalance", "descent_rate", ("imbalance",)),
    Route("B13-*", "descent_rate"),
    Route("eq-4.3", "limiting_predictor"),
    Route("thm-4.2", "prediction_error", ("predictor", "moments", "bracket")),
    Route("thm-4.2-covariance", "prediction_error", ("label-a", "label-covariance", "label-floor")),
    Route("thm-4.2-linear", "prediction_error"),
    Route("thm-4.2-quadratic", "prediction_error"),
    Route("B8-*", "prediction_error"),
    Route(
        "B5-*",
        "variants",
        ("loss-noise-task_covariance", "gamma-noise-task_covariance", "minimum-noise-task_covariance"),
    ),
    Route("B6-minimiser", "variants", ("loss-elliptical", "gamma-elliptical", "minimum-elliptical")),
    Route("B9", "distribution_shift"),
    Route("sec-4.2-covariate", "distribution_shift"),
    Route("thm-4.2-bound*", "distribution_shift"),
    Route("cor-4.3*", "distribution_shift"),
    Route("lem-D.1-form", "matrix_calculus", ("differential-quadratic-form", "derivative-quadratic-form")),
    Route("lem-D.1-square", "matrix_calculus", ("differential-square", "derivative-square")),
    Route("lem-D.1-linear", "matrix_calculus", ("differential-linear", "derivative-linear")),
    Route("lem-D.1-product", "matrix_calculus", ("differential-product", "derivative-product")),
    Route("lem-D.2", "matrix_calculus", ("pairing-neighbours", "pairing-across", "pairing-outer", "isserlis")),
    Route("lem-C.1-invariance-u21", "random_covariance", ("loss", "invariance-u21")),
    Route("lem-C.1-invariance-u12", "random_covariance", ("loss", "invariance-u12")),
    Route("lem-C.1-U", "random_covariance", ("loss", "flow-U")),
    Route("lem-C.1-u", "random_covariance", ("loss", "flow-u")),
    Route(
        "cor-C.2-*",
        "random_covariance",
        ("zeta", "xi", "loss-in-coordinates", "flow-ii", "flow-ij", "flow-u-i", "flow-u-ij"),
    ),
    Route("lem-C.3", "random_covariance", ("loss", "reduced-loss")),
    Route("lem-C.4-any-law*", "random_covariance", ("loss", "reduced-loss")),
    Route("lem-C.4-minimiser", "random_covariance", ("loss-in-coordinates", "square")),
    Route("lem-C.4-floor", "random_covariance", ("loss-in-coordinates", "square", "minimum")),
    Route("lem-C.5", "random_covariance", ("flow-U", "flow-u", "balance")),
    Route("lem-C.6-alignment*", "random_covariance", ("loss", "reduced-loss")),
    Route("thm-4.5-[uU]", "random_covariance", ("all-blocks", "limit-u", "limit-U")),
    Route("eq-C.15-printed", "random_covariance", ("limit-u", "limit-U")),
    Route("eq-4.13", "random_covariance", ("predictor",)),
    Route("eq-4.8-scaled", "distribution_shift", ("predictor",)),
    Route("eq-4.13-own-query", "random_query"),
    Route("eq-4.13-independent-query", "random_query", ("predictor", "apart")),
    Route("eq-4.13-printed", "random_query"),
    Route("B9-random-covariance", "distribution_shift", ("predictor", "error")),
    Route("thm-4.5-iid-error", "random_covariance", ("error", "gamma-iid", "best-iid", "error-iid")),
    Route("B7", "random_covariance", ("error", "gamma-iid", "best-iid", "error-iid", "square-iid", "limit-iid")),
    Route("exp-minimiser", "random_covariance", ("zeta", "gamma-iid", "best-iid")),
)


def steps_of(claim: str) -> tuple[str, tuple[Step, ...]]:
    """Return (name of the derivation, the steps that lead to the claim); ("", ()) where theory has none.

    Raises:
        KeyError: for a route that names a step which its derivation does not have.
    """
    route = next((r for r in ROUTES if fnmatchcase(claim, r.claims)), None)
    if route is None:
        return "", ()
    derivation = DERIVATIONS[route.derivation]()
    if claim in _LABELS:
        return route.derivation, prediction_error(_LABELS[claim]).steps
    return route.derivation, tuple(map(derivation.step, route.steps)) if route.steps else derivation.steps
