"""The exact risk of least squares on a prompt: what an in-context learner is compared with.

Labels y_i = w'x_i + eps_i, x_i ~ N(0, Lambda), eps_i ~ N(0, s2), i = 1..M; the estimate is the least-squares solution
of least norm, the risk E(x_q'(w_hat - w))^2 on a query x_q ~ N(0, Lambda).

Source: standard; for M < d Breiman and Freedman, J. Amer. Statist. Assoc. 78 (1983), 131-136, and Belkin, Hsu and Xu,
SIAM J. Math. Data Sci. 2 (2020), 1167-1180.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import identity, length, matrix, scalar_letter, vector
from theory.algebra.inverse_moments import wishart_expectation
from theory.derivation import Derivation, Formula, Step

LAMBDA = matrix("Lambda", definite=True)
W, K = matrix("W", definite=True), matrix("K", "M", "M", definite=True)
g, x_q, w = vector("g"), vector("x_q"), vector("w")
s2 = scalar_letter("s2", latex="s^2", non_negative=True)
lambda_ = scalar_letter("lambda", definite=True)


RISK = r"\mathbb{E}\left(x_q^\top (\hat w - w)\right)^2"
LETTERS = {
    "d": "dimension of the covariates",
    "M": "number of examples in the prompt",
    "x_i": r"covariates of the $i$-th example, independent with law $\mathcal{N}(0, \Lambda)$",
    "x_q": r"the query, independent of the prompt, with law $\mathcal{N}(0, \Lambda)$",
    "w": r"the task: labels are $w^\top x_i + \varepsilon_i$",
    r"\hat w": "the least-squares solution of least norm",
    r"\varepsilon_i": "independent noise with mean 0 and variance $s^2$",
    "s": "standard deviation of the noise",
    r"\Lambda": "covariance of the covariates, positive definite",
    r"\lambda": r"the eigenvalue of an isotropic covariance $\Lambda = \lambda I$",
    "I": "the identity matrix",
    "W": r"$\sum_i x_i x_i^\top$",
    "g": r"$\sum_i \varepsilon_i x_i$",
    "X": "the covariates as the columns of a matrix",
    "K": r"$X^\top X$",
}


@cache
def least_squares() -> Derivation:
    """Return the risk of least squares for M > d + 1, any covariance, and for M < d - 1, an isotropic one.

    Results, as Formula: "enough examples", s2 d/(M - d - 1), and "few examples", for Lambda = lambda I.
    `least_squares_risk` picks the one that applies.

    Source: see the head of this module.
    """
    d, M = length("d"), length("M")
    inverse = W**-1
    given = expectation((x_q.T @ inverse @ g) ** 2, {g: Gaussian(s2 * W), x_q: Gaussian(LAMBDA)})
    many = wishart_expectation(given, W, LAMBDA)
    spread = wishart_expectation((K**-1).trace(), K, lambda_ * identity("M"), "d")
    bias = lambda_ * (1 - M / d) * (w.T @ w)
    few = bias + lambda_ * s2 * spread.value
    steps = (
        Step(
            r"\mathbb{E}\left[(x_q^\top (\hat w - w))^2 \mid W\right]",
            r"For $M \ge d$, $\hat w - w = W^{-1} g$ with $W = \sum_i x_i x_i^\top$ and "
            r"$g = \sum_i \varepsilon_i x_i$, which given the covariates is Gaussian with covariance $s^2 W$.",
            given,
            id="noise",
        ),
        Step(
            RISK,
            r"$\mathbb{E} W^{-1} = \Lambda^{-1} / (M - d - 1)$ by Stein's identity; it exists for $M > d + 1$.",
            many.value,
            id="enough-examples",
        ),
        Step(
            r"\mathbb{E} \operatorname{tr} K^{-1}",
            r"For $M < d$ the noise enters through $K = X^\top X$, a Wishart matrix of size $M$ with $d$ samples and "
            r"covariance $\lambda I$ if $\Lambda = \lambda I$.",
            spread.value,
            id="gram",
        ),
        Step(
            RISK,
            r"Of $w$ the part orthogonal to all covariates is missed. By symmetry of the isotropic Gaussian law the "
            r"projection onto their span has the mean $(M / d) I$.",
            few,
            cited=True,
            id="few-examples",
        ),
    )
    source = "Breiman and Freedman (1983)"
    sizes = {"dimension": "d", "prompt_length": "M", "noise_variance": "s2"}
    return Derivation(
        "least_squares",
        "The risk of least squares on a prompt",
        source,
        steps,
        {
            "enough examples": Formula(
                "risk of least squares",
                many.value,
                sizes,
                steps,
                source,
                positive=(M - d - 1,),
                left=RISK,
                title="The risk of least squares for $M > d + 1$",
            ),
            "few examples": Formula(
                "risk of least squares of least norm",
                few,
                {**sizes, "w": "w", "eigenvalue": "lambda"},
                steps,
                source,
                positive=(d - M - 1,),
                left=RISK,
                title="The risk of the least-squares solution of least norm for $M < d - 1$",
            ),
        },
        LETTERS,
    )


def least_squares_risk(
    *, dimension: int, prompt_length: int, noise_variance: Any, w: Any = None, eigenvalue: Any = None
) -> Any:
    """Return the exact risk E(x_q'(w_hat - w))^2 of least squares for every d and M.

    Args:
        dimension, prompt_length: d and M.
        noise_variance: s2.
        w, eigenvalue: for M < d the task, of length d, and lambda, the covariance being lambda I; not used otherwise,
            since the risk for M >= d is the same for every task and covariance.

    Raises:
        ValueError: where the risk is infinite (noise and d - 1 <= M <= d + 1), or where w and eigenvalue are missing.
    """
    d, M = dimension, prompt_length
    if d < 1 or M < 1:
        raise ValueError(f"dimension and prompt_length must be at least 1, got {d} and {M}")
    if noise_variance < 0:
        raise ValueError(f"noise_variance must be at least 0, got {noise_variance}")
    if noise_variance and d - 1 <= M <= d + 1:
        raise ValueError(
            f"the risk of least squares with noise is infinite for {M} examples in dimension {d}: it is finite for "
            "M > d + 1 and M < d - 1"
        )
    if d <= M:
        if not noise_variance:
            return noise_variance * 0
        return least_squares()["enough examples"].evaluate(dimension=d, prompt_length=M, noise_variance=noise_variance)
    if w is None or eigenvalue is None:
        raise ValueError(f"{M} examples do not determine w in dimension {d}: pass w and eigenvalue (Lambda = lambda I)")
    if not noise_variance:
        return eigenvalue * (d - M) * sum(entry * entry for entry in w) / d
    return least_squares()["few examples"].evaluate(
        dimension=d, prompt_length=M, noise_variance=noise_variance, w=w, eigenvalue=eigenvalue
    )


def derivation() -> Derivation:
    """The risk of least squares."""
    return least_squares()
