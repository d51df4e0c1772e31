"""Derivations inside the article: their steps, letters that only they use, long expansions kept for an appendix."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from theory import DERIVATIONS
from theory.exposition.build import EXPANSIONS
from theory.exposition.document import Block, Display, Document, Heading, Letters, Paragraph
from theory.exposition.latex import blocks_latex, joined, label_of, letters_table
from theory.marked_text import latex_text


@dataclass(frozen=True)
class Proof:
    """A derivation in the article.

    Args:
        name: of the derivation.
        title: as LaTeX.
        main, expansions: what stands in the text, and in the appendix of expansions, as LaTeX.
        labels, long_labels: names of the equations in either, with the derivation's name before them.
    """

    name: str
    title: str
    main: str
    expansions: str
    labels: tuple[str, ...]
    long_labels: tuple[str, ...]


def proofs(names: Sequence[str], letters: Mapping[str, str]) -> dict[str, Proof]:
    """The derivations by name, in their order; an equation that a former one has printed at length is referred to."""
    printed: dict[str, str] = {}
    return {name: _proof(name, letters, printed) for name in names}


def _proof(name: str, letters: Mapping[str, str], printed: dict[str, str]) -> Proof:
    document = DERIVATIONS[name]().document()
    main, expansions = _split(document)
    prefix = f"{name}-"
    aliases = {}
    kept: list[Block] = []
    for block in expansions:
        if isinstance(block, Display):
            first = printed.setdefault(block.text, prefix + block.name)
            if first != prefix + block.name:
                aliases[label_of(prefix + block.name)] = label_of(first)
                continue
        kept.append(block)
    text = joined([*_local(document, letters), *blocks_latex(main, prefix)])
    for alias, first in aliases.items():
        text = text.replace(f"\\eqref{{{alias}}}", f"\\eqref{{{first}}}")
    labels, long_labels = (
        tuple(prefix + block.name for block in part if isinstance(block, Display)) for part in (main, kept)
    )
    return Proof(name, latex_text(document.title), text, joined(blocks_latex(kept, prefix)), labels, long_labels)


def _split(document: Document) -> tuple[list[Block], list[Block]]:
    """What stands in the text and what in the appendix; results that are steps need no list here."""
    body: list[Block] = [block for block in document.blocks if not isinstance(block, Letters)]
    at = next((k for k, block in enumerate(body) if block == Heading(EXPANSIONS)), len(body))
    main, expansions = body[:at], body[at + 1 :]
    start = next((k for k, block in enumerate(main) if block == Heading("Results")), len(main))
    behind = main[start + 1 :]
    results: list[Block] = [block for block in behind if not (isinstance(block, Paragraph) and "[[" in block.text)]
    return [*main[:start], *results], expansions


# More letters than this are a table, fewer a sentence.
_IN_A_SENTENCE = 3


def _local(document: Document, letters: Mapping[str, str]) -> list[str]:
    """The letters that the article's notation does not have, or has with another meaning."""
    table = next((block for block in document.blocks if isinstance(block, Letters)), Letters(()))
    rows = [(letter, said) for letter, said in table.rows if not letters.get(letter, "").startswith(said)]
    if len(rows) > _IN_A_SENTENCE:
        return ["Letters of this derivation:", letters_table(rows)]
    return [f"Letters: {'; '.join(f'${letter}$, {latex_text(said)}' for letter, said in rows)}."] if rows else []
