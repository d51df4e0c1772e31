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
from numerics.problem import Problem
from numerics.reduced_flow import gradient_flow as integrated_flow
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.instances.flows import atoms_of
from proofs_check.papers.zhang2024.language import ENCLOSED, LETTERS
from proofs_check.papers.zhang2024.quantities.brute_force import Array, Derived, Exact, coefficients
from proofs_check.strategies import Vector
from theory.zhang2024.convergence import convergence

_PRECISION = 128


# How near its limit a flow is followed, relative to the limit.
_NEAR = 1e-2
# The same where the limit itself is enclosed.
_VERY_NEAR = 1e-9


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


def _enclosed(
    spectrum: tuple[Fraction, ...], theta: Any, sigma: Fraction, N: int, near: float
) -> tuple[list[list[Fraction]], list[Fraction], FlowEnclosure]:
    """The rates and forces of the flow for Lambda = diag(spectrum), and an enclosure up to where it is near its limit.

    Any multiple of Theta means the same; it is normalised up to rounding, as `enclose_flow` wants it.
    """
    problem = Problem.from_spectrum([float(x) for x in spectrum], context_length=N)
    root = np.array(theta, dtype=object).reshape(len(spectrum), -1)
    plain = root.astype(float)
    root = root * Fraction(1 / float(np.sqrt(np.linalg.norm(plain @ plain.T))))
    distance = near * float(np.linalg.norm(1 / problem.gamma))
    path = integrated_flow(problem, sigma=float(sigma), theta=root.astype(float), until=distance)
    t_end = 2.0 ** ceil(log2(max(float(path.t[-1]), _SHORTEST)))
    box = enclose_flow(problem, sigma, root, t_end=t_end, eigenvalues=spectrum)
    trace = sum(spectrum)
    rates = [[(x + (x + trace) / N) * x * y for y in spectrum] for x in spectrum]
    return rates, [x**2 for x in spectrum], box


@lru_cache(maxsize=256)
def flow_facts(spectrum: tuple[Fraction, ...], theta: Any, sigma: Fraction, N: int) -> FlowFacts:
    """Enclose the flow for Lambda = diag(spectrum) and read the facts off; any multiple of Theta means the same."""
    return _read(*_enclosed(spectrum, theta, sigma, N, _NEAR))


@lru_cache(maxsize=256)
def flow_limit(spectrum: tuple[Fraction, ...], theta: Any, sigma: Fraction, N: int) -> tuple[list[arb], arb]:
    """The limits of the entries of U, row by row, and of u, in balls; that they exist is proved with them.

    Let E be l - min l at the end T of the enclosure, and k the least rate. E only falls, so from T on ||uU - Gamma^-1||
    is at most r = sqrt(2 E/k), and by balance u^2 = ||uU|| is at least c^2 = ||Gamma^-1|| - r. Then
    ||grad l||^2 >= 2 c^2 k (l - min l), so the path from T on is no longer than 2 sqrt(E/(2 c^2 k)).
    """
    return _limit(*_enclosed(spectrum, theta, sigma, N, _VERY_NEAR))


@lru_cache(maxsize=256)
def averaged_flow_limit(
    atoms: tuple[tuple[Fraction, Vector], ...], theta: Any, sigma: Fraction, N: int
) -> tuple[list[arb], arb]:
    """The same for random diagonal covariances, with the minimum of Lemma C.4 in place of Gamma^-1."""
    return _limit(*_averaged(atoms, theta, sigma, N, _VERY_NEAR))


def _limit(
    rates: Sequence[Sequence[Fraction]], forces: Sequence[Fraction], box: FlowEnclosure | PathEnclosure
) -> tuple[list[arb], arb]:
    with ctx.workprec(_PRECISION):
        flow = _reduced(rates, forces)
        U, u = _state(box.lower, box.upper, len(box.t) - 1)
        excess, least = flow.excess(U, u).upper(), flow.least_rate
        square = _sum([x * x for x in flow.target]).sqrt() - (2 * excess / least).sqrt()
        length = 2 * (excess / (2 * square * least)).sqrt() if square > 0 else arb("inf")
        around = (-length).union(length)
        return [x + around for x in U], u + around


@lru_cache(maxsize=256)
def averaged_flow_facts(atoms: tuple[tuple[Fraction, Vector], ...], theta: Any, sigma: Fraction, N: int) -> FlowFacts:
    """The same for random diagonal covariances: `atoms` holds the probability and the diagonal of each.

    In the facts Gamma^{-1} is E[Gamma Lambda^2]^{-1} E[Lambda^2], the value of uU at the minimum (Lemma C.4).
    """
    return _read(*_averaged(atoms, theta, sigma, N, _NEAR))


def _averaged(
    atoms: Sequence[tuple[Fraction, Vector]], theta: Any, sigma: Fraction, N: int, near: float
) -> tuple[Sequence[Sequence[Fraction]], Sequence[Fraction], PathEnclosure]:
    law = coefficients(atoms, N)
    root = np.array(theta, dtype=object).reshape(len(law.xi), -1)
    t_end = _settling_time(law.zeta, law.xi, float(sigma), root.astype(float), near)
    return law.zeta, law.xi, enclose_averaged_flow(law.zeta, law.xi, sigma, root, t_end=t_end)


def _read(
    rates: Sequence[Sequence[Fraction]], forces: Sequence[Fraction], path: FlowEnclosure | PathEnclosure
) -> FlowFacts:
    with ctx.workprec(_PRECISION):
        return _facts(_reduced(rates, forces), path)


def _reduced(rates: Sequence[Sequence[Fraction]], forces: Sequence[Fraction]) -> _Reduced:
    d = range(len(forces))
    return _Reduced(
        [_fraction(rates[i][j]) for i in d for j in d],
        [_fraction(forces[i]) if i == j else arb(0) for i in d for j in d],
    )


def _settling_time(
    zeta: Sequence[Sequence[Fraction]], xi: Sequence[Fraction], sigma: float, root: Array, near: float
) -> float:
    """A power of two beyond the time at which the integrated flow is near its limit."""
    rates, forces = np.array(zeta, dtype=float), np.diag(np.array(xi, dtype=float))
    target = forces / rates
    distance = near * float(np.linalg.norm(target))
    d = len(xi)

    def field(_: float, state: Array) -> Array:
        U, u = state[:-1].reshape(d, d), state[-1]
        return np.append(-(u**2) * rates * U + u * forces, np.sum(forces * U) - u * np.sum(rates * U**2))

    def settled(_: float, state: Array) -> float:
        return float(np.linalg.norm(state[-1] * state[:-1].reshape(d, d) - target)) - distance

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


def limit_of_weights(matrix: str, averaged: bool = False) -> Quantity:
    """The limit of the whole of W_KQ or W_PV ("KQ" or "PV"), in balls.

    Entries that the prediction does not depend on have no gradient, and those of u21 and u12 none on the subspace, so
    they keep the value 0 of the initialisation. In the statement J is the n x d matrix [I; 0] and e the last unit
    vector, n = d + 1.
    """

    def enclose(instance: Instance) -> Exact:
        d, (U, u) = instance.lengths["d"], _limit_of(instance, averaged)
        whole = np.full((d + 1, d + 1), arb(0), dtype=object)
        if matrix == "KQ":
            whole[:d, :d] = np.array(U, dtype=object).reshape(d, d)
        else:
            whole[d, d] = u
        return whole, {}

    def derive() -> Derived:
        J, e = LETTERS["J"], LETTERS["e"]
        held = convergence()["U limit" if matrix == "KQ" else "u limit"]
        whole = J @ held.expression @ J.T if matrix == "KQ" else held.expression * (e @ e.T)
        return whole, held.definitions

    by = "flow for two diagonal covariances, enclosed in ball arithmetic" if averaged else ENCLOSED
    return Quantity(
        rf"\lim_{{t \to \infty}} W_{{{matrix}}}(t)",
        derive=None if averaged else derive,
        enclose=enclose,
        enclosed_by=f"{by}, and the length of its tail",
    )


def _limit_of(instance: Instance, averaged: bool) -> tuple[list[arb], arb]:
    values, N = instance.values, instance.lengths["N"]
    if averaged:
        return averaged_flow_limit(atoms_of(instance), values["Theta"], values["s"], N)
    spectrum = tuple(values["Lambda"][i][i] for i in range(instance.lengths["d"]))
    return flow_limit(spectrum, values["Theta"], values["s"], N)
