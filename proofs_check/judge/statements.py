"""Statements: the right side of a claim as a syntax tree, with its abbreviations, under both of its meanings."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, Literal

import numpy as np
from flint import arb, ctx, fmpq

from proofs_check.judge.instances import Instance
from proofs_check.judge.inverses import with_named_sums
from proofs_check.judge.language import Language, labels_in, names_in, require_consistent
from proofs_check.judge.meaning import InterpretationError, interpret
from proofs_check.judge.moments_of_formulas import exact_expectation
from proofs_check.judge.shapes import require_shapes
from theory.algebra.definitions import Definition, define
from theory.algebra.expression import Expression
from theory.algebra.grammar import Node, Power, elaborate, parse
from theory.algebra.usage import note

Array = Any
Relation = Literal["=", "<=", ">=", "<", ">"]
Truth = Literal["holds", "refuted", "undecided"]
_NAME = re.compile(r"[A-Za-z_]\w*")
# What evidence notes that evaluates a statement, and so may repeat the right side.
READS_A_STATEMENT = "Statement.value"
# Bits of the balls in which roots are evaluated.
_PRECISION = 256


@dataclass(frozen=True)
class Statement:
    """A formula with abbreviations, and how the left side of a claim relates to it.

    Args:
        right: the syntax tree.
        where: abbreviations (name, syntax tree), later ones may use earlier ones.
        relation: between the left side and this.
        text: the source of `right`, for messages.
        abbreviations: the sources of `where`.
        from_derivation: the right side is taken from the derivation.
    """

    right: Node
    where: tuple[tuple[str, Node], ...] = ()
    relation: Relation = "="
    text: str = field(default="", compare=False)
    abbreviations: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    from_derivation: bool = field(default=False, compare=False)

    @classmethod
    def of(
        cls,
        right: str | Expression,
        where: Mapping[str, str] | None = None,
        relation: Relation = "=",
    ) -> Statement:
        """Read a statement; GrammarError for text that cannot be read.

        A right side that is an expression is taken from the derivation, so that only evidence which does not share it
        counts.
        """
        texts = tuple((where or {}).items())
        text = str(right)
        derived = isinstance(right, Expression)
        trees = tuple((name, parse(abbreviation)) for name, abbreviation in texts)
        return cls(parse(text), trees, relation, text, texts, derived)

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that occur."""
        trees = [self.right, *(tree for _, tree in self.where)]
        return frozenset(name.name for tree in trees for name in names_in(tree))

    def require_meaning(self, language: Language) -> None:
        """Do nothing if names are used in one meaning each, and shapes fit; ClaimError otherwise."""
        require_consistent(language, self.where, self.right)
        require_shapes(language, self.where, self.right)

    def elaborated(
        self, language: Language, known: Sequence[Definition] = ()
    ) -> tuple[Expression, tuple[Definition, ...]]:
        """The engine's meaning: the expression and the definitions of its abbreviations.

        An abbreviation with the value of a known definition shares its letter; one with another value never does, even
        under the same name, so that a wrong Gamma is not mistaken for the right one.
        """
        definitions: list[Definition] = []
        names: dict[str, Expression] = {}
        where, right = self._with_named_sums(language)
        for name, tree in where:
            value = elaborate(tree, language.vocabulary(names), self.text)
            same = next((d for d in known if d.expression == value), None)
            square = value.rows == value.cols and not value.is_scalar
            definition = same or define(f"{name}_stated" if known else name, value, invertible=square)
            names[name] = definition.name
            definitions.append(definition)
        return elaborate(right, language.vocabulary(names), self.text), tuple(definitions)

    def _with_named_sums(self, language: Language) -> tuple[tuple[tuple[str, Node], ...], Node]:
        """The abbreviations, with further ones for inverted sums, and the right side that uses them."""
        where: list[tuple[str, Node]] = []
        named: dict[Node, str] = {}
        trees = (*self.where, ("", self.right))
        labels = (label for _, tree in trees for label in labels_in(tree))
        taken = {*language.letters, *language.length_names, *dict(self.where), *self.names, *labels}
        for name, tree in trees:
            before = len(named)
            renamed = with_named_sums(tree, language, named, taken)
            where += [(new, body) for body, new in list(named.items())[before:]]
            where.append((name, renamed))
        return tuple(where[:-1]), where[-1][1]

    def value(self, instance: Instance, language: Language) -> Array:
        """The literal meaning at an instance, in exact arithmetic."""
        note(READS_A_STATEMENT)
        values = dict(instance.arrays)
        copies = _copies(values, language)
        for name, tree in (*self.where, ("", self.right)):
            values[name] = interpret(
                tree,
                values,
                lengths=instance.lengths,
                upto=language.upto,
                expect=lambda body: exact_expectation(body, values, instance.lengths, language),
                copies=copies,
            )
        return values[""]

    def float_value(self, instance: Instance, language: Language) -> Array:
        """The literal meaning at an instance, in floating point; roots of matrices are allowed."""
        values = {name: array.astype(float) for name, array in instance.arrays.items()}
        copies = _copies(values, language)
        for name, tree in (*self.where, ("", self.right)):
            values[name] = interpret(tree, values, lengths=instance.lengths, upto=language.upto, one=1.0, copies=copies)
        return values[""]

    @cached_property
    def has_roots(self) -> bool:
        """Whether a power that is not whole occurs, so that values need not be rational."""
        return any(_has_roots(tree) for tree in (self.right, *(tree for _, tree in self.where)))

    def ball_value(self, instance: Instance, language: Language) -> Array:
        """The literal meaning at an instance in ball arithmetic: entries that contain the true ones."""
        with ctx.workprec(_PRECISION):
            values = {name: as_balls(array) for name, array in instance.arrays.items()}
            copies = _copies(values, language)
            for name, tree in (*self.where, ("", self.right)):
                values[name] = interpret(
                    tree, values, lengths=instance.lengths, upto=language.upto, one=arb(1), copies=copies
                )
            return values[""]

    def compare(self, left: Array, instance: Instance, language: Language) -> tuple[Truth, Array]:
        """Whether a measured left side stands in the statement's relation to the right side there, and that right side.

        The left side holds Fractions, or balls that contain the true values; with balls, or roots on the right, the
        comparison is rigorous and may stay undecided. Balls that overlap count as equal.
        """
        left = np.asarray(left, dtype=object)
        balls = self.has_roots or instance.has_balls or any(isinstance(entry, arb) for entry in left.flat)
        right = self.ball_value(instance, language) if balls else self.value(instance, language)
        if self.relation == "=":
            if not balls:
                return ("holds" if equal_arrays(left, right) else "refuted"), right
            pairs = zip(as_balls(left).flat, np.asarray(right, dtype=object).flat, strict=True)
            return ("holds" if all(a.overlaps(b) for a, b in pairs) else "refuted"), right
        if left.size != 1 or np.size(right) != 1:
            raise InterpretationError(f"{self.relation} compares numbers, not arrays")
        a, b = left.flat[0], np.asarray(right, dtype=object).flat[0]
        if balls:
            a = as_balls(left).flat[0]
        if self.relation in (">=", ">"):
            a, b = b, a
        strict = self.relation in ("<", ">")
        if a < b or (not strict and a <= b):
            return "holds", right
        return ("refuted" if b < a or (strict and b <= a) else "undecided"), right

    def replaced(self, place: int | None, tree: Node) -> Statement:
        """The statement with another tree: None for the right side, otherwise the number of an abbreviation."""
        if place is None:
            return replace(self, right=tree)
        where = list(self.where)
        where[place] = (where[place][0], tree)
        return replace(self, where=tuple(where))


def used(text: str, where: Mapping[str, str]) -> dict[str, str]:
    """The abbreviations that a text uses, directly or not, in their order."""
    needed, kept = set(_NAME.findall(text)), []
    for name, formula in reversed(list(where.items())):
        if name in needed:
            kept.append(name)
            needed |= set(_NAME.findall(formula))
    return {name: where[name] for name in reversed(kept)}


def _copies(values: Mapping[str, Array], language: Language) -> dict[str, Callable[[int], Array]]:
    def copy(name: str) -> Callable[[int], Array]:
        return lambda i: values[name][i].reshape(-1, 1)

    return {name: copy(name) for name in language.stacked if name in values}


def _has_roots(node: Node) -> bool:
    return any(isinstance(part, Power) and part.exponent.denominator != 1 for part in node.walk())


def as_balls(array: Array) -> Array:
    """An array of Fractions, or of balls already, as balls that contain the entries."""
    flat = np.asarray(array, dtype=object)
    result = np.empty(flat.shape, dtype=object)
    for place in np.ndindex(flat.shape):
        entry: Any = flat[place]
        result[place] = entry if isinstance(entry, arb) else arb(fmpq(entry.numerator, entry.denominator))
    return result


def equal_arrays(a: Array, b: Array) -> bool:
    """Whether two exact arrays have the same shape, up to a vector written as a column, and the same entries."""
    a, b = np.asarray(a, dtype=object), np.asarray(b, dtype=object)
    if a.shape != b.shape and a.size == b.size and min(a.ndim, b.ndim) <= 1:
        a, b = a.reshape(-1), b.reshape(-1)
    return a.shape == b.shape and all(x == y for x, y in zip(a.flat, b.flat, strict=True))
