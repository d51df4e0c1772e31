"""Prompts: laws of the labels, shifts of the test distribution, and drawing both in batches."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.linalg.blas import dtrmm

from numerics.problem import FloatArray, Problem, checked_array, checked_covariance, checked_length

LabelFunction = Callable[[FloatArray, FloatArray, np.random.Generator], FloatArray]
QueryFunction = Callable[[FloatArray, np.random.Generator], FloatArray]

_TRIANGULAR = 32
"""Above this dimension the product with a triangular factor leaves out its zeros: a fifth less time at d = 100."""


def checked_variance(name: str, value: float) -> float:
    """Return value as a finite float that is not negative, or raise an error that names it."""
    variance = float(checked_array(name, value, ()))
    if variance < 0:
        raise ValueError(f"{name} must not be negative, got {variance}")
    return variance


def _linear(x: FloatArray, w: FloatArray) -> FloatArray:
    values: FloatArray = np.matmul(x, w[:, :, None])[:, :, 0]
    return values


def _add_noise(values: FloatArray, variance: float, rng: np.random.Generator) -> FloatArray:
    if variance == 0:
        return values
    noise = rng.standard_normal(values.shape)
    noise *= np.sqrt(variance)
    noise += values
    return noise


@dataclass(frozen=True)
class LinearLabels:
    """y = <w, x> + e with independent noise e ~ N(0, noise_variance); without noise it is the paper's model."""

    noise_variance: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise_variance", checked_variance("noise_variance", self.noise_variance))

    def draw(self, x: FloatArray, w: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return labels, shape (prompts, points), for x of shape (prompts, points, d) and w of shape (prompts, d)."""
        return _add_noise(_linear(x, w), self.noise_variance, rng)


@dataclass(frozen=True, eq=False)
class QuadraticLabels:
    """y = <w, x> + x^T B x + c + e with B any d x d matrix and independent noise e ~ N(0, noise_variance)."""

    B: FloatArray
    c: float = 0.0
    noise_variance: float = 0.0

    def __post_init__(self) -> None:
        B = checked_array("B", self.B, (-1, -1))
        if B.shape[0] != B.shape[1]:
            raise ValueError(f"B must be a square d x d matrix, got shape {B.shape}")
        B.setflags(write=False)
        object.__setattr__(self, "B", B)
        object.__setattr__(self, "c", float(checked_array("c", self.c, ())))
        object.__setattr__(self, "noise_variance", checked_variance("noise_variance", self.noise_variance))

    def draw(self, x: FloatArray, w: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return labels, shape (prompts, points), for x of shape (prompts, points, d) and w of shape (prompts, d)."""
        values = _linear(x, w)
        values += np.einsum("bmi,bmi->bm", x @ self.B, x)
        values += self.c
        return _add_noise(values, self.noise_variance, rng)


@dataclass(frozen=True)
class ReluLabels:
    """y = max(0, <w, x>) + e with independent noise e ~ N(0, noise_variance)."""

    noise_variance: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise_variance", checked_variance("noise_variance", self.noise_variance))

    def draw(self, x: FloatArray, w: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return labels, shape (prompts, points), for x of shape (prompts, points, d) and w of shape (prompts, d)."""
        return _add_noise(np.maximum(_linear(x, w), 0.0), self.noise_variance, rng)


@dataclass(frozen=True)
class SignLabels:
    """y = sgn(<w, x>) + e with independent noise e ~ N(0, noise_variance)."""

    noise_variance: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "noise_variance", checked_variance("noise_variance", self.noise_variance))

    def draw(self, x: FloatArray, w: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return labels, shape (prompts, points), for x of shape (prompts, points, d) and w of shape (prompts, d)."""
        return _add_noise(np.sign(_linear(x, w)), self.noise_variance, rng)


@dataclass(frozen=True, eq=False)
class HeteroscedasticLabels:
    """y = <w, x> + e with e ~ N(0, noise_variance + x^T C x) given x, C = noise_matrix positive semidefinite."""

    noise_matrix: FloatArray
    noise_variance: float = 0.0

    def __post_init__(self) -> None:
        C = checked_array("noise_matrix", self.noise_matrix, (-1, -1))
        if C.shape[0] != C.shape[1] or not np.allclose(C, C.T, rtol=0, atol=1e-12 * max(1.0, float(np.abs(C).max()))):
            raise ValueError(f"noise_matrix must be a symmetric d x d matrix, got {C.tolist()}")
        smallest = float(np.linalg.eigvalsh(C)[0])
        if smallest < -1e-12 * float(np.abs(C).max()):
            raise ValueError(
                f"noise_matrix must be positive semidefinite, its smallest eigenvalue is {smallest:.3g}; "
                "the noise variance x^T C x must not be negative for any x"
            )
        C.setflags(write=False)
        object.__setattr__(self, "noise_matrix", C)
        object.__setattr__(self, "noise_variance", checked_variance("noise_variance", self.noise_variance))

    def draw(self, x: FloatArray, w: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return labels, shape (prompts, points), for x of shape (prompts, points, d) and w of shape (prompts, d)."""
        values = _linear(x, w)
        variance = np.einsum("bmi,bmi->bm", x @ self.noise_matrix, x) + self.noise_variance
        noise = rng.standard_normal(values.shape)
        # A semidefinite form can round to just below zero.
        noise *= np.sqrt(np.maximum(variance, 0.0))
        values += noise
        return values


@dataclass(frozen=True)
class FunctionLabels:
    """y = function(x, w, rng) for the user's own law of the labels.

    function gets x of shape (prompts, points, d), the last point of each prompt being the query; w of shape
    (prompts, d); and the random generator to take any noise from. It returns labels of shape (prompts, points). Each
    label must depend on its own point and task only. For processes, Dask and checkpoints it must be defined at the top
    level of an importable module.
    """

    function: LabelFunction

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise TypeError(f"function must be callable as function(x, w, rng), got {self.function!r}")

    def draw(self, x: FloatArray, w: FloatArray, rng: np.random.Generator) -> FloatArray:
        """Return the function's labels; raises ValueError if they have the wrong shape or are not finite."""
        return checked_array("the labels that function returned", self.function(x, w, rng), x.shape[:2])


LabelLaw = LinearLabels | QuadraticLabels | ReluLabels | SignLabels | HeteroscedasticLabels | FunctionLabels


@dataclass(frozen=True, eq=False)
class FixedTask:
    """Every prompt has the same task w, shape (d,)."""

    w: FloatArray

    def __post_init__(self) -> None:
        w = checked_array("w", self.w, (-1,))
        w.setflags(write=False)
        object.__setattr__(self, "w", w)


@dataclass(frozen=True, eq=False)
class GaussianTask:
    """Each prompt draws its task w ~ N(0, Psi), Psi d x d positive definite; covariance None is the paper's I_d."""

    covariance: FloatArray | None = None

    def __post_init__(self) -> None:
        if self.covariance is not None:
            covariance = checked_covariance("task covariance", self.covariance)
            covariance.setflags(write=False)
            object.__setattr__(self, "covariance", covariance)


@dataclass(frozen=True, eq=False)
class GaussianQuery:
    """The query is x_q ~ N(0, covariance), independent of the context; covariance is d x d positive definite."""

    covariance: FloatArray

    def __post_init__(self) -> None:
        covariance = checked_covariance("query covariance", self.covariance)
        covariance.setflags(write=False)
        object.__setattr__(self, "covariance", covariance)


@dataclass(frozen=True)
class FunctionQuery:
    """The query is x_q = function(context, rng), which may depend on the covariates of its own context.

    function gets the context covariates, shape (prompts, M, d), and the random generator, and returns the queries,
    shape (prompts, d). For processes, Dask and checkpoints it must be defined at the top level of an importable module.
    """

    function: QueryFunction

    def __post_init__(self) -> None:
        if not callable(self.function):
            raise TypeError(f"function must be callable as function(context, rng), got {self.function!r}")


@dataclass(frozen=True, eq=False)
class Shift:
    """How test prompts differ from training prompts, in any combination; the default is no shift at all.

    Args:
        task: FixedTask(w) or GaussianTask(Psi); by default w ~ N(0, I_d), as in training.
        context_covariance: Lambda_c, the covariance of x_1..x_M, d x d; None is the training covariance.
        query: GaussianQuery(Lambda_q) or FunctionQuery(function); None draws x_q as x_1..x_M are drawn, so that a
            context_covariance alone is a covariate shift of the whole prompt.

    Source: Zhang, Frei and Bartlett (2024), section 4.2.
    """

    task: FixedTask | GaussianTask = field(default_factory=GaussianTask)
    context_covariance: FloatArray | None = None
    query: GaussianQuery | FunctionQuery | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.task, FixedTask | GaussianTask):
            raise TypeError(f"task must be FixedTask(w) or GaussianTask(Psi), got {self.task!r}")
        if self.query is not None and not isinstance(self.query, GaussianQuery | FunctionQuery):
            raise TypeError(f"query must be GaussianQuery, FunctionQuery or None, got {self.query!r}")
        if self.context_covariance is not None:
            covariance = checked_covariance("context_covariance", self.context_covariance)
            covariance.setflags(write=False)
            object.__setattr__(self, "context_covariance", covariance)


def _require_dimension(name: str, length: int, d: int) -> None:
    if length != d:
        raise ValueError(f"{name} has dimension {length}, but the problem's covariates have dimension {d}")


@dataclass(frozen=True, eq=False)
class PromptLaw:
    """The law of test prompts: covariates, task and query in the problem's dimension, with nothing left implicit.

    Args:
        problem: supplies the covariance of everything that the shift leaves alone.
        prompt_length: M, the number of examples in a prompt.
        labels: the law of the labels.
        shift: how the prompts differ from those of training.

    Raises:
        ValueError, TypeError: if a part has another dimension than the problem, or is no label law or shift.
    """

    problem: Problem
    prompt_length: int
    labels: LabelLaw = field(default_factory=LinearLabels)
    shift: Shift = field(default_factory=Shift)

    def __post_init__(self) -> None:
        object.__setattr__(self, "prompt_length", checked_length("prompt_length", self.prompt_length))
        if not isinstance(self.labels, LabelLaw):
            raise TypeError(
                f"labels must be one of the label laws of numerics.prompts, such as LinearLabels(), got {self.labels!r}"
            )
        if not isinstance(self.shift, Shift):
            raise TypeError(f"shift must be a Shift, such as Shift(task=FixedTask(w)), got {self.shift!r}")
        d = self.problem.dimension
        if isinstance(self.labels, QuadraticLabels):
            _require_dimension("B", self.labels.B.shape[0], d)
        if isinstance(self.labels, HeteroscedasticLabels):
            _require_dimension("noise_matrix", self.labels.noise_matrix.shape[0], d)
        task, query = self.shift.task, self.shift.query
        if isinstance(task, FixedTask):
            _require_dimension("w", task.w.shape[0], d)
        elif task.covariance is not None:
            _require_dimension("task covariance", task.covariance.shape[0], d)
        if self.shift.context_covariance is not None:
            _require_dimension("context_covariance", self.shift.context_covariance.shape[0], d)
        if isinstance(query, GaussianQuery):
            _require_dimension("query covariance", query.covariance.shape[0], d)

    @property
    def context_covariance(self) -> FloatArray:
        """Lambda_c, the covariance of the context's covariates, d x d."""
        shifted = self.shift.context_covariance
        return self.problem.covariance if shifted is None else shifted

    @property
    def query_covariance(self) -> FloatArray | None:
        """Lambda_q, the covariance of the query, d x d; None if a function draws the query."""
        query = self.shift.query
        if query is None:
            return self.context_covariance
        return query.covariance if isinstance(query, GaussianQuery) else None

    @property
    def task_factor(self) -> FloatArray:
        """P with E[w w^T] = P P^T: d x d, lower triangular, for a random task; the column w, d x 1, for a fixed one."""
        task = self.shift.task
        if isinstance(task, FixedTask):
            return task.w[:, None]
        if task.covariance is None:
            return np.eye(self.problem.dimension)
        return np.asarray(np.linalg.cholesky(task.covariance), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class Prompts:
    """A batch of prompts.

    Attributes:
        embedding: E = [[x_1 ... x_M x_q], [y_1 ... y_M 0]] of each prompt, shape (prompts, d+1, M+1).
        tasks: w of each prompt, shape (prompts, d).
        query_labels: y_q of each prompt, shape (prompts,).
    """

    embedding: FloatArray
    tasks: FloatArray
    query_labels: FloatArray


class PromptSampler:
    """Draws batches of one size from a PromptLaw, factoring its covariances once and reusing its buffers.

    A batch is valid until the next call of `draw`. The order of the draws (tasks, covariates, query, noise) is part of
    what a seed means.
    """

    def __init__(self, law: PromptLaw) -> None:
        self._law = law
        self._context_factor = np.asfortranarray(np.linalg.cholesky(law.context_covariance))
        self._task_factor = law.task_factor.T
        query = law.shift.query
        self._query_factor = np.linalg.cholesky(query.covariance).T if isinstance(query, GaussianQuery) else None
        self._normals = np.empty((0, 0))
        self._columns = np.empty((0, 0, 0))

    def draw(self, prompts: int, rng: np.random.Generator) -> Prompts:
        """Return a batch of prompts drawn from the generator."""
        law, d, points = self._law, self._law.problem.dimension, self._law.prompt_length + 1
        if self._columns.shape[0] != prompts:
            self._normals = np.empty((prompts * points, d))
            self._columns = np.empty((prompts, points, d + 1))
        columns, task = self._columns, law.shift.task
        if isinstance(task, FixedTask):
            tasks = np.broadcast_to(task.w, (prompts, d))
        else:
            tasks = rng.standard_normal((prompts, d)) @ self._task_factor
        rng.standard_normal(out=self._normals)
        query = None
        if self._query_factor is not None:
            query = self._normals.reshape(prompts, points, d)[:, -1] @ self._query_factor
        # For the whole batch at once, as a product a prompt costs more when M is small.
        rows = columns.reshape(-1, d + 1)
        if d > _TRIANGULAR:
            rows[:, :d] = dtrmm(1.0, self._context_factor, self._normals.T, lower=1, overwrite_b=1).T
        else:
            np.matmul(self._normals, self._context_factor.T, out=rows[:, :d])
        x = columns[:, :, :d]
        if query is not None:
            x[:, -1] = query
        elif isinstance(law.shift.query, FunctionQuery):
            x[:, -1] = checked_array(
                "the queries that function returned", law.shift.query.function(_read_only(x[:, :-1]), rng), (prompts, d)
            )
        labels = law.labels.draw(_read_only(x), tasks, rng)
        columns[:, :, d] = labels
        columns[:, -1, d] = 0.0
        return Prompts(columns.swapaxes(1, 2), tasks, labels[:, -1])


def _read_only(array: FloatArray) -> FloatArray:
    view = array.view()
    view.setflags(write=False)
    return view


def draw_prompts(law: PromptLaw, prompts: int, rng: np.random.Generator) -> Prompts:
    """Return a batch of prompts that owns its memory.

    Args:
        law: the law of the prompts.
        prompts: how many.
        rng: the generator to draw from.

    Raises:
        ValueError, TypeError: if prompts is not an integer of at least 1, or a user's function returns bad values.
    """
    return PromptSampler(law).draw(checked_length("prompts", prompts), rng)
