"""What is carried of the paper, in its order. Of its text only the abstract could be read here; statements were derived
again, so that they stand under what they are about and not under the paper's own numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

TITLE = (
    "A. Mahankali, T. B. Hashimoto, T. Ma, One step of gradient descent is provably the optimal in-context learner with"
    " one layer of linear self-attention, ICLR 2024, arXiv 2307.03576"
)
NUMBERS: Mapping[str, Number] = {
    "isotropic data": Number(),
    "covariance": Number(),
    "other targets": Number(),
    "other targets, any function": Number(
        says="the best step is a multiple of the identity for targets of any rotation-invariant family",
        undecided="a label is a polynomial here, and no letter stands for a random function; two polynomials are"
        " claimed",
    ),
    "other targets, all blocks": Number(
        says="the other blocks vanish at the minimum for other targets",
        undecided="the loss in all blocks needs moments of the task of order 18 for cubic labels",
    ),
}
