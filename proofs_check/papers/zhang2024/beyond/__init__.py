"""What goes beyond the paper: B1 to B13, and sharper forms of its inequalities."""

from __future__ import annotations

from proofs_check.papers.zhang2024.beyond import flow, laws, minima, random_covariances, sharper

STATEMENTS = (
    *sharper.STATEMENTS,
    *flow.STATEMENTS,
    *laws.STATEMENTS,
    *minima.STATEMENTS,
    *random_covariances.STATEMENTS,
)
