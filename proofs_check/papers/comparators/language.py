"""The letters of the statements."""

from __future__ import annotations

from proofs_check.papers.stating import States
from theory.algebra.expression import matrix, scalar_letter, vector

PAPER = "comparators"
LETTERS = {
    "Lambda": matrix("Lambda", definite=True),
    "A": matrix("A"),
    "w": vector("w"),
    "s2": scalar_letter("s2", latex="s^2", non_negative=True),
    "lambda": scalar_letter("lambda", definite=True),
    "signal": scalar_letter("signal", non_negative=True),
    "c": scalar_letter("c", definite=True),
    "x": scalar_letter("x", definite=True),
    "m": scalar_letter("m", definite=True),
}
SAMPLE = "W = sum_{i <= M} x_i x_i' with x_i ~ N(0, Lambda), V = W^-1"
PROMPT = "y_i = <w, x_i> + N(0, s2), i = 1..M; the query is drawn as the x_i are, and the target is <w, x_q>"

state = States(PAPER, LETTERS)
