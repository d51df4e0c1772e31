"""What a claim's section unfolds: the steps of theory that lead to it, then how its left side meets its right side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from markupsafe import Markup

from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult
from proofs_check.papers.zhang2024.derivations import steps_of
from proofs_check.web.formulas import NAMES, Pieces, equation, expression_pieces, mathml, sentence, statement_pieces
from theory import DERIVATIONS
from theory.algebra.grammar import parse
from theory.algebra.latex import name_latex
from theory.derivation import Step
from theory.exposition.build import exposition
from theory.exposition.document import REFERENCE, Block, Heading, Letters, Paragraph


@dataclass(frozen=True)
class ShownStep:
    """A step as the page shows it: why, and the equation `left relation pieces`; no pieces where the words say it."""

    reason: str
    left: str
    relation: str
    pieces: Pieces

    @classmethod
    def of(cls, step: Step) -> ShownStep:
        """A step of theory."""
        return cls(step.reason, step.label, step.relation, expression_pieces(step.value))


@dataclass(frozen=True)
class ShownDocument:
    """A derivation as HTML: its title, and its blocks as (kind, where it is linked to, its parts)."""

    title: Markup
    blocks: tuple[tuple[str, str, tuple[Markup, ...]], ...]


def shown_document(name: str) -> ShownDocument:
    """Return the derivation of that name with everything that is needed to read it, the long expansions last."""
    document = exposition(DERIVATIONS[name]())

    def referring(text: str) -> Markup:
        """Sentences whose references are links to the equations."""
        words: list[str] = REFERENCE.split(text)
        words[::2] = map(sentence, words[::2])
        words[1::2] = [_LINK.format(name, held, document.numbers[held]) for held in words[1::2]]
        return Markup("").join(words)

    def shown(block: Block) -> tuple[str, str, tuple[Markup, ...]]:
        if isinstance(block, Heading):
            return "heading", "", (sentence(block.text),)
        if isinstance(block, Letters):
            return (
                "letters",
                "",
                tuple(p for letter, said in block.rows for p in (mathml(letter, True), sentence(said))),
            )
        if isinstance(block, Paragraph):
            return "cited" if block.cited else "paragraph", "", (referring(block.text),)
        formula = equation(block.left, block.relation, block.terms or (("+", "0"),))
        return "display", f"step-{name}-{block.name}", (formula, Markup(document.numbers[block.name]))

    return ShownDocument(sentence(document.title), tuple(map(shown, document.blocks)))


_LINK = Markup('<a href="#step-{}-{}">({})</a>')
# Stands for the sides of a statement where neither is written out again.
_DIFFERENCE = r"\text{left side} - \text{right side}"
_SURPLUS = {"<=": r"\text{right side} - \text{left side}", "<": r"\text{right side} - \text{left side}"}


def comparison(result: ClaimResult, claims: Mapping[str, Claim], names: Mapping[str, str] = NAMES) -> list[ShownStep]:
    """Return how the two sides of a claim meet, as the report records it; empty where nothing was derived.

    What the steps of its derivation say already is not said again.

    Args:
        result: an entry of the report.
        claims: claims that may have made it, by their ids; the forms of an inequality's difference are theirs.
        names: LaTeX of the letters that are not printed as they are spelled.
    """
    symbolic = next((item for item in result.evidence if item.kind == "symbolic"), None)
    if symbolic is None:
        return []
    upto: Mapping[str, str] = result.language.get("upto", {})
    known = {str(step.value) for step in steps_of(result.id)[1]}
    shown = []

    def show(reason: str, left: str, text: str) -> None:
        shown.append(ShownStep(reason, left, "=", statement_pieces(parse(text), upto, names)))

    definitions = symbolic.data["definitions"]
    symbols = {key: names.get(key, name_latex(key)) for key in definitions}
    if symbolic.data["derived"] not in known:
        reason = "The left side of this claim, computed by the engine from its definition, in normal form."
        show(reason, result.left, symbolic.data["derived"])
    for key, text in definitions.items():
        if text not in known and key not in dict(result.where):
            show(f"Here ${symbols[key]}$ abbreviates this.", symbols[key], text)
    eliminated = f" once {' and '.join(f'${name}$' for name in symbols.values())} is multiplied out" if symbols else ""
    if symbolic.outcome == "refuted":
        reason = f"The normal forms of the two sides differ{eliminated}, by this."
        show(reason, _DIFFERENCE, symbolic.detail.removeprefix("the sides differ by "))
    elif result.relation == "=" and symbolic.outcome == "holds":
        reason = f"The right side has the same normal form{eliminated}, so they agree for every $d$ and every length."
        shown.append(ShownStep(reason, _DIFFERENCE, "=", ()))
    elif symbolic.outcome == "holds":
        shown += _surplus(result, claims.get(result.id))
    return shown


def _surplus(result: ClaimResult, claim: Claim | None) -> list[ShownStep]:
    """The difference of an inequality's sides in forms that are seen to be at least 0."""
    if claim is None or claim.statement.text != result.right or claim.left.witnesses is None:
        return []
    shown = []
    for form in claim.left.witnesses():
        reason = "The larger side less the smaller one is this sum, each term of which is at least 0."
        *first, (sign, last) = expression_pieces(form)
        left = _SURPLUS.get(result.relation, _DIFFERENCE)
        shown.append(ShownStep(reason, left, "=", [*first, (sign, rf"{last} \ge 0")]))
    return shown
