"""A document as LaTeX: blocks to put into an article, or a document that compiles by itself."""

from __future__ import annotations

import re
from collections.abc import Iterable

from theory.exposition.document import CITED, REFERENCE, Block, Display, Document, Heading, Letters, Paragraph
from theory.exposition.lines import display
from theory.marked_text import latex_text

PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage[utf8]{inputenc}
\usepackage{lmodern}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{amsmath,amssymb}
\usepackage{booktabs,longtable}
\usepackage[hidelinks]{hyperref}
\allowdisplaybreaks
\emergencystretch=3em
\setlength{\parindent}{0pt}
\setlength{\parskip}{5pt plus 2pt}
"""


def document_latex(document: Document) -> str:
    """The document as a LaTeX file that compiles by itself."""
    body = joined(blocks_latex(document.blocks))
    head = f"\\section*{{{sentences(document.title)}}}\n{sentences(document.source)}."
    return f"{PREAMBLE}\\begin{{document}}\n{head}\n\n{body}\n\\end{{document}}\n"


def blocks_latex(blocks: Iterable[Block], prefix: str = "", heading: str = "subsection*") -> list[str]:
    """The blocks one by one.

    Args:
        blocks: of a document, or some of them.
        prefix: goes before the names of equations in labels, to keep several documents apart.
        heading: the command that sets a heading.
    """
    pieces = []
    for block in blocks:
        if isinstance(block, Heading):
            pieces.append(f"\\{heading}{{{sentences(block.text)}}}")
        elif isinstance(block, Letters):
            pieces.append(letters_table(block.rows))
        elif isinstance(block, Paragraph):
            cited = f" \\emph{{({CITED.rstrip('.')}.)}}" if block.cited else ""
            pieces.append(sentences(block.text, prefix) + cited)
        else:
            pieces.append(display_latex(block, prefix))
    return pieces


def display_latex(block: Display, prefix: str = "") -> str:
    """An equation as an `align` environment with its label, broken to fit the line."""
    return display(f"{block.left} &{block.relation}", block.terms, label_of(prefix + block.name))


def label_of(name: str) -> str:
    """The label of an equation: eq:thm-4.2 for the claim thm-4.2, eq:convergence-balance for a step there."""
    return f"eq:{name}"


def sentences(text: str, prefix: str = "") -> str:
    """Sentences as LaTeX, references with their labels."""
    pieces = REFERENCE.split(text)
    return "".join(
        rf"\eqref{{{label_of(prefix + piece)}}}" if place % 2 else latex_text(piece)
        for place, piece in enumerate(pieces)
    )


def letters_table(rows: Iterable[tuple[str, str]]) -> str:
    """A table of letters and their meanings, which may run over pages."""
    lines = "\n".join(f"${letter}$ & {latex_text(meaning)} \\\\" for letter, meaning in rows)
    return (
        "\\begin{longtable}{@{}p{0.16\\textwidth}p{0.80\\textwidth}@{}}\n\\toprule\n"
        f"{lines}\n\\bottomrule\n\\end{{longtable}}"
    )


def joined(pieces: Iterable[str]) -> str:
    """Paragraphs; a display belongs to the paragraph before it."""
    return re.sub(r"\n\n(?=\\begin\{align)", "\n", "\n\n".join(pieces))
