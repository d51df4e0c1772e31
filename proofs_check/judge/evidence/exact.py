"""The left side in exact rational arithmetic at instances, without the engine."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from proofs_check.judge.evidence.comparison import Compared, compared, instance_record, narrow, plain
from proofs_check.judge.evidence.verdict import Verdict
from proofs_check.judge.instances import counted
from proofs_check.judge.language import Language
from proofs_check.judge.statements import READS_A_STATEMENT, Statement


@dataclass(frozen=True)
class ExactMeasurement:
    """The left side in exact rational arithmetic.

    Args:
        values: the instances, in order of size, each with the left side there.
        covered: what they cover, for a reader.
        fixed: the lengths that the claim fixes.
        engine: operations of the engine that computing the left side called; with any it is no independent check.
        settles: in words, that the sizes settle an identity for every d and length, and with what error probability.
    """

    values: Compared
    covered: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)
    engine: frozenset[str] = frozenset()
    settles: str = ""
    kind: ClassVar[str] = "exact"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """holds if the relation does at every instance; refuted with the first, that is smallest, failure."""
        return compared(self.values, statement, language)

    def objection(self, statement: Statement, language: Language) -> str:
        """Why it is too little to count; empty if it counts."""
        return not_independent(self.engine) or narrow(
            [instance for instance, _ in self.values], statement, language, self.fixed
        )

    def summary(self) -> str:
        """What was measured."""
        covered = "; ".join(
            f"{name} {said}" if " of " in name else f"{name} = {said}" for name, said in self.covered.items()
        )
        settled = f"; {self.settles}" if self.settles else ""
        return counted(self.values) + (f", {covered}" if covered else "") + settled

    def power(self, statement: Statement, language: Language) -> None:
        """Exact numbers leave no room."""

    def record(self) -> Mapping[str, Any]:
        """The instances with the left sides."""
        return {
            "instances": [{**instance_record(instance), "left": plain(left)} for instance, left in self.values],
            "covered": dict(self.covered),
            "settles": self.settles,
        }


def not_independent(engine: Collection[str]) -> str:
    """Why exact evidence that calls these operations is no check of its own; empty for none."""
    if READS_A_STATEMENT in engine:
        return "the exact evidence reads the formula of a statement, so that it may repeat the right side"
    return (
        f"the exact evidence calls the engine ({', '.join(sorted(engine))}), so it repeats the derivation"
        if engine
        else ""
    )
