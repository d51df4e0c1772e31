"""Formulas as SVG: one drawing a term, so that the browser breaks a long sum wherever the window ends.

All drawings share one sheet of glyph outlines, which is written once.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree

from proofs_check.latex.document import LETTER_LATEX
from theory.algebra.expression import Expression
from theory.algebra.grammar import Negative, Node, Product, Sum
from theory.algebra.latex import terms_latex
from theory.algebra.statement_latex import statement_latex
from theory.derivation import WEIGHTS

with warnings.catch_warnings():
    # ziamath 0.13 opens its font by a function that Python 3.11 and 3.12 call deprecated.
    warnings.simplefilter("ignore", DeprecationWarning)
    from ziamath.zmath import Latex

# The size at which formulas are set; on the page they scale with the text around them.
_SIZE = 20.0
# Terms wider than this many ems are broken inside a bracketed sum, so that they fit a phone.
_WIDEST = 15.0
# A sum as (sign, LaTeX) of its terms.
Pieces = Sequence[tuple[str, str]]
# Names that are not printed as they are spelled.
NAMES = {**LETTER_LATEX, "two_over_pi": r"\tfrac{2}{\pi}"}


@dataclass(frozen=True)
class Drawing:
    """One formula without line breaks: SVG text, its width in ems."""

    svg: str
    width: float


@dataclass
class FormulaSheet:
    """Sets formulas and collects the glyphs that they use."""

    _glyphs: dict[str, str] = field(default_factory=dict)
    _drawings: dict[str, Drawing] = field(default_factory=dict)

    def draw(self, latex: str) -> Drawing:
        """Return the drawing of a LaTeX formula."""
        if latex not in self._drawings:
            self._drawings[latex] = self._drawn(latex)
        return self._drawings[latex]

    def _drawn(self, latex: str) -> Drawing:
        root = ElementTree.fromstring(Latex(_supported(latex), size=_SIZE, inline=False).svg())
        left, top, width, height = (float(x) for x in root.attrib["viewBox"].split())
        symbols: dict[str, tuple[str, float, float]] = {}
        groups: dict[float, list[str]] = {}
        bars = []
        for element in root:
            tag = element.tag.rpartition("}")[2]
            if tag == "symbol":
                box = [float(x) for x in element.attrib["viewBox"].split()]
                # A tall bracket is put together from several outlines.
                outline = " ".join(part.attrib["d"] for part in element.iter() if "d" in part.attrib)
                symbols[element.attrib["id"]] = (self._glyph(outline), box[1], box[3])
            elif tag == "use":
                name, box_top, box_height = symbols[element.attrib["href"][1:]]
                scale = round(float(element.attrib["height"]) / box_height, 4)
                x = float(element.attrib["x"]) / scale
                y = float(element.attrib["y"]) / scale - box_top
                groups.setdefault(scale, []).append(f'<use href="#{name}" x="{x:.4g}" y="{y:.4g}"/>')
            elif tag == "rect":
                size = (float(element.attrib[key]) for key in ("x", "y", "width", "height"))
                bars.append('<rect x="{:.5g}" y="{:.5g}" width="{:.5g}" height="{:.5g}"/>'.format(*size))
            else:
                raise ValueError(f"a formula has a part <{tag}> that the page cannot draw: {latex}")
        body = "".join(f'<g transform="scale({scale:g})">{"".join(uses)}</g>' for scale, uses in groups.items())
        descent = (top + height) / _SIZE
        svg = (
            f'<svg class="t" viewBox="{left:.5g} {top:.5g} {width:.5g} {height:.5g}" '
            f'style="width:{width / _SIZE:.3f}em;height:{height / _SIZE:.3f}em;vertical-align:{-descent:.3f}em" '
            f'aria-hidden="true">{body}{"".join(bars)}</svg>'
        )
        return Drawing(svg, width / _SIZE)

    def _glyph(self, path: str) -> str:
        return self._glyphs.setdefault(path, f"g{len(self._glyphs)}")

    def definitions(self) -> str:
        """The glyphs used so far, as an SVG element that shows nothing."""
        paths = "".join(f'<path id="{name}" d="{_short(path)}"/>' for path, name in self._glyphs.items())
        return f'<svg class="sheet" width="0" height="0" aria-hidden="true"><defs>{paths}</defs></svg>'

    def equation(self, left: str, relation: str, pieces: Pieces) -> str:
        """Return HTML of `left relation pieces` with pieces (sign, LaTeX); lines may break before a sign."""
        parts = [f'<span class="p">{self.draw(left).svg}<i class="r">{self.draw(relation).svg}</i></span>']
        for i, (sign, text) in enumerate(pieces):
            first = "b first" if i == 0 else "b"
            mark = "" if i == 0 and sign == "+" else f'<i class="{first}">{self.draw(sign).svg}</i>'
            parts.append(f'<span class="p">{mark}{self.draw(text).svg}</span>')
        latex = f"{left} {relation} {' '.join(signed_pieces(pieces))}"
        return f'<span class="f" role="img" aria-label="{escape(latex)}">{" ".join(parts)}</span>'

    def statement_pieces(
        self, node: Node, upto: Mapping[str, str], names: Mapping[str, str] = NAMES
    ) -> list[tuple[str, str]]:
        """(sign, LaTeX) of the terms of a statement, wide products of a sum broken inside the bracket."""
        pieces: list[tuple[str, str]] = []
        for sign, term in _terms(node):
            text = statement_latex(term, names, upto)
            if isinstance(term, Sum):
                text = rf"\left({text}\right)"
            if self.draw(text).width > _WIDEST and isinstance(term, Product) and isinstance(term.factors[-1], Sum):
                first, *rest = _terms(term.factors[-1])
                before = statement_latex(Product(term.factors[:-1]), names, upto)
                opening = "-" if first[0] == "-" else ""
                pieces.append((sign, rf"{before} \bigl({opening}{statement_latex(first[1], names, upto)}"))
                pieces += [(inner, statement_latex(part, names, upto)) for inner, part in rest]
                pieces[-1] = (pieces[-1][0], pieces[-1][1] + r"\bigr)")
            else:
                pieces.append((sign, text))
        return pieces


def expression_pieces(expression: Expression) -> list[tuple[str, str]]:
    """(sign, LaTeX) of the terms of an expression."""
    return terms_latex(expression, WEIGHTS) or [("+", "0")]


def signed_pieces(pieces: Pieces) -> list[str]:
    """The pieces with their signs in front, but for a leading plus."""
    return [text if i == 0 and sign == "+" else f"{sign} {text}" for i, (sign, text) in enumerate(pieces)]


def _terms(node: Node) -> list[tuple[str, Node]]:
    terms = node.terms if isinstance(node, Sum) else (node,)
    return [("-", t.body) if isinstance(t, Negative) else ("+", t) for t in terms]


def _supported(latex: str) -> str:
    """The formula without the commands that ziamath sets badly."""
    latex = re.sub(r"(?<![_^])\\tfrac(\d)(\d)", r"\\tfrac{\1}{\2}", latex)
    # An operator's name needs a thin space on its left after a factor other than a fraction, and ziamath leaves none.
    before = r"([\w)\]]|[\^_]\{[^{}]*\}) (?=\\operatorname|\\left\[\\operatorname)"
    latex = re.sub(before, lambda match: match[1] + r" \, ", latex)
    # The same for min with what stands below it.
    latex = re.sub(r"(\\min_\{(?:[^{}]|\{[^{}]*\})*\}) ", r"\1 \\, ", latex.replace(r"- \min", r"- \, \min"))
    # As text the bars of a norm do not grow with what stands beside them.
    return latex.replace(r"\|", r"\text{‖}")


def _short(path: str) -> str:
    """A path with its numbers rounded to what can be seen, and no needless spaces."""
    path = re.sub(r"-?\d+\.\d+", lambda match: f"{float(match[0]):.2f}".rstrip("0").rstrip("."), path)
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", path.replace("-0 ", "0 ")).strip()
