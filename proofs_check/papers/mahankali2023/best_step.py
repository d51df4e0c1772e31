"""Linear targets: the loss is least at one step of gradient descent, of the stated rate."""

from __future__ import annotations

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
    *(
        isotropic_blocks.gradient(
            f"mahankali2023-isotropic-{block}",
            f"At that step, with the other blocks zero, the loss is stationary in ${name}$",
            "isotropic data",
            block,
            "0",
            weights={"U11": "1/k I", "u": "1", "u12": "0", "u21": "0"},
            where=RATE,
            place="all blocks",
        )
        for block, name in BLOCKS.items()
    ),
    isotropic_blocks.excess(
        "mahankali2023-isotropic-global",
        "At that step, with the other blocks zero, the loss is least over all blocks",
        "isotropic data",
        "0",
        relation=">=",
        weights={"U11": "1/k I", "u": "1", "u12": "0", "u21": "0"},
        where=RATE,
        place="all blocks",
        rests_on=("mahankali2023-isotropic-loss",),
        reason=BY_INSTANCES,
    ),
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
    *(
        whitened_blocks.gradient(
            f"mahankali2023-whitened-{block}",
            f"At that step, with the other blocks zero, the loss is stationary in ${name}$",
            "covariance",
            block,
            "0",
            weights={"U11": "1/k Sigma^-1", "u": "1", "u12": "0", "u21": "0"},
            where=RATE,
            place="all blocks",
        )
        for block, name in BLOCKS.items()
    ),
    whitened_blocks.excess(
        "mahankali2023-whitened-global",
        "At that step, with the other blocks zero, the loss is least over all blocks",
        "covariance",
        "0",
        relation=">=",
        weights={"U11": "1/k Sigma^-1", "u": "1", "u12": "0", "u21": "0"},
        where=RATE,
        place="all blocks",
        rests_on=("mahankali2023-whitened-loss",),
        reason=BY_INSTANCES,
    ),
)

STATEMENTS = (*ISOTROPIC, *WHITENED)
