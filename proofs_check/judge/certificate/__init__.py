"""The check of a report: `icl-theory check`.

What a report says is compared with the installed claims, and its evidence is verified again without the code that made
it: formulas are read by a parser of this folder and evaluated in rational, ball or floating-point arithmetic of
python-flint, which share nothing with the engine. What only the claim's own code can repeat, such as a left side by
brute force, is repeated by it and said to be; what cannot be repeated is counted.

    reading         the JSON, its shapes and types
    catalogue       compared with the installed claims: nothing changed, added, dropped or doubled
    formulas, matrices, moments, evaluator      formulas and their values, E[...] among them
    subject, comparison      an installed claim, and its statement at the recorded instances
    drawing         the instances are those that the report's seed draws
    exact, symbolic, sampled, computed, power   evidence, kind by kind
    left_sides      left sides computed again
    fresh_examples  examples of a strategy that no report can have been made for
    mutants, tightness, statuses, counterexample
    report          all of it, in order
"""

from proofs_check.judge.certificate.errors import CertificateError
from proofs_check.judge.certificate.report import Checked, Outcome, check_report
from proofs_check.judge.seal import seal

__all__ = ["CertificateError", "Checked", "Outcome", "check_report", "seal"]
