"""The population loss in all blocks, its gradient, and the loss on the subspace u21 = u12 = 0."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np

from numerics.attention import AttentionWeights
from numerics.problem import Problem
from numerics.sequential import Moments
from numerics.simulate_error import simulate_loss
from proofs_check.judge.exact_moments import Layer
from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.meaning import exact_identity
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import Statement
from proofs_check.papers.zhang2024.language import GAMMA, LETTERS
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Array,
    Derived,
    exactly,
    flat,
    on_subspace,
    rounded_up,
    scalar,
)
from theory.algebra.calculus import gradient
from theory.algebra.expression import Expression, letter
from theory.zhang2024.estimator_variance import loss_estimator_variance
from theory.zhang2024.model import BLOCKS, U11, Law
from theory.zhang2024.population_loss import population_loss, reduced
from theory.zhang2024.preconditioner import U, preconditioner


def training_layer_of(instance: Instance, law: Law) -> Layer:
    """The layer on training prompts at an instance, with Psi and s2 where the law has them."""
    covariance = instance.arrays["Lambda"]
    task = instance.arrays["Psi"] if law.task_covariance else exact_identity(len(covariance))
    noise = scalar(instance, "s2") if law.noise else Fraction(0)
    return Layer(covariance, instance.lengths["N"], task=task, noise_variance=noise)


def all_blocks(instance: Instance) -> dict[str, Any]:
    """The four blocks of weights at an instance."""
    return {
        "U11": instance.arrays["U11"],
        "u21": flat(instance, "u21"),
        "u12": flat(instance, "u12"),
        "u": scalar(instance, "u"),
    }


def subspace_blocks(instance: Instance) -> dict[str, Any]:
    """The weights U and u at an instance, with u21 = u12 = 0."""
    return on_subspace(instance.arrays["U"], scalar(instance, "u"))


def derived_loss(law: Law) -> Expression:
    """The engine's population loss."""
    return population_loss(noise=law.noise, task_covariance=law.task_covariance).expression


def _sample_loss(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    values = instance.floats
    problem = Problem(values["Lambda"], instance.lengths["N"])
    weights = AttentionWeights.from_blocks(values["U11"], values["u21"], values["u12"], float(values["u"]))
    estimate = simulate_loss(problem, weights=weights, prompts=prompts, seed=seed)
    variance = loss_estimator_variance().evaluate(
        covariance=values["Lambda"],
        context_length=instance.lengths["N"],
        **{name: values[name] if name != "u" else float(values[name]) for name in BLOCKS},
    )
    return estimate.moments, rounded_up(variance)


def training_loss(law: Law) -> Quantity:
    """L(U11, u21, u12, u)."""
    return Quantity(
        "L(U_{11}, u_{21}, u_{12}, u)",
        derive=lambda: (derived_loss(law), ()),
        exact=exactly(lambda instance: [[training_layer_of(instance, law).loss(all_blocks(instance))]]),
        sample=_sample_loss if law == Law() else None,
    )


def loss_by_layer() -> Quantity:
    """L(U11, u21, u12, u) at single points only, by running the layer."""
    return Quantity("L(U_{11}, u_{21}, u_{12}, u)", exact=training_loss(Law()).exact)


def training_gradient(law: Law, name: str) -> Quantity:
    """The gradient of L with respect to one block."""

    def exact(instance: Instance) -> Array:
        value = training_layer_of(instance, law).gradient(all_blocks(instance), name)
        return value.reshape(1, 1) if name == "u" else value

    tex = {"U11": "U_{11}", "u21": "u_{21}", "u12": "u_{12}", "u": "u"}[name]
    return Quantity(
        rf"\nabla_{{{tex}}} L", derive=lambda: (gradient(derived_loss(law), BLOCKS[name]), ()), exact=exactly(exact)
    )


def gradient_on_subspace(law: Law, name: str) -> Quantity:
    """The gradient of L with respect to u21 or u12, at u21 = u12 = 0."""

    def exact(instance: Instance) -> Array:
        return training_layer_of(instance, law).gradient(subspace_blocks(instance), name)

    def derive() -> Derived:
        return reduced(gradient(derived_loss(law), BLOCKS[name])).substitute({letter(U11): U}), ()

    tex = {"u21": "u_{21}", "u12": "u_{12}"}[name]
    return Quantity(rf"\nabla_{{{tex}}} L \big|_{{u_{{21}} = u_{{12}} = 0}}", derive=derive, exact=exactly(exact))


def restricted_loss() -> Quantity:
    """l(U, u) = L - tr(Lambda)/2 on the subspace."""

    def derive() -> Derived:
        parts = preconditioner(Law())
        return parts.loss - parts.constant, ()

    def exact(instance: Instance) -> Array:
        layer = training_layer_of(instance, Law())
        return [[layer.loss(subspace_blocks(instance)) - np.trace(instance.arrays["Lambda"]) / 2]]

    return Quantity(r"\ell(U, u)", derive=derive, exact=exactly(exact))


def relative_start() -> Quantity:
    """l(U(0), u(0))/s^2 in balls, by Lemma A.1 at U = s Theta Theta'/||Theta Theta'||_F and u = s."""
    start = Statement.of(
        "s^2/2 tr(Gamma Lambda Theta Theta' Lambda Theta Theta')/tr(Theta Theta' Theta Theta')"
        " - tr(Lambda^2 Theta Theta')/tr(Theta Theta' Theta Theta')^(1/2)",
        GAMMA,
    )
    return Quantity(
        r"\ell(U(0), u(0))/\sigma^2",
        enclose=lambda instance: (start.ball_value(instance, Language(LETTERS)), {}),
        enclosed_by="balls",
    )
