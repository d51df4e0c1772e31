"""The canonical form: equal values have equal forms, different forms have different values at generic matrices."""

from __future__ import annotations

import copy
import os
import pickle
import random
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from tests.theory import brute_force
from theory import evaluate
from theory.algebra import expression as engine
from theory.algebra.columns import in_columns
from theory.algebra.expression import (
    Expression,
    identity,
    indexed,
    length,
    letter,
    matrix,
    number,
    scalar_letter,
    sum_over,
    vector,
    zero,
)

A, B, C = matrix("A"), matrix("B"), matrix("C", invertible=True)
S = matrix("S", symmetric=True)
LAMBDA = matrix("Lambda", definite=True, family="F")
GAMMA = matrix("Gamma", definite=True, family="F")
v, w, y = vector("v"), vector("w"), vector("y")
LETTERS = [A, A.T, B, B.T, S, LAMBDA, GAMMA, C, C**-1, LAMBDA**-1]
D, COPIES = 3, 2


def values(seed: int) -> dict[str, Any]:
    """Generic rational matrices; Lambda and Gamma commute, as declared."""
    generator = random.Random(seed)
    square = {name: brute_force.matrix(generator, D, D) for name in ("A", "B", "S", "C", "K")}
    Lambda = square["K"] @ square["K"].T + np.diag([Fraction(1)] * D)
    return {
        "A": square["A"],
        "B": square["B"],
        "C": square["C"] + np.diag([Fraction(50)] * D),
        "S": square["S"] + square["S"].T,
        "Lambda": Lambda,
        "Gamma": Lambda @ Lambda + 2 * Lambda,
        "v": brute_force.vector(generator, D),
        "w": brute_force.vector(generator, D),
        "y": brute_force.matrix(generator, COPIES, D),
        "z": brute_force.matrix(generator, COPIES, D),
    }


def value(expression: Expression, seed: int = 0) -> Any:
    """The value at generic matrices."""
    names = {symbol.name for symbol in expression.symbols}
    given = {name: v for name, v in values(seed).items() if name in names}
    return evaluate(expression, given, {"N": COPIES, "d": D})


def product(factors: list[Expression]) -> Expression:
    """The matrix product."""
    result = identity("d")
    for f in factors:
        result = result @ f
    return result


words = st.lists(st.sampled_from(LETTERS), min_size=1, max_size=5)


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
@hypothesis.given(words, st.integers(0, 4), st.booleans())
def test_traces_do_not_depend_on_rotation_and_transposition(
    factors: list[Expression], turn: int, transposed: bool
) -> None:
    """tr(AB) = tr(BA) = tr(B'A') as expressions, not only as numbers."""
    turned = factors[turn % len(factors) :] + factors[: turn % len(factors)]
    if transposed:
        turned = [f.T for f in reversed(turned)]
    first, second = product(factors).trace(), product(turned).trace()
    assert (first, hash(first), str(first)) == (second, hash(second), str(second))


@hypothesis.settings(max_examples=200, deadline=None, derandomize=True)
@hypothesis.given(words, words, st.booleans())
def test_equal_forms_if_and_only_if_equal_values(left: list[Expression], right: list[Expression], closed: bool) -> None:
    """Two words, or two traces, have the same canonical form exactly when they agree at generic matrices."""
    a, b = product(left), product(right)
    if closed:
        a, b = a.trace(), b.trace()
    same = all(np.array_equal(value(a, seed), value(b, seed)) for seed in (0, 1))
    assert same == (a == b)


@hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
@hypothesis.given(words, st.integers(0, 5))
def test_a_product_is_associative(factors: list[Expression], place: int) -> None:
    """Where a product is bracketed does not matter, and its value is the product of the values."""
    place %= len(factors) + 1
    whole = product(factors)
    assert whole == product(factors[:place]) @ product(factors[place:])
    expected = np.array([[Fraction(int(i == j)) for j in range(D)] for i in range(D)], dtype=object)
    for f in factors:
        expected = expected @ value(f)
    assert np.array_equal(expected, value(whole))


@hypothesis.settings(max_examples=80, deadline=None, derandomize=True)
@hypothesis.given(words, words)
def test_bilinear_forms_are_symmetric(left: list[Expression], right: list[Expression]) -> None:
    """v'Pw = w'P'v, tr(P v w'Q) = w'QPv, and v v' splits a product into scalars."""
    P, Q = product(left), product(right)
    assert v.T @ P @ w == w.T @ P.T @ v
    assert (P @ v @ w.T @ Q).trace() == w.T @ Q @ P @ v
    assert (P @ v) @ (w.T @ Q @ v) == (w.T @ Q @ v) * (P @ v)


@hypothesis.settings(max_examples=100, deadline=None, derandomize=True)
@hypothesis.given(st.data())
def test_summation_indices_have_no_names(data: st.DataObject) -> None:
    """A product of forms in y_i, z_j under sums is the same however its indices are named and its factors ordered."""
    z = vector("z")
    count = data.draw(st.integers(1, 4))
    edges = data.draw(
        st.lists(
            st.tuples(
                st.integers(0, count - 1), st.integers(0, count - 1), st.sampled_from("yz"), st.sampled_from("yz")
            ),
            min_size=1,
            max_size=5,
        )
    )
    names = data.draw(st.permutations("ijkl"[:count]))
    order = data.draw(st.permutations(range(len(edges))))

    def total(labels: Any, sequence: Any, flipped: bool) -> Expression:
        result = number(1)
        for place in sequence:
            i, j, left, right = edges[place]
            a = indexed(y if left == "y" else z, labels[i])
            b = indexed(y if right == "y" else z, labels[j])
            result = result * (b.T @ A.T @ a if flipped else a.T @ A @ b)
        for label in sorted(labels):
            result = sum_over(label, "N", result)
        return result

    first, second = total("ijkl"[:count], range(len(edges)), False), total(names, order, True)
    assert (first, str(first)) == (second, str(second))


def test_products_of_sums_keep_their_indices_apart() -> None:
    """(sum_i v'y_i)^2 is a double sum, not sum_i (v'y_i)^2."""
    total = sum_over("i", "N", v.T @ indexed(y, "i"))
    single = sum_over("i", "N", (v.T @ indexed(y, "i")) ** 2)
    numbers = values(0)
    assert (numbers["y"] @ numbers["v"]).sum() ** 2 == value(total * total)
    assert total * total != single


def test_copies_of_a_matrix_under_a_sum_do_not_commute() -> None:
    """sum_ij S_i S_j S_i is not sum_ij S_i^2 S_j, although S commutes with itself."""
    Si, Sj = indexed(S, "i"), indexed(S, "j")
    sandwiched = sum_over("i", "N", sum_over("j", "N", Si @ Sj @ Si))
    squared = sum_over("i", "N", sum_over("j", "N", Si @ Si @ Sj))
    assert sandwiched != squared
    generator = random.Random(3)
    stack = [brute_force.matrix(generator, D, D) for _ in range(COPIES)]
    stack = [m + m.T for m in stack]
    expected = sum(a @ b @ a for a in stack for b in stack)
    assert np.array_equal(expected, evaluate(sandwiched, {"S": np.stack(stack)}, {"N": COPIES}))


def test_a_sum_without_its_index_counts() -> None:
    """sum_{i=1}^N A = N A."""
    assert length("N") * A == sum_over("i", "N", A)


def test_declared_letters_commute_and_others_do_not() -> None:
    """Letters of one family commute, inverses cancel, and general letters keep their order."""
    assert LAMBDA @ GAMMA == GAMMA @ LAMBDA
    assert identity("d") == C @ C**-1 == C**-1 @ C
    assert A @ B != B @ A
    assert A @ A.T != A.T @ A


def test_trace_of_the_identity_is_the_dimension() -> None:
    """tr I = tr(C C^{-1}) = d."""
    assert length("d") == identity("d").trace() == (C @ A @ A.T @ C).trace() * 0 + (C @ C**-1).trace()


@pytest.mark.parametrize("exponent", [-3, -1, 0, 1, 2, 3])
def test_powers_are_repeated_products(exponent: int) -> None:
    """P^k is the product of k factors, also for exponents that arrive as Fractions."""
    P = C @ LAMBDA
    base = P if exponent >= 0 else LAMBDA**-1 @ C**-1
    assert product([base] * abs(exponent)) == P**exponent == P ** Fraction(exponent)


def test_fractional_powers_multiply() -> None:
    """Lambda^(1/2) Lambda^(1/2) = Lambda, for matrices and for positive scalars."""
    half, u = Fraction(1, 2), scalar_letter("u", definite=True)
    assert LAMBDA == LAMBDA**half @ LAMBDA**half
    assert u == u**half * u**half
    assert LAMBDA.trace() == (LAMBDA.trace() ** half) ** 2


def test_substitution_is_a_homomorphism() -> None:
    """Replacing a letter commutes with products, transposes and traces."""
    at = {letter(A): B + S}
    assert (B + S) @ (B + S).T == (A @ A.T).substitute(at)
    assert ((B + S) @ S).trace() == (A @ S).trace().substitute(at)


def test_columns_of_a_data_matrix() -> None:
    """X X' = sum_i x_i x_i', and tr(X'AX) = sum_i x_i'A x_i."""
    X, x = matrix("X", "d", "N"), vector("x")
    xi = indexed(x, "i")
    columns = {letter(X): x}
    assert sum_over("i", "N", xi @ xi.T) == in_columns(X @ X.T, columns, "N")
    assert sum_over("i", "N", xi.T @ A @ xi) == in_columns((X.T @ A @ X).trace(), columns, "N")


@pytest.mark.parametrize("copied", [lambda e: pickle.loads(pickle.dumps(e)), copy.deepcopy], ids=["pickle", "deepcopy"])
def test_copies_are_equal(copied: Callable[[Expression], Expression]) -> None:
    """An expression that was pickled or copied is still the same element of the algebra."""
    original = (A @ LAMBDA @ v) * length("N") + v
    again = copied(original)
    assert (original, hash(original)) == (again, hash(again))
    assert zero("d", 1) == original - again


def test_pickles_cross_processes() -> None:
    """Hashes of strings differ between processes; a pickled expression does not carry them along."""
    program = (
        "import pickle, sys; from theory.algebra.expression import matrix; "
        "sys.stdout.buffer.write(pickle.dumps(matrix('A') @ matrix('S', symmetric=True)))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "PYTHONPATH": os.getcwd()}
    sent = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, env=environment).stdout
    assert {A @ S} == {A @ S, pickle.loads(sent)}


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "inner dimensions": (lambda: v @ A, "inner dimensions differ"),
    "sum of shapes": (lambda: A + v, "cannot add shapes d x d and d x 1"),
    "star of matrices": (lambda: A * B, "use `@`"),
    "power of a vector": (lambda: v**2, "has no powers"),
    "inverse of a vector": (lambda: v**-1, "power -1"),
    "inverse of a sum": (lambda: (A + B) ** -1, "name the sum"),
    "inverse of a general letter": (lambda: A**-1, "declared invertible"),
    "root of a general letter": (lambda: S ** Fraction(1, 2), "declared positive definite"),
    "root of a product": (lambda: (LAMBDA @ matrix("Psi", definite=True)) ** Fraction(1, 2), "do not commute"),
    "root of a coefficient": (lambda: (2 * LAMBDA) ** Fraction(1, 2), "coefficient 2"),
    "root of any scalar": (lambda: scalar_letter("u") ** Fraction(1, 2), "to be positive"),
    "trace of a vector": (v.trace, "the trace of a d x 1"),
    "division by a matrix": (lambda: A / B, "cannot divide by the d x d"),
    "substitution of another shape": (lambda: A.substitute({letter(A): v}), "its replacement is d x 1"),
    "not a letter": (lambda: letter(A @ B), "expected a single letter"),
    "commuting general letter": (lambda: matrix("G", family="F"), "only symmetric letters"),
    "symmetric rectangle": (lambda: matrix("G", "d", "N", symmetric=True), "only a square letter"),
    "name": (lambda: matrix("2x"), "must be an identifier"),
    "size": (lambda: matrix("G", 0, 2), "must be at least 1"),
    "undeclared column": (lambda: in_columns(matrix("X", "d", "N") @ vector("y", "N"), {}, "N"), "no column declared"),
    "columns left over": (lambda: in_columns(vector("y", "N"), {}, "N"), "has the dimension N itself"),
    "too large a product": (lambda: (A + B) ** 64, "too large to write out"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_does_not_exist_is_refused(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Meaningless operations end in an error that says why."""
    monkeypatch.setattr(engine, "MOST_PRODUCTS", 1000)
    call, reason = REFUSED[case]
    with pytest.raises(ValueError, match=reason):
        call()


def test_zero_has_no_inverse() -> None:
    """0^(-1) does not exist."""
    with pytest.raises(ZeroDivisionError):
        number(0) ** -1


def test_only_exact_numbers_enter() -> None:
    """Floating point never gets into the algebra."""
    with pytest.raises(TypeError, match="an int or a Fraction"):
        A + 0.5  # type: ignore[operator]


def test_a_letter_carries_an_index_once() -> None:
    """x_i can be indexed again, but not by i, and its copies run to one length."""
    x = vector("x")
    assert indexed(indexed(x, "i"), "p") == indexed(x, "i", "p")
    with pytest.raises(ValueError, match="x carries the index i already; it cannot carry it twice"):
        indexed(indexed(x, "i"), "i")
    both = sum_over("i", "N", indexed(x, "i")) @ sum_over("j", "M", indexed(x, "j")).T
    with pytest.raises(ValueError, match=r"x stands with indices up to \(M\) and \(N\)"):
        evaluate(both, {"x": [[1, 2], [3, 4]]}, {"N": 2, "M": 2})
