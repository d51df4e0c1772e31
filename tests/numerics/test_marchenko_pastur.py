"""Means over the law of Marchenko and Pastur, against its moments and the resolvent."""

from __future__ import annotations

import numpy as np
import pytest

from numerics.marchenko_pastur import marchenko_pastur_mean
from theory.algebra.limits import resolvent


@pytest.mark.parametrize("c", [0.3, 1.0, 4.0])
def test_moments(c: float) -> None:
    """Mass 1, mean 1, then 1 + c and 1 + 3 c + c^2, the atom at 0 included."""
    for power, moment in ((0, 1.0), (1, 1.0), (2, 1 + c), (3, 1 + 3 * c + c * c)):
        assert marchenko_pastur_mean(lambda x, k=power: x**k, c) == pytest.approx(
            moment, rel=1e-12, abs=1e-5 * (c == 1)
        )


@pytest.mark.parametrize("c", [0.3, 4.0])
def test_the_resolvent(c: float) -> None:
    """The mean of 1/(lambda + x) is the root of its quadratic equation."""
    assert marchenko_pastur_mean(lambda t: 1 / (t + 0.7), c) == pytest.approx(resolvent(c, 0.7), rel=1e-12)


def test_a_ratio_that_is_not_positive() -> None:
    """It is named."""
    with pytest.raises(ValueError, match="positive, got -1"):
        marchenko_pastur_mean(np.ones_like, -1.0)
