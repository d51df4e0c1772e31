"""Flows under random covariances and the named laws: enclosures are right, claims hold, cubatures have the moments."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from numerics.enclosure import enclose_averaged_flow, enclose_flow
from numerics.problem import Problem
from proofs_check import catalogue
from proofs_check.judge.check import check_claim
from proofs_check.judge.claims import ancestors
from proofs_check.judge.instances import Instance
from proofs_check.judge.results import ClaimResult
from proofs_check.judge.run import run_budget
from proofs_check.judge.search import visit
from proofs_check.judge.statements import Statement
from proofs_check.papers.zhang2024 import appendix_c, beyond
from proofs_check.papers.zhang2024.instances.flows import averaged_flow_instances
from proofs_check.papers.zhang2024.quantities.enclosed_flows import averaged_flow_facts, flow_facts
from proofs_check.papers.zhang2024.quantities.named_laws import LAWS, cubature
from tests.proofs_check.papers.zhang2024.bounds_of_appendix_c import bounds
from theory.zhang2024.random_covariance import random_covariance
from theory.zhang2024.random_entries import FiniteLaw, IndependentEntries

BUDGET = run_budget(200, 9, 1e-6, 0)
CLAIMS = {
    claim.id: claim
    for claim in (
        *appendix_c.RATE,
        *beyond.sharper.AVERAGED_RATES,
        *beyond.flow.EVERY_SIGMA[2:],
        *beyond.random_covariances.NAMED,
    )
}
RESULTS: dict[str, ClaimResult] = {}
F = Fraction
ATOMS = ((F(2, 5), (F(1), F(1, 2))), (F(3, 5), (F(3, 4), F(2))))
THETA = ((F(1), F(0)), (F(1, 2), F(-2)))


def _result(name: str) -> ClaimResult:
    if name not in RESULTS:
        RESULTS[name] = check_claim(CLAIMS[name], BUDGET)
    return RESULTS[name]


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_every_claim_is_tested_at_another_seed(name: str) -> None:
    """At a seed that `make verify` does not use each claim is tested and no mutant of an equation survives."""
    result = _result(name)
    assert result.status == "tested", result.reason
    assert result.count("survived") == 0
    assert result.count("killed") > 0


def test_claims_rest_on_claims_of_the_catalogue() -> None:
    """Every support is there, without a circle, and ids are unique."""
    claims = catalogue()
    assert len({claim.id for claim in claims}) == len(claims)
    above = ancestors(claims)
    assert "lem-C.3" in above["lem-C.8-decay"]
    for claim in claims:
        assert set(claim.corrected_by) <= set(above)


def test_bounds_come_out_tight_where_they_should() -> None:
    """The gradient inequality is attained; the rate is off by the factor 2 of the gradient in u at least."""
    assert _result("lem-C.8-gradient").tightness == pytest.approx(1)
    tightness = _result("lem-C.8-PL").tightness
    assert tightness is not None
    assert 1.9 < tightness < 3.4


def test_instances_obey_the_condition_and_are_varied() -> None:
    """The paper's condition holds exactly at every instance; all dimensions, and unequal probabilities, come up."""
    seen: list[Instance] = []

    def look(instance: Instance) -> None:
        seen.append(instance)

    visit(averaged_flow_instances("paper"), look, 60, 2)
    assert {instance.lengths["d"] for instance in seen} == {1, 2, 3}
    assert any(instance.values["L1"] != instance.values["L2"] for instance in seen)
    assert {instance.values["p"] for instance in seen} > {F(1, 2)}
    for instance in seen[:20]:
        d = range(instance.lengths["d"])
        law = FiniteLaw(
            tuple(tuple(instance.values[name][i][i] for i in d) for name in ("L1", "L2")),
            (instance.values["p"], instance.values["q"]),
        )
        found = bounds(law, instance.lengths["N"], instance.values["Theta"], instance.values["s"] ** 2)
        assert instance.values["s"] ** 2 < found.largest_sigma_squared


@pytest.mark.parametrize("name", ["lem-C.7", "lem-C.8-PL"])
def test_the_right_sides_are_those_of_the_theory(name: str) -> None:
    """The typed bounds have the values of the constants that theory/ computes by itself."""
    claim = CLAIMS[name]
    assert claim.plan.search is not None
    seen: list[Instance] = []

    def look(instance: Instance) -> None:
        seen.append(instance)

    visit(claim.plan.search, look, 12, 5)
    for at in seen:
        d = range(at.lengths["d"])
        atoms = tuple(tuple(at.values[key][i][i] for i in d) for key in ("L1", "L2"))
        law = FiniteLaw(atoms, (at.values["p"], at.values["q"]))
        found = bounds(law, at.lengths["N"], at.values["Theta"], at.values["s"] ** 2)
        value = float(claim.statement.float_value(at, claim.language).reshape(()))
        assert value == pytest.approx(float(found.u_squared if name == "lem-C.7" else found.rate))


def test_an_enclosed_flow_contains_the_integrated_one() -> None:
    """An independent integration of the averaged loss in matrices stays inside the balls."""
    N, s = 3, F(1, 2)
    law = random_covariance(FiniteLaw(tuple(x for _, x in ATOMS), tuple(p for p, _ in ATOMS)), N)
    box = enclose_averaged_flow(law.zeta, law.xi, s, THETA, t_end=4.0)
    gram = np.array(THETA, dtype=float) @ np.array(THETA, dtype=float).T

    def field(_: float, state: np.ndarray) -> np.ndarray:
        U, u = state[:-1].reshape(2, 2), state[-1]
        slope, own = np.zeros((2, 2)), 0.0
        for p, x in ATOMS:
            L = np.diag(np.array(x, dtype=float))
            G = (1 + 1 / N) * L + np.trace(L) / N * np.eye(2)
            slope += float(p) * (u * L @ L - u**2 * G @ L @ U @ L)
            own += float(p) * (np.trace(L @ L @ U.T) - u * np.trace(G @ L @ U @ L @ U.T))
        return np.append(slope, own)

    start = np.append(float(s) * gram / np.linalg.norm(gram), float(s))
    path = solve_ivp(field, (0, 4), start, rtol=1e-11, atol=1e-13, t_eval=box.t)
    assert np.all(path.y.T >= box.lower - 1e-8)
    assert np.all(path.y.T <= box.upper + 1e-8)
    assert float(np.max(box.upper - box.lower)) < 1e-8


def test_a_point_mass_gives_the_flow_of_one_covariance() -> None:
    """With equal atoms all facts are those of the flow for that covariance, by the other enclosure."""
    spectrum, s, N = (F(1), F(1, 2)), F(1, 3), 2
    one = flow_facts(spectrum, THETA, s, N)
    two = averaged_flow_facts(((F(1, 4), spectrum), (F(3, 4), spectrum)), THETA, s, N)
    for name in ("least_u", "gradient_rate", "decay_rate"):
        a, b = getattr(one, name), getattr(two, name)
        assert a.overlaps(b), name
    problem = Problem.from_spectrum([1.0, 0.5], context_length=N)
    gram = np.array(THETA, dtype=float) @ np.array(THETA, dtype=float).T
    scale = F(1 / float(np.sqrt(np.linalg.norm(gram))))
    fixed = enclose_flow(problem, s, [[scale * x for x in row] for row in THETA], t_end=2.0)
    law = random_covariance(FiniteLaw((spectrum,)), N)
    averaged = enclose_averaged_flow(law.zeta, law.xi, s, THETA, t_end=2.0)
    assert np.all(fixed.lower[-1] <= averaged.upper[-1])
    assert np.all(averaged.lower[-1] <= fixed.upper[-1])


def test_a_flow_that_starts_near_its_limit_is_followed_briefly() -> None:
    """u(0)^2 within a percent of the limit: the run does not wait for a threshold that was crossed before it began."""
    facts = averaged_flow_facts(((F(1), (F(1),)),), ((F(1),),), F(220, 241), 5)
    assert facts.distance < 0.4
    near = averaged_flow_facts(((F(1), (F(1),)),), ((F(1),),), F(641, 784), 2)
    assert near.least_u > 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"rates": ((F(1),),)}, "rates must be 2 x 2"),
        ({"rates": ((F(1), F(0)), (F(1), F(1)))}, "positive"),
        ({"sigma": F(0)}, "sigma must be positive"),
        ({"t_end": -1.0}, "t_end must be a positive number"),
    ],
)
def test_bad_arguments_of_an_averaged_flow(change: dict[str, object], message: str) -> None:
    """Each is named with its value."""
    good = {"rates": ((F(1), F(1)), (F(1), F(1))), "forces": (F(1), F(1)), "sigma": F(1), "t_end": 1.0}
    with pytest.raises(ValueError, match=message):
        enclose_averaged_flow(**{**good, **change})  # type: ignore[arg-type]


@pytest.mark.parametrize("name", sorted(LAWS))
def test_a_cubature_has_the_moments_of_its_law(name: str) -> None:
    """Weights sum to 1, and the first three moments are those that the claim types."""
    law = LAWS[name]
    at = {"l": F(3, 2), "h": F(2, 3)}
    moments = tuple(F(law.entry(at).moment(k)) for k in range(4))
    held = cubature(moments)
    assert [sum(weight * value**k for weight, value in held) for k in range(4)] == list(moments)
    typed = replace(CLAIMS[f"law-{name}-error"])
    instance = Instance({"d": 2, "N": 2, "M": 3}, {**at, "p": F(2, 5), "q": F(3, 5)})
    for k, text in enumerate(law.moments, 1):
        assert Statement.of(text).value(instance, typed.language).reshape(()) == moments[k]


@pytest.mark.parametrize("name", sorted(LAWS))
def test_a_law_has_the_minimiser_and_errors_of_the_theory(name: str) -> None:
    """The typed formulas agree with theory/random_covariance at other dimensions and lengths than the evidence has."""
    law = LAWS[name]
    at = {"l": F(5, 4), "h": F(3, 7)}
    entry = law.entry(at)
    held = random_covariance(IndependentEntries((entry,) * 3), 7)
    instance = Instance({"d": 3, "N": 7, "M": 5}, {**at, "p": F(2, 5), "q": F(3, 5)})

    def typed(which: str) -> Fraction:
        claim = CLAIMS[f"law-{name}-{which}"]
        return F(claim.statement.value(instance, claim.language).reshape(())[()])

    if name != "exp":
        assert typed("minimiser") == held.minimiser[0]
    assert typed("error") == held.error(5)
    assert typed("error-limit") == random_covariance(IndependentEntries((entry,) * 3)).error()
