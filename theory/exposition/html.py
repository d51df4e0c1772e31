"""A document as HTML with its formulas as LaTeX between dollar signs, which notebooks set."""

from __future__ import annotations

from html import escape

from theory.exposition.document import CITED, REFERENCE, Document, Heading, Letters, Paragraph


def document_html(document: Document) -> str:
    """The document as HTML."""
    numbers = document.numbers
    pieces = [f"<h3>{escape(document.title)}</h3>", f"<p>{escape(document.source)}</p>"]
    for block in document.blocks:
        if isinstance(block, Heading):
            pieces.append(f"<h4>{escape(block.text)}</h4>")
        elif isinstance(block, Letters):
            rows = "".join(f"<dt>${escape(letter)}$</dt><dd>{escape(meaning)}</dd>" for letter, meaning in block.rows)
            pieces.append(f"<dl>{rows}</dl>")
        elif isinstance(block, Paragraph):
            text = REFERENCE.sub(lambda found: f"({numbers[found[1]]})", escape(block.text))
            cited = f" <em>{escape(CITED)}</em>" if block.cited else ""
            pieces.append(f"<p>{text}{cited}</p>")
        else:
            pieces.append(f"<div>$${escape(block.line)} \\tag{{{numbers[block.name]}}}$$</div>")
    return "\n".join(pieces)
