"""Zhang, Frei and Bartlett, Trained Transformers Learn Linear Models In-Context, JMLR 25(49), 2024."""

from proofs_check.papers.zhang2024.catalogue import catalogue

__all__ = ["catalogue"]
