"""The letters of the statements. The paper's D, P and alpha are d, N and N/d here."""

from __future__ import annotations

from proofs_check.papers.stating import States
from theory.algebra.expression import identity, matrix, scalar_letter, vector

PAPER = "bordelon2025"
LETTERS = {
    "G": matrix("G", latex="\\Gamma"),
    "g": scalar_letter("g", latex="\\gamma"),
    "x": vector("x"),
    "x_q": vector("x_q"),
    "w": vector("w"),
}
ISOTROPIC_LAW = {"x": identity("d")}
SAMPLE_COVARIANCE = r"$S = (1/N) \sum_i x_i x_i^\top$ with $x_i \sim N(0, I)$; $d$ is the paper's $D$, $N$ its $P$"
GROWTH = r"$d$ and $N$ multiplied by $t$, $t \to \infty$: the paper's $\alpha$ is $N/d$"

state = States(PAPER, LETTERS)
