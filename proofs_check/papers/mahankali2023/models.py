"""The models: one layer on isotropic and on whitened tasks, and on labels that are no linear function."""

from __future__ import annotations

from proofs_check.model_claims import claims_of
from theory import Gaussian, LinearAttention, Model, Prompt

PAPER = "mahankali2023"
ISOTROPIC_LAW = Prompt(x=Gaussian("I"), w=Gaussian("I"), noise="s2")
WHITENED_LAW = Prompt(x=Gaussian("Sigma"), w=Gaussian("Sigma^-1"), noise="s2")
CUBE_LAW = ISOTROPIC_LAW.replace(label="(w' x)^3")
CUBIC_LAW = ISOTROPIC_LAW.replace(label="a (w' x) + b (w' x)^2 + c (w' x)^3")
SQUARE_LAW = ISOTROPIC_LAW.replace(label="(w' x)^2")

# y_hat = x_q' A' (1/N) X'y: one step of gradient descent from 0 with the preconditioner A'.
isotropic = claims_of(Model(ISOTROPIC_LAW, LinearAttention(), "sparse"), PAPER)
noisy_target = claims_of(Model(ISOTROPIC_LAW.replace(target_noise=True), LinearAttention(), "sparse"), PAPER)
whitened = claims_of(Model(WHITENED_LAW, LinearAttention(), "sparse"), PAPER)
cube = claims_of(Model(CUBE_LAW, LinearAttention(), "sparse"), PAPER)
cubic = claims_of(Model(CUBIC_LAW, LinearAttention(), "sparse"), PAPER)
square = claims_of(Model(SQUARE_LAW, LinearAttention(), "sparse"), PAPER)
isotropic_blocks = claims_of(Model(ISOTROPIC_LAW, LinearAttention()), PAPER)
whitened_blocks = claims_of(Model(WHITENED_LAW, LinearAttention()), PAPER)
