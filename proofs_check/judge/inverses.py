"""Inverses of sums in statements: the engine inverts letters, so each sum under a negative power gets a name."""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.judge.language import Language, labels_in, names_in
from theory.algebra.grammar import Expect, Name, Node, Power, Quotient, Sum, SumOver

_NAME = "sum{}"


def with_named_sums(tree: Node, language: Language, named: dict[Node, str]) -> Node:
    """The tree with every inverted sum of fixed letters replaced by a name.

    Sums of lengths alone are left, as the engine divides by them, and so are sums of random or summed letters, whose
    inverse no name can stand for.

    Args:
        tree: of a formula.
        language: what its names mean.
        named: the sums that have a name already, innermost first; new ones are added.
    """
    return _named(tree, language, named, frozenset())


def _named(node: Node, language: Language, named: dict[Node, str], bound: frozenset[str]) -> Node:
    if isinstance(node, SumOver):
        bound = bound | {node.label}
    if isinstance(node, Expect):
        bound = bound | set(language.law)
    for field, place, child in list(node.children()):
        node = node.with_child(field, place, _named(child, language, named, bound))
    if isinstance(node, Power) and node.exponent < 0 and _has_no_inverse(node.body, language, bound):
        return node.with_child("body", None, _name_of(node.body, language, named))
    if isinstance(node, Quotient) and _has_no_inverse(node.below, language, bound):
        return node.with_child("below", None, _name_of(node.below, language, named))
    return node


def _has_no_inverse(node: Node, language: Language, bound: frozenset[str]) -> bool:
    if not isinstance(node, Sum) or any(isinstance(part, Expect) for part in _parts(node)):
        return False
    names = {name.name for name in names_in(node)}
    free = not any(name in bound or name.rpartition("_")[2] in bound or _copied(name, bound) for name in names)
    return free and not names <= set(language.length_names)


def _copied(name: str, bound: frozenset[str]) -> bool:
    """Whether a name is a copy of a random letter, such as x_i of x."""
    return name.rpartition("_")[0] in bound


def _parts(node: Node) -> list[Node]:
    return [node, *(part for _, _, child in node.children() for part in _parts(child))]


def _name_of(body: Node, language: Language, named: dict[Node, str]) -> Name:
    if body not in named:
        taken = {*language.letters, *language.length_names, *named.values(), *(n.name for n in names_in(body))}
        taken |= set(labels_in(body))
        named[body] = next(name for k in range(1, len(taken) + 2) if (name := _NAME.format(k)) not in taken)
    return Name(named[body])


def where_named(named: Mapping[Node, str]) -> tuple[tuple[str, Node], ...]:
    """The names with their sums, as abbreviations in the order in which each uses earlier ones only."""
    return tuple((name, body) for body, name in named.items())
