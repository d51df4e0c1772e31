"""The error at every dimension and length: on tasks of a sphere, and what changes where tasks are Gaussian."""

from __future__ import annotations

from proofs_check.papers.lu2025 import quantities
from proofs_check.papers.lu2025.language import PROMPTS, gaussian_tasks, sphere_tasks, state

# B in blocks: the upper left one, the mixed one without mu, and the lower right one.
BLOCKS = {"B1": "(1 + rho) d/l I + (1 + 1/l) R", "b2": "(1 + rho) (1 + 2/l)", "b3": "(1 + rho)^2 (1 + 2/l)"}
ISOTROPIC = r"tasks on the sphere $\|w\|^2 = d$ with $\mathbb{E} w = 0$ and $\mathbb{E} w w^\top = I$"

ERROR = (
    sphere_tasks.error(
        "lu2025-error",
        r"The error of any $G = [G_1, g]$ at every $d$ and $l$, with the blocks of $A$ and $B$",
        "error",
        "1 + rho + 1/d (tr(G1 B1 G1') + 2 b2 g' G1 mu + b3 g' g) - 2/d (tr(G1 R) + (1 + rho) g' mu)",
        where=BLOCKS,
    ),
    state(
        "lu2025-error-isotropic",
        r"On isotropic tasks the error is least at $G_1 = I/k$ and $g = 0$ only, $k = 1 + 1/l + (1 + \rho) d/l$",
        "error",
        quantities.isotropic_error(),
        "1 + rho - 1/k + k/d tr((G1 - 1/k I) (G1 - 1/k I)') + (1 + rho)^2 (1 + 2/l)/d g' g",
        place="its minimum",
        where={"k": "1 + 1/l + (1 + rho) d/l"},
        letters=("G1", "g", "rho"),
        assumptions=(PROMPTS, ISOTROPIC),
    ),
)

GAUSSIAN = (
    gaussian_tasks.error(
        "lu2025-error-gaussian-tasks",
        r"For tasks $w \sim N(0, I)$ the error has a further term in $g$, as the variance of their labels is random",
        "error",
        "1 + rho - 1/k + k/d tr((G1 - 1/k I) (G1 - 1/k I)') + ((1 + rho)^2 + 2/d) (1 + 2/l)/d g' g",
        place="Gaussian tasks",
        where={"k": "1 + 1/l + (1 + rho) d/l"},
    ),
)

SPHERE = (
    state(
        "lu2025-sphere-moment",
        r"Fourth moments on the sphere $\|w\|^2 = d$, which are $d/(d + 2)$ times the Gaussian ones",
        "tasks",
        quantities.sphere_fourth_moment(),
        "d/(d + 2) (tr(A) tr(B) + 2 tr(A B))",
        letters=("A", "B"),
        largest={"d": 4},
        assumptions=(r"$w$ uniform on $\|w\|^2 = d$",),
    ),
)

STATEMENTS = (*ERROR, *GAUSSIAN, *SPHERE)
