"""Random covariances: the derived formulas against each other, closed forms, and enumeration of small laws."""

import random
from fractions import Fraction

import numpy as np
import pytest
import sympy

from tests.theory import brute_force
from theory.zhang2024.model import LAMBDA
from theory.zhang2024.population_loss import population_loss
from theory.zhang2024.preconditioner import U
from theory.zhang2024.random_covariance import (
    coordinate_form,
    random_covariance,
    random_covariance_theory,
)
from theory.zhang2024.random_entries import (
    FiniteLaw,
    IndependentEntries,
    constant,
    exponential,
    gamma,
    log_normal,
    two_point,
    uniform,
)

MIXED = (
    exponential(2),
    gamma(3, Fraction(1, 2)),
    uniform(0, 3),
    log_normal(Fraction(1, 2), 4),
    two_point(1, 5, Fraction(1, 3)),
)
LENGTHS = (1, 2, 7, None)
THEORY = random_covariance_theory()


def rotated(first: Fraction, second: Fraction) -> list[list[Fraction]]:
    """A 2 x 2 covariance with these eigenvalues whose eigenvectors are not the axes."""
    R = np.array([[Fraction(3, 5), Fraction(4, 5)], [Fraction(-4, 5), Fraction(3, 5)]], dtype=object)
    return (R @ np.array([[first, Fraction(0)], [Fraction(0), second]], dtype=object) @ R.T).tolist()


NON_COMMUTING = [rotated(Fraction(2), Fraction(1, 3)), [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(4)]]]


@pytest.mark.parametrize("entry", MIXED, ids=lambda entry: entry.name)
def test_moments_satisfy_the_moment_inequalities(entry) -> None:
    """E 1 = 1, and Cauchy-Schwarz links the first three moments."""
    m0, m1, m2, m3 = (entry.moment(k) for k in range(4))
    assert m0 == 1
    assert all(isinstance(m, Fraction) for m in (m1, m2, m3))
    assert m1**2 < m2
    assert m2**2 < m1 * m3


def test_moments_equal_the_integrals_of_the_densities() -> None:
    """Each law's moments are those of its density."""
    x = sympy.Symbol("x", positive=True)
    densities = {
        exponential(2): (2 * sympy.exp(-2 * x), 0, sympy.oo),
        gamma(3, Fraction(1, 2)): (x**2 * sympy.exp(-x / 2) / 16, 0, sympy.oo),
        uniform(1, 3): (sympy.Rational(1, 2), 1, 3),
    }
    for entry, (density, low, high) in densities.items():
        for k in range(4):
            assert sympy.integrate(x**k * density, (x, low, high)) == sympy.sympify(entry.moment(k))


def test_log_normal_moments_are_those_of_the_exponential_of_a_normal() -> None:
    """In mean and square ratio e^v the moments exp(k mu + k^2 v/2) become monomials."""
    mu, v = sympy.symbols("mu v", real=True)
    entry = log_normal(sympy.exp(mu + v / 2), sympy.exp(v) + 0)
    for k in range(4):
        assert sympy.simplify(entry.moment(k) - sympy.exp(k * mu + k**2 * v / 2)) == 0


@pytest.mark.parametrize("N", [1, 2, 3])
def test_the_loss_is_the_mean_of_the_fixed_covariance_losses(N: int) -> None:
    """Lemma C.1 at three covariances that do not commute, in all blocks."""
    generator = random.Random(N)
    covariances = [*NON_COMMUTING, rotated(Fraction(5), Fraction(1))]
    blocks = {
        "U11": brute_force.matrix(generator, 2, 2),
        "u21": brute_force.vector(generator, 2),
        "u12": brute_force.vector(generator, 2),
        "u": brute_force.rational(generator),
    }
    fixed = [population_loss().evaluate(covariance=L, context_length=N, **blocks) for L in covariances]
    averaged = THEORY["population loss"].evaluate(covariances=covariances, context_length=N, **blocks)
    assert averaged == sum(fixed) / 3


@pytest.mark.parametrize("N", [1, 4])
def test_the_diagonal_flow_is_the_matrix_flow(N: int) -> None:
    """(C.4) and (C.5) agree with Lemma C.1 on diagonal covariances with dependent entries."""
    law = FiniteLaw(((1, 2, 5), (3, Fraction(1, 2), 1)))
    generator = random.Random(N)
    U, u = brute_force.matrix(generator, 3, 3), brute_force.rational(generator)
    held = random_covariance(law, N)
    arguments = {
        "covariances": [np.diag(atom).tolist() for _, atom in law.weighted],
        "context_length": N,
        "U": U,
        "u": u,
    }
    field, slope = held.flow(U, u)
    assert (np.array(field, dtype=object) == THEORY["U'"].evaluate(**arguments)).all()
    assert slope == THEORY["u'"].evaluate(**arguments)
    assert held.loss(U, u) == THEORY["restricted loss"].evaluate(**arguments)


@pytest.mark.parametrize("N", LENGTHS)
@pytest.mark.parametrize("d", [1, 2, 5])
def test_the_loss_less_its_floor_is_the_square_of_C_7(d: int, N: int | None) -> None:
    """(C.7): the excess loss is a sum of squares, and it vanishes at the minimiser."""
    held = random_covariance(MIXED[:d], N)
    generator = random.Random(d)
    U, u = brute_force.matrix(generator, d, d), brute_force.rational(generator)
    square = sum(
        held.zeta[i][j] * (u * U[i][j] - (held.minimiser[i] if i == j else 0)) ** 2 for i in range(d) for j in range(d)
    )
    assert held.loss(U, u) - held.floor == square / 2
    best = np.diag(held.minimiser) + Fraction(0)
    assert held.loss(best, Fraction(1)) == held.floor
    field, slope = held.flow(best / 3, Fraction(3))
    assert not np.any(np.array(field, dtype=object))
    assert slope == 0


def general_minimiser(covariances, context_length: int):
    """The one X = uU with E[Gamma_tau Lambda_tau X Lambda_tau] = E[Lambda_tau^2], for n equally likely covariances.

    The left side is a positive definite operator on X, so the minimum over any law is unique in uU. For covariances
    that do not commute X is not E[Gamma Lambda^2]^{-1} E[Lambda^2]: Theorem 4.5 needs the diagonal form.

    """
    field = THEORY["U'"]
    d = len(covariances[0])
    origin = np.full((d, d), Fraction(0), dtype=object)

    def slope(at):
        value = field.evaluate(covariances=covariances, context_length=context_length, U=at, u=Fraction(1))
        return np.asarray(value, dtype=object).reshape(-1)

    start = slope(origin)
    columns = []
    for place in np.ndindex(d, d):
        unit = origin.copy()
        unit[place] = Fraction(1)
        columns.append(slope(unit) - start)
    operator = np.array(columns, dtype=object).T
    return -(brute_force.inverse(operator) @ start).reshape(d, d)


@pytest.mark.parametrize("N", [1, 6])
def test_the_general_minimiser_is_A_for_diagonal_laws(N: int) -> None:
    """The linear equation E[Gamma Lambda X Lambda] = E[Lambda^2] has Theorem 4.5's A as its diagonal solution."""
    law = FiniteLaw(((1, 2), (3, Fraction(1, 2)), (Fraction(4, 3), 1)))
    covariances = [np.diag(atom).tolist() for _, atom in law.weighted]
    expected = np.diag(random_covariance(law, N).minimiser) + Fraction(0)
    assert (general_minimiser(covariances, N) == expected).all()


@pytest.mark.parametrize("N", [1, 6])
def test_the_formula_of_theorem_4_5_fails_for_covariances_that_do_not_commute(N: int) -> None:
    """There the minimum is not at E[Gamma Lambda^2]^{-1} E[Lambda^2]: the loss at that matrix is larger."""
    arrays = [np.array(L, dtype=object) for L in NON_COMMUTING]
    gammas = [Fraction(N + 1, N) * L + np.diag([np.trace(L) / N] * 2) for L in arrays]
    mean = sum(G @ L @ L for G, L in zip(gammas, arrays, strict=True))
    printed = brute_force.inverse(mean) @ sum(L @ L for L in arrays)
    best = general_minimiser(NON_COMMUTING, N)
    common = {"covariances": NON_COMMUTING, "context_length": N, "u": Fraction(1)}
    loss = THEORY["restricted loss"]
    assert loss.evaluate(U=best, **common) < loss.evaluate(U=printed, **common)
    assert not np.any(THEORY["U'"].evaluate(U=best, **common))


def test_a_degenerate_law_is_the_fixed_covariance_model() -> None:
    """At a point mass A is the inverse of Gamma."""
    entries = (Fraction(2), Fraction(1, 3), Fraction(5))
    for N in (1, 4):
        held = random_covariance([constant(value) for value in entries], N)
        trace = sum(entries)
        assert held.minimiser == tuple(1 / ((1 + Fraction(1, N)) * value + trace / N) for value in entries)


@pytest.mark.parametrize("entry", MIXED, ids=lambda entry: entry.name)
@pytest.mark.parametrize("d", [1, 2, 4])
def test_symbolic_formulas_for_iid_entries_agree_with_the_numbers(entry, d: int) -> None:
    """gamma, zeta, A and the error in m1, m2, m3, d, N and M against the sums over coordinates."""
    moments = {f"m{k}": entry.moment(k) for k in (1, 2, 3)}
    for N, M in ((1, 2), (5, 1), (3, 8)):
        held = random_covariance([entry] * d, N)
        common = {**moments, "dimension": d, "context_length": N}
        assert THEORY["gamma"].evaluate(**common) == held.gamma[-1]
        if d > 1:
            assert THEORY["zeta"].evaluate(**common) == held.zeta[0][1] == held.zeta[-1][0]
        assert THEORY["minimiser"].evaluate(**common) == held.minimiser[0]
        assert THEORY["error"].evaluate(prompt_length=M, **common) == held.error(M)
    limit = THEORY["error limit"].evaluate(dimension=d, **moments)
    assert limit == random_covariance([entry] * d).error()


@pytest.mark.parametrize("d", [1, 3, 20])
def test_exponential_entries(d: int) -> None:
    """The example of section 4.3: A = I/3, and an error of d/3 where predicting zero costs d."""
    held = random_covariance([exponential()] * d)
    assert held.minimiser == (Fraction(1, 3),) * d
    assert held.error() == Fraction(d, 3)
    assert random_covariance([exponential()] * d, 10).minimiser == (Fraction(10, 35 + d),) * d


def test_the_limiting_error_vanishes_for_constant_entries_only() -> None:
    """B7: zero for a degenerate law, positive for all others."""
    assert random_covariance([constant(7), constant(Fraction(1, 2))]).error() == 0
    assert all(random_covariance([entry]).error() > 0 for entry in MIXED)


def test_errors_decrease_to_their_limits() -> None:
    """For N fixed the error decreases in M to its limit like 1/M, and noise adds s2 tr(A Lambda A Lambda)/M."""
    held = random_covariance(MIXED[:3], 4)
    limit = held.error()
    gaps = [M * (held.error(M) - limit) for M in (1, 2, 9)]
    assert gaps[0] == gaps[1] == gaps[2] > 0
    second = sum(a**2 * held.law.moment({i: 2}) for i, a in enumerate(held.minimiser))
    assert held.error(3, noise_variance=6) - held.error(3) == 2 * second


def test_the_limit_of_the_flow_is_balanced_and_minimal() -> None:
    """Theorem 4.5: u^2 = tr(U U') and uU = A; the fourth power of u is sum (xi/gamma)^2, not (C.15)'s sum xi/gamma."""
    held = random_covariance(MIXED[:3], 2)
    U, u = held.limit()
    assert sympy.simplify(u**2 - sum(x**2 for x in U)) == 0
    assert all(sympy.simplify(u * x - a) == 0 for x, a in zip(U, held.minimiser, strict=True))
    exact = random_covariance([constant(1)], 1)
    assert exact.limit()[1] ** 4 == sympy.Rational(1, 9) != exact.minimiser[0]


def test_words_that_are_no_sum_over_coordinates_are_refused() -> None:
    """The reading of coordinates never guesses."""
    for expression in ((LAMBDA**2).trace() ** 2, (U @ U @ U).trace(), (U @ LAMBDA @ U).trace()):
        with pytest.raises(ValueError, match="sum"):
            coordinate_form(expression)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: exponential(0), "rate must be positive"),
        (lambda: uniform(2, 1), "high - low must be positive"),
        (lambda: uniform(-1, 1), "low must be at least 0"),
        (lambda: two_point(1, 2, 2), "probability must lie"),
        (lambda: log_normal(1, 1), "square_ratio - 1"),
        (lambda: IndependentEntries(()), "at least one"),
        (lambda: FiniteLaw(((1, 2), (1,))), "one dimension"),
        (lambda: FiniteLaw(((1,), (2,)), (1, 1)), "sum to 1"),
        (lambda: random_covariance([constant(1)], 0), "at least 1"),
        (lambda: random_covariance([constant(1)], 2).error(0), "prompt_length"),
    ],
)
def test_bad_input_is_named(make, message: str) -> None:
    """Every error says which argument was wrong."""
    with pytest.raises(ValueError, match=message):
        make()
