"""The article about Zhang, Frei and Bartlett (2024): its parts in the paper's order, its prose, its figures."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from numerics import Problem, gradient_flow, paper_rate
from numerics.explicit_rates import explicit_rate
from proofs_check.judge.claims import Claim
from proofs_check.latex.article.figures import Chart, Curve
from proofs_check.latex.article.outline import Outline, Part
from proofs_check.papers import zhang2024 as paper
from proofs_check.papers.zhang2024.language import CONDITION, FLOW, GAMMA, GAMMAS, GAUSSIAN, RANDOM, SUBSPACE
from theory import distribution_shift, prediction_error
from theory.algebra.expression import letter
from theory.algebra.latex import name_latex
from theory.marked_text import latex_text
from theory.zhang2024.notation import NOTATION

_SPECTRUM = (1.0, 0.6, 0.3)
_TASK = np.array([1.0, -1.0, 1.0])
_LENGTH = 20

SUBJECT = r"""A transformer that has been trained on prompts of the form $(x_1, y_1, \ldots, x_N, y_N, x_q)$ may
predict $y_q$ for a new function without any change of its weights. Zhang, Frei and Bartlett~\cite{zhang2024} study
when and why for one layer of linear self-attention whose prompts carry linear functions $y = w^\top x$ with random
$w$. They show that gradient flow on the population loss converges, from a suitable start, to weights under which
the layer is one step of preconditioned gradient descent; they compute the error of that predictor on prompts from
other distributions, and find that it withstands a shift of the task and of the query, but not of the covariates."""

ABSTRACT = r"""Zhang, Frei and Bartlett show what one layer of linear self-attention learns when gradient flow trains
it on prompts of noiseless linear regression, and how it predicts on prompts from other laws."""

_MODEL = r"""A prompt of length $N$ is embedded as the matrix $E$ whose columns are the $(x_i, y_i)$ and, last, the
query with a zero in place of its label, $(x_q, 0)$. The layer maps it to
\[ f(E) = E + W^{PV} E \, \frac{E^\top W^{KQ} E}{N}, \]
and the prediction $\hat y$ is the last entry of the last column. Training minimises the population loss $L =
\tfrac12 \mathbb{E}(\hat y - w^\top x_q)^2$ by gradient flow. The loss is a polynomial of degree four in the four
blocks of weights that the prediction depends on; the paper does not write it out. It is derived here in four
pieces: the error is a part that is odd in $w$ and a part that is even, these are not correlated, and the mean
square of either is a count of pairings.

Training starts as the paper's Assumption 3.3 has it: $W^{PV}(0) = \sigma e_{d+1} e_{d+1}^\top$ and $W^{KQ}(0) = \sigma
\operatorname{diag}(\Theta \Theta^\top, 0)$ with $\|\Theta \Theta^\top\|_F = 1$ and $\Theta \Lambda \ne 0$, where
$e_{d+1}$ is the last unit vector."""

_CONVERGENCE = r"""The flow never leaves the subspace $u_{21} = u_{12} = 0$, and there the loss is a quadratic form
in the product $u U$. It is least where $u U = \Gamma^{-1}$. Balance, $u^2 = \|U\|_F^2$, then leaves a single limit.
What is derived
of this stands in section~\ref{sec:proofs} and appendix~\ref{sec:appendix-a}, what is cited is marked there;
figure~\ref{fig:flow} shows one flow with two bounds of it."""

_SHIFTS = r"""At the limit the prediction is $\hat y = x_q^\top \Gamma^{-1} \tfrac{1}{M} \sum_i y_i x_i$. The
statements of this section say what becomes of its error where a test prompt has another law. If its covariates have
the covariance $\Lambda_c$ instead of $\Lambda$, the mean prediction for a given query is $x_q^\top \Gamma^{-1}
\Lambda_c w$, whatever the length of the prompt: what was a preconditioner for $\Lambda$ is none for $\Lambda_c$
(figure~\ref{fig:shift}). A shift of the task, or of the query, leaves errors that vanish as $M$ and $N$ grow."""

_RANDOM = r"""If every prompt has a covariance $\Lambda_\tau$ of its own, the flow is that of the mean loss. For
diagonal $\Lambda_\tau$ it decouples into coordinates, and $A = \mathbb{E}[\Gamma_\tau \Lambda_\tau^2]^{-1}
\mathbb{E}[\Lambda_\tau^2]$ takes the place of $\Gamma^{-1}$. One matrix has to serve all covariances, and for
i.i.d.\ entries an error is left however long the prompts are (statement B7). The derivations stand in
appendix~\ref{sec:appendix-c}; where the paper's proof is not among them, the evidence is named."""

_PROOFS = r"""The chain of the argument: the prediction is a quadratic form in the weights (Lemma 5.1); the gradient
of the loss vanishes in $u_{21}$ and $u_{12}$ on the subspace, which gives the flow of Lemma 5.2; completing the
square gives its minimisers (Lemma 5.3), and the same split by parity shows that they are minimisers over all
blocks; a lower bound of the squared gradient by the excess loss gives the rate (Lemma 5.4)."""

_TECHNICAL = r"""The lemmas of this appendix are about matrices and vectors in general: in it $A$, $B$, $C$, $X$, $U$
and $V$ are any matrices, $x$, $a$ and $b$ any vectors, with no more than each lemma assumes."""

_BEYOND = r"""What follows is not in the paper. Each statement was found, and is derived or tested, in the same way
as those above; the numbers B1 to B13 are this project's. Three lines lead on from the paper: sharper constants in
its bounds; convergence for every scale of the initialisation (B1, B12), which does without the condition
$(\mathrm{C})$; and other laws of the prompt: noise and a covariance of the task (B5), elliptical covariates (B6),
random covariances (B7), labels that are not linear (B8), a joint shift (B9). The argument behind B12, and the other
derivations, stand in appendix~\ref{sec:derivations}."""

_ASIDE = r"""The flow in the eigenbasis of $\Lambda$ (B2) and in closed form for an isotropic one (B3), its rate at the
limit (B4), local minima that are not global (B11), and the limit of section 4.3 for named laws of the entries."""

# The letters of the derivations, and what statements use beside them.
LETTERS = {
    **NOTATION,
    r"\kappa": r"condition number of $\Lambda$",
    r"\Gamma": r"the preconditioner: $\Gamma = \left(1 + \frac{1}{N}\right) \Lambda + \frac{1}{N} "
    r"\operatorname{tr}(\Lambda) I$ unless another is named",
    r"\Theta": "shape of the initialisation (Assumption 3.3)",
    r"\Lambda_1": r"a value of a random covariance $\Lambda_\tau$, with probability $p_1$, positive definite",
    r"\Lambda_2": "its other value, with probability $p_2 = 1 - p_1$, positive definite",
    "p_1": r"probability of $\Lambda_1$",
    "p_2": r"probability of $\Lambda_2$",
    "G_1": r"$(1 + \tfrac{1}{N}) \Lambda_1 + \tfrac{1}{N} \operatorname{tr}(\Lambda_1) I$",
    "G_2": r"the same for $\Lambda_2$",
    r"\alpha_i": r"first diagonal entry of a diagonal $\Lambda_i$",
    r"\beta_i": r"its second one",
    r"\rho_i": r"its third one",
    "m_k": r"$k$-th moment of one entry of a diagonal $\Lambda_\tau$, where the entries are i.i.d.",
    r"\xi_i": r"$\mathbb{E} \lambda_i^2$ for the entries $\lambda_i$ of a random diagonal $\Lambda_\tau$",
    r"\zeta_{ij}": r"coefficient of $u^2 U_{ij}^2/2$ in the restricted loss for these",
    r"\gamma_i": r"$\zeta_{ii}$",
    r"\Gamma_\tau": r"$(1 + \tfrac{1}{N}) \Lambda_\tau + \tfrac{1}{N} \operatorname{tr}(\Lambda_\tau) I$",
    r"\Lambda_{\mathrm{new}}": r"covariance of a new prompt, drawn as $\Lambda_\tau$ is",
    "v": "a diagonal entry of $U$ where entries are meant",
    "z": "another entry of $U$ where entries are meant",
    r"\Omega": r"the weights that matter: first $d$ rows $(U_{11}, u_{12})$, last row $(u_{21}^\top, u)$",
    "f": "the layer, a function of the embedding",
    "x": "a vector; of covariates where it has a law",
    "c": "the factor by which covariates are scaled",
    "c_0": "the constant of a quadratic label",
    "B": "the matrix of a quadratic label",
    "H": r"the matrix of Lemma 5.1",
    r"\ell_{\mathrm{rdm}}": r"the restricted loss for random covariances, $\mathbb{E}_\tau$ of that for $\Lambda_\tau$",
    r"\dot U": r"the derivative $\tfrac{d}{dt} U$ along the flow",
    r"\|\cdot\|_{\mathrm{op}}": "largest singular value",
    r"\|\cdot\|_F": "Frobenius norm",
}
# Assumptions that many statements share, by the mark under which the text cites them.
STANDING = {
    GAUSSIAN: r"$(\mathrm{M})$",
    FLOW: r"$(\mathrm{F})$",
    CONDITION: r"$(\mathrm{C})$",
    RANDOM: r"$(\mathrm{R})$",
    SUBSPACE: latex_text(SUBSPACE),
    # Said by these marks and by the notation.
    **dict.fromkeys(
        (
            r"$\Lambda$ positive definite",
            r"$\Psi$ positive definite",
            r"$\Lambda_c$ positive definite",
            r"$\Lambda_1$ (typed L1) positive definite",
            r"$\Lambda_2$ (typed L2) positive definite",
            r"$\Sigma$ symmetric",
        ),
        "",
    ),
}
# Letters whose sign is that of what they stand for: norms, eigenvalues, probabilities, variances, squares, a step size.
_SIGNED = """opL opG opU opS lowL lowG g1 g2 nu lambda mu l1 m1 r1 l2 m2 r2 mu1 mu2 mu3 p q s s2 floor even gap total
kappa kappa4 rank square rootd decay two_over_pi c2 k0 rho eta"""


def _implied(claims: Sequence[Claim]) -> dict[str, str]:
    """What is said of the sign of such letters, which need not be repeated."""
    shown = {
        (name, letter(claim.language.letters[name]).latex or name_latex(name))
        for claim in claims
        for name in claim.language.letters.keys() & _SIGNED.split()
    }
    typed = [f"${latex}${mark}" for name, latex in sorted(shown) for mark in ("", f" (typed {name})")]
    return {f"{text} {sign}": "" for text in typed for sign in ("positive", "not negative")}


def outline(claims: Sequence[Claim] = ()) -> Outline:
    """The plan of the article; `claims` is not needed, for the paper's modules have their order."""
    return Outline(
        title=r"How a linear transformer learns linear functions in context:\\ statements, proofs and evidence",
        subject=SUBJECT,
        parts=_parts(),
        letters=LETTERS,
        standing={**STANDING, **_implied(paper.catalogue())},
        defined={**GAMMA, **GAMMAS},
        abstract=ABSTRACT,
        figures={"flow": _flow_figure, "shift": _shift_figure},
    )


def _parts() -> tuple[Part, ...]:
    ids = {module: tuple(claim.id for claim in module.STATEMENTS) for module in paper.SECTIONS}
    # Theorem 4.1 comes before what its global minimum rests on.
    lemma = ("B10-even",)
    theorem = tuple(name for name in ids[paper.section_4_1] if name.startswith(("thm-4.1", "sec-4.1")))
    others = tuple(name for name in ids[paper.section_4_1] if name not in (*theorem, *lemma))
    ids[paper.section_4_1] = (*theorem, *lemma, *others)
    # What no other statement of the main text needs.
    aside = tuple(name for name in ids[paper.beyond] if name.startswith(("law-", "B2-", "B3-", "B4-", "B11-")))
    others = tuple(name for name in ids[paper.beyond] if name not in aside)
    # One block for a number.
    numbers = {claim.id: claim.origin.number for claim in paper.beyond.STATEMENTS}
    order = list(dict.fromkeys(map(numbers.__getitem__, others)))
    beyond = tuple(sorted(others, key=lambda name: order.index(numbers[name])))
    return (
        Part(r"The model and its loss", ids[paper.section_3], _MODEL, ("model", "population_loss")),
        Part(r"Training, the trained predictor, its error", ids[paper.section_4_1], _CONVERGENCE, (), ("flow",)),
        Part(r"Shifts of the distribution", ids[paper.section_4_2], _SHIFTS, ("limiting_predictor",), ("shift",)),
        Part(r"Training on random covariances", ids[paper.section_4_3], _RANDOM),
        Part(
            r"Proofs of convergence\label{sec:proofs}",
            ids[paper.section_5],
            _PROOFS,
            ("gradient_flow", "global_minimum"),
        ),
        Part("Beyond the paper", beyond, _BEYOND, lead="Beyond "),
        Part(
            r"Appendix A of the paper: the rate\label{sec:appendix-a}",
            ids[paper.appendix_a],
            "",
            ("convergence",),
            appendix=True,
        ),
        Part(
            r"Appendix B of the paper: the prediction error",
            ids[paper.appendix_b],
            "",
            ("prediction_error",),
            appendix=True,
        ),
        Part(
            r"Appendix C of the paper: random covariances\label{sec:appendix-c}",
            ids[paper.appendix_c],
            "",
            ("random_covariance", "random_query"),
            appendix=True,
        ),
        Part(
            r"Appendix D of the paper: technical lemmas",
            ids[paper.appendix_d],
            _TECHNICAL,
            ("matrix_calculus",),
            appendix=True,
        ),
        Part(
            r"Derivations beyond the paper\label{sec:derivations}",
            derivations=("explicit_rate", "variants", "distribution_shift"),
            appendix=True,
        ),
        Part("More beyond the paper", aside, _ASIDE, appendix=True, lead="Beyond "),
    )


def _flow_figure() -> str:
    sigma, t_end = 0.7, 30.0
    problem = Problem.from_spectrum((1.0, 0.8, 0.6), context_length=_LENGTH)
    path = gradient_flow(problem, sigma=sigma, t_end=t_end)
    t = np.linspace(0, t_end, 121)
    excess, _ = path.progress(t)
    # Rounding of the loss is seen below this.
    seen = excess > 1e-13
    bounds = explicit_rate(problem, sigma), paper_rate(problem, sigma)
    curves = (
        Curve(t[seen], excess[seen], r"the excess loss $\ell(t) - \min \ell$"),
        Curve(t, excess[0] * np.exp(-bounds[0].rate * t), "the bound of B12, for every $\\sigma$"),
        Curve(t, excess[0] * np.exp(-bounds[1] * t), "the bound of Lemma 5.4"),
    )
    caption = (
        rf"Gradient flow for eigenvalues 1, 0.8, 0.6 of $\Lambda$, $N = {_LENGTH}$, $\sigma = {sigma:g}$, and two "
        r"upper bounds of it. The curve is integrated in floating point, the bounds are computed from their formulas."
    )
    return Chart("flow", caption, "time $t$", "excess loss", curves).latex()


def _shift_figure() -> str:
    lengths = sorted({round(x) for x in np.geomspace(1, 10_000, 60)})
    covariance = np.diag(_SPECTRUM)
    plain = prediction_error("linear")
    shifted = distribution_shift(at_limit=True)

    def error(scale: float, M: int) -> float:
        given = {"covariance": covariance, "context_length": _LENGTH, "prompt_length": M, "w": _TASK}
        if scale == 1:
            return float(plain.evaluate(**given))
        moved = scale**2 * covariance
        return float(shifted.evaluate(**given, context_covariance=moved, query_covariance=moved))

    curves = tuple(
        Curve(lengths, [error(scale, M) for M in lengths], label)
        for scale, label in (
            (1.0, "covariates as in training"),
            (1.5, "covariates scaled by 1.5"),
            (2.0, "covariates scaled by 2"),
        )
    )
    caption = (
        rf"The exact error of the limit trained at $N = {_LENGTH}$ with eigenvalues 1, 0.6, 0.3, for $w = (1, -1, 1)$ "
        r"without noise, against the length $M$ of the test prompt. As trained, longer prompts help down to a floor of "
        r"order $1/N^2$; with scaled covariates a larger error is left, however long the prompt."
    )
    return Chart("shift", caption, "length $M$", "error", curves, x_log=True).latex()
