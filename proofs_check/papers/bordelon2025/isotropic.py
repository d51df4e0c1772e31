"""The isotropic setting: Wishart moments, the loss at every size, the best step, and the proportional limit."""

from __future__ import annotations

from proofs_check.papers.bordelon2025 import quantities
from proofs_check.papers.bordelon2025.language import GROWTH, ISOTROPIC_LAW, SAMPLE_COVARIANCE, state
from proofs_check.papers.bordelon2025.models import depth_1, depth_2

MOMENTS = {
    "m2": "1 + (d + 1)/N",
    "m3": "1 + 3 (d + 1)/N + (d^2 + 3 d + 4)/N^2",
    "m4": "1 + 6 (d + 1)/N + (6 d^2 + 17 d + 21)/N^2 + (d^3 + 6 d^2 + 21 d + 20)/N^3",
}
SAMPLE = "(sum_i(x_i x_i')/N)"

WISHART = tuple(
    state(
        f"bordelon2025-m{k}",
        f"The moment of order {k} of the sample covariance, at every size",
        "Wishart moments",
        f"E[tr({SAMPLE}^{k})]/d",
        MOMENTS[f"m{k}"],
        law=ISOTROPIC_LAW,
        largest={"d": 3, "N": 3 if k < 4 else 2},
        assumptions=(SAMPLE_COVARIANCE,),
    )
    for k in (2, 3, 4)
)

LOSS = (
    state(
        "bordelon2025-loss-1",
        "The loss of one layer in Wishart moments",
        "ISO loss",
        quantities.spectral_loss(1),
        "1 - 2 g + g^2 m2",
        place="$L = 1$",
        where={"m2": MOMENTS["m2"]},
        letters=("g",),
        largest={"d": 4, "N": 9},
        assumptions=(SAMPLE_COVARIANCE,),
        rests_on=("bordelon2025-m2",),
    ),
    state(
        "bordelon2025-loss-2",
        "The loss of two layers in Wishart moments",
        "ISO loss",
        quantities.spectral_loss(2),
        "1 - 2 g + 3/2 g^2 m2 - 1/2 g^3 m3 + 1/16 g^4 m4",
        place="$L = 2$",
        where=MOMENTS,
        letters=("g",),
        largest={"d": 4, "N": 9},
        assumptions=(SAMPLE_COVARIANCE,),
        rests_on=("bordelon2025-m2", "bordelon2025-m3", "bordelon2025-m4"),
    ),
    state(
        "bordelon2025-best-step",
        r"The loss of one layer is least at $\gamma = 1/(1 + (d + 1)/N)$ only",
        "ISO best step",
        quantities.spectral_loss(1),
        "1 - 1/m2 + m2 (g - 1/m2)^2",
        place="$L = 1$",
        where={"m2": MOMENTS["m2"]},
        letters=("g",),
        largest={"d": 4, "N": 9},
        assumptions=(SAMPLE_COVARIANCE,),
        rests_on=("bordelon2025-loss-1",),
    ),
)

STACKS = (
    depth_1.error(
        "bordelon2025-error-1",
        r"The error of one layer with $\Gamma = \gamma I$ is $d$ times the spectral loss",
        "ISO loss",
        "d (1 - 2 g + g^2 m2)",
        place="$L = 1$",
        weights={"A": "g I"},
        where={"m2": MOMENTS["m2"]},
        rests_on=("bordelon2025-loss-1",),
    ),
    depth_2.error(
        "bordelon2025-error-2",
        r"The error of two layers with $\Gamma = \gamma I$ is $d$ times the spectral loss",
        "ISO loss",
        "d (1 - 2 g + 3/2 g^2 m2 - 1/2 g^3 m3 + 1/16 g^4 m4)",
        place="$L = 2$",
        weights={"A": "1/2 g I"},
        where=MOMENTS,
        rests_on=("bordelon2025-loss-2",),
    ),
)

LIMITS = (
    state(
        "bordelon2025-limit-1",
        "The loss of one layer where dimension and prompt grow together",
        "ISO limit",
        quantities.limiting_loss(1),
        "1 - 2 g + g^2 (1 + d/N)",
        place="$L = 1$",
        letters=("g",),
        largest={"d": 5, "N": 5},
        assumptions=(SAMPLE_COVARIANCE, GROWTH),
    ),
    state(
        "bordelon2025-limit-2",
        "The loss of two layers where dimension and prompt grow together",
        "ISO limit",
        quantities.limiting_loss(2),
        "1 - 2 g + 3/2 g^2 (1 + c) - 1/2 g^3 (1 + 3 c + c^2) + 1/16 g^4 (1 + 6 c + 6 c^2 + c^3)",
        place="$L = 2$",
        where={"c": "d/N"},
        letters=("g",),
        largest={"d": 5, "N": 5},
        assumptions=(SAMPLE_COVARIANCE, GROWTH),
    ),
    state(
        "bordelon2025-limit-3",
        "The loss of three layers where dimension and prompt grow together",
        "ISO limit",
        quantities.limiting_loss(3),
        "1 - 2 g + 5/3 g^2 (1 + c) - 20/27 g^3 (1 + 3 c + c^2) + 5/27 g^4 (1 + 6 c + 6 c^2 + c^3)"
        " - 2/81 g^5 (1 + 10 c + 20 c^2 + 10 c^3 + c^4) + 1/729 g^6 (1 + 15 c + 50 c^2 + 50 c^3 + 15 c^4 + c^5)",
        place="$L = 3$",
        where={"c": "d/N"},
        letters=("g",),
        sampled={"d": 5, "N": 5},
        assumptions=(SAMPLE_COVARIANCE, GROWTH),
        reason="the engine derives it; exact moments of order 6 at finite sizes would take minutes",
    ),
    state(
        "bordelon2025-limit-1-distance",
        "How far the loss of one layer is from its limit at finite sizes",
        "ISO limit",
        quantities.spectral_loss(1),
        "1 - 2 g + g^2 (1 + d/N) + g^2/N",
        place="$L = 1$, at finite sizes",
        letters=("g",),
        largest={"d": 4, "N": 9},
        assumptions=(SAMPLE_COVARIANCE,),
        rests_on=("bordelon2025-limit-1",),
    ),
    state(
        "bordelon2025-limit-2-distance",
        "How far the loss of two layers is from its limit at finite sizes",
        "ISO limit",
        quantities.spectral_loss(2),
        "1 - 2 g + 3/2 g^2 (1 + c) - 1/2 g^3 (1 + 3 c + c^2) + 1/16 g^4 (1 + 6 c + 6 c^2 + c^3)"
        " + 1/N (3/2 g^2 - 1/2 g^3 (3 + 3 c + 4/N) + 1/16 g^4 (6 + 17 c + 6 c^2 + 21 (1 + c)/N + 20/N^2))",
        place="$L = 2$, at finite sizes",
        where={"c": "d/N"},
        letters=("g",),
        largest={"d": 4, "N": 9},
        assumptions=(SAMPLE_COVARIANCE,),
        rests_on=("bordelon2025-limit-2",),
    ),
)

STATEMENTS = (*WISHART, *LOSS, *STACKS, *LIMITS)
