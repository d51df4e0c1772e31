"""The numbers of the paper, in its order, and those of what goes beyond it; what each is where it carries no statement.

A claim names its number as its source. Beside that, an equation within a theorem is listed here with the claims that
state it, and a number without a statement with a word that says what it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from proofs_check.papers.numbers import Number

NOTE = "Every number of the paper, then the findings F1 to F7 and what goes beyond the paper, B1 to B13."
TITLE = "R. Zhang, S. Frei, P. L. Bartlett, Trained Transformers Learn Linear Models In-Context, JMLR 25(49), 2024"


def _says(text: str) -> Number:
    return Number((), text)


def _states(*claims: str) -> Number:
    return Number(claims)


def _step(text: str, *claims: str) -> Number:
    return Number(claims, text)


_GRADIENTS = ("gradient-U11", "gradient-u21", "gradient-u12", "gradient-u")
_INVARIANCE = ("lem-5.2-invariance-u21", "lem-5.2-invariance-u12")
_PROOF_OF_5_2 = "a step of the proof of Lemma 5.2, whose gradients are derived from the loss instead"

SECTION_3: Mapping[str, Number] = {
    "Definition 3.1": _says("definition: trained on in-context examples"),
    "(3.1)": _says("definition: the minimiser of the loss over prompts"),
    "Definition 3.2": _says("definition: in-context learning of a hypothesis class"),
    "(3.2)": _says("definition: the error up to which a class is learned"),
    "(3.3)": _says("definition: the linear self-attention layer"),
    "(3.4)": _says("definition: the embedding of a prompt"),
    "(3.5)": _says("notation: the blocks of the weights"),
    "(3.6)": _states("prediction"),
    "(3.7)": _says("definition: the empirical loss over $B$ prompts"),
    "(3.8)": _states("population-loss"),
    "(3.9)": _says("definition: gradient flow"),
    "Assumption 3.3": _says("assumption: the initialisation"),
    "(3.10)": _says("assumption: the initialisation in blocks"),
}

SECTION_4: Mapping[str, Number] = {
    "Theorem 4.1": _states("thm-4.1-global", "thm-4.1-W_KQ", "thm-4.1-W_PV", "thm-4.1-u", "thm-4.1-U"),
    "(4.1)": _states("thm-4.1-W_KQ", "thm-4.1-W_PV"),
    "(4.2)": _states("eq-4.2"),
    "(4.3)": _states("eq-4.3"),
    "(4.4)": _step("an approximation for long prompts; the best linear predictor in it is that of (B.1)", "eq-B.1"),
    "Theorem 4.2": _states("thm-4.2"),
    "(4.5)": _says(r"definition: $a$ and $\Sigma$"),
    "(4.6)": _states("thm-4.2"),
    "Corollary 4.3": _states("cor-4.3"),
    "(4.7)": _step("an approximation of (4.3) for long training", "eq-4.3"),
    "(4.8)": _states("sec-4.2-query"),
    "Section 4.2": Number(),
    "Definition 4.4": _says("definition: training with random covariate distributions"),
    "(4.9)": _says("definition: the minimiser of the loss over prompts with random covariances"),
    "(4.10)": _says("definition: the population loss with random covariances"),
    "Theorem 4.5": _states("thm-4.5-W_KQ", "thm-4.5-W_PV", "thm-4.5-u", "thm-4.5-U"),
    "(4.11)": _says(r"a condition on $\sigma$, an assumption of Lemmas C.6 to C.8"),
    "(4.12)": _states("thm-4.5-W_KQ", "thm-4.5-W_PV"),
    "(4.13)": _states("eq-4.13", "F3"),
    "Section 4.3": Number(),
}

SECTION_5: Mapping[str, Number] = {
    "Lemma 5.1": _states("lem-5.1"),
    "(5.1)": _says("definition: the matrix $H$ of the quadratic form"),
    "(5.2)": _step("the empirical loss through Lemma 5.1", "lem-5.1"),
    "Lemma 5.2": _states("lem-5.2-U", "lem-5.2-u", *_INVARIANCE),
    "(5.3)": _step("the population loss through Lemma 5.1", "population-loss"),
    "(5.4)": _states("lem-5.2-U", "lem-5.2-u"),
    "(5.5)": _states("lem-A.1"),
    "Lemma 5.3": _states("lem-5.3"),
    "(5.6)": _states("lem-5.3"),
    "Lemma 5.4": _states("lem-5.4-PL", "lem-5.4-decay"),
    "(5.7)": _step(r"definition: the rate $\mu$", "lem-5.4-PL"),
    "(5.8)": _states("lem-5.4-PL"),
    "(5.9)": _states("thm-4.1-u", "thm-4.1-U"),
}

APPENDIX_A: Mapping[str, Number] = {
    "(A.1)": _step(_PROOF_OF_5_2, *_GRADIENTS),
    "(A.2)": _says("definition: the second moment of a prompt's covariates"),
    "(A.3)": _step(_PROOF_OF_5_2, *_GRADIENTS),
    "(A.4)": _says("notation: the blocks of (A.3)"),
    "(A.5)": _step(_PROOF_OF_5_2, *_GRADIENTS),
    "(A.6)": _step(_PROOF_OF_5_2, *_INVARIANCE),
    "(A.7)": _states("eq-A.7"),
    "(A.8)": _states("lem-5.2-U"),
    "(A.9)": _step(_PROOF_OF_5_2, "gradient-u"),
    "(A.10)": _states("lem-5.2-u"),
    "Lemma A.1": _states("lem-A.1"),
    "(A.11)": _states("lem-A.1"),
    "Corollary A.2": _states("cor-A.2-square", "cor-A.2-floor"),
    "Lemma A.3": _states("lem-A.3"),
    "(A.12)": _states("lem-A.3"),
    "Lemma A.4": _states("lem-A.4"),
    "(A.13)": _states("lem-A.4"),
    "Lemma A.5": _states("lem-A.5"),
    "(A.14)": _states("lem-A.5"),
    "(A.15)": _step(
        "the gradient at every point; with (A.16) it is the inequality that is claimed", "lem-5.4-gradient"
    ),
    "(A.16)": _step("the excess at every point; with (A.15) it is the inequality that is claimed", "lem-5.4-gradient"),
}

APPENDIX_B: Mapping[str, Number] = {
    "(B.1)": _states("eq-B.1"),
    "(B.2)": _step(
        "definition: $b$, and the error in six terms, of which term I is the floor", "app-B-II", "app-B-III"
    ),
}

APPENDIX_C: Mapping[str, Number] = {
    "Lemma C.1": _states("lem-C.1-U", "lem-C.1-u"),
    "(C.1)": _states("lem-C.1-U", "lem-C.1-u"),
    "(C.2)": _step("the flow given the covariance, which is that of Lemma 5.2", "lem-5.2-U", "lem-5.2-u"),
    "Corollary C.2": _states("cor-C.2-uii", "cor-C.2-uij", "cor-C.2-u"),
    "(C.3)": _says(r"definition: $\gamma_i$, $\xi_i$ and $\zeta_{ij}$"),
    "(C.4)": _states("cor-C.2-uii", "cor-C.2-uij", "cor-C.2-u"),
    "Lemma C.3": _states("lem-C.3"),
    "(C.5)": _states("lem-C.3", "lem-C.3-coordinates"),
    "Lemma C.4": _states("lem-C.4-floor", "lem-C.4-minimiser"),
    "(C.6)": _states("lem-C.4-floor"),
    "(C.7)": _step(
        "the excess as a sum of squares, which (C.5) and (C.6) give", "lem-C.3-coordinates", "lem-C.4-floor"
    ),
    "(C.8)": _states("lem-C.4-minimiser"),
    "Lemma C.5": _states("lem-C.5"),
    "(C.9)": _states("lem-C.5"),
    "Lemma C.6": _states("lem-C.6"),
    "(C.10)": _says(r"a condition on $\sigma$, that of (4.11)"),
    "(C.11)": _states("lem-C.6-alignment", "lem-C.6-alignment-printed"),
    "Lemma C.7": _states("lem-C.7"),
    "(C.12)": _states("lem-C.7"),
    "Lemma C.8": _states("lem-C.8-PL", "lem-C.8-decay"),
    "(C.13)": _step(r"definition: the rate $\delta$", "lem-C.8-PL"),
    "(C.14)": _states("lem-C.8-PL"),
    "(C.15)": _states("thm-4.5-U", "eq-C.15-printed"),
    "(C.16)": _step("the limit of $uU$, which Lemma C.4 and the decay of the excess give", "lem-C.4-minimiser"),
    "(C.17)": _states("thm-4.5-u"),
}

APPENDIX_D: Mapping[str, Number] = {f"Lemma D.{k}": Number() for k in range(1, 5)}

FINDINGS: Mapping[str, Number] = {f"F{k}": Number() for k in range(1, 8)}

BEYOND: Mapping[str, Number] = {
    **{f"B{k}": Number() for k in range(1, 12)},
    "B10": _states("B10-even", "thm-4.1-global"),
    "B12": _says(r"the explicit rate for every $\sigma$, derived in `theory/zhang2024/explicit_rate.py`"),
    "B13": _says("gradient descent with a small step, derived in `theory/zhang2024/descent_rate.py`"),
}

NUMBERS: Mapping[str, Number] = {
    **SECTION_3,
    **SECTION_4,
    **SECTION_5,
    **APPENDIX_A,
    **APPENDIX_B,
    **APPENDIX_C,
    **APPENDIX_D,
    **FINDINGS,
    **BEYOND,
}
