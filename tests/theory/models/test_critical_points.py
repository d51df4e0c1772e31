"""Stationary points of an ansatz against gradients that are evaluated exactly, and the Hessian against differences."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from tests.theory import brute_force
from theory import Gaussian, LinearAttention, Model, ModelError, Prompt, Stack

MASKED = LinearAttention(mask="query")


def number(value: Any, **at: Any) -> Fraction:
    """A solution's value, a SymPy expression, at numbers."""
    result = sympy.Rational(value.subs({s: at[s.name] for s in value.free_symbols}))
    return Fraction(int(result.p), int(result.q))


@pytest.mark.parametrize(("d", "N"), [(1, 1), (2, 3), (3, 2)])
def test_one_step_of_gradient_descent(d: int, N: int) -> None:
    """For x ~ N(0, Lambda), w ~ N(0, Lambda^{-1}) the rate is N/(N + 1 + d + s2), and the gradient is zero there."""
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("Lambda^-1"), noise="s2"), LinearAttention(), "sparse")
    points = model.critical_points({"A": "a Lambda^-1"})
    assert ("a",) == points.unknowns
    assert () == points.unsolved
    (solution,) = points.solutions
    s2 = Fraction(3, 7)
    a = number(solution["a"], d=d, N=N, s2=sympy.Rational(3, 7))
    assert N / (N + 1 + d + s2) == a
    generator = random.Random(d)
    root = brute_force.root(generator, d)
    Lambda = root @ root.T
    there = model.loss().gradient("A").evaluate(Lambda=Lambda, N=N, s2=s2, A=a * brute_force.inverse(Lambda))
    assert not np.any(there)


def test_a_wrong_ansatz_has_no_solution() -> None:
    """For w ~ N(0, I) no multiple of Lambda^{-1} is stationary for every Lambda: the system contradicts itself."""
    points = Model(Prompt(Gaussian("Lambda"), Gaussian("I")), LinearAttention(), "sparse").critical_points(
        {"A": "a Lambda^-1"}
    )
    assert () == points.solutions
    assert () == points.unsolved
    assert len(points.equations) > 1


def test_two_layers_in_steps_of_the_inverse_covariance() -> None:
    """Ahn et al., Theorem 3: A_l = a_l Lambda^{-1} is closed; the system is two cubics without a rational root."""
    law = Prompt(Gaussian("Lambda"), Gaussian("Lambda^-1"))
    points = Model(law, Stack(MASKED, MASKED), "sparse").critical_points({"A0": "a0 Lambda^-1", "A1": "a1 Lambda^-1"})
    assert 2 == len(points.equations)
    assert () == points.solutions
    assert sorted(sympy.degree(p, sympy.Symbol("a1", real=True)) for p in points.unsolved) == [2, 3]
    # A zero of the two cubics at d = 2, N = 5, found numerically, is stationary for a generic Lambda.
    symbols = sympy.symbols("a0 a1", real=True)
    at = {s: v for e in points.equations for s in e.free_symbols for n, v in (("d", 2), ("N", 5)) if s.name == n}
    for start in ((1, 1), (0.3, 2)):
        try:
            roots = sympy.nsolve([e.subs(at) for e in points.equations], symbols, start)
        except ValueError:
            continue
        Lambda = np.array([[2.0, 0.5], [0.5, 1.0]])
        inverse = np.linalg.inv(Lambda)
        weights = {f"A{k}": float(roots[k]) * inverse for k in (0, 1)}
        loss = Model(law, Stack(MASKED, MASKED), "sparse").loss()
        for name in weights:
            assert np.abs(loss.gradient(name).evaluate(Lambda=Lambda, N=5, **weights)).max() < 1e-10
        return
    pytest.fail("no root was found")


def test_traces_of_the_law_are_part_of_the_field() -> None:
    """For Lambda = I the paper's limit is uU = 1/(1 + (1 + d)/N) I; every u is a solution, and the result says so."""
    model = Model(Prompt(Gaussian("I"), Gaussian("I")), LinearAttention(), "reduced")
    points = model.critical_points({"U": "a I", "u": "1"})
    (solution,) = points.solutions
    assert Fraction(1) / (1 + Fraction(3 + 1, 5)) == number(solution["a"], d=3, N=5)
    line = model.critical_points({"U": "a I", "u": "b"})
    origin, points_of_line = line.solutions
    assert dict.fromkeys("ab", 0) == origin
    ((name, value),) = points_of_line.items()
    (other,) = {"a", "b"} - {name}
    assert sympy.cancel(value * sympy.Symbol(other, real=True) - solution["a"]) == 0
    assert () == line.unsolved


def test_two_heads_have_a_continuum_of_stationary_points() -> None:
    """Two heads that share a matrix, one transposed: every point of each family has gradient zero, at random values."""
    law = Prompt(Gaussian("I"), Gaussian("I"), noise="s2")
    blocks = {"U11_0": "A", "u_0": "a", "U11_1": "A'", "u_1": "b"}
    model = Model(law, LinearAttention(heads=2, mask="query"), blocks)
    points = model.critical_points({"A": "c I", "a": "a", "b": "b"})
    assert () == points.unsolved
    assert len(points.solutions) == 2
    d, given = 2, {"N": 5, "s2": Fraction(1, 3), "a": Fraction(2, 7), "b": Fraction(1, 5), "c": Fraction(3, 4), "d": 2}
    for solution in points.solutions:
        at = dict(given)
        for name, value in solution.items():
            found = value.subs({symbol: sympy.Rational(given[symbol.name]) for symbol in value.free_symbols})
            at[name] = Fraction(int(found.p), int(found.q))
        A = [[at["c"] * int(i == j) for j in range(d)] for i in range(d)]
        for weight in model.trained:
            slope = model.loss().gradient(weight).evaluate(A=A, a=at["a"], b=at["b"], N=5, s2=given["s2"])
            assert not np.any(slope)


def test_a_weight_of_an_ansatz_that_is_a_number_is_an_unknown() -> None:
    """u stands for itself; a matrix that stands for itself is refused."""
    model = Model(Prompt(Gaussian("I"), Gaussian("I")), LinearAttention(), "reduced")
    assert set(model.critical_points({"U": "c I", "u": "u"}).unknowns) == {"c", "u"}
    with pytest.raises(ModelError, match="U is d x d; write a number times a matrix of the law"):
        model.critical_points({"U": "U", "u": "1"})


def test_an_ansatz_that_is_stationary_everywhere_restricts_nothing() -> None:
    """On v = 0 with U antisymmetric, here zero, the gradient vanishes whatever the unknown is."""
    model = Model(Prompt(Gaussian("I"), Gaussian("I")), LinearAttention(key_query="separate"), "reduced")
    points = model.critical_points({"u": "0", "k": "0", "q": "0"})
    assert ({},) == points.solutions
    assert () == points.equations


def test_an_ansatz_says_something_about_every_weight() -> None:
    """A weight that is left out, an unknown matrix and a weight that does not exist are refused."""
    model = Model(Prompt(Gaussian("I"), Gaussian("I")), LinearAttention(), "reduced")
    with pytest.raises(ModelError, match="says nothing about u"):
        model.critical_points({"U": "a I"})
    with pytest.raises(ModelError, match="B is d x d; write a number times a matrix of the law"):
        model.critical_points({"U": "B", "u": "1"})
    with pytest.raises(ModelError, match="no weight 'A'; it has U, u"):
        model.critical_points({"A": "a I"})


@pytest.mark.parametrize("weights", ["reduced", "all"])
def test_the_hessian_is_the_second_difference(weights: str) -> None:
    """Along a line the loss is a polynomial of degree four, of which five values give the second derivative exactly."""
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("Psi"), noise="s2"), LinearAttention(), weights)
    generator = random.Random(weights)
    d = 2
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    law = {"Lambda": L @ L.T, "Psi": K @ K.T, "s2": Fraction(1, 3), "N": 3}
    shapes = {"U": (d, d), "U11": (d, d), "u21": (d,), "u12": (d,), "u": ()}
    point, direction = (
        {
            name: np.array([brute_force.rational(generator) for _ in range(int(np.prod(shapes[name])))], dtype=object)
            .reshape(shapes[name])
            .tolist()
            for name in model.trained
        }
        for _ in range(2)
    )
    loss = model.loss()

    def at(t: int) -> Fraction:
        moved = {
            name: np.asarray(point[name], dtype=object) + t * np.asarray(direction[name], dtype=object)
            for name in point
        }
        return loss.evaluate(**law, **{name: np.asarray(value).tolist() for name, value in moved.items()})

    expected = (-at(2) + 16 * at(1) - 30 * at(0) + 16 * at(-1) - at(-2)) / 12
    actual = model.hessian().evaluate(**law, **point, **{f"d{name}": value for name, value in direction.items()})
    assert expected == actual


@pytest.mark.parametrize("weights", ["reduced", "all"])
def test_the_gradient_at_weights_is_that_of_the_loss(weights: str) -> None:
    """Weights put in before the expectation, and the gradient of the loss evaluated there, are the same numbers."""
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("Psi", mean="mu"), noise="s2"), LinearAttention(), weights)
    forms = {"U": "Lambda^-1 + 1/2 Psi", "U11": "Lambda^-1 + 1/2 Psi", "u": "2/3", "u12": "mu", "u21": "Psi mu"}
    at = model.gradient_at({name: text for name, text in forms.items() if name in model.trained})
    generator = random.Random(weights)
    L, K, mu = brute_force.root(generator, 2), brute_force.root(generator, 2), brute_force.vector(generator, 2)
    law: dict[str, Any] = {"Lambda": L @ L.T, "Psi": K @ K.T, "mu": mu, "s2": Fraction(1, 3), "N": 3}
    U = brute_force.inverse(L @ L.T) + K @ K.T * Fraction(1, 2)
    point = {"U": U, "U11": U, "u": Fraction(2, 3), "u12": mu, "u21": K @ K.T @ mu}
    point = {name: value for name, value in point.items() if name in model.trained}
    for name, formula in at.items():
        there = formula.evaluate(**{key: value for key, value in law.items() if key in formula.arguments})
        assert np.array_equal(model.loss().gradient(name).evaluate(**law, **point), there)


def test_the_hessian_at_a_point() -> None:
    """At U = 0, u = 0 only the mixed term is left: -2 du tr(Lambda^2 dU)."""
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("I")), LinearAttention(), "reduced")
    there = model.hessian({"U": "0", "u": "0"})
    assert "-2 du tr(Lambda^2 dU)" == str(there.expression)
