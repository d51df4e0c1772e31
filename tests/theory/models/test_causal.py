"""Causal stacks against layers written out."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import product
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
from theory import Elliptical, Gaussian, LinearAttention, Model, Prompt, Stack
from theory.algebra.expression import length, symbol_expression
from theory.algebra.grammar import Vocabulary, elaborate, parse

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
    """Where the first layer changes covariates too, the predictor on a prompt is the layers' output."""
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
    predictor = Model(PLAIN, Stack(CAUSAL, CAUSAL), {name: name for name in FREE}).predictor()
    Z = np.concatenate([np.column_stack([X, x_q]), [[*y, Fraction(0)]]])
    given = {name: values[name] for name in FREE}
    assert output(Z, layers)[-1, -1] == predictor.evaluate(**given, x=X.T, y=y, x_q=x_q, N=N)


def test_elliptical_covariates_under_a_mask() -> None:
    """Two causal layers on x_i = s_i z_i with radii s_i of two values: the mean over all radii of the loss given them.

    The plain moments of Gaussian covariates would give another number.
    """
    law = Prompt(x=Elliptical("Lambda", ("r2", "r3", "r4", "r5")), w=Gaussian("Psi"))
    a, b, N = Fraction(1, 3), Fraction(-1, 2), 2
    values = {"Lambda": [[Fraction(9, 4)]], "Psi": [[Fraction(1)]], "A0": [[a]], "A1": [[b]], "N": N}
    moments = {f"r{k}": brute_force.radial_moment(k) for k in range(2, 6)}
    value = Model(law, Stack(CAUSAL, CAUSAL), "sparse").loss().evaluate(**values, **moments)
    layers = [sparse_layer(np.array([[c]], dtype=object), "causal") for c in (a, b)]
    prompt = ReferencePrompt(np.array([[1.5]]), np.array([[1.0]]), N, nodes={"x": 6, "q": 4, "w": 2, "e": 1})
    expected = 0.0
    for draw in product(brute_force.RADII, repeat=N + 1):
        radii = np.array([float(s) for s, _ in draw])
        error = -output(prompt.embedding * radii, layers)[:, -1, -1] - prompt.target * radii[-1]
        expected += float(np.prod([float(p) for _, p in draw]) * (prompt.weights @ error**2) / 2)
    assert float(value) == pytest.approx(expected, rel=ROUNDING)
    gaussian = Model(law, Stack(CAUSAL, CAUSAL), "sparse").loss().evaluate(**values, **dict.fromkeys(moments, 1))
    assert float(gaussian) != pytest.approx(expected, rel=0.01)


def test_one_causal_layer_is_a_layer_without_a_mask() -> None:
    """The query stands last and attends to everything."""
    assert Model(PLAIN, CAUSAL).loss().expression == Model(PLAIN, LinearAttention()).loss().expression


def test_the_predictor_of_a_causal_stack_is_a_sum_over_ordered_positions() -> None:
    """Its text says the order, and reads back."""
    predictor = Model(PLAIN, Stack(CAUSAL, CAUSAL), "sparse").predictor().expression
    assert "sum_{j<i}(y_j (x_i' A0' x_j) (x_i' A1 x_q))" in str(predictor)
    names = {symbol.name: symbol_expression(symbol) for symbol in predictor.symbols} | {"N": length("N")}
    assert elaborate(parse(str(predictor)), Vocabulary(names)) == predictor
