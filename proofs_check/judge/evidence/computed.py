"""The left side computed in floating point."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from proofs_check.judge.evidence.comparison import Array, instance_record, plain, same_shape
from proofs_check.judge.evidence.verdict import Verdict
from proofs_check.judge.instances import Instance, counted
from proofs_check.judge.language import Language
from proofs_check.judge.meaning import UNREADABLE
from proofs_check.judge.power import Power, Window, power, terms_of
from proofs_check.judge.statements import Statement


@dataclass(frozen=True)
class ComputedMeasurement:
    """The left side computed in floating point, within a stated distance, at random instances."""

    values: tuple[tuple[Instance, Array, float], ...]
    what: str
    kind: ClassVar[str] = "numerical"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """refuted where the sides are farther apart than the left side's stated accuracy."""
        if not self.values:
            return Verdict("undecided", "nothing was computed")
        worst = 0.0
        for instance, left, tolerance in self.values:
            try:
                right = np.asarray(statement.float_value(instance, language), dtype=float)
            except UNREADABLE as error:
                return Verdict("ill-formed", str(error))
            if not same_shape(left, right):
                return Verdict("ill-formed", f"shapes {np.shape(left)} and {np.shape(right)}")
            if not (np.isfinite(left).all() and np.isfinite(right).all() and np.isfinite(tolerance)):
                return Verdict("undecided", f"a side is not finite at {instance}")
            gap = np.reshape(left, -1) - right.reshape(-1)
            if statement.relation != "=":
                gap = np.maximum(gap if statement.relation in ("<=", "<") else -gap, 0.0)
            distance = float(np.max(np.abs(gap)))
            worst = max(worst, distance)
            if distance > tolerance:
                return Verdict("refuted", f"distance {distance:.3g} at {instance}", instance, left, right)
        return Verdict("holds", f"largest distance {worst:.1e} at {counted(self.values)}")

    def objection(self, statement: Statement, language: Language) -> str:
        """Why it is too little to count: it never is, as its power is measured."""
        return ""

    def power(self, statement: Statement, language: Language) -> Power | None:
        """The least wrong coefficients that are farther from the computed values than their stated accuracy."""
        parts = (statement, *terms_of(statement))
        windows = []
        for instance, left, tolerance in self.values:
            columns = [np.asarray(part.float_value(instance, language), dtype=float).reshape(-1) for part in parts]
            for value, right, *terms in zip(np.reshape(left, -1), *columns, strict=True):
                windows.append(
                    Window(float(value) - tolerance, float(value) + tolerance, float(right), tuple(map(float, terms)))
                )
        return power(windows, statement.relation)

    def summary(self) -> str:
        """What was measured."""
        return f"{self.what} at {counted(self.values)}"

    def record(self) -> Mapping[str, Any]:
        """The instances with the computed values and their accuracy."""
        return {
            "instances": [
                {**instance_record(instance), "left": plain(left), "accuracy": tolerance}
                for instance, left, tolerance in self.values
            ]
        }
