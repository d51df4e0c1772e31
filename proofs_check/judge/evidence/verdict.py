"""What evidence says of a statement, and what a run may spend on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.power import Power
from proofs_check.judge.statements import Statement

Outcome = Literal["holds", "refuted", "undecided", "ill-formed"]
Earned = Literal["proved", "tested", "supported"]


@dataclass(frozen=True)
class Verdict:
    """What one kind of evidence says of a statement.

    Args:
        outcome: "ill-formed" where the statement has no meaning, such as shapes that do not fit.
        detail: for a reader.
        counterexample: an instance at which the statement fails, if there is one.
        left, right: both sides there.
    """

    outcome: Outcome
    detail: str
    counterexample: Instance | None = None
    left: Any = None
    right: Any = None


@dataclass(frozen=True)
class Budget:
    """What a run may spend and how sure it must be.

    Args:
        seed: of all random choices.
        alpha: the error level of one statistical statement.
        prompts: how many Monte Carlo prompts an instance gets.
        instances: how many generic instances an exact check looks at.
        seconds: how long one claim may take; 0 is no limit.
    """

    seed: int = 0
    alpha: float = 1e-6
    prompts: int = 50_000
    instances: int = 6
    seconds: float = 0.0


class Measurement(Protocol):
    """The left side of a claim, measured once; then any right side is judged by it."""

    @property
    def kind(self) -> str:
        """The kind of evidence."""
        ...

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """Compare a right side with it."""
        ...

    def objection(self, statement: Statement, language: Language) -> str:
        """Why it does not count for a statement although it may hold; empty if it counts."""
        ...

    def summary(self) -> str:
        """What was measured, for a reader."""
        ...

    def power(self, statement: Statement, language: Language) -> Power | None:
        """For statistics and floating point, the least wrong coefficient that would be noticed."""
        ...

    def record(self) -> Mapping[str, Any]:
        """What a report keeps of it, as plain JSON values; exact numbers as text."""
        ...
