"""The gradient flow of a model in a basis in which every matrix is diagonal: d numbers for each d x d weight.

A loss made of traces and words of its letters does not change when all of them are rotated at once, U -> R U R',
v -> R v, so that its gradient turns with them. Let every d x d matrix of the law and of the start be diagonal in one
orthonormal basis, and every letter of another shape but numbers be zero. Then all letters stay as they are under the
reflections R = diag(+-1, ..., +-1) of that basis, hence so do the gradients: they are diagonal and zero, and the flow
never leaves these letters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np

from numerics.models.prompts import letter_values
from numerics.problem import FloatArray
from theory.algebra.expression import Expression
from theory.algebra.words import Symbol, Word
from theory.errors import IclTheoryError
from theory.models.model import Model

# Off-diagonal entries up to this size, relative to the matrix, are rounding of the eigenvectors.
_ROUNDING = 1e-12


class NoEigenbasisError(IclTheoryError, ValueError):
    """The flow leaves the matrices that are diagonal in one basis, or may; the message says why."""


@dataclass(frozen=True, eq=False)
class Diagonal:
    """Letters that are numbers, diagonal in a common basis, or zero.

    Attributes:
        basis: orthonormal eigenvectors in columns, d x d.
        diagonals: by name the diagonal of each d x d letter in that basis, shape (d,).
        numbers: by name the value of each number and of each length.
        zeros: by name the shape of each letter that is zero.
    """

    basis: FloatArray
    diagonals: Mapping[str, FloatArray]
    numbers: Mapping[str, float]
    zeros: Mapping[str, tuple[int, ...]]

    def matrix(self, diagonal: FloatArray) -> FloatArray:
        """The d x d matrix of a diagonal, or of many along the first axes."""
        result: FloatArray = (self.basis * diagonal[..., None, :]) @ self.basis.T
        return result


def common_eigenbasis(model: Model, letters: Mapping[str, Any]) -> Diagonal:
    """Return the basis in which all matrices among the letters are diagonal.

    Args:
        model: the model.
        letters: values of all letters by name: those of the law, the lengths, and the weights at the start.

    Raises:
        NoEigenbasisError: where a matrix is not symmetric, two do not commute, or a letter of another shape is not
            zero.
        ValueError, TypeError: for values that do not fit the model.
    """
    arrays, d = letter_values(letters, model.letters)
    square, numbers, zeros = {}, {"d": float(d)}, {}
    for name, array in arrays.items():
        shape = model.letters.names[name].shape
        if name in model.letters.lengths or shape == (1, 1):
            numbers[name] = float(array[0, 0])
        elif shape == ("d", "d"):
            square[name] = array
        elif np.any(array):
            raise NoEigenbasisError(
                f"{name} is {shape[0]} x {shape[1]} and not zero, so that rotations change the loss; only numbers and "
                "d x d matrices have values in an eigenbasis"
            )
        else:
            zeros[name] = np.shape(letters[name])
    basis = _eigenvectors(square, d)
    turned = {name: basis.T @ array @ basis for name, array in square.items()}
    return Diagonal(basis, {name: np.diag(array).copy() for name, array in turned.items()}, numbers, zeros)


def _eigenvectors(square: Mapping[str, FloatArray], d: int) -> FloatArray:
    """Eigenvectors that all matrices share: those of a generic combination of them."""
    for name, array in square.items():
        if _is_large(array - array.T, array):
            raise NoEigenbasisError(f"{name} is not symmetric")
    generic = np.zeros((d, d))
    for weight, array in zip(np.random.default_rng(0).uniform(1, 2, len(square)), square.values(), strict=True):
        generic += weight * array / max(float(np.abs(array).max()), np.finfo(float).tiny)
    basis: FloatArray = np.linalg.eigh((generic + generic.T) / 2)[1]
    for name, array in square.items():
        turned = basis.T @ array @ basis
        if _is_large(turned - np.diag(np.diag(turned)), array):
            raise NoEigenbasisError(_why_not(square, name))
    return basis


def _is_large(difference: FloatArray, array: FloatArray) -> bool:
    return bool(np.abs(difference).max() > _ROUNDING * np.abs(array).max())


def _why_not(square: Mapping[str, FloatArray], name: str) -> str:
    """The pair of matrices that commutes least."""

    def size(pair: tuple[str, str]) -> float:
        A, B = (square[n] / max(float(np.abs(square[n]).max()), np.finfo(float).tiny) for n in pair)
        return float(np.abs(A @ B - B @ A).max())

    worst = max(combinations(square, 2), key=size, default=(name, name))
    return f"{worst[0]} and {worst[1]} do not commute"


class DiagonalProgram:
    """An expression as a function of the weights, all letters being numbers, diagonal in one basis, or zero.

    A word is then a product of diagonals entry by entry, whatever the order of its letters, and a trace their sum. The
    part of a word that is no weight is multiplied out once. Its value is a number, or the diagonal of a d x d matrix.

    Args:
        expression: 1 x 1 or d x d; of another shape it is zero.
        at: the values of the letters; those of the weights do not count.
        trained: the names of the weights.
    """

    def __init__(self, expression: Expression, at: Diagonal, trained: Sequence[str]):
        self.at = at
        self.trained = frozenset(trained)
        self.is_scalar = expression.is_scalar
        self.powers: dict[tuple[tuple[str, float], ...], int] = {}
        self.traces: dict[Word, tuple[FloatArray, int]] = {}
        factors: list[list[tuple[Any, float]]] = []
        self.coefficients: list[float] = []
        opened: list[tuple[FloatArray, int]] = []
        for monomial, coefficient in expression.terms.items():
            if not all(self._is_held(symbol) for symbol in monomial.symbols()):
                continue
            self.coefficients.append(float(coefficient.evaluate(at.numbers)))
            factors.append([self._entry(word, float(exponent)) for word, exponent in monomial.closed])
            opened.append(self._diagonal(monomial.word))
        self._lay_out(factors, opened)

    def _is_held(self, symbol: Symbol) -> bool:
        """Whether the letter is not one of those that are zero."""
        return symbol.plain.name in self.at.diagonals or symbol.plain.name in self.at.numbers

    def _entry(self, word: Word, exponent: float) -> tuple[Any, float]:
        """The key of a closed word, a number's name or a word under a trace, and its exponent."""
        symbol = word[0].powers[0][0]
        if symbol.rows == symbol.cols == 1:
            return symbol.name, exponent * float(word[0].powers[0][1])
        if word not in self.traces:
            self.traces[word] = self._diagonal(word)
        return word, exponent

    def _diagonal(self, word: Word) -> tuple[FloatArray, int]:
        """The part of a word that is no weight, and the number of its product of powers of weights."""
        fixed = np.ones(len(self.at.basis))
        powers: dict[str, float] = {}
        for symbol, exponent in (pair for factor in word for pair in factor.powers):
            if symbol.name in self.trained:
                powers[symbol.name] = powers.get(symbol.name, 0.0) + float(exponent)
            else:
                fixed = fixed * self.at.diagonals[symbol.name] ** float(exponent)
        key = tuple(sorted(powers.items()))
        return fixed, self.powers.setdefault(key, len(self.powers))

    def _lay_out(self, factors: list[list[tuple[Any, float]]], opened: list[tuple[FloatArray, int]]) -> None:
        """Arrays for the values of all terms at once: closed factors are gathered, the first of them being 1."""
        entries = {entry: place for place, entry in enumerate(dict.fromkeys(e for row in factors for e in row), 1)}
        width = max((len(row) for row in factors), default=0)
        rows = [[entries[entry] for entry in row] + [0] * (width - len(row)) for row in factors]
        self.gather = np.array(rows, dtype=int).reshape(len(factors), width)
        self.numbers = np.array(self.coefficients)
        self.entries = tuple(entries)
        by_power: dict[int, list[int]] = {}
        for term, (_, power) in enumerate(opened):
            by_power.setdefault(power, []).append(term)
        self.opened = [(power, terms, np.array([opened[t][0] for t in terms])) for power, terms in by_power.items()]

    def __call__(self, weights: Mapping[str, Any]) -> Any:
        """The value at weights by name: numbers, and diagonals of shape (d,)."""
        products = [np.ones(len(self.at.basis))] * len(self.powers)
        for key, place in self.powers.items():
            for name, exponent in key:
                products[place] = products[place] * weights[name] ** exponent
        traces = {word: float(fixed @ products[power]) for word, (fixed, power) in self.traces.items()}
        held = {**self.at.numbers, **weights}
        values = np.array(
            [1.0, *((held[key] if isinstance(key, str) else traces[key]) ** e for key, e in self.entries)]
        )
        terms = self.numbers * np.prod(values[self.gather], axis=1)
        if self.is_scalar:
            return float(np.sum(terms))
        total = np.zeros(len(self.at.basis))
        for power, chosen, fixed in self.opened:
            total += products[power] * (terms[chosen] @ fixed)
        return total
