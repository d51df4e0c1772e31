"""The language in which users type formulas, and its syntax trees.

    sum      = ["-"] product { ("+" | "-") product }
    product  = factor { ["*"] factor | "/" factor }
    factor   = atom { "'" | "^" exponent }
    exponent = ["-"] integer | "(" ["-"] integer ["/" integer] ")" | "T"
    atom     = integer | name | "(" sum ")" | "tr" "(" sum ")" | "E" "[" sum "]" | "[" label "<" label "]"
             | "sum_" label "(" sum ")" | "sum_{" [ label { "," label } ":" ] chain { "," chain } "}" "(" sum ")"
    chain    = label ("<" | "<=" | ">" | ">=") label { ("<" | "<=" | ">" | ">=") label }

`'` and `^T` transpose, juxtaposition multiplies (matrices or scalars), `1/2 A` is (1/2) A, `I` is the identity and
`x_i` under `sum_i(...)` the i-th copy of the vector x; a letter with several indices is `x_t_i`, and `e_a` the a-th
unit vector where `Vocabulary.upto` says to which size a runs. `sum_{i<j}(...)` sums over all values that are in this
order of those indices which no outer sum runs over: over i and j by itself, over i alone inside `sum_j(...)`.
`sum_{i: i<h}(...)` sums over i alone: h is an outer index, or one that no sum binds (`Vocabulary.free`). `[g<h]` is 1
if the free index g is below h, else 0. Nothing is ever evaluated as Python.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from math import ceil
from typing import Any, NoReturn

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (
    Expression,
    identity,
    indexed,
    indicator,
    length,
    letter,
    number,
    sum_compared,
    unit_vector,
)
from theory.errors import IclTheoryError

LARGEST_INTEGER_DIGITS = 200
LONGEST_TEXT = 100_000
DEEPEST_NESTING = 60
# Levels of a syntax tree: every parenthesis adds a few, and so does every ' or / of a long chain.
DEEPEST_TREE = 200
# Of nested powers the product counts: ((2^64)^64)^64 has 10^5 digits.
LARGEST_EXPONENT = 64
# The expectation of a term with more random letters may take hours; it is refused before it begins.
LARGEST_DEGREE = 48
# Names that are always lengths.
LENGTH_NAMES = ("N", "M", "n", "d")
# The unit vectors e_a, unless e is a letter.
UNIT_NAME = "e"


class GrammarError(IclTheoryError, ValueError):
    """A formula that cannot be read; the message shows the column."""

    def __init__(self, message: str, text: str, column: int):
        line = text.replace("\n", " ")
        super().__init__(f"column {column + 1}: {message}\n  {line}\n  {' ' * column}^")
        self.column = column


@dataclass(frozen=True)
class Node:
    """A node of a syntax tree; `column` is where it stands in the text."""

    column: int = field(default=0, compare=False, kw_only=True)

    def children(self) -> Iterator[tuple[str, int | None, Node]]:
        """Yield (field, place in a tuple or None, child)."""
        for f in fields(self):
            value = getattr(self, f.name)
            if isinstance(value, Node):
                yield f.name, None, value
            elif isinstance(value, tuple):
                for i, child in enumerate(value):
                    if isinstance(child, Node):
                        yield f.name, i, child

    def walk(self) -> Iterator[Node]:
        """Yield the node and all that is below it, in the order of the text."""
        yield self
        for _, _, child in self.children():
            yield from child.walk()

    def with_child(self, name: str, place: int | None, child: Node) -> Node:
        """The node with one child replaced."""
        if place is None:
            return _replaced(self, name, child)
        children = list(getattr(self, name))
        children[place] = child
        return _replaced(self, name, tuple(children))


def _replaced(node: Node, name: str, value: Node | tuple[Node, ...]) -> Node:
    changes: dict[str, Any] = {name: value}
    return replace(node, **changes)


@dataclass(frozen=True)
class Number(Node):
    """A non-negative integer."""

    value: int


@dataclass(frozen=True)
class Name(Node):
    """A letter, a length, an abbreviation, or the identity I."""

    name: str


@dataclass(frozen=True)
class Transpose(Node):
    """body'."""

    body: Node


@dataclass(frozen=True)
class Power(Node):
    """body^exponent."""

    body: Node
    exponent: Fraction


@dataclass(frozen=True)
class Product(Node):
    """A product from left to right."""

    factors: tuple[Node, ...]


@dataclass(frozen=True)
class Quotient(Node):
    """above / below, with a scalar below."""

    above: Node
    below: Node


@dataclass(frozen=True)
class Sum(Node):
    """A sum."""

    terms: tuple[Node, ...]


@dataclass(frozen=True)
class Negative(Node):
    """-body."""

    body: Node


@dataclass(frozen=True)
class Trace(Node):
    """tr(body)."""

    body: Node


@dataclass(frozen=True)
class SumOver(Node):
    """sum_label(body), the label running from 1 to its length where it compares with outer labels as `limits` say.

    A limit is a relation, one of `RELATIONS`, and the label on its right: ("<", "j") is label < j.
    """

    label: str
    body: Node
    limits: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Expect(Node):
    """E[body]."""

    body: Node


@dataclass(frozen=True)
class Below(Node):
    """[low < high], 1 if it holds and 0 if not, for two indices that no sum binds."""

    low: str
    high: str


# Relations between summation indices, and the same seen from the other side.
RELATIONS = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_TOKEN = re.compile(r"\s*(?:(?P<integer>\d+)|(?P<name>[^\W\d_]\w*)|(?P<mark>[<>]=?|[-+*/^'()\[\]{},:]))")


class _Parser:
    def __init__(self, text: str):
        self.text = text
        self.tokens: list[tuple[str, str, int]] = []
        self.place = 0
        self.depth = 0
        self.labels: tuple[str, ...] = ()
        position = 0
        end = len(text.rstrip())
        while position < end:
            match = _TOKEN.match(text, position)
            if match is None:
                start = next(i for i in range(position, end) if not text[i].isspace())
                raise GrammarError(f"unexpected character {text[start]!r}", text, start)
            kind = match.lastgroup or ""
            self.tokens.append((kind, match.group(kind), match.start(kind)))
            position = match.end()
        self.tokens.append(("end", "the end of the formula", end))

    def fail(self, message: str, place: int | None = None) -> NoReturn:
        raise GrammarError(message, self.text, self.tokens[self.place if place is None else place][2])

    @property
    def token(self) -> str:
        return self.tokens[self.place][1] if self.tokens[self.place][0] == "mark" else ""

    def take(self) -> tuple[str, str, int]:
        self.place += 1
        return self.tokens[self.place - 1]

    def need(self, mark: str, why: str) -> None:
        if self.token != mark:
            self.fail(f"expected {mark!r} {why}, found {self.tokens[self.place][1]!r}")
        self.take()

    def formula(self) -> Node:
        node = self.sum()
        if self.tokens[self.place][0] != "end":
            self.fail(f"expected an operator or the end, found {self.tokens[self.place][1]!r}")
        return node

    def sum(self) -> Node:
        self.depth += 1
        if self.depth > DEEPEST_NESTING:
            self.fail(f"nested deeper than {DEEPEST_NESTING} levels")
        column = self.tokens[self.place][2]
        terms: list[Node] = []
        while True:
            at = self.tokens[self.place][2]
            negative = self.token == "-"
            if self.token == "-" or (terms and self.token == "+"):
                self.take()
            term = self.product()
            terms.append(Negative(term, column=at) if negative else term)
            if self.token not in ("+", "-"):
                break
        self.depth -= 1
        return terms[0] if len(terms) == 1 else Sum(tuple(terms), column=column)

    def product(self) -> Node:
        column = self.tokens[self.place][2]
        factors = [self.factor()]
        while True:
            if self.token == "/":
                self.take()
                above = factors[0] if len(factors) == 1 else Product(tuple(factors), column=column)
                factors = [Quotient(above, self.factor(), column=column)]
            elif self.token == "*":
                self.take()
                factors.append(self.factor())
            elif self.tokens[self.place][0] in ("integer", "name") or self.token == "(" or self.compares:
                factors.append(self.factor())
            else:
                return factors[0] if len(factors) == 1 else Product(tuple(factors), column=column)

    def factor(self) -> Node:
        node = self.atom()
        while self.token in ("'", "^"):
            column = self.tokens[self.place][2]
            if self.take()[1] == "'":
                node = Transpose(node, column=column)
            elif self.tokens[self.place][:2] == ("name", "T"):
                self.take()
                node = Transpose(node, column=column)
            else:
                node = Power(node, self.exponent(), column=column)
        return node

    def exponent(self) -> Fraction:
        start = self.place
        bracketed = self.token == "("
        if bracketed:
            self.take()
        sign = -1 if self.token == "-" else 1
        if self.token == "-":
            self.take()
        value = Fraction(self.integer("an exponent"))
        if bracketed:
            if self.token == "/":
                self.take()
                below = self.integer("the exponent's denominator")
                if below == 0:
                    self.fail("an exponent's denominator is zero", self.place - 1)
                value /= below
            self.need(")", "to close the exponent")
        if abs(value) > LARGEST_EXPONENT:
            self.fail(f"exponents may be at most {LARGEST_EXPONENT}", start)
        return sign * value

    def integer(self, what: str) -> int:
        kind, text, _ = self.tokens[self.place]
        if kind != "integer":
            self.fail(f"expected {what}, an integer, found {text!r}")
        if len(text) > LARGEST_INTEGER_DIGITS:
            self.fail(f"integers may have at most {LARGEST_INTEGER_DIGITS} digits")
        self.take()
        return int(text)

    def atom(self) -> Node:
        kind, text, column = self.tokens[self.place]
        if kind == "integer":
            return Number(self.integer("a number"), column=column)
        if kind == "name":
            self.take()
            if text == "tr" and self.token == "(":
                return Trace(self.bracket("(", ")", "tr"), column=column)
            if text == "E" and self.token == "[":
                return Expect(self.bracket("[", "]", "E"), column=column)
            if text == "sum_" and self.token == "{":
                return self.ordered_sum(column)
            if text == "sum_" and self.token == "(":
                raise GrammarError("sum_ needs a summation index, as in sum_i(...)", self.text, column)
            if text.startswith("sum_") and self.token == "(":
                return self.sums({text.removeprefix("sum_"): ()}, text, column)
            return Name(text, column=column)
        if self.token == "(":
            return self.bracket("(", ")", "the parenthesis")
        if self.compares:
            return self.below(column)
        self.fail(f"expected a number, a name or '(', found {text!r}")

    def ordered_sum(self, column: int) -> Node:
        """sum_{chain, ...}(body) as nested sums, the last one outermost.

        The sums are over the labels listed before a colon, otherwise over those that no outer sum runs over.
        """
        self.need("{", "after sum_")
        listed = self.listed_labels()
        compared = [*self.chain()]
        while self.token == ",":
            self.take()
            compared += self.chain()
        self.need("}", "to close the indices of sum_")
        named = dict.fromkeys(label for low, _, high in compared for label in (low, high))
        order = listed or [label for label in named if label not in self.labels]
        limits: dict[str, tuple[tuple[str, str], ...]] = dict.fromkeys(reversed(order), ())
        for left, relation, right in compared:
            if left not in limits and right not in limits:
                reason = "not summed over here" if listed else "summed over outside"
                raise GrammarError(
                    f"{left} and {right} are {reason}; compare them in the sum over one of them", self.text, column
                )
            if right not in limits or (left in limits and order.index(left) < order.index(right)):
                limits[left] += ((relation, right),)
            else:
                limits[right] += ((RELATIONS[relation], left),)
        return self.sums(limits, "sum_{...}", column)

    def listed_labels(self) -> list[str]:
        """The labels before a colon, none where there is no colon."""
        beyond = self.tokens[self.place + 1] if self.place + 1 < len(self.tokens) else ("end", "", 0)
        if beyond[:2] not in (("mark", ","), ("mark", ":")):
            return []
        labels = [self.label()]
        while self.token == ",":
            self.take()
            if self.tokens[self.place][1] in labels:
                self.fail(f"the index {self.tokens[self.place][1]} is listed twice")
            labels.append(self.label())
        self.need(":", "after the indices that the sum runs over")
        return labels

    @property
    def compares(self) -> bool:
        """Whether a comparison between brackets comes next."""
        return self.token == "[" and self.tokens[min(self.place + 2, len(self.tokens) - 1)][1] in RELATIONS

    def below(self, column: int) -> Node:
        """[low < high]."""
        self.take()
        ((low, relation, high), *others) = self.chain()
        if others or relation not in ("<", ">"):
            raise GrammarError("expected two indices and '<' between brackets, as in [g<h]", self.text, column)
        self.need("]", "to close the comparison")
        return Below(*((low, high) if relation == "<" else (high, low)), column=column)

    def chain(self) -> Iterator[tuple[str, str, str]]:
        """The comparisons of i < j <= k ..."""
        left = self.label()
        if self.token not in RELATIONS:
            self.fail("expected '<', '<=', '>' or '>=' between indices (a sum over one index is sum_i(...))")
        while self.token in RELATIONS:
            relation, right = self.take()[1], self.label()
            if left == right:
                self.fail(f"the index {left} is compared with itself", self.place - 1)
            yield left, relation, right
            left = right

    def label(self) -> str:
        if self.tokens[self.place][0] != "name":
            self.fail(f"expected a summation index, found {self.tokens[self.place][1]!r}")
        return self.take()[1]

    def sums(self, limits: Mapping[str, tuple[tuple[str, str], ...]], what: str, column: int) -> Node:
        """Nested sums over the labels, the first one outermost."""
        outer, self.labels = self.labels, (*self.labels, *limits)
        node = self.bracket("(", ")", what)
        self.labels = outer
        for label, compared in reversed(list(limits.items())):
            node = SumOver(label, node, compared, column=column)
        return node

    def bracket(self, opening: str, closing: str, what: str) -> Node:
        self.need(opening, f"after {what}")
        node = self.sum()
        self.need(closing, f"to close {what}")
        return node


def parse(text: str) -> Node:
    """Return the syntax tree of a formula; GrammarError, which points at the column, for anything else."""
    if not text.strip():
        raise GrammarError("the formula is empty", text, 0)
    if len(text) > LONGEST_TEXT:
        raise GrammarError(f"the formula has {len(text)} characters, at most {LONGEST_TEXT} are read", "", 0)
    tree = _Parser(text).formula()
    _check_size(tree, text)
    return tree


def _check_size(tree: Node, text: str) -> None:
    """Refuse trees that are too deep to be walked recursively, and nested powers that are too large."""
    waiting: list[tuple[Node, int, Fraction]] = [(tree, 1, Fraction(1))]
    while waiting:
        node, depth, exponent = waiting.pop()
        if depth > DEEPEST_TREE:
            raise GrammarError(f"nested deeper than {DEEPEST_TREE} levels", text, node.column)
        if isinstance(node, Power):
            exponent *= max(abs(node.exponent), Fraction(1))
            if exponent > LARGEST_EXPONENT:
                raise GrammarError(f"nested exponents may multiply to at most {LARGEST_EXPONENT}", text, node.column)
        waiting += [(child, depth + 1, exponent) for _, _, child in node.children()]


@dataclass(frozen=True)
class Vocabulary:
    """What the names in a formula mean.

    Args:
        names: letters and abbreviations as expressions; a random vector by its plain letter.
        law: the laws of random letters, for E[...].
        upto: for each summation label the length that it runs to; labels not listed run to N.
        largest_degree: how many random letters a term under E[...] may have.
        most_work, progress: as in `expectation`.
        free: indices that no sum binds, such as h in sum_{i: i<h}(tr(U_i U_h)); `upto` may list them too.

    Raises:
        ValueError: for a letter or an abbreviation with the name of a length.
    """

    names: Mapping[str, Expression]
    law: Mapping[Expression, Gaussian] = field(default_factory=dict)
    upto: Mapping[str, str] = field(default_factory=dict)
    largest_degree: int = LARGEST_DEGREE
    most_work: int | None = None
    progress: Callable[[int], None] | None = None
    free: Collection[str] = ()

    def __post_init__(self) -> None:
        for name in (*LENGTH_NAMES, *self.upto.values()):
            if self.names.get(name, length(name)) != length(name):
                raise ValueError(f"{name} is a length; choose another name for the letter or abbreviation")


def elaborate(node: Node, vocabulary: Vocabulary, text: str = "") -> Expression:
    """Return the canonical expression of a syntax tree; GrammarError points at what has no meaning."""
    _check_sums(node, vocabulary, text)
    return _elaborated(node, vocabulary, text, tuple(vocabulary.free))


def _elaborated(node: Node, vocabulary: Vocabulary, text: str, labels: tuple[str, ...]) -> Expression:
    def below(child: Node, inner: tuple[str, ...] = labels) -> Expression:
        return _elaborated(child, vocabulary, text, inner)

    try:
        match node:
            case Number(value):
                return number(value)
            case Name(name):
                return _named(name, vocabulary, labels)
            case Transpose(body):
                return below(body).T
            case Power(body, exponent):
                return below(body) ** (int(exponent) if exponent.denominator == 1 else exponent)
            case Product(factors):
                result = below(factors[0])
                for child in factors[1:]:
                    try:
                        factor = below(child)
                        scalars = result.is_scalar or factor.is_scalar
                        result = result * factor if scalars else result @ factor
                    except GrammarError:
                        raise
                    except ValueError as error:
                        raise GrammarError(str(error), text, child.column) from error
                return result
            case Quotient(above, divisor):
                return _divided(below(above), below(divisor))
            case Sum(terms):
                result = below(terms[0])
                for child in terms[1:]:
                    term = below(child)
                    try:
                        result = result + term
                    except ValueError as error:
                        raise GrammarError(str(error), text, child.column) from error
                return result
            case Negative(body):
                return -below(body)
            case Trace(body):
                return below(body).trace()
            case Below(low, high):
                return _indicator(low, high, vocabulary)
            case SumOver(label, body, limits):
                if label in vocabulary.free:
                    raise ValueError(
                        f"the index {label} is free; sum over another one, as in sum_{{a: a<{label}}}(...)"
                    )
                if label in labels:
                    raise ValueError(f"the index {label} is already summed over")
                if label in vocabulary.names:
                    raise ValueError(f"{label} is a letter or a length already; choose another name for the index")
                return sum_compared(label, vocabulary.upto.get(label, "N"), below(body, (*labels, label)), limits)
            case Expect(body):
                _check_degree(node, vocabulary, labels)
                return expectation(
                    below(body), vocabulary.law, most_work=vocabulary.most_work, progress=vocabulary.progress
                )
    except GrammarError:
        raise
    except (ValueError, ZeroDivisionError) as error:
        raise GrammarError(str(error), text, node.column) from error
    raise TypeError(f"not a node of the grammar: {node!r}")


def _check_sums(node: Node, vocabulary: Vocabulary, text: str) -> None:
    """GrammarError at a letter that is summed to two lengths, in one expectation or outside all of them."""
    free = {label: vocabulary.upto.get(label, "") for label in vocabulary.free}
    waiting: list[tuple[Node, Mapping[str, str], dict[tuple[str, int], str]]] = [(node, free, {})]
    while waiting:
        here, upto, lengths = waiting.pop()
        if isinstance(here, Expect):
            lengths = {}
        if isinstance(here, SumOver):
            upto = {**upto, here.label: vocabulary.upto.get(here.label, "N")}
            for relation, other in here.limits:
                if other not in upto:
                    reason = f"{here.label} is compared with {other}, which is neither summed over outside nor free"
                    raise GrammarError(reason, text, here.column)
                if upto[other] not in ("", upto[here.label]):
                    raise GrammarError(
                        f"{here.label} {relation} {other} compares an index up to {upto[here.label]} with one up to "
                        f"{upto[other]}",
                        text,
                        here.column,
                    )
        if isinstance(here, Name):
            base, labels = split_name(here.name, vocabulary.names, upto)
            for place, label in enumerate(labels if base in vocabulary.names else ()):
                if upto[label] and lengths.setdefault((base, place), upto[label]) != upto[label]:
                    first, second = sorted((lengths[base, place], upto[label]))
                    reason = f"{base} is summed to {first} and to {second}; use two letters"
                    raise GrammarError(reason, text, here.column)
        waiting += [(child, upto, lengths) for _, _, child in here.children()]


def _check_degree(node: Expect, vocabulary: Vocabulary, labels: tuple[str, ...]) -> None:
    """ValueError for an expectation with more random letters than are allowed, before anything is multiplied out."""
    random = {letter(key).name for key in vocabulary.law}
    found = _degree(node.body, random, vocabulary, labels)
    if found > vocabulary.largest_degree:
        raise ValueError(
            f"the expectation has a term with {found} random letters, more than {vocabulary.largest_degree}; lower "
            "the degree, or raise the limit `largest_degree`"
        )


def _degree(node: Node, random: Collection[str], vocabulary: Vocabulary, labels: tuple[str, ...]) -> int:
    """The largest number of random letters in a term of a tree, powers of sums multiplied out."""
    inner = (*labels, node.label) if isinstance(node, SumOver) else labels
    below = [_degree(child, random, vocabulary, inner) for _, _, child in node.children()]
    match node:
        case Name(name):
            plain, _ = split_name(name, vocabulary.names, labels)
            if plain in random:
                return 1
            if plain not in vocabulary.names:
                return 0
            terms = vocabulary.names[plain].terms
            return max((sum(s.name in random for s in m.symbols()) for m in terms), default=0)
        case Power(_, exponent):
            return ceil(below[0] * abs(exponent))
        case Product() | Quotient():
            return sum(below)
        case Sum() | Negative() | Transpose() | Trace() | SumOver() | Expect():
            return max(below)
    return 0


def _divided(above: Expression, below: Expression) -> Expression:
    if below.is_scalar and all(not m.closed and not m.word for m in below.terms) and below.terms:
        ((_, coefficient),) = below.terms.items()
        return above * coefficient**-1
    return above / below


def split_name(name: str, names: Collection[str], labels: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The letter and the indices of a name such as x_t_i; the name itself where it is a letter or none is found.

    Args:
        names: the known letters.
        labels: the indices that are summed over outside, or free.
    """
    base, carried = name, list[str]()
    while base not in names and (parts := base.rpartition("_"))[2] in labels and parts[0]:
        base, carried = parts[0], [parts[2], *carried]
    return (base, tuple(carried)) if base in names or base == UNIT_NAME else (name, ())


def _named(name: str, vocabulary: Vocabulary, labels: tuple[str, ...]) -> Expression:
    base, carried = split_name(name, vocabulary.names, labels)
    if base in vocabulary.names:
        return indexed(symbol_of(vocabulary.names[base], base), *carried) if carried else vocabulary.names[base]
    # Only where the index is said to run to a size: e is a noise that was not declared otherwise.
    if base == UNIT_NAME and len(carried) == 1 and carried[0] in vocabulary.upto:
        return unit_vector(vocabulary.upto[carried[0]], carried[0])
    if name == "I":
        return identity("d")
    known = ", ".join(sorted(vocabulary.names))
    over = f"; indices here are {', '.join(labels)}" if labels and "_" in name else ""
    raise ValueError(f"unknown name {name!r}; known are {known}{over}")


def _indicator(low: str, high: str, vocabulary: Vocabulary) -> Expression:
    for label in (low, high):
        if label not in vocabulary.free:
            raise ValueError(
                f"[{low}<{high}] compares free indices, which {label} is not; write sum_{{{low}<{high}}}(...)"
            )
    return indicator(low, high)


def symbol_of(expression: Expression, name: str) -> Expression:
    """The expression if it is a single letter, which alone can carry an index; ValueError otherwise."""
    try:
        letter(expression)
    except ValueError as error:
        raise ValueError(f"{name} is an abbreviation, only a letter can carry a summation index") from error
    return expression
