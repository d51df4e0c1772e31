"""A network with given weights: its predictor, its error on any law of test prompts, the Hessian of the loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from theory.algebra.calculus import differential
from theory.algebra.definitions import Definition, define
from theory.algebra.expression import Expression, letter, matrix, scalar_letter, vector, zero
from theory.algebra.words import Symbol
from theory.models.letters import Letters, ModelError


@dataclass(frozen=True)
class GivenWeights:
    """Values of the weights as expressions, and the definitions that they use."""

    values: Mapping[str, Expression]
    definitions: tuple[Definition, ...]

    def replacements(self, trained: Mapping[str, Expression]) -> dict[Symbol, Expression]:
        """The value of each letter that has one."""
        return {letter(trained[name]): value for name, value in self.values.items()}

    def put_into(self, expression: Expression, trained: Mapping[str, Expression]) -> Expression:
        """The expression with these weights in place of their letters."""
        return expression.substitute(self.replacements(trained))


def given_weights(
    weights: Mapping[str, str], define_: Mapping[str, str], trained: Mapping[str, Expression], letters: Letters
) -> GivenWeights:
    """Read formulas for weights, new letters and definitions being added to `letters`.

    Raises:
        ModelError: for a weight that the model does not have, or a formula of a wrong shape.
    """
    definitions = []
    for name, text in define_.items():
        shape = ("d", "d") if name[:1].isupper() else (1, 1)
        definition = define(name, letters.read(text, shape, f"the definition of {name}"))
        if name in letters.names:
            raise ModelError(f"{name} stands for {letters.names[name]} already; choose another name to define")
        letters.names[name] = definition.name
        definitions.append(definition)
    values = {}
    for name, text in weights.items():
        if name not in trained:
            raise ModelError(f"the model has no weight {name!r}; it has {', '.join(trained)}")
        values[name] = letters.read(text, trained[name].shape, f"the weight {name}")
    return GivenWeights(values, tuple(definitions))


def hessian_form(
    gradients: Mapping[str, Expression], trained: Mapping[str, Expression]
) -> tuple[Expression, Mapping[str, Expression]]:
    """Return the second derivative of the loss along a direction and the direction's letters, d before the weight's."""
    directions = {name: direction_of(letter_) for name, letter_ in trained.items()}
    first = zero()
    for name, slope in gradients.items():
        first = first + (slope.T @ directions[name]).trace()
    moving = {letter_: directions[name] for name, letter_ in trained.items()}
    return differential(first, moving), directions


def direction_of(letter_: Expression) -> Expression:
    """A letter of the shape of a weight, d before its name."""
    symbol = letter(letter_)
    name, rows, cols = f"d{symbol.name}", symbol.rows, symbol.cols
    if rows == cols == 1:
        return scalar_letter(name)
    return vector(name, rows) if cols == 1 else matrix(name, rows, cols)


def used_letters(expressions: Sequence[Expression], defined: Sequence[Definition]) -> list[str]:
    """The names of the letters and lengths on which expressions depend, definitions looked through."""
    waiting = [*expressions, *(d.expression for d in defined)]
    names: dict[str, None] = {}
    for expression in waiting:
        names |= dict.fromkeys(symbol.name for symbol in expression.symbols)
        names |= dict.fromkeys(expression.lengths)
    for definition in defined:
        names.pop(definition.symbol.name, None)
    return list(names)


def shown_sizes(expressions: Sequence[Expression]) -> set[str]:
    """The names of the sizes that the values of the letters show: their dimensions, and how many of them there are."""
    sizes: set[str] = set()
    for expression in expressions:
        for symbol in (s for monomial in expression.terms for s in monomial.symbols()):
            index = tuple(index.length for index in symbol.indices)
            sizes |= {size for size in (symbol.rows, symbol.cols, *index) if isinstance(size, str)}
    return sizes
