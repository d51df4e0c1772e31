"""Findings: printed statements with their quotation, why they fail, the counterexample, and what holds instead.

A refuted statement is never set as a theorem is: it has no number, the formula itself says that it is refuted, and
it stands in this section alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from proofs_check.kernel import kernel_column
from proofs_check.latex.article.blocks import assumed, blocks, where_clause
from proofs_check.latex.article.outline import Outline
from proofs_check.latex.article.words import breakable, sentence
from proofs_check.latex.document import Stated, statement_display
from theory.algebra.latex import name_latex
from theory.exposition.latex import label_of

KINDS: Mapping[str, str] = {
    "false": "the printed statement is false",
    "misprint": "a misprint",
    "gap": "the proof does not cover the statement, which holds",
    "reading": "false only if it is read literally",
}
# How the sides relate where a relation fails, which an exact counterexample shows.
_FAILS = {"=": r"\ne", "<=": ">", ">=": "<", "<": r"\ge", ">": r"\le"}


def finding_section(
    refuted: Sequence[Stated], stated: Mapping[str, Stated], outline: Outline, labels: set[str]
) -> list[str]:
    """The findings one by one.

    Args:
        refuted: the statements under test, in their order.
        stated: all statements by their ids.
        outline: the article's plan.
        labels: ids of the statements that have a number in the article.
    """
    corrections = {name for held in refuted for name in held.said.corrected_by}
    lines = []
    for held in refuted:
        own = [stated[name] for name in held.said.corrected_by if name in stated and is_correction(stated[name])]
        elsewhere = [name for name in held.said.corrected_by if name in labels and stated[name] not in own]
        # What corrects it beside those that it names, such as the same law with another query.
        beside = [
            other
            for other in stated.values()
            if is_correction(other) and other.said.number == held.said.number and other.id not in corrections
        ]
        lines += _finding(held, outline, elsewhere, has_own=bool(own or beside))
        lines += blocks([*own, *beside], outline, (), labels, "Instead")
    return lines


def is_correction(stated: Stated) -> bool:
    """Whether a statement stands with the finding that it corrects."""
    return stated.said.source.partition(", ")[2].startswith("corrects") and not stated.is_refuted


def _finding(held: Stated, outline: Outline, elsewhere: Sequence[str], has_own: bool) -> list[str]:
    finding, result = held.said.finding, held.result
    kind = f" ({KINDS[finding.kind]})" if finding is not None else ""
    head = rf"\subsection*{{{sentence(held.said.source)}{kind}}}"
    head += f"\n\\addcontentsline{{toc}}{{subsection}}{{{sentence(held.said.source)}}}"
    lines = [head]
    if finding is not None and finding.quotation:
        lines.append(f"The paper prints: ``{sentence(finding.quotation.rstrip('.,'))}''.")
    if finding is not None and finding.explanation:
        lines.append(sentence(finding.explanation))
    words = "Tested, and refuted," if result else "Under test, not checked here,"
    said = f"{words} in this form: {sentence(held.title)}. {assumed(held.assumptions, outline.standing)}"
    where = f"{where_clause(held, outline.defined)} {counterexample(held)}"
    lines.append(f"\\begin{{refuted}}\n{said}\n{statement_display(held)}\n{where}\n\\end{{refuted}}")
    if kernel_column(held.id).refutes:
        lines.append(r"The kernel has checked a counterexample too (appendix~\ref{sec:kernel}).")
    if elsewhere:
        places = ", ".join(rf"\eqref{{{label_of(name)}}}" for name in elsewhere)
        lines.append(f"{'See also' if has_own else 'Instead:'} {places}.")
    return lines


def counterexample(held: Stated) -> str:
    """The instance, both sides there, and how they relate; a sentence of LaTeX."""
    result = held.result
    if result is None:
        return ""
    parts = re.fullmatch(r"(.*): left (.*), right (.*)", result.counterexample, re.DOTALL)
    if parts is None:
        return breakable(result.counterexample)
    instance, left, right = parts.groups()
    sides = (_value(left), _value(right))
    relation = _FAILS[held.relation]
    if max(len(left), len(right)) < _LONGEST_VALUE:
        shown = (
            rf"There the left side is ${sides[0]}$ and the right side ${sides[1]}$: ${sides[0]} {relation} {sides[1]}$."
        )
    else:
        shown = f"There the left side is {breakable(left)} and the right side {breakable(right)}."
    return f"\\emph{{Counterexample:}} {{\\raggedright {_instance(instance)}. {shown}\\par}}"


_LONGEST_VALUE = 60


def _instance(text: str) -> str:
    """d = 2, N = 1; X = [[1], [0]] as formulas."""
    assigned = re.split(r"[;,] (?=[A-Za-z]\w* = )", text)
    return ", ".join(f"${_name(name)} = {_value(value)}$" for name, _, value in (a.partition(" = ") for a in assigned))


def _name(name: str) -> str:
    return {"L1": r"\Lambda_1", "L2": r"\Lambda_2", "s": r"\sigma"}.get(name, name_latex(name))


def _value(text: str) -> str:
    """A number, ball, vector or matrix as LaTeX: [[2]] is 2, [1, 0] a row, [[1], [0]] a column."""
    text = text.strip()
    if text.startswith("[[[") or " +/- " in text:
        text = re.sub(r"\[*([^\[\]]*?) \+/- ([^\[\]]*?)\]+", r"\1 \\pm \2", text)
        return re.sub(r"e-0*(\d+)", r" \\cdot 10^{-\1}", text)
    if text.startswith("[["):
        rows = [row.split(", ") for row in text[2:-2].split("], [")]
        if len(rows) == 1 and len(rows[0]) == 1:
            return _trimmed(rows[0][0])
        body = r" \\ ".join(" & ".join(map(_trimmed, row)) for row in rows)
        return rf"\bigl(\begin{{smallmatrix}} {body} \end{{smallmatrix}}\bigr)"
    if text.startswith("["):
        return f"({', '.join(map(_trimmed, text[1:-1].split(', ')))})"
    return _trimmed(text)


def _trimmed(number: str) -> str:
    return re.sub(r"(\.\d*?)0{4,}$", r"\1", number).rstrip(".")
