"""What a paper's modules say of themselves: its description, and its sections with their titles and claims."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from proofs_check.papers import PAPERS


@dataclass(frozen=True)
class SectionContents:
    """A section: `key` is its module's name; what it is called and about, and the ids of its claims in their order."""

    key: str
    title: str
    about: str
    claims: tuple[str, ...]


@dataclass(frozen=True)
class Contents:
    """A paper: its description, with the title between asterisks, and its sections, if its modules have them."""

    description: str
    sections: tuple[SectionContents, ...]


def contents(paper: str) -> Contents:
    """The contents of a paper that is carried, from the docstrings of its modules."""
    module = sys.modules[PAPERS[paper].__module__]
    sections = []
    for part in getattr(module, "SECTIONS", ()):
        key = part.__name__.rpartition(".")[2]
        name, _, about = _paragraph(part.__doc__ or "").rpartition(": ")
        ids = tuple(claim.id for claim in part.STATEMENTS)
        sections.append(SectionContents(key, name or key.capitalize(), about[:1].upper() + about[1:], ids))
    return Contents(_paragraph(module.__doc__ or paper), tuple(sections))


def _paragraph(text: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(text.strip().split("\n\n")[0].split())
