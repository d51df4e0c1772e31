from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from numerics.attention import AttentionWeights, attention_output, attention_prediction
from numerics.problem import Problem

ROUNDING = 1e-12  # a few hundred products of numbers of order one


def layer_by_sums(E: np.ndarray, W_PV: np.ndarray, W_KQ: np.ndarray, rho: int) -> np.ndarray:
    """f(E) = E + W_PV E (E^T W_KQ E) / rho with every sum written out."""
    rows, columns = E.shape
    output = np.empty_like(E)
    for i in range(rows):
        for j in range(columns):
            total = 0.0
            for k in range(columns):
                value = sum(W_PV[i, a] * E[a, k] for a in range(rows))
                score = sum(E[a, k] * W_KQ[a, b] * E[b, j] for a in range(rows) for b in range(rows))
                total += value * score
            output[i, j] = E[i, j] + total / rho
    return output


def random_layer(seed: int, d: int, M: int, prompts: int) -> tuple[np.ndarray, AttentionWeights]:
    """Return a batch of embeddings and full weight matrices with standard normal entries."""
    rng = np.random.default_rng(seed)
    embedding = rng.normal(size=(prompts, d + 1, M + 1))
    embedding[:, d, M] = 0
    return embedding, AttentionWeights(rng.normal(size=(d + 1, d + 1)), rng.normal(size=(d + 1, d + 1)))


@given(st.integers(0, 2**32 - 1), st.integers(1, 3), st.integers(1, 4))
def test_layer_is_its_definition_entry_by_entry(seed: int, d: int, M: int) -> None:
    """The whole layer, and the single entry computed by the fast path, equal the sums of the definition."""
    embedding, weights = random_layer(seed, d, M, prompts=2)
    expected = np.array([layer_by_sums(E, weights.W_PV, weights.W_KQ, M) for E in embedding])
    scale = np.abs(expected).max()
    np.testing.assert_allclose(attention_output(embedding, weights, M), expected, rtol=0, atol=ROUNDING * scale)
    prediction = attention_prediction(embedding, weights, M)
    np.testing.assert_allclose(prediction, expected[:, d, M], rtol=0, atol=ROUNDING * scale)


@pytest.mark.parametrize(("d", "M", "prompts"), [(1, 1, 7), (5, 40, 30), (20, 7, 11), (3, 200, 2)])
def test_fast_prediction_is_the_last_entry_of_the_layer(d: int, M: int, prompts: int) -> None:
    """Batches of any shape, in either memory layout."""
    embedding, weights = random_layer(d, d, M, prompts)
    expected = attention_output(embedding, weights, M)[:, d, M]
    columns_first = np.ascontiguousarray(embedding.swapaxes(1, 2)).swapaxes(1, 2)
    for layout in (embedding, columns_first):
        np.testing.assert_allclose(
            attention_prediction(layout, weights, M), expected, rtol=1e-11, atol=1e-11 * np.abs(expected).max()
        )


def test_query_entry_that_is_not_zero_passes_through() -> None:
    """The residual connection adds the embedding's own last entry, whatever it is."""
    embedding, weights = random_layer(0, 2, 3, 4)
    embedding[:, 2, 3] = [1.0, -2.0, 0.5, 7.0]
    expected = attention_output(embedding, weights, 3)[:, 2, 3]
    np.testing.assert_allclose(attention_prediction(embedding, weights, 3), expected, rtol=1e-12)


def test_prediction_ignores_entries_outside_the_four_blocks() -> None:
    """Only the last row of W_PV and the first d columns of W_KQ reach the prediction."""
    d, M = 4, 6
    embedding, weights = random_layer(5, d, M, 9)
    blocks = AttentionWeights.from_blocks(
        U11=weights.W_KQ[:d, :d], u21=weights.W_KQ[d, :d], u12=weights.W_PV[d, :d], u=weights.W_PV[d, d]
    )
    assert not np.array_equal(blocks.W_PV, weights.W_PV)
    np.testing.assert_allclose(
        attention_prediction(embedding, blocks, M), attention_prediction(embedding, weights, M), rtol=1e-11
    )
    # Every entry inside the blocks does reach it.
    for name, index in [("W_PV", (d, 0)), ("W_PV", (d, d)), ("W_KQ", (1, 2)), ("W_KQ", (d, 1))]:
        changed = {"W_PV": weights.W_PV.copy(), "W_KQ": weights.W_KQ.copy()}
        changed[name][index] += 1.0
        moved = attention_prediction(embedding, AttentionWeights(**changed), M)
        assert np.all(moved != attention_prediction(embedding, weights, M))


def test_limit_weights_are_those_of_the_theorem() -> None:
    """Theorem 4.1 entry by entry on an anisotropic covariance, and the predictor that they make."""
    covariance = np.array([[2.0, 0.3, 0.1], [0.3, 1.0, -0.2], [0.1, -0.2, 0.5]])
    problem = Problem(covariance, 7)
    limit = AttentionWeights.limit(problem)
    Gamma = (1 + 1 / 7) * covariance + np.trace(covariance) / 7 * np.eye(3)
    inverse = np.linalg.inv(Gamma)
    a = np.trace(inverse @ inverse)
    W_KQ, W_PV = np.zeros((4, 4)), np.zeros((4, 4))
    W_KQ[:3, :3] = a**-0.25 * inverse
    W_PV[3, 3] = a**0.25
    np.testing.assert_allclose(limit.W_KQ, W_KQ, atol=1e-14)
    np.testing.assert_allclose(limit.W_PV, W_PV, atol=1e-14)
    assert limit.linear_predictor is not None
    np.testing.assert_allclose(limit.linear_predictor, inverse, atol=1e-14)


def test_predictor_of_an_asymmetric_matrix_is_not_transposed() -> None:
    """from_predictor(A) predicts x_q^T A (1/M) sum y_i x_i."""
    embedding, _ = random_layer(2, 3, 5, 4)
    A = np.arange(9.0).reshape(3, 3)
    x, y, query = embedding[:, :3, :5], embedding[:, 3, :5], embedding[:, :3, 5]
    expected = np.einsum("bi,ij,bjm,bm->b", query, A, x, y) / 5
    weights = AttentionWeights.from_predictor(A)
    np.testing.assert_allclose(attention_prediction(embedding, weights, 5), expected, rtol=1e-12)
    np.testing.assert_array_equal(weights.linear_predictor, A)
    assert AttentionWeights.from_blocks(A, u21=[0, 0, 1]).linear_predictor is None
    assert AttentionWeights.from_blocks(A, u12=[0, 0, 1]).linear_predictor is None


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: AttentionWeights(np.eye(2), np.eye(3)), "W_KQ must have shape 2 x 2, got shape"),
        (lambda: AttentionWeights(np.ones((2, 3)), np.eye(3)), "W_PV must be a square"),
        (lambda: AttentionWeights(np.eye(1), np.eye(1)), "W_PV must be a square"),
        (lambda: AttentionWeights.from_blocks(np.ones((2, 3))), "U11 must be a square"),
        (lambda: AttentionWeights.from_blocks(np.eye(2), u21=[1.0]), "u21 must have shape 2"),
        (lambda: AttentionWeights.from_blocks(np.eye(2), u12=[np.nan, 0]), "u12 must be finite"),
    ],
)
def test_bad_weights_are_named(build: object, message: str) -> None:
    """Errors name the argument and what it was."""
    with pytest.raises(ValueError, match=message):
        build()  # type: ignore[operator]
