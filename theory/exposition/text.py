"""A document as plain text."""

from __future__ import annotations

import textwrap

from theory.exposition.document import CITED, REFERENCE, Display, Document, Heading, Letters, Paragraph
from theory.marked_text import plain_formula, plain_text

WIDTH = 80
_INDENT = "      "


def document_text(document: Document, width: int = WIDTH) -> str:
    """The document as lines of at most `width` characters where its formulas allow it."""
    numbers = document.numbers
    lines = [document.title, f"({document.source})"]
    for block in document.blocks:
        if isinstance(block, Heading):
            lines += ["", block.text, "-" * len(block.text)]
        elif isinstance(block, Letters):
            lines += ["", *_letters(block, width)]
        elif isinstance(block, Paragraph):
            text = REFERENCE.sub(lambda found: f"({numbers[found[1]]})", block.text)
            cited = f" [{CITED}]" if block.cited else ""
            lines += ["", *textwrap.wrap(plain_text(text) + cited, width, break_long_words=False)]
        else:
            lines += _equation(block, numbers[block.name], width)
    return "\n".join(lines)


def _letters(block: Letters, width: int) -> list[str]:
    rows = [(plain_formula(letter), plain_text(meaning)) for letter, meaning in block.rows]
    widest = max(len(letter) for letter, _ in rows)
    lines = []
    for letter, meaning in rows:
        behind = " " * (widest + 4)
        lines += textwrap.wrap(
            f"  {letter:<{widest}}  {meaning}", width, subsequent_indent=behind, break_long_words=False
        )
    if block.spellings:
        spelled = ", ".join(f"{name} for {plain_formula(letter)}" for name, letter in block.spellings)
        lines += textwrap.wrap(f"  Written here: {spelled}.", width, subsequent_indent="  ")
    return lines


def _equation(display: Display, number: int, width: int) -> list[str]:
    """The equation with its number, broken before terms; a term is never broken."""
    left, relation = plain_formula(display.left), plain_formula(display.relation)
    mark = f"({number})"
    head = f"{mark:<{len(_INDENT) - 1}} {left} {relation}"
    *lines, line = textwrap.wrap(head, width, subsequent_indent=f"{_INDENT}    ", break_long_words=False)
    for place, piece in enumerate(text_pieces(display.text)):
        is_full = len(line) + 1 + len(piece) > width
        if is_full and (place or len(line) > 2 * len(_INDENT)):
            lines.append(line)
            line = f"{_INDENT}    {piece}"
        else:
            line = f"{line} {piece}"
    return [*lines, line]


def text_pieces(text: str) -> list[str]:
    """A formula in plain text cut before every + and - outside brackets that stands between terms."""
    pieces, depth, start = [], 0, 0
    for place, mark in enumerate(text):
        depth += (mark in "([") - (mark in ")]")
        if depth == 0 and mark in "+-" and text[place - 1 : place] == " " and text[place + 1 : place + 2] == " ":
            pieces.append(text[start : place - 1])
            start = place
    return [*pieces, text[start:]]
