"""Prompts drawn from the law of a model, and the values of the model's letters as arrays."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from numerics.models.formula_values import Values, formula_value
from numerics.problem import FloatArray, checked_array, checked_length
from theory.models.law import Elliptical, FiniteTasks, Fixed, Gaussian, LowRank, Points, Prompt, RandomCovariance
from theory.models.letters import Letters

Radius = Callable[[np.random.Generator, tuple[int, ...]], FloatArray]
Tasks = Callable[[np.random.Generator, int], FloatArray]


@dataclass(frozen=True)
class Batch:
    """Prompts: covariates (prompts, N, d), labels (prompts, N), queries (prompts, d), targets (prompts,)."""

    x: FloatArray
    y: FloatArray
    x_q: FloatArray
    target: FloatArray

    def embedding(self) -> FloatArray:
        """Z = [[x_1 ... x_N, x_q], [y_1 ... y_N, 0]], shape (prompts, d + 1, N + 1)."""
        count, examples, d = self.x.shape
        Z = np.zeros((count, d + 1, examples + 1))
        Z[:, :d, :examples] = np.swapaxes(self.x, 1, 2)
        Z[:, :d, examples] = self.x_q
        Z[:, d, :examples] = self.y
        return Z


def letter_values(values: Mapping[str, Any], letters: Letters) -> tuple[dict[str, FloatArray], int]:
    """Return every letter as an array (rows, columns), and the dimension d that they show.

    Args:
        values: numbers, vectors and matrices by name; finitely many tasks are the rows of a matrix.
        letters: the letters of the model with their shapes, and its lengths; d is given where no letter shows it.

    Raises:
        ValueError, TypeError: for a name that the model does not have, values that are no finite numbers or of a wrong
            shape, or of which none shows d.
    """
    arrays: dict[str, FloatArray] = {}
    sizes: dict[str, int] = {}
    for name, value in values.items():
        if name not in letters.names:
            raise ValueError(f"the model has no letter {name!r}; it has {', '.join(letters.names)}")
        if name in letters.lengths:
            sizes[name] = checked_length(name, value)
            arrays[name] = np.full((1, 1), float(sizes[name]))
    for name in (n for n in values if n not in letters.lengths):
        array, shape = checked_array(name, values[name]), letters.names[name].shape
        # Of finitely many tasks, rows of one array, each is a vector.
        expected = tuple(size for size in shape if size != 1)
        found = array.shape[1:] if shape[1] == 1 and array.ndim == 2 else array.shape
        fits = len(found) == len(expected) and all(
            have == (sizes.setdefault(size, have) if isinstance(size, str) else size)
            for have, size in zip(found, expected, strict=True)
        )
        if not fits:
            wanted = " x ".join(f"{size} = {sizes[size]}" if size in sizes else str(size) for size in shape)
            raise ValueError(f"{name} must be {wanted}, got shape {array.shape}")
        arrays[name] = array.reshape(1, 1) if array.ndim == 0 else array[:, None] if array.ndim == 1 else array
    if "d" not in sizes:
        raise ValueError("no value shows the dimension of the covariates; pass d=")
    return arrays, sizes["d"]


@dataclass(frozen=True)
class PromptDrawer:
    """Draws prompts of a law at given values of its letters.

    Args:
        law: the law of the prompt.
        values: its letters and its length as arrays, see `letter_values`.
        d: the dimension.
        radius: for elliptical covariates, draws r of the shape it is given.
        tasks: for a task that is known by its moments only, draws that many tasks, (count, d).

    Raises:
        ValueError: for a law that cannot be sampled without them.
    """

    law: Prompt
    values: Values
    d: int
    radius: Radius | None = None
    tasks: Tasks | None = None

    @property
    def examples(self) -> int:
        """N."""
        if self.law.length not in self.values:
            raise ValueError(f"no value given for the prompt's length {self.law.length}")
        return int(self.values[self.law.length][0, 0])

    def draw(self, count: int, generator: np.random.Generator) -> Batch:
        """Return that many prompts."""
        x, x_q = self._points(count, generator)
        w = self._task(count, generator)
        y, target = self._labels(x, w), self._labels(x_q, w)[:, 0]
        if self.law.noise is not None:
            y = y + self._deviation(self.law.noise, x) * generator.standard_normal(y.shape)
            if self.law.target_noise:
                target = target + self._deviation(self.law.noise, x_q)[:, 0] * generator.standard_normal(count)
        return Batch(x, y, x_q[:, 0], target)

    def _deviation(self, noise: str, x: FloatArray) -> FloatArray:
        """The noise's standard deviation at each covariate."""
        variance = formula_value(noise, {**self.values, "x": x[..., None]}, self.d)[..., 0, 0]
        if np.min(variance) < 0:
            raise ValueError(f"the variance of the noise, {noise}, must not be negative, got {np.min(variance):.6g}")
        return np.sqrt(np.broadcast_to(variance, x.shape[:2]))

    def _labels(self, x: FloatArray, w: FloatArray) -> FloatArray:
        if self.law.label == "w' x":
            linear: FloatArray = np.matmul(x, w[:, :, None])
            return linear[:, :, 0]
        values = {**self.values, "x": x[..., None], "w": w[:, None, :, None]}
        labels = formula_value(self.law.label, values, self.d)[..., 0, 0]
        return np.array(np.broadcast_to(labels, x.shape[:2]))

    def _points(self, count: int, generator: np.random.Generator) -> tuple[FloatArray, FloatArray]:
        """Covariates (count, N, d) and queries (count, 1, d)."""
        law, query = self.law.x, self.law.query
        if not isinstance(law, RandomCovariance):
            x = self._covariates(law, (count, self.examples), generator)
            return x, self._covariates(query or law, (count, 1), generator)
        # One covariance for all points of a prompt, its query too unless it has a law of its own.
        points = self.examples + (query is None)
        drawn = generator.choice(len(law.covariances), size=count, p=self._chances(law))
        roots = np.stack([_root(formula_value(text, self.values, self.d)) for text in law.covariances])
        z = generator.standard_normal((count, points, self.d))
        x = np.matmul(z, np.swapaxes(roots[drawn], 1, 2))
        if law.mean is not None:
            x = x + formula_value(law.mean, self.values, self.d)[:, 0]
        if query is None:
            return x[:, :-1], x[:, -1:]
        return x, self._covariates(query, (count, 1), generator)

    def _chances(self, law: RandomCovariance) -> FloatArray:
        chances = np.array([formula_value(text, self.values, self.d)[0, 0] for text in law.chances])
        if np.min(chances) < 0 or abs(np.sum(chances) - 1) > 1e-12:
            raise ValueError(f"the probabilities {', '.join(law.chances)} must lie in [0, 1], got {chances.tolist()}")
        return chances

    def _covariates(self, law: Points, shape: tuple[int, int], generator: np.random.Generator) -> FloatArray:
        z = generator.standard_normal((*shape, self.d))
        x = z @ _root(formula_value(law.covariance, self.values, self.d)).T
        if isinstance(law, Elliptical):
            if self.radius is None:
                raise ValueError("the elliptical law is known by its moments only; pass radius= to draw r")
            x = x * np.sqrt(self.radius(generator, shape))[..., None]
        return x if law.mean is None else x + formula_value(law.mean, self.values, self.d)[:, 0]

    def _task(self, count: int, generator: np.random.Generator) -> FloatArray:
        law = self.law.w
        if isinstance(law, Gaussian):
            root = _root(formula_value(law.covariance, self.values, self.d))
            w = generator.standard_normal((count, self.d)) @ root.T
            return w if law.mean is None else w + formula_value(law.mean, self.values, self.d)[:, 0]
        if isinstance(law, LowRank):
            H = self._letter(law.letter)
            w = generator.standard_normal((count, H.shape[1])) @ H.T
            return w if law.mean is None else w + formula_value(law.mean, self.values, self.d)[:, 0]
        if isinstance(law, Fixed):
            return np.tile(self._letter(law.letter)[:, 0], (count, 1))
        if isinstance(law, FiniteTasks):
            known = self._letter(law.letter)
            return known[generator.integers(len(known), size=count)]
        if self.tasks is None:
            raise ValueError("the task is known by its moments only; pass tasks= to draw it")
        return checked_array("tasks", self.tasks(generator, count), (count, self.d))

    def _letter(self, name: str) -> FloatArray:
        if name not in self.values:
            raise ValueError(f"no value given for {name}")
        return self.values[name]


def _root(covariance: FloatArray) -> FloatArray:
    """K with K K' = covariance; ValueError unless it is symmetric positive semidefinite."""
    if np.abs(covariance - covariance.T).max() > 1e-10 * np.abs(covariance).max():
        raise ValueError(f"a covariance must be symmetric, got {covariance.tolist()}")
    eigenvalues, basis = np.linalg.eigh((covariance + covariance.T) / 2)
    if eigenvalues[0] < -1e-10 * max(eigenvalues[-1], 0.0) or eigenvalues[-1] <= 0:
        raise ValueError(f"a covariance must be positive semidefinite, its smallest eigenvalue is {eigenvalues[0]:.3g}")
    root: FloatArray = basis * np.sqrt(np.maximum(eigenvalues, 0.0))
    return root
