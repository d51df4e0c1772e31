"""Wrong versions of the statements on Bordelon et al. (2025), and simulations that use nothing of this package."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from numerics.marchenko_pastur import marchenko_pastur_mean
from tests.proofs_check.papers.pages import judged

# (claim, right side, abbreviations that differ)
WRONG: list[tuple[str, str, dict[str, str]]] = [
    ("bordelon2025-m2", "1 + d/N", {}),
    ("bordelon2025-m3", "1 + 3 (d + 1)/N + (d^2 + 3 d + 3)/N^2", {}),
    ("bordelon2025-m3", "1 + 3 d/N + d^2/N^2", {}),
    ("bordelon2025-m4", "1 + 6 d/N + 6 d^2/N^2 + d^3/N^3", {}),
    ("bordelon2025-loss-1", "1 - 2 g + g^2 m2", {"m2": "1 + d/N"}),
    ("bordelon2025-loss-1", "1 - g + g^2 m2", {}),
    ("bordelon2025-loss-2", "1 - 2 g + 3/2 g^2 m2 - 1/2 g^3 m3 + 1/8 g^4 m4", {}),
    ("bordelon2025-loss-2", "1 - 2 g + 3/2 g^2 m2 - 1/2 g^3 m3 + 1/16 g^4 m2^2", {}),
    ("bordelon2025-best-step", "1 - 1/m2 + m2 (g - 1/m2)^2", {"m2": "1 + (d + 2)/N"}),
    ("bordelon2025-limit-1", "1 - 2 g + g^2 (1 + (d + 1)/N)", {}),
    ("bordelon2025-limit-2", "(1 - g/2)^4", {}),
    ("bordelon2025-limit-2", "1 - 2 g + 3/2 g^2 (1 + c) - 1/2 g^3 (1 + 3 c + c^2) + 1/16 g^4 (1 + 6 c + 6 c^2)", {}),
    ("bordelon2025-limit-1-distance", "1 - 2 g + g^2 (1 + d/N) + g^2/d", {}),
]


@pytest.mark.parametrize(("name", "right", "where"), WRONG)
def test_a_wrong_version_is_refuted(name: str, right: str, where: dict[str, str]) -> None:
    """A factor, a missing term, N for N + 1, the limit in place of the size: the evidence refutes each."""
    assert judged("bordelon2025", name, right, where).status == "refuted"


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_the_limit_on_two_scales_of_samples(ratio: float) -> None:
    """(1/d) tr (I - g S/2)^4 of sampled prompts, in NumPy: at four times the size it is nearer to the integral."""
    generator, g = np.random.default_rng(3), 0.7
    limit = marchenko_pastur_mean(lambda points: (1 - g * points / 2) ** 4, ratio)
    gaps = []
    for d, prompts in ((20, 2000), (80, 500)):
        N, total = int(d / ratio), 0.0
        for _ in range(prompts):
            x = generator.standard_normal((N, d))
            eigenvalues = np.linalg.eigvalsh(x.T @ x / N)
            total += float(np.mean((1 - g * eigenvalues / 2) ** 4))
        gaps.append(abs(total / prompts - limit))
    assert gaps[1] < gaps[0] / 2
    assert gaps[1] < 0.01


@pytest.mark.parametrize(("d", "N"), [(3, 6), (4, 3)])
def test_the_best_step_on_samples(d: int, N: int) -> None:
    """The step that is best on sampled prompts, tr S/tr S^2 on average, is 1/(1 + (d + 1)/N)."""
    generator, prompts = np.random.default_rng(d), 200_000
    x = generator.standard_normal((prompts, N, d))
    S = np.einsum("bni,bnj->bij", x, x) / N
    first, second = np.einsum("bii->b", S).mean(), np.einsum("bij,bij->b", S, S).mean()
    assert abs(first / second - float(1 / (1 + Fraction(d + 1, N)))) < 3e-3
