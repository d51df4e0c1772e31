"""Statements of a paper that stand in its list without a claim: nothing here can decide them, and they say why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from proofs_check.judge.errors import ClaimError
from theory.marked_text import MarkingError, require_marked


@dataclass(frozen=True)
class Unclaimed:
    """A listed statement without evidence of any kind.

    Its status is `undecided` whatever is run, so that it changes no exit code of a run that was not asked for it.

    Args:
        paper: the key of the paper, such as "zhang2024".
        number: as the paper numbers it, such as "Theorem 2".
        title: what it says, in one line.
        reason: why nothing here gives evidence of it.
        status: what it is.
    """

    paper: str
    number: str
    title: str
    reason: str
    status: Literal["undecided"] = "undecided"

    def __post_init__(self) -> None:
        for name, text in (("title", self.title), ("reason", self.reason)):
            if not text.strip():
                raise ClaimError(f"the undecided statement {self.number!r} of {self.paper} has no {name}")
            try:
                require_marked(text)
            except MarkingError as error:
                raise ClaimError(f"the undecided statement {self.number!r} of {self.paper}: {error}") from error
