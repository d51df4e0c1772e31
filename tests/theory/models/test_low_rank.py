"""Tasks of low rank: against layers written out on such tasks, and as a case of the Gaussian law."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.models.reference_network import ROUNDING, ReferenceLayer, ReferencePrompt, assemble
from theory import Formula, Gaussian, LinearAttention, LowRank, Model, Prompt, Stack
from theory.algebra.expression import letter, matrix


@cache
def loss(rank: int | str) -> Formula:
    law = Prompt(x=Gaussian("Lambda"), w=LowRank("H", rank, mean="mu"), noise="s2")
    return Model(law, LinearAttention()).loss()


@pytest.mark.parametrize("named", [True, False])
@pytest.mark.parametrize(("d", "rank", "N"), [(2, 1, 2), (2, 2, 1), (1, 3, 2)])
def test_a_layer_with_every_block(d: int, rank: int, N: int, named: bool) -> None:
    """Ranks below, at and above d, by name and by number; H is anything, its covariance singular in the first case."""
    generator = random.Random(f"{d} {rank}")
    L, mean, u21, u12 = brute_force.root(generator, d), *(brute_force.vector(generator, d) for _ in range(3))
    H = brute_force.matrix(generator, d, rank)
    U, u = brute_force.matrix(generator, d, d), brute_force.rational(generator)
    value = loss("k" if named else rank).evaluate(
        Lambda=L @ L.T,
        H=H[:, 0] if rank == 1 and not named else H,
        mu=mean,
        s2=Fraction(4, 9),
        N=N,
        U11=U,
        u21=u21,
        u12=u12,
        u=u,
    )
    # A root of the covariance with d columns: H with columns of zeros, or the root of its square for d = 1.
    root = np.hstack([H, np.zeros((d, d - rank))]) if rank <= d else np.sqrt(np.array(H @ H.T, dtype=float))
    prompt = ReferencePrompt(L, root, N, mean, deviation=2 / 3, nodes={"x": 3, "q": 4, "w": 3, "e": 3})
    layer = ReferenceLayer([(assemble(None, None, u12, u), assemble(U, None, u21, None))])
    assert float(value) == pytest.approx(prompt.loss([layer]), rel=ROUNDING)


def test_the_covariance_is_the_square_of_the_factor() -> None:
    """HH' put into the loss of Gaussian tasks is the loss of tasks of low rank, in a stack too."""
    network = Stack(LinearAttention(mask="query"), LinearAttention(mask="query"))
    law = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi"))
    gaussian = Model(law, network, "sparse").loss().expression
    H = matrix("H", "d", "k")
    low = Model(law.replace(w=LowRank("H", "k")), network, "sparse").loss().expression
    assert low == gaussian.substitute({letter(matrix("Psi", definite=True)): H @ H.T})


def test_a_singular_covariance_of_gaussian_tasks_is_refused() -> None:
    """The letters of `Gaussian` are positive definite; the message says so."""
    model = Model(Prompt(Gaussian("I"), Gaussian("Psi")), LinearAttention(mask="query"), "sparse")
    with pytest.raises(ValueError, match="Psi must be positive definite"):
        model.loss().evaluate(Psi=np.array([[1.0, 2.0], [2.0, 4.0]]), A=np.eye(2), N=3)
