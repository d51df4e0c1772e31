"""Laws of random diagonal covariances, given by their moments: exact for exact parameters.

Only the moments E[prod_i lambda_i^{p_i}] with sum p_i <= 3 enter the theory, so a law is a rule for these.
Numbers may be int, Fraction, float or SymPy expressions; exact numbers give exact moments.

Source: Zhang, Frei and Bartlett (2024), section 4.3.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import comb, prod
from typing import Any, Protocol

# A rational, a float or a SymPy expression.
Number = Any


@dataclass(frozen=True)
class Entry:
    """The law of one diagonal entry lambda > 0: its name and k -> E[lambda^k]."""

    name: str
    moment: Callable[[int], Number]


def _exact(value: Number) -> Number:
    """An int as a Fraction, so that quotients stay exact."""
    return Fraction(value) if isinstance(value, int) else value


def _require_positive(name: str, value: Number) -> Number:
    """The value, unless it is known not to be positive (a SymPy symbol may leave that open)."""
    if bool(value <= 0) if not hasattr(value, "is_positive") else value.is_positive is False:
        raise ValueError(f"{name} must be positive, got {value}")
    return _exact(value)


def gamma(shape: Number, rate: Number) -> Entry:
    """Gamma(shape, rate): E lambda^k = shape (shape + 1) ... (shape + k - 1) / rate^k."""
    a, b = _require_positive("shape", shape), _require_positive("rate", rate)
    return Entry(f"Gamma({shape}, {rate})", lambda k: prod((a + j for j in range(k)), start=Fraction(1)) / b**k)


def exponential(rate: Number = 1) -> Entry:
    """Exp(rate): E lambda^k = k! / rate^k."""
    return Entry(f"Exp({rate})", gamma(1, rate).moment)


def uniform(low: Number, high: Number) -> Entry:
    """Uniform on [low, high], 0 <= low < high: E lambda^k = (1/(k+1)) sum_j low^j high^(k-j)."""
    _require_positive("high - low", high - low)
    if bool(low < 0) if not hasattr(low, "is_negative") else low.is_negative is True:
        raise ValueError(f"low must be at least 0, got {low}")
    a, b = _exact(low), _exact(high)
    return Entry(f"Uniform({low}, {high})", lambda k: sum(a**j * b ** (k - j) for j in range(k + 1)) / Fraction(k + 1))


def log_normal(mean: Number, square_ratio: Number) -> Entry:
    """Log-normal with E lambda = mean and E lambda^2 / mean^2 = square_ratio = e^(variance of log lambda) > 1.

    In these parameters every moment is a monomial, E lambda^k = mean^k square_ratio^(k(k-1)/2), so it is exact.
    """
    m, q = _require_positive("mean", mean), _exact(square_ratio)
    _require_positive("square_ratio - 1", square_ratio - 1)
    return Entry(f"LogNormal({mean}, {square_ratio})", lambda k: m**k * q ** comb(k, 2))


def two_point(first: Number, second: Number, probability: Number) -> Entry:
    """`first` with the given probability, otherwise `second`."""
    a, b, p = _require_positive("first", first), _require_positive("second", second), _exact(probability)
    if bool(p < 0) is True or bool(p > 1) is True:
        raise ValueError(f"probability must lie in [0, 1], got {probability}")
    return Entry(f"{first} or {second}", lambda k: p * a**k + (1 - p) * b**k)


def constant(value: Number) -> Entry:
    """The degenerate law at one value."""
    a = _require_positive("value", value)
    return Entry(f"{value}", lambda k: a**k)


class DiagonalLaw(Protocol):
    """The law of diag(lambda_1, ..., lambda_d)."""

    @property
    def dimension(self) -> int:
        """d."""
        ...

    def moment(self, powers: Mapping[int, int]) -> Number:
        """E[prod_i lambda_i^powers[i]], coordinates from 0."""
        ...


@dataclass(frozen=True)
class IndependentEntries:
    """Independent diagonal entries with laws that may differ: the setting of Theorem 4.5."""

    entries: tuple[Entry, ...]

    def __post_init__(self) -> None:
        if not self.entries:
            raise ValueError("a covariance has at least one diagonal entry, got none")

    @property
    def dimension(self) -> int:
        """d."""
        return len(self.entries)

    def moment(self, powers: Mapping[int, int]) -> Number:
        """The product of the entries' moments."""
        return prod((self.entries[i].moment(k) for i, k in powers.items() if k), start=Fraction(1))


@dataclass(frozen=True)
class FiniteLaw:
    """Finitely many diagonals with probabilities: entries may depend on each other (Corollary C.2 allows it).

    Args:
        atoms: the diagonals, each of d positive numbers.
        probabilities: one for each atom; None makes them equal.
    """

    atoms: tuple[tuple[Number, ...], ...]
    probabilities: tuple[Number, ...] | None = None

    def __post_init__(self) -> None:
        if not self.atoms or not self.atoms[0]:
            raise ValueError("a finite law needs at least one atom with at least one entry")
        if len({len(atom) for atom in self.atoms}) > 1:
            raise ValueError(f"all atoms must have one dimension, got {sorted({len(atom) for atom in self.atoms})}")
        for atom in self.atoms:
            for entry in atom:
                _require_positive("every entry of an atom", entry)
        if self.probabilities is not None:
            if len(self.probabilities) != len(self.atoms):
                raise ValueError(f"{len(self.atoms)} atoms need as many probabilities, got {len(self.probabilities)}")
            if any(p < 0 for p in self.probabilities) or sum(self.probabilities) != 1:
                raise ValueError(f"probabilities must be at least 0 and sum to 1, got {self.probabilities}")

    @property
    def dimension(self) -> int:
        """d."""
        return len(self.atoms[0])

    @property
    def weighted(self) -> tuple[tuple[Number, tuple[Number, ...]], ...]:
        """(probability, diagonal) for each atom."""
        weights: Sequence[Number] = self.probabilities or (Fraction(1, len(self.atoms)),) * len(self.atoms)
        return tuple((w, tuple(_exact(x) for x in atom)) for w, atom in zip(weights, self.atoms, strict=True))

    def moment(self, powers: Mapping[int, int]) -> Number:
        """The weighted mean over the atoms."""
        return self.mean(lambda atom: prod((atom[i] ** k for i, k in powers.items()), start=Fraction(1)))

    def mean(self, function: Callable[[tuple[Number, ...]], Number]) -> Number:
        """E of a function of the diagonal."""
        return sum((weight * function(atom) for weight, atom in self.weighted), start=Fraction(0))
