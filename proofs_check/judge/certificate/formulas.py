"""Formulas read without the engine: a parser of its own, and a store in which equal parts are one node.

A statement and its mutants differ in one symbol, so that nearly all their nodes are shared, and a value that is
computed once at an instance serves them all.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from proofs_check.judge.certificate.errors import CertificateError, NoValueError

_TOKENS = re.compile(r"\s*(\d+|[^\W\d_]\w*|[<>]=?|[-+*/^'()\[\]{},])")
_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
_DEEPEST = 60
_LARGEST_EXPONENT = 64

Part = tuple[Any, ...]


class Formulas:
    """A store of formulas.

    A node is a tuple whose first entry says what it is; the others are numbers, names and numbers of other nodes:
    ("number", 3), ("name", "x"), ("transpose", a), ("power", a, exponent), ("product", a, b, ...), ("quotient", a, b),
    ("sum", a, b, ...), ("negative", a), ("trace", a), ("over", label, a, limits), ("expect", a). The limits of a sum
    are pairs such as ("<", "j"): its label is compared with that of an outer sum.
    """

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.labels: list[frozenset[str]] = []
        self.rooted: list[bool] = []
        self._known: dict[Part, int] = {}
        self._trees: dict[tuple[int, tuple[tuple[str, int], ...]], tuple[Any, int]] = {}

    def add(self, kind: str, *rest: Any) -> int:
        """The number of a node."""
        part = (kind, *rest)
        found = self._known.get(part)
        if found is not None:
            return found
        below = _below(part)
        labels = frozenset().union(*(self.labels[i] for i in below))
        if kind == "name" and "_" in rest[0]:
            labels = frozenset({rest[0].rpartition("_")[2]})
        elif kind == "over":
            labels = (labels | {other for _, other in rest[2]}) - {rest[0]}
        self._known[part] = len(self.parts)
        self.parts.append(part)
        self.labels.append(labels)
        fractional = kind == "power" and rest[1].denominator != 1
        self.rooted.append(fractional or any(self.rooted[i] for i in below))
        return len(self.parts) - 1

    def read(self, text: str, bound: Mapping[str, int] | None = None) -> int:
        """The formula that a text says, with abbreviations put in; CertificateError for text that says none."""
        reader = _Reader(self, text, bound or {})
        try:
            found = reader.sum()
        except (IndexError, RecursionError) as error:
            raise CertificateError(f"cannot read {text[:80]!r}: it ends too early, or is nested too deeply") from error
        if reader.place != len(reader.tokens) - 1:
            raise CertificateError(f"cannot read {text[:80]!r} after word {reader.place}")
        return found

    def statement(self, where: Mapping[str, str], right: str) -> int:
        """The formula of a right side with abbreviations, each of which may use earlier ones."""
        bound: dict[str, int] = {}
        for name, text in where.items():
            bound[name] = self.read(text, bound)
        return self.read(right, bound)

    def of_tree(self, tree: Any, bound: Mapping[str, int]) -> int:
        """The formula of a syntax tree, such as a mutant's, with abbreviations put in."""
        return self._of_tree(tree, bound, tuple(bound.items()))

    def _of_tree(self, tree: Any, bound: Mapping[str, int], key: tuple[tuple[str, int], ...]) -> int:
        # Mutants share the trees of what they do not change. A tree is kept, so that its id stays its own.
        known = self._trees.get((id(tree), key))
        if known is None:
            known = tree, self._read_tree(tree, bound, lambda node: self._of_tree(node, bound, key))
            self._trees[id(tree), key] = known
        return known[1]

    def _read_tree(self, tree: Any, bound: Mapping[str, int], child: Callable[[Any], int]) -> int:
        match type(tree).__name__:
            case "Number":
                return self.add("number", tree.value)
            case "Name":
                return bound[tree.name] if tree.name in bound else self.add("name", tree.name)
            case "Power":
                return self.add("power", child(tree.body), Fraction(tree.exponent))
            case "Product":
                return self.add("product", *map(child, tree.factors))
            case "Sum":
                return self.add("sum", *map(child, tree.terms))
            case "Quotient":
                return self.add("quotient", child(tree.above), child(tree.below))
            case "SumOver":
                return self.add("over", tree.label, child(tree.body), tuple(tree.limits))
            case "Transpose" | "Negative" | "Trace" | "Expect" as kind:
                return self.add(kind.lower(), child(tree.body))
            case kind:
                raise NoValueError(f"a formula has no part called {kind}")


def _below(part: Part) -> tuple[int, ...]:
    match part[0]:
        case "number" | "name":
            return ()
        case "power":
            return (part[1],)
        case "over":
            return (part[2],)
        case _:
            return part[1:]


class _Reader:
    """Recursive descent."""

    def __init__(self, formulas: Formulas, text: str, bound: Mapping[str, int]):
        self.formulas, self.text, self.bound = formulas, text, bound
        self.place = self.depth = 0
        self.outer: list[str] = []
        self.tokens: list[str] = []
        start, end = 0, len(text.rstrip())
        while start < end:
            match = _TOKENS.match(text, start)
            if match is None:
                raise CertificateError(f"cannot read {text[:80]!r}")
            self.tokens.append(match[1])
            start = match.end()
        self.tokens.append("")

    def take(self, expected: str = "") -> str:
        found = self.tokens[self.place]
        if expected and found != expected:
            raise CertificateError(f"cannot read {self.text[:80]!r}: expected {expected!r}, found {found!r}")
        self.place += 1
        return found

    def sum(self) -> int:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise CertificateError(f"cannot read {self.text[:80]!r}: nested too deeply")
        terms: list[int] = []
        while True:
            sign = self.take() if self.tokens[self.place] == "-" or terms else "+"
            term = self.product()
            terms.append(self.formulas.add("negative", term) if sign == "-" else term)
            if self.tokens[self.place] not in ("+", "-"):
                break
        self.depth -= 1
        return terms[0] if len(terms) == 1 else self.formulas.add("sum", *terms)

    def product(self) -> int:
        factors = [self.factor()]
        while self.tokens[self.place] not in ("", "+", "-", ")", "]"):
            if self.tokens[self.place] == "/":
                self.take()
                above = factors[0] if len(factors) == 1 else self.formulas.add("product", *factors)
                factors = [self.formulas.add("quotient", above, self.factor())]
                continue
            if self.tokens[self.place] == "*":
                self.take()
            factors.append(self.factor())
        return factors[0] if len(factors) == 1 else self.formulas.add("product", *factors)

    def factor(self) -> int:
        found = self.atom()
        while self.tokens[self.place] in ("'", "^"):
            if self.take() == "'":
                found = self.formulas.add("transpose", found)
            elif self.tokens[self.place] == "T":
                self.take()
                found = self.formulas.add("transpose", found)
            else:
                found = self.formulas.add("power", found, self.exponent())
        return found

    def exponent(self) -> Fraction:
        bracketed = self.tokens[self.place] == "("
        if bracketed:
            self.take()
        sign = -1 if self.tokens[self.place] == "-" else 1
        if sign < 0:
            self.take()
        value = Fraction(self.integer())
        if bracketed:
            if self.tokens[self.place] == "/":
                self.take()
                below = self.integer()
                if not below:
                    raise CertificateError(f"cannot read {self.text[:80]!r}: an exponent over 0")
                value /= below
            self.take(")")
        if value > _LARGEST_EXPONENT:
            raise CertificateError(f"cannot read {self.text[:80]!r}: the exponent {value} is too large")
        return sign * value

    def integer(self) -> int:
        found = self.take()
        if not found.isdecimal() or len(found) > 200:
            raise CertificateError(f"cannot read {self.text[:80]!r}: expected an integer, found {found[:20]!r}")
        return int(found)

    def atom(self) -> int:
        token, follows = self.tokens[self.place], self.tokens[self.place + 1]
        if token[:1].isdecimal():
            return self.formulas.add("number", self.integer())
        if token == "(":
            return self.inside("(", ")")
        if not token[:1].isalpha():
            raise CertificateError(f"cannot read {self.text[:80]!r}: found {token!r}")
        self.take()
        if token == "tr" and follows == "(":
            return self.formulas.add("trace", self.inside("(", ")"))
        if token == "E" and follows == "[":
            return self.formulas.add("expect", self.inside("[", "]"))
        if token.startswith("sum_") and follows == "(":
            return self.summed([token.removeprefix("sum_")], [])
        if token == "sum_" and follows == "{":
            comparisons = self.comparisons()
            labels = dict.fromkeys(label for low, _, high in comparisons for label in (low, high))
            return self.summed([label for label in labels if label not in self.outer], comparisons)
        return self.bound[token] if token in self.bound else self.formulas.add("name", token)

    def comparisons(self) -> list[tuple[str, str, str]]:
        """What stands between the braces: i<j<=k, l>k."""
        self.take("{")
        found: list[tuple[str, str, str]] = []
        while True:
            low = self.take()
            if self.tokens[self.place] not in _TURNED:
                raise CertificateError(f"cannot read {self.text[:80]!r}: {low!r} is compared with nothing")
            while self.tokens[self.place] in _TURNED:
                relation, high = self.take(), self.take()
                found.append((low, relation, high))
                low = high
            if self.tokens[self.place] != ",":
                self.take("}")
                return found
            self.take()

    def summed(self, labels: list[str], comparisons: list[tuple[str, str, str]]) -> int:
        """Nested sums, the first label innermost; each comparison stands at the inner one of its labels."""
        limits: dict[str, tuple[tuple[str, str], ...]] = dict.fromkeys(labels, ())
        for low, relation, high in comparisons:
            inner = next((label for label in labels if label in (low, high)), None)
            if inner is None or low == high:
                raise CertificateError(f"cannot read {self.text[:80]!r}: {low} {relation} {high} sums over neither")
            limits[inner] += ((relation, high) if inner == low else (_TURNED[relation], low),)
        self.outer += labels
        found = self.inside("(", ")")
        del self.outer[len(self.outer) - len(labels) :]
        for label in labels:
            found = self.formulas.add("over", label, found, limits[label])
        return found

    def inside(self, opening: str, closing: str) -> int:
        self.take(opening)
        found = self.sum()
        self.take(closing)
        return found
