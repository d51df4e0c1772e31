"""The one way in which papers state what is about no model."""

from __future__ import annotations

from proofs_check import Quantity, verify
from proofs_check.papers.stating import States
from theory.algebra.expression import matrix

state = States("mine", {"A": matrix("A"), "B": matrix("B")}, {"d": 2}, lengths=("l",))


def test_a_left_side_that_is_text_is_a_formula() -> None:
    """It is proved as one; a text of its own gives the same claim as a quantity."""
    claim = state("cyclic", "Traces are cyclic", "(1)", "tr(A B)", "tr(B A)", letters=("A", "B"))
    assert claim.left == Quantity.formula("tr(A B)")
    assert "proved" == verify([claim], prompts=0)["cyclic"].status


def test_an_abbreviation_hides_a_letter() -> None:
    """B stands for A' here; where it stays a letter the statement is another one and is refuted."""
    hidden = state("hidden", "A square", "(2)", "tr(A A')", "tr(A B)", where={"B": "A'"}, letters=("A",))
    plain = state("plain", "A square", "(2)", "tr(A A')", "tr(A B)", letters=("A", "B"))
    report = verify([hidden, plain], prompts=0)
    assert ("proved", "refuted") == (report["hidden"].status, report["plain"].status)


def test_lengths_and_sources() -> None:
    """A paper's own lengths, its key and its number; the paper's largest sizes unless a claim says otherwise."""
    claim = state("sized", "A size", "Lemma 3", "l tr(A)", "tr(A) l", letters=("A",), place="in the proof")
    assert "l" in claim.language.length_names
    assert ("mine", "Lemma 3, in the proof") == (claim.origin.paper, str(claim.origin))
    assert {"d": 2} == claim.plan.largest
    assert state("free", "A size", "Lemma 3", "tr(A)", "tr(A)", largest=None).plan.largest is None
