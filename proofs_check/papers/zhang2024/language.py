"""The letters of the statements and their abbreviations."""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.stating import States
from theory.algebra.expression import Expression, matrix, scalar_letter, vector
from theory.zhang2024.model import LAMBDA, NOISE_VARIANCE, PSI, U11, u, u12, u21, w, x, x_q
from theory.zhang2024.preconditioner import U
from theory.zhang2024.prediction_error import FLOOR, SIGMA, B, a, c


def _positive(*names: str) -> dict[str, Expression]:
    return {name: scalar_letter(name, definite=True) for name in names}


def _printed(**latex: str) -> dict[str, Expression]:
    """Positive numbers whose names are typed, and not printed, as they are spelled."""
    return {name: scalar_letter(name, definite=True, latex=text) for name, text in latex.items()}


LETTERS: Mapping[str, Expression] = {
    "Lambda": LAMBDA,
    "Psi": PSI,
    "s2": NOISE_VARIANCE,
    "U": U,
    "U11": U11,
    "u21": u21,
    "u12": u12,
    "u": u,
    "w": w,
    "x": x,
    "x_q": x_q,
    "a": a,
    "Sigma": SIGMA,
    "floor": FLOOR,
    "B": B,
    "c": c,
    "A": matrix("A"),
    "C": matrix("C"),
    "X": matrix("X"),
    "W": matrix("W", definite=True),
    "Theta": matrix("Theta"),
    "J": matrix("J", "n", "d"),
    "e": vector("e", "n"),
    "Root": matrix("Root", definite=True, latex="\\Lambda^{1/2}"),
    "even": scalar_letter("even", non_negative=True, latex=r"\mathbb{E} \hat y_{\mathrm{even}}^2"),
    "r": vector("r"),
    "p": vector("p"),
    "q": vector("q"),
    # Condition number, largest and least eigenvalue of Lambda and Gamma, sigma, and other positive numbers.
    **_positive("rho", "kappa", "lambda", "mu", "l", "h"),
    **_printed(
        opL=r"\|\Lambda\|_{\mathrm{op}}",
        opG=r"\|\Gamma\|_{\mathrm{op}}",
        opU=r"\|U\|_{\mathrm{op}}",
        lowL=r"\lambda_{\min}(\Lambda)",
        lowG=r"\lambda_{\min}(\Gamma)",
        eps=r"\varepsilon",
        s=r"\sigma",
        gap=r"\Delta",
        total=r"\sum_i b_i",
    ),
}
# The two covariances of a random one with their probabilities, p_1 and p_2, and the entries of diagonal ones.
TWO_ATOMS: Mapping[str, Expression] = {
    "L1": matrix("L1", definite=True, latex="\\Lambda_1"),
    "L2": matrix("L2", definite=True, latex="\\Lambda_2"),
    **_positive("nu"),
    **_printed(
        p="p_1",
        q="p_2",
        **{
            f"{name}{i}": rf"\{greek}_{i}"
            for name, greek in (("l", "alpha"), ("m", "beta"), ("r", "rho"))
            for i in (1, 2)
        },
        **{f"g{i}": rf"\|G_{i}\|_{{\mathrm{{op}}}}" for i in (1, 2)},
        opS=r"\|\mathbb{E} \Lambda_\tau^2\|_{\mathrm{op}}",
    ),
    **{f"mu{k}": scalar_letter(f"mu{k}", definite=True, latex=f"m_{k}") for k in (1, 2, 3)},
    "v": scalar_letter("v"),
    "z": scalar_letter("z"),
}
# Diagonal covariances: the second is declared to commute with the first.
DIAGONAL_ATOMS: Mapping[str, Expression] = {
    **TWO_ATOMS,
    "L2": matrix("L2", definite=True, family="L1", latex="\\Lambda_2"),
}

GAMMA = {"Gamma": "(1 + 1/N) Lambda + tr(Lambda)/N I"}
GAMMAS = {"G1": "(1 + 1/N) L1 + tr(L1)/N I", "G2": "(1 + 1/N) L2 + tr(L2)/N I"}
AVERAGES = {**GAMMAS, "G": "p G1 L1^2 + q G2 L2^2", "S": "p L1^2 + q L2^2"}
ALIGNMENT = {"align": "tr(Lambda^2 Theta Theta')/tr(Theta Theta' Theta Theta')^(1/2)"}
PAPER_AVERAGES = {
    "align": "tr((p L1 + q L2)^2 Theta Theta')/tr(Theta Theta' Theta Theta')^(1/2)",
    "spread": "p g1 tr(L1^2) + q g2 tr(L2^2)",
}
# How abbreviations are printed whose name is a word, or stands for something else in the paper.
PRINTED: Mapping[str, str] = {
    "align": r"\phi",
    "spread": r"\psi",
    "size": r"\omega",
    "floor": r"R_{\min}",
    "H": "Z",
    "t": r"\theta",
    "t1": r"\theta_1",
    "t2": r"\theta_2",
    "m": r"\chi",
    "v": r"\zeta",
    "c": r"\rho",
    "x1": r"\xi_1",
    "x2": r"\xi_2",
    "g1": r"\gamma_1",
    "g2": r"\gamma_2",
}

GAUSSIAN = r"$x_i, x_q \sim N(0, \Lambda)$ i.i.d., $\Lambda$ positive definite; $w \sim N(0, I)$"
SUBSPACE = "$u_{21} = u_{12} = 0$"
NORMALISED = r"$\Theta$ stands for $\Theta/\|\Theta \Theta^\top\|_F^{1/2}$"
FLOW = f"gradient flow started as in Assumption 3.3; {NORMALISED}"
CONDITION = r"$\sigma^2 \|\Gamma\|_{\mathrm{op}} \sqrt{d} < 2$"
AVERAGED_CONDITION = (
    r"$\sigma^2 \sqrt{d} \mathbb{E}[\|\Gamma_\tau\|_{\mathrm{op}} \|\Lambda_\tau\|_F^2]"
    r" < 2 \|\mathbb{E}[\Lambda_\tau] \Theta\|_F^2$"
)
RANDOM = (
    r"$\Lambda_\tau = \Lambda_1$ or $\Lambda_2$ with probabilities $p_1$ and $p_2$; given it"
    r" $x_i, x_q \sim N(0, \Lambda_\tau)$ i.i.d.; $w \sim N(0, I)$"
)
DIAGONAL = r"$\Lambda_\tau$ diagonal almost surely"
TWO_DIAGONAL_FLOW = (r"$\Lambda_\tau$ diagonal: $\Lambda_1$ or $\Lambda_2$ with probabilities $p_1$ and $p_2$", FLOW)
ALONG_FLOWS = "flows are enclosed at instances; the argument for all of them is not derived by the engine"
EIGENBASIS = (
    r"$a_{ij} = g_i \lambda_i \lambda_j$, $f_i = \lambda_i^2$, with the eigenvalues $g_i$ of $\Gamma$ and"
    r" $\lambda_i$ of $\Lambda$"
)
BY_INSTANCES = "an inequality between spectra, which the engine does not derive; exact at instances"
BY_LAYER = "found from the layer by brute force; the engine derives no form of it"
ENCLOSED = "flow enclosed in ball arithmetic"

SMALL = {"d": 2, "N": 3, "M": 3}


PAPER = "zhang2024"
state = States(PAPER, LETTERS)
