"""B13 along enclosed descents: the enclosure is right, the statements hold, and stronger ones fail."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from numerics import Problem, gradient_descent
from proofs_check.judge.check import check_claim
from proofs_check.judge.instances import Instance
from proofs_check.judge.run import run_budget
from proofs_check.judge.statements import Statement
from proofs_check.papers.zhang2024 import beyond
from proofs_check.papers.zhang2024.quantities.descent import STEPS, largest_imbalance, least_fall, least_squared_u

BUDGET = run_budget(200, 9, 1e-6, 0)
CLAIMS = {claim.id: claim for claim in beyond.descent.STATEMENTS}
F = Fraction
START = Instance(
    {"d": 2, "N": 4},
    {
        "Lambda": ((F(1), F(0)), (F(0), F(1, 2))),
        "Theta": ((F(1), F(0)), (F(1, 2), F(-2))),
        "s": F(1, 2),
        "eta": F(1, 20),
    },
)


@pytest.mark.parametrize("name", sorted(CLAIMS))
def test_every_claim_holds_at_another_seed(name: str) -> None:
    """The identity is proved, the bounds along descent are tested, and no claim is left undecided."""
    result = check_claim(CLAIMS[name], BUDGET)
    assert result.status == ("proved" if name == "B13-imbalance" else "tested"), result.reason
    assert result.count("survived") == 0
    assert result.count("killed") > 0


def test_an_enclosed_descent_contains_the_one_in_floats() -> None:
    """The library's own descent, in the same problem from the same start, lies in the balls."""
    values = START.values
    problem = Problem(np.array(values["Lambda"], dtype=float), START.lengths["N"])
    theta = np.array(values["Theta"], dtype=float)
    theta /= np.sqrt(np.linalg.norm(theta @ theta.T))
    losses = gradient_descent(problem, float(values["eta"]), float(values["s"]), theta, steps=STEPS).excess_loss
    enclose = least_fall().enclose
    assert enclose is not None
    value, constants = enclose(START)
    assert float(np.asarray(value, dtype=object).flat[0].mid()) == pytest.approx(np.min(1 - losses[1:] / losses[:-1]))
    assert float(constants["gap"].mid()) == pytest.approx(losses[0])
    for quantity in (least_squared_u(), largest_imbalance()):
        assert quantity.enclose is not None
        assert float(np.asarray(quantity.enclose(START)[0], dtype=object).flat[0].rad()) < 1e-20


@pytest.mark.parametrize(
    ("name", "stronger"),
    [
        ("B13-lower", "201/100 1/2 c2"),
        ("B13-balance", "2 eta gap/100"),
        ("B13-decay", "20 eta c2 k0"),
        ("B13-random-lower", "201/100 1/2 c2"),
        ("B13-random-decay", "20 eta c2 k0"),
    ],
)
def test_stronger_statements_are_refuted(name: str, stronger: str) -> None:
    """The search reaches instances at which better constants fail."""
    claim = CLAIMS[name]
    wrong = replace(claim, statement=Statement.of(stronger, None, claim.statement.relation))
    assert check_claim(wrong, BUDGET).status == "refuted"


def test_a_step_that_is_too_large_breaks_the_statement() -> None:
    """The condition on the step is needed: far beyond it the excess grows."""
    quantity = least_fall()
    assert quantity.enclose is not None
    far = START.with_values(eta=F(20))
    value, _ = quantity.enclose(far)
    assert np.asarray(value, dtype=object).flat[0] < 0
