from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad, solve_ivp

from numerics import reduced_flow as module
from numerics.problem import FloatArray, Problem
from numerics.reduced_flow import FlowPath, gradient_flow
from tests.numerics.flow_references import as_floats, dense_field, exact_flow, random_problem, random_theta

ACCURACY = 1e-11
"""Relative accuracy expected of the flow at its default tolerance of 1e-12."""


def balance_gap(path: FlowPath) -> float:
    """The largest |u^2 - tr UU'| / u^2 of the returned matrices."""
    return float(np.max(np.abs(path.u**2 - np.sum(path.U**2, axis=(1, 2))) / path.u**2))


def logistic(d: int, eigenvalue: float, n: int, sigma: float, t: FloatArray) -> FloatArray:
    """u of the closed form B3 for Lambda = lambda I and Theta proportional to I."""
    limit = 1 / (np.sqrt(d) * eigenvalue * (1 + (d + 1) / n))
    start = sigma / np.sqrt(d)
    decay = np.exp(-2 * np.sqrt(d) * eigenvalue**2 * t)
    return np.sqrt(d * limit / (1 + (limit / start**2 - 1) * decay))


@pytest.mark.parametrize("d", [1, 2, 7])
@pytest.mark.parametrize("n", [1, 20])
@pytest.mark.parametrize("sigma", [1e-8, 0.1, 200.0])
def test_isotropic_closed_form(d: int, n: int, sigma: float) -> None:
    """The flow is the logistic curve of B3, at the steps and in between."""
    path = gradient_flow(Problem(0.7 * np.eye(d), n), sigma, t_end=60.0)
    t = np.linspace(0, 60, 37)
    U, u = path(t)
    assert path.u == pytest.approx(logistic(d, 0.7, n, sigma, path.t), rel=ACCURACY)
    assert u == pytest.approx(logistic(d, 0.7, n, sigma, t), rel=ACCURACY)
    assert pytest.approx(u[:, None, None] / np.sqrt(d) * np.eye(d), rel=ACCURACY) == U


def test_order_of_the_method() -> None:
    """The error against B3 follows the tolerance down, so the balance defect is an honest estimate of it."""
    errors = []
    for tolerance in (1e-4, 1e-7, 1e-10):
        path = gradient_flow(Problem(0.7 * np.eye(3), 4), 0.01, t_end=10.0, tolerance=tolerance)
        errors.append(np.max(np.abs(path.u / logistic(3, 0.7, 4, 0.01, path.t) - 1)))
        assert errors[-1] < 10 * tolerance
        assert path.balance_drift <= tolerance
    assert errors[0] > errors[1] > errors[2]


@pytest.mark.parametrize(
    ("d", "n", "rank", "sigma"), [(1, 3, 1, 0.4), (2, 1, 1, 0.05), (3, 6, 2, 0.3), (3, 50, 3, 1.5)]
)
def test_agrees_with_thirty_digits(d: int, n: int, rank: int, sigma: float) -> None:
    """On generic problems both matrices agree with mpmath at 30 digits."""
    rng = np.random.default_rng([d, n, rank])
    problem, theta = random_problem(rng, d, n), random_theta(rng, d, rank)
    times = [0.2, 1.0]
    path = gradient_flow(problem, sigma, theta, t_end=1.0)
    for t, (U, u) in zip(times, exact_flow(problem, sigma, theta, times), strict=True):
        got_U, got_u = path(t)
        assert got_U == pytest.approx(as_floats(U), rel=ACCURACY, abs=ACCURACY * float(u))
        assert got_u == pytest.approx(float(u), rel=ACCURACY)


@pytest.mark.parametrize("n", [2, 30])
@pytest.mark.parametrize("sigma", [0.02, 15.0])
def test_agrees_with_a_dense_integrator(n: int, sigma: float) -> None:
    """In higher dimension it agrees with DOP853 on all d^2 + 1 equations; 15 breaks the paper's condition on sigma."""
    rng = np.random.default_rng(n)
    problem, theta = random_problem(rng, 6, n), random_theta(rng, 6, 4)
    path = gradient_flow(problem, sigma, theta, t_end=5.0)
    start = np.append(sigma * (theta @ theta.T).ravel(), sigma)
    times = np.linspace(0, 5, 9)
    reference = solve_ivp(dense_field(problem), (0, 5), start, method="DOP853", rtol=1e-12, atol=1e-14, t_eval=times)
    U, u = path(times)
    assert u == pytest.approx(reference.y[-1], rel=1e-9)
    assert U.reshape(9, -1) == pytest.approx(reference.y[:-1].T, rel=1e-9, abs=1e-9)


@given(
    spectrum=st.lists(st.floats(1e-3, 10), min_size=1, max_size=5),
    n=st.integers(1, 100),
    sigma=st.floats(1e-6, 100),
    seed=st.integers(0, 2**32 - 1),
)
@settings(max_examples=40, deadline=None)
def test_every_start_converges_and_keeps_balance(spectrum: list[float], n: int, sigma: float, seed: int) -> None:
    """B1: any sigma and Theta lead to Gamma^{-1}; the loss never grows; tr UU' = u^2 > 0 on the way."""
    rng = np.random.default_rng(seed)
    problem = Problem.from_spectrum(spectrum, context_length=n)
    theta = random_theta(rng, len(spectrum), int(rng.integers(1, len(spectrum) + 1)))
    until = 1e-8 * float(np.linalg.norm(problem.Gamma_inverse))
    path = gradient_flow(problem, sigma, theta, until=until)
    assert path.converged
    assert path.distance[-1] <= until
    assert np.linalg.norm(path.u[-1] * path.U[-1] - problem.Gamma_inverse) <= 1.01 * until
    assert np.all(path.u > 0)
    assert np.all(np.diff(path.t) > 0)
    assert np.all(np.diff(path.excess_loss) <= 1e-12 * path.excess_loss[:-1])
    assert balance_gap(path) < 1e-11


def test_loss_is_the_population_loss() -> None:
    """path.loss is 1/2 u^2 tr(Gamma L U L U') - u tr(L^2 U') + 1/2 tr L, excess_loss that minus its minimum."""
    rng = np.random.default_rng(3)
    problem = random_problem(rng, 4, 5)
    path = gradient_flow(problem, 0.3, random_theta(rng, 4, 2), t_end=3.0)
    L, Gamma = problem.covariance, problem.Gamma
    for k in range(0, path.t.size, 5):
        U, u = path.U[k], path.u[k]
        loss = 0.5 * u**2 * np.trace(Gamma @ L @ U @ L @ U.T) - u * np.trace(L @ L @ U.T) + 0.5 * np.trace(L)
        assert path.loss[k] == pytest.approx(loss, rel=1e-12)
    minimum = 0.5 * np.trace(L) - 0.5 * np.trace(L @ L @ problem.Gamma_inverse)
    assert path.loss - path.excess_loss == pytest.approx(minimum, rel=1e-12)


def test_distance_falls_exactly_to_until() -> None:
    """The path ends where the distance crosses `until`, not at the end of a step beyond it."""
    problem = Problem.from_spectrum([1.0, 0.5, 0.1], context_length=50)
    for until in (1.0, 1e-3, 1e-9):
        path = gradient_flow(problem, 0.1, until=until)
        assert path.distance[-1] == pytest.approx(until, rel=1e-4)
        assert path.distance[-1] <= until
        assert path.t[-1] < gradient_flow(problem, 0.1, until=until / 2).t[-1]


@pytest.mark.parametrize("spectrum", [[1.0], [1.0, 1e-6], [3.0, 1.0, 1e-2]])
@pytest.mark.parametrize("sigma", [1e-3, 50.0])
def test_smallest_until_is_reached(spectrum: list[float], sigma: float) -> None:
    """The smallest `until` that is accepted can be reached, in spite of rounding."""
    problem = Problem.from_spectrum(spectrum, context_length=9)
    path = gradient_flow(problem, sigma, until=1.01e-14 * float(np.linalg.norm(1 / problem.gamma)))
    assert path.converged


def test_limits_of_theorem_4_1() -> None:
    """u tends to ||Gamma^{-1}||_F^{1/2} and U to Gamma^{-1} divided by it."""
    problem = random_problem(np.random.default_rng(8), 5, 7)
    path = gradient_flow(problem, 0.01, until=1e-12)
    root = np.sqrt(np.linalg.norm(problem.Gamma_inverse))
    assert path.u[-1] == pytest.approx(root, rel=1e-11)
    assert path.U[-1] == pytest.approx(problem.Gamma_inverse / root, abs=1e-11)


def test_ill_conditioned_and_long() -> None:
    """Condition 1e6 and a horizon of 1e12 time units are followed to the limit; the split in time does not matter."""
    problem = Problem.from_spectrum(np.geomspace(1e-6, 1, 12), context_length=50)
    theta = random_theta(np.random.default_rng(0), 12, 3)
    path = gradient_flow(problem, 1e-3, theta, until=1e-6 * float(np.linalg.norm(problem.Gamma_inverse)))
    assert path.converged
    assert path.t[-1] > 1e10
    loose = gradient_flow(problem, 1e-3, theta, t_end=float(path.t[-1]), tolerance=1e-9)
    grid = np.geomspace(1e-2, path.t[-1], 40)
    (diagonal, u, _), (loose_diagonal, loose_u, _) = path.spectral(grid), loose.spectral(grid)
    assert loose_u == pytest.approx(u, rel=1e-7)
    assert loose_diagonal == pytest.approx(diagonal, rel=1e-6, abs=1e-7)


def test_stiff_start_far_beyond_the_condition() -> None:
    """sigma^2 ||Gamma|| sqrt(d) = 1e4: agrees with a stiff integrator of SciPy."""
    problem = Problem.from_spectrum([1.0, 0.3, 0.05], context_length=4)
    sigma = float(np.sqrt(1e4 / (problem.gamma.max() * np.sqrt(3))))
    path = gradient_flow(problem, sigma, t_end=3.0)
    start = np.append(sigma / np.sqrt(3) * np.eye(3).ravel(), sigma)
    reference = solve_ivp(dense_field(problem), (0, 3), start, method="Radau", rtol=1e-11, atol=1e-13, t_eval=[1e-3, 3])
    U, u = path(reference.t)
    assert u == pytest.approx(reference.y[-1], rel=1e-9)
    assert U.reshape(2, -1) == pytest.approx(reference.y[:-1].T, rel=1e-9, abs=1e-9)


def test_flow_rotates_with_the_basis() -> None:
    """Rotating Lambda and Theta rotates U and leaves u as it is."""
    rng = np.random.default_rng(5)
    spectrum, theta = np.array([2.0, 1.0, 0.4, 0.1]), random_theta(rng, 4, 2)
    Q = np.linalg.qr(rng.standard_normal((4, 4)))[0]
    rotated = Q * spectrum @ Q.T
    straight = gradient_flow(Problem.from_spectrum(spectrum, context_length=3), 0.2, theta, t_end=4.0)
    turned = gradient_flow(Problem((rotated + rotated.T) / 2, 3), 0.2, Q @ theta, t_end=4.0)
    t = np.array([0.0, 1.0, 4.0])
    assert turned(t)[0] == pytest.approx(Q @ straight(t)[0] @ Q.T, abs=1e-11)
    assert turned(t)[1] == pytest.approx(straight(t)[1], rel=1e-11)


def test_dense_output() -> None:
    """path(t) gives the steps back, is scalar for a number and starts at the initialisation."""
    rng = np.random.default_rng(6)
    problem, theta = random_problem(rng, 3, 4), random_theta(rng, 3, 1)
    path = gradient_flow(problem, 0.5, theta, t_end=2.0)
    assert path.t[-1] == 2.0
    U, u = path(0.0)
    assert U.shape == (3, 3)
    assert np.shape(u) == ()
    assert pytest.approx(0.5 * theta @ theta.T, abs=1e-15) == U
    U, u = path(path.t)
    assert pytest.approx(path.U, rel=1e-12, abs=1e-13) == U
    assert u == pytest.approx(path.u, rel=1e-13)
    with pytest.raises(ValueError, match=r"t must be .* in \[0, 2\]"):
        path([1.0, 2.1])


def test_off_diagonal_compression() -> None:
    """The few Chebyshev rates reproduce the sum over all d (d - 1) exponentials at every scale of s."""
    rng = np.random.default_rng(7)
    rates, masses = np.exp(rng.uniform(-20, 2, 5000)), rng.uniform(0, 1, 5000)
    compressed = module._OffDiagonal(rates, masses)
    assert compressed._rates.size < 1000
    clock = np.append(0.0, np.geomspace(1e-4, 1e10, 60))
    exponentials = np.exp(-2 * np.outer(clock, rates))
    assert compressed(clock) == pytest.approx(exponentials @ masses, rel=1e-10, abs=1e-13 * masses.sum())
    weighted = exponentials @ (rates * masses)
    assert compressed.weighted(clock) == pytest.approx(weighted, rel=1e-10, abs=1e-13 * weighted[0])


@pytest.mark.parametrize("rate", [0.0, 1e-9, 1.0, 2.0, 2.1, 8.0, 8.1, 39.9, 40.1, 300.0, 1e9])
def test_exponential_integrals(rate: float) -> None:
    """Every formula for the integral of exp(-z (x - r)) p(r) match adaptive quadrature."""
    points = np.array([0.3, 1.0])
    values = np.cos(3 * module._RULE.nodes)
    neighbours = np.array([0.5, rate, 5.0, 20.0, 70.0])
    got = module._exponential_integrals(neighbours, module._rows(points))[:, 1] @ values

    def interpolant(r: float) -> float:
        return float(module._lagrange(np.array([r]))[0] @ values)

    for x, value in zip(points, got, strict=True):
        width = min(x, 50 / rate) if rate else x
        expected = quad(lambda y, x=x: np.exp(-rate * y) * interpolant(x - y), 0, width, epsabs=1e-14, epsrel=1e-12)[0]
        assert value == pytest.approx(expected, rel=1e-11, abs=1e-14)


def test_starting_at_the_limit() -> None:
    """A start within `until` of the limit gives a path of a single time."""
    path = gradient_flow(Problem(np.eye(1), 2), float(np.sqrt(0.5)), until=1e-3)
    assert path.t.tolist() == [0.0]
    assert path.converged
    assert path(0.0)[1] == pytest.approx(np.sqrt(0.5))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"sigma": 0.1}, "exactly one of until and t_end"),
        ({"sigma": 0.1, "until": 1.0, "t_end": 1.0}, "exactly one of until and t_end"),
        ({"sigma": -1.0, "t_end": 1.0}, "sigma must be positive"),
        ({"sigma": 0.1, "t_end": 0.0}, "t_end must be positive"),
        ({"sigma": 0.1, "until": 1e-20}, "until must be at least"),
        ({"sigma": 0.1, "t_end": 1.0, "tolerance": 1.0}, "tolerance must lie"),
        ({"sigma": 0.1, "t_end": 1.0, "theta": np.eye(2)}, "divide theta by"),
        ({"sigma": 0.1, "t_end": 1.0, "theta": np.zeros((2, 1))}, "Lambda Theta != 0"),
        ({"sigma": 0.1, "t_end": 1.0, "theta": np.eye(3)}, "theta must have shape"),
        ({"sigma": np.nan, "t_end": 1.0}, "sigma must be finite"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], message: str) -> None:
    """Every bad argument is named, with its value and the remedy."""
    problem = Problem.from_spectrum([1.0, 0.5], context_length=3)
    with pytest.raises(ValueError, match=message):
        gradient_flow(problem, **arguments)  # type: ignore[arg-type]


@pytest.mark.slow
def test_thousand_dimensions() -> None:
    """d = 1000 with a dense start of full rank converges."""
    rng = np.random.default_rng(9)
    problem = Problem.from_spectrum(np.geomspace(1e-3, 1, 1000), context_length=50)
    path = gradient_flow(problem, 0.01, random_theta(rng, 1000, 1000), until=1e-3)
    assert path.converged
    assert path.balance_drift < 1e-12
