"""The laws of the training prompts."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("numerics.networks")

from numerics.networks.laws import draw_batch, fixed_covariance


@pytest.mark.parametrize("d", [1, 2, 5, 8])
def test_correlated_is_a_generic_covariance(d: int) -> None:
    """Symmetric positive definite of trace d, with the stated spectrum, and not diagonal for d > 1."""
    covariance = fixed_covariance("correlated", d)
    np.testing.assert_array_equal(covariance, covariance.T)
    assert np.trace(covariance) == pytest.approx(d)
    spectrum = np.geomspace(0.5, 2.0, d)
    np.testing.assert_allclose(np.linalg.eigvalsh(covariance), spectrum * d / spectrum.sum(), atol=1e-12)
    off_diagonal = np.abs(covariance - np.diag(np.diag(covariance)))
    assert d == 1 or float(off_diagonal[0].max()) > 0.05


@pytest.mark.parametrize("law", ["fixed", "correlated", "exp"])
def test_moments_of_the_prompts(law: str) -> None:
    """E x x' = Lambda, and E y^2 = d for every law; for "exp" E x_i^4 = 3 E lambda^2 = 6, and one Lambda a prompt."""
    batch = draw_batch(law, 3, 4, 200_000, np.random.default_rng(8))
    expected = np.eye(3) if law == "exp" else fixed_covariance(law, 3)
    second = np.einsum("bi,bj->ij", batch.x[:, 1], batch.x[:, 1]) / len(batch.x)
    np.testing.assert_allclose(second, expected, atol=0.03)
    assert float(np.mean(batch.y[:, 2] ** 2)) == pytest.approx(3.0, abs=0.1)
    fourth = float(np.mean(batch.x[:, 0, 0] ** 4))
    assert fourth == pytest.approx(6.0 if law == "exp" else 3.0 * expected[0, 0] ** 2, rel=0.06)
    # Two points of one prompt share Lambda: E x_1i^2 x_2i^2 = E lambda^2.
    shared = float(np.mean(batch.x[:, 0, 0] ** 2 * batch.x[:, 1, 0] ** 2))
    assert shared == pytest.approx(2.0 if law == "exp" else expected[0, 0] ** 2, rel=0.06)


def test_inactive_coordinates_are_zero() -> None:
    """The curriculum's coordinates: labels depend on the active ones only."""
    batch = draw_batch("exp", 4, 6, 50, np.random.default_rng(1), active=2)
    assert not batch.x[:, :, 2:].any()
    w = np.linalg.pinv(batch.x[:, :, :2]) @ batch.y[:, :, None]
    np.testing.assert_allclose((batch.x[:, :, :2] @ w)[:, :, 0], batch.y, atol=1e-9)


def test_random_covariances_have_no_fixed_one() -> None:
    with pytest.raises(ValueError, match="got 'exp'"):
        fixed_covariance("exp", 3)
