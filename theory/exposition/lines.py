"""Displayed equations: an estimate of how wide a formula prints, and `align` environments broken to fit the line."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

# Width of the text block, and of an equation number with its gap, in tenths of a point at 11 pt.
LINE_WIDTH = 4550
NUMBER_WIDTH = 400
_INDENT = 120
# Size of scripts and small fractions, and of words against letters of formulas, in hundredths.
_SMALL = 72
_WORDS = 80
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[{}^_&]|\s+|.")
# Widths in tenths of a point at 11 pt; letters not listed have the width of an average letter.
_WIDTHS = {
    **dict.fromkeys(("\\Lambda", "\\Gamma", "\\Sigma", "\\Psi", "\\Theta", "N", "M", "U", "X", "R"), 80),
    **dict.fromkeys("+-=", 140),
    **dict.fromkeys(("\\le", "\\ge", "\\to", "\\sim", "\\otimes", "\\Rightarrow", "\\Longleftrightarrow"), 160),
    **dict.fromkeys(("\\sum",), 200),
    **dict.fromkeys(("\\bigl", "\\bigr", "\\biggl", "\\biggr", "\\left", "\\right"), 25),
    **dict.fromkeys(("\\,", "\\;", "\\!", "\\hat", "\\dot", "\\mathbb", "\\mathrm", "\\operatorname"), 10),
    **dict.fromkeys(("\\displaystyle", "\\textstyle", "&"), 0),
    **dict.fromkeys(("\\min", "\\max", "\\lim"), 200),
    "\\operatorname": 20,
    "\\quad": 110,
    "\\qquad": 220,
    "\\top": 60,
    "(": 44,
    ")": 44,
    "[": 35,
    "]": 35,
    ",": 50,
    "i": 38,
    "t": 42,
    "r": 45,
}
_LETTER = 62


def printed_width(text: str) -> int:
    """Roughly how wide a formula prints at 11 pt, in tenths of a point."""
    tokens = [token for token in _TOKEN.findall(text) if not token.isspace()]
    return _Ruler(tokens).width()


class _Ruler:
    def __init__(self, tokens: list[str]):
        self.tokens = tokens
        self.place = 0

    def take(self) -> str:
        self.place += 1
        return self.tokens[self.place - 1] if self.place <= len(self.tokens) else ""

    def next_is(self, *tokens: str) -> bool:
        return self.place < len(self.tokens) and self.tokens[self.place] in tokens

    def width(self) -> int:
        """The width up to a closing brace or the end."""
        total = 0
        while self.place < len(self.tokens):
            token = self.take()
            if token == "}":
                break
            total += self.scripts() if token in "^_" else self.unit(token)
        return total

    def scripts(self) -> int:
        """Scripts above and below one letter take the wider one's room."""
        first = self.unit(self.take())
        second = 0
        if self.next_is("^", "_"):
            self.take()
            second = self.unit(self.take())
        return _SMALL * max(first, second) // 100 + 10

    def unit(self, token: str) -> int:
        if token == "{":
            return self.width()
        if token in ("\\frac", "\\tfrac", "\\dfrac"):
            wider = max(self.unit(self.take()), self.unit(self.take()))
            return (_SMALL if token == "\\tfrac" else 100) * wider // 100 + 30
        if token == "\\text":
            # Words are narrower than letters of formulas.
            return _WORDS * self.unit(self.take()) // 100
        if token == "\\sum":
            limits = 0
            while self.next_is("^", "_"):
                self.take()
                limits = max(limits, _SMALL * self.unit(self.take()) // 100)
            return max(_WIDTHS[token], limits + 20)
        return _WIDTHS.get(token, _LETTER)


def rows(lead: str, pieces: Sequence[tuple[str, str]], line_width: int = LINE_WIDTH) -> list[str]:
    """The rows of an aligned equation: `lead` is "left &=" and pieces are (sign, term), broken between terms."""
    room = line_width - NUMBER_WIDTH
    left, _, relation = lead.rpartition("&")
    result = []
    start = printed_width(lead)
    line = lead
    used = start
    widest = max((printed_width(f"{sign} {term}") for sign, term in pieces), default=0)
    if 2 * start > room or (start + _INDENT + widest > room and printed_width(left) > 2 * _INDENT):
        # A left side that leaves too little room stands on a line of its own.
        before, comma, last = left.strip().rpartition(",\\quad ")
        if comma:
            # Of several equations in one line only the last goes on.
            result.append(f"&{before},")
            return result + rows(f"&{last} {relation}", pieces, line_width)
        result.append(f"&{left.strip()}")
        line, used = f"&\\quad {relation}", printed_width(relation) + _INDENT
        start = 0
    else:
        start = printed_width(left)
    fresh = True
    for i, (sign, term) in enumerate(pieces or [("+", "0")]):
        piece = term if i == 0 and sign == "+" else f"{sign} {term}"
        width = printed_width(piece)
        if not fresh and used + width > room:
            result.append(line)
            line, used = "&\\quad", start + _INDENT
        line = f"{line} {piece}"
        used += width
        fresh = False
    result.append(line)
    return result


def display(lead: str, pieces: Sequence[tuple[str, str]], label: str = "", line_width: int = LINE_WIDTH) -> str:
    """An `align` environment with one number, on its last row, or an `align*` if it has no label."""
    body = rows(lead, pieces, line_width)
    if not label:
        return "\\begin{align*}\n  " + " \\\\\n  ".join(body) + "\n\\end{align*}"
    lines = [f"{row} \\notag" for row in body[:-1]]
    lines.append(f"{body[-1]} \\label{{{label}}}")
    return "\\begin{align}\n  " + " \\\\\n  ".join(lines) + "\n\\end{align}"


def top_level_pieces(text: str) -> list[tuple[str, str]]:
    r"""A printed formula cut before every + and - outside braces and outside \left ... \right: (sign, piece).

    Small round brackets bind unless what they hold is wider than a line; a line may be broken inside larger ones.
    """
    found: list[tuple[str, str]] = []
    for sign, piece in _cut(text, {"{": 1, "\\left": 1, "(": 1, "}": -1, "\\right": -1, ")": -1}):
        if printed_width(piece) > _WIDEST_PIECE:
            (first, start), *others = _cut(piece, {"{": 1, "\\left": 1, "}": -1, "\\right": -1})
            found += [(sign if first == "+" else first, start), *others]
        else:
            found.append((sign, piece))
    return found


# A line, less its number and the left side's indent.
_WIDEST_PIECE = LINE_WIDTH - NUMBER_WIDTH - 8 * _INDENT


def _cut(text: str, weights: Mapping[str, int]) -> list[tuple[str, str]]:
    """The text cut before each + and - between terms where the brackets opened and closed so far cancel."""
    pieces: list[tuple[str, str]] = []
    depth, before = 0, ""
    sign, piece, after_term = "+", "", False
    for token in _TOKEN.findall(text):
        # The bracket of \\bigl( does not bind.
        depth += (
            0 if before in ("\\bigl", "\\bigr", "\\biggl", "\\biggr", "\\left", "\\right") else weights.get(token, 0)
        )
        before = before if token.isspace() else token
        if token in "+-" and depth == 0 and (after_term or not (pieces or piece.strip())):
            if piece.strip():
                pieces.append((sign, piece.strip()))
            sign, piece, after_term = token, "", False
            continue
        if not token.isspace():
            after_term = token not in ("(", "[", "\\biggl", "\\bigl", "=")
        piece += token
    pieces.append((sign, piece.strip()))
    return pieces
