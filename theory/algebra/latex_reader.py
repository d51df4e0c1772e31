r"""Reads the LaTeX that `latex` and `statement_latex` print back into a syntax tree of `theory.algebra.grammar`.

The subset: \frac, sums and products, ^\top, powers, \operatorname{tr}, \sum_{i=1}^{N}, \sum_{i < j} inside the sum over
j, \mathbb{E}, squared norms and brackets of every size. A sum extends to the end of its term. So a printed formula can
be checked against what was proved: elaborate the tree that was read and compare normal forms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType

from theory.algebra.expression import Expression, length, symbol_expression
from theory.algebra.grammar import (
    UNIT_NAME,
    Below,
    Expect,
    GrammarError,
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
    Vocabulary,
    elaborate,
)
from theory.algebra.latex import GREEK
from theory.algebra.words import Symbol

_NOTHING: Mapping[str, str] = MappingProxyType({})
_TOKEN = re.compile(r"\\[a-zA-Z]+|\\.|[0-9]+|[^\s]")
# Commands that change how a formula looks but not what it says.
_SKIPPED = re.compile(
    r"\\(?:left|right|bigl|bigr|Bigl|Bigr|biggl|biggr|Biggl|Biggr|displaystyle|textstyle|quad|qquad|nonumber)(?![a-zA-Z])"
    r"|\\[,;:!\\]|&"
)
_RELATIONS = {"<": "<", ">": ">", "\\le": "<=", "\\leq": "<=", "\\ge": ">=", "\\geq": ">="}
_FRACTIONS = ("\\frac", "\\tfrac", "\\dfrac")


@dataclass(frozen=True)
class LatexFormula:
    """A formula that was read.

    Attributes:
        tree: its syntax tree.
        upto: for each summation label the length that its sum runs to.
    """

    tree: Node
    upto: Mapping[str, str]


def parse_latex(text: str, names: Mapping[str, str] = _NOTHING, free: Mapping[str, str] = _NOTHING) -> LatexFormula:
    """Return the formula that a piece of LaTeX states.

    Args:
        text: LaTeX in the printed subset, without math delimiters; line breaks of `align` are skipped.
        names: for LaTeX that is not made from the name, such as {"s^2": "s2"}, the name.
        free: for each index that no sum binds the length of those that are compared with it: {"h": "H"}.

    Raises:
        GrammarError: for anything outside the subset; the message shows where.
    """
    reader = _Reader(text, names, free)
    tree = reader.sum()
    if reader.token:
        reader.fail("expected an operator or the end")
    return LatexFormula(tree, reader.upto)


def expression_of_latex(
    text: str,
    symbols: Iterable[Symbol],
    lengths: Iterable[str] = ("N", "M", "d", "n"),
    free: Mapping[str, str] = _NOTHING,
) -> Expression:
    """Return the canonical expression that a piece of printed LaTeX states: the inverse of `latex`.

    Args:
        text: LaTeX in the printed subset.
        symbols: the letters that may occur, which know their shapes, their properties and how they are printed.
        lengths: the lengths that may occur.
        free: as for `parse_latex`.

    Raises:
        GrammarError: for anything outside the subset, unknown letters, and shapes that do not fit.
    """
    letters = {symbol.name: symbol.plain for symbol in symbols}
    formula = parse_latex(text, {symbol.latex: name for name, symbol in letters.items() if symbol.latex}, free)
    names = {name: length(name) for name in lengths if name not in letters}
    names |= {name: symbol_expression(symbol) for name, symbol in letters.items()}
    return elaborate(formula.tree, Vocabulary(names, {}, formula.upto, free=tuple(free)))


class _Reader:
    def __init__(self, text: str, names: Mapping[str, str], free: Mapping[str, str]):
        self.text = text
        self.names = {tuple(_TOKEN.findall(_SKIPPED.sub(" ", latex))): name for latex, name in names.items()}
        self.tokens: list[str] = []
        self.columns: list[int] = []
        for match in _TOKEN.finditer(_SKIPPED.sub(lambda m: " " * len(m[0]), text)):
            self.tokens.append(match[0])
            self.columns.append(match.start())
        self.columns.append(len(text))
        self.place = 0
        self.upto: dict[str, str] = dict(free)

    @property
    def token(self) -> str:
        return self.tokens[self.place] if self.place < len(self.tokens) else ""

    def fail(self, message: str) -> GrammarError:
        raise GrammarError(f"{message}, found {self.token or 'the end'!r}", self.text, self.columns[self.place])

    def take(self) -> str:
        if not self.token:
            self.fail("expected more")
        self.place += 1
        return self.tokens[self.place - 1]

    def need(self, *tokens: str) -> None:
        for token in tokens:
            if self.token != token:
                self.fail(f"expected {token!r}")
            self.place += 1

    def accept(self, token: str) -> bool:
        if self.token == token:
            self.place += 1
            return True
        return False

    def sum(self) -> Node:
        terms: list[Node] = []
        while True:
            negative = self.token == "-"
            if negative or (terms and self.token == "+"):
                self.take()
            term = self.term()
            terms.append(Negative(term) if negative else term)
            if self.token not in ("+", "-"):
                return terms[0] if len(terms) == 1 else Sum(tuple(terms))

    def term(self) -> Node:
        factors: list[Node] = []
        while self.token and self.token not in ("+", "-", ")", "]", "}", "\\}"):
            if self.accept("\\cdot"):
                continue
            if self.token == "\\|" and self.closes_norm:
                break
            if self.matching_name() is None and self.accept("\\sum"):
                labels, limits = self.sum_labels()
                body = self.term()
                for label in reversed(labels):
                    body = SumOver(label, body, limits)
                factors.append(body)
                break
            factors.append(self.factor())
        if not factors:
            self.fail("expected a term")
        return factors[0] if len(factors) == 1 else Product(tuple(factors))

    closes_norm = False

    def sum_labels(self) -> tuple[list[str], tuple[tuple[str, str], ...]]:
        """The indices below a sign of summation, and what they are compared with."""
        self.need("_", "{")
        labels = [self.index()]
        limits: list[tuple[str, str]] = []
        while self.token in _RELATIONS:
            relation, other = _RELATIONS[self.take()], self.index()
            limits.append((relation, other))
            # An index runs to the length of those that it is compared with.
            self.runs_to(labels[0], self.upto.get(other, "N"))
            if self.accept(","):
                self.need(labels[0])
        while not limits and self.accept(","):
            labels.append(self.index())
        if not limits:
            self.need("=", "1")
        self.need("}")
        if not limits or self.token == "^":
            self.need("^")
            upper = self.group_text()
            for label in labels:
                self.runs_to(label, upper)
        return labels, tuple(limits)

    def runs_to(self, label: str, upper: str) -> None:
        if self.upto.setdefault(label, upper) != upper:
            self.fail(f"the index {label} runs to both {self.upto[label]} and {upper}")

    def index(self) -> str:
        text = self.take().removeprefix("\\")
        while self.token.isalnum():
            text += self.take()
        return text

    def group_text(self) -> str:
        """The text of {...}, or of a single token."""
        if not self.accept("{"):
            return self.take().removeprefix("\\")
        text = ""
        while not self.accept("}"):
            text += self.take().removeprefix("\\")
        return text

    def group(self) -> Node:
        self.need("{")
        node = self.sum()
        self.need("}")
        return node

    def bracketed(self, opening: str, closing: str) -> Node:
        self.need(opening)
        outer, self.closes_norm = self.closes_norm, False
        node = self.sum()
        self.closes_norm = outer
        self.need(closing)
        return node

    def factor(self) -> Node:
        node = self.atom()
        while self.accept("^"):
            if self.accept("\\top"):
                node = Transpose(node)
                continue
            if self.tokens[self.place : self.place + 4] == ["{", "-", "\\top", "}"]:
                self.place += 4
                node = Transpose(Power(node, Fraction(-1)))
                continue
            node = Power(node, self.exponent())
        return node

    def exponent(self) -> Fraction:
        text = self.group_text()
        if not re.fullmatch(r"-?\d+(/[1-9]\d*)?", text):
            self.fail(f"expected an exponent, not {text!r}")
        return Fraction(text)

    def matching_name(self) -> tuple[str, ...] | None:
        """The longest known name that the text goes on with."""
        fits = [t for t in self.names if tuple(self.tokens[self.place : self.place + len(t)]) == t]
        return max(fits, key=len, default=None)

    def atom(self) -> Node:
        known = self.matching_name()
        if known is not None:
            self.place += len(known)
            return Name(self.with_index(self.names[known]))
        if self.token.isdigit():
            return Number(int(self.take()))
        if self.token == "(":
            return self.bracketed("(", ")")
        if self.token == "{":
            return self.group()
        if self.token == "[":
            return self.comparison() or self.bracketed("[", "]")
        if self.token in _FRACTIONS:
            self.take()
            return Quotient(self.group(), self.group())
        if self.token == "\\operatorname":
            self.take()
            self.need("{", "t", "r", "}")
            return Trace(self.bracketed("(", ")") if self.token == "(" else self.atom())
        if self.token == "\\mathbb":
            self.take()
            self.need("{", "E", "}")
            return Expect(self.bracketed("[", "]"))
        if self.token == "\\|":
            return self.norm()
        if self.token == "\\mathbf":
            self.take()
            self.need("{", UNIT_NAME, "}")
            return Name(self.with_index(UNIT_NAME))
        return Name(self.name())

    def comparison(self) -> Node | None:
        """[g < h], 1 or 0; None for a bracket that holds anything else."""
        start = self.place
        self.take()
        low = self.index() if self.token.removeprefix("\\").isalnum() else ""
        if low and self.accept("<"):
            high = self.index()
            self.need("]")
            return Below(low, high)
        self.place = start
        return None

    def norm(self) -> Node:
        """||v||_P^{2k}, that is (v'Pv)^k, or ||A||_F^{2k}, that is tr(AA')^k."""
        self.need("\\|")
        outer, self.closes_norm = self.closes_norm, True
        body = self.sum()
        self.closes_norm = outer
        self.need("\\|")
        square: Node = Product((Transpose(body), body))
        if self.accept("_"):
            if self.accept("F"):
                square = Trace(Product((body, Transpose(body))))
            else:
                square = Product((Transpose(body), self.group() if self.token == "{" else self.atom(), body))
        self.need("^")
        power = self.exponent() / 2
        return square if power == 1 else Power(square, power)

    def name(self) -> str:
        base = self.take()
        if base == "\\mathrm":
            base = self.group_text()
        elif base.startswith("\\"):
            if base[1:] not in GREEK:
                self.place -= 1
                self.fail("expected a letter")
            base = base[1:]
        elif not base.isalpha():
            self.place -= 1
            self.fail("expected a letter")
        return self.with_index(base)

    def with_index(self, base: str) -> str:
        """U_{11} is U11, x_{q} is x_q, x_{t,i} is x_t_i, u_{21,i} is u21_i."""
        if not self.accept("_"):
            return base
        first, *others = self.group_text().split(",")
        return "_".join((base + first if first.isdigit() else f"{base}_{first}", *others))
