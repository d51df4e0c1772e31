"""Pictures of a gradient flow and of prediction errors. Matplotlib is optional and loaded when a picture is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from numerics.enclosure import FlowEnclosure
from numerics.problem import FloatArray
from numerics.reduced_flow import FlowPath
from theory.errors import IclTheoryError

_CURVES = 8
"""Eigenvalues of U drawn at most; more would hide each other."""

_POINTS = 400


class PlotError(IclTheoryError, RuntimeError):
    """A picture cannot be drawn: matplotlib is missing, or the file has no known format."""


@dataclass(frozen=True)
class RiskCurve:
    """What `plot_risk` draws.

    Attributes:
        lengths, means, errors: prompt lengths M, Monte Carlo means and standard errors, a simulation each.
        exact_lengths, exact: lengths and exact errors of the theory's line; empty without a formula.
        limit: the error as M grows, or None.
        target: "label" or "linear", what the prediction is compared with.
        title: one line.
    """

    lengths: Sequence[int]
    means: Sequence[float]
    errors: Sequence[float]
    exact_lengths: Sequence[int]
    exact: Sequence[float]
    limit: float | None
    target: str
    title: str


def require_matplotlib() -> Any:
    """Return matplotlib.figure, or raise PlotError that says how to install it."""
    try:
        from matplotlib import figure
    except ImportError as error:
        raise PlotError("a plot needs matplotlib, which is not installed: pip install 'icl-theory[plots]'") from error
    return figure


def plot_flow(path: FlowPath, file: Path, box: FlowEnclosure | None = None, rate: float | None = None) -> None:
    """Draw u and the eigenvalues of U with their limits, and the way to the minimum, over logarithmic time.

    Args:
        path: the flow.
        file: where to write; the ending says the format.
        box: its rigorous enclosure, drawn as a band, with its radius.
        rate: mu of Lemma 5.4, whose bound is drawn if it is given.

    Raises:
        PlotError: without matplotlib, or for an unknown format.
    """
    figure = require_matplotlib().Figure(figsize=(11, 5), layout="constrained")
    left, right = figure.subplots(1, 2)
    _draw_state(left, path, box)
    _draw_progress(right, path, box, rate)
    d, N = path.problem.dimension, path.problem.context_length
    figure.suptitle(f"Gradient flow, d = {d}, N = {N}, σ = {path.sigma:g}")
    _save(figure, file)


def _times(path: FlowPath) -> FloatArray:
    end = float(path.t[-1])
    start = max(float(path.t[1]), 1e-4 * end) if path.t.size > 2 else 1e-3 * end
    return np.append(np.geomspace(start, end, _POINTS)[:-1], end)


def _draw_state(axes: Any, path: FlowPath, box: FlowEnclosure | None) -> None:
    t = _times(path)
    diagonal, u, _ = path.spectral(t)
    problem = path.problem
    d = problem.dimension
    order = np.argsort(-problem.eigenvalues)
    shown = order[np.unique(np.linspace(0, d - 1, min(d, _CURVES)).round().astype(int))]
    scale = float(np.linalg.norm(1 / problem.gamma)) ** 0.5
    axes.plot(t, u, color="black", linewidth=2, label="$u$")
    axes.axhline(scale, color="black", linestyle="--", linewidth=0.8)
    colours = _colours(shown.size)
    for colour, i in zip(colours, shown, strict=True):
        axes.plot(t, diagonal[:, i], color=colour, label=f"$U$ along $\\lambda$ = {problem.eigenvalues[i]:.3g}")
        axes.axhline(1 / problem.gamma[i] / scale, color=colour, linestyle="--", linewidth=0.8)
    if box is not None:
        columns = [(box.over_lower.shape[1] - 1, "black")]
        # The enclosure orders a basis of its own unless Lambda is diagonal.
        if np.array_equal(problem.basis, np.eye(d)):
            columns += [(int(i) * (d + 1), colour) for colour, i in zip(colours, shown, strict=True)]
        for column, colour in columns:
            low, high = (np.append(x[:, column], x[-1, column]) for x in (box.over_lower, box.over_upper))
            axes.fill_between(box.t, low, high, step="post", color=colour, alpha=0.25, linewidth=0)
        axes.fill_between([], [], color="0.5", alpha=0.4, linewidth=0, label="proved range on each step")
    axes.set(xscale="log", xlabel="time $t$", ylabel="$u$ and eigenvalues of $U$", xlim=(t[0], t[-1]))
    axes.set_title("Weights (dashed: their limits)")
    _finish(axes, below=3)


def _draw_progress(axes: Any, path: FlowPath, box: FlowEnclosure | None, rate: float | None) -> None:
    t = _times(path)
    excess, distance = path.progress(t)
    axes.plot(t, distance, color="#4477aa", label="$\\|uU-\\Gamma^{-1}\\|_F$")
    # Below the smallest normal double there is nothing to draw on a logarithmic axis.
    floor = np.finfo(np.float64).tiny
    axes.plot(t, np.maximum(excess, floor), color="#cc6677", label="$L-\\min L$")
    if rate is not None:
        bound = float(path.excess_loss[0]) * np.exp(-rate * t)
        axes.plot(t, bound, color="#cc6677", linestyle="--", linewidth=1, label="bound of Lemma 5.4")
    if box is not None:
        axes.plot(box.t[1:], box.error_bound[1:], color="0.4", linestyle=":", label="proved error of the enclosure")
    axes.set(xscale="log", yscale="log", xlabel="time $t$", xlim=(t[0], t[-1]))
    axes.set_title("Distance to the limit")
    _finish(axes, below=2)


def plot_risk(curve: RiskCurve, file: Path) -> None:
    """Draw the prediction error against the prompt length M: theory as a line, simulations as points with bars.

    Raises:
        PlotError: without matplotlib, or for an unknown format.
    """
    figure = require_matplotlib().Figure(figsize=(6.4, 4.4), layout="constrained")
    axes = figure.subplots()
    if len(curve.exact):
        axes.plot(curve.exact_lengths, curve.exact, color="#4477aa", label="theory")
    if curve.limit is not None:
        label = f"limit for $M\\to\\infty$: {curve.limit:.4g}"
        axes.axhline(curve.limit, color="#4477aa", linestyle="--", linewidth=1, label=label)
    axes.errorbar(
        curve.lengths,
        curve.means,
        yerr=2 * np.asarray(curve.errors),
        fmt="o",
        color="#cc6677",
        markersize=5,
        capsize=3,
        label="simulation, ±2 standard errors",
    )
    positive = [x for x in (*curve.exact, *curve.means) if x > 0]
    if positive and max(positive) > 20 * min(positive):
        axes.set_yscale("log")
    target = "y_q" if curve.target == "label" else "\\langle w,x_q\\rangle"
    axes.set(xscale="log", xlabel="prompt length $M$", ylabel=f"$E(\\hat{{y}}-{target})^2$")
    axes.set_title(curve.title, fontsize=10)
    _finish(axes)
    _save(figure, file)


def _colours(count: int) -> list[Any]:
    from matplotlib import colormaps

    return [colormaps["viridis"](x) for x in np.linspace(0, 0.85, count)]


def _finish(axes: Any, below: int = 0) -> None:
    """Take off what is not needed; put the legend inside, or below in so many columns where curves fill the axes."""
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(alpha=0.25, linewidth=0.6)
    if below:
        axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.14), ncols=below, fontsize=8, frameon=False)
    else:
        axes.legend(loc="upper right", fontsize=8, framealpha=0.85, edgecolor="none")


def _save(figure: Any, file: Path) -> None:
    try:
        figure.savefig(file, dpi=150)
    except ValueError as error:
        raise PlotError(f"cannot write {file}: {error}") from error
