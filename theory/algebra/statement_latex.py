"""LaTeX of formulas as they were typed: the syntax tree keeps the statement's structure, unlike canonical form.

`theory.algebra.latex_reader.parse_latex` reads it back to the same tree, up to brackets that change nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from theory.algebra.grammar import (
    Below,
    Expect,
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    SumOver,
    Trace,
    Transpose,
)
from theory.algebra.latex import exponent_latex, in_brackets, name_latex

_NOTHING: Mapping[str, str] = MappingProxyType({})
# How tightly a printed node holds together: an atom needs no brackets anywhere, a sum nearly everywhere.
_SUM, _PRODUCT, _POWER, _ATOM = range(4)
_RELATIONS = {"<": "<", "<=": r"\le", ">": ">", ">=": r"\ge"}


def statement_latex(node: Node, names: Mapping[str, str] = _NOTHING, upto: Mapping[str, str] = _NOTHING) -> str:
    """Return LaTeX of a syntax tree, without math delimiters and without macros.

    Args:
        node: as `theory.algebra.grammar.parse` returns it.
        names: LaTeX of names that are not printed as spelled, such as {"s2": "s^2"}.
        upto: for each summation label the length that it runs to; labels not listed run to N.

    Raises:
        TypeError: for a node that the grammar does not have.
    """
    return _Printer(names, upto).printed(node)[0]


class _Printer:
    def __init__(self, names: Mapping[str, str], upto: Mapping[str, str]):
        self.names = names
        self.upto = upto

    def at_least(self, node: Node, level: int) -> str:
        text, held = self.printed(node)
        return text if held >= level else in_brackets(text)

    def name(self, name: str) -> str:
        if name in self.names:
            return self.names[name]
        base, labels = name, list[str]()
        while "_" in base and base not in self.names:
            base, _, label = base.rpartition("_")
            labels.insert(0, label)
        if base not in self.names:
            return name_latex(name)
        text, below = self.names[base], ",".join(labels)
        return f"{text[:-1]},{below}}}" if text.endswith("}") and "_{" in text else f"{text}_{{{below}}}"

    def printed(self, node: Node) -> tuple[str, int]:
        match node:
            case Number(value):
                return str(value), _ATOM
            case Name(name):
                text = self.name(name)
                return text, _POWER if "^" in text else _ATOM
            case Transpose(Power(body, exponent)) if exponent == -1:
                return rf"{self.at_least(body, _ATOM)}^{{-\top}}", _POWER
            case Transpose(body):
                return rf"{self.at_least(body, _ATOM)}^\top", _POWER
            case Power(body, exponent):
                base = self.bracketed_trace(body) if isinstance(body, Trace) else self.at_least(body, _ATOM)
                return f"{base}^{{{exponent_latex(exponent if exponent.denominator != 1 else int(exponent))}}}", _POWER
            case Product(factors):
                return self.product(factors), _PRODUCT
            case Quotient(above, below):
                return rf"\frac{{{self.printed(above)[0]}}}{{{self.printed(below)[0]}}}", _POWER
            case Sum(terms):
                return self.sum(terms), _SUM
            case Negative(body):
                return f"-{self.at_least(body, _PRODUCT)}", _SUM
            case Trace(body):
                return rf"\operatorname{{tr}}{in_brackets(self.printed(body)[0])}", _ATOM
            case SumOver(label, body, limits):
                return f"{self.sum_sign(label, limits)} {self.at_least(body, _PRODUCT)}", _PRODUCT
            case Below(low, high):
                return rf"[{low} < {high}]", _ATOM
            case Expect(body):
                return rf"\mathbb{{E}}\left[{self.printed(body)[0]}\right]", _ATOM
        raise TypeError(f"not a node of the grammar: {node!r}")

    def sum_sign(self, label: str, limits: Sequence[tuple[str, str]]) -> str:
        r"""\sum_{i=1}^{N}, or \sum_{i < j}, or \sum_{j > i}^{N} where nothing else bounds the index above."""
        upper = self.names.get(self.upto.get(label, "N"), self.upto.get(label, "N"))
        below = ", ".join(rf"{label} {_RELATIONS[relation]} {other}" for relation, other in limits)
        is_bounded = any(relation.startswith("<") for relation, _ in limits)
        return rf"\sum_{{{below or f'{label}=1'}}}" + ("" if is_bounded else f"^{{{upper}}}")

    def bracketed_trace(self, node: Trace) -> str:
        """A trace as a base: only [tr(A)]^2 cannot be misread as tr(A^2)."""
        if isinstance(node.body, Name):
            return rf"(\operatorname{{tr}} {self.name(node.body.name)})"
        return rf"\left[{self.printed(node)[0]}\right]"

    def product(self, factors: tuple[Node, ...]) -> str:
        pieces: list[str] = []
        for i, factor in enumerate(factors):
            last = i == len(factors) - 1
            piece = self.at_least(factor, _POWER)
            if isinstance(factor, SumOver) and last and i:
                piece = self.printed(factor)[0]
            if isinstance(factor, Sum) and piece.startswith("(") and any("\\frac" in before for before in pieces):
                # Brackets beside a fraction are as tall as it, although what they hold is not.
                piece = rf"\bigl({piece[1:-1]}\bigr)"
            if pieces and piece[0].isdigit():
                piece = rf"\cdot {piece}"
            pieces.append(piece)
        return " ".join(pieces)

    def sum(self, terms: tuple[Node, ...]) -> str:
        text = ""
        for i, term in enumerate(terms):
            if isinstance(term, Negative):
                text += f" - {self.at_least(term.body, _PRODUCT)}"
            else:
                text += f" + {self.at_least(term, _PRODUCT)}"
            if i == 0:
                text = text[3:] if text.startswith(" + ") else f"-{text[3:]}"
        return text
