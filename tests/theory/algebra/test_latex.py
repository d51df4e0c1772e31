"""LaTeX that cannot be misread."""

from __future__ import annotations

from fractions import Fraction

import pytest

from theory.algebra.expression import Expression, indexed, length, matrix, number, scalar_letter, sum_over, vector
from theory.algebra.latex import latex, name_latex

A, LAMBDA, GAMMA = matrix("A"), matrix("Lambda", definite=True), matrix("Gamma", definite=True)
x, w = vector("x"), vector("w")
N = length("N")
CASES: list[tuple[Expression, str]] = [
    (LAMBDA.trace() ** 2, r"(\operatorname{tr} \Lambda)^{2}"),
    ((LAMBDA @ LAMBDA).trace(), r"\operatorname{tr}(\Lambda^{2})"),
    ((A @ LAMBDA).trace() ** 2, r"\left[\operatorname{tr}(A \Lambda)\right]^{2}"),
    (LAMBDA / N**2, r"\frac{1}{N^{2}} \Lambda"),
    ((1 + 1 / N) * LAMBDA, r"\left(1 + \frac{1}{N}\right) \Lambda"),
    ((N + 1) * LAMBDA, r"\left(N + 1\right) \Lambda"),
    (A.T @ A, r"A^\top A"),
    (GAMMA**-1 @ LAMBDA, r"\Gamma^{-1} \Lambda"),
    (GAMMA ** Fraction(1, 2), r"\Gamma^{1/2}"),
    (matrix("C", invertible=True).T ** -1, r"C^{-\top}"),
    ((w.T @ LAMBDA @ w) ** 2, r"\left(w^\top \Lambda w\right)^{2}"),
    ((w.T @ LAMBDA @ w) * A, r"(w^\top \Lambda w) A"),
    (A - LAMBDA, r"A - \Lambda"),
    (-A, "-A"),
    (A * 0, "0"),
    (number(1), "1"),
    (LAMBDA**0, "I"),
    (sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T), r"\sum_{i=1}^{N} x_{i} x_{i}^\top"),
    (scalar_letter("s2", latex="s^2") ** 2, r"\left(s^2\right)^{2}"),
    (
        scalar_letter("c", latex=r"\tfrac{2}{\pi}", definite=True) ** Fraction(1, 2),
        r"\left(\tfrac{2}{\pi}\right)^{1/2}",
    ),
    (vector("x_q"), "x_{q}"),
]


@pytest.mark.parametrize(("expression", "expected"), CASES)
def test_formulas_read_as_a_mathematician_would_type_them(expression: Expression, expected: str) -> None:
    """Powers of traces are set off, coefficients are fractions, sums carry their limits."""
    assert expected == latex(expression)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("Lambda_c", r"\Lambda_{c}"), ("U11", "U_{11}"), ("x_q", "x_{q}"), ("eta", r"\eta"), ("ab", r"\mathrm{ab}")],
)
def test_names_become_symbols(name: str, expected: str) -> None:
    """Greek letters are spelled out in identifiers; what follows an underscore is a subscript."""
    assert expected == name_latex(name)


@pytest.mark.parametrize("expression", [case for case, _ in CASES])
def test_braces_and_brackets_balance(expression: Expression) -> None:
    r"""Every { has its }, every \left its \right."""
    text = latex(expression)
    assert text.count("{") == text.count("}")
    assert text.count(r"\left") == text.count(r"\right")
    assert "+ -" not in text
