"""Exact Wishart moments by Bartlett's decomposition, against identities, samples and the coordinates of the data."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.exact_wishart import (
    Bartlett,
    between,
    chi_squared_moment,
    moment_in_proportional_limit,
    partial_sums,
    positive_root,
    trace_moment,
    value_at_zero,
)
from proofs_check.judge.meaning import exact_identity


@pytest.mark.parametrize(("d", "N"), [(1, 3), (2, 2), (2, 3), (3, 2)])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_traces_of_powers_in_the_coordinates_of_the_data(k: int, d: int, N: int) -> None:
    """E tr(W^k) from d N independent normals, for fewer samples than dimensions too."""
    space = Coordinates({("x", i): exact_identity(d).tolist() for i in range(N)})
    W = sum(space.vectors["x", i] @ space.vectors["x", i].T for i in range(N))
    assert trace_moment(k, d, N) == space.mean(np.trace(np.linalg.matrix_power(W, k)))


def test_the_inverse_factor_is_one() -> None:
    """T^-1 T is the identity where r_i t_i = 1."""
    space = Bartlett(3, 8)
    product = space.inverse_factor() @ space.factor
    values = [2, 3, 5, Fraction(1, 2), Fraction(1, 3), Fraction(1, 5), 7, -4, 11]
    at = list(zip(space.ring.gens, values, strict=True))
    assert [[entry.evaluate(at) for entry in row] for row in product] == [[1, 0, 0], [0, 1, 0], [0, 0, 1]]


def test_an_inverse_on_samples() -> None:
    """E tr(W^-2) of sampled matrices, in NumPy."""
    generator, d, N, B = np.random.default_rng(2), 2, 9, 200_000
    x = generator.standard_normal((B, N, d))
    V = np.linalg.inv(np.einsum("bni,bnj->bij", x, x))
    samples = np.einsum("bij,bij->b", V, V)
    space = Bartlett(d, N)
    factor = space.inverse_factor()
    inverse = factor.T @ factor
    exact = float(sum(space.mean(entry * entry) for entry in inverse.flat))
    assert abs(samples.mean() - exact) < 5 * samples.std() / np.sqrt(B)


def test_chi_squared_moments() -> None:
    """E t^4 = n (n + 2), E t^-2 = 1/(n - 2); odd and infinite ones are refused."""
    n = Fraction(7)
    assert (63, Fraction(1, 5)) == (chi_squared_moment(n, 4), chi_squared_moment(n, -2))
    with pytest.raises(ValueError, match="irrational"):
        chi_squared_moment(n, 3)
    with pytest.raises(ValueError, match="infinite with 4 degrees"):
        chi_squared_moment(Fraction(4), -4)


@pytest.mark.parametrize("ratio", [Fraction(1, 2), Fraction(3)])
@pytest.mark.parametrize("k", [1, 2, 3])
def test_a_further_size_changes_no_limit(k: int, ratio: Fraction) -> None:
    """The degree in 1/size is k - 1 at most: with one size more the extrapolated limit is the same."""
    sizes = range(1, k + 2)
    values = [trace_moment(k, j, j / ratio) / (j * (j / ratio) ** k) for j in sizes]
    limit = moment_in_proportional_limit(k, ratio)
    assert limit == value_at_zero([Fraction(1, j) for j in sizes], values)
    # The last size alone is not the limit but for k = 1, and one size less gives another value for k > 1.
    assert (values[-1] == limit) == (k == 1)
    assert k == 1 or limit != value_at_zero([Fraction(1, j) for j in range(1, k)], values[: k - 1])


def test_extrapolation_is_exact_for_polynomials() -> None:
    """Lagrange's value at 0 of 3 - 2 t + 5 t^2."""
    nodes = [Fraction(1), Fraction(1, 2), Fraction(1, 3)]
    assert value_at_zero(nodes, [3 - 2 * t + 5 * t**2 for t in nodes]) == 3


def test_partial_sums_enclose_a_resolvent() -> None:
    """1/(1 + t/x) lies between two successive partial sums of its series, for every t >= 0."""
    for t in (Fraction(0), Fraction(1, 3), Fraction(5), Fraction(1000)):
        sums = partial_sums([t**k for k in range(5)], Fraction(7))
        low, high = sorted(sums[-2:])
        assert low <= 1 / (1 + t / 7) <= high
        assert between(low, high).contains(1 / (1 + float(t) / 7)) or t == 0


def test_the_positive_root() -> None:
    """2 m^2 + m - 3 has the positive root 1, and the ball around it is narrow."""
    root = positive_root(Fraction(2), Fraction(1), Fraction(-3))
    assert root.contains(1)
    assert float(root.rad()) < 1e-35
