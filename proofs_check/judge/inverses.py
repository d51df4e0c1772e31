"""Inverses of sums in statements: the engine inverts letters, so each sum under a negative power gets a name."""

from __future__ import annotations

from collections.abc import Collection

from proofs_check.judge.language import Language, names_in
from theory.algebra.grammar import Expect, Name, Node, Power, Quotient, Sum, SumOver

_NAME = "sum{}"


def with_named_sums(
    tree: Node,
    language: Language,
    named: dict[Node, str],
    taken: Collection[str],
    bound: frozenset[str] = frozenset(),
) -> Node:
    """The tree with every inverted sum of fixed letters replaced by a name.

    Sums of lengths alone are left, as the engine divides by them, and so are sums of random or summed letters, whose
    inverse no name can stand for.

    Args:
        tree: of a formula.
        language: what its names mean.
        named: the sums that have a name already, innermost first; new ones are added.
        taken: names that have a meaning in the whole statement.
        bound: labels and random letters of the sums and expectations around the tree.
    """
    if isinstance(tree, SumOver):
        bound = bound | {tree.label}
    if isinstance(tree, Expect):
        bound = bound | set(language.law)
    for field, place, child in list(tree.children()):
        tree = tree.with_child(field, place, with_named_sums(child, language, named, taken, bound))
    if isinstance(tree, Power) and tree.exponent < 0 and _wants_a_name(tree.body, language, bound):
        return tree.with_child("body", None, _name_of(tree.body, named, taken))
    if isinstance(tree, Quotient) and _wants_a_name(tree.below, language, bound):
        return tree.with_child("below", None, _name_of(tree.below, named, taken))
    return tree


def _wants_a_name(node: Node, language: Language, bound: frozenset[str]) -> bool:
    if not isinstance(node, Sum) or any(isinstance(part, Expect) for part in node.walk()):
        return False
    names = {used.name for used in names_in(node)}
    # x_i is a copy of x and carries the label i.
    parts = {part for name in names for part in (name, *name.rpartition("_"))}
    return bound.isdisjoint(parts) and not names <= set(language.length_names)


def _name_of(body: Node, named: dict[Node, str], taken: Collection[str]) -> Name:
    if body not in named:
        held = {*taken, *named.values()}
        named[body] = next(name for k in range(1, len(held) + 2) if (name := _NAME.format(k)) not in held)
    return Name(named[body])
