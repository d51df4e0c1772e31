"""Statements of one number as one block: shared assumptions, parts with their status, evidence, what proves them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from proofs_check.latex.article.outline import Outline
from proofs_check.latex.article.words import sentence, verdict
from proofs_check.latex.document import Stated, statement_display
from proofs_check.papers.zhang2024.derivations import steps_of
from theory.algebra.grammar import Node, parse
from theory.algebra.latex import terms_latex
from theory.algebra.statement_latex import statement_latex
from theory.derivation import WEIGHTS
from theory.exposition.latex import label_of
from theory.exposition.lines import display


def blocks(
    stated: Sequence[Stated],
    outline: Outline,
    shown: Sequence[str],
    labels: set[str],
    heading: str = "",
    lead: str = "",
) -> Iterator[str]:
    """Yield a block for each run of statements with one number.

    Args:
        stated: statements that are not refuted, in their order.
        outline: the article's plan.
        shown: labels of the derivations' equations that the article prints, in their order.
        labels: ids of all statements that it prints with a number.
        heading: of every block; the numbers are, where it is empty.
        lead: stands before numbers that the paper has too.
    """
    for number, group in groupby(stated, key=lambda s: s.said.number):
        members = list(group)
        for start in range(0, len(members), _MOST_PARTS):
            some = members[start : start + _MOST_PARTS]
            yield _block(heading or _heading(number, some, lead), some, outline, shown, labels)


# There are letters for so many parts.
_MOST_PARTS = 26
# Assumptions with fewer characters of LaTeX are repeated.
_WORTH_A_REFERENCE = 100


def _letter(place: int) -> str:
    return chr(ord("a") + place)


def _block(heading: str, members: Sequence[Stated], outline: Outline, shown: Sequence[str], labels: set[str]) -> str:
    standing = outline.standing
    shared = [text for text in members[0].assumptions if all(text in other.assumptions for other in members)]
    head = f"\\statementhead{{{heading}}}"
    common = shared_abbreviations(members, outline.defined)
    names = {name: latex for stated in members for name, latex in stated.names.items()}
    written = _equations(members[0], common, names)
    lines = [f"{head} {assumed(shared, standing)}{f' Here {written}.' if written else ''}".rstrip()]
    before = ""
    for place, stated in enumerate(members):
        mark = f"({_letter(place)})~" if len(members) > 1 else ""
        needed = assumed([text for text in stated.assumptions if text not in shared], standing)
        title = "" if sentence(stated.title) == heading else f"{sentence(stated.title)}. "
        again = len(needed) > _WORTH_A_REFERENCE and needed == before
        said = f"{mark}{title}{f'Assumed: the same as in ({_letter(place - 1)}).' if again else needed}".rstrip()
        before = needed
        if place == 0 and not assumed(shared, standing) and not written:
            # Nothing comes between the head and the first statement.
            lines[-1] += f" {said}"
        else:
            # A head alone at the foot of a page would be lost.
            lines[-1] += "\\nopagebreak" if place == 0 else ""
            lines.append(said)
        lines.append(statement_display(stated, label_of(stated.id)))
        behind = [where_clause(stated, outline.defined, common), *_proof(stated, shown)]
        if said := verdict(stated, labels):
            # What is known of a statement stays with it.
            behind.append(f"\\nopagebreak{{\\small {said}\\par}}")
        lines += behind
    lines.append("\\statementend")
    return joined(line for line in lines if line)


def joined(lines: Iterable[str]) -> str:
    """Paragraphs; a display belongs to the paragraph before it, and what follows it goes on."""
    text = "\n\n".join(lines)
    text = re.sub(r"\n\n(?=\\begin\{align)", "\n", text)
    return re.sub(r"(?<=\\end\{align\})\n\n(?=where )", "\n", text)


def _heading(number: str, members: Sequence[Stated], lead: str) -> str:
    if not number:
        return sentence(members[0].title)
    places = {stated.said.source for stated in members}
    said = places.pop() if len(places) == 1 else number
    if re.match(r"B\d", said):
        return f"Statement {sentence(said)}"
    return f"{lead}{'Equation ' if said.startswith('(') else ''}{sentence(said)}"


def assumed(texts: Sequence[str], standing: Mapping[str, str]) -> str:
    """Assumptions as a sentence, each said once; those that many share by their mark."""
    marks = list(dict.fromkeys(standing[text] for text in texts if text in standing))
    others = [sentence(text) for text in dict.fromkeys(texts) if text not in standing]
    others = [text for text in others if not any(other.startswith(f"{text};") for other in others)]
    said = "; ".join([*filter(None, marks), *others])
    return f"Assumed: {said.removesuffix('.')}." if said else ""


Abbreviations = tuple[tuple[str, Node], ...]


def shared_abbreviations(members: Sequence[Stated], defined: Mapping[str, str]) -> Abbreviations:
    """Abbreviations that several members use, which are written once, in the head; one name means one thing there."""
    found: dict[str, list[Node]] = {}
    for stated in members:
        for name, tree in _own(stated, defined):
            found.setdefault(name, []).append(tree)
    return tuple(
        (name, trees[0]) for name, trees in found.items() if len(trees) > 1 and all(tree == trees[0] for tree in trees)
    )


def _own(stated: Stated, defined: Mapping[str, str]) -> Abbreviations:
    """The abbreviations that the notation does not define."""
    return tuple((name, tree) for name, tree in stated.where if name not in defined or parse(defined[name]) != tree)


def _equations(stated: Stated, abbreviations: Abbreviations, names: Mapping[str, str]) -> str:
    given = [
        f"${statement_latex(parse(name), names)} = {statement_latex(tree, names, stated.upto)}$"
        for name, tree in abbreviations
    ]
    return ", ".join(given)


def where_clause(stated: Stated, defined: Mapping[str, str], common: Abbreviations = ()) -> str:
    """What its other abbreviations stand for; empty where there is none."""
    left = tuple(item for item in _own(stated, defined) if item not in common)
    return f"where {_equations(stated, left, stated.names)}." if left else ""


def _proof(stated: Stated, shown: Sequence[str]) -> list[str]:
    """The equations of a derivation that lead to the statement; for an inequality, the difference of its sides too."""
    if stated.result is None or stated.result.status not in ("proved", "conditional"):
        return []
    name, steps = steps_of(stated.id)
    places = sorted(shown.index(label) for step in steps if (label := f"{name}-{step.id}") in shown)
    # Equations that follow each other are named by the first and the last.
    runs: list[list[int]] = []
    for place in places:
        if runs and runs[-1][-1] == place - 1:
            runs[-1].append(place)
        else:
            runs.append([place])
    said = ", ".join(_run([rf"\eqref{{{label_of(shown[place])}}}" for place in run]) for run in runs)
    if stated.relation == "=":
        return [rf"\emph{{Proof:}} {said}."] if said else []
    lead = rf"The left side is derived by {said}. " if said else ""
    lines = []
    for form in stated.witnesses:
        lines.append(rf"\emph{{Proof:}} {lead}The larger side less the smaller one is this sum, each term at least 0:")
        lines.append(display("&", terms_latex(form, WEIGHTS)))
    return lines


def _run(references: Sequence[str]) -> str:
    return f"{references[0]} to {references[-1]}" if len(references) > 2 else ", ".join(references)
