"""True reports pass, and say what of them could not be re-verified."""

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import proofs_check.judge.certificate
from proofs_check import Claim
from proofs_check.commands.check import check
from proofs_check.judge.certificate import CertificateError, check_report, seal
from proofs_check.judge.loading import Modules
from proofs_check.judge.run import verify

MODULE = """
from proofs_check import Claim, Language, Plan, Quantity, Statement
from theory.algebra.expression import (matrix)

A, B = matrix("A"), matrix("B")

def own(name, right):
    left = Quantity.formula("tr(A B)")
    return Claim(name, "", "", left, Statement.of(right), Language({"A": A, "B": B}), Plan(("A", "B")))

good, wrong = own("good", "tr(B A)"), own("wrong", "tr(A) tr(B)")
"""


def test_a_true_report_is_valid(honest: str, claims: tuple[Claim, ...]) -> None:
    """Every claim is re-verified by each kind of evidence that it has, and what is left out is counted."""
    outcome = check_report(honest, claims)
    said = {item.id: str(item) for item in outcome.claims}
    assert list(said) == [claim.id for claim in claims]
    assert said["cyclic"].startswith("cyclic: proved; re-verified: symbolic (fresh points), exact (7 instances")
    assert said["enclosed"].startswith("enclosed: tested; re-verified: enclosure (6 instances")
    assert said["half"].startswith("half: supported; re-verified: numerical (4 instances")
    assert said["on-sand"].startswith("on-sand: undecided; ")
    assert "Monte Carlo (intervals, power); not re-checked: samples of 4 of 5 instances" in said["sampled"]
    left_out = sum("not re-checked" in line for line in said.values())
    own = sum("not re-checked" not in line and "by the claim's own code" in line for line in said.values())
    assert left_out
    assert own
    assert outcome.summary.startswith(
        f"{len(claims)} claims, {len(claims) - left_out - own} of them re-verified in full; {own} with left sides that "
        f"only their own code could compute again, no independent check; {left_out} with something not re-checked"
    )
    assert outcome.absent == ()


def test_a_partial_report_says_so(claims: tuple[Claim, ...]) -> None:
    """What a run was not asked for is counted."""
    some = [claim for claim in claims if claim.id in ("cyclic", "cited", "on-cited")]
    outcome = check_report(verify(some, prompts=0).to_json(), claims)
    assert len(outcome.claims) == 3
    assert len(outcome.absent) == len(claims) - 3
    assert f"the report says nothing about {len(claims) - 3} installed claims" in outcome.summary


def test_a_claim_without_evidence_in_time_is_valid(claims: tuple[Claim, ...]) -> None:
    """A claim whose code raised an error is undecided, says why, and is counted as not re-checked."""

    def fails(instance: Any) -> Any:
        raise ZeroDivisionError("by design")

    engine = next(claim for claim in claims if claim.id == "engine")
    broken = type(engine)(**{**vars(engine), "left": type(engine.left)("m", exact=fails)})
    outcome = check_report(verify([broken], prompts=0).to_json(), [broken])
    assert str(outcome.claims[0]) == "engine: undecided; re-verified: nothing; not re-checked: it has no evidence"


def test_a_kernel_theorem_is_compared_with_the_record(honest: str, claims: tuple[Claim, ...]) -> None:
    """What is recorded passes; the same words for another claim do not."""
    known = {"word": "recorded", "theorem": "ICL.trace"}
    record = json.loads(honest)
    entry = next(claim for claim in record["claims"] if claim["id"] == "cyclic")
    entry["kernel"] = known
    record["sha256"] = seal(record)
    outcome = check_report(json.dumps(record), claims, lambda name: known if name == "cyclic" else {})
    assert any("kernel record" in str(item) for item in outcome.claims)
    with pytest.raises(CertificateError, match="claim cyclic: kernel"):
        check_report(json.dumps(record), claims, lambda name: {**known, "word": "partial"})


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format": 2, "claims": 3}', "[" * 10**5, '{"format": NaN}'])
def test_text_that_is_no_report(text: str, claims: tuple[Claim, ...]) -> None:
    """Anything else is refused with a message."""
    with pytest.raises(CertificateError):
        check_report(text, claims)


INDEPENDENT = ("evaluator", "formulas", "matrices", "moments", "comparison", "power", "tightness")


@pytest.mark.parametrize("name", INDEPENDENT)
def test_the_evaluator_shares_nothing_with_the_engine(name: str) -> None:
    """Formulas are read and evaluated by this folder and python-flint alone."""
    folder = Path(proofs_check.judge.certificate.__file__).parent
    imports = list(ast.walk(ast.parse((folder / f"{name}.py").read_text())))
    names = {alias.name for node in imports if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in imports if isinstance(node, ast.ImportFrom) and node.module}
    ours = {full for full in names if full.split(".")[0] in ("theory", "numerics", "proofs_check", "sympy")}
    assert all(full.startswith("proofs_check.judge.certificate") for full in ours)


def test_a_report_of_a_module_on_the_command_line(tmp_path: Path) -> None:
    """Exit code 0 with the module, 1 without it and for a report that was changed."""
    module, file = tmp_path / "own.py", tmp_path / "report.json"
    module.write_text(MODULE)
    claims, _ = Modules((str(module),)).load()
    file.write_text(verify(claims, prompts=0).to_json())
    valid = CliRunner().invoke(check, [str(file), "--module", str(module)])
    assert (valid.exit_code, valid.exception) == (0, None)
    assert "good: proved" in valid.output
    assert "is valid: 2 claims, 2 of them re-verified in full." in valid.output
    without = CliRunner().invoke(check, [str(file)])
    assert without.exit_code == 1
    assert "claim good: no installed claim has this id" in without.output
    file.write_text(file.read_text().replace('"refuted"', '"tested"'))
    assert CliRunner().invoke(check, [str(file), "--module", str(module)]).exit_code == 1
    assert CliRunner().invoke(check, [str(tmp_path / "none.json")]).exit_code == 2
