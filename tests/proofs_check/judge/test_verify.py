"""The verify run: statuses are computed, wrong theorems are refuted, runs are reproducible."""

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from numerics.executor import ProcessExecutor
from proofs_check import Claim, ClaimError, Language, Plan, Quantity, Statement, catalogue, verify
from proofs_check.judge.check import check_claim
from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.instances import Instance
from proofs_check.judge.loading import load_claims
from proofs_check.judge.run import Run, run_budget
from proofs_check.papers.zhang2024 import appendix_a, beyond, section_3, section_4_1, section_5
from proofs_check.verification import Catalogue
from tests.proofs_check.judge.reports import equal_up_to_time
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import matrix, vector

BUDGET = run_budget(1, 0, 1e-6, 2000)
CLAIMS = {claim.id: claim for claim in catalogue()}

# Each is false, and close to the claim's statement: true only in the case that is named.
WRONG = [
    ("lem-5.2-U", "u Lambda^2 - u^2 Lambda Gamma U Lambda'", None, True),
    ("lem-5.2-U", "u Lambda^2 - u^2 Gamma Lambda Lambda U", "U commutes with Lambda", False),
    ("lem-5.2-U", "u Lambda^2 - u^2 Gamma Lambda U' Lambda", "symmetric U", False),
    ("lem-5.2-u", "tr(Lambda^2 U) - u tr(Gamma Lambda U Lambda U)", "symmetric U", False),
    ("lem-A.1", "1/2 u^2 tr(Gamma Lambda^2 U U') - u tr(Lambda^2 U)", "isotropic Lambda", False),
    ("lem-5.3", "N/(N + 1 + d) Lambda^-1", "isotropic Lambda", False),
    ("cor-A.2-floor", "-1/2 N/(N + 1 + d) tr(Lambda)", "isotropic Lambda", False),
    ("lem-5.3", "((1 + 2/N) Lambda)^-1", "d = 1", False),
    ("cor-A.2-floor", "-1/2 tr(Lambda - Lambda/N) + 1/2 d tr(Lambda)/N", "first order in 1/N", False),
]


@pytest.mark.parametrize(("name", "right", "case", "is_true"), WRONG)
def test_statements_true_in_special_cases_only_are_refuted(
    name: str, right: str, case: str | None, is_true: bool
) -> None:
    """A theorem that holds only for a special case meets an instance outside it."""
    claim = CLAIMS[name]
    statement = replace(Statement.of(right), where=claim.statement.where, abbreviations=claim.statement.abbreviations)
    result = check_claim(replace(claim, statement=statement), BUDGET)
    assert (result.status == "proved") == is_true
    if not is_true:
        assert result.status == "refuted"
        assert result.counterexample
        assert case is not None


@pytest.mark.parametrize(
    "wrong", ["(1 + 1/M) Lambda + tr(Lambda)/M I", "(1 + 1/N) Lambda + tr(Lambda)/N Lambda", "Lambda + tr(Lambda)/N I"]
)
def test_a_wrong_gamma_is_refuted_even_though_it_is_opaque_in_the_statement(wrong: str) -> None:
    """An abbreviation with another value never passes for the derivation's own letter of the same name."""
    for name in ("lem-5.2-U", "cor-A.2-floor", "thm-4.2-linear", "eq-4.3"):
        claim = CLAIMS[name]
        where = dict(claim.statement.abbreviations) | {"Gamma": wrong}
        statement = Statement.of(claim.statement.text, where)
        assert check_claim(replace(claim, statement=statement), BUDGET).status == "refuted"


# The other claims are tested beside this one, group by group.
MAIN_LINE = (
    *section_3.STATEMENTS,
    *section_4_1.ERROR,
    *section_5.FORM,
    *section_5.GRADIENTS,
    *section_5.DYNAMICS,
    *appendix_a.STATEMENTS[:4],
    *beyond.laws.NOISE,
    beyond.laws.LABELS[0],
)


@pytest.mark.parametrize("name", [claim.id for claim in MAIN_LINE])
def test_every_claim_of_the_paper_comes_out_as_expected_and_no_mutant_survives(name: str) -> None:
    """Claims hold and findings are refuted, at a seed that `make verify` does not use."""
    result = check_claim(CLAIMS[name], replace(BUDGET, seed=20, instances=8))
    assert result.as_expected
    assert result.evidence
    if CLAIMS[name].left.derive is not None and result.relation == "=" and not CLAIMS[name].statement.from_derivation:
        # What is derived is proved, and never on the derivation's word alone.
        assert result.status != "tested" or "the right side is taken from the derivation" in result.reason
        assert len(result.evidence) >= 2
    assert result.count("survived") == 0


def _second_moment(instance: Instance) -> tuple[Any, dict[str, Any]]:
    """E x'Ax in coordinates."""
    space = Coordinates({("x", 0): instance.arrays["Lambda"]})
    at = space.vectors["x", 0]
    return [[space.mean((at.T @ space.constant(instance.arrays["A"]) @ at)[0, 0])]], {}


def _own_claim(right: str, exact: Any = _second_moment) -> Claim:
    A, x, Lambda = matrix("A"), vector("x"), matrix("Lambda", definite=True)
    left = Quantity("E", derive=lambda: (expectation(x.T @ A @ x, {x: Gaussian(Lambda)}), ()), exact=exact)
    plan = Plan(("A", "Lambda"), {"d": 3})
    return Claim("own", "", "", left, Statement.of(right), Language({"A": A, "Lambda": Lambda}), plan)


def test_a_derivation_proves_with_independent_evidence_only() -> None:
    """The engine's word alone leaves a claim undecided; with exact evidence it is proved."""
    result = verify([_own_claim("tr(A Lambda)")], prompts=0).results[0]
    assert (result.status, result.count("survived")) == ("proved", 0)
    alone = verify([_own_claim("tr(A Lambda)", None)], prompts=0).results[0]
    assert alone.status == "undecided"
    assert "shares no code" in alone.reason


def test_cited_facts_and_weaker_ancestors_make_a_proof_conditional() -> None:
    """The row says on what it rests."""
    cited = replace(_own_claim("tr(A Lambda)"), cited=("a fact",))
    assert verify([cited], prompts=0).results[0].status == "conditional"
    tested = replace(_own_claim("tr(A Lambda)"), id="tested", left=Quantity("E", exact=_second_moment))
    report = verify([tested, replace(_own_claim("tr(A Lambda)"), rests_on=("tested",))], prompts=0)
    assert report["tested"].status == "tested"
    assert (report["own"].status, report["own"].reason) == ("conditional", "given: tested (tested)")


def test_a_false_claim_of_a_user_is_refuted() -> None:
    """Exit code 1 for a refuted claim."""
    report = verify([_own_claim("2 tr(A Lambda)")], prompts=0)
    assert report.exit_code == 1
    assert report["own"].status == "refuted"


def test_evidence_that_cannot_fail_leaves_a_claim_undecided() -> None:
    """Exact evidence at instances with A = 0 cannot tell the statement from its mutants."""

    plan = Plan(("Lambda",), largest={"d": 3})

    def exact(instance):  # type: ignore[no-untyped-def]
        d = instance.lengths["d"]
        return [[Fraction(0)]], {"A": tuple((Fraction(0),) * d for _ in range(d))}

    report = verify([replace(_own_claim("tr(A Lambda)"), plan=plan, left=Quantity("E", exact=exact))], prompts=0)
    assert report["own"].status == "undecided"
    assert "mutants" in report["own"].reason
    assert report.exit_code == 3


def test_a_claim_without_evidence_is_an_error() -> None:
    """A left side that cannot be known in any way is not a claim."""
    with pytest.raises(ClaimError, match="no evidence"):
        verify([replace(_own_claim("tr(A Lambda)"), left=Quantity("E"))])


def test_a_statement_without_meaning_is_an_error() -> None:
    """Shapes that do not fit are reported, not counted as refuted."""
    with pytest.raises(ClaimError, match="no meaning"):
        verify([_own_claim("A Lambda")])


def test_a_claim_that_rests_on_a_refuted_one_is_undecided() -> None:
    """Directly or not."""
    false = replace(_own_claim("2 tr(A Lambda)"), id="false")
    between = replace(_own_claim("tr(A Lambda)"), id="between", rests_on=("false",))
    report = verify([false, between, replace(_own_claim("tr(A Lambda)"), rests_on=("between",))], prompts=0)
    assert [result.status for result in report.results] == ["refuted", "undecided", "undecided"]


@pytest.mark.parametrize(
    ("links", "message"), [({"own": ("own",)}, "circle"), ({"own": ("nothing",)}, "does not exist")]
)
def test_claims_that_rest_on_nothing_sound(links: dict[str, tuple[str, ...]], message: str) -> None:
    """Circles and unknown ids are errors."""
    with pytest.raises(ValueError, match=message):
        verify([replace(_own_claim("tr(A Lambda)"), rests_on=links["own"])])


def test_a_theorem_with_parts_has_its_weakest_parts_status() -> None:
    """report["lem-5.2"] stands for all claims of the lemma."""
    claims = [replace(_own_claim("tr(A Lambda)"), id="t-1"), replace(_own_claim("2 tr(A Lambda)"), id="t-2")]
    assert verify(claims, prompts=0)["t"].status == "refuted"


SOME = ("lem-D.2", "thm-4.2-covariance")


def test_same_seed_same_report_whatever_the_number_of_processes(tmp_path: Path) -> None:
    """One and two processes, and a resumed run, give the same JSON but for timings."""
    one = Run(Catalogue(), SOME, seed=3, prompts=3000).report().to_json()
    two = Run(Catalogue(), SOME, seed=3, prompts=3000, executor=ProcessExecutor(2)).report().to_json()
    assert equal_up_to_time(one, two)
    first = Run(Catalogue(), ("lem-D.2",), seed=3, prompts=3000, resume=tmp_path)
    claims = first.claims()
    interrupted = Run(Catalogue(), SOME, seed=3, prompts=3000, resume=tmp_path)
    for _ in zip(range(len(claims)), interrupted.results(interrupted.claims()), strict=False):
        pass
    kept = sorted(path.name for path in tmp_path.iterdir())
    assert 0 < len(kept) < len(interrupted.claims())
    assert equal_up_to_time(one, interrupted.report().to_json())
    other = Run(Catalogue(), SOME, seed=4, prompts=3000).report().to_json()
    assert not equal_up_to_time(one, other)


@pytest.mark.parametrize("damage", ["truncate", "status", "foreign"])
def test_a_damaged_or_foreign_result_is_reported_not_used(tmp_path: Path, damage: str) -> None:
    """A kept result with a changed byte, or of another run, stops the run."""
    Run(Catalogue(), ("thm-4.2-covariance",), prompts=0, resume=tmp_path).report()
    file = tmp_path / "thm-4.2-covariance.json"
    if damage == "truncate":
        file.write_text(file.read_text()[:-40])
    elif damage == "status":
        record = json.loads(file.read_text())
        record["claim"]["status"] = "tested"
        file.write_text(json.dumps(record))
    seed = 1 if damage == "foreign" else 0
    with pytest.raises(ClaimError, match=r"damaged|another seed"):
        Run(Catalogue(), ("thm-4.2-covariance",), seed=seed, prompts=0, resume=tmp_path).report()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = (", "line 1"),
        ("1 / 0", "ZeroDivisionError"),
        ("x = 1", "declares no claims"),
    ],
)
def test_a_module_that_cannot_be_used(tmp_path: Path, text: str, message: str) -> None:
    """Syntax errors, exceptions and missing claims are named."""
    file = tmp_path / "claims.py"
    file.write_text(text)
    with pytest.raises(ClaimError, match=message):
        load_claims(file)


@pytest.mark.parametrize("bad", [{"alpha": 0.0}, {"alpha": 1.5}, {"seed": -1}, {"prompts": -1}])
def test_a_budget_out_of_range(bad: dict[str, float]) -> None:
    """Bad numbers are named."""
    with pytest.raises(ValueError, match=next(iter(bad))):
        verify([], **bad)  # type: ignore[arg-type]


def test_the_report_lists_versions_and_every_mutant() -> None:
    """The JSON says what was run."""
    record = json.loads(verify([_own_claim("tr(A Lambda)")], prompts=0).to_json())
    assert {"python", "numpy", "sympy"} <= set(record["versions"])
    (claim,) = record["claims"]
    mutants = claim["mutants"]
    assert {mutant["fate"] for mutant in mutants["each"]} <= {"killed", "equivalent", "ill-formed"}
    assert mutants["killed"] == sum(mutant["fate"] == "killed" for mutant in mutants["each"]) > 0
    assert claim["statement"]["right"] == "tr(A Lambda)"
