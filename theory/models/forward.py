"""The prediction of a network on a prompt, multiplied out from its blocks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from theory.algebra.blocks import BlockMatrix, block_matrix
from theory.algebra.columns import in_columns
from theory.algebra.expression import Expression, identity, length, letter, matrix, scalar_letter, vector, zero
from theory.models.law import PromptLaw, eps, eps_x, x, x_q
from theory.models.network import SHAPES

y = scalar_letter("y")


@dataclass(frozen=True)
class HeadBlocks:
    """P and Q of one head as block matrices of expressions."""

    P: BlockMatrix
    Q: BlockMatrix


@dataclass(frozen=True)
class LayerBlocks:
    """The heads of a layer, its mask, what its scores are divided by, and for softmax the order of its expansion."""

    heads: tuple[HeadBlocks, ...]
    mask: str
    scale: Expression
    order: int | None = None


def head_blocks(values: Mapping[str, Expression]) -> HeadBlocks:
    """Return P = [[P11, p12], [u12', u]] and Q = [[U11, k12], [u21', k22]]; a block that is not given is zero."""
    b = {name: values.get(name, zero(*shape)) for name, shape in SHAPES.items()}
    P = block_matrix([[b["P11"], b["p12"]], [b["u12"].T, b["u"]]])
    Q = block_matrix([[b["U11"], b["k12"]], [b["u21"].T, b["k22"]]])
    return HeadBlocks(P, Q)


def embedding(count: str) -> BlockMatrix:
    """Z = [[x_1 ... x_N, x_q], [y_1 ... y_N, 0]], shape (d + 1) x (N + 1), N named by `count`."""
    return block_matrix([[matrix("X", "d", count), x_q], [vector("y", count).T, zero(1, 1)]])


def attention_prediction(layers: tuple[LayerBlocks, ...], count: str) -> Expression:
    """The last entry of the last layer's output, in X (d x N), y (N) and x_q, N named by `count`."""
    Z = embedding(count)
    visible = block_matrix([[identity(count), zero(count, 1)], [zero(1, count), zero(1, 1)]])
    for layer in layers[:-1]:
        update = _update(layer, Z, _gram(layer, Z, visible))
        Z = Z + update
    gram = _gram(layers[-1], Z, visible)
    # Only the last entry of the last layer is multiplied out.
    query = block_matrix([[Z.blocks[0][1]], [Z.blocks[1][1]]])
    prediction = Z.blocks[1][1]
    for head in layers[-1].heads:
        last_row = block_matrix([head.P.blocks[1]])
        prediction = prediction + (last_row @ gram @ (head.Q @ query)).blocks[0][0] / layers[-1].scale
    return prediction


def _gram(layer: LayerBlocks, Z: BlockMatrix, visible: BlockMatrix) -> BlockMatrix:
    return Z @ visible @ Z.T if layer.mask == "query" else Z @ Z.T


def _update(layer: LayerBlocks, Z: BlockMatrix, gram: BlockMatrix) -> BlockMatrix:
    total: BlockMatrix | None = None
    for head in layer.heads:
        term = (head.P @ gram @ head.Q @ Z) / layer.scale
        total = term if total is None else total + term
    assert total is not None
    return total


def step_prediction(start: Expression, step: Expression, count: str) -> Expression:
    """<beta - G (1/N) sum_i x_i (<beta, x_i> - y_i), x_q>, in X, y and x_q."""
    X, labels = matrix("X", "d", count), vector("y", count)
    gradient = X @ (X.T @ start - labels) / length(count)
    return (start - step @ gradient).T @ x_q


def as_sums(prediction: Expression, count: str) -> Expression:
    """The prediction as sums over the examples, in x, y and x_q."""
    columns = {letter(matrix("X", "d", count)): x, letter(vector("y", count)): y}
    return in_columns(prediction, columns, count)


def with_labels(prediction: Expression, law: PromptLaw) -> Expression:
    """The prediction with the law's labels put in, in x, w, the noise and x_q."""
    return prediction.substitute({letter(y): law.noisy_label()}, [x, eps, eps_x])
