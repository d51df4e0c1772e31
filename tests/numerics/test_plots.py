"""Pictures hold what they say; how they look was looked at."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")

from matplotlib.figure import Figure

from numerics import Problem, enclose_flow, gradient_flow, paper_rate
from numerics.plots import PlotError, RiskCurve, plot_flow, plot_risk


@pytest.fixture
def figures(monkeypatch: pytest.MonkeyPatch) -> list[Figure]:
    """The figures that were saved."""
    saved: list[Figure] = []
    real = Figure.savefig

    def savefig(self: Figure, *arguments: object, **keywords: object) -> None:
        saved.append(self)
        real(self, *arguments, **keywords)  # type: ignore[arg-type]

    monkeypatch.setattr(Figure, "savefig", savefig)
    return saved


def test_flow(figures: list[Figure], tmp_path: Path) -> None:
    """u ends at its limit, every limit is dashed, the bands are there, and the bound lies above the loss."""
    problem = Problem.from_spectrum([1.0, 0.5], context_length=20)
    path = gradient_flow(problem, 0.1, until=1e-6)
    box = enclose_flow(problem, 0.1, t_end=float(path.t[-1]))
    plot_flow(path, tmp_path / "flow.png", box, paper_rate(problem, 0.1))
    left, right = figures[0].axes
    curves = {line.get_label(): line for line in left.lines}
    limit = float(np.linalg.norm(1 / problem.gamma)) ** 0.5
    assert curves["$u$"].get_ydata()[-1] == pytest.approx(limit, rel=1e-5)
    dashed = [line.get_ydata()[0] for line in left.lines if line.get_linestyle() == "--"]
    assert sorted(dashed) == pytest.approx(sorted([limit, *(1 / problem.gamma / limit)]))
    assert len(left.collections) == 4
    labels = {line.get_label(): np.asarray(line.get_ydata()) for line in right.lines}
    assert np.all(labels["bound of Lemma 5.4"] >= labels["$L-\\min L$"])
    assert left.get_xlabel() == "time $t$"


def test_flow_of_many_dimensions(figures: list[Figure], tmp_path: Path) -> None:
    """At d = 30 a few eigenvalues stand for all, the largest and the smallest among them."""
    problem = Problem.from_spectrum(np.geomspace(1, 0.1, 30), context_length=20)
    plot_flow(gradient_flow(problem, 0.1, t_end=5.0), tmp_path / "flow.png")
    labels = [str(text.get_text()) for text in figures[0].axes[0].get_legend().get_texts()]
    assert len(labels) == 9
    assert labels[1].endswith("= 1")
    assert labels[-1].endswith("= 0.1")


def test_risk(figures: list[Figure], tmp_path: Path) -> None:
    """Points, bars of two standard errors, the line of the theory and its limit."""
    curve = RiskCurve([5, 20], [1.0, 0.4], [0.1, 0.02], [2, 5, 20, 80], [2.2, 1.0, 0.4, 0.25], 0.2, "label", "title")
    plot_risk(curve, tmp_path / "risk.pdf")
    (axes,) = figures[0].axes
    (container,) = axes.containers
    assert container.lines[0].get_ydata().tolist() == [1.0, 0.4]
    ends = [segment[:, 1].tolist() for segment in container.lines[2][0].get_segments()]
    assert np.array(ends) == pytest.approx(np.array([[0.8, 1.2], [0.36, 0.44]]))
    assert axes.get_ylabel() == "$E(\\hat{y}-y_q)^2$"
    assert "0.2" in axes.get_legend().get_texts()[1].get_text()


def test_unknown_format(tmp_path: Path) -> None:
    """A format that matplotlib cannot write is reported as such."""
    curve = RiskCurve([5], [1.0], [0.1], [], [], None, "linear", "title")
    with pytest.raises(PlotError, match="cannot write"):
        plot_risk(curve, tmp_path / "risk.xyz")
