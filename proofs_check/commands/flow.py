"""The command `icl-theory flow`: one trajectory to the limit, with an enclosure if it is wanted."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any

import click
import numpy as np

from numerics import FlowEnclosure, FlowPath, Problem, enclose_flow, gradient_flow, local_rate, paper_rate
from numerics.enclosure import Verdict
from numerics.plots import plot_flow
from numerics.problem import FloatArray
from proofs_check.commands.errors import clear_errors
from proofs_check.commands.numerical import check_outputs, output_options, problem_options, problem_record, write_json
from proofs_check.commands.numerical_input import (
    Matrix,
    NumericalOptions,
    Setting,
    flag,
    floats,
    matrix,
    number,
    read_options,
)

_SHOWN = 8
"""Rows of a table of eigenvalues; of longer ones both ends are shown."""


@dataclass(frozen=True)
class FlowOptions(NumericalOptions):
    """The options of `flow`; times and distances are in the units of the flow."""

    sigma: Annotated[Fraction, Setting(number)] = Fraction(1, 10)
    theta: Annotated[Matrix | None, Setting(matrix)] = None
    until: Annotated[Fraction | None, Setting(number, instead_of="t-end")] = None
    t_end: Annotated[Fraction | None, Setting(number, instead_of="until")] = None
    tolerance: Annotated[Fraction, Setting(number)] = Fraction(1, 10**12)
    enclose: Annotated[bool, Setting(flag)] = False

    def stop(self, problem: Problem) -> tuple[float | None, float | None]:
        """(distance, time) at which to stop, one of them None; by default a distance of 1e-8 of the limit."""
        if self.t_end is not None:
            return None, float(self.t_end)
        if self.until is not None:
            return float(self.until), None
        return 1e-8 * float(np.linalg.norm(1 / problem.gamma)), None


@click.command()
@problem_options
@click.option("--sigma", metavar="NUMBER", help="Scale of the initialisation.  [default: 0.1]")
@click.option("--theta", metavar="MATRIX", help="Theta by rows, ||Theta Theta'||_F = 1.  [default: I/d^(1/4)]")
@click.option("--until", metavar="DISTANCE", help="Stop at this ||uU - Gamma^-1||_F.  [default: 1e-8 of its limit]")
@click.option("--t-end", metavar="TIME", help="Stop at this time instead.")
@click.option("--tolerance", metavar="NUMBER", help="Relative error of the balance law allowed.  [default: 1e-12]")
@click.option(
    "--enclose",
    is_flag=True,
    default=None,
    help="Enclose the flow rigorously; certify the paper's lemmas along it.",
)
@output_options
@clear_errors
def flow(config: Path | None, quiet: bool, **typed: object) -> None:
    """Integrate the gradient flow of one problem to its limit.

    \b
    icl-theory flow --spectrum 1,0.5,0.1 --context-length 50 --sigma 0.1 --plot flow.png --json -
    icl-theory flow --covariance '1,0.2;0.2,0.5' --context-length 20 --t-end 10 --enclose
    icl-theory flow --config flow.toml --sigma 0.01
    """
    options = read_options(FlowOptions, typed, config)
    check_outputs(options)
    run = _integrated(options)
    proof = _Proof.of(run, options) if options.enclose else None
    if options.plot is not None:
        plot_flow(run.path, Path(options.plot), None if proof is None else proof.box, run.rate)
    write_json(options.json, lambda: {**run.record(), **({} if proof is None else {"enclosure": proof.record()})})
    if not quiet and options.json != "-":
        click.echo("\n".join(run.lines() + ([] if proof is None else proof.lines())))


def _integrated(options: FlowOptions) -> _Flow:
    problem = options.problem()
    theta = None if options.theta is None else floats(options.theta)
    until, t_end = options.stop(problem)
    start = time.perf_counter()
    path = gradient_flow(
        problem, float(options.sigma), theta, until=until, t_end=t_end, tolerance=float(options.tolerance)
    )
    return _Flow(path, theta, until, time.perf_counter() - start)


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
            "problem": problem_record(problem),
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
    def of(cls, run: _Flow, options: FlowOptions) -> _Proof:
        """Enclose the path of a run, and certify everything that the paper says of it."""
        start = time.perf_counter()
        # A path that stops at a distance stops on the boundary of that ball; a little later it is inside for sure.
        end = float(run.path.t[-1]) * (1 if run.until is None else 1.001)
        if end == 0:
            raise ValueError("the flow starts within `until` of its limit, so there is nothing to enclose")
        theta = None if options.theta is None else np.array(options.theta, dtype=object)
        box = enclose_flow(run.path.problem, options.sigma, theta, t_end=end, eigenvalues=options.spectrum)
        certificates = {
            "balance (Lemma A.3)": box.certify_balance(),
            "u > 0 (Lemma A.4)": box.certify_positive(),
            "lower bound (Lemma A.5)": box.certify_lower_bound(),
            "decay (Lemma 5.4)": box.certify_decay(),
        }
        if run.until is not None:
            certificates["entry into the ball"] = box.certify_entry(run.until)
        return cls(box, certificates, time.perf_counter() - start)

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
