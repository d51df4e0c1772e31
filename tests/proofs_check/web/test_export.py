"""Formulas as data for the explorer."""

from __future__ import annotations

from fractions import Fraction

import pytest

from proofs_check.web.export import explorer_formulas, exported
from theory import limiting_predictor, population_loss


def test_export_refuses_sums_over_examples() -> None:
    """A formula with sums over a prompt's examples has no value on diagonal matrices alone."""
    with pytest.raises(ValueError, match="sum over examples"):
        exported(limiting_predictor())


def test_exported_coefficients_are_exact() -> None:
    """The exported coefficients are those of the expression."""
    formula = population_loss()
    terms = exported(formula)["terms"]
    N = Fraction(7)
    assert len(formula.expression.terms) == len(terms)
    for coefficient, term in zip(formula.expression.terms.values(), terms, strict=True):
        above, below = (
            sum(
                Fraction(number) * N ** sum(power for _, power in powers)
                for number, powers in term["coefficient"][part]
            )
            for part in ("above", "below")
        )
        assert coefficient.evaluate({"N": N}, Fraction(1)) == above / below


def test_explorer_has_no_formula_of_its_own() -> None:
    """Everything that the page shows is among the exported formulas, each with terms."""
    assert all(formula["terms"] for formula in explorer_formulas().values())
