"""One self-contained HTML file of a verify run."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections import Counter
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from proofs_check.judge.claims import Claim
from proofs_check.judge.fates import MutantResult
from proofs_check.judge.results import ClaimResult, EvidenceResult
from proofs_check.judge.run import write_atomically
from proofs_check.latex.document import Stated, right_side, right_tree
from proofs_check.papers.zhang2024 import catalogue
from proofs_check.web import graph
from proofs_check.web.charts import Chart
from proofs_check.web.derivations import ShownStep, shown_steps
from proofs_check.web.export import explorer_formulas
from proofs_check.web.figures import figures
from proofs_check.web.formulas import NAMES, FormulaSheet, expression_pieces, signed_pieces
from proofs_check.web.network_figures import network_figures, network_outcomes
from proofs_check.web.record import PageRecord
from theory.algebra.latex import name_latex
from theory.marked_text import html_text

_FOLDER = Path(__file__).parent
_RELATIONS = {"=": "=", "<=": r"\le", ">=": r"\ge", "<": "<", ">": ">"}
# Instances of one kind of evidence that a section lists, and characters of an instance that it shows.
_INSTANCES = 12
_LONGEST = 400
# A value of an instance, which is printed as "name = value, name = value".
_SET = re.compile(r"(^|, )([A-Za-z]\w*) =")
# A round number long enough to be read more easily with a power of ten.
_ROUND = re.compile(r"\b(\d{1,2}?)(0{5,})\b")


def write_page(record: PageRecord, output: Path) -> Path:
    """Write output/index.html, creating the directory, and return its path."""
    output.mkdir(parents=True, exist_ok=True)
    path = output / "index.html"
    write_atomically(path, page(record, figures(record.seed)))
    return path


def page(record: PageRecord, charts: tuple[Chart, ...]) -> str:
    """Return the HTML of a run, with figures."""
    sheet = FormulaSheet()
    used_by: dict[str, list[str]] = {}
    for result in record.results:
        for name in result.rests_on:
            used_by.setdefault(name, []).append(result.id)
    known = {claim.id: claim for claim in catalogue()}
    claims = [_claim(result, used_by.get(result.id, []), sheet, known) for result in record.results]
    script = _text("page.js").replace("/*FORMULAS*/null", json.dumps(explorer_formulas(), separators=(",", ":")))
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.globals["slider"] = _slider
    return environment.from_string(_text("page.html.j2")).render(
        record=record,
        claims=claims,
        charts=charts,
        bounds=_bounds(record.results),
        networks=network_figures(),
        network_outcomes=network_outcomes(),
        statuses=list(record.counts),
        wide_graph=Markup(graph.draw(record.results, graph.WIDE, "wide")),
        narrow_graph=Markup(graph.draw(record.results, graph.NARROW, "narrow")),
        glyphs=Markup(sheet.definitions()),
        style=Markup(_text("page.css")),
        script=Markup(script),
        script_hash=f"sha256-{digest}",
    )


def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


def _slider(name: str, label: str, value: float, low: float, high: float, log: bool, step: int | str) -> Markup:
    """A slider with a number beside it; low and high are decimal logarithms where `log`."""
    return Markup(
        '<div class="slide"><label for="{0}">{1}</label>'
        '<input type="range" id="{0}-range" min="{3}" max="{4}" step="any" data-log="{5}" aria-label="{1}, slider">'
        '<input type="number" id="{0}" value="{2}" step="{6}"></div>'
    ).format(name, label, value, low, high, int(log), step)


def _claim(result: ClaimResult, used_by: list[str], sheet: FormulaSheet, known: Mapping[str, Claim]) -> dict[str, Any]:
    """What the template needs of a claim; `known` are the claims of the paper by their ids."""
    stated = Stated.of_result(result, known)
    names = {**NAMES, **stated.names}
    relation = _RELATIONS[result.relation]
    if stated.expression is None:
        pieces = sheet.statement_pieces(right_tree(stated), stated.upto, names)
    else:
        pieces = expression_pieces(stated.expression)
    where = []
    for name, tree in stated.where:
        held = sheet.statement_pieces(tree, stated.upto, names)
        left = names.get(name, name_latex(name))
        where.append((sheet.equation(left, "=", held), f"{left} = {' '.join(signed_pieces(held))}"))
    latex = [f"{result.left} {relation} {right_side(stated)}", *(line for _, line in where)]
    derivation, steps = shown_steps(result, known, sheet, names)
    return {
        "id": result.id,
        "title": _sentence(result.title),
        "status": result.status,
        "kernel": result.kernel,
        "statement": Markup(sheet.equation(result.left, relation, pieces)),
        "where": [Markup(line) for line, _ in where],
        "source": _sentence(result.source),
        "assumptions": [_sentence(text) for text in result.assumptions],
        "rests_on": result.rests_on,
        "used_by": used_by,
        "cited": [_sentence(text) for text in result.cited],
        "finding": result.finding and {name: _sentence(text) for name, text in vars(result.finding).items()},
        "corrected_by": result.corrected_by,
        "tightness": "" if result.tightness is None else f"{result.tightness:g}",
        "tightest": _place(result.tightest),
        "reproduction": result.reproduction,
        "counterexample": result.counterexample,
        "reason": _sentence(result.reason) if result.status != "refuted" else "",
        "derivation": derivation,
        "steps": [_step(step, sheet) for step in steps],
        "evidence": [_evidence(item) for item in result.evidence],
        **_mutants(result.mutants),
        "killed": result.count("killed"),
        "wrong": result.wrong_mutants,
        "same": result.count("equivalent"),
        "implied": result.count("implied"),
        "open": [mutant.change for mutant in result.mutants if mutant.fate == "open"],
        "latex": "\n".join(latex),
    }


def _bounds(results: tuple[ClaimResult, ...]) -> list[dict[str, Any]]:
    """Inequalities with the ratio nearest to equality that a search found, the tightest first; above 1 it refutes."""
    held = [(result.tightness, result) for result in results if result.tightness is not None]
    return [
        {
            "id": result.id,
            "title": _sentence(result.title),
            "status": result.status,
            "ratio": f"{ratio:.6g}",
            "share": f"{100 * min(1.0, ratio):.4g}%",
            "where": _place(result.tightest),
        }
        for ratio, result in sorted(held, key=lambda pair: -pair[0])
    ]


def _place(instance: str) -> Markup:
    """An instance as text, its names set, long round numbers as powers of ten."""
    instance = _SET.sub(lambda m: f"{m[1]}${name_latex(m[2])}$ =", instance)
    return _sentence(_ROUND.sub(lambda m: f"{'' if m[1] == '1' else f'{m[1]}·'}$10^{{{len(m[2])}}}$", instance))


def _sentence(text: str) -> Markup:
    """A text of a claim with its formulas set."""
    return Markup(html_text(text))


def _step(step: ShownStep, sheet: FormulaSheet) -> dict[str, Any]:
    return {
        "reason": _sentence(step.reason),
        "cited": step.cited,
        "formula": Markup(sheet.equation(step.left, step.relation, step.pieces)),
    }


# What the left side was, by the kind of evidence that measured it.
_MEASURED = {
    "exact": "Left side, exact",
    "Monte Carlo": "Mean of the left side",
    "numerical": "Left side, computed",
    "enclosure": "Left side, enclosed",
}


def _evidence(item: EvidenceResult) -> dict[str, Any]:
    samples = []
    for instance in item.data.get("instances", [])[:_INSTANCES]:
        values = ", ".join(f"{name} = {_shown(value)}" for name, value in instance["values"].items())
        samples.append(
            {
                "lengths": ", ".join(f"{name} = {size}" for name, size in instance["lengths"].items()),
                "values_": _shortened(values),
                "measured": _shortened(_measured(instance)),
            }
        )
    return {
        "kind": item.kind,
        "outcome": item.outcome,
        "summary": item.summary,
        "detail": "; ".join(filter(None, (item.detail, "" if item.power is None else str(item.power)))),
        "samples": samples,
        "tried": len(item.data.get("instances", [])),
        "measured": _MEASURED.get(item.kind, "Left side"),
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


# What kind of change a mutant's description stands for, the first that matches.
_KINDS = (
    (r"^(?:an? )?exponent ", "an exponent changed"),
    (r"^sign|negated", "a sign changed"),
    (r"^term .*dropped", "a term dropped"),
    (r"^factor \d+ dropped", "a factor dropped"),
    (r"exchanged", "neighbouring factors exchanged"),
    (r"transpose|^(\w+) -> \1'", "a transpose dropped or added"),
    (r"divisor|divided", "a division changed"),
    (r"^\d+ -> ", "a number changed"),
    (r"^[NMdn] -> ", "a length changed"),
    (r"^tr\(", "a trace of a product split"),
    (r"^right side times", "the right side scaled"),
    (r" -> ", "a letter changed"),
)


@cache
def _kind(change: str) -> str:
    return next((name for pattern, name in _KINDS if re.search(pattern, change)), "another change")


def _mutants(mutants: tuple[MutantResult, ...]) -> dict[str, Any]:
    kinds: dict[str, list[MutantResult]] = {}
    for mutant in mutants:
        kinds.setdefault(_kind(mutant.change), []).append(mutant)
    rows = []
    for name, held in sorted(kinds.items(), key=lambda item: -len(item[1])):
        killers = Counter(killer for mutant in held for killer in mutant.killed_by)
        fates = [f"{killer} {count:,}" for killer, count in killers.most_common()]
        same = sum(mutant.fate == "equivalent" for mutant in held)
        void = sum(mutant.fate == "ill-formed" for mutant in held)
        fates += [f"{same:,} say the same"] if same else []
        fates += [f"{void:,} mean nothing"] if void else []
        implied = sum(mutant.fate == "implied" for mutant in held)
        fates += [f"{implied:,} follow from it"] if implied else []
        unknown = sum(mutant.fate == "open" for mutant in held)
        fates += [f"{unknown:,} open"] if unknown else []
        rows.append({"name": name, "count": f"{len(held):,}", "fates": ", ".join(fates) or "none"})
    counted = Counter(mutant.change for mutant in mutants)
    return {
        "mutants": rows,
        "survivors": [mutant.change for mutant in mutants if mutant.fate == "survived"],
        "listed": [change if count == 1 else f"{change} ({count}×)" for change, count in counted.items()],
    }
