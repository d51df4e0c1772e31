"""The letters of the statements."""

from __future__ import annotations

from proofs_check.papers.stating import States
from theory.algebra.expression import matrix, scalar_letter, vector

PAPER = "comparators"
LETTERS = {
    "Lambda": matrix("Lambda", definite=True),
    # Instances give the root of Lambda = C C' as well.
    "C": matrix("C", invertible=True),
    "A": matrix("A"),
    "w": vector("w"),
    "s2": scalar_letter("s2", latex="s^2", non_negative=True),
    "lambda": scalar_letter("lambda", definite=True),
    "signal": scalar_letter("signal", non_negative=True),
    "c": scalar_letter("c", definite=True),
    "x": scalar_letter("x", definite=True),
    "m": scalar_letter("m", definite=True),
}
SAMPLE = r"$W = \sum_{i \le M} x_i x_i^\top$ with $x_i \sim N(0, \Lambda)$"
PROMPT = (
    r"$M$ examples, $y_i = \langle w, x_i\rangle$ with noise of variance $s^2$; the query is drawn as the $x_i$ are,"
    r" and the target is $\langle w, x_q\rangle$"
)

state = States(PAPER, LETTERS)
