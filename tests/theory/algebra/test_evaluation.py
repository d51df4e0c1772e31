"""Evaluation: exact in, exact out; bad input is named with its value and the remedy."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from tests.theory import brute_force
from theory import evaluate, limiting_predictor, population_loss, prediction_error
from theory.algebra.expression import identity, indexed, length, matrix, scalar_letter, sum_over, vector, zero

A, LAMBDA = matrix("A"), matrix("Lambda", definite=True)
v = vector("v")
half = Fraction(1, 2)
EYE = [[Fraction(1), Fraction(0)], [Fraction(0), Fraction(1)]]
GOOD: dict[str, Any] = {
    "covariance": EYE,
    "context_length": 2,
    "U11": [[Fraction(1), Fraction(2)], [Fraction(0), Fraction(1)]],
    "u21": [Fraction(1), Fraction(2)],
    "u12": [Fraction(1), Fraction(1)],
    "u": Fraction(1),
}
BAD: list[tuple[str, Any, type[Exception], str]] = [
    ("covariance", [[Fraction(1), Fraction(2)]], ValueError, "covariance must be square, got 1 x 2"),
    ("covariance", Fraction(2), ValueError, "covariance must be a matrix, got a number"),
    (
        "covariance",
        [[Fraction(1), Fraction(2)], [Fraction(0), Fraction(5)]],
        ValueError,
        "covariance must be symmetric.*2",
    ),
    (
        "covariance",
        [[Fraction(1), Fraction(2)], [Fraction(2), Fraction(1)]],
        ValueError,
        "covariance must be positive definite",
    ),
    (
        "covariance",
        [[Fraction(0), Fraction(0)], [Fraction(0), Fraction(1)]],
        ValueError,
        "drop directions without variance",
    ),
    ("covariance", [[float("nan"), 0.0], [0.0, 1.0]], ValueError, "covariance must be finite, got nan"),
    ("covariance", [[float("inf"), 0.0], [0.0, 1.0]], ValueError, "covariance must be finite, got inf"),
    ("covariance", [[1.0, 0.0], [0.0, 1.0]], TypeError, "pass all values as Fractions"),
    ("covariance", "Lambda", TypeError, "covariance must consist of numbers, got 'Lambda'"),
    ("covariance", [[True, False], [False, True]], TypeError, "of type bool"),
    ("covariance", [[1j, 0], [0, 1]], TypeError, "of type complex"),
    ("covariance", None, TypeError, "covariance of population loss must be given, got None"),
    ("context_length", 0, ValueError, "context_length must be at least 1, got 0"),
    ("context_length", -3, ValueError, "context_length must be at least 1, got -3"),
    ("context_length", 2.0, TypeError, "context_length must be a positive integer, got 2.0"),
    ("context_length", True, TypeError, "context_length must be a positive integer, got True"),
    ("U11", [[Fraction(1)] * 3] * 3, ValueError, "U11 must be an array of shape 2 x 2, got an array of shape 3 x 3"),
    ("U11", [[Fraction(1)], [Fraction(1), Fraction(2)]], ValueError, "U11 must have rows of equal length"),
    ("u21", [Fraction(1)] * 3, ValueError, "u21 must be a vector of 2 entries, got a vector of 3 entries"),
    ("u12", [], ValueError, "u12 must be a vector of 2 entries"),
    ("u", [Fraction(1), Fraction(2)], ValueError, "u must be a number, got a vector of 2 entries"),
    ("u", "2", TypeError, "u must consist of numbers, got '2' of type str"),
]


@pytest.mark.parametrize(("argument", "value", "error", "message"), BAD)
def test_bad_input_is_named(argument: str, value: Any, error: type[Exception], message: str) -> None:
    """The message names the argument, what was given, and what would be right."""
    with pytest.raises(error, match=message):
        population_loss().evaluate(**{**GOOD, argument: value})


def test_float_covariances_are_checked_too() -> None:
    """Asymmetric and indefinite NumPy matrices are refused like exact ones."""
    good = {key: np.array(value, dtype=float) for key, value in GOOD.items() if key != "context_length"}
    good["u"] = 1.0
    for bad, message in (([[1, 2], [0, 5]], "must be symmetric"), ([[1, 2], [2, 1]], "smallest eigenvalue is -1")):
        with pytest.raises(ValueError, match=message):
            population_loss().evaluate(**{**good, "covariance": np.array(bad, dtype=float)}, context_length=2)


def test_unknown_and_missing_keywords_list_the_right_ones() -> None:
    """A slip in a keyword is answered with the keywords that exist."""
    with pytest.raises(TypeError, match="unknown argument 'Lambda' of population loss; it takes covariance"):
        population_loss().evaluate(**GOOD, Lambda=1)
    with pytest.raises(TypeError, match="missing argument 'u'"):
        population_loss().evaluate(**{key: value for key, value in GOOD.items() if key != "u"})


def test_negative_noise_is_refused() -> None:
    """A variance is at least zero."""
    with pytest.raises(ValueError, match="noise_variance must be at least 0, got -1"):
        population_loss(noise=True).evaluate(**GOOD, noise_variance=Fraction(-1))


def test_the_sign_of_zero_is_refused() -> None:
    """sgn <w, x> has no best linear predictor of the stated form at w = 0."""
    with pytest.raises(ValueError, match="must not be zero"):
        prediction_error("sign").evaluate(covariance=np.eye(2), context_length=2, prompt_length=2, w=np.zeros(2))


def test_irrational_constants_need_floats() -> None:
    """2/pi has no exact value among the rationals."""
    with pytest.raises(TypeError, match="irrational"):
        prediction_error("sign").evaluate(
            covariance=EYE, context_length=2, prompt_length=2, w=[Fraction(1), Fraction(0)]
        )


def test_sympy_rationals_and_integers_are_exact() -> None:
    """int, Fraction, NumPy integers, sympy.Rational and sympy.Matrix all give the same Fraction."""
    by_fraction = population_loss().evaluate(**GOOD)
    by_sympy = population_loss().evaluate(
        covariance=sympy.eye(2),
        context_length=sympy.Integer(2),
        U11=sympy.Matrix([[1, 2], [0, 1]]),
        u21=sympy.Matrix([1, 2]),
        u12=np.array([1, 1]),
        u=sympy.Rational(1),
    )
    assert by_fraction == by_sympy
    assert isinstance(by_sympy, Fraction)


def test_shapes_of_results() -> None:
    """Scalars are numbers, columns are one-dimensional, matrices are square, also where they vanish."""
    given = {"A": [[1, 2], [3, 4]], "v": [1, 2]}
    assert (2,) == evaluate(A @ v, given, {}).shape
    assert (2, 2) == evaluate(A @ A, {"A": given["A"]}, {}).shape
    assert (2, 2) == evaluate(zero("d", "d"), {}, {"d": 2}).shape
    assert (2,) == evaluate(zero("d", 1), {}, {"d": 2}).shape
    assert 0 == evaluate(zero(), {}, {})
    assert (1, 1) == evaluate(A @ A, {"A": [[2]]}, {}).shape


def test_sums_take_stacked_values() -> None:
    """sum_i y_i x_i is X'y."""
    x, y = vector("x"), scalar_letter("y")
    total = sum_over("i", "N", indexed(y, "i") * indexed(x, "i"))
    X, labels = [[1, 2], [3, 4], [5, 6]], [1, -1, 2]
    assert [8, 10] == evaluate(total, {"x": X, "y": labels}, {"N": 3}).tolist()
    with pytest.raises(ValueError, match="x must be an array of shape 2 x any"):
        evaluate(total, {"x": X, "y": [1, 2]}, {"N": 2})


def test_powers_of_matrices() -> None:
    """Exact inverses, and floating-point square roots that square to the matrix."""
    L = brute_force.root(random.Random(1), 3)
    covariance = L @ L.T
    assert np.array_equal(brute_force.inverse(covariance), evaluate(LAMBDA**-1, {"Lambda": covariance}, {}))
    root = evaluate(LAMBDA**half, {"Lambda": covariance.astype(float)}, {})
    assert root @ root == pytest.approx(covariance.astype(float))
    with pytest.raises(ValueError, match="floating-point"):
        evaluate(LAMBDA**half, {"Lambda": covariance}, {})


def test_singular_matrices_have_no_inverse() -> None:
    """The error names the letter."""
    C = matrix("C", invertible=True)
    for entries in ([[1, 2], [2, 4]], np.array([[1.0, 2.0], [2.0, 4.0]])):
        with pytest.raises(ValueError, match="C must be invertible"):
            evaluate(C**-1, {"C": entries}, {})


def test_missing_letters_and_lengths_are_named() -> None:
    """What has no value is said."""
    with pytest.raises(ValueError, match="no value given for A"):
        evaluate(A.trace(), {}, {})
    with pytest.raises(ValueError, match="no value given for the length N"):
        evaluate(length("N") * A.trace(), {"A": [[1]]}, {})
    with pytest.raises(ValueError, match="no value given for the length d"):
        evaluate(identity("d"), {}, {})


def test_open_index_has_no_value() -> None:
    """v_i without a sum is not a vector."""
    with pytest.raises(ValueError, match="the index i is bound by no sum"):
        evaluate(indexed(v, "i"), {"v": [[1, 2]]}, {})


def test_predictor_takes_a_prompt() -> None:
    """The limiting predictor at d = 1, Lambda = 1, N = 1 is x_q (1/M) sum y_i x_i / 3."""
    value = limiting_predictor().evaluate(
        covariance=[[1]], context_length=1, prompt_length=2, x=[[1], [2]], y=[3, 4], x_q=[6]
    )
    assert Fraction(11) == value
