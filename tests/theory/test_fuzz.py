"""The fuzzing of laws, sums and inverses: a small share of it, and that it sees a broken engine."""

from __future__ import annotations

import pytest

from tests.theory import fuzz
from theory.algebra.coefficients import Coefficient


@pytest.mark.parametrize("family", fuzz.FAMILIES)
def test_a_few_formulas_of_every_family(family: str) -> None:
    """Twelve formulas each, drawn with another seed than elsewhere."""
    found = fuzz.fuzz(family, 12, seed=7)
    assert found.compared == 12
    assert found.mismatches == ()


@pytest.mark.slow
@pytest.mark.parametrize("family", fuzz.FAMILIES)
def test_two_thousand_formulas_of_every_family(family: str) -> None:
    """The same at length."""
    found = fuzz.fuzz(family, 2000, seed=1)
    assert found.compared == 2000
    assert found.mismatches == ()


def test_a_broken_engine_is_reported(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """With every length one too long the run counts mismatches, shows formulas, and ends with 1."""
    longer = Coefficient.length
    monkeypatch.setattr(Coefficient, "length", staticmethod(lambda name: longer(name) + Coefficient.number(1)))
    assert fuzz.main(["--family", "indices", "--count", "20", "--seed", "3"]) == 1
    output = capsys.readouterr().out
    assert "Formula(" in output
