"""A model: the law of a prompt and a network, from which everything else is computed for every d and N."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

from theory.algebra.calculus import gradient
from theory.algebra.expression import Expression, length
from theory.derivation import Derivation, Formula, Step
from theory.models import forward
from theory.models.law import Prompt, PromptLaw, prompt_law
from theory.models.letters import Letters, ModelError
from theory.models.network import (
    SHAPES,
    GradientStep,
    LinearAttention,
    Network,
    Stack,
    Weights,
    network_weights,
)


@dataclass(frozen=True, eq=False)
class Model:
    """The law of a prompt and a network.

    Args:
        law: the law of a training prompt.
        network: a layer, a stack of layers, or `GradientStep`.
        weights: what the blocks of the layers are.

            - "all": every block that the prediction depends on is a letter of its own: U11, u21, u12, u, and P11, p12,
              k12, k22 where a further layer reads them;
            - "reduced": P = u e e', Q = diag(U, 0), e the last unit vector: letters U, u;
            - "sparse": P = e e', Q = -diag(A, 0) and the prediction is minus the last entry, as in Ahn et al. (2023),
              where a layer does one step of preconditioned gradient descent: letters A, or A0, A1, ... in a stack;
            - a mapping from blocks to formulas, {"U11": "a Lambda^-1", "u": "1"}; a block that is not named is zero.

            In a stack the letters of layer k end in _k (A0, A1, ... excepted), those of head h in _h, in _k_h for both,
            counted from 0; where key and query are separate, U is k q', or K Q' of a higher rank.
        vectors: names in formulas that stand for vectors; other lower-case names are numbers, capitals d x d matrices.

    Raises:
        ModelError: for a model that does not exist; the message says what does not fit.
    """

    law: Prompt
    network: Network
    weights: str | Mapping[str, str] = "all"
    vectors: Collection[str] = field(default=())

    def __post_init__(self) -> None:
        if not isinstance(self.law, Prompt):
            raise ModelError(f"the law must be a Prompt(...), got {self.law!r}")
        if not isinstance(self.network, LinearAttention | Stack | GradientStep):
            raise ModelError(f"the network must be LinearAttention, Stack or GradientStep, got {self.network!r}")
        # Everything is read now, so that a wrong model is refused where it is written.
        _ = self.prediction_in_data

    @cached_property
    def blocks(self) -> Weights | None:
        """The formulas of the blocks; None for `GradientStep`, which has none."""
        return None if isinstance(self.network, GradientStep) else network_weights(self.network, self.weights)

    @cached_property
    def _read(self) -> tuple[Letters, PromptLaw, frozenset[str]]:
        """The letters, the law, and the names that the law declared."""
        letters = Letters(dict.fromkeys((*self.law.lengths(), *_ranks(self.network))))
        law = prompt_law(self.law, letters)
        return letters, law, frozenset(letters.names)

    @property
    def letters(self) -> Letters:
        """The letters of law and network."""
        _ = self.prediction_in_data
        return self._read[0]

    @property
    def prompt_law(self) -> PromptLaw:
        """The law in the engine's terms."""
        return self._read[1]

    @cached_property
    def prediction_in_data(self) -> Expression:
        """The prediction in the letters X (d x N), y (N) and x_q."""
        letters, _, _ = self._read
        for name in self.vectors:
            letters.declare(name, "d", 1)
        if isinstance(self.network, GradientStep):
            start = letters.read(self.network.start, ("d", 1), "the start", vectors=True)
            step = letters.read(self.network.step, ("d", "d"), "the step")
            return forward.step_prediction(start, step, self.law.length)
        assert self.blocks is not None
        for name, shape in self.blocks.shapes.items():
            letters.declare(name, *shape)
        layers = tuple(
            forward.LayerBlocks(
                tuple(forward.head_blocks(_values(head.blocks, letters)) for head in layer.heads),
                layer.kind.mask,
                length(self.law.length)
                if layer.kind.scale is None
                else letters.read(layer.kind.scale, (1, 1), "the scale of the scores"),
            )
            for layer in self.blocks.layers
        )
        return forward.attention_prediction(layers, self.law.length) * self.blocks.sign

    @cached_property
    def trained(self) -> Mapping[str, Expression]:
        """The weights: letters of the network that the law does not have, by name."""
        declared = self._read[2]
        used = {symbol.name for symbol in self.prediction_in_data.symbols}
        return {name: held for name, held in self.letters.names.items() if name not in declared and name in used}

    @cached_property
    def error_expression(self) -> Expression:
        """y_hat - y_q, in x, w, the noise and x_q."""
        sums = forward.as_sums(self.prediction_in_data, self.law.length)
        return forward.with_labels(sums, self.prompt_law) - self.prompt_law.target()

    @cached_property
    def loss_expression(self) -> Expression:
        """E (y_hat - y_q)^2 / 2."""
        error = self.error_expression
        return self.prompt_law.average(error * error) * Fraction(1, 2)

    def formula(self, name: str, expression: Expression, steps: tuple[Step, ...] = ()) -> Formula:
        """Return an expression as a formula whose arguments are the letters of the model."""
        return Formula(name, expression, self._arguments(expression), steps, lengths=frozenset(self.letters.lengths))

    def _arguments(self, expression: Expression) -> dict[str, str]:
        letters = {name: name for name in self.letters.names if name not in self.letters.lengths}
        present = {symbol.name: symbol.name for symbol in expression.symbols}
        sized = {size for name in (letters | present) for size in _sizes(expression, self.letters, name)}
        used = set(expression.lengths) | {self.law.length}
        # A size such as d that the letters show is read off their values.
        lengths = {name: name for name in self.letters.lengths if name in used and name not in sized}
        return {**letters, **present, **lengths}

    def loss(self) -> Formula:
        """Return L = E (y_hat - y_q)^2 / 2 for every d and N.

        `evaluate` takes the letters of the model by their names: covariances and weights as d x d arrays, vectors of
        length d, numbers, and the prompt's length as a positive integer.
        """
        error = self.error_expression
        steps = (
            Step(r"\hat y", "The last entry of the network's output on a prompt.", self.prediction_in_data),
            Step(r"\hat y - y_q", "Its error on the query, as sums over the examples.", error),
            Step(
                r"L = \tfrac12 \mathbb{E}\left(\hat y - y_q\right)^2",
                "Average over task, covariates, query and noise by Wick's theorem on words.",
                self.loss_expression,
            ),
        )
        return self.formula("population loss", self.loss_expression, steps)

    @cached_property
    def gradients(self) -> Mapping[str, Expression]:
        """The gradient of the loss with respect to each weight."""
        return {name: gradient(self.loss_expression, letter_) for name, letter_ in self.trained.items()}

    def flow(self) -> Derivation:
        """Return the gradient flow theta' = -grad L; its results are "A0'", "A1'", ... for the weights A0, A1, ..."""
        steps = [Step("L", "The population loss.", self.loss_expression)]
        results = {}
        for name, expression in self.gradients.items():
            steps.append(Step(f"{name}'", f"Minus the gradient of L with respect to {name}.", -expression))
            results[f"{name}'"] = self.formula(f"flow of {name}", -expression)
        return Derivation("flow", "Gradient flow of the population loss", "the model's loss", tuple(steps), results)


def _values(blocks: Mapping[str, str], letters: Letters) -> dict[str, Expression]:
    return {name: letters.read(text, SHAPES[name], f"the block {name}") for name, text in blocks.items()}


def _ranks(network: Network) -> tuple[str, ...]:
    layers = network.layers if isinstance(network, Stack) else (network,)
    return tuple(k.rank for k in layers if isinstance(k, LinearAttention) and isinstance(k.rank, str))


def _sizes(expression: Expression, letters: Letters, name: str) -> set[str]:
    """The names of the sizes that the value of a letter shows."""
    summed = {s.name: s.index.length for m in expression.terms for s in m.symbols() if s.index is not None}
    held = letters.names.get(name)
    sizes = [] if held is None or name in letters.lengths else [size for size in held.shape if isinstance(size, str)]
    return {*sizes, *([summed[name]] if name in summed else [])}
