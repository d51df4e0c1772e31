"""Plain text with mathematics in it, as claims and derivations carry it, as HTML."""

from __future__ import annotations

import re
from html import escape

from markupsafe import Markup

_GREEK = {
    "Gamma": "Γ",
    "Lambda": "Λ",
    "Sigma": "Σ",
    "Theta": "Θ",
    "Psi": "Ψ",
    "alpha": "α",
    "beta": "β",
    "eps": "ε",
    "eta": "η",
    "gamma": "γ",
    "kappa": "κ",
    "lambda": "λ",
    "mu": "μ",
    "sigma": "σ",
    "tau": "τ",
    "xi": "ξ",
    "zeta": "ζ",
}
_SIGNS = {"&lt;=&gt;": "⇔", "&gt;=": "≥", "&lt;=": "≤", "-&gt;": "→", "infinity": "∞"}


def prose(text: str) -> Markup:
    """Return HTML of text such as "u21 = u12 = 0, uU = Gamma^{-1}": Greek letters, indices and exponents set."""
    html = escape(text, quote=False)
    html = re.sub(r"&lt;([^&;]+)&gt;", r"⟨\1⟩", html)
    html = re.sub(r"\b([A-Za-z](?:_q)?|[A-Z]{2}|ww|xx)'(?=[A-Za-z( ),;=]|$)", r"\1ᵀ", html)
    html = re.sub(r"\|\|([^|]+)\|\|(?:_(\w+))?", lambda m: f"‖{m[1]}‖" + (f"<sub>{m[2]}</sub>" if m[2] else ""), html)
    html = re.sub(r"\bsqrt\((\w+)\)", r"√\1", html)
    for sign, shown in _SIGNS.items():
        html = html.replace(sign, shown)
    html = re.sub(r"(?:\b|(?<=_))(" + "|".join(_GREEK) + r")(?=\b|_)", lambda m: _GREEK[m[1]], html)
    html = re.sub(r"([Α-Ωα-ω])_(\w+)", r"\1<sub>\2</sub>", html)
    html = re.sub(r"\bL([12])\b", r"Λ<sub>\1</sub>", html)
    html = re.sub(r"\b(U11|u21|u12)\b", lambda m: f"<i>{m[1][0]}</i><sub>{m[1][1:]}</sub>", html)
    html = re.sub(r"\b(W|U|y|x|R|m|e)_([A-Za-z]{1,4}|\d)\b(?! =)", r"<i>\1</i><sub>\2</sub>", html)
    html = re.sub(r"\bs2\b", "<i>s</i>²", html)
    html = html.replace("y_hat", "<i>ŷ</i>")
    html = re.sub(r"\^(?:\{([^{}]+)\}|\(([^()]+)\)|(-?\w+))", lambda m: f"<sup>{m[1] or m[2] or m[3]}</sup>", html)
    return Markup(html.replace("<sup>-", "<sup>−"))
