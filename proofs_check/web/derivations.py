"""Which steps of which derivation a claim's section unfolds."""

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
        marks: steps with one of these in their label or reason belong; none: all do.
    """

    claims: str
    derivation: str
    marks: tuple[str, ...] = ()


# Label laws whose steps a claim shows in place of those of the derivation by that name.
_LABELS = {"thm-4.2-quadratic": "quadratic", "B8-relu": "relu", "B8-sign": "sign"}

ROUTES = (
    Route("prediction", "model", (r"\left[E E^\top\right]_{11}", "Multiply f(E)")),
    Route("lem-5.1", "model", ("Multiply f(E)", "Lemma 5.1")),
    Route("population-loss", "population_loss"),
    Route("gradient-U11", "gradient_flow", ("The population loss", "respect to U11.")),
    Route("gradient-u21", "gradient_flow", ("The population loss", "respect to u21.")),
    Route("gradient-u12", "gradient_flow", ("The population loss", "respect to u12.")),
    Route("gradient-u", "gradient_flow", ("The population loss", "respect to u.")),
    Route("lem-5.2-invariance-u21", "gradient_flow", ("u_{21}'",)),
    Route("lem-5.2-invariance-u12", "gradient_flow", ("u_{12}'",)),
    Route("lem-5.2-U", "gradient_flow", ("respect to U11.", "restricted loss")),
    Route("lem-5.2-u", "gradient_flow", ("respect to u.", "restricted loss")),
    Route("lem-A.1", "global_minimum", ("The loss on u21", "quadratic form", "Its linear part")),
    Route("cor-A.2-square", "global_minimum", ("The loss on u21", "Completing the square", "Frobenius")),
    Route("cor-A.2-floor", "global_minimum", ("Completing the square", "The value there")),
    Route("lem-5.3", "global_minimum", ("Completing the square", "All minimisers", "vanishes exactly")),
    Route("thm-4.1-global", "global_minimum"),
    Route("lem-A.3", "convergence", ("The flow on", "Balance (Lemma A.3)")),
    Route("thm-4.1-?", "convergence"),
    Route("eq-4.3", "limiting_predictor"),
    Route("thm-4.2", "prediction_error", ("limiting predictor", "first two moments", "bracket")),
    Route("thm-4.2-covariance", "prediction_error", ("Moments of a polynomial label",)),
    Route("thm-4.2-linear", "prediction_error"),
    Route("thm-4.2-quadratic", "prediction_error"),
    Route("B8-*", "prediction_error"),
    Route("B5-*", "variants", ("with noisy labels and task covariance",)),
    Route("B6-minimiser", "variants", ("with elliptical covariates",)),
    Route("B9", "distribution_shift"),
    Route("sec-4.2-covariate", "distribution_shift"),
)


def steps_of(claim: str) -> tuple[str, tuple[Step, ...]]:
    """Return (name of the derivation, the steps that lead to the claim); ("", ()) where theory has none."""
    route = next((r for r in ROUTES if fnmatchcase(claim, r.claims)), None)
    if route is None:
        return "", ()
    derivation = DERIVATIONS[route.derivation]()
    steps = prediction_error(_LABELS[claim]).steps if claim in _LABELS else derivation.steps
    chosen = [s for s in steps if not route.marks or any(m in s.label or m in s.reason for m in route.marks)]
    return route.derivation, tuple(chosen)
