"""Section 2: the predictions of both parametrisations, and the blocks that stay zero."""

from __future__ import annotations

from proofs_check.papers.zhang2025.language import all_blocks, merged, separate

ZERO_BLOCKS = {"u21_0": "0", "u12_0": "0", "u21_1": "0", "u12_1": "0"}

PREDICTIONS = (
    merged.prediction(
        "zhang2025-M",
        r"Merged key and query: a sum over heads of $v_i \beta^\top U_i x_q$",
        "(M)",
        "1/N (u_0 y' X' U_0 x_q + u_1 y' X' U_1 x_q)",
    ),
    separate.prediction(
        "zhang2025-S",
        r"Separate key and query of rank one: a sum over heads of $v_i \beta^\top k_i q_i^\top x_q$",
        "(S)",
        "1/N (u_0 (y' X' k_0) (q_0' x_q) + u_1 (y' X' k_1) (q_1' x_q))",
        place="$R = 1$, which is (12)",
    ),
)

ZERO = tuple(
    all_blocks.gradient(
        f"zhang2025-zero-{block}",
        f"The blocks that start at zero stay there: no force on {said}",
        "Section 2.3",
        f"{block}_0",
        "0",
        weights=ZERO_BLOCKS,
        place="before $(M)$",
        reason="two heads, of which the second is by symmetry like the first",
    )
    for block, said in (("u12", "the vector part of the value weights"), ("u21", "that of the key-query weights"))
)

STATEMENTS = (*PREDICTIONS, *ZERO)
