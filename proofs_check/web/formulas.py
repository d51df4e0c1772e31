"""Formulas as MathML, one element a term, so that the browser breaks a long sum wherever the window ends."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from latex2mathml import exceptions
from latex2mathml.converter import convert
from markupsafe import Markup, escape

from proofs_check.latex.document import LETTER_LATEX
from theory.algebra.expression import Expression
from theory.algebra.grammar import Negative, Node, Product, Sum
from theory.algebra.latex import terms_latex
from theory.algebra.statement_latex import statement_latex
from theory.derivation import WEIGHTS
from theory.marked_text import pieces as marked_pieces

# Terms of more signs than this are broken inside a bracketed sum, so that they fit a phone.
_WIDEST = 26
# A sum as (sign, LaTeX) of its terms.
Pieces = Sequence[tuple[str, str]]
# Names that are not printed as they are spelled.
NAMES = {**LETTER_LATEX, "two_over_pi": r"\tfrac{2}{\pi}"}
# What the converter raises for LaTeX that it cannot read.
_UNREADABLE: tuple[type[Exception], ...] = (
    *(held for held in vars(exceptions).values() if isinstance(held, type) and issubclass(held, Exception)),
    *(ElementTree.ParseError, IndexError, KeyError, StopIteration, ValueError),
)
# What a formula may have; what a browser assumes without being told is not among the attributes.
_ELEMENTS = frozenset(
    {"math", "mi", "mn", "mo", "mrow", "mfrac", "msub", "msup", "msubsup", "munder", "mover", "munderover"}
    | {"msqrt", "mroot", "mspace", "mstyle", "mtext", "mtable", "mtr", "mtd", "mpadded", "mphantom"}
)
_ATTRIBUTES = frozenset({"accent", "displaystyle", "mathvariant", "maxsize", "minsize", "stretchy", "width"})
# Elements whose children have each their place.
_FIXED = frozenset({"msub", "msup", "msubsup", "munder", "mover", "munderover", "mfrac"})
# Brackets grow with what they enclose where the LaTeX says so, and only there.
_BRACKETS = frozenset("()[]{}‖⟨⟩|")
_CLOSING = frozenset(")]}‖⟩|")
_LIMITS = frozenset({"lim", "min", "max", "inf", "sup"})
# TeX sets capital Greek letters upright, a browser slants them.
_UPRIGHT = frozenset("ΓΔΘΛΞΠΣΦΨΩ")


@cache
def mathml(latex: str, inline: bool = False) -> Markup:
    """Return a formula as a <math> element, in a line of text or by itself; as it is typed if it cannot be set."""
    # Of "\tfrac23" the converter takes "23" for the numerator.
    latex = re.sub(r"(?<![_^])\\tfrac(\d)(\d)", r"\\tfrac{\1}{\2}", latex)
    try:
        root = ElementTree.fromstring(convert(latex, display="inline" if inline else "block"))
    except _UNREADABLE:
        return Markup("<code>{}</code>").format(latex)
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
        # The converter lets markup inside \text pass.
        if element.tag not in _ELEMENTS:
            return Markup("<code>{}</code>").format(latex)
        for name in element.attrib.keys() - _ATTRIBUTES:
            del element.attrib[name]
    _shorten(root)
    while len(root) == 1 and root[0].tag == "mrow":
        root[:] = list(root[0])
    _space(root)
    return Markup(ElementTree.tostring(root, encoding="unicode"))


def _shorten(parent: Element) -> None:
    """Leave out of a tree what a browser assumes, and set its signs as what they are."""
    for place, child in enumerate(list(parent)):
        _shorten(child)
        if child.tag in ("mi", "mo"):
            _set_sign(child)
        if child.get("stretchy") == "true":
            del child.attrib["stretchy"]
        if child.tag == "msub" and child[0].text in _LIMITS:
            child.tag = "munder"
        if child.tag == "mrow":
            _join_letters(child)
            if len(child) == 1:
                parent[place] = child[0]


def _set_sign(sign: Element) -> None:
    text = sign.text or ""
    if text == "~":
        sign.tag, sign.text = "mo", "∼"
    elif text in _BRACKETS and "minsize" not in sign.attrib and sign.get("stretchy") != "true":
        sign.tag, sign.attrib["stretchy"] = "mo", "false"
        if text == "|":
            sign.attrib.update(lspace="0", rspace="0")
    elif text == ";":
        sign.tag = "mo"
    elif text == "/":
        sign.attrib.update(lspace="0", rspace="0")
    elif text == "∞" or _is_name(sign):
        sign.tag = "mi"
    elif text in _UPRIGHT:
        sign.attrib["mathvariant"] = "normal"


def _is_name(element: Element) -> bool:
    """Whether it is a name of several letters, such as tr or op."""
    text = (element.text or "").strip()
    return element.tag in ("mi", "mo") and len(text) > 1 and text.isalpha()


def _join_letters(row: Element) -> None:
    """One upright name in place of its letters."""
    letters = list(row)
    if len(letters) > 1 and all(child.get("mathvariant") == "normal" for child in letters):
        name = Element("mi")
        name.text = "".join(child.text or "" for child in letters)
        row[:] = [name]


def _space(parent: Element) -> None:
    """A thin space between a name and a factor beside it, as TeX leaves it; none before the name's own bracket."""
    spaced: list[Element] = []
    for child in parent:
        _space(child)
        before = spaced[-1] if spaced else None
        if before is not None and parent.tag not in _FIXED:
            own = _is_name(child[0] if len(child) else child)
            others = _is_name(before[0] if len(before) else before)
            opens, closes = child.tag == "mo", before.tag == "mo" and before.text not in _CLOSING
            if own and not closes and child.tag == "mi":
                child.text = f"\u2009{child.text}"
            elif (own and not closes) or (others and not opens and not _opens(child)):
                spaced.append(Element("mspace", width=".17em"))
        spaced.append(child)
    parent[:] = spaced


def _opens(element: Element) -> bool:
    """Whether it begins with a bracket."""
    return element.text in _BRACKETS if not len(element) else _opens(element[0])


def equation(left: str, relation: str, pieces: Pieces) -> Markup:
    """Return HTML of `left relation pieces` with pieces (sign, LaTeX); lines may break before a sign."""
    # Where a line may break stands a space, so the sign beside it needs none of its own there.
    before, sign, after = mathml(f"{left} {relation}").rpartition("<mo>")
    parts = [Markup('{}<mo rspace="0">{}').format(before, after) if sign and relation else before + sign + after]
    opening = Markup('<math><mo form="infix" lspace="0">')
    for i, (plus, text) in enumerate(pieces):
        found = mathml(text if i == 0 and plus == "+" else f"{plus} {text}")
        parts.append(opening + Markup(found.removeprefix("<math><mo>")) if i > 0 else found)
    return Markup(" ").join(parts)


def statement_pieces(node: Node, upto: Mapping[str, str], names: Mapping[str, str] = NAMES) -> list[tuple[str, str]]:
    """(sign, LaTeX) of the terms of a statement, wide products of a sum broken inside the bracket."""
    pieces: list[tuple[str, str]] = []
    for sign, term in _terms(node):
        text = statement_latex(term, names, upto)
        if isinstance(term, Sum):
            text = rf"\left({text}\right)"
        if _signs(text) > _WIDEST and isinstance(term, Product) and isinstance(term.factors[-1], Sum):
            first, *rest = _terms(term.factors[-1])
            before = statement_latex(Product(term.factors[:-1]), names, upto)
            opening = "-" if first[0] == "-" else ""
            pieces.append((sign, rf"{before} \bigl({opening}{statement_latex(first[1], names, upto)}"))
            pieces += [(inner, statement_latex(part, names, upto)) for inner, part in rest]
            pieces[-1] = (pieces[-1][0], pieces[-1][1] + r"\bigr)")
        else:
            pieces.append((sign, text))
    return pieces


def _signs(latex: str) -> int:
    """About how many signs a formula has side by side."""
    latex = re.sub(r"\\(?:operatorname|mathrm|mathbb|left|right|tfrac|frac|text)\b", "", latex)
    return len(re.sub(r"[{}^_\s]", "", re.sub(r"\\[A-Za-z]+|\\.", "x", latex)))


def expression_pieces(expression: Expression) -> list[tuple[str, str]]:
    """(sign, LaTeX) of the terms of an expression."""
    return terms_latex(expression, WEIGHTS) or [("+", "0")]


def signed_pieces(pieces: Pieces) -> list[str]:
    """The pieces with their signs in front, but for a leading plus."""
    return [text if i == 0 and sign == "+" else f"{sign} {text}" for i, (sign, text) in enumerate(pieces)]


def _terms(node: Node) -> list[tuple[str, Node]]:
    terms = node.terms if isinstance(node, Sum) else (node,)
    return [("-", t.body) if isinstance(t, Negative) else ("+", t) for t in terms]


def sentence(text: str) -> Markup:
    """Return HTML of a sentence whose formulas stand between dollar signs; no line begins with its punctuation."""
    parts: list[Markup] = []
    for piece, formula in marked_pieces(text):
        if formula:
            parts.append(mathml(piece, inline=True))
            continue
        stop = re.match(r"[.,;:!?)\]’”]+", piece)
        if parts and stop:
            parts[-1] = Markup('<span class="nb">{}{}</span>').format(parts[-1], stop[0])
            piece = piece[stop.end() :]
        parts.append(escape(piece))
    return Markup("").join(parts)
