"""Networks: layers of attention with their blocks as formulas, and one step of gradient descent.

A prompt is embedded as Z = [[x_1 ... x_N, x_q], [y_1 ... y_N, 0]]. A layer adds P Z M (Z'QZ)/N for each head, with
P = [[P11, p12], [u12', u]] and Q = [[U11, k12], [u21', k22]]; M = diag(I, 0) where the query is masked, otherwise I.
Under a causal mask position j attends to positions i <= j. The prediction is the last entry of the output.
Softmax attention divides exp(score) by its sum over the positions seen; here it is expanded in the scores.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from theory.algebra.words import Dimension
from theory.models.letters import ModelError

Shape = tuple[Dimension, Dimension]

MASKS = ("none", "query", "causal")
KEY_QUERY = ("merged", "separate")
# Each order of softmax takes some ten times as long as the one before it, the fourth seconds to minutes.
MOST_ORDER = 4
# Shape of each block of P and Q as a letter; u12 and u21 stand transposed in the matrices.
SHAPES: dict[str, Shape] = {
    "P11": ("d", "d"),
    "p12": ("d", 1),
    "u12": ("d", 1),
    "u": (1, 1),
    "U11": ("d", "d"),
    "k12": ("d", 1),
    "u21": ("d", 1),
    "k22": (1, 1),
}


@dataclass(frozen=True)
class LinearAttention:
    """A layer of linear attention.

    Args:
        heads: how many heads.
        mask: "none": every position attends to every position, the query to itself too, as in Zhang et al. (2024);
            "query": nobody attends to the query, as in Ahn et al. (2023); "causal": position j attends to i <= j.
        key_query: "merged", U11 is one matrix; "separate", U11 = K Q' is a product of two weights, as in Zhang, Singh,
            Latham and Saxe (2025).
        rank: the number of columns of K and Q; for 1 they are vectors k and q.
        scale: a formula in the lengths that the scores are divided by; None is the prompt's length.

    Raises:
        ModelError: for values other than these.
    """

    heads: int = 1
    mask: str = "none"
    key_query: str = "merged"
    rank: int | str = 1
    scale: str | None = None

    def __post_init__(self) -> None:
        _check_layer(self)


@dataclass(frozen=True)
class SoftmaxAttention:
    """A layer of softmax attention, expanded to a stated order in its logits.

    Position j gives the value of position i the weight exp(s_ij) / sum_k exp(s_kj) over the m positions k that it
    sees, s_ij = z_i' Q z_j / scale. Of the weight's power series in s the terms up to the order are kept:

        (1/m) (1 + s_i - mean s + (s_i^2 - mean s^2)/2 - (s_i - mean s) mean s + ...),

    so that the prediction is a polynomial in the prompt, of which everything is derived, and which differs from that
    of softmax by terms of the next order: of order n + 1 in the logits, and so does the loss. m is exact: N under the
    mask "query", otherwise N + 1.

    Args:
        order: how many powers of the logits are kept, from 1 to `MOST_ORDER`; the loss has twice that degree.
        heads, mask, key_query, rank: as for `LinearAttention`; with "causal" only as the last layer, since position j
            sees j positions.
        scale: a formula in the lengths that the logits are divided by; None is 1.

    Raises:
        ModelError: for values other than these.
    """

    order: int
    heads: int = 1
    mask: str = "none"
    key_query: str = "merged"
    rank: int | str = 1
    scale: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.order, int) or isinstance(self.order, bool) or not 1 <= self.order <= MOST_ORDER:
            raise ModelError(
                f"order, to which softmax is expanded in its logits, must be an integer from 1 to {MOST_ORDER}, "
                f"got {self.order!r}"
            )
        _check_layer(self)


Attention = LinearAttention | SoftmaxAttention


def _check_layer(layer: Attention) -> None:
    if not isinstance(layer.heads, int) or isinstance(layer.heads, bool) or layer.heads < 1:
        raise ModelError(f"heads must be a positive integer, got {layer.heads!r}")
    if layer.mask not in MASKS:
        raise ModelError(f"mask must be one of {', '.join(MASKS)}, got {layer.mask!r}")
    if layer.key_query not in KEY_QUERY:
        raise ModelError(f"key_query must be one of {', '.join(KEY_QUERY)}, got {layer.key_query!r}")
    numbered = isinstance(layer.rank, int) and not isinstance(layer.rank, bool) and layer.rank >= 1
    if not numbered and not (isinstance(layer.rank, str) and layer.rank.isidentifier()):
        raise ModelError(f"rank must be a positive integer or the name of a length, got {layer.rank!r}")
    if layer.rank != 1 and layer.key_query == "merged":
        raise ModelError(
            f"rank={layer.rank!r} is the number of columns of K and Q, which a merged U11 has not; add "
            "key_query='separate'"
        )


@dataclass(frozen=True, init=False)
class Stack:
    """Layers one after the other.

    Args:
        layers: at least one.
        shared: the layers, which must be equal, have the same weights: a looped layer.

    Raises:
        ModelError: for no layer, something that is no layer, or different layers that are to share weights.
    """

    layers: tuple[Attention, ...]
    shared: bool = False

    def __init__(self, *layers: Attention, shared: bool = False):
        object.__setattr__(self, "layers", tuple(layers))
        object.__setattr__(self, "shared", shared)
        if not layers:
            raise ModelError("a stack needs at least one layer")
        for layer in layers:
            if not isinstance(layer, Attention):
                raise ModelError(
                    f"a stack consists of layers LinearAttention(...) or SoftmaxAttention(...), got {layer!r}"
                )
        if shared and len(set(layers)) > 1:
            raise ModelError(f"layers that share their weights must be equal, got {', '.join(map(str, set(layers)))}")
        causal = {layer.mask == "causal" for layer in layers}
        if len(causal) > 1:
            raise ModelError("a stack is causal in all its layers or in none")
        if any(isinstance(layer, SoftmaxAttention) and layer.mask == "causal" for layer in layers[:-1]):
            raise ModelError(
                "under a causal mask softmax attention divides by j at position j, which is no formula in the prompt's "
                "length; only the last layer can be so, where the query alone counts, or take mask='query'"
            )


@dataclass(frozen=True)
class GradientStep:
    """One step of gradient descent with a start and a matrix step size, Wu et al.'s GD-beta.

    The prediction is <beta - G (1/N) sum_i x_i (<beta, x_i> - y_i), x_q>.

    Args:
        start: a formula for beta; a new lower-case name is a vector.
        step: a formula for G.
    """

    start: str = "beta"
    step: str = "G"


Network = Attention | Stack | GradientStep


@dataclass(frozen=True)
class Head:
    """One head's blocks, as formulas; a block that is not named is zero."""

    blocks: Mapping[str, str]

    def formula(self, block: str) -> str:
        """The formula of a block."""
        return self.blocks.get(block, "0")


@dataclass(frozen=True)
class Layer:
    """A layer with the formulas of its heads' blocks."""

    kind: Attention
    heads: tuple[Head, ...]


@dataclass(frozen=True)
class Weights:
    """A network's blocks as formulas, with the shapes of the letters that are known before they are read.

    `sign` is the sign with which the last entry of the output is read.
    """

    layers: tuple[Layer, ...]
    shapes: Mapping[str, Shape]
    sign: int


def network_weights(network: Attention | Stack, weights: str | Mapping[str, str], sign: int | None = None) -> Weights:
    """Return the formulas of all blocks.

    Args:
        network: the layers.
        weights: "all", "reduced", "sparse", or for each block that is not zero its formula.
        sign: 1 or -1; None is -1 for "sparse", otherwise 1.

    Raises:
        ModelError: for another word, or a block that the network does not have.
    """
    stack = network if isinstance(network, Stack) else Stack(network)
    shapes: dict[str, Shape] = {}
    layers: list[Layer] = []
    for number, kind in enumerate(stack.layers):
        heads = []
        for head in range(kind.heads):
            ending = suffix(stack, number, head)
            if isinstance(weights, str):
                blocks, letters = _preset(weights, kind, ending, len(stack.layers), number)
            else:
                blocks, letters = _from_mapping(weights, ending)
            heads.append(Head(blocks))
            shapes |= letters
        layers.append(Layer(kind, tuple(heads)))
    if not isinstance(weights, str):
        _refuse_unknown_blocks(stack, weights)
        if any(kind.key_query == "separate" for kind in stack.layers):
            raise ModelError(
                'key_query=\'separate\' says what the blocks of "all", "reduced" and "sparse" are; where the '
                "blocks are given, write the product there, {'U11': \"k q'\"}, and leave key_query out"
            )
    if sign not in (None, 1, -1):
        raise ModelError(f"sign must be 1, -1 or None, got {sign!r}")
    return Weights(tuple(layers), shapes, sign or (-1 if weights == "sparse" else 1))


def suffix(stack: Stack, layer: int, head: int) -> str:
    """What follows the names of a head's blocks: _layer, _head or _layer_head, each where there is more than one."""
    parts = [layer] if len(stack.layers) > 1 and not stack.shared else []
    parts += [head] if stack.layers[layer].heads > 1 else []
    return "".join(f"_{part}" for part in parts)


def _preset(
    word: str, kind: Attention, ending: str, count: int, number: int
) -> tuple[dict[str, str], dict[str, Shape]]:
    last = number == count - 1
    if word == "sparse":
        # Ahn et al. write A0, A1, ... for the layers of a stack.
        name = "A" + ending.removeprefix("_")
        if kind.key_query == "separate":
            product, shapes = _key_query(kind, ending)
            return {"u": "1", "U11": f"-{product}"}, shapes
        return {"u": "1", "U11": f"-{name}"}, {name: ("d", "d")}
    if word == "reduced":
        value = "u" + ending
        if kind.key_query == "separate":
            product, shapes = _key_query(kind, ending)
            return {"u": value, "U11": product}, {**shapes, value: (1, 1)}
        return {"u": value, "U11": "U" + ending}, {"U" + ending: ("d", "d"), value: (1, 1)}
    if word == "all":
        free = [b for b in SHAPES if not (last and b in ("P11", "p12")) and not (count == 1 and b in ("k12", "k22"))]
        blocks = {block: block + ending for block in free}
        shapes = {block + ending: SHAPES[block] for block in free}
        if kind.key_query == "separate":
            return _separate(kind, ending, blocks, shapes)
        return blocks, shapes
    raise ModelError(f"weights must be 'all', 'reduced', 'sparse' or a mapping from blocks to formulas, got {word!r}")


def _key_query(kind: Attention, ending: str) -> tuple[str, dict[str, Shape]]:
    if kind.rank == 1:
        k, q = "k" + ending, "q" + ending
        return f"{k} {q}'", {k: ("d", 1), q: ("d", 1)}
    K, Q = "K" + ending, "Q" + ending
    return f"{K} {Q}'", {K: ("d", kind.rank), Q: ("d", kind.rank)}


def _separate(
    kind: Attention, ending: str, blocks: dict[str, str], shapes: dict[str, Shape]
) -> tuple[dict[str, str], dict[str, Shape]]:
    """Q = W_K' W_Q in all its blocks, W_K = [K', k0], W_Q = [Q', q0]; k0 and q0 have one entry a row."""
    product, letters = _key_query(kind, ending)
    size = kind.rank
    k, q = product.removesuffix("'").split(" ")
    k0, q0 = "k0" + ending, "q0" + ending
    blocks |= {"U11": product, "u21": f"{q} {k0}"}
    new: dict[str, Shape] = {**letters, k0: (size, 1)}
    if "k12" in blocks:
        blocks |= {"k12": f"{k} {q0}", "k22": f"{k0}' {q0}"}
        new[q0] = (size, 1)
    for block in ("U11", "u21", "k12", "k22"):
        shapes.pop(block + ending, None)
    return blocks, {**shapes, **new}


def _from_mapping(weights: Mapping[str, str], ending: str) -> tuple[dict[str, str], dict[str, Shape]]:
    blocks = {block: weights[block + ending] for block in SHAPES if block + ending in weights}
    # A block that is its own letter has its own shape, whatever its name looks like.
    shapes = {text: SHAPES[block] for block, text in blocks.items() if text == block + ending}
    return blocks, shapes


def _refuse_unknown_blocks(stack: Stack, weights: Mapping[str, str]) -> None:
    known = [
        block + suffix(stack, number, head)
        for number, kind in enumerate(stack.layers)
        for head in range(kind.heads)
        for block in SHAPES
    ]
    for name in weights:
        if name not in known:
            raise ModelError(f"the network has no block {name!r}; it has {', '.join(dict.fromkeys(known))}")


def attention_layers(network: Network) -> tuple[Attention, ...]:
    """The layers of a network, none of `GradientStep`."""
    if isinstance(network, GradientStep):
        return ()
    return network.layers if isinstance(network, Stack) else (network,)


def softmax_order(network: Network) -> int | None:
    """The order in its logits to which the network agrees with softmax: the least of its layers; None without softmax.

    A layer of linear attention is what it is, so that only the layers of softmax attention count.
    """
    orders = [kind.order for kind in attention_layers(network) if isinstance(kind, SoftmaxAttention)]
    return min(orders, default=None)
