"""Plain sentences with formulas in them, such as "minimisers are uU = Gamma^{-1}", as LaTeX.

Formulas are recognised by their letters: Greek names, single letters, names with digits or a subscript, tr(...),
E[...], and whatever operators join them. Anything between backticks is taken for a formula. What is not recognised
stays text.
"""

from __future__ import annotations

import re

from theory.algebra.latex import GREEK, name_latex

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
    "Λ": r"$\Lambda$",
    "Γ": r"$\Gamma$",
}
# References and abbreviations, which are text although they look like formulas.
_TEXT = re.compile(
    r"i\.i\.d\.|e\.g\.|i\.e\.|I\.i\.d\."
    r"|\(?[A-C]\.?\d+(?:\.\d+)?\)?(?![\w^'])"
    r"|\(\d+\.\d+\)"
    r"|(?:Lemmas?|Theorem|Corollary|Assumption|section|appendix|eq\.|statement|format|figure)"
    r" \(?[A-Z]?\.?\d+(?:\.\d+)*\)?"
    r"|appendix [A-Z]\b"
    rf"|(?!(?:{'|'.join(sorted(GREEK))})\b)[A-Za-z]{{2,}}'s(?!\w)|[A-Za-z]{{2,}}-[a-z]{{2,}}"
)
_IDENTIFIER = re.compile(r"two_over_pi|[A-Za-z][A-Za-z0-9]*(?:_(?:[A-Za-z0-9]+(?:,[ij])?|\{[A-Za-z0-9,]+\}))?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_RELATIONS = {
    "<=>": r"\Longleftrightarrow",
    "<=": r"\le",
    ">=": r"\ge",
    "!=": r"\ne",
    "=>": r"\Rightarrow",
    "->": r"\to",
    "~": r"\sim",
    "=": "=",
    "<": "<",
    ">": ">",
    "+": "+",
    "-": "-",
    "(x)": r"\otimes",
}
# Names in claims that are spelled so that the grammar reads them.
READABLE = {
    "opL": r"\|\Lambda\|_{\mathrm{op}}",
    "opG": r"\|\Gamma\|_{\mathrm{op}}",
    "opU": r"\|U\|_{\mathrm{op}}",
    "lowL": r"\lambda_{\min}(\Lambda)",
    "lowG": r"\lambda_{\min}(\Gamma)",
    "rootd": r"\sqrt{d}",
    "eps": r"\varepsilon",
    "L1": r"\Lambda_1",
    "L2": r"\Lambda_2",
}
_SPECIAL = {
    "two_over_pi": r"\tfrac{2}{\pi}",
    **READABLE,
    "s2": "s^2",
    "y_hat": r"\hat y",
    "W_PV": "W^{PV}",
    "W_KQ": "W^{KQ}",
    "R_min": r"R_{\min}",
    "l": r"\ell",
    "grad": r"\nabla",
    "infinity": r"\infty",
    "tr": r"\operatorname{tr}",
    "vec": r"\operatorname{vec}",
    "Cov": r"\operatorname{Cov}",
    "min": r"\min",
    "max": r"\max",
    "exp": r"\exp",
    "ln": r"\ln",
    "sgn": r"\operatorname{sgn}",
    "sqrt": r"\sqrt",
    "dl": r"d\ell",
    "dt": "dt",
}
# Names that are formulas only with an argument behind them.
_FUNCTIONS = {"tr", "vec", "Cov", "grad", "E", "min", "max", "exp", "ln", "sgn", "sqrt"}
# Letters that are written side by side, as in uU and x'ABx.
_SIDE_BY_SIDE = re.compile(r"[ABIMUVWXuvwxy]{2,3}")
# Names that are formulas only inside one.
_INSIDE = {"infinity", "dt", "even", "odd", "const", "others"}


def prose_latex(text: str) -> str:
    """Return a sentence as LaTeX, its formulas in math mode."""
    result = ""
    place = 0
    while place < len(text):
        if text[place] == "`" and "`" in text[place + 1 :]:
            end = text.index("`", place + 1)
            result += _marked(text[place + 1 : end])
            place = end + 1
            continue
        starts = place == 0 or not (text[place - 1].isalnum() or text[place - 1] in "_^'")
        reference = _TEXT.match(text, place) if starts else None
        if reference:
            result += escape(reference[0])
            place = reference.end()
            continue
        found = _Scanner(text).formula(place) if starts else None
        if found is None:
            result += _ESCAPES.get(text[place], text[place])
            place += 1
        else:
            formula, place = found
            result += f"${formula}$"
    return re.sub(r'"([^"]*)"', r"``\1''", result)


def escape(text: str) -> str:
    """Plain text as LaTeX, nothing in it a formula."""
    return "".join(_ESCAPES.get(ch, ch) for ch in text)


def _marked(text: str) -> str:
    """What stands between backticks: a formula if it reads as one, otherwise code."""
    found = _Scanner(text).formula(0, inside=True)
    return f"${found[0]}$" if found and found[1] == len(text) else rf"\texttt{{{escape(text)}}}"


class _Scanner:
    """Each method returns (LaTeX, end) of the longest formula part at a place, or None."""

    def __init__(self, text: str):
        self.text = text

    def at(self, place: int, mark: str) -> bool:
        return self.text.startswith(mark, place)

    def formula(self, place: int, inside: bool = False) -> tuple[str, int] | None:
        start = place
        sign = ""
        if self.at(place, "-") and self.text[place + 1 : place + 2].isalnum():
            sign, place = "-", place + 1
        first = self.product(place, inside, leading=True)
        if first is None:
            return None
        text, place = sign + first[0], first[1]
        while True:
            gap = self.spaces(place)
            mark = next((m for m in _RELATIONS if self.at(gap, m)), None)
            if mark is None:
                break
            behind = self.spaces(gap + len(mark))
            if mark == "-" and self.at(behind, "-"):
                break
            negative = "-" if self.at(behind, "-") else ""
            following = self.product(behind + len(negative), inside, leading=False)
            if following is None:
                break
            text += f" {_RELATIONS[mark]} {negative}{following[0]}"
            place = following[1]
        bare = re.fullmatch(r"[\d. /+-]+", self.text[start:place].strip())
        return None if bare and not inside else (text, place)

    def spaces(self, place: int) -> int:
        while self.at(place, " "):
            place += 1
        return place

    def product(self, place: int, inside: bool, leading: bool) -> tuple[str, int] | None:
        first = self.factor(place, inside, after=not leading)
        if first is None:
            return None
        pieces, end = [first[0]], first[1]
        while True:
            gap = self.spaces(end)
            if gap > end and _TEXT.match(self.text, gap):
                break
            if self.at(gap, "/"):
                below = self.factor(self.spaces(gap + 1), inside, after=True)
                if below is None:
                    break
                end = below[1]
                # A fraction bar where something follows that a slash would leave in doubt.
                crowded = self.factor(self.spaces(end), inside, after=True) is not None
                above = pieces[-1].removeprefix("(").removesuffix(")") if pieces[-1].startswith("(") else pieces[-1]
                pieces[-1] = rf"\tfrac{{{above}}}{{{below[0]}}}" if crowded else f"{pieces[-1]} / {below[0]}"
                continue
            following = self.factor(gap, inside, after=True)
            if following is None or (gap == end and not self.at(end, "(") and not self.text[end : end + 1].isalpha()):
                break
            pieces.append(following[0])
            end = following[1]
        return " ".join(pieces), end

    def factor(self, place: int, inside: bool, after: bool) -> tuple[str, int] | None:
        atom = self.atom(place, inside, after)
        if atom is None:
            return None
        text, end = atom
        while True:
            if re.match(r"'s(?!\w)", self.text[end:]):
                return text, end
            norm = re.match(r"_(op|F)(?![a-z])", self.text[end:]) if text.endswith("|") else None
            if norm:
                text, end = text + ("_F" if norm[1] == "F" else r"_{\mathrm{op}}"), end + norm.end()
            elif (
                self.at(end, "'") and re.fullmatch(r"u|U|u_\{i.*", text) and not self.text[end + 1 : end + 2].isalpha()
            ):
                # The paper's flow: a scalar has no transpose, so this is its derivative.
                text, end = text + ("'" if text[0] == "u" else r"^\top"), end + 1
            elif self.at(end, "'") and not self.text[end + 1 : end + 2].isalpha():
                text, end = text + r"^\top", end + 1
            elif self.at(end, "'"):
                # w'x is a product, query's is not; the latter never gets here.
                text, end = text + r"^\top ", end + 1
            elif self.at(end, "^"):
                power = self.exponent(end + 1)
                if power is None:
                    return text, end
                base = rf"({text})" if "^" in text and not text.endswith((")", "]", "|", "}")) else text
                text, end = f"{base}^{{{power[0]}}}", power[1]
            else:
                return text, end

    def exponent(self, place: int) -> tuple[str, int] | None:
        match = re.compile(r"\{(-?[\w/]+)\}|\((-?[\w/]+)\)|(-?\w+)").match(self.text, place)
        if match is None:
            return None
        text = next(group for group in match.groups() if group is not None)
        return (r"\top" if text == "T" else text), match.end()

    def atom(self, place: int, inside: bool, after: bool) -> tuple[str, int] | None:
        number = _NUMBER.match(self.text, place)
        if number:
            if self.text[number.end() : number.end() + 1] == "{":
                body = self.enclosed(number.end(), "{", "}")
                return None if body is None else (rf"{number[0]}\{{{body[0]}\}}", body[1])
            return number[0], number.end()
        for opening, closing, left, right in (
            ("[[", "]]", "", ""),
            ("(", ")", "(", ")"),
            ("||", "||", r"\|", r"\|"),
            ("|", "|", "|", "|"),
            ("<", ">", r"\langle ", r"\rangle"),
            ("[", "]", "[", "]"),
        ):
            if self.at(place, opening):
                if opening == "[[":
                    return self.matrix(place)
                if (opening == "[" and not after) or (opening == "(" and self.at(place, "(x)")):
                    return None
                body = self.enclosed(place, opening, closing)
                trivial = body is not None and re.fullmatch(r"[\d., ]*", body[0])
                return None if body is None or (trivial and not after) else (f"{left}{body[0]}{right}", body[1])
        return self.named(place, inside, after)

    def enclosed(self, place: int, opening: str, closing: str) -> tuple[str, int] | None:
        """The list of formulas between brackets; None if it is not formulas throughout."""
        pieces = []
        end = place + len(opening)
        while True:
            item = self.formula(self.spaces(end), inside=True)
            if item is None:
                return None
            pieces.append(item[0])
            end = self.spaces(item[1])
            if self.at(end, closing):
                return ", ".join(pieces).replace(r" \mid,", r" \mid"), end + len(closing)
            bar = self.at(end, "|") and opening == "["
            if not self.at(end, ",") and not bar:
                return None
            if bar:
                pieces[-1] += r" \mid"
            end += 1

    def matrix(self, place: int) -> tuple[str, int] | None:
        rows = []
        end = place + 1
        while self.at(end, "["):
            row = self.enclosed(end, "[", "]")
            if row is None:
                return None
            rows.append(row[0].replace(", ", " & "))
            end = self.spaces(row[1])
            if self.at(end, ","):
                end = self.spaces(end + 1)
        if not self.at(end, "]"):
            return None
        if len(rows) == 1 and "&" not in rows[0]:
            return rows[0], end + 1
        body = r" \\ ".join(rows)
        return rf"\bigl(\begin{{smallmatrix}} {body} \end{{smallmatrix}}\bigr)", end + 1

    def named(self, place: int, inside: bool, after: bool) -> tuple[str, int] | None:
        match = _IDENTIFIER.match(self.text, place)
        if match is None or (place and self.text[place - 1].isalnum()):
            return None
        name, end = match[0], match.end()
        base, _, below = name.partition("_")
        if base in ("E", "grad", "sum") and below:
            mark = {"E": r"\mathbb{E}", "grad": r"\nabla", "sum": r"\sum"}[base]
            return self.called(f"{mark}_{{{name_latex(below) if below in GREEK else below}}}", end)
        if name in _FUNCTIONS:
            return self.function(name, end)
        if name in _INSIDE and not (inside or after):
            return None
        if name in _SPECIAL:
            return _SPECIAL[name], end
        if name in _INSIDE:
            return rf"\mathrm{{{name}}}", end
        if _SIDE_BY_SIDE.fullmatch(name):
            return name, end
        product = re.match(r" x ([dnNM])\b", self.text[end:])
        if name in ("d", "n", "N", "M") and product:
            return rf"{name} \times {product[1]}", end + product.end()
        if name == "a" and not inside and not self.is_letter_a(end, after):
            return None
        if (
            name == "A"
            and not after
            and not inside
            and not re.match(r"[\^'_=,;]| [=/(+-]| are| and [A-Z]\b|\.?$|\.", self.text[end:])
        ):
            return None
        if base in _SPECIAL and below:
            return f"{_SPECIAL[base]}_{{{below}}}", end
        if base in GREEK or len(base) == 1 or re.fullmatch(r"[A-Za-z]\d+", base):
            if len(base) > 1 and not base.isalpha() and name != base:
                return name_latex(name), end
            short = below.strip("{}")
            if short in ("min", "max", "new", "even", "odd"):
                return f"{name_latex(base)}_{{{chr(92)}{short}}}" if short in ("min", "max") else (
                    rf"{name_latex(base)}_{{\mathrm{{{short}}}}}"
                ), end
            return (
                f"{name_latex(base)}_{{{name_latex(short) if short in GREEK else short}}}"
                if below
                else name_latex(base)
            ), end
        return None

    def is_letter_a(self, end: int, after: bool) -> bool:
        """Whether the word a is a letter: it has a formula before it, or an operator behind it."""
        if re.match(r"[\^'_,)]| [=+/<>-]|\.$", self.text[end:]):
            return True
        words = re.match(r" ([a-z]+)", self.text[end:])
        return after and (words is None or words[1] in ("and", "of", "is", "by", "with"))

    def called(self, mark: str, end: int) -> tuple[str, int] | None:
        if self.at(end, "(") or self.at(end, "["):
            opening, closing = ("(", ")") if self.at(end, "(") else ("[", "]")
            body = self.enclosed(end, opening, closing)
            return (mark, end) if body is None else (f"{mark}{opening}{body[0]}{closing}", body[1])
        return mark, end

    def function(self, name: str, end: int) -> tuple[str, int] | None:
        if name == "E":
            if self.at(end, "["):
                return self.called(r"\mathbb{E}", end)
            if re.match(r" [a-z]+[\^_]| lambda| [a-z]{1,2}\b| \|", self.text[end:]):
                return r"\mathbb{E}", end
            return "E", end
        gap = end if self.at(end, "(") else self.spaces(end)
        if self.at(gap, "(") and gap == end:
            body = self.enclosed(end, "(", ")")
            if name == "sqrt":
                return None if body is None else (rf"\sqrt{{{body[0]}}}", body[1])
            return self.called(_SPECIAL[name], end)
        if name == "sgn" and self.at(gap, "<"):
            return _SPECIAL[name], end
        following = self.named(gap, True, True) if gap > end else None
        if following is None or len(self.text[gap : following[1]]) > 7:
            return None
        return _SPECIAL[name], end
