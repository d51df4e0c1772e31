"""Noise whose variance depends on the covariate: losses against layers written out on prompts with such noise."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.models.reference_network import ROUNDING, ReferenceLayer, ReferencePrompt, assemble, sparse_layer
from theory import Elliptical, Formula, Gaussian, LinearAttention, Model, ModelError, Prompt, Stack

LAW = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi", mean="mu"), noise="s2 + x' B x")


@cache
def loss_with_every_block(target_noise: bool) -> Formula:
    return Model(LAW.replace(target_noise=target_noise), LinearAttention()).loss()


@pytest.mark.parametrize("target_noise", [False, True])
@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 3), (2, 1), (2, 2)])
def test_a_layer_with_every_block(d: int, N: int, target_noise: bool) -> None:
    """The squares of noisy labels occur, so that the fourth moment of the noise given x counts."""
    generator = random.Random(f"{d} {N}")
    L, K, C = (brute_force.root(generator, d) for _ in range(3))
    mean, u21, u12 = (brute_force.vector(generator, d) for _ in range(3))
    U, u = brute_force.matrix(generator, d, d), brute_force.rational(generator)
    value = loss_with_every_block(target_noise).evaluate(
        Lambda=L @ L.T, Psi=K @ K.T, mu=mean, s2=Fraction(4, 9), B=C @ C.T, N=N, U11=U, u21=u21, u12=u12, u=u
    )
    prompt = ReferencePrompt(
        L,
        K,
        N,
        mean,
        deviation=2 / 3,
        target_noise=target_noise,
        noise_form=C @ C.T,
        nodes={"x": 3, "q": 4, "w": 3, "e": 3},
    )
    layer = ReferenceLayer([(assemble(None, None, u12, u), assemble(U, None, u21, None))])
    assert float(value) == pytest.approx(prompt.loss([layer]), rel=ROUNDING)


@pytest.mark.parametrize("mask", ["none", "query", "causal"])
@pytest.mark.parametrize(("d", "N"), [(1, 2), (2, 1)])
def test_two_layers_under_each_mask(d: int, N: int, mask: str) -> None:
    """A stack, whose second layer reads labels that the first has changed."""
    generator = random.Random(f"{d} {N}")
    L, K, C = (brute_force.root(generator, d) for _ in range(3))
    A = [brute_force.matrix(generator, d, d) for _ in range(2)]
    layer = LinearAttention(mask=mask)
    model = Model(LAW.replace(w=Gaussian("Psi")), Stack(layer, layer), "sparse")
    value = model.loss().evaluate(Lambda=L @ L.T, Psi=K @ K.T, s2=Fraction(1, 4), B=C @ C.T, N=N, A0=A[0], A1=A[1])
    prompt = ReferencePrompt(L, K, N, deviation=0.5, noise_form=C @ C.T, nodes={"x": 6, "q": 4, "w": 2, "e": 2})
    expected = prompt.loss([sparse_layer(a, mask) for a in A], sign=-1)
    assert float(value) == pytest.approx(expected, rel=ROUNDING)


def test_the_quadratic_form_is_read_from_the_formula() -> None:
    """Products that are not symmetric, letters of the law, numbers, no constant: the form is what the formula means."""
    generator = np.random.default_rng(0)
    L, C = generator.normal(size=(2, 2, 2))
    Lambda, B = L @ L.T, C @ C.T
    A = generator.normal(size=(2, 2))
    values: dict[str, Any] = {"Lambda": Lambda, "A": A, "N": 2}
    for noise, constant, form in (
        ("x' B x", 0.0, B),
        ("x' Lambda B x/3 + tr(B)", np.trace(B), Lambda @ B / 3),
        ("1/2 (x' B x + 3) + 2 x' x", 1.5, B / 2 + 2 * np.eye(2)),
    ):
        model = Model(Prompt(Gaussian("Lambda"), Gaussian("I"), noise=noise), LinearAttention(mask="query"), "sparse")
        plain = Model(Prompt(Gaussian("Lambda"), Gaussian("I")), LinearAttention(mask="query"), "sparse")
        # By hand: the noise adds E[(1/N sum_i e_i x_i'A x_q)^2]/2 = E[v(x) x'A Lambda A'x]/(2 N).
        S = (form + form.T) / 2
        fourth = constant * Lambda + 2 * Lambda @ S @ Lambda + np.trace(S @ Lambda) * Lambda
        expected = plain.loss().evaluate(**values) + np.trace(A.T @ fourth @ A @ Lambda) / 4
        assert model.loss().evaluate(**values, B=B) == pytest.approx(expected, rel=1e-12)


def test_elliptical_covariates_carry_their_radius_into_the_noise() -> None:
    """By hand: predicting zero, the target's noise adds s2 + tr(B Lambda) for every radius; one layer adds E r^2."""
    law = Prompt(Elliptical("Lambda"), Gaussian("I"), noise="s2 + x' B x", target_noise=True)
    model = Model(law, LinearAttention(mask="query"), "sparse")
    zero = model.error({"A": "0"}).expression - model.formula_of("tr(Lambda) + s2 + tr(B Lambda)").expression
    assert not zero
    gradient = model.gradient_at({"A": "0"})["A"].expression
    assert gradient == model.formula_of("-Lambda^2").expression
    quadratic = (
        model.error().expression
        - Model(law.replace(noise="s2"), LinearAttention(mask="query"), "sparse").error().expression
    )
    added = "kappa/N (2 tr(A' Lambda B Lambda A Lambda) + tr(B Lambda) tr(A' Lambda A Lambda)) + tr(B Lambda)"
    assert quadratic == model.formula_of(added).expression


@pytest.mark.parametrize(
    ("noise", "says"),
    [
        ("x", "the variance of the noise must be 1 x 1, but 'x' is d x 1"),
        ("(x' B x)^2", "must be a number plus a quadratic form in x"),
        ("s2 + x' m", "must be a number plus a quadratic form in x"),
        ("s2 w' x", "w means the task"),
        ("x_q' B x", "x_q means the query"),
        ("s2 + x' eps_x", "eps_x means noise"),
    ],
)
def test_other_variances_are_refused(noise: str, says: str) -> None:
    """No number, of degree four, of degree one, in the task or the query."""
    with pytest.raises(ModelError, match=says):
        Model(Prompt(Gaussian("Lambda", mean="m"), Gaussian("I"), noise=noise), LinearAttention())
