"""Wrong versions of the paper's statements are refuted by the evidence of the right ones."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize

from numerics.models.weights import compiled_gradient, compiled_loss, weight_vector
from proofs_check.judge.check import check_claim
from proofs_check.judge.instances import Instance
from proofs_check.papers.ahn2023 import section_4
from proofs_check.papers.ahn2023.language import ISOTROPIC, LAW, STEP, WISHART, every_block, moving, stack
from tests.proofs_check.papers.pages import BUDGET, judged


@pytest.mark.parametrize(
    ("name", "right"),
    [
        ("ahn2023-thm-1-sparse", "1/2 tr(Sigma (A - G^-1)' Sigma G (A + G^-1))"),
        ("ahn2023-thm-1-sparse", "1/2 tr(G (A - G^-1)' Sigma Sigma (A - G^-1))"),
        ("ahn2023-lem-1-2", "1/n y' X' (A0 + A1 - A1 B A0) x_q"),
        ("ahn2023-lem-1-3", "1/n y' X' W1 x_q"),
        ("ahn2023-10-2-A0", "(m4 a^3 - 3 m3 a^2 + 2 m2 a - 1) Sigma"),
        ("ahn2023-10-3-A1", "E[tr((sum_i(z_i z_i')/n) (a (sum_i(z_i z_i')/n) - I)^4)]/d Sigma"),
        ("ahn2023-thm-2", "1001/2000 d (1 - s + p m2)"),
        ("ahn2023-thm-2", "d/2 (1 - 1/m2)"),
        ("ahn2023-lem-4", "d (1 - 2 (a + b) + (a^2 + 4 a b + b^2) m2 - 2 a b (a + b) m3 + a^2 b^2 m4 + (a - b)/n)"),
    ],
)
def test_a_wrong_right_side_is_refuted(name: str, right: str) -> None:
    """Factors in another order or with another sign, layers in another order, another degree, no symmetry, a minimum
    that is larger by a thousandth, and that of one layer."""
    assert judged("ahn2023", name, right).status == "refuted"


@pytest.mark.parametrize(
    "where",
    [
        {"m2": "1 + d/n"},
        {"m3": "1 + 3 (d + 1)/n + (d^2 + 3 d + 3)/n^2"},
        {"m4": "1 + 6 (d + 1)/n + (6 d^2 + 17 d + 21)/n^2 + (d^3 + 6 d^2 + 21 d + 21)/n^3"},
    ],
)
def test_wrong_wishart_moments_are_refuted(where: dict[str, str]) -> None:
    """Each moment in the loss of two layers, with one number wrong."""
    assert judged("ahn2023", "ahn2023-lem-4", "", where).status == "refuted"


def test_other_weights_are_not_stationary() -> None:
    """Theorem 1 with Sigma^-1 in place of its matrix, and with P rescaled but not Q."""
    for weights in (
        {"U11": "-Sigma^-1", "u": "1", "u12": "0", "u21": "0"},
        {"U11": "-G^-1", "u": "g", "u12": "0", "u21": "0"},
    ):
        claim = every_block.gradient("wrong", "Wrong", "", "U11", "0", weights=weights, where=STEP)
        assert check_claim(claim, BUDGET).status == "refuted"


@pytest.mark.parametrize("k", [0, 1])
def test_the_set_of_theorem_3_is_not_closed_for_other_tasks(k: int) -> None:
    """For w ~ N(0, I) the gradient at a_l Sigma^-1 is no number times Sigma."""
    along = f"dA{k} - tr(Sigma dA{k})/d Sigma^-1"
    at = {"A0": "a0 Sigma^-1", "A1": "a1 Sigma^-1"}
    claim = stack(2, LAW).gradient("wrong", "Wrong", "", f"A{k}", "0", weights=at, along=along)
    assert check_claim(claim, BUDGET).status == "refuted"


@pytest.mark.parametrize("layers", [2, 3])
def test_losses_with_their_layers_exchanged_are_refuted(layers: int) -> None:
    """The first layer acts last on the residual: with the factors turned round the loss is another one."""
    factors = [f"(I - {section_4.SAMPLE} A{k})" for k in range(layers)]
    turned = " ".join(reversed(factors))
    assert " ".join(factors) == section_4.RESIDUAL[layers]
    assert judged("ahn2023", f"ahn2023-loss-{layers}", f"1/2 E[(w' {turned} x_q)^2]").status == "refuted"


def test_the_loss_of_three_layers_is_derived_too() -> None:
    """The engine has one normal form, of 1,870 terms, for both sides."""
    (claim,) = (held for held in section_4.STATEMENTS if held.id == "ahn2023-loss-3")
    right, _ = claim.statement.elaborated(claim.language)
    left = stack(3).model.loss_expression
    assert len(left.terms) == 1870
    assert left == right


@pytest.mark.parametrize("weights", [{"B0": "1/2 I"}, {"B0": "0 I"}, {"A1": "Sigma^-1"}])
def test_near_the_point_of_12_there_is_a_force(weights: dict[str, str]) -> None:
    """With another B_0 there is a force on A_0, with another A_1 one on A_1."""
    at = {"A0": "0 Sigma^-1", "A1": "1/m2 Sigma^-1", "B0": "-1/2 I", **weights}
    weight = "A1" if "A1" in weights else "A0"
    claim = moving.gradient("wrong", "Wrong", "", weight, "0", weights=at, where={"m2": WISHART["m2"]})
    assert check_claim(claim, BUDGET).status == "refuted"


@pytest.mark.parametrize(("d", "n"), [(2, 1), (3, 2), (2, 5)])
def test_descent_from_drawn_weights_ends_at_the_claimed_minimum(d: int, n: int) -> None:
    """No start of a quasi-Newton method in all entries of A_0 and A_1 gets below it, and one attains it."""
    (claim,) = (held for held in section_4.STATEMENTS if held.id == "ahn2023-thm-2")
    least = float(claim.statement.value(Instance({"d": d, "n": n}, {}), claim.language).reshape(())[()])
    model = stack(2, ISOTROPIC).model
    generator = np.random.default_rng(1)
    loss = compiled_loss(model, {"n": n})
    vector, _ = weight_vector(model, {"A0": np.eye(d), "A1": np.eye(d)})
    slope = compiled_gradient(model, {"n": n}, vector)
    found = [
        minimize(lambda p: float(loss(vector.unpack(p))), 0.5 * generator.normal(size=2 * d * d), jac=slope).fun
        for _ in range(6)
    ]
    assert min(found) == pytest.approx(least, rel=1e-8)
    assert min(found) > least * (1 - 1e-8)
