"""Left sides whose right sides are means over prompts: they are derived and exact, and no sample judges them."""

from __future__ import annotations

from dataclasses import replace

from proofs_check.judge.quantities import Quantity
from proofs_check.model_claims import left_sides
from proofs_check.model_claims.setting import Setting
from proofs_check.papers.ahn2023.language import WHITENED, stack


def loss(layers: int, derived: bool = True) -> Quantity:
    """The loss of a stack of layers of the form (8) at free A_l, for w ~ N(0, I); derived, or exact only."""
    quantity = replace(left_sides.loss(Setting(stack(layers).model)), sample=None)
    return quantity if derived else replace(quantity, derive=None)


def gradient_at_equal_layers(layers: int, k: int) -> Quantity:
    """The gradient in A_k where every A_l is a Sigma^-1, for w ~ N(0, Sigma^-1)."""
    weights = {f"A{layer}": "a Sigma^-1" for layer in range(layers)}
    return left_sides.gradient(Setting(stack(layers, WHITENED).model, weights), f"A{k}", "")
