"""What enclosures prove of a flow: the least u, the least rates, and the distance from the limit, as balls."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, log2
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq
from hypothesis import assume
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from numerics.enclosure import FlowEnclosure, PathEnclosure, enclose_averaged_flow, enclose_flow
from numerics.gradient_flow import gradient_flow
from numerics.problem import Problem
from proofs_check.judge.instances import Instance, tuples
from proofs_check.strategies import (
    SpectralCovariance,
    Vector,
    chosen,
    dimensions,
    initialisations,
    lengths,
    naturals,
    positives,
)

Array = Any
_PRECISION = 128
_RATIOS = (Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3, 2))
# How near its limit a flow is followed, relative to the limit.
_NEAR = 1e-2
# For how long at least, even if it starts there.
_SHORTEST = 2.0**-9


@dataclass(frozen=True)
class FlowFacts:
    """Proved facts of one flow on [0, T], each in a ball; T is where the flow is near its limit.

    Attributes:
        least_u: the least value of u.
        gradient_rate: the least value of ||grad l||^2 / (l - min l).
        decay_rate: the least value of -ln((l - min l)(t) / (l - min l)(0)) / t.
        distance: ||uU - Gamma^{-1}||_F / ||Gamma^{-1}||_F at T.
    """

    least_u: arb
    gradient_rate: arb
    decay_rate: arb
    distance: arb


def _fraction(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _sum(terms: list[arb]) -> arb:
    return sum(terms, arb(0))


def _square(x: arb) -> arb:
    """x^2; a power of a ball that reaches below zero would have no value."""
    low, high = x.abs_lower(), x.abs_upper()
    return (low * low).union(high * high)


@lru_cache(maxsize=256)
def flow_facts(spectrum: tuple[Fraction, ...], theta: Any, sigma: Fraction, N: int) -> FlowFacts:
    """Enclose the flow for Lambda = diag(spectrum) and read the facts off; any multiple of Theta means the same."""
    d = len(spectrum)
    problem = Problem.from_spectrum([float(x) for x in spectrum], context_length=N)
    root = np.array(theta, dtype=object).reshape(d, -1)
    plain = root.astype(float)
    # Any multiple of Theta means the same; this one is normalised up to rounding, as enclose_flow wants it.
    root = root * Fraction(1 / float(np.sqrt(np.linalg.norm(plain @ plain.T))))
    near = _NEAR * float(np.linalg.norm(1 / problem.gamma))
    path = gradient_flow(problem, sigma=float(sigma), theta=root.astype(float), until=near)
    t_end = 2.0 ** ceil(log2(max(float(path.t[-1]), _SHORTEST)))
    box = enclose_flow(problem, sigma, root, t_end=t_end, eigenvalues=spectrum)
    trace = sum(spectrum)
    rates = [[(x + (x + trace) / N) * x * y for y in spectrum] for x in spectrum]
    return _read(rates, [x**2 for x in spectrum], box)


def _read(
    rates: Sequence[Sequence[Fraction]], forces: Sequence[Fraction], path: FlowEnclosure | PathEnclosure
) -> FlowFacts:
    d = range(len(forces))
    with ctx.workprec(_PRECISION):
        return _facts(
            [_fraction(rates[i][j]) for i in d for j in d],
            [_fraction(forces[i]) if i == j else arb(0) for i in d for j in d],
            path,
        )


@lru_cache(maxsize=256)
def averaged_flow_facts(atoms: tuple[tuple[Fraction, Vector], ...], theta: Any, sigma: Fraction, N: int) -> FlowFacts:
    """The same for random diagonal covariances: `atoms` holds the probability and the diagonal of each.

    In the facts Gamma^{-1} is E[Gamma Lambda^2]^{-1} E[Lambda^2], the value of uU at the minimum (Lemma C.4).
    """
    d = range(len(atoms[0][1]))
    xi = [sum((p * x[i] ** 2 for p, x in atoms), Fraction(0)) for i in d]
    zeta = [
        [sum((p * x[i] * x[j] * (x[i] + (x[i] + sum(x)) / N) for p, x in atoms), Fraction(0)) for j in d] for i in d
    ]
    root = np.array(theta, dtype=object).reshape(len(xi), -1)
    box = enclose_averaged_flow(zeta, xi, sigma, root, t_end=_settling_time(zeta, xi, float(sigma), root.astype(float)))
    return _read(zeta, xi, box)


def _settling_time(zeta: Sequence[Sequence[Fraction]], xi: Sequence[Fraction], sigma: float, root: Array) -> float:
    """A power of two beyond the time at which the integrated flow is near its limit."""
    rates, forces = np.array(zeta, dtype=float), np.diag(np.array(xi, dtype=float))
    target = forces / rates
    near = _NEAR * float(np.linalg.norm(target))
    d = len(xi)

    def field(_: float, state: Array) -> Array:
        U, u = state[:-1].reshape(d, d), state[-1]
        return np.append(-(u**2) * rates * U + u * forces, np.sum(forces * U) - u * np.sum(rates * U**2))

    def settled(_: float, state: Array) -> float:
        return float(np.linalg.norm(state[-1] * state[:-1].reshape(d, d) - target)) - near

    settled.terminal = True  # type: ignore[attr-defined]
    gram = root @ root.T
    begin = np.append(sigma * gram / np.linalg.norm(gram), sigma)
    if settled(0.0, begin) <= 0:
        return _SHORTEST
    path = solve_ivp(field, (0.0, 1e9), begin, method="LSODA", rtol=1e-9, atol=1e-12, events=settled)
    return float(2.0 ** ceil(log2(max(float(path.t[-1]), _SHORTEST))))


def _facts(rates: list[arb], forces: list[arb], path: FlowEnclosure | PathEnclosure) -> FlowFacts:
    """Read the facts off; rates and forces row by row, the forces zero off the diagonal."""
    times, at, over = path.t, (path.lower, path.upper), (path.over_lower, path.over_upper)
    target = [f / a for a, f in zip(rates, forces, strict=True)]

    def state(bounds: Any, k: int) -> tuple[list[arb], arb]:
        balls = [arb(float(a)).union(arb(float(b))) for a, b in zip(bounds[0][k], bounds[1][k], strict=True)]
        return balls[:-1], balls[-1]

    def gaps(U: list[arb], u: arb) -> list[arb]:
        return [u * x - c for x, c in zip(U, target, strict=True)]

    def excess(U: list[arb], u: arb) -> arb:
        return _sum([a * _square(x) for a, x in zip(rates, gaps(U, u), strict=True)]) / 2

    def gradient(U: list[arb], u: arb) -> arb:
        K = gaps(U, u)
        entries = [_square(u * a * x) for a, x in zip(rates, K, strict=True)]
        return _sum(entries) + _square(_sum([a * y * x for a, x, y in zip(rates, K, U, strict=True)]))

    def second_derivative(U: list[arb], u: arb) -> arb:
        energy = _sum([a * _square(x) for a, x in zip(rates, U, strict=True)])
        slope = [-u * u * a * x + u * f for a, x, f in zip(rates, U, forces, strict=True)]
        u_slope = _sum([f * x for f, x in zip(forces, U, strict=True)]) - u * energy
        energy_slope = 2 * _sum([a * x * v for a, x, v in zip(rates, U, slope, strict=True)])
        return _sum([f * v for f, v in zip(forces, slope, strict=True)]) - u_slope * energy - u * energy_slope

    least = rates[0]
    for a in rates[1:]:
        least = least.min(a)
    points = [state(at, k) for k in range(len(times))]
    start = excess(*points[0])
    low_u, low_rate, low_decay = arb(10**9), arb(10) ** 30, arb(10) ** 30
    high_u, high_rate, high_decay = arb(10**9), arb(10) ** 30, arb(10) ** 30
    for k, (U, u) in enumerate(points):
        high_u = high_u.min(u.upper())
        here = excess(U, u)
        high_rate = high_rate.min((gradient(U, u) / here).upper())
        if k:
            high_decay = high_decay.min((-(here / start).log() / arb(float(times[k]))).upper())
        if k + 1 == len(points):
            break
        U_over, u_over = state(over, k)
        span = arb(float(times[k + 1])) - arb(float(times[k]))
        # A function on an interval of length h is above its smaller end by no less than -h^2/8 sup|second derivative|.
        bend = span**2 / 8 * abs(second_derivative(U_over, u_over)).upper()
        u_here = (u.lower().min(points[k + 1][1].lower()) - bend).max(u_over.lower()).lower()
        low_u = low_u.min(u_here)
        # ||grad_U l||^2 = u^2 sum a^2 x^2 and 2 (l - min l) = sum a x^2 with x the entries of uU - Gamma^{-1}.
        rate = (2 * u_here * abs(u_here) * least).lower()
        quotient = gradient(U_over, u_over) / excess(U_over, u_over)
        if quotient.is_finite():
            rate = rate.max(quotient.lower())
        low_rate = low_rate.min(rate.lower())
        # Up to here l - min l falls at the rate of its gradient inequality at least; or compare it with its start.
        decay = low_rate
        if k:
            decay = decay.max((-(here / start).log() / arb(float(times[k + 1]))).lower())
        low_decay = low_decay.min(decay.lower())
    scale = _sum([c * c for c in target]).sqrt()
    squares = _sum([_square(x) for x in gaps(*points[-1])])
    distance = squares.abs_lower().sqrt().union(squares.abs_upper().sqrt()) / scale
    return FlowFacts(low_u.union(high_u), low_rate.union(high_rate), low_decay.union(high_decay), distance)


def fact(read: Callable[[FlowFacts], arb]) -> Callable[[Instance], tuple[Array, Mapping[str, Any]]]:
    """Evidence for a claim about flows with Lambda = diag(l), from sigma = s and Theta."""

    def enclose(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        values = instance.values
        spectrum = tuple(values["Lambda"][i][i] for i in range(instance.lengths["d"]))
        facts = flow_facts(spectrum, values["Theta"], values["s"], instance.lengths["N"])
        result = np.empty((1, 1), dtype=object)
        result[0, 0] = read(facts)
        return result, {}

    return enclose


@st.composite
def flow_instances(draw: st.DrawFn, condition: str) -> Instance:
    """Flows with a diagonal covariance (any other is one of these in another basis), any Theta and N.

    Args:
        draw: Hypothesis's.
        condition: "paper", s^2 ||Gamma|| sqrt(d) < 2; "sharper", s^2 ||Gamma|| < 2; "none", s^2 ||Gamma|| sqrt(d) up to
            10^4, and at least 2.
    """
    d = draw(dimensions(3))
    # Neighbouring scales only: the work of an enclosure grows with the ratio of the fastest to the slowest rate.
    scale = draw(positives(1))
    covariance = SpectralCovariance(
        tuple(scale * draw(chosen(_RATIOS)) for _ in range(d)),
        tuple(tuple(Fraction(int(i == j)) for j in range(d)) for i in range(d)),
    )
    N = draw(lengths(1000))
    gamma = covariance.largest_of_gamma(N)
    if condition == "none":
        product = float(draw(chosen((10**4, 100, 2, 20))))
    else:
        far = draw(st.booleans())
        product = draw(chosen((1.9, 1.0))) if far else (1 + draw(naturals(8))) / 10.0 ** (1 + draw(naturals(2)))
    if condition != "sharper":
        product /= float(np.sqrt(d))
    s = Fraction(float(np.sqrt(product / float(gamma)))).limit_denominator(500) or Fraction(1, 500)
    limit = Fraction(4) if condition == "sharper" else Fraction(4, d)
    while condition != "none" and not (s**2 * gamma) ** 2 < limit:
        s /= 2
    # For d = 1 this is the one start that is a minimiser already.
    assume(d > 1 or s**2 * gamma != 1)
    values = {
        "Lambda": covariance.matrix,
        "Theta": tuples(draw(initialisations(d))),
        "s": s,
        "opL": covariance.largest,
        "lowL": covariance.smallest,
        "opG": gamma,
        "lowG": covariance.smallest_of_gamma(N),
    }
    return Instance({"d": d, "N": N}, values)
