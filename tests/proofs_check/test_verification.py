"""The kernel column belongs to a claim that says what the installed one says."""

from __future__ import annotations

from dataclasses import replace

from proofs_check import catalogue
from proofs_check.commands.terminal import Screen, summary
from proofs_check.judge.check import described
from proofs_check.judge.evidence import Budget
from proofs_check.judge.results import Report
from proofs_check.verification import kernel_record, with_kernel


def test_a_claim_that_borrows_an_id_gets_no_kernel_word() -> None:
    """The paper's Lemma 5.3 has a theorem behind it; a claim with its id and another title has none."""
    claim = next(held for held in catalogue() if held.id == "lem-5.3")
    assert kernel_record("lem-5.3")["word"] in ("recorded", "partial", "checked")
    assert "Gaussian law" in kernel_record("lem-5.2-U")["hypotheses"][0]
    assert kernel_record("lem-5.2-U")["exists"].endswith(".layer_solution_exists")
    assert "every solution" in kernel_record("lem-5.2-U")["remark"]
    report = Report((described(claim), described(replace(claim, title="another"))), Budget())
    own, borrowed = with_kernel(report).results
    assert own.kernel == kernel_record("lem-5.3")
    assert borrowed.kernel == {}


def test_the_terminal_says_what_a_partial_theorem_assumes_further() -> None:
    """Every hypothesis beyond the claim's is printed as it stands, where every claim is shown."""
    partial = [claim for claim in catalogue() if kernel_record(claim.id).get("hypotheses")]
    assert partial
    report = with_kernel(Report(tuple(map(described, partial)), Budget()))
    text = " ".join(summary(report, Screen(None), verbose=True).split())
    for claim in partial:
        assert f"assumes further: {'; '.join(kernel_record(claim.id)['hypotheses'])}" in text, claim.id
