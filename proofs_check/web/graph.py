"""What the graph says of a claim: its shape what is stated, its fill how far that was checked, its border the kernel.

The page sets the claims of a section in a row and draws a line from each to those that it rests on.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from proofs_check.judge.results import ClaimResult
from proofs_check.web.sections import Section

KINDS = {
    "result": "a theorem, lemma or corollary, or a part of one",
    "equation": "an equation or a remark of the text",
    "beyond": "beyond the paper, or a correction of it",
    "finding": "under test: printed, or needed by a proof",
}


@dataclass(frozen=True)
class Node:
    """A claim in the graph.

    Attributes:
        kind: a key of KINDS.
        kernel: the word of the kernel column, empty where no theorem stands behind the claim.
    """

    id: str
    kind: str
    status: str
    kernel: str
    rests_on: tuple[str, ...]


def nodes(section: Section) -> list[Node]:
    """The claims of a section, in its order."""
    beyond = not section.title.startswith(("Section", "Appendix"))
    return [
        Node(held.id, _kind(held, beyond), held.status, held.kernel.get("word", ""), held.rests_on)
        for held in section.results
    ]


def _kind(result: ClaimResult, beyond: bool) -> str:
    if result.finding is not None:
        return "finding"
    if beyond:
        return "beyond"
    return "result" if re.match("Theorem|Lemma|Corollary|Proposition", result.number) else "equation"
