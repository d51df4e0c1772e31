"""Limits against finite sizes at two scales, and against closed forms."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import combinations, product
from math import comb

import numpy as np
import pytest

from tests.theory import brute_force
from theory import evaluate
from theory.algebra.coefficients import Coefficient
from theory.algebra.definitions import define
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (
    Expression,
    expression_of_word,
    identity,
    indexed,
    length,
    matrix,
    number,
    sum_over,
    vector,
)
from theory.algebra.inverse_moments import wishart_expectation
from theory.algebra.limits import (
    limit,
    marchenko_pastur_moment,
    proportional_limit,
    resolvent,
    resolvent_square,
    ridge_risk,
    ridgeless_risk,
    with_quotient,
)
from theory.least_squares import least_squares_risk

N, D, UNIT = length("N"), length("d"), identity("d")
LAMBDA, A, W = matrix("Lambda", definite=True), matrix("A"), matrix("W", definite=True)
GAMMA = define("Gamma", (1 + 1 / N) * LAMBDA + LAMBDA.trace() / N * UNIT)
x, v = vector("x"), vector("v")
DATA = sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ((1 + 1 / N) * A, A),
        ((N - 1) / (N + 3) * A + A.T / N, A),
        (GAMMA.name**-1 @ A, LAMBDA**-1 @ A),
        (GAMMA.name @ A + 1 / N * A, LAMBDA @ A),
        (N * (GAMMA.name - LAMBDA), LAMBDA + LAMBDA.trace() * UNIT),
        ((D * N + 1) / (2 * N + D) * A, D / 2 * A),
    ],
)
def test_long_prompts(expression: Expression, expected: Expression) -> None:
    """Leading terms of the coefficients, Gamma -> Lambda; N (Gamma - Lambda) has a limit though both parts grow."""
    assert expected == limit(expression, "N", (GAMMA,))


@pytest.mark.parametrize(
    "expression",
    [
        (expectation((DATA @ A @ DATA).trace() / N**2, {x: Gaussian(LAMBDA)})),
        (wishart_expectation((W @ A @ W**-1 @ A.T).trace(), W, LAMBDA, "N").value),
        ((GAMMA.name**-2 @ A).trace() + (1 + 1 / N) * A.trace()),
    ],
)
def test_long_prompts_against_finite_ones(expression: Expression) -> None:
    """The distance to the limit is ten times less for ten times the length."""
    L, B = [[2.0, 0.5], [0.5, 1.0]], [[1.0, 2.0], [-1.0, 0.5]]

    def value(formula: Expression, n: int) -> float:
        given = {"Lambda": L, "A": B, "Gamma": evaluate(GAMMA.expression, {"Lambda": L}, {"N": n})}
        names = {symbol.name for symbol in formula.symbols}
        return float(evaluate(formula, {k: x for k, x in given.items() if k in names}, {"N": n, "d": 2}))

    end = value(limit(expression, "N", (GAMMA,)), 1)
    far, near = value(expression, 1_000) - end, value(expression, 10_000) - end
    assert abs(far) < 0.1
    assert 8 < far / near < 12


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (N * A, "grows with N"),
        (DATA, "sum to N"),
        (matrix("X", "d", "N") @ matrix("X", "d", "N").T, "no limit as N grows"),
        (define("S", A / N + UNIT + LAMBDA, invertible=True).name.inverse(), "no product"),
    ],
)
def test_what_has_no_limit_is_refused(expression: Expression, message: str) -> None:
    """Growth, sums and sizes that grow, definitions whose limit has no name."""
    with pytest.raises(ValueError, match=message):
        limit(expression, "N", (define("S", A / N + UNIT + LAMBDA, invertible=True),))


@pytest.mark.parametrize("k", range(9))
def test_marchenko_pastur_moments(k: int) -> None:
    """Narayana numbers: sum_r C(k, r) C(k - 1, r)/(r + 1) c^r."""
    expected = Coefficient.number(0 if k else 1)
    for r in range(k):
        size = Fraction(comb(k, r) * comb(k - 1, r), r + 1)
        expected = expected + Coefficient.number(size) * Coefficient.length("c") ** r
    assert expected == marchenko_pastur_moment(k)


@pytest.mark.parametrize("k", [2, 3, 4])
def test_wishart_words_against_finite_sizes(k: int) -> None:
    """tr(W^k)/(d N^k), Lambda = diag(1, 2, 1, 2, ...), at two scales."""
    mean = expectation((DATA**k).trace() / (D * N**k), {x: Gaussian(LAMBDA)})
    leading = proportional_limit(mean, {"N": "c"})

    def gap(d: int) -> Fraction:
        # c = 1/2; every Lambda^j has the normalised trace (1 + 2^j)/2.
        def value(formula: Expression) -> Fraction:
            total = Fraction(0)
            for monomial, coefficient in formula.terms.items():
                term = coefficient.evaluate({"N": 2 * d, "d": d, "c": Fraction(1, 2)}, Fraction(1))
                for word, exponent in monomial.closed:
                    term *= (d * Fraction(1 + 2 ** int(word[0].powers[0][1]), 2)) ** int(exponent)
                total += term
            return total

        return value(mean) - value(leading)

    assert 0 < gap(1_000) < Fraction(1, 10)
    assert Fraction(19, 10) < gap(1_000) / gap(2_000) < Fraction(21, 10)


def random_words(generator: random.Random) -> list[list[str]]:
    """One to three words, W in front of a letter or of nothing, with at most five W in all."""
    words: list[list[str]] = []
    left = 5
    while left and len(words) < generator.choice([1, 2, 3]):
        size = generator.randint(1, min(left, 4))
        words.append([generator.choice(["A", "B", "A'", "", ""]) for _ in range(size)])
        left -= size
    return words


def non_crossing(k: int) -> list[list[list[int]]]:
    """The partitions of 0, ..., k - 1 in which no two blocks cross."""
    found = []
    for labels in product(range(k), repeat=k):
        # Restricted growth: each partition once.
        if any(labels[i] > max((-1, *labels[:i])) + 1 for i in range(k)):
            continue
        blocks = [[i for i in range(k) if labels[i] == b] for b in sorted(set(labels))]
        crossing = any(labels[a] == labels[c] != labels[b] == labels[e] for a, b, c, e in combinations(range(k), 4))
        if not crossing:
            found.append(blocks)
    return found


def free_limit(word: list[str], letters: dict[str, Expression]) -> Expression:
    """lim (1/d) E tr(W A_1 ... W A_k)/N^k = sum over non-crossing p of c^(k - |p|) prod over cycles of (1/d) tr(...).

    The cycles are those of Kreweras' complement: A_i is followed by the letter of that W whose next one in its block is
    the W behind A_i. Source: Nica and Speicher, Lectures on the Combinatorics of Free Probability (2006), lecture 22.
    """
    k = len(word)
    total = number(0)
    for blocks in non_crossing(k):
        before = {block[(place + 1) % len(block)]: i for block in blocks for place, i in enumerate(block)}
        term = length("c") ** (k - len(blocks))
        left = set(range(k))
        while left:
            place = min(left)
            piece = identity("d")
            while place in left:
                left.discard(place)
                piece = piece @ letters[word[place]] @ LAMBDA
                place = before[(place + 1) % k]
            term = term * (piece.trace() / length("d"))
        total = total + term
    return total


def words_agree(seed: int) -> bool:
    """Compare one product of normalised traces with free probability, and with finite sizes at two scales."""
    generator = random.Random(seed)
    words = random_words(generator)
    letters = {"A": A, "B": matrix("B"), "A'": A.T, "": UNIT}
    product_, expected = number(1), number(1)
    for word in words:
        whole = UNIT
        for letter_ in word:
            whole = whole @ DATA @ letters[letter_]
        product_ = product_ * (whole.trace() / (D * N ** len(word)))
        expected = expected * free_limit(word, letters)
    mean = expectation(product_, {x: Gaussian(LAMBDA)})
    leading = proportional_limit(mean, {"N": "c"})
    assert leading == expected, (seed, words, str(leading), str(expected))
    root = brute_force.root(generator, 2)
    given = {name: brute_force.matrix(generator, 2, 2) for name in "AB"} | {"Lambda": root @ root.T}

    def terms(formula: Expression, copies: int) -> list[Fraction]:
        """At A = I (x) A_0 and so on, with so many copies, d = 2 copies = N/3: traces are copies of small ones."""
        found = []
        sizes = {"N": 6 * copies, "d": 2 * copies, "c": Fraction(1, 3)}
        for monomial, coefficient in formula.terms.items():
            term = coefficient.evaluate(sizes, Fraction(1))
            for word, exponent in monomial.closed:
                used = {symbol.name for f in word for symbol, _ in f.powers}
                small = evaluate(expression_of_word(word).trace(), {name: given[name] for name in used}, {"d": 2})
                term *= (copies * small) ** int(exponent)
            found.append(term)
        return found

    at_the_limit = terms(leading, 1)
    end, size = sum(at_the_limit), sum(map(abs, at_the_limit))
    gaps = [abs(sum(terms(mean, copies)) - end) for copies in (10**6, 10**7)]
    # Where the limit is zero the trace of a small matrix happens to vanish.
    assert gaps[0] <= size / 100 + Fraction(1, 1000), (seed, words, float(gaps[0]), float(end))
    assert gaps[0] == 0 or 9 < gaps[0] / gaps[1] < 110, (seed, words, float(gaps[0] / gaps[1]))
    return True


def test_random_words_against_free_probability_and_finite_sizes() -> None:
    """Words in W and other matrices with a covariance: non-crossing partitions, and ten times the size."""
    assert all(words_agree(seed) for seed in range(25))


def test_limit_in_normalised_traces_depends_on_the_ratio_alone_for_the_identity() -> None:
    """With Lambda = I no dimension is left."""
    mean = expectation((DATA**3).trace() / (D * N**3), {x: Gaussian(LAMBDA)})
    isotropic = proportional_limit(mean, {"N": "c"}).substitute({next(iter(LAMBDA.symbols)): UNIT})
    ((_, coefficient),) = isotropic.terms.items()
    assert coefficient == marchenko_pastur_moment(3)


@pytest.mark.parametrize(
    ("expression", "ratios", "message"),
    [
        (DATA.trace(), {"N": "c"}, "sum to N"),
        (A.trace(), {"N": "c"}, "grows with d"),
        (A.trace() / D, {"N": "d"}, "choose another name"),
        (GAMMA.name**-1, {"N": "c"}, "cannot be expanded"),
    ],
)
def test_growth_and_sums_are_refused(expression: Expression, ratios: dict[str, str], message: str) -> None:
    """A trace grows with d unless it is normalised; sums need an expectation first."""
    definitions = (define("Gamma", LAMBDA @ A @ LAMBDA + UNIT / N, invertible=True),)
    gamma = definitions[0].name.inverse() if "cannot" in message else expression
    with pytest.raises(ValueError, match=message):
        proportional_limit(gamma, ratios, definitions=definitions)


def test_the_resolvent_is_the_series_of_moments() -> None:
    """In 1/x the root of the quadratic has the coefficients (-1)^k m_k, exactly, up to k = 8."""
    c = Fraction(3, 5)
    moments = [marchenko_pastur_moment(k).evaluate({"c": c}, Fraction(1)) for k in range(9)]
    # m = sum_k (-1)^k m_k y^(k+1) with y = 1/x: c m^2/y + (1 - c + 1/y) m - 1 = 0, the coefficient of each y^n.
    series = [Fraction(0)] + [(-1) ** k * m for k, m in enumerate(moments)]
    for n in range(1, 9):
        square = sum((series[i] * series[n + 1 - i] for i in range(n + 2)), Fraction(0))
        assert c * square + (1 - c) * series[n] + series[n + 1] == 0
    assert series[1] == 1


@pytest.mark.parametrize("c", [Fraction(1, 2), Fraction(2, 7)])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_inverses_in_proportion(k: int, c: Fraction) -> None:
    """lim (1/d) tr (W/M)^-k, Lambda = I, from the resolvent at 0: 1/(1-c), 1/(1-c)^3, (1+c)/(1-c)^5; and two sizes."""
    W = matrix("W", definite=True)
    moment = wishart_expectation((W**-k).trace(), W, identity("d"))
    scaled = moment.value * length("M") ** k / length("d")
    expected = [1 / (1 - c), 1 / (1 - c) ** 3, (1 + c) / (1 - c) ** 5][k - 1]
    ((_, coefficient),) = proportional_limit(scaled, {"M": "c"}).terms.items()
    assert coefficient.evaluate({"c": c}, Fraction(1)) == expected
    gaps = [abs(evaluate(scaled, {}, {"d": d, "M": int(d / c)}) / expected - 1) for d in (140, 1400)]
    assert gaps[0] < Fraction(1, 2)
    assert gaps[1] < gaps[0] / 8


@pytest.mark.parametrize(("c", "x"), [(0.5, 0.1), (2.0, 0.3)])
def test_resolvent_and_ridge_at_two_sizes(c: float, x: float) -> None:
    """Sampled (1/d) tr(W/N + x)^-1, its square and the risk of ridge regression approach their limits."""
    gaps = []
    for d in (60, 480):
        rng = np.random.default_rng(d)
        n = int(d / c)
        found = []
        for _ in range(4800 // d):
            data = rng.standard_normal((n, d))
            inverse = np.linalg.inv(data.T @ data / n + x * np.eye(d))
            bias = x**2 * 2.0 * np.sum(inverse**2) / d
            variance = 0.7 / n * np.trace(inverse @ (data.T @ data / n) @ inverse)
            found.append([np.trace(inverse) / d, np.sum(inverse**2) / d, bias + variance])
        limits = [resolvent(c, x), resolvent_square(c, x), ridge_risk(c, x, 2.0, 0.7)]
        gaps.append(np.max(np.abs(np.mean(found, axis=0) / limits - 1)))
    assert gaps[0] < 0.1
    assert gaps[1] < gaps[0] / 3


@pytest.mark.parametrize("c", [Fraction(1, 2), Fraction(3)])
def test_ridgeless_is_the_end_of_ridge_and_of_least_squares(c: Fraction) -> None:
    """x -> 0 in `ridge_risk`; d -> infinity in the exact risk of least squares, at two scales."""
    expected = ridgeless_risk(c, Fraction(2), Fraction(1, 3))
    assert abs(ridge_risk(float(c), 1e-7, 2.0, 1 / 3) - float(expected)) < 1e-5
    gaps = []
    for d in (300, 3000):
        task = [Fraction(0)] * (d - 2) + [Fraction(1), Fraction(1)]
        risk = least_squares_risk(
            dimension=d, prompt_length=int(d / c), noise_variance=Fraction(1, 3), w=task, eigenvalue=Fraction(1)
        )
        gaps.append(abs(risk - expected))
    assert gaps[0] < Fraction(1, 50)
    assert gaps[1] < gaps[0] / 8


def test_exact_arguments_and_errors() -> None:
    """A rational root is exact; irrational ones, and arguments outside the domain, are refused."""
    m = resolvent(Fraction(1), Fraction(9, 4))
    assert Fraction(9, 4) * m**2 + Fraction(9, 4) * m - 1 == 0
    with pytest.raises(ValueError, match="irrational"):
        resolvent(Fraction(1, 2), 1)
    with pytest.raises(ValueError, match="c must be positive"):
        resolvent(0, 1)
    with pytest.raises(ValueError, match="infinite at c"):
        ridgeless_risk(1, 1, 1)
    with pytest.raises(ValueError, match="order 0 to 8"):
        marchenko_pastur_moment(9)
    with pytest.raises(ValueError, match="noise must be at least 0"):
        ridge_risk(1.0, 1.0, 1.0, -1.0)


def test_a_ratio_written_out() -> None:
    """d/N in place of c; a limit of what was computed still counts as computed, a typed expression does not."""
    typed = length("c") ** 2 * LAMBDA + 3 * LAMBDA
    assert with_quotient(typed, "c", "d", "N") == D**2 / N**2 * LAMBDA + 3 * LAMBDA
    x = vector("x")
    mean = expectation(sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T).trace(), {x: Gaussian(UNIT)}) / (D * N)
    assert with_quotient(proportional_limit(mean, {"N": "c"}), "c", "d", "N").computed
    assert not proportional_limit(LAMBDA.trace() / D, {"N": "c"}).computed
