"""Mutants of a statement: the statement with one symbol wrong, made from its own syntax tree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction

from proofs_check.judge.language import Language
from proofs_check.judge.statements import Statement
from theory.algebra.grammar import (
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


@dataclass(frozen=True)
class Mutant:
    """A statement with one change."""

    change: str
    statement: Statement


def mutants(statement: Statement, language: Language) -> list[Mutant]:
    """Return every single-symbol mutant of the right side and of the abbreviations, each once.

    Changed: numbers, exponents, signs; dropped: factors, terms, transposes, divisors; added: transposes; exchanged:
    neighbouring factors, letters of one shape, lengths (N for M, N + 1 for N); tr(AB) for tr(A) tr(B); i <= j for i < j
    and the other way round, and comparisons of indices dropped.
    """
    found: dict[Statement, Mutant] = {}
    for place, tree in ((None, statement.right), *enumerate(tree for _, tree in statement.where)):
        where = "" if place is None else f" in {statement.where[place][0]}"
        names = _names_in_scope(statement, language, place)
        for change, changed in _rewritten(tree, language, names):
            mutant = statement.replaced(place, changed)
            if mutant != statement:
                found.setdefault(mutant, Mutant(change + where, mutant))
    for factor in (Fraction(2), Fraction(101, 100)):
        scaled = Quotient(Product((Number(factor.numerator), statement.right)), Number(factor.denominator))
        mutant = statement.replaced(None, scaled)
        found.setdefault(mutant, Mutant(f"right side times {factor}", mutant))
    if statement.relation in ("<=", "<"):
        lower = Quotient(Product((Number(100), statement.right)), Number(101))
        mutant = statement.replaced(None, lower)
        found.setdefault(mutant, Mutant("right side divided by 101/100", mutant))
    negative = statement.replaced(None, Negative(statement.right))
    found.setdefault(negative, Mutant("right side negated", negative))
    return list(found.values())


def _names_in_scope(statement: Statement, language: Language, place: int | None) -> dict[str, tuple[object, ...]]:
    """Matrix names with their shape, for exchanges."""
    shapes: dict[str, tuple[object, ...]] = {
        name: language.letters[name].shape for name in sorted(statement.names & set(language.letters))
    }
    if place is None:
        shapes |= {name: ("d", "d") for name, _ in statement.where}
    return shapes


def _rewritten(node: Node, language: Language, names: dict[str, tuple[object, ...]]) -> Iterator[tuple[str, Node]]:
    """Yield (change, tree) for every rewriting of the node itself or of one below it."""
    yield from _local(node, language, names)
    for name, place, child in node.children():
        for change, changed in _rewritten(child, language, names):
            yield change, node.with_child(name, place, changed)


def _local(node: Node, language: Language, names: dict[str, tuple[object, ...]]) -> Iterator[tuple[str, Node]]:
    match node:
        case Number(value):
            for changed in {value + 1, 2 * value, value - 1} - {value, 0}:
                yield f"{value} -> {changed}", Number(changed)
        case Power(body, exponent):
            for power in (exponent + 1, exponent - 1, -exponent):
                if power == 1:
                    yield f"exponent {exponent} dropped", body
                elif power:
                    yield f"exponent {exponent} -> {power}", Power(body, power)
        case Name(name) if name in language.length_names:
            for other in language.length_names:
                if other != name and other != "n":
                    yield f"{name} -> {other}", Name(other)
            yield f"{name} -> {name} + 1", Sum((Name(name), Number(1)))
        case Name(name):
            symmetric = name in language.letters and language.symbol(name).symmetric
            shape = names.get(name)
            if shape is not None and shape[0] == shape[1] != 1 and not symmetric:
                yield f"{name} -> {name}'", Transpose(node)
            for other, held in names.items():
                if other != name and held == shape:
                    yield f"{name} -> {other}", Name(other)
            if shape is not None and shape[0] == shape[1] != 1:
                yield f"{name} -> I", Name("I")
        case Transpose(body):
            yield "transpose dropped", body
        case Product(factors):
            for i in range(len(factors)):
                rest = factors[:i] + factors[i + 1 :]
                yield f"factor {i + 1} dropped", _product(rest)
            for i in range(len(factors) - 1):
                swapped = (*factors[:i], factors[i + 1], factors[i], *factors[i + 2 :])
                yield f"factors {i + 1} and {i + 2} exchanged", Product(swapped)
        case Quotient(above, below):
            yield "divisor dropped", above
            yield "multiplied in place of divided", Product((above, below))
        case Sum(terms):
            for i, term in enumerate(terms):
                rest = terms[:i] + terms[i + 1 :]
                yield f"term {i + 1} dropped", rest[0] if len(rest) == 1 else Sum(rest)
                flipped = term.body if isinstance(term, Negative) else Negative(term)
                yield f"sign of term {i + 1}", Sum((*terms[:i], flipped, *terms[i + 1 :]))
        case Negative(body):
            yield "sign dropped", body
        case Trace(Product(factors)) if len(factors) > 1:
            yield "tr(AB) -> tr(A) tr(B)", Product((Trace(factors[0]), Trace(_product(factors[1:]))))
        case SumOver(label, body, limits):
            for k, (relation, other) in enumerate(limits):
                opposite = relation[0] if relation.endswith("=") else f"{relation}="
                before, after = limits[:k], limits[k + 1 :]
                yield (
                    f"{label} {relation} {other} -> {label} {opposite} {other}",
                    SumOver(label, body, (*before, (opposite, other), *after)),
                )
                yield f"{label} {relation} {other} dropped", SumOver(label, body, (*before, *after))
        case _:
            return


def _product(factors: Sequence[Node]) -> Node:
    return factors[0] if len(factors) == 1 else Product(tuple(factors))
