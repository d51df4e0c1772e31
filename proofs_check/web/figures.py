"""The figures of the page: the flow in its proved bounds, errors against lengths and shift, and bounds beside truth."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from numerics import FixedTask, Problem, Shift, enclose_flow, gradient_flow, local_rate, paper_rate, simulate_error
from proofs_check.web.charts import Boxes, Chart, Line, Points, Series
from theory import distribution_shift, prediction_error

_SPECTRUM = (1.0, 0.6, 0.3)
_TASK = np.array([1.0, -1.0, 1.0])
_SIGMA = 0.1
_LENGTHS = (5, 20, 80)
_PROMPTS = 4_000
# Half-widths of the bars in standard errors: 99.99% of a normal law.
_BAR = 3.89


def figures(seed: int) -> tuple[Chart, ...]:
    """Return the figures; Monte Carlo draws from the seed."""
    flow, weights = _flow()
    return (flow, weights, _against_prompt_length(seed), _against_context_length(seed), _shift(seed), _tightness())


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


def _against_context_length(seed: int) -> Chart:
    lengths = _grid(1, 1000, 60)
    series: list[Series] = []
    worst = 0.0
    for colour, M in enumerate(_LENGTHS):
        series.append(Line(lengths, [_error(N, M) for N in lengths], colour, f"M = {M}"))
        found = []
        for N in (2, 7, 25, 90, 320):
            problem = Problem.from_spectrum(_SPECTRUM, context_length=N)
            point, far = _monte_carlo(problem, [(float(N), M, Shift(task=FixedTask(_TASK)))], colour, "", seed + 1)
            found.append(point)
            worst = max(worst, far)
        series.append(_joined(found))
    return Chart(
        "Prediction error against the length N of training prompts",
        f"The same error with N varied. Training on short prompts costs little where the test prompt is short. {_NOTE}",
        "training length N",
        "error E(ŷ − y)²",
        tuple(series),
        f"Monte Carlo agrees with the exact error within {worst:.1f} standard errors for M = 5, 20, 80.",
        x_log=True,
        y_log=True,
    )


def _joined(points: list[Points]) -> Points:
    def all_of(read: Callable[[Points], object]) -> list[float]:
        return [float(v) for p in points for v in np.ravel(np.asarray(read(p)))]

    return Points(
        all_of(lambda p: p.x),
        all_of(lambda p: p.y),
        all_of(lambda p: p.low),
        all_of(lambda p: p.high),
        points[0].colour,
        points[0].label,
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


def _tightness() -> Chart:
    N = 20
    problem = Problem.from_spectrum(_SPECTRUM, context_length=N)
    # Both lemmas ask for sigma^2 ||Gamma||_op sqrt(d) < 2.
    largest = np.sqrt(2 / (np.max(problem.gamma) * np.sqrt(problem.dimension)))
    sigmas = np.geomspace(0.02, 0.99 * largest, 40)
    bound = [_bound_on_u(problem, float(s)) for s in sigmas]
    rates = [paper_rate(problem, float(s)) for s in sigmas]
    least = [float(np.min(gradient_flow(problem, sigma=float(s), t_end=400.0).u)) ** 2 for s in sigmas]
    true_rate = local_rate(problem).loss_rate
    ratio_u = [b / truth for b, truth in zip(bound, least, strict=True)]
    ratio_rate = [rate / true_rate for rate in rates]
    return Chart(
        "Two bounds along the initial scale",
        f"Bound divided by truth for {_spectrum_text()}, N = {N}: 1 would be tight. Lemma A.5 bounds u² from "
        "below along the flow; Lemma 5.4 bounds the rate of the loss, here beside the exact rate near the limit.",
        "scale σ of the initialisation",
        "bound / truth",
        (
            Line(sigmas, ratio_u, 0, "Lemma A.5: lower bound on u²"),
            Line(sigmas, ratio_rate, 1, "Lemma 5.4: rate μ"),
        ),
        f"At best the bound on u² is {max(ratio_u):.2g} of the truth and the rate {max(ratio_rate):.2g}.",
        x_log=True,
        y_log=True,
    )


def _bound_on_u(problem: Problem, sigma: float) -> float:
    """Lemma A.5 with Theta = I / d^(1/4)."""
    d = problem.dimension
    alignment = float(np.sum(problem.eigenvalues**2)) / np.sqrt(d)
    bracket = 2 - np.sqrt(d) * sigma**2 * float(np.max(problem.gamma))
    return float(sigma**2 * alignment * bracket / (2 * np.sqrt(d) * np.max(problem.eigenvalues) ** 2))
