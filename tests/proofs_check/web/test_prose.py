"""Plain text with mathematics in it, as HTML."""

from __future__ import annotations

from proofs_check.web.prose import prose


def test_prose() -> None:
    """Greek letters, indices, exponents and brackets of plain text are set, and markup in it is escaped."""
    assert "<i>U</i><sub>11</sub> = Γ<sup>−1</sup>, Λ ≥ 0" == prose("U11 = Gamma^{-1}, Lambda >= 0")
    assert "⟨w, x⟩ by Wick's theorem, xᵀBx" == prose("<w, x> by Wick's theorem, x'Bx")
    assert "⟨b⟩ &lt;/b" == prose("<b> </b")
