"""The left side in balls that contain it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from proofs_check.judge.evidence.comparison import Compared, compared, instance_record, narrow, plain
from proofs_check.judge.evidence.verdict import Verdict
from proofs_check.judge.instances import counted
from proofs_check.judge.language import Language
from proofs_check.judge.power import Power, Window, power
from proofs_check.judge.statements import Statement, as_balls


@dataclass(frozen=True)
class EnclosedMeasurement:
    """The left side in balls that are proved to contain it, such as the least value of a quantity along a flow.

    Where their radius is not proved, `kind` is "numerical", and they earn what floating point earns.
    """

    values: Compared
    what: str
    kind: str = "enclosure"
    covered: Mapping[str, str] = field(default_factory=dict)
    fixed: Mapping[str, int] = field(default_factory=dict)

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """holds or refuted where the balls prove it; an equation holds as far as the balls are narrow."""
        return compared(self.values, statement, language)

    def objection(self, statement: Statement, language: Language) -> str:
        """Why it is too little to count; empty if it counts."""
        return narrow([instance for instance, _ in self.values], statement, language, self.fixed)

    def summary(self) -> str:
        """What was measured."""
        covered = "; ".join(f"{name} = {said}" for name, said in self.covered.items() if " of " not in name)
        return f"{self.what} at {counted(self.values)}" + (f", {covered}" if covered else "")

    def power(self, statement: Statement, language: Language) -> Power | None:
        """The least wrong factor that the balls refute, for those whose radius is not proved."""
        if self.kind == "enclosure":
            return None
        windows = []
        for instance, left in self.values:
            right = statement.compare(left, instance, language)[1]
            pairs = zip(as_balls(left).flat, as_balls(right).flat, strict=True)
            windows += [Window(float(a.lower()), float(a.upper()), float(b.mid())) for a, b in pairs]
        return power(windows, statement.relation)

    def record(self) -> Mapping[str, Any]:
        """The instances with the balls."""
        return {
            "instances": [{**instance_record(instance), "left": plain(left)} for instance, left in self.values],
            "covered": dict(self.covered),
        }
