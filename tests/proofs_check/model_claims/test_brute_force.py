"""Brute force in coordinates against quadrature of layers written out elsewhere, and against what is known."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.instances import Instance
from proofs_check.model_claims.brute_force import errors, gradient, mean_square_error, slope
from proofs_check.model_claims.point import Point, point_at
from proofs_check.model_claims.sampled import variance_bound
from tests.theory.models.reference_network import ROUNDING, ReferenceLayer, ReferencePrompt, assemble, sparse_layer
from theory import Gaussian, LinearAttention, Model, Prompt, Stack

F = Fraction
ROOT = np.array([[F(2), F(0)], [F(1), F(3)]], dtype=object)
TASK = np.array([[F(1), F(0)], [F(-1, 2), F(2)]], dtype=object)
LAW = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi", mean="mu"), noise="s2")
VALUES = {"Lambda": ROOT @ ROOT.T, "Psi": TASK @ TASK.T, "mu": np.array([F(1), F(-2)]), "s2": F(1, 4)}
A = np.array([[F(1, 9), F(1, 5)], [F(-1, 8), F(1, 7)]], dtype=object)
U = np.array([[F(1, 4), F(1, 3)], [F(1, 8), F(-1, 5)]], dtype=object)
u21, u12 = np.array([F(1, 3), F(1, 5)]), np.array([F(-1, 2), F(1, 6)])


def instance(N: int, **values: Any) -> Instance:
    """The law's letters and those of a network."""
    return Instance({"d": 2, "N": N}, {**VALUES, **values})


def reference(N: int, x: int, w: int) -> ReferencePrompt:
    """The same law in the quadrature, with so many nodes for x and for w."""
    nodes = {"x": x, "q": 4, "w": w, "e": w}
    return ReferencePrompt(ROOT, TASK, N, np.array([1.0, -2.0]), deviation=0.5, nodes=nodes)


@pytest.mark.parametrize("N", [1, 2])
def test_one_layer_with_all_blocks(N: int) -> None:
    """E (y_hat - y_q)^2 of the layer of Zhang et al. with every block, in which the query attends to itself."""
    model = Model(LAW, LinearAttention())
    at = point_at(model, instance(N, U11=U, u21=u21, u12=u12, u=F(2)), {}, {})
    layer = ReferenceLayer([(assemble(None, None, u12, F(2)), assemble(U, None, u21, None))])
    found = float(mean_square_error(model, LAW, at))
    assert found == pytest.approx(2 * reference(N, 5, 3).loss([layer]), rel=ROUNDING)


@pytest.mark.parametrize("mask", ["query", "causal", "none"])
def test_two_layers_under_each_mask(mask: str) -> None:
    """A stack of two layers with different weights, at one example: masks differ there already."""
    model = Model(LAW, Stack(LinearAttention(mask=mask), LinearAttention(mask=mask)), "sparse")
    at = point_at(model, instance(1, A0=A, A1=U), {}, {})
    loss = reference(1, 7, 4).loss([sparse_layer(A, mask), sparse_layer(U, mask)], sign=-1)
    assert float(mean_square_error(model, LAW, at)) == pytest.approx(2 * loss, rel=ROUNDING)


def test_gradients_are_differences_of_the_loss() -> None:
    """The loss is quadratic in the weights of the last layer, so that central differences are exact."""
    model = Model(LAW, Stack(LinearAttention(mask="query"), LinearAttention(mask="query")), "sparse")

    def loss(A1: Any) -> Fraction:
        return mean_square_error(model, LAW, point_at(model, instance(1, A0=A, A1=A1), {}, {})) / 2

    at = point_at(model, instance(1, A0=A, A1=U), {}, {})
    found = gradient(model, at, "A1")
    for place in np.ndindex(2, 2):
        step = np.full((2, 2), F(0), dtype=object)
        step[place] = F(1)
        assert found[place] == (loss(U + step) - loss(U - step)) / 2
    assert slope(model, at, "A1", A) == np.sum(found * A)


def test_a_formula_around_a_weight_is_differentiated() -> None:
    """The slope in b of a block b/3 Lambda^-1 is a third of that of b Lambda^-1 at the same block."""
    model = Model(LAW, LinearAttention(mask="query"), {"U11": "b/3 Lambda^-1", "u": "1"})
    at = point_at(model, instance(2, b=F(3)), {}, {})
    plain = Model(LAW, LinearAttention(mask="query"), {"U11": "b Lambda^-1", "u": "1"})
    there = point_at(plain, instance(2, b=F(1)), {}, {})
    assert gradient(model, at, "b")[0, 0] == gradient(plain, there, "b")[0, 0] / 3


def test_the_bound_of_the_variance_holds_and_is_not_wasteful() -> None:
    """At least the exact variance of the squared error, from its fourth moment, and at most 9 times its bound by it."""
    model = Model(LAW, LinearAttention(mask="query"), "sparse")
    at = point_at(model, instance(1, A=A), {}, {})
    ((space, error, _),) = errors(model, LAW, at)
    square = error**2
    fourth, mean = space.mean_of_product(square, square), space.mean(square)
    bound = variance_bound(model, LAW, at)
    assert float(fourth - mean**2) <= bound <= 9 * float(fourth)


def test_a_mean_given_coordinates_averages_to_the_mean() -> None:
    """E[p^2 | x] is a polynomial in x whose mean is E p^2."""
    space = Coordinates({("x", 0): VALUES["Lambda"].tolist(), ("w", 0): VALUES["Psi"].tolist()})
    x, w = space.vectors["x", 0], space.vectors["w", 0]
    p = (x.T @ w)[0, 0] ** 2 + x[0, 0] + 3
    given = space.square_given(p, [True, True, False, False])
    assert space.mean(given) == space.mean_of_product(p, p)
    assert all(powers[2:] == (0, 0) for powers in given.monoms())


def test_radial_factors_have_the_moments_that_they_are_given() -> None:
    """E (x'x)^2 = E r^2 (tr(C)^2 + 2 tr(C^2)), and what is not known is refused."""
    C = VALUES["Lambda"]
    space = Coordinates({("x", 0): C.tolist()}, {("x", 0): (F(1), F(7, 3))})
    square = (space.vectors["x", 0].T @ space.vectors["x", 0])[0, 0]
    assert space.mean(square) == np.trace(C)
    assert space.mean(square**2) == F(7, 3) * (np.trace(C) ** 2 + 2 * np.trace(C @ C))
    with pytest.raises(ValueError, match=r"E r\^3 is needed"):
        space.mean(square**3)


def test_a_point_reads_zero_in_the_shape_that_is_asked_for() -> None:
    """The formula "0" is a zero matrix, vector or number."""
    at = Point({}, {"d": 3, "N": 2})
    assert (3, 3) == at.read("0", ("d", "d")).shape
    assert (3, 1) == at.read("0", ("d", 1)).shape
