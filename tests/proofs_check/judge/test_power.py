"""The power of statistical evidence: measured on the numbers at hand, true, and needed for a status."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from numerics.sequential import Moments
from proofs_check import Claim, Instance, Language, Plan, Quantity, Statement, catalogue, verify
from proofs_check.commands.terminal import Screen, summary
from proofs_check.judge.check import check_claim
from proofs_check.judge.evidence import ComputedMeasurement, Sampled, SampledMeasurement, measure
from proofs_check.judge.power import Window, power
from proofs_check.judge.run import run_budget
from proofs_check.judge.statements import Relation
from proofs_check.papers.zhang2024.language import LETTERS
from theory.algebra.grammar import Sum

CLAIMS = {claim.id: claim for claim in catalogue()}
BUDGET = run_budget(100, 5, 1e-6, 4000)
LANGUAGE = Language(LETTERS)


def _samples(means: tuple[float, ...], h: tuple[Fraction, ...]) -> SampledMeasurement:
    """20,000 draws of variance 1 around each mean, at instances that differ in the letters h and s."""
    rng = np.random.default_rng(1)
    return SampledMeasurement(
        tuple(
            Sampled(
                Instance({"d": 1}, {"h": at, "s": Fraction(3)}), Moments.of(mean + rng.standard_normal(20_000)), 1.0
            )
            for mean, at in zip(means, h, strict=True)
        ),
        1e-6,
    )


SAMPLES = _samples((3.5, 7.0), (Fraction(1, 2), Fraction(4)))


@pytest.mark.parametrize("term", [0, 1, 2])
def test_the_measured_power_is_where_the_evidence_begins_to_refute(term: int) -> None:
    """A coefficient wrong by 1% more than the power is refuted in both directions, by 1% less in at most one."""
    found = SAMPLES.power(Statement.of("h + s"), LANGUAGE)
    assert found is not None
    # At h = 4 the intervals know h better than s = 3.
    assert found.term == 2
    windows = [Window(*SAMPLES.interval(s), float(s.instance.values["h"] + 3), ()) for s in SAMPLES.samples]
    parts = {0: "(h + s)", 1: "h", 2: "s"}
    values = {0: [3.5, 7.0], 1: [0.5, 4.0], 2: [3.0, 3.0]}[term]
    least = max(
        min((w.high - w.right) / x for w, x in zip(windows, values, strict=True)),
        min((w.right - w.low) / x for w, x in zip(windows, values, strict=True)),
    )
    outcomes = []
    for share in (0.99, 1.01):
        eps = Fraction(least * share).limit_denominator(10**9)
        for sign in ("+", "-"):
            wrong = Statement.of(f"h + s {sign} {eps.numerator}/{eps.denominator} {parts[term]}")
            outcomes.append(SAMPLES.judge(wrong, LANGUAGE).outcome)
    assert outcomes[:2].count("refuted") <= 1
    assert outcomes[2:] == ["refuted", "refuted"]
    if term == 0:
        assert found.factor == pytest.approx(least, rel=1e-5)
    if term == found.term:
        assert found.term_factor == pytest.approx(least, rel=1e-5)


@pytest.mark.parametrize(("relation", "factor"), [("=", 0.2), ("<=", 0.1), ("<", 0.1), (">=", 0.2), (">", 0.2)])
def test_an_inequality_has_power_in_the_stronger_direction_only(relation: Relation, factor: float) -> None:
    """10 within [9, 12]: an equation needs both ends, at most the lower, at least the upper one."""
    found = power([Window(9.0, 12.0, 10.0)], relation)
    assert found is not None
    assert found.factor == pytest.approx(factor)


def test_the_best_instance_decides() -> None:
    """One narrow interval is enough, whatever the sign of the right side."""
    found = power([Window(-50.0, 70.0, 10.0), Window(-10.1, -9.9, -10.0), Window(-1.0, 1.0, 0.0)], "=")
    assert found is not None
    assert found.factor == pytest.approx(0.01)


def test_a_term_that_is_nowhere_seen_is_said_to_be_unseen() -> None:
    """A term that vanishes at every instance has no coefficient that could be found wrong."""
    found = power([Window(9.0, 11.0, 10.0, (10.0, 0.0))], "=")
    assert found is not None
    assert (found.term, found.term_factor) == (2, None)
    assert "not at all" in str(found)


@pytest.mark.parametrize("window", [Window(-100.0, 100.0, 1.0), Window(-1.0, 1.0, 0.0), Window(-30.0, 12.0, 10.0)])
def test_no_power(window: Window) -> None:
    """Intervals that contain twice the right side, or 0, notice nothing."""
    assert power([window], "=") is None


@pytest.mark.parametrize(("relation", "window"), [("<=", Window(4.0, 9.0, 10.0)), (">=", Window(11.0, 21.0, 10.0))])
def test_no_power_against_a_bound_that_is_twice_as_strong(relation: Relation, window: Window) -> None:
    """A bound may be weak; if twice as strong a one would pass as well, holding is no support for this one."""
    assert power([window], relation) is None


def test_computed_numbers_have_the_power_of_their_accuracy() -> None:
    """2 to within 0.01 detects half a percent."""
    measured = ComputedMeasurement(((Instance({"d": 1}, {}), np.array([[2.0]]), 0.01),), "numbers")
    found = measured.power(Statement.of("2"), Language({}))
    assert found is not None
    assert found.factor == pytest.approx(0.005)


def _own(accuracy: float) -> Claim:
    left = Quantity("h", compute=lambda instance: (instance.arrays["h"].astype(float), accuracy), computed_by="hand")
    return Claim("own", "", "", left, Statement.of("h"), LANGUAGE, Plan(("h",), {"d": 1}, {"d": 1}))


def test_no_status_without_power() -> None:
    """Numbers so inaccurate that nothing could refute them leave a claim undecided, without any mutant's help."""
    accurate, useless = check_claim(_own(1e-6), BUDGET), check_claim(_own(1e9), BUDGET)
    assert accurate.status == "supported"
    assert accurate.evidence[0].power is not None
    assert useless.status == "undecided"
    assert useless.evidence[0].power is None
    assert useless.reason


def test_statistics_that_hold_without_power_give_no_status() -> None:
    """An inequality whose right side nothing comes near keeps no mutant alive and is still not supported."""
    wide = replace(_own(1e-6), statement=Statement.of("h + 1000 h^2 + 1000", relation="<="))
    result = check_claim(wide, BUDGET)
    assert result.evidence[0].outcome == "holds"
    assert result.evidence[0].power is None
    assert (result.status, "factor of 2" in result.reason) == ("undecided", True)


SAMPLED = [name for name, claim in CLAIMS.items() if claim.left.sample is not None and claim.statement.relation == "="]


@pytest.mark.parametrize("name", SAMPLED)
def test_every_sampled_claim_has_power_at_any_seed(name: str) -> None:
    """A fifth of the prompts of `make verify` notice a right side wrong by half; beside exact evidence, by a factor."""
    claim = CLAIMS[name]
    left = replace(claim.left, derive=None, exact=None, enclose=None)
    (sampled,) = measure(replace(claim, left=left), replace(BUDGET, prompts=10_000))
    assert isinstance(sampled, SampledMeasurement)
    assert sampled.judge(claim.statement, claim.language).outcome == "holds"
    found = sampled.power(claim.statement, claim.language)
    assert found is not None
    assert found.factor < (0.5 if claim.left.exact is None else 1)
    assert (found.term > 0) == isinstance(claim.statement.right, Sum)


def test_more_prompts_give_more_power() -> None:
    """Eight times the prompts see errors less than half as large."""
    factors = []
    for prompts in (2000, 16000):
        result = check_claim(CLAIMS["thm-4.2-linear"], replace(BUDGET, instances=2, prompts=prompts))
        (found,) = (item.power for item in result.evidence if item.kind == "Monte Carlo")
        assert found is not None
        factors.append(found.factor)
    assert factors[1] < factors[0] / 2


def test_the_power_is_printed_with_the_claim() -> None:
    """The row of a claim says which relative error its numbers would notice."""
    import io

    report = verify([replace(_own(1e-6), id="own")])
    found = report["own"].evidence[0].power
    assert found is not None
    text = summary(report, Screen(io.StringIO(), False), verbose=True)
    assert f"(would notice {100 * found.factor:.2g}%)" in text
