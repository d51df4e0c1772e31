"""The layers of a model run on prompts, and the gradient of their error by hand-written reverse mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from numerics.models.formula_values import Values, formula_value, pull_back, times
from numerics.models.prompts import Batch
from numerics.problem import FloatArray
from theory.algebra.grammar import parse
from theory.models.model import Model
from theory.models.network import SHAPES, GradientStep, SoftmaxAttention

# Where each block stands in P or Q: the matrix, whether it is transposed there, its rows and columns.
_PLACES = {
    "P11": ("P", False, np.s_[:-1, :-1]),
    "p12": ("P", False, np.s_[:-1, -1:]),
    "u12": ("P", True, np.s_[-1:, :-1]),
    "u": ("P", False, np.s_[-1:, -1:]),
    "U11": ("Q", False, np.s_[:-1, :-1]),
    "k12": ("Q", False, np.s_[:-1, -1:]),
    "u21": ("Q", True, np.s_[-1:, :-1]),
    "k22": ("Q", False, np.s_[-1:, -1:]),
}

# In the place of an order: softmax itself.
UNEXPANDED = 0


@dataclass(frozen=True)
class NumericLayer:
    """A layer's heads (P, Q), its mask, what its scores are divided by, and for softmax the order of its expansion."""

    heads: Sequence[tuple[FloatArray, FloatArray]]
    mask: str
    scale: float
    order: int | None = None


def numeric_layers(model: Model, values: Values, d: int, length: str) -> list[NumericLayer]:
    """Return the layers of an attention model with their blocks as arrays."""
    assert model.blocks is not None
    layers = []
    for layer in model.blocks.layers:
        heads = []
        for head in layer.heads:
            matrices = {"P": np.zeros((d + 1, d + 1)), "Q": np.zeros((d + 1, d + 1))}
            for block, text in head.blocks.items():
                which, transposed, place = _PLACES[block]
                if text.strip() != "0":
                    value = _shaped(block, formula_value(text, values, d), d)
                    matrices[which][place] = value.T if transposed else value
            heads.append((matrices["P"], matrices["Q"]))
        order = layer.kind.order if isinstance(layer.kind, SoftmaxAttention) else None
        scale = formula_value(layer.kind.scale or (length if order is None else "1"), values, d)[0, 0]
        layers.append(NumericLayer(heads, layer.kind.mask, float(scale), order))
    return layers


def _shaped(block: str, value: FloatArray, d: int) -> FloatArray:
    shape = tuple(d if size == "d" else int(size) for size in SHAPES[block])
    if value.shape != shape:
        raise ValueError(f"the block {block} must have shape {shape[0]} x {shape[1]}, got {value.shape}")
    return value


def _seen(mask: str, size: int) -> FloatArray | None:
    """Which position (row) each position (column) attends to; None is all."""
    if mask == "none":
        return None
    seen = np.ones((size, size))
    if mask == "query":
        seen[-1] = 0.0
    else:
        seen = np.triu(seen)
    return seen


def _attention(layer: NumericLayer, scores: FloatArray, seen: FloatArray | None) -> FloatArray:
    """The weight with which each position (columns) attends to each position (rows), from z_i' Q z_j."""
    logits: FloatArray = scores / layer.scale
    if layer.order is None:
        return logits if seen is None else logits * seen
    seen = np.ones(logits.shape[-2:]) if seen is None else seen
    if layer.order == UNEXPANDED:
        powers = np.exp(logits - np.max(logits, axis=-2, keepdims=True)) * seen
        exact: FloatArray = powers / np.sum(powers, axis=-2, keepdims=True)
        return exact
    total: FloatArray = np.sum(_softmax_parts(logits, seen, layer.order), axis=0)
    return total


def _softmax_parts(logits: FloatArray, seen: FloatArray, order: int) -> list[FloatArray]:
    """The terms of softmax of degree 0, 1, ..., order in the logits.

    By t d/dt softmax(t s)_i = t softmax_i (s_i - sum_k softmax_k s_k), whose terms of degree k in t are
    k a_k = a_{k-1} s_i - sum_{j<k} a_j <a_{k-1-j}, s>.
    """
    parts = [np.broadcast_to(seen / np.sum(seen, axis=-2, keepdims=True), logits.shape)]
    means: list[FloatArray] = []
    for k in range(1, order + 1):
        means.append(np.sum(parts[-1] * logits, axis=-2, keepdims=True))
        change = parts[-1] * logits
        for j in range(k):
            change = change - parts[j] * means[k - 1 - j]
        parts.append(change / k)
    return parts


def predictions(model: Model, values: Values, d: int, batch: Batch, length: str, expanded: bool = True) -> FloatArray:
    """Return the prediction for each prompt: the last entry of the last layer's output, with the model's sign.

    Softmax attention is expanded to its order, or itself if not `expanded`.
    """
    if isinstance(model.network, GradientStep):
        return _step_predictions(model.network, values, d, batch)
    assert model.blocks is not None
    layers = numeric_layers(model, values, d, length)
    if not expanded:
        layers = [layer if layer.order is None else replace(layer, order=UNEXPANDED) for layer in layers]
    Z = batch.embedding()
    for layer in layers[:-1]:
        Z = Z + _update(layer, Z)
    return model.blocks.sign * _last_entry(layers[-1], Z)


def _update(layer: NumericLayer, Z: FloatArray) -> FloatArray:
    seen = _seen(layer.mask, Z.shape[-1])
    total = np.zeros_like(Z)
    for P, Q in layer.heads:
        scores = np.matmul(np.swapaxes(Z, 1, 2), np.matmul(Q, Z))
        total += np.matmul(np.matmul(P, Z), _attention(layer, scores, seen))
    return total


def _last_entry(layer: NumericLayer, Z: FloatArray) -> FloatArray:
    """The last entry of the layer's output; every mask but the query's own lets the query attend to all."""
    result = Z[:, -1, -1].copy()
    seen = slice(None, -1) if layer.mask == "query" else slice(None)
    for P, Q in layer.heads:
        scores = np.einsum("bin,bi->bn", Z[:, :, seen], Z[:, :, -1] @ Q.T)
        row = np.einsum("i,bin->bn", P[-1], Z[:, :, seen])
        result += np.einsum("bn,bn->b", row, _attention(layer, scores[:, :, None], None)[:, :, 0])
    return result


def _step_predictions(network: GradientStep, values: Values, d: int, batch: Batch) -> FloatArray:
    start = formula_value(network.start, values, d)[:, 0] if network.start.strip() != "0" else np.zeros(d)
    step = times(formula_value(network.step, values, d), np.eye(d))
    residual = np.matmul(batch.x, start) - batch.y
    slope = np.einsum("bnd,bn->bd", batch.x, residual) / batch.x.shape[1]
    result: FloatArray = np.einsum("bd,bd->b", start - slope @ step.T, batch.x_q)
    return result


def sampled_gradient(
    model: Model, values: Values, d: int, batch: Batch, weights: Sequence[str], length: str
) -> tuple[float, dict[str, FloatArray]]:
    """Return the mean of (y_hat - y_q)^2 / 2 over a batch and its gradient with respect to the named letters.

    Raises:
        ValueError: for a network that is not made of layers.
    """
    if model.blocks is None:
        raise ValueError("samples are differentiated through layers of attention; descend GradientStep with batch=None")
    layers = numeric_layers(model, values, d, length)
    inputs = [batch.embedding()]
    for layer in layers:
        inputs.append(inputs[-1] + _update(layer, inputs[-1]))
    error = model.blocks.sign * inputs[-1][:, -1, -1] - batch.target
    slope = np.zeros_like(inputs[-1])
    slope[:, -1, -1] = model.blocks.sign * error / len(error)
    gradient = {name: np.zeros_like(values[name]) for name in weights}
    for layer, named, Z in zip(reversed(layers), reversed(model.blocks.layers), reversed(inputs[:-1]), strict=True):
        slope, slopes = _layer_slopes(layer, Z, slope)
        for head, (on_P, on_Q) in zip(named.heads, slopes, strict=True):
            for block, text in head.blocks.items():
                which, transposed, place = _PLACES[block]
                here = (on_P if which == "P" else on_Q)[place]
                if text.strip() != "0":
                    pull_back(parse(text), values, d, here.T if transposed else here, gradient)
    return float(np.mean(error**2) / 2), gradient


def _layer_slopes(
    layer: NumericLayer, Z: FloatArray, slope: FloatArray
) -> tuple[FloatArray, list[tuple[FloatArray, FloatArray]]]:
    """The slopes with respect to the layer's input and to P and Q of each head, from that of its output."""
    seen = _seen(layer.mask, Z.shape[-1])
    before = slope.copy()
    slopes = []
    transposed = np.swapaxes(Z, 1, 2)
    for P, Q in layer.heads:
        QZ, PZ = np.matmul(Q, Z), np.matmul(P, Z)
        scores = np.matmul(transposed, QZ)
        on_PZ = np.matmul(slope, np.swapaxes(_attention(layer, scores, seen), 1, 2))
        on_scores = _on_scores(layer, scores, seen, np.matmul(np.swapaxes(PZ, 1, 2), slope))
        on_QZ = np.matmul(Z, on_scores)
        before += np.matmul(P.T, on_PZ) + np.matmul(Q.T, on_QZ) + np.matmul(QZ, np.swapaxes(on_scores, 1, 2))
        slopes.append((np.einsum("bin,bjn->ij", on_PZ, Z), np.einsum("bin,bjn->ij", on_QZ, Z)))
    return before, slopes


def _on_scores(
    layer: NumericLayer, scores: FloatArray, seen: FloatArray | None, on_attention: FloatArray
) -> FloatArray:
    """The slope with respect to z_i' Q z_j, from that with respect to the weight of attention.

    d a_i = a_i (d s_i - sum_k a_k d s_k) for softmax, of which an expansion to order n keeps the terms of degree at
    most n - 1 in s.
    """
    if layer.order is None:
        held: FloatArray = (on_attention if seen is None else on_attention * seen) / layer.scale
        return held
    mask = np.ones(scores.shape[-2:]) if seen is None else seen
    parts = _softmax_parts(scores / layer.scale, mask, layer.order - 1)
    pulled = [np.sum(part * on_attention, axis=-2, keepdims=True) for part in parts]
    total = np.zeros_like(scores)
    for k in range(layer.order):
        total += parts[k] * on_attention
        for j in range(k + 1):
            total -= parts[j] * pulled[k - j]
    total /= layer.scale
    return total
