"""Exact moments of Gaussian vectors, for E[...]: polynomials in independent standard coordinates.

x = mean + L z with covariance L D L'; E z^(2m) = (2m - 1)!! D^m, and odd moments vanish.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod
from typing import Any

from flint import Ordering, fmpq, fmpq_mpoly_ctx

from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.matrices import Matrix, changed

# More coordinates than these make polynomials that are too long for a check.
MOST_COORDINATES = 14


class Coordinates:
    """One coordinate for each entry of each random vector.

    Args:
        laws: for each random vector its mean and covariance, rational.
    """

    def __init__(self, laws: Mapping[str, tuple[Matrix, Matrix]]):
        count = sum(len(mean) for mean, _ in laws.values())
        if count > MOST_COORDINATES:
            raise NoValueError(f"{count} random coordinates, more than {MOST_COORDINATES}")
        context: Any = fmpq_mpoly_ctx.get(tuple(f"z{k}" for k in range(max(1, count))), Ordering.lex)
        generators = context.gens()
        self.variances: list[fmpq] = []
        self.zero = context.from_dict({})
        self.vectors: dict[str, Matrix] = {}
        for name, (mean, covariance) in laws.items():
            lower, diagonal = _split(covariance)
            start = len(self.variances)
            self.variances += diagonal
            self.vectors[name] = [
                [sum((generators[start + k] * row[k] for k in range(len(row))), self.zero + mean[i][0])]
                for i, row in enumerate(lower)
            ]

    def mean(self, matrix: Matrix) -> Matrix:
        """E of every entry."""
        return changed(matrix, self._mean)

    def _mean(self, entry: Any) -> fmpq:
        if isinstance(entry, fmpq):
            return entry
        return sum((value * self._moment(powers) for powers, value in entry.to_dict().items()), fmpq(0))

    def _moment(self, powers: tuple[int, ...]) -> fmpq:
        if any(power % 2 for power in powers):
            return fmpq(0)
        factors = (
            prod(range(1, power, 2)) * variance ** (power // 2)
            for power, variance in zip(powers, self.variances, strict=False)
        )
        return prod(factors, start=fmpq(1))


def _split(covariance: Matrix) -> tuple[Matrix, list[fmpq]]:
    """L and D with covariance = L D L'; NoValueError for a matrix that is no covariance."""
    n = len(covariance)
    lower = [[fmpq(int(i == j)) for j in range(n)] for i in range(n)]
    diagonal: list[fmpq] = []
    for j in range(n):
        pivot = covariance[j][j] - sum((lower[j][k] ** 2 * diagonal[k] for k in range(j)), fmpq(0))
        diagonal.append(pivot)
        for i in range(j + 1, n):
            rest = covariance[i][j] - sum((lower[i][k] * lower[j][k] * diagonal[k] for k in range(j)), fmpq(0))
            if covariance[i][j] != covariance[j][i] or (not pivot and rest):
                raise NoValueError("a matrix that is not a covariance")
            lower[i][j] = rest / pivot if pivot else fmpq(0)
        if pivot < 0:
            raise NoValueError("a matrix that is not a covariance")
    return lower, diagonal


def is_covariance(matrix: Matrix, definite: bool) -> bool:
    """Whether a rational matrix is symmetric and positive semidefinite, or even definite."""
    try:
        return all(pivot > 0 or not definite for pivot in _split(matrix)[1])
    except NoValueError:
        return False
