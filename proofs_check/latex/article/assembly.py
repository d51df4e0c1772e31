"""Puts the article together: abstract, notation, parts, findings, what goes beyond, appendices, references."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType

from proofs_check.judge.results import Report
from proofs_check.judge.status import ORDER
from proofs_check.kernel import kernel_column
from proofs_check.latex.article import zhang2024
from proofs_check.latex.article.bibliography import bibliography
from proofs_check.latex.article.blocks import blocks
from proofs_check.latex.article.findings import finding_section, is_correction
from proofs_check.latex.article.outline import Outline, Part
from proofs_check.latex.article.proofs import Proof, proofs
from proofs_check.latex.article.tables import evidence_table, kernel_table
from proofs_check.latex.article.words import STATUS_WORDS, sentence
from proofs_check.latex.document import Stated, stated_results
from theory.exposition.latex import PREAMBLE, letters_table

OUTLINES: Mapping[str, Callable[[], Outline]] = MappingProxyType({"zhang2024": zhang2024.outline})
_PREAMBLE = (
    PREAMBLE.replace("[11pt]", "[10pt]").replace("margin=25mm", "hmargin=25mm,vmargin=20mm")
    + r"""\usepackage{microtype}
\newcommand{\statementhead}[1]{\medskip\textbf{#1.}}
\newcommand{\statementend}{\smallskip}
\newenvironment{refuted}{\begin{quote}\small}{\end{quote}}
\setcounter{tocdepth}{1}
\makeatletter\renewcommand*{\l@section}{\@dottedtocline{1}{0em}{1.5em}}\makeatother
\AtBeginDocument{\setlength{\abovedisplayskip}{5pt plus 2pt minus 2pt}%
\setlength{\belowdisplayskip}{5pt plus 2pt minus 2pt}%
\setlength{\abovedisplayshortskip}{2pt plus 2pt}\setlength{\belowdisplayshortskip}{5pt plus 2pt minus 2pt}}
\setlength{\LTpre}{3pt}\setlength{\LTpost}{3pt}
"""
)


def article(statements: Sequence[Stated], paper: str = "zhang2024") -> str:
    """The article about a paper, as LaTeX.

    Args:
        statements: those of a report, or of the catalogue without evidence; others than the paper's are left out.
        paper: its key.
    """
    own = [stated for stated in statements if stated.said.paper in (paper, "")]
    outline = OUTLINES[paper]() if paper in OUTLINES else _plain_outline(paper, own)
    return _assembled(own, outline)


def article_of_report(report: Report, paper: str = "zhang2024") -> str:
    """The article with the evidence of a report."""
    return article(stated_results(report.results), paper)


def _plain_outline(paper: str, statements: Sequence[Stated]) -> Outline:
    """Of a paper that has no prose of its own: its statements in their order."""
    title = rf"The statements of \texttt{{{paper}}} and the evidence for them"
    return Outline(title, "", (Part("Statements", tuple(stated.id for stated in statements)),), {})


def _assembled(own: Sequence[Stated], outline: Outline) -> str:
    stated = {held.id: held for held in own}
    refuted = [held for held in own if held.is_refuted]
    planned = {name for part in outline.parts for name in part.claims}
    rest = tuple(name for name in stated if name not in planned and not _stands_with_findings(stated[name]))
    parts = (*outline.parts, Part("Further statements", rest)) if rest else outline.parts
    labels = {held.id for held in own if not held.is_refuted}
    derived = proofs([name for part in parts for name in part.derivations], outline.letters)
    shown = [label for proof in derived.values() for label in (*proof.labels, "")]
    shown += [label for proof in derived.values() for label in (*proof.long_labels, "")]

    def written(part: Part) -> list[str]:
        return _part(part, outline, stated, derived, shown, labels)

    main = [text for part in parts if not part.appendix and part.title != _BEYOND for text in written(part)]
    beyond = [text for part in parts if not part.appendix and part.title == _BEYOND for text in written(part)]
    lines = [_PREAMBLE + _title(outline) + "\\begin{document}\n\\maketitle", _abstract(own, refuted, outline)]
    lines += [
        "{\\setlength{\\parskip}{0pt}\\tableofcontents}",
        *_introduction(own, outline),
        *_notation(outline),
        *main,
    ]
    if refuted:
        lines += [r"\section{Findings}\label{sec:findings}", _FINDINGS]
        lines += finding_section(refuted, stated, outline, labels)
    lines += [*beyond, "\\appendix", *(text for part in parts if part.appendix for text in written(part))]
    lines += _expansions(derived)
    if any(held.result for held in own):
        lines += [r"\section{Evidence}\label{sec:evidence}", _EVIDENCE, evidence_table(own)]
    if table := kernel_table(own):
        lines += [r"\section{What the kernel has checked}\label{sec:kernel}", _KERNEL, table]
    body = _paragraphs(lines)
    body = body.replace("W_{KQ}", "W^{KQ}").replace("W_{PV}", "W^{PV}")
    return f"{body}\n\n{bibliography(body)}\n\\end{{document}}\n"


_BEYOND = "Beyond the paper"
_METHOD = r"""\textbf{How the statements are checked.} Expectations of Gaussian words are taken by the theorem of
Isserlis~\cite{isserlis1918}, sums over examples by partitions of their indices, so that a formula holds for
every dimension and every length at once. Both sides of an equation are brought to one normal form or, where
inverses of sums occur, proved equal by $S S^{-1} = I$ or as power series; the difference of the sides of an
inequality is a sum of terms of one sign, or decided by its real roots. A second path,
which shares no code with the first, evaluates both sides in exact arithmetic at instances. Flows are
enclosed in ball arithmetic. Where neither applies, prompts are sampled through the layer, or through their
Wishart matrices~\cite{bartlett1933,anderson2003}, and the mean is judged by confidence sequences that are valid
at every stopping time~\cite{ville1939,delapena2009,delyon2009,howard2021}. Every statement is also run in
changed versions, one symbol each; those that ask for more than the statement, and that nothing refutes, are
counted as open."""
_FINDINGS = r"""Each statement of this section is one that the paper prints, in words or as a formula, and that does
not hold as it stands, or whose proof does not cover it. The run looks for a counterexample, shrinks it, and fails
if there is none any more. What
is proved or tested instead stands beside each."""
_EVIDENCE = r"""For every statement: its status; how many of its wrong versions, one symbol changed, the same
evidence refutes, and how many stronger ones are open; for a bound the least factor by which it could be
strengthened and was not refuted; the evidence as the run recorded it. Letters are spelled as the statements are
typed."""
_KERNEL_WORDS = r"""Where the kernel of the proof assistant Coq has checked a theorem about a statement, that is said
too: \emph{recorded} of a theorem that says what the statement says, \emph{partial} of one that assumes more
(appendix~\ref{sec:kernel}). It does not change the status."""
_KERNEL = r"""The formal proofs are written for Coq and MathComp-Analysis. \emph{Recorded}: the kernel has checked a
theorem that says what the statement says, and no source has changed since. \emph{Partial}: the theorem assumes more
than the statement, as the numbers in the last column say. A statement without a row has no theorem. What the theorems
assume:"""


def _stands_with_findings(held: Stated) -> bool:
    return held.is_refuted or is_correction(held)


def _title(outline: Outline) -> str:
    return f"\\title{{{outline.title}}}\n\\author{{written by \\texttt{{icl-theory}}}}\n\\date{{}}\n"


def _abstract(own: Sequence[Stated], refuted: Sequence[Stated], outline: Outline) -> str:
    checked = [held.result for held in own if held.result is not None]
    if not checked:
        text = (
            f"The {len(own)} statements of this article are printed without evidence, since no report was given: "
            f"none is said to hold here. {len(refuted)} of them are printed statements under test, in a section of "
            "their own."
        )
        return f"\\begin{{abstract}}\n{text}\n\\end{{abstract}}"
    plain = Counter(held.result.status for held in own if held.result is not None and not held.is_refuted)
    counts = [f"{plain[status]} are {status}" for status in reversed(ORDER) if plain[status]]
    text = (
        f"{outline.abstract} This article is written by a program from the record of a run. It says of each statement "
        rf"what evidence there is, and no more (section~\ref{{sec:statuses}}). It has {len(checked)} statements. Of "
        f"those that are said to hold, {_listed(counts)}."
    )
    if refuted:
        text += (
            f" {len(refuted)} printed statements do not hold as they stand, or their proofs do not cover them; each "
            r"stands with its counterexample in section~\ref{sec:findings}."
        )
    return f"\\begin{{abstract}}\n{text}{_kernel_count(own)}\n\\end{{abstract}}"


def _kernel_count(own: Sequence[Stated]) -> str:
    columns = [kernel_column(held.id) for held in own]
    full = sum(column.word in ("checked", "recorded") and not column.refutes for column in columns)
    partial = sum(column.word == "partial" and not column.refutes for column in columns)
    refutations = sum(column.refutes for column in columns)
    if not full + partial + refutations:
        return ""
    return (
        f" The kernel of a proof assistant has checked {full} of the statements as they stand, {partial} under further "
        rf"assumptions, and {refutations} of the counterexamples (appendix~\ref{{sec:kernel}})."
    )


def _listed(items: Sequence[str]) -> str:
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1]))) if items else "none was checked"


def _introduction(own: Sequence[Stated], outline: Outline) -> list[str]:
    lines = ["\\section{Introduction}", outline.subject]
    lines.append(_METHOD)
    used = [status for status in reversed(ORDER) if any(h.result and h.result.status == status for h in own)]
    if used:
        items = "\n".join(rf"\item[{status}] {STATUS_WORDS[status]}." for status in used)
        lines += [
            r"\subsection{What a status says}\label{sec:statuses}",
            f"\\begin{{description}}\\setlength{{\\itemsep}}{{0pt}}\n{items}\n\\end{{description}}",
        ]
    if _kernel_count(own):
        lines.append(_KERNEL_WORDS)
    return [line for line in lines if line]


def _notation(outline: Outline) -> list[str]:
    if not outline.letters:
        return []
    lines = [r"\section{Notation and standing assumptions}", letters_table(outline.letters.items())]
    marked = [(text, mark) for text, mark in outline.standing.items() if mark.startswith(r"$(\mathrm")]
    if marked:
        items = "\n".join(rf"\item[{mark}] {sentence(text)}." for text, mark in marked)
        lines += [
            "Statements name these assumptions by their letters:",
            f"\\begin{{description}}\\setlength{{\\itemsep}}{{0pt}}\n{items}\n\\end{{description}}",
        ]
    return lines


def _part(
    part: Part,
    outline: Outline,
    stated: Mapping[str, Stated],
    derived: Mapping[str, Proof],
    shown: Sequence[str],
    labels: set[str],
) -> list[str]:
    held = [stated[name] for name in part.claims if name in stated and not _stands_with_findings(stated[name])]
    if not held and not part.derivations:
        return []
    lines = [f"\\section{{{part.title}}}", part.prose]
    lines += [outline.figures[name]() for name in part.figures]
    lines += blocks(held, outline, shown, labels, lead=part.lead)
    for name in part.derivations:
        proof = derived[name]
        lines += [f"\\subsection{{{proof.title}}}\\label{{sec:{name}}}", proof.main]
    return [line for line in lines if line]


def _expansions(derived: Mapping[str, Proof]) -> list[str]:
    pieces = [proof for proof in derived.values() if proof.expansions]
    if not pieces:
        return []
    lines = [r"\section{The long expansions}\label{sec:expansions}"]
    for proof in pieces:
        lines += [rf"\textbf{{{proof.title}}} (section~\ref{{sec:{proof.name}}}).", proof.expansions]
    return lines


def _paragraphs(lines: Sequence[str]) -> str:
    return re.sub(r"\n\n(?=\\begin\{align)", "\n", "\n\n".join(lines))
