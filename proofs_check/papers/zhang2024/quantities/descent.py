"""B13: gradient descent with a step eta, enclosed in balls step by step, beside the statement's constants in balls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np
from flint import arb, ctx, fmpq

from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Exact, Quantity
from proofs_check.judge.statements import as_balls
from proofs_check.papers.zhang2024.quantities.brute_force import Array, exactly, scalar
from proofs_check.papers.zhang2024.quantities.explicit_rate import coefficients_of
from proofs_check.papers.zhang2024.quantities.flow import flow_on_subspace
from theory.zhang2024.descent_rate import imbalance_after_step

STEPS = 60
_PRECISION = 256
Rows = tuple[tuple[Fraction, ...], ...]
_BY = f"{STEPS} steps enclosed in ball arithmetic"
# Where the excess has fallen to this share of its start, the quotient of two of them says nothing more.
_SETTLED = 1e-30


@dataclass(frozen=True, eq=False)
class Start:
    """Where descent starts, and the constants of B13 that the start gives, in balls.

    Attributes:
        rates: a_ij; target: diag b.
        U, u: the start.
        excess: E0.
        least: kappa0, the least a_ij.
        size: P = ||b|| + (2 E0/kappa0)^(1/2).
        c2: sum_i min(U_ii(0), b_i/u_max)^2 with u_max^2 = 5 P/4.
    """

    rates: Array
    target: Array
    U: Array
    u: arb
    excess: arb
    least: Fraction
    size: arb
    c2: arb

    @property
    def largest_step(self) -> arb:
        """The least of 1/(4 K P) and c^2/(4 E0)."""
        smooth: arb = 1 / (4 * max(self.rates.flat) * self.size)
        return smooth.min(self.c2 / (4 * self.excess))


@dataclass(frozen=True)
class DescentFacts:
    """The least u_k^2, the least 1 - E_{k+1}/E_k and the largest |u_k^2 - ||U_k||^2| over the steps, in balls."""

    least_squared_u: arb
    least_fall: arb
    largest_imbalance: arb


def start_of(instance: Instance, averaged: bool) -> Start:
    """The start at sigma = s and Theta, divided by ||Theta Theta'||_F^(1/2)."""
    rates, forces = coefficients_of(instance, averaged)
    return _start(tuple(map(tuple, rates)), tuple(forces), instance.values["Theta"], instance.values["s"])


@lru_cache(maxsize=256)
def _start(rates: Rows, forces: tuple[Fraction, ...], theta: Any, s: Fraction) -> Start:
    theta = np.array(theta, dtype=object).reshape(len(forces), -1)
    with ctx.workprec(_PRECISION):
        a, f = as_balls(np.array(rates, dtype=object)), as_balls(np.array(forces, dtype=object))
        gram, u = as_balls(theta @ theta.T), _ball(s)
        U = gram * (u / _total(gram * gram).sqrt())
        b = [f[i] / a[i, i] for i in range(len(f))]
        target = np.array([[b[i] if i == j else arb(0) for j in range(len(b))] for i in range(len(b))], dtype=object)
        least = min(rate for row in rates for rate in row)
        excess = _excess(a, target, U, u)
        size = _total(target * target).sqrt() + (2 * excess / _ball(least)).sqrt()
        u_max = (5 * size / 4).sqrt()
        c2 = sum((U[i, i].min(b[i] / u_max) ** 2 for i in range(len(b))), arb(0))
        return Start(a, target, U, u, excess, least, size, c2)


def _ball(value: Fraction) -> arb:
    return arb(fmpq(value.numerator, value.denominator))


def _total(entries: Array) -> arb:
    return sum(entries.flat, arb(0))


def _excess(rates: Array, target: Array, U: Array, u: arb) -> arb:
    gap = u * U - target
    return _total(rates * gap * gap) / 2


@lru_cache(maxsize=256)
def _descend(start: Start, size: Fraction) -> DescentFacts:
    with ctx.workprec(_PRECISION):
        return _facts(start, _ball(size))


def _facts(start: Start, step: arb) -> DescentFacts:
    U, u, excess = start.U, start.u, start.excess
    squares, falls, imbalances = [u * u], [], [abs(u * u - _total(U * U))]
    for _ in range(STEPS):
        slope = start.rates * (u * U - start.target)
        U, u = U - step * u * slope, u - step * _total(slope * U)
        after = _excess(start.rates, start.target, U, u)
        falls.append(1 - after / excess)
        squares.append(u * u)
        imbalances.append(abs(u * u - _total(U * U)))
        excess = after
        if not excess > _SETTLED * start.excess:
            break
    return DescentFacts(_extreme(squares, arb.min), _extreme(falls, arb.min), _extreme(imbalances, arb.max))


def _extreme(values: list[arb], choose: Callable[[arb, arb], arb]) -> arb:
    chosen = values[0]
    for value in values[1:]:
        chosen = choose(chosen, value)
    return chosen


def _along_descent(latex: str, averaged: bool, read: Callable[[DescentFacts], arb]) -> Quantity:
    def enclose(instance: Instance) -> Exact:
        start = start_of(instance, averaged)
        constants = {"c2": start.c2, "k0": start.least, "gap": start.excess}
        return one_by_one(read(_descend(start, instance.values["eta"]))), constants

    return Quantity(latex, enclose=enclose, enclosed_by=_BY)


def least_squared_u(averaged: bool = False) -> Quantity:
    """min_k u_k^2, for one covariance, or for two diagonal ones if averaged; the same below."""
    return _along_descent(r"\min_k u_k^2", averaged, lambda facts: facts.least_squared_u)


def least_fall(averaged: bool = False) -> Quantity:
    """min_k 1 - E_{k+1}/E_k with E_k = l - min l after k steps."""
    return _along_descent(r"\min_k \left(1 - E_{k + 1}/E_k\right)", averaged, lambda facts: facts.least_fall)


def largest_imbalance(averaged: bool = False) -> Quantity:
    """max_k |u_k^2 - ||U_k||_F^2|."""
    return _along_descent(r"\max_k |u_k^2 - \|U_k\|_F^2|", averaged, lambda facts: facts.largest_imbalance)


def imbalance() -> Quantity:
    """u_+^2 - tr(U_+ U_+') after one step of size eta from any point of the subspace."""

    def exact(instance: Instance) -> Array:
        U_flow, u_flow = flow_on_subspace(instance)
        step = scalar(instance, "eta")
        U, u = instance.arrays["U"] + step * U_flow, scalar(instance, "u") + step * u_flow
        return [[u**2 - np.sum(U * U)]]

    def derive() -> Any:
        held = imbalance_after_step()
        return held.expression, held.definitions

    return Quantity(r"u_+^2 - \|U_+\|_F^2", derive=derive, exact=exactly(exact))
