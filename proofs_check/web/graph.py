"""The dependency graph of the claims, laid out in layers: what a claim rests on stands above it.

Claims without any edge fill rows of their own below the others. For the rest it is Sugiyama's method: edges that a
longer path implies are left out, layers are filled down to a given number of claims, long edges get a waypoint on each
layer that they cross, sweeps of barycentres order each layer, and relaxation with the least distances kept places
everything sideways.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from graphlib import TopologicalSorter
from html import escape
from itertools import pairwise

from proofs_check.judge.results import ClaimResult
from theory.marked_text import plain_text

_SWEEPS = 24
# How strongly the middle of the drawing attracts, next to one edge; without it layers drift to one side.
_PULL = 0.2
Edge = tuple[str, str]


@dataclass(frozen=True)
class Style:
    """Sizes of a drawing: at most `most` claims in a layer; boxes, gaps and waypoints in pixels.

    With a gutter, edges that cross layers run down the nearer side of the drawing, so that it stays as narrow as its
    boxes; without one they pass between the boxes.
    """

    most: int
    box_width: float
    box_height: float
    gap: float
    layer_gap: float
    waypoint: float = 14.0
    gutter: float = 0.0


WIDE = Style(most=6, box_width=142, box_height=34, gap=14, layer_gap=30, waypoint=6.0)
NARROW = Style(most=2, box_width=142, box_height=36, gap=16, layer_gap=26, gutter=22.0)
# Lines side by side in a gutter.
_LANES = 6


@dataclass(frozen=True)
class Layout:
    """Where everything stands: the centre of each claim, each drawn edge as its points, and the size of it all."""

    centres: Mapping[str, tuple[float, float]]
    routes: Mapping[Edge, tuple[tuple[float, float], ...]]
    width: float
    height: float


def reduced_edges(parents: Mapping[str, Sequence[str]]) -> list[Edge]:
    """The edges (above, below) that no longer path implies."""
    above: dict[str, set[str]] = {}

    def ancestors(name: str) -> set[str]:
        if name not in above:
            above[name] = set()
            for parent in parents[name]:
                above[name] |= {parent} | ancestors(parent)
        return above[name]

    edges = []
    for name, direct in parents.items():
        for parent in dict.fromkeys(direct):
            if not any(parent in ancestors(other) for other in direct if other != parent):
                edges.append((parent, name))
    return edges


def layout(parents: Mapping[str, Sequence[str]], style: Style) -> Layout:
    """Lay out claims given, in an order in which parents come first, with what each rests on."""
    edges = reduced_edges(parents)
    joined = {name for edge in edges for name in edge}
    alone = [name for name in parents if name not in joined]
    layers = _layers({name: direct for name, direct in parents.items() if name in joined}, style.most)
    layers += [alone[i : i + style.most] for i in range(0, len(alone), style.most)]
    place = {name: depth for depth, layer in enumerate(layers) for name in layer}
    chains: dict[Edge, list[str]] = {}
    rows: list[list[str]] = [list(layer) for layer in layers]
    for parent, child in edges:
        # Edges from one claim share their waypoints, as a bundle.
        points = [f"{parent}|{depth}" for depth in range(place[parent] + 1, place[child]) if not style.gutter]
        for depth, point in zip(range(place[parent] + 1, place[child]), points, strict=False):
            if point not in rows[depth]:
                rows[depth].append(point)
        chains[parent, child] = [parent, *points, child]
    depths = {name: depth for depth, row in enumerate(rows) for name in row}
    links = {(a, b) for chain in chains.values() for a, b in pairwise(chain) if depths[b] == depths[a] + 1}
    up: dict[str, list[str]] = {}
    down: dict[str, list[str]] = {}
    for a, b in sorted(links):
        down.setdefault(a, []).append(b)
        up.setdefault(b, []).append(a)
    rows = _ordered(rows, up, down)
    x = _positions(rows, up, down, style)
    height = style.box_height + style.layer_gap
    level = {name: depth * height + style.box_height / 2 + 4 for name, depth in depths.items()}
    left = min(x[n] - _half(n, style) for n in x) - 4 - style.gutter
    right = max(x[n] + _half(n, style) for n in x) + 4 + style.gutter
    at = {name: (x[name] - left, level[name]) for name in x}
    routes = {edge: tuple(at[name] for name in chain) for edge, chain in chains.items()}
    if style.gutter:
        for lane, ((parent, child), (start, end)) in enumerate(routes.items()):
            if place[child] > place[parent] + 1:
                off = 4 + style.gutter * (lane % _LANES) / _LANES
                side = off if start[0] + end[0] < right - left else right - left - off
                turns = dict.fromkeys([(side, start[1] + height), (side, end[1] - height)])
                routes[parent, child] = (start, *turns, end)
    return Layout(
        {name: at[name] for name in parents},
        routes,
        right - left,
        len(rows) * height - style.layer_gap + 8,
    )


def _layers(parents: Mapping[str, Sequence[str]], most: int) -> list[list[str]]:
    """Each claim on the first layer with room below what it rests on; one that rests on nothing, just above its use."""
    depth: dict[str, int] = {}
    filled: dict[int, int] = {}
    used = {parent for direct in parents.values() for parent in direct}
    for name in TopologicalSorter(parents).static_order():
        direct = parents[name]
        at = 1 + max((depth[parent] for parent in direct), default=-1)
        if not direct and name not in used:
            at = 0
        while filled.get(at, 0) >= most:
            at += 1
        depth[name] = at
        filled[at] = filled.get(at, 0) + 1
    for name in reversed(list(parents)):
        # A root that is used late moves down to its first use.
        children = [depth[child] for child, direct in parents.items() if name in direct]
        if not parents[name] and children:
            for at in range(min(children) - 1, depth[name], -1):
                if filled.get(at, 0) < most:
                    filled[depth[name]] -= 1
                    depth[name] = at
                    filled[at] = filled.get(at, 0) + 1
                    break
    layers: list[list[str]] = [[] for _ in range(max(depth.values(), default=-1) + 1)]
    for name in parents:
        layers[depth[name]].append(name)
    return [layer for layer in layers if layer]


def _ordered(rows: list[list[str]], up: Mapping[str, list[str]], down: Mapping[str, list[str]]) -> list[list[str]]:
    best, fewest = [list(row) for row in rows], _crossings(rows, down)
    for sweep in range(_SWEEPS):
        downwards = sweep % 2 == 0
        neighbours = up if downwards else down
        order = range(1, len(rows)) if downwards else range(len(rows) - 2, -1, -1)
        for k in order:
            rows[k] = _by_barycentre(rows[k], rows[k - 1] if downwards else rows[k + 1], neighbours)
        crossings = _crossings(rows, down)
        if crossings < fewest:
            best, fewest = [list(row) for row in rows], crossings
    return best


def _by_barycentre(row: list[str], beside: list[str], neighbours: Mapping[str, list[str]]) -> list[str]:
    rank = {name: (i + 0.5) / len(beside) for i, name in enumerate(beside)}
    wish = {}
    for i, name in enumerate(row):
        known = [rank[other] for other in neighbours.get(name, []) if other in rank]
        wish[name] = sum(known) / len(known) if known else (i + 0.5) / len(row)
    return sorted(row, key=lambda name: wish[name])


def _crossings(rows: list[list[str]], down: Mapping[str, list[str]]) -> int:
    count = 0
    for upper, lower in pairwise(rows):
        place = {name: i for i, name in enumerate(lower)}
        ends = [place[other] for name in upper for other in sorted(down.get(name, []), key=lambda o: place.get(o, 0))]
        count += sum(ends[i] > ends[j] for i in range(len(ends)) for j in range(i + 1, len(ends)))
    return count


def _gap(left: str, right: str, style: Style) -> float:
    """Between neighbours; lines may run closer together than boxes."""
    return style.gap / 4 if "|" in left and "|" in right else style.gap / 2 if "|" in left + right else style.gap


def _half(name: str, style: Style) -> float:
    return (style.waypoint if "|" in name else style.box_width) / 2


def _positions(
    rows: list[list[str]], up: Mapping[str, list[str]], down: Mapping[str, list[str]], style: Style
) -> dict[str, float]:
    x: dict[str, float] = {}
    for row in rows:
        total = sum(2 * _half(name, style) + style.gap for name in row)
        at = -total / 2
        for name in row:
            x[name] = at + _half(name, style) + style.gap / 2
            at += 2 * _half(name, style) + style.gap
    # With gutters the rows stay centred.
    for sweep in range(0 if style.gutter else 4 * _SWEEPS):
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wish = {}
            for name in row:
                near = [x[other] for other in (*up.get(name, []), *down.get(name, []))]
                wish[name] = sum(near) / (len(near) + _PULL) if near else 0.0
            _spread(row, wish, x, style)
    return x


def _spread(row: list[str], wish: Mapping[str, float], x: dict[str, float], style: Style) -> None:
    """The places nearest to the wishes, in least squares, that keep the order and the least distances."""
    offset, offsets = 0.0, []
    for i, name in enumerate(row):
        if i:
            offset += _half(row[i - 1], style) + _half(name, style) + _gap(row[i - 1], name, style)
        offsets.append(offset)
    blocks: list[list[float]] = []  # [mean, size]: pool adjacent violators
    for i, name in enumerate(row):
        blocks.append([wish[name] - offsets[i], 1])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, size = blocks.pop()
            total = blocks[-1][1] + size
            blocks[-1] = [(blocks[-1][0] * blocks[-1][1] + mean * size) / total, total]
    means = [mean for mean, size in blocks for _ in range(int(size))]
    for name, mean, held in zip(row, means, offsets, strict=True):
        x[name] = mean + held


def draw(results: Sequence[ClaimResult], style: Style, kind: str) -> str:
    """Return the graph as SVG, each claim a link to its section; `kind` is a class of the drawing."""
    parents = {result.id: tuple(p for p in result.rests_on) for result in results}
    found = layout(parents, style)
    lines = []
    for (parent, child), points in found.routes.items():
        lines.append(
            f'<path class="edge" data-from="{escape(parent)}" data-to="{escape(child)}" '
            f'd="{_curve(points, style.box_height / 2)}"/>'
        )
    boxes = []
    for result in results:
        x, y = found.centres[result.id]
        title = f"{result.id}: {plain_text(result.title)}. {result.status}"
        full = " full" if result.status == "proved" else ""
        boxes.append(
            f'<a href="#{escape(result.id)}" class="node {result.status}{full}" '
            f'data-claim="{escape(result.id)}" aria-label="{escape(title)}"><title>{escape(title)}</title>'
            f'<rect x="{x - style.box_width / 2:.1f}" y="{y - style.box_height / 2:.1f}" '
            f'width="{style.box_width}" height="{style.box_height}" rx="8"/>'
            f"{_name(result.id, x, y)}</a>"
        )
    return (
        f'<svg class="graph {kind}" viewBox="0 0 {found.width:.0f} {found.height:.0f}" '
        f'style="--natural:{found.width:.0f}px" role="group" aria-label="Dependency graph of the claims">'
        f"<g>{''.join(lines)}</g>{''.join(boxes)}</svg>"
    )


# Ids longer than this are set in two smaller lines, broken at the hyphen next to the middle.
_ONE_LINE = 18


def _name(name: str, x: float, y: float) -> str:
    """An id centred at (x, y)."""
    breaks = [i + 1 for i, sign in enumerate(name) if sign == "-"]
    if len(name) <= _ONE_LINE or not breaks:
        return f'<text x="{x:.1f}" y="{y + 4.5:.1f}">{escape(name)}</text>'
    at = min(breaks, key=lambda i: abs(2 * i - len(name)))
    lines = ((name[:at], y - 2.5), (name[at:], y + 10.5))
    spans = "".join(f'<tspan x="{x:.1f}" y="{place:.1f}">{escape(text)}</tspan>' for text, place in lines)
    return f'<text class="two">{spans}</text>'


def _curve(points: Sequence[tuple[float, float]], half: float) -> str:
    """A smooth line through the waypoints, from below the first box to above the last."""
    (x, y), *rest = points
    y += half
    text = f"M{x:.1f} {y:.1f}"
    for i, (next_x, next_y) in enumerate(rest):
        last = i == len(rest) - 1
        top = next_y - half
        middle = (y + top) / 2
        text += f"C{x:.1f} {middle:.1f} {next_x:.1f} {middle:.1f} {next_x:.1f} {top:.1f}"
        if not last:
            text += f"V{next_y + half:.1f}"
        x, y = next_x, next_y + half
    return text
