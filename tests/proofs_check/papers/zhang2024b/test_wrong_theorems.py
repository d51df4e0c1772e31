"""Wrong versions of the statements on Zhang, Wu and Bartlett (2024), and the finding, in NumPy alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.proofs_check.papers.pages import judged
from theory import Gaussian, GradientStep, Model, Prompt

Q = "H - H G H - H G' H + (M + 1)/M H G' H G H + 1/M tr(G' H G H) H"
LOSS = (
    "1/2 (s2 + tr(H Psi) - tr(H Psi H Omega^-1 H Psi)"
    " + tr((G - Psi H Omega^-1)' H (G - Psi H Omega^-1) Omega) + (beta - mu)' Q (beta - mu))"
)
RISK = "s2 + tr(H S) - tr(S H V^-1 H S H) + tr((A - V^-1 H S)' V (A - V^-1 H S) H)"
U21 = "H (K C mu + (M + 2)/M e u21)"
# (claim, right side, abbreviations that differ, what is wrong)
WRONG: list[tuple[str, str, dict[str, str], str]] = [
    ("zhang2024b-loss", LOSS, {"Omega": "H Psi H + (tr(H Psi) + s2)/M H"}, "M for M + 1"),
    ("zhang2024b-loss", LOSS.replace("beta - mu", "beta"), {}, "centred tasks"),
    ("zhang2024b-loss", LOSS, {"Q": "(I - G H)' H (I - G H)"}, "long prompts"),
    ("zhang2024b-loss", LOSS, {"Q": Q.replace("G' H G H + ", "G H G' H + ")}, "symmetric steps"),
    ("zhang2024b-step-gradient", "H (G' Omega - Psi H)", {}, "a transposed factor"),
    ("zhang2024b-step-gradient", "H (G Omega - H Psi)", {}, "commuting covariances"),
    ("zhang2024b-least-risk", "s2 + tr(H Psi) - tr(H Psi H Omega^-1 H)", {}, "Psi = I"),
    ("zhang2024b-attention-risk", RISK, {"S": "Psi"}, "centred tasks"),
    ("zhang2024b-attention-risk", RISK, {"V": "(M + 1)/M H S H + (tr(H Psi) + s2)/M H"}, "centred tasks"),
    ("zhang2024b-gradient-u21", U21, {"K": "(M + 1)/M U11' H - I"}, "two of three pairings"),
    ("zhang2024b-gradient-u21", U21, {"K": "(M + 2)/M U11 H - I"}, "a transposed factor"),
    ("zhang2024b-gradient-u21", U21, {"C": "t I"}, "a fixed task"),
    ("zhang2024b-gradient-u21", U21, {"e": "t^2"}, "a fixed task"),
    ("zhang2024b-gradient-u21", U21.replace("(M + 2)/M", "(M + 1)/M"), {}, "two of three pairings"),
]


@pytest.mark.parametrize(("name", "right", "where", "wrong"), WRONG, ids=[f"{w[0]}: {w[3]}" for w in WRONG])
def test_a_wrong_version_is_refuted(name: str, right: str, where: dict[str, str], wrong: str) -> None:
    """The evidence that the true claim has refutes each."""
    assert judged("zhang2024b", name, right, where).status == "refuted", wrong


H_ROOT, SPREAD = np.array([[1.0, 0.0], [0.6, 0.5]]), np.array([[0.8, 0.0], [-0.3, 0.4]])
MU, S2, M = np.array([0.9, -1.1]), 0.3, 4


def prompts(mu: Any, count: int, seed: int) -> tuple[Any, Any, Any, Any]:
    """(x, y, x_q, y_q) of tasks with a mean, in NumPy."""
    generator = np.random.default_rng(seed)
    x = generator.standard_normal((count, M, 2)) @ H_ROOT.T
    x_q = generator.standard_normal((count, 2)) @ H_ROOT.T
    w = mu + generator.standard_normal((count, 2)) @ SPREAD.T
    y = np.einsum("bni,bi->bn", x, w) + np.sqrt(S2) * generator.standard_normal((count, M))
    return x, y, x_q, np.sum(w * x_q, axis=1) + np.sqrt(S2) * generator.standard_normal(count)


def reduced_minimum(mu: Any) -> Any:
    """U11 = V^-1 H S, where the loss with zero cross blocks and u = 1 is least."""
    H, S = H_ROOT @ H_ROOT.T, SPREAD @ SPREAD.T + np.outer(mu, mu)
    V = (M + 1) / M * H @ S @ H + (np.trace(H @ S) + S2) / M * H
    return np.linalg.solve(V, H @ S)


def test_the_finding_on_samples() -> None:
    """At the minimum with zero cross blocks the slope in u21, E (y_hat - y_q) (1/M) sum y_i^2 x_q, is not zero with a
    mean, and zero without; a step against it lowers the loss on the same prompts."""
    for mu, vanishes in ((MU, False), (0 * MU, True)):
        x, y, x_q, y_q = prompts(mu, 400_000, 1)
        feature = np.mean(y**2, axis=1)[:, None] * x_q
        gap = np.sum(np.einsum("bn,bni->bi", y, x) / M @ reduced_minimum(mu) * x_q, axis=1) - y_q
        slopes = gap[:, None] * feature
        slope, errors = slopes.mean(axis=0), slopes.std(axis=0) / np.sqrt(len(slopes))
        assert np.all(np.abs(slope) < 5 * errors) == vanishes
        if not vanishes:
            lower = (gap - feature @ (0.01 * slope)) ** 2 - gap**2
            assert lower.mean() < -5 * lower.std() / np.sqrt(len(lower))


def test_gradient_descent_from_a_start_on_samples() -> None:
    """The risk of GD-beta with a start and a step that are not the best, in NumPy."""
    beta, G = np.array([0.2, 0.3]), np.array([[0.4, 0.1], [-0.2, 0.6]])
    x, y, x_q, y_q = prompts(MU, 200_000, 5)
    slope = np.einsum("bn,bni->bi", x @ beta - y, x) / M
    square = (np.sum((beta - slope @ G.T) * x_q, axis=1) - y_q) ** 2
    law = Prompt(x=Gaussian("H"), w=Gaussian("Psi", mean="mu"), noise="s2", target_noise=True, length="M")
    value = (
        Model(law, GradientStep("beta", "G"))
        .error()
        .evaluate(H=H_ROOT @ H_ROOT.T, Psi=SPREAD @ SPREAD.T, mu=MU, beta=beta, G=G, s2=S2, M=M)
    )
    assert abs(square.mean() - value) < 5 * square.std() / np.sqrt(len(square))


def test_the_flow_does_not_end_elsewhere() -> None:
    """Another start of GD-beta, a step without noise, and the best step of centred attention are told apart."""
    assert judged("zhang2024b", "zhang2024b-flow-beta", "mu/2").status == "refuted"
    assert (
        judged("zhang2024b", "zhang2024b-flow-G", "", {"Omega": "(M + 1)/M H Psi H + tr(H Psi)/M H"}).status
        == "refuted"
    )
    assert judged("zhang2024b", "zhang2024b-flow-G", "H Psi Omega^-1").status == "refuted"
