"""The population loss in all blocks, its gradient, and the loss on the subspace u21 = u12 = 0."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np

from proofs_check.judge.exact_moments import Layer
from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.meaning import exact_identity, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import Statement
from proofs_check.papers.zhang2024.language import GAMMA, LETTERS
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Array,
    Derived,
    Exact,
    exactly,
    flat,
    on_subspace,
    scalar,
)
from theory.algebra.calculus import gradient
from theory.algebra.definitions import Definition
from theory.algebra.expectation import expectation
from theory.algebra.expression import Expression, letter
from theory.zhang2024.model import BLOCKS, U11, Law, eps, prediction, u, w
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


@cache
def even_square(law: Law) -> Definition:
    """The letter `even`: the mean square of the part of the prediction that is even in the task and the noise."""
    predicted = prediction(law)
    flipped = predicted.substitute({letter(w): -w})
    if law.noise:
        flipped = flipped.substitute({letter(eps): -eps}, carrying=(eps,))
    even = (predicted + flipped) / 2
    return Definition(letter(LETTERS["even"]), expectation(even * even, law.laws()))


def even_square_by_layer(layer: Layer, blocks: Mapping[str, Any]) -> Fraction:
    """The same from the layer's prediction as a polynomial in coordinates."""
    predicted = layer.prediction(**blocks)
    odd_letters = [str(generator).startswith(("w_", "e_")) for generator in predicted.ring.gens]
    even = predicted.ring.from_dict(
        {
            powers: value
            for powers, value in predicted.terms()
            if sum(power for power, odd in zip(powers, odd_letters, strict=True) if odd) % 2 == 0
        }
    )
    return layer.coordinates.mean_of_product(even, even)


def training_loss(law: Law) -> Quantity:
    """L(U11, u21, u12, u); `even` in the statement is the mean square of the even part of the prediction."""

    def exact(instance: Instance) -> Exact:
        layer, blocks = training_layer_of(instance, law), all_blocks(instance)
        return one_by_one(layer.loss(blocks)), {"even": even_square_by_layer(layer, blocks)}

    return Quantity(
        "L(U_{11}, u_{21}, u_{12}, u)", derive=lambda: (derived_loss(law), (even_square(law),)), exact=exact
    )


def loss_by_layer() -> Quantity:
    """L(U11, u21, u12, u) at single points only, by running the layer."""

    def exact(instance: Instance) -> Array:
        return [[training_layer_of(instance, Law()).loss(all_blocks(instance))]]

    return Quantity("L(U_{11}, u_{21}, u_{12}, u)", exact=exactly(exact))


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


def loss_at_start() -> Quantity:
    """l(U(0), u(0)) at U = s Theta Theta' and u = s."""

    def derive() -> Derived:
        parts = preconditioner(Law())
        s, Theta = LETTERS["s"], LETTERS["Theta"]
        at = {letter(U): s * (Theta @ Theta.T), letter(u): s}
        return (parts.loss - parts.constant).substitute(at), ()

    def exact(instance: Instance) -> Array:
        s, Theta = scalar(instance, "s"), instance.arrays["Theta"]
        loss = training_layer_of(instance, Law()).loss(on_subspace(s * (Theta @ Theta.T), s))
        return [[loss - np.trace(instance.arrays["Lambda"]) / 2]]

    return Quantity(r"\ell(U(0), u(0))", derive=derive, exact=exactly(exact))


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
