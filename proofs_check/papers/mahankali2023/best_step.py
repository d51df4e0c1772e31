"""Linear targets: the loss is least at one step of gradient descent, of the stated rate."""

from __future__ import annotations

from proofs_check.judge.claims import Claim
from proofs_check.model_claims import ModelClaims
from proofs_check.papers.mahankali2023.models import (
    isotropic,
    isotropic_blocks,
    noisy_target,
    whitened,
    whitened_blocks,
)

# The rate is 1/k.
RATE = {"k": "(N + 1 + d + s2)/N"}
BY_INSTANCES = "the part of the prediction that is even in the task is no sum of squares by form; exact at instances"
BLOCKS = {"U11": "U_{11}", "u21": "u_{21}", "u12": "u_{12}", "u": "u"}


def _least_over_all_blocks(data: str, blocks: ModelClaims, number: str, step: str) -> tuple[Claim, ...]:
    """That the loss is stationary, and least, over all blocks of the weights at a step."""
    weights = {"U11": step, "u": "1", "u12": "0", "u21": "0"}
    stationary = (
        blocks.gradient(
            f"mahankali2023-{data}-{block}",
            f"At that step, with the other blocks zero, the loss is stationary in ${name}$",
            number,
            block,
            "0",
            weights=weights,
            where=RATE,
            place="all blocks",
        )
        for block, name in BLOCKS.items()
    )
    least = blocks.excess(
        f"mahankali2023-{data}-global",
        "At that step, with the other blocks zero, the loss is least over all blocks",
        number,
        "0",
        relation=">=",
        weights=weights,
        where=RATE,
        place="all blocks",
        rests_on=(f"mahankali2023-{data}-loss",),
        reason=BY_INSTANCES,
    )
    return (*stationary, least)


ISOTROPIC = (
    isotropic.loss(
        "mahankali2023-isotropic-loss",
        r"The loss of a step is a square plus its minimum, at $A = I/k$ only: rate $N/(N + 1 + d + s_2)$",
        "isotropic data",
        "1/2 (d - d/k + k tr((A - 1/k I)' (A - 1/k I)))",
        where=RATE,
    ),
    isotropic.gradient(
        "mahankali2023-isotropic-gradient",
        "The gradient of the loss with respect to the step",
        "isotropic data",
        "A",
        "k A - I",
        where=RATE,
    ),
    noisy_target.loss(
        "mahankali2023-noisy-target-loss",
        "Noise in the target adds half its variance to the loss, and changes no minimiser",
        "isotropic data",
        "1/2 (d + s2 - d/k + k tr((A - 1/k I)' (A - 1/k I)))",
        where=RATE,
        place="noise in the target too",
    ),
    *_least_over_all_blocks("isotropic", isotropic_blocks, "isotropic data", "1/k I"),
)

WHITENED = (
    whitened.loss(
        "mahankali2023-whitened-loss",
        r"The loss of a step is a square plus its minimum, at $A = \Sigma^{-1}/k$ only",
        "covariance",
        "1/2 (d - d/k + k tr((A - 1/k Sigma^-1)' Sigma (A - 1/k Sigma^-1) Sigma))",
        where=RATE,
    ),
    whitened.gradient(
        "mahankali2023-whitened-gradient",
        "The gradient of the loss with respect to the step",
        "covariance",
        "A",
        "Sigma (k A - Sigma^-1) Sigma",
        where=RATE,
    ),
    *_least_over_all_blocks("whitened", whitened_blocks, "covariance", "1/k Sigma^-1"),
)

STATEMENTS = (*ISOTROPIC, *WHITENED)
