"""The figures of the story, and those of trained networks."""

from __future__ import annotations

import json

import numpy as np

from proofs_check.web import network_figures
from proofs_check.web.charts import Line, Points
from proofs_check.web.figures import figures
from proofs_check.web.story import STORY


def test_the_story_is_told_in_six_figures() -> None:
    """Every figure is in one chapter, and says in words what it shows; what one layer predicts comes near the truth."""
    charts = figures(1)
    assert 6 == len(charts)
    assert sorted(charts) == sorted(name for chapter in STORY for name in chapter.figures)
    assert all(chart.summary and 'role="img"' in chart.svg() for chart in charts.values())
    lines = [s for s in charts["examples"].series if isinstance(s, Line)]
    for found, truth in zip(lines[::2], lines[1::2], strict=True):
        assert abs(found.y[-1] - truth.y[-1]) < 0.2 < np.ptp(np.asarray(found.y))
    bound, excess = charts["loss"].series[:2]
    assert isinstance(bound, Line)
    assert isinstance(excess, Line)
    assert np.all(np.asarray(excess.y) <= np.asarray(bound.y) * (1 + 1e-12))
    for line in charts["preconditioner"].series[:3]:
        assert isinstance(line, Line)
        assert np.all(np.diff(np.asarray(line.y)) < 0)
        assert max(line.y) < 1


def test_networks_are_shown_from_the_shipped_record() -> None:
    """Every point and dashed line is the record's number, without PyTorch; the linear layers lie on their lines."""
    record = json.loads(network_figures.RECORD.read_text(encoding="utf-8"))
    charts = network_figures.network_figures()
    assert len(charts) == 4
    for chart, name in zip(charts, ("fixed", "correlated", "exp", "fixed-4"), strict=True):
        test = record["tests"][name]
        points = [s for s in chart.series if isinstance(s, Points)]
        lines = {s.colour: s for s in chart.series if isinstance(s, Line)}
        assert [list(p.y) for p in points[:2]] == [
            test["networks"][f"gpt2/{law}"]["mean"][1:] for law in ("fixed", "exp")
        ]
        for drawn in points[2:4]:
            inside = np.mean(
                [low <= y <= high for low, y, high in zip(drawn.low, lines[drawn.colour].y, drawn.high, strict=True)]
            )
            assert inside > 0.6
    assert sum(count for _, count in network_figures.network_outcomes()) == len(record["findings"])
