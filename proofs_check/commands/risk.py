"""The command `icl-theory risk`: the prediction error on test prompts, exact and simulated."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, Literal

import click
import numpy as np

from numerics import (
    ErrorEstimate,
    FixedTask,
    GaussianQuery,
    GaussianTask,
    LinearLabels,
    Problem,
    QuadraticLabels,
    ReluLabels,
    SequentialTest,
    Shift,
    SignLabels,
    choose_executor,
    simulate_error,
)
from numerics.attention import AttentionWeights
from numerics.exact_error import exact_error
from numerics.executor import Executor
from numerics.plots import RiskCurve, plot_risk
from numerics.problem import FloatArray
from numerics.prompts import LabelLaw, PromptLaw
from proofs_check.commands.errors import clear_errors
from proofs_check.commands.numerical import check_outputs, output_options, problem_options, problem_record, write_json
from proofs_check.commands.numerical_input import (
    Matrix,
    NumericalOptions,
    Setting,
    choice,
    floats,
    integer,
    integers,
    matrix,
    natural,
    number,
    read_options,
    text,
    vector,
)
from proofs_check.commands.terminal import progress_line

_INTERVAL_LEVEL = 1e-6


@dataclass(frozen=True)
class RiskOptions(NumericalOptions):
    """The options of `risk`."""

    prompt_length: Annotated[list[int] | None, Setting(integers)] = None
    labels: Annotated[str, Setting(choice("linear", "quadratic", "relu", "sign"))] = "linear"
    noise_variance: Annotated[Fraction, Setting(number)] = Fraction(0)
    quadratic: Annotated[Matrix | None, Setting(matrix)] = None
    constant: Annotated[Fraction | None, Setting(number)] = None
    task: Annotated[list[Fraction] | None, Setting(vector, instead_of="task-covariance")] = None
    task_covariance: Annotated[Matrix | None, Setting(matrix, instead_of="task")] = None
    context_covariance: Annotated[Matrix | None, Setting(matrix)] = None
    query_covariance: Annotated[Matrix | None, Setting(matrix)] = None
    predictor: Annotated[Matrix | None, Setting(matrix)] = None
    target: Annotated[Literal["label", "linear"], Setting(choice("label", "linear"))] = "label"
    prompts: Annotated[int, Setting(integer)] = 100_000
    method: Annotated[Literal["raw", "wishart"], Setting(choice("raw", "wishart"))] = "raw"
    seed: Annotated[int, Setting(natural)] = 0
    jobs: Annotated[int, Setting(integer)] = 1
    scheduler: Annotated[str | None, Setting(text)] = None
    resume: Annotated[str | None, Setting(text)] = None

    def label_law(self) -> LabelLaw:
        """The labels; ValueError for a part that their kind needs or does not take."""
        law, noise = self.labels, float(self.noise_variance)
        if law != "quadratic":
            for name, value in (("quadratic", self.quadratic), ("constant", self.constant)):
                if value is not None:
                    raise ValueError(f"{name} needs --labels quadratic, got {law}")
            if law == "linear":
                return LinearLabels(noise)
            return ReluLabels(noise) if law == "relu" else SignLabels(noise)
        if self.quadratic is None:
            raise ValueError("quadratic labels <w,x> + x'Bx + c need --quadratic, the matrix B")
        return QuadraticLabels(floats(self.quadratic), float(self.constant or 0), noise)

    def shift(self) -> Shift:
        """How test prompts differ from training prompts."""
        query = _floats(self.query_covariance)
        law = GaussianTask(_floats(self.task_covariance)) if self.task is None else FixedTask(floats(self.task))
        return Shift(law, _floats(self.context_covariance), None if query is None else GaussianQuery(query))

    def weights(self, problem: Problem) -> AttentionWeights:
        """The weights of the given predictor, or those of the limit; ValueError for a predictor of a wrong shape."""
        if self.predictor is None:
            return AttentionWeights.limit(problem)
        A, d = floats(self.predictor), problem.dimension
        if A.shape != (d, d):
            raise ValueError(f"predictor must be a {d} x {d} matrix, got {A.shape[0]} x {A.shape[1]}")
        return AttentionWeights.from_predictor(A)


def _floats(values: Matrix | None) -> FloatArray | None:
    return None if values is None else floats(values)


@click.command()
@problem_options
@click.option("--prompt-length", metavar="M[,M...]", help="Examples in a test prompt; several give several errors.")
@click.option("--labels", metavar="LAW", help="linear, quadratic, relu or sign.  [default: linear]")
@click.option("--noise-variance", metavar="NUMBER", help="Variance of the labels' Gaussian noise.  [default: 0]")
@click.option("--quadratic", metavar="MATRIX", help="B of quadratic labels <w,x> + x'Bx + c.")
@click.option("--constant", metavar="NUMBER", help="c of quadratic labels.  [default: 0]")
@click.option("--task", metavar="NUMBERS", help="A fixed task w.  [default: w ~ N(0, I)]")
@click.option("--task-covariance", metavar="MATRIX", help="w ~ N(0, this) instead.")
@click.option("--context-covariance", metavar="MATRIX", help="Covariate shift: the covariance of test covariates.")
@click.option("--query-covariance", metavar="MATRIX", help="Query shift: the covariance of the query alone.")
@click.option("--predictor", metavar="MATRIX", help="A of x_q'A (1/M) sum y_i x_i.  [default: Gamma^-1]")
@click.option("--target", metavar="TARGET", help="label for y_q, noise included, or linear for <w, x_q>.")
@click.option("--prompts", metavar="COUNT", help="Prompts to simulate.  [default: 100000]")
@click.option("--method", metavar="METHOD", help="raw: real prompts; wishart: sufficient statistics.  [default: raw]")
@click.option("--seed", metavar="SEED", help="Seed of all random numbers.  [default: 0]")
@click.option("--jobs", metavar="COUNT", help="Processes.  [default: 1]")
@click.option("--scheduler", metavar="ADDRESS", help="A Dask scheduler, such as tcp://127.0.0.1:8786.")
@click.option("--resume", metavar="DIR", help="Keep finished work here, and continue from it.")
@output_options
@clear_errors
def risk(config: Path | None, quiet: bool, **typed: object) -> None:
    """Compute the prediction error on test prompts: its exact value, and by simulation.

    \b
    icl-theory risk --spectrum 1,0.5,0.1 --context-length 50 --prompt-length 40
    icl-theory risk --spectrum 1,0.5 --context-length 50 --prompt-length 5,20 --labels relu --task 1,-2 --plot risk.png
    icl-theory risk --config risk.toml --method wishart --prompts 1000000 --json -
    """
    options = read_options(RiskOptions, typed, config)
    check_outputs(options)
    problem = options.problem()
    if options.prompt_length is None:
        raise ValueError("give --prompt-length M, the number of examples in a test prompt")
    executor = choose_executor(options.jobs, options.scheduler)
    run = _Run(options, problem, options.label_law(), options.shift(), options.weights(problem))
    show = progress_line(quiet)
    results = [run.simulated(length, executor, show) for length in options.prompt_length]
    if options.plot is not None:
        plot_risk(run.curve(results), Path(options.plot))
    write_json(options.json, lambda: run.record(results))
    if not quiet and options.json != "-":
        click.echo("\n".join(run.lines(results)))


@dataclass(frozen=True)
class _Result:
    length: int
    estimate: ErrorEstimate
    seconds: float

    @property
    def deviation(self) -> float | None:
        """Simulation minus theory in standard errors."""
        estimate = self.estimate
        error = estimate.exact_standard_error or estimate.standard_error
        return None if estimate.exact is None or not error else (estimate.mean - estimate.exact) / error

    def interval(self) -> tuple[float, float] | None:
        """An interval that holds the error whenever the run is stopped, where the exact variance is known."""
        variance = self.estimate.exact_variance
        if not variance:
            return None
        test = SequentialTest(variance * (1 + 1e-9), _INTERVAL_LEVEL, self.estimate.prompts)
        return tuple(test.interval(self.estimate.moments))  # type: ignore[return-value]


@dataclass(frozen=True)
class _Run:
    """The law of the test prompts with the weights, as the options ask."""

    options: RiskOptions
    problem: Problem
    labels: LabelLaw
    shift: Shift
    weights: AttentionWeights

    def simulated(self, length: int, executor: Executor, show: Callable[[int, int, str], None] | None) -> _Result:
        """The error on prompts of one length."""
        options = self.options
        start = time.perf_counter()
        estimate = simulate_error(
            self.problem,
            prompt_length=length,
            labels=self.labels,
            shift=self.shift,
            weights=self.weights,
            target=options.target,
            prompts=options.prompts,
            method=options.method,
            seed=options.seed,
            executor=executor,
            checkpoint=None if options.resume is None else Path(options.resume) / f"M-{length}",
            progress=None if show is None else lambda done, total: show(done, total, f"prompts of length {length}"),
        )
        return _Result(length, estimate, time.perf_counter() - start)

    def exact(self, length: int) -> float | None:
        """The exact error on prompts of this length, or None."""
        return exact_error(PromptLaw(self.problem, length, self.labels, self.shift), self.weights, self.options.target)

    def limit(self) -> float | None:
        """The limit of long prompts; the error is a constant plus a multiple of 1/M."""
        near, far = self.exact(10**7), self.exact(2 * 10**7)
        return None if near is None or far is None else max(2 * far - near, 0.0)

    def describe(self) -> str:
        """The setting in one line."""
        noise = getattr(self.labels, "noise_variance", 0.0)
        name = type(self.labels).__name__.removesuffix("Labels").lower()
        name = {"relu": "ReLU"}.get(name, name)
        parts = [f"{name} labels" + (f" with noise variance {noise:g}" if noise else "")]
        task = self.shift.task
        if isinstance(task, FixedTask):
            parts.append("fixed task")
        else:
            parts.append("w ~ N(0, I)" if task.covariance is None else "w ~ N(0, Psi)")
        parts += ["covariate shift"] if self.shift.context_covariance is not None else []
        parts += ["query shift"] if self.shift.query is not None else []
        return ", ".join(parts)

    def curve(self, results: Sequence[_Result]) -> RiskCurve:
        """The figure."""
        lengths = [result.length for result in results]
        grid = np.unique(np.geomspace(max(1, min(lengths) / 4), 4 * max(lengths), 60).round().astype(int))
        values = [self.exact(int(M)) for M in grid]
        known = [(int(M), value) for M, value in zip(grid, values, strict=True) if value is not None]
        problem = self.problem
        return RiskCurve(
            lengths=lengths,
            means=[result.estimate.mean for result in results],
            errors=[result.estimate.exact_standard_error or result.estimate.standard_error for result in results],
            exact_lengths=[M for M, _ in known],
            exact=[value for _, value in known],
            limit=self.limit(),
            target=self.options.target,
            title=f"d = {problem.dimension}, N = {problem.context_length}; {self.describe()}",
        )

    def record(self, results: Sequence[_Result]) -> dict[str, Any]:
        """The errors for JSON."""
        return {
            "problem": problem_record(self.problem),
            "setting": self.describe(),
            "target": self.options.target,
            "method": self.options.method,
            "seed": self.options.seed,
            "limit": self.limit(),
            "errors": [
                {
                    "prompt_length": result.length,
                    "exact": result.estimate.exact,
                    "mean": result.estimate.mean,
                    "standard_error": result.estimate.standard_error,
                    "exact_standard_error": result.estimate.exact_standard_error,
                    "interval": result.interval(),
                    "interval_level": _INTERVAL_LEVEL,
                    "prompts": result.estimate.prompts,
                }
                for result in results
            ],
        }

    def lines(self, results: Sequence[_Result]) -> list[str]:
        """The errors as a table."""
        problem = self.problem
        predictor = "the limit Gamma^-1" if self.options.predictor is None else "the given predictor"
        lines = [
            f"d = {problem.dimension}, N = {problem.context_length}: {self.describe()}; {predictor}",
            f"E(prediction - {'y_q' if self.options.target == 'label' else '<w, x_q>'})^2, "
            f"{results[0].estimate.prompts:,} draws by method {self.options.method}, seed {self.options.seed}",
            "",
            f"{'M':>8}{'exact':>14}{'simulated':>14}{'std. error':>12}{'deviation':>11}{'seconds':>9}",
        ]
        for result in results:
            estimate, deviation = result.estimate, result.deviation
            exact = "no formula" if estimate.exact is None else f"{estimate.exact:.6g}"
            apart = "" if deviation is None else f"{deviation:+.1f} s.e."
            error = estimate.exact_standard_error or estimate.standard_error
            lines.append(
                f"{result.length:>8}{exact:>14}{estimate.mean:>14.6g}{error:>12.2g}{apart:>11}{result.seconds:>9.1f}"
            )
        limit = self.limit()
        if limit is not None:
            lines.append(f"{'inf':>8}{limit:>14.6g}")
        last = results[-1].interval()
        if last is not None:
            lines += [
                "",
                f"At M = {results[-1].length} the error lies in [{last[0]:.6g}, {last[1]:.6g}], with probability "
                f"1 - {_INTERVAL_LEVEL:g} at every stopping time.",
            ]
        return lines
