"""Instances for statements on flows: covariances and initialisations, with or without a condition on sigma."""

from __future__ import annotations

from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
from hypothesis import assume
from hypothesis import strategies as st

from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity
from proofs_check.papers.zhang2024.quantities.brute_force import coefficients
from proofs_check.strategies import (
    SpectralCovariance,
    Vector,
    chosen,
    covariances,
    dimensions,
    initialisations,
    lengths,
    matrices,
    naturals,
    positives,
    rationals,
)

# The work of an enclosure grows with the ratio of the fastest to the slowest rate.
_MOST_STIFF = 20
_CHANCES = (Fraction(1, 2), Fraction(2, 5), Fraction(1, 10))
_RATIOS = (Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3, 2))


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


@st.composite
def whole_weights(draw: st.DrawFn, averaged: bool = False) -> Instance:
    """A flow under the paper's condition, with J = [I; 0] and the last unit vector e of dimension n = d + 1."""
    at = draw(averaged_flow_instances("paper") if averaged else flow_instances("paper"))
    d = at.lengths["d"]
    unit = tuples(exact_identity(d + 1))
    return Instance({**at.lengths, "n": d + 1}, {**at.values, "J": tuple(row[:d] for row in unit), "e": unit[d]})


def small_start() -> Instance:
    """Where the lower bounds of u come to equality: d = 1 and sigma near 0."""
    one, gamma = Fraction(1), Fraction(3)
    values = {"opL": one, "lowL": one, "opG": gamma, "lowG": gamma}
    return Instance({"d": 1, "N": 1}, {"Lambda": ((one,),), "Theta": ((one,),), "s": Fraction(1, 50), **values})


def small_averaged_start() -> Instance:
    """The same for two covariances that are equal."""
    one, gamma, half = Fraction(1), Fraction(3), Fraction(1, 2)
    unit = ((one,),)
    values = {"p": half, "q": half, "g1": gamma, "g2": gamma, "opS": one, "nu": gamma}
    return Instance({"d": 1, "N": 1}, {"L1": unit, "L2": unit, "Theta": unit, "s": Fraction(1, 50), **values})


@st.composite
def starts(draw: st.DrawFn) -> Instance:
    """Initialisations of Assumption 3.3 of any size, with ||Theta Theta'||_F rational."""
    d = draw(dimensions(2))
    covariance = draw(covariances(d, 1))
    theta = draw(initialisations(d))
    return Instance(
        {"d": d, "N": 1 + draw(naturals(3))}, {"Lambda": covariance.matrix, "Theta": theta, "s": draw(positives(1))}
    )


@st.composite
def isotropic_starts(draw: st.DrawFn) -> Instance:
    """Lambda = lambda I, Theta proportional to I, u = s at the start; and v^2 = h at some later time."""
    d = draw(dimensions(4))
    scale = draw(positives())
    values = {
        "Lambda": tuples(scale * exact_identity(d)),
        "lambda": scale,
        "s": draw(positives()) / 2,
        "h": draw(positives()),
    }
    return Instance({"d": d, "N": 1 + draw(naturals(5))}, values)


@st.composite
def averaged_flow_instances(draw: st.DrawFn, condition: str) -> Instance:
    """Two diagonal covariances with their probabilities, any Theta and N, and sigma = s.

    Args:
        draw: Hypothesis's.
        condition: "paper", that of Lemma C.6; "sharper", s^2 E[||Gamma|| tr(L^2 S)] < 2 tr(E[L^2] S); "none", s^2 from
            the paper's bound up to 10^4 times as large.
    """
    d = draw(dimensions(3))
    scale = draw(positives(1))
    atoms: list[Vector] = [tuple(scale * draw(chosen(_RATIOS)) for _ in range(d)) for _ in range(2)]
    p = draw(chosen(_CHANCES))
    chances = (p, 1 - p)
    N = draw(lengths(1000))
    theta = draw(initialisations(d))
    norms = [max(x) + (max(x) + sum(x)) / N for x in atoms]
    largest = _largest_square(condition, list(zip(chances, norms, atoms, strict=True)), theta)
    if condition == "none":
        share = Fraction(draw(chosen((10**4, 100, 1, 10))))
    else:
        far = draw(st.booleans())
        share = draw(chosen((Fraction(19, 20), Fraction(1, 2)))) if far else Fraction(1 + draw(naturals(8)), 100)
    s = Fraction(sqrt(share * largest)).limit_denominator(500) or Fraction(1, 500)
    while condition != "none" and not s**2 < largest * Fraction(99, 100):
        s /= 2
    law = coefficients(list(zip(chances, atoms, strict=True)), N)
    rates = [rate for row in law.zeta for rate in row]
    assume(max(rates) <= _MOST_STIFF * min(rates))
    # For d = 1 this is the one start that is a minimiser already.
    assume(d > 1 or s**2 * law.gamma[0] != law.xi[0])
    values = {
        "L1": _diagonal(atoms[0]),
        "L2": _diagonal(atoms[1]),
        "p": chances[0],
        "q": chances[1],
        "Theta": tuples(theta),
        "s": s,
        "g1": norms[0],
        "g2": norms[1],
        "opS": max(sum(c * x[i] ** 2 for c, x in zip(chances, atoms, strict=True)) for i in range(d)),
        "nu": min(rates),
    }
    return Instance({"d": d, "N": N}, values)


def _largest_square(condition: str, atoms: list[tuple[Fraction, Fraction, Vector]], theta: Any) -> Fraction:
    """The bound of s^2 in a condition; atoms are (probability, ||Gamma||, diagonal of Lambda)."""
    root = np.array(theta, dtype=object)
    gram = root @ root.T
    d = range(len(gram))
    # The letters `align` and `spread` of the statements, up to the norm of Theta Theta'.
    if condition == "sharper":
        align = sum(c * x[i] ** 2 * gram[i, i] for c, _, x in atoms for i in d)
        bound: Fraction = 2 * align / sum(c * g * x[i] ** 2 * gram[i, i] for c, g, x in atoms for i in d)
        return bound
    align = sum(sum(c * x[i] for c, _, x in atoms) ** 2 * gram[i, i] for i in d)
    spread = sum(c * g * sum(y * y for y in x) for c, g, x in atoms)
    return Fraction(2 * align / spread) / Fraction(sqrt(len(gram) * np.sum(gram * gram)))


def _diagonal(entries: Vector) -> Any:
    return tuple(tuple(x if i == j else Fraction(0) for j in range(len(entries))) for i, x in enumerate(entries))


@st.composite
def averaged_weights(draw: st.DrawFn) -> Instance:
    """Two diagonal covariances, and any U and u; now and then uU off its optimum in the slowest entry only."""
    instance = draw(averaged_flow_instances("paper"))
    d, N = instance.lengths["d"], instance.lengths["N"]
    law = coefficients(atoms_of(instance), N)
    U, u = np.array(draw(matrices(d, d)), dtype=object), draw(rationals(nonzero=True))
    if draw(st.booleans()):
        i, j = min(np.ndindex(d, d), key=lambda place: law.zeta[place[0]][place[1]])
        U = np.diag(np.array(law.minimiser, dtype=object)) / u + Fraction(0)
        U[i, j] += draw(positives())
    return instance.with_values(U=tuples(U), u=u)


def atoms_of(instance: Instance) -> tuple[tuple[Fraction, Vector], ...]:
    """(probability, diagonal) of both covariances of an instance with L1, L2, p and q."""
    d, values = range(instance.lengths["d"]), instance.values
    return tuple((values[chance], tuple(values[name][i][i] for i in d)) for chance, name in (("p", "L1"), ("q", "L2")))
