"""The prediction error of the limit, on labels of any kind: Theorem 4.2."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from numerics.monte_carlo import simulate_error
from numerics.problem import Problem
from numerics.prompts import FixedTask, LinearLabels, QuadraticLabels, Shift
from numerics.sequential import Moments
from proofs_check.judge.exact_moments import Coordinates, rational
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.quantities.brute_force import (
    Array,
    Derived,
    Exact,
    derived,
    exactly,
    rounded_up,
    scalar,
)
from proofs_check.papers.zhang2024.quantities.minimum import least_training_loss
from theory.algebra.expression import letter, zero
from theory.zhang2024.estimator_variance import error_estimator_variance
from theory.zhang2024.model import NOISE_VARIANCE, Law
from theory.zhang2024.prediction_error import label_law, prediction_error


class _Test:
    """A test prompt of length M with labels y = <w, x> + x'Bx + c + noise, in coordinates."""

    def __init__(self, instance: Instance, quadratic: bool):
        arrays = instance.arrays
        covariance, M = arrays["Lambda"], instance.lengths["M"]
        d = len(covariance)
        noise = scalar(instance, "s2")
        draws: dict[tuple[str, int], Any] = {("x", i): covariance for i in range(M + 1)}
        draws |= {("e", i): [[noise]] for i in range(M + 1)}
        self.space = space = Coordinates(draws)
        B = space.constant(arrays["B"]) if quadratic else space.constant(np.full((d, d), Fraction(0), dtype=object))
        c = rational(scalar(instance, "c")) if quadratic else rational(Fraction(0))
        w = space.constant(arrays["w"])
        self.points = [space.vectors["x", i] for i in range(M + 1)]
        self.labels = [
            (w.T @ x + x.T @ B @ x)[0, 0] + space.vectors["e", i][0, 0] + c for i, x in enumerate(self.points)
        ]
        self.length = M

    def error(self, A: Array) -> Fraction:
        """E(x_q' A (1/M) sum_i y_i x_i - y_q)^2; the last point is the query."""
        total = sum((self.points[i] * self.labels[i] for i in range(1, self.length)), self.points[0] * self.labels[0])
        averaged = total * rational(Fraction(1, self.length))
        gap = (self.points[-1].T @ self.space.constant(A) @ averaged)[0, 0] - self.labels[-1]
        return self.space.mean_of_product(gap, gap)

    def moments(self, covariance: Array) -> dict[str, Any]:
        """a = Lambda^{-1} E[xy], Sigma = Cov(xy), floor = E(y - a'x)^2."""
        x, y = self.points[-1], self.labels[-1]
        mean = self.space.means(x * y)
        a = inverse(covariance) @ mean
        sigma = self.space.means((x * y) @ (x * y).T) - mean @ mean.T
        rest = y - (self.space.constant(a).T @ x)[0, 0]
        return {"a": tuples(a.reshape(-1)), "Sigma": tuples(sigma), "floor": self.space.mean_of_product(rest, rest)}

    def parts(self, A: Array, covariance: Array) -> tuple[Any, Any, Any]:
        """<a, x_q> - y_q, y_hat - <b, x_q> and <b - a, x_q>, with b = A E[xy]: the three parts of y_hat - y_q."""
        x, y = self.points[-1], self.labels[-1]
        mean = self.space.means(x * y)
        a, b = (self.space.constant(matrix @ mean) for matrix in (inverse(covariance), A))
        total = sum((self.points[i] * self.labels[i] for i in range(1, self.length)), self.points[0] * self.labels[0])
        predicted = (x.T @ self.space.constant(A) @ total)[0, 0] * rational(Fraction(1, self.length))
        return (a.T @ x)[0, 0] - y, predicted - (b.T @ x)[0, 0], ((b - a).T @ x)[0, 0]


def error_term(first: int, second: int) -> Quantity:
    """E of the product of two parts of y_hat - y_q, numbered as `_Test.parts` returns them, on quadratic labels."""

    def exact(instance: Instance) -> Exact:
        test = _Test(instance, quadratic=True)
        covariance = instance.arrays["Lambda"]
        parts = test.parts(least_training_loss(instance, Law())[0], covariance)
        return one_by_one(test.space.mean_of_product(parts[first], parts[second])), test.moments(covariance)

    names = (r"(\langle a, x_q\rangle - y_q)", r"(\hat y - \langle b, x_q\rangle)", r"\langle b - a, x_q\rangle")
    latex = names[first] + "^2" if first == second else names[first] + names[second]
    return Quantity(rf"\mathbb{{E}} {latex}", exact=exact)


def excess_of_linear_predictor() -> Quantity:
    """E(<p, x> - y)^2 - E(<a, x> - y)^2 for any p, on quadratic labels; a in the statement is Lambda^{-1} E[xy]."""

    def exact(instance: Instance) -> Exact:
        test = _Test(instance, quadratic=True)
        moments = test.moments(instance.arrays["Lambda"])
        rest = test.labels[-1] - (test.space.constant(instance.arrays["p"]).T @ test.points[-1])[0, 0]
        return one_by_one(test.space.mean_of_product(rest, rest) - moments["floor"]), moments

    return Quantity(r"\mathbb{E}(\langle b, x\rangle - y)^2 - \mathbb{E}(\langle a, x\rangle - y)^2", exact=exact)


def _sample_error(quadratic: bool) -> Callable[[Instance, np.random.SeedSequence, int], tuple[Moments, float]]:
    def sample(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
        values = instance.floats
        problem = Problem(values["Lambda"], instance.lengths["N"])
        noise, w = float(values["s2"]), values["w"]
        M = instance.lengths["M"]
        labels = QuadraticLabels(values["B"], float(values["c"]), noise) if quadratic else LinearLabels(noise)
        estimate = simulate_error(
            problem, prompt_length=M, labels=labels, shift=Shift(task=FixedTask(w)), prompts=prompts, seed=seed
        )
        more = {"B": values["B"], "c": float(values["c"])} if quadratic else {}
        variance = error_estimator_variance(quadratic=quadratic).evaluate(
            A=problem.Gamma_inverse, covariance=values["Lambda"], prompt_length=M, w=w, noise_variance=noise, **more
        )
        return estimate.moments, rounded_up(variance)

    return sample


def general_prediction_error() -> Quantity:
    """E(y_hat - y_q)^2 on quadratic labels; a, Sigma and floor in the statement are the labels' moments."""

    def exact(instance: Instance) -> Exact:
        test = _Test(instance, quadratic=True)
        best, _ = least_training_loss(instance, Law())
        return one_by_one(test.error(best)), test.moments(instance.arrays["Lambda"])

    return Quantity(r"\mathbb{E}(\hat y - y_q)^2", derive=derived(prediction_error), exact=exact)


def labelled_prediction_error(label: str) -> Quantity:
    """E(y_hat - y_q)^2 on "linear" or "quadratic" labels with noise, or "noiseless" linear ones."""
    quadratic, noiseless = label == "quadratic", label == "noiseless"

    def derive() -> Derived:
        found = prediction_error("quadratic" if quadratic else "linear")
        if not noiseless:
            return found.expression, found.definitions
        return found.expression.substitute({letter(NOISE_VARIANCE): zero()}), found.definitions

    def exact(instance: Instance) -> Array:
        at = instance.with_values(s2=Fraction(0)) if noiseless else instance
        return [[_Test(at, quadratic).error(least_training_loss(at, Law())[0])]]

    return Quantity(
        r"\mathbb{E}(\hat y - y_q)^2",
        derive=derive,
        exact=exactly(exact),
        sample=None if noiseless else _sample_error(quadratic),
    )


def label_covariance() -> Quantity:
    """Cov(xy) for noiseless linear labels."""

    def exact(instance: Instance) -> Array:
        covariance = instance.arrays["Lambda"]
        space = Coordinates({("x", 0): covariance})
        x = space.vectors["x", 0]
        xy = x * (space.constant(instance.arrays["w"]).T @ x)[0, 0]
        mean = space.means(xy)
        return space.means(xy @ xy.T) - mean @ mean.T

    def derive() -> Derived:
        noisy = label_law("linear").covariance
        s2 = next(s for s in noisy.symbols if s.name == "s2")
        return noisy.substitute({s2: zero()}), ()

    return Quantity(r"\operatorname{Cov}(xy)", derive=derive, exact=exactly(exact))
