"""The language of formulas: what it means, and that nothing but a GrammarError comes of what it does not."""

from __future__ import annotations

import builtins
from contextlib import suppress
from fractions import Fraction

import hypothesis
import pytest
from hypothesis import strategies as st

from theory.algebra.expression import identity, indexed, length, matrix, number, sum_over, vector
from theory.algebra.grammar import GrammarError, Vocabulary, elaborate, parse

A, B, S = matrix("A"), matrix("B"), matrix("S", symmetric=True)
P = matrix("P", definite=True)
v, w = vector("v"), vector("w")
N, M = length("N"), length("M")
VOCABULARY = Vocabulary({"A": A, "B": B, "S": S, "P": P, "v": v, "w": w, "N": N, "M": M}, {}, {"k": "M"})


def read(text: str) -> object:
    """The expression that a formula stands for."""
    return elaborate(parse(text), VOCABULARY, text)


vi = indexed(v, "i")
MEANINGS = [
    ("A B", A @ B),
    ("A*B", A @ B),
    ("A'", A.T),
    ("A^T B", A.T @ B),
    ("(A B)'", B.T @ A.T),
    ("A''", A),
    ("2 A", 2 * A),
    ("1/2 A", A * Fraction(1, 2)),
    ("A/2/3", A * Fraction(1, 6)),
    ("1/N^2 A", A / N**2),
    ("(N + 1)/N A", (1 + 1 / N) * A),
    ("A - B - B", A - 2 * B),
    ("-A + B", B - A),
    ("A^3", A @ A @ A),
    ("P^-1", P**-1),
    ("P^(1/2)", P ** Fraction(1, 2)),
    ("P^(-3/2)", P ** Fraction(-3, 2)),
    ("v' A w", v.T @ A @ w),
    ("(v' A w) B", (v.T @ A @ w) * B),
    ("v w' v", v * (w.T @ v)),
    ("tr(A B)^2", (A @ B).trace() ** 2),
    ("tr(A)tr(B)", A.trace() * B.trace()),
    ("I A", A),
    ("tr(I)", identity("d").trace()),
    ("sum_i(v_i v_i')", sum_over("i", "N", vi @ vi.T)),
    ("sum_i(v_i)' sum_i(v_i)", sum_over("i", "N", vi).T @ sum_over("i", "N", vi)),
    ("sum_k(A)", M * A),
    ("E[A]", A),
    ("  2\n*\t3 ", number(6)),
    ("007", number(7)),
    ("2^64", number(2**64)),
]


@pytest.mark.parametrize(("text", "meaning"), MEANINGS)
def test_formulas_mean_what_they_say(text: str, meaning: object) -> None:
    """Every construct of the grammar is the operation of the algebra."""
    assert meaning == read(text)


MALFORMED = [
    ("", 1),
    ("   ", 1),
    ("A +", 4),
    ("+ A", 1),
    ("A + * B", 5),
    ("A B)", 4),
    ("(A", 3),
    ("tr(A", 5),
    ("tr A", 1),
    ("A ? B", 3),
    ("A  ? B", 4),
    ("A = B", 3),
    ("0.5 A", 2),
    ("A^", 3),
    ("A^x", 3),
    ("A^(1/0)", 6),
    ("A^(1/2", 7),
    ("A^65", 3),
    ("B + A^(-65)", 7),
    ("(A^8)^9", 3),
    ("1" * 201, 1),
    ("A + unknown", 5),
    ("A + v", 5),
    ("A B + v A", 9),
    ("A v v", 5),
    ("tr(v)", 1),
    ("1/0", 1),
    ("A/B", 1),
    ("1/(N - N)", 1),
    ("A^-1", 2),
    ("A^(1/2)", 2),
    ("sum_(A)", 1),
    ("sum_i(sum_i(v_i))", 7),
    ("sum_i(v_j)", 7),
    ("v_i", 1),
    ("E[A", 4),
    ("E(A)", 1),
    ("[A]", 1),
    ("--A", 2),
    ("'A", 1),
    ("__import__('os')", 1),
    ("A.T", 2),
    ("lambda: 1", 7),
]


@pytest.mark.parametrize(("text", "column"), MALFORMED)
def test_malformed_formulas_point_at_the_column(text: str, column: int) -> None:
    """The error is a GrammarError whose message shows the text with a caret under the right place."""
    with pytest.raises(GrammarError) as caught:
        read(text)
    message = str(caught.value)
    assert (column - 1, f"column {column}: ") == (caught.value.column, message[: len(f"column {column}: ")])
    assert message.endswith("\n  " + " " * (column - 1) + "^")


@pytest.mark.parametrize(
    "text",
    ["(" * 5000 + "A" + ")" * 5000, "A" + "'" * 5000, "1" + "/2" * 5000, "2^64^64^64^64", "((((2^64)^64)^64)^64)^64"],
    ids=["parentheses", "transposes", "quotients", "powers in a row", "nested powers"],
)
def test_monstrous_formulas_are_refused(text: str) -> None:
    """Depth and size are bounded before anything is computed."""
    with pytest.raises(GrammarError):
        read(text)


def test_a_formula_of_book_length_is_refused() -> None:
    """The message does not repeat the text."""
    with pytest.raises(GrammarError, match="characters") as caught:
        parse("A + " * 50_000 + "A")
    assert 200 > len(str(caught.value))


def test_long_sums_are_fine() -> None:
    """Length alone is no depth."""
    assert 2001 * A == read("A + " * 2000 + "A")


@hypothesis.settings(max_examples=400, deadline=None, derandomize=True)
@hypothesis.given(st.text(max_size=40) | st.text(alphabet="ABPSvwNM_iIEtr sum()[]'^*/+-0123456789T", max_size=40))
def test_random_text_raises_nothing_but_grammar_errors(text: str) -> None:
    """Whatever is typed either has a meaning or gets a GrammarError."""
    with suppress(GrammarError):
        read(text)


TOKENS = ["A", "B'", "P^-1", "v", "w'", "(", ")", "tr(", "sum_i(", "v_i", "E[", "]", "+", "-", "*", "/", "^2", "2", "N"]


@hypothesis.settings(max_examples=400, deadline=None, derandomize=True)
@hypothesis.given(
    st.lists(
        st.sampled_from(TOKENS),
        max_size=14,
    )
)
def test_random_tokens_raise_nothing_but_grammar_errors(tokens: list[str]) -> None:
    """The same for text that looks like formulas."""
    with suppress(GrammarError):
        read(" ".join(tokens))


def test_nothing_is_evaluated(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither `eval` nor `exec` nor `compile` is called on what a user types."""

    def forbidden(*args: object) -> None:
        raise AssertionError("evaluated")

    for name in ("eval", "exec", "compile"):
        monkeypatch.setattr(builtins, name, forbidden)
    assert A @ B == read("A B")
    with pytest.raises(GrammarError):
        read("__import__('os').system('true')")


def test_abbreviations_carry_no_index() -> None:
    """Only a letter can be indexed."""
    vocabulary = Vocabulary({"G": A @ B})
    with pytest.raises(GrammarError, match="abbreviation"):
        elaborate(parse("sum_i(G_i)"), vocabulary, "sum_i(G_i)")


def test_trees_are_rebuilt_without_loss() -> None:
    """Replacing every child by itself gives the same tree."""
    tree = parse("2 A' + tr(A B)/3 - sum_i(v_i v_i')")
    for name, place, child in tree.children():
        assert tree == tree.with_child(name, place, child)


def test_names_of_lengths_are_taken() -> None:
    """A letter or an abbreviation called N would be read as the length, or the length as it."""
    with pytest.raises(ValueError, match="N is a length"):
        Vocabulary({"N": matrix("A")})
    with pytest.raises(ValueError, match="m is a length"):
        Vocabulary({"m": matrix("A")}, upto={"i": "m"})
