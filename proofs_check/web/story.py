"""The story of the paper in chapters: words, the claims that say it in formulas, and figures.

A chapter says what the paper says; how far each formula was checked is said by the status of its claim beside it.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """A chapter: sentences with formulas between dollar signs, ids of claims, names of figures."""

    id: str
    title: str
    text: str
    claims: tuple[str, ...]
    figures: tuple[str, ...] = ()


STORY = (
    Chapter(
        "model",
        "The model: a prompt, and one layer that reads it",
        r"A prompt has examples $(x_i, y_i)$ with $y_i = \langle w, x_i \rangle$ and covariates $x_i \sim N(0, "
        r"\Lambda)$, and then a query $x_q$. The task $w$ is another one in every prompt. One layer of linear "
        r"self-attention reads the prompt as the columns of a matrix $E$ and writes its prediction into one entry."
        r" Four blocks of its weights matter: $U_{11}$ and $u_{21}$ of keys times queries, $u_{12}$ and $u$ of "
        r"projection times values.",
        ("prediction",),
        ("examples",),
    ),
    Chapter(
        "loss",
        "The loss: a polynomial in the weights",
        r"Training prompts have $N$ examples and tasks $w \sim N(0, I)$; the loss $L$ is half the mean squared "
        r"error over all of them. By Wick's theorem it is a polynomial in the weights. The initialisation has "
        r"$u_{21} = u_{12} = 0$ and the flow stays there, so what remains is $\ell(U, u)$, into which the law of "
        r"the prompts enters through $\Lambda$ and one matrix, $\Gamma$.",
        ("lem-A.1", "cor-A.2-square"),
    ),
    Chapter(
        "flow",
        "The flow: two weights that grow in balance",
        r"The loss $\ell$ is not convex, for the layer multiplies $U$ by $u$. But gradient flow moves both in "
        r"balance and, if the initial scale $\sigma$ is small, keeps $u$ away from zero; then the excess loss "
        r"falls at least as fast as an exponential.",
        ("lem-5.2-U", "lem-5.2-u", "lem-A.3", "lem-5.4-decay"),
        ("loss",),
    ),
    Chapter(
        "limit",
        "The limit: the layer learns one matrix, the inverse of Γ",
        r"The minimisers are $uU = \Gamma^{-1}$, and balance picks one of them. So the trained layer predicts by "
        r"one average over the prompt, preconditioned with $\Gamma^{-1}$: nearly $\Lambda^{-1}$ after long "
        r"training prompts, and more careful after short ones. No test prompt changes it.",
        ("lem-5.3", "thm-4.1-u", "thm-4.1-U", "eq-4.3"),
        ("weights", "preconditioner"),
    ),
    Chapter(
        "error",
        "The error: two lengths, two terms",
        r"For a test prompt of $M$ examples with noisy linear labels the error is that of the noise, a term in "
        r"$1/M$ that more examples remove, and a term in $1/N^2$ that they do not: it is the price of training on "
        r"finite prompts.",
        ("thm-4.2-linear", "cor-4.3"),
        ("length",),
    ),
    Chapter(
        "shift",
        "What breaks under shift",
        r"Another law of tasks does no harm: the error above is that of each single $w$. Another law of the "
        r"covariates does. $\Gamma^{-1}$ was learned for $\Lambda$, so a prompt with covariance $\Lambda_c$ is "
        r"read through $\Gamma^{-1}\Lambda_c$, and in general an error remains however long it is. Training on "
        r"random covariances does not teach the layer to adapt: it learns one matrix again.",
        ("sec-4.2-covariate", "eq-4.8-scaled", "eq-4.13"),
        ("shift",),
    ),
)
