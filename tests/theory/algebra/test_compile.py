"""Compiled formulas against `evaluate`, which shares only the expression with them; broadcasting against loops."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from tests.theory import brute_force
from tests.theory.algebra.test_expression import LETTERS, product
from theory import DERIVATIONS, Formula, evaluate, population_loss, prediction_error
from theory.algebra import compile as compiler
from theory.algebra import program
from theory.algebra.compile import compile_expression
from theory.algebra.expression import (
    Expression,
    identity,
    indexed,
    length,
    matrix,
    scalar_letter,
    stacking,
    sum_over,
    vector,
    zero,
)
from theory.algebra.words import Symbol

# Relative to the largest entry. Formulas add some hundred numbers of one size, each with an error of a few 1e-16.
TOLERANCE = 1e-11
# Random words contain inverses of matrices with condition numbers up to some 10^4.
RANDOM_TOLERANCE = 1e-8

FORMULAS: dict[str, Formula] = {
    **{
        f"{name}: {key}": f for name, make in DERIVATIONS.items() for key, f in make().results.items() if not f.positive
    },
    "full loss with noise and task covariance": population_loss(noise=True, task_covariance=True),
    "elliptical loss": population_loss(elliptical=True),
    "quadratic labels": prediction_error("quadratic"),
    "relu labels": prediction_error("relu"),
    "sign labels": prediction_error("sign"),
    **{f"gradient by {name}": population_loss().gradient(name) for name in ("U11", "u21", "u12", "u")},
}


def letters_of(formula: Formula) -> dict[str, Symbol]:
    """The letters of a formula by name; those that it does not contain from the other formulas."""
    chosen = [*FORMULAS.values(), formula]
    parts = [part for f in chosen for part in (*(d.expression for d in f.definitions), f.expression)]
    return {symbol.name: symbol for part in parts for symbol in part.symbols}


def copies_of(formula: Formula) -> dict[str, str]:
    """The letters under a sum with its length."""
    return {name: lengths[0] for name, lengths in stacking(formula.expression).items() if lengths}


def exact_values(formula: Formula, sizes: Mapping[str, int], seed: int) -> dict[str, Any]:
    """Generic rational arguments of a formula."""
    generator = random.Random(seed)
    values: dict[str, Any] = {}
    letters, summed = letters_of(formula), copies_of(formula)
    for key, name in formula.arguments.items():
        if name in formula.length_names:
            values[key] = sizes[name]
            continue
        if name in summed:
            values[key] = [generic(letters[name], sizes, generator) for _ in range(sizes[summed[name]])]
        else:
            values[key] = generic(letters[name], sizes, generator)
    return values


def generic(symbol: Symbol, sizes: Mapping[str, int], generator: random.Random) -> Any:
    """Rational data of the declared kind."""
    rows, cols = (size if isinstance(size, int) else sizes[size] for size in (symbol.rows, symbol.cols))
    if rows == cols and (symbol.rows, symbol.cols) != (1, 1) and symbol.cols != 1:
        root = brute_force.root(generator, rows)
        return root @ root.T if symbol.symmetric else brute_force.matrix(generator, rows, cols)
    if (symbol.rows, symbol.cols) == (1, 1):
        value = brute_force.rational(generator)
        return abs(value) if symbol.definite or symbol.non_negative else value
    return brute_force.matrix(generator, rows, cols).reshape(-1 if 1 in (symbol.rows, symbol.cols) else (rows, cols))


def in_floats(values: Mapping[str, Any]) -> dict[str, Any]:
    """The same arguments in floating point."""
    floats = {key: value if isinstance(value, int) else np.array(value, dtype=float) for key, value in values.items()}
    return {key: value if isinstance(value, int) or value.ndim else float(value) for key, value in floats.items()}


def gap(a: Any, b: Any) -> float:
    """The largest difference, relative to the largest entry."""
    a, b = np.array(a, dtype=float), np.array(b, dtype=float)
    assert a.shape == b.shape
    return float(np.abs(a - b).max() / max(np.abs(b).max(), 1e-300)) if b.any() else float(np.abs(a).max())


SIZES = [{"d": 1, "N": 2, "M": 3, "n": 2}, {"d": 3, "N": 2, "M": 1, "n": 3}, {"d": 2, "N": 5, "M": 4, "n": 1}]


@pytest.mark.parametrize("sizes", SIZES, ids=str)
@pytest.mark.parametrize("name", FORMULAS)
def test_every_formula_of_every_derivation(name: str, sizes: dict[str, int]) -> None:
    """Compiled in floats it is the exact value, or where that is irrational the value in floats."""
    formula = FORMULAS[name]
    exact = exact_values(formula, sizes, seed=3)
    floats = in_floats(exact)
    fractional = any(isinstance(p, Fraction) for m in formula.expression.terms for _, p in m.closed)
    expected = formula.evaluate(**(floats if formula.constants or fractional else exact))
    assert gap(formula.lambdify()(**floats), expected) < TOLERANCE


@pytest.mark.parametrize("name", [name for name, formula in FORMULAS.items() if formula.expression.symbols])
def test_broadcasting_is_a_loop(name: str) -> None:
    """Lengths vary along one axis, letters along another; each value is that of `evaluate` at its point."""
    formula = FORMULAS[name]
    sizes = SIZES[1]
    points = [in_floats(exact_values(formula, sizes, seed)) for seed in range(3)]
    counted = {size for s in formula.expression.symbols for size in (s.rows, s.cols)} | set(copies_of(formula).values())
    free = [key for key, held in formula.arguments.items() if held in formula.length_names - counted - {"d"}]
    lengths = {key: np.array([[11], [14]]) + k for k, key in enumerate(free)}
    letters = {
        key: np.stack([point[key] for point in points])
        for key in formula.arguments
        if formula.arguments[key] not in formula.length_names
    }
    fixed = {key: value for key, value in points[0].items() if key not in lengths and key not in letters}
    values = formula.lambdify()(**fixed, **lengths, **letters)
    assert values.shape[: 2 if lengths else 1] == ((2, 3) if lengths else (3,))
    for i in range(2 if lengths else 1):
        for j, point in enumerate(points):
            here = {**point, **{key: int(value[i, 0]) for key, value in lengths.items()}}
            assert gap(values[i, j] if lengths else values[j], formula.evaluate(**here)) < TOLERANCE


def powers(word: Expression) -> list[Any]:
    """The exponents of the letters of an expression."""
    held = [f for m in word.terms for w in (m.word, *(w for w, _ in m.closed)) for f in w]
    return [p for f in held for _, p in f.powers]


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
@hypothesis.given(
    st.lists(st.lists(st.sampled_from(LETTERS), min_size=1, max_size=5), min_size=1, max_size=4),
    st.booleans(),
    st.integers(-2, 2),
    st.sampled_from([1, 2, 3]),
)
def test_random_polynomials(words: list[list[Expression]], closed: bool, power: int, d: int) -> None:
    """Sums of traces, or of words times traces, with rational functions of N before them."""
    total = zero() if closed else identity("d") * 0
    for k, factors in enumerate(words):
        word = product(factors)
        weight = (length("N") + 2 * length("d") + k) ** power / length("N")
        total = total + weight * (word.trace() ** 2 if closed else (word.trace() + 1) * word)
    generator = random.Random(len(words) + d)
    exact = {s.name: generic(s, {"d": d}, generator) for s in total.symbols}
    floats = {name: np.array(value, dtype=float) for name, value in exact.items()}
    sizes = {"N": 3, "d": d}
    fractional = any(isinstance(p, Fraction) for factors in words for p in powers(product(factors)))
    value = compile_expression(total)(floats, sizes)
    assert gap(value, evaluate(total, floats if fractional else exact, sizes)) < RANDOM_TOLERANCE


def test_nested_sums_are_axes() -> None:
    """Two sums over one length and one over another, in one term and in different ones, with a batch in front."""
    y, v, A = vector("y"), vector("v"), matrix("A")
    yi, yj, vk = indexed(y, "i"), indexed(y, "j"), indexed(v, "k")
    form = sum_over("i", "N", sum_over("j", "N", sum_over("k", "M", (yi.T @ A @ yj) * (yj.T @ vk) * vk @ yi.T)))
    total = form + sum_over("i", "N", yi @ yi.T) * (A.trace() / length("N")) + sum_over("k", "M", vk) @ zero(1, "d")
    generator = np.random.default_rng(0)
    values = {"A": generator.normal(size=(4, 1, 2, 2)), "y": generator.normal(size=(5, 3, 2)), "v": np.eye(2)}
    found = compile_expression(total)(values, {"N": 3, "M": 2})
    assert found.shape == (4, 5, 2, 2)
    for i in range(4):
        for j in range(5):
            here = {"A": values["A"][i, 0], "y": values["y"][j], "v": values["v"]}
            assert gap(found[i, j], evaluate(total, here, {"N": 3, "M": 2})) < TOLERANCE


@pytest.mark.parametrize("block", [1, 3, 1000])
def test_long_sums_are_cut_into_blocks(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The value does not depend on how terms are grouped."""
    monkeypatch.setattr(compiler, "BLOCK", block)
    formula = FORMULAS["gradient by U11"]
    values = in_floats(exact_values(formula, SIZES[1], 1))
    assert gap(formula.lambdify()(**values), formula.evaluate(**values)) < TOLERANCE


@pytest.mark.parametrize("block", [1, 2, 1000])
@pytest.mark.parametrize("namespace", ["numpy", "torch"])
def test_columns_times_rows(block: int, namespace: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Words such as A v w' beside whole ones and the identity, under sums and for batches of v and N."""
    if namespace == "torch":
        pytest.importorskip("torch")
    monkeypatch.setattr(compiler, "BLOCK", block)
    A, v, w, y = matrix("A"), vector("v"), vector("w"), vector("y")
    yi, yj, N = indexed(y, "i"), indexed(y, "j"), length("N")
    total = 3 * A @ v @ w.T - v @ w.T @ A / N + N * identity("d") + A @ A.T * (v.T @ w)
    total = total + sum_over("i", "N", yi @ v.T * (yi.T @ w) - yi @ yi.T)
    total = total + sum_over("j", "N", sum_over("i", "N", (yi.T @ v) * (yj @ yi.T @ A), below="j"))
    generator = np.random.default_rng(0)
    values = {"A": generator.normal(size=(3, 3)), "w": generator.normal(size=3), "y": generator.normal(size=(4, 3))}
    batch = generator.normal(size=(5, 3))
    found = np.asarray(compile_expression(total, namespace)({**values, "v": batch}, {"N": 4}))
    alone = np.asarray(compile_expression(3 * A @ v @ w.T - v @ w.T, namespace)({**values, "v": batch[0]}, {}))
    assert gap(alone, 3 * values["A"] @ np.outer(batch[0], values["w"]) - np.outer(batch[0], values["w"])) < TOLERANCE
    assert found.shape == (5, 3, 3)
    for k in range(5):
        assert gap(found[k], evaluate(total, {**values, "v": batch[k]}, {"N": 4})) < TOLERANCE
    given = {"A": values["A"], "v": batch[0], "w": values["w"]}
    many = v @ w.T / N + A / N**2
    lengths = np.array([[1, 2], [3, 7]])
    found = np.asarray(compile_expression(many, namespace)(given, {"N": lengths}))
    for place, n in np.ndenumerate(lengths):
        assert gap(found[place], evaluate(many, given, {"N": int(n)})) < TOLERANCE


def test_products_are_ordered_by_cost_and_shared() -> None:
    """v' A B C v needs no product of two matrices, and (A B) is formed once in tr(A B C), A B and (B' A')."""
    A, B, C, v = matrix("A"), matrix("B"), matrix("C"), vector("v")
    form = compile_expression(v.T @ A @ B @ C @ v)
    run = program._Run(form, {"A": np.eye(7), "B": np.eye(7), "C": np.eye(7), "v": np.ones(7)}, {}, {})
    assert run.result() == 7
    products = [k for k, (operation, _, _) in enumerate(form.code, len(form.loads)) if operation == "product"]
    assert all(1 in run.registers[k].shape for k in products)
    shared = compile_expression((A @ B @ C).trace() * A @ B + B.T @ A.T + (C @ A @ B).trace() * identity("d"))
    assert [operation for operation, _, _ in shared.code].count("product") == 1


GOOD: dict[str, Any] = {
    "covariance": [[2.0, 0.5], [0.5, 1.0]],
    "context_length": 2,
    "U11": [[1.0, 2.0], [0.0, 1.0]],
    "u21": [1.0, 2.0],
    "u12": [1, 1],
    "u": 1.0,
}
BAD: list[tuple[str, Any, type[Exception], str]] = [
    ("covariance", [[1.0, 2.0]], ValueError, "covariance must be square, got shape 1 x 2"),
    ("covariance", 2.0, ValueError, "covariance must be square"),
    ("covariance", [[1.0, 2.0], [0.0, 5.0]], ValueError, "covariance must be symmetric.*2"),
    ("covariance", [np.eye(2), [[1.0, 2.0], [2.0, 1.0]]], ValueError, "positive definite.*eigenvalue is -1"),
    ("covariance", [[float("nan"), 0.0], [0.0, 1.0]], ValueError, "covariance must be finite, got nan"),
    ("covariance", [[Fraction(1), 0], [0, Fraction(1)]], TypeError, "`evaluate` takes exact numbers"),
    ("covariance", "Lambda", TypeError, "covariance must consist of floats or integers, got 'Lambda'"),
    ("covariance", [[True, False], [False, True]], TypeError, "must consist of floats"),
    ("covariance", [[1j, 0], [0, 1]], TypeError, "must consist of floats"),
    ("covariance", None, TypeError, "covariance of population loss must be given, got None"),
    ("context_length", 0, ValueError, "context_length must be at least 1, got 0"),
    ("context_length", np.array([3, 0]), ValueError, "context_length must be at least 1, got 0"),
    ("context_length", 2.0, TypeError, r"context_length must be a positive integer, or an array of them, got 2\.0"),
    ("context_length", True, TypeError, "context_length must be a positive integer, got True"),
    ("U11", np.eye(3), ValueError, "U11 has size 3 where d = 2"),
    ("U11", [[1.0], [1.0, 2.0]], ValueError, "U11 must have rows of equal length"),
    ("u21", [1.0] * 3, ValueError, "u21 has size 3 where d = 2"),
    ("u12", np.ones((0, 2)), ValueError, "u12 must not be empty"),
    ("u12", 1.0, ValueError, "u12 must have 1 axes"),
    ("u", "2", TypeError, "u must consist of floats or integers, got '2'"),
]


@pytest.mark.parametrize(("argument", "value", "error", "message"), BAD)
def test_bad_input_is_named(argument: str, value: Any, error: type[Exception], message: str) -> None:
    """A compiled formula refuses what `evaluate` refuses, with the argument, the value and the remedy."""
    call = population_loss().lambdify()
    assert np.isfinite(call(**GOOD))
    with pytest.raises(error, match=message):
        call(**{**GOOD, argument: value})


def test_leading_axes_that_do_not_fit_are_refused() -> None:
    """Two values of N and three of u are no batch."""
    with pytest.raises(ValueError, match=r"u has leading axes \(3,\), which do not broadcast with \(2,\)"):
        population_loss().lambdify()(**{**GOOD, "context_length": np.array([1, 2]), "u": np.ones(3)})


def test_keywords_signs_and_poles_are_checked() -> None:
    """Unknown and missing keywords, a negative variance, a zero below a power, a pole in a length."""
    call = population_loss(noise=True).lambdify()
    with pytest.raises(TypeError, match="unknown argument 'Lambda' of population loss"):
        call(**GOOD, Lambda=1)
    with pytest.raises(TypeError, match="missing argument 'noise_variance'"):
        call(**GOOD)
    with pytest.raises(ValueError, match=r"noise_variance must be at least 0, got -1\.0"):
        call(**GOOD, noise_variance=[1.0, -1.0])
    sign = prediction_error("sign").lambdify()
    with pytest.raises(ValueError, match="must not be zero"):
        sign(covariance=np.eye(2), context_length=2, prompt_length=2, w=[[1.0, 0.0], [0.0, 0.0]])
    pole = compile_expression(1 / (length("M") - length("d") - 1) * matrix("A").trace())
    assert pole({"A": np.eye(2)}, {"M": 5, "d": 2}) == 1
    with pytest.raises(ZeroDivisionError, match=r"vanishes at the given lengths"):
        pole({"A": np.eye(2)}, {"M": np.array([5, 3]), "d": 2})


def test_ill_formed_expressions_are_refused() -> None:
    """A free index, two letters of one name, an unknown namespace, an inverse that does not exist, a missing size."""
    y = vector("y")
    with pytest.raises(ValueError, match="the index i is bound by no sum"):
        compile_expression(indexed(y, "i").T @ y)
    with pytest.raises(ValueError, match="two different letters are both called v"):
        compile_expression(scalar_letter("v") * vector("v"))
    with pytest.raises(ValueError, match="the namespace must be one of numpy, torch, got 'cupy'"):
        compile_expression(y, "cupy")
    with pytest.raises(ValueError, match="singular"):
        compile_expression(matrix("A", invertible=True).inverse())({"A": np.zeros((2, 2))}, {})
    with pytest.raises(ValueError, match="d is a size of the result and must be one integer, got None"):
        compile_expression(identity("d"))({}, {})


def test_optional_letters_are_zero() -> None:
    """What `evaluate` leaves out, the compiled formula leaves out."""
    formula = prediction_error("quadratic")
    values = {"covariance": np.diag([1.0, 2.0]), "context_length": 3, "prompt_length": 4, "w": np.array([1.0, 2.0])}
    call = formula.lambdify()
    assert gap(call(**values), formula.evaluate(**values)) < TOLERANCE
    assert gap(call(**values, c=2.0), formula.evaluate(**values, c=2.0)) < TOLERANCE


def test_torch_differentiates_the_compiled_loss() -> None:
    """Automatic differentiation of the compiled loss is the compiled gradient."""
    torch = pytest.importorskip("torch")
    loss = population_loss()
    values = {key: torch.tensor(v, dtype=torch.float64) for key, v in GOOD.items() if key != "context_length"}
    values["U11"].requires_grad_(True)
    value = loss.lambdify("torch")(**values, context_length=np.array([2, 5]))
    assert gap(value.detach().numpy(), loss.lambdify()(**{**GOOD, "context_length": np.array([2, 5])})) < TOLERANCE
    value[1].backward()
    assert gap(values["U11"].grad.numpy(), loss.gradient("U11").evaluate(**_floats(GOOD), context_length=5)) < TOLERANCE


def _floats(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: np.array(value, dtype=float) for key, value in values.items() if key != "context_length"}
