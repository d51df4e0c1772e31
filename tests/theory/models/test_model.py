"""Models as objects: the paper's model as their first use, stacks and heads against moments in coordinates."""

from __future__ import annotations

import random
from fractions import Fraction
from functools import cache
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.models.reference_network import (
    ROUNDING,
    ReferenceLayer,
    ReferencePrompt,
    assemble,
    output,
    sparse_layer,
)
from theory import Elliptical, Formula, Gaussian, LinearAttention, Model, Prompt, Stack, evaluate, population_loss
from theory.algebra.expression import Expression, letter, matrix
from theory.zhang2024.population_loss import reduced

PLAIN = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
UNIT = Fraction(1)


def of_one_name(expression: Expression) -> Expression:
    """The restricted loss with its matrix block called U, as in Lemma 5.2."""
    blocks = {s.name: s for s in expression.symbols}
    return expression.substitute({blocks["U11"]: matrix("U")})


@pytest.mark.parametrize(
    ("law", "variant"),
    [
        (PLAIN, {}),
        (PLAIN.replace(noise="s2"), {"noise": True}),
        (PLAIN.replace(w=Gaussian("Psi")), {"task_covariance": True}),
        (Prompt(x=Elliptical("Lambda", ("kappa4", "m3")), w=Gaussian("I")), {"elliptical": True}),
    ],
    ids=["paper", "noise", "task covariance", "elliptical"],
)
def test_one_layer_is_the_population_loss(law: Prompt, variant: dict[str, bool]) -> None:
    """The paper's derivation is a use of this model; that its loss is right is tested in coordinates with the paper."""
    assert population_loss(**variant).expression == Model(law, LinearAttention()).loss().expression


def test_the_reduced_loss_is_the_loss_without_the_cross_blocks() -> None:
    """weights="reduced" is the invariant subspace u21 = u12 = 0."""
    model = Model(PLAIN, LinearAttention(), weights="reduced")
    assert of_one_name(reduced(population_loss().expression)) == model.loss().expression


def test_masking_the_query_changes_one_layer_by_the_terms_of_the_query() -> None:
    """Without the mask the Gram matrix contains the query, so the losses differ, but not on the reduced weights."""
    losses = {
        (mask, weights): Model(PLAIN, LinearAttention(mask=mask), weights).loss().expression
        for mask in ("none", "query")
        for weights in ("all", "reduced")
    }
    assert losses["none", "all"] != losses["query", "all"]
    assert losses["none", "reduced"] == losses["query", "reduced"]


@pytest.mark.parametrize("layers", [1, 2, 3])
def test_a_sparse_layer_is_a_step_of_gradient_descent(layers: int) -> None:
    """Ahn et al., Lemma 1: the prediction of L layers is x_q'w_L with w_{l+1} = w_l + A_l X (y - X'w_l)/N, w_0 = 0."""
    model = Model(PLAIN, Stack(*[LinearAttention(mask="query")] * layers), weights="sparse")
    generator = np.random.default_rng(layers)
    d, N = 3, 4
    X, y, x_q = generator.normal(size=(d, N)), generator.normal(size=N), generator.normal(size=d)
    A = {f"A{k}" if layers > 1 else "A": generator.normal(size=(d, d)) for k in range(layers)}
    w = np.zeros(d)
    for step in A.values():
        w = w + step.T @ X @ (y - X.T @ w) / N
    value = evaluate(model.prediction.in_data(), {**A, "X": X, "y": y, "x_q": x_q}, {"N": N})
    assert value == pytest.approx(x_q @ w, rel=1e-12)


@pytest.mark.parametrize("mask", ["none", "query"])
@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 3), (2, 1), (2, 2)])
def test_two_sparse_layers_equal_moments_in_coordinates(d: int, N: int, mask: str) -> None:
    """The loss of a stack with a task covariance is that of the raw layers, with and without the mask."""
    generator = random.Random(f"{d} {N}")
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    A = [brute_force.matrix(generator, d, d) for _ in range(2)]
    model = Model(
        Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi"), length="n"),
        Stack(LinearAttention(mask=mask), LinearAttention(mask=mask)),
        weights="sparse",
    )
    value = model.loss().evaluate(Lambda=L @ L.T, Psi=K @ K.T, n=N, A0=A[0], A1=A[1])
    reference = ReferencePrompt(L, K, N).loss([sparse_layer(a, mask) for a in A], sign=-1)
    assert float(value) == pytest.approx(reference, rel=ROUNDING)


@cache
def loss_of_two_heads() -> Formula:
    law = Prompt(Gaussian("Lambda"), Gaussian("Psi", mean="mu"), noise="s2", target_noise=True)
    return Model(law, LinearAttention(heads=2)).loss()


@pytest.mark.parametrize(("d", "N"), [(1, 2), (2, 2)])
def test_heads_means_and_noise_equal_moments_in_coordinates(d: int, N: int) -> None:
    """Two heads, every block free, tasks with a mean, noise in labels and target."""
    generator = random.Random(f"{d} {N}")
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    mean = brute_force.vector(generator, d)
    values: dict[str, Any] = {}
    heads = []
    for h in (0, 1):
        b = {
            f"U11_{h}": brute_force.matrix(generator, d, d),
            f"u21_{h}": brute_force.vector(generator, d),
            f"u12_{h}": brute_force.vector(generator, d),
            f"u_{h}": brute_force.rational(generator),
        }
        values |= b
        other = brute_force.matrix(generator, d, d), brute_force.vector(generator, d), brute_force.rational(generator)
        P = assemble(other[0], other[1], b[f"u12_{h}"], b[f"u_{h}"])
        heads.append((P, assemble(b[f"U11_{h}"], other[1], b[f"u21_{h}"], other[2])))
    formula = loss_of_two_heads()
    value = formula.evaluate(Lambda=L @ L.T, Psi=K @ K.T, mu=mean, s2=Fraction(4, 9), N=N, **values)
    nodes = {"x": 3, "q": 4, "w": 3, "e": 3}
    prompt = ReferencePrompt(L, K, N, mean, deviation=2 / 3, target_noise=True, nodes=nodes)
    assert float(value) == pytest.approx(prompt.loss([ReferenceLayer(heads)]), rel=ROUNDING)


@cache
def prediction_with_every_block(mask: str) -> Expression:
    return Model(PLAIN, Stack(LinearAttention(mask=mask), LinearAttention(mask=mask))).prediction.in_data()


@pytest.mark.parametrize("mask", ["none", "query"])
@pytest.mark.parametrize(("d", "N"), [(1, 1), (2, 3)])
def test_the_prediction_of_two_layers_with_every_block(mask: str, d: int, N: int) -> None:
    """Two layers with all their blocks predict what the layers written out predict, exactly."""
    generator = random.Random(3)
    shapes = {"P11": (d, d), "p12": (d,), "u12": (d,), "u": (), "U11": (d, d), "k12": (d,), "u21": (d,), "k22": ()}
    values: dict[str, Any] = {}
    layers = []
    for k in (0, 1):
        b = {name: brute_force.vector(generator, d * d)[: int(np.prod(shape))] for name, shape in shapes.items()}
        b = {name: b[name].reshape(shape) if shape else b[name][0] for name, shape in shapes.items()}
        values |= {f"{name}_{k}": value for name, value in b.items()}
        P = assemble(b["P11"], b["p12"], b["u12"], b["u"])
        layers.append(ReferenceLayer([(P, assemble(b["U11"], b["k12"], b["u21"], b["k22"]))], mask))
    prediction = prediction_with_every_block(mask)
    X, y = brute_force.matrix(generator, d, N), brute_force.vector(generator, N)
    x_q = brute_force.vector(generator, d)
    Z = np.concatenate([np.column_stack([X, x_q]), [[*y, Fraction(0)]]])
    used = {s.name for s in prediction.symbols}
    value = evaluate(
        prediction, {n: v for n, v in values.items() if n in used} | {"X": X, "y": y, "x_q": x_q}, {"N": N}
    )
    assert output(Z, layers)[-1, -1] == value


def test_separate_keys_and_queries_are_a_product() -> None:
    """U = K Q' put into the merged loss is the loss of separate keys and queries, of any rank."""
    merged = Model(PLAIN, LinearAttention(), "reduced").loss().expression
    U = next(s for s in merged.symbols if s.name == "U")
    for rank, shape in ((1, 1), ("R", "R"), (2, 2)):
        model = Model(PLAIN, LinearAttention(key_query="separate", rank=rank), "reduced")
        k, q = ("k", "q") if rank == 1 else ("K", "Q")
        product = matrix(k, "d", shape) @ matrix(q, "d", shape).T
        assert merged.substitute({U: product}) == model.loss().expression


def test_a_looped_layer_is_a_stack_with_equal_weights() -> None:
    """Stack(..., shared=True) is the stack with one letter for both layers."""
    layers = (LinearAttention(mask="query"), LinearAttention(mask="query"))
    two = Model(PLAIN, Stack(*layers), "sparse").loss().expression
    A0, A1 = (next(s for s in two.symbols if s.name == name) for name in ("A0", "A1"))
    looped = Model(PLAIN, Stack(*layers, shared=True), "sparse").loss().expression
    assert two.substitute({A0: matrix("A"), A1: matrix("A")}) == looped


def test_a_mapping_names_the_blocks_that_are_not_zero() -> None:
    """The paper's limit as a mapping has the loss of the reduced model there."""
    model = Model(PLAIN, LinearAttention(), {"U11": "a Lambda^-1", "u": "1"})
    general = Model(PLAIN, LinearAttention(), "reduced").loss().expression
    U, u = (next(s for s in general.symbols if s.name == name) for name in ("U", "u"))
    a = next(iter(model.trained.values()))
    at = general.substitute({U: a * matrix("Lambda", definite=True) ** -1, u: a**0})
    assert at == model.loss().expression
    assert {"a"} == set(model.trained)


def test_lengths_have_any_name() -> None:
    """A prompt of length `shots` has the loss of a prompt of length N, with another keyword."""
    values = {"Lambda": [[Fraction(2), UNIT], [UNIT, Fraction(3)]], "U": [[UNIT, 0 * UNIT], [UNIT, UNIT]], "u": UNIT}
    one = Model(PLAIN, LinearAttention(), "reduced").loss().evaluate(**values, N=5)
    other = Model(PLAIN.replace(length="shots"), LinearAttention(), "reduced").loss().evaluate(**values, shots=5)
    assert one == other


def test_the_dimension_is_an_argument_only_where_no_letter_shows_it() -> None:
    """With Lambda = I and scalar weights nothing shows d."""
    isotropic = Prompt(Gaussian("I"), Gaussian("I"))
    model = Model(isotropic, LinearAttention(), {"U11": "a I", "u": "1"})
    assert {"a", "N", "d"} == set(model.loss().arguments)
    a, N, d = Fraction(1, 3), 4, 3
    expected = (d - 2 * a * d + a**2 * d * (1 + Fraction(d + 1, N))) / 2
    assert expected == model.loss().evaluate(a=a, N=N, d=d)


def test_letter_of_the_restricted_loss() -> None:
    """The letters of the model are the engine's, so its expressions meet those of the theory."""
    assert {"U11", "u21", "u12", "u"} == set(Model(PLAIN, LinearAttention()).trained)
    assert letter(Model(PLAIN, LinearAttention()).trained["U11"]).latex == "U_{11}"


def test_the_flow_of_a_model_is_printed_with_time_derivatives() -> None:
    """No prime stands for a derivative, and every result is an equation with a left side."""
    flow = Model(Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi")), LinearAttention(), weights="sparse").flow()
    document = flow.document()
    assert all(display.left for display in document.displays)
    assert not any("'" in display.line for display in document.displays)
    assert "d/dt" in flow.text()
    assert len(flow.results) == sum(step.label.startswith(r"\frac{d}{dt}") for step in flow.steps)
