"""The paper's models, abbreviations and letters. Its value weights v_i are u_0, u_1, ... here, its D is d.

A statement about H heads is checked for two heads, or for three where three eigenvectors are learned.
"""

from __future__ import annotations

from proofs_check.model_claims import claims_of
from proofs_check.papers.stating import States
from theory import Gaussian, LinearAttention, Model, Prompt
from theory.algebra.expression import matrix, scalar_letter, vector

HEADS = 3
LAW = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
MERGED = Model(LAW, LinearAttention(heads=2), "reduced")
SEPARATE = Model(LAW, LinearAttention(heads=2, key_query="separate"), "reduced")
THREE = Model(LAW, LinearAttention(heads=HEADS, key_query="separate"), "reduced")
ONE_HEAD = Model(LAW, LinearAttention(), "sparse")
RANK = Model(LAW, LinearAttention(key_query="separate", rank="R"), "reduced")

merged, separate, three, rank = (claims_of(model, paper="zhang2025") for model in (MERGED, SEPARATE, THREE, RANK))
one_head = claims_of(ONE_HEAD, paper="zhang2025")
all_blocks = claims_of(Model(LAW, LinearAttention(heads=2)), paper="zhang2025")
white = claims_of(Model(LAW.replace(x=Gaussian("I")), LinearAttention(heads=2), "reduced"), paper="zhang2025")

LETTERS = {
    "Lambda": matrix("Lambda", definite=True),
    "x": vector("x"),
    "e": vector("e"),
    "f": vector("f"),
    **{name: scalar_letter(name, definite=True) for name in ("g", "k", "m", "R")},
}
state = States("zhang2025", LETTERS)

# E of the squared sample covariance (15), and the matrix of the limit (11); beta is X y/N.
SECOND = {"C": "Lambda^2 + (Lambda + tr(Lambda) I) Lambda/N"}
GAMMA = {"G": "Lambda + (Lambda + tr(Lambda) I)/N"}
MERGED_SUM = {"S": "u_0 U_0 + u_1 U_1"}
SEPARATE_SUM = {"S": "u_0 k_0 q_0' + u_1 k_1 q_1'"}
# The projection on the learned eigenvectors, the next eigenvalue and eigenvector.
LEARNED = {"P": matrix("P", symmetric=True, family="Lambda")}
NEXT = {"l": scalar_letter("l", definite=True), "v": scalar_letter("v"), "e": vector("e")}
