"""Where the population loss is least, its excess there, and the gradient against that: Corollary A.2, Lemma 5.3."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Array,
    Derived,
    Exact,
    derived,
    exactly,
    gamma,
    least_loss,
)
from proofs_check.papers.zhang2024.quantities.loss import (
    all_blocks,
    derived_loss,
    even_square,
    even_square_by_layer,
    subspace_blocks,
    training_layer_of,
)
from theory.zhang2024.global_minimum import global_minimum
from theory.zhang2024.model import Law


def least_training_loss(instance: Instance, law: Law) -> tuple[Array, Fraction]:
    """(argmin of uU, min of the loss) on the subspace at an instance, by the brute-force loss."""
    return least_loss([(Fraction(1), training_layer_of(instance, law))], instance.lengths["d"])


def minimiser(law: Law) -> Quantity:
    """The value of uU at which the loss is least."""
    return Quantity(
        r"\operatorname{argmin}_{uU} L",
        derive=derived(lambda: global_minimum(noise=law.noise, task_covariance=law.task_covariance)["minimiser"]),
        exact=exactly(lambda instance: least_training_loss(instance, law)[0]),
    )


def floor_of_restricted_loss() -> Quantity:
    """min l."""

    def exact(instance: Instance) -> Array:
        return [[least_training_loss(instance, Law())[1] - np.trace(instance.arrays["Lambda"]) / 2]]

    return Quantity(r"\min \ell", derive=derived(lambda: global_minimum()["floor"]), exact=exactly(exact))


def _excess_on_subspace(instance: Instance) -> Array:
    here = training_layer_of(instance, Law()).loss(subspace_blocks(instance))
    return [[here - least_training_loss(instance, Law())[1]]]


def excess_of_restricted_loss() -> Quantity:
    """l(U, u) - min l."""
    return Quantity(
        r"\ell(U, u) - \min \ell",
        derive=derived(lambda: global_minimum()["excess loss"]),
        exact=exactly(_excess_on_subspace),
    )


def excess_at_root() -> Quantity:
    """The same at Lambda = Root^2."""

    def exact(instance: Instance) -> Array:
        root = instance.arrays["Root"]
        return _excess_on_subspace(instance.with_values(Lambda=tuples(root @ root)))

    return Quantity(r"\ell(U, u) - \min \ell", exact=exactly(exact))


def excess_over_all_blocks() -> Quantity:
    """L(all blocks) - min over the subspace; `even` in the statement as in `training_loss`."""

    def derive() -> Derived:
        minimum = global_minimum()["minimum of L"]
        return derived_loss(Law()) - minimum.expression, (*minimum.definitions, even_square(Law()))

    def exact(instance: Instance) -> Exact:
        layer, blocks = training_layer_of(instance, Law()), all_blocks(instance)
        gap = layer.loss(blocks) - least_training_loss(instance, Law())[1]
        return one_by_one(gap), {"even": even_square_by_layer(layer, blocks)}

    return Quantity(r"L(U_{11}, u_{21}, u_{12}, u) - \min_{u_{21} = u_{12} = 0} L", derive=derive, exact=exact)


def _squared_gradient(instance: Instance) -> Exact:
    """||grad_U l||_F^2 by the flow of Lemma 5.2, and l - min l by Lemma A.1 and Corollary A.2."""
    L, U = instance.arrays["Lambda"], instance.arrays["U"]
    u = instance.values["u"]
    G = gamma(L, instance.lengths["N"])
    slope = u**2 * (G @ L @ U @ L) - u * (L @ L)
    loss = u**2 * np.trace(G @ L @ U @ L @ U.T) / 2 - u * np.trace(L @ L @ U.T)
    floor = -np.trace(L @ L @ inverse(G)) / 2
    return one_by_one(np.sum(slope * slope)), {"gap": loss - floor}


def squared_gradient() -> Quantity:
    """||grad_U l||_F^2; `gap` in the statement is l - min l."""
    return Quantity(r"\|\nabla_U \ell\|_F^2", exact=_squared_gradient)
