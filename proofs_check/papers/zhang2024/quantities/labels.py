"""Other laws of covariates and labels: elliptical covariates (B6), ReLU and sign labels (B8), and labels |x|^-h."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from math import pi, prod

import numpy as np
from flint import arb, ctx

from numerics.problem import Problem
from numerics.prompts import FixedTask, Shift, SignLabels
from numerics.sequential import Moments
from numerics.simulate_error import simulate_error
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


def order_of_squared_label() -> Quantity:
    """a in E y^2 = E |x|^-a for y = |x|^-h; by the other moments E(<w, x> - y)^2 is finite exactly if this is."""
    return Quantity(
        r"a : \mathbb{E} y^2 = \mathbb{E} |x|^{-a}", exact=lambda instance: (one_by_one(2 * instance.values["h"]), {})
    )
