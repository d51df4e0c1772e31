"""The gradient flow: minus the gradient in all blocks, the invariant subspace, Lemma 5.2."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from tests.theory.zhang2024.test_population_loss import VARIANTS, instance
from theory import gradient_flow, population_loss
from theory.algebra.definitions import expand
from theory.algebra.expression import identity, length, matrix, scalar_letter
from theory.zhang2024.model import Law
from theory.zhang2024.preconditioner import preconditioner

LAMBDA, U, u = matrix("Lambda", definite=True), matrix("U"), scalar_letter("u")


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: "+".join(v) or "paper")
def test_field_is_minus_the_gradient(variant: dict[str, bool]) -> None:
    """Each block moves along minus the gradient of the loss."""
    flow, loss = gradient_flow(**variant), population_loss(**variant)
    for block in ("U11", "u21", "u12", "u"):
        assert loss.gradient(block).expression == -flow[f"{block}'"].expression


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: "+".join(v) or "paper")
def test_subspace_is_invariant(variant: dict[str, bool]) -> None:
    """At u21 = u12 = 0 these blocks do not move, at generic matrices."""
    _, weights, keywords = instance(2, 3, variant)
    zero = np.full(2, Fraction(0))
    at = {**weights, "u21": zero, "u12": zero}
    for block in ("u21", "u12"):
        assert [0, 0] == gradient_flow(**variant)[f"{block}'"].evaluate(**keywords, **at).tolist()


def test_lemma_5_2() -> None:
    """U' = -u^2 Gamma Lambda U Lambda + u Lambda^2, u' = -u tr(Gamma Lambda U Lambda U') + tr(Lambda^2 U')."""
    flow = gradient_flow()
    N = length("N")
    Gamma = (1 + 1 / N) * LAMBDA + LAMBDA.trace() / N * identity("d")
    cubic = Gamma @ LAMBDA @ U @ LAMBDA
    definitions = flow["U' reduced"].definitions
    assert -(u**2) * cubic + u * LAMBDA**2 == expand(flow["U' reduced"].expression, definitions)
    assert -u * (cubic @ U.T).trace() + (LAMBDA**2 @ U.T).trace() == expand(flow["u' reduced"].expression, definitions)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: "+".join(v) or "paper")
def test_reduced_flow_is_the_full_flow_on_the_subspace(variant: dict[str, bool]) -> None:
    """Both give the same numbers."""
    _, weights, keywords = instance(2, 2, variant)
    zero = np.full(2, Fraction(0))
    flow = gradient_flow(**variant)
    full = flow["U11'"].evaluate(**keywords, **{**weights, "u21": zero, "u12": zero})
    reduced = flow["U' reduced"].evaluate(**keywords, U=weights["U11"], u=weights["u"])
    assert np.array_equal(full, reduced)


def test_preconditioner_of_the_paper() -> None:
    """Gamma = (1 + 1/N) Lambda + (tr Lambda/N) I commutes with Lambda and is definite."""
    Gamma = preconditioner(Law()).Gamma
    N = length("N")
    assert (1 + 1 / N) * LAMBDA + LAMBDA.trace() / N * identity("d") == Gamma.expression
    assert Gamma.symbol.definite
    assert Gamma.name @ LAMBDA == LAMBDA @ Gamma.name
