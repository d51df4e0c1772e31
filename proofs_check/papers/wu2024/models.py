"""The models: one layer on a Gaussian prior, on finitely many tasks, and with every block free."""

from __future__ import annotations

from proofs_check.model_claims import claims_of
from theory import FiniteTasks, Gaussian, LinearAttention, Model, Prompt

PAPER = "wu2024"
PRIOR = Prompt(x=Gaussian("H"), w=Gaussian("psi2 I"), noise="s2", target_noise=True)
LONGER = PRIOR.replace(length="M")
FINITE = PRIOR.replace(w=FiniteTasks("W", "T"))

# y_hat = x_q' A' (1/N) X'y: A' is the paper's Gamma.
step = claims_of(Model(PRIOR, LinearAttention(), "sparse"), PAPER)
blocks = claims_of(Model(PRIOR, LinearAttention()), PAPER)
finite = claims_of(Model(FINITE, LinearAttention(), "sparse"), PAPER)
