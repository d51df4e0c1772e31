"""What a claim about a model is about: its weights, its law, what its letters mean, and which are drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from proofs_check.judge.errors import ClaimError
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.language import Language, labels_in, require_known
from proofs_check.judge.statements import Statement, used
from proofs_check.model_claims.point import Point, point_at
from proofs_check.model_claims.prompts import tasks_letter
from proofs_check.model_claims.words import in_words
from theory import (
    FiniteTasks,
    Model,
    Moments,
    Prompt,
    Stack,
)
from theory.algebra.expression import Expression, vector
from theory.models.at_weights import GivenWeights, given_weights
from theory.models.letters import Letters
from theory.models.network import softmax_order

# How many tasks are drawn where only the moments of their law are known.
_TASKS = 3


@dataclass(frozen=True)
class Setting:
    """A model at given weights on a law of prompts.

    Args:
        model: the model.
        weights: formulas for weights; the others stay letters.
        where: abbreviations that the formulas, and the right side of the claim, may use.
        test: the law of test prompts; None is the model's.
        more: further letters of the claim, such as the direction of a derivative.
    """

    model: Model
    weights: Mapping[str, str] = field(default_factory=dict)
    where: Mapping[str, str] = field(default_factory=dict)
    test: Prompt | None = None
    more: Mapping[str, Expression] = field(default_factory=dict)

    @cached_property
    def law(self) -> Prompt:
        """The law of the prompts."""
        return self.model.law if self.test is None else self.test

    @cached_property
    def define(self) -> dict[str, str]:
        """The abbreviations that the weights use, directly or not."""
        return used(" ".join(self.weights.values()), self.where)

    @cached_property
    def _given(self) -> tuple[GivenWeights, Letters]:
        letters = self.model.letters_for(self.test)
        for name in self.where:
            if name in letters.names:
                raise ClaimError(f"{name} is a letter of the model already; choose another name for the abbreviation")
        for name, letter_ in self.more.items():
            if letters.names.setdefault(name, letter_) != letter_:
                raise ClaimError(f"{name} stands for {letter_} in this claim; choose another name for the letter")
        return given_weights(self.weights, self.define, self.model.trained, letters), letters

    @property
    def given(self) -> GivenWeights:
        """The given weights as expressions of the engine."""
        return self._given[0]

    @cached_property
    def letters(self) -> dict[str, Expression]:
        """The letters by name, abbreviations apart."""
        held = self._given[1]
        return {n: e for n, e in held.names.items() if n not in held.lengths and n not in self.where}

    def language(self, statement: Statement) -> Language:
        """What the names of a statement mean.

        Raises:
            ClaimError: for a name that neither the model nor an abbreviation has.
        """
        letters, stacked = dict(self.letters), {}
        lengths = self._given[1].lengths
        if isinstance(self.law.w, FiniteTasks):
            stacked[self.law.w.letter] = self.law.w.count
        if isinstance(self.law.w, Moments) and self.has_tasks:
            letters[tasks_letter(self.law.w)] = vector(tasks_letter(self.law.w))
            stacked[tasks_letter(self.law.w)] = "tasks"
        language = Language(letters, {}, self._sums(statement), stacked, lengths)
        require_known(language, statement.where, statement.right, whose="the model")
        return language

    def _sums(self, statement: Statement) -> dict[str, str]:
        """What the labels of sums over tasks run to."""
        if not isinstance(self.law.w, FiniteTasks):
            return {}
        trees = (statement.right, *(tree for _, tree in statement.where))
        labels = {label for tree in trees for label in labels_in(tree)}
        return {label: self.law.w.count for label in labels if f"{self.law.w.letter}_{label}" in statement.names}

    @cached_property
    def drawn(self) -> tuple[str, ...]:
        """The letters that are drawn: all but weights with a formula, and moments that follow from drawn tasks."""
        held = [name for name in self.letters if name not in self.weights]
        if isinstance(self.law.w, Moments) and self.has_tasks:
            follow = {self.law.w.second, self.law.w.mean, self.law.w.square}
            held = [name for name in held if name not in follow] + [tasks_letter(self.law.w)]
        return tuple(held)

    @cached_property
    def has_tasks(self) -> bool:
        """Whether tasks can be drawn that have the law's moments: where each moment is a letter of its own."""
        law = self.law.w
        if not isinstance(law, Moments):
            return True
        plain = all(text is None or text in self.letters for text in (law.second, law.mean))
        return plain and (law.square is None or law.square == "d" or law.square in self.letters)

    def point(self, instance: Instance, weights: bool = True) -> tuple[Point, dict[str, Any]]:
        """The values of letters at an instance, the given weights put in, and those that follow from drawn ones."""
        further = self._moments(instance)
        complete = instance.with_values(**further)
        return point_at(self.model, complete, self.weights if weights else {}, self.define), further

    def _moments(self, instance: Instance) -> dict[str, Any]:
        law = self.law.w
        if not isinstance(law, Moments):
            return {}
        tasks = np.array(instance.values[tasks_letter(law)], dtype=object)
        if law.square is not None:
            start = np.full(tasks.shape[1], Fraction(1)) if law.square == "d" else tasks[0]
            tasks = np.array([start, *(_of_length(start, task) for task in tasks[1:])], dtype=object)
        further = {tasks_letter(law): tasks, law.second: tasks.T @ tasks / Fraction(len(tasks))}
        if law.mean is not None:
            further[law.mean] = sum(tasks) / Fraction(len(tasks))
        if law.square is not None and law.square != "d":
            further[law.square] = tasks[0] @ tasks[0]
        return {name: tuples(value) for name, value in further.items()}

    def expanded(self, symbol: str) -> str:
        """A symbol as LaTeX, with the order to which softmax attention is expanded, if there is any."""
        order = softmax_order(self.model.network)
        return symbol if order is None else f"{symbol}^{{({order})}}"

    def largest(self) -> dict[str, int]:
        """The largest lengths of exact checks: the terms of the error grow fast with depth and length."""
        network = self.model.network
        depth = len(network.layers) if isinstance(network, Stack) else 1
        prompts = dict.fromkeys((self.model.law.length, self.law.length), 3 if depth == 1 else 2)
        others = {name: 2 for name in self._given[1].lengths if name not in prompts}
        tasks = {self.law.w.count: 3} if isinstance(self.law.w, FiniteTasks) else {}
        return {**others, **prompts, **tasks, "d": 2}

    @property
    def fixed(self) -> dict[str, int]:
        """Lengths that are no part of what the claim says."""
        return {"tasks": _TASKS} if isinstance(self.law.w, Moments) and self.has_tasks else {}

    def described(self) -> tuple[str, ...]:
        """The law, the network and the weights in words, their formulas as LaTeX between dollar signs."""
        letters = self._given[1].names
        return in_words(self.model, self.law, self.weights, self.define, letters)


def _of_length(v: Any, drawn: Any) -> Any:
    """A vector as long as v: what is drawn if it is, as in a recorded instance, else v reflected at its plane."""
    return drawn if drawn @ drawn == v @ v else v - drawn * (2 * (drawn @ v) / (drawn @ drawn))
