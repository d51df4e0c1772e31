"""The mean of the prediction given a query whose law is that of its own prompt, for Exp(1) variances (F3)."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from typing import Any

from flint import acb, arb, ctx

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import as_balls
from proofs_check.papers.zhang2024.quantities.brute_force import Exact, flat

_BITS = 128
# The integrals run from |x|/10 to 8 in s = sqrt(lambda).
_FIRST, _LAST = Fraction(1, 10), 8


def _integral(square: arb, power: int) -> arb:
    """Integral of s^power exp(-x^2/(2 s^2) - s^2) over s > 0, enclosed, x^2 = square.

    Below the first bound the integrand is at most s^power exp(-50), beyond the last one the integral at most
    (8 + 1) exp(-64) for power 0 or 2.
    """
    first = (square.sqrt() * _FIRST.numerator / _FIRST.denominator).mid()
    inside = acb.integral(lambda s, _: s**power * (-square / (2 * s * s) - s * s).exp(), first, _LAST).real
    below = first * (first + 1) ** 2 * (-square / (2 * first * first)).exp()
    beyond = (_LAST + 1) * arb(-(_LAST**2)).exp()
    return inside + arb(0).union((below + beyond).upper())


@lru_cache(maxsize=512)
def mean_variance(x: Fraction) -> arb:
    """E[lambda | x] for lambda ~ Exp(1) and x ~ N(0, lambda) given lambda, by Bayes' rule with lambda = s^2."""
    with ctx.workprec(_BITS):
        square: Any = as_balls([[x * x]])[0, 0]
        return _integral(square, 2) / _integral(square, 0)


def mean_prediction_given_query() -> Quantity:
    """E[y_hat | x_q, w] = (1/3) sum_i E[lambda_i | x_q,i] w_i x_q,i; r and rho as in the statement."""

    def enclose(instance: Instance) -> Exact:
        x_q, w = flat(instance, "x_q"), flat(instance, "w")
        with ctx.workprec(_BITS):
            terms = [mean_variance(x) * as_balls([[x * a]])[0, 0] for x, a in zip(x_q, w, strict=True)]
            value = sum(terms, arb(0)) / 3
        return one_by_one(value), {"r": tuple(abs(x) * x for x in x_q), "rho": arb(2).rsqrt()}

    return Quantity(
        r"\lim_{M, N \to \infty} \mathbb{E}[\hat y \mid x_q, w]",
        enclose=enclose,
        enclosed_by="integrals over the covariance in ball arithmetic",
    )
