"""Trained networks beside the exact theory, from the shipped record of the comparison; PyTorch is not needed."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numerics
from proofs_check.web.charts import Chart, Line, Points, Series

RECORD = Path(numerics.__file__).parent / "networks" / "weights" / "comparison.json"

_TESTS = {
    "fixed": "Test covariance I",
    "correlated": "Another fixed test covariance",
    "exp": "Random test covariances diag Exp(1)",
    "fixed-4": "Test covariance 4 I",
}
_NETWORKS = {
    "gpt2/fixed": "GPT-2, trained on I",
    "gpt2/exp": "GPT-2, trained on random covariances",
    "linear/fixed (adam, paper start)": "linear attention, trained on I",
    "linear/exp (adam, paper start)": "linear attention, trained on random covariances",
    "softmax/exp": "one softmax layer, trained on random covariances",
}
_EXACT = {"fixed": 2, "exp": 3}


def network_figures() -> tuple[Chart, ...]:
    """Return a chart for each of some test laws: error against the number of examples, networks and exact lines."""
    record = _record()
    return tuple(_chart(record, name, title) for name, title in _TESTS.items())


def network_outcomes() -> list[tuple[str, int]]:
    """How many statements about the networks came out in each way, most first."""
    return Counter(finding["outcome"] for finding in _record()["findings"]).most_common()


@cache
def _record() -> dict[str, Any]:
    record: dict[str, Any] = json.loads(RECORD.read_text(encoding="utf-8"))
    return record


def _chart(record: dict[str, Any], name: str, title: str) -> Chart:
    test, N = record["tests"][name], record["context_length"]
    lengths = test["lengths"]
    # No example, no information: every predictor costs what zero costs.
    start = next(i for i, length in enumerate(lengths) if length > 0)
    series: list[Series] = []
    for colour, (network, label) in enumerate(_NETWORKS.items()):
        curve = test["networks"][network]
        mean, low, high = (curve[key][start:] for key in ("mean", "low", "high"))
        series.append(Points(lengths[start:], mean, low, high, colour, label))
    for law, colour in _EXACT.items():
        exact = test["exact_linear_attention"][law]
        series.append(Line(lengths[start:], exact[start:], colour, dashed=True))
    at, seeds = lengths.index(N), len(record["networks"][next(iter(_NETWORKS))])
    said = ", ".join(f"{label} {test['networks'][network]['mean'][at]:.2g}" for network, label in _NETWORKS.items())
    return Chart(
        title,
        f"d = {record['dimension']}, training prompts of N = {N} examples, {seeds} seeds. "
        f"Bars: {100 * record['band']:.0f}% bootstrap bands over {record['groups']} groups of {record['prompts']} "
        "prompts and seeds. Dashed: the exact error of linear attention at its limit for the very covariances drawn.",
        "examples in the prompt",
        "error / error of predicting 0",
        tuple(series),
        f"At {N} examples the normalised errors are: {said}.",
        y_log=True,
    )
