"""Zhang, Singh, Latham, Saxe, Training dynamics of in-context learning in linear attention (ICML 2025).

Their loss is E (y_q - y_hat)^2 and their flow tau W' = -grad/2, which is the flow of half the loss with tau = 1. Their
beta is (1/N) sum y_n x_n, their v_i is u here; eigenvectors are unit vectors where Lambda is diagonal.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from numerics import solve_flow
from tests.theory.models.papers import MOST_ERRORS, same, stationary, vanishes
from theory import Formula, Gaussian, LinearAttention, Model, Prompt

LAW = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
MERGED = Model(LAW, LinearAttention(heads=2), "reduced")
SEPARATE = Model(LAW, LinearAttention(heads=2, key_query="separate"), "reduced")
THREE = Model(LAW, LinearAttention(heads=3, key_query="separate"), "reduced")
SECOND_MOMENT = {"C": "Lambda^2 + (Lambda + tr(Lambda) I) Lambda/N"}
GAMMA = {"Gamma": "Lambda + (Lambda + tr(Lambda) I)/N"}


def unit(d: int, place: int | None = None) -> Any:
    """The identity, or one of its columns."""
    array = np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)
    return array if place is None else array[place]


def value_at(gradient: Formula, at: dict[str, Any]) -> Any:
    return gradient.evaluate(**{name: value for name, value in at.items() if name in gradient.arguments})


def diagonal(*entries: int) -> Any:
    return np.array(
        [[Fraction(a) if i == j else Fraction(0) for j in range(len(entries))] for i, a in enumerate(entries)]
    )


def scale(N: int, spectrum: tuple[int, ...], place: int) -> Fraction:
    """1 / (1 + (1 + tr(Lambda)/lambda_d)/N)."""
    return 1 / (1 + (1 + Fraction(sum(spectrum), spectrum[place])) / N)


def test_equation_9_both_sets_are_fixed() -> None:
    """Zero, and every pair of heads with u_0 U_0 + u_1 U_1 = Gamma^{-1}, whatever U_0 and the u are."""
    assert stationary(MERGED.gradient_at({"U_0": "0", "U_1": "0", "u_0": "0", "u_1": "0"}))
    assert stationary(MERGED.gradient_at({"U_1": "2 Gamma^-1 - 6 U_0", "u_0": "3", "u_1": "1/2"}, GAMMA))
    assert not stationary(MERGED.gradient_at({"U_1": "2 Gamma^-1 - 5 U_0", "u_0": "3", "u_1": "1/2"}, GAMMA))


def test_finding_equation_9a_misses_fixed_points() -> None:
    """Section 3.2 says that 0 is the only fixed point besides the minima. For D >= 2 it is not: with every v_i = 0 and
    tr(Lambda^2 U_i) = 0, such as an antisymmetric U_i, everything is at rest and W_1 is not 0."""
    assert vanishes(MERGED.gradient_at({"u_0": "0", "u_1": "0"})["U_0"])
    at = {"Lambda": diagonal(2, 1), "N": 3, "u_0": Fraction(0), "u_1": Fraction(0)}
    turn = np.array([[Fraction(0), Fraction(1)], [Fraction(-1), Fraction(0)]])
    at |= {"U_0": turn, "U_1": np.array([[Fraction(1), Fraction(0)], [Fraction(5), Fraction(-4)]])}
    loss = MERGED.loss()
    for name in MERGED.trained:
        assert not np.any(value_at(loss.gradient(name), at))
    assert np.any(value_at(loss.gradient("u_0"), at | {"U_0": turn + unit(2)}))


@pytest.mark.parametrize(("D", "N"), [(2, 3), (4, 31)])
def test_equation_10_the_time_course(D: int, N: int) -> None:
    """For Lambda = I and two heads that start aligned, y_hat = s(t) beta'x_q with their s; w_init = |(v_1, v_2)|."""
    v = np.array([0.06, 0.08])
    start = {f"U_{h}": v[h] / np.sqrt(D) * np.eye(D) for h in (0, 1)} | {f"u_{h}": float(v[h]) for h in (0, 1)}
    times = np.linspace(0.1, 6.0 / np.sqrt(D), 5)
    flow = solve_flow(MERGED, start, times, Lambda=np.eye(D), N=N, tolerance=1e-11)
    found = sum(flow.weights[f"u_{h}"][:, None, None] * flow.weights[f"U_{h}"] for h in (0, 1))
    growth = np.exp(2 * np.sqrt(D) * times)
    s = growth / ((1 + (1 + D) / N) * (growth - 1) + np.sqrt(D) / float(v @ v))
    assert np.allclose(found, s[:, None, None] * np.eye(D), rtol=1e-7, atol=1e-9)


def test_equation_11_the_limit() -> None:
    """The predictor beta' (Lambda + (Lambda + tr(Lambda) I)/N)^{-1} x_q is the only one that is stationary: in the
    product A = sum v_i U_i the gradient is E[S^2] (A - Gamma^{-1}) Lambda, and E[S^2] and Lambda are definite."""
    one = Model(LAW, LinearAttention(), "sparse")
    (slope,) = one.gradient_at({}).values()
    assert same(slope, one.formula_of("C (A - Gamma^-1) Lambda", define=SECOND_MOMENT | GAMMA))
    assert not same(slope, one.formula_of("C (A - Lambda^-1) Lambda", define=SECOND_MOMENT))


@pytest.mark.parametrize("head", [0, 1])
def test_equation_14_the_flow_of_separate_keys_and_queries(head: int) -> None:
    """tau v' = k'F q, tau k' = v F q, tau q' = v F'k with F = Lambda^2 - E[S^2] sum_j v_j k_j q_j' Lambda."""
    flow = SEPARATE.flow()
    F = "(Lambda^2 - C (u_0 k_0 q_0' + u_1 k_1 q_1') Lambda)"
    for name, text in (
        (f"u_{head}'", f"k_{head}' {F} q_{head}"),
        (f"k_{head}'", f"u_{head} {F} q_{head}"),
        (f"q_{head}'", f"u_{head} {F}' k_{head}"),
    ):
        assert same(flow[name], SEPARATE.formula_of(text, define=SECOND_MOMENT))
    wrong = SEPARATE.formula_of(f"u_{head} {F} k_{head}", define=SECOND_MOMENT)
    assert not same(flow[f"q_{head}'"], wrong)


def test_equation_15_the_second_moment() -> None:
    """E[S^2] = Lambda^2 + (Lambda + tr(Lambda) I) Lambda/N against samples of S = (1/N) sum x_n x_n'."""
    generator = np.random.default_rng(0)
    root = np.array([[1.0, 0.0], [0.6, 0.5]])
    x = generator.standard_normal((200_000, 3, 2)) @ root.T
    S = np.einsum("bni,bnj->bij", x, x) / 3
    square = S @ S
    Lambda = root @ root.T
    formula = SEPARATE.formula_of("Lambda^2 + (Lambda + tr(Lambda) I) Lambda/N")
    error = np.abs(square.mean(axis=0) - formula.evaluate(Lambda=Lambda, N=3))
    assert np.all(error < MOST_ERRORS * square.std(axis=0) / np.sqrt(len(square)))


def test_conserved_quantities() -> None:
    """Appendix E.8: v_i^2 - |k_i|^2 and |k_i|^2 - |q_i|^2 of every head, and no other quadratic form."""
    found = {str(formula) for formula in SEPARATE.invariants()}
    assert found == {text for h in (0, 1) for text in (f"-k_{h}' k_{h} + q_{h}' q_{h}", f"u_{h}^2 - k_{h}' k_{h}")}


SPECTRUM = (5, 2, 1)


def at_subset(learned: tuple[int, ...], N: int, spectrum: tuple[int, ...] = SPECTRUM) -> dict[str, Any]:
    """The fixed point with one head for every learned eigenvector, the others zero."""
    d = len(spectrum)
    at: dict[str, Any] = {"Lambda": diagonal(*spectrum), "N": N}
    for head in range(d):
        is_learned = head in learned
        vector = unit(d, head) if is_learned else unit(d, head) * 0
        value = scale(N, spectrum, head) / spectrum[head] if is_learned else Fraction(0)
        at |= {f"u_{head}": value, f"k_{head}": vector, f"q_{head}": vector}
    return at


@pytest.mark.parametrize("N", [1, 4])
def test_equations_16_to_19_the_fixed_points_and_their_losses(N: int) -> None:
    """For all 8 sets of learned eigenvectors the gradient is exactly zero and the loss is (19)."""
    loss = THREE.loss()
    for learned in (s for m in range(4) for s in combinations(range(3), m)):
        at = at_subset(learned, N)
        for name in THREE.trained:
            assert not np.any(value_at(loss.gradient(name), at))
        expected = sum(SPECTRUM) - sum(SPECTRUM[k] * scale(N, SPECTRUM, k) for k in learned)
        assert expected == 2 * value_at(loss, at)
    moved = at_subset((0,), N) | {"q_0": unit(3, 0) + unit(3, 1)}
    assert np.any(value_at(loss.gradient("k_0"), moved))


def test_finding_condition_c3_is_not_necessary() -> None:
    """A head with v_i = 0 rests if k_i'(sum over what is not learned of lambda_d^2 e_d e_d') q_i = 0. With k_i = (1, 2)
    and q_i = (1, -2) on two eigenvectors that are not learned, lambda = 2 and 1, neither lies in the span of the
    learned one: (C1) to (C3) describe a proper part of the fixed points with this function."""
    at = at_subset((0,), 4)
    at |= {"u_2": Fraction(0), "k_2": unit(3, 1) + 2 * unit(3, 2), "q_2": unit(3, 1) - 2 * unit(3, 2)}
    loss = THREE.loss()
    for name in THREE.trained:
        assert not np.any(value_at(loss.gradient(name), at))
    at["q_2"] = unit(3, 1) - unit(3, 2)
    assert value_at(loss.gradient("u_2"), at) != 0


def test_finding_repeated_eigenvalues_have_a_continuum_of_fixed_points() -> None:
    """Section 4.2 counts 2^D functions. For Lambda = I, the covariance of section 3.3, every line in place of e_1 is
    one: the count needs distinct eigenvalues."""
    N, d = 3, 2
    loss = SEPARATE.loss()
    losses = set()
    for direction in (
        [Fraction(3, 5), Fraction(4, 5)],
        [Fraction(5, 13), Fraction(12, 13)],
        [Fraction(1), Fraction(0)],
    ):
        at: dict[str, Any] = {"Lambda": unit(d), "N": N, "u_0": scale(N, (1, 1), 0), "u_1": Fraction(0)}
        line = np.array(direction, dtype=object)
        at |= {"k_0": line, "q_0": line, "k_1": line * 0, "q_1": line * 0}
        for name in SEPARATE.trained:
            assert not np.any(value_at(loss.gradient(name), at))
        losses.add(value_at(loss, at))
    assert 1 == len(losses)


@pytest.mark.parametrize("v", [Fraction(1, 3), Fraction(2)])
def test_equation_21_the_scalar_flow(v: Fraction) -> None:
    """With the first learned and k = q = v e_2: v' = lambda^2 v^2 - lambda^3 c v^5, c = 1 + (1 + tr/lambda)/N."""
    N, place = 4, 1
    at = at_subset((0,), N) | {"u_1": v, "k_1": v * unit(3, place), "q_1": v * unit(3, place)}
    lam = SPECTRUM[place]
    expected = lam**2 * v**2 - lam**3 * v**5 / scale(N, SPECTRUM, place)
    flow = THREE.flow()
    assert expected == value_at(flow["u_1'"], at)
    assert np.array_equal(expected * unit(3, place), value_at(flow["k_1'"], at))
    assert np.array_equal(expected * unit(3, place), value_at(flow["q_1'"], at))
    assert not np.any(value_at(flow["k_0'"], at))


def test_equation_20_the_learned_heads() -> None:
    """k = q = v e_i with v^3 = lambda^{-1}(...)^{-1} solves (18): the cube of (20a) is its right side."""
    N = 4
    for place, lam in enumerate(SPECTRUM):
        v = float(lam) ** (-1 / 3) * (1 + (1 + sum(SPECTRUM) / lam) / N) ** (-1 / 3)
        assert v**3 == pytest.approx(float(scale(N, SPECTRUM, place)) / lam, rel=1e-12)


def test_the_loss_is_that_of_sampled_prompts() -> None:
    """Two heads, by a simulation in a few lines of NumPy."""
    generator = np.random.default_rng(3)
    root, N, B = np.array([[1.0, 0.0], [0.6, 0.5]]), 5, 200_000
    k, q, v = generator.normal(size=(2, 2)), generator.normal(size=(2, 2)), generator.normal(size=2)
    x, x_q = generator.standard_normal((B, N, 2)) @ root.T, generator.standard_normal((B, 2)) @ root.T
    w = generator.standard_normal((B, 2))
    beta = np.einsum("bn,bni->bi", np.einsum("bni,bi->bn", x, w), x) / N
    y_hat = sum(v[h] * (beta @ k[h]) * (x_q @ q[h]) for h in (0, 1))
    square = (y_hat - np.sum(w * x_q, axis=1)) ** 2
    at = {f"{n}_{h}": array[h] for n, array in (("k", k), ("q", q)) for h in (0, 1)} | {f"u_{h}": v[h] for h in (0, 1)}
    exact = 2 * SEPARATE.loss().evaluate(Lambda=root @ root.T, N=N, **at)
    assert abs(square.mean() - exact) < MOST_ERRORS * square.std() / np.sqrt(B)


def test_signs_of_learned_sets_do_not_matter() -> None:
    """(-v, -k, q) is the same function: the loss at all sign changes is one."""
    at = at_subset((0, 1), 2)
    losses = {
        value_at(THREE.loss(), at | {"u_0": a * at["u_0"], "k_0": b * at["k_0"], "q_0": a * b * at["q_0"]})
        for a, b in product((1, -1), repeat=2)
    }
    assert 1 == len(losses)
