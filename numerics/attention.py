"""The linear self-attention layer, straight from its definition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from numerics.problem import FloatArray, Problem, checked_array


@dataclass(frozen=True, eq=False)
class AttentionWeights:
    """The two weight matrices of a linear self-attention layer on embeddings of d + 1 rows.

    Args:
        W_PV: projection times value matrix, (d+1) x (d+1).
        W_KQ: key times query matrix, (d+1) x (d+1).

    Raises:
        ValueError, TypeError: unless both are finite, square and of one size of at least 2.

    Source: Zhang, Frei and Bartlett (2024), section 3.
    """

    W_PV: FloatArray
    W_KQ: FloatArray

    def __post_init__(self) -> None:
        W_PV = checked_array("W_PV", self.W_PV, (-1, -1))
        size = W_PV.shape[0]
        if W_PV.shape[1] != size or size < 2:
            raise ValueError(f"W_PV must be a square (d+1) x (d+1) matrix with d >= 1, got shape {W_PV.shape}")
        W_KQ = checked_array("W_KQ", self.W_KQ, (size, size))
        for name, matrix in (("W_PV", W_PV), ("W_KQ", W_KQ)):
            matrix.setflags(write=False)
            object.__setattr__(self, name, matrix)

    @classmethod
    def from_blocks(
        cls, U11: ArrayLike, u21: ArrayLike | None = None, u12: ArrayLike | None = None, u: float = 1.0
    ) -> AttentionWeights:
        """Return weights with the blocks that the prediction depends on, and zeros in every other entry.

        Args:
            U11: W_KQ[:d, :d], d x d.
            u21: W_KQ[d, :d], shape (d,); zero if None.
            u12: W_PV[d, :d], shape (d,); zero if None.
            u: W_PV[d, d].

        Raises:
            ValueError, TypeError: for blocks whose shapes do not fit together.
        """
        top = checked_array("U11", U11, (-1, -1))
        d = top.shape[0]
        if top.shape[1] != d or d == 0:
            raise ValueError(f"U11 must be a square d x d matrix with d >= 1, got shape {top.shape}")
        W_PV = np.zeros((d + 1, d + 1))
        W_KQ = np.zeros((d + 1, d + 1))
        W_KQ[:d, :d] = top
        if u21 is not None:
            W_KQ[d, :d] = checked_array("u21", u21, (d,))
        if u12 is not None:
            W_PV[d, :d] = checked_array("u12", u12, (d,))
        W_PV[d, d] = float(checked_array("u", u, ()))
        return cls(W_PV, W_KQ)

    @classmethod
    def from_predictor(cls, A: ArrayLike) -> AttentionWeights:
        """Return weights of the linear predictor x_q^T A (1/M) sum_i y_i x_i, for any d x d matrix A."""
        return cls.from_blocks(checked_array("A", A, (-1, -1)).T)

    @classmethod
    def limit(cls, problem: Problem) -> AttentionWeights:
        """Return the limit of the gradient flow, W_KQ = a^{-1/4} diag(Gamma^{-1}, 0), W_PV = a^{1/4} e e^T.

        Here a = tr(Gamma^{-2}) and e is the last unit vector. Source: Zhang, Frei and Bartlett (2024), Theorem 4.1.
        """
        inverse = problem.Gamma_inverse
        scale = float(np.sqrt(np.linalg.norm(inverse)))
        return cls.from_blocks(inverse / scale, u=scale)

    @property
    def dimension(self) -> int:
        """d, the dimension of the covariates."""
        return int(self.W_PV.shape[0]) - 1

    @property
    def linear_predictor(self) -> FloatArray | None:
        """A with prediction x_q^T A (1/M) sum_i y_i x_i if u12 = 0 and u21 = 0, else None; d x d."""
        d = self.dimension
        if np.any(self.W_PV[d, :d]) or np.any(self.W_KQ[d, :d]):
            return None
        predictor: FloatArray = self.W_PV[d, d] * self.W_KQ[:d, :d].T
        return predictor


def attention_output(embedding: FloatArray, weights: AttentionWeights, length: int) -> FloatArray:
    """Return f(E) = E + W_PV E (E^T W_KQ E) / rho, all of it: the reference that `attention_prediction` is tested by.

    Args:
        embedding: E = [[x_1 ... x_M x_q], [y_1 ... y_M 0]], or a batch of them, shape (..., d+1, M+1).
        weights: the layer's two matrices.
        length: rho, the number M of examples in the prompt.

    Returns:
        f(E), of the shape of embedding; the prediction for the query is its last entry, [..., d, M].

    Source: Zhang, Frei and Bartlett (2024), equation (3.2).
    """
    scores = embedding.swapaxes(-1, -2) @ weights.W_KQ @ embedding
    output: FloatArray = embedding + weights.W_PV @ embedding @ scores / length
    return output


def attention_prediction(embedding: FloatArray, weights: AttentionWeights, length: int) -> FloatArray:
    """Return the prediction [f(E)]_{d+1,M+1} of each prompt in a batch, computing only that entry of f(E).

    With p the last row of W_PV and q the last column of E it is q_{d+1} + (p^T E)(E^T W_KQ q) / rho.

    Args:
        embedding: a batch of E, shape (prompts, d+1, M+1), any strides.
        weights: the layer's two matrices.
        length: rho, the number M of examples in the prompt.

    Returns:
        The predictions, shape (prompts,).
    """
    columns = embedding.swapaxes(-1, -2)
    query = columns[:, -1, :]
    values = columns @ weights.W_PV[-1]
    scores = np.matmul(columns, (query @ weights.W_KQ.T)[:, :, None])
    # The product with one-row matrices is a dot product a prompt, without an array of prompts x (M+1) in between.
    attended = np.matmul(values[:, None, :], scores)[:, 0, 0]
    prediction: FloatArray = query[:, -1] + attended / length
    return prediction
