"""The left side estimated by Monte Carlo, with confidence sequences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from numerics.sequential import Moments, SequentialTest
from proofs_check.judge.evidence.comparison import instance_record
from proofs_check.judge.evidence.verdict import Verdict
from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.meaning import UNREADABLE
from proofs_check.judge.power import Power, Window, power, terms_of
from proofs_check.judge.statements import Statement


@dataclass(frozen=True)
class Sampled:
    """One Monte Carlo measurement: the mean of the left side at an instance, with an upper bound of its variance."""

    instance: Instance
    moments: Moments
    variance: float


@dataclass(frozen=True)
class SampledMeasurement:
    """The left side estimated by samples of the claim's own code, with a confidence sequence for each instance."""

    samples: tuple[Sampled, ...]
    alpha: float
    kind: ClassVar[str] = "Monte Carlo"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """refuted if some confidence interval excludes the right side: wrong with probability at most alpha in all.

        An inequality is refuted if an interval lies on the wrong side, holds if all lie on the right one, and is
        undecided otherwise. Samples or right sides that are not finite decide nothing.
        """
        if not self.samples:
            return Verdict("undecided", "no sample was drawn")
        open_at: Instance | None = None
        for sample in self.samples:
            try:
                right = float(statement.float_value(sample.instance, language).reshape(()))
            except UNREADABLE as error:
                return Verdict("ill-formed", str(error))
            low, high = self.interval(sample)
            if not np.isfinite([low, high, right]).all():
                return Verdict("undecided", f"an interval or the right side is not finite at {sample.instance}")
            if _excluded(low, high, right, statement.relation):
                detail = f"the samples give [{low:.6g}, {high:.6g}], the statement {right:.6g}, at {sample.instance}"
                return Verdict("refuted", detail, sample.instance, sample.moments.mean, right)
            if not _settled(low, high, right, statement.relation):
                open_at = sample.instance
        if open_at is not None:
            return Verdict("undecided", f"a confidence interval contains the bound at {open_at}")
        if statement.relation != "=":
            return Verdict("holds", "every confidence interval lies on the side of the bound that the statement claims")
        return Verdict("holds", f"within every interval; widest half-width {self.half_width:.2%} of the value")

    def objection(self, statement: Statement, language: Language) -> str:
        """Why it is too little to count: it never is, as its power is measured."""
        return ""

    def interval(self, sample: Sampled) -> tuple[float, float]:
        """The confidence interval at one of the instances; the statement's value is refuted outside."""
        low, high = SequentialTest(sample.variance, self.alpha / len(self.samples), sample.moments.count).interval(
            sample.moments
        )
        return low, high

    def power(self, statement: Statement, language: Language) -> Power | None:
        """The least wrong coefficients that these samples refute, tested on the stored moments."""
        parts = (statement, *terms_of(statement))
        windows = []
        for sample in self.samples:
            right, *terms = (float(part.float_value(sample.instance, language).reshape(())) for part in parts)
            windows.append(Window(*self.interval(sample), right, tuple(terms)))
        return power(windows, statement.relation)

    @property
    def half_width(self) -> float:
        """The largest half-width of a confidence interval, relative to the estimate."""
        return max(
            SequentialTest(s.variance, self.alpha / len(self.samples), s.moments.count).interval(s.moments).half_width
            / abs(s.moments.mean)
            for s in self.samples
        )

    def summary(self) -> str:
        """What was measured."""
        prompts = sum(sample.moments.count for sample in self.samples)
        return f"{prompts:,} prompts at {len(self.samples)} instances, half-width {self.half_width:.2%}"

    def record(self) -> Mapping[str, Any]:
        """The moments, variance bounds and intervals."""
        return {
            "instances": [
                {
                    **instance_record(sample.instance),
                    "prompts": sample.moments.count,
                    "mean": sample.moments.mean,
                    "squared_deviations": sample.moments.squared_deviations,
                    "variance_bound": sample.variance,
                    "accepted": list(self.interval(sample)),
                }
                for sample in self.samples
            ]
        }


def _excluded(low: float, high: float, right: float, relation: str) -> bool:
    if relation == "=":
        return not low <= right <= high
    return low > right if relation in ("<=", "<") else high < right


def _settled(low: float, high: float, right: float, relation: str) -> bool:
    return relation == "=" or (high <= right if relation in ("<=", "<") else low >= right)
