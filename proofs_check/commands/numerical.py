"""The commands `icl-theory flow` and `icl-theory risk`: one trajectory, one error."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import click
import numpy as np

from numerics import (
    ErrorEstimate,
    FixedTask,
    FlowEnclosure,
    FlowPath,
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
    enclose_flow,
    gradient_flow,
    local_rate,
    paper_rate,
    simulate_error,
)
from numerics.attention import AttentionWeights
from numerics.enclosure import Verdict
from numerics.exact_error import exact_error
from numerics.plots import RiskCurve, plot_flow, plot_risk, require_matplotlib
from numerics.problem import FloatArray
from numerics.prompts import LabelLaw, PromptLaw
from proofs_check.commands.errors import clear_errors
from proofs_check.commands.numerical_input import (
    PROBLEM,
    Setting,
    choice,
    flag,
    floats,
    integer,
    integers,
    matrix,
    natural,
    number,
    problem_of,
    read_settings,
    text,
    vector,
)
from proofs_check.commands.terminal import progress_line
from proofs_check.judge.run import write_atomically

_SHOWN = 8
"""Rows of a table of eigenvalues; of longer ones both ends are shown."""

_INTERVAL_LEVEL = 1e-6

_PICTURES = (".png", ".pdf", ".svg")

_FLOW = {
    **PROBLEM,
    "sigma": Setting(number, Fraction(1, 10)),
    "theta": Setting(matrix),
    "until": Setting(number, instead_of="t-end"),
    "t-end": Setting(number, instead_of="until"),
    "tolerance": Setting(number, Fraction(1, 10**12)),
    "enclose": Setting(flag, False),
    "plot": Setting(text),
    "json": Setting(text),
}

_RISK = {
    **PROBLEM,
    "prompt-length": Setting(integers),
    "labels": Setting(choice("linear", "quadratic", "relu", "sign"), "linear"),
    "noise-variance": Setting(number, Fraction(0)),
    "quadratic": Setting(matrix),
    "constant": Setting(number),
    "task": Setting(vector, instead_of="task-covariance"),
    "task-covariance": Setting(matrix, instead_of="task"),
    "context-covariance": Setting(matrix),
    "query-covariance": Setting(matrix),
    "predictor": Setting(matrix),
    "target": Setting(choice("label", "linear"), "label"),
    "prompts": Setting(integer, 100_000),
    "method": Setting(choice("raw", "wishart"), "raw"),
    "seed": Setting(natural, 0),
    "jobs": Setting(integer, 1),
    "scheduler": Setting(text),
    "resume": Setting(text),
    "plot": Setting(text),
    "json": Setting(text),
}

Command = Callable[..., Any]


def _problem_options(command: Command) -> Command:
    for option in reversed(
        (
            click.option("--spectrum", metavar="NUMBERS", help="Eigenvalues of a diagonal Lambda, such as 1,0.5,0.1."),
            click.option("--covariance", metavar="MATRIX", help="Lambda by rows, such as '1,0.2;0.2,0.5'."),
            click.option("--context-length", metavar="N", help="Examples in a training prompt."),
        )
    ):
        command = option(command)
    return command


def _output_options(command: Command) -> Command:
    for option in reversed(
        (
            click.option("--plot", metavar="FILE", help="Draw into a .png, .pdf or .svg file."),
            click.option("--json", metavar="FILE", help="Write the numbers as JSON; - is standard output."),
            click.option(
                "--config",
                type=click.Path(path_type=Path),
                metavar="FILE.toml",
                help="Settings with the names of these options; options go first.",
            ),
            click.option("--quiet", is_flag=True, help="Print nothing but errors."),
        )
    ):
        command = option(command)
    return command


@click.command()
@_problem_options
@click.option("--sigma", metavar="NUMBER", help="Scale of the initialisation.  [default: 0.1]")
@click.option("--theta", metavar="MATRIX", help="Theta by rows, ||Theta Theta'||_F = 1.  [default: I/d^(1/4)]")
@click.option("--until", metavar="DISTANCE", help="Stop at this ||uU - Gamma^-1||_F.  [default: 1e-8 of its limit]")
@click.option("--t-end", metavar="TIME", help="Stop at this time instead.")
@click.option("--tolerance", metavar="NUMBER", help="Relative error of the balance law allowed.  [default: 1e-12]")
@click.option("--enclose", is_flag=True, default=None, help="Prove an enclosure and certify the lemmas of the paper.")
@_output_options
@clear_errors
def flow(config: Path | None, quiet: bool, **options: object) -> None:
    """Integrate the gradient flow of one problem to its limit.

    \b
    icl-theory flow --spectrum 1,0.5,0.1 --context-length 50 --sigma 0.1 --plot flow.png --json -
    icl-theory flow --covariance '1,0.2;0.2,0.5' --context-length 20 --t-end 10 --enclose
    icl-theory flow --config flow.toml --sigma 0.01
    """
    settings = read_settings(_FLOW, options, config)
    _check_outputs(settings)
    problem, eigenvalues = problem_of(settings)
    sigma, theta = settings["sigma"], settings["theta"]
    approximate = None if theta is None else floats(theta)
    until = None if settings["until"] is None else float(settings["until"])
    t_end = None if settings["t_end"] is None else float(settings["t_end"])
    if until is None and t_end is None:
        until = 1e-8 * float(np.linalg.norm(1 / problem.gamma))
    start = time.perf_counter()
    path = gradient_flow(
        problem, float(sigma), approximate, until=until, t_end=t_end, tolerance=float(settings["tolerance"])
    )
    seconds = time.perf_counter() - start
    run = _Flow(path, approximate, until, seconds)
    proof = None
    if settings["enclose"]:
        start = time.perf_counter()
        # A path that stops at a distance stops on the boundary of that ball; a little later it is inside for sure.
        end = float(path.t[-1]) * (1 if until is None else 1.001)
        if end == 0:
            raise ValueError("the flow starts within `until` of its limit, so there is nothing to enclose")
        box = enclose_flow(problem, sigma, theta, t_end=end, eigenvalues=eigenvalues)
        proof = _Proof.of(box, until, time.perf_counter() - start)
    if settings["plot"]:
        plot_flow(path, Path(settings["plot"]), None if proof is None else proof.box, run.rate)
    _write_json(settings["json"], lambda: {**run.record(), **({} if proof is None else {"enclosure": proof.record()})})
    if not quiet and settings["json"] != "-":
        click.echo("\n".join(run.lines() + ([] if proof is None else proof.lines())))


@dataclass(frozen=True)
class _Flow:
    """A trajectory and what is said about it."""

    path: FlowPath
    theta: FloatArray | None
    until: float | None
    seconds: float

    @property
    def rate(self) -> float | None:
        """Mu of Lemma 5.4, or None where its condition fails."""
        if self.condition >= 2:
            return None
        return paper_rate(self.path.problem, self.path.sigma, self.theta)

    @property
    def condition(self) -> float:
        """sigma^2 ||Gamma||_op sqrt(d), which the paper wants below 2."""
        problem = self.path.problem
        return float(self.path.sigma**2 * np.max(problem.gamma) * np.sqrt(problem.dimension))

    @property
    def limit(self) -> float:
        """||Gamma^-1||_F^(1/2), the limit of u."""
        return float(np.sqrt(np.linalg.norm(1 / self.path.problem.gamma)))

    def record(self) -> dict[str, Any]:
        """The trajectory for JSON."""
        path, problem = self.path, self.path.problem
        return {
            "problem": _problem_record(problem),
            "sigma": path.sigma,
            "theta": None if self.theta is None else self.theta.tolist(),
            "condition": self.condition,
            "paper_rate": self.rate,
            "local_rate": local_rate(problem).loss_rate,
            "converged": path.converged,
            "balance_drift": path.balance_drift,
            "t": path.t.tolist(),
            "u": path.u.tolist(),
            "diagonal": path.diagonal.tolist(),
            "loss": path.loss.tolist(),
            "excess_loss": path.excess_loss.tolist(),
            "distance": path.distance.tolist(),
            "U_end": path(path.t[-1])[0].tolist(),
            "limit": {"u": self.limit, "U": (problem.Gamma_inverse / self.limit).tolist()},
        }

    def lines(self) -> list[str]:
        """The trajectory in words and one table."""
        path, problem = self.path, self.path.problem
        eigenvalues = problem.eigenvalues
        compared = "holds" if self.condition < 2 else "fails; the flow converges all the same (B1)"
        rows = [
            ("t", 0.0, float(path.t[-1]), None),
            ("u", path.u[0], path.u[-1], self.limit),
            *self._diagonal_rows(),
            ("||uU - Gamma^-1||_F", path.distance[0], path.distance[-1], 0.0),
            ("L - min L", path.excess_loss[0], path.excess_loss[-1], 0.0),
        ]
        if self.until is not None:
            ending = f"stopped at distance {self.until:.3g}"
        else:
            ending = f"{'within' if path.converged else 'not yet within'} 1e-8 of the limit"
        lines = [
            f"d = {problem.dimension}, N = {problem.context_length}, sigma = {path.sigma:g}, "
            f"condition number of Lambda {float(eigenvalues.max() / eigenvalues.min()):.4g}",
            f"sigma^2 ||Gamma||_op sqrt(d) = {self.condition:.4g} < 2, the condition of Theorem 4.1, {compared}",
            "",
            f"{'':<24}{'start':>14}{'end':>14}{'limit':>14}",
        ]
        for name, first, last, limit in rows:
            shown = "" if limit is None else f"{limit:>14.6g}"
            lines.append(f"{name:<24}{first:>14.6g}{last:>14.6g}{shown}")
        rate = local_rate(problem).loss_rate
        bound = "" if self.rate is None else f", the bound of Lemma 5.4 is {self.rate:.3g}"
        lines += [
            "",
            f"{path.t.size - 1} steps, {1e3 * self.seconds:.1f} ms, {ending}; relative balance drift <= "
            f"{path.balance_drift:.1e}",
            f"Rate of L - min L at the limit: {rate:.4g}{bound}",
        ]
        return lines

    def _diagonal_rows(self) -> list[tuple[str, float, float, float | None]]:
        path, problem = self.path, self.path.problem
        order = np.argsort(-problem.eigenvalues)
        if order.size > _SHOWN:
            order = np.append(order[: _SHOWN // 2], order[-_SHOWN // 2 :])
        return [
            (
                f"U, lambda = {problem.eigenvalues[i]:.4g}",
                path.diagonal[0, i],
                path.diagonal[-1, i],
                1 / problem.gamma[i] / self.limit,
            )
            for i in order
        ]


@dataclass(frozen=True)
class _Proof:
    """An enclosure and its certificates."""

    box: FlowEnclosure
    certificates: Mapping[str, Verdict]
    seconds: float

    @classmethod
    def of(cls, box: FlowEnclosure, until: float | None, seconds: float) -> _Proof:
        """Certify everything that the paper says of the path."""
        certificates = {
            "balance (Lemma A.3)": box.certify_balance(),
            "u > 0 (Lemma A.4)": box.certify_positive(),
            "lower bound (Lemma A.5)": box.certify_lower_bound(),
            "decay (Lemma 5.4)": box.certify_decay(),
        }
        if until is not None:
            certificates["entry into the ball"] = box.certify_entry(until)
        return cls(box, certificates, seconds)

    def record(self) -> dict[str, Any]:
        """The enclosure for JSON."""
        box = self.box
        return {
            "t": box.t.tolist(),
            "u_lower": box.lower[:, -1].tolist(),
            "u_upper": box.upper[:, -1].tolist(),
            "radius": box.radius,
            "error_bound": float(box.error_bound.max()),
            "end": {"lower": box.lower[-1].tolist(), "upper": box.upper[-1].tolist()},
            "certificates": {
                name: {"status": verdict.status, "detail": verdict.detail, "time": verdict.time}
                for name, verdict in self.certificates.items()
            },
        }

    def lines(self) -> list[str]:
        """The enclosure in words and one table."""
        box = self.box
        lines = [
            "",
            f"Enclosed with proof on [0, {box.t[-1]:.6g}]: radius {box.radius:.2g} as doubles, "
            f"{float(box.error_bound.max()):.2g} before rounding; {box.t.size - 1} pieces, {self.seconds:.1f} s",
        ]
        for name, verdict in self.certificates.items():
            lines.append(f"  {name:<25}{verdict.status:<16}{verdict.detail}")
        return lines


@click.command()
@_problem_options
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
@_output_options
@clear_errors
def risk(config: Path | None, quiet: bool, **options: object) -> None:
    """Compute the prediction error on test prompts: its exact value, and by simulation.

    \b
    icl-theory risk --spectrum 1,0.5,0.1 --context-length 50 --prompt-length 40
    icl-theory risk --spectrum 1,0.5 --context-length 50 --prompt-length 5,20 --labels relu --task 1,-2 --plot risk.png
    icl-theory risk --config risk.toml --method wishart --prompts 1000000 --json -
    """
    settings = read_settings(_RISK, options, config)
    _check_outputs(settings)
    problem, _ = problem_of(settings)
    if settings["prompt_length"] is None:
        raise ValueError("give --prompt-length M, the number of examples in a test prompt")
    executor = choose_executor(settings["jobs"], settings["scheduler"])
    setting = _Setting(problem, _labels(settings), _shift(settings), _weights(settings, problem), settings["target"])
    show = progress_line(quiet)
    results: list[_Result] = []
    for length in settings["prompt_length"]:
        start = time.perf_counter()
        estimate = simulate_error(
            problem,
            prompt_length=length,
            labels=setting.labels,
            shift=setting.shift,
            weights=setting.weights,
            target=settings["target"],
            prompts=settings["prompts"],
            method=settings["method"],
            seed=settings["seed"],
            executor=executor,
            checkpoint=None if settings["resume"] is None else Path(settings["resume"]) / f"M-{length}",
            progress=None if show is None else _progress(show, length),
        )
        results.append(_Result(length, estimate, time.perf_counter() - start))
    if settings["plot"]:
        plot_risk(_curve(setting, results), Path(settings["plot"]))
    _write_json(settings["json"], lambda: _risk_record(setting, results, settings))
    if not quiet and settings["json"] != "-":
        click.echo("\n".join(_risk_lines(setting, results, settings)))


@dataclass(frozen=True)
class _Setting:
    problem: Problem
    labels: LabelLaw
    shift: Shift
    weights: AttentionWeights
    target: Any

    def exact(self, length: int) -> float | None:
        """The exact error on prompts of this length, or None."""
        return exact_error(PromptLaw(self.problem, length, self.labels, self.shift), self.weights, self.target)

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


def _labels(settings: Mapping[str, Any]) -> LabelLaw:
    law, noise = settings["labels"], float(settings["noise_variance"])
    if law != "quadratic":
        for name in ("quadratic", "constant"):
            if settings[name] is not None:
                raise ValueError(f"{name} needs --labels quadratic, got {law}")
        if law == "linear":
            return LinearLabels(noise)
        return ReluLabels(noise) if law == "relu" else SignLabels(noise)
    if settings["quadratic"] is None:
        raise ValueError("quadratic labels <w,x> + x'Bx + c need --quadratic, the matrix B")
    return QuadraticLabels(floats(settings["quadratic"]), float(settings["constant"] or 0), noise)


def _shift(settings: Mapping[str, Any]) -> Shift:
    def read(name: str) -> FloatArray | None:
        return None if settings[name] is None else floats(settings[name])

    task, context, query = read("task"), read("context_covariance"), read("query_covariance")
    law = GaussianTask(read("task_covariance")) if task is None else FixedTask(task)
    return Shift(law, context, None if query is None else GaussianQuery(query))


def _weights(settings: Mapping[str, Any], problem: Problem) -> AttentionWeights:
    if settings["predictor"] is None:
        return AttentionWeights.limit(problem)
    A, d = floats(settings["predictor"]), problem.dimension
    if A.shape != (d, d):
        raise ValueError(f"predictor must be a {d} x {d} matrix, got {A.shape[0]} x {A.shape[1]}")
    return AttentionWeights.from_predictor(A)


def _progress(show: Callable[[int, int, str], None], length: int) -> Callable[[int, int], None]:
    return lambda done, total: show(done, total, f"prompts of length {length}")


def _curve(setting: _Setting, results: Sequence[_Result]) -> RiskCurve:
    lengths = [result.length for result in results]
    grid = np.unique(np.geomspace(max(1, min(lengths) / 4), 4 * max(lengths), 60).round().astype(int))
    values = [setting.exact(int(M)) for M in grid]
    known = [(int(M), value) for M, value in zip(grid, values, strict=True) if value is not None]
    problem = setting.problem
    return RiskCurve(
        lengths=lengths,
        means=[result.estimate.mean for result in results],
        errors=[result.estimate.exact_standard_error or result.estimate.standard_error for result in results],
        exact_lengths=[M for M, _ in known],
        exact=[value for _, value in known],
        limit=setting.limit(),
        target=setting.target,
        title=f"d = {problem.dimension}, N = {problem.context_length}; {setting.describe()}",
    )


def _risk_record(setting: _Setting, results: Sequence[_Result], settings: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "problem": _problem_record(setting.problem),
        "setting": setting.describe(),
        "target": setting.target,
        "method": settings["method"],
        "seed": settings["seed"],
        "limit": setting.limit(),
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


def _risk_lines(setting: _Setting, results: Sequence[_Result], settings: Mapping[str, Any]) -> list[str]:
    problem = setting.problem
    predictor = "the limit Gamma^-1" if settings["predictor"] is None else "the given predictor"
    lines = [
        f"d = {problem.dimension}, N = {problem.context_length}: {setting.describe()}; {predictor}",
        f"E(prediction - {'y_q' if setting.target == 'label' else '<w, x_q>'})^2, "
        f"{results[0].estimate.prompts:,} draws by method {settings['method']}, seed {settings['seed']}",
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
    limit = setting.limit()
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


def _problem_record(problem: Problem) -> dict[str, Any]:
    return {"covariance": problem.covariance.tolist(), "context_length": problem.context_length}


def _check_outputs(settings: Mapping[str, Any]) -> None:
    """Refuse files that could not be written before the work starts, not after it."""
    if settings["plot"] is not None:
        require_matplotlib()
        if Path(settings["plot"]).suffix.lower() not in _PICTURES:
            raise ValueError(f"plot must end in {', '.join(_PICTURES)}, got {settings['plot']}")
    for name in ("plot", "json"):
        folder = Path(settings[name] or ".").parent
        if settings[name] != "-" and not folder.is_dir():
            raise ValueError(f"{name}: there is no directory {folder}; make it first")


def _write_json(target: str | None, record: Callable[[], Mapping[str, Any]]) -> None:
    if target is None:
        return
    content = json.dumps(record(), indent=2) + "\n"
    if target == "-":
        click.echo(content, nl=False)
    else:
        write_atomically(Path(target), content)
