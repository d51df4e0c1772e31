"""What is carried of the paper, in its order. Of its text only the abstract could be read here; statements were derived
again, so that they stand under what they are about and not under the paper's own numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

TITLE = (
    "R. Zhang, J. Wu, P. L. Bartlett, In-context learning of a linear transformer block: benefits of the MLP component"
    " and one-step GD initialization, NeurIPS 2024, arXiv 2402.14951"
)
NUMBERS: Mapping[str, Number] = {
    "gradient step": Number(),
    "attention alone": Number(),
    "cross blocks": Number(),
    "attention alone, all blocks": Number(
        says="the least risk of linear attention over all blocks on tasks with a mean, the price of having no MLP",
        undecided="the cross blocks are not zero at the minimum, and no form of them is known here",
    ),
    "gradient flow": Number(
        says=r"the gradient flow of GD-$\beta$ converges to the minimum",
        undecided="the loss is known in full, the argument for every start is not derived",
    ),
}
