"""Identities with inverses are proved where they are true, and nothing false ever is; against exact instances."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from tests.theory import brute_force
from theory.algebra.definitions import Definition, define
from theory.algebra.expression import Expression, identity, indexed, length, matrix, scalar_letter, sum_over, vector
from theory.algebra.modular import differs_at_an_instance
from theory.algebra.rational_identity import METHODS, UnsupportedError, decide, is_complete
from theory.algebra.rational_series import NotRegularError

UNIT, N, D = identity("d"), length("N"), length("d")
LAMBDA, PSI = matrix("Lambda", definite=True), matrix("Psi", definite=True)
A, B = matrix("A", invertible=True), matrix("B", invertible=True)
C = matrix("C", "k", "k", invertible=True)
X, Y = matrix("X", "d", "k"), matrix("Y", "k", "d")
v, w = vector("v"), vector("w")
r = scalar_letter("r", definite=True)


def named(name: str, expression: Expression) -> Definition:
    return define(name, expression, invertible=True)


S, T = named("S", LAMBDA + PSI), named("T", A + B)
G, H = named("G", UNIT + A @ B), named("H", UNIT + B @ A)
W, K = named("W", A + X @ C @ Y), named("K", C**-1 + Y @ A**-1 @ X)
RIDGE, KERNEL = named("R", X @ X.T + r * UNIT), named("Q", X.T @ X + r * identity("k"))
SUM = named("P", A**-1 + B**-1)
HUA_INNER = named("J", B**-1 - A)
HUA = named("L", A**-1 + HUA_INNER.name**-1)
DENOMINATOR, RANK_ONE = named("sigma", 1 + v.T @ A**-1 @ v), named("Z", A + v @ v.T)
GAMMA = named("Gamma", (1 + 1 / N) * LAMBDA + LAMBDA.trace() / N * UNIT)
SHIFTED = named("F", GAMMA.name + PSI)
SECOND = named("O", (1 + 1 / N) * LAMBDA @ PSI @ LAMBDA + ((LAMBDA @ PSI).trace() + r) / N * LAMBDA)
E, Y2 = matrix("E", invertible=True), matrix("V", "d", "k")
OVER, UNDER = named("S1", E - Y2 @ C**-1 @ Y), named("S2", C - Y @ E**-1 @ Y2)

s, t, g, h = S.name**-1, T.name**-1, G.name**-1, H.name**-1
woodbury = A**-1 - A**-1 @ X @ K.name**-1 @ Y @ A**-1
z = RANK_ONE.name**-1

TRUE: dict[str, tuple[Expression, Expression, tuple[Definition, ...]]] = {
    "the parts of a sum": (s @ LAMBDA + s @ PSI, UNIT, (S,)),
    "the parts of a sum, from the right": (LAMBDA @ s + PSI @ s, UNIT, (S,)),
    "the parts of a sum, traced": ((s @ LAMBDA).trace(), D - (PSI @ s).trace(), (S,)),
    "the parts of a sum, weighted and traced": ((s @ LAMBDA @ A).trace(), A.trace() - (A @ s @ PSI).trace(), (S,)),
    "the parts of a sum, as a form": (v.T @ s @ LAMBDA @ w, v.T @ w - w.T @ PSI @ s @ v, (S,)),
    "the risk of the best step, with four parameters": (
        (PSI @ LAMBDA @ SECOND.name**-1 @ SECOND.expression @ SECOND.name**-1 @ LAMBDA @ PSI @ LAMBDA).trace(),
        (PSI @ LAMBDA @ SECOND.name**-1 @ LAMBDA @ PSI @ LAMBDA).trace(),
        (SECOND,),
    ),
    "push-through": (g @ A, A @ h, (G, H)),
    "push-through of B": (B @ g, h @ B, (G, H)),
    "push-through, squared": (g @ g @ A, A @ h @ h, (G, H)),
    "push-through, traced": (g.trace(), h.trace(), (G, H)),
    "complement": (g, UNIT - A @ h @ B, (G, H)),
    "Woodbury": (W.name**-1, woodbury, (W, K)),
    "Woodbury, traced": ((W.name**-1 @ B).trace(), (woodbury @ B).trace(), (W, K)),
    "Woodbury beside the update": (W.name**-1 @ X @ C, A**-1 @ X @ K.name**-1, (W, K)),
    "resolvents": (A**-1 - B**-1, A**-1 @ (B - A) @ B**-1, ()),
    "resolvents of sums": (s - t, s @ (A + B - LAMBDA - PSI) @ t, (S, T)),
    "Hua": (HUA.name**-1, A - A @ B @ A, (HUA_INNER, HUA)),
    "Schur complements": (OVER.name**-1, E**-1 + E**-1 @ Y2 @ UNDER.name**-1 @ Y @ E**-1, (OVER, UNDER)),
    "Schur complements, off the diagonal": (OVER.name**-1 @ Y2 @ C**-1, E**-1 @ Y2 @ UNDER.name**-1, (OVER, UNDER)),
    "ridge minimiser": (RIDGE.name**-1 @ X, X @ KERNEL.name**-1, (RIDGE, KERNEL)),
    "ridge, degrees of freedom": (
        D - r * (RIDGE.name**-1).trace(),
        length("k") - r * (KERNEL.name**-1).trace(),
        (RIDGE, KERNEL),
    ),
    "parallel sum": (A @ t @ B, B @ t @ A, (T,)),
    "parallel sum by inverses": (A @ t @ B, SUM.name**-1, (T, SUM)),
    "parallel sum, traced": ((A @ t @ B).trace(), (SUM.name**-1).trace(), (T, SUM)),
    "Sherman-Morrison": (z, A**-1 - DENOMINATOR.name**-1 * (A**-1 @ v @ v.T @ A**-1), (DENOMINATOR, RANK_ONE)),
    "Sherman-Morrison, as a form": (v.T @ z @ v, (v.T @ A**-1 @ v) / DENOMINATOR.name, (DENOMINATOR, RANK_ONE)),
    "a definition in a definition": (
        (1 + 1 / N) * SHIFTED.name**-1 @ LAMBDA + LAMBDA.trace() / N * SHIFTED.name**-1,
        UNIT - SHIFTED.name**-1 @ PSI,
        (GAMMA, SHIFTED),
    ),
    "a definition in a definition, traced": (
        (1 + 1 / N) * (SHIFTED.name**-1 @ LAMBDA).trace() + LAMBDA.trace() / N * (SHIFTED.name**-1).trace(),
        D - (SHIFTED.name**-1 @ PSI).trace(),
        (GAMMA, SHIFTED),
    ),
    "half powers": (
        LAMBDA ** Fraction(1, 2) @ s @ LAMBDA ** Fraction(1, 2)
        + LAMBDA ** Fraction(1, 2) @ s @ PSI @ LAMBDA ** Fraction(-1, 2),
        UNIT,
        (S,),
    ),
}

FALSE: dict[str, tuple[Expression, Expression, tuple[Definition, ...]]] = {
    "a part left out": (s @ LAMBDA, UNIT, (S,)),
    "a sign": (s @ LAMBDA - s @ PSI, UNIT, (S,)),
    "order": (s @ LAMBDA, LAMBDA @ s, (S,)),
    "the inverse of a sum": (s, LAMBDA**-1 + PSI**-1, (S,)),
    "push-through, unchanged": (g @ A, A @ g, (G, H)),
    "push-through, wrong side": (g @ A, h @ A, (G, H)),
    "push-through, traced with a weight": ((g @ A).trace(), h.trace(), (G, H)),
    "Woodbury with a sign": (W.name**-1, A**-1 + A**-1 @ X @ K.name**-1 @ Y @ A**-1, (W, K)),
    "resolvents, reversed": (A**-1 - B**-1, A**-1 @ (A - B) @ B**-1, ()),
    "Hua with another product": (HUA.name**-1, A - B @ A @ B, (HUA_INNER, HUA)),
    "Schur complements with a sign": (OVER.name**-1, E**-1 - E**-1 @ Y2 @ UNDER.name**-1 @ Y @ E**-1, (OVER, UNDER)),
    "ridge with the dimension forgotten": ((RIDGE.name**-1).trace(), (KERNEL.name**-1).trace(), (RIDGE, KERNEL)),
    "hat matrix of a rectangular design": (X.T @ RIDGE.name**-1 @ X, identity("k"), (RIDGE,)),
    "parallel sum, symmetrised": (A @ t @ B, B @ t @ B, (T,)),
    "Sherman-Morrison without denominator": (z, A**-1 - A**-1 @ v @ v.T @ A**-1, (RANK_ONE,)),
    "trace of a product": ((s @ LAMBDA @ s @ PSI).trace(), (s @ LAMBDA).trace() * (s @ PSI).trace(), (S,)),
}


def instance(definitions: tuple[Definition, ...], d: int, k: int, seed: int) -> dict[str, Any]:
    """Generic rational values of the letters, and of the defined letters by their definitions."""
    generator = random.Random(seed)
    values: dict[str, Any] = {}
    for name in ("Lambda", "Psi"):
        root = brute_force.root(generator, d)
        values[name] = root @ root.T
    for name, rows, cols in (("A", d, d), ("B", d, d), ("E", d, d), ("C", k, k), ("X", d, k), ("Y", k, d), ("V", d, k)):
        values[name] = brute_force.matrix(generator, rows, cols)
    values |= {"v": brute_force.matrix(generator, d, 1), "w": brute_force.matrix(generator, d, 1), "r": Fraction(2, 3)}
    for definition in definitions:
        values[definition.symbol.name] = value(definition.expression, values, d, k)
    return values


def value(expression: Expression, values: dict[str, Any], d: int, k: int) -> Any:
    """The value in plain rational arithmetic, term by term."""
    sizes = {"d": d, "k": k, "N": 3}
    rows, cols = (sizes.get(str(n), 1) for n in expression.shape)

    def product(word: Any) -> Any:
        result = None
        for f in word:
            power = None
            for symbol, exponent in f.powers:
                base = np.array(values[symbol.name], dtype=object).reshape(
                    [sizes.get(str(n), 1) for n in (symbol.rows, symbol.cols)]
                )
                if exponent < 0:
                    base = brute_force.inverse(base)
                for _ in range(abs(exponent)):
                    power = base if power is None else power @ base
            assert power is not None
            power = power.T if f.transposed else power
            result = power if result is None else result @ power
        return result

    total = np.full((rows, cols), Fraction(0))
    for monomial, coefficient in expression.terms.items():
        term = np.array([[Fraction(int(i == j)) for j in range(cols)] for i in range(rows)], dtype=object)
        if monomial.word:
            term = product(monomial.word)
        for word, exponent in monomial.closed:
            term = term * np.trace(product(word)) ** exponent
        total = total + term * coefficient.evaluate(sizes, Fraction(1))
    return total


@pytest.mark.parametrize("name", TRUE)
def test_true_identities_are_proved(name: str) -> None:
    """Each holds at an exact instance (but for irrational powers) and is decided equal."""
    left, right, definitions = TRUE[name]
    if name != "half powers":
        values = instance(definitions, 3, 2, 5)
        assert np.array_equal(value(left, values, 3, 2), value(right, values, 3, 2))
    assert decide(left, right, definitions) == "equal"


@pytest.mark.parametrize("name", FALSE)
def test_false_identities_are_not(name: str) -> None:
    """Each fails at an exact instance, which is found; and without that no method proves it."""
    left, right, definitions = FALSE[name]
    values = instance(definitions, 3, 2, 5)
    assert not np.array_equal(value(left, values, 3, 2), value(right, values, 3, 2))
    assert decide(left, right, definitions) == "different"
    for method in METHODS:
        with contextlib.suppress(UnsupportedError, NotRegularError):
            assert not method(left - right, definitions)


def test_twice_a_true_side_is_wrong() -> None:
    """No identity of the table survives a factor 2 on one side, unless both sides vanish."""
    for left, right, definitions in list(TRUE.values())[::4]:
        assert decide(2 * left, right, definitions) != "equal"


@pytest.mark.parametrize(
    ("left", "right", "answer"),
    [
        (A @ B, B @ A, "different"),
        ((A @ B).trace(), (B @ A).trace(), "equal"),
        ((A @ B).trace(), A.trace() * B.trace(), "different"),
        (LAMBDA @ PSI, PSI @ LAMBDA, "different"),
        (v.T @ A @ w, w.T @ A.T @ v, "equal"),
        (A @ v @ v.T, A @ v @ w.T, "different"),
        (N * A, A, "different"),
    ],
)
def test_polynomials_are_decided(left: Expression, right: Expression, answer: str) -> None:
    """Without inverses the normal form is complete."""
    assert decide(left, right) == answer


def test_what_the_normal_form_does_not_settle() -> None:
    """Small sizes, letters that may be functions of others, and inverses are not complete; polynomials are."""
    M = matrix("M", 2, 2)
    cayley = M @ M - M.trace() * M + (M.trace() ** 2 - (M @ M).trace()) / 2 * identity(2)
    assert decide(cayley, cayley - cayley) == "unknown"
    function = matrix("F", symmetric=True, family="Lambda")
    assert not is_complete(function @ LAMBDA)
    assert not is_complete(s @ LAMBDA, (S,))
    assert not is_complete(S.name.trace() ** -1, (S,))
    assert is_complete(GAMMA.name @ LAMBDA, (GAMMA,))
    x = vector("x")
    assert is_complete(sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T))


def test_roots_of_traces_and_sums_over_indices_are_left_open() -> None:
    """Where there is no exact instance and no proof, nothing is said."""
    half = Fraction(1, 2)
    assert decide(LAMBDA.trace() ** half * (s @ LAMBDA).trace(), (s @ PSI).trace(), (S,)) == "unknown"
    total = sum_over("i", "N", indexed(v, "i").T @ s @ indexed(v, "i"))
    assert decide(total, 2 * total, (S,)) == "unknown"


@pytest.mark.parametrize("size", [2, 3])
def test_an_instance_has_the_declared_properties(size: int) -> None:
    """What holds for symmetric, commuting, positive or small letters only is never told apart at an instance."""
    P, Q = (matrix(name, definite=True, family="P+Q") for name in "PQ")
    symmetric = matrix("Y", symmetric=True)
    sums = define("O", P + Q), define("M", Q + P)
    small = matrix("C", size, size)
    powers = [(small @ small).trace() if k == 2 else (small**k).trace() for k in (1, 2, 3)]
    second = small @ small - powers[0] * small + (powers[0] ** 2 - powers[1]) / 2 * identity(size)
    third = second @ small - (powers[0] ** 3 - 3 * powers[0] * powers[1] + 2 * powers[2]) / 6 * identity(size)
    assert not differs_at_an_instance(sums[0].name ** -1 @ P - P @ sums[1].name ** -1, sums)
    assert not differs_at_an_instance(symmetric @ A - (A.T @ symmetric).T)
    assert not differs_at_an_instance(second if size == 2 else third)
    assert (size == 3) == differs_at_an_instance(third - second @ small)
    assert not differs_at_an_instance(matrix("F", symmetric=True, family="Lambda") @ LAMBDA)


@hypothesis.settings(max_examples=40, deadline=None, derandomize=True)
@hypothesis.given(st.integers(0, 10**9))
def test_an_instance_never_tells_equal_sides_apart(seed: int) -> None:
    """True identities made by rewriting vanish at every instance."""
    generator = random.Random(seed)
    tree = random_tree(generator, 2)
    definitions: list[Definition] = []
    left = as_expression(tree, definitions)
    right = as_expression(rewritten(generator, tree, 1), definitions)
    assert not differs_at_an_instance(left - right, definitions)


Tree = tuple[Any, ...]


def random_tree(generator: random.Random, depth: int) -> Tree:
    """A random rational expression in A, B and Lambda."""
    if depth == 0 or generator.random() < 0.2:
        return (generator.choice(["A", "B", "Lambda", "one"]),)
    kind = generator.choice(["add", "mul", "mul", "inverse", "T"])
    if kind in ("inverse", "T"):
        return (kind, random_tree(generator, depth - 1))
    return (kind, random_tree(generator, depth - 1), random_tree(generator, depth - 1))


def rewritten(generator: random.Random, tree: Tree, depth: int) -> Tree:
    """An equal expression, by a rule that holds in every ring with the inverses that it uses."""
    other = random_tree(generator, depth)
    one: Tree = ("one",)
    rules: list[Callable[[], Tree]] = [
        lambda: ("mul", ("mul", tree, ("inverse", other)), other),
        lambda: ("mul", other, ("mul", ("inverse", other), tree)),
        lambda: ("add", ("add", tree, other), ("neg", other)),
        lambda: ("T", ("T", tree)),
        lambda: (
            "add",
            ("mul", ("inverse", ("add", one, other)), tree),
            ("mul", ("mul", other, ("inverse", ("add", one, other))), tree),
        ),
    ]
    if tree[0] == "inverse":
        rules.append(lambda: ("add", other, ("neg", ("add", other, ("neg", tree)))))
        rules.append(lambda: ("mul", ("inverse", ("mul", other, tree[1])), other))
    if tree[0] == "mul":
        rules.append(lambda: ("T", ("mul", ("T", tree[2]), ("T", tree[1]))))
    if tree[0] in ("add", "mul") and generator.random() < 0.5:
        return (tree[0], rewritten(generator, tree[1], depth), tree[2])
    return generator.choice(rules)()


def as_expression(tree: Tree, definitions: list[Definition]) -> Expression:
    """The tree in the engine, with a definition for every inverse of a sum."""
    match tree:
        case ("one",):
            return UNIT
        case (name,):
            return {"A": A, "B": B, "Lambda": LAMBDA}[name]
        case ("neg", body):
            return -as_expression(body, definitions)
        case ("T", body):
            return as_expression(body, definitions).T
        case ("add", left, right):
            return as_expression(left, definitions) + as_expression(right, definitions)
        case ("mul", left, right):
            return as_expression(left, definitions) @ as_expression(right, definitions)
    body = as_expression(tree[1], definitions)
    if len(body.terms) == 1 and all(s.invertible for s in body.symbols):
        return body.inverse()
    definitions.append(named(f"S{len(definitions)}", body))
    return definitions[-1].name.inverse()


def tree_value(tree: Tree, values: dict[str, Any]) -> Any:
    """The value of a tree in rational arithmetic; ZeroDivisionError for a singular matrix."""
    match tree:
        case ("one",):
            return brute_force.inverse(values["A"]) @ values["A"]
        case (name,):
            return values[name]
        case ("neg", body):
            return -tree_value(body, values)
        case ("T", body):
            return tree_value(body, values).T
        case ("add", left, right):
            return tree_value(left, values) + tree_value(right, values)
        case ("mul", left, right):
            return tree_value(left, values) @ tree_value(right, values)
    return brute_force.inverse(tree_value(tree[1], values))


@hypothesis.settings(max_examples=20, deadline=None, derandomize=True)
@hypothesis.given(st.integers(0, 10**9))
def test_rewriting_never_gives_different_and_perturbing_never_equal(seed: int) -> None:
    """Random identities made by rewriting, and what is left of them when one letter is exchanged for another."""
    generator = random.Random(seed)
    tree = random_tree(generator, 2)
    other = rewritten(generator, tree, 1)
    values = instance((), 3, 2, seed)
    try:
        assert np.array_equal(tree_value(tree, values), tree_value(other, values))
    except ZeroDivisionError:
        hypothesis.reject()
    definitions: list[Definition] = []
    left, right = as_expression(tree, definitions), as_expression(other, definitions)
    hypothesis.event(decide(left, right, definitions))
    assert decide(left, right, definitions) != "different"
    assert decide((left @ A).trace(), (right @ A).trace(), definitions) != "different"
    weight = generator.choice([2, 3, -1, Fraction(1, 2)])
    wrong = other if other[0] == "add" else ("add", other, tree)
    try:
        scaled = ("add", ("mul", ("add", ("one",), ("one",)), wrong[1]), wrong[2])
        if not np.array_equal(tree_value(scaled, values), tree_value(tree, values)):
            perturbed = as_expression(scaled, definitions)
            assert decide(perturbed, left, definitions) != "equal"
    except ZeroDivisionError:
        hypothesis.reject()
    if tree_value(tree, values).any():
        assert decide(weight * right, left, definitions) != "equal"


def exchanged(generator: random.Random, tree: Tree) -> Tree:
    """The tree with one letter exchanged for another."""
    if len(tree) == 1:
        return (generator.choice([name for name in ("A", "B", "Lambda", "one") if name != tree[0]]),)
    place = generator.randrange(1, len(tree))
    return (*tree[:place], exchanged(generator, tree[place]), *tree[place + 1 :])


@hypothesis.settings(max_examples=20, deadline=None, derandomize=True)
@hypothesis.given(st.integers(0, 10**9))
def test_no_method_proves_a_wrong_identity(seed: int) -> None:
    """`decide` refutes first; here every proof is tried on sides that differ at an instance, and on their traces."""
    generator = random.Random(seed)
    tree = random_tree(generator, 2)
    other = exchanged(generator, rewritten(generator, tree, 1))
    values = instance((), 3, 2, seed)
    definitions: list[Definition] = []
    try:
        same = np.array_equal(tree_value(tree, values), tree_value(other, values))
        difference = as_expression(tree, definitions) - as_expression(other, definitions)
    except (ZeroDivisionError, ValueError):
        hypothesis.reject()
    hypothesis.assume(not same)
    for sides in (difference, (difference @ A).trace()):
        for method in METHODS:
            with contextlib.suppress(UnsupportedError, NotRegularError):
                assert not method(sides, definitions)


@pytest.mark.parametrize(("factor", "answer"), [(1, "equal"), (2, "different")])
def test_definitions_inside_an_inverted_one_are_put_in(factor: int, answer: str) -> None:
    """M = (1 + 1/N) Q + tr(Q)/N I with Q = Psi + v v': its terms times M^-1 are I, though they are in Psi and v."""
    inner = define("Q", PSI + v @ v.T)
    outer = named("M", (1 + 1 / N) * inner.name + inner.name.trace() / N * UNIT)
    inverse = outer.name**-1
    terms = (1 + 1 / N) * (PSI @ inverse + v @ (v.T @ inverse) * factor) + (PSI.trace() + v.T @ v) / N * inverse
    assert answer == decide(terms, UNIT, (inner, outer))
