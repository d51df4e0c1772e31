"""A document as plain text, and a formula's LaTeX as plain text."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

from theory.exposition.document import CITED, REFERENCE, Display, Document, Heading, Letters, Paragraph, marked

WIDTH = 80
_INDENT = "      "
# What LaTeX is replaced by in plain text, in this order; what is left of backslashes and braces is dropped.
_PLAIN: tuple[tuple[str, str | Callable[[re.Match[str]], str]], ...] = (
    (r"\\bigl\(\\begin\{smallmatrix\} *(.*?) *\\end\{smallmatrix\}\\bigr\)", r"[[\1]]"),
    (r" ?\\\\ ?", "], ["),
    (r" & ", ", "),
    (r"\\frac\{d\}\{dt\}", "d/dt"),
    (r"\\t?frac\{(\w)\}\{(\w)\}", r"\1/\2"),
    (r"\\t?frac\{([^{}]*\{[^{}]*\}[^{}]*|[^{}]*)\}\{(\w+)\}", r"(\1)/\2"),
    (r"\\tfrac12", "1/2"),
    (r"\\operatorname\{(\w+)\}", r"\1"),
    (r"\\math(?:rm|bb|cal)\{(\w+)\}", r"\1"),
    (r"_\{\\(max|min)\}", r"_\1"),
    (r"\b([Uu])_\{(\d\d)\}", r"\1\2"),
    (r"\^\{?\\top\}?", "'"),
    (r"(?:\\left|\\right)?\\\|", "||"),
    (r"\\(min|lim)(?=\\)", r"\1 "),
    (r"\\hat (\w)", r"\1_hat"),
    (r"\\varepsilon", "eps"),
    (r"\\nabla_?(\w?)", lambda found: f"grad{'_' + found[1] if found[1] else ''}"),
    (r"\\infty", "infinity"),
    (r"\\Longleftrightarrow", "<=>"),
    (r"\\Rightarrow", "=>"),
    (r"\\textstyle *", ""),
    (r"\\sqrt\{([^{}]*)\}", r"sqrt(\1)"),
    (r"\\otimes", "(x)"),
    (r"\\mid", "|"),
    (r"\\sim", "~"),
    (r"\\(?:quad|[, ])", " "),
    (r"\\to\b", "->"),
    (r"\\ge\b", ">="),
    (r"\\le\b", "<="),
    (r"\\ne\b", "!="),
    (r"\\ell(?![a-z])", "l"),
    (r"\\(?:left|right|bigl|bigr)", ""),
    (r"([\^_])\{([^{}]*[^{}\w,-][^{}]*)\}", r"\1(\2)"),
    (r"\\([{}])", lambda found: {"{": "\0", "}": "\1"}[found[1]]),
    (r"[\\{}]", ""),
    ("\0", "{"),
    ("\1", "}"),
    (r"  +", " "),
)


def plain(text: str) -> str:
    """A formula's LaTeX as plain text."""
    for pattern, replacement in _PLAIN:
        text = re.sub(pattern, replacement, text)
    return text.strip()


def plain_sentences(text: str) -> str:
    """Sentences with formulas between dollar signs as plain text."""
    return "".join(plain(piece) if is_formula else piece for piece, is_formula in marked(text))


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
            lines += ["", *textwrap.wrap(plain_sentences(text) + cited, width, break_long_words=False)]
        else:
            lines += _equation(block, numbers[block.name], width)
    return "\n".join(lines)


def _letters(block: Letters, width: int) -> list[str]:
    rows = [(plain(letter), plain_sentences(meaning)) for letter, meaning in block.rows]
    widest = max(len(letter) for letter, _ in rows)
    lines = []
    for letter, meaning in rows:
        behind = " " * (widest + 4)
        lines += textwrap.wrap(
            f"  {letter:<{widest}}  {meaning}", width, subsequent_indent=behind, break_long_words=False
        )
    if block.spellings:
        spelled = ", ".join(f"{name} for {plain(letter)}" for name, letter in block.spellings)
        lines += textwrap.wrap(f"  Written here: {spelled}.", width, subsequent_indent="  ")
    return lines


def _equation(display: Display, number: int, width: int) -> list[str]:
    """The equation with its number, broken before terms; a term is never broken."""
    left, relation = plain(display.left), plain(display.relation)
    mark = f"({number})"
    head = f"{mark:<{len(_INDENT) - 1}} {left} {relation}"
    *lines, line = textwrap.wrap(head, width, subsequent_indent=f"{_INDENT}    ", break_long_words=False)
    for place, piece in enumerate(text_pieces(display.text)):
        is_full = len(line) + 1 + len(piece) > width
        if is_full and (place or len(line) > width // 2):
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
