"""The derivations as one LaTeX article."""

from __future__ import annotations

import re

from proofs_check.verify import Report
from theory import DERIVATIONS
from theory.algebra.latex import terms_latex
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
# Printed characters to a line of a display, roughly.
_LINE = 60


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


def printed_width(text: str) -> int:
    """Roughly how many characters wide a formula prints: a fraction is as wide as its wider part."""
    fraction = re.compile(r"\\frac\{([^{}]*)\}\{([^{}]*)\}")
    text = text.replace("^{", "^").replace("_{", "_")
    text = re.sub(r"([\^_][^{} ]*)\}", r"\1", text)
    text = fraction.sub(lambda match: max(match[1], match[2], key=len), text)
    text = re.sub(r"\\operatorname\{(\w+)\}", r"\1", text)
    text = re.sub(r"\\(left|right|top|tfrac)", "", text)
    return len(re.sub(r"\\[a-zA-Z]+", "x", text).replace(" ", "").replace("_", "").replace("^", ""))


def _section(derivation: Derivation) -> str:
    lines = [f"\\section{{{escape(derivation.title)}}}", escape(derivation.source) + "."]
    for step in derivation.steps:
        lines.append(escape(step.reason))
        lines.append(_display(step))
    return "\n\n".join(lines)


def _display(step: Step) -> str:
    """The step as an equation, broken between terms where it is long."""
    terms = terms_latex(step.value) or [("+", "0")]
    room = max(_LINE // 2, _LINE - printed_width(step.label))
    rows: list[str] = []
    line = ""
    for i, (sign, term) in enumerate(terms):
        piece = term if i == 0 and sign == "+" else f"{sign} {term}"
        if line and printed_width(line) + printed_width(piece) > room:
            rows.append(line)
            line = piece
        else:
            line = f"{line} {piece}".strip()
    rows.append(line)
    body = " \\\\\n  &\\quad ".join(rows)
    return f"\\begin{{align*}}\n  {step.label} &{step.relation} {body}\n\\end{{align*}}"
