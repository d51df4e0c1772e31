"""Stacks with a causal mask: position j attends to the positions i <= j, and the query, which stands last, to all.

The embedding at a position after a layer is

    z_j + sum_{i <= j} sum_heads P z_i (z_i' Q z_j) / scale,

an expression with the free index j, whose sums run over ordered indices of the engine.
"""

from __future__ import annotations

from collections.abc import Sequence

from theory.algebra.blocks import BlockMatrix, block_matrix
from theory.algebra.expression import Expression, indexed, sum_over, zero
from theory.models.forward import LayerBlocks, y
from theory.models.law import x, x_q


def causal_prediction(layers: Sequence[LayerBlocks], count: str) -> Expression:
    """The last entry of a causal stack's output at the query, in x_i, y_i and x_q, N named by `count`."""
    return _embedding(layers, None, count).blocks[1][0]


def _embedding(layers: Sequence[LayerBlocks], label: str | None, count: str) -> BlockMatrix:
    """The embedding after the layers at the position `label`, or at the query for None: a column of two blocks."""
    if not layers:
        return block_matrix([[x_q], [zero(1, 1)]] if label is None else [[indexed(x, label)], [indexed(y, label)]])
    *earlier, layer = layers
    # The positions of an outer layer have other names than those of the layers inside.
    seen = f"p{len(layers)}"
    here = _embedding(earlier, label, count)
    update = _attended(layer, _embedding(earlier, seen, count), here)
    summed = block_matrix([[sum_over(seen, count, block, at_most=label) for block in row] for row in update.blocks])
    result = here + summed
    return result + _attended(layer, here, here) if label is None else result


def _attended(layer: LayerBlocks, seen: BlockMatrix, here: BlockMatrix) -> BlockMatrix:
    """sum_heads P z (z' Q z_here) / scale for the embedding z of one position."""
    total: BlockMatrix | None = None
    for head in layer.heads:
        score = (seen.T @ head.Q @ here).blocks[0][0]
        update = (head.P @ seen) * (score / layer.scale)
        total = update if total is None else total + update
    assert total is not None
    return total
