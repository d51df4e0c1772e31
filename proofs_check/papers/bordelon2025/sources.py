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
        says="undecided: that the loss is the spectral one for every depth; a model is derived for a given depth, here"
        " 1 and 2, and the grammar has no exponent that is a letter"
    ),
    "ISO limit, every depth": Number(
        says="undecided: the integral over the law of Marchenko and Pastur for every depth, for the same reason;"
        " depths 1, 2 and 3 are claimed"
    ),
}
