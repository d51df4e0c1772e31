"""References: the papers, and the sources of the methods that the evidence uses."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

BIBLIOGRAPHY: Mapping[str, str] = MappingProxyType(
    {
        "zhang2024": r"R.~Zhang, S.~Frei and P.~L.~Bartlett. Trained Transformers Learn Linear Models In-Context. "
        r"\emph{Journal of Machine Learning Research} 25(49), 2024.",
        "anderson2003": r"T.~W.~Anderson. \emph{An Introduction to Multivariate Statistical Analysis}. Wiley, 2003.",
        "bartlett1933": r"M.~S.~Bartlett. On the theory of statistical regression. \emph{Proceedings of the Royal "
        r"Society of Edinburgh} 53, 1933.",
        "delapena2009": r"V.~H.~de la Pe\~na, T.~L.~Lai and Q.-M.~Shao. \emph{Self-Normalized Processes}. Springer, "
        "2009.",
        "delyon2009": r"B.~Delyon. Exponential inequalities for sums of weakly dependent variables. \emph{Electronic "
        r"Journal of Probability} 14, 2009.",
        "howard2021": r"S.~R.~Howard, A.~Ramdas, J.~McAuliffe and J.~Sekhon. Time-uniform, nonparametric, "
        r"nonasymptotic confidence sequences. \emph{Annals of Statistics} 49, 2021.",
        "isserlis1918": r"L.~Isserlis. On a formula for the product-moment coefficient of any order of a normal "
        r"frequency distribution in any number of variables. \emph{Biometrika} 12, 1918.",
        "ville1939": r"J.~Ville. \emph{\'Etude critique de la notion de collectif}. Gauthier-Villars, 1939.",
    }
)


def bibliography(text: str) -> str:
    """The references that a text cites, in the order above."""
    cited = {key for keys in re.findall(r"\\cite(?:\[[^]]*\])?\{([^}]*)\}", text) for key in keys.split(",")}
    entries = "\n".join(rf"\bibitem{{{key}}} {BIBLIOGRAPHY[key]}" for key in BIBLIOGRAPHY if key in cited)
    return f"\\begin{{thebibliography}}{{9}}\n{entries}\n\\end{{thebibliography}}"
