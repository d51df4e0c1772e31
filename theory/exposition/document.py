"""What a derivation says, before it is printed: headings, letters, paragraphs and displayed equations."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from typing import Any

# What every format says of a step that rests on a fact which is not derived.
CITED = "Cited, not derived here."
# A reference to an equation by its name; each format prints it as its own number.
REFERENCE = re.compile(r"\[\[([^\[\]]+)\]\]")


@dataclass(frozen=True)
class Heading:
    """The heading of a part."""

    text: str


@dataclass(frozen=True)
class Letters:
    """What the letters stand for.

    Args:
        rows: (LaTeX, meaning with its formulas between dollar signs).
        spellings: (name, LaTeX) of letters that plain text does not spell as their LaTeX reads.
    """

    rows: tuple[tuple[str, str], ...]
    spellings: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Paragraph:
    """Sentences with their formulas as LaTeX between dollar signs.

    Args:
        text: the sentences; [[name]] refers to an equation.
        cited: it rests on a standard fact that it names and that is not derived here; every format says so.
    """

    text: str
    cited: bool = False


@dataclass(frozen=True)
class Display:
    """An equation that stands by itself.

    Args:
        left, relation: as LaTeX.
        terms: the right side as LaTeX, (sign, term); lines may be broken before each.
        text: the right side as plain text in the engine's grammar.
        name: a short name for references to it; unique in the document.
    """

    left: str
    relation: str
    terms: tuple[tuple[str, str], ...]
    text: str
    name: str

    @property
    def right(self) -> str:
        """The right side on one line of LaTeX."""
        if not self.terms:
            return "0"
        line = " ".join(f"{sign} {term}" for sign, term in self.terms)
        return line.removeprefix("+ ") if line.startswith("+ ") else f"-{line.removeprefix('- ')}"

    @property
    def line(self) -> str:
        """The equation on one line of LaTeX."""
        return f"{self.left} {self.relation} {self.right}"


Block = Heading | Letters | Paragraph | Display


@dataclass(frozen=True)
class Document:
    """A derivation with everything that is needed to read it, in reading order.

    Raises:
        ValueError: where two equations have one name, or a paragraph refers to one that is not there.
    """

    title: str
    source: str
    blocks: tuple[Block, ...]

    def __post_init__(self) -> None:
        names = [display.name for display in self.displays]
        twice = {name for name in names if names.count(name) > 1}
        texts = [block.text for block in self.blocks if isinstance(block, Paragraph)]
        lost = {name for text in texts for name in REFERENCE.findall(text)} - {*names}
        if twice or lost:
            raise ValueError(f"{self.title}: two equations are named {twice}" if twice else f"no equation {lost}")

    @property
    def displays(self) -> tuple[Display, ...]:
        """The equations in their order."""
        return tuple(block for block in self.blocks if isinstance(block, Display))

    @property
    def numbers(self) -> dict[str, int]:
        """The number of each equation by its name: they are counted from 1 in reading order."""
        return {display.name: number for number, display in enumerate(self.displays, 1)}

    def record(self) -> list[dict[str, Any]]:
        """The blocks as plain values for JSON, each with its kind."""
        return [{"kind": type(block).__name__.lower(), **asdict(block)} for block in self.blocks]
