"""What enclosures prove of a flow: the least u, the least rates, and the distance from the limit, as balls."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import ceil, log2
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq
from scipy.integrate import solve_ivp

from numerics.enclosure import FlowEnclosure, PathEnclosure, enclose_averaged_flow, enclose_flow
from numerics.gradient_flow import gradient_flow as integrated_flow
from numerics.problem import Problem
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.instances.flows import atoms_of
from proofs_check.papers.zhang2024.language import ENCLOSED
from proofs_check.papers.zhang2024.quantities.brute_force import Array, Exact, coefficients
from proofs_check.strategies import Vector

_PRECISION = 128


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


State = tuple[list[arb], arb]


@dataclass(frozen=True)
class _Reduced:
    """The reduced flow U_ij' = u f_ij - u^2 a_ij U_ij, u' = sum f_ij U_ij - u sum a_ij U_ij^2, entries row by row.

    Attributes:
        rates: a_ij, which are gamma_i lambda_i lambda_j.
        forces: f_ij, zero off the diagonal.
    """

    rates: list[arb]
    forces: list[arb]

    @property
    def target(self) -> list[arb]:
        """The entries of uU at the minimum."""
        return [f / a for a, f in zip(self.rates, self.forces, strict=True)]

    @property
    def least_rate(self) -> arb:
        """The least of the rates."""
        least = self.rates[0]
        for a in self.rates[1:]:
            least = least.min(a)
        return least

    def gaps(self, U: list[arb], u: arb) -> list[arb]:
        """The entries of uU less those at the minimum."""
        return [u * x - c for x, c in zip(U, self.target, strict=True)]

    def excess(self, U: list[arb], u: arb) -> arb:
        """l - min l."""
        return _sum([a * _square(x) for a, x in zip(self.rates, self.gaps(U, u), strict=True)]) / 2

    def squared_gradient(self, U: list[arb], u: arb) -> arb:
        """||grad l||^2, over U and u."""
        K = self.gaps(U, u)
        entries = [_square(u * a * x) for a, x in zip(self.rates, K, strict=True)]
        return _sum(entries) + _square(_sum([a * y * x for a, x, y in zip(self.rates, K, U, strict=True)]))

    def second_derivative(self, U: list[arb], u: arb) -> arb:
        """u''."""
        energy = _sum([a * _square(x) for a, x in zip(self.rates, U, strict=True)])
        slope = [-u * u * a * x + u * f for a, x, f in zip(self.rates, U, self.forces, strict=True)]
        u_slope = _sum([f * x for f, x in zip(self.forces, U, strict=True)]) - u * energy
        energy_slope = 2 * _sum([a * x * v for a, x, v in zip(self.rates, U, slope, strict=True)])
        return _sum([f * v for f, v in zip(self.forces, slope, strict=True)]) - u_slope * energy - u * energy_slope

    def distance(self, U: list[arb], u: arb) -> arb:
        """The Frobenius distance of uU from the minimum, relative to the norm of that."""
        scale = _sum([c * c for c in self.target]).sqrt()
        squares = _sum([_square(x) for x in self.gaps(U, u)])
        return squares.abs_lower().sqrt().union(squares.abs_upper().sqrt()) / scale


def _state(lower: Any, upper: Any, k: int) -> State:
    balls = [arb(float(a)).union(arb(float(b))) for a, b in zip(lower[k], upper[k], strict=True)]
    return balls[:-1], balls[-1]


class _Least:
    """The least value of a quantity along a path: what is proved from below, and what is seen from above."""

    def __init__(self) -> None:
        self.low: arb = arb(10) ** 30
        self.high: arb = arb(10) ** 30

    def at_least(self, value: arb) -> None:
        """On a further stretch of the path the quantity is at least this."""
        self.low = self.low.min(value.lower())

    def attains(self, value: arb) -> None:
        """At a further time the quantity is this."""
        self.high = self.high.min(value.upper())

    @property
    def ball(self) -> arb:
        """A ball around the least value."""
        return self.low.union(self.high)


def _facts(flow: _Reduced, path: FlowEnclosure | PathEnclosure) -> FlowFacts:
    """Read the facts off an enclosure, stretch by stretch."""
    times = [arb(float(t)) for t in path.t]
    points = [_state(path.lower, path.upper, k) for k in range(len(times))]
    start = flow.excess(*points[0])
    least_u, gradient_rate, decay_rate = _Least(), _Least(), _Least()
    for k, (U, u) in enumerate(points):
        here = flow.excess(U, u)
        so_far = (here / start).log()
        least_u.attains(u)
        gradient_rate.attains(flow.squared_gradient(U, u) / here)
        if k:
            decay_rate.attains(-so_far / times[k])
        if k + 1 == len(points):
            break
        over = _state(path.over_lower, path.over_upper, k)
        u_here = _least_on_stretch(flow, over, (u, points[k + 1][1]), times[k + 1] - times[k])
        least_u.at_least(u_here)
        gradient_rate.at_least(_rate_on_stretch(flow, over, u_here))
        # Up to here l - min l falls at the rate of its gradient inequality at least; or compare it with its start.
        decay_rate.at_least(gradient_rate.low.max((-so_far / times[k + 1]).lower()) if k else gradient_rate.low)
    return FlowFacts(least_u.ball, gradient_rate.ball, decay_rate.ball, flow.distance(*points[-1]))


def _least_on_stretch(flow: _Reduced, over: State, ends: tuple[arb, arb], span: arb) -> arb:
    """A lower bound of u between two times, from its values there and a tube that holds it between them.

    A function on an interval of length h is above its smaller end by no less than -h^2/8 sup|second derivative|.
    """
    bend = span**2 / 8 * abs(flow.second_derivative(*over)).upper()
    return (ends[0].lower().min(ends[1].lower()) - bend).max(over[1].lower()).lower()


def _rate_on_stretch(flow: _Reduced, over: State, least_u: arb) -> arb:
    """A lower bound of ||grad l||^2/(l - min l) between two times.

    ||grad_U l||^2 = u^2 sum a^2 x^2 and 2 (l - min l) = sum a x^2 with x the entries of uU less those at the minimum.
    """
    rate = (2 * least_u * abs(least_u) * flow.least_rate).lower()
    quotient = flow.squared_gradient(*over) / flow.excess(*over)
    return rate.max(quotient.lower()) if quotient.is_finite() else rate


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
    path = integrated_flow(problem, sigma=float(sigma), theta=root.astype(float), until=near)
    t_end = 2.0 ** ceil(log2(max(float(path.t[-1]), _SHORTEST)))
    box = enclose_flow(problem, sigma, root, t_end=t_end, eigenvalues=spectrum)
    trace = sum(spectrum)
    rates = [[(x + (x + trace) / N) * x * y for y in spectrum] for x in spectrum]
    return _read(rates, [x**2 for x in spectrum], box)


@lru_cache(maxsize=256)
def averaged_flow_facts(atoms: tuple[tuple[Fraction, Vector], ...], theta: Any, sigma: Fraction, N: int) -> FlowFacts:
    """The same for random diagonal covariances: `atoms` holds the probability and the diagonal of each.

    In the facts Gamma^{-1} is E[Gamma Lambda^2]^{-1} E[Lambda^2], the value of uU at the minimum (Lemma C.4).
    """
    law = coefficients(atoms, N)
    zeta, xi = law.zeta, law.xi
    root = np.array(theta, dtype=object).reshape(len(xi), -1)
    box = enclose_averaged_flow(zeta, xi, sigma, root, t_end=_settling_time(zeta, xi, float(sigma), root.astype(float)))
    return _read(zeta, xi, box)


def _read(
    rates: Sequence[Sequence[Fraction]], forces: Sequence[Fraction], path: FlowEnclosure | PathEnclosure
) -> FlowFacts:
    d = range(len(forces))
    with ctx.workprec(_PRECISION):
        flow = _Reduced(
            [_fraction(rates[i][j]) for i in d for j in d],
            [_fraction(forces[i]) if i == j else arb(0) for i in d for j in d],
        )
        return _facts(flow, path)


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


Read = Callable[[FlowFacts], arb]


def _facts_of(instance: Instance) -> FlowFacts:
    """Those of the flow with the diagonal covariance Lambda, from sigma = s and Theta."""
    values = instance.values
    spectrum = tuple(values["Lambda"][i][i] for i in range(instance.lengths["d"]))
    return flow_facts(spectrum, values["Theta"], values["s"], instance.lengths["N"])


def _averaged_facts_of(instance: Instance) -> FlowFacts:
    """Those of the flow for the diagonal covariances L1 and L2 with probabilities p and q."""
    values = instance.values
    return averaged_flow_facts(atoms_of(instance), values["Theta"], values["s"], instance.lengths["N"])


def _fact(latex: str, averaged: bool, read: Read) -> Quantity:
    facts = _averaged_facts_of if averaged else _facts_of

    def enclose(instance: Instance) -> Exact:
        return one_by_one(read(facts(instance))), {}

    by = "flow for two diagonal covariances, enclosed in ball arithmetic" if averaged else ENCLOSED
    return Quantity(latex, enclose=enclose, enclosed_by=by)


def _loss_latex(averaged: bool) -> str:
    return r"\ell_{\mathrm{rdm}}" if averaged else r"\ell"


def least_u(averaged: bool = False) -> Quantity:
    """inf_t u(t), of the flow for one covariance, or for two diagonal ones if averaged; the same below."""
    return _fact(r"\inf_t u(t)", averaged, lambda facts: facts.least_u)


def least_squared_u(averaged: bool = False) -> Quantity:
    """inf_t u(t)^2."""
    return _fact(r"\inf_t u(t)^2", averaged, lambda facts: facts.least_u**2)


def least_gradient_rate(averaged: bool = False) -> Quantity:
    """inf_t ||grad l||^2/(l - min l)."""
    loss = _loss_latex(averaged)
    return _fact(rf"\inf_t \|\nabla {loss}\|^2/({loss} - \min {loss})", averaged, lambda facts: facts.gradient_rate)


def least_decay_rate(averaged: bool = False) -> Quantity:
    """inf_t -ln((l - min l)(t)/(l - min l)(0))/t."""
    loss = _loss_latex(averaged)
    latex = rf"\inf_t -\tfrac1t \ln\frac{{{loss}(t) - \min {loss}}}{{{loss}(0) - \min {loss}}}"
    return _fact(latex, averaged, lambda facts: facts.decay_rate)


def final_distance(averaged: bool = False) -> Quantity:
    """The relative distance of uU from its limit at the end of the enclosed path."""
    latex = r"\|uU - A\|_F/\|A\|_F, A = \mathbb{E}[\Gamma\Lambda^2]^{-1} \mathbb{E}[\Lambda^2]"
    plain = r"\|uU - \Gamma^{-1}\|_F/\|\Gamma^{-1}\|_F"
    return _fact(latex if averaged else plain, averaged, lambda facts: facts.distance)
