"""The law of a Gaussian vector, or of an elliptical one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from theory.algebra.expression import Expression, letter, symbol_expression
from theory.algebra.words import Symbol


@dataclass(frozen=True)
class Gaussian:
    """The law of a random vector: Gaussian, or a scale mixture of Gaussians (elliptical).

    Args:
        covariance: symmetric d x d expression (1 x 1 for a scalar).
        mean: an expression of the vector's shape; None is zero.
        radial_moment: for the elliptical law x = sqrt(r) z the function k -> E[r^k], k >= 2, a scalar expression;
            E r = 1 is the normalisation, so that `covariance` is the covariance. None is Gaussian, E[r^k] = 1.
        joint: for letters z that are jointly Gaussian with x the cross-covariance E[(x - E x)(z - E z)']. It is enough
            that one of the two laws has it. Copies x_i and z_j are correlated where i = j. That the covariance of x and
            z together is positive semidefinite is for the caller to see to.

    Raises:
        ValueError: for a covariance that is not square and symmetric, or a mean of another shape.
    """

    covariance: Expression
    mean: Expression | None = None
    radial_moment: Callable[[int], Expression] | None = None
    joint: Mapping[Expression, Expression] = field(default_factory=dict)

    def __post_init__(self) -> None:
        covariance = self.covariance
        if covariance.rows != covariance.cols:
            raise ValueError(f"the covariance must be square, got {covariance.rows} x {covariance.cols}: {covariance}")
        if covariance != covariance.T:
            raise ValueError(f"the covariance {covariance} is not symmetric; declare its letters symmetric")
        if self.mean is not None and self.mean.shape != (covariance.rows, 1):
            raise ValueError(
                f"the mean must be {covariance.rows} x 1 like the covariance, got {self.mean.rows} x {self.mean.cols}"
            )

    @property
    def has_radius(self) -> bool:
        """Whether the law is elliptical without being Gaussian."""
        return self.radial_moment is not None

    @property
    def partners(self) -> frozenset[Symbol]:
        """The letters with a cross-covariance that is said here."""
        return frozenset(letter(key) for key in self.joint)

    def of_copy(self, copies: Mapping[Symbol, Symbol]) -> Gaussian:
        """The law of a copy of the letter that is correlated with copies of its partners."""
        joint = {copies[letter(key)]: cross for key, cross in self.joint.items() if letter(key) in copies}
        return replace(self, joint={symbol_expression(symbol): cross for symbol, cross in joint.items()})
