"""Test laws: how the prompts of a comparison differ from those of training."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from numerics.attention import AttentionWeights
from numerics.exact_error import exact_error
from numerics.networks.laws import fixed_covariance
from numerics.problem import FloatArray, Problem
from numerics.prompts import FixedTask, GaussianQuery, LinearLabels, PromptLaw, Shift, SignLabels, draw_prompts

_QUERY_SCALE = 4.0
_NOISE_VARIANCE = 1.0


@dataclass(frozen=True)
class TestLaw:
    """A law of test prompts.

    Attributes:
        name: for files and options.
        title: for readers.
        covariance: "fixed", "correlated" or "exp", as the laws of training.
        scale: the covariance is multiplied by it; the covariates by its root.
        kind: "covariates" for noiseless linear labels; "query", "noise" or "sign" for what else is different.
    """

    __test__ = False  # pytest collects classes by this prefix

    name: str
    title: str
    covariance: str
    scale: float = 1.0
    kind: str = "covariates"


TEST_LAWS = (
    TestLaw("fixed", "covariance I", "fixed"),
    TestLaw("fixed-4", "covariance 4 I", "fixed", 4.0),
    TestLaw("fixed-9", "covariance 9 I", "fixed", 9.0),
    TestLaw("correlated", "another fixed covariance", "correlated"),
    TestLaw("exp", "random covariances diag Exp(1)", "exp"),
    TestLaw("exp-4", "random covariances 4 diag Exp(1)", "exp", 4.0),
    TestLaw("exp-9", "random covariances 9 diag Exp(1)", "exp", 9.0),
    TestLaw("query", "context I, query from 4 times another covariance", "fixed", kind="query"),
    TestLaw("noise", "covariance I, labels with noise of variance 1", "fixed", kind="noise"),
    TestLaw("sign", "covariance I, labels sgn <w, x>", "fixed", kind="sign"),
)


def select_tests(names: Sequence[str]) -> tuple[TestLaw, ...]:
    """Return the test laws of these names, all if there are none.

    Raises:
        ValueError: for an unknown name.
    """
    known = {test.name: test for test in TEST_LAWS}
    for name in names:
        if name not in known:
            raise ValueError(f"test must be one of {', '.join(known)}, got {name!r}")
    return tuple(known[name] for name in names) or TEST_LAWS


@dataclass(frozen=True, eq=False)
class Group:
    """Prompts that share a covariance, and for sign labels the task.

    Attributes:
        law: of the prompts, with the greatest prompt length.
        x: shape (prompts, M + 1, d), or (prompts, M, d) if the query is a point of its own.
        y: labels of x.
        query, query_label: shapes (prompts, d) and (prompts,) for a query of its own law, else None.
    """

    law: PromptLaw
    x: FloatArray
    y: FloatArray
    query: FloatArray | None
    query_label: FloatArray | None


def draw_groups(
    test: TestLaw, dimension: int, longest: int, groups: int, prompts: int, seed: np.random.SeedSequence
) -> Iterator[Group]:
    """Yield groups of prompts of a test law, each with its own generator spawned from the seed.

    Args:
        test: the law.
        dimension: d.
        longest: the greatest number M of examples.
        groups, prompts: how many groups, and how many prompts in each.
        seed: of everything.
    """
    for child in seed.spawn(groups):
        rng = np.random.default_rng(child)
        law = _prompt_law(test, dimension, longest, rng)
        sample = draw_prompts(law, prompts, rng)
        points = np.ascontiguousarray(sample.embedding[:, :dimension].swapaxes(1, 2))
        labels = sample.embedding[:, dimension].copy()
        labels[:, -1] = sample.query_labels
        if test.kind == "query":
            yield Group(law, points[:, :-1], labels[:, :-1], points[:, -1], labels[:, -1])
        else:
            yield Group(law, points, labels, None, None)


def _prompt_law(test: TestLaw, dimension: int, longest: int, rng: np.random.Generator) -> PromptLaw:
    if test.covariance == "exp":
        covariance = np.diag(test.scale * rng.standard_exponential(dimension))
    else:
        covariance = test.scale * fixed_covariance(test.covariance, dimension)
    problem = Problem(covariance, longest)
    if test.kind == "query":
        query = GaussianQuery(_QUERY_SCALE * fixed_covariance("correlated", dimension))
        return PromptLaw(problem, longest, LinearLabels(), Shift(query=query))
    if test.kind == "noise":
        return PromptLaw(problem, longest, LinearLabels(_NOISE_VARIANCE))
    if test.kind == "sign":
        return PromptLaw(problem, longest, SignLabels(), Shift(task=FixedTask(rng.standard_normal(dimension))))
    return PromptLaw(problem, longest)


def zero_cost(law: PromptLaw) -> float:
    """E y_q^2, what predicting zero costs, for linear labels with w ~ N(0, I) and for sign labels.

    Raises:
        ValueError: for other labels.
    """
    if isinstance(law.labels, LinearLabels) and law.query_covariance is not None:
        return float(np.trace(law.query_covariance)) + law.labels.noise_variance
    if isinstance(law.labels, SignLabels):
        return 1.0 + law.labels.noise_variance
    raise ValueError(f"what predicting zero costs is known for linear and sign labels, not for {law.labels!r}")


def exact_errors(law: PromptLaw, A: FloatArray, context_length: int, lengths: Sequence[int]) -> list[float] | None:
    """Return E(x_q' A (1/M) sum y_i x_i - y_q)^2 for every M in lengths, or None where the theory has no formula.

    Theorem 4.2 and B9 are affine in 1/M, so the two shortest prompts give all lengths. Without examples, M = 0, the
    prediction is zero.

    Args:
        law: of the prompts; its prompt length is not used.
        A: the predictor's matrix, d x d.
        context_length: N of the training; sign labels have a formula at the limit A = Gamma^{-1} for this N only.
        lengths: the numbers of examples M.

    Source: Zhang, Frei and Bartlett (2024), Theorem 4.2; statement B9.
    """
    problem = Problem(law.problem.covariance, context_length)
    weights = AttentionWeights.from_predictor(A)
    first, second = (exact_error(PromptLaw(problem, m, law.labels, law.shift), weights, "label") for m in (1, 2))
    if first is None or second is None:
        return None
    per_example = 2 * (first - second)
    return [zero_cost(law) if m == 0 else first - per_example * (1 - 1 / m) for m in lengths]
