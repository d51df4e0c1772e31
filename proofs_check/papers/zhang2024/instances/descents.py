"""Instances for gradient descent: starts of flows with a step that B13 allows, and any point with any step."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import assume
from hypothesis import strategies as st

from proofs_check.judge.instances import Instance
from proofs_check.papers.zhang2024.instances.flows import averaged_flow_instances, flow_instances
from proofs_check.papers.zhang2024.quantities.descent import start_of
from proofs_check.strategies import chosen

# Of the largest step that is allowed; rounding stays below what is left of 1.
_SHARES = (Fraction(999, 1000), Fraction(1, 2), Fraction(1, 10))


@st.composite
def descents(draw: st.DrawFn, averaged: bool = False) -> Instance:
    """A start with small or large sigma, and a step of up to the largest that B13 allows."""
    flows = averaged_flow_instances if averaged else flow_instances
    at = draw(flows(draw(chosen(("none", "paper")))))
    start = start_of(at, averaged)
    assume(start.c2 > 0 and start.excess > 0)
    step = Fraction(float(start.largest_step.lower())) * draw(chosen(_SHARES))
    return at.with_values(eta=step)
