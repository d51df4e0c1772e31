"""The models: L layers with one matrix A = G/L, the query masked, on isotropic data."""

from __future__ import annotations

from proofs_check.model_claims import claims_of
from proofs_check.papers.bordelon2025.language import PAPER
from theory import Gaussian, LinearAttention, Model, Prompt, Stack

_LAYER = LinearAttention(mask="query")
_LAW = Prompt(x=Gaussian("I"), w=Gaussian("I"))

depth_1 = claims_of(Model(_LAW, _LAYER, "sparse"), PAPER)
depth_2 = claims_of(Model(_LAW, Stack(_LAYER, _LAYER, shared=True), "sparse"), PAPER)
depth_3 = claims_of(Model(_LAW, Stack(_LAYER, _LAYER, _LAYER, shared=True), "sparse"), PAPER)
