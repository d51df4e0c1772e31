"""The models: GD-beta, and linear attention without the MLP, on tasks with a mean."""

from __future__ import annotations

from proofs_check.model_claims import claims_of
from proofs_check.papers.stating import States
from theory import Gaussian, GradientStep, LinearAttention, Model, Moments, Prompt
from theory.algebra.expression import matrix

PAPER = "zhang2024b"
MEAN = Prompt(x=Gaussian("H"), w=Gaussian("Psi", mean="mu"), noise="s2", target_noise=True, length="M")

# f = <beta - G (1/M) X'(X beta - y), x>; mu is the paper's beta*.
gradient_step = claims_of(Model(MEAN, GradientStep("beta", "G")), PAPER)
attention = claims_of(Model(MEAN, LinearAttention(), "sparse"), PAPER)
blocks = claims_of(Model(MEAN, LinearAttention()), PAPER)
centred = claims_of(Model(MEAN.replace(w=Gaussian("Psi")), LinearAttention()), PAPER)
# Any law of tasks: of it only R = E ww' counts here.
any_tasks = claims_of(Model(MEAN.replace(w=Moments("R")), LinearAttention(), "sparse"), PAPER)

_LETTERS = {name: blocks.model.letters.names[name] for name in ("H", "Psi", "mu", "s2")}
_LETTERS |= {name: gradient_step.model.letters.names[name] for name in ("beta", "G")}
state = States(PAPER, {**_LETTERS, "P": matrix("P", definite=True)}, {"d": 3, "M": 6})
