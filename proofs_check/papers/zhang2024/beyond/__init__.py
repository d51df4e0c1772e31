"""What goes beyond the paper: B1 to B13, and sharper forms of its inequalities."""

from __future__ import annotations

from proofs_check.papers.zhang2024.beyond import descent, flow, laws, minima, random_covariances, sharper

STATEMENTS = (
    *sharper.STATEMENTS,
    *flow.STATEMENTS,
    *descent.STATEMENTS,
    *laws.STATEMENTS,
    *minima.STATEMENTS,
    *random_covariances.STATEMENTS,
)
