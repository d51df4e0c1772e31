"""Wrong versions of the statements on Mahankali et al. (2023), and a simulation that uses nothing of this package."""

from __future__ import annotations

import numpy as np
import pytest

from tests.proofs_check.papers.pages import judged

ISOTROPIC = "1/2 (d - d/k + k tr((A - 1/k I)' (A - 1/k I)))"
WHITENED = "1/2 (d - d/k + k tr((A - 1/k Sigma^-1)' Sigma (A - 1/k Sigma^-1) Sigma))"
# (claim, right side, abbreviations that differ, what is wrong)
WRONG: list[tuple[str, str, dict[str, str], str]] = [
    ("mahankali2023-isotropic-loss", ISOTROPIC, {"k": "(N + d + s2)/N"}, "N for N + 1"),
    ("mahankali2023-isotropic-loss", ISOTROPIC, {"k": "(N + 1 + d)/N"}, "no noise"),
    ("mahankali2023-isotropic-loss", ISOTROPIC, {"k": "(N + 2 + s2)/N"}, "d = 1"),
    ("mahankali2023-isotropic-gradient", "k A' - I", {}, "a transposed factor"),
    ("mahankali2023-noisy-target-loss", ISOTROPIC, {}, "no noise in the target"),
    ("mahankali2023-whitened-loss", WHITENED.replace("Sigma (A", "(A"), {}, "Sigma = I"),
    ("mahankali2023-whitened-loss", WHITENED, {"k": "(N + 1 + tr(Sigma) + s2)/N"}, "tasks of covariance I"),
    ("mahankali2023-cube-gradient", "p A - q I", {"q": "9 (d + 2)^2"}, "another moment of the task"),
    ("mahankali2023-cube-gradient", "p A - q I", {"p": "(d + 2) (d + 4) (9 N + 96)/N + s2/N"}, "d = 1"),
    (
        "mahankali2023-cubic-gradient",
        "p A - q I",
        {"q": "a^2 + 6 (d + 3) a c + 9 (d + 2) (d + 4) c^2"},
        "a mixed moment",
    ),
    ("mahankali2023-cubic-gradient", "p A - q I", {"p": "((N + d + 1) a^2 + s2)/N"}, "the rate of linear labels"),
    ("mahankali2023-square-gradient", "(3 (d + 2) (d + 4) + s2)/N A - I", {}, "a target that is learned"),
]


@pytest.mark.parametrize(("name", "right", "where", "wrong"), WRONG, ids=[f"{w[0]}: {w[3]}" for w in WRONG])
def test_a_wrong_version_is_refuted(name: str, right: str, where: dict[str, str], wrong: str) -> None:
    """The evidence that the true claim has refutes each."""
    assert judged("mahankali2023", name, right, where).status == "refuted", wrong


@pytest.mark.parametrize("factor", [0.9, 1.1])
def test_another_rate_is_worse_on_samples(factor: float) -> None:
    """One step on sampled prompts in NumPy: the rate N/(N + 1 + d + s2) beats rates 10% off, on the same prompts."""
    generator, d, N, s2, B = np.random.default_rng(4), 3, 5, 0.5, 200_000
    x, x_q, w = (generator.standard_normal(shape) for shape in ((B, N, d), (B, d), (B, d)))
    y = np.einsum("bni,bi->bn", x, w) + np.sqrt(s2) * generator.standard_normal((B, N))
    step = np.sum(np.einsum("bn,bni->bi", y, x) / N * x_q, axis=1)
    target, rate = np.sum(w * x_q, axis=1), N / (N + 1 + d + s2)
    worse = (factor * rate * step - target) ** 2 - (rate * step - target) ** 2
    assert worse.mean() > 3 * worse.std() / np.sqrt(B)
