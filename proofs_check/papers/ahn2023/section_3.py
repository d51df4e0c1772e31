"""Section 3: one layer. Its global minimum is one step of preconditioned gradient descent."""

from __future__ import annotations

from proofs_check.papers.ahn2023.language import STEP, every_block, isotropic, one_layer

RESCALED = {"U11": "-1/g G^-1", "u": "g", "u12": "0", "u21": "0"}
BEST = {"U11": "-G^-1", "u": "1", "u12": "0", "u21": "0"}

STATEMENTS = (
    *(
        every_block.gradient(
            f"ahn2023-thm-1-{block}",
            f"Theorem 1's weights and their rescalings are stationary among all weights: no force on ${said}$",
            "Theorem 1",
            block,
            "0",
            weights=RESCALED,
            where=STEP,
            assumptions=("$g$ is any number but 0", "only these blocks of $P$ and $Q$ occur in the prediction"),
        )
        for block, said in (("U11", "U_{11}"), ("u21", "u_{21}"), ("u12", "u_{12}"), ("u", "u"))
    ),
    one_layer.excess(
        "ahn2023-thm-1-sparse",
        "Among weights of the form (8) they are the global minimum: the excess of the loss is a square",
        "Theorem 1",
        "1/2 tr(Sigma (A - G^-1)' G Sigma (A - G^-1))",
        weights={"A": "G^-1"},
        where=STEP,
        place="within (8)",
        assumptions=(r"positive for $A \ne G^{-1}$, as $G \Sigma$ and $\Sigma$ are definite",),
    ),
    every_block.excess(
        "ahn2023-thm-1",
        "Theorem 1's weights are a global minimum among all weights",
        "Theorem 1",
        "0",
        relation=">=",
        weights=BEST,
        where=STEP,
        largest={"d": 2, "n": 2},
        rests_on=("ahn2023-thm-1-sparse",),
        reason="the sign of a quartic in all blocks is not seen by form; exact where the search drives it towards 0",
    ),
    isotropic.gradient(
        "ahn2023-7",
        "For isotropic covariates the best step is $n/(n + 1 + d) I$",
        "(7)",
        "A",
        "0",
        weights={"A": "n/c I"},
        where={"c": "n + 1 + d"},
    ),
)
