"""The commands `flow` and `risk`, as a user meets them."""

from __future__ import annotations

import builtins
import json
import math
import sys
from dataclasses import fields
from pathlib import Path

import click
import numpy as np
import pytest
from click.testing import CliRunner, Result

from numerics import FixedTask, Problem, ReluLabels, Shift, gradient_flow, simulate_error
from proofs_check.commands.flow import FlowOptions, flow
from proofs_check.commands.numerical_input import read_options
from proofs_check.commands.risk import RiskOptions, risk

EXAMPLES = Path(__file__).parents[3] / "examples"
FLOW = ("--spectrum", "1,0.5,0.1", "--context-length", "50", "--sigma", "0.1")
RISK = ("--spectrum", "1,0.5", "--context-length", "50", "--prompts", "2000")


def run(command: click.Command, *arguments: str) -> Result:
    return CliRunner().invoke(command, arguments)


def record(command: click.Command, *arguments: str) -> dict[str, object]:
    """The JSON on standard output, which is nothing but JSON."""
    result = run(command, *arguments, "--json", "-")
    assert result.exit_code == 0, result.output
    content: dict[str, object] = json.loads(result.output)
    return content


def test_flow_of_the_issue(tmp_path: Path) -> None:
    """The command line of the issue draws a picture and prints the trajectory, which is that of gradient_flow."""
    pytest.importorskip("matplotlib")
    content = record(flow, *FLOW, "--plot", str(tmp_path / "flow.png"))
    assert (tmp_path / "flow.png").read_bytes().startswith(b"\x89PNG")
    problem = Problem.from_spectrum([1, 0.5, 0.1], context_length=50)
    path = gradient_flow(problem, 0.1, until=1e-8 * float(np.linalg.norm(1 / problem.gamma)))
    assert content["u"] == path.u.tolist()
    assert content["distance"] == path.distance.tolist()
    assert content["converged"] is True
    assert np.array(content["U_end"]) == pytest.approx(path.U[-1], rel=1e-12)


def test_flow_summary() -> None:
    """The summary shows start, end and limit; colours and progress stay out of a pipe."""
    output = run(flow, *FLOW).output
    assert "d = 3, N = 50, sigma = 0.1" in output
    assert "2.78315" in output
    assert "holds" in output
    assert "\x1b" not in output
    assert run(flow, *FLOW, "--quiet").output == ""
    assert "fails" in run(flow, *FLOW, "--sigma", "3", "--t-end", "1").output


def test_enclosure_and_certificates() -> None:
    """--enclose proves a radius and certifies the lemmas, entry into the ball among them; decimals are exact."""
    arguments = ("--covariance", "1,0.3;0.3,0.5", "--context-length", "20", "--until", "0.05", "--enclose")
    proof = record(flow, *arguments)["enclosure"]
    assert isinstance(proof, dict)
    assert proof["radius"] < 1e-14
    assert [verdict["status"] for verdict in proof["certificates"].values()] == ["certified"] * 5
    assert len(proof["u_lower"]) == len(proof["t"])
    shown = run(flow, *arguments).output
    assert "Enclosed with proof" in shown
    assert shown.count(" certified ") == 5


def test_exact_decimals_reach_the_enclosure() -> None:
    """sigma = 0.1 means one tenth, not the double beside it: the first box is centred on 1/10."""
    proof = record(flow, "--spectrum", "1", "--context-length", "3", "--sigma", "0.1", "--t-end", "0.5", "--enclose")
    box = proof["enclosure"]
    assert isinstance(box, dict)
    assert box["u_lower"][0] < 0.1 < box["u_upper"][0]
    assert box["u_upper"][0] - box["u_lower"][0] < 1e-15


def test_options_go_before_the_file(tmp_path: Path) -> None:
    """A spectrum typed replaces the covariance of the file; the rest of the file stays."""
    config = tmp_path / "flow.toml"
    config.write_text("covariance = [[1, 0.2], [0.2, 0.5]]\ncontext_length = 7\nsigma = 0.25\nt-end = 1\n")
    content = record(flow, "--config", str(config))
    assert content["problem"] == {"covariance": [[1.0, 0.2], [0.2, 0.5]], "context_length": 7}
    content = record(flow, "--config", str(config), "--spectrum", "2,1", "--until", "0.1")
    assert content["problem"] == {"covariance": [[2.0, 0.0], [0.0, 1.0]], "context_length": 7}
    assert content["sigma"] == 0.25
    assert content["distance"][-1] == pytest.approx(0.1)  # type: ignore[index]


@pytest.mark.parametrize(("command", "name"), [(flow, "flow.toml"), (risk, "risk.toml")])
def test_examples_run(command: click.Command, name: str) -> None:
    """The example files are valid and give results."""
    extra = ("--prompts", "500") if command is risk else ()
    result = run(command, "--config", str(EXAMPLES / name), *extra)
    assert result.exit_code == 0, result.output


def test_risk_is_simulate_error(tmp_path: Path) -> None:
    """One error a length, with the numbers of the library, and a picture."""
    pytest.importorskip("matplotlib")
    picture = tmp_path / "risk.svg"
    options = (*RISK, "--prompt-length", "5,20", "--labels", "relu", "--task", "1,-2", "--noise-variance", "0.1")
    content = record(risk, *options, "--seed", "3", "--plot", str(picture))
    problem = Problem.from_spectrum([1, 0.5], context_length=50)
    for M, error in zip((5, 20), content["errors"], strict=True):  # type: ignore[call-overload]
        estimate = simulate_error(
            problem,
            prompt_length=M,
            labels=ReluLabels(0.1),
            shift=Shift(FixedTask(np.array([1.0, -2.0]))),
            prompts=2000,
            seed=3,
        )
        assert (error["mean"], error["exact"]) == (estimate.mean, estimate.exact)
    assert "<svg" in picture.read_text()


def test_risk_limit_and_interval() -> None:
    """The limit of long prompts is the constant of the formula; the interval holds the exact error."""
    content = record(risk, *RISK, "--prompt-length", "10", "--noise-variance", "0.2")
    gamma = 1.02 * np.array([1, 0.5]) + 1.5 / 50
    spectrum = np.array([1, 0.5])
    assert content["limit"] == pytest.approx(float(np.sum(spectrum * (spectrum / gamma - 1) ** 2)) + 0.2, rel=1e-6)
    (error,) = content["errors"]  # type: ignore[misc]
    assert error["interval"][0] < error["exact"] < error["interval"][1]  # type: ignore[has-type]
    shown = run(risk, *RISK, "--prompt-length", "10").output
    assert "at every stopping time" in shown
    assert "inf" in shown


def test_risk_under_every_shift_by_both_methods() -> None:
    """Shifts, a task covariance and a predictor arrive where they should: both methods agree with the formula."""
    options = (
        *("--spectrum", "1,0.5", "--context-length", "5", "--prompt-length", "4", "--noise-variance", "0.1"),
        *("--context-covariance", "1,0.5;0.5,1", "--query-covariance", "0.3,0;0,2", "--target", "linear"),
        *("--task-covariance", "1,0.2;0.2,0.4", "--predictor", "0.5,0.1;0,0.7", "--prompts", "40000"),
    )
    for method in ("raw", "wishart"):
        (error,) = record(risk, *options, "--method", method)["errors"]  # type: ignore[misc]
        assert abs(error["mean"] - error["exact"]) < 5 * error["exact_standard_error"]  # type: ignore[has-type]


def test_risk_resumes(tmp_path: Path) -> None:
    """A second run takes the finished work from the directory; another run's directory is refused."""
    options = (*RISK, "--prompt-length", "5", "--resume", str(tmp_path / "run"))
    first = record(risk, *options)
    stored = tmp_path / "run" / "M-5" / "checkpoint.json"
    stamp = stored.stat().st_mtime_ns
    assert record(risk, *options) == first
    assert stored.stat().st_mtime_ns == stamp
    refused = run(risk, *options, "--seed", "9")
    assert refused.exit_code == 2
    assert "belongs to another run" in refused.output


def test_no_formula_is_said() -> None:
    """Where the theory has no value the table says so and the JSON has null."""
    options = (*RISK, "--prompt-length", "5", "--labels", "sign")
    assert "no formula" in run(risk, *options).output
    content = record(risk, *options)
    assert content["limit"] is None
    assert content["errors"][0]["exact"] is None  # type: ignore[index]


BAD = [
    (flow, (), "give --spectrum"),
    (flow, ("--spectrum", "1"), "give --context-length"),
    (flow, ("--spectrum", "1,a", *FLOW[2:]), "an entry of --spectrum must be a number"),
    (flow, ("--spectrum", "1,-1", *FLOW[2:]), "positive"),
    (flow, ("--spectrum", "1", "--context-length", "2.5"), "whole number"),
    (flow, ("--spectrum", "1", "--covariance", "1", *FLOW[2:]), "exclude each other"),
    (flow, (*FLOW, "--t-end", "1", "--until", "1"), "exclude each other"),
    (flow, ("--covariance", "1,2;3", *FLOW[2:]), "rows of one length"),
    (flow, ("--covariance", "1,2;2,1", *FLOW[2:]), "positive definite"),
    (flow, (*FLOW, "--sigma", "nan"), "must be finite"),
    (flow, (*FLOW, "--sigma", "1e999999999"), "must be finite"),
    (flow, (*FLOW, "--sigma", "-1"), "sigma must be positive"),
    (flow, (*FLOW, "--theta", "1;1;1"), "divide theta by"),
    (flow, (*FLOW, "--tolerance", "1"), "tolerance must lie"),
    (flow, (*FLOW, "--config", "/nowhere.toml"), "No such file"),
    (flow, (*FLOW, "--json", "/nowhere/flow.json"), "no directory /nowhere"),
    (flow, (*FLOW, "--plot", "flow.xyz"), "must end in .png"),
    (flow, ("--covariance", "1,0,0;0,1,0.5;0,0.5,1.5;", *FLOW[2:], "--enclose"), "must be a number"),
    (risk, RISK, "give --prompt-length"),
    (risk, (*RISK, "--prompt-length", "0"), "at least 1"),
    (risk, (*RISK, "--prompt-length", "3", "--labels", "cubic"), "linear, quadratic, relu, sign"),
    (risk, (*RISK, "--prompt-length", "3", "--labels", "quadratic"), "need --quadratic"),
    (risk, (*RISK, "--prompt-length", "3", "--quadratic", "1"), "needs --labels quadratic"),
    (risk, (*RISK, "--prompt-length", "3", "--labels", "relu", "--method", "wishart"), "use method 'raw'"),
    (risk, (*RISK, "--prompt-length", "3", "--task", "1"), "dimension"),
    (risk, (*RISK, "--prompt-length", "3", "--predictor", "1"), "predictor must be a 2 x 2"),
    (risk, (*RISK, "--prompt-length", "3", "--seed", "-1"), "at least 0"),
    (risk, (*RISK, "--prompt-length", "3", "--jobs", "2", "--scheduler", "tcp://x"), "exclude each other"),
    (risk, (*RISK, "--prompt-length", "3", "--noise-variance", "-1"), "must not be negative"),
]


@pytest.mark.parametrize(("command", "arguments", "message"), BAD)
def test_bad_input_gets_a_message_and_exit_code_2(
    command: click.Command, arguments: tuple[str, ...], message: str
) -> None:
    """No traceback reaches a user."""
    result = run(command, *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("spectrum = [1", "not valid TOML"),
        ("spectrums = [1]", "did you mean 'spectrum'?"),
        ("spectrum = 1", "separated by commas"),
        ("spectrum = [true]", "must be a number"),
        ("spectrum = [inf]", "must be finite"),
        ("spectrum = [1]\ncovariance = [[1]]", "exclude each other"),
        ("spectrum = [1]\ncontext-length = '3; import os'", "must be a number"),
        ("spectrum = [1]\ncontext-length = 3\nenclose = 1", "true or false"),
        ("spectrum = [1]\ncontext-length = 3\nplot = 5", "must be text"),
    ],
)
def test_bad_files(tmp_path: Path, content: str, message: str) -> None:
    """Errors in a file name the file and the setting."""
    config = tmp_path / "bad.toml"
    config.write_text(content)
    result = run(flow, "--config", str(config))
    assert result.exit_code == 2
    assert message in result.output
    assert "bad.toml" in result.output


def test_repeated_eigenvalues_off_the_diagonal() -> None:
    """An enclosure that cannot be proved is refused with its reason and remedy."""
    ones = "1.5,0.5,0.5;0.5,1.5,0.5;0.5,0.5,1.5"
    result = run(flow, "--covariance", ones, "--context-length", "5", "--t-end", "1", "--enclose")
    assert result.exit_code == 2
    assert "could not be proved to be distinct" in result.output


def test_missing_matplotlib(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without matplotlib a plot is refused before any work, with the command that installs it."""
    real = builtins.__import__

    def no_matplotlib(name: str, *arguments: object, **keywords: object) -> object:
        if name.startswith("matplotlib"):
            raise ImportError(name)
        return real(name, *arguments, **keywords)  # type: ignore[arg-type]

    for name in [name for name in sys.modules if name.startswith("matplotlib")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(builtins, "__import__", no_matplotlib)
    for command, arguments in ((flow, FLOW), (risk, (*RISK, "--prompt-length", "3"))):
        result = run(command, *arguments, "--plot", str(tmp_path / "x.png"))
        assert result.exit_code == 2
        assert "pip install 'icl-theory[plots]'" in result.output


def test_limits_of_number_parsing() -> None:
    """A tiny number stays exact and a zero is a zero."""
    content = record(flow, *FLOW, "--sigma", "1e-100", "--t-end", "1e-3")
    assert math.isclose(content["sigma"], 1e-100)  # type: ignore[arg-type]
    assert run(flow, *FLOW, "--sigma", "0").exit_code == 2


@pytest.mark.parametrize(("command", "options"), [(flow, FlowOptions), (risk, RiskOptions)])
def test_every_option_has_its_field(command: click.Command, options: type) -> None:
    """What the command line takes and what a file may set are the same names; all have a default."""
    typed = {parameter.name for parameter in command.params} - {"config", "quiet"}
    assert {field.name for field in fields(options)} == typed
    assert options() == read_options(options, {}, None)


def test_a_given_theta_is_enclosed_exactly() -> None:
    """A Theta of the user's own goes into the proof as the fractions that were typed."""
    theta = ("--theta", "0.8,0.6;-0.6,0.8", "--covariance", "1,0.3;0.3,0.5", "--context-length", "20")
    refused = run(flow, *theta, "--t-end", "0.5", "--enclose")
    assert refused.exit_code == 2
    assert "divide theta by" in refused.output
    proof = record(flow, "--theta", "0,0;0.6,0.8", *theta[2:], "--t-end", "0.5", "--enclose")["enclosure"]
    assert isinstance(proof, dict)
    assert proof["certificates"]["balance (Lemma A.3)"]["status"] == "certified"
