"""Claims about softmax attention expanded in its logits: the whole ladder, and every word says that it is expanded."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from proofs_check import claims_of, verify
from proofs_check.judge.exact_moments import Coordinates, fraction
from proofs_check.model_claims.dual import Moving
from proofs_check.model_claims.networks import _softmax
from theory import Gaussian, LinearAttention, Model, Prompt, SoftmaxAttention, Stack

LAW = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi"), noise="s2")
FIRST = Model(LAW, SoftmaxAttention(1, mask="query"), "reduced")
# By hand: u (mean of y + S'U x_q) with the sample covariance S of N centred points, N - 1 degrees of freedom.
LOSS = (
    "1/2 tr(Lambda Psi) + T u^2/(2 N) - (N - 1)/N u tr(Lambda Psi Lambda U)"
    " + (N - 1)/(2 N^2) T u^2 tr(Lambda U Lambda U') + (N - 1)/(2 N) u^2 tr(Lambda Psi Lambda U Lambda U')"
)
WHERE = {"T": "tr(Lambda Psi) + s2"}


def test_the_loss_to_first_order_is_proved_and_says_what_it_is_of() -> None:
    """Derived, exact and sampled; with N in the place of N - 1, as for linear attention, it is refuted."""
    of = claims_of(FIRST)
    right = of.loss("first", "The loss to first order", "", LOSS, where=WHERE)
    wrong = of.loss("linear", "The loss of linear attention", "", LOSS.replace("(N - 1)", "N"), where=WHERE)
    proved, refuted = verify([right, wrong]).results
    assert proved.status == "proved"
    assert {item.kind for item in proved.evidence} == {"symbolic", "exact", "Monte Carlo"}
    assert refuted.status == "refuted"
    assert any("softmax expanded to order 1 in its logits" in said for said in right.assumptions)
    assert right.left.latex == "L^{(1)}"


@pytest.mark.parametrize("order", [1, 2, 4])
def test_the_series_in_the_exact_evidence_is_that_of_softmax(order: int) -> None:
    """Against softmax of t s in floating point: what is left is of order t^(order + 1)."""
    space = Coordinates({})
    mask = np.array([[1, 1], [1, 1], [0, 1]])
    generator = np.random.default_rng(order)
    logits = generator.integers(-3, 4, (3, 2))
    left = []
    for t in (Fraction(1, 32), Fraction(1, 64)):
        held = np.array([[t * int(s) for s in row] for row in logits], dtype=object)
        exact = _softmax(Moving(space.constant(held)), mask, order)
        found = np.vectorize(lambda entry: float(fraction(space.mean(entry))) if entry else 0.0)(exact.value)
        powers = np.exp(float(t) * logits) * mask
        left.append(np.abs(found - powers / powers.sum(axis=0)).max())
    assert np.log2(left[0] / left[1]) == pytest.approx(order + 1, abs=0.3)


def test_words_name_the_attention_of_each_layer() -> None:
    """Softmax with its order and scale, beside linear layers."""
    model = Model(LAW, Stack(LinearAttention(), SoftmaxAttention(2, mask="query", scale="d")), "reduced")
    (said,) = (s for s in claims_of(model).formula("f", "t", "", "N", "N").assumptions if "attention" in s)
    assert "linear, one head" in said
    assert "softmax expanded to order 2 in its logits, one head" in said
    assert "scores divided by $d$" in said
