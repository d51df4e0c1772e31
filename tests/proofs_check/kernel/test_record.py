"""The record of the formal proofs, without Coq: it agrees with sources, claims and pins, and edits are detected."""

from __future__ import annotations

import hashlib
import json
import runpy
import shutil
from pathlib import Path

import pytest

from proofs_check import catalogue
from proofs_check.kernel import KernelStatus, RecordError, kernel_column, read_record, status
from proofs_check.kernel.coq import ALLOWED_AXIOMS
from proofs_check.kernel.pins import PinError, read_claims, read_pins
from proofs_check.kernel.sources import ROOT, complaints, forbidden_words, source_digests, source_files, source_of

FORGED_WORD = "partial"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the formal proofs that a test may spoil."""
    for folder in ("lib", "generated", "theorems"):
        (tmp_path / folder).mkdir()
    for name, path in source_files().items():
        shutil.copy(path, tmp_path / name)
    for name in ("Makefile", "claims.toml", "pins.json", "record.json"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def checksummed(record: dict[str, object]) -> str:
    """The record with the checksum that its content has, as a careful forger would write it."""
    content = {key: value for key, value in record.items() if key != "checksum"}
    plain = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return json.dumps({**content, "checksum": hashlib.sha256(plain.encode()).hexdigest()})


def test_the_record_is_of_these_sources() -> None:
    """Every source has the digest that was checked, so that the kernel column is not empty."""
    record = read_record()
    assert source_digests() == record.sources
    assert record.fresh


def test_every_claim_with_a_theorem_has_a_column() -> None:
    """A claim's word is `recorded` where its theorem says the same, and `partial` where it assumes more."""
    for claim, proof in read_claims().items():
        column = kernel_column(claim)
        assert (proof.theorem, proof.hypotheses) == (column.theorem, column.hypotheses)
        assert ("partial" if proof.hypotheses else "recorded") == column.word == status(claim)
        assert column.statement
        assert not column.here
    assert KernelStatus() == kernel_column("no-such-claim")
    assert "" == status("no-such-claim")


def test_claims_with_a_theorem_are_in_the_catalogue() -> None:
    """No theorem stands behind a claim that does not exist."""
    assert set() == set(read_claims()) - {claim.id for claim in catalogue()}


def test_theorems_refute_findings_and_nothing_else() -> None:
    """A counterexample stands behind a finding, and a finding has no proof."""
    findings = {claim.id for claim in catalogue() if claim.finding}
    assert {claim for claim, proof in read_claims().items() if proof.refutes} == findings & set(read_claims())


@pytest.mark.parametrize("claim", ["thm-4.1-W_KQ", "thm-4.1-W_PV", "lem-5.2-U", "lem-5.2-invariance-u21"])
def test_theorem_4_1_starts_at_the_layer(claim: str) -> None:
    """Its hypothesis is the gradient flow of the layer's loss, not the reduced flow, which is proved from it."""
    pins, theorem = read_pins(), read_claims()[claim].theorem
    hypotheses, _, _ = " ".join(pins.theorems[theorem].text).partition("setting.reduced_flow")
    assert "gradient_flow.gradient_flow (lemma_5_2.layer_loss" in hypotheses
    assert {"ICLTheorems.lemma_5_2.layer_loss", "ICL.attention.attention_layer"} <= set(pins.definitions)


def test_at_least_45_claims_have_a_theorem() -> None:
    """The goal of the formal proofs."""
    assert len(read_claims()) >= 45


def test_no_theorem_rests_on_another_axiom() -> None:
    """The axioms are MathComp-Analysis's three."""
    for axioms in read_record().axioms.values():
        assert set() == set(axioms) - set(ALLOWED_AXIOMS)


def test_theorems_are_pinned_with_the_definitions_beneath_them() -> None:
    """Each theorem stands in a file that is there, and definitions such as Gamma are pinned too."""
    pins = read_pins()
    assert {name for proof in read_claims().values() for name in proof.theorems} == set(pins.theorems)
    assert set() == {source_of(name) for name in (*pins.theorems, *pins.definitions)} - set(source_files())
    assert "ICL.setting.Gamma" in pins.definitions
    assert "ICL.gaussian.EE" in pins.definitions


def test_no_source_has_a_forbidden_word() -> None:
    """No Axiom, Parameter, Conjecture, Admitted or unchecked construction."""
    assert [] == complaints()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Lemma a : b.\nAdmitted.", [(2, "Admitted")]),
        ("Axiom a : False.", [(1, "Axiom")]),
        ("Parameters a b : nat.", [(1, "Parameters")]),
        ("Unset   Guard\n Checking.", [(1, "Unset Guard Checking")]),
        ("#[bypass_check(guard)] Fixpoint f := f.", [(1, "bypass_check")]),
        ("by admit.", [(1, "admit")]),
        ("(* Axiom (* Admitted *) Axiom *) Lemma a : b.", []),
        ('Definition s := "Axiom (*". Conjecture c : False.', [(1, "Conjecture")]),
        ("Lemma Axiomatic : admitted = Parameter'.", []),
    ],
)
def test_forbidden_words_are_found_in_code_only(text: str, found: list[tuple[int, str]]) -> None:
    """Comments, strings and longer names do not count; words behind a comment do."""
    assert found == list(forbidden_words(text))


def test_an_edited_record_is_refused(copy: Path) -> None:
    """A record whose content was changed does not have its checksum any more."""
    held = json.loads((copy / "record.json").read_text())
    claim = next(claim for claim, entry in held["claims"].items() if entry["kernel"] == FORGED_WORD)
    held["claims"][claim].update(kernel="checked", hypotheses=[])
    (copy / "record.json").write_text(json.dumps(held))
    with pytest.raises(RecordError, match="was edited"):
        read_record(copy)


@pytest.mark.parametrize(
    "forge",
    [
        lambda held: next(e for e in held["claims"].values() if e["kernel"] == FORGED_WORD).update(hypotheses=[]),
        lambda held: held["claims"].update({"thm-4.5-iid-error": next(iter(held["claims"].values()))}),
        lambda held: next(iter(held["theorems"].values())).update(text=["True"]),
        lambda held: next(iter(held["theorems"].values())).update(explicit="0" * 64),
        lambda held: next(iter(held["theorems"].values())).update(axioms=["everything"]),
        lambda held: held["definitions"].pop("ICL.setting.Gamma"),
        lambda held: held["definitions"]["ICL.setting.Gamma"].update(explicit="0" * 64),
        lambda held: held["theorems"].pop(next(iter(held["theorems"]))),
    ],
)
def test_a_forged_record_with_its_checksum_is_refused(copy: Path, forge) -> None:  # type: ignore[no-untyped-def]
    """A record that disagrees with the claims or the pinned statements is refused, whatever its checksum."""
    held = json.loads((copy / "record.json").read_text())
    forge(held)
    (copy / "record.json").write_text(checksummed(held))
    with pytest.raises(RecordError):
        read_record(copy)


def test_a_word_that_the_hypotheses_do_not_give_is_refused(copy: Path) -> None:
    """`checked` beside hypotheses is not what a record of ours says."""
    held = json.loads((copy / "record.json").read_text())
    next(entry for entry in held["claims"].values() if entry["hypotheses"])["kernel"] = "checked"
    (copy / "record.json").write_text(checksummed(held))
    with pytest.raises(RecordError, match="was edited"):
        read_record(copy)


def test_changed_sources_empty_the_column(copy: Path) -> None:
    """After a change of a proof nothing is recorded until Coq has checked again."""
    path = copy / "lib" / "setting.v"
    path.write_text(path.read_text().replace("1 + N%:R^-1", "1 - N%:R^-1"))
    record = read_record(copy)
    assert not record.fresh
    assert KernelStatus() == kernel_column("lem-5.3", record)


def test_new_and_missing_sources_empty_the_column(copy: Path) -> None:
    """So do files that come or go."""
    (copy / "lib" / "new.v").write_text("")
    assert not read_record(copy).fresh
    (copy / "lib" / "new.v").unlink()
    assert read_record(copy).fresh
    (copy / "lib" / "setting.v").unlink()
    assert not read_record(copy).fresh


def test_the_column_carries_what_the_claims_say(copy: Path) -> None:
    """The remark, the theorem that solutions exist, and the further hypotheses, as claims.toml has them."""
    record = read_record(copy)
    for claim, proof in read_claims(copy).items():
        column = kernel_column(claim, record)
        held = (column.remark, column.exists, column.laws, column.hypotheses)
        assert (proof.remark, proof.exists, proof.laws, proof.hypotheses) == held
    assert "integrated from t = 0" == kernel_column("lem-A.3").remark
    assert kernel_column("lem-A.3").exists.endswith(".initialised_solution_exists")


def test_a_remark_changes_without_a_new_record(copy: Path) -> None:
    """It is for the reader; Coq has no say in it."""
    path = copy / "claims.toml"
    path.write_text(path.read_text().replace("integrated from t = 0", "integrated", 1))
    assert "integrated" == kernel_column("lem-A.3", read_record(copy)).remark


@pytest.mark.parametrize(
    "line",
    [
        'given = ["expectation"]\n',
        'exists = "existence.initialised_solution_exists"\n',
        'laws = "laws.every_probability_measure"\n',
    ],
    ids=["given", "exists", "laws"],
)
def test_a_line_dropped_from_the_claims_is_noticed(copy: Path, line: str) -> None:
    """Nobody turns `partial` into `checked`, or leaves out that a solution or a law exists, without a new record."""
    path = copy / "claims.toml"
    assert line in path.read_text()
    path.write_text(path.read_text().replace(line, "", 1))
    with pytest.raises(RecordError, match=r"claims\.toml says"):
        read_record(copy)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("[hypotheses]\n[claims.a]\ngiven = []", "wants `theorem`"),
        (
            '[hypotheses]\n[claims.a]\ntheorem = "m.t"\nstatus = "checked"',
            "may have `given`, `refutes`, `remark`, `exists` and `laws`",
        ),
        ('[hypotheses]\n[claims.a]\ntheorem = "m.t"\ngiven = ["x"]', "'x' is not among the hypotheses"),
        ("[claims.a", "is no table of claims"),
    ],
)
def test_malformed_claims_are_named(tmp_path: Path, text: str, complaint: str) -> None:
    """Every error names the claim and what it wants."""
    (tmp_path / "claims.toml").write_text(text)
    with pytest.raises(PinError, match=complaint):
        read_claims(tmp_path)


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"checksum": 1, "sources": {}}'])
def test_what_is_no_record_is_refused(copy: Path, content: str) -> None:
    """A file without the parts of a record is refused with a message, not a traceback."""
    (copy / "record.json").write_text(content)
    with pytest.raises(RecordError, match="is no record"):
        read_record(copy)


def test_the_map_names_every_file_of_the_library() -> None:
    """README.md says what each file of lib is for."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [] == [name for name in source_files() if name.startswith("lib/") and f"`{name[4:]}`" not in text]


def test_the_page_of_the_theorems_is_current() -> None:
    """docs/kernel.md is what docs/make_kernel.py writes from the claims and the pinned statements."""
    docs = Path(__file__).parents[3] / "docs"
    page = runpy.run_path(str(docs / "make_kernel.py"))["page"]()
    assert page == (docs / "kernel.md").read_text(encoding="utf-8"), "run `python docs/make_kernel.py`"
