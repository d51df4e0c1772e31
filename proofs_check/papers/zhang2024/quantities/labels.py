"""Other laws of covariates and labels: elliptical covariates (B6), ReLU and sign labels (B8), and |x|^-h."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from itertools import product
from math import ceil, pi, prod

import numpy as np
from flint import acb, arb, ctx

from numerics.monte_carlo import simulate_error
from numerics.problem import Problem
from numerics.prompts import FixedTask, Shift, SignLabels
from numerics.sequential import Moments
from proofs_check.judge.exact_moments import Coordinates, rational
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.judge.statements import as_balls
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Exact,
    derived,
    error_from_moments,
    linear_moments,
    rounded_up,
    zeros,
)
from theory.zhang2024.global_minimum import global_minimum
from theory.zhang2024.prediction_error import prediction_error

_BITS = 128


def _elliptical_minimiser(instance: Instance) -> Exact:
    """argmin_A E ||(S A - I) x_q||^2 = E[S^2]^-1 E[S], S the second moments of a prompt, over all its radii."""
    L, N = instance.arrays["Lambda"], instance.lengths["N"]
    d = len(L)
    values = instance.values
    square = zeros(d, d)
    mean = square.copy()
    for radii in product((("a", values["h"]), ("b", 1 - values["h"])), repeat=N):
        weight = prod((chance for _, chance in radii), start=Fraction(1))
        space = Coordinates({("x", i): L * values[name] for i, (name, _) in enumerate(radii)})
        columns = [space.vectors["x", i] for i in range(N)]
        S = sum((column @ column.T for column in columns[1:]), columns[0] @ columns[0].T) * rational(Fraction(1, N))
        square = square + weight * space.means(S @ S)
        mean = mean + weight * space.means(S)
    return inverse(square) @ mean, {}


def elliptical_minimiser() -> Quantity:
    """The value of uU at which the loss is least for x = sqrt(r) z with a radius r of two values."""
    return Quantity(
        r"\operatorname{argmin}_{uU} L",
        derive=derived(lambda: global_minimum(elliptical=True)["minimiser"]),
        exact=_elliptical_minimiser,
    )


def _relu_error(instance: Instance) -> Exact:
    """relu(t)^2 + relu(-t)^2 = t^2 and relu(t) - relu(-t) = t: moments of relu are half those of a linear label."""
    first, second, square = linear_moments(instance.values["Lambda"], instance.values["w"])
    return one_by_one(error_from_moments(instance, first / 2, second / 2, square / 2)), {}


def relu_error() -> Quantity:
    """E(y_hat - y_q)^2 on labels max(0, <w, x>)."""
    return Quantity(r"\mathbb{E}(\hat y - y_q)^2", derive=derived(lambda: prediction_error("relu")), exact=_relu_error)


def _sign_error(instance: Instance) -> Exact:
    """E x sgn(w'x) = Lambda w E|t|/Var t for t = w'x, E|t| = sqrt(2 Var t/pi); y^2 = 1."""
    L, column = instance.arrays["Lambda"], instance.arrays["w"]
    with ctx.workprec(_BITS):
        variance = as_balls(column.T @ L @ column)[0, 0]
        constant = 2 / arb.pi()
        first = as_balls(L @ column) * (constant / variance).sqrt()
        return one_by_one(error_from_moments(instance, first, L, arb(1))), {"two_over_pi": constant}


def _sample_sign(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    """With v = A'x_q: |y_hat| <= (1/M) sum |v'x_i|, so E (y_hat - y)^4 <= 8 (3 E(v'Lambda v)^2 + 1) by convexity."""
    values = instance.floats
    problem = Problem(values["Lambda"], instance.lengths["N"])
    estimate = simulate_error(
        problem,
        prompt_length=instance.lengths["M"],
        labels=SignLabels(),
        shift=Shift(task=FixedTask(values["w"])),
        prompts=prompts,
        seed=seed,
    )
    A, L = problem.Gamma_inverse, values["Lambda"]
    P = A @ L @ A.T @ L
    bound = 8 * (3 * (np.trace(P) ** 2 + 2 * np.trace(P @ P)) + 1)
    return estimate.moments, rounded_up(bound)


def sign_error() -> Quantity:
    """E(y_hat - y_q)^2 on labels sgn <w, x>; `two_over_pi` in the statement is 2/pi."""
    return Quantity(
        r"\mathbb{E}(\hat y - y_q)^2",
        derive=derived(lambda: prediction_error("sign")),
        enclose=_sign_error,
        enclosed_by="moments of the sign in balls",
        sample=_sample_sign,
        constants={"two_over_pi": Fraction(2 / pi)},
    )


@lru_cache(maxsize=256)
def _radial_square(d: int, j: int) -> arb:
    """E |x|^-2h for x ~ N(0, I) with d - 2h = 1/j: a quotient of integrals over the radius r = s^j, enclosed.

    The power r^(d - 1 - 2h) dr becomes j ds. Beyond the last bounds both integrals are at most exp(-40).
    """
    with ctx.workprec(_BITS):
        above = acb.integral(lambda s, _: j * (-(s ** (2 * j)) / 2).exp(), 0, arb(10) ** (arb(1) / j)).real
        below = acb.integral(lambda s, _: s ** (d - 1) * (-(s * s) / 2).exp(), 0, 10).real
        rest = arb(0).union(arb(-40).exp())
        return (above + rest) / (below + rest)


def error_on_power_labels() -> Quantity:
    """E(<w, x> - y)^2 for x ~ N(0, I), y = |x|^-h; `square` in the statement is E y^2 by the Gamma function.

    E y <w, x> is 0, as y is even in x.
    """

    def enclose(instance: Instance) -> Exact:
        d, h = instance.lengths["d"], instance.values["h"]
        w = instance.arrays["w"]
        with ctx.workprec(_BITS):
            left = _radial_square(d, int(1 / (d - 2 * h))) + as_balls(w.T @ w)[0, 0]
            half, power = arb(d) / 2, as_balls([[h]])[0, 0]
            return one_by_one(left), {"square": arb(2) ** -power * (half - power).gamma() / half.gamma()}

    return Quantity(
        r"\mathbb{E}(\langle w, x\rangle - y)^2", enclose=enclose, enclosed_by="integrals over the radius in balls"
    )


def truncated_square() -> Quantity:
    """E[y^2; 2^-K <= |x| <= 8] for y = |x|^-(d/2), K the least integer that is at least 4 b.

    With r = exp(-v) the integral over the radius of r^(d - 1 - d) exp(-r^2/2) dr is one of exp(-exp(-2v)/2) dv.
    """

    def enclose(instance: Instance) -> Exact:
        d, K = instance.lengths["d"], ceil(4 * instance.values["b"])
        with ctx.workprec(_BITS):
            end = K * arb(2).log()
            above = acb.integral(lambda v, _: (-((-2 * v).exp()) / 2).exp(), -arb(8).log(), end).real
            below = arb(2) ** (arb(d) / 2 - 1) * (arb(d) / 2).gamma()
            return one_by_one(above / below), {}

    return Quantity(
        r"\mathbb{E}[y^2; 2^{-K} \le |x| \le 8]", enclose=enclose, enclosed_by="an integral over the radius in balls"
    )
