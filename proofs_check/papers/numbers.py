"""The numbers of a paper: what stands under each. Every paper has a table of them in its `sources.py`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Number:
    """What stands under a number.

    Args:
        claims: ids of claims that state it, beside those that name it as their source.
        says: what it is, where it carries no statement of its own or where that needs saying.
        undecided: why nothing here gives evidence of what it says; it is then listed as a statement with that status.
    """

    claims: tuple[str, ...] = ()
    says: str = ""
    undecided: str = ""
