"""Words: the rewriting rules and their normal forms."""

from __future__ import annotations

import hypothesis
from hypothesis import strategies as st

from theory.algebra.words import Factor, Symbol, factor, reduced, split_closed, split_open, transpose

A = Symbol("A")
S = Symbol("S", symmetric=True)
P, Q = Symbol("P", definite=True, family="F"), Symbol("Q", definite=True, family="F")
V, W = Symbol("v", "d", 1), Symbol("w", "d", 1)
SQUARE = [factor(((s, p),), False) for s, p in ((A, 1), (S, 1), (P, 1), (P, -1), (Q, 1), (Q, -1))]
SQUARE.append(factor(((A, 1),), True))
words = st.lists(st.sampled_from(SQUARE), min_size=1, max_size=7)


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
@hypothesis.given(words)
def test_reduced_words_are_reduced(factors: list[Factor]) -> None:
    """Reduction is idempotent, never lengthens, and commutes with transposition."""
    word = reduced(factors)
    assert word == reduced(word)
    assert len(word) <= len(factors)
    assert transpose(word) == reduced(transpose(tuple(factors)))
    assert word == transpose(transpose(word))


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
@hypothesis.given(words, words)
def test_reduction_is_confluent(left: list[Factor], right: list[Factor]) -> None:
    """Reducing parts first gives the same word."""
    assert reduced([*left, *right]) == reduced([*reduced(left), *reduced(right)])


@hypothesis.settings(max_examples=150, deadline=None, derandomize=True)
@hypothesis.given(words, words)
def test_closed_words_forget_their_beginning(left: list[Factor], right: list[Factor]) -> None:
    """tr(XY) = tr(YX) = tr((XY)')."""
    closed = split_closed([*left, *right])
    assert closed == split_closed([*right, *left]) == split_closed(transpose((*left, *right)))


def test_equal_factors_are_one_object() -> None:
    """Factors are interned, and symmetric ones are their own transposes."""
    assert factor(((A, 1),), False) is factor(((A, 1),), False).transpose.transpose
    assert factor(((S, 1),), False) is factor(((S, 1),), False).transpose


@hypothesis.settings(max_examples=80, deadline=None, derandomize=True)
@hypothesis.given(words, words)
def test_words_split_where_the_dimension_is_one(left: list[Factor], right: list[Factor]) -> None:
    """X v w'Y leaves no scalar, (v'X w) splits off, tr(v w'X) is one form."""
    v, w = factor(((V, 1),), False), factor(((W, 1),), False)
    word, scalars = split_open([*left, v, w.transpose, *right])
    assert [] == scalars
    assert (*reduced([*left, v]), *reduced([w.transpose, *right])) == word
    word, scalars = split_open([v, w.transpose, *left, v, w.transpose])
    assert ((v, w.transpose), 1) == (word, len(scalars))
    assert scalars == split_closed([v, w.transpose, *left])[0]
