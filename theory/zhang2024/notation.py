"""What the letters of these derivations stand for, one symbol for one thing.

Letters that a single derivation uses are defined beside it; the table here has those that several share.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

NOTATION: Mapping[str, str] = MappingProxyType(
    {
        "d": "dimension of the covariates",
        "N": "number of examples in a training prompt",
        "M": "number of examples in a test prompt",
        "x_i": r"covariates of the prompt's $i$-th example, independent with law $\mathcal{N}(0, \Lambda)$ unless "
        "another is named",
        "x_q": "the query, with the law of the $x_i$ unless another is named",
        r"\varepsilon_i": "noise of the $i$-th label, independent of all else, with mean 0 and variance $s^2$",
        "s": "standard deviation of the label noise",
        "y_i": r"label of the $i$-th example, $w^\top x_i$ unless another is named",
        "y_q": "label of the query",
        "w": r"the task, with law $\mathcal{N}(0, I)$ unless another is named",
        "X": r"the covariates $x_1, x_2, \ldots$ of a prompt as the columns of a matrix",
        "y": "the labels of a prompt as a vector",
        "E": r"the embedding: columns $(x_i, y_i)$ and last the query's, $(x_q, 0)$",
        "I": "the identity matrix",
        r"\Lambda": "covariance of the covariates, positive definite",
        r"\Psi": "covariance of the task, positive definite",
        r"\Lambda_c": "covariance of a test prompt's covariates",
        r"\Lambda_q": "second moment of a test prompt's query",
        r"\kappa_4": "fourth moment of elliptical covariates as a multiple of that of Gaussian ones",
        "W^{PV}": "the value weights of the layer",
        "W^{KQ}": "the key and query weights of the layer",
        "U_{11}": "first $d$ rows and columns of $W^{KQ}$",
        "u_{21}": "last row of $W^{KQ}$, its first $d$ entries",
        "u_{12}": "last row of $W^{PV}$, its first $d$ entries",
        "u": "last entry of $W^{PV}$",
        "U": "$U_{11}$ on the subspace $u_{21} = u_{12} = 0$",
        r"\hat y": "the prediction of the layer for the query",
        "L": r"the population loss $\tfrac12 \mathbb{E}(\hat y - w^\top x_q)^2$",
        r"\ell": "the loss on the subspace $u_{21} = u_{12} = 0$ without its constant term",
        "t": "time along the gradient flow, which moves every weight by minus its gradient of $L$",
        r"\Gamma": "the preconditioner",
        "A": "matrix of a predictor that takes the place of the limit of $uU$",
        "a": r"coefficients of the best linear predictor of $y_q$, $\Lambda^{-1} \mathbb{E}[y_i x_i]$",
        r"\Sigma": "covariance of $y_i x_i$",
        r"R_{\min}": r"least error of a linear predictor, $\mathbb{E}(y_q - a^\top x_q)^2$",
        r"\sigma": "scale of the initialisation",
        r"\tau": "index of a random covariance",
    }
)


def notation(*local: tuple[str, str]) -> dict[str, str]:
    """The shared letters and those of one derivation, (LaTeX, meaning), which come last and go first."""
    return {**{letter: said for letter, said in NOTATION.items() if letter not in dict(local)}, **dict(local)}
