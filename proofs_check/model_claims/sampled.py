"""The error of a model on sampled prompts, with a proved bound of its variance.

Let p = y_hat - y_q, A the coordinates of task and noise, B those of the query. For a polynomial of degree k in
independent normal variables E p^4 <= c (E p^2)^2 with c = 1, 3 for k = 0, 1 and 9^k in general (hypercontractivity).
With the covariates fixed, apply it to A; E[p^2 | B] is a sum of squares of polynomials in B, to which it applies by
Minkowski's inequality. So E p^4 <= c_A c_B E (E[p^2 | covariates])^2, which is a mean of polynomials in coordinates.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
from sympy.polys.rings import PolyElement

from numerics import simulate
from numerics.sequential import Moments
from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.language import names_in
from proofs_check.model_claims.brute_force import errors
from proofs_check.model_claims.point import Point
from proofs_check.model_claims.prompts import COVARIATE, NOISE, QUERY, TASK
from theory import Elliptical, FiniteTasks, Model, Prompt, RandomCovariance
from theory import Moments as TaskMoments
from theory.algebra.grammar import parse

# A bound that is evaluated in floating point at the end is enlarged by far more than its rounding error.
_ROUNDING = 1e-9


def can_be_sampled(law: Prompt) -> bool:
    """Whether prompts of the law can be drawn: not where only moments of a part are known.

    Nor where a probability is a letter, whose values in instances are any positive numbers.
    """
    parts = (law.x, law.query, law.w)
    if isinstance(law.x, RandomCovariance) and any(list(names_in(parse(text))) for text in law.x.chances):
        return False
    return not any(isinstance(part, Elliptical | TaskMoments) for part in parts)


def variance_bound(model: Model, law: Prompt, at: Point) -> float:
    """An upper bound of the variance of (y_hat - y_q)^2."""
    mean, fourth = Fraction(0), Fraction(0)
    for space, error, weight in errors(model, law, at):
        kept = _generators(space, COVARIATE)
        given = space.square_given(error, kept)
        factor = _ratio(error, _generators(space, TASK, NOISE)) * _ratio(error, _generators(space, QUERY))
        mean += weight * space.mean(given)
        fourth += weight * factor * space.mean_of_product(given, given)
    return float(fourth - mean**2) * (1 + _ROUNDING)


def _generators(space: Coordinates, *names: str) -> list[bool]:
    return [str(generator).partition("_")[0] in names for generator in space.ring.gens]


def _ratio(polynomial: PolyElement, chosen: list[bool]) -> int:
    """c with E p^4 <= c (E p^2)^2 in these coordinates, by the degree in them."""
    degree = max(
        (sum(k for k, mine in zip(powers, chosen, strict=True) if mine) for powers in polynomial.monoms()), default=0
    )
    return (1, 3)[degree] if degree < 2 else 9**degree


def sampled_error(
    model: Model, law: Prompt, at: Point, seed: np.random.SeedSequence, prompts: int
) -> tuple[Moments, float]:
    """Moments of (y_hat - y_q)^2 on drawn prompts, through the real layers, and a bound of its variance."""
    known = model.letters_for(law)
    values: dict[str, Any] = {name: size for name, size in at.lengths.items() if name in known.lengths}
    tasks = law.w.letter if isinstance(law.w, FiniteTasks) else ""
    for name, array in at.values.items():
        if name in known.names:
            rows, cols = (1, 2) if name == tasks else known.names[name].shape
            values[name] = _natural(array.astype(float), rows == 1 and cols == 1, cols == 1)
    estimate = simulate(model, prompts, int(seed.generate_state(1)[0]), law, **values)
    return estimate.moments, variance_bound(model, law, at)


def _natural(array: Any, number: bool, column: bool) -> Any:
    """A number as a float, a column with one axis; matrices, and tasks in rows, as they are."""
    return float(array[0, 0]) if number else array[:, 0] if column else array
