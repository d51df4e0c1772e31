"""What is carried of the paper, in its order. Its text could not be read here; statements come from a second source,
so that they stand under what they are about and not under the paper's own numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

TITLE = (
    "B. Bordelon, M. I. Letey, C. Pehlevan, Theory of Scaling Laws for In-Context Regression: Depth, Width, Context and"
    " Time, ICLR 2026, arXiv 2510.01098"
)
NUMBERS: Mapping[str, Number] = {
    "reduced model": Number(),
    "Wishart moments": Number(),
    "ISO loss": Number(),
    "ISO best step": Number(),
    "ISO limit": Number(),
    "ISO loss, every depth": Number(
        says=r"for every depth $L$ the loss is $(1/D) \mathbb{E} \operatorname{tr}(I - \gamma S/L)^{2 L}$",
        undecided="a model is derived for a given depth, here 1 and 2; the grammar has no exponent that is a letter",
    ),
    "ISO limit, every depth": Number(
        says="for every depth the limit of the loss is an integral over the law of Marchenko and Pastur",
        undecided="the grammar has no exponent that is a letter; depths 1, 2 and 3 are claimed",
    ),
}
