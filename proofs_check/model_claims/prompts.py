"""Prompts of a law whose entries are polynomials in independent coordinates: the law's meaning without the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

import numpy as np
from sympy.polys.rings import PolyElement

from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.language import names_in
from proofs_check.model_claims.point import Point
from theory.algebra.grammar import parse
from theory.models.law import (
    Covariates,
    Elliptical,
    FiniteTasks,
    Fixed,
    Gaussian,
    LowRank,
    Moments,
    Prompt,
    RandomCovariance,
)

Array = Any
# The coordinates of a prompt: covariates, query, task, noise of labels and of the target.
COVARIATE, QUERY, TASK, NOISE = "x", "q", "w", "e"
_COLUMN = ("d", 1)
_SQUARE = ("d", "d")


@dataclass(frozen=True)
class PolynomialPrompt:
    """A prompt, and the probability of its covariance and task where there are finitely many.

    Attributes:
        space: the coordinates, with their moments.
        x: covariates, each d x 1; y: labels; x_q: the query, d x 1; target: the query's label.
    """

    space: Coordinates
    x: tuple[Array, ...]
    y: tuple[PolyElement, ...]
    x_q: Array
    target: PolyElement
    probability: Fraction

    def embedding(self) -> Array:
        """Z = [[x_1 ... x_N, x_q], [y_1 ... y_N, 0]]."""
        top = np.concatenate([*self.x, self.x_q], axis=1)
        bottom = np.array([[*self.y, self.space.ring.zero]], dtype=object)
        return np.concatenate([top, bottom], axis=0)


def polynomial_prompts(law: Prompt, at: Point) -> Iterator[PolynomialPrompt]:
    """The prompts of a law at a point: one, or one for each of finitely many covariances and tasks."""
    if isinstance(law.x, RandomCovariance):
        for covariance, chance in zip(law.x.covariances, law.x.chances, strict=True):
            known = law.replace(x=Gaussian(covariance, law.x.mean))
            likely = at.read(chance, (1, 1))[0, 0]
            for prompt in polynomial_prompts(known, at):
                yield replace(prompt, probability=likely * prompt.probability)
        return
    count = at.lengths[law.length]
    space = _coordinates(law, at, count)
    x = tuple(_covariate(law.x, space, COVARIATE, i, at) for i in range(count))
    x_q = _covariate(law.query or law.x, space, QUERY, 0, at)
    for w, probability in _tasks(law, space, at):
        label = _labels(law, space, at, w)
        y = tuple(label(point) + _noise(law, space, i, point) for i, point in enumerate(x))
        target = label(x_q) + (_noise(law, space, count, x_q) if law.target_noise else space.ring.zero)
        yield PolynomialPrompt(space, x, y, x_q, target, probability)


def _coordinates(law: Prompt, at: Point, count: int) -> Coordinates:
    assert not isinstance(law.x, RandomCovariance)
    covariance = at.read(law.x.covariance, _SQUARE)
    query = law.query or law.x
    draws: dict[tuple[str, int], Any] = {(COVARIATE, i): covariance.tolist() for i in range(count)}
    draws[QUERY, 0] = at.read(query.covariance, _SQUARE).tolist()
    if isinstance(law.w, Gaussian):
        draws[TASK, 0] = at.read(law.w.covariance, _SQUARE).tolist()
    elif isinstance(law.w, LowRank):
        draws[TASK, 0] = np.eye(at.values[law.w.letter].shape[1], dtype=int).tolist()
    if law.noise is not None:
        variance = _noise_covariance(law.noise, at)
        draws |= {(NOISE, i): variance for i in range(count + law.target_noise)}
    radii = {(COVARIATE, i): _radial(law.x, at) for i in range(count) if isinstance(law.x, Elliptical)}
    if isinstance(query, Elliptical):
        radii[QUERY, 0] = _radial(query, at)
    return Coordinates(draws, radii)


def _radial(law: Elliptical, at: Point) -> tuple[Fraction, ...]:
    return (Fraction(1), *(at.values[name][0, 0] for name in law.moments))


def _covariate(law: Covariates, space: Coordinates, name: str, copy: int, at: Point) -> Array:
    vector = space.vectors[name, copy]
    return vector if law.mean is None else vector + space.constant(at.read(law.mean, _COLUMN))


def _noise_covariance(noise: str, at: Point) -> Any:
    """The covariance of (e, h) with noise e + h'x: the variance at zero, and the quadratic form by polarisation.

    The form is read off the formula's values at unit vectors and their sums; without x the noise is e alone.
    """
    if all(used.name != "x" for used in names_in(parse(noise))):
        return at.read(noise, (1, 1)).tolist()
    unit = np.array([[Fraction(i == j) for j in range(at.d)] for i in range(at.d)], dtype=object)

    def value(x: Array) -> Fraction:
        found: Fraction = at.with_values({"x": np.reshape(x, (-1, 1))}).read(noise, (1, 1))[0, 0]
        return found

    constant = value(unit[0] * 0)
    covariance = np.full((at.d + 1, at.d + 1), Fraction(0), dtype=object)
    covariance[0, 0] = constant
    for i, j in np.ndindex(at.d, at.d):
        mixed = value(unit[i] + unit[j]) - value(unit[i]) - value(unit[j]) + constant
        covariance[i + 1, j + 1] = mixed / 2
    return covariance.tolist()


def _noise(law: Prompt, space: Coordinates, place: int, x: Array) -> PolyElement:
    if law.noise is None:
        return space.ring.zero
    drawn = space.vectors[NOISE, place]
    return drawn[0, 0] + sum((drawn[i + 1, 0] * x[i, 0] for i in range(len(drawn) - 1)), space.ring.zero)


def _tasks(law: Prompt, space: Coordinates, at: Point) -> Iterator[tuple[Array, Fraction]]:
    """The task as polynomials, or each of finitely many, with its probability."""
    if isinstance(law.w, Gaussian | LowRank):
        vector = space.vectors[TASK, 0]
        if isinstance(law.w, LowRank):
            vector = space.constant(at.values[law.w.letter]) @ vector
        mean = law.w.mean
        yield (vector if mean is None else vector + space.constant(at.read(mean, _COLUMN))), Fraction(1)
    elif isinstance(law.w, Fixed):
        yield space.constant(at.values[law.w.letter]), Fraction(1)
    elif isinstance(law.w, FiniteTasks):
        yield from _equally_likely(at.values[law.w.letter], space)
    else:
        yield from _equally_likely(at.values[tasks_letter(law.w)], space)


def tasks_letter(law: Moments) -> str:
    """The name of the tasks that are drawn for a law of which only moments are known."""
    return f"tasks_{law.second}"


def _equally_likely(known: Array, space: Coordinates) -> Iterator[tuple[Array, Fraction]]:
    for task in known:
        yield space.constant(np.reshape(task, (-1, 1))), Fraction(1, len(known))


def _labels(law: Prompt, space: Coordinates, at: Point, w: Array) -> Callable[[Array], PolyElement]:
    if law.label == "w' x":
        return lambda x: (w.T @ x)[0, 0]
    constants: Mapping[str, Array] = {
        name: space.constant(value) for name, value in at.values.items() if not _has_other_numbers(value)
    }
    one = space.ring.one
    return lambda x: Point({**constants, "w": w, "x": x}, at.lengths).read(law.label, (1, 1), one)[0, 0]


def _has_other_numbers(array: Array) -> bool:
    """Whether an array holds anything but Fractions and integers, such as a moving weight."""
    return any(not isinstance(entry, int | Fraction) for entry in np.asarray(array, dtype=object).flat)
