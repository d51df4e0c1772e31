"""What a claim's section unfolds: the steps of theory that lead to it, then how its left side meets its right side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult
from proofs_check.papers.zhang2024.derivations import steps_of
from proofs_check.web.formulas import NAMES, FormulaSheet, Pieces, expression_pieces
from theory.algebra.grammar import parse
from theory.algebra.latex import name_latex


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
    shown = [ShownStep(s.reason, s.label, s.relation, expression_pieces(s.value), s.cited) for s in steps]
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
        symbol = names.get(key, name_latex(key))
        if text not in {str(step.value) for step in steps}:
            shown.append(ShownStep(f"Here ${symbol}$ abbreviates this.", symbol, "=", read(text)))
    defined = " and ".join(f"${names.get(key, name_latex(key))}$" for key in definitions)
    eliminated = f" once {defined} is multiplied out" if definitions else ""
    if symbolic.outcome == "refuted":
        reason = f"The normal forms of the two sides differ{eliminated}, by this."
        shown.append(ShownStep(reason, _DIFFERENCE, "=", read(symbolic.detail.removeprefix("the sides differ by "))))
    elif result.relation == "=" and symbolic.outcome == "holds":
        reason = f"The right side has the same normal form{eliminated}, so they agree for every $d$ and every length."
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
