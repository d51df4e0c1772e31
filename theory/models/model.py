"""A model: the law of a prompt and a network, from which everything else is computed for every d and N."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import cached_property

from theory.algebra.calculus import gradient
from theory.algebra.expression import Expression, length, letter, number, zero
from theory.algebra.latex import symbol_latex
from theory.derivation import Derivation, Formula, Step
from theory.models import forward
from theory.models.at_weights import GivenWeights, direction_of, given_weights, hessian_form, shown_sizes, used_letters
from theory.models.critical_points import CriticalPoints, critical_points
from theory.models.invariants import conserved_forms
from theory.models.law import Prompt, PromptLaw, prompt_law
from theory.models.letters import Letters, ModelError, is_negative_number
from theory.models.network import (
    SHAPES,
    Attention,
    GradientStep,
    Network,
    SoftmaxAttention,
    Stack,
    Weights,
    attention_layers,
    network_weights,
    softmax_order,
)
from theory.models.prediction import Prediction, layers_prediction


@dataclass(frozen=True, eq=False)
class Model:
    """The law of a prompt and a network.

    Args:
        law: the law of a training prompt.
        network: a layer, a stack of layers, or `GradientStep`. Where layers are `SoftmaxAttention`, everything is
            derived from their expansion, and formulas and derivations say to which order.
        weights: what the blocks of the layers are.

            - "all": every block that the prediction depends on is a letter of its own: U11, u21, u12, u, and P11, p12,
              k12, k22 where a further layer reads them;
            - "reduced": P = u e e', Q = diag(U, 0), e the last unit vector: letters U, u;
            - "sparse": P = e e', Q = -diag(A, 0) and the prediction is minus the last entry, as in Ahn et al. (2023),
              where a layer does one step of preconditioned gradient descent: letters A, or A0, A1, ... in a stack;
            - a mapping from blocks to formulas, {"U11": "a Lambda^-1", "u": "1"}; a block that is not named is zero.

            In a stack the letters of layer k end in _k (A0, A1, ... excepted), those of head h in _h, in _k_h for both,
            counted from 0; where key and query are separate, U is k q', or K Q' of a higher rank.
        sign: the sign, 1 or -1, with which the last entry is read as the prediction; None is -1 for "sparse", else 1.
        vectors: names in formulas that stand for vectors; other lower-case names are numbers, capitals d x d matrices.
        decay: the weight decay c, a number or a letter, such as "1/10" or "c": the loss gains c/2 times the sum of the
            squares of all entries of all weights, the letters of `trained`, each counted once. None is no decay.

    Raises:
        ModelError: for a model that does not exist; the message says what does not fit.
    """

    law: Prompt
    network: Network
    weights: str | Mapping[str, str] = "all"
    vectors: Collection[str] = field(default=())
    sign: int | None = None
    decay: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.law, Prompt):
            raise ModelError(f"the law must be a Prompt(...), got {self.law!r}")
        if not isinstance(self.network, Attention | Stack | GradientStep):
            raise ModelError(
                f"the network must be LinearAttention, SoftmaxAttention, Stack or GradientStep, got {self.network!r}"
            )
        _refuse_contradictions(self)
        # Everything is read now, so that a wrong model is refused where it is written.
        if not self.prediction.value:
            raise ModelError(
                f"the prediction is zero on every prompt with weights={self.weights!r}; a layer needs a block of P, "
                "such as 'u': '1', and one of Q, such as 'U11': 'A'"
            )
        for name in self.trained:
            if f"d{name}" in self.letters.names:
                raise ModelError(f"d{name} is the direction of the weight {name}; choose another name for the letter")

    @cached_property
    def blocks(self) -> Weights | None:
        """The formulas of the blocks; None for `GradientStep`, which has none."""
        return (
            None if isinstance(self.network, GradientStep) else network_weights(self.network, self.weights, self.sign)
        )

    @cached_property
    def _read(self) -> tuple[Letters, PromptLaw, frozenset[str]]:
        """The letters, the law, and the names that law and decay declared, which are not trained."""
        letters = Letters(dict.fromkeys((*self.law.lengths(), *_ranks(self.network))))
        law = prompt_law(self.law, letters)
        if self.decay is not None:
            value = letters.read(self.decay, (1, 1), "the weight decay", non_negative=True)
            if is_negative_number(value):
                raise ModelError(f"the weight decay must not be negative, got {self.decay!r}")
        return letters, law, frozenset(letters.names)

    @property
    def decay_rate(self) -> Expression:
        """The weight decay c; zero if there is none."""
        return zero(1, 1) if self.decay is None else self._read[0].read_known(self.decay)

    @property
    def letters(self) -> Letters:
        """The letters of law and network."""
        _ = self.prediction
        return self._read[0]

    @property
    def prompt_law(self) -> PromptLaw:
        """The law in the engine's terms."""
        return self._read[1]

    @cached_property
    def prediction(self) -> Prediction:
        """The network's prediction on a training prompt, with the weights as letters."""
        return self._network_prediction(self._read[0], self.law.length)

    def _network_prediction(self, letters: Letters, count: str) -> Prediction:
        """The prediction for a prompt whose length is called `count`; new letters are added to `letters`."""
        for name in self.vectors:
            letters.declare(name, "d", 1)
        if isinstance(self.network, GradientStep):
            start = letters.read(self.network.start, ("d", 1), "the start", vectors=True)
            step = letters.read(self.network.step, ("d", "d"), "the step")
            return Prediction(forward.step_prediction(start, step, count), count)
        assert self.blocks is not None
        for name, shape in self.blocks.shapes.items():
            if name in self._read[2]:
                raise ModelError(
                    f"{name} is a letter of the law or of the decay and would be a weight too; "
                    "choose another name for it there"
                )
            letters.declare(name, *shape)
        layers = tuple(
            forward.LayerBlocks(
                tuple(forward.head_blocks(_values(head.blocks, letters)) for head in layer.heads),
                layer.kind.mask,
                _scale(layer.kind, letters, count, self._read[2]),
                layer.kind.order if isinstance(layer.kind, SoftmaxAttention) else None,
            )
            for layer in self.blocks.layers
        )
        return layers_prediction(layers, count, self.blocks.sign)

    @cached_property
    def trained(self) -> Mapping[str, Expression]:
        """The weights: letters of the network that the law does not have, by name."""
        declared = self._read[2]
        used = {symbol.name for symbol in self.prediction.symbols}
        return {name: held for name, held in self.letters.names.items() if name not in declared and name in used}

    @cached_property
    def half_error(self) -> Expression:
        """E (y_hat - y_q)^2 / 2."""
        try:
            return self.prediction.mean_square_error(self.prompt_law) * Fraction(1, 2)
        except ModelError:
            raise
        except ValueError as error:
            raise ModelError(
                f"the loss cannot be written out: {error}; give blocks formulas with weights={{...}}, or work on "
                "samples with numerics.simulate and descend(batch=...)"
            ) from error

    def penalty(self, given: GivenWeights | None = None) -> Expression:
        """c/2 times the sum of the squares of all weights' entries, at given weights or at the letters."""
        total = zero(1, 1)
        for name, letter_ in self.trained.items():
            value = letter_ if given is None else given.values.get(name, letter_)
            total = total + (value.T @ value).trace()
        return self.decay_rate * total * Fraction(1, 2)

    @cached_property
    def loss_expression(self) -> Expression:
        """E (y_hat - y_q)^2 / 2, plus the penalty of the weight decay."""
        return self.half_error + self.penalty()

    @cached_property
    def expansion(self) -> str:
        """What is said of a formula where softmax attention is expanded, with its order; empty without softmax."""
        order = softmax_order(self.network)
        return "" if order is None else f", softmax attention expanded to order {order} in its logits"

    def _order_of(self, symbol: str) -> str:
        """A symbol as LaTeX with the order of the expansion, if there is one."""
        order = softmax_order(self.network)
        return symbol if order is None else f"{symbol}^{{({order})}}"

    @property
    def _remainder(self) -> str:
        """What an expansion leaves out of the prediction, the loss and the error of softmax attention, as LaTeX."""
        order = softmax_order(self.network)
        return "" if order is None else rf"O(\mathrm{{logits}}^{{{order + 1}}})"

    def formula(self, name: str, expression: Expression, steps: tuple[Step, ...] = ()) -> Formula:
        """Return an expression as a formula whose arguments are the letters of the model."""
        lengths = frozenset(self.letters.lengths)
        return Formula(name + self.expansion, expression, self._arguments(expression), steps, lengths=lengths)

    def _arguments(self, expression: Expression) -> dict[str, str]:
        letters = {name: held for name, held in self.letters.names.items() if name not in self.letters.lengths}
        # Sizes such as d are read off the values of the letters that have them; the prompt's length is always given.
        shown = shown_sizes([expression, *letters.values()])
        used = {name for name in expression.lengths if name not in shown} | {self.law.length}
        present = (symbol.name for symbol in expression.symbols)
        return {name: name for name in (*letters, *present, *(n for n in self.letters.lengths if n in used))}

    def loss(self) -> Formula:
        """Return L = E (y_hat - y_q)^2 / 2 for every d and N, with weight decay c plus c/2 times the weights' squares.

        `evaluate` takes the letters of the model by their names: covariances and weights as d x d arrays, vectors of
        length d, numbers, and the prompt's length as a positive integer. Of softmax attention it is the loss of the
        expansion; it says so, and is printed with the order of what it leaves out.
        """
        average = "Average over task, covariates, query and noise by Wick's theorem on words."
        output = f"The last entry of the network's output on a prompt{self.expansion}."
        error = self.prediction.error(self.prompt_law)
        y_hat, symbol = self._order_of(r"\hat y"), self._order_of("L")
        half = rf"\tfrac12 \mathbb{{E}}\left({y_hat} - y_q\right)^2"
        steps: tuple[Step, ...] = (
            Step(y_hat, output, self.prediction.in_data(), id="prediction"),
            Step(f"{y_hat} - y_q", "Its error on the query, as sums over the examples.", error, id="error"),
            Step(half if self.decay else f"{symbol} = {half}", average, self.half_error, id="wick"),
        )
        if self.decay:
            added = "Add half of the weight decay times the squares of all entries of the weights."
            steps = (*steps, Step(symbol, added, self.loss_expression, id="decay"))
        formula = self.formula("population loss", self.loss_expression, steps)
        return replace(formula, left=symbol, remainder=self._remainder)

    @cached_property
    def gradients(self) -> Mapping[str, Expression]:
        """The gradient of the loss with respect to each weight."""
        return {name: gradient(self.loss_expression, letter_) for name, letter_ in self.trained.items()}

    def flow(self) -> Derivation:
        """Return the gradient flow theta' = -grad L; its results are "A0'", "A1'", ... for the weights A0, A1, ..."""
        symbol = self._order_of("L")
        steps = [Step(symbol, f"The population loss{self.expansion}.", self.loss_expression, id="loss")]
        results = {}
        for name, expression in self.gradients.items():
            printed = symbol_latex(letter(self.trained[name]))
            left, reason = (
                rf"\frac{{d}}{{dt}} {printed}",
                f"Minus the gradient of ${symbol}$ with respect to ${printed}$.",
            )
            steps.append(Step(left, reason, -expression, id=f"flow-{name}"))
            formula = self.formula(f"flow of {name}", -expression)
            results[f"{name}'"] = replace(formula, left=left, title=f"the flow of ${printed}$")
        title = f"Gradient flow of the population loss{self.expansion}"
        return Derivation("flow", title, "the model's loss", tuple(steps), results)

    def invariants(self) -> tuple[Formula, ...]:
        """Return the conserved combinations of the traces, and of the square matrices, that two weights make: a basis.

        Each is found by linear algebra over all candidates (`theory.models.invariants`) and proved: the normal form of
        its time derivative is zero for every d and N. Forms with another letter between the weights are not looked for.
        Matrices come first; a number that is the trace of a conserved
        matrix, or a combination of such traces, is not listed again.
        """
        flow = {name: (letter_, -self.gradients[name]) for name, letter_ in self.trained.items()}
        return tuple(
            self.formula(f"conserved quantity {k}", expression) for k, expression in enumerate(conserved_forms(flow))
        )

    def critical_points(self, ansatz: Mapping[str, str]) -> CriticalPoints:
        """Return the points of an ansatz where the gradient with respect to every weight is zero.

        Args:
            ansatz: for each weight a formula, {"A0": "a0 Lambda^-1", "A1": "a1 Lambda^-1"}; its new names are unknown
                numbers.

        Raises:
            ModelError: for a weight without a formula, or a formula that brings in a new matrix.
        """
        letters = self.letters.copy()
        at = given_weights(ansatz, {}, self.trained, letters)
        missing = [name for name in self.trained if name not in ansatz]
        if missing:
            raise ModelError(f"the ansatz says nothing about {missing[0]}; give a formula for it, '0' if it is zero")
        unknowns = [name for name in letters.names if name not in self.letters.names]
        for name in unknowns:
            if not letters.names[name].is_scalar:
                raise ModelError(f"the unknowns of an ansatz are numbers, {name} is a matrix; write it a Lambda, say")
        gradient_there = {name: at.put_into(slope, self.trained) for name, slope in self.gradients.items()}
        return critical_points(gradient_there, unknowns)

    def formula_of(self, text: str, test: Prompt | None = None, define: Mapping[str, str] | None = None) -> Formula:
        """Return a statement about the model as a formula: text in the engine's grammar, in the letters of the model.

        Args:
            text: such as "1/2 tr(Lambda) - u tr(Lambda^2 U)".
            test: a law of test prompts whose letters may occur too.
            define: as for `hessian`.

        Raises:
            ModelError: for text that cannot be read or a name that the model does not have.
        """
        letters, _ = self._test_law(test)
        given = given_weights({}, define or {}, self.trained, letters)
        return self._given_formula("statement", letters.read_known(text), given, letters, test)

    def gradient_at(self, weights: Mapping[str, str], define: Mapping[str, str] | None = None) -> Mapping[str, Formula]:
        """Return the gradient of the loss with respect to each weight, at given weights.

        Args:
            weights, define: as for `hessian`.
        """
        letters = self.letters.copy()
        given = given_weights(weights, define or {}, self.trained, letters)
        return {
            name: self._given_formula(f"gradient for {name}", self._slope_at(name, given), given, letters)
            for name in self.trained
        }

    def _slope_at(self, name: str, given: GivenWeights) -> Expression:
        direction = direction_of(self.trained[name])
        values = given.replacements(self.trained)
        slope = self.prediction.slope(self.trained[name], direction, values, self.prompt_law)
        weight = given.values.get(name, self.trained[name])
        return gradient(slope, direction) + self.decay_rate * weight

    def hessian(self, at: Mapping[str, str] | None = None, define: Mapping[str, str] | None = None) -> Formula:
        """Return the second derivative of the loss along a direction, d^2/dt^2 L(weights + t direction) at t = 0.

        Args:
            at: formulas for the weights; a weight without one stays a letter. The direction's letters are called dA0
                for the weight A0.
            define: formulas for names that `at` uses, {"Gamma": "(1 + 1/N) Lambda + tr(Lambda)/N I"}.
        """
        letters = self.letters.copy()
        form, directions = hessian_form(self.gradients, self.trained)
        for name, direction in directions.items():
            letters.names[f"d{name}"] = direction
        given = given_weights(at or {}, define or {}, self.trained, letters)
        return self._given_formula("Hessian of the population loss", given.put_into(form, self.trained), given, letters)

    def predictor(
        self,
        weights: Mapping[str, str] | None = None,
        test: Prompt | None = None,
        define: Mapping[str, str] | None = None,
    ) -> Formula:
        """Return the prediction with given weights on a prompt, as sums over its examples.

        `evaluate` takes the covariates as x (one row an example), the labels y and the query x_q.

        Args:
            weights, define: as for `hessian`.
            test: the law of the prompt, of which the length's name counts; None is the training law.
        """
        letters, law = self._test_law(test)
        prediction = self._network_prediction(letters, law.prompt.length)
        given = given_weights(weights or {}, define or {}, self.trained, letters)
        sums = prediction.with_weights(given.replacements(self.trained)).sums()
        formula = self._given_formula("prediction", sums, given, letters, test)
        return replace(formula, left=self._order_of(r"\hat y"), remainder=self._remainder)

    def error(
        self,
        weights: Mapping[str, str] | None = None,
        test: Prompt | None = None,
        define: Mapping[str, str] | None = None,
    ) -> Formula:
        """Return E (y_hat - y_q)^2 with given weights on a prompt of any law, its scores divided by its own length.

        It has no part in the weight decay: it is the error of a prediction.

        Args:
            weights, define: as for `hessian`.
            test: the law of the test prompt, such as law.replace(length="M"); None is the training law.
        """
        letters, law = self._test_law(test)
        prediction = self._network_prediction(letters, law.prompt.length)
        given = given_weights(weights or {}, define or {}, self.trained, letters)
        error = prediction.with_weights(given.replacements(self.trained)).mean_square_error(law)
        formula = self._given_formula("prediction error", error, given, letters, test)
        y_hat = self._order_of(r"\hat y")
        left = rf"\mathbb{{E}}\left({y_hat} - y_q\right)^2"
        return replace(formula, left=left, remainder=self._remainder)

    def letters_for(self, test: Prompt | None = None) -> Letters:
        """The letters and lengths of the model and of a law of test prompts."""
        return self._test_law(test)[0]

    def _test_law(self, test: Prompt | None) -> tuple[Letters, PromptLaw]:
        prompt = self.law if test is None else test
        if not isinstance(prompt, Prompt):
            raise ModelError(f"test must be a Prompt(...), such as law.replace(length='M'), got {test!r}")
        letters = self.letters.with_lengths(prompt.lengths())
        if test is not None:
            own = Letters(letters.lengths)
            prompt_law(prompt, own)
            for name in self.trained:
                if name in own.names:
                    raise ModelError(f"{name} is a weight of the model; choose another name for it in the test law")
        return letters, prompt_law(prompt, letters)

    def _given_formula(
        self, name: str, expression: Expression, given: GivenWeights, letters: Letters, test: Prompt | None = None
    ) -> Formula:
        """A formula whose arguments are what it depends on; sizes such as d are read off where a letter has them."""
        lengths = letters.lengths
        prompts = {self.law.length, *(() if test is None else (test.length,))}
        used = used_letters([expression], given.definitions)
        shown = shown_sizes([expression, *(d.expression for d in given.definitions)]) - prompts
        arguments = {n: n for n in used if n not in lengths or n not in shown}
        said = name + self.expansion
        return Formula(said, expression, arguments, (), "", given.definitions, lengths=frozenset(lengths))


def _values(blocks: Mapping[str, str], letters: Letters) -> dict[str, Expression]:
    return {name: letters.read(text, SHAPES[name], f"the block {name}") for name, text in blocks.items()}


def _ranks(network: Network) -> tuple[str, ...]:
    return tuple(kind.rank for kind in attention_layers(network) if isinstance(kind.rank, str))


def _scale(kind: Attention, letters: Letters, count: str, known: Collection[str]) -> Expression:
    """What the scores of a layer are divided by on a prompt whose length is called `count`.

    `known` are the letters of the law, of which it may be made.
    """
    if kind.scale is not None:
        scale = letters.read(kind.scale, (1, 1), "the scale of the scores")
        for name in (symbol.name for symbol in scale.symbols):
            if name not in known:
                raise ModelError(
                    f"the scale of the scores must be a formula in lengths and letters of the law, and {name} in "
                    f"{kind.scale!r} is neither; a number that is trained belongs into a block, 'U11': \"{name} A\""
                )
        if not scale:
            raise ModelError(f"the scale of the scores must not be zero, got {kind.scale!r}")
        return scale
    return number(1) if isinstance(kind, SoftmaxAttention) else length(count)


def _refuse_contradictions(model: Model) -> None:
    """ModelError for arguments that would be passed over."""
    if isinstance(model.vectors, str):
        raise ModelError(f"vectors must be a tuple of names, such as ({model.vectors!r},), got {model.vectors!r}")
    if isinstance(model.network, GradientStep) and (model.weights != "all" or model.sign is not None):
        raise ModelError(
            "weights= and sign= are for layers of attention; GradientStep(start, step) has formulas of its own"
        )
