"""Stacks written position by position: with a causal mask, or with softmax attention expanded in its logits.

The embedding at position j after a layer of linear attention is

    z_j + sum_i sum_heads P z_i s_ij,  s_ij = z_i' Q z_j / scale,

over the positions i that j attends to: under a causal mask i <= j, and the query, which stands last, attends to all.
Softmax attention has exp(s_ij) / sum_k exp(s_kj) in the place of s_ij, of which `softmax_parts` gives the terms.
Each is an expression with the free index j, whose sums run over indices of the engine.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import factorial

from theory.algebra.blocks import BlockMatrix, block_matrix
from theory.algebra.expression import Expression, indexed, length, number, sum_over, zero
from theory.models.forward import HeadBlocks, LayerBlocks, y
from theory.models.law import x, x_q


def positions_prediction(layers: Sequence[LayerBlocks], count: str) -> Expression:
    """The last entry of a stack's output at the query, in x_i, y_i and x_q, N named by `count`."""
    return _embedding(layers, None, count).blocks[1][0]


@dataclass(frozen=True)
class _Seen:
    """What one position attends to: every example up to it or all, and perhaps the query.

    Attributes:
        label: the index of the examples.
        example, query: the embedding of an example, with that index, and of the query; None where it is not seen.
        count: the length to which the index runs; at_most: the index that it stays below or at, if any.
    """

    label: str
    example: BlockMatrix
    query: BlockMatrix | None
    count: str
    at_most: str | None

    def sum(self, term: Callable[[BlockMatrix], BlockMatrix]) -> BlockMatrix:
        """The sum of a function of the embeddings over the positions."""
        blocks = term(self.example).blocks
        summed = [[sum_over(self.label, self.count, b, at_most=self.at_most) for b in row] for row in blocks]
        total = block_matrix(summed)
        return total if self.query is None else total + term(self.query)

    def mean(self, term: Callable[[BlockMatrix], Expression]) -> Expression:
        """The mean of a number; of unordered positions only, whose number is a length or one more."""
        total = self.sum(lambda z: block_matrix([[term(z)]])).blocks[0][0]
        return total / self.size

    @property
    def size(self) -> Expression:
        """How many positions there are."""
        return length(self.count) if self.query is None else length(self.count) + 1


def _embedding(layers: Sequence[LayerBlocks], label: str | None, count: str) -> BlockMatrix:
    """The embedding after the layers at the position `label`, or at the query for None: a column of two blocks."""
    if not layers:
        return block_matrix([[x_q], [zero(1, 1)]] if label is None else [[indexed(x, label)], [indexed(y, label)]])
    *earlier, layer = layers
    here = _embedding(earlier, label, count)
    # The positions of an outer layer have other names than those of the layers inside.
    name = f"p{len(layers)}"
    sees_query = layer.mask == "none" or (layer.mask == "causal" and label is None)
    seen = _Seen(
        name,
        _embedding(earlier, name, count),
        _embedding(earlier, None, count) if sees_query else None,
        count,
        label if layer.mask == "causal" else None,
    )
    result = here
    for head in layer.heads:
        result = result + _attended(head, layer, seen, here)
    return result


def _attended(head: HeadBlocks, layer: LayerBlocks, seen: _Seen, here: BlockMatrix) -> BlockMatrix:
    """The sum of P z over the positions seen, each with its weight."""

    def score(z: BlockMatrix) -> Expression:
        return (z.T @ head.Q @ here).blocks[0][0] / layer.scale

    if layer.order is None:
        return seen.sum(lambda z: (head.P @ z) * score(z))
    means = [seen.mean(lambda z, k=k: score(z) ** k) for k in range(1, layer.order + 1)]  # type: ignore[misc]

    def weight(z: BlockMatrix) -> Expression:
        total = zero(1, 1)
        for part in softmax_parts(score(z), means):
            total = total + part
        return total / seen.size

    return seen.sum(lambda z: (head.P @ z) * weight(z))


def softmax_parts(score: Expression, means: Sequence[Expression]) -> list[Expression]:
    """The terms of exp(s_i) / mean exp(s) of degree 0, 1, ... in the logits: 1, s_i - mean s, ...

    With p_k for the term of degree k, exp(s_i) = (sum_k p_k) mean exp(s) says degree by degree that
    p_k = s_i^k / k! - sum_{j=1}^k p_{k-j} mean(s^j) / j!.

    Args:
        score: s_i.
        means: mean(s), mean(s^2), ..., as many as the order.
    """
    parts = [number(1)]
    for k in range(1, len(means) + 1):
        part = score**k * Fraction(1, factorial(k))
        for j in range(1, k + 1):
            part = part - parts[k - j] * means[j - 1] * Fraction(1, factorial(j))
        parts.append(part)
    return parts
