"""Error curves of trained networks and baselines, beside the exact errors of linear attention."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

from numerics.networks.laws import fixed_covariance
from numerics.networks.shifts import TEST_LAWS, Group, TestLaw, draw_groups, exact_errors, zero_cost
from numerics.networks.shipped import Trained
from numerics.problem import FloatArray, Problem
from theory.zhang2024.random_covariance import random_covariance
from theory.zhang2024.random_entries import exponential

RIDGE_PENALTY = 1.0
"""Of ridge regression: the best one for labels with noise of variance 1."""
BAND = 0.90
"""Level of the bands, as in the paper's figures."""
_RESAMPLES = 1000
_LENGTHS = (0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 18, 20, 21, 22, 24, 26, 30, 35, 40)


@dataclass(frozen=True, eq=False)
class Measured:
    """Mean squared errors of one test law.

    Attributes:
        test: the law.
        groups: the prompts.
        lengths: the numbers of examples M.
        zero: E y_q^2 of each group, exact.
        networks: name of the kind -> seeds x groups x lengths; the seeds in ascending order.
        baselines: name -> groups x lengths.
        exact: training law -> groups x lengths, the exact errors of the limit of linear attention.
    """

    test: TestLaw
    groups: list[Group]
    lengths: tuple[int, ...]
    zero: FloatArray
    networks: dict[str, FloatArray]
    baselines: dict[str, FloatArray]
    exact: dict[str, FloatArray]


def kind(trained: Trained) -> str:
    """What networks that differ in their seeds only have in common, such as "gpt2/exp"."""
    run = trained.run
    variant = f" ({run.optimiser}, {run.start} start)" if run.model == "linear" else ""
    return f"{run.model}/{run.law}{variant}"


def by_kind(networks: Sequence[Trained]) -> dict[str, list[Trained]]:
    """Return the networks by kind, each list by ascending seed.

    Raises:
        ValueError: if two have one kind and seed, or not all have one dimension and context length.
    """
    kinds: dict[str, list[Trained]] = {}
    for trained in sorted(networks, key=lambda item: (kind(item), item.run.seed)):
        kinds.setdefault(kind(trained), []).append(trained)
    for name, members in kinds.items():
        seeds = [member.run.seed for member in members]
        if len(set(seeds)) < len(seeds):
            raise ValueError(f"two networks of kind {name} have the same seed, of {seeds}")
    sizes = {(t.run.settings.dimension, t.run.settings.context_length) for t in networks}
    if len(sizes) != 1:
        raise ValueError(f"networks of one dimension and context length can be compared, got (d, N) in {sorted(sizes)}")
    return kinds


def limit_matrix(law: str, dimension: int, context_length: int) -> FloatArray:
    """Return the matrix A of the limit of linear attention, prediction x_q' A (1/M) sum y_i x_i, d x d.

    Gamma^{-1} for a fixed covariance; E[Gamma Lambda^2]^{-1} E[Lambda^2] for the law "exp".

    Source: Zhang, Frei and Bartlett (2024), Theorems 4.1 and 4.5.
    """
    if law == "exp":
        theory = random_covariance([exponential()] * dimension, context_length)
        return np.diag([float(a) for a in theory.minimiser])
    return Problem(fixed_covariance(law, dimension), context_length).Gamma_inverse


def comparison_lengths(context_length: int, longest: int) -> tuple[int, ...]:
    """The numbers of examples of a comparison: close together up to N and just after, up to the longest."""
    scaled = {round(m * context_length / 20) for m in _LENGTHS} | {context_length}
    return tuple(sorted(m for m in scaled if m <= longest))


def measure(
    networks: Sequence[Trained],
    test: TestLaw,
    *,
    seed: int = 0,
    groups: int = 64,
    prompts: int = 16,
    device: str = "cpu",
) -> Measured:
    """Return the errors of all networks and baselines on the same prompts of one test law.

    Args:
        networks: of one dimension and context length.
        test: the law of the prompts.
        seed: of the prompts; each test law has its own stream.
        groups, prompts: covariances, and prompts for each.
        device: of PyTorch.

    Raises:
        ValueError: for networks that cannot be compared.
    """
    kinds = by_kind(networks)
    settings = networks[0].run.settings
    d, n = settings.dimension, settings.context_length
    longest = min(trained.run.settings.test_length for trained in networks)
    lengths = comparison_lengths(n, longest)
    if test.kind == "query":
        # GPT-2 needs a pass for each length here.
        lengths = tuple(m for m in lengths if m in (n, longest) or m in lengths[::2])
    stream = np.random.SeedSequence(seed, spawn_key=(TEST_LAWS.index(test),))
    drawn = list(draw_groups(test, d, lengths[-1], groups, prompts, stream))
    errors = {
        name: np.array([_network_errors(trained, drawn, lengths, device) for trained in members])
        for name, members in kinds.items()
    }
    exact = {}
    for law in sorted({trained.run.law for trained in networks}):
        A = limit_matrix(law, d, n)
        values = _exact(drawn, A, n, lengths)
        if values is not None:
            exact[law] = values
    baselines = {
        "least squares": _baseline(drawn, lengths, lambda x, y, q: _ridge(x, y, q, 0.0)),
        "ridge": _baseline(drawn, lengths, lambda x, y, q: _ridge(x, y, q, RIDGE_PENALTY)),
        "zero": _baseline(drawn, lengths, lambda x, y, q: np.zeros(len(q))),
    }
    zero = np.array([zero_cost(group.law) for group in drawn])
    return Measured(test, drawn, lengths, zero, errors, baselines, exact)


def _exact(groups: Sequence[Group], A: FloatArray, n: int, lengths: Sequence[int]) -> FloatArray | None:
    known: dict[bytes, list[float] | None] = {}
    rows = []
    for group in groups:
        # Groups with random tasks differ in their covariance only.
        task = group.law.shift.task
        key = group.law.problem.covariance.tobytes() + getattr(task, "w", np.empty(0)).tobytes()
        if key not in known:
            known[key] = exact_errors(group.law, A, n, lengths)
        row = known[key]
        if row is None:
            return None
        rows.append(row)
    return np.array(rows)


def _targets(group: Group, lengths: Sequence[int]) -> FloatArray:
    if group.query_label is not None:
        return np.repeat(group.query_label[:, None], len(lengths), axis=1)
    return group.y[:, list(lengths)]


def _network_errors(trained: Trained, groups: Sequence[Group], lengths: tuple[int, ...], device: str) -> FloatArray:
    network = trained.network.to(device)
    count = len(groups[0].x)
    x, y = (np.concatenate([getattr(group, name) for group in groups]) for name in ("x", "y"))
    query = None if groups[0].query is None else np.concatenate([group.query for group in groups])
    with torch.no_grad():
        pieces = []
        for start in range(0, len(x), 1024):
            part = slice(start, start + 1024)
            on = [torch.from_numpy(a[part]).to(device, network.dtype) if a is not None else None for a in (x, y, query)]
            assert on[0] is not None
            assert on[1] is not None
            pieces.append(network.curve(on[0], on[1], lengths, on[2]).cpu().numpy())
    predicted = np.concatenate(pieces).astype(np.float64)
    squares = (predicted - np.concatenate([_targets(group, lengths) for group in groups])) ** 2
    means = np.asarray(squares, dtype=np.float64).reshape(len(groups), count, len(lengths)).mean(axis=1)
    return np.asarray(means, dtype=np.float64)


def _baseline(
    groups: Sequence[Group], lengths: Sequence[int], predict: Callable[[FloatArray, FloatArray, FloatArray], FloatArray]
) -> FloatArray:
    rows = []
    for group in groups:
        columns = [
            predict(group.x[:, :m], group.y[:, :m], group.x[:, m] if group.query is None else group.query)
            for m in lengths
        ]
        rows.append(((np.stack(columns, axis=1) - _targets(group, lengths)) ** 2).mean(axis=0))
    return np.array(rows)


def _ridge(x: FloatArray, y: FloatArray, query: FloatArray, penalty: float) -> FloatArray:
    """Predictions of w = argmin sum (y - <w, x>)^2 + penalty |w|^2, the shortest such w without a penalty."""
    prompts, examples, d = x.shape
    if examples == 0:
        return np.zeros(prompts)
    transposed = x.swapaxes(1, 2)
    if penalty == 0:
        operator = np.linalg.pinv(x)
    else:
        operator = np.asarray(np.linalg.inv(transposed @ x + penalty * np.eye(d)) @ transposed, dtype=np.float64)
    w = (operator @ y[:, :, None])[:, :, 0]
    predictions: FloatArray = np.sum(w * query, axis=1)
    return predictions


def curves(measured: Measured, seed: int = 0) -> dict[str, Any]:
    """Return the record of one test law for JSON: normalised errors with their bands, and the exact lines.

    All errors are divided by the exact cost of predicting zero, both averaged over the groups. A band is the bootstrap
    interval of level 90% over groups, and for networks over seeds as well.
    """
    rng = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(len(TEST_LAWS), len(measured.groups))))
    count = len(measured.groups)
    chosen = rng.integers(count, size=(_RESAMPLES, count))
    scale = float(np.mean(measured.zero))
    record: dict[str, Any] = {
        "title": measured.test.title,
        "zero_cost": scale,
        "lengths": list(measured.lengths),
        "networks": {},
        "baselines": {},
        "exact_linear_attention": {},
    }
    for name, errors in measured.networks.items():
        seeds = len(errors)
        picked = rng.integers(seeds, size=(_RESAMPLES, seeds))
        means = np.stack(
            [errors[s][:, g].mean(axis=(0, 1)) / measured.zero[g].mean() for s, g in zip(picked, chosen, strict=True)]
        )
        record["networks"][name] = _band(means) | {
            "mean": _rounded(errors.mean(axis=(0, 1)) / scale),
            "seeds": [_rounded(row / scale) for row in errors.mean(axis=1)],
        }
    for name, values in measured.baselines.items():
        means = np.stack([values[g].mean(axis=0) / measured.zero[g].mean() for g in chosen])
        record["baselines"][name] = _band(means) | {"mean": _rounded(values.mean(axis=0) / scale)}
    for law, values in measured.exact.items():
        record["exact_linear_attention"][law] = _rounded(values.mean(axis=0) / scale)
    return record


def _band(means: FloatArray) -> dict[str, list[float]]:
    low, high = (np.quantile(means, level, axis=0) for level in ((1 - BAND) / 2, (1 + BAND) / 2))
    return {"low": _rounded(low), "high": _rounded(high)}


def _rounded(values: FloatArray) -> list[float]:
    return [float(f"{value:.6g}") for value in values]
