"""The numbers of the paper, in its order; what each is where it carries no statement of its own."""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

TITLE = (
    "Y. Zhang, A. K. Singh, P. E. Latham, A. Saxe, Training Dynamics of In-Context Learning in Linear Attention, 2025"
)
NOTE = "The paper's v_1, v_2, ... are u_0, u_1, ... in the claims, its D is d; the loss of the claims is half of its."


def _says(text: str) -> Number:
    return Number((), text)


NUMBERS: Mapping[str, Number] = {
    "(1)": _says("definition: the matrix of a prompt"),
    "(2)": _says("definition: the law of the covariates"),
    "(3)": _says("definition: multi-head softmax attention, and where its prediction is read"),
    "Section 2.3": Number(),
    "(M)": Number(),
    "(4)": _says(r"definition: the correlation $\beta$ of a prompt's covariates and labels"),
    "(S)": Number(),
    "(5)": _says("definition: gradient flow on half the loss"),
    "(6)": Number(("zhang2025-M",), r"the same prediction as a linear network in $\mathrm{vec}(\beta x_q^\top)$"),
    "(7)": _says("notation: the layers of that network"),
    "(8)": Number(),
    "(9)": Number(),
    "Section 3.3": Number(
        says="the time to escape from zero, and a single abrupt drop of the loss",
        undecided="both are said of approximations, without a bound",
    ),
    "(10)": Number(),
    "(11)": Number(),
    "(12)": Number(("zhang2025-S",)),
    "(13)": _says("notation: the convolutional matrices of a rewriting of (12)"),
    "(14)": Number(),
    "(15)": Number(),
    "(16)": Number(),
    "(17)": _says("notation: the set of learned eigenvectors"),
    "(18)": Number(),
    "(C3)": Number(),
    "Section 4.3": Number(
        says=r"training from small weights visits $M_0, M_1, \ldots, M_D$ in this order",
        undecided="it is shown by simulations and a heuristic; the engine has no limit of small starts",
    ),
    "(19)": Number(),
    "(20)": Number(
        ("zhang2025-21-v", "zhang2025-21-k"),
        "an ansatz, seen in simulations; that it satisfies (18), and the force on the next head under it, are claimed",
    ),
    "(21)": Number(),
    "(22)": Number(),
    "Section 5": Number(),
    "Appendix E.8": Number(),
}
