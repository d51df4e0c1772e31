"""The prediction of the layer on a given prompt: equation (3.4), Lemma 5.1, and the matrix H of section 5.1."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Array,
    Derived,
    Exact,
    exactly,
    flat,
    negative_eigenvalues,
    rank,
    zeros,
)
from proofs_check.papers.zhang2024.quantities.loss import all_blocks
from theory.algebra.expression import letter, scalar_letter
from theory.zhang2024.model import U11, prediction_from_layer, quadratic_form, u, u12, u21


def _embedding(X: Array, y: Array, x_q: Array) -> Array:
    """E = [[X, x_q], [y', 0]]."""
    d, N = X.shape
    E = zeros(d + 1, N + 1)
    E[:d, :N], E[d, :N], E[:d, N] = X, y, x_q
    return E


def _form_matrix(E: Array, x_q: Array) -> Array:
    """H = (X_q (x) E E'/N)/2 with X_q = [[0, x_q], [x_q', 0]]."""
    d, N = len(x_q), E.shape[1] - 1
    border = zeros(d + 1, d + 1)
    border[:d, d], border[d, :d] = x_q, x_q
    return np.kron(border, E @ E.T / Fraction(N)) / Fraction(2)


def layer_output(instance: Instance) -> Array:
    """The layer's prediction on a given prompt, by multiplying f(E) out in numbers.

    The entries of W_PV and W_KQ that the prediction does not depend on are set to numbers, not to zero.
    """
    E = _embedding(instance.arrays["X"], flat(instance, "y"), flat(instance, "x_q"))
    d, N = E.shape[0] - 1, E.shape[1] - 1
    blocks = all_blocks(instance)
    W_PV = np.array([[Fraction(3 * i - j + 1, 4) for j in range(d + 1)] for i in range(d + 1)], dtype=object)
    W_KQ = np.array([[Fraction(i + 2 * j - 2, 5) for j in range(d + 1)] for i in range(d + 1)], dtype=object)
    W_PV[d, :d], W_PV[d, d] = blocks["u12"], blocks["u"]
    W_KQ[:d, :d], W_KQ[d, :d] = blocks["U11"], blocks["u21"]
    output = E + W_PV @ E @ (E.T @ W_KQ @ E) / Fraction(N)
    return output[d : d + 1, N : N + 1]


def _form(instance: Instance) -> Array:
    """u'Hu with the Kronecker product written out."""
    x_q = flat(instance, "x_q")
    H = _form_matrix(_embedding(instance.arrays["X"], flat(instance, "y"), x_q), x_q)
    blocks, d = all_blocks(instance), len(x_q)
    M = zeros(d + 1, d + 1)
    M[:d, :d], M[:d, d], M[d, :d], M[d, d] = blocks["U11"], blocks["u12"], blocks["u21"], blocks["u"]
    stacked = M.T.reshape(-1)
    return np.array([[stacked @ H @ stacked]], dtype=object)


def layer_prediction() -> Quantity:
    """[f(E)]_{d+1,N+1}."""
    return Quantity(r"[f(E)]_{d+1,N+1}", derive=lambda: (prediction_from_layer(), ()), exact=exactly(layer_output))


FACTOR = scalar_letter("kappa", definite=True, latex="k")


def rescaled_prediction() -> Quantity:
    """The prediction with W_PV multiplied by kappa and W_KQ divided by it."""

    def derive() -> Derived:
        kappa = FACTOR
        scaled = {letter(u12): kappa * u12, letter(u): kappa * u}
        divided = {letter(U11): kappa.reciprocal() * U11, letter(u21): kappa.reciprocal() * u21}
        return prediction_from_layer().substitute({**scaled, **divided}), ()

    def exact(instance: Instance) -> Array:
        factor = instance.values["kappa"]
        changed = {"u12": tuples(flat(instance, "u12") * factor)}
        changed |= {"u21": tuples(flat(instance, "u21") / factor), "U11": tuples(instance.arrays["U11"] / factor)}
        return layer_output(instance.with_values(u=instance.values["u"] * factor, **changed))

    return Quantity(r"[f(E; W_{KQ}/k, k W_{PV})]_{d+1,N+1}", derive=derive, exact=exactly(exact))


def lemma_5_1_form() -> Quantity:
    """u'Hu of Lemma 5.1."""
    return Quantity(
        r"(\operatorname{vec} \Omega)^\top H \operatorname{vec} \Omega",
        derive=lambda: (quadratic_form(), ()),
        exact=exactly(_form),
    )


def _negative_directions(instance: Instance) -> Exact:
    x_q, w = flat(instance, "x_q"), flat(instance, "w")
    E = _embedding(instance.arrays["X"], w @ instance.arrays["X"], x_q)
    return one_by_one(Fraction(negative_eigenvalues(_form_matrix(E, x_q)))), {"rank": Fraction(rank(E))}


def negative_directions_of_H() -> Quantity:
    """The number of negative eigenvalues of H on a noiseless prompt; `rank` in the statement is that of E."""
    return Quantity(r"\#\{\text{negative eigenvalues of } H\}", exact=_negative_directions)
