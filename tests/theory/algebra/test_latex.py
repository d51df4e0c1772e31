"""LaTeX that cannot be misread."""

from __future__ import annotations

from fractions import Fraction

import pytest

from theory.algebra.expression import Expression, indexed, length, matrix, number, scalar_letter, sum_over, vector
from theory.algebra.grammar import GrammarError, parse
from theory.algebra.latex import latex, name_latex, terms_latex
from theory.algebra.latex_reader import expression_of_latex, parse_latex
from theory.algebra.statement_latex import statement_latex

A, LAMBDA, GAMMA = matrix("A"), matrix("Lambda", definite=True), matrix("Gamma", definite=True)
x, w = vector("x"), vector("w")
N, M = length("N"), length("M")
CASES: list[tuple[Expression, str]] = [
    (LAMBDA.trace() ** 2, r"(\operatorname{tr} \Lambda)^{2}"),
    ((LAMBDA @ LAMBDA).trace(), r"\operatorname{tr}(\Lambda^{2})"),
    ((A @ LAMBDA).trace() ** 2, r"\left[\operatorname{tr}(A \Lambda)\right]^{2}"),
    (LAMBDA / N**2, r"\frac{1}{N^{2}} \Lambda"),
    (LAMBDA / (2 * N * (N + 1) ** 2 * (N - M)), r"-\frac{1}{2 N (M - N) (N + 1)^{2}} \Lambda"),
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


SYMBOLS = {A, LAMBDA, GAMMA, x, w}
ORDERS: list[tuple[Expression, str]] = [
    (
        (w.T @ LAMBDA @ w) / N**2 + A.trace() + LAMBDA.trace() / N,
        r"\operatorname{tr}(A) + \frac{1}{N} \operatorname{tr}(\Lambda) + \frac{1}{N^{2}} w^\top \Lambda w",
    ),
    (-A.trace() + LAMBDA.trace(), r"\operatorname{tr}(\Lambda) - \operatorname{tr}(A)"),
    (
        (A.trace() + LAMBDA.trace()) / N + GAMMA.trace(),
        r"\operatorname{tr}(\Gamma) + \frac{1}{N} \bigl( \operatorname{tr}(A) + \operatorname{tr}(\Lambda) \bigr)",
    ),
    ((N**2 + 3 * N + 2) / (2 * N**2) * A, r"\frac{(N + 1) (N + 2)}{2 N^{2}} A"),
    (2 / GAMMA.trace() * A.trace(), r"\frac{2}{\operatorname{tr}(\Gamma)} \operatorname{tr}(A)"),
]


@pytest.mark.parametrize(("expression", "expected"), ORDERS)
def test_terms_stand_in_a_mathematicians_order(expression: Expression, expected: str) -> None:
    """Slow decay comes first, a common power of a length is set once, and polynomials in a length are factored."""
    assert expected == latex(expression)


def test_terms_of_high_degree_in_the_variables_come_first() -> None:
    """A loss is printed as quadratic, linear and constant part."""
    loss = LAMBDA.trace() / 2 - (A @ LAMBDA).trace() + (A @ LAMBDA @ A.T).trace() / 2
    assert [term for _, term in terms_latex(loss, {"A"})] == [
        r"\frac{1}{2} \operatorname{tr}(A \Lambda A^\top)",
        r"\operatorname{tr}(A \Lambda)",
        r"\frac{1}{2} \operatorname{tr}(\Lambda)",
    ]


def test_squared_norms_are_an_option() -> None:
    """Quadratic forms of positive definite matrices and tr(AA') are squared norms."""
    assert latex(w.T @ LAMBDA @ w, norms=True) == r"\|w\|_{\Lambda}^{2}"
    assert latex((A @ A.T).trace(), norms=True) == r"\|A\|_F^{2}"
    assert latex((w.T @ w) ** 2, norms=True) == r"\|w\|^{4}"
    assert latex(w.T @ A @ w, norms=True) == r"w^\top A w"


@pytest.mark.parametrize("expression", [case for case, _ in (*CASES, *ORDERS)])
@pytest.mark.parametrize("norms", [False, True])
def test_what_is_printed_reads_back(expression: Expression, norms: bool) -> None:
    """The reader turns printed LaTeX into the expression that was printed."""
    if expression.terms:
        assert expression == expression_of_latex(latex(expression, norms=norms), expression.symbols)


@pytest.mark.parametrize(
    "text",
    [
        "1/2 tr(Lambda) - u (w' Lambda w)",
        "tr(A)^(1/4) A^-1",
        "((A + B) C)' D",
        "sum_i(x_i x_i')^2 A",
        "E[(x' A x + 1)^2]",
        "-(A - B)/N",
        "2 3 A",
        "(A B) C",
        "A^-1' B",
        "(A')^-1 (A^2)'",
        "tr(A (B + C))/(N + 1) I",
    ],
)
def test_statements_keep_their_structure(text: str) -> None:
    """The LaTeX of a syntax tree reads back to that very tree."""
    tree = parse(text)
    assert tree == parse_latex(statement_latex(tree)).tree


@pytest.mark.parametrize(
    ("text", "column"),
    [(r"A +", 4), (r"\frac{1}{2", 11), (r"\alpha_{i} \unknown", 12), (r"x^{y}", 6), (r"(A", 3), ("?", 1)],
)
def test_the_reader_points_at_what_it_cannot_read(text: str, column: int) -> None:
    """Anything outside the printed subset is refused, with its place."""
    with pytest.raises(GrammarError, match=f"column {column}"):
        parse_latex(text)
