"""The model, and the letters of the statements. G = [G1, g] is the paper's Gamma, d x (d + 1)."""

from __future__ import annotations

from proofs_check.model_claims import claims_of
from proofs_check.papers.stating import States
from theory import Gaussian, LinearAttention, Model, Moments, Prompt
from theory.algebra.expression import matrix, scalar_letter, vector

PAPER = "lu2025"
# H_Z = x_q [(d/l) sum_i y_i x_i', (1/l) sum_i y_i^2] and y_hat = <[G1, g], H_Z>.
WEIGHTS = {"U11": "d G1'", "u21": "g", "u": "1"}
SPHERE = Prompt(x=Gaussian("I/d"), w=Moments("R", mean="mu", square="d"), noise="rho", target_noise=True, length="l")
MODEL = Model(SPHERE, LinearAttention(), WEIGHTS, vectors=("g",))
_GAUSSIAN = Model(SPHERE.replace(w=Gaussian("I")), LinearAttention(), WEIGHTS, vectors=("g",))
sphere_tasks = claims_of(MODEL, PAPER)
gaussian_tasks = claims_of(_GAUSSIAN, PAPER)
LETTERS = {name: MODEL.letters.names[name] for name in ("G1", "g", "R", "mu", "rho")} | {
    "step": scalar_letter("step"),
    "A": matrix("A", symmetric=True),
    "B": matrix("B", symmetric=True),
    "w": vector("w"),
    "v": vector("v"),
    "x": scalar_letter("x", definite=True),
    "kappa": scalar_letter("kappa", definite=True, latex="\\kappa"),
}
PROMPTS = (
    r"$l$ examples, $x_i, x_q \sim N(0, I/d)$; $y = \langle w, x\rangle$ with noise of variance $\rho$,"
    " the target's too"
)
GROWTH = r"$d$ and $l$ multiplied by $t$, $t \to \infty$: the paper's $\alpha$ is $l/d$"

state = States(PAPER, LETTERS, {"d": 2, "l": 3}, {"d": 4, "N": 12, "l": 12}, ("l",))
