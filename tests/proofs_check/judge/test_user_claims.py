"""A user's own theory: modules that misbehave, the example outside the paper, and the pytest plugin."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from proofs_check.command_line import main
from proofs_check.judge.certificate import check_report
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.language import Language
from proofs_check.judge.loading import load_claims
from proofs_check.judge.run import verify
from theory.algebra.expression import scalar_letter

EXAMPLE = Path(__file__).parents[3] / "examples" / "preconditioned_gradient_descent_claims.py"
GOOD = """
from proofs_check import Claim, Language, Plan, Quantity, Statement, claim
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (matrix, vector)

A, x, Lambda = matrix("A"), vector("x"), matrix("Lambda", definite=True)

def mean(instance):
    # sum_ij A_ij E[x_i x_j]
    return [[(instance.arrays["A"] * instance.arrays["Lambda"]).sum()]], {}

def own(name, right, exact=mean):
    left = Quantity("E", derive=lambda: (expectation(x.T @ A @ x, {x: Gaussian(Lambda)}), ()), exact=exact)
    return Claim(name, "", "", left, Statement.of(right), Language({"A": A, "Lambda": Lambda}), Plan(("A", "Lambda")))

good = own("good", "tr(A Lambda)")
"""


def test_the_example_outside_the_paper_is_proved() -> None:
    """One step of preconditioned gradient descent, and Gamma for elliptical covariates."""
    claims, failures = load_claims(EXAMPLE)
    assert not failures
    report = verify(claims, prompts=0)
    assert len(report.results) == 3
    assert {result.status for result in report.results} == {"proved"}


def test_other_modules_run_when_one_is_broken(tmp_path: Path) -> None:
    """A syntax error is reported, the other file's claims are checked, and the exit code is 2."""
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text("def (")
    result = CliRunner().invoke(
        main, ["verify", "--module", str(tmp_path / "bad.py"), "--module", str(tmp_path / "good.py"), "--verbose"]
    )
    assert result.exit_code == 2
    assert "bad.py, line 1" in result.output
    assert "good" in result.output
    assert "proved" in result.output


@pytest.mark.parametrize(
    ("body", "reason"), [("while True: pass", "longer than 1 s"), ("return 1 / 0", "ZeroDivisionError")]
)
def test_a_claim_that_loops_or_raises_is_undecided_and_others_run(tmp_path: Path, body: str, reason: str) -> None:
    """The time limit and errors of a claim's own code end that claim only."""
    file = tmp_path / "own.py"
    file.write_text(GOOD + f"\ndef exact(instance):\n    {body}\n\nbad = own('bad', 'tr(A Lambda)', exact)\n")
    result = CliRunner().invoke(main, ["verify", "--module", str(file), "--time-limit", "1"])
    assert result.exit_code == 3
    assert reason in result.output
    assert "1 proved, 1 undecided" in result.output


def test_a_module_that_never_finishes_loading(tmp_path: Path) -> None:
    """An endless loop at the top level is stopped."""
    file = tmp_path / "loop.py"
    file.write_text("while True: pass")
    with pytest.raises(ClaimError, match="endless loop"):
        load_claims(file, seconds=0.3)


def test_the_plugin_collects_claims_as_tests(tmp_path: Path) -> None:
    """A true claim passes, a false one fails with its reason, a broken file is an error."""
    (tmp_path / "my_claims.py").write_text(GOOD + "\nfalse = own('false', '2 tr(A Lambda)')\n")
    root = str(EXAMPLE.parents[1])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "no:icl_theory",
        "-p",
        "proofs_check.pytest_plugin",
        "--rootdir",
        str(tmp_path),
        "-q",
        "-c",
        "/dev/null",
    ]
    found = subprocess.run(
        [*command, "my_claims.py"], cwd=tmp_path, env={"PYTHONPATH": root}, capture_output=True, text=True, check=False
    )
    assert "1 failed, 1 passed" in found.stdout
    assert "false is refuted" in found.stdout
    assert "Traceback" not in found.stdout


def test_the_counterexample_of_an_own_claim_is_reproduced_from_its_file(tmp_path: Path) -> None:
    """The script in the report finds the claim in the user's file and ends in its AssertionError."""
    file = tmp_path / "own.py"
    exact = "\ndef exact(instance):\n    return [[sum(map(sum, instance.values['A']))]], {}\n"
    file.write_text(GOOD + exact + "\nbad = own('bad', '2 tr(A Lambda)', exact)\n")
    result = CliRunner().invoke(main, ["verify", "bad", "--module", str(file), "--json", "-"])
    assert result.exit_code == 1
    (record,) = json.loads(result.stdout)["claims"]
    run = subprocess.run(
        [sys.executable, "-c", record["reproduction"]],
        cwd=EXAMPLE.parents[1],
        capture_output=True,
        text=True,
        check=False,
    )
    assert "AssertionError: bad fails at" in run.stderr


LENGTHS = """
from fractions import Fraction
from proofs_check import Claim, Language, Plan, Quantity, Statement, claim
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (indexed, length, matrix, sum_over, vector)

A, x, Lambda = matrix("A"), vector("x"), matrix("Lambda", definite=True)
LANGUAGE = Language({"A": A, "Lambda": Lambda}, lengths=("T", "heads"))

def derived():
    xi = indexed(x, "i")
    form = sum_over("i", "T", xi.T @ A @ xi)
    return expectation(length("heads") / length("T") * form**2, {x: Gaussian(Lambda)}), ()

def exact(instance):
    T, H = instance.lengths["T"], instance.lengths["heads"]
    L, a = instance.arrays["Lambda"], instance.arrays["A"]
    ax, sx = a @ L, a.T @ L
    trace = lambda m: sum(m[i, i] for i in range(len(m)))
    return [[Fraction(H, T) * (T * T * trace(ax) ** 2 + T * trace(ax @ ax) + T * trace(sx @ ax))]], {}

def own(name, right):
    left = Quantity("E", derive=derived, exact=exact)
    plan = Plan(("A", "Lambda"), {"d": 3, "T": 3, "heads": 4})
    return Claim(name, "", "", left, Statement.of(right), LANGUAGE, plan)

good = own("good", "heads (T tr(A Lambda)^2 + tr(A Lambda A Lambda) + tr(A' Lambda A Lambda))")
"""
WRONG_LENGTHS = {
    "one": "T (T tr(A Lambda)^2 + tr(A Lambda A Lambda) + tr(A' Lambda A Lambda))",
    "other": "heads (N tr(A Lambda)^2 + tr(A Lambda A Lambda) + tr(A' Lambda A Lambda))",
}


def test_claims_in_lengths_of_any_name(tmp_path: Path) -> None:
    """T and heads are lengths of a claim: mutants exchange them, and its report is checked at fresh values."""
    file = tmp_path / "lengths.py"
    wrong = "".join(f"\n{name} = own({name!r}, {right!r})" for name, right in WRONG_LENGTHS.items())
    file.write_text(LENGTHS + wrong)
    report = verify(load_claims(file)[0], prompts=0)
    assert {"good": "proved", "one": "refuted", "other": "refuted"} == {r.id: r.status for r in report.results}
    (good,) = (result for result in report.results if result.id == "good")
    assert {"heads -> T", "T -> heads"} <= {m.change for m in good.mutants if m.fate == "killed"}
    file.write_text(LENGTHS)
    claims, _ = load_claims(file)
    assert check_report(verify(claims, prompts=0).to_json(), claims).claims


def test_a_letter_and_a_length_of_one_name_are_refused() -> None:
    """A name means one thing."""
    with pytest.raises(ValueError, match="T is a letter and a length at once"):
        Language({"T": scalar_letter("T")}, upto={"i": "T"})


def test_titles_without_dollars_are_text(tmp_path: Path) -> None:
    """A title that looks like a formula and marks none is printed as it is; one that marks its formula is set."""
    path = tmp_path / "titled.py"
    path.write_text(
        GOOD.replace('Claim(name, "", ""', 'Claim(name, "tr(A Lambda)_2 costs 5 % & more", ""')
        + "from dataclasses import replace\n"
        + 'marked = replace(good, id="marked", title=r"the mean $x^\\top A x$")\n'
    )
    result = CliRunner().invoke(main, ["verify", "--module", str(path), "--list"])
    assert result.exit_code == 0, result.output
    assert "tr(A Lambda)_2 costs 5 % & more" in result.output
    assert "the mean x' A x" in result.output


@pytest.mark.parametrize(("title", "says"), [("costs $5", "a dollar sign is missing"), (r"$\evil$", r"\evil")])
def test_badly_marked_titles_are_refused(tmp_path: Path, title: str, says: str) -> None:
    """The error names the file, the line, the claim and the remedy."""
    path = tmp_path / "titled.py"
    path.write_text(GOOD.replace('Claim(name, ""', f"Claim(name, {title!r}"))
    result = CliRunner().invoke(main, ["verify", "--module", str(path)])
    assert result.exit_code == 2
    assert "titled.py, line" in result.output
    assert "claim good: " in result.output
    assert says in result.output
