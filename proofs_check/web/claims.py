"""A claim as the page shows it: its statement, what it rests on, and every kind of evidence for it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult, EvidenceResult
from proofs_check.latex.document import Stated, right_side, right_tree
from proofs_check.papers.zhang2024.derivations import steps_of
from proofs_check.web.derivations import ShownStep, comparison
from proofs_check.web.formulas import (
    NAMES,
    equation,
    expression_pieces,
    sentence,
    signed_pieces,
    statement_pieces,
)
from theory import DERIVATIONS
from theory.algebra.latex import name_latex

_RELATIONS = {"=": "=", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">"}
_SIGNS = {"<=": "≤", ">=": "≥"}
# Instances of one kind of evidence that the page shows, and characters of an instance: the report has the rest.
_INSTANCES = 4
_LONGEST = 400
# A value of an instance, which is printed as "name = value, name = value".
_SET = re.compile(r"(^|[,;] )([A-Za-z]\w*) =")
# A round number long enough to be read more easily with a power of ten.
_ROUND = re.compile(r"\b(\d{1,2}?)(0{5,})\b")


def shown_claim(result: ClaimResult, known: Mapping[str, Claim]) -> dict[str, Any]:
    """What the template needs of a claim; `known` are the installed claims by their ids."""
    stated = Stated.of_result(result, known)
    names = stated.names
    relation = _RELATIONS[result.relation]
    if stated.expression is None:
        pieces = statement_pieces(right_tree(stated), stated.upto, names)
    else:
        pieces = expression_pieces(stated.expression)
    where = [(names.get(name, name_latex(name)), tree) for name, tree in stated.where]
    held = [(left, statement_pieces(tree, stated.upto, names)) for left, tree in where]
    latex = [f"{result.left} {relation} {right_side(stated)}"]
    latex += [f"{left} = {' '.join(signed_pieces(right))}" for left, right in held]
    derivation, steps = steps_of(result.id)
    shared = DERIVATIONS[derivation]().steps if derivation else ()
    unfolded = [ShownStep.of(step) for step in steps if step not in shared] + comparison(result, known, names)
    return {
        "result": result,
        "title": sentence(result.title),
        "statement": equation(result.left, relation, pieces),
        "where": [equation(left, "=", right) for left, right in held],
        "assumptions": [sentence(text) for text in result.assumptions],
        "cited": [sentence(text) for text in result.cited],
        "tightness": "" if result.tightness is None else f"{result.tightness:g}",
        "tightest": place(result.tightest, names),
        "reason": sentence(result.reason if result.status != "refuted" else ""),
        "source": sentence(result.source or result.id),
        "explanation": sentence(result.finding.explanation if result.finding else ""),
        "quotation": sentence(result.finding.quotation if result.finding else ""),
        "derivation": derivation,
        "steps": [step.id for step in steps if step in shared],
        "comparison": [
            (sentence(step.reason), step.pieces and equation(step.left, step.relation, step.pieces))
            for step in unfolded
        ],
        "failure": _failure(result, names),
        "evidence": [_evidence(item) for item in result.evidence],
        "killers": [f"{killer} {count:,}" for killer, count in _killers(result).most_common()],
        "open": [mutant.change for mutant in result.mutants if mutant.fate == "open"],
        "survivors": [mutant.change for mutant in result.mutants if mutant.fate == "survived"],
        "latex": "\n".join(latex),
    }


def _killers(result: ClaimResult) -> Counter[str]:
    return Counter(killer for mutant in result.mutants if mutant.fate == "killed" for killer in mutant.killed_by)


def _failure(result: ClaimResult, names: Mapping[str, str]) -> Markup:
    """The relation with both values, and where it fails; empty where there is no counterexample."""
    if result.failure is None:
        return Markup("")
    left, right, where = result.failure
    return Markup("{} {} {} is false at {}").format(
        left, _SIGNS.get(result.relation, result.relation), right, place(where, names)
    )


def place(instance: str, names: Mapping[str, str] = NAMES) -> Markup:
    """An instance as text, its names set, long round numbers as powers of ten."""
    instance = _SET.sub(lambda m: f"{m[1]}${names.get(m[2], name_latex(m[2]))}$ =", instance)
    return sentence(_ROUND.sub(lambda m: f"{'' if m[1] == '1' else f'{m[1]}·'}$10^{{{len(m[2])}}}$", instance))


def _evidence(item: EvidenceResult) -> dict[str, Any]:
    instances = item.data.get("instances", [])
    samples = []
    for instance in instances[:_INSTANCES]:
        given = [f"{name} = {size}" for name, size in instance["lengths"].items()]
        given += [f"{name} = {_shown(value)}" for name, value in instance["values"].items()]
        samples.append(f"{_shortened(', '.join(given))}: {_shortened(_measured(instance))}")
    return {
        "kind": item.kind,
        "outcome": item.outcome,
        "summary": item.summary,
        "detail": "; ".join(filter(None, (item.detail, "" if item.power is None else str(item.power)))),
        "samples": samples,
        "tried": len(instances),
    }


def _measured(instance: Mapping[str, Any]) -> str:
    """The left side at an instance, with the interval or the accuracy where the report has one."""
    if "mean" not in instance:
        accuracy = f" ± {instance['accuracy']:.2g}" if "accuracy" in instance else ""
        return f"{_shown(instance.get('left', ''))}{accuracy}"
    interval = ""
    if "accepted" in instance:
        low, high = instance["accepted"]
        interval = f", interval [{low:.6g}, {high:.6g}], half-width {(high - low) / 2:.2g},"
    return f"{instance['mean']:.6g}{interval} over {instance['prompts']:,} prompts"


def _shown(value: Any) -> str:
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], list) and len(value[0]) == 1:
            return _shown(value[0][0])
        return f"[{', '.join(_shown(entry) for entry in value)}]"
    return str(value)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
