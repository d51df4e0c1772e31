"""Models as objects: the paper's model as their first use, stacks and heads against moments in coordinates."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.models.exact_network import ReferenceLayer, ReferencePrompt, assemble
from theory import Elliptical, Gaussian, LinearAttention, Model, Prompt, Stack, evaluate, population_loss
from theory.algebra.expression import Expression, letter, matrix, symbol_expression
from theory.population_loss import reduced

PLAIN = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))
UNIT = Fraction(1)


def unit(d: int) -> Any:
    return np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)


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
        (Prompt(x=Elliptical("Lambda", ("kappa", "m3")), w=Gaussian("I")), {"elliptical": True}),
    ],
    ids=["paper", "noise", "task covariance", "elliptical"],
)
def test_one_layer_is_the_population_loss(law: Prompt, variant: dict[str, bool]) -> None:
    """With every block free the model's loss is the derived loss of the paper, term by term."""
    derived = population_loss(**variant).expression
    loss = Model(law, LinearAttention()).loss().expression
    # E r^3 is declared positive by one and not by the other; the letter is the same.
    same = {s: symbol_expression(next(t for t in loss.symbols if t.name == s.name)) for s in derived.symbols}
    assert derived.substitute(same) == loss


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
    value = evaluate(model.prediction_in_data, {**A, "X": X, "y": y, "x_q": x_q}, {"N": N})
    assert value == pytest.approx(x_q @ w, rel=1e-12)


@pytest.mark.parametrize("mask", ["none", "query"])
@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 3), (2, 1), (2, 2)])
def test_two_sparse_layers_equal_moments_in_coordinates(d: int, N: int, mask: str) -> None:
    """The loss of a stack with a task covariance is exactly that of the raw layers, with and without the mask."""
    generator = random.Random(f"{d} {N}")
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    A = [brute_force.matrix(generator, d, d) for _ in range(2)]
    corner = assemble(None, None, np.full(d, Fraction(0)), UNIT)
    layers = [ReferenceLayer([(corner, assemble(-a, None, None, None))], mask) for a in A]
    model = Model(
        Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi"), length="n"),
        Stack(LinearAttention(mask=mask), LinearAttention(mask=mask)),
        weights="sparse",
    )
    value = model.loss().evaluate(Lambda=L @ L.T, Psi=K @ K.T, n=N, A0=A[0], A1=A[1])
    assert ReferencePrompt(L, K, N).loss(layers, sign=-1) == value


@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 2), (2, 2)])
def test_heads_means_and_noise_equal_moments_in_coordinates(d: int, N: int) -> None:
    """Two heads, every block free, tasks and covariates with means, noise in labels and target: exact equality."""
    generator = random.Random(f"{d} {N}")
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    mean, centre = brute_force.vector(generator, d), brute_force.vector(generator, d)
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
    law = Prompt(Gaussian("Lambda", mean="c"), Gaussian("Psi", mean="mu"), noise="s2", target_noise=True)
    value = (
        Model(law, LinearAttention(heads=2))
        .loss()
        .evaluate(Lambda=L @ L.T, Psi=K @ K.T, mu=mean, c=centre, s2=Fraction(4, 9), N=N, **values)
    )
    prompt = ReferencePrompt(L, K, N, mean, centre, Fraction(2, 3), target_noise=True)
    assert prompt.loss([ReferenceLayer(heads)]) == value


@pytest.mark.parametrize("mask", ["none", "query"])
def test_two_layers_with_every_block_equal_moments_in_coordinates(mask: str) -> None:
    """All sixteen blocks of two layers, at d = N = 1, where the polynomial in coordinates is small."""
    generator = random.Random(3)
    names = ("P11", "p12", "u12", "u", "U11", "k12", "u21", "k22")
    values = {f"{name}_{k}": brute_force.rational(generator) for k in (0, 1) for name in names}
    texts = {name: name for name in values if name not in ("P11_1", "p12_1")}
    model = Model(PLAIN, Stack(LinearAttention(mask=mask), LinearAttention(mask=mask)), weights=texts)
    error = model.error_expression
    layers = []
    for k in (0, 1):
        b = {name: np.array([values[f"{name}_{k}"]], dtype=object) for name in names}
        P = np.array([[b["P11"][0], b["p12"][0]], [b["u12"][0], b["u"][0]]], dtype=object)
        Q = np.array([[b["U11"][0], b["k12"][0]], [b["u21"][0], b["k22"][0]]], dtype=object)
        layers.append(ReferenceLayer([(P, Q)], mask))
    prompt = ReferencePrompt(unit(1) * 2, unit(1), 1)
    polynomial = prompt.error(layers)
    point = [Fraction(k + 2, 3) for k in range(len(prompt.coordinates.moments))]
    at = dict(zip(prompt.coordinates.ring.gens, point, strict=True))
    vectors = {key: [p.evaluate(list(at.items())) for p in held] for key, held in prompt.coordinates.vectors.items()}
    shaped = {
        name: values[name]
        if name.startswith(("u_", "k22"))
        else np.full((1, 1) if name[:3] in ("P11", "U11") else (1,), values[name])
        for name in texts
    }
    data = {"x": [[_f(vectors["x", 0][0])]], "x_q": [_f(vectors["x", None][0])], "w": [_f(vectors["w", None][0])]}
    value = evaluate(error, {**shaped, **data}, {"N": 1})
    assert _f(polynomial.evaluate(list(at.items()))) == value


def _f(value: Any) -> Fraction:
    return Fraction(int(value.numerator), int(value.denominator))


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
