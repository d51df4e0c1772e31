"""The numbers of the paper, in its order; what each is where it carries no statement of its own."""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

TITLE = (
    "K. Ahn, X. Cheng, H. Daneshmand, S. Sra, Transformers Learn to Implement Preconditioned Gradient Descent for"
    " In-Context Learning, NeurIPS 2023"
)
NOTE = "The loss of the claims is half of the paper's; the text was read without its displayed formulas."


def _says(text: str) -> Number:
    return Number((), text)


NUMBERS: Mapping[str, Number] = {
    "(1)": _says("definition: the matrix of a prompt"),
    "(2)": _says("definition: softmax attention and the mask of the query"),
    "(3)": _says("definition: attention without softmax"),
    "(4)": _says("definition: a stack of layers"),
    "(5)": Number(("ahn2023-loss-2", "ahn2023-loss-3"), "definition: the in-context loss"),
    "Theorem 1": Number(),
    "(6)": Number(("ahn2023-thm-1",), "the weights of Theorem 1"),
    "(7)": Number(),
    "(8)": _says("definition: the form of the weights in section 4"),
    "Lemma 1": Number(),
    "(9)": Number(("ahn2023-lem-1-1",), "the step of Lemma 1"),
    "Theorem 2": Number(
        says="two layers over isotropic data have a global minimiser with diagonal weights",
        undecided="it is the least value of a polynomial of 51 terms in two matrices; no form shows it, and drawn"
        " weights are far from it",
    ),
    "Theorem 3": Number(),
    "(10)": Number(),
    "(10), every depth": Number(
        says="the infimum of the gradient over the set is 0 for every number of layers",
        undecided="a model is derived for a given depth; two and three layers are claimed",
    ),
    "(11)": _says("definition: the form of the weights in section 5"),
    "Theorem 4": Number(),
    "(12)": Number(),
    "(12), every depth": Number(
        says="the infimum of the gradient over the set is 0 for every number of layers",
        undecided="a model is derived for a given depth; two layers are claimed",
    ),
    "Theorem 5": Number(
        says="the same for attention with ReLU",
        undecided="attention with ReLU is not among the networks that a model can have",
    ),
    "Lemma 4": Number(),
    "Lemma 5": _says("a rewriting of the loss: the query's label in the prompt in place of a target"),
}
