"""Wick expectations against moments in coordinates, and against identities of Gaussian and Wishart moments."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any

import hypothesis
import numpy as np
import pytest
from hypothesis import strategies as st

from tests.theory import brute_force
from tests.theory.recipes import KINDS, MOST_RANDOM_LETTERS, Instance, Recipe, degree, recipes, value_in_coordinates
from theory import evaluate, expect
from theory.algebra import contraction as engine
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (
    Expression,
    identity,
    indexed,
    length,
    matrix,
    number,
    scalar_letter,
    sum_over,
    vector,
)
from theory.algebra.wishart import WishartMoments

A, B, S = matrix("A"), matrix("B"), matrix("S", symmetric=True)
LAMBDA, PSI = matrix("Lambda", definite=True), matrix("Psi", definite=True)
x, z, v, m, y = (vector(name) for name in "xzvmy")
LETTERS = {"A": A, "S": S, "x": x, "z": z, "v": v, "y": y}


def symbolic(recipe: Recipe) -> Expression:
    """The recipe in the engine's algebra."""
    match recipe:
        case ("letter", name):
            return LETTERS[name]
        case ("indexed", name, label):
            return indexed(LETTERS[name], label)
        case ("T", body):
            return symbolic(body).T
        case ("mul", left, right):
            a, b = symbolic(left), symbolic(right)
            return a * b if a.is_scalar or b.is_scalar else a @ b
        case ("add", left, right):
            return symbolic(left) + symbolic(right)
        case ("scale", factor, body):
            return symbolic(body) * factor
        case ("tr", body):
            return symbolic(body).trace()
        case ("sum", label, body):
            return sum_over(label, "N", symbolic(body))
    raise ValueError(f"not a recipe: {recipe}")


def law_of_z(kind: str) -> Gaussian:
    """The law of z in the engine's terms."""
    moment: Callable[[int], Expression] | None = None
    if "elliptical" in kind:

        def moment(k: int) -> Expression:
            return number(brute_force.radial_moment(k))

    covariance = {"rank one": v @ v.T, "sum with rank one": PSI + v @ v.T}.get(kind, PSI)
    return Gaussian(covariance, m if "mean" in kind else None, moment)


def value_by_engine(expected: Expression, instance: Instance) -> Any:
    """The symbolic expectation at the numbers of the instance."""
    L, K = instance.roots()
    values = {**instance.letters(), "Lambda": L @ L.T, "Psi": K @ K.T}
    names = {symbol.name for symbol in expected.symbols}
    known = {"N": instance.N, "d": instance.d}
    return evaluate(expected, {name: value for name, value in values.items() if name in names}, known)


def expected_value(recipe: Recipe, kind: str) -> Expression:
    """The symbolic expectation of a recipe."""
    return expectation(symbolic(recipe), {x: Gaussian(LAMBDA), z: law_of_z(kind)})


def agrees(recipe: Recipe, kind: str, sizes: list[tuple[int, int]], seed: int) -> None:
    """Compare one expectation with moments in coordinates at these sizes."""
    expected = expected_value(recipe, kind)
    for d, N in sizes:
        instance = Instance(d, N, kind, seed)
        brute = value_in_coordinates(recipe, instance)
        assert np.array_equal(brute, value_by_engine(expected, instance)), (recipe, kind, d, N, seed, str(expected))


SIZES = st.sampled_from([[(1, 1), (2, 3)], [(2, 2), (2, 3)], [(3, 1), (3, 2)], [(1, 3), (3, 3)]])


@hypothesis.settings(
    max_examples=400, deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.filter_too_much]
)
@hypothesis.given(recipes(), st.sampled_from(KINDS[:4]), SIZES, st.integers(0, 99))
def test_gaussian_formulas_equal_moments_in_coordinates(
    recipe: Recipe, kind: str, sizes: list[tuple[int, int]], seed: int
) -> None:
    """Whatever the formula, its symbolic expectation is exact at every dimension and length tried."""
    # Most formulas of odd degree vanish; a few of them are enough.
    hypothesis.assume(degree(recipe) <= MOST_RANDOM_LETTERS)
    hypothesis.assume(expected_value(recipe, kind) or seed % 10 == 0)
    agrees(recipe, kind, sizes, seed)


@hypothesis.settings(
    max_examples=250, deadline=None, derandomize=True, suppress_health_check=[hypothesis.HealthCheck.filter_too_much]
)
@hypothesis.given(recipes(summed=("x", "x", "z")), st.sampled_from(KINDS[4:]), SIZES, st.integers(0, 99))
def test_elliptical_formulas_equal_moments_in_coordinates(
    recipe: Recipe, kind: str, sizes: list[tuple[int, int]], seed: int
) -> None:
    """The same for scale mixtures, whose draws under different indices may coincide."""
    # Most formulas of odd degree vanish; a few of them are enough.
    hypothesis.assume(degree(recipe) <= MOST_RANDOM_LETTERS)
    hypothesis.assume(expected_value(recipe, kind) or seed % 10 == 0)
    agrees(recipe, kind, sizes, seed)


BROKEN_RULES = [
    "a loop loses its transpose",
    "a pairing counts twice",
    "indices stay apart",
    "no falling factorial",
]
BROKEN_WISHART_RULES = ["no transpose", "a pairing across counts twice", "one end only", "no N"]


def _quadratic_sum(name: str, label: str) -> Recipe:
    """sum_i z_i' A z_i."""
    form = ("mul", ("T", ("indexed", name, label)), ("mul", ("letter", "A"), ("indexed", name, label)))
    return ("sum", label, form)


def _break_wishart(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a wrong rule into the contraction of Wishart matrices."""
    if rule == "no transpose":
        monkeypatch.setattr(WishartMoments, "turn", lambda self, code: code)
    elif rule == "a pairing across counts twice":
        across = WishartMoments._across
        monkeypatch.setattr(WishartMoments, "_across", lambda self, *args: [*across(self, *args), *across(self, *args)])
    elif rule == "one end only":
        across = WishartMoments._across
        monkeypatch.setattr(WishartMoments, "_across", lambda self, *args: list(across(self, *args))[:1])
    else:
        settle = WishartMoments._settle
        monkeypatch.setattr(WishartMoments, "_settle", lambda self, *args: settle(self, *args[:3]))


@pytest.mark.parametrize("rule", BROKEN_WISHART_RULES)
def test_moments_in_coordinates_notice_a_broken_wishart_rule(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for pairs of copies that are contracted as Wishart matrices: E tr(W A) tr(W A)."""
    recipe: Recipe = ("mul", _quadratic_sum("z", "i"), _quadratic_sum("z", "j"))
    agrees(recipe, "independent", [(2, 2), (2, 3)], seed=0)
    _break_wishart(rule, monkeypatch)
    with pytest.raises(AssertionError):
        agrees(recipe, "independent", [(2, 2), (2, 3)], seed=0)


def _break(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a wrong rule into the engine."""
    contraction = engine.Contraction
    if rule == "a loop loses its transpose":
        monkeypatch.setattr(contraction, "_turned", lambda self, chord: (chord[2], chord[1], chord[0]))
    elif rule == "a pairing counts twice":
        loop = contraction._loop
        monkeypatch.setattr(contraction, "_loop", lambda self, *args: loop(self, *args) * 2)
    elif rule == "indices stay apart":
        same_law = contraction._same_law
        monkeypatch.setattr(contraction, "_same_law", lambda self, a, b: a[1] == b[1] and same_law(self, a, b))
    else:
        monkeypatch.setattr(engine, "falling_factorial", lambda upto, k: length(upto) ** k)


@pytest.mark.parametrize("rule", BROKEN_RULES)
def test_moments_in_coordinates_notice_a_broken_rule(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule of the contraction, broken on purpose, is refuted by coordinates at generic matrices."""
    # y_i keeps z_i z_i' from being a Wishart matrix, which would be contracted by rules of its own.
    form: Recipe = ("mul", ("T", ("indexed", "z", "i")), ("mul", ("letter", "A"), ("indexed", "z", "i")))
    marked: Recipe = ("sum", "i", ("mul", form, ("mul", ("T", ("indexed", "y", "i")), ("letter", "v"))))
    recipe: Recipe = ("mul", marked, _quadratic_sum("z", "j"))
    if rule == "no falling factorial":
        recipe = ("mul", _quadratic_sum("z", "i"), _quadratic_sum("z", "j"))
    kind = "elliptical" if rule == "no falling factorial" else "independent"
    agrees(recipe, kind, [(2, 2), (2, 3)], seed=0)
    _break(rule, monkeypatch)
    with pytest.raises(AssertionError):
        agrees(recipe, kind, [(2, 2), (2, 3)], seed=0)


def letac_massam(k: int) -> Expression:
    """E[W^k] for W = sum_{i=1}^n x_i x_i' by counting pairings of half-edges, as in Letac and Massam (2004).

    The 2k ends of x_{i_1} x_{i_1}' ... x_{i_k} x_{i_k}' are 0 (open left), 1, ..., 2k - 1 (open right). A pairing
    joins the two ends of every index into cycles (n per cycle) and the words between into one open chain and closed
    cycles, Sigma^(length) for the chain and tr Sigma^(length) for each cycle.
    """
    n, Sigma = length("n"), matrix("Sigma", definite=True)
    table: Counter[tuple[int, int, tuple[int, ...]]] = Counter()
    for pairing in _pairings(tuple(range(2 * k))):
        # Ends 2j and 2j + 1 carry the same index i_j; ends 2j + 1 and 2j + 2 face each other in the product.
        partner = {a: b for pair in pairing for a, b in (pair, pair[::-1])}
        index_cycles = _cycles(partner, {end: end ^ 1 for end in partner})
        facing = {end: end + 1 if end % 2 else end - 1 for end in range(1, 2 * k - 1)}
        chain, place, seen = 1, partner[0], {0, partner[0]}
        while place != 2 * k - 1:
            place = partner[facing[place]]
            seen |= {place, partner[place]}
            chain += 1
        rest = {end: other for end, other in partner.items() if end not in seen}
        loops = _cycles(rest, facing)
        table[len(index_cycles), chain, tuple(sorted(size for size in loops))] += 1
    total = Sigma * 0
    for (power, chain, loops), count in table.items():
        total = (
            total + count * n**power * prod(((Sigma**size).trace() for size in loops), start=number(1)) * Sigma**chain
        )
    return total


def _pairings(ends: tuple[int, ...]) -> list[list[tuple[int, int]]]:
    if not ends:
        return [[]]
    first, *others = ends
    return [
        [(first, other), *rest] for other in others for rest in _pairings(tuple(end for end in others if end != other))
    ]


def _cycles(one: dict[int, int], two: dict[int, int]) -> list[int]:
    """The lengths, in pairs, of the cycles in which two matchings alternate."""
    sizes, seen = [], set[int]()
    for start in one:
        if start in seen:
            continue
        size, place = 0, start
        while place not in seen:
            seen |= {place, one[place]}
            place = two[one[place]]
            size += 1
        sizes.append(size)
    return sizes


# Letac and Massam (2004), and Graczyk, Letac and Massam (2005): E[W^k] for the real Wishart law with n degrees of
# freedom, as powers of n: {(exponent of Sigma outside, exponents in the traces): polynomial in n}. Taken from where
# others quote them, the function momentS of the R package rags2ridges; its first term of E[W^4], n tr(Sigma^3) Sigma,
# is a slip for n tr(Sigma)^3 Sigma, as n = 1 tells, where E[tr W^4] = E[(x'x)^4] has it.
TABLES: dict[int, dict[tuple[int, tuple[int, ...]], dict[int, int]]] = {
    1: {(1, ()): {1: 1}},
    2: {(2, ()): {2: 1, 1: 1}, (1, (1,)): {1: 1}},
    3: {(3, ()): {3: 1, 2: 3, 1: 4}, (2, (1,)): {2: 2, 1: 2}, (1, (2,)): {2: 1, 1: 1}, (1, (1, 1)): {1: 1}},
    4: {
        (4, ()): {4: 1, 3: 6, 2: 21, 1: 20},
        (3, (1,)): {3: 3, 2: 9, 1: 12},
        (1, (3,)): {3: 1, 2: 3, 1: 4},
        (2, (2,)): {3: 2, 2: 5, 1: 5},
        (2, (1, 1)): {2: 3, 1: 3},
        (1, (1, 2)): {2: 3, 1: 3},
        (1, (1, 1, 1)): {1: 1},
    },
}


@pytest.mark.parametrize("k", TABLES)
def test_wishart_powers_agree_with_the_printed_tables(k: int) -> None:
    """E[W^2] = (n^2 + n) Sigma^2 + n tr(Sigma) Sigma, and E[W^3] with (n^3 + 3n^2 + 4n) Sigma^3."""
    n, Sigma = length("n"), matrix("Sigma", definite=True)
    table = Sigma * 0
    for (outside, traces), polynomial in TABLES[k].items():
        weight = sum((count * n**power for power, count in polynomial.items()), start=number(0))
        table = table + weight * prod(((Sigma**size).trace() for size in traces), start=number(1)) * Sigma**outside
    assert table == letac_massam(k)
    assert table == expect(f"E[sum_i(x_i x_i')^{k}]", gaussian={"x": "Sigma"}, lengths={"i": "n"})


@pytest.mark.parametrize("k", [4, 5])
def test_wishart_powers_agree_with_the_count_of_pairings(k: int) -> None:
    """E[W^4] and E[W^5], all 105 and 945 pairings counted one by one."""
    assert letac_massam(k) == expect(f"E[sum_i(x_i x_i')^{k}]", gaussian={"x": "Sigma"}, lengths={"i": "n"})


@pytest.mark.parametrize("k", range(1, 9))
def test_chi_square_moments_at_dimension_one(k: int) -> None:
    """At d = 1 E[W^k] / Lambda^k is n (n + 2) ... (n + 2k - 2), the moment of a chi-square."""
    moment = expect(f"E[sum_i(x_i x_i')^{k}]", gaussian={"x": "Lambda"})
    for N in (1, 2, 5):
        value = evaluate(moment, {"Lambda": [[Fraction(1)]]}, {"N": N})
        assert prod(N + 2 * j for j in range(k)) == value[0, 0]


@pytest.mark.parametrize(("d", "N"), [(1, 3), (2, 2), (3, 1)])
def test_a_long_word_of_distinct_letters(d: int, N: int) -> None:
    """E tr(W A1 ... W A5), 945 terms none of which merge, against polynomials of degree ten in coordinates."""
    word: Expression = identity("d")
    for k in range(1, 6):
        word = word @ sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T) @ matrix(f"A{k}")
    expected = expectation(word.trace(), {x: Gaussian(LAMBDA)})
    assert len(expected.terms) == 945
    generator = random.Random(d)
    root = brute_force.root(generator, d)
    letters = {f"A{k}": brute_force.matrix(generator, d, d) for k in range(1, 6)}
    held = brute_force.Coordinates({"x": brute_force.Law(root, np.full(d, Fraction(0)))}, range(N))
    W = sum(np.outer(held.vectors["x", i], held.vectors["x", i]) for i in range(N))
    product_: Any = held.constant(np.array(np.eye(d, dtype=int), dtype=object))
    for k in range(1, 6):
        product_ = product_ @ W @ held.constant(letters[f"A{k}"])
    assert held.expectation(np.trace(product_)) == evaluate(expected, {**letters, "Lambda": root @ root.T}, {"N": N})


def test_three_general_layers_at_dimension_one() -> None:
    """E lambda prod_k (1 - a_k W/N)^2 by chi-square moments N (N + 2) ... (N + 2k - 2)."""
    P: Expression = identity("d")
    W = sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T)
    for k in range(1, 4):
        P = P @ (identity("d") - matrix(f"A{k}") @ W / length("N"))
    expected = expectation((P.T @ LAMBDA @ P).trace(), {x: Gaussian(LAMBDA)})
    steps, variance = (Fraction(1, 2), Fraction(-2, 3), Fraction(5)), Fraction(7, 3)
    for N in (1, 2, 5):
        polynomial = [Fraction(1)]
        for step in (*steps, *steps):
            factor = step * variance / N
            polynomial = [
                a - factor * b for a, b in zip([*polynomial, Fraction(0)], [Fraction(0), *polynomial], strict=True)
            ]
        moments = [prod(N + 2 * j for j in range(k)) for k in range(7)]
        brute = variance * sum(c * m for c, m in zip(polynomial, moments, strict=True))
        values = {f"A{k}": [[step]] for k, step in enumerate(steps, 1)}
        assert brute == evaluate(expected, {**values, "Lambda": [[variance]]}, {"N": N})


def test_wishart_mean_trace() -> None:
    """E tr W = N tr Lambda."""
    assert length("N") * LAMBDA.trace() == expect("E[tr(sum_i(x_i x_i'))]", gaussian={"x": "Lambda"})


def test_fourth_moment_of_appendix_d() -> None:
    """E[x x' A x x'] = Lambda (A + A') Lambda + tr(A Lambda) Lambda for every A."""
    expected = LAMBDA @ (A + A.T) @ LAMBDA + (A @ LAMBDA).trace() * LAMBDA
    assert expected == expectation(x @ x.T @ A @ x @ x.T, {x: Gaussian(LAMBDA)})


def test_elliptical_fourth_moment() -> None:
    """An elliptical law multiplies fourth moments by E r^2."""
    kappa = scalar_letter("kappa")
    gaussian = expectation(x @ x.T @ A @ x @ x.T, {x: Gaussian(LAMBDA)})
    assert kappa * gaussian == expectation(x @ x.T @ A @ x @ x.T, {x: Gaussian(LAMBDA, radial_moment=lambda k: kappa)})


@pytest.mark.parametrize("k", range(5))
def test_scalar_gaussian_moments(k: int) -> None:
    """E e^{2k} = (2k - 1)!! s^k for a scalar letter of variance s."""
    s, e = scalar_letter("s", definite=True), scalar_letter("e")
    assert prod(range(1, 2 * k, 2)) * s**k == expectation(e ** (2 * k), {e: Gaussian(s)})


def test_shifting_is_adding_the_mean() -> None:
    """The law N(m, Lambda) is the law of m + x."""
    centred = expectation(((x + m).T @ A @ (x + m)) ** 2, {x: Gaussian(LAMBDA)})
    assert centred == expectation((x.T @ A @ x) ** 2, {x: Gaussian(LAMBDA, mean=m)})


def test_independent_letters_factorise() -> None:
    """E[f(x) g(z)] = E f(x) E g(z)."""
    f, g = (x.T @ A @ x) ** 2, z.T @ B @ z
    laws = {x: Gaussian(LAMBDA), z: Gaussian(PSI)}
    assert expectation(f, laws) * expectation(g, laws) == expectation(f * g, laws)


def test_expectation_is_linear() -> None:
    """E[2f - 3g] = 2 E f - 3 E g."""
    f, g = (x.T @ A @ x) ** 2, x.T @ B @ x
    law = {x: Gaussian(LAMBDA)}
    assert 2 * expectation(f, law) - 3 * expectation(g, law) == expectation(2 * f - 3 * g, law)


def test_orthogonal_invariance() -> None:
    """For N(0, I) the substitution x -> z with z ~ N(0, I) changes nothing."""
    law = Gaussian(identity("d"))
    assert expectation((x.T @ A @ x) ** 3, {x: law}) == expectation((z.T @ A @ z) ** 3, {z: law})


def test_many_interchangeable_sums() -> None:
    """E (sum_i w'x_i)^8 = 105 (N w'Lambda w)^4: eight indices of one kind are no obstacle."""
    w = vector("w")
    total = sum_over("i", "N", w.T @ indexed(x, "i"))
    assert 105 * (length("N") * (w.T @ LAMBDA @ w)) ** 4 == expectation(total**8, {x: Gaussian(LAMBDA)})


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "negative power of a random scalar": (
        lambda: expectation(scalar_letter("e") ** -1, {scalar_letter("e"): Gaussian(number(1))}),
        "not a polynomial moment",
    ),
    "negative power of a form": (
        lambda: expectation((x.T @ A @ x) ** -1, {x: Gaussian(LAMBDA)}),
        "not a polynomial moment",
    ),
    "fractional power of a form": (
        lambda: expectation((x.T @ LAMBDA @ x) ** Fraction(1, 2), {x: Gaussian(LAMBDA)}),
        "not a polynomial moment",
    ),
    "free index": (lambda: expectation(indexed(x, "i").T @ x, {x: Gaussian(LAMBDA)}), "bound by no sum"),
    "elliptical below a free index": (
        lambda: expectation(
            sum_over("i", "N", (indexed(x, "i").T @ v) ** 4, below="h"),
            {x: Gaussian(LAMBDA, radial_moment=lambda k: length("N"))},
        ),
        "beside a comparison with the free index h",
    ),
    "covariance not square": (lambda: Gaussian(v), "must be square"),
    "covariance not symmetric": (lambda: Gaussian(A), "not symmetric"),
    "covariance of another size": (lambda: expectation(x, {x: Gaussian(number(1))}), "its covariance 1 x 1"),
    "mean of another shape": (lambda: Gaussian(LAMBDA, mean=LAMBDA), "the mean must be d x 1"),
    "random covariance": (
        lambda: expectation(x.T @ x, {x: Gaussian(z @ z.T), z: Gaussian(LAMBDA)}),
        "depends on the random letter z",
    ),
    "summed covariance": (
        lambda: expectation(x.T @ x, {x: Gaussian(sum_over("i", "N", indexed(y, "i") @ indexed(y, "i").T))}),
        "contains a sum over an index",
    ),
    "random matrix": (lambda: expectation(A, {A: Gaussian(LAMBDA)}), "A is d x d"),
    "two lengths for one letter": (
        lambda: expectation(
            sum_over("i", "N", indexed(x, "i")).T @ sum_over("i", "M", indexed(x, "i")), {x: Gaussian(LAMBDA)}
        ),
        "which draws coincide is not defined",
    ),
    "radius under an open sum": (
        lambda: expectation(
            sum_over("i", "N", (indexed(y, "i").T @ indexed(x, "i")) ** 2),
            {x: Gaussian(LAMBDA, radial_moment=number)},
        ),
        "not averaged",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_has_no_moment_is_refused(case: str) -> None:
    """The engine refuses what it cannot do, with the reason: never a silent zero."""
    call, reason = REFUSED[case]
    with pytest.raises(ValueError, match=reason):
        call()


def test_too_large_an_expectation_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Work is bounded: E (x'x)^64, with millions of terms, ends in an error and not in a day of computing."""
    monkeypatch.setattr("theory.algebra.work.MOST_WORK", 10_000)
    with pytest.raises(ValueError, match="128 random letters is too large"):
        expectation((x.T @ x) ** 64, {x: Gaussian(LAMBDA)})
