"""The preconditioner Gamma, read off the population loss on u21 = u12 = 0.

There the loss is u^2 tr(S U Lambda U')/2 - u tr(C U') + const with S and C free of U and u. Its stationary points with
u != 0 solve S (uU) Lambda = C, so uU = S^{-1} C Lambda^{-1} = Gamma^{-1} with Gamma = Lambda C^{-1} S. For the paper's
law that is Gamma = (1 + 1/N) Lambda + (tr Lambda / N) I.

Source: Zhang, Frei and Bartlett (2024), eq. (4.1); statement B5, B6 for other laws.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from theory.algebra.calculus import gradient
from theory.algebra.definitions import Definition, define
from theory.algebra.expression import Expression, letter, matrix, number
from theory.derivation import DerivationError, require_equal
from theory.zhang2024.model import LAMBDA, U11, Law, u
from theory.zhang2024.population_loss import population_loss, reduced

# On the invariant subspace the only matrix block is written U, as in the paper's Lemma 5.2.
U = matrix("U")


@dataclass(frozen=True)
class Preconditioner:
    """The restricted loss u^2 tr(S U Lambda U')/2 - u tr(C U') + constant and Gamma = Lambda C^{-1} S.

    `loss`, `constant` and `linear` (C) are expressions; `square` (S) and `Gamma` are definitions.
    """

    loss: Expression
    constant: Expression
    linear: Expression
    square: Definition
    Gamma: Definition


def reduced_loss(law: Law) -> Expression:
    """The population loss on u21 = u12 = 0, a function of U and u."""
    loss = population_loss(noise=law.noise, task_covariance=law.task_covariance, elliptical=law.elliptical)
    return reduced(loss.expression).substitute({letter(U11): U})


@cache
def preconditioner(law: Law) -> Preconditioner:
    """Return the parts of the restricted loss; DerivationError if it does not have that form."""
    loss = reduced_loss(law)
    at = {letter(u): number(0)}
    constant = loss.substitute(at)
    linear = -gradient(gradient(loss, u).substitute(at), U)
    # d^2/du^2 of the loss is tr(S U Lambda U'); its gradient at U = Lambda^{-1} is twice S.
    curvature = gradient(gradient(loss, u), u)
    square = gradient(curvature, U).substitute({letter(U): LAMBDA**-1}) / 2
    form = u**2 * (square @ U @ LAMBDA @ U.T).trace() / 2 - u * (linear @ U.T).trace() + constant
    require_equal(loss, form, "the restricted loss is quadratic in uU")
    Gamma = define("Gamma", LAMBDA @ linear.inverse() @ square)
    require_equal(linear @ LAMBDA**-1 @ Gamma.name, square, "S = C Lambda^{-1} Gamma", (Gamma,))
    if not Gamma.symbol.definite:
        raise DerivationError(f"Gamma is not positive definite by form: {Gamma.expression}")
    return Preconditioner(loss, constant, linear, define("S", square), Gamma)
