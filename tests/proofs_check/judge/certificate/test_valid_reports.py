"""Certificates: true reports pass, and no field of a report can be changed unnoticed."""

import ast
import copy
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

import proofs_check.judge.certificate
from proofs_check import catalogue, verify
from proofs_check.command_line import main
from proofs_check.judge.certificate import CertificateError, check_report, seal

EXACT = ("prediction", "lem-5.1", "thm-4.2-covariance")
# One of each kind: samples, an inequality, a finding, numbers, and balls.
IDS = (*EXACT, "thm-4.2-linear", "trace-product", "F2", "cor-A.2-square", "B3-logistic")


@pytest.fixture(scope="module")
def record() -> dict[str, Any]:
    known = {claim.id: claim for claim in catalogue()}
    kept = [replace(known[name], rests_on=tuple(set(known[name].rests_on) & set(IDS))) for name in IDS]
    report = verify(kept, prompts=3000)
    loaded: dict[str, Any] = json.loads(report.to_json())
    return loaded


def _resealed(record: dict[str, Any]) -> str:
    record["sha256"] = seal(record)
    return json.dumps(record)


def test_a_true_report_is_valid(record: dict[str, Any]) -> None:
    """Each claim is re-verified by exact instances and fresh points."""
    lines = check_report(json.dumps(record))
    assert len(lines) == len(IDS)
    assert all("exact instances" in line and "fresh points" in line for line in lines[: len(EXACT)])
    assert "power of Monte Carlo" in lines[IDS.index("thm-4.2-linear")]
    assert "exact instances" in lines[IDS.index("trace-product")]
    assert "exact instances" in lines[IDS.index("F2")]


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _leaves(item, (*path, key))
    elif isinstance(value, list) and value:
        for i, item in enumerate(value):
            yield from _leaves(item, (*path, i))
    else:
        yield path


def _changed(record: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    tampered = copy.deepcopy(record)
    holder = tampered
    for key in path[:-1]:
        holder = holder[key]
    old = holder[path[-1]]
    holder[path[-1]] = (
        (not old) if isinstance(old, bool) else "tampered" if not isinstance(old, int | float) else old + 1
    )
    return tampered


def test_every_single_field_is_sealed(record: dict[str, Any]) -> None:
    """Changing any leaf but a timing breaks the checksum."""
    paths = [path for path in _leaves(record) if path[-1] != "seconds"]
    # One leaf of each kind of place: numbers of instances and mutants are abbreviated.
    kinds = {tuple("#" if isinstance(key, int) else key for key in path): path for path in paths}
    fields = {key for kind in kinds for key in kind}
    assert fields >= {"least_detected", "factor", "term", "term_factor", "accepted", "accuracy", "tightness", "reason"}
    assert fields >= {"finding", "corrected_by", "reproduction", "tightest", "counterexample", "versions", "seed"}
    assert len(kinds) > 200
    for path in kinds.values():
        with pytest.raises(CertificateError):
            check_report(json.dumps(_changed(record, path)))


WRONG = [
    (("claims", 0, "right"), "tr(Lambda)"),
    (("claims", 2, "right"), "(w' Lambda w) Lambda + 2 Lambda w w' Lambda"),
    (("claims", 0, "status"), "certified"),
    (("claims", 1, "fully_proved"), False),
    (("claims", 1, "rests_on"), ["lem-5.1"]),
    (("claims", 1, "rests_on"), ["nothing"]),
    (("claims", 1, "id"), "prediction"),
    (("claims", 2, "mutants", 0, "fate"), "survived"),
    (("claims", 2, "evidence", 0, "outcome"), "refuted"),
    (("claims", 2, "evidence", 0, "data", "derived"), "Lambda w w' Lambda"),
    (("claims", 2, "evidence", 1, "data", "instances"), []),
    (("claims", 2, "evidence", 1, "data", "instances", 0, "left"), [["1", "0"], ["0", "1"]]),
    (("claims", 2, "evidence"), []),
    (("claims", 2, "right"), "(w' Lambda w^ Lambda"),
    (("claims", 2, "evidence", 1, "data", "instances", 0, "values", "w"), "many"),
    (("claims", 2, "evidence", 0, "kind"), "hearsay"),
    (("claims", 2, "evidence", 0, "least_detected"), {"factor": 0.1, "term": 0, "term_factor": None}),
    (("claims", 2, "status"), "undecided"),
    (("claims", 3, "evidence", 2, "least_detected"), None),
    (("claims", 3, "evidence", 2, "least_detected", "factor"), 1e-3),
    (("claims", 3, "evidence", 2, "data", "instances", 0, "accepted"), [-1.0, 100.0]),
    (("claims", 3, "evidence", 2, "data", "instances", 0, "accepted"), [1.0, 1.0]),
    (("claims", 3, "evidence", 2, "data", "instances", 0, "mean"), 1e9),
    (("claims", 3, "evidence", 2, "data", "instances", 0, "squared_deviations"), 0.0),
    (("claims", 3, "evidence", 2, "data", "instances", 0, "variance_bound"), 1e-3),
    (("claims", 3, "evidence", 2, "data", "instances", 0, "prompts"), 10),
    (("alpha",), 0.5),
    (("claims", 4, "right"), "d^2 kappa/2"),
    (("claims", 4, "relation"), ">="),
    (("claims", 5, "status"), "certified"),
    (("claims", 5, "evidence", 0, "outcome"), "holds"),
    (("claims", 5, "evidence", 0, "data", "instances", 0, "left"), "no number"),
    (("claims", 6, "evidence", 0, "outcome"), "undecided"),
    (("claims", 7, "status"), "proved"),
]


@pytest.mark.parametrize(("path", "value"), WRONG)
def test_a_forged_checksum_does_not_help(record: dict[str, Any], path: tuple[Any, ...], value: Any) -> None:
    """With the checksum made to fit, the claims themselves no longer do."""
    forged = copy.deepcopy(record)
    holder = forged
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = value
    with pytest.raises(CertificateError):
        check_report(_resealed(forged))


@pytest.mark.parametrize("text", ["", "{}", "[]", "null", '{"format": 1, "claims": 3, "sha256": ""}', '{"format": 2}'])
def test_text_that_is_no_report(text: str) -> None:
    """Anything else is refused with a message."""
    with pytest.raises(CertificateError):
        check_report(text)


def test_the_checker_imports_nothing_of_this_project() -> None:
    """The code that made a report has no part in checking it."""
    tree = ast.parse(Path(proofs_check.judge.certificate.__file__).read_text())
    names = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    names |= {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
    assert not {name.split(".")[0] for name in names} & {"theory", "numerics", "proofs_check", "sympy", "numpy"}


def test_check_on_the_command_line(record: dict[str, Any], tmp_path: Path) -> None:
    """Exit code 0 for a valid report, 1 for a changed one, 2 for one that is not there."""
    file = tmp_path / "report.json"
    file.write_text(json.dumps(record))
    assert CliRunner().invoke(main, ["check", str(file)]).exit_code == 0
    file.write_text(json.dumps(record).replace('"proved"', '"certified"', 1))
    changed = CliRunner().invoke(main, ["check", str(file)])
    assert changed.exit_code == 1
    assert "changed after it was written" in changed.output
    assert CliRunner().invoke(main, ["check", str(tmp_path / "none.json")]).exit_code == 2
