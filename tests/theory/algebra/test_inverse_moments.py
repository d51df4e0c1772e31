"""Moments of Wishart matrices and their inverses against coordinates, published tables and Stein's identity."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.wishart_brute_force import Laurent, Wishart
from theory.algebra.definitions import define
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, indexed, length, matrix, sum_over, vector
from theory.algebra.inverse_moments import inverse_weights, wishart_expectation

W, LAMBDA = matrix("W", definite=True), matrix("Lambda", definite=True)
A, B, v = matrix("A"), matrix("B"), vector("v")
V, M, D = W**-1, length("M"), length("d")
GAMMA = M - D - 1


def test_first_moments() -> None:
    """E[V] = Lambda^-1/(M - d - 1); E[tr(V) V] and E[V A V] from Haff (1979) and von Rosen (1988)."""
    inverse = LAMBDA**-1
    assert inverse / GAMMA == wishart_expectation(V, W, LAMBDA).value
    below = GAMMA * (GAMMA + 1) * (GAMMA - 2)
    second = (GAMMA - 1) / below * inverse @ A @ inverse + (
        inverse @ A.T @ inverse + (A @ inverse).trace() * inverse
    ) / below
    assert second == wishart_expectation(V @ A @ V, W, LAMBDA).value
    traced = (GAMMA - 1) / below * inverse.trace() * inverse + 2 / below * inverse**2
    assert traced == wishart_expectation(V.trace() * V, W, LAMBDA).value
    mixed = (M * LAMBDA @ A @ inverse - A.T - A.trace() * identity("d")) / GAMMA
    assert mixed == wishart_expectation(W @ A @ V, W, LAMBDA).value


def test_third_moment_of_an_isotropic_inverse() -> None:
    """E tr(V^3) for Lambda = I in coordinates."""
    d, m = 2, 12
    moment = wishart_expectation((V @ V @ V).trace(), W, LAMBDA)
    wishart = Wishart(np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object), m)
    exact = wishart.mean(np.trace(wishart.V @ wishart.V @ wishart.V))
    eye = [[int(i == j) for j in range(d)] for i in range(d)]
    assert exact == moment.evaluate({"Lambda": eye}, {"M": m, "d": d})


@pytest.mark.parametrize(
    ("word", "published"),
    [(W.trace() ** 4, "8.705084e+13"), (V.trace() ** 2, "6.680892e-04")],
    ids=["E tr(W)^4", "E tr(V)^2"],
)
def test_values_published_for_wishmom(word: Expression, published: str) -> None:
    """Numbers in the vignette of wishmom 1.1 (Kan and Liang), for 20 degrees of freedom and its 2 x 2 covariance."""
    value = wishart_expectation(word, W, LAMBDA).evaluate({"Lambda": [[25, 49], [49, 109]]}, {"M": 20, "d": 2})
    assert published == f"{float(value):.6e}"


def test_coefficients_published_for_wishmom() -> None:
    """E tr(V)^4 and E[tr(V) tr(V^2) V] as tables of the same vignette, in powers of n = M - d - 1."""
    n, inverse = GAMMA, LAMBDA**-1
    p1, p2, p3, p4 = (matrix_power.trace() for matrix_power in (inverse, inverse**2, inverse**3, inverse**4))
    below = n**8 - 7 * n**7 - 11 * n**6 + 107 * n**5 + 34 * n**4 - 388 * n**3 - 24 * n**2 + 288 * n
    fourth = (
        (240 * n - 288) * p4
        + (64 * n**2 - 256 * n) * p3 * p1
        + (12 * n**2 - 60 * n + 216) * p2**2
        + (12 * n**3 - 72 * n**2 + 36 * n + 72) * p2 * p1**2
        + (n**4 - 7 * n**3 + n**2 + 35 * n - 6) * p1**4
    )
    assert fourth / below == wishart_expectation(V.trace() ** 4, W, LAMBDA).value
    mixed = (
        ((4 * n**3 - 16 * n**2 - 20 * n + 24) * p3 + (n**4 - 6 * n**3 + 3 * n**2 + 6 * n) * p2 * p1) * inverse
        + (n**3 - 6 * n**2 + 3 * n + 6) * p1**3 * inverse
        + ((2 * n**3 - 10 * n**2 + 36 * n) * p2 + (10 * n**2 - 42 * n + 36) * p1**2) * inverse**2
        + (4 * n**3 - 16 * n**2 + 60 * n - 72) * p1 * inverse**3
        + (40 * n**2 - 48 * n) * inverse**4
    )
    assert mixed / below == wishart_expectation(V.trace() * (V @ V).trace() * V, W, LAMBDA).value


@pytest.mark.parametrize("k", [1, 2, 3])
def test_wisharts_alone_agree_with_the_other_engine(k: int) -> None:
    """E[W^k] by Stein's identity is E[(sum x_i x_i')^k] by Wick's theorem."""
    x = vector("x")
    data = sum_over("i", "M", indexed(x, "i") @ indexed(x, "i").T)
    assert expectation(data**k, {x: Gaussian(LAMBDA)}) == wishart_expectation(W**k, W, LAMBDA).value


@pytest.mark.parametrize("k", [1, 2, 3, 4])
def test_weights_agree_with_dimension_one(k: int) -> None:
    """For d = 1, V is 1/chi^2 and all pairings are one: E V^k = 1/((M - 2)(M - 4) ... (M - 2k))."""
    moment = wishart_expectation(V**k, W, LAMBDA)
    for m in (2 * k + 1, 2 * k + 4):
        expected = Fraction(1)
        for j in range(1, k + 1):
            expected /= m - 2 * j
        assert expected == moment.evaluate({"Lambda": [[1]]}, {"M": m, "d": 1})[0, 0]
    assert len(inverse_weights(k)) == {1: 1, 2: 2, 3: 3, 4: 5}[k]


def random_word(generator: random.Random) -> list[str]:
    """Letters of a word with at most two inverses and two Wisharts."""
    letters = ["V"] * generator.randint(0, 2) + ["W"] * generator.randint(0, 2)
    letters += [generator.choice(["A", "A'", "B"]) for _ in range(generator.randint(0, 2))]
    generator.shuffle(letters)
    return letters or ["V"]


ENGINE = {"V": V, "W": W, "A": A, "A'": A.T, "B": B}


def agrees(seed: int) -> bool:
    """Compare one expectation of matrix words, traces, products of traces or a form at two numbers of samples."""
    generator = random.Random(seed)
    d = generator.choice([1, 2, 2])
    words = [random_word(generator) for _ in range(generator.choice([1, 1, 2]))]
    if sum(word.count("V") for word in words) > 3 or sum(len(word) for word in words) > 6:
        words = words[:1]
    kind = generator.choice(["open", "trace", "form"])
    K = brute_force.root(generator, d)
    fixed = {"A": brute_force.matrix(generator, d, d), "B": brute_force.matrix(generator, d, d)}
    u = brute_force.vector(generator, d)
    engine: Expression = identity("d")
    for letter in words[0]:
        engine = engine @ ENGINE[letter]
    if kind != "open":
        engine = engine.trace() if kind == "trace" else v.T @ engine @ v
    for word in words[1:]:
        factor: Expression = identity("d")
        for letter in word:
            factor = factor @ ENGINE[letter]
        engine = engine * factor.trace()
    moment = wishart_expectation(engine, W, LAMBDA)
    k = moment.inverses
    for samples in (d + 2 * k, d + 2 * k + 3):
        wishart = Wishart(K, samples)
        values = {"V": wishart.V, "W": wishart.W, "A": fixed["A"], "A'": fixed["A"].T, "B": fixed["B"]}

        def product(word: list[str], values: dict[str, Any] = values) -> Any:
            one = Laurent({(0,) * (d * (d + 1) // 2): Fraction(1)})
            result = np.array([[int(i == j) * one for j in range(d)] for i in range(d)], dtype=object)
            for letter in word:
                result = result @ values[letter]
            return result

        exact = product(words[0])
        if kind != "open":
            exact = np.trace(exact) if kind == "trace" else u @ exact @ u
        for word in words[1:]:
            exact = exact * np.trace(product(word))
        given = {"Lambda": K @ K.T, **fixed, "v": u}
        names = {symbol.name for symbol in moment.value.symbols}
        found = moment.evaluate({n: x for n, x in given.items() if n in names}, {"M": samples, "d": d})
        assert np.array_equal(wishart.mean(exact), found), (seed, words, kind, d, samples)
    return True


def test_random_words_in_coordinates() -> None:
    """150 of them, d = 1 and 2."""
    assert all(agrees(seed) for seed in range(150))


@pytest.mark.parametrize(("samples", "exists"), [(4, True), (3, False), (1, False)])
def test_existence(samples: int, exists: bool) -> None:
    """E[V] exists for M > d + 1 and is refused otherwise, with the condition."""
    moment = wishart_expectation(V, W, LAMBDA)
    assert moment.condition == "M > d + 1"
    if exists:
        assert moment.evaluate({"Lambda": [[1, 0], [0, 2]]}, {"M": samples})[0, 0] == 1
        return
    with pytest.raises(ValueError, match="inverses of a 2 x 2 Wishart matrix"):
        moment.evaluate({"Lambda": [[1, 0], [0, 2]]}, {"M": samples})
    fixed = matrix("W", 2, 2, definite=True)
    with pytest.raises(ValueError, match="does not exist"):
        wishart_expectation(fixed**-1, fixed, matrix("Lambda", 2, 2, definite=True), samples)


@pytest.mark.parametrize(
    ("expression", "covariance", "message"),
    [
        (W ** Fraction(1, 2), LAMBDA, "is no word in W"),
        (V.trace() ** -1, LAMBDA, "has no polynomial moment"),
        (W**-7, LAMBDA, "at most 6"),
        (V, A, "must be symmetric"),
        (V, define("S", LAMBDA + identity("d")).expression, "is not a polynomial"),
    ],
)
def test_what_has_no_moment_here_is_refused(expression: Expression, covariance: Expression, message: str) -> None:
    """Roots, powers of traces, too many inverses, covariances without an inverse."""
    with pytest.raises(ValueError, match=message):
        wishart_expectation(expression, W, covariance)


@pytest.mark.parametrize(
    ("engine", "value"),
    [((V @ V).trace() * (W @ W).trace(), 1), ((W @ A @ W @ B @ V).trace(), 270), ((W @ W @ A @ V).trace(), 54)],
)
def test_two_wisharts_beside_an_inverse(engine: Expression, value: int) -> None:
    """For d = 1 one W and one V cancel: E W = 2 M; removing two Wisharts once got the ends of inverses mixed up."""
    moment = wishart_expectation(engine, W, LAMBDA)
    given = {"Lambda": [[2]], "A": [[3]], "B": [[5]]}
    names = {symbol.name for symbol in moment.value.symbols}
    assert value == moment.evaluate({name: x for name, x in given.items() if name in names}, {"M": 9, "d": 1})


def test_three_dimensions() -> None:
    """E[V A V] and E[W A V] for d = 3 in coordinates."""
    generator = random.Random(11)
    K, fixed = brute_force.root(generator, 3), brute_force.matrix(generator, 3, 3)
    wishart = Wishart(K, 8)
    for engine, exact in ((V @ A @ V, wishart.V @ fixed @ wishart.V), (W @ A @ V, wishart.W @ fixed @ wishart.V)):
        found = wishart_expectation(engine, W, LAMBDA).evaluate({"Lambda": K @ K.T, "A": fixed}, {"M": 8, "d": 3})
        assert np.array_equal(wishart.mean(exact), found)
