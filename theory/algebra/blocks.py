"""Block matrices of expressions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from theory.algebra.expression import Expression


@dataclass(frozen=True)
class BlockMatrix:
    """A matrix of blocks; block rows share their number of rows, block columns their number of columns."""

    blocks: tuple[tuple[Expression, ...], ...]

    def __post_init__(self) -> None:
        heights = [{block.rows for block in row} for row in self.blocks]
        widths = [{block.cols for block in column} for column in zip(*self.blocks, strict=True)]
        if any(len(sizes) != 1 for sizes in heights + widths):
            shapes = [[block.shape for block in row] for row in self.blocks]
            raise ValueError(f"blocks do not fit together: {shapes}")

    @property
    def T(self) -> BlockMatrix:
        """The transpose."""
        return block_matrix([[block.T for block in column] for column in zip(*self.blocks, strict=True)])

    def __add__(self, other: BlockMatrix) -> BlockMatrix:
        pairs = zip(self.blocks, other.blocks, strict=True)
        return block_matrix([[a + b for a, b in zip(row, more, strict=True)] for row, more in pairs])

    def __mul__(self, factor: Expression) -> BlockMatrix:
        return block_matrix([[block * factor for block in row] for row in self.blocks])

    def __truediv__(self, divisor: Expression) -> BlockMatrix:
        return self * divisor.reciprocal()

    def __matmul__(self, other: BlockMatrix) -> BlockMatrix:
        columns = list(zip(*other.blocks, strict=True))
        return block_matrix([[_dot(row, column) for column in columns] for row in self.blocks])

    def trace(self) -> Expression:
        """The sum of the traces of the diagonal blocks."""
        total = self.blocks[0][0].trace()
        for i in range(1, len(self.blocks)):
            total = total + self.blocks[i][i].trace()
        return total.as_computed()


def _dot(row: Sequence[Expression], column: Sequence[Expression]) -> Expression:
    total = row[0] @ column[0]
    for a, b in zip(row[1:], column[1:], strict=True):
        total = total + a @ b
    return total.as_computed()


def block_matrix(rows: Sequence[Sequence[Expression]]) -> BlockMatrix:
    """Return the block matrix with these rows of blocks; ValueError if their shapes do not fit."""
    return BlockMatrix(tuple(tuple(row) for row in rows))
