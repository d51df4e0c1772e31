"""Laws of the training prompts: one fixed covariance, or a fresh random one for every prompt."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from numerics.problem import FloatArray

LAWS = ("fixed", "correlated", "exp")


def check_law(name: str) -> None:
    """Raise ValueError unless this names a law of the training prompts."""
    if name not in LAWS:
        raise ValueError(f"law must be one of {', '.join(LAWS)}, got {name!r}")


def fixed_covariance(name: str, dimension: int) -> FloatArray:
    """Return the covariance of a law that has one, d x d, of trace d.

    Args:
        name: "fixed" is I_d, as in appendix E of the paper. "correlated" is Q diag(s) Q' with s from 1/2 to 2, spaced
            evenly in the logarithm and scaled to the sum d, and Q the reflection that exchanges e_1 and the unit vector
            along (1, 2, ..., d): no symmetry of the coordinates is left.
        dimension: d.

    Raises:
        ValueError: for "exp", which has no fixed covariance, and for unknown names.
    """
    if name == "fixed":
        return np.eye(dimension)
    if name != "correlated":
        raise ValueError(f"a fixed covariance belongs to the laws fixed and correlated only, got {name!r}")
    spectrum = np.geomspace(0.5, 2.0, dimension)
    spectrum *= dimension / np.sum(spectrum)
    normal = -np.arange(1.0, dimension + 1)
    normal /= np.linalg.norm(normal)
    normal[0] += 1.0
    length = float(normal @ normal)
    reflection = np.eye(dimension) - (2.0 / length) * np.outer(normal, normal) if length > 0 else np.eye(dimension)
    covariance: FloatArray = (reflection * spectrum) @ reflection.T
    return (covariance + covariance.T) / 2


@dataclass(frozen=True)
class Batch:
    """Training prompts: points x, shape (prompts, points, d), and their labels y, shape (prompts, points)."""

    x: FloatArray
    y: FloatArray


def draw_batch(
    law: str, dimension: int, points: int, prompts: int, rng: np.random.Generator, active: int | None = None
) -> Batch:
    """Return prompts with tasks w ~ N(0, I_d), labels <w, x> without noise, and covariates of the named law.

    Args:
        law: "fixed" and "correlated" as in `fixed_covariance`; "exp" draws Lambda = diag(lambda_1, ..., lambda_d) with
            i.i.d. Exp(1) entries anew for every prompt. Each law has E tr Lambda = d, so predicting zero costs d.
        dimension: d.
        points: examples and query together, N + 1.
        prompts: how many.
        rng: the generator to draw from.
        active: coordinates from this one on are set to zero, as in the curriculum of Garg et al. (2022).

    Source: Zhang, Frei and Bartlett (2024), appendix E.
    """
    x = rng.standard_normal((prompts, points, dimension))
    if law == "exp":
        x *= np.sqrt(rng.standard_exponential((prompts, 1, dimension)))
    elif law != "fixed":
        x = x @ np.linalg.cholesky(fixed_covariance(law, dimension)).T
    w = rng.standard_normal((prompts, dimension))
    if active is not None:
        x[:, :, active:] = 0.0
    return Batch(x, np.einsum("bpi,bi->bp", x, w))
