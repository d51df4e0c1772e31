"""Layers written more briefly: heads that add to the labels only are merged, and long blocks become one letter.

A head of linear attention with P = u e e' and Q adds the same as one with P = e e' and u Q, so that all heads of this
kind are one head whose Q is the sum. A block that is a sum of terms is replaced by a letter of its own while
expectations are taken, and put back afterwards: the expectation of a polynomial does not depend on what its
deterministic letters stand for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from theory.algebra.blocks import BlockMatrix, block_matrix
from theory.algebra.expression import Expression, letter, number, symbol_expression
from theory.algebra.words import Symbol
from theory.models.forward import HeadBlocks, LayerBlocks


@dataclass(frozen=True)
class BriefLayers:
    """Layers in fewer terms, and what the letters in them stand for."""

    layers: tuple[LayerBlocks, ...]
    stand_ins: dict[Symbol, Expression]


def brief(layers: Sequence[LayerBlocks]) -> BriefLayers:
    """Merge heads where they can be merged and give every block that is a sum a letter."""
    names: dict[Expression, Expression] = {}
    shorter = []
    for layer in layers:
        merged = _merged_heads(layer.heads) if layer.order is None else layer.heads
        heads = tuple(HeadBlocks(_named(head.P, names), _named(head.Q, names)) for head in merged)
        shorter.append(replace(layer, heads=heads))
    return BriefLayers(tuple(shorter), {letter(name): value for value, name in names.items()})


def _merged_heads(heads: Sequence[HeadBlocks]) -> list[HeadBlocks]:
    kept: list[HeadBlocks] = []
    merged: BlockMatrix | None = None
    corner: BlockMatrix | None = None
    for head in heads:
        ((top_left, top_right), (bottom_left, u)) = head.P.blocks
        if top_left or top_right or bottom_left:
            kept.append(head)
            continue
        term = head.Q * u
        merged = term if merged is None else merged + term
        corner = block_matrix([[top_left, top_right], [bottom_left, number(1)]])
    if merged is not None and corner is not None:
        kept.append(HeadBlocks(corner, merged))
    return kept


def _named(matrix: BlockMatrix, names: dict[Expression, Expression]) -> BlockMatrix:
    def name(block: Expression) -> Expression:
        if len(block.terms) < 2:
            return block
        if block not in names:
            names[block] = symbol_expression(Symbol(f"block_at{len(names)}", block.rows, block.cols))
        return names[block]

    return block_matrix([[name(block) for block in row] for row in matrix.blocks])
