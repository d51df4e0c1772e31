"""Prediction error and population loss by Monte Carlo: real prompts, or their sufficient statistics."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike

from numerics.attention import AttentionWeights, attention_prediction
from numerics.checkpoint import Checkpoint, Progress, fingerprint
from numerics.estimator_variance import draw_variance
from numerics.exact_error import exact_error
from numerics.executor import Executor, SerialExecutor
from numerics.problem import FloatArray, Problem, checked_array, checked_covariance, checked_length
from numerics.prompts import (
    FixedTask,
    FunctionQuery,
    GaussianTask,
    LabelLaw,
    LinearLabels,
    PromptLaw,
    PromptSampler,
    Shift,
    checked_variance,
)
from numerics.sequential import Moments

Method = Literal["raw", "wishart"]
Target = Literal["label", "linear"]
Weights = AttentionWeights | ArrayLike
Seed = int | np.random.SeedSequence

_BATCH_NUMBERS = 2**16
"""Random numbers a batch: 512 kB, so that a batch stays in the second-level cache while it is drawn and used."""

_BLOCK_BATCHES = 64
_BLOCK_DRAWS = 2**16
"""Upper bounds of a block, the unit of work with a random stream of its own. They are part of what a seed means."""


@dataclass(frozen=True)
class ErrorEstimate:
    """A Monte Carlo estimate of an expectation.

    Attributes:
        moments: count, sum and sum of squares of the draws, all that `SequentialTest` needs.
        method: "raw" or "wishart".
        seed: the seed; an integer, or the state of the SeedSequence that was given.
    """

    moments: Moments
    method: Method
    seed: int | str
    _simulation: _Simulation = field(repr=False, compare=False)

    @property
    def mean(self) -> float:
        """The estimate."""
        return self.moments.mean

    @property
    def standard_error(self) -> float:
        """The estimated standard error of the mean."""
        return self.moments.standard_error

    @property
    def prompts(self) -> int:
        """The number of prompts, or of draws of their sufficient statistic."""
        return self.moments.count

    @cached_property
    def exact(self) -> float | None:
        """The exact value from the theory where it has a formula, else None; computed when first asked for."""
        return self._simulation.exact()

    @cached_property
    def exact_variance(self) -> float | None:
        """The exact variance of one draw, from the theory, or None; derived and computed when first asked for.

        It exists for linear and quadratic labels with a Gaussian query; see `numerics.estimator_variance`.
        """
        return self._simulation.draw_variance()

    @property
    def exact_standard_error(self) -> float | None:
        """The exact standard error of the mean of this many draws, or None."""
        return None if self.exact_variance is None else float(np.sqrt(self.exact_variance / self.prompts))


@dataclass(frozen=True, eq=False)
class _Simulation:
    """All that determines the draws. Called with the number of a block it returns the moments of that block."""

    law: PromptLaw
    weights: AttentionWeights
    method: Method
    target: Target
    scale: float
    prompts: int
    entropy: tuple[int, ...]
    spawn_key: tuple[int, ...]

    @property
    def batch(self) -> int:
        """Prompts drawn at once."""
        d = self.law.problem.dimension
        numbers = d * (self.law.prompt_length + 1) if self.method == "raw" else d * min(d, self.law.prompt_length)
        return min(max(1, _BATCH_NUMBERS // numbers), _BLOCK_DRAWS)

    @property
    def block(self) -> int:
        """Prompts in a block."""
        return self.batch * min(_BLOCK_BATCHES, _BLOCK_DRAWS // self.batch)

    @property
    def blocks(self) -> int:
        """The number of blocks."""
        return -(-self.prompts // self.block)

    def exact(self) -> float | None:
        """The exact mean of a draw, or None where the theory has no formula."""
        value = exact_error(self.law, self.weights, self.target)
        return None if value is None else self.scale * value

    def draw_variance(self) -> float | None:
        """The exact variance of a draw, or None where the theory has no formula."""
        variance = draw_variance(self.law, self.weights, self.method, self.target)
        return None if variance is None else self.scale**2 * variance

    def __call__(self, block: int) -> Moments:
        size = min(self.block, self.prompts - block * self.block)
        # Methods have different streams, so that a raw and a Wishart estimate with one seed are independent.
        stream = get_args(Method).index(self.method)
        seed = np.random.SeedSequence(self.entropy, spawn_key=(*self.spawn_key, stream, block))
        rng = np.random.default_rng(seed)
        sampler = _RawErrors(self) if self.method == "raw" else _WishartErrors(self)
        errors = np.empty(size)
        for start in range(0, size, self.batch):
            part = errors[start : start + self.batch]
            part[:] = sampler.draw(part.size, rng)
        errors *= self.scale
        return Moments.of(errors)


class _RawErrors:
    """Squared errors of the real attention layer on real prompts."""

    def __init__(self, simulation: _Simulation) -> None:
        self._simulation = simulation
        self._sampler = PromptSampler(simulation.law)

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Return the squared errors of count prompts."""
        simulation = self._simulation
        prompts = self._sampler.draw(count, rng)
        predictions = attention_prediction(prompts.embedding, simulation.weights, simulation.law.prompt_length)
        if simulation.target == "label":
            predictions -= prompts.query_labels
        else:
            predictions -= np.einsum("bi,bi->b", prompts.embedding[:, :-1, -1], prompts.tasks)
        return np.square(predictions, out=predictions)


class _WishartErrors:
    """Squared errors with labels y = <w, x> + e, given the context's sufficient statistic.

    With Lambda_c = F F^T the context is X = Z F^T, Z of shape M x d standard normal. By the QR decomposition Z = Q R
    the prediction depends on Z through R (r x d, r = min(d, M), upper trapezoidal) and on the noise e through Q^T e and
    |e|^2. By Bartlett's decomposition all entries of R are independent, R_ij ~ N(0, 1) above the diagonal and
    R_ii^2 ~ chi^2(M - i), i counted from 0; for M < d as well, where X^T X is singular.

    If the weights give a linear predictor A, the query, the task and the noise are integrated out: with
    S = X^T X / M, Lambda_q = G G^T and Psi = P P^T,

        E[(prediction - <w, x_q>)^2 | S] = |G^T (A S - I) P|_F^2 + (s^2/M) tr(A^T Lambda_q A S),

    P being the column w for a fixed task. For other weights (u12 or u21 not zero) they are drawn.

    Source: Bartlett (1933); Anderson, An Introduction to Multivariate Statistical Analysis, section 7.2.
    """

    def __init__(self, simulation: _Simulation) -> None:
        law = simulation.law
        self._weights, self._length = simulation.weights, law.prompt_length
        self._noise = law.labels.noise_variance if isinstance(law.labels, LinearLabels) else 0.0
        self._floor = self._noise if simulation.target == "label" else 0.0
        d = law.problem.dimension
        self._rank = min(d, self._length)
        rows, columns = np.triu_indices(self._rank, 1, d)
        self._above = rows * d + columns
        self._freedom = self._length - np.arange(self._rank, dtype=np.float64)
        self._context_factor = np.linalg.cholesky(law.context_covariance)
        covariance = law.query_covariance
        self._query_factor = np.linalg.cholesky(law.context_covariance if covariance is None else covariance)
        task = law.shift.task
        self._task = task.w if isinstance(task, FixedTask) else None
        self._task_factor = law.task_factor
        predictor = self._weights.linear_predictor
        self._left = None if predictor is None else self._query_factor.T @ predictor @ self._context_factor

    def _triangles(self, count: int, rng: np.random.Generator) -> FloatArray:
        d = self._context_factor.shape[0]
        triangles = np.zeros((count, self._rank * d))
        triangles[:, self._above] = rng.standard_normal((count, self._above.size))
        triangles[:, :: d + 1] = np.sqrt(rng.chisquare(self._freedom, (count, self._rank)))
        return triangles.reshape(count, self._rank, d)

    def draw(self, count: int, rng: np.random.Generator) -> FloatArray:
        """Return count conditional expectations of the squared error, or squared errors for general weights."""
        R = self._triangles(count, rng)
        return self._integrated(R, self._left) if self._left is not None else self._drawn(R, rng)

    def _integrated(self, R: FloatArray, left: FloatArray) -> FloatArray:
        task = self._context_factor.T @ self._task_factor
        if self._noise == 0 and task.shape[1] == 1:
            # Right to left, by products of a matrix and a vector only: O(d^2) a draw.
            contexts = np.matmul(R.swapaxes(1, 2), R @ task)[:, :, 0] @ left.T
            contexts /= self._length
            contexts -= self._task_factor[:, 0] @ self._query_factor
            fixed: FloatArray = np.einsum("bi,bi->b", contexts, contexts)
            return fixed
        spread = R @ left.T
        bias = np.matmul(spread.swapaxes(1, 2), R @ task)
        bias /= self._length
        bias -= self._query_factor.T @ self._task_factor
        errors: FloatArray = np.einsum("bij,bij->b", bias, bias) + self._floor
        if self._noise:
            errors += self._noise / self._length**2 * np.einsum("bij,bij->b", spread, spread)
        return errors

    def _drawn(self, R: FloatArray, rng: np.random.Generator) -> FloatArray:
        count, rank, d = R.shape
        if self._task is None:
            tasks = rng.standard_normal((count, d)) @ self._task_factor.T
        else:
            tasks = np.broadcast_to(self._task, (count, d))
        queries = rng.standard_normal((count, d)) @ self._query_factor.T
        keys = queries @ self._weights.W_KQ[:, :d].T
        last_row = self._weights.W_PV[d]
        F = self._context_factor

        def through_context(vectors: FloatArray) -> FloatArray:
            products: FloatArray = np.matmul(R, (vectors @ F)[:, :, None])[:, :, 0]
            return products

        # In the basis Q of the context's rank: the labels, the keys and the value row; the rest of the noise is only
        # felt through its length.
        labels = through_context(tasks)
        label_squares = np.zeros(count)
        if self._noise:
            labels += np.sqrt(self._noise) * rng.standard_normal((count, rank))
            if self._length > rank:
                label_squares += self._noise * rng.chisquare(self._length - rank, count)
        label_squares += np.einsum("bi,bi->b", labels, labels)
        covariate_scores = through_context(keys[:, :d])
        scores = covariate_scores + labels * keys[:, d:]
        values = (R @ (last_row[:d] @ F)) if last_row[:d].any() else np.zeros((count, rank))
        predictions = np.einsum("bi,bi->b", values, scores)
        predictions += (queries @ last_row[:d]) * np.einsum("bi,bi->b", queries, keys[:, :d])
        predictions += last_row[d] * (np.einsum("bi,bi->b", labels, covariate_scores) + label_squares * keys[:, d])
        predictions /= self._length
        predictions -= np.einsum("bi,bi->b", tasks, queries)
        errors: FloatArray = np.square(predictions) + self._floor
        return errors


def _require_sufficient_statistic(law: PromptLaw) -> None:
    if not isinstance(law.labels, LinearLabels):
        raise ValueError(
            f"method 'wishart' needs labels that are linear with homoscedastic noise, got {type(law.labels).__name__}: "
            "their prediction is no function of the sample covariance; use method 'raw'"
        )
    if isinstance(law.shift.query, FunctionQuery):
        raise ValueError(
            "method 'wishart' integrates over a Gaussian query, got FunctionQuery; use GaussianQuery or method 'raw'"
        )


def _checked_weights(problem: Problem, weights: Weights | None) -> AttentionWeights:
    if weights is None:
        return AttentionWeights.limit(problem)
    if isinstance(weights, AttentionWeights):
        checked = weights
    elif isinstance(weights, tuple) and len(weights) == 2:
        first, second = weights
        if np.ndim(second) == 0:
            checked = AttentionWeights.from_blocks(first, u=float(checked_array("u", second, ())))
        else:
            checked = AttentionWeights(checked_array("W_PV", first), checked_array("W_KQ", second))
    else:
        checked = AttentionWeights.from_predictor(weights)
    if checked.dimension != problem.dimension:
        raise ValueError(
            f"weights are for covariates of dimension {checked.dimension}, the problem's have {problem.dimension}"
        )
    return checked


def _checked_seed(seed: Seed) -> np.random.SeedSequence:
    if isinstance(seed, np.random.SeedSequence):
        return seed
    if isinstance(seed, bool) or not isinstance(seed, int | np.integer) or seed < 0:
        raise ValueError(f"seed must be an integer of at least 0 or a numpy.random.SeedSequence, got {seed!r}")
    return np.random.SeedSequence(int(seed))


def _shown(seed: Seed) -> int | str:
    return repr(seed) if isinstance(seed, np.random.SeedSequence) else int(seed)


def _simulation(
    law: PromptLaw,
    weights: Weights | None,
    method: Method,
    target: Target,
    scale: float,
    prompts: int,
    seed: Seed,
) -> _Simulation:
    if method not in get_args(Method):
        raise ValueError(f"method must be 'raw' or 'wishart', got {method!r}")
    if target not in get_args(Target):
        raise ValueError(f"target must be 'label' or 'linear', got {target!r}")
    if method == "wishart":
        _require_sufficient_statistic(law)
    sequence = _checked_seed(seed)
    entropy = np.atleast_1d(np.asarray(sequence.entropy, dtype=object))
    return _Simulation(
        law,
        _checked_weights(law.problem, weights),
        method,
        target,
        scale,
        checked_length("prompts", prompts),
        tuple(int(word) for word in entropy),
        tuple(int(word) for word in sequence.spawn_key),
    )


def _run(
    simulation: _Simulation,
    executor: Executor | None,
    checkpoint: str | Path | None,
    checkpoint_seconds: float,
    progress: Callable[[int, int], None] | None,
    stop: Callable[[Moments], bool] | None,
) -> Moments:
    store = None
    reached = Progress()
    if checkpoint is not None:
        law = simulation.law
        store = Checkpoint(
            Path(checkpoint),
            {
                "method": simulation.method,
                "target": simulation.target,
                "scale": simulation.scale,
                "prompts": simulation.prompts,
                "prompt_length": law.prompt_length,
                "seed": repr((simulation.entropy, simulation.spawn_key)),
                "problem": fingerprint(law.problem),
                "labels": fingerprint(law.labels),
                "shift": fingerprint(law.shift),
                "weights": fingerprint(simulation.weights),
                "blocks": repr((simulation.batch, simulation.block)),
                "numpy": np.__version__,
            },
        )
        reached = store.load()
    if reached.blocks and stop is not None and stop(reached.moments):
        return reached.moments
    saved, last_save = reached, time.monotonic()
    blocks = range(reached.blocks, simulation.blocks)
    try:
        with closing((executor or SerialExecutor()).map(simulation, blocks)) as results:
            for moments in results:
                reached = Progress(reached.blocks + 1, reached.moments + moments)
                if store is not None and time.monotonic() - last_save >= checkpoint_seconds:
                    store.save(reached)
                    saved, last_save = reached, time.monotonic()
                if progress is not None:
                    progress(reached.moments.count, simulation.prompts)
                if stop is not None and stop(reached.moments):
                    break
    finally:
        # Also on an interrupt: what is finished is not computed again.
        if store is not None and reached is not saved:
            store.save(reached)
    return reached.moments


def simulate_error(
    problem: Problem,
    *,
    prompt_length: int,
    labels: LabelLaw | None = None,
    shift: Shift | None = None,
    weights: Weights | None = None,
    target: Target = "label",
    prompts: int = 100_000,
    method: Method = "raw",
    seed: Seed = 0,
    executor: Executor | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_seconds: float = 5.0,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[Moments], bool] | None = None,
) -> ErrorEstimate:
    """Estimate the prediction error E(prediction - y_q)^2 on test prompts of length M.

    Method "raw" draws prompts and applies the attention layer to them. Method "wishart" draws the sufficient statistic
    of the context, O(d^2) numbers whatever M is, and integrates out the rest; for linear labels only. The same seed
    gives the same bits whatever the executor, its number of workers, or interruptions, on one kind of processor and one
    NumPy. Memory does not grow with prompts.

    Args:
        problem: covariance of the covariates, and training length N.
        prompt_length: M.
        labels: the law of the labels; by default noiseless linear ones.
        shift: how test prompts differ from training; by default not at all, with w ~ N(0, I).
        weights: AttentionWeights, a pair (W_PV, W_KQ), a pair (U, u) such as a point of a gradient flow, or a d x d
            matrix A for the predictor x_q^T A (1/M) sum y_i x_i. None is the limit of the gradient flow, where A is
            Gamma^{-1}.
        target: "label" compares with y_q, noise included; "linear" with <w, x_q>.
        prompts: how many to draw.
        method: "raw" or "wishart".
        seed: an integer of at least 0, or a SeedSequence.
        executor: where blocks of prompts run; None is this process.
        checkpoint: a directory; a run that finds its own checkpoint there continues from it.
        checkpoint_seconds: least time between two checkpoints.
        progress: called as progress(done, prompts) after each block.
        stop: called after each block, in order, with the moments so far; the run ends if it returns True.

    Raises:
        ValueError, TypeError: for bad arguments, or labels and queries that "wishart" cannot treat.
        CheckpointError: if the checkpoint is damaged or belongs to another run.
        ExecutorError: if workers cannot be reached or keep dying.

    Source: Zhang, Frei and Bartlett (2024), Theorem 4.2 and section 4.2.
    """
    law = PromptLaw(problem, prompt_length, LinearLabels() if labels is None else labels, shift or Shift())
    simulation = _simulation(law, weights, method, target, 1.0, prompts, seed)
    moments = _run(simulation, executor, checkpoint, checkpoint_seconds, progress, stop)
    return ErrorEstimate(moments, method, _shown(seed), simulation)


def error_variance(
    problem: Problem,
    *,
    prompt_length: int,
    labels: LabelLaw | None = None,
    shift: Shift | None = None,
    weights: Weights | None = None,
    target: Target = "label",
    method: Method = "raw",
    **_: object,
) -> float | None:
    """Return the exact variance of one draw of `simulate_error` with these arguments, without drawing any.

    It is `ErrorEstimate.exact_variance`; keywords of `simulate_error` that do not matter to it are ignored.
    """
    law = PromptLaw(problem, prompt_length, LinearLabels() if labels is None else labels, shift or Shift())
    return _simulation(law, weights, method, target, 1.0, 1, 0).draw_variance()


def simulate_loss(
    problem: Problem,
    *,
    weights: Weights | None = None,
    noise_variance: float = 0.0,
    task_covariance: ArrayLike | None = None,
    prompts: int = 100_000,
    method: Method = "raw",
    seed: Seed = 0,
    executor: Executor | None = None,
    checkpoint: str | Path | None = None,
    checkpoint_seconds: float = 5.0,
    progress: Callable[[int, int], None] | None = None,
    stop: Callable[[Moments], bool] | None = None,
) -> ErrorEstimate:
    """Estimate the population loss E(prediction - <w, x_q>)^2 / 2 over training prompts of length N.

    Args:
        problem: covariance of the covariates, and training length N.
        weights: as in `simulate_error`.
        noise_variance: variance of the noise in the prompt's labels; the target has none.
        task_covariance: Psi with w ~ N(0, Psi), d x d; None is I_d.
        prompts, method, seed, executor, checkpoint, checkpoint_seconds, progress, stop: as in `simulate_error`.

    Raises:
        ValueError, TypeError, CheckpointError, ExecutorError: as `simulate_error`.

    Source: Zhang, Frei and Bartlett (2024), section 3; noise and task covariance go beyond the paper.
    """
    task = GaussianTask(None if task_covariance is None else checked_covariance("task_covariance", task_covariance))
    labels = LinearLabels(checked_variance("noise_variance", noise_variance))
    law = PromptLaw(problem, problem.context_length, labels, Shift(task=task))
    simulation = _simulation(law, weights, method, "linear", 0.5, prompts, seed)
    moments = _run(simulation, executor, checkpoint, checkpoint_seconds, progress, stop)
    return ErrorEstimate(moments, method, _shown(seed), simulation)
