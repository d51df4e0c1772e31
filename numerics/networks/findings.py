"""What the trained networks show about the paper's statements: intervals, and outcomes computed from them.

Each finding states, before anything is measured, a region in which the measured quantity lies if the statement is true
of these networks. A finding holds the interval of every network, each at the level that makes all intervals of the
comparison hold together with probability 1 - alpha (Bonferroni). It is supported if every interval lies inside the
region, refuted if every one lies outside, mixed if each one lies inside or outside but not all alike, and undecided
otherwise.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import inf, sqrt
from typing import Any, Literal

import numpy as np
import torch
from scipy.stats import t as student

from numerics.attention import AttentionWeights
from numerics.exact_error import exact_error
from numerics.networks.comparison import Measured, kind, limit_matrix
from numerics.networks.critical_points import nearest_critical_point
from numerics.networks.laws import fixed_covariance
from numerics.networks.models import Attention
from numerics.networks.shifts import Group, TestLaw, draw_groups, exact_errors
from numerics.networks.shipped import Trained
from numerics.problem import FloatArray, Problem
from numerics.prompts import PromptLaw

Outcome = Literal["supported", "refuted", "mixed", "undecided"]

ALPHA = 0.05
"""Error level of all intervals of a comparison together."""
WEIGHT_MARGIN = 0.05
"""Relative Frobenius distance from the limit up to which a trained layer counts as having reached it."""
CURVE_MARGIN = 0.01
"""Relative excess over the limit's exact error, at any M up to 2N, up to which a layer counts as having reached it."""
CURVATURE_MARGIN = 1e-6
"""Relative curvature from which on a direction counts as curved; the symmetry's, truly zero, comes out below 1e-9."""
SHIFT_MARGIN = 0.10
"""Relative difference up to which a measured error under shift counts as the predicted one."""
# Prompts a group, and the stream of seeds that they come from.
_SHIFT_PROMPTS, _SHIFT_STREAM = 4096, 1000


@dataclass(frozen=True)
class Interval:
    """An estimate with a confidence interval; equal ends for a quantity known exactly."""

    estimate: float
    lower: float
    upper: float

    @classmethod
    def of_mean(cls, values: FloatArray, alpha: float) -> Interval:
        """Student's interval of level 1 - alpha for the mean of independent values."""
        mean = float(np.mean(values))
        half = float(student.ppf(1 - alpha / 2, len(values) - 1)) * float(np.std(values, ddof=1)) / sqrt(len(values))
        return cls(mean, mean - half, mean + half)

    @classmethod
    def exactly(cls, value: float) -> Interval:
        """A quantity without statistical error."""
        return cls(value, value, value)


@dataclass(frozen=True)
class Finding:
    """One statement about trained networks and what was measured.

    Attributes:
        name: for tables.
        statement: in words.
        quantity: what the intervals are of.
        region: (lowest, highest) value of it with which the statement is true.
        intervals: of each network, by name.
    """

    name: str
    statement: str
    quantity: str
    region: tuple[float, float]
    intervals: Mapping[str, Interval]

    @property
    def outcome(self) -> Outcome:
        """Computed from the intervals and the region."""
        low, high = self.region
        inside = [low <= i.lower and i.upper <= high for i in self.intervals.values()]
        outside = [i.upper < low or i.lower > high for i in self.intervals.values()]
        if all(inside):
            return "supported"
        if all(outside):
            return "refuted"
        return "mixed" if all(a or b for a, b in zip(inside, outside, strict=True)) else "undecided"

    def record(self) -> dict[str, Any]:
        """For JSON; an infinite end of the region is null."""
        return {
            "name": self.name,
            "statement": self.statement,
            "quantity": self.quantity,
            "region": [None if abs(end) == inf else end for end in self.region],
            "intervals": {
                name: [float(f"{v:.6g}") for v in (i.estimate, i.lower, i.upper)] for name, i in self.intervals.items()
            },
            "outcome": self.outcome,
        }


def weights_of(trained: Trained) -> AttentionWeights:
    """The layer of a trained linear attention as numerics knows it."""
    network = trained.network
    assert isinstance(network, Attention)
    return AttentionWeights(network.W_PV.detach().cpu().numpy(), network.W_KQ.detach().cpu().numpy())


def learned_matrix(weights: AttentionWeights) -> FloatArray:
    """Return X' for X = u U11 + u12 u21', d x d: the matrix of the part of the prediction that is odd in the task.

    The prediction has the odd part w' S X x_q, so a minimiser has X' = A, and X does not see the scaling symmetry.

    Source: statement B10.
    """
    d = weights.dimension
    X = weights.W_PV[d, d] * weights.W_KQ[:d, :d] + np.outer(weights.W_PV[d, :d], weights.W_KQ[d, :d])
    return np.asarray(X.T, dtype=np.float64)


def reaches_limit(networks: Sequence[Trained]) -> list[Finding]:
    """Return the findings that linear attention, trained on sampled prompts, reached the limit of the gradient flow.

    The weights: ||X' - A||_F / ||A||_F. For a law with a fixed covariance also the exact error curve: the largest
    relative excess of the error of the trained weights, all blocks, over that of the limit, for M = 1, ..., 2N. Both
    are exact for the given network.

    Where the weights are elsewhere, one finding more: descent on the exact population loss goes on from them to a
    critical point that is a minimum, not the lowest one; the smallest curvature besides that of the scaling symmetry,
    over the largest, is positive.

    Source: Zhang, Frei and Bartlett (2024), Theorems 4.1 and 4.5; statement B10.
    """
    findings = []
    linear = [trained for trained in networks if trained.run.model == "linear"]
    for name in sorted({kind(trained) for trained in linear}):
        members = [trained for trained in linear if kind(trained) == name]
        distances, excesses, elsewhere = {}, {}, {}
        for trained in members:
            d, n, law = trained.run.settings.dimension, trained.run.settings.context_length, trained.run.law
            A = limit_matrix(law, d, n)
            weights = weights_of(trained)
            distance = float(np.linalg.norm(learned_matrix(weights) - A) / np.linalg.norm(A))
            distances[_label(trained)] = Interval.exactly(distance)
            if law != "exp":
                problem = Problem(fixed_covariance(law, d), n)
                limit = AttentionWeights.from_predictor(A)
                excess = max(_ratio(PromptLaw(problem, m), weights, limit) for m in range(1, 2 * n + 1)) - 1
                excesses[_label(trained)] = Interval.exactly(excess)
                if distance > WEIGHT_MARGIN:
                    point = nearest_critical_point(problem, weights)
                    label = f"{_label(trained)}, loss {point.loss:.5g} above the lowest {point.lowest:.5g}"
                    elsewhere[label] = Interval.exactly(point.relative_curvature)
        findings.append(
            Finding(
                f"limit, {name}",
                "Linear attention trained on sampled prompts reaches the limit of the gradient flow.",
                "Frobenius distance of X' from A over the norm of A, X = u U11 + u12 u21'",
                (0.0, WEIGHT_MARGIN),
                distances,
            )
        )
        if excesses:
            findings.append(
                Finding(
                    f"exact error curve, {name}",
                    "Its exact error is that of the limit for prompts of every length up to 2N.",
                    "largest relative excess of the exact error over the limit's",
                    (-CURVE_MARGIN, CURVE_MARGIN),
                    excesses,
                )
            )
        if elsewhere:
            findings.append(
                Finding(
                    f"another minimum, {name}",
                    "The population loss over all blocks has a local minimum that is not global; training stops there.",
                    "smallest curvature, the scaling symmetry aside, over the largest",
                    (CURVATURE_MARGIN, 1.0),
                    elsewhere,
                )
            )
    return findings


def _ratio(law: PromptLaw, weights: AttentionWeights, limit: AttentionWeights) -> float:
    own, best = exact_error(law, weights, "label"), exact_error(law, limit, "label")
    assert own is not None
    assert best is not None
    return own / best


def fails_as_predicted(
    networks: Sequence[Trained], tests: Sequence[TestLaw], alpha: float, seed: int = 0, groups: int = 64
) -> list[Finding]:
    """Return the findings that trained linear attention errs under covariate shift by what B9 predicts for the limit.

    The error of each network at M = N is measured on real prompts through the trained layer. The quantity is its
    relative difference from B9 at the limit's matrix, for each group with the covariance of that group: a mean over
    covariances in which the largest do not drown all others.

    Args:
        networks: all networks; those of linear attention, trained by Adam from the paper's start, are used.
        tests: laws of the covariates; one is left out for the networks that were trained on it.
        alpha: error level of each interval.
        seed: of the prompts.
        groups: of prompts, each with a covariance of its own if the law is random.

    Source: statement B9.
    """
    findings = []
    linear = shifted_networks(networks)
    for number, test in enumerate(tests):
        intervals: dict[str, dict[str, Interval]] = {}
        here = [trained for trained in linear if is_shift(test, trained.run.law)]
        if not here:
            continue
        d, n = here[0].run.settings.dimension, here[0].run.settings.context_length
        stream = np.random.SeedSequence(seed, spawn_key=(_SHIFT_STREAM, number))
        matrices = {law: limit_matrix(law, d, n) for law in {trained.run.law for trained in here}}
        predicted: dict[str, list[float]] = {law: [] for law in matrices}
        errors: list[list[float]] = [[] for _ in here]
        for group in draw_groups(test, d, n, groups, _SHIFT_PROMPTS, stream):
            x, y = torch.from_numpy(group.x), torch.from_numpy(group.y)
            for law, A in matrices.items():
                predicted[law].append(_at_length(group, A, n))
            for trained, own in zip(here, errors, strict=True):
                with torch.no_grad():
                    own.append(float((trained.network.curve(x, y, [n])[:, 0] - y[:, n]).square().mean()))
        for trained, own in zip(here, errors, strict=True):
            expected = np.array(predicted[trained.run.law])
            relative = np.array(own) / expected - 1
            intervals.setdefault(kind(trained), {})[_label(trained)] = Interval.of_mean(relative, alpha)
        findings += [
            Finding(
                f"{test.name}: {name}",
                "Under this shift linear attention errs by the amount that B9 predicts.",
                "measured error over predicted error for the same covariance, minus 1, at M = N",
                (-SHIFT_MARGIN, SHIFT_MARGIN),
                values,
            )
            for name, values in sorted(intervals.items())
        ]
    return findings


def shifted_networks(networks: Sequence[Trained]) -> list[Trained]:
    """The networks of linear attention whose errors under shift are compared with B9."""
    return [t for t in networks if t.run.model == "linear" and t.run.optimiser == "adam" and t.run.start == "paper"]


def is_shift(test: TestLaw, law: str) -> bool:
    """Whether a test law has other covariates than a training law."""
    return test.kind == "covariates" and (test.covariance != law or test.scale != 1)


def _at_length(group: Group, A: FloatArray, n: int) -> float:
    exact = exact_errors(group.law, A, n, [n])
    assert exact is not None
    return exact[0]


@dataclass(frozen=True)
class Paired:
    """A comparison of two kinds of networks on the same prompts: statement, kinds, and the sign claimed."""

    name: str
    statement: str
    first: str
    second: str
    claimed: Literal["lower", "not lower"]


_LINEAR = "(adam, paper start)"
PAIRS = (
    Paired(
        "GPT-2 (exp) minus linear (exp)",
        "Trained on random covariances, GPT-2 is more robust to this shift than linear attention.",
        "gpt2/exp",
        f"linear/exp {_LINEAR}",
        "lower",
    ),
    Paired(
        "GPT-2 (fixed) minus linear (fixed)",
        "Trained on one covariance, GPT-2 is not more robust to this shift than linear attention.",
        "gpt2/fixed",
        f"linear/fixed {_LINEAR}",
        "not lower",
    ),
    Paired(
        "GPT-2 (exp) minus GPT-2 (fixed)",
        "GPT-2 is more robust to this shift when trained on random covariances.",
        "gpt2/exp",
        "gpt2/fixed",
        "lower",
    ),
)


def applies(pair: Paired, test: TestLaw, kinds: Collection[str]) -> bool:
    """Whether both kinds of networks are there, and the test law is a shift for both."""
    laws = [name.split()[0].partition("/")[2] for name in (pair.first, pair.second)]
    return pair.first in kinds and pair.second in kinds and all(is_shift(test, law) for law in laws)


def paired_findings(measured: Measured, context_length: int, alpha: float) -> list[Finding]:
    """Return the findings on which of two networks errs less under one shift, at M = N on the same prompts.

    The quantity is the difference of the normalised errors of the two networks of one seed; the interval is over the
    groups of prompts, so it speaks of this pair of trained networks and of all prompts of the law.

    Args:
        measured: of a test law that shifts the covariates.
        context_length: N.
        alpha: error level of each interval.
    """
    place = measured.lengths.index(context_length)
    findings = []
    for pair in PAIRS:
        if not applies(pair, measured.test, measured.networks):
            continue
        first, second = measured.networks[pair.first][:, :, place], measured.networks[pair.second][:, :, place]
        scale = float(np.mean(measured.zero))
        intervals = {
            f"pair {number}": Interval.of_mean((a - b) / scale, alpha)
            for number, (a, b) in enumerate(zip(first, second, strict=False))
        }
        region = (-inf, 0.0) if pair.claimed == "lower" else (0.0, inf)
        findings.append(
            Finding(
                f"{measured.test.name}: {pair.name}",
                pair.statement,
                "difference of the normalised errors at M = N, first minus second",
                region,
                intervals,
            )
        )
    return findings


LOSS_MARGIN = 0.05
"""Growth of the normalised error under a shift up to which a network counts as keeping its accuracy."""


def keeps_accuracy(own: Measured, shifted: Measured, name: str, context_length: int, alpha: float) -> Finding:
    """Return the finding on whether GPT-2 keeps its accuracy under a shift, at M = N.

    The paper has it that GPT-2 does if trained on random covariances and does not if trained on one. The quantity is
    the normalised error under the shift minus that on the training law; the two are measured on independent groups of
    prompts, so the interval is Welch's.

    Args:
        own: errors on the law that the networks were trained on.
        shifted: errors under the shift.
        name: kind of the networks, "gpt2/exp" or "gpt2/fixed".
        context_length: N.
        alpha: error level of each interval.
    """
    before, after = (m.networks[name][:, :, m.lengths.index(context_length)] / np.mean(m.zero) for m in (own, shifted))
    intervals = {f"network {k}": _welch(b, a, alpha) for k, (a, b) in enumerate(zip(before, after, strict=True))}
    keeps = name == "gpt2/exp"
    return Finding(
        f"{shifted.test.name}: {name}",
        "Trained on random covariances, GPT-2 keeps its accuracy under this shift."
        if keeps
        else "Trained on one covariance, GPT-2 does not keep its accuracy under this shift.",
        "growth of the normalised error at M = N by the shift",
        (-inf, LOSS_MARGIN) if keeps else (LOSS_MARGIN, inf),
        intervals,
    )


def _welch(first: FloatArray, second: FloatArray, alpha: float) -> Interval:
    """Welch's interval of level 1 - alpha for the mean of the first minus the mean of the second."""
    parts = [float(np.var(values, ddof=1)) / len(values) for values in (first, second)]
    spread = sum(parts)
    freedom = spread**2 / sum(p**2 / (len(v) - 1) for p, v in zip(parts, (first, second), strict=True))
    estimate = float(np.mean(first) - np.mean(second))
    half = float(student.ppf(1 - alpha / 2, freedom)) * sqrt(spread)
    return Interval(estimate, estimate - half, estimate + half)


def _label(trained: Trained) -> str:
    return f"seed {trained.run.seed}"
