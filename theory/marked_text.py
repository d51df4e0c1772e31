r"""Sentences that mark their own formulas: LaTeX between dollar signs, as in "minimisers are $uU = \Gamma^{-1}$".

Titles, assumptions and reasons are such sentences. Printed as LaTeX, HTML or plain text, their formulas are set and the
rest stays as it is; a text without dollar signs is plain text, and `\$` is a dollar. Only the commands listed here are
formulas, so that no text can bring a command of TeX's own into a document. A text that is not well marked is printed
as it stands, dollar signs and all; `require_marked` says what is wrong with it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from html import escape as html_escape

from theory.algebra.latex import GREEK
from theory.errors import IclTheoryError


class MarkingError(IclTheoryError, ValueError):
    """A text whose formulas are not well marked; the message shows where."""


def require_marked(text: str) -> None:
    """Do nothing if every formula of a text is closed and can be set.

    Raises:
        MarkingError: for a dollar sign without its partner, or a formula that cannot be read; it shows both.
    """
    for piece, is_formula in _split(text):
        if is_formula:
            plain_formula(piece)


def latex_text(text: str, words: Callable[[str], str] | None = None) -> str:
    """The text as LaTeX; `words`, by default `escaped`, prints what is no formula."""
    words = words or escaped
    return "".join(f"${piece}$" if is_formula else words(piece) for piece, is_formula in pieces(text))


def html_text(text: str) -> str:
    """The text as HTML, all of it escaped but for the italics, indices and exponents of its formulas."""
    return "".join(
        _Reader(piece, _HTML).formula() if is_formula else html_escape(piece, quote=False)
        for piece, is_formula in pieces(text)
    )


def plain_text(text: str) -> str:
    """The text for a terminal: formulas in ASCII, as statements are typed."""
    return "".join(plain_formula(piece) if is_formula else piece for piece, is_formula in pieces(text))


def plain_formula(latex: str) -> str:
    r"""A formula's LaTeX in ASCII: \Gamma^{-1} is Gamma^-1, u_{21} is u21, x_q^\top is x_q', \|U\|_F is ||U||_F.

    Raises:
        MarkingError: for LaTeX outside the subset that is read here.
    """
    return _Reader(latex, _PLAIN).formula()


def pieces(text: str) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of a text that are not empty, and whether each is a formula; all is text if not well marked."""
    try:
        require_marked(text)
    except MarkingError:
        yield text, False
    else:
        yield from _split(text)


def escaped(text: str) -> str:
    """Plain text as LaTeX, nothing in it a formula."""
    return re.sub(r'"([^"]*)"', r"``\1''", "".join(_ESCAPES.get(ch, ch) for ch in text))


def _split(text: str) -> Iterator[tuple[str, bool]]:
    parts = re.split(r"(?<!\\)\$", text)
    if len(parts) % 2 == 0:
        raise MarkingError(rf"a dollar sign is missing in {text!r}; write \$ for a dollar that marks no formula")
    for place, part in enumerate(parts):
        if place % 2 == 1:
            yield part, True
        elif part:
            yield part.replace(r"\$", "$"), False


_ESCAPES = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "$": r"\$",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "≤": r"$\le$",
    "≥": r"$\ge$",
    "±": r"$\pm$",
    "×": r"$\times$",
    "−": "$-$",
    "∞": r"$\infty$",
}


def _greek(name: str) -> str:
    case = "CAPITAL" if name[0].isupper() else "SMALL"
    # Unicode spells the letter so.
    called = name.upper().replace("LAMBDA", "LAMDA")
    return unicodedata.lookup(f"GREEK {case} LETTER {called}")


# Commands as (plain, sign). Names are set upright, and apart from letters beside them.
_SIGNS = {
    "le": ("<=", "≤"),
    "ge": (">=", "≥"),
    "ne": ("!=", "≠"),
    "to": ("->", "→"),
    "sim": ("~", "∼"),
    "approx": ("~", "≈"),
    "propto": ("~", "∝"),
    "succeq": (">=", "⪰"),
    "preceq": ("<=", "⪯"),
    "in": ("in", "∈"),
    "Rightarrow": ("=>", "⇒"),
    "Longleftrightarrow": ("<=>", "⇔"),
    "otimes": ("(x)", "⊗"),
    "times": ("x", "×"),
    "cdot": ("*", "·"),
    "pm": ("+-", "±"),
    "mid": ("|", "|"),
    "|": ("||", "‖"),
    "langle": ("<", "⟨"),
    "rangle": (">", "⟩"),
    "{": ("{", "{"),
    "}": ("}", "}"),
    "infty": ("infinity", "∞"),
    "nabla": ("grad", "∇"),
    "partial": ("partial", "∂"),
    "sum": ("sum", "∑"),
    "ell": ("l", "ℓ"),
    "varepsilon": ("eps", "ε"),
    "top": ("T", "⊤"),
    "ldots": ("...", "…"),
    **{name: (name, f"<i>{_greek(name)}</i>") for name in GREEK},
    **{name: (name, name) for name in ("min", "max", "inf", "sup", "lim", "log", "ln", "exp")},
}
_SPACES = {",", ";", ":", " ", "quad"}
# What only sizes the bracket behind it.
_SIZES = {"left", "right", "bigl", "bigr", "Bigl", "Bigr", "biggl", "biggr"}
_FRACTIONS = {"frac", "tfrac", "dfrac"}
_FONTS = {"operatorname", "mathrm", "mathbb", "mathbf", "mathcal", "text"}
_ACCENTS = {"hat": "\N{COMBINING CIRCUMFLEX ACCENT}", "bar": "\N{COMBINING MACRON}", "dot": "\N{COMBINING DOT ABOVE}"}
# No sentence has a formula with more, and the reader goes down a level for each.
_MOST_BRACES = 100
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|\d+(?:\.\d+)?|\s+|.", re.DOTALL)
_ORDINARY = re.compile(r"[a-zA-Z0-9+\-*/=<>()\[\]|,.;:!]|\d+(?:\.\d+)?")


@dataclass(frozen=True)
class _Style:
    """How the parts of a formula are printed."""

    letter: Callable[[str], str]
    sign: Callable[[tuple[str, str]], str]
    accented: Callable[[str, str], str]
    raised: Callable[[str], str]
    lowered: Callable[[str], str]
    prime: str
    transpose: str
    root: str


def _bracketed(text: str) -> str:
    return text if re.fullmatch(r"-?[\w,.*]+|[+-]", text) else f"({text})"


_PLAIN = _Style(
    letter=lambda name: name,
    sign=lambda pair: pair[0],
    accented=lambda name, accent: f"{name}_{accent}",
    raised=lambda text: f"^{_bracketed(text)}",
    lowered=lambda text: f"_{_bracketed(text)}",
    prime="'",
    transpose="'",
    root="sqrt",
)
_HTML = _Style(
    letter=lambda name: f"<i>{name}</i>",
    sign=lambda pair: pair[1] if pair[1].startswith("<i>") else html_escape(pair[1]),
    accented=lambda name, accent: f"<i>{unicodedata.normalize('NFC', name + _ACCENTS[accent])}</i>",
    raised=lambda text: f"<sup>{text}</sup>",
    lowered=lambda text: f"<sub>{text}</sub>",
    prime="′",
    transpose="<sup>⊤</sup>",
    root="√",
)


@dataclass
class _Item:
    """A printed part of a formula; a name is kept apart from letters beside it."""

    text: str
    name: bool = False
    scripted: bool = False
    matrix: bool = False
    opens: bool = False
    closes: bool = False


class _Reader:
    """Prints one formula while it is read."""

    def __init__(self, latex: str, style: _Style):
        self.latex, self.style = latex, style
        self.tokens = _TOKEN.findall(latex)
        self.place = 0

    def fail(self, what: str) -> MarkingError:
        return MarkingError(f"{what} in the formula ${self.latex}$")

    @property
    def token(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def take(self) -> str:
        token = self.token
        self.place += 1
        return token

    def formula(self) -> str:
        if not self.latex.strip():
            raise self.fail("nothing")
        if self.latex.count("{") > _MOST_BRACES:
            raise self.fail(f"more than {_MOST_BRACES} braces")
        if self.latex.count(r"\left") - self.latex.count(r"\leftarrow") != self.latex.count(r"\right"):
            raise self.fail(r"\left without \right")
        text = self.sequence(())
        if self.token:
            raise self.fail(f"{self.token!r} without its partner")
        return text.replace("</i><i>", "")

    def sequence(self, ends: tuple[str, ...]) -> str:
        """Everything up to one of the tokens, which is left to be taken."""
        items: list[_Item] = []
        spaced = False
        text = ""
        while self.token and self.token not in ends and self.token != "}":
            if self.token.isspace() or (self.token[0] == "\\" and self.token[1:] in _SPACES):
                spaced = bool(items)
                self.place += 1
            elif self.token[0] == "\\" and self.token[1:] in _SIZES:
                self.place += 1
            elif self.token in ("^", "_", "'"):
                if not items:
                    raise self.fail(f"{self.token!r} behind nothing")
                raise self.fail("a second exponent or index")
            else:
                item = self.scripted(self.item())
                text = self.joined(text, items[-1] if items else None, item, spaced)
                items.append(item)
                spaced = False
        return text

    @staticmethod
    def joined(text: str, before: _Item | None, item: _Item, spaced: bool) -> str:
        if before is None:
            return item.text
        if item.matrix and text.endswith("("):
            return text[:-1] + item.text
        if before.matrix and item.text == ")":
            return text
        inside = before.opens or item.closes
        touching = before.text[-1].isalnum() and item.text[0].isalnum() and (before.name or item.name)
        touching |= before.scripted and item.text[0].isalnum()
        return text + (" " if (spaced and not inside) or touching else "") + item.text

    def item(self) -> _Item:
        token = self.take()
        if token == "{":
            inner = self.sequence(())
            self.close()
            return _Item(inner)
        if token[0] != "\\":
            if not _ORDINARY.fullmatch(token):
                raise self.fail(f"{token!r}")
            text = self.style.letter(token) if token.isalpha() else self.style.sign((token, token))
            return _Item(text, opens=token in "([", closes=token in ")],;")
        name = token[1:]
        if name in _SIGNS:
            text, apart = self.style.sign(_SIGNS[name]), _SIGNS[name][0][0].isalpha() and name != "ell"
            return _Item(text, name=apart, opens=name in ("langle", "{"), closes=name in ("rangle", "}"))
        if name in _FONTS:
            text = self.raw()
            return _Item(text, name=len(text) > 1)
        if name in _ACCENTS:
            return _Item(self.style.accented(self.letter(), name), name=True)
        if name in _FRACTIONS:
            above, below = self.argument(), self.argument()
            return _Item(f"{self.part(above)}/{self.part(below)}")
        if name == "sqrt":
            inner = self.argument()
            simple = self.style is _HTML and re.fullmatch(r"(?:<i>)?\w+(?:</i>)?", inner)
            return _Item(self.style.root + (inner if simple else f"({inner})"), name=True)
        if name == "begin":
            return self.matrix()
        raise self.fail(f"the command {token}, which is not among those that texts may use,")

    def scripted(self, item: _Item) -> _Item:
        """The item with the indices, exponents and primes that follow it."""
        base, text, seen = item.text, item.text, set()
        while self.token in ("^", "_", "'"):
            mark = self.take()
            if mark == "'":
                if "^" in seen:
                    raise self.fail("a prime behind an exponent")
                text += self.style.prime
                continue
            if mark in seen:
                raise self.fail("a second exponent or index")
            seen.add(mark)
            if mark == "^" and self.is_transpose():
                text += self.style.transpose
                continue
            braces = self.token == "{"
            script = self.argument()
            # As theory.algebra.latex.name_latex writes the name u21.
            glued = mark == "_" and braces and script.isdigit() and base.isalpha() and self.style is _PLAIN
            text += script if glued else (self.style.raised if mark == "^" else self.style.lowered)(script)
        return replace(item, text=text, scripted=text != base)

    def is_transpose(self) -> bool:
        for form in ([r"\top"], ["{", r"\top", "}"]):
            if self.tokens[self.place : self.place + len(form)] == form:
                self.place += len(form)
                return True
        return False

    def argument(self) -> str:
        """What a command or script applies to: a group, or one letter, digit or command."""
        while self.token.isspace():
            self.place += 1
        if self.token and self.token.isdigit() and len(self.token) > 1:
            # TeX takes one digit.
            self.tokens[self.place : self.place + 1] = [self.token[0], self.token[1:]]
        if not self.token or self.token == "}":
            raise self.fail("an argument is missing")
        return self.item().text

    def letter(self) -> str:
        while self.token.isspace():
            self.place += 1
        braces = self.token == "{"
        name = self.raw() if braces else self.take()
        if not (len(name) == 1 and name.isalpha()):
            raise self.fail(f"an accent over {name!r}, which is no letter,")
        return name

    def raw(self) -> str:
        """The words in braces behind a font."""
        if self.take() != "{":
            raise self.fail("a brace is missing")
        text = ""
        while self.token and self.token != "}":
            text += self.take()
        self.close()
        if not re.fullmatch(r"[A-Za-z0-9 ,.-]+", text):
            raise self.fail(f"{text!r} as a word")
        return text

    def close(self) -> None:
        if self.take() != "}":
            raise self.fail("a brace is missing")

    def part(self, text: str) -> str:
        """A numerator or denominator, in brackets if it is more than a factor."""
        depths = [text[:place].count("(") - text[:place].count(")") for place in range(len(text))]
        outside = "".join(ch for ch, depth in zip(text, depths, strict=True) if not depth)
        return f"({text})" if re.search(r"[ +\-/]", re.sub(r"<[^>]*>|\^-", "", outside)) else text

    def matrix(self) -> _Item:
        kind = self.raw()
        if kind != "smallmatrix":
            raise self.fail(f"the environment {kind}")
        rows: list[list[str]] = [[]]
        while self.token != r"\end":
            rows[-1].append(self.sequence(("&", r"\\", r"\end")).strip())
            if not self.token or self.token == "}":
                raise self.fail(r"\end is missing")
            if self.token == "&":
                self.place += 1
            elif self.token == r"\\":
                self.place += 1
                rows.append([])
        self.place += 1
        if self.raw() != kind:
            raise self.fail(r"\end does not match \begin")
        inner = ", ".join(f"[{', '.join(row)}]" for row in rows)
        return _Item(f"[{inner}]", matrix=True)
