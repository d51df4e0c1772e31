"""Conserved quadratic forms: the balance laws of every parametrisation, all of them and no others."""

from __future__ import annotations

import numpy as np
import pytest

from theory import Gaussian, LinearAttention, Model, Prompt, Stack
from theory.algebra.calculus import differential
from theory.algebra.coefficients import Coefficient
from theory.algebra.expression import Expression
from theory.models.invariants import null_space

PLAIN = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi"), noise="s2")
MASKED = LinearAttention(mask="query")


def texts(model: Model) -> set[str]:
    return {str(formula.expression) for formula in model.invariants()}


@pytest.mark.parametrize(
    ("network", "weights", "expected"),
    [
        (LinearAttention(), "reduced", {"u^2 - tr(U U')"}),
        (LinearAttention(), "all", {"-u^2 + tr(U11 U11') - u12' u12 + u21' u21"}),
        (
            LinearAttention(heads=2),
            "reduced",
            {"u_0^2 - tr(U_0 U_0')", "u_0 u_1 - tr(U_0 U_1')", "u_1^2 - tr(U_1 U_1')"},
        ),
        (LinearAttention(key_query="separate"), "reduced", {"-k' k + q' q", "u^2 - k' k"}),
        (LinearAttention(key_query="separate", rank="R"), "reduced", {"-K' K + Q' Q", "u^2 - tr(K K')"}),
        (LinearAttention(), "sparse", set()),
        (Stack(MASKED, MASKED), "sparse", set()),
        (Stack(MASKED, MASKED), "reduced", {"u_0^2 - tr(U_0 U_0')", "u_1^2 - tr(U_1 U_1')"}),
    ],
    ids=["merged", "all blocks", "two heads", "rank one", "rank R", "sparse", "two sparse layers", "two layers"],
)
def test_the_balance_laws(network: LinearAttention | Stack, weights: str, expected: set[str]) -> None:
    """Lemma A.3 and its relatives are found, whatever the task's covariance and the noise."""
    assert expected == texts(Model(PLAIN, network, weights))


def test_the_law_may_break_a_symmetry() -> None:
    """With task means or without, balance holds: it is a symmetry of the network, not of the law."""
    law = PLAIN.replace(w=Gaussian("Psi", mean="mu"))
    assert texts(Model(PLAIN, LinearAttention(), "all")) == texts(Model(law, LinearAttention(), "all"))


def test_no_conserved_form_is_missed_at_random_points() -> None:
    """The number of conserved combinations is that of the numerical rates of change of all candidates."""
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("I")), LinearAttention(heads=2), "reduced")
    flow = model.flow()
    generator = np.random.default_rng(5)
    rows = []
    for _ in range(12):
        root = generator.normal(size=(2, 2))
        at = {"Lambda": root @ root.T + np.eye(2), "N": 3}
        at |= {f"U_{h}": generator.normal(size=(2, 2)) for h in (0, 1)}
        at |= {f"u_{h}": float(generator.normal()) for h in (0, 1)}
        rate = {name: flow[f"{name}'"].evaluate(**at) for name in ("U_0", "U_1", "u_0", "u_1")}
        pairs = [("u_0", "u_0"), ("u_0", "u_1"), ("u_1", "u_1"), ("U_0", "U_0"), ("U_0", "U_1"), ("U_1", "U_1")]
        change = [np.sum(rate[a] * at[b]) + np.sum(at[a] * rate[b]) for a, b in pairs]
        # tr(A B) without a transpose is a candidate too.
        for a, b in pairs[3:]:
            change.append(np.trace(rate[a] @ at[b] + at[a] @ rate[b]))
        rows.append(change)
    singular = np.linalg.svd(np.array(rows), compute_uv=False)
    conserved = int(np.sum(singular < 1e-9 * singular[0]))
    assert conserved == len(model.invariants())


def test_a_form_that_is_not_conserved_is_not_listed() -> None:
    """u^2 - 2 tr(U U') moves."""
    model = Model(PLAIN, LinearAttention(), "reduced")
    U, u = model.trained["U"], model.trained["u"]
    wrong = u * u - 2 * (U @ U.T).trace()
    assert differential(wrong, {letter: -model.gradients[name] for name, letter in model.trained.items()})


def test_null_space_over_the_field_of_the_lengths() -> None:
    """(N, 1; N^2, N) v = 0 exactly for v on the line of (-1/N, 1)."""
    N, one = Coefficient.length("N"), Coefficient.number(1)
    assert [[-(N**-1), one]] == null_space([[N, one], [N * N, N]], 2)
    assert [] == null_space([[N, one], [one, N]], 2)
    assert [[one, one * Coefficient.number(0)], [Coefficient.number(0), one]] == null_space([], 2)


def test_conserved_forms_are_expressions() -> None:
    """They can be computed with: the derivative along the flow is the zero of the algebra."""
    model = Model(PLAIN, LinearAttention(key_query="separate", rank=2), "reduced")
    velocity = {letter: -model.gradients[name] for name, letter in model.trained.items()}
    for formula in model.invariants():
        rate: Expression = differential(formula.expression, velocity)
        assert not rate
