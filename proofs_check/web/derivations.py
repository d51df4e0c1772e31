"""What a claim's section unfolds: the steps of theory that lead to it, then how its left side meets its right side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult
from proofs_check.web.formulas import NAMES, FormulaSheet, Pieces, expression_pieces
from theory import DERIVATIONS, prediction_error
from theory.algebra.grammar import parse
from theory.algebra.latex import name_latex
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
    Route("thm-4.2-bound*", "distribution_shift"),
    Route("cor-4.3*", "distribution_shift"),
    Route("lem-D.1-form", "matrix_calculus", (r"x^\top B x",)),
    Route("lem-D.1-square", "matrix_calculus", (r"\operatorname{tr}(X B X^\top)",)),
    Route("lem-D.1-linear", "matrix_calculus", (r"\operatorname{tr}(A X^\top)",)),
    Route("lem-D.1-product", "matrix_calculus", (r"\operatorname{tr}(A X B X^\top C)",)),
    Route("lem-D.2", "matrix_calculus", ("A pairing", "Isserlis")),
    Route("lem-C.1-invariance-u21", "random_covariance", ("mean of its loss", "u_{21}'")),
    Route("lem-C.1-invariance-u12", "random_covariance", ("mean of its loss", "u_{12}'")),
    Route("lem-C.1-U", "random_covariance", ("mean of its loss", "written out")),
    Route("lem-C.1-u", "random_covariance", ("mean of its loss", "Lemma C.1.")),
    Route("cor-C.2-*", "random_covariance", ("This is (C.3)", "coefficient of -u u_ii", "(C.5)", "(C.4)")),
    Route("lem-C.3", "random_covariance", ("mean of its loss", "whose gradient flow")),
    Route("lem-C.4-any-law*", "random_covariance", ("mean of its loss", "whose gradient flow")),
    Route("lem-C.4-minimiser", "random_covariance", ("(C.5)", "(C.7)")),
    Route("lem-C.4-floor", "random_covariance", ("(C.5)", "(C.7)", "(C.6)")),
    Route("lem-C.5", "random_covariance", ("written out", "Lemma C.1.", "Balance (Lemma C.5)")),
    Route("lem-C.6-alignment*", "random_covariance", ("mean of its loss", "whose gradient flow")),
    Route("thm-4.5-[uU]", "random_covariance", ("All blocks", "Theorem 4.5", "U = A / u")),
    Route("eq-C.15-printed", "random_covariance", ("Theorem 4.5", "U = A / u")),
    Route("eq-4.13", "random_covariance", ("(4.13)",)),
    Route("eq-4.8-scaled", "distribution_shift", ("from the shifted law",)),
    Route("eq-4.13-own-query", "random_query"),
    Route("eq-4.13-independent-query", "random_query", ("any matrix A", "drawn independently")),
    Route("eq-4.13-printed", "random_query"),
    Route("B9-random-covariance", "distribution_shift", ("from the shifted law", "Wick")),
    Route("thm-4.5-iid-error", "random_covariance", ("A new prompt", "E lambda^k", "entries of A", "all d, N and M")),
    Route("B7", "random_covariance", ("A new prompt", "E lambda^k", "entries of A", "all d, N and M", "B7")),
    Route("exp-minimiser", "random_covariance", ("This is (C.3)", "E lambda^k", "entries of A")),
)


def steps_of(claim: str) -> tuple[str, tuple[Step, ...]]:
    """Return (name of the derivation, the steps that lead to the claim); ("", ()) where theory has none."""
    route = next((r for r in ROUTES if fnmatchcase(claim, r.claims)), None)
    if route is None:
        return "", ()
    derivation = DERIVATIONS[route.derivation]()
    steps = prediction_error(_LABELS[claim]).steps if claim in _LABELS else derivation.steps
    chosen = [s for s in steps if not route.marks or any(m in s.label or m in s.plain_reason for m in route.marks)]
    return route.derivation, tuple(chosen)


@dataclass(frozen=True)
class ShownStep:
    """A step as the page shows it: why, and the equation `left relation pieces`."""

    reason: str
    left: str
    relation: str
    pieces: Pieces
    cited: bool = False


# Stands for the sides of a statement where neither is written out again.
_DIFFERENCE = r"\text{left side} - \text{right side}"
_SURPLUS = {"<=": r"\text{right side} - \text{left side}", "<": r"\text{right side} - \text{left side}"}


def shown_steps(
    result: ClaimResult, claims: Mapping[str, Claim], sheet: FormulaSheet, names: Mapping[str, str] = NAMES
) -> tuple[str, list[ShownStep]]:
    """Return (name of the derivation, steps): those of theory, then the comparison that the report records.

    Args:
        result: an entry of the report.
        claims: claims that may have made it, by their ids; the forms of an inequality's difference are theirs.
        sheet: what sets the formulas.
        names: LaTeX of the letters that are not printed as they are spelled.
    """
    name, steps = steps_of(result.id)
    shown = [ShownStep(s.plain_reason, s.label, s.relation, expression_pieces(s.value), s.cited) for s in steps]
    symbolic = next((item for item in result.evidence if item.kind == "symbolic"), None)
    if symbolic is None:
        return name, shown
    upto: Mapping[str, str] = result.language.get("upto", {})

    def read(text: str) -> Pieces:
        return sheet.statement_pieces(parse(text), upto, names)

    definitions = symbolic.data["definitions"]
    if symbolic.data["derived"] not in {str(step.value) for step in steps}:
        reason = "The left side of this claim, computed by the engine from its definition, in normal form."
        shown.append(ShownStep(reason, result.left, "=", read(symbolic.data["derived"])))
    for key, text in definitions.items():
        if text not in {str(step.value) for step in steps}:
            shown.append(ShownStep(f"Here {key} abbreviates this.", names.get(key, name_latex(key)), "=", read(text)))
    eliminated = f" once {' and '.join(definitions)} is multiplied out" if definitions else ""
    if symbolic.outcome == "refuted":
        reason = f"The normal forms of the two sides differ{eliminated}, by this."
        shown.append(ShownStep(reason, _DIFFERENCE, "=", read(symbolic.detail.removeprefix("the sides differ by "))))
    elif result.relation == "=" and symbolic.outcome == "holds":
        reason = f"The right side has the same normal form{eliminated}, so the two agree for every d and every length."
        shown.append(ShownStep(reason, _DIFFERENCE, "=", [("+", "0")]))
    elif symbolic.outcome == "holds":
        claim = claims.get(result.id)
        known = claim is not None and claim.statement.text == result.right
        forms = claim.left.witnesses() if claim is not None and known and claim.left.witnesses is not None else ()
        for form in forms:
            reason = "The larger side less the smaller one is this sum, each term of which is at least 0."
            left = _SURPLUS.get(result.relation, _DIFFERENCE)
            *first, (sign, last) = expression_pieces(form)
            shown.append(ShownStep(reason, left, "=", [*first, (sign, rf"{last} \ge 0")]))
    return name, shown
