"""Printed statements that do not hold as they stand, each as a claim under test."""

from __future__ import annotations

from proofs_check.judge.claims import Finding
from proofs_check.papers.zhang2025.instances import (
    any_eigenvectors,
    examples_of_plateaus,
    idle_heads,
    values_at_zero,
)
from proofs_check.papers.zhang2025.language import HEADS, state
from proofs_check.papers.zhang2025.quantities import (
    function_between_eigenvectors,
    idle_heads_outside_the_span,
    merged_weights_at_rest,
    remainder,
)
from theory.algebra.expression import matrix, scalar_letter, vector

SEPARATE_HEADS = {name: vector(name) for h in range(HEADS) for name in (f"k_{h}", f"q_{h}")} | {
    f"u_{h}": scalar_letter(f"u_{h}") for h in range(HEADS)
}
MERGED_HEADS = {f"U_{h}": matrix(f"U_{h}") for h in (0, 1)} | {f"u_{h}": scalar_letter(f"u_{h}") for h in (0, 1)}

STATEMENTS = (
    state(
        "zhang2025-9-only",
        "Every fixed point with $w_2 = 0$ has $W_1 = 0$",
        "(9)",
        merged_weights_at_rest(),
        "0",
        more=MERGED_HEADS,
        search=values_at_zero(),
        searched=10,
        place="Section 3.2",
        assumptions=("every $v_i = 0$, and the flow (8) rests",),
        rests_on=("zhang2025-8a", "zhang2025-8b"),
        finding=Finding(
            "false",
            "There are two manifolds of fixed points in this dynamical system",
            r"For $D \ge 2$ there are more: with every $v_i = 0$ the flow rests wherever"
            r" $\operatorname{tr}(\Lambda^2 U_i) = 0$, as for antisymmetric $U_i$, and $W_1$ need not be zero.",
        ),
        corrected_by=("zhang2025-9-values-U", "zhang2025-9-values-v"),
    ),
    state(
        "zhang2025-C3",
        "At fixed points a head of value zero has $k_i$ or $q_i$ in the span of what is learned",
        "(C3)",
        idle_heads_outside_the_span(),
        "0",
        more=SEPARATE_HEADS,
        search=idle_heads(),
        searched=10,
        place="Section 4.2",
        assumptions=(
            "nothing is learned: every $v_i = 0$, so that $k_i = 0$ or $q_i = 0$ is asked for",
            "the flow (14) rests",
        ),
        rests_on=("zhang2025-14a", "zhang2025-14b", "zhang2025-14c"),
        finding=Finding(
            "reading",
            "at least one of $k_i$ or $q_i$ lies in the span of",
            r"Sufficient, not necessary: such a head rests if $k_i^\top F q_i = 0$ for $F = \Lambda^2 - C S \Lambda$, a"
            " single equation. (16) calls $M(S_m)$ a set of fixed points; it is not all of those with its function.",
        ),
        corrected_by=("zhang2025-14a", "zhang2025-16-u"),
    ),
    state(
        "zhang2025-count",
        "The function at a fixed point is diagonal in a basis of eigenvectors, as the $2^D$ listed ones are",
        "(18)",
        function_between_eigenvectors(),
        "0",
        more=SEPARATE_HEADS,
        search=any_eigenvectors(),
        searched=20,
        place="Section 4.2",
        assumptions=(
            r"$e$ and $f$ are different members of a basis of eigenvectors of $\Lambda$",
            "the flow (14) rests",
        ),
        rests_on=("zhang2025-14a", "zhang2025-14b", "zhang2025-14c"),
        finding=Finding(
            "gap",
            "This dynamical system contains $2^D$ fixed points in the function space",
            r"The count needs different eigenvalues, which are nowhere assumed. For $\Lambda = I$, the covariance of"
            " section 3.3, learning any line is a fixed point, and there is a continuum of functions.",
        ),
        corrected_by=("zhang2025-16-u", "zhang2025-16-k", "zhang2025-16-q"),
    ),
    state(
        "zhang2025-plateaus-corrected",
        "Conspicuous plateaus at $m$ that $R$ divides",
        "Section 5",
        remainder(of_learned=True),
        "0",
        search=examples_of_plateaus(),
        searched=30,
        fixed={"d": 8},
        place="corrects the summary",
        assumptions=("the plateaus that the paper reports for $R = 1$, 2 and 4",),
    ),
    state(
        "zhang2025-plateaus",
        "Conspicuous plateaus at $m$ that divides $R$",
        "Section 5",
        remainder(of_learned=False),
        "0",
        search=examples_of_plateaus(),
        searched=30,
        fixed={"d": 8},
        place="summary of the plateaus",
        assumptions=("the plateaus that the paper reports for $R = 1$, 2 and 4",),
        finding=Finding(
            "misprint",
            "exhibits conspicuous plateaus at value $L(M_m)$ for $m$ that divides $R$",
            "The other way round: for $R = 2$ the paper reports plateaus at $m = 0$, 2, 4 and 6, which $R$ divides.",
        ),
        corrected_by=("zhang2025-plateaus-corrected",),
    ),
)
