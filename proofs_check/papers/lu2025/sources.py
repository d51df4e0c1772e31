"""What is carried of the paper, in its order. Its statements were read in the authors' code, which has no numbers, so
that they stand under what they are about.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

TITLE = (
    "Y. M. Lu, M. I. Letey, J. A. Zavatone-Veth, A. Maiti, C. Pehlevan, Asymptotic theory of in-context learning by"
    " linear attention, PNAS 122(28), 2025, arXiv 2405.11751"
)
NUMBERS: Mapping[str, Number] = {
    "error": Number(),
    "tasks": Number(),
    "error in the limit": Number(),
    "resolvent": Number(),
    "learning curve": Number(
        says="the error of the weights that are trained on finitely many prompts of finitely many tasks",
        undecided="it needs the limit of the inverse of a random matrix as large as the weights, which the engine does"
        " not have",
    ),
}
