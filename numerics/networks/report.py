"""The whole comparison as one record: curves, exact lines and findings."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from numerics.networks.comparison import BAND, Measured, by_kind, curves, measure
from numerics.networks.findings import (
    ALPHA,
    PAIRS,
    applies,
    fails_as_predicted,
    is_shift,
    keeps_accuracy,
    paired_findings,
    reaches_limit,
    shifted_networks,
)
from numerics.networks.shifts import TEST_LAWS, TestLaw
from numerics.networks.shipped import Trained

Progress = Callable[[int, int, str], None]


def compare(
    networks: Sequence[Trained],
    *,
    tests: Sequence[TestLaw] = TEST_LAWS,
    seed: int = 0,
    groups: int = 64,
    prompts: int = 16,
    alpha: float = ALPHA,
    device: str = "cpu",
    progress: Progress | None = None,
) -> dict[str, Any]:
    """Return the comparison of trained networks with the exact theory, ready for JSON.

    Args:
        networks: of one dimension and context length.
        tests: the test laws.
        seed: of all prompts and of the bootstrap; equal seeds give equal records.
        groups, prompts: groups of prompts (a random law draws a covariance for each), and prompts in each; the paper
            has 64 and 64.
        alpha: error level of all intervals together.
        device: of PyTorch, for the curves.
        progress: called with parts done, all parts, and a line of text.

    Raises:
        ValueError: for networks that cannot be compared, or fewer than two groups.

    Source: Zhang, Frei and Bartlett (2024), section 4.3 and appendix E.
    """
    if groups < 2:
        raise ValueError(f"groups must be at least 2, for intervals over them, got {groups}")
    kinds = by_kind(networks)
    settings = networks[0].run.settings
    n = settings.context_length
    each = alpha / max(1, _intervals(networks, tests))
    parts = len(tests) + 1
    measurements: dict[str, Measured] = {}
    for number, test in enumerate(tests):
        if progress is not None:
            progress(number, parts, test.title)
        measurements[test.name] = measure(networks, test, seed=seed, groups=groups, prompts=prompts, device=device)
    if progress is not None:
        progress(parts - 1, parts, "linear attention under shift")
    for trained in networks:
        trained.network.to("cpu")
    findings = [*reaches_limit(networks), *fails_as_predicted(networks, tests, each, seed, groups)]
    for measured in measurements.values():
        findings += paired_findings(measured, n, each)
    for name, law, shifted in _accuracy(kinds, tests):
        findings.append(keeps_accuracy(measurements[law], measurements[shifted], name, n, each))
    if progress is not None:
        progress(parts, parts, "")
    return {
        "dimension": settings.dimension,
        "context_length": n,
        "seed": seed,
        "groups": groups,
        "prompts": prompts,
        "band": BAND,
        "alpha": alpha,
        "interval_level": 1 - each,
        "networks": {
            name: [{"seed": t.run.seed, "steps": t.log["steps"], "sha256": t.log["sha256"]} for t in members]
            for name, members in kinds.items()
        },
        "tests": {name: curves(measured, seed) for name, measured in measurements.items()},
        "findings": [finding.record() for finding in findings],
    }


def _accuracy(kinds: Mapping[str, Sequence[Trained]], tests: Sequence[TestLaw]) -> list[tuple[str, str, str]]:
    """Kind of GPT-2, its own law and a shift, where all three are there."""
    return [
        (name, law, test.name)
        for name, law in (("gpt2/exp", "exp"), ("gpt2/fixed", "fixed"))
        for test in tests
        if name in kinds and any(other.name == law for other in tests) and is_shift(test, law)
    ]


def _intervals(networks: Sequence[Trained], tests: Sequence[TestLaw]) -> int:
    kinds = by_kind(networks)
    pairs = sum(
        min(len(kinds[pair.first]), len(kinds[pair.second]))
        for test in tests
        for pair in PAIRS
        if applies(pair, test, kinds)
    )
    pairs += sum(len(kinds[name]) for name, _, _ in _accuracy(kinds, tests))
    return pairs + sum(is_shift(test, trained.run.law) for test in tests for trained in shifted_networks(networks))


def read_record(path: Path) -> dict[str, Any]:
    """Return the record of an earlier comparison.

    Raises:
        ValueError: if the file holds something else.
    """
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is not JSON ({error}); give the comparison.json of `icl-theory compare`") from error
    if not isinstance(record, dict) or not {"tests", "findings", "context_length", "dimension"} <= record.keys():
        raise ValueError(f"{path} is not the record of a comparison; give the comparison.json of `icl-theory compare`")
    return record


def table(record: dict[str, Any]) -> str:
    """The errors at M = N as a table in Markdown: a row for each predictor, a column for each test law."""
    n, tests = record["context_length"], record["tests"]
    header = ["normalised error", *tests]
    rows: dict[str, list[str]] = {}
    for column, test in enumerate(tests.values()):
        place = test["lengths"].index(n)
        values = {name: curve for part in ("networks", "baselines") for name, curve in test[part].items()}
        for name, curve in values.items():
            low, high = curve["low"][place], curve["high"][place]
            rows.setdefault(name, ["–"] * len(tests))[column] = f"{curve['mean'][place]:.3g} [{low:.3g}, {high:.3g}]"
        for law, line in test["exact_linear_attention"].items():
            rows.setdefault(f"linear attention's limit, {law} (exact)", ["–"] * len(tests))[column] = (
                f"{line[place]:.3g}"
            )
    lines = [header, ["---"] * len(header), *([name, *cells] for name, cells in rows.items())]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines) + "\n"


def findings_table(record: dict[str, Any]) -> str:
    """The findings in Markdown."""
    lines = ["| outcome | finding | quantity | intervals |", "|---|---|---|---|"]
    for finding in record["findings"]:
        intervals = "; ".join(
            f"{name}: {e:.3g}" + ("" if low == high else f" [{low:.3g}, {high:.3g}]")
            for name, (e, low, high) in finding["intervals"].items()
        )
        lines.append(f"| {finding['outcome']} | {finding['name']} | {finding['quantity']} | {intervals} |")
    return "\n".join(lines) + "\n"
