"""Compiled expressions at fixed values of most of their letters: what depends on these alone is computed once."""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

import numpy as np

from theory.algebra.namespaces import Array
from theory.algebra.program import Compiled, Group, Run
from theory.algebra.words import Symbol

# A register, the registers of a column and a row, or an array.
Word = int | tuple[int, int] | Array
# Terms up to this number are added one by one.
_FEW = 24


class Shared:
    """Values of products that several expressions have in common, at one point; forgotten by `clear`."""

    def __init__(self) -> None:
        self.numbers: dict[Any, int] = {}
        self.values: dict[int, Array] = {}

    def number(self, key: Any) -> int:
        """The number of a product of letters, the same for the same product."""
        return self.numbers.setdefault(key, len(self.numbers))

    def clear(self) -> None:
        """Forget the values: the letters have others now."""
        self.values.clear()


class Bound:
    """A compiled expression as a function of some of its letters; one point, no batch.

    Values of the free letters are not checked, so that a call costs little more than its products.

    Args:
        program: without summation indices, in NumPy.
        values: for each letter its value; those of the free ones show their shapes, and are checked.
        lengths: the lengths.
        free: the names of the free letters.
        shared: where expressions with the same letters find each other's products, cleared before each point.

    Raises:
        ValueError, TypeError: as a call of the program; for one with summation indices or values with leading axes.
    """

    def __init__(
        self,
        program: Compiled,
        values: Mapping[str, Any],
        lengths: Mapping[str, Any],
        free: frozenset[str],
        shared: Shared,
    ):
        if program.axes:
            raise ValueError(f"an expression with sums over {program.axes[0].length} cannot be bound")
        run = Run(program, values, lengths, {})
        if run.batch:
            raise ValueError(f"a bound expression takes one point, got leading axes {run.batch}")
        self.program, self.run = program, run
        self.loads: list[tuple[int, Symbol]] = [(i, s) for i, s in enumerate(program.loads) if s.name in free]
        self.shared = shared
        varies = [symbol.name in free for symbol in program.loads]
        keys = [shared.number(symbol) for symbol in program.loads]
        self.steps = []
        for operation, a, b in program.code:
            other = None if operation == "root" else b
            varies.append(varies[a] or (other is not None and varies[other]))
            keys.append(shared.number((operation, keys[a], b if other is None else keys[other])))
            if varies[-1]:
                self.steps.append((len(varies) - 1, keys[-1], operation, a, b))
            run.registers.append(self._operate(operation, a, b))
        self.registers = run.registers
        self.entries = [
            (place, entry)
            for place, entry in enumerate(program.entries)
            if entry[0] not in ("length", "denominator") and varies[entry[1][1]]
        ]
        changing = {place for place, _ in self.entries}
        scalars = [1.0 if place in changing else run.scalar(entry) for place, entry in enumerate(program.entries)]
        self.groups = [_Terms(group, scalars, changing, self._words(group, varies)) for group in program.groups]

    def _operate(self, operation: str, a: Any, b: Any) -> Array:
        """The value of one operation on registers, all of them plain matrices or numbers."""
        held = self.run.registers
        if operation == "product":
            return held[a].dot(held[b])
        if operation == "turn":
            return held[a].T
        if operation == "trace of product":
            return np.vdot(held[a], held[b].T)
        return self.program.operations[operation](held[a], b if b is None or operation == "root" else held[b])

    def _words(self, group: Group, varies: list[bool]) -> list[Word]:
        """For each word its register, those of a column and a row whose product it is, or its fixed value."""
        if self.program.expression.is_scalar:
            return []
        found: list[Word] = []
        for block in group.blocks:
            found += [r if r is not None and varies[r] else self.run.word(r) for r in block.whole]
            found += zip(block.columns, block.rows, strict=True)
        return found

    def __call__(self, values: Mapping[str, Any]) -> Any:
        """The value at values of the free letters: matrices, vectors and numbers as arrays of doubles."""
        registers, run = self.registers, self.run
        for place, symbol in self.loads:
            array = np.asarray(values[symbol.name], dtype=np.float64)
            rows = 1 if symbol.rows == 1 else -1
            registers[place] = array if array.ndim == 2 else array.reshape((rows, 1))
        known = self.shared.values
        for place, key, operation, a, b in self.steps:
            value = known.get(key)
            if value is None:
                value = known[key] = self._operate(operation, a, b)
            registers[place] = value
        scalars = {place: float(run.scalar(entry)) for place, entry in self.entries}
        expression = self.program.expression
        total: Any = 0.0 if expression.is_scalar else np.zeros(run.shape(expression.rows, expression.cols))
        for terms in self.groups:
            total = total + terms.value(scalars, registers, expression.is_scalar)
        if expression.is_scalar:
            return float(total)
        return total[..., 0] if expression.cols == 1 else total


class _Terms:
    """The terms of a program, their numbers multiplied by the scalars that are fixed."""

    def __init__(self, group: Group, scalars: list[Any], changing: set[int], words: list[Word]):
        self.words = words
        # Place 0 of a column is the number 1.
        fixed = np.array([1.0, *(float(scalars[k]) for k in group.scalars)])
        self.changing = [k for k in group.scalars if k in changing]
        place = {k: n for n, k in enumerate(self.changing, start=1)}
        moved = np.array([0, *(place.get(k, 0) for k in group.scalars)])
        numbers = fixed[group.places].prod(0)
        self.places = moved[group.places]
        width = sum(block.numbers.shape[1] for block in group.blocks)
        self.numbers = np.zeros((group.places.shape[1], width))
        start = 0
        for block in group.blocks:
            part, here = slice(block.first, block.last), slice(start, start + block.numbers.shape[1])
            self.numbers[part, here] = numbers[part, None] * block.numbers
            start = here.stop
        few = self.numbers.shape[0] <= _FEW
        rows = zip(self.places.T.tolist(), self.numbers.tolist(), strict=True) if few else ()
        self.few = [
            ([place for place in places if place], [(word, number) for word, number in enumerate(numbers) if number])
            for places, numbers in rows
        ]

    def value(self, scalars: Mapping[int, float], registers: list[Array], is_scalar: bool) -> Any:
        """The sum of the terms at values of the scalars that change."""
        weights = self._weights([1.0, *(scalars[k] for k in self.changing)])
        if is_scalar:
            return sum(weights)
        total: Array = None
        for weight, word in zip(weights, self.words, strict=True):
            if isinstance(word, int):
                part: Array = registers[word] * weight
            elif isinstance(word, tuple):
                part = (registers[word[0]] * weight).dot(registers[word[1]])
            else:
                part = word * weight
            total = part if total is None else np.add(total, part, out=part)
        return total

    def _weights(self, column: list[float]) -> list[float]:
        """The number by which each word is multiplied; few terms are faster without arrays."""
        if not self.few:
            weights: list[float] = (np.array(column)[self.places].prod(0) @ self.numbers).tolist()
            return weights
        found = [0.0] * self.numbers.shape[1]
        for places, numbers in self.few:
            product = prod([column[place] for place in places])
            for word, number in numbers:
                found[word] += number * product
        return found
