"""Figures of a comparison, drawn from its record alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.figure import Figure

# Colours that stay apart for readers who do not see red and green as different (Okabe and Ito).
_MODEL_COLOURS = {
    "gpt2/exp": "#0072B2",
    "gpt2/fixed": "#D55E00",
    "softmax/exp": "#56B4E9",
    "softmax/fixed": "#E69F00",
    "linear/exp (adam, paper start)": "#009E73",
    "linear/fixed (adam, paper start)": "#CC79A7",
    "linear/correlated (adam, paper start)": "#999999",
}
_NAMES = {
    "gpt2/exp": "GPT-2, random covariances",
    "gpt2/fixed": "GPT-2, covariance I",
    "softmax/exp": "softmax layer, random covariances",
    "softmax/fixed": "softmax layer, covariance I",
    "linear/exp (adam, paper start)": "linear layer, random covariances",
    "linear/fixed (adam, paper start)": "linear layer, covariance I",
}
_LINE_COLOURS = {"exp": "#009E73", "fixed": "#CC79A7"}
_FORMATS = ("svg", "png")


def draw(record: dict[str, Any], directory: Path) -> list[Path]:
    """Write the figures of a comparison as SVG and PNG; return the files.

    Args:
        record: of `numerics.networks.report.compare`.
        directory: created if need be.
    """
    directory.mkdir(parents=True, exist_ok=True)
    tests = record["tests"]
    written = []
    for stem, title, names in (
        ("covariate-shift", "Covariate shift", [n for n in tests if n not in ("query", "noise", "sign")]),
        ("other-shifts", "Query shift and task shift", [n for n in ("query", "noise", "sign") if n in tests]),
    ):
        if names:
            written += _save(_panels(record, names, title), directory, stem)
    paired = [finding for finding in record["findings"] if finding["quantity"].startswith("difference")]
    if paired:
        written += _save(_findings(paired), directory, "paired-differences")
    return written


def _save(figure: Figure, directory: Path, stem: str) -> list[Path]:
    paths = []
    # A fixed salt and no date: equal numbers give equal files.
    with matplotlib.rc_context({"svg.hashsalt": "icl-theory", "svg.fonttype": "path"}):
        for suffix in _FORMATS:
            path = directory / f"{stem}.{suffix}"
            metadata = {"Date": None} if suffix == "svg" else {"Software": None}
            figure.savefig(path, dpi=90, metadata=metadata)
            paths.append(path)
    return paths


def _panels(record: dict[str, Any], names: list[str], title: str) -> Figure:
    columns = min(len(names), 4 if len(names) > 3 else 3)
    rows = -(-(len(names) + (len(names) > 3)) // columns)
    figure = Figure(figsize=(3.6 * columns, 3.0 * rows + (0.5 if rows > 1 else 1.5)), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharex=True)
    axes = list(grid.flat)
    for axis, name in zip(axes, names, strict=False):
        _curves(axis, record["tests"][name], record["context_length"])
    for axis in axes[len(names) :]:
        axis.set_axis_off()
    for axis in axes[: len(names)]:
        axis.tick_params(labelbottom=True)
    for row in grid:
        row[0].set_ylabel("error / cost of predicting zero")
    handles, labels = axes[0].get_legend_handles_labels()
    if len(axes) > len(names):
        axes[-1].legend(handles, labels, loc="center left", frameon=False, fontsize=9)
    else:
        figure.legend(handles, labels, loc="outside lower center", ncols=3, frameon=False, fontsize=9)
    figure.suptitle(f"{title}: d = {record['dimension']}, trained with N = {record['context_length']}", fontsize=12)
    return figure


def _curves(axis: Axes, test: dict[str, Any], n: int) -> None:
    lengths = test["lengths"]
    for name, colour in _MODEL_COLOURS.items():
        if name in test["networks"] and name in _NAMES:
            curve = test["networks"][name]
            style = {"gpt2": "-", "softmax": "--", "linear": ":"}[name.partition("/")[0]]
            axis.plot(lengths, curve["mean"], style, color=colour, lw=1.8, label=_NAMES[name])
            axis.fill_between(lengths, curve["low"], curve["high"], color=colour, alpha=0.18, lw=0)
    for law, colour in _LINE_COLOURS.items():
        if law in test["exact_linear_attention"]:
            meaning = {"exp": "random covariances", "fixed": "covariance I"}[law]
            line = test["exact_linear_attention"][law]
            axis.plot(lengths, line, "-", color=colour, lw=0.9, label=f"exact limit, {meaning}")
    for name, style in (("least squares", "-"), ("ridge", "--")):
        axis.plot(lengths, test["baselines"][name]["mean"], style, color="black", lw=1.0, label=name)
    axis.axhline(1.0, color="grey", lw=0.8, ls="-.", label="zero predictor")
    axis.axvline(n, color="grey", lw=0.6, ls=":")
    axis.set_yscale("log")
    shown = [curve for name, curve in test["networks"].items() if name in _NAMES] or [test["baselines"]["zero"]]
    lowest, highest = min(min(curve["low"]) for curve in shown), max(max(curve["high"]) for curve in shown)
    axis.set_ylim(max(5e-3, min(0.08, 0.3 * lowest)), max(3.0, 1.3 * highest))
    axis.set_title(test["title"], fontsize=9.5)
    axis.set_xlabel("in-context examples M")


def _findings(rows: list[dict[str, Any]]) -> Figure:
    """Paired differences at M = N, an interval for each pair of networks."""
    figure = Figure(figsize=(10, 0.34 * len(rows) + 1.4), layout="constrained")
    axis = figure.subplots()
    colours = {"supported": "#0072B2", "refuted": "#D55E00", "mixed": "#CC79A7", "undecided": "#777777"}
    shown: set[str] = set()
    for place, finding in enumerate(rows):
        outcome = finding["outcome"]
        for offset, (estimate, low, high) in enumerate(finding["intervals"].values()):
            height = place + 0.2 * (offset - (len(finding["intervals"]) - 1) / 2)
            label = None if outcome in shown else outcome
            axis.plot([low, high], [height, height], color=colours[outcome], lw=1.6, label=label)
            axis.plot([estimate], [height], "o", color=colours[outcome], ms=3)
            shown.add(outcome)
    axis.axvline(0.0, color="black", lw=0.8)
    axis.set_xscale("symlog", linthresh=0.1)
    axis.set_yticks(range(len(rows)), [finding["name"] for finding in rows], fontsize=8)
    axis.invert_yaxis()
    axis.set_xlabel("difference of the normalised errors at M = N, first network minus second")
    axis.legend(loc="upper left", title="the paper's statement is", fontsize=8, title_fontsize=8)
    return figure
