from __future__ import annotations

import numpy as np
import pytest

from numerics.layer_flow import full_flow, population_gradient
from numerics.reduced_flow import gradient_flow
from tests.numerics.flow_references import as_floats, exact_flow, random_problem, random_theta

AGREEMENT = 1e-9
"""Asked of every two of the three paths: spectral, full, thirty digits."""


@pytest.mark.parametrize(("d", "n", "rank"), [(1, 2, 1), (2, 7, 1), (3, 3, 2), (4, 20, 4)])
def test_full_flow_stays_on_the_reduced_one(d: int, n: int, rank: int) -> None:
    """The flow of all blocks keeps u12 = u21 = 0 and agrees with the spectral path (Lemma 5.2)."""
    rng = np.random.default_rng([d, n])
    problem, theta = random_problem(rng, d, n), random_theta(rng, d, rank)
    times = np.array([0.5, 2.0])
    full = full_flow(problem, 0.4, theta, times=times)
    U, u = gradient_flow(problem, 0.4, theta, t_end=2.0)(times)
    assert pytest.approx(U, abs=AGREEMENT) == full.U11
    assert full.u == pytest.approx(u, rel=AGREEMENT)
    assert not np.any(full.u12)
    assert not np.any(full.u21)


def test_three_paths_agree() -> None:
    """Spectral, full and thirty-digit solutions of one generic problem agree pairwise."""
    rng = np.random.default_rng(12)
    problem, theta = random_problem(rng, 2, 3), random_theta(rng, 2, 2)
    full = full_flow(problem, 0.6, theta, times=[1.0])
    U, u = gradient_flow(problem, 0.6, theta, t_end=1.0)(1.0)
    ((exact_U, exact_u),) = exact_flow(problem, 0.6, theta, [1.0])
    assert as_floats(exact_U) == pytest.approx(U, abs=AGREEMENT)
    assert full.U11[0] == pytest.approx(as_floats(exact_U), abs=AGREEMENT)
    assert [full.u[0], u] == pytest.approx([float(exact_u)] * 2, rel=AGREEMENT)


def test_starting_slightly_off_the_subspace() -> None:
    """A start at 1e-6 from u12 = u21 = 0 moves U and u by the square of that only, and u12 and u21 do not stay put."""
    rng = np.random.default_rng(13)
    problem, theta = random_problem(rng, 3, 5), random_theta(rng, 3, 2)
    u12, u21 = 1e-6 * rng.standard_normal(3), 1e-6 * rng.standard_normal(3)
    full = full_flow(problem, 0.4, theta, times=[2.0], u12=u12, u21=u21)
    U, u = gradient_flow(problem, 0.4, theta, t_end=2.0)(2.0)
    assert full.U11[0] == pytest.approx(U, abs=AGREEMENT)
    assert full.u[0] == pytest.approx(float(u), rel=AGREEMENT)
    assert np.linalg.norm(full.u12[0] - u12) > 1e-8
    assert np.linalg.norm(full.u12[0]) < 1e-4


def test_gradient_matches_differences_of_the_loss() -> None:
    """The compiled gradient is the derivative of the loss that theory evaluates, in every block."""
    from theory.zhang2024.population_loss import population_loss

    rng = np.random.default_rng(14)
    problem = random_problem(rng, 2, 3)
    point = {"U11": rng.standard_normal((2, 2)), "u21": rng.standard_normal(2), "u12": rng.standard_normal(2)}
    point["u"] = np.array(0.7)
    gradient = population_gradient(problem)(point)
    step = 1e-5
    for name, block in point.items():
        for index in np.ndindex(block.shape):
            values = []
            for sign in (1, -1):
                shifted = {key: value.copy() for key, value in point.items()}
                shifted[name][index] += sign * step
                shifted["u"] = float(shifted["u"])
                values.append(population_loss().evaluate(covariance=problem.covariance, context_length=3, **shifted))
            slope = (float(values[0]) - float(values[1])) / (2 * step)
            assert np.asarray(gradient[name])[index] == pytest.approx(slope, rel=1e-6, abs=1e-7)


def test_another_field_gives_another_flow() -> None:
    """The comparison can fail: halving one term of the gradient is seen."""
    rng = np.random.default_rng(15)
    problem, theta = random_problem(rng, 2, 4), random_theta(rng, 2, 1)
    right = population_gradient(problem)
    wrong = full_flow(
        problem, 0.4, theta, times=[1.0], gradient=lambda x: {**right(x), "u": 1.001 * np.asarray(right(x)["u"])}
    )
    _, u = gradient_flow(problem, 0.4, theta, t_end=1.0)(1.0)
    assert abs(wrong.u[0] - u) > 1e3 * AGREEMENT


@pytest.mark.parametrize("times", [[], [1.0, 0.5], [-1.0], [0.0]])
def test_bad_times(times: list[float]) -> None:
    """Times must increase from zero."""
    problem = random_problem(np.random.default_rng(0), 2, 4)
    with pytest.raises(ValueError, match="times must be increasing"):
        full_flow(problem, 0.1, times=times)
