"""The figures of the story: prompts read by one layer, the flow and its limit, errors against length and shift."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from numerics import (
    AttentionWeights,
    FixedTask,
    Problem,
    Shift,
    attention_prediction,
    enclose_flow,
    gradient_flow,
    paper_rate,
    simulate_error,
)
from proofs_check.web.charts import Boxes, Chart, Line, Points, Series
from theory import distribution_shift, prediction_error

_SPECTRUM = (1.0, 0.6, 0.3)
_TASK = np.array([1.0, -1.0, 1.0])
_SIGMA = 0.1
_LENGTHS = (5, 20, 80)
_PROMPTS = 4_000
# Half-widths of the bars in standard errors: 99.99% of a normal law.
_BAR = 3.89


def figures(seed: int) -> Mapping[str, Chart]:
    """Return the figures by their names; Monte Carlo draws from the seed."""
    loss, weights = _flow()
    return {
        "examples": _examples(seed),
        "loss": loss,
        "weights": weights,
        "preconditioner": _preconditioner(),
        "length": _against_prompt_length(seed),
        "shift": _shift(seed),
    }


def _examples(seed: int) -> Chart:
    """One trained layer on ever longer prompts of three tasks."""
    N, longest = 80, 2000
    problem = Problem.from_spectrum(_SPECTRUM, context_length=N)
    weights = AttentionWeights.limit(problem)
    generator = np.random.default_rng(np.random.SeedSequence(seed, spawn_key=(len(_SPECTRUM),)))
    query = np.array([1.0, 0.5, -0.5])
    x = generator.normal(size=(longest, len(_SPECTRUM))) * np.sqrt(_SPECTRUM)
    lengths = _grid(1, longest, 90)
    series: list[Series] = []
    missed = []
    for colour, task in enumerate((_TASK, np.array([-1.0, 0.0, 0.5]), np.array([0.0, 1.0, 1.0]))):
        examples = np.vstack([x.T, x @ task])
        last = np.append(query, 0.0)[:, None]
        found = [float(attention_prediction(np.hstack([examples[:, :M], last])[None], weights, M)[0]) for M in lengths]
        truth = float(query @ task)
        shown = ", ".join(f"{entry:g}" for entry in task).replace("-", "−")
        series += [
            Line(lengths, found, colour, f"w = ({shown})"),
            Line(lengths, [truth] * len(lengths), colour, dashed=True),
        ]
        missed.append(abs(found[-1] - truth))
    return Chart(
        "Three tasks, one layer, nothing trained in between",
        f"What the trained layer predicts for one query as it sees more examples of each of three tasks w; dashed is "
        f"⟨w, x⟩ of the query. {_spectrum_text()}, N = {N}, prompts drawn from the seed.",
        "examples in the prompt",
        "prediction",
        tuple(series),
        f"After {longest:,} examples the three predictions miss the truth by "
        + ", ".join(f"{m:.2g}" for m in missed)
        + ".",
        x_log=True,
    )


def _preconditioner() -> Chart:
    """What the limit does to each direction: the eigenvalues of Gamma^{-1} Lambda."""
    eigenvalues = np.geomspace(1.0, 1e-3, 40)
    eigenvalues /= np.sum(eigenvalues)
    series: list[Series] = []
    least = []
    for colour, N in enumerate((20, 200, 2000)):
        factor = eigenvalues / Problem.from_spectrum(eigenvalues, context_length=N).gamma
        series.append(Line(eigenvalues, factor, colour, f"N = {N:,}"))
        least.append(f"{factor[-1]:.2g} for N = {N:,}")
    series.append(Line(eigenvalues, np.ones(eigenvalues.size), 3, "Λ⁻¹ in place of Γ⁻¹", dashed=True))
    return Chart(
        "How much of each direction of the task arrives",
        "Long prompts give the layer Γ⁻¹Λw in place of w: here the factor λ/γ against the eigenvalue λ of Λ. There are "
        "40 eigenvalues in geometric sequence, with trace 1. Trained on short prompts, the layer holds back where the "
        "covariates vary little.",
        "eigenvalue λ of the covariance",
        "factor λ/γ",
        tuple(series),
        f"The factor grows with λ and with N towards 1; for the least λ it is {', '.join(least)}.",
        x_log=True,
        y_range=(0.0, 1.05),
    )


def _spectrum_text() -> str:
    return "Λ = diag(" + ", ".join(f"{x:g}" for x in _SPECTRUM) + ")"


def _flow() -> tuple[Chart, Chart]:
    problem = Problem.from_spectrum(_SPECTRUM, context_length=20)
    t_end = 60.0
    path = gradient_flow(problem, sigma=_SIGMA, t_end=t_end)
    box = enclose_flow(problem, sigma=_SIGMA, t_end=t_end)
    t = np.linspace(0, t_end, 241)
    diagonal, u, _ = path.spectral(t)
    deviation = u[:, None] * diagonal - 1 / problem.gamma
    excess = 0.5 * (deviation**2 @ (problem.gamma * problem.eigenvalues**2))
    floor = float(path.loss[-1] - path.excess_loss[-1])
    half_width = (box.upper - box.lower).max(axis=1) / 2
    decay = excess[0] * np.exp(-paper_rate(problem, _SIGMA) * t)
    shown = half_width > 0
    loss = Chart(
        "The loss along the flow",
        f"Gradient flow for {_spectrum_text()}, N = 20, σ = {_SIGMA:g}. The excess loss falls to zero, and stays below "
        "the exponential that Lemma 5.4 guarantees. The lowest curve is the half-width of the rigorous enclosure: the "
        "exact solution is proved to lie that close to the computed one.",
        "time t",
        "excess loss",
        (
            Line(t, decay, 3, "bound of Lemma 5.4", dashed=True),
            Line(t, np.maximum(excess, 1e-18), 0, f"L − min L (min L = {floor:.4f})"),
            Line(box.t[shown], half_width[shown], 2, "half-width of the enclosure"),
        ),
        f"The excess loss falls from {excess[0]:.3g} to {excess[-1]:.2g} by time {t_end:g}; the enclosure's half-width "
        f"stays below {half_width.max():.2g}.",
        y_log=True,
    )
    d = len(_SPECTRUM)
    limit = float(np.sum(problem.gamma**-2.0)) ** 0.25
    series: list[Series] = []
    names = ["u", *(f"U{'₁₂₃'[i]}{'₁₂₃'[i]}" for i in range(d))]
    columns = [d * d, *(i * d + i for i in range(d))]
    values = [u, *diagonal.T]
    limits = [limit, *(1 / (problem.gamma * limit))]
    early = box.t[:-1] < t_end
    edges = box.t[: int(early.sum()) + 1]
    for colour, (name, column, value, end) in enumerate(zip(names, columns, values, limits, strict=True)):
        low, high = box.over_lower[early, column], box.over_upper[early, column]
        series.append(Boxes(edges, low, high, colour))
        series.append(Line(t, value, colour, name))
        series.append(Line([0, t_end], [end, end], colour, dashed=True))
    weights = Chart(
        "The weights, their limits and their proved bounds",
        f"The same flow: u and the diagonal of U tend to the limits of Theorem 4.1 (dashed). Each shaded box is proved "
        f"in ball arithmetic to contain the exact weight at every time of its step ({box.t.size - 1} steps).",
        "time t",
        "weight",
        tuple(series),
        f"u tends to {limit:.4f} and the diagonal of U to " + ", ".join(f"{x:.4f}" for x in limits[1:]) + ".",
    )
    return loss, weights


def _monte_carlo(
    problem: Problem, prompts: list[tuple[float, int, Shift]], colour: int, label: str, seed: int
) -> tuple[Points, float]:
    """Points of the raw attention layer, and their largest distance from theory in standard errors."""
    x, mean, error, worst = [], [], [], 0.0
    streams = np.random.SeedSequence(seed, spawn_key=(colour, problem.context_length)).spawn(len(prompts))
    for stream, (place, length, shift) in zip(streams, prompts, strict=True):
        estimate = simulate_error(
            problem, prompt_length=length, shift=shift, prompts=_PROMPTS, target="linear", seed=stream
        )
        x.append(place)
        mean.append(estimate.mean)
        error.append(_BAR * estimate.standard_error)
        if estimate.exact is not None:
            worst = max(worst, abs(estimate.mean - estimate.exact) / estimate.standard_error)
    low = [max(m - e, 1e-3 * m) for m, e in zip(mean, error, strict=True)]
    high = [m + e for m, e in zip(mean, error, strict=True)]
    return Points(x, mean, low, high, colour, label), worst


def _error(N: int, M: int) -> float:
    value = prediction_error("linear").evaluate(
        covariance=np.diag(_SPECTRUM), context_length=N, prompt_length=M, w=_TASK
    )
    return float(value)


def _grid(low: float, high: float, points: int) -> list[int]:
    return sorted({round(x) for x in np.geomspace(low, high, points)})


_NOTE = (
    f"Points: the raw attention layer on {_PROMPTS:,} random prompts each, bars of ±{_BAR:g} standard errors. "
    "Curves: the exact formula."
)


def _against_prompt_length(seed: int) -> Chart:
    lengths = _grid(1, 1000, 60)
    series: list[Series] = []
    worst = 0.0
    for colour, N in enumerate(_LENGTHS):
        problem = Problem.from_spectrum(_SPECTRUM, context_length=N)
        series.append(Line(lengths, [_error(N, M) for M in lengths], colour, f"N = {N}"))
        tried = [(float(M), M, Shift(task=FixedTask(_TASK))) for M in (2, 7, 25, 90, 320)]
        points, far = _monte_carlo(problem, tried, colour, "", seed)
        series.append(points)
        worst = max(worst, far)
    return Chart(
        "Prediction error against the length M of the test prompt",
        f"Theorem 4.2 for {_spectrum_text()}, w = (1, −1, 1), noiseless linear labels. Longer prompts help until the "
        f"floor of order 1/N² set by the training length N. {_NOTE}",
        "prompt length M",
        "error E(ŷ − y)²",
        tuple(series),
        f"Monte Carlo agrees with the exact error within {worst:.1f} standard errors for N = 5, 20, 80.",
        x_log=True,
        y_log=True,
    )


def _shift(seed: int) -> Chart:
    covariance = np.diag(_SPECTRUM)
    scales = np.geomspace(0.1, 4, 60)
    formula = distribution_shift(at_limit=True)
    series: list[Series] = []
    worst, M = 0.0, 200

    def error(c: float, N: int) -> float:
        value = formula.evaluate(
            covariance=covariance,
            context_length=N,
            prompt_length=M,
            context_covariance=c * covariance,
            query_covariance=c * covariance,
            w=_TASK,
        )
        return float(value)

    for colour, N in enumerate(_LENGTHS):
        series.append(Line(scales, [error(float(c), N) for c in scales], colour, f"N = {N}"))
        problem = Problem.from_spectrum(_SPECTRUM, context_length=N)
        tried = [
            (c, M, Shift(context_covariance=c * covariance, task=FixedTask(_TASK))) for c in (0.15, 0.4, 1.0, 1.7, 3.0)
        ]
        points, far = _monte_carlo(problem, tried, colour, "", seed + 2)
        series.append(points)
        worst = max(worst, far)
    return Chart(
        "Covariate shift: test covariates scaled",
        f"Test prompts with covariance cΛ instead of Λ, M = {M}. The trained layer applies Γ⁻¹, which knows the "
        f"training covariance only: away from c = 1 the error does not vanish, however long the prompts. {_NOTE}",
        "scale c of the test covariance",
        "error E(ŷ − ⟨w, x⟩)²",
        tuple(series),
        "For long training prompts the error is least near c = 1 and grows fast beyond it. "
        f"Monte Carlo agrees within {worst:.1f} standard errors.",
        x_log=True,
        y_log=True,
    )
