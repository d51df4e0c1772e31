"""What the judge says where a claim, a module or a report cannot be used."""

from __future__ import annotations

from theory.errors import IclTheoryError


class ClaimError(IclTheoryError, ValueError):
    """A claim or a module of claims cannot be run; the message says why and what would be right."""
