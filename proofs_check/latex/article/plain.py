"""The plan of an article about a paper without prose of its own: its sections in their order, and its letters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from proofs_check.judge.claims import Claim
from proofs_check.latex.article.outline import Outline, Part
from proofs_check.latex.document import Stated
from proofs_check.papers import PAPERS, catalogue
from proofs_check.papers.contents import contents
from theory.algebra.expression import letter
from theory.algebra.grammar import Name
from theory.algebra.latex import name_latex
from theory.algebra.words import Symbol
from theory.exposition.letters import key_of
from theory.marked_text import escaped

_LENGTHS = {
    "d": "dimension of the covariates",
    "N": "number of examples in a training prompt",
    "M": "number of examples in a test prompt",
    "n": "a length",
}


def plain_outline(paper: str, statements: Sequence[Stated]) -> Outline:
    """The plan for a paper's statements; one that is not carried has them in their order and no notation."""
    if paper not in PAPERS:
        title = rf"The statements of \texttt{{{escaped(paper)}}} and the evidence for them"
        return Outline(title, "", (Part("Statements", tuple(stated.id for stated in statements)),), {})
    held = contents(paper)
    described = re.sub(r"\*([^*]+)\*", r"\\emph{\1}", escaped(held.description)).rstrip(".")
    chosen = {stated.id for stated in statements}
    claims = [claim for claim in catalogue(paper) if claim.id in chosen]
    parts = tuple(
        Part(_title(section.title), section.claims, f"{escaped(section.about).rstrip('.')}.")
        for section in held.sections
    )
    return Outline(
        title=r"In-context learning by linear attention:\\ statements of one paper and the evidence for them",
        subject=f"The statements are those of {described}. Only what stands here was looked at; the rest of the paper "
        "is not judged. The letters are the paper's where it has them.",
        parts=parts or (Part("Statements", tuple(claim.id for claim in claims)),),
        letters=dict(_letters(claims)),
        abstract=f"This is about statements of {described}.",
    )


def _title(title: str) -> str:
    """The heading of a section, which has a number of its own here."""
    return f"{escaped(title)} of the paper" if title.startswith(("Section", "Appendix")) else escaped(title)


def _letters(claims: Sequence[Claim]) -> Iterator[tuple[str, str]]:
    """LaTeX of the lengths and letters that the statements use, with what they are; the same letter once."""
    used = {claim.id: _names(claim) for claim in claims}
    every = set().union(*used.values())
    yield from ((name, said) for name, said in _LENGTHS.items() if name in every)
    found: dict[str, dict[str, None]] = {}
    shown: dict[str, str] = {}
    for claim in claims:
        for name in sorted(claim.language.letters.keys() & used[claim.id]):
            symbol = letter(claim.language.letters[name])
            latex = symbol.latex or name_latex(name)
            shown.setdefault(key_of(latex), latex)
            found.setdefault(key_of(latex), {})[_kind(symbol)] = None
    for key in sorted(found, key=str.casefold):
        yield shown[key], ", in other statements ".join(found[key])


def _names(claim: Claim) -> set[str]:
    """The names in its right side and its abbreviations."""
    trees = (claim.statement.right, *(tree for _, tree in claim.statement.where))
    return {node.name for tree in trees for node in tree.walk() if isinstance(node, Name)}


def _kind(symbol: Symbol) -> str:
    """What a letter is: a matrix, vector or number, with its size and properties."""
    if symbol.rows == symbol.cols == 1:
        sign = "positive " if symbol.definite else "nonnegative " if symbol.non_negative else ""
        return f"a {sign}number"
    if symbol.cols == 1:
        return f"a vector of length ${symbol.rows}$"
    words = "symmetric positive definite" if symbol.definite else "symmetric" if symbol.symmetric else ""
    words = words or ("invertible" if symbol.invertible else "")
    article = "an" if words.startswith("i") else "a"
    return f"{article} {words} ${symbol.rows} \\times {symbol.cols}$ matrix".replace("  ", " ")
