"""What is carried of the paper, in its order. Of its text only the abstract could be read here; statements were derived
again, so that they stand under what they are about and not under the paper's own numbers.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

TITLE = (
    "J. Wu, D. Zou, Z. Chen, V. Braverman, Q. Gu, P. L. Bartlett, How many pretraining tasks are needed for in-context"
    " learning of linear regression?, ICLR 2024, arXiv 2310.08391"
)
NUMBERS: Mapping[str, Number] = {
    "best step": Number(),
    "least risk": Number(),
    "another length": Number(),
    "finitely many tasks": Number(),
    "task complexity": Number(
        says="a bound on the risk after stochastic gradient descent on finitely many tasks",
        undecided="the engine has no recursion of fourth moments along a descent",
    ),
    "Bayes optimality": Number(
        says="the best step nearly attains the risk of optimally tuned ridge regression",
        undecided="at finite sizes that risk has no closed form here",
    ),
}
