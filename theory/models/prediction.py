"""The prediction of a network as an expression in the data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from theory.algebra.calculus import differential
from theory.algebra.expression import Expression
from theory.algebra.words import Symbol
from theory.models import forward
from theory.models.forward import LayerBlocks
from theory.models.heads import brief
from theory.models.law import PromptLaw
from theory.models.positions import positions_prediction


@dataclass(frozen=True)
class Prediction:
    """An expression in the data and x_q, and what stands for what in it.

    The data are X (d x N) and y (N), N named by `count`; or, if it `by_position`, x_i and y_i in sums over ordered
    positions.
    """

    value: Expression
    count: str
    stand_ins: Mapping[Symbol, Expression] = field(default_factory=dict)
    by_position: bool = False

    @property
    def symbols(self) -> set[Symbol]:
        """The letters that occur."""
        return _symbols([self.value], self.stand_ins)

    def with_weights(self, values: Mapping[Symbol, Expression]) -> Prediction:
        """The prediction with letters replaced."""
        return replace(self, value=self.value.substitute(values), stand_ins=_substituted(self.stand_ins, values))

    def in_data(self) -> Expression:
        """The prediction in the data and x_q."""
        return self.value.substitute(self.stand_ins)

    def sums(self) -> Expression:
        """The prediction as sums over the examples, in x, y and x_q."""
        return forward.as_sums(self.in_data(), self.count)

    def labelled(self, law: PromptLaw) -> Expression:
        """The prediction in x, w, the noise and x_q."""
        return forward.with_labels(self.sums(), law)

    def error(self, law: PromptLaw) -> Expression:
        """y_hat - y_q in x, w, the noise and x_q."""
        return self.labelled(law) - law.target()

    def slope(
        self, weight: Expression, direction: Expression, values: Mapping[Symbol, Expression], law: PromptLaw
    ) -> Expression:
        """E (y_hat - y_q) y_hat', the derivative of the loss at given weights along a direction of one weight.

        The weights are put in before the expectation is taken, which is far shorter than the loss in all its letters.
        """
        moved = differential(self.in_data(), {weight: direction}).substitute(values)
        change = forward.with_labels(forward.as_sums(moved, self.count), law)
        return law.average(self.with_weights(values).error(law) * change)

    def mean_square_error(self, law: PromptLaw) -> Expression:
        """E (y_hat - y_q)^2."""
        error = forward.with_labels(forward.as_sums(self.value, self.count), law) - law.target()
        return law.average(error * error).substitute(self.stand_ins)


def _symbols(expressions: Sequence[Expression], stand_ins: Mapping[Symbol, Expression]) -> set[Symbol]:
    shown = {s.plain for expression in expressions for s in expression.symbols}
    hidden = {s for symbol, value in stand_ins.items() if symbol in shown for s in value.symbols}
    return (shown | hidden) - set(stand_ins)


def _substituted(
    stand_ins: Mapping[Symbol, Expression], values: Mapping[Symbol, Expression]
) -> dict[Symbol, Expression]:
    return {symbol: value.substitute(values) for symbol, value in stand_ins.items()}


def layers_prediction(layers: Sequence[LayerBlocks], count: str, sign: int) -> Prediction:
    """The prediction of a stack, read with a sign.

    In one causal layer the query, which stands last, attends to everything; only a further layer sees the order.
    Powers of softmax attention's logits are taken position by position too.
    """
    shorter = brief(layers)
    by_position = (len(layers) > 1 and layers[0].mask == "causal") or any(layer.order for layer in layers)
    predicted = positions_prediction if by_position else forward.attention_prediction
    return Prediction(predicted(shorter.layers, count) * sign, count, shorter.stand_ins, by_position)
