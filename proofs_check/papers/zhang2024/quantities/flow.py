"""The flow on the subspace u21 = u12 = 0: Lemma 5.2, balance, and its forms in Lambda's eigenbasis (B2, B3)."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

import numpy as np
from flint import arb, ctx

from numerics.enclosure import enclose_flow
from numerics.problem import Problem
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import exact_identity, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import as_balls
from proofs_check.papers.zhang2024.language import ENCLOSED
from proofs_check.papers.zhang2024.quantities.brute_force import Array, Derived, Exact, exactly, gamma, scalar
from proofs_check.papers.zhang2024.quantities.loss import subspace_blocks, training_layer_of
from theory.algebra.calculus import differential
from theory.zhang2024.gradient_flow import gradient_flow
from theory.zhang2024.model import Law, u
from theory.zhang2024.preconditioner import preconditioner

_BITS = 128


def flow_on_subspace(instance: Instance) -> tuple[Array, Fraction]:
    """(U', u') at a point of the subspace, from the gradient of the full loss."""
    layer = training_layer_of(instance, Law())
    blocks = subspace_blocks(instance)
    return -layer.gradient(blocks, "U11"), -layer.gradient(blocks, "u")[()]


def flow_of_U() -> Quantity:
    """U' on the subspace."""
    return Quantity(
        r"\dot U",
        derive=lambda: (gradient_flow()["U' reduced"].expression, (preconditioner(Law()).Gamma,)),
        exact=exactly(lambda instance: flow_on_subspace(instance)[0]),
    )


def flow_of_u() -> Quantity:
    """u' on the subspace."""
    return Quantity(
        r"\dot u",
        derive=lambda: (gradient_flow()["u' reduced"].expression, (preconditioner(Law()).Gamma,)),
        exact=exactly(lambda instance: [[flow_on_subspace(instance)[1]]]),
    )


def growth_of_u_squared() -> Quantity:
    """d(u^2)/dt on the subspace."""

    def derive() -> Derived:
        return differential(u * u, {u: gradient_flow()["u' reduced"].expression}), (preconditioner(Law()).Gamma,)

    def exact(instance: Instance) -> Array:
        return [[2 * scalar(instance, "u") * flow_on_subspace(instance)[1]]]

    return Quantity(r"\frac{d}{dt} u^2", derive=derive, exact=exactly(exact))


def flow_between(first: str, second: str) -> Quantity:
    """first' U' second for two vectors."""

    def exact(instance: Instance) -> Array:
        flow, _ = flow_on_subspace(instance)
        return instance.arrays[first].T @ flow @ instance.arrays[second]

    return Quantity(rf"{first}^\top \dot U {second}", exact=exactly(exact))


def _growth_of_v(instance: Instance) -> Exact:
    """d(v^2)/dt = 2 v U_11' at U = vI, u = sqrt(d) v, by the flow of Lemma 5.2 in balls."""
    d = instance.lengths["d"]
    with ctx.workprec(_BITS):
        L = as_balls(instance.arrays["Lambda"])
        G = as_balls(gamma(instance.arrays["Lambda"], instance.lengths["N"]))
        v = as_balls(np.array([[instance.values["h"]]], dtype=object))[0, 0].sqrt()
        u = arb(d).sqrt() * v
        U = as_balls(exact_identity(d)) * v
        flow = (L @ L) * u - (G @ L @ U @ L) * (u * u)
        return one_by_one(2 * v * flow[0, 0]), {"rootd": arb(d).sqrt()}


def growth_of_v_squared() -> Quantity:
    """d(v^2)/dt where U = vI; `rootd` in the statement is sqrt(d)."""
    return Quantity(r"\frac{d}{dt} v^2", enclose=_growth_of_v, enclosed_by="Lemma 5.2's flow in balls")


@lru_cache(maxsize=256)
def _isotropic_flow(scale: Fraction, d: int, N: int, s: Fraction) -> tuple[arb, arb]:
    """v^2 at some time T, enclosed, and exp(-2 sqrt(d) lambda^2 T)."""
    problem = Problem.from_spectrum([float(scale)] * d, context_length=N)
    end = 2.0 ** round(float(-np.log2(np.sqrt(d) * float(scale) ** 2)))
    box = enclose_flow(problem, s, t_end=end, eigenvalues=[scale] * d)
    with ctx.workprec(_BITS):
        v = arb(float(box.lower[-1, 0])).union(arb(float(box.upper[-1, 0])))
        rate = 2 * arb(d).sqrt() * as_balls(np.array([[scale]], dtype=object))[0, 0] ** 2
        return v * v, (-rate * arb(end)).exp()


def _isotropic_solution(instance: Instance) -> Exact:
    values, sizes = instance.values, instance.lengths
    square, decay = _isotropic_flow(values["lambda"], sizes["d"], sizes["N"], values["s"])
    with ctx.workprec(_BITS):
        return one_by_one(1 / square), {"decay": decay, "rootd": arb(sizes["d"]).sqrt()}


def isotropic_solution() -> Quantity:
    """1/v^2 at a later time T; `decay` in the statement is exp(-2 sqrt(d) lambda^2 T)."""
    return Quantity(r"1/v(T)^2", enclose=_isotropic_solution, enclosed_by=ENCLOSED)
