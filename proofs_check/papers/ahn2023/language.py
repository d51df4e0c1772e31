"""The paper's models and abbreviations: the query is masked, and the prediction is minus the last entry."""

from __future__ import annotations

from proofs_check.model_claims import ModelClaims, claims_of
from proofs_check.papers.stating import States
from theory import Gaussian, LinearAttention, Model, Prompt, Stack
from theory.algebra.expression import scalar_letter, vector

PAPER = "ahn2023"
LAYER = LinearAttention(mask="query")
LAW = Prompt(x=Gaussian("Sigma"), w=Gaussian("I"), length="n")
ISOTROPIC = LAW.replace(x=Gaussian("I"))
# Section 4.2: the tasks' covariance is the inverse of the covariates'.
WHITENED = LAW.replace(w=Gaussian("Sigma^-1"))

one_layer = claims_of(Model(LAW, LAYER, "sparse"), PAPER)
every_block = claims_of(Model(LAW, LAYER, "all", sign=-1), PAPER)
isotropic = claims_of(Model(ISOTROPIC, LAYER, "sparse"), PAPER)


def stack(layers: int, law: Prompt = LAW) -> ModelClaims:
    """Claims about that many layers of the form (8)."""
    return claims_of(Model(law, Stack(*[LAYER] * layers), "sparse"), PAPER)


LETTERS = {name: stack(3).model.letters.names[name] for name in ("Sigma", "A0", "A1", "A2")} | {
    "a": scalar_letter("a"),
    **{name: vector(name) for name in ("x", "x_q", "w", "z")},
}
state = States(PAPER, LETTERS, {"d": 2, "n": 2})

# (11): the layers before the last transform the covariates too, P_l = diag(B_l, 1).
_BLOCKS = {"P11_0": "B0", "u_0": "1", "U11_0": "-A0", "u_1": "1", "U11_1": "-A1"}
moving = claims_of(Model(WHITENED, Stack(LAYER, LAYER), _BLOCKS, sign=-1), PAPER)

STEP = {"G": "(n + 1)/n Sigma + tr(Sigma)/n I"}
# E tr S^k / d for S = (1/n) sum_i z_i z_i', z_i ~ N(0, I).
WISHART = {
    "m2": "1 + (d + 1)/n",
    "m3": "1 + 3 (d + 1)/n + (d^2 + 3 d + 4)/n^2",
    "m4": "1 + 6 (d + 1)/n + (6 d^2 + 17 d + 21)/n^2 + (d^3 + 6 d^2 + 21 d + 20)/n^3",
}
