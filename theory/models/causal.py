"""Stacks with a causal mask: sums over ordered positions, and their expectations.

Under a causal mask position j attends to positions i <= j, so a layer's output at j is a sum over chains of positions.
A term is an expression with free indices and an order, pairs (i, j) with i <= j. Its expectation depends only on which
of its positions coincide, since examples are i.i.d.: the sum over all positions is the sum over the partitions of the
indices, each times the number of ways to place its blocks at distinct positions in the order, which is the number of
linear extensions of the order on the blocks times binomial(N, blocks).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import count
from math import factorial

from theory.algebra.blocks import BlockMatrix, block_matrix
from theory.algebra.coefficients import Coefficient
from theory.algebra.expression import (
    Expression,
    TermSum,
    indexed,
    letter,
    relabelled,
    symbol_expression,
    zero,
)
from theory.algebra.words import Symbol
from theory.models.forward import LayerBlocks, y
from theory.models.law import PromptLaw, eps, x, x_q
from theory.models.letters import ModelError

# Partitions grow like Bell numbers; with more positions in one term the work does not end.
_MOST_POSITIONS = 8

Order = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class OrderedTerm:
    """An expression with free indices, to be summed over all positions that satisfy the order.

    Args:
        labels: the free indices.
        order: pairs (i, j): i <= j.
        value: a block column (d, 1) for an embedding, or a 1 x 1 block.
    """

    labels: tuple[str, ...]
    order: Order
    value: BlockMatrix


class _Positions:
    """The embedding at a position after so many layers, with new names for the positions that are summed over."""

    def __init__(self, layers: Sequence[LayerBlocks]):
        self.layers = layers
        self.fresh = (f"p{number}" for number in count())

    def at(self, depth: int, label: str | None) -> list[OrderedTerm]:
        """The embedding after `depth` layers at the position `label`, or at the query for None."""
        if depth == 0:
            column = [[x_q], [zero(1, 1)]] if label is None else [[indexed(x, label)], [indexed(y, label)]]
            return [OrderedTerm((), (), block_matrix(column))]
        layer = self.layers[depth - 1]
        terms = self.at(depth - 1, label)
        seen = next(self.fresh)
        order = () if label is None else ((seen, label),)
        terms = terms + self._attended(layer, depth - 1, label, seen, (seen,), order)
        if label is None:
            terms = terms + self._attended(layer, depth - 1, None, None, (), ())
        return [term for term in terms if any(block for row in term.value.blocks for block in row)]

    def _attended(
        self, layer: LayerBlocks, depth: int, label: str | None, seen: str | None, labels: tuple[str, ...], order: Order
    ) -> list[OrderedTerm]:
        """Sum over heads of P z_i (z_i' Q z_j) / scale with i = seen and j = label."""
        found = []
        for value in self.at(depth, seen):
            for key in self.at(depth, seen):
                for query in self.at(depth, label):
                    total: BlockMatrix | None = None
                    for head in layer.heads:
                        score = (key.value.T @ head.Q @ query.value).blocks[0][0]
                        update = (head.P @ value.value) * (score / layer.scale)
                        total = update if total is None else total + update
                    assert total is not None
                    found.append(
                        OrderedTerm(
                            labels + value.labels + key.labels + query.labels,
                            order + value.order + key.order + query.order,
                            total,
                        )
                    )
        return found


def causal_prediction(layers: Sequence[LayerBlocks]) -> list[OrderedTerm]:
    """The last entry of a causal stack's output at the query, as ordered terms in x, y and x_q."""
    terms = _Positions(layers).at(len(layers), None)
    last = [OrderedTerm(t.labels, t.order, block_matrix([[t.value.blocks[1][0]]])) for t in terms]
    return [term for term in last if term.value.blocks[0][0]]


def mean_square(prediction: Sequence[OrderedTerm], law: PromptLaw) -> Expression:
    """E (prediction - y_q)^2.

    Raises:
        ModelError: for terms with so many positions that their partitions cannot be enumerated.
    """
    target = OrderedTerm((), (), block_matrix([[-law.target()]]))
    error = [target, *(_with_labels(term, law) for term in prediction)]
    by_size: dict[int, Expression] = {}
    for number, left in enumerate(error):
        for right in error[number:]:
            weight = 1 if right is left else 2
            other = _renamed(right, {label: f"{label}r" for label in right.labels})
            labels = left.labels + other.labels
            if len(labels) > _MOST_POSITIONS:
                raise ModelError(
                    f"the squared error has terms with {len(labels)} positions in order, at most {_MOST_POSITIONS} are "
                    "summed over; take fewer layers or sparser weights"
                )
            product = left.value.blocks[0][0] * other.value.blocks[0][0] * weight
            for blocks in partitions(labels):
                ways = placements(blocks, left.order + other.order, law.prompt.length)
                if ways:
                    at_places = merged(product, blocks) * ways
                    by_size[len(blocks)] = by_size.get(len(blocks), zero()) + at_places
    total = zero()
    for size, expression in by_size.items():
        copies = {original: [_copy(original, k) for k in range(size)] for original in (x, eps)}
        total = total + law.average(expression, copies)
    return total


def _with_labels(term: OrderedTerm, law: PromptLaw) -> OrderedTerm:
    value = term.value.blocks[0][0].substitute({letter(y): law.noisy_label()}, [x, eps])
    return OrderedTerm(term.labels, term.order, block_matrix([[value]]))


def _renamed(term: OrderedTerm, names: dict[str, str]) -> OrderedTerm:
    def rename(symbol: Symbol) -> Symbol:
        renamed = (i._replace(label=names[str(i.label)]) if i.label in names else i for i in symbol.indices)
        return symbol.with_indices(tuple(renamed))

    value = _relabelled(term.value.blocks[0][0], rename)
    order = tuple((names.get(i, i), names.get(j, j)) for i, j in term.order)
    return OrderedTerm(tuple(names[label] for label in term.labels), order, block_matrix([[value]]))


def _relabelled(expression: Expression, rename: Callable[[Symbol], Symbol]) -> Expression:
    total = TermSum(expression.rows, expression.cols)
    for monomial, coefficient in expression.terms.items():
        total.add(relabelled(monomial, rename), coefficient)
    return total.expression()


def _copy(original: Expression, number: int) -> Expression:
    """The letter of an example's covariate or noise at the block of that number."""
    symbol = letter(original)
    return symbol_expression(Symbol(f"{symbol.name}_at{number}", symbol.rows, symbol.cols))


def merged(product: Expression, blocks: Sequence[Sequence[str]]) -> Expression:
    """The product with a letter of its own for every block of positions: x_at0, x_at1, ..."""
    block_of = {label: number for number, block in enumerate(blocks) for label in block}

    def rename(symbol: Symbol) -> Symbol:
        if not symbol.indices:
            return symbol
        (index,) = symbol.indices
        return letter(_copy(symbol_expression(symbol.plain), block_of[str(index.label)]))

    return _relabelled(product, rename)


def partitions(labels: Sequence[str]) -> Iterator[list[list[str]]]:
    """Every partition of the labels into blocks."""
    if not labels:
        yield []
        return
    first, *others = labels
    for rest in partitions(others):
        yield [[first], *rest]
        for place in range(len(rest)):
            yield [*rest[:place], [first, *rest[place]], *rest[place + 1 :]]


def placements(blocks: Sequence[Sequence[str]], order: Order, upto: str) -> Coefficient:
    """In how many ways the blocks stand at distinct positions 1, ..., N in the order: a polynomial in N."""
    block_of = {label: number for number, block in enumerate(blocks) for label in block}
    below: list[set[int]] = [set() for _ in blocks]
    for low, high in order:
        if block_of[low] != block_of[high]:
            below[block_of[high]].add(block_of[low])
    ways = Coefficient.number(
        Fraction(_linear_extensions(below, frozenset(range(len(blocks)))), factorial(len(blocks)))
    )
    for k in range(len(blocks)):
        ways = ways * (Coefficient.length(upto) - Coefficient.number(k))
    return ways


def _linear_extensions(below: Sequence[set[int]], left: frozenset[int]) -> int:
    """How many orders of the blocks in `left` have each block after those below it; 0 if the order is a cycle."""
    if not left:
        return 1
    return sum(_linear_extensions(below, left - {block}) for block in left if not below[block] & left)
