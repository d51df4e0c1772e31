"""Wrong versions of the paper's statements are refuted by the evidence of the right ones."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from proofs_check.judge.check import check_claim
from proofs_check.judge.instances import Instance
from proofs_check.model_claims.brute_force import gradient
from proofs_check.model_claims.point import point_at
from proofs_check.papers.zhang2025.language import GAMMA, MERGED, THREE, merged, separate
from proofs_check.papers.zhang2025.quantities import merged_forces, separate_forces
from tests.proofs_check.papers.pages import BUDGET, judged


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("zhang2025-8a", "-u_0 (Lambda^2 - Lambda S C)"),
        ("zhang2025-8b", "-tr((Lambda^2 - C S Lambda) U_0)"),
        ("zhang2025-9b-minimum", "1/2 tr(Lambda (S - G^-1) Lambda G (S - G^-1)')"),
        ("zhang2025-9-values-v", "-tr(Lambda U_0)"),
        ("zhang2025-10-flow-v", "-r u_0 (1 - c s)"),
        ("zhang2025-10", "g/h"),
        ("zhang2025-11", "1/N y' X' Lambda^-1 x_q"),
        ("zhang2025-14a", "-q_0' F k_0"),
        ("zhang2025-14b", "-u_0 F' q_0"),
        ("zhang2025-14c", "-u_0 F k_0"),
        ("zhang2025-15", "Lambda^2 + (Lambda + tr(Lambda) I) Lambda/(N + 1)"),
        ("zhang2025-19", "tr(Lambda) - tr(P Lambda)"),
        ("zhang2025-22", "1/N y' X' P Lambda^-1 x_q"),
        ("zhang2025-21-v", "-(l^2 v^2 - l^3 c v^4)"),
        ("zhang2025-21-k", "-(l v^2 - l^3 c v^5) e"),
    ],
)
def test_a_wrong_right_side_is_refuted(name: str, right: str) -> None:
    """Factors in another order, transposes, powers, and the limit N to infinity in place of the value at N."""
    assert judged("zhang2025", name, right).status == "refuted"


def test_the_second_moment_without_its_correction_is_refuted() -> None:
    """(14) with Lambda^2 for E of the squared sample covariance."""
    assert judged("zhang2025", "zhang2025-14b", "", {"C": "Lambda^2"}).status == "refuted"


def test_other_products_are_not_stationary() -> None:
    """Heads that sum to 2 G^-1 move, and a difference of norms with a wrong factor is not conserved."""
    claim = merged.gradient("wrong", "Wrong", "", "U_0", "0", weights={"U_1": "1/u_1 (2 G^-1 - u_0 U_0)"}, where=GAMMA)
    assert check_claim(claim, BUDGET).status == "refuted"
    assert check_claim(separate.invariant("wrong", "Wrong", "", "u_0^2 - 2 k_0' k_0"), BUDGET).status == "refuted"


def test_the_forces_of_findings_are_the_gradients_of_the_layers() -> None:
    """(8) and (14) as findings use them are minus the gradients of brute force, at weights that move."""
    rng = np.random.default_rng(0)

    def draw(*shape: int) -> Any:
        halves = np.vectorize(lambda k: Fraction(int(k), 2), otypes=[object])
        return halves(rng.integers(-3, 4, shape)).tolist()

    covariance = [[Fraction(2), Fraction(1)], [Fraction(1), Fraction(3)]]
    values = {f"{n}_{h}": draw(2) for n in "kq" for h in range(3)} | {f"u_{h}": draw(1)[0] for h in range(3)}
    values |= {f"U_{h}": draw(2, 2) for h in (0, 1)}
    at = Instance({"d": 2, "N": 2}, {"Lambda": covariance, **values})
    for model, forces in ((MERGED, merged_forces(at)), (THREE, separate_forces(at))):
        names = [n for h in range(3) for n in (f"U_{h}", f"u_{h}", f"k_{h}", f"q_{h}") if n in model.trained]
        order = names if model is MERGED else [n for h in range(3) for n in (f"u_{h}", f"k_{h}", f"q_{h}")]
        for name, force in zip(order, forces, strict=True):
            expected = -gradient(model, point_at(model, at, {}, {}), name)
            assert np.array_equal(np.reshape(force, -1), expected.reshape(-1)), name


def test_long_prompts_have_no_other_limit() -> None:
    """The gradient of finite prompts in place of its limit, and an error of another order."""
    finite = "G Lambda (A - G^-1) Lambda"
    assert judged("zhang2025", "zhang2025-11-long", finite, {"G": "2 Lambda"}).status == "refuted"
    assert judged("zhang2025", "zhang2025-11-at-finite-length", "(d + 1)/N^2 tr(Lambda)").status == "refuted"
