"""The plan of an article: parts in their order, with prose, statements, derivations and figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Part:
    """A section.

    Args:
        title: as LaTeX.
        claims: ids of its statements in their order.
        prose: LaTeX paragraphs before the statements.
        derivations: names of derivations that stand behind them.
        figures: names of figures.
        appendix: it stands behind the references to the main text.
        lead: stands before the numbers in the heads of its statements.
    """

    title: str
    claims: tuple[str, ...] = ()
    prose: str = ""
    derivations: tuple[str, ...] = ()
    figures: tuple[str, ...] = ()
    appendix: bool = False
    lead: str = ""


@dataclass(frozen=True)
class Outline:
    """What is particular to one paper.

    Args:
        title, subject: the article's title, and the first paragraph of its introduction, as LaTeX.
        abstract: what its abstract says first, as LaTeX.
        parts: in their order.
        letters: LaTeX of a letter to its meaning, for the notation.
        standing: assumptions that many statements share: the sentence to the mark by which it is cited, or to nothing
            where the notation says it.
        defined: abbreviations that the notation defines, as statements type them: they are not repeated.
        figures: what draws a figure, by its name: a function that returns LaTeX.
    """

    title: str
    subject: str
    parts: tuple[Part, ...]
    letters: Mapping[str, str]
    standing: Mapping[str, str] = field(default_factory=dict)
    defined: Mapping[str, str] = field(default_factory=dict)
    figures: Mapping[str, Callable[[], str]] = field(default_factory=dict)
    abstract: str = ""
