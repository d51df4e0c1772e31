"""Line charts in the article, drawn by pdfTeX itself: curves as PDF paths, labels as LaTeX, and no other package."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = Sequence[float] | NDArray[np.float64]

# Size of the drawing area in points.
_WIDTH, _HEIGHT = 300.0, 140.0
# Red, green and blue of the curves, told apart in print by their dashes too.
_COLOURS = ("0.13 0.33 0.60", "0.75 0.25 0.20", "0.20 0.50 0.25", "0.45 0.25 0.55")
_DASHES = ("[] 0", "[6 3] 0", "[2 2] 0", "[8 2 2 2] 0")


@dataclass(frozen=True)
class Curve:
    """A curve with its label as LaTeX."""

    x: Floats
    y: Floats
    label: str


@dataclass(frozen=True)
class Chart:
    """A chart with a logarithmic vertical axis.

    Args:
        name: of its label, fig:name.
        caption, x_label, y_label: as LaTeX.
        curves: at most four.
        x_log: the horizontal axis is logarithmic too.
    """

    name: str
    caption: str
    x_label: str
    y_label: str
    curves: tuple[Curve, ...]
    x_log: bool = False

    def latex(self) -> str:
        """The chart as a figure."""
        x = np.concatenate([np.asarray(curve.x, dtype=float) for curve in self.curves])
        y = np.concatenate([np.asarray(curve.y, dtype=float) for curve in self.curves])
        across = _Axis.over(x, _WIDTH, self.x_log)
        up = _Axis.over(y, _HEIGHT, True)
        paths = [_path(curve, across, up, place) for place, curve in enumerate(self.curves)]
        labels = [rf"\put({p:.1f},-4){{\makebox(0,0)[t]{{\footnotesize ${text}$}}}}" for p, text in across.ticks()]
        labels += [rf"\put(-4,{p:.1f}){{\makebox(0,0)[r]{{\footnotesize ${text}$}}}}" for p, text in up.ticks()]
        labels += [
            rf"\put({_WIDTH / 2:.1f},-20){{\makebox(0,0)[t]{{\small {self.x_label}}}}}",
            rf"\put(-46,{_HEIGHT / 2:.1f}){{\makebox(0,0)[r]{{\small {self.y_label}}}}}",
        ]
        legend = [_legend(curve, place) for place, curve in enumerate(self.curves)]
        drawing = "\n".join([rf"\put(0,0){{\pdfliteral{{{_frame(across, up)}}}}}", *paths, *labels, *legend])
        below = 36 + 13 * len(self.curves)
        return (
            "\\begin{figure}[htbp]\n\\centering\n\\setlength{\\unitlength}{1bp}\n"
            f"\\begin{{picture}}({_WIDTH + 10:.0f},{_HEIGHT + 10 + below:.0f})(-20,-{below})\n{drawing}\n"
            f"\\end{{picture}}\n\\caption{{{self.caption}}}\\label{{fig:{self.name}}}\n\\end{{figure}}"
        )


@dataclass(frozen=True)
class _Axis:
    low: float
    high: float
    size: float
    log: bool

    @classmethod
    def over(cls, values: NDArray[np.float64], size: float, log: bool) -> _Axis:
        low, high = float(values.min()), float(values.max())
        if log:
            return cls(math.floor(math.log10(low)), math.ceil(math.log10(high)), size, True)
        return cls(0.0, high, size, False)

    def place(self, value: float) -> float:
        """Where a value stands, in points."""
        at = math.log10(value) if self.log else value
        return self.size * (at - self.low) / (self.high - self.low)

    def ticks(self) -> list[tuple[float, str]]:
        """(place, label) of at most seven ticks."""
        if self.log:
            step = max(1, math.ceil((self.high - self.low) / 6))
            exponents = range(int(self.low), int(self.high) + 1, step)
            return [(self.place(10.0**k), f"10^{{{k}}}") for k in exponents]
        step = 10 ** math.floor(math.log10(self.high / 2))
        step *= next(factor for factor in (1, 2, 5, 10) if self.high / (factor * step) <= 6)
        return [(self.place(k * step), f"{k * step:g}") for k in range(int(self.high / step) + 1)]


def _frame(across: _Axis, up: _Axis) -> str:
    marks = [f"{p:.2f} 0 m {p:.2f} 3 l S" for p, _ in across.ticks()]
    marks += [f"0 {p:.2f} m 3 {p:.2f} l S" for p, _ in up.ticks()]
    return f"q 0.5 w 0 0 m {_WIDTH:.0f} 0 l S 0 0 m 0 {_HEIGHT:.0f} l S {' '.join(marks)} Q"


def _path(curve: Curve, across: _Axis, up: _Axis, place: int) -> str:
    points = [f"{across.place(float(x)):.2f} {up.place(float(y)):.2f}" for x, y in zip(curve.x, curve.y, strict=True)]
    line = f"{points[0]} m " + " ".join(f"{point} l" for point in points[1:])
    return rf"\put(0,0){{\pdfliteral{{q 1 w {_COLOURS[place]} RG {_DASHES[place]} d {line} S Q}}}}"


def _legend(curve: Curve, place: int) -> str:
    height = -(42 + 13 * place)
    stroke = rf"\pdfliteral{{q 1 w {_COLOURS[place]} RG {_DASHES[place]} d 0 0 m 26 0 l S Q}}"
    return rf"\put(40,{height}){{{stroke}}}\put(72,{height}){{\makebox(0,0)[l]{{\small {curve.label}}}}}"
