"""The claims of a run by paper and section, in the order of each paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from proofs_check.judge.results import ClaimResult
from proofs_check.judge.status import Status, counts_by_status
from proofs_check.papers import PAPERS
from proofs_check.papers.contents import contents


class _Part:
    """Claims with their counts."""

    results: tuple[ClaimResult, ...]

    @property
    def counts(self) -> Mapping[Status, int]:
        """How many claims have each status that occurs, the best first."""
        return counts_by_status(self.results)

    @property
    def size(self) -> int:
        """How many claims there are."""
        return len(self.results)

    @property
    def killed(self) -> int:
        """How many changed versions of claims were refuted."""
        return sum(result.count("killed") for result in self.results)

    @property
    def wrong(self) -> int:
        """How many were tried that say neither the same nor less."""
        return sum(result.wrong_mutants for result in self.results)


@dataclass(frozen=True)
class Section(_Part):
    """A part of a paper: `id` as in links, what it is called and about, and its claims."""

    id: str
    title: str
    about: str
    results: tuple[ClaimResult, ...]

    @property
    def kernel(self) -> dict[str, int]:
        """How many claims have each word of the kernel column."""
        return dict(Counter(held.kernel["word"] for held in self.results if held.kernel).most_common())


@dataclass(frozen=True)
class PaperPart(_Part):
    """A paper with its sections; `key` is empty for claims of a user's own."""

    key: str
    title: str
    sections: tuple[Section, ...]
    results: tuple[ClaimResult, ...]


def by_paper(results: Sequence[ClaimResult]) -> list[PaperPart]:
    """The papers of a run, in the order in which they are carried; what belongs to none comes last."""
    held: dict[str, list[ClaimResult]] = {}
    for result in results:
        held.setdefault(result.paper if result.paper in PAPERS else "", []).append(result)
    return [_part(key, tuple(held[key])) for key in (*PAPERS, "") if key in held]


def _part(key: str, results: tuple[ClaimResult, ...]) -> PaperPart:
    if not key:
        title = "Statements of your own"
        return PaperPart("", title, (Section("own", title, "", results),), results)
    held_by = contents(key)
    left = {result.id: result for result in results}
    sections = []
    for part in held_by.sections:
        held = tuple(left.pop(name) for name in part.claims if name in left)
        if held:
            sections.append(Section(f"{key}-{part.key}", part.title, part.about, held))
    if left:
        title = "Other statements" if sections else "Statements"
        sections.append(Section(f"{key}-statements", title, "", tuple(left.values())))
    return PaperPart(key, held_by.description, tuple(sections), results)
