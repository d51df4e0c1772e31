"""Small line charts as SVG whose colours are style-sheet variables, so that both themes and print can set them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray

Numbers = Sequence[float] | NDArray[np.float64]

# Units of the drawing; it is scaled to the column, so type is set large enough for a phone.
_WIDTH, _HEIGHT = 600.0, 400.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 92.0, 24.0, 14.0, 56.0


@dataclass(frozen=True)
class Line:
    """A curve; `colour` is the number of a series, `dashed` a limit or a floor."""

    x: Numbers
    y: Numbers
    colour: int
    label: str = ""
    dashed: bool = False


@dataclass(frozen=True)
class Points:
    """Points with error bars from `low` to `high`."""

    x: Numbers
    y: Numbers
    low: Numbers
    high: Numbers
    colour: int
    label: str = ""


@dataclass(frozen=True)
class Boxes:
    """Rectangles that contain a curve: over [x[i], x[i+1]] it lies in [low[i], high[i]]."""

    x: Numbers
    low: Numbers
    high: Numbers
    colour: int
    label: str = ""


Series = Line | Points | Boxes


@dataclass(frozen=True)
class Chart:
    """A chart with its caption; `summary` says in words what it shows, for those who cannot see it."""

    title: str
    caption: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    summary: str
    x_log: bool = False
    y_log: bool = False
    y_range: tuple[float, float] | None = None

    def keys(self) -> list[tuple[int, str, str]]:
        """(colour, kind, label) of the legend."""
        kinds = {Line: "line", Points: "points", Boxes: "boxes"}
        return [
            (s.colour, "dashed" if isinstance(s, Line) and s.dashed else kinds[type(s)], s.label)
            for s in self.series
            if s.label
        ]

    def svg(self) -> str:
        """Return the drawing."""
        x_axis = _Axis(self.x_log, _LEFT, _WIDTH - _RIGHT, _spanned(self._numbers("x"), self.x_log, 0.0))
        spanned = self.y_range or _spanned(self._numbers("y"), self.y_log, 0.06)
        y_axis = _Axis(self.y_log, _HEIGHT - _BOTTOM, _TOP, spanned)
        parts = [_grid(x_axis, y_axis, self.x_label, self.y_label)]
        parts += [_drawn(series, x_axis, y_axis) for series in self.series]
        return (
            f'<svg class="chart" viewBox="0 0 {_WIDTH:g} {_HEIGHT:g}" role="img" '
            f'aria-label="{escape(self.summary)}">{"".join(parts)}</svg>'
        )

    def _numbers(self, which: str) -> list[float]:
        found: list[float] = []
        for s in self.series:
            if which == "x":
                found += [float(v) for v in s.x]
            else:
                found += [float(v) for values in _heights(s) for v in values]
        return found


def _heights(series: Series) -> Iterable[Numbers]:
    return (series.y,) if isinstance(series, Line) else (series.low, series.high)


class _Axis:
    def __init__(self, log: bool, start: float, end: float, limits: tuple[float, float]) -> None:
        self.log, self.start, self.end = log, start, end
        self.low, self.high = limits

    def __call__(self, value: float) -> float:
        low, high = self.low, self.high
        if self.log:
            value, low, high = math.log10(max(value, 1e-300)), math.log10(low), math.log10(high)
        return self.start + (self.end - self.start) * (value - low) / (high - low)

    def ticks(self) -> list[tuple[float, str]]:
        if not self.log:
            step = _step((self.high - self.low) / 5)
            first = math.ceil(self.low / step - 1e-9)
            places = max(0, -math.floor(math.log10(step) + 1e-9))
            last = math.floor(self.high / step + 1e-9)
            return [(k * step, f"{k * step:.{places}f}".replace("-", "−")) for k in range(first, last + 1)]
        low, high = math.ceil(math.log10(self.low) - 1e-9), math.floor(math.log10(self.high) + 1e-9)
        if high - low >= 2:
            every = math.ceil((high - low + 1) / 7)
            return [(10.0**k, _power(k)) for k in range(low, high + 1, every)]
        marks = [m * 10.0**k for k in range(low - 1, high + 1) for m in (1, 2, 5)]
        return [(m, f"{m:g}") for m in marks if self.low * (1 - 1e-9) <= m <= self.high * (1 + 1e-9)]


def _power(exponent: int) -> str:
    if -2 <= exponent <= 3:
        return f"{10.0**exponent:g}"
    return f'10<tspan dy="-7" font-size="75%">{str(exponent).replace("-", "−")}</tspan>'


def _step(rough: float) -> float:
    power = 10.0 ** math.floor(math.log10(rough))
    return next(m * power for m in (1, 2, 5, 10) if m * power >= rough)


def _spanned(numbers: Sequence[float], log: bool, margin: float) -> tuple[float, float]:
    finite = [v for v in numbers if math.isfinite(v) and (v > 0 or not log)]
    low, high = min(finite), max(finite)
    if log:
        a, b = math.log10(low), math.log10(high)
        extra = margin * (b - a) or 0.0
        return 10 ** (a - extra), 10 ** (b + extra)
    extra = margin * (high - low) or 0.0
    return (low - extra if low < 0 else max(0.0, low - extra)), high + extra


def _grid(x_axis: _Axis, y_axis: _Axis, x_label: str, y_label: str) -> str:
    bottom, top, left, right = _HEIGHT - _BOTTOM, _TOP, _LEFT, _WIDTH - _RIGHT
    parts = []
    for value, text in x_axis.ticks():
        x = x_axis(value)
        parts.append(f'<path class="grid" d="M{x:.1f} {bottom:g}V{top:g}"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 21:g}" text-anchor="middle">{text}</text>')
    for value, text in y_axis.ticks():
        y = y_axis(value)
        parts.append(f'<path class="grid" d="M{left:g} {y:.1f}H{right:g}"/>')
        parts.append(f'<text x="{left - 8:g}" y="{y + 5.5:.1f}" text-anchor="end">{text}</text>')
    parts.append(f'<path class="axis" d="M{left:g} {top:g}V{bottom:g}H{right:g}"/>')
    middle = (left + right) / 2
    parts.append(
        f'<text class="label" x="{middle:g}" y="{_HEIGHT - 9:g}" text-anchor="middle">{escape(x_label)}</text>'
    )
    high = (top + bottom) / 2
    turned = f"translate(17 {high:g}) rotate(-90)"
    parts.append(f'<text class="label" transform="{turned}" text-anchor="middle">{escape(y_label)}</text>')
    return "".join(parts)


def _drawn(series: Series, x_axis: _Axis, y_axis: _Axis) -> str:
    colour = f"c{series.colour}"
    if isinstance(series, Line):
        points = [(x_axis(x), y_axis(y)) for x, y in zip(series.x, series.y, strict=True)]
        path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
        return f'<path class="line {colour}{" dashed" if series.dashed else ""}" d="{path}"/>'
    if isinstance(series, Boxes):
        parts = []
        for i, (low, high) in enumerate(zip(series.low, series.high, strict=True)):
            left, right, bottom, top = x_axis(series.x[i]), x_axis(series.x[i + 1]), y_axis(low), y_axis(high)
            parts.append(f"M{left:.1f} {bottom:.1f}H{right:.1f}V{top:.1f}H{left:.1f}Z")
        return f'<path class="box {colour}" d="{"".join(parts)}"/>'
    parts = []
    for x, y, low, high in zip(series.x, series.y, series.low, series.high, strict=True):
        a, b = x_axis(x), y_axis(y)
        bar = f"M{a:.1f} {y_axis(low):.1f}V{y_axis(high):.1f}"
        parts.append(
            f'<path class="bar {colour}" d="{bar}"/><circle class="{colour}" cx="{a:.1f}" cy="{b:.1f}" r="4.5"/>'
        )
    return "".join(parts)
