from __future__ import annotations

import numpy as np
import pytest

from numerics.descent import gradient_descent
from numerics.problem import Problem
from numerics.rates import local_rate
from numerics.reduced_flow import gradient_flow
from tests.numerics.flow_references import random_problem, random_theta


@pytest.mark.parametrize("d", [1, 3])
def test_stability_limit_without_flatter_minima(d: int) -> None:
    """For Lambda = lambda I descent settles just below 2 / lambda_max of the Hessian and never just above it."""
    problem = Problem(0.7 * np.eye(d), 5)
    limit = local_rate(problem).stable_step
    below = gradient_descent(problem, 0.98 * limit, 0.1, steps=5000, until=1e-9)
    above = gradient_descent(problem, 1.02 * limit, 0.1, steps=5000, until=1e-9)
    assert below.converged
    assert not above.converged
    assert np.min(above.distance[-100:]) > 1e-3
    far = gradient_descent(problem, 3 * limit, 0.1, steps=5000)
    assert far.diverged or np.min(far.distance[-100:]) > 1e-3


def test_above_the_limit_it_leaves_the_balanced_minimum() -> None:
    """For a generic Lambda descent from beside the flow's limit returns to it below the limit and leaves it above."""
    problem = random_problem(np.random.default_rng(1), 3, 5)
    root = np.sqrt(np.linalg.norm(problem.Gamma_inverse))
    theta = np.linalg.cholesky(problem.Gamma_inverse / root**2)
    limit = local_rate(problem).stable_step
    below = gradient_descent(problem, 0.98 * limit, 1.0001 * root, theta, steps=20_000, until=1e-10)
    above = gradient_descent(problem, 1.02 * limit, 1.0001 * root, theta, steps=20_000, until=1e-10)
    assert below.converged
    assert below.u == pytest.approx(root, rel=1e-5)
    assert abs(above.u / root - 1) > 1e-3


def test_small_steps_follow_the_flow() -> None:
    """With step size h the iterate after t / h steps is the flow at t up to O(h)."""
    rng = np.random.default_rng(2)
    problem, theta = random_problem(rng, 4, 3), random_theta(rng, 4, 2)
    U, u = gradient_flow(problem, 0.3, theta, t_end=1.0)(1.0)
    errors = []
    for steps in (200, 400):
        path = gradient_descent(problem, 1 / steps, 0.3, theta, steps=steps)
        errors.append(float(np.linalg.norm(path.U - U) + abs(path.u - u)))
    assert errors[0] < 0.02
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.1)


def test_divergence_is_reported() -> None:
    """A far too long step ends early and is reported, without overflow warnings."""
    path = gradient_descent(Problem(np.eye(2), 3), 1e3, 1.0, steps=1000)
    assert path.diverged
    assert not path.converged
    assert path.distance.size < 100


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"step_size": 0.0, "steps": 3}, "step_size must be positive"),
        ({"step_size": 0.1, "steps": 0}, "steps must be at least 1"),
        ({"step_size": 0.1, "steps": 3, "until": -1.0}, "until must be at least 0"),
    ],
)
def test_bad_arguments(arguments: dict[str, float], message: str) -> None:
    """Bad arguments are named."""
    with pytest.raises(ValueError, match=message):
        gradient_descent(Problem(np.eye(2), 3), sigma=0.1, **arguments)  # type: ignore[arg-type]
