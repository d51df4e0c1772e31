"""What unfolds below a claim: steps of theory, and how its sides meet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from proofs_check.judge.check import described
from proofs_check.judge.claims import Claim
from proofs_check.judge.results import ClaimResult, EvidenceResult
from proofs_check.papers.zhang2024 import catalogue
from proofs_check.papers.zhang2024.derivations import ROUTES, steps_of
from proofs_check.web import PageRecord
from proofs_check.web.derivations import comparison
from theory import DERIVATIONS


def test_routes_lead_to_steps() -> None:
    """Every route names steps of its derivation, and every claim with a route has steps."""
    for route in ROUTES:
        ids = {step.id for step in DERIVATIONS[route.derivation]().steps}
        assert set(route.steps) <= ids, route.claims
    routed = [claim.id for claim in catalogue() if steps_of(claim.id)[0]]
    assert len(routed) > 50
    assert all(steps_of(name)[1] for name in routed)
    assert ("", ()) == steps_of("no such claim")


def test_a_derived_claim_unfolds_to_its_comparison(record: PageRecord) -> None:
    """Every claim whose left side was derived ends with both sides' comparison, whatever its relation and outcome."""
    known = {claim.id: claim for claim in catalogue()}
    for result in record.results:
        last = comparison(result, known)[-1]
        assert "the same normal form" in last.reason
        assert (r"\text{left side} - \text{right side}", ()) == (last.left, last.pieces)
    symbolic = next(item for item in record.results[0].evidence if item.kind == "symbolic")
    refuted = replace(symbolic, outcome="refuted", detail="the sides differ by 2 N tr(Lambda)")
    steps = comparison(replace(record.results[0], id="own", evidence=(refuted,)), {})
    assert len(steps) == 2
    assert r"2 N \operatorname{tr}(\Lambda)" == steps[-1].pieces[0][1].replace("  ", " ")


def derived_result(claim: Claim) -> ClaimResult:
    """What a report would say of a claim with symbolic evidence only."""
    assert claim.left.derive is not None
    derived, definitions = claim.left.derive()
    data = {"derived": str(derived), "definitions": {d.symbol.name: str(d.expression) for d in definitions}}
    return replace(described(claim), evidence=(EvidenceResult("symbolic", "holds", "", "", data=data),))


def test_every_derived_claim_unfolds() -> None:
    """Each claim whose left side is derived unfolds how the sides meet, and nearly all have steps of theory."""
    known = {claim.id: claim for claim in catalogue()}
    derived = [claim for claim in known.values() if claim.left.derive is not None]
    assert len(derived) > 50
    for claim in derived:
        steps = comparison(derived_result(claim), known)
        assert "side" in steps[-1].left, claim.id
    assert sum(steps_of(claim.id)[0] in DERIVATIONS for claim in derived) > 0.9 * len(derived)


@pytest.mark.parametrize("name", ["thm-4.2-bound", "thm-4.2-bound-mean-sharp"])
def test_a_derived_bound_unfolds_to_a_sum_that_is_at_least_0(name: str) -> None:
    """The sum of nonnegative terms on the page is the difference of the sides."""
    claim = {held.id: held for held in catalogue()}[name]
    steps = comparison(derived_result(claim), {name: claim})
    assert steps[-1].left == r"\text{right side} - \text{left side}"
    assert steps[-1].pieces[-1][1].endswith(r"\ge 0")
    assert all(sign == "+" for sign, _ in steps[-1].pieces)
