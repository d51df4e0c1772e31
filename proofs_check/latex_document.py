"""The derivations as one LaTeX article."""

from __future__ import annotations

from proofs_check.verify import Report
from theory import DERIVATIONS
from theory.derivation import Derivation, Step

_PREAMBLE = r"""\documentclass[11pt]{article}
\usepackage[T1]{fontenc}
\usepackage{lmodern}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage{amsmath,amssymb}
\allowdisplaybreaks
\setlength{\parindent}{0pt}
\setlength{\parskip}{6pt}
\title{In-context learning by linear attention: derivations}
\author{icl-theory}
\date{}
\begin{document}
\maketitle
"""
_SPECIAL = str.maketrans({"_": r"\_", "^": r"\^{}", "&": r"\&", "%": r"\%", "#": r"\#", "$": r"\$"})
# Terms of a long sum to a line of the display.
_LINE = 95


def escape(text: str) -> str:
    """Plain text as LaTeX."""
    return text.translate(_SPECIAL)


def derivation_document(report: Report) -> str:
    """Return the article: every derivation with its steps, then the claims with their status."""
    pieces = [_PREAMBLE]
    for make in DERIVATIONS.values():
        pieces.append(_section(make()))
    pieces.append("\\section{Evidence}\n\\begin{itemize}")
    for result in report.results:
        kinds = ", ".join(f"{item.kind}: {item.summary}" for item in result.evidence)
        pieces.append(
            f"\\item \\textbf{{{escape(result.id)}}}, {result.status}: {escape(result.title)}. {escape(kinds)}."
        )
    pieces.append("\\end{itemize}\n\\end{document}\n")
    return "\n".join(pieces)


def _section(derivation: Derivation) -> str:
    lines = [f"\\section{{{escape(derivation.title)}}}", escape(derivation.source) + "."]
    for step in derivation.steps:
        lines.append(escape(step.reason))
        lines.append(_display(step))
    return "\n\n".join(lines)


def _display(step: Step) -> str:
    """The step as an equation, broken between terms where it is long."""
    from theory.algebra.latex import terms_latex

    terms = terms_latex(step.value) or [("+", "0")]
    rows: list[str] = []
    line = ""
    for i, (sign, term) in enumerate(terms):
        piece = term if i == 0 and sign == "+" else f"{sign} {term}"
        if line and len(line) + len(piece) > _LINE * 2:
            rows.append(line)
            line = piece
        else:
            line = f"{line} {piece}".strip()
    rows.append(line)
    body = " \\\\\n  &\\quad ".join(rows)
    return f"\\begin{{align*}}\n  {step.label} &{step.relation} {body}\n\\end{{align*}}"
