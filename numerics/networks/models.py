"""The networks: linear self-attention, one-layer softmax attention, and GPT-2 on interleaved tokens."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from math import sqrt

import numpy as np
import torch
from torch import Tensor, nn
from transformers import GPT2Config, GPT2Model

from numerics.networks.presets import MODELS, Settings
from numerics.problem import FloatArray

GENERIC_SCALE = 0.1
"""Standard deviation of the entries of a generic initialisation of one attention layer."""


class Network(nn.Module, ABC):
    """A network that predicts the label of a query from the examples before it."""

    dtype: torch.dtype

    @abstractmethod
    def training_loss(self, x: Tensor, y: Tensor) -> Tensor:
        """The loss on a batch: x of shape (prompts, points, d), y of shape (prompts, points)."""

    @abstractmethod
    def predict(self, x: Tensor, y: Tensor, query: Tensor) -> Tensor:
        """Predictions, shape (prompts,), for queries, shape (prompts, d), after all examples in x and y."""

    def curve(self, x: Tensor, y: Tensor, lengths: Sequence[int], query: Tensor | None = None) -> Tensor:
        """Predictions after the first M examples for each M in lengths, shape (prompts, number of lengths).

        The query after M examples is the next point x[:, M], or the given query, shape (prompts, d), for all M.
        """
        columns = [self.predict(x[:, :m], y[:, :m], x[:, m] if query is None else query) for m in lengths]
        return torch.stack(columns, dim=1)


class Attention(Network):
    """One layer, f(E) = E + W_PV E P with full (d+1) x (d+1) matrices; training minimises 1/2 E (prediction - y_q)^2.

    Source: Zhang, Frei and Bartlett (2024), section 3.
    """

    dtype = torch.float64

    def __init__(self, W_PV: FloatArray, W_KQ: FloatArray) -> None:
        super().__init__()
        self.W_PV = nn.Parameter(torch.tensor(W_PV, dtype=self.dtype))
        self.W_KQ = nn.Parameter(torch.tensor(W_KQ, dtype=self.dtype))

    def training_loss(self, x: Tensor, y: Tensor) -> Tensor:
        """Half the mean squared error of the last point, predicted from all others."""
        gap = self.predict(x[:, :-1], y[:, :-1], x[:, -1]) - y[:, -1]
        return gap.square().mean() / 2

    @abstractmethod
    def weigh(self, scores: Tensor) -> Tensor:
        """The attention paid to the columns, from their scores; both of shape (prompts, M + 1)."""

    def predict(self, x: Tensor, y: Tensor, query: Tensor) -> Tensor:
        """The last entry of f(E) for E = [[x_1 ... x_M x_q], [y_1 ... y_M 0]]."""
        last = torch.cat([query, query.new_zeros(len(query), 1)], dim=1)
        columns = torch.cat([torch.cat([x, y[:, :, None]], dim=2), last[:, None]], dim=1)
        scores = (columns @ (last @ self.W_KQ.T)[:, :, None])[:, :, 0]
        return ((columns @ self.W_PV[-1]) * self.weigh(scores)).sum(dim=1)


class LinearAttention(Attention):
    """f(E) = E + W_PV E (E' W_KQ E)/M."""

    def weigh(self, scores: Tensor) -> Tensor:
        """Scores over M; without examples, over 1."""
        return scores / max(scores.shape[1] - 1, 1)


class SoftmaxAttention(Attention):
    """f(E) = E + W_PV E softmax(E' W_KQ E), the softmax over the M + 1 columns."""

    def weigh(self, scores: Tensor) -> Tensor:
        """Softmax of the scores."""
        return torch.softmax(scores, dim=1)


class Gpt2(Network):
    """GPT-2 of Hugging Face on tokens x_1, y_1, x_2, y_2, ..., each read in by its own linear map.

    A linear read-out at the token of x_k predicts y_k from what came before; the loss averages the squared error over
    all k. Dropout is off. The activation is GPT-2's own, in the fused form that PyTorch has of it.

    Source: Garg et al. (2022); Zhang, Frei and Bartlett (2024), appendix E.
    """

    dtype = torch.float32

    def __init__(self, settings: Settings) -> None:
        super().__init__()
        self.read_x = nn.Linear(settings.dimension, settings.width)
        self.read_y = nn.Linear(1, settings.width)
        self.backbone = GPT2Model(
            GPT2Config(
                vocab_size=1,
                bos_token_id=None,
                eos_token_id=None,
                n_positions=settings.positions,
                n_embd=settings.width,
                n_layer=settings.layers,
                n_head=settings.heads,
                activation_function="gelu_pytorch_tanh",
                resid_pdrop=0.0,
                embd_pdrop=0.0,
                attn_pdrop=0.0,
                use_cache=False,
            )
        )
        self.backbone.set_attn_implementation("sdpa")
        # The table of word tokens is not used: the inputs are embedded above.
        del self.backbone.wte
        self.read_out = nn.Linear(settings.width, 1)

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        """Predictions of every y_k from x_1, y_1, ..., x_k, shape (prompts, points); y may lack the last label."""
        points = x.shape[1]
        tokens = x.new_zeros(len(x), 2 * points - 1, self.read_out.in_features)
        tokens[:, ::2] = self.read_x(x)
        if points > 1:
            tokens[:, 1::2] = self.read_y(y[:, : points - 1, None])
        hidden = self.backbone(inputs_embeds=tokens).last_hidden_state
        prediction: Tensor = self.read_out(hidden[:, ::2])[:, :, 0]
        return prediction

    def training_loss(self, x: Tensor, y: Tensor) -> Tensor:
        """The mean squared error over all positions."""
        loss: Tensor = (self(x, y) - y).square().mean()
        return loss

    def predict(self, x: Tensor, y: Tensor, query: Tensor) -> Tensor:
        """The prediction at the last token."""
        prediction: Tensor = self(torch.cat([x, query[:, None]], dim=1), y)[:, -1]
        return prediction

    def curve(self, x: Tensor, y: Tensor, lengths: Sequence[int], query: Tensor | None = None) -> Tensor:
        """As for every network; one pass gives all lengths unless the query is a point of its own."""
        if query is not None:
            return super().curve(x, y, lengths, query)
        points = max(lengths) + 1
        prediction: Tensor = self(x[:, :points], y[:, :points])[:, list(lengths)]
        return prediction


def attention_start(
    dimension: int, start: str, sigma: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return the first W_PV and W_KQ, (d+1) x (d+1).

    Args:
        dimension: d.
        start: "paper" is Assumption 3.3, W_PV = sigma e e' and W_KQ = sigma diag(Theta Theta', 0) with a random d x d
            Theta and ||Theta Theta'||_F = 1; "generic" has independent normal entries of standard deviation 0.1.
        sigma: the scale of the paper's initialisation.
        rng: the generator to draw from.

    Raises:
        ValueError: for another start.
    """
    size = dimension + 1
    if start == "generic":
        return GENERIC_SCALE * rng.standard_normal((size, size)), GENERIC_SCALE * rng.standard_normal((size, size))
    if start != "paper":
        raise ValueError(f"start must be paper or generic, got {start!r}")
    theta = rng.standard_normal((dimension, dimension))
    square = theta @ theta.T
    W_PV, W_KQ = np.zeros((size, size)), np.zeros((size, size))
    W_PV[-1, -1] = sigma
    W_KQ[:-1, :-1] = sigma * square / np.linalg.norm(square)
    return W_PV, W_KQ


def build(model: str, settings: Settings, seed: np.random.SeedSequence, start: str = "generic") -> Network:
    """Return a network before training; equal seeds give equal weights on every device.

    Raises:
        ValueError: for an unknown model or start.
    """
    if model == "gpt2":
        # GPT-2's own initialisation draws from PyTorch's global generator, which is put back afterwards.
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(int(seed.generate_state(1, np.uint64)[0] >> np.uint64(1)))
            network = Gpt2(settings)
            for layer in (network.read_x, network.read_y, network.read_out):
                bound = 1 / sqrt(layer.in_features)
                nn.init.uniform_(layer.weight, -bound, bound)
        return network
    if model not in MODELS:
        raise ValueError(f"model must be one of {', '.join(MODELS)}, got {model!r}")
    weights = attention_start(settings.dimension, start, settings.sigma, np.random.default_rng(seed))
    return LinearAttention(*weights) if model == "linear" else SoftmaxAttention(*weights)
