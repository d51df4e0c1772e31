"""Section 5 and appendix E.8: heads of rank R, and what both flows conserve."""

from __future__ import annotations

from proofs_check.papers.zhang2025.instances import rank_heads
from proofs_check.papers.zhang2025.language import rank, separate

LOW_RANK = tuple(
    rank.gradient(
        f"zhang2025-F.3-{weight}",
        f"A head of rank $R$ that sums to (18) for some eigenvectors rests: no force on {said}",
        "Section 5",
        weight,
        "0",
        search=rank_heads(),
        searched=20,
        place="the same $2^D$ fixed points, Appendix F.3",
        assumptions=("one head, $R = D$; $K$ and $Q$ in any gauge", r"$\Lambda$ has different eigenvalues"),
        reason="weights that satisfy the three conditions are no formula in letters; exact at drawn ones",
    )
    for weight, said in (("u", "its value"), ("K", "its keys"), ("Q", "its queries"))
)

CONSERVED = (
    separate.invariant(
        "zhang2025-E.8-value",
        r"$v_i^2 - \|k_i\|^2$ is conserved",
        "Appendix E.8",
        "u_0^2 - k_0' k_0",
    ),
    separate.invariant(
        "zhang2025-E.8-key",
        r"$\|k_i\|^2 - \|q_i\|^2$ is conserved",
        "Appendix E.8",
        "k_0' k_0 - q_0' q_0",
    ),
    rank.invariant(
        "zhang2025-E.8-rank",
        r"For heads of rank $R$ the matrix $K^\top K - Q^\top Q$ is conserved",
        "Appendix E.8",
        "K' K - Q' Q",
        place="the same for rank $R$; not in the paper's main text",
    ),
)

STATEMENTS = (*LOW_RANK, *CONSERVED)
