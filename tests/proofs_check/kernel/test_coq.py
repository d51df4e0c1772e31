"""With Coq: a wrong formula in a generated file does not compile, and a weakened statement is not the pinned one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from proofs_check.kernel.coq import CoqError, ask, build, statements
from proofs_check.kernel.pins import Statement, differences, read_claims, read_pins
from proofs_check.kernel.sources import FOLDERS, ROOT

LOSS = (ROOT / "generated" / "population_loss.v").read_text(encoding="utf-8").partition("\nLocal Open Scope")[0]
FOURTH = (ROOT / "generated" / "fourth_moment.v").read_text(encoding="utf-8")
ERROR = (ROOT / "generated" / "prediction_error.v").read_text(encoding="utf-8").partition("\nLocal Open Scope")[0]
ELLIPTICAL = (
    (ROOT / "generated" / "population_loss_elliptical.v").read_text(encoding="utf-8").partition("\nLocal Open Scope")[0]
)
LIMIT = (ROOT / "generated" / "limiting_error.v").read_text(encoding="utf-8")


def _flow() -> str:
    """The check of the flow of U, with the one polynomial that it takes from the gradients' file."""
    gradient = (ROOT / "generated" / "population_loss_gradient.v").read_text(encoding="utf-8")
    along = "Definition along_U11" + gradient.partition("Definition along_U11")[2].partition("Definition along_u21")[0]
    text = (ROOT / "generated" / "reduced_flow.v").read_text(encoding="utf-8").partition("Definition minus_flow_u ")[0]
    head, letters, check = text.partition("(* the letters that hold")
    return head.replace(" population_loss_gradient", "", 1) + along + letters + check


FLOW = _flow()
FLOW_TERM = "((2)%coqZ, (2, [:: 0; 0], [:: [:: (0, false); (0, false); (1, false); (0, false); (2, true)]]))"
ERROR_TERM = "((1)%coqZ, (1, [::], [:: [:: (2, false); (0, false); (2, true); (1, false)]]))"
# 2 u (N + 3)/N u12' Lambda^2 U11 Lambda u21, and u^2 (N + 1)/N tr(Lambda U11' Lambda^2 U11), times N^2
COEFFICIENT = "((6)%coqZ, (1, [:: 0],"
SECOND = "  ((1)%coqZ, (1, [:: 0; 0], [:: [:: (0, false); (1, true); (0, false); (0, false); (1, false)]]));\n"
ELLIPTICAL_TERM = "  ((-1)%coqZ, (1, [:: 2; 2], [:: [:: (0, false)]; [:: (0, false)]; [:: (0, false); (5, false)]]));\n"
LIMIT_TERM = "((2)%coqZ, (2, [:: 0; 0], [:: [:: (1, false)]; "
LIMIT_STEP = "  (((1)%coqZ, (2, [::], [::])), ([:: (1, false)], [:: (3, false)]));\n"
FOURTH_TERM = "((1)%coqZ, (0, [::], [:: [:: (0, false); (1, true); (0, false); (2, true)]]))"


def compile_file(path: Path, directory: Path) -> None:
    """Compile one file against the library built in `directory`, leaving nothing there.

    Raises:
        CoqError: with Coq's message.
    """
    flags = [part for folder, library in FOLDERS.items() for part in ("-R", str(directory / folder), library)]
    command = ["coqc", "-q", "-w", "none", *flags, path.name]
    done = subprocess.run(command, cwd=path.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CoqError(done.stderr.strip() or done.stdout.strip())


def replaced(text: str, old: str, new: str) -> str:
    """The text with one occurrence replaced, which has to be there."""
    assert old in text
    return text.replace(old, new, 1)


def test_the_generated_files_compile(built: Path, tmp_path: Path) -> None:
    """What the next test spoils is accepted as it is."""
    for name, text in (
        ("loss", LOSS),
        ("fourth", FOURTH),
        ("error", ERROR),
        ("flow", FLOW),
        ("limit", LIMIT),
        ("elliptical", ELLIPTICAL),
    ):
        (tmp_path / f"{name}.v").write_text(text)
        compile_file(tmp_path / f"{name}.v", built)


@pytest.mark.parametrize(
    "spoiled",
    [
        pytest.param(replaced(LOSS, COEFFICIENT, COEFFICIENT.replace("6", "5")), id="a wrong coefficient"),
        pytest.param(replaced(LOSS, SECOND, ""), id="N for N + 1"),
        pytest.param(replaced(FOURTH, f";\n  {FOURTH_TERM}", ""), id="a dropped pairing"),
        pytest.param(replaced(FOURTH, FOURTH_TERM, FOURTH_TERM.replace("(1, true)", "(1, false)")), id="a transpose"),
        pytest.param(replaced(FOURTH, "mem [:: 1; 2]", "mem [:: 1]"), id="a fixed vector taken for a random one"),
        pytest.param(replaced(FLOW, FLOW_TERM, FLOW_TERM.replace("((2)", "((3)", 1)), id="a wrong coefficient, flow"),
        pytest.param(replaced(FLOW, FLOW_TERM, FLOW_TERM.replace("(2, [:: 0; 0]", "(2, [:: 0]")), id="u for u^2"),
        pytest.param(replaced(FLOW, "[:: false; false;", "[:: false; true;"), id="U taken for a letter that is 0"),
        pytest.param(replaced(FLOW, "false; true; true", "false; true; false"), id="u12 u21' taken for not 0"),
        pytest.param(replaced(ERROR, "((-2)%coqZ", "((-1)%coqZ"), id="a wrong coefficient, Theorem 4.2"),
        pytest.param(replaced(ERROR, ERROR_TERM, ERROR_TERM.replace("(1, [::]", "(2, [::]", 1)), id="no 1/M"),
        pytest.param(replaced(ERROR, ERROR_TERM, ERROR_TERM.replace("(2, true)", "(2, false)")), id="A for A'"),
        pytest.param(
            replaced(ELLIPTICAL, "((3)%coqZ, (1, [:: 0; 2; 2]", "((3)%coqZ, (1, [:: 2; 2]"), id="E r^2 left out"
        ),
        pytest.param(replaced(ELLIPTICAL, "((1)%coqZ, (0, [:: 1], ", "((1)%coqZ, (0, [:: 0], "), id="E r^2 for E r^3"),
        pytest.param(replaced(ELLIPTICAL, ELLIPTICAL_TERM, ""), id="N for N - 1 draws that differ"),
        pytest.param(replaced(ELLIPTICAL, "(0, (7, ", "(2, (7, "), id="the task taken for elliptical"),
        pytest.param(
            replaced(LIMIT, LIMIT_TERM, LIMIT_TERM.replace("((2)", "((1)", 1)), id="a wrong coefficient, limit"
        ),
        pytest.param(replaced(LIMIT, LIMIT_TERM, LIMIT_TERM.replace("[:: 0; 0]", "[:: 0]")), id="1/N for 1/N^2"),
        pytest.param(replaced(LIMIT, LIMIT_STEP, ""), id="a step left out"),
        pytest.param(
            replaced(LIMIT, "with_families [:: 0; 1; 1; 0]", "with_families [:: 0; 0; 1; 0]"), id="no commuting"
        ),
    ],
)
def test_a_wrong_formula_does_not_compile(built: Path, tmp_path: Path, spoiled: str) -> None:
    """The kernel evaluates the check and finds false."""
    (tmp_path / "spoiled.v").write_text(spoiled)
    with pytest.raises(CoqError, match=r"true|false"):
        compile_file(tmp_path / "spoiled.v", built)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        pytest.param("with_families [:: 0; 1; 1; 0]", "with_families [:: 1; 1; 1; 0]", id="Sigma commutes with Lambda"),
        pytest.param("+ (inverse_N) *: (Lambda).", "+ (1) *: (Lambda).", id="another Gamma"),
    ],
)
def test_a_relation_that_does_not_hold_is_not_proved(built: Path, tmp_path: Path, old: str, new: str) -> None:
    """What the booleans would let pass, the file has to prove of the letters as they are."""
    (tmp_path / "spoiled.v").write_text(replaced(LIMIT, old, new))
    with pytest.raises(CoqError):
        compile_file(tmp_path / "spoiled.v", built)


def _orders(word: str) -> set[str]:
    """Every order of a closed word's letters under exchanges of neighbouring a's and b's, and rotations."""
    found, waiting = set(), [word]
    while waiting:
        held = waiting.pop()
        if held not in found:
            found.add(held)
            swaps = [held[:i] + held[i + 1] + held[i] + held[i + 2 :] for i in range(len(held) - 1)]
            waiting += [held[1:] + held[0], *(s for i, s in enumerate(swaps) if {*held[i : i + 2]} == {"a", "b"})]
    return found


def test_words_are_equal_up_to_commuting_letters_and_no_further(built: Path, tmp_path: Path) -> None:
    """The symmetric letters a and b commute, c and d do not; from every order of a trace the checker finds the same."""
    word = "bacabdab"
    orders = _orders(word)
    others = _orders("bacdabab") | _orders("bacabdaa") | _orders("badabcab")
    assert not others & orders

    def written(words: set[str]) -> str:
        letters = ["[:: " + "; ".join(f"({'abcd'.index(c)}, false)" for c in held) + "]" for held in sorted(words)]
        return "[:: " + "; ".join(letters) + "]"

    (tmp_path / "orders.v").write_text(
        "From Coq Require Import ZArith.\nFrom mathcomp Require Import all_ssreflect.\nFrom ICL Require Import words.\n"
        "Definition same v w := check (mem [:: 0; 1]) (nth 0 [:: 1; 1; 0; 0])\n"
        "  [:: (Zpos xH, (0, [::], [:: v]))] [:: (Zpos xH, (0, [::], [:: w]))].\n"
        f"Goal all (same (head [::] {written({word})})) {written(orders)} = true. Proof. by vm_compute. Qed.\n"
        f"Goal has (same (head [::] {written({word})})) {written(others)} = false. Proof. by vm_compute. Qed.\n"
    )
    compile_file(tmp_path / "orders.v", built)


@pytest.fixture(scope="module")
def small(built: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The compiled library and one theorem file, as a build of its own."""
    root = tmp_path_factory.mktemp("small")
    for folder in ("lib", "generated", "theorems"):
        (root / "sources" / folder).mkdir(parents=True)
        (root / "build" / folder).mkdir(parents=True)
    needed = (
        "frobenius definite semidefinite curve reduced_loss_form gradient convergence setting limits operator_norm flow"
    )
    for name in needed.split():
        shutil.copy2(ROOT / "lib" / f"{name}.v", root / "sources" / "lib")
        for suffix in ("v", "vo", "glob"):
            shutil.copy2(built / "lib" / f"{name}.{suffix}", root / "build" / "lib")
    shutil.copy2(ROOT / "Makefile", root / "sources")
    return root


def changed(root: Path, change: Callable[[str], str]) -> list[str]:
    """What is said of the theorems of reduced_minimum.v after a change of it."""
    source = "theorems/reduced_minimum.v"
    (root / "sources" / source).write_text(change((ROOT / source).read_text()))
    build(root / "build", root / "sources", [source])
    theorems = [proof.theorem for proof in read_claims().values() if ".reduced_minimum." in proof.theorem]
    (types, definitions), pins = statements(root / "build", theorems), read_pins()
    said = {name: pins.theorems[name] for name in theorems}
    beneath = {name: pins.definitions[name] for name in definitions}
    return differences(said, types, "theorem") + differences(beneath, definitions, "definition")


def test_an_unchanged_theorem_is_the_pinned_one(small: Path) -> None:
    """Its type and the definitions beneath it are pinned as they are."""
    assert [] == changed(small, str)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        # a further hypothesis
        ("Theorem lemma_5_3 (U : 'M[R]_d) u :", "Theorem lemma_5_3 (U : 'M[R]_d) u (sure : False) :"),
        # half of the conclusion
        (
            "ell La Gamma U u = ell_min La Gamma <-> u *: U = invmx Gamma.\nProof. exact",
            "u *: U = invmx Gamma -> ell La Gamma U u = ell_min La Gamma.\nProof. "
            "apply: (proj2 (minimiser Lambda_definite pG pP cG U u)). Qed.\n"
            "Lemma kept (U : 'M[R]_d) u : ell La Gamma U u = ell_min La Gamma <-> u *: U = invmx Gamma.\nProof. exact",
        ),
    ],
)
def test_a_weakened_statement_is_not_the_pinned_one(small: Path, old: str, new: str) -> None:
    """A theorem that assumes more or says less compiles, and is refused by its pinned type."""
    (line,) = changed(small, lambda text: replaced(text, old, new))
    assert line.startswith("theorem ICLTheorems.reduced_minimum.lemma_5_3 does not say what is pinned")


def test_a_changed_definition_is_noticed_where_the_theorem_reads_the_same(built: Path, tmp_path: Path) -> None:
    """A theorem about g, defined through h, reads as before when h changes; the definitions beneath it do not."""
    for folder in ("lib", "generated", "theorems"):
        (tmp_path / "sources" / folder).mkdir(parents=True)
    shutil.copy2(ROOT / "Makefile", tmp_path / "sources")
    (tmp_path / "sources" / "theorems" / "t.v").write_text(
        "From ICL Require l.\nTheorem stated : l.g = l.g. Proof. reflexivity. Qed.\n"
    )
    answers = []
    for value in ("1", "2"):
        (tmp_path / "sources" / "lib" / "l.v").write_text(f"Definition h := {value}.\nDefinition g := h.\n")
        build(tmp_path / "build", tmp_path / "sources")
        answers.append(statements(tmp_path / "build", ["ICLTheorems.t.stated"]))
    (type_before, before), (type_after, after) = answers
    assert type_before == type_after
    (line,) = differences(before, after, "definition")
    assert line.startswith("definition ICL.l.h does not say what is pinned")


def test_a_theorem_that_is_not_there_is_named(small: Path) -> None:
    """A claim cannot rest on a name."""
    with pytest.raises(CoqError, match=r"no theorem ICLTheorems\.reduced_minimum\.lemma_9_9"):
        statements(small / "build", ["ICLTheorems.reduced_minimum.lemma_9_9"])


def test_an_unproved_theorem_shows_its_axiom(small: Path) -> None:
    """A hypothesis outside a section is an axiom, and stands in the answer; `inconsistencies` refuses it."""
    text = "Hypothesis assumed : False.\nTheorem anything : 1 = 2. Proof. case: assumed. Qed.\n"
    (small / "sources" / "theorems" / "assumed.v").write_text("From mathcomp Require Import all_ssreflect.\n" + text)
    build(small / "build", small / "sources", ["theorems/assumed.v"])
    answers = ask(small / "build", ["ICLTheorems.assumed.anything"])
    (small / "sources" / "theorems" / "assumed.v").unlink()
    assert ("assumed.assumed",) == answers.axioms["ICLTheorems.assumed.anything"]


def test_statements_differ_by_what_notation_hides() -> None:
    """Two types that print alike but differ in an implicit argument differ."""
    pinned, found = Statement(("f = g",), "a" * 64), Statement(("f = g",), "b" * 64)
    (line,) = differences({"t": pinned}, {"t": found}, "theorem")
    assert "in what the notation hides" in line
