"""Claims: a statement, what it rests on, and how it can be checked. Their status is computed, never typed."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from proofs_check.judge.evidence import Plan, Quantity
from proofs_check.judge.statements import Language, Statement


@dataclass(frozen=True)
class Claim:
    """left = right, for all values of the letters.

    Args:
        id: short and unique, such as "thm-4.2".
        title: one line.
        source: where it stands in the paper.
        left: the quantity that the statement is about, with its ways of being derived, computed and sampled.
        statement: the right side with its abbreviations.
        language: what the names mean.
        plan: which letters are drawn at random, and how large.
        assumptions: in words.
        rests_on: ids of the claims that it uses.
        cited: standard facts that the derivation uses and that are not checked here.
        finding: a printed statement under test, expected to be refuted; the run fails if it no longer is.
        corrected_by: for a finding, ids of the claims that say what holds instead.
        sharper: for an inequality, (id, statement) of one with a better right side that is proved; mutants that it
            implies are true.
    """

    id: str
    title: str
    source: str
    left: Quantity
    statement: Statement
    language: Language
    plan: Plan
    assumptions: tuple[str, ...] = ()
    rests_on: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    finding: bool = False
    corrected_by: tuple[str, ...] = ()
    sharper: tuple[str, Statement] | None = None

    def __post_init__(self) -> None:
        if not self.id or not all(ch.isalnum() or ch in ".-_" for ch in self.id):
            raise ValueError(f"a claim's id consists of letters, digits, '.', '-' and '_', got {self.id!r}")


_MARK = "__icl_theory_claims__"


def claim(make: Callable[[], Claim | Sequence[Claim]]) -> Callable[[], Claim | Sequence[Claim]]:
    """Mark a function without arguments that returns a Claim (or several): `verify --module` runs it."""
    setattr(make, _MARK, True)
    return make


def collect(module: ModuleType | Mapping[str, Any]) -> tuple[Claim, ...]:
    """Return the claims of a module: objects of type Claim, and what functions marked by `claim` return, in order.

    Raises:
        ValueError: for two claims with one id.
    """
    names = module if isinstance(module, Mapping) else vars(module)
    found: list[Claim] = []
    for value in names.values():
        if isinstance(value, Claim):
            found.append(value)
        elif callable(value) and getattr(value, _MARK, False):
            made = value()
            found += [made] if isinstance(made, Claim) else list(made)
    ids: set[str] = set()
    for held in found:
        if held.id in ids:
            raise ValueError(f"two claims have the id {held.id!r}")
        ids.add(held.id)
    return tuple(found)


def ancestors(claims: Sequence[Claim]) -> dict[str, tuple[str, ...]]:
    """For each claim the ids of all that it rests on, directly or not.

    Raises:
        ValueError: for an unknown id or a circle.
    """
    direct = {held.id: held.rests_on for held in claims}
    result: dict[str, tuple[str, ...]] = {}

    def visit(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if name in path:
            raise ValueError(f"claims rest on each other in a circle: {' -> '.join((*path, name))}")
        if name not in direct:
            raise ValueError(f"claim {path[-1]!r} rests on {name!r}, which does not exist")
        if name not in result:
            found: dict[str, None] = {}
            for other in direct[name]:
                found |= dict.fromkeys((*visit(other, (*path, name)), other))
            result[name] = tuple(found)
        return result[name]

    for held in claims:
        visit(held.id, ())
    return result
