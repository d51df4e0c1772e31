"""Hypothesis strategies for what the theory quantifies over: part of the public API, for tests of one's own claims.

Everything that they draw is exact: Fractions, tuples of Fractions, or objects that hold such. Small examples are simple
ones, so a counterexample shrinks to small dimensions, small integers, the identity as a basis, and short prompts.

All choices are made by coin flips. Hypothesis mixes constants that it finds in whatever modules are loaded into the
numbers that it draws, so integers of its own would make a seeded run depend on what else the process has imported.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, TypeVar

import numpy as np
from hypothesis import strategies as st

from numerics.prompts import LabelLaw, LinearLabels, QuadraticLabels, ReluLabels, SignLabels
from proofs_check.judge.instances import tuples
from proofs_check.judge.meaning import cayley, exact_identity

T = TypeVar("T")
Array = Any
Vector = tuple[Fraction, ...]
Matrix = tuple[Vector, ...]

__all__ = [
    "SpectralCovariance",
    "bases",
    "contexts",
    "covariances",
    "dimensions",
    "initialisations",
    "label_laws",
    "lengths",
    "matrices",
    "naturals",
    "positives",
    "rationals",
    "spectra",
    "vectors",
]

_COIN = st.booleans()


# The recipes draw coins themselves: a strategy inside a strategy costs Hypothesis far more than the coins in it.


def _natural(draw: st.DrawFn, most: int) -> int:
    value = 0
    while value < most and draw(_COIN):
        value += 1
    return value


def _length(draw: st.DrawFn, largest: int) -> int:
    value = 1 + _natural(draw, 5)
    if draw(_COIN):
        value *= 10 ** _natural(draw, len(str(largest)) - 1)
    return min(value, largest)


def _positive(draw: st.DrawFn, spread: int) -> Fraction:
    value = Fraction(1 + _natural(draw, 8), 1 + _natural(draw, 3))
    if spread and draw(_COIN):
        power = 10 ** _natural(draw, spread)
        value = value / power if draw(_COIN) else value * power
    return value


def _rational(draw: st.DrawFn, nonzero: bool = False) -> Fraction:
    numerator = _natural(draw, 8) + (1 if nonzero else 0)
    return Fraction(-numerator if draw(_COIN) else numerator, 1 + _natural(draw, 3))


def _vector(draw: st.DrawFn, d: int) -> Vector:
    return tuple(_rational(draw) for _ in range(d))


def _spectrum(draw: st.DrawFn, d: int, spread: int) -> Vector:
    values = [_positive(draw, spread)]
    for _ in range(d - 1):
        values.append(_positive(draw, spread) if draw(_COIN) else values[-1])
    return tuple(values)


def _basis(draw: st.DrawFn, d: int) -> Matrix:
    skew = np.full((d, d), Fraction(0), dtype=object)
    if draw(_COIN):
        for i in range(d):
            for j in range(i):
                skew[i, j] = _rational(draw)
                skew[j, i] = -skew[i, j]
    return tuples(cayley(skew))  # type: ignore[no-any-return]


@st.composite
def naturals(draw: st.DrawFn, most: int) -> int:
    """0, 1, ..., most; each number is about half as likely as the one before it."""
    return _natural(draw, most)


@st.composite
def chosen(draw: st.DrawFn, options: Sequence[T]) -> T:
    """One of the options; the first ones are the simplest and the likeliest."""
    return options[_natural(draw, len(options) - 1)]


@st.composite
def dimensions(draw: st.DrawFn, largest: int = 4) -> int:
    """d = 1, ..., largest."""
    return 1 + _natural(draw, largest - 1)


@st.composite
def lengths(draw: st.DrawFn, largest: int = 10**6) -> int:
    """N or M: small numbers, and now and then a power of ten up to `largest`."""
    return _length(draw, largest)


@st.composite
def contexts(draw: st.DrawFn, largest: int = 10**6) -> tuple[int, int]:
    """(N, M): the lengths of training and of test prompts, each up to `largest`, now and then one far beyond the other.

    Then it is (10 k)^3 for the other's k, so that terms in 1/N^2 and in 1/M can each be alone.
    """
    N, M = _length(draw, largest), _length(draw, largest)
    if draw(_COIN):
        return (N, (10 * N) ** 3) if draw(_COIN) else ((10 * M) ** 3, M)
    return N, M


@st.composite
def positives(draw: st.DrawFn, spread: int = 0) -> Fraction:
    """A positive rational of small height, times 10^k with |k| <= spread."""
    return _positive(draw, spread)


@st.composite
def rationals(draw: st.DrawFn, nonzero: bool = False) -> Fraction:
    """A rational of small height and any sign."""
    return _rational(draw, nonzero)


@st.composite
def vectors(draw: st.DrawFn, d: int, nonzero: bool = False) -> Vector:
    """d rationals; not all of them zero where that is asked for."""
    entries = _vector(draw, d)
    return entries if any(entries) or not nonzero else (Fraction(1), *entries[1:])


@st.composite
def matrices(draw: st.DrawFn, rows: int, columns: int) -> Matrix:
    """A rational matrix of any rank."""
    return tuple(_vector(draw, columns) for _ in range(rows))


@st.composite
def spectra(draw: st.DrawFn, d: int, spread: int = 3) -> Vector:
    """d positive rationals: repeated ones, ones spread over 10^(+-spread), nearly singular ones."""
    return _spectrum(draw, d, spread)


@st.composite
def bases(draw: st.DrawFn, d: int) -> Matrix:
    """An orthogonal matrix with rational entries: the Cayley transform (I - A)(I + A)^-1 of a skew-symmetric A.

    Every orthogonal matrix without the eigenvalue -1 is a limit of such; A = 0 is the identity.
    """
    return _basis(draw, d)


@dataclass(frozen=True)
class SpectralCovariance:
    """Lambda = Q diag(eigenvalues) Q', all rational, so that eigenvalues, norms and condition numbers are exact."""

    eigenvalues: Vector
    basis: Matrix

    @property
    def matrix(self) -> Matrix:
        """Lambda."""
        Q = np.array(self.basis, dtype=object)
        return tuples((Q * np.array(self.eigenvalues, dtype=object)) @ Q.T)  # type: ignore[no-any-return]

    @property
    def largest(self) -> Fraction:
        """The operator norm of Lambda."""
        return max(self.eigenvalues)

    @property
    def smallest(self) -> Fraction:
        """The least eigenvalue of Lambda."""
        return min(self.eigenvalues)

    def largest_of_gamma(self, N: int) -> Fraction:
        """The operator norm of Gamma = (1 + 1/N) Lambda + tr(Lambda)/N I."""
        return self.largest + (self.largest + sum(self.eigenvalues)) / N

    def smallest_of_gamma(self, N: int) -> Fraction:
        """The least eigenvalue of Gamma."""
        return self.smallest + (self.smallest + sum(self.eigenvalues)) / N


@st.composite
def covariances(draw: st.DrawFn, d: int, spread: int = 3, diagonal: bool = False) -> SpectralCovariance:
    """A positive definite matrix with a known rational spectrum, degenerate and nearly singular ones included."""
    spectrum = _spectrum(draw, d, spread)
    return SpectralCovariance(spectrum, tuples(exact_identity(d)) if diagonal else _basis(draw, d))


@st.composite
def initialisations(draw: st.DrawFn, d: int) -> Matrix:
    """Theta, d x r of any rank from 1 to d and not zero; the theory divides it by the root of ||Theta Theta'||_F."""
    rank = d - _natural(draw, d - 1)
    if not draw(_COIN):
        return tuples(exact_identity(d)[:, :rank])  # type: ignore[no-any-return]
    rows = [list(_vector(draw, rank)) for _ in range(d)]
    if not any(any(row) for row in rows):
        rows[0][0] = Fraction(1)
    return tuples(rows)  # type: ignore[no-any-return]


@st.composite
def label_laws(draw: st.DrawFn, d: int) -> LabelLaw:
    """A law of labels given x and w: linear or quadratic with noise, relu, sign."""
    kind = ("linear", "quadratic", "relu", "sign")[_natural(draw, 3)]
    if kind == "relu":
        return ReluLabels()
    if kind == "sign":
        return SignLabels()
    noise = float(_positive(draw, 0)) if draw(_COIN) else 0.0
    if kind == "linear":
        return LinearLabels(noise)
    B = np.array([_vector(draw, d) for _ in range(d)], dtype=float)
    return QuadraticLabels(B, float(_rational(draw)), noise)
