"""Section 5: layers that transform the covariates too."""

from __future__ import annotations

from proofs_check.papers.ahn2023.language import WISHART, moving

AT = {"A0": "a0 Sigma^-1", "A1": "a1 Sigma^-1", "B0": "b0 I"}
PLACE = "two layers; so that the flow stays in the set, which the proof needs"

STATEMENTS = (
    *(
        moving.gradient(
            f"ahn2023-thm-4-A{k}",
            rf"At $A_l = a_l \Sigma^{{-1}}$ and $B_0 = b_0 I$ the gradient in $A_{k}$ is a number times $\Sigma$",
            "Theorem 4",
            f"A{k}",
            "0",
            weights=AT,
            along=f"dA{k} - tr(Sigma dA{k})/d Sigma^-1",
            place=PLACE,
        )
        for k in (0, 1)
    ),
    moving.gradient(
        "ahn2023-thm-4-B0",
        r"At $A_l = a_l \Sigma^{-1}$ and $B_0 = b_0 I$ the gradient in $B_0$ is a number times $I$",
        "Theorem 4",
        "B0",
        "0",
        weights=AT,
        along="dB0 - tr(dB0)/d I",
        place=PLACE,
    ),
    *(
        moving.gradient(
            f"ahn2023-12-{weight}",
            rf"At $A_0 = 0$, $B_0 = -I/2$, $A_1 = \Sigma^{{-1}}/m_2$ there is no force on ${said}$",
            "(12)",
            weight,
            "0",
            weights={"A0": "0 Sigma^-1", "A1": "1/m2 Sigma^-1", "B0": "-1/2 I"},
            where={"m2": WISHART["m2"]},
            place="two layers: the infimum is 0, and attained at a point that uses one layer",
        )
        for weight, said in (("A0", "A_0"), ("A1", "A_1"), ("B0", "B_0"))
    ),
)
