"""The explicit rate of convergence for every sigma (statement B12), in numbers and in balls along enclosed flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from flint import arb, ctx
from numpy.typing import ArrayLike

from numerics.enclosure import (
    PRECISION,
    FlowEnclosure,
    Number,
    PathEnclosure,
    Verdict,
    exact_ball,
    initial_balls,
    total,
)
from numerics.problem import FloatArray, Problem, checked_array
from numerics.reduced_flow import initial_weights
from theory.zhang2024.explicit_rate import RateBounds, rate_bounds


@dataclass(frozen=True)
class ExplicitRate:
    """Constants with u_min <= u(t) <= u_max and l(t) - min l <= e^{-rate t} excess for all t >= 0.

    Attributes:
        u_min: c, the root of sum_i min(U_ii(0), b_i/u_max)^2.
        u_max: the root of ||b|| + sqrt(2 excess/kappa0).
        rate: 2 c^2 kappa0.
        kappa0: min_ij a_ij, gamma_min lambda_min^2 for a fixed covariance.
        excess: l(0) - min l.
    """

    u_min: float
    u_max: float
    rate: float
    kappa0: float
    excess: float


def explicit_rate(problem: Problem, sigma: float, theta: ArrayLike | None = None) -> ExplicitRate:
    """Return the constants of B12 for a fixed covariance, with no condition on sigma; exact up to rounding.

    Args:
        problem: the covariance Lambda and the context length N.
        sigma, theta: the initialisation of Assumption 3.3, as `gradient_flow` takes them.

    Raises:
        ValueError, TypeError: for bad arguments.

    Source: statement B12.
    """
    start = problem.basis.T @ initial_weights(problem, sigma, theta) @ problem.basis
    eigenvalues, gamma = problem.eigenvalues, problem.gamma
    return _in_floats(np.outer(gamma * eigenvalues, eigenvalues), eigenvalues**2, start, float(sigma))


def averaged_explicit_rate(
    rates: ArrayLike, forces: ArrayLike, sigma: float, theta: ArrayLike | None = None
) -> ExplicitRate:
    """Return the constants of B12 for random diagonal covariances (Corollary C.2).

    Args:
        rates: zeta_ij > 0, d x d, with gamma_i on the diagonal.
        forces: xi_i > 0, d of them.
        sigma, theta: as `explicit_rate`.

    Raises:
        ValueError, TypeError: for bad arguments.

    Source: statement B12.
    """
    force = checked_array("forces", forces, (-1,))
    rate = checked_array("rates", rates, (force.size, force.size))
    for name, array in (("forces", force), ("rates", rate)):
        if not np.all(array > 0):
            raise ValueError(f"every one of the {name} must be positive, got {array.min()}")
    start = initial_weights(Problem(np.eye(force.size), 1), sigma, theta)
    return _in_floats(rate, force, start, float(sigma))


def _in_floats(rates: FloatArray, forces: FloatArray, start: FloatArray, sigma: float) -> ExplicitRate:
    found = rate_bounds(rates.tolist(), forces.tolist(), start.tolist(), sigma, sqrt=np.sqrt)
    u_min, u_max = float(np.sqrt(found.c_squared)), float(np.sqrt(found.u_max_squared))
    return ExplicitRate(u_min, u_max, float(found.rate), float(found.kappa0), float(found.excess))


def certify_explicit_rate(flow: FlowEnclosure) -> Verdict:
    """Certify c <= u <= u_max and l - min l <= e^{-rate t} (l(0) - min l) at every time of an enclosed flow.

    "violated" would be a counterexample to B12: one of the three is proved to fail at `time`.
    """
    with ctx.workprec(PRECISION):
        system = flow._system
        spectrum, gamma = system.eigenvalues, system.gamma
        d = len(spectrum)
        rates = [[gamma[i] * spectrum[i] * spectrum[j] for j in range(d)] for i in range(d)]
        start = [[arb(0)] * d for _ in range(d)]
        for (i, j), value in zip(system.entries, system.initial[:-1], strict=True):
            start[i][j] = value
        return _certified(flow, rates, system.forces, start, system.sigma)


def certify_averaged_rate(
    path: PathEnclosure,
    rates: Sequence[Sequence[Number]],
    forces: Sequence[Number],
    sigma: Number,
    theta: ArrayLike | None = None,
) -> Verdict:
    """Certify the same along a flow from `enclose_averaged_flow` with these arguments."""
    with ctx.workprec(PRECISION):
        d = len(forces)
        scale = exact_ball("sigma", sigma)
        return _certified(
            path,
            [[exact_ball("rates", rate) for rate in row] for row in rates],
            [exact_ball("forces", force) for force in forces],
            initial_balls(scale, theta, d, None),
            scale,
        )


def _certified(
    path: FlowEnclosure | PathEnclosure,
    rates: list[list[arb]],
    forces: list[arb],
    start: list[list[arb]],
    scale: arb,
) -> Verdict:
    bounds = rate_bounds(rates, forces, start, scale, sqrt=lambda x: x.sqrt(), minimum=lambda x, y: x.min(y))
    for k, time in enumerate(path.t):
        here = _Box(path.lower[k], path.upper[k], rates, forces)
        allowed = bounds.excess * (-bounds.rate * arb(float(time))).exp()
        if here.excess > allowed or here.u**2 > bounds.u_max_squared or here.u**2 < bounds.c_squared:
            return Verdict("violated", f"a bound of B12 fails: {_described(bounds)}", float(time))
    for k, end in enumerate(path.t[1:]):
        over = _Box(path.over_lower[k], path.over_upper[k], rates, forces)
        allowed = bounds.excess * (-bounds.rate * arb(float(end))).exp()
        decays = over.excess <= allowed or over.squared_gradient >= bounds.rate * over.excess
        # At the start c <= u <= u_max by definition, with equality where balls overlap and decide nothing: u stays
        # above c while it grows, and below u_max while it falls.
        inside = (over.u**2 <= bounds.u_max_squared or over.slope > 0) and (
            over.u**2 >= bounds.c_squared or over.slope < 0
        )
        if not (decays and inside):
            return Verdict("not certified", "a bound of B12 is not decided by the balls", float(path.t[k]))
    return Verdict("certified", f"B12 holds at every time: {_described(bounds)}")


def _described(bounds: RateBounds) -> str:
    c, u_max, rate = (float(x.mid()) for x in (bounds.c_squared.sqrt(), bounds.u_max_squared.sqrt(), bounds.rate))
    return f"{c:.6g} <= u <= {u_max:.6g}, rate {rate:.6g}"


class _Box:
    """A box of states: l - min l, its derivative by u (-u') and ||grad l||^2 there, by u U_ij - [i = j] f_i / a_ii."""

    def __init__(self, lower: FloatArray, upper: FloatArray, rates: list[list[arb]], forces: list[arb]):
        d = len(forces)
        *flat, self.u = [arb(float(a)).union(arb(float(b))) for a, b in zip(lower, upper, strict=True)]
        pairs = [(i, j) for i in range(d) for j in range(d)]
        weights = [flat[i * d + j] for i, j in pairs]
        a = [rates[i][j] for i, j in pairs]
        gaps = [
            self.u * x - (forces[i] / rates[i][i] if i == j else 0) for x, (i, j) in zip(weights, pairs, strict=True)
        ]
        self.excess = total([r * abs(x) ** 2 for r, x in zip(a, gaps, strict=True)]) / 2
        self.slope = total([r * x * y for r, x, y in zip(a, weights, gaps, strict=True)])
        entries = total([abs(self.u * r * x) ** 2 for r, x in zip(a, gaps, strict=True)])
        self.squared_gradient = entries + abs(self.slope) ** 2
