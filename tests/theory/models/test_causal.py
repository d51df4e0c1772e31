"""Causal stacks against layers written out, and the counting of ordered positions against enumeration."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import permutations, product
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
from theory import Gaussian, LinearAttention, Model, ModelError, Prompt, Stack, evaluate
from theory.models.causal import merged, partitions, placements
from theory.models.prediction import OrderedPrediction

CAUSAL = LinearAttention(mask="causal")
PLAIN = Prompt(x=Gaussian("Lambda"), w=Gaussian("I"))

FREE = ("P11_0", "p12_0", "u_0", "U11_0", "k12_0", "u12_1", "u_1", "U11_1", "k22_1")


@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 3), (2, 1), (2, 2)])
def test_two_causal_layers_have_the_loss_of_the_layers_written_out(d: int, N: int) -> None:
    """With noise and a task covariance, at several lengths; the mask matters from N = 2 on."""
    generator = random.Random(f"{d} {N}")
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    A = [brute_force.matrix(generator, d, d) for _ in range(2)]
    law = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi"), noise="s2")
    values = {"Lambda": L @ L.T, "Psi": K @ K.T, "s2": Fraction(1, 4), "N": N, "A0": A[0], "A1": A[1]}
    value = Model(law, Stack(CAUSAL, CAUSAL), "sparse").loss().evaluate(**values)
    prompt = ReferencePrompt(L, K, N, deviation=0.5, nodes={"x": 5, "q": 4, "w": 2, "e": 2})
    reference = prompt.loss([sparse_layer(a, "causal") for a in A], sign=-1)
    assert float(value) == pytest.approx(reference, rel=ROUNDING)
    plain = LinearAttention()
    unmasked = Model(law, Stack(plain, plain), "sparse").loss().evaluate(**values)
    assert (value == unmasked) == (N == 1)


@pytest.mark.parametrize(("d", "N"), [(1, 1), (1, 3), (2, 2)])
def test_three_heads_in_a_looped_layer(d: int, N: int) -> None:
    """One causal layer of three heads used twice, tasks with a mean, noisy labels: the model of docs/own-model.md."""
    law = Prompt(x=Gaussian("Lambda"), w=Gaussian("Psi", mean="mu"), noise="s2")
    layer = LinearAttention(heads=3, mask="causal")
    forms = {"U11_0": "a Lambda^-1", "U11_1": "b I", "U11_2": "k q'", "u_0": "1", "u_1": "1", "u_2": "1"}
    loss = Model(law, Stack(layer, layer, shared=True), forms, vectors=("k", "q")).loss()
    generator = random.Random(10 * d + N)
    L, K = brute_force.root(generator, d), brute_force.root(generator, d)
    mu, k, q = (brute_force.vector(generator, d) for _ in range(3))
    a, b = Fraction(1, 3), Fraction(-1, 2)
    unit = np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)
    corner = assemble(None, None, np.full(d, Fraction(0)), Fraction(1))
    forms_there = [a * brute_force.inverse(L @ L.T), b * unit, np.outer(k, q)]
    written_out = ReferenceLayer([(corner, assemble(U, None, None, None)) for U in forms_there], "causal")
    prompt = ReferencePrompt(L, K, N, mu, deviation=0.5, nodes={"x": 5, "q": 4, "w": 2, "e": 2})
    value = loss.evaluate(Lambda=L @ L.T, Psi=K @ K.T, mu=mu, s2=Fraction(1, 4), N=N, a=a, b=b, k=k, q=q)
    assert float(value) == pytest.approx(prompt.loss([written_out, written_out]), rel=ROUNDING)


def test_blocks_that_move_the_covariates() -> None:
    """Where the first layer changes covariates too, the ordered terms, added up on a prompt, are the layers' output."""
    generator = random.Random(2)
    d, N = 2, 2
    shapes = {"P11": (d, d), "p12": (d,), "u12": (d,), "u": (), "U11": (d, d), "k12": (d,), "u21": (d,), "k22": ()}
    values: dict[str, Any] = {}
    layers = []
    for k in (0, 1):
        b = {name: brute_force.vector(generator, d * d)[: int(np.prod(shape))] for name, shape in shapes.items()}
        b = {name: b[name].reshape(shape) if shape else b[name][0] for name, shape in shapes.items()}
        b |= {name: 0 * b[name] for name in shapes if f"{name}_{k}" not in FREE}
        values |= {f"{name}_{k}": value for name, value in b.items()}
        P = assemble(b["P11"], b["p12"], b["u12"], b["u"])
        layers.append(ReferenceLayer([(P, assemble(b["U11"], b["k12"], b["u21"], b["k22"]))], "causal"))
    X, y = brute_force.matrix(generator, d, N), brute_force.vector(generator, N)
    x_q = brute_force.vector(generator, d)
    prediction = Model(PLAIN, Stack(CAUSAL, CAUSAL), {name: name for name in FREE}).prediction
    assert isinstance(prediction, OrderedPrediction)
    total = Fraction(0)
    for term in prediction.terms:
        expression = merged(term.value.blocks[0][0], [[label] for label in term.labels])
        used = {s.name for s in expression.symbols}
        for spot in product(range(N), repeat=len(term.labels)):
            at = dict(zip(term.labels, spot, strict=True))
            if all(at[low] <= at[high] for low, high in term.order):
                data = {f"x_at{k}": X[:, i] for k, i in enumerate(spot)} | {
                    f"y_at{k}": y[i] for k, i in enumerate(spot)
                }
                given = {n: v for n, v in {**values, **data, "x_q": x_q}.items() if n in used}
                total += evaluate(expression, given, {"N": N})
    Z = np.concatenate([np.column_stack([X, x_q]), [[*y, Fraction(0)]]])
    assert output(Z, layers)[-1, -1] == total


def test_one_causal_layer_is_a_layer_without_a_mask() -> None:
    """The query stands last and attends to everything."""
    assert Model(PLAIN, CAUSAL).loss().expression == Model(PLAIN, LinearAttention()).loss().expression


def test_a_causal_stack_has_no_predictor_as_a_formula() -> None:
    """Sums over ordered positions have no notation, which is said."""
    with pytest.raises(ModelError, match="positions in their order"):
        Model(PLAIN, Stack(CAUSAL, CAUSAL), "sparse").predictor()


@pytest.mark.parametrize("order", [(), (("a", "b"),), (("a", "b"), ("c", "b")), (("a", "b"), ("b", "c"), ("a", "c"))])
@pytest.mark.parametrize("N", [1, 2, 4])
def test_placements_count_the_positions(order: tuple[tuple[str, str], ...], N: int) -> None:
    """Over all partitions of three positions the placements add up to the triples in order, one partition at a time."""
    labels = ("a", "b", "c")
    for blocks in partitions(labels):
        place = {label: k for k, block in enumerate(blocks) for label in block}
        expected = sum(
            all(spot[place[low]] <= spot[place[high]] for low, high in order)
            for spot in permutations(range(N), len(blocks))
        )
        assert expected == placements(blocks, order, "N").evaluate({"N": N}, Fraction(1))
    total = sum(placements(blocks, order, "N").evaluate({"N": N}, Fraction(1)) for blocks in partitions(labels))
    everywhere = [(i, j, k) for i in range(N) for j in range(N) for k in range(N)]
    assert total == sum(
        all(dict(zip(labels, t, strict=True))[a] <= dict(zip(labels, t, strict=True))[b] for a, b in order)
        for t in everywhere
    )


def test_partitions_are_counted_by_bell_numbers() -> None:
    """1, 1, 2, 5, 15, 52, each different."""
    found = [[frozenset(map(frozenset, p)) for p in partitions([str(k) for k in range(n)])] for n in range(6)]
    assert [1, 1, 2, 5, 15, 52] == [len(set(p)) for p in found] == [len(p) for p in found]
