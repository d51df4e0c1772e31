"""Statements: the right side of a claim as a syntax tree, with its abbreviations, under both of its meanings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal

import numpy as np
from flint import arb, ctx, fmpq
from sympy.polys.polyerrors import BasePolynomialError

from proofs_check.exact_moments import Coordinates
from proofs_check.instances import Instance
from proofs_check.interpretation import InterpretationError, interpret
from theory.algebra.definitions import Definition, define
from theory.algebra.expectation import Gaussian
from theory.algebra.expression import Expression, length, letter
from theory.algebra.grammar import Expect, Name, Node, Power, Vocabulary, elaborate, parse
from theory.algebra.words import Symbol

Array = Any
# Names that are lengths in every language.
_USUAL_LENGTHS = ("N", "M", "n", "d")
Relation = Literal["=", "<=", ">=", "<", ">"]
Truth = Literal["holds", "refuted", "undecided"]
# Bits of the balls in which roots are evaluated.
_PRECISION = 256


@dataclass(frozen=True)
class Language:
    """What the names of a statement mean.

    Args:
        letters: for each name its letter, an expression with the declared properties.
        law: for names that are random under E[...] their covariance, an expression.
        upto: for summation labels their length; N otherwise.
        stacked: letters that are given as one copy for each value of a summation index, with that index's length.
        lengths: names of lengths beside N, M, n and d, the lengths of sums and copies, and the sizes of letters.

    Raises:
        ValueError: where a letter has the name of a length.
    """

    letters: Mapping[str, Expression]
    law: Mapping[str, Expression] = field(default_factory=dict)
    upto: Mapping[str, str] = field(default_factory=dict)
    stacked: Mapping[str, str] = field(default_factory=dict)
    lengths: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        counted = {*self.lengths, *self.upto.values(), *self.stacked.values(), *self._sizes}
        clash = sorted(counted & set(self.letters))
        if clash:
            raise ValueError(f"{clash[0]} is a letter and a length at once; rename one of them")

    @property
    def _sizes(self) -> set[str]:
        sizes = {size for expression in self.letters.values() for size in expression.shape}
        return {size for size in sizes if isinstance(size, str)}

    @cached_property
    def length_names(self) -> tuple[str, ...]:
        """Every length: N, M, n and d unless a letter has that name, then the others by name."""
        others = {*self.lengths, *self.upto.values(), *self.stacked.values(), *self._sizes} - set(_USUAL_LENGTHS)
        return (*(name for name in _USUAL_LENGTHS if name not in self.letters), *sorted(others))

    def symbol(self, name: str) -> Symbol:
        """The letter of that name."""
        return letter(self.letters[name])

    def vocabulary(self, abbreviations: Mapping[str, Expression]) -> Vocabulary:
        """The engine's vocabulary."""
        names = {name: length(name) for name in self.length_names} | dict(self.letters) | dict(abbreviations)
        law = {self.letters[name]: Gaussian(covariance) for name, covariance in self.law.items()}
        return Vocabulary(names, law, self.upto)


@dataclass(frozen=True)
class Statement:
    """A formula with abbreviations, and how the left side of a claim relates to it.

    Args:
        right: the syntax tree.
        where: abbreviations (name, syntax tree), later ones may use earlier ones.
        relation: between the left side and this.
        text: the source of `right`, for messages.
        abbreviations: the sources of `where`.
    """

    right: Node
    where: tuple[tuple[str, Node], ...] = ()
    relation: Relation = "="
    text: str = field(default="", compare=False)
    abbreviations: tuple[tuple[str, str], ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, right: str, where: Mapping[str, str] | None = None, relation: Relation = "=") -> Statement:
        """Parse a statement; GrammarError for text that cannot be read."""
        texts = tuple((where or {}).items())
        return cls(parse(right), tuple((name, parse(text)) for name, text in texts), relation, right, texts)

    @cached_property
    def names(self) -> frozenset[str]:
        """All names that occur."""
        trees = [self.right, *(tree for _, tree in self.where)]
        return frozenset(name.name for tree in trees for name in names_in(tree))

    def elaborated(
        self, language: Language, known: Sequence[Definition] = ()
    ) -> tuple[Expression, tuple[Definition, ...]]:
        """The engine's meaning: the expression and the definitions of its abbreviations.

        An abbreviation with the value of a known definition shares its letter; one with another value never does, even
        under the same name, so that a wrong Gamma is not mistaken for the right one.
        """
        definitions: list[Definition] = []
        names: dict[str, Expression] = {}
        for name, tree in self.where:
            value = elaborate(tree, language.vocabulary(names), self.text)
            same = next((d for d in known if d.expression == value), None)
            definition = same or define(f"{name}_stated" if known else name, value)
            names[name] = definition.name
            definitions.append(definition)
        return elaborate(self.right, language.vocabulary(names), self.text), tuple(definitions)

    def value(self, instance: Instance, language: Language) -> Array:
        """The literal meaning at an instance, in exact arithmetic."""
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
        balls = self.has_roots or any(isinstance(entry, arb) for entry in left.flat)
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


def _copies(values: Mapping[str, Array], language: Language) -> dict[str, Callable[[int], Array]]:
    def copy(name: str) -> Callable[[int], Array]:
        return lambda i: values[name][i].reshape(-1, 1)

    return {name: copy(name) for name in language.stacked if name in values}


def exact_expectation(body: Node, values: Mapping[str, Array], lengths: Mapping[str, int], language: Language) -> Array:
    """E[body] at an instance by exact moments in coordinates."""
    covariances = {name: _covariance(name, values, lengths, language) for name in language.law}
    used = {name.name for name in names_in(body)}
    draws: dict[tuple[str, int], Any] = {}
    for name, covariance in covariances.items():
        if name in used:
            draws[name, 0] = covariance
        for label in {other.rpartition("_")[2] for other in used if other.rpartition("_")[0] == name}:
            count = lengths[language.upto.get(label, "N")]
            draws |= {(name, i + 1): covariance for i in range(count)}
    space = Coordinates(draws)
    constants = {name: space.constant(array) for name, array in values.items() if name in used}
    random = {name: space.vectors[name, 0] for name in covariances if (name, 0) in draws}

    def copy(name: str) -> Callable[[int], Array]:
        return lambda i: space.vectors[name, i + 1]

    copies = {name: copy(name) for name in covariances if (name, 1) in draws}
    try:
        result = interpret(
            body, {**constants, **random}, lengths=lengths, upto=language.upto, one=space.ring.one, copies=copies
        )
    except BasePolynomialError as error:
        raise InterpretationError(f"E of a quotient has no polynomial moment: {error}") from error
    return space.means(result)


def _covariance(name: str, values: Mapping[str, Array], lengths: Mapping[str, int], language: Language) -> Array:
    """The covariance of a random name at an instance: of a letter, the identity, or a scalar letter."""
    expression = language.law[name]
    if not expression.symbols:
        rows = lengths["d"] if expression.rows == "d" else 1
        return [[Fraction(int(i == j)) for j in range(rows)] for i in range(rows)]
    return values[letter(expression).name].tolist()


def names_in(node: Node) -> Iterator[Name]:
    """Yield every name of a tree."""
    if isinstance(node, Name):
        yield node
    for _, _, child in node.children():
        yield from names_in(child)


def uses_expectation(node: Node) -> bool:
    """Whether a tree contains E[...]."""
    return isinstance(node, Expect) or any(uses_expectation(child) for _, _, child in node.children())


def _has_roots(node: Node) -> bool:
    if isinstance(node, Power) and node.exponent.denominator != 1:
        return True
    return any(_has_roots(child) for _, _, child in node.children())


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
