"""The claims of a run by paper and section, in the order of each paper."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proofs_check.judge.results import ClaimResult
from proofs_check.judge.status import ORDER
from proofs_check.papers import PAPERS


@dataclass(frozen=True)
class Section:
    """A part of a paper: `id` as in links, what it is called and about, and its claims."""

    id: str
    title: str
    about: str
    results: tuple[ClaimResult, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each status that occurs, the best first."""
        return counted(self.results)

    @property
    def kernel(self) -> dict[str, int]:
        """How many claims have each word of the kernel column."""
        return dict(Counter(held.kernel["word"] for held in self.results if held.kernel).most_common())


@dataclass(frozen=True)
class PaperPart:
    """A paper with its sections; `key` is empty for claims of a user's own."""

    key: str
    title: str
    sections: tuple[Section, ...]

    @property
    def results(self) -> tuple[ClaimResult, ...]:
        """All its claims."""
        return tuple(result for section in self.sections for result in section.results)

    @property
    def counts(self) -> dict[str, int]:
        """How many claims have each status that occurs, the best first."""
        return counted(self.results)


def counted(results: Sequence[ClaimResult]) -> dict[str, int]:
    """How many claims have each status that occurs, the best first."""
    found = Counter(result.status for result in results)
    return {status: found[status] for status in reversed(ORDER) if found[status]}


def by_paper(results: Sequence[ClaimResult]) -> list[PaperPart]:
    """The papers of a run, in the order in which they are carried; what belongs to none comes last."""
    held: dict[str, list[ClaimResult]] = {}
    for result in results:
        held.setdefault(result.paper if result.paper in PAPERS else "", []).append(result)
    return [_part(key, held[key]) for key in (*PAPERS, "") if key in held]


def _part(key: str, results: Sequence[ClaimResult]) -> PaperPart:
    if not key:
        return PaperPart("", "Statements of your own", (Section("own", "Statements of your own", "", tuple(results)),))
    module = sys.modules[PAPERS[key].__module__]
    title = (module.__doc__ or key).strip().splitlines()[0]
    left: Mapping[str, ClaimResult] = {result.id: result for result in results}
    sections = []
    for part in getattr(module, "SECTIONS", ()):
        ids = [claim.id for claim in part.STATEMENTS if claim.id in left]
        name, _, about = _sentences(part.__doc__ or "").rpartition(": ")
        short = part.__name__.rpartition(".")[2]
        heading = name if name.startswith(("Section", "Appendix")) else short.replace("_", " ").capitalize()
        if ids:
            shown = about if heading == name else f"{name}: {about}" if name else about
            sections.append(Section(f"{key}-{short}", heading, _capital(shown), tuple(left[name] for name in ids)))
        left = {name: result for name, result in left.items() if name not in ids}
    if left:
        heading = "Other statements" if sections else "Statements"
        sections.append(Section(f"{key}-statements", heading, "", tuple(left.values())))
    return PaperPart(key, title, tuple(sections))


def _sentences(text: str) -> str:
    """The first paragraph of a docstring, on one line."""
    return " ".join(text.strip().split("\n\n")[0].split())


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
