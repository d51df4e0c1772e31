"""Random covariances with two values: the loss, its flow, its least point and the limit of Theorem 4.5.

The covariance is L1 with probability p and L2 with probability q. The exact evidence runs the layer on prompts of each
and averages. Diagonal ones commute, or are given by their entries l, m, r.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.language import LETTERS, TWO_ATOMS
from proofs_check.papers.zhang2024.quantities import brute_force
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Array,
    Derived,
    Exact,
    gamma,
    on_subspace,
    training_layer,
    zeros,
)
from theory.algebra.calculus import differential, gradient
from theory.algebra.expression import Expression, letter
from theory.algebra.expression import number as constant
from theory.zhang2024.model import BLOCKS, LAMBDA, U11, Law, u
from theory.zhang2024.population_loss import population_loss, reduced
from theory.zhang2024.preconditioner import U, preconditioner
from theory.zhang2024.random_covariance import coefficients, lambda_i, lambda_j, total

P, Q = Fraction(2, 5), Fraction(3, 5)
WEIGHTS: Mapping[str, Fraction] = {"p": P, "q": Q}
L1, L2, p, q = (TWO_ATOMS[name] for name in ("L1", "L2", "p", "q"))
A = LETTERS["A"]


def averaged(expression: Expression) -> Expression:
    """E over the two atoms of an expression in Lambda."""
    return p * expression.substitute({letter(LAMBDA): L1}) + q * expression.substitute({letter(LAMBDA): L2})


def atoms_of(instance: Instance) -> tuple[tuple[Fraction, Array], ...]:
    """The covariances at an instance with their probabilities."""
    return ((P, instance.arrays["L1"]), (Q, instance.arrays["L2"]))


def _diagonal_part(instance: Instance) -> Instance:
    """The instance with the off-diagonal entries of both atoms set to zero."""
    values = {name: tuples(np.diag(np.diag(instance.arrays[name])) + Fraction(0)) for name in ("L1", "L2")}
    return instance.with_values(**values)


def exact_over_atoms(compute: Callable[[Instance], Array], diagonal: bool = False) -> Callable[[Instance], Exact]:
    """The exact evidence: the value at an instance with the weights p and q, and the atoms made diagonal if wanted."""

    def evidence(instance: Instance) -> Exact:
        at = _diagonal_part(instance) if diagonal else instance
        further: dict[str, Any] = dict(WEIGHTS)
        if diagonal:
            further |= {name: at.values[name] for name in ("L1", "L2")}
        return np.asarray(compute(at), dtype=object), further

    return evidence


def _weights(instance: Instance) -> dict[str, Any]:
    return on_subspace(instance.arrays["U"], instance.arrays["u"][0, 0])


def _mean_gradient(instance: Instance, name: str) -> Array:
    N = instance.lengths["N"]
    # A sum of 0-dimensional arrays would collapse to a Fraction.
    return np.asarray(
        sum(weight * training_layer(L, N).gradient(_weights(instance), name) for weight, L in atoms_of(instance))
    )


def _flow_of(name: str) -> Expression:
    """The derived flow of a block on the subspace, over the two atoms."""
    loss = averaged(population_loss().expression)
    return -reduced(gradient(loss, BLOCKS[name])).substitute({letter(U11): U})


def least_averaged_loss(atoms: Sequence[tuple[Fraction, Array]], N: int) -> tuple[Array, Fraction]:
    """(argmin of uU, min of the loss less E tr(Lambda)/2) for finitely many covariances with their probabilities."""
    best, least = brute_force.least_loss([(weight, training_layer(L, N)) for weight, L in atoms], len(atoms[0][1]))
    return best, least - sum((weight * np.trace(L) for weight, L in atoms), Fraction(0)) / 2


def flow_of_U() -> Quantity:
    """U' on the subspace."""
    return Quantity(
        r"\dot U", derive=lambda: (_flow_of("U11"), ()), exact=exact_over_atoms(lambda at: -_mean_gradient(at, "U11"))
    )


def flow_of_u() -> Quantity:
    """u' on the subspace."""
    return Quantity(
        r"\dot u",
        derive=lambda: (_flow_of("u"), ()),
        exact=exact_over_atoms(lambda at: [[-_mean_gradient(at, "u")[()]]]),
    )


def gradient_on_subspace(name: str) -> Quantity:
    """The gradient by u21 or u12 on the subspace."""
    tex = {"u21": "u_{21}", "u12": "u_{12}"}[name]
    return Quantity(
        rf"\nabla_{{{tex}}} L \big|_{{u_{{21}} = u_{{12}} = 0}}",
        derive=lambda: (_flow_of(name), ()),
        exact=exact_over_atoms(lambda at: _mean_gradient(at, name)),
    )


def growth_of_u_squared() -> Quantity:
    """d(u^2)/dt on the subspace."""
    return Quantity(
        r"\frac{d}{dt} u^2",
        derive=lambda: (differential(u * u, {u: _flow_of("u")}), ()),
        exact=exact_over_atoms(lambda at: [[-2 * at.arrays["u"][0, 0] * _mean_gradient(at, "u")[()]]]),
    )


def restricted_loss() -> Quantity:
    """l(U, u) = L - E tr(Lambda)/2 on the subspace."""

    def derive() -> Derived:
        parts = preconditioner(Law())
        return averaged(parts.loss - parts.constant), ()

    def exact(instance: Instance) -> Array:
        N, here = instance.lengths["N"], _weights(instance)
        return [[sum(p * (training_layer(L, N).loss(here) - np.trace(L) / 2) for p, L in atoms_of(instance))]]

    return Quantity(r"\ell_{\mathrm{rdm}}(U, u)", derive=derive, exact=exact_over_atoms(exact))


def _in_entries(expression: Expression) -> Expression:
    """E over the two atoms of a polynomial in lambda_i, lambda_j and s, in the entries of the atoms."""
    result = constant(0)
    for weight, k in ((p, "1"), (q, "2")):
        i, j, rest = (TWO_ATOMS[f"{name}{k}"] for name in "lmr")
        inserted = {letter(lambda_i): i, letter(lambda_j): j, letter(total): i + j + rest}
        result = result + weight * expression.substitute(inserted)
    return result


def coordinate_flow(part: str) -> Quantity:
    """u_ii', u_ij' or u' of (C.4), where U has the entries u_ii = v and u_ij = z only (i = 1, j = 2, d = 3)."""

    def derive() -> Derived:
        read = coefficients()
        v, z = TWO_ATOMS["v"], TWO_ATOMS["z"]
        gamma_i = _in_entries(read.zeta.substitute({letter(lambda_j): lambda_i}))
        zeta_ij, xi_i = _in_entries(read.zeta), _in_entries(read.xi)
        fields = {
            "ii": -gamma_i * u**2 * v + xi_i * u,
            "ij": -zeta_ij * u**2 * z,
            "u": -gamma_i * u * v**2 - zeta_ij * u * z**2 + xi_i * v,
        }
        return fields[part], ()

    def exact(instance: Instance) -> Array:
        value = {name: array[0, 0] for name, array in instance.arrays.items()}
        U_value = zeros(3, 3)
        U_value[0, 0], U_value[0, 1] = value.get("v", Fraction(0)), value.get("z", Fraction(0))
        result = Fraction(0)
        for weight, k in ((P, "1"), (Q, "2")):
            covariance = np.diag([value[f"{name}{k}"] for name in "lmr"]) + Fraction(0)
            layer = training_layer(covariance, instance.lengths["N"])
            found = layer.gradient(on_subspace(U_value, value["u"]), "u" if part == "u" else "U11")
            result -= weight * (found[()] if part == "u" else found[0, 0 if part == "ii" else 1])
        return [[result]]

    tex = {"ii": r"\dot u_{ii}", "ij": r"\dot u_{ij}", "u": r"\dot u"}[part]
    return Quantity(tex, derive=derive, exact=exact_over_atoms(exact))


def coordinate_loss() -> Quantity:
    """l_rdm in coordinates, where U has the entries u_ii = v and u_ij = z only (i = 1, j = 2, d = 3)."""

    def exact(instance: Instance) -> Array:
        value = {name: array[0, 0] for name, array in instance.arrays.items()}
        U_value, result = zeros(3, 3), Fraction(0)
        U_value[0, 0], U_value[0, 1] = value["v"], value["z"]
        for weight, k in ((P, "1"), (Q, "2")):
            covariance = np.diag([value[f"{name}{k}"] for name in "lmr"]) + Fraction(0)
            layer = training_layer(covariance, instance.lengths["N"])
            result += weight * (layer.loss(on_subspace(U_value, value["u"])) - np.trace(covariance) / 2)
        return [[result]]

    return Quantity(r"\ell_{\mathrm{rdm}}", exact=exact_over_atoms(exact))


def minimiser() -> Quantity:
    """The value of uU at which the loss for diagonal covariances is least."""
    return Quantity(
        r"\operatorname{argmin}_{uU} \ell_{\mathrm{rdm}}",
        exact=exact_over_atoms(lambda at: least_averaged_loss(atoms_of(at), at.lengths["N"])[0], diagonal=True),
    )


def floor() -> Quantity:
    """min l_rdm for diagonal covariances."""
    return Quantity(
        r"\min \ell_{\mathrm{rdm}}",
        exact=exact_over_atoms(lambda at: [[least_averaged_loss(atoms_of(at), at.lengths["N"])[1]]], diagonal=True),
    )


def excess_over_any_point() -> Quantity:
    """l_rdm(U, u) - l_rdm(A, 1) for any matrix A and any law."""

    def derive() -> Derived:
        parts = preconditioner(Law())
        loss = averaged(parts.loss - parts.constant)
        return loss - loss.substitute({letter(U): A, letter(u): constant(1)}), ()

    def exact(instance: Instance) -> Array:
        N, there = instance.lengths["N"], on_subspace(instance.arrays["A"], Fraction(1))
        layers = [(weight, training_layer(L, N)) for weight, L in atoms_of(instance)]
        return [[sum(weight * (layer.loss(_weights(instance)) - layer.loss(there)) for weight, layer in layers)]]

    return Quantity(
        r"\ell_{\mathrm{rdm}}(U, u) - \ell_{\mathrm{rdm}}(A, 1)", derive=derive, exact=exact_over_atoms(exact)
    )


def stationarity_of_minimiser() -> Quantity:
    """E[Gamma_tau Lambda_tau A Lambda_tau] at the least point A of the loss, found from the layer's gradients."""

    def exact(instance: Instance) -> Array:
        N = instance.lengths["N"]
        best, _ = least_averaged_loss(atoms_of(instance), N)
        total = zeros(*best.shape)
        for weight, L in atoms_of(instance):
            total = total + weight * (gamma(L, N) @ L @ best @ L)
        return total

    return Quantity(r"\mathbb{E}[\Gamma_\tau \Lambda_\tau A \Lambda_\tau]", exact=exact_over_atoms(exact))


def floor_of_any_law() -> Quantity:
    """min l_rdm for covariances that need not commute; A in the statement is the least point."""

    def evidence(instance: Instance) -> Exact:
        best, least = least_averaged_loss(atoms_of(instance), instance.lengths["N"])
        return one_by_one(least), {**WEIGHTS, "A": tuples(best)}

    return Quantity(r"\min \ell_{\mathrm{rdm}}", exact=evidence)


def initial_alignment() -> Quantity:
    """E tr(Lambda_tau^2 Theta Theta'), the linear term of the loss at the initialisation."""
    Theta = LETTERS["Theta"]

    def derive() -> Derived:
        return (averaged(preconditioner(Law()).linear) @ Theta @ Theta.T).trace(), ()

    def exact(instance: Instance) -> Array:
        # -dl/du at u = 0 and U = Theta Theta' is the linear term itself.
        theta, N = instance.arrays["Theta"], instance.lengths["N"]
        blocks = on_subspace(theta @ theta.T, Fraction(0))
        return [[-sum(weight * training_layer(L, N).gradient(blocks, "u")[()] for weight, L in atoms_of(instance))]]

    return Quantity(
        r"\mathbb{E} \operatorname{tr}(\Lambda_\tau^2 \Theta\Theta^\top)", derive=derive, exact=exact_over_atoms(exact)
    )
