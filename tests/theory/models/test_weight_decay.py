"""Weight decay in the loss: against layers written out with the squares of the weights added by hand."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy

from tests.theory import brute_force
from tests.theory.models.reference_network import ROUNDING, ReferenceLayer, ReferencePrompt, assemble, sparse_layer
from theory import Gaussian, LinearAttention, Model, ModelError, Prompt, Stack
from theory.algebra.expression import matrix, scalar_letter

LAW = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi", mean="mu"), noise="s2")
DECAY = Fraction(3, 7)


class Reference:
    """A layer with all its blocks on noisy prompts, and its loss with decay by quadrature."""

    def __init__(self, d: int, N: int):
        generator = random.Random(f"{d} {N}")
        self.L, self.K = brute_force.root(generator, d), brute_force.root(generator, d)
        self.mean = brute_force.vector(generator, d)
        self.weights: dict[str, Any] = {
            "U11": brute_force.matrix(generator, d, d),
            "u21": brute_force.vector(generator, d),
            "u12": brute_force.vector(generator, d),
            "u": brute_force.rational(generator),
        }
        self.prompt = ReferencePrompt(
            self.L, self.K, N, self.mean, deviation=2 / 3, nodes={"x": 3, "q": 4, "w": 3, "e": 3}
        )
        self.law = {"Lambda": self.L @ self.L.T, "Psi": self.K @ self.K.T, "mu": self.mean, "s2": Fraction(4, 9)}
        self.letters: dict[str, Any] = {**self.law, "N": N}

    def loss(self, weights: dict[str, Any]) -> float:
        """The loss at weights, and half of the decay times their squares."""
        b = weights
        layer = ReferenceLayer([(assemble(None, None, b["u12"], b["u"]), assemble(b["U11"], None, b["u21"], None))])
        squares = sum(float(np.sum(np.asarray(value) ** 2)) for value in weights.values())
        return self.prompt.loss([layer]) + float(DECAY) / 2 * squares


@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 3), (2, 2)])
def test_the_loss_and_its_gradients(d: int, N: int) -> None:
    """The loss is quadratic in each single entry of the weights, so that central differences are exact."""
    reference = Reference(d, N)
    model = Model(LAW, LinearAttention(), decay="gamma")
    letters = {**reference.letters, "gamma": DECAY}
    value = model.loss().evaluate(**letters, **reference.weights)
    assert float(value) == pytest.approx(reference.loss(reference.weights), rel=ROUNDING)
    for name in model.trained:
        slope = np.asarray(model.loss().gradient(name).evaluate(**letters, **reference.weights), dtype=float)
        held = np.asarray(reference.weights[name], dtype=float)
        for place in np.ndindex(*held.shape):
            step = np.zeros(held.shape)
            step[place] = 1.0
            ahead, behind = (reference.loss({**reference.weights, name: held + s * step}) for s in (1, -1))
            assert slope[place] == pytest.approx((ahead - behind) / 2, rel=1e-8, abs=1e-8 * abs(ahead))


def test_the_error_of_a_prediction_has_no_penalty() -> None:
    """`error` is that of the model without decay, and the formula does not ask for it."""
    plain, decayed = Model(LAW, LinearAttention(), "reduced"), Model(LAW, LinearAttention(), "reduced", decay="gamma")
    assert plain.error().expression == decayed.error().expression
    assert "gamma" not in decayed.error().arguments


def test_gradients_at_given_weights_have_the_decay_of_the_given_weights() -> None:
    """What is put into the gradient before the expectation equals what is put in after it."""
    model = Model(LAW, LinearAttention(), "reduced", decay="gamma/2")
    at = model.gradient_at({"U": "b Lambda^-1", "u": "2"})
    L, K = np.array([[2.0, 0.0], [0.5, 1.0]]), np.array([[1.0, 0.0], [-0.3, 0.7]])
    letters: dict[str, Any] = {"Lambda": L @ L.T, "Psi": K @ K.T, "mu": [0.3, -0.8], "s2": 0.4, "gamma": 0.9, "N": 3}
    there = {"U": 0.6 * np.linalg.inv(L @ L.T), "u": 2.0}
    for name, formula in at.items():
        known = {k: v for k, v in letters.items() if k in formula.arguments}
        assert np.allclose(formula.evaluate(**known, b=0.6), model.loss().gradient(name).evaluate(**letters, **there))


def test_the_hessian_has_the_decay_in_every_direction() -> None:
    """It adds c times the squares of the direction of all weights, u's direction too."""
    plain = Model(LAW, LinearAttention(), "reduced")
    model = Model(LAW, LinearAttention(), "reduced", decay="c")
    added = model.hessian().expression - plain.hessian().expression
    dU, du, c = matrix("dU"), scalar_letter("du"), scalar_letter("c", non_negative=True)
    assert added == c * ((dU.T @ dU).trace() + du * du)


def test_shared_weights_are_counted_once() -> None:
    """A looped layer decays by the squares of its one matrix; two layers by those of both."""
    law = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
    L = np.array([[1.0, 0.0], [0.4, 0.8]])
    A = np.array([[0.2, -0.1], [0.3, 0.1]])
    layer = LinearAttention(mask="query")
    nodes = {"x": 7, "q": 3, "w": 3, "e": 1}
    error = ReferencePrompt(L, np.eye(2), 1, nodes=nodes).loss([sparse_layer(A, "query")] * 2, sign=-1)
    for shared, weights in ((True, {"A": A}), (False, {"A0": A, "A1": A})):
        model = Model(law, Stack(layer, layer, shared=shared), "sparse", decay="1/5")
        expected = error + 0.1 * len(weights) * float(np.sum(A**2))
        assert model.loss().evaluate(Lambda=L @ L.T, N=1, **weights) == pytest.approx(expected, rel=ROUNDING)


def test_the_minimiser_of_isotropic_prompts_is_a_ridge() -> None:
    """L/d = 1/2 - a + a^2 (1 + (d + 1)/N)/2 + c a^2/2 at A = a I, by hand: 1/a = 1 + (d + 1)/N + c."""
    model = Model(Prompt(Gaussian("I"), Gaussian("I")), LinearAttention(), "sparse", decay="c")
    (solution,) = model.critical_points({"A": "a I"}).solutions
    N, d, c = sympy.symbols("N d c")
    plain = solution["a"].subs({s: sympy.Symbol(s.name) for s in solution["a"].free_symbols})
    assert sympy.simplify(plain - 1 / (1 + (d + 1) / N + c)) == 0


def test_a_balance_law_does_not_survive_decay() -> None:
    """u^2 - tr(UU') is conserved without decay and falls like exp(-2 c t) with it."""
    assert len(Model(LAW, LinearAttention(), "reduced").invariants()) == 1
    assert Model(LAW, LinearAttention(), "reduced", decay="c").invariants() == ()


@pytest.mark.parametrize(
    ("decay", "says"),
    [
        ("Lambda", "the weight decay must be 1 x 1"),
        ("-1/2", "the weight decay must not be negative, got '-1/2'"),
        ("u", "u is a letter of the law or of the decay"),
        ("c +", "the weight decay cannot be read"),
        (0.5, "the weight decay must be a formula as text"),
    ],
)
def test_what_is_no_decay_is_refused(decay: Any, says: str) -> None:
    """A matrix, a negative number, a weight, an unreadable formula, a float."""
    with pytest.raises(ModelError, match=says):
        Model(LAW, LinearAttention(), "reduced", decay=decay)
