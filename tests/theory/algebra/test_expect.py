"""`expect`: the engine for anybody's formulas."""

from __future__ import annotations

import re

import pytest

from theory import GrammarError, evaluate, expect
from theory.algebra.expression import identity, length, matrix, scalar_letter, vector

A, B, LAMBDA = matrix("A"), matrix("B"), matrix("Lambda", definite=True)


def test_the_example_of_the_readme() -> None:
    """E[(x'Ax)(x'Bx)] = tr(A Lambda) tr(B Lambda) + tr(A Lambda (B + B') Lambda)."""
    expected = (A @ LAMBDA).trace() * (B @ LAMBDA).trace() + (A @ LAMBDA @ (B + B.T) @ LAMBDA).trace()
    assert expected == expect("E[(x' A x)(x' B x)]", gaussian={"x": "Lambda"})


def test_symmetric_letters_merge_terms() -> None:
    """For symmetric A the two pairings across forms agree."""
    S = matrix("A", symmetric=True)
    expected = (S @ LAMBDA).trace() ** 2 + 2 * (S @ LAMBDA @ S @ LAMBDA).trace()
    assert expected == expect("E[(x' A x)^2]", gaussian={"x": "Lambda"}, symmetric=["A"])


def test_standard_normals() -> None:
    """E (x'x)^2 = d (d + 2) for N(0, I)."""
    d = length("d")
    assert d * (d + 2) == expect("E[(x' x)^2]", gaussian={"x": "I"})


def test_means_and_covariances_are_formulas() -> None:
    """E x x' = Lambda + w w' + m m' for N(m, Lambda + w w')."""
    m, w = vector("m"), vector("w")
    L = matrix("Lambda", symmetric=True)
    actual = expect("E[x x']", gaussian={"x": "m, Lambda + w w'"}, vectors=["m", "w"], symmetric=["Lambda"])
    assert L + w @ w.T + m @ m.T == actual


def test_random_scalars() -> None:
    """E e^4 = 3 s^2 for a scalar of variance s."""
    assert 3 * scalar_letter("s") ** 2 == expect("E[e^4]", gaussian={"e": "s"}, scalars=["e", "s"])


def test_sums_over_another_length() -> None:
    """E sum_{k=1}^M x_k x_k' = M Lambda."""
    assert length("M") * LAMBDA == expect("E[sum_k(x_k x_k')]", gaussian={"x": "Lambda"}, lengths={"k": "M"})


def test_commuting_letters() -> None:
    """tr(AB - BA) and AB - BA vanish for commuting A, B, and only the trace for others."""
    assert not expect("A B - B A", commuting=["A", "B"])
    assert expect("A B - B A")
    assert not expect("tr(A B - B A)")


def test_without_expectation_it_is_a_calculator() -> None:
    """(I + A)^2 = I + 2A + A^2."""
    assert identity("d") + 2 * A + A @ A == expect("(I + A)^2")


@pytest.mark.parametrize(
    ("formula", "keywords", "message"),
    [
        ("E[x' A x]", {}, "column 3: unknown name 'x': declare it"),
        ("E[x' x", {"gaussian": {"x": "Lambda"}}, "column 7: expected ']'"),
        ("E[(x' A x)^-1]", {"gaussian": {"x": "Lambda"}}, "not a polynomial moment"),
        ("E[x' x]", {"gaussian": {"x": "A A"}}, "is not symmetric"),
        ("E[x' x]", {"gaussian": {"x": "m, Lambda, 3"}}, "must be 'covariance' or 'mean, covariance'"),
        ("E[x' x]", {"gaussian": {"x": ""}}, "must be 'covariance' or 'mean, covariance'"),
        ("E[N]", {"gaussian": {"N": "Lambda"}}, "N is a length"),
        ("E[(x' x)^65]", {"gaussian": {"x": "I"}}, "column 10: exponents may be at most 64"),
        ("E[((x' A x)^8)^8]", {"gaussian": {"x": "Lambda"}}, "128 random letters, more than 48"),
        ("(A + B)^64", {}, "too large to write out"),
    ],
)
def test_errors_say_what_is_wrong(
    formula: str, keywords: dict[str, object], message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every slip has its message; large ones are refused before they take long."""
    monkeypatch.setattr("theory.algebra.work.MOST_WORK", 1_000)
    monkeypatch.setattr("theory.algebra.expression.MOST_PRODUCTS", 1_000)
    with pytest.raises(ValueError, match=re.escape(message)):
        expect(formula, **keywords)  # type: ignore[arg-type]


def test_columns_are_those_of_the_formula_at_fault() -> None:
    """A slip in a covariance points into the covariance."""
    with pytest.raises(GrammarError, match="column 10"):
        expect("E[x' x]", gaussian={"x": "Lambda + ?"})


@pytest.mark.parametrize(
    ("formula", "message"),
    [
        ("E[sum_x(x)]", "column 3: x is a letter or a length already"),
        ("E[sum_N(x)]", "column 3: N is a letter or a length already"),
        ("E[sum_i(x_i x_i')^40]", "80 random letters, more than 48"),
        ("E[(x' A x)^20 (x' B x)^30]", "100 random letters"),
        ("E[sum_i(x_i) sum_j(x_j)']", "x is summed to M and to N"),
        ("E[x x'] + A + E[x' x]", "column 15: cannot add"),
    ],
)
def test_slips_are_named_before_the_work(formula: str, message: str) -> None:
    """No traceback, no endless work: the message says what is wrong, and where."""
    with pytest.raises(GrammarError, match=message):
        expect(formula, gaussian={"x": "Lambda"}, lengths={"j": "M"})


def test_the_limit_can_be_set() -> None:
    """E (x'x)^3 has six random letters."""
    with pytest.raises(GrammarError, match="6 random letters, more than 5"):
        expect("E[(x' x)^3]", gaussian={"x": "Lambda"}, largest_degree=5)
    assert expect("E[(x' x)^3]", gaussian={"x": "Lambda"}, largest_degree=6)


def test_a_covariance_that_nobody_knows_is_refused() -> None:
    """A lower-case word is neither a matrix nor declared."""
    with pytest.raises(ValueError, match="covariance of x is the unknown name 'word'"):
        expect("E[x' A x]", gaussian={"x": "word"})
    assert str(expect("E[x' A x]", gaussian={"x": "word"}, definite=["word"])) == "tr(A word)"


def test_the_limit_of_work_can_be_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused by default is computed where more work is allowed, and progress is told."""
    monkeypatch.setattr("theory.algebra.work.MOST_WORK", 100)
    monkeypatch.setattr("theory.algebra.work.PROGRESS_STEP", 50)
    formula, law = "E[tr(sum_i(x_i x_i')^7)]", {"x": "Lambda"}
    with pytest.raises(ValueError, match="or raise `most_work`"):
        expect(formula, gaussian=law)
    told: list[int] = []
    found = expect(formula, gaussian=law, most_work=10**6, progress=told.append)
    assert told
    # At d = 1 it is the moment of a chi-square, N (N + 2) ... (N + 12).
    assert evaluate(found, {"Lambda": [[1]]}, {"N": 2}) == 2 * 4 * 6 * 8 * 10 * 12 * 14
