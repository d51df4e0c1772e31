"""Block matrices multiply like matrices."""

from __future__ import annotations

import pytest

from theory.algebra.blocks import block_matrix
from theory.algebra.expression import matrix, scalar_letter, vector

A, B = matrix("A"), matrix("B")
v, w, u, s = vector("v"), vector("w"), scalar_letter("u"), scalar_letter("s")
P = block_matrix([[A, v], [w.T, u]])
Q = block_matrix([[B, w], [v.T, s]])


def test_product_of_blocks() -> None:
    """Rows times columns, block by block."""
    expected = block_matrix([[A @ B + v @ v.T, A @ w + v * s], [w.T @ B + u * v.T, w.T @ w + u * s]])
    assert expected == P @ Q


def test_transpose_reverses_products() -> None:
    """(PQ)' = Q'P'."""
    assert (P @ Q).T == Q.T @ P.T


def test_trace_is_cyclic() -> None:
    """tr(PQ) = tr(QP), though the blocks differ."""
    assert (P @ Q).trace() == (Q @ P).trace()
    assert P @ Q != Q @ P


def test_blocks_must_fit() -> None:
    """A row of blocks of different heights is refused."""
    with pytest.raises(ValueError, match="blocks do not fit together"):
        block_matrix([[A, u]])
