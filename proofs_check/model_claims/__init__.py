"""Claims about a model of one's own, with evidence made from its description alone."""

from proofs_check.model_claims.claims import ModelClaims, claims_of

__all__ = ["ModelClaims", "claims_of"]
