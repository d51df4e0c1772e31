"""B11: over all blocks the loss has minima that are not global. See `quantities.local_minimum` for the point."""

from __future__ import annotations

from proofs_check.papers.zhang2024.instances.weights import leading_eigenvectors
from proofs_check.papers.zhang2024.language import BY_LAYER, GAMMA, GAUSSIAN, state
from proofs_check.papers.zhang2024.quantities import local_minimum
from theory.algebra.expression import scalar_letter

GAMMA_P = {"g": "(1 + 1/N) lambda + tr(Lambda)/N"}
LEADING = (GAUSSIAN, r"$p$ an eigenvector of $\Lambda$ of length 1 and of its largest eigenvalue $\lambda$")
SCALE = {"a": scalar_letter("a", definite=True)}

STATEMENTS = (
    state(
        "B11-point",
        (
            "Along a leading eigenvector, $u_{12} = a p$ and $u_{21} = b p$ with $U = 0$, $u = 0$ are"
            " stationary for one product $a b$"
        ),
        "B11",
        local_minimum.stationary_product(),
        "1/g",
        where=GAMMA_P,
        more=SCALE,
        search=leading_eigenvectors(3, 3),
        searched=20,
        assumptions=LEADING,
        rests_on=("population-loss",),
        reason=BY_LAYER,
    ),
    state(
        "B11-gradient",
        "All gradients vanish at the point of B11",
        "B11",
        local_minimum.squared_gradient(),
        "0",
        more=SCALE,
        search=leading_eigenvectors(3, 3),
        searched=12,
        assumptions=LEADING,
        rests_on=("B11-point",),
        reason=BY_LAYER,
    ),
    state(
        "B11-excess",
        "The loss at the point of B11 is above the least one: the layer has learned one direction out of $d$",
        "B11",
        local_minimum.excess(),
        "1/2 tr(Lambda^2 Gamma^-1) - 1/2 lambda^2/g",
        where={**GAMMA, **GAMMA_P},
        more=SCALE,
        search=leading_eigenvectors(3, 3),
        searched=20,
        assumptions=LEADING,
        rests_on=("B11-point", "cor-A.2-floor", "thm-4.1-global"),
        reason=BY_LAYER,
    ),
    state(
        "B11-minimum",
        "The point of B11 is a local minimum for short prompts, strict but for the scaling symmetry: the least pivot",
        "B11",
        local_minimum.least_pivot(),
        "0",
        relation=">",
        more=SCALE,
        search=leading_eigenvectors(2, 2),
        searched=12,
        assumptions=(*LEADING, r"$d = 2$, $N \le 2$"),
        rests_on=("B11-gradient",),
        reason=BY_LAYER,
    ),
)
