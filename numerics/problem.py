"""The in-context learning problem: a covariance of the covariates and a training context length."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def checked_array(name: str, value: ArrayLike, shape: tuple[int, ...] | None = None) -> FloatArray:
    """Return value as a finite float array of the given shape (-1 matches any length).

    Raises ValueError or TypeError that names the argument, what was given, and what would be right.
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be an array of real numbers, got {value!r}") from error
    if shape is not None:
        fits = array.ndim == len(shape) and all(
            want in (-1, have) for want, have in zip(shape, array.shape, strict=True)
        )
        if not fits:
            wanted = " x ".join("any" if n == -1 else str(n) for n in shape)
            raise ValueError(f"{name} must have shape {wanted}, got shape {array.shape}")
    if not np.all(np.isfinite(array)):
        place = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        raise ValueError(f"{name} must be finite, got {array[place]} at index {place}")
    return array


def checked_length(name: str, value: int) -> int:
    """Return value as an int of at least 1, or raise an error that names it."""
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} must be an integer of at least 1, got {value!r}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, got {value}")
    return int(value)


def checked_covariance(name: str, value: ArrayLike) -> FloatArray:
    """Return value as a symmetric positive definite d x d array, or raise an error that names it."""
    matrix = checked_array(name, value)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or matrix.shape[0] == 0:
        raise ValueError(f"{name} must be a square d x d matrix with d >= 1, got shape {matrix.shape}")
    asymmetry = float(np.max(np.abs(matrix - matrix.T)))
    if asymmetry > 1e-12 * float(np.max(np.abs(matrix))):
        raise ValueError(
            f"{name} must be symmetric, its entries differ from their mirror images by up to {asymmetry:.3g}; "
            f"pass ({name} + {name}.T) / 2 if that is what you mean"
        )
    symmetric = (matrix + matrix.T) / 2
    smallest = float(np.linalg.eigvalsh(symmetric)[0])
    if smallest <= 0:
        raise ValueError(
            f"{name} must be positive definite, its smallest eigenvalue is {smallest:.3g}; "
            "drop the directions without variance"
        )
    return symmetric


@dataclass(frozen=True, eq=False)
class Problem:
    """Covariates N(0, Lambda) seen in training prompts of length N.

    Args:
        covariance: Lambda, d x d, symmetric positive definite.
        context_length: N, the number of examples in a training prompt, at least 1.

    Raises:
        ValueError, TypeError: for a covariance that is not symmetric positive definite or a length below 1.

    Source: Zhang, Frei and Bartlett (2024), section 3.
    """

    covariance: FloatArray
    context_length: int

    def __post_init__(self) -> None:
        covariance = checked_covariance("covariance", self.covariance)
        covariance.setflags(write=False)
        object.__setattr__(self, "covariance", covariance)
        object.__setattr__(self, "context_length", checked_length("context_length", self.context_length))

    @classmethod
    def from_spectrum(cls, eigenvalues: Sequence[float] | FloatArray, *, context_length: int) -> Problem:
        """Return the problem with covariance diag(eigenvalues); every eigenvalue must be positive."""
        spectrum = checked_array("eigenvalues", eigenvalues, (-1,))
        if spectrum.size == 0 or np.any(spectrum <= 0):
            raise ValueError(f"eigenvalues must be one or more positive numbers, got {spectrum.tolist()}")
        return cls(np.diag(spectrum), context_length)

    @property
    def dimension(self) -> int:
        """d, the dimension of the covariates."""
        return int(self.covariance.shape[0])

    @cached_property
    def _eigensystem(self) -> tuple[FloatArray, FloatArray]:
        diagonal = np.diag(self.covariance)
        if np.array_equal(self.covariance, np.diag(diagonal)):
            # A diagonal covariance keeps its own order, so that results need no rotation at all.
            return diagonal.copy(), np.eye(self.dimension)
        eigenvalues, basis = np.linalg.eigh(self.covariance)
        return eigenvalues, basis

    @property
    def eigenvalues(self) -> FloatArray:
        """The eigenvalues of Lambda, shape (d,); ascending unless Lambda is diagonal."""
        return self._eigensystem[0]

    @property
    def basis(self) -> FloatArray:
        """Orthogonal Q, d x d, with Lambda = Q diag(eigenvalues) Q'."""
        return self._eigensystem[1]

    @property
    def gamma(self) -> FloatArray:
        """The eigenvalues of Gamma = (1 + 1/N) Lambda + (tr Lambda / N) I in the same order, shape (d,)."""
        n = self.context_length
        return (1 + 1 / n) * self.eigenvalues + float(np.sum(self.eigenvalues)) / n

    @property
    def Gamma(self) -> FloatArray:
        """Gamma = (1 + 1/N) Lambda + (tr Lambda / N) I, d x d."""
        n = self.context_length
        return (1 + 1 / n) * self.covariance + float(np.trace(self.covariance)) / n * np.eye(self.dimension)

    @property
    def Gamma_inverse(self) -> FloatArray:
        """Gamma^{-1}, the limit of uU, d x d."""
        return (self.basis / self.gamma) @ self.basis.T
