"""The left sides: moments of an inverse Wishart matrix, risks of least squares, and the limit of that of ridge."""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from proofs_check.judge.exact_wishart import (
    Bartlett,
    between,
    moment_in_proportional_limit,
    partial_sums,
    positive_root,
)
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.judge.quantities import Array, Derived, Exact, Quantity
from proofs_check.papers.comparators.language import LETTERS
from theory.algebra.expression import Expression, matrix
from theory.algebra.inverse_moments import wishart_expectation
from theory.least_squares import least_squares

_W = matrix("W", definite=True)
# The risk is enclosed by the moments of order 0 to 4 of the sample covariance.
_MOMENTS = 5


def _derived(of_inverse: Expression) -> Derived:
    found = wishart_expectation(of_inverse, _W, LETTERS["Lambda"], "M")
    return found.value, ()


def _standard_inverse(instance: Instance) -> tuple[Bartlett, Array, Array]:
    """(space, V_0, C^-1): the inverse of a standard Wishart matrix, and the root with V = C^-T V_0 C^-1."""
    space = Bartlett(instance.lengths["d"], instance.lengths["M"])
    factor = space.inverse_factor()
    return space, factor.T @ factor, inverse(instance.arrays["C"])


def mean_of_inverse() -> Quantity:
    """E V for V = W^-1, W = sum_{i <= M} x_i x_i', x_i ~ N(0, Lambda)."""

    def exact(instance: Instance) -> Exact:
        space, standard, root = _standard_inverse(instance)
        return root.T @ space.means(standard) @ root, {}

    return Quantity(r"\mathbb{E} W^{-1}", derive=lambda: _derived(_W**-1), exact=exact)


def second_moment_of_inverse() -> Quantity:
    """E[V A V]."""
    A = LETTERS["A"]

    def exact(instance: Instance) -> Exact:
        space, standard, root = _standard_inverse(instance)
        inner = space.constant(root @ instance.arrays["A"] @ root.T)
        return root.T @ space.means(standard @ inner @ standard) @ root, {}

    return Quantity(r"\mathbb{E}[W^{-1} A W^{-1}]", derive=lambda: _derived(_W**-1 @ A @ _W**-1), exact=exact)


def risk_with_enough_examples() -> Quantity:
    """E (x_q'(w_hat - w))^2 of least squares for M > d + 1: given the covariates it is s2 tr(Lambda W^-1)."""

    def derive() -> Derived:
        formula = least_squares()["enough examples"]
        return formula.expression, formula.definitions

    def exact(instance: Instance) -> Exact:
        space, standard, root = _standard_inverse(instance)
        V = root.T @ space.means(standard) @ root
        return one_by_one(instance.values["s2"] * np.trace(instance.arrays["Lambda"] @ V)), {}

    return Quantity(r"\mathbb{E}(x_q^\top (\hat w - w))^2", derive=derive, exact=exact)


def risk_with_few_examples() -> Quantity:
    """The same for M < d - 1 and Lambda = lambda I, with the solution of least norm."""

    def derive() -> Derived:
        formula = least_squares()["few examples"]
        return formula.expression, formula.definitions

    def exact(instance: Instance) -> Exact:
        d, M = instance.lengths["d"], instance.lengths["M"]
        lambda_, s2, w = instance.values["lambda"], instance.values["s2"], instance.arrays["w"].reshape(-1)
        # K = X'X is Wishart of size M with d samples; the noise adds lambda s2 tr K^-1, free of lambda.
        space = Bartlett(M, d)
        factor = space.inverse_factor()
        noise = sum(space.mean(entry * entry) for entry in factor.flat)
        return one_by_one(lambda_ * (1 - Fraction(M, d)) * (w @ w) + s2 * noise), {}

    return Quantity(r"\mathbb{E}(x_q^\top (\hat w - w))^2", derive=derive, exact=exact)


def limiting_ridge_risk() -> Quantity:
    """lim E |w_hat - w|^2 of ridge regression with penalty M x, isotropic covariates and d = c M.

    It is the integral of signal x^2/(t + x)^2 + s2 c t/(t + x)^2 over the limit law of the sample covariance, between
    two partial sums of the series of (1 + t/x)^-2 for every t >= 0. `m` is the resolvent.
    """

    def enclose(instance: Instance) -> Exact:
        c, x = instance.values["c"], instance.values["x"]
        moments = [moment_in_proportional_limit(k, c) for k in range(_MOMENTS)]
        bias = partial_sums([(k + 1) * moment for k, moment in enumerate(moments)], x)
        variance = partial_sums([(k + 1) * moment for k, moment in enumerate(moments[1:])], x)
        low_bias, high_bias = sorted(bias[-2:])
        low, high = sorted(variance[-2:])
        signal, weight = instance.values["signal"], instance.values["s2"] * c / x**2
        ball = between(signal * low_bias + weight * low, signal * high_bias + weight * high)
        return one_by_one(ball), {"m": one_by_one(positive_root(c * x, 1 - c + x, Fraction(-1)))}

    return Quantity(
        r"\lim \mathbb{E} |\hat w - w|^2", enclose=enclose, enclosed_by="moments of finite sizes, extrapolated"
    )
