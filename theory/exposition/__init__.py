"""Derivations as proofs: one structured document (`build`), printed as plain text, LaTeX, HTML and JSON."""
