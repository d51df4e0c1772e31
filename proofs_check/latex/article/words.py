"""Evidence in words: what a status rests on, in one sentence a kind of evidence, and never more than it shows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from proofs_check.judge.results import ClaimResult, EvidenceResult
from proofs_check.kernel import KernelStatus, kernel_column
from proofs_check.latex.document import Stated
from theory.exposition.latex import label_of
from theory.marked_text import escaped, latex_text

STATUS_WORDS: Mapping[str, str] = {
    "proved": "derived by the engine from the model's definition; both sides are proved equal, or in the relation "
    "stated, for every dimension and every length; exact evidence that shares no code with the derivation agrees; "
    "nothing is cited, and all that it rests on is proved",
    "conditional": "as proved, but it uses a cited fact or a statement that is not proved, which is named",
    "tested": "exact, or enclosed in balls that contain the true value, at the instances that are named, not for all",
    "supported": "by statistics or in floating point, at instances, with an error level or a distance",
    "undecided": "the evidence does not suffice",
    "refuted": "a counterexample is shown",
}
_TYPED = re.compile(r" \(typed \w+\)")
# Ranges of these are named in the text; those of all letters stand in the table of evidence.
_TOLD = re.compile(r"(?:\d[\d,]* (?:instances|prompts)|[NMd] = |condition number of Lambda )")


def verdict(stated: Stated, labels: set[str]) -> str:
    """The status and its evidence, one or two sentences of LaTeX; empty for a statement that was not checked."""
    result = stated.result
    if result is None:
        return ""
    derived = result.status in ("proved", "conditional")
    items = [item for item in result.evidence if derived or item.kind != "symbolic"]
    kinds = [said for item in items if (said := _evidence(item, _lengths(stated)))]
    head = f"\\textbf{{{result.status.capitalize()}}}"
    sentences = [f"{head}: {'; '.join(kinds)}." if kinds else f"{head}."]
    if result.reason and result.status in ("conditional", "tested", "undecided"):
        sentences.append(_reason(result, labels))
    if said := kernel_sentence(kernel_column(stated.id)):
        sentences.append(said)
    return " ".join(sentences)


def _lengths(stated: Stated) -> set[str]:
    """Those of d, N and M of which the statement speaks; an instance has values of the others too."""
    text = " ".join((stated.line, *(text for _, text in stated.said.where), *stated.assumptions))
    return {"d"} | {name for name in "NM" if re.search(rf"(?<![A-Za-z\\]){name}(?![A-Za-z(])", text)}


def _evidence(item: EvidenceResult, lengths: set[str]) -> str:
    """One kind of evidence; empty for one that does not count."""
    if item.objection or item.outcome != "holds":
        return ""
    if item.kind == "symbolic":
        return "derived for every dimension and length"
    clauses = re.split(r"; |, (?=[NMd] = )", item.summary)
    first, *more = clauses
    more = [clause for clause in more if _TOLD.match(clause)]
    told = ", ".join(ascii_formula(clause) for clause in more if clause[1:4] != " = " or clause[0] in lengths)
    start = ascii_formula(first)
    kind = {"exact": "exact at ", "enclosure": "enclosed, ", "Monte Carlo": "Monte Carlo, ", "numerical": "numerical, "}
    lead = "" if item.kind == "enclosure" and "enclosed" in first else kind.get(item.kind, f"{item.kind} ")
    return f"{lead}{start}{f' ({told})' if told else ''}"


def ascii_formula(text: str) -> str:
    """A clause of a summary such as "N = 1 to 1e6" as LaTeX."""
    if " = " in text and re.match(r"[A-Za-z]\w* = ", text):
        name, _, values = text.partition(" = ")
        return f"${name}$ = {numbers(values)}" if len(name) == 1 else f"{escaped(name)} = {numbers(values)}"
    return numbers(text).replace("Lambda", r"$\Lambda$")


def numbers(text: str) -> str:
    """Plain text with 4.1e+02 as a power of ten."""
    pieces = re.split(r"(\d+(?:\.\d+)?e[+-]?\d+)", text)
    return "".join(_scientific(piece) if place % 2 else escaped(piece) for place, piece in enumerate(pieces))


def _scientific(text: str) -> str:
    mantissa, _, exponent = text.partition("e")
    power = rf"10^{{{int(exponent)}}}"
    return f"${power}$" if mantissa == "1" else rf"${mantissa} \cdot {power}$"


def _reason(result: ClaimResult, labels: set[str]) -> str:
    """Why it is no better: given facts by their place, other reasons as they stand."""
    given = re.fullmatch(r"given: (.*)", result.reason, re.DOTALL)
    text = _with_places(given[1] if given else result.reason, labels)
    return f"Given: {text}." if given else f"{text[:1].upper()}{text[1:]}."


def _with_places(text: str, labels: set[str]) -> str:
    """Sentences in which the ids of statements are the numbers of their equations."""
    known = sorted((name for name in labels if re.search(rf"(?<![\w.-]){re.escape(name)}(?![\w-])", text)), key=len)
    pattern = "|".join(re.escape(name) for name in reversed(known))
    if not pattern:
        return latex_text(text)
    pieces = re.split(rf"(?<![\w.-])({pattern})(?![\w-])", text)
    return "".join(
        rf"\eqref{{{label_of(piece)}}}" if place % 2 else latex_text(piece) for place, piece in enumerate(pieces)
    )


def kernel_sentence(column: KernelStatus) -> str:
    """What the proof assistant's kernel has checked of a claim; empty if nothing."""
    if not column.word:
        return ""
    return f"Kernel: {column.word}."


def sentence(text: str) -> str:
    """A claim's text as LaTeX, in the article's notation: names as they are typed are left out."""
    return latex_text(_TYPED.sub("", text)).replace("N(0", r"\mathcal{N}(0")


def breakable_name(name: str) -> str:
    """A name with hyphens, dots and underscores, at each of which a line may end."""
    text = escaped(name)
    for mark in ("-", ".", r"\_"):
        text = text.replace(mark, f"{mark}\\allowbreak{{}}")
    return text


def breakable(text: str) -> str:
    """Plain text that may be broken inside long numbers and lists."""
    pieces = re.findall(r"\d{1,12}|[^\d]", text)
    return "".join(escaped(p) + (r"\allowbreak{}" if p in ",=[]/()" or len(p) == 12 else "") for p in pieces)
