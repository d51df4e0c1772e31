"""From a derivation to the document that is printed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from theory.algebra.definitions import Definition, abbreviate
from theory.algebra.expression import Expression
from theory.algebra.latex import latex, name_latex, symbol_latex, terms_latex
from theory.derivation import WEIGHTS, Derivation, Formula, Step
from theory.exposition.document import Block, Display, Document, Heading, Letters, Paragraph
from theory.exposition.letters import defined
from theory.marked_text import pieces, plain_formula

# Right sides with more terms than this stand at the end, and their step says so.
LONG = 12
EXPANSIONS = "The long expansions"


@dataclass(frozen=True)
class ShownStep:
    """A step as it is printed: its right side with Gamma where that is defined by then."""

    step: Step
    value: Expression
    definitions: tuple[Definition, ...]

    @property
    def display(self) -> Display:
        """The step's equation."""
        terms = tuple(terms_latex(self.value, WEIGHTS))
        return Display(self.step.label, self.step.relation, terms, str(self.value), self.step.id)


def shown_steps(derivation: Derivation) -> list[ShownStep]:
    """The steps of a derivation as they are printed; Gamma is defined by a step, or from the start."""
    gamma = next((d for d in _definitions(derivation) if d.symbol.name == "Gamma"), None)
    if gamma is None:
        return [ShownStep(step, step.value, ()) for step in derivation.steps]
    is_known = all(step.value != gamma.expression for step in derivation.steps)
    result = []
    for step in derivation.steps:
        if step.value == gamma.expression:
            is_known, value = True, step.value
        else:
            value = abbreviate(step.value, gamma) if is_known else step.value
        result.append(ShownStep(step, value, (gamma,)))
    return result


def result_display(key: str, formula: Formula) -> Display:
    """A final formula as an equation."""
    left = formula.left
    return Display(left, "=" if left else "", tuple(formula.latex_terms()), str(formula.abbreviated()), slug(key))


def result_title(key: str, formula: Formula) -> str:
    """What a final formula is, in words that tell it from the derivation's other ones."""
    return formula.title or (formula.name if key in formula.name or formula.name == key else key)


def slug(name: str) -> str:
    """A name for files and labels: letters, digits, dots and hyphens."""
    return "result-" + re.sub(r"[^A-Za-z0-9.]+", "-", name.replace("'", "-flow")).strip("-")


def exposition(derivation: Derivation, with_steps: bool = True) -> Document:
    """The derivation as a document: its letters, its steps with their reasons, its results, the long expansions."""
    shown = shown_steps(derivation)
    body, expansions = _steps(shown) if with_steps else ([], [])
    body += _results(derivation, shown if with_steps else [])
    if expansions:
        body += [Heading(EXPANSIONS), *expansions]
    letters = _letters(derivation, body)
    return Document(derivation.title, derivation.source, (*letters, *body))


def _steps(shown: Iterable[ShownStep]) -> tuple[list[Block], list[Block]]:
    """The steps, and the equations that stand at the end; a reason that several share is given once."""
    blocks: list[Block] = []
    expansions: list[Block] = []
    reason = ""
    for held in shown:
        step, equation = held.step, held.display
        is_long = len(held.value.terms) > LONG
        if step.reason != reason or is_long:
            count = f" The right side has {len(held.value.terms)} terms; see [[{step.id}]]."
            blocks.append(Paragraph(step.reason + count if is_long else step.reason, step.cited))
        reason = step.reason
        (expansions if is_long else blocks).append(equation)
    return blocks, expansions


def _results(derivation: Derivation, shown: Sequence[ShownStep]) -> list[Block]:
    """The results: written out, or by the number of the step that ends in them."""
    displayed: list[Block] = []
    known = []
    for key, formula in derivation.results.items():
        title = result_title(key, formula)
        place = next((s.step.id for s in shown if s.step.value == formula.expression), None)
        if place is None:
            displayed += [Paragraph(f"{_capital(title)}:"), result_display(key, formula)]
        else:
            known.append(f"{title[:1].lower()}{title[1:]}: [[{place}]]")
    summary: list[Block] = [Paragraph(f"{_capital('; '.join(known))}.")] if known else []
    return [*([Heading("Results")] if shown else []), *summary, *displayed]


def _letters(derivation: Derivation, body: Sequence[Block]) -> list[Block]:
    """The letters that the body uses; one that abbreviates an expression is defined by it."""
    meanings = dict(derivation.letters)
    for definition in _definitions(derivation):
        letter = symbol_latex(definition.symbol)
        said = meanings.get(letter, "an abbreviation")
        meanings[letter] = f"{said}: ${letter} = {latex(definition.expression)}$"
    rows = defined(formulas_of(body), meanings)
    return [Letters(rows, _spellings(derivation, body))] if rows else []


def _spellings(derivation: Derivation, body: Sequence[Block]) -> tuple[tuple[str, str], ...]:
    """The letters of the equations whose name is not how their LaTeX reads."""
    expressions = [step.value for step in derivation.steps]
    expressions += [formula.abbreviated() for formula in derivation.results.values()]
    texts = " ".join(block.text for block in body if isinstance(block, Display))
    found = {}
    for symbol in (symbol for expression in expressions for symbol in expression.symbols):
        letter = (symbol.latex or name_latex(symbol.name)).removeprefix("\\textstyle")
        if plain_formula(letter) != symbol.name and re.search(rf"\b{re.escape(symbol.name)}(?![a-z0-9])", texts):
            found[symbol.name] = letter
    return tuple(sorted(found.items()))


def formulas_of(blocks: Iterable[Block]) -> list[str]:
    """The LaTeX of every formula."""
    found = []
    for block in blocks:
        if isinstance(block, Display):
            found.append(block.line)
        elif isinstance(block, Paragraph):
            found += [piece for piece, is_formula in pieces(block.text) if is_formula]
    return found


def _definitions(derivation: Derivation) -> tuple[Definition, ...]:
    found = {d.symbol.name: d for formula in derivation.results.values() for d in formula.definitions}
    return tuple(found.values())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
