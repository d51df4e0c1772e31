"""What Jupyter shows: the same LaTeX as everywhere else, with text escaped."""

from __future__ import annotations

from dataclasses import replace
from html import unescape

from proofs_check import catalogue, verify
from theory import DERIVATIONS, population_loss
from theory.algebra.expression import matrix
from theory.algebra.latex import latex


def test_formulas_show_their_latex() -> None:
    """Expressions, formulas and derivations show what `.latex()` prints."""
    expression = matrix("A").trace() ** 2
    assert f"$\\displaystyle {latex(expression)}$" == expression._repr_latex_()
    assert population_loss().latex() in population_loss()._repr_latex_()
    derivation = DERIVATIONS["convergence"]()
    shown = unescape(derivation._repr_html_())
    assert all(step.latex() in shown and step.reason in shown for step in derivation.steps)


def test_reports_and_results_show_status_and_evidence() -> None:
    """A result shows its statement, evidence and counterexample, and markup in a title stays text."""
    chosen = [claim for claim in catalogue() if claim.id in ("F1", "thm-4.2-covariance")]
    report = verify([replace(claim, rests_on=(), corrected_by=()) for claim in chosen], prompts=0)
    proved, refuted = report["thm-4.2-covariance"], report["F1"]
    assert r"\Lambda w w^\top \Lambda" in proved._repr_html_()
    assert "<b>proved</b>; 20 of 20 mutants refuted" in proved._repr_html_()
    assert refuted.counterexample
    assert refuted.counterexample in unescape(refuted._repr_html_())
    assert "<b>" not in replace(proved, title="<b>")._repr_html_().partition("</h4>")[0]
    assert all(f"<td>{result.id}</td><td>{result.status}</td>" in report._repr_html_() for result in (proved, refuted))
