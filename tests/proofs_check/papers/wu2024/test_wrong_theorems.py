"""Wrong versions of the statements on Wu et al. (2024), and a simulation that uses nothing of this package."""

from __future__ import annotations

import numpy as np
import pytest

from tests.proofs_check.papers.pages import judged

LOSS = "1/2 (s2 + psi2 (tr(H) - tr(H G^-1 H)) + psi2 tr((A - G^-1)' H G (A - G^-1) H))"
ANOTHER = "s2 + psi2 (tr(H) - 2 tr(H A H) + tr(A' V A H))"
FINITE = "s2 + tr(H R) - 2 tr(H A' H R) + tr(A' ((N + 1)/N H R H + (tr(H R) + s2)/N H) A H)"
# (claim, right side, abbreviations that differ, what is wrong)
WRONG: list[tuple[str, str, dict[str, str], str]] = [
    ("wu2024-loss", LOSS, {"G": "(tr(H) + s2)/N I + (N + 1)/N H"}, "psi2 = 1"),
    ("wu2024-loss", LOSS, {"G": "(tr(H) + s2/psi2)/N I + H"}, "N for N + 1"),
    ("wu2024-loss", LOSS.replace("H G (A", "G (A").replace("G^-1) H)", "G^-1) H H)"), {}, "H and A commute"),
    ("wu2024-gradient", "psi2 H G (A' - G^-1) H", {}, "a transposed factor"),
    ("wu2024-least-risk", "s2 + psi2 (tr(H) - tr(G^-1 H))", {}, "H = I"),
    ("wu2024-least-risk", "psi2 (tr(H) - tr(H G^-1 H))", {}, "no noise in the target"),
    ("wu2024-another-length", ANOTHER, {"V": "(N + 1)/N H^2 + (tr(H) + s2/psi2)/N H"}, "N = M"),
    ("wu2024-another-length", ANOTHER, {"V": "(M + 1)/M H^2 + (tr(H) + s2)/M H"}, "psi2 = 1"),
    ("wu2024-best-step-at-another-length", "s2 + psi2 (tr(H) - tr(H G^-1 H))", {}, "N = M"),
    ("wu2024-finite-tasks", FINITE, {"R": "sum_t(W_t W_t')"}, "T = 1"),
    (
        "wu2024-finite-tasks",
        FINITE.replace("tr(A' (", "tr(A (").replace(") A H)", ") A' H)"),
        {},
        "a transposed factor",
    ),
]


@pytest.mark.parametrize(("name", "right", "where", "wrong"), WRONG, ids=[f"{w[0]}: {w[3]}" for w in WRONG])
def test_a_wrong_version_is_refuted(name: str, right: str, where: dict[str, str], wrong: str) -> None:
    """The evidence that the true claim has refutes each."""
    assert judged("wu2024", name, right, where).status == "refuted", wrong


def test_the_least_risk_on_samples() -> None:
    """The best step on sampled prompts in NumPy has the stated risk, at a covariance that is not diagonal."""
    generator, N, s2, psi2, B = np.random.default_rng(5), 6, 0.4, 0.7, 300_000
    root = np.array([[1.0, 0.0], [0.6, 0.5]])
    H = root @ root.T
    G = (np.trace(H) + s2 / psi2) / N * np.eye(2) + (N + 1) / N * H
    x, x_q = generator.standard_normal((B, N, 2)) @ root.T, generator.standard_normal((B, 2)) @ root.T
    w = np.sqrt(psi2) * generator.standard_normal((B, 2))
    y = np.einsum("bni,bi->bn", x, w) + np.sqrt(s2) * generator.standard_normal((B, N))
    y_q = np.sum(w * x_q, axis=1) + np.sqrt(s2) * generator.standard_normal(B)
    y_hat = np.sum(np.einsum("bn,bni->bi", y, x) / N @ np.linalg.inv(G) * x_q, axis=1)
    square = (y_hat - y_q) ** 2
    stated = s2 + psi2 * (np.trace(H) - np.trace(H @ np.linalg.inv(G) @ H))
    assert abs(square.mean() - stated) < 5 * square.std() / np.sqrt(B)
