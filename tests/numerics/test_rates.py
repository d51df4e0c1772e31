from __future__ import annotations

import numpy as np
import pytest

from numerics.problem import FloatArray, Problem
from numerics.rates import local_rate, paper_rate
from numerics.reduced_flow import gradient_flow
from tests.numerics.flow_references import dense_field, random_problem, random_theta


def hessian(problem: Problem) -> FloatArray:
    """Minus the Jacobian of the dense field at the minimum, by central differences that are exact for a cubic."""
    root = np.sqrt(np.linalg.norm(problem.Gamma_inverse))
    minimum = np.append((problem.Gamma_inverse / root).ravel(), root)
    field = dense_field(problem)
    step = 1e-4

    def slope(direction: FloatArray) -> FloatArray:
        def difference(h: float) -> FloatArray:
            return (field(0.0, minimum + h * direction) - field(0.0, minimum - h * direction)) / (2 * h)

        # Richardson extrapolation removes the cubic term, the only one left.
        return (4 * difference(step) - difference(2 * step)) / 3

    return -np.array([slope(row) for row in np.eye(minimum.size)])


@pytest.mark.parametrize(("d", "n"), [(1, 2), (2, 9), (4, 3)])
def test_spectrum_of_the_hessian(d: int, n: int) -> None:
    """B4 gives all d^2 + 1 eigenvalues of the Hessian of the loss in the problem's own basis."""
    problem = random_problem(np.random.default_rng([d, n]), d, n)
    rate = local_rate(problem)
    matrix = hessian(problem)
    assert matrix == pytest.approx(matrix.T, abs=1e-9)
    expected = np.linalg.eigvalsh((matrix + matrix.T) / 2)
    assert np.sort(np.append(rate.off_diagonal, rate.diagonal)) == pytest.approx(expected, abs=1e-8)
    assert rate.largest == pytest.approx(expected[-1])
    assert rate.smallest == pytest.approx(expected[1], rel=1e-6)


def test_repeated_eigenvalues() -> None:
    """Equal poles keep their eigenvalue; the isotropic spectrum is known in closed form."""
    problem = Problem(0.5 * np.eye(3), 4)
    gamma, square = problem.gamma[0], np.sqrt(3) / problem.gamma[0]
    pole = square * gamma * 0.25
    rate = local_rate(problem)
    assert rate.diagonal == pytest.approx([0, pole, pole, pole + 3 * 0.0625 / pole], rel=1e-13, abs=1e-15)
    assert rate.off_diagonal == pytest.approx([pole] * 6)


def test_small_eigenvalues_keep_relative_accuracy() -> None:
    """At condition 1e6 the smallest eigenvalue matches sixty-digit arithmetic to twelve digits."""
    import mpmath

    problem = Problem.from_spectrum([1.0, 1e-3, 1e-6], context_length=7)
    with mpmath.workdps(60):
        eigenvalues = [mpmath.mpf(float(x)) for x in problem.eigenvalues]
        gamma = [x + (x + sum(eigenvalues)) / 7 for x in eigenvalues]
        square = mpmath.sqrt(sum(1 / g**2 for g in gamma))
        matrix = mpmath.zeros(4)
        for i, (x, g) in enumerate(zip(eigenvalues, gamma, strict=True)):
            matrix[i, i] = square * g * x**2
            matrix[i, 3] = matrix[3, i] = x**2
            matrix[3, 3] += x**2 / (g * square)
        expected = sorted(mpmath.eigsy(matrix, eigvals_only=True))
        assert local_rate(problem).diagonal[1:] == pytest.approx([float(x) for x in expected[1:]], rel=1e-12)


def test_flow_decays_at_the_local_rate() -> None:
    """Near the limit l - min l decays like e^{-2 smallest t}, far faster than the paper's mu."""
    rng = np.random.default_rng(4)
    problem, theta = random_problem(rng, 3, 6), random_theta(rng, 3, 2)
    rate, mu = local_rate(problem), paper_rate(problem, 0.1, theta)
    path = gradient_flow(problem, 0.1, theta, until=1e-9)
    late = path.distance < 1e-4
    slope = np.polyfit(path.t[late], np.log(path.excess_loss[late]), 1)[0]
    assert -slope == pytest.approx(rate.loss_rate, rel=0.02)
    assert rate.loss_rate > mu
    assert np.all(path.excess_loss <= np.exp(-mu * path.t) * path.excess_loss[0] * (1 + 1e-12))


def test_paper_rate_formula() -> None:
    """mu of Lemma 5.4 for one eigenvalue is sigma^2 (2 - sigma^2 gamma) gamma lambda^2."""
    problem = Problem([[0.5]], 2)
    gamma = 1.5 * 0.5 + 0.25
    assert paper_rate(problem, 0.3) == pytest.approx(0.09 * (2 - 0.09 * gamma) * gamma * 0.25)


def test_paper_rate_needs_the_condition() -> None:
    """Beyond sigma^2 ||Gamma|| sqrt(d) < 2 the lemma gives no rate."""
    with pytest.raises(ValueError, match="take sigma below"):
        paper_rate(Problem(np.eye(2), 3), 5.0)
