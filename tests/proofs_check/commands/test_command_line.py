"""The command `icl-theory`, as a user meets it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from proofs_check.command_line import main
from theory import DERIVATIONS

OWN = """
from fractions import Fraction
from proofs_check import Claim, Language, Plan, Quantity, Statement, claim
from theory.algebra.expression import (matrix, vector)

A, x, Lambda = matrix("A"), vector("x"), matrix("Lambda", definite=True)

@claim
def second_moment():
    language = Language({{"A": A, "Lambda": Lambda, "x": x}}, {{"x": Lambda}})
    return Claim("own", "E x'Ax", "", Quantity.formula("E[x' A x]"), Statement.of("{right}"), language,
                 Plan(("A", "Lambda")))
"""


def run(*arguments: str) -> Result:
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("name", sorted(DERIVATIONS))
def test_derive_prints_every_derivation(name: str) -> None:
    """Text, LaTeX and JSON of each derivation, with steps and without, are those of the one renderer."""
    derivation = DERIVATIONS[name]()
    for steps in (("--steps",), ()):
        assert run("derive", name, *steps).output == derivation.text(with_steps=bool(steps)) + "\n"
        assert run("derive", name, "--latex", *steps).output == derivation.latex(with_steps=bool(steps)) + "\n"
    record = json.loads(run("derive", name, "--json", "--steps").output)
    assert [step["cited"] for step in record["steps"]] == [step.cited for step in derivation.steps]
    assert record["results"]
    assert record["document"] == json.loads(json.dumps(derivation.document().record()))


def test_derive_lists() -> None:
    """--list names all derivations."""
    output = run("derive", "--list").output
    assert all(name in output for name in DERIVATIONS)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("derive", "nothing"), "no derivation 'nothing'"),
        (("derive",), "name a derivation"),
        (("derive", "model", "--latex", "--json"), "exclude"),
        (("verify", "nothing"), "no claim 'nothing'"),
        (("verify", "--alpha", "2"), "alpha must lie"),
        (("verify", "--seed", "-1"), "seed"),
        (("verify", "--jobs", "0"), "jobs"),
        (("verify", "--module", "/nowhere/claims.py"), "no file"),
        (("verify", "thm-4.2-covariance", "--budget", "0", "--json", "/nowhere/report.json"), "No such file"),
        (("verify", "--jobs", "2", "--scheduler", "tcp://127.0.0.1:1"), "scheduler"),
        (("expect", "E[x' A x"), "column 9"),
        (("expect", "E[y]"), "unknown name 'y'"),
        (("expect", "E[x]", "--gaussian", "x"), "NAME:VALUE"),
        (("expect", ""), "empty"),
    ],
)
def test_bad_input_gets_a_message_and_exit_code_2(arguments: tuple[str, ...], message: str) -> None:
    """No traceback reaches a user."""
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_verify_exit_codes_and_json(tmp_path: Path) -> None:
    """0 for claims that hold, 1 for a refuted one; JSON on standard output is nothing but JSON."""
    good, bad = tmp_path / "good.py", tmp_path / "bad.py"
    good.write_text(OWN.format(right="tr(A Lambda)"))
    bad.write_text(OWN.format(right="tr(A Lambda)/2"))
    result = run("verify", "--module", str(good), "--json", "-")
    assert result.exit_code == 0
    assert json.loads(result.output)["claims"][0]["status"] == "proved"
    refuted = run("verify", "--module", str(bad))
    assert refuted.exit_code == 1
    assert "own is refuted" in refuted.output
    assert run("verify", "--module", str(good), "--quiet").output == ""


def test_verify_takes_ancestors_along() -> None:
    """A claim is checked together with what it rests on."""
    result = run("verify", "lem-5.1", "--budget", "0")
    assert result.exit_code == 0
    assert "prediction" in result.output


def test_output_has_no_colour_when_piped() -> None:
    """Escape codes are for terminals only."""
    assert "\x1b" not in run("verify", "thm-4.2-covariance", "--budget", "0").output


def test_expect_on_the_command_line() -> None:
    """The engine on a formula."""
    result = run("expect", "E[(x' A x)(x' B x)]", "--gaussian", "x:Lambda")
    assert result.output.strip() == "tr(A Lambda) tr(B Lambda) + tr(A Lambda B Lambda) + tr(A Lambda B' Lambda)"
    assert run("expect", "E[sum_i(x_i)]", "--gaussian", "x:I", "--upto", "i:n", "--latex").output.strip() == "0"
