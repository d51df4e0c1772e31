"""Sizes at which exact arithmetic settles an identity for every d and every length.

A trace polynomial of total degree k in its letters that vanishes on all matrices of one size d >= k vanishes for every
size: its monomials are pairings of 2k points, linearly independent as tensors exactly if d >= k. Where coefficients
depend on d, or on a length N, each needs more values than the degree. At entries drawn from m integers a polynomial of
degree D that is not zero vanishes with probability at most D/m (Schwartz and Zippel). Cayley and Hamilton's theorem for
3 x 3 matrices, of degree 4 as an open word, is what smaller sizes let through.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import numpy as np

from proofs_check.judge.instances import Instance, integer_value
from proofs_check.judge.language import Language
from theory.algebra.degrees import Degree, degree
from theory.algebra.grammar import Expect, GrammarError, Node, SumOver

if TYPE_CHECKING:
    from proofs_check.judge.claims import Claim
    from proofs_check.judge.quantities import Derived

# Entries are drawn from the integers of at most this size.
LARGEST_ENTRY = 10**6
# More instances, or larger matrices, than that are too costly.
_MOST_INSTANCES = 40
_LARGEST_SIZE = 8


@dataclass(frozen=True)
class Settled:
    """Instances that settle an identity for every size, if both sides agree at all of them.

    Attributes:
        lengths: what is settled.
        degree: of the identity in the entries that are drawn.
    """

    instances: Sequence[Instance]
    lengths: tuple[str, ...]
    degree: int

    @property
    def error(self) -> float:
        """The probability that a wrong identity passes."""
        return self.degree / (2 * LARGEST_ENTRY)


def settled_by(settled: Settled | None) -> str:
    """In words; empty where nothing is settled."""
    if settled is None:
        return ""
    lengths = " and ".join(settled.lengths) or "size"
    return f"these sizes settle every {lengths}, with error probability at most {settled.error:.0e}"


def _degree_of(claim: Claim, left: Derived | None) -> Degree | None:
    """The degree of the difference of both sides, where both are polynomials known to the engine; None elsewhere."""
    if left is None:
        return None
    derived, known = left
    try:
        stated, more = claim.statement.elaborated(claim.language, known)
        return degree(derived - stated, (*known, *more)) or degree(derived, known)
    except (GrammarError, ValueError):
        # What has no meaning for the engine is told where the statement is judged.
        return None


def degree_of_right(claim: Claim) -> int | None:
    """The size that settles every size, as far as the right side alone tells; None where it is no polynomial."""
    try:
        stated, more = claim.statement.elaborated(claim.language)
        found = degree(stated, more)
    except (GrammarError, ValueError):
        return None
    return None if found is None else max(found.sizes.values(), default=1)


def settling_instances(
    claim: Claim, derived: Callable[[], Derived | None], rng: np.random.Generator, largest: Mapping[str, int]
) -> Settled | None:
    """Integer instances at all sizes that the degree asks for, where that is affordable.

    Args:
        claim: an equation.
        derived: gives its left side by the engine.
        rng, largest: what is drawn from, and the lengths that instances have.
    """
    costly = any(_is_costly(tree) for tree in (claim.left.tree, claim.statement.right) if tree is not None)
    if costly or claim.plan.largest is not None or claim.plan.fixed:
        return None
    found = _degree_of(claim, derived())
    if found is None:
        return None
    wanted = {name: range(max(1, k), max(1, k) + found.lengths.get(name, 0) + 1) for name, k in found.sizes.items()}
    wanted |= {name: range(1, most + 2) for name, most in found.lengths.items() if name not in wanted}
    sizes = list(product(*wanted.values()))
    if len(sizes) > _MOST_INSTANCES or any(wanted[name][-1] > _LARGEST_SIZE for name in found.sizes):
        return None
    drawn = [
        _integers(claim, {**dict.fromkeys(largest, 1), **dict(zip(wanted, size, strict=True))}, rng) for size in sizes
    ]
    return Settled(drawn, tuple(wanted), 2 * found.total)


def is_cheap(claim: Claim) -> bool:
    """Whether both sides are formulas that no length makes costly, and no letter has that length as its size."""
    tree = claim.left.tree
    sizes = {size for value in claim.language.letters.values() for size in value.shape if isinstance(size, str)}
    sides = (tree, claim.statement.right, *(held for _, held in claim.statement.where))
    return tree is not None and sizes <= {"d"} and not any(side is not None and _is_costly(side) for side in sides)


def _is_costly(tree: Node) -> bool:
    """Whether a formula contains expectations or sums over the examples of a prompt."""
    return any(isinstance(part, Expect | SumOver) for part in tree.walk())


def _integers(claim: Claim, lengths: Mapping[str, int], rng: np.random.Generator) -> Instance:
    language: Language = claim.language
    values: dict[str, Any] = {
        name: integer_value(language.symbol(name), lengths, rng, language.stacked.get(name), LARGEST_ENTRY)
        for name in claim.plan.letters
    }
    return Instance(lengths, values)
