"""Gaussian matrices with dependent columns against polynomials in the entries of independent ones."""

from __future__ import annotations

import random
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.brute_force import Coordinates, Law
from theory import evaluate
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, indexed, matrix, number, sum_over, vector
from theory.algebra.laws import GaussianMatrix

A, B, v = matrix("A"), matrix("B"), vector("v")
X, C, G = matrix("X", "d", "N"), matrix("C", "N", "N"), matrix("G", "N", "d")
u = vector("u", "N")
LAMBDA, SIGMA = matrix("Lambda", definite=True), matrix("Sigma", "N", "N", definite=True)
# The letters of formulas in X by (rows, columns); X' is written X'.
MATRIX_LETTERS: dict[tuple[str, str], dict[str, Expression]] = {
    ("d", "d"): {"A": A, "B'": B.T},
    ("N", "N"): {"C": C, "C'": C.T},
    ("d", "N"): {"X": X, "G'": G.T},
    ("N", "d"): {"X'": X.T, "G": G},
}


@dataclass(frozen=True)
class MatrixFormula:
    """A product of the traces of words, times an open word or a form u' M v; words are names of letters, left to right.

    The edges of the form or of the outer product are v (size d) or u (size N), by the sizes of the word between.
    """

    traces: tuple[tuple[str, ...], ...]
    word: tuple[str, ...]
    kind: str
    independent: bool


def random_word(generator: random.Random, rows: str, cols: str, most: int) -> tuple[str, ...]:
    """A word of that shape with at most `most` letters X, which are taken as often as they can be."""
    word: list[str] = []
    here = rows
    while len(word) < 5:
        following = "dN" if most else here
        there = generator.choice(following)
        name = generator.choice(list(MATRIX_LETTERS[here, there]))
        if "X" in name and not most:
            continue
        most -= "X" in name
        word.append(name)
        here = there
        if here == cols and generator.random() < 0.4:
            return tuple(word)
    closing = {("d", "N"): "G'", ("N", "d"): "G"}
    return (*word, closing[here, cols]) if here != cols else tuple(word)


def random_matrix_formula(generator: random.Random) -> MatrixFormula:
    """At most four copies of X."""
    kind = generator.choice(["none", "open", "open", "form", "outer"])
    sizes = (generator.choice("dN"), generator.choice("dN"))
    word = () if kind == "none" else random_word(generator, *sizes, 4)
    left = 4 - sum("X" in name for name in word)
    traces = []
    for _ in range(generator.choice([1, 1, 2]) if kind == "none" else generator.choice([0, 0, 1])):
        size = generator.choice("dN")
        traces.append(random_word(generator, size, size, left))
        left -= sum("X" in name for name in traces[-1])
    return MatrixFormula(tuple(traces), word, kind, generator.random() < 0.3)


def matrix_value(formula: MatrixFormula, letters: dict[str, Any], edges: dict[str, Any], trace: Any) -> Any:
    """The formula in the engine's algebra, or at arrays."""

    def product_of(word: tuple[str, ...]) -> Any:
        result = letters[word[0]]
        for name in word[1:]:
            result = result @ letters[name]
        return result

    total: Any = 1
    for word in formula.traces:
        total = trace(product_of(word)) * total
    if formula.kind == "none":
        return total
    inside = product_of(formula.word)
    if formula.kind == "form":
        inside = trace(edges[sizes_of(formula.word)[0]].T @ inside @ edges[sizes_of(formula.word)[1]])
    elif formula.kind == "outer":
        inside = (inside @ edges[sizes_of(formula.word)[1]]) @ edges[sizes_of(formula.word)[0]].T
    return inside * total


def sizes_of(word: tuple[str, ...]) -> tuple[str, str]:
    """Rows and columns of a word."""
    sizes = {name: size for size, held in MATRIX_LETTERS.items() for name in held}
    return sizes[word[0]][0], sizes[word[-1]][1]


def matrix_agrees(seed: int) -> bool:
    """Compare E of one formula in X = L Z S with S'S = Sigma not diagonal, or S = I, at three sizes; False if 0."""
    formula = random_matrix_formula(random.Random(seed))
    columns = identity("N") if formula.independent else SIGMA
    symbolic_letters = {name: held for letters in MATRIX_LETTERS.values() for name, held in letters.items()}
    value = matrix_value(formula, symbolic_letters, {"d": v, "N": u}, lambda held: held.trace())
    expected = expectation(number(1) * value, {X: GaussianMatrix(LAMBDA, columns)})
    # A few of the zeros are enough.
    for d, N in ((2, 2), (1, 3), (2, 1)) if expected or seed % 10 == 0 else ():
        generator = random.Random(seed)
        L, S = brute_force.root(generator, d), brute_force.root(generator, N)
        given = {name: brute_force.matrix(generator, d, d) for name in "AB"}
        given |= {"C": brute_force.matrix(generator, N, N), "G": brute_force.matrix(generator, N, d)}
        given |= {"v": brute_force.vector(generator, d), "u": brute_force.vector(generator, N)}
        unit = np.array(np.eye(d, dtype=int), dtype=object) + Fraction(0)
        held = Coordinates({"z": Law(unit, np.full(d, Fraction(0)))}, range(N))
        Z = np.stack([held.vectors["z", i] for i in range(N)], axis=1)
        letters = {key: held.constant(array) for key, array in given.items()}
        letters["X"] = held.constant(L) @ Z @ held.constant(np.eye(N, dtype=int) if formula.independent else S.T)
        letters |= {f"{name}'": letters[name].T for name in "BCXG"}
        edges = {"d": letters["v"].reshape(-1, 1), "N": letters["u"].reshape(-1, 1)}
        polynomial = np.atleast_1d(np.asarray(matrix_value(formula, letters, edges, np.trace), dtype=object))
        brute = [held.expectation(entry) for entry in polynomial.flat]
        values = {**given, "Lambda": L @ L.T, "Sigma": S @ S.T}
        names = {symbol.name for symbol in expected.symbols}
        found = evaluate(expected, {k: a for k, a in values.items() if k in names}, {"N": N, "d": d})
        assert brute == list(np.atleast_1d(np.asarray(found, dtype=object)).flat), (seed, formula, str(expected), d, N)
    return bool(expected)


def test_random_formulas_in_a_gaussian_matrix_equal_moments_in_coordinates() -> None:
    """Dependent and independent columns, in words of all shapes with up to four copies of the matrix."""
    assert sum(matrix_agrees(seed) for seed in range(150)) > 60


@pytest.mark.parametrize("rule", ["squared", "forgotten"])
def test_coordinates_notice_a_wrong_gaussian_matrix(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """S = Sigma or S = I in place of the root is refuted by the same formulas."""
    wrong = {"squared": lambda self: self.columns, "forgotten": lambda self: identity("N")}
    monkeypatch.setattr(GaussianMatrix, "root", wrong[rule])
    with pytest.raises(AssertionError, match="MatrixFormula"):
        all(matrix_agrees(seed) is not None for seed in range(150))


def test_independent_columns_are_the_sum_over_examples() -> None:
    """With Sigma = I the matrix X has i.i.d. columns x_i: E X X' A X X' is that of sums over examples."""
    x = vector("x")
    xi = indexed(x, "i")
    W = sum_over("i", "N", xi @ xi.T)
    by_columns = expectation(X @ X.T @ A @ X @ X.T, {X: GaussianMatrix(LAMBDA, identity("N"))})
    assert by_columns == expectation(W @ A @ W, {x: Gaussian(LAMBDA)})
