from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from numerics.enclosure import EnclosureError, FlowEnclosure, enclose_flow
from numerics.problem import FloatArray, Problem
from numerics.rates import paper_rate
from numerics.reduced_flow import gradient_flow
from tests.numerics.flow_references import exact_flow, random_problem, random_theta


def boxed(lower: FloatArray, upper: FloatArray, U: mpmath.matrix, u: mpmath.mpf) -> bool:
    """Whether thirty-digit numbers lie within doubles, compared exactly."""
    values = [*U, u]
    return all(mpmath.mpf(float(a)) <= x <= mpmath.mpf(float(b)) for a, x, b in zip(lower, values, upper, strict=True))


@pytest.mark.parametrize("coefficient", [1, 1 + 1e-12])
def test_contains_thirty_digits_and_nothing_else(coefficient: float) -> None:
    """The thirty-digit solution is in every box; changing one coefficient by 1e-12 puts it outside."""
    problem = Problem.from_spectrum([1.0, 0.4, 0.1], context_length=4)
    theta = random_theta(np.random.default_rng(1), 3, 2)
    box = enclose_flow(problem, 0.7, theta, t_end=2.0)
    index = [box.t.size // 2, box.t.size - 1]
    solutions = exact_flow(problem, 0.7, theta, [float(box.t[k]) for k in index], coefficient=coefficient)
    inside = [boxed(box.lower[k], box.upper[k], U, u) for k, (U, u) in zip(index, solutions, strict=True)]
    assert inside == [coefficient == 1] * 2


def test_contains_the_solution_between_the_times() -> None:
    """Each tube contains the thirty-digit solution in the middle of its interval and both boxes at its ends."""
    problem = Problem.from_spectrum([1.0, 0.3], context_length=2)
    theta = random_theta(np.random.default_rng(2), 2, 1)
    box = enclose_flow(problem, 0.5, theta, t_end=1.0)
    middle = (box.t[:-1] + box.t[1:]) / 2
    for k, (U, u) in enumerate(exact_flow(problem, 0.5, theta, middle.tolist())):
        assert boxed(box.over_lower[k], box.over_upper[k], U, u)
    ends = np.maximum(box.lower[:-1], box.lower[1:]), np.minimum(box.upper[:-1], box.upper[1:])
    assert np.all(box.over_lower <= ends[0])
    assert np.all(box.over_upper >= ends[1])


def test_rational_data() -> None:
    """Exact fractions are not rounded: the closed form B3 with lambda = 1/3 and sigma = 1/7 is inside at every time."""
    problem = Problem.from_spectrum([1 / 3, 1 / 3], context_length=3)
    box = enclose_flow(problem, Fraction(1, 7), t_end=8, eigenvalues=[Fraction(1, 3)] * 2)
    with mpmath.workdps(40):
        third = mpmath.mpf(1) / 3
        limit = 1 / (mpmath.sqrt(2) * third * 2)
        start = mpmath.mpf(1) / 98
        for k, t in enumerate(box.t):
            decay = mpmath.exp(-2 * mpmath.sqrt(2) * third**2 * mpmath.mpf(float(t)))
            v = mpmath.sqrt(limit / (1 + (limit / start - 1) * decay))
            assert boxed(box.lower[k], box.upper[k], mpmath.diag([v, v]), mpmath.sqrt(2) * v)


def test_covariance_that_is_not_diagonal() -> None:
    """The eigendecomposition is enclosed as well: U in the problem's basis contains the thirty-digit solution."""
    problem = random_problem(np.random.default_rng(3), 3, 5)
    theta = random_theta(np.random.default_rng(4), 3, 2)
    box = enclose_flow(problem, 0.4, theta, t_end=1.5)
    ((U, u),) = exact_flow(problem, 0.4, theta, [1.5])
    low, high = box.in_problem_basis(-1)
    assert boxed(np.append(low, box.lower[-1, -1]), np.append(high, box.upper[-1, -1]), U, u)
    assert np.max(high - low) < 1e-14


def test_repeated_eigenvalues_off_the_diagonal_are_refused() -> None:
    """Without provably distinct eigenvalues there is no proved eigenbasis, and no box."""
    ones = np.full((3, 3), 0.5) + np.eye(3)
    with pytest.raises(EnclosureError, match="could not be proved to be distinct"):
        enclose_flow(Problem(ones, 2), 0.1, t_end=1.0)


def test_twenty_dimensions() -> None:
    """d = 20, T = 10: the radius is below 1e-12, the integrator's answer is inside up to its own error."""
    problem = Problem.from_spectrum(np.linspace(0.2, 1, 20), context_length=50)
    box = enclose_flow(problem, 0.1, t_end=10.0)
    assert box.radius < 1e-12
    assert box.error_bound[-1] < 1e-18
    U, u = gradient_flow(problem, 0.1, t_end=10.0)(box.t)
    state = np.column_stack([U.reshape(box.t.size, -1), u])
    assert np.all(box.lower - 1e-12 <= state)
    assert np.all(state <= box.upper + 1e-12)


@pytest.fixture(scope="module")
def converged() -> FlowEnclosure:
    """A generic start under the paper's condition, followed to within 0.02 of its limit."""
    problem = Problem.from_spectrum([1.0, 0.6, 0.5], context_length=5)
    return enclose_flow(problem, 0.3, random_theta(np.random.default_rng(5), 3, 2), t_end=40.0)


def test_certificates(converged: FlowEnclosure) -> None:
    """Balance, positivity, Lemma A.5, Lemma 5.4 and the entry are all certified on an ordinary path."""
    assert converged.certify_balance()
    assert converged.certify_positive()
    assert converged.certify_lower_bound()
    assert converged.certify_decay()
    entry = converged.certify_entry(0.02)
    assert entry
    path = gradient_flow(converged.problem, 0.3, random_theta(np.random.default_rng(5), 3, 2), until=0.02)
    assert entry.time is not None
    assert path.t[-1] <= entry.time < path.t[-1] + 1.0


def test_balance_cannot_change() -> None:
    """u u' - sum U_ij U_ij' = 0 at random rationals, for any coefficients: what certify_balance uses between times."""
    rng = np.random.default_rng(0)
    for _ in range(20):
        d = int(rng.integers(1, 4))
        U, a, f = ([Fraction(int(x), 7) for x in rng.integers(-20, 20, d * d)] for _ in range(3))
        u = Fraction(int(rng.integers(-20, 20)), 3)
        slopes = [-(u**2) * r * x + u * g for r, x, g in zip(a, U, f, strict=True)]
        slope = -u * sum(r * x**2 for r, x in zip(a, U, strict=True)) + sum(g * x for g, x in zip(f, U, strict=True))
        assert u * slope == sum(x * s for x, s in zip(U, slopes, strict=True))


def test_balance_is_certified_between_the_times(converged: FlowEnclosure) -> None:
    """The bound is said of every time; a tube that excludes balance refutes it even if every box allows it."""
    assert "at every time" in converged.certify_balance().detail
    low, high = converged.over_lower.copy(), converged.over_upper.copy()
    low[3, -1] = high[3, -1] = 2 * high[3, -1]
    torn = replace(converged, over_lower=low, over_upper=high)
    verdict = torn.certify_balance()
    assert verdict.status == "violated"
    assert verdict.time == converged.t[3]


def test_entry_into_balls_of_every_size(converged: FlowEnclosure) -> None:
    """Smaller balls are entered later, at the time at which the integrator crosses; a huge one holds from the start."""
    theta = random_theta(np.random.default_rng(5), 3, 2)
    times = []
    for radius in (0.5, 0.1, 0.03):
        entry = converged.certify_entry(radius)
        assert entry
        assert entry.time is not None
        crossing = gradient_flow(converged.problem, 0.3, theta, until=radius).t[-1]
        assert crossing <= entry.time < crossing + 1.0
        times.append(entry.time)
    assert times == sorted(times)
    assert converged.certify_entry(100.0).time == 0.0


def test_entry_on_the_boundary_is_not_certified(converged: FlowEnclosure) -> None:
    """A ball whose boundary runs through the last box is neither entered nor missed with proof."""
    U, u = gradient_flow(converged.problem, 0.3, random_theta(np.random.default_rng(5), 3, 2), t_end=40.0)(40.0)
    distance = float(np.linalg.norm(u * U - converged.problem.Gamma_inverse))
    wide = changed(converged, lambda bounds: bounds)
    wide = replace(wide, lower=wide.lower - 1e-9, upper=wide.upper + 1e-9)
    assert wide.certify_entry(distance).status == "not certified"


def test_entry_that_does_not_happen(converged: FlowEnclosure) -> None:
    """A ball that the solution has not reached by t_end is proved not to be reached."""
    verdict = converged.certify_entry(1e-9)
    assert verdict.status == "violated"
    assert verdict.time == 40.0


def changed(box: FlowEnclosure, change: Callable[[FloatArray], FloatArray]) -> FlowEnclosure:
    """The same enclosure with other bounds."""
    names = ("lower", "upper", "over_lower", "over_upper")
    parts = {name: change(getattr(box, name)) for name in names}
    return FlowEnclosure(problem=box.problem, t=box.t, error_bound=box.error_bound, _system=box._system, **parts)


def test_certificates_can_fail(converged: FlowEnclosure) -> None:
    """Bounds of something else than the flow are found to violate each statement, wide ones to decide nothing."""

    def scaled(factor: float) -> Callable[[FloatArray], FloatArray]:
        def change(bounds: FloatArray) -> FloatArray:
            result = bounds.copy()
            result[..., -1] *= factor
            return result

        return change

    assert changed(converged, scaled(1.001)).certify_balance().status == "violated"
    flipped = FlowEnclosure(
        problem=converged.problem,
        t=converged.t,
        lower=-converged.upper,
        upper=-converged.lower,
        over_lower=-converged.over_upper,
        over_upper=-converged.over_lower,
        error_bound=converged.error_bound,
        _system=converged._system,
    )
    assert flipped.certify_positive().status == "violated"
    assert changed(converged, scaled(1e-4)).certify_lower_bound().status == "violated"

    def frozen(bounds: FloatArray) -> FloatArray:
        return np.broadcast_to(bounds[0], bounds.shape)

    still = changed(converged, frozen)
    # The tube of the first interval is not a point, but at the times the state stands still.
    assert still.certify_decay().status == "violated"
    wide = FlowEnclosure(
        problem=converged.problem,
        t=converged.t,
        lower=converged.lower - 5,
        upper=converged.upper + 5,
        over_lower=converged.over_lower - 5,
        over_upper=converged.over_upper + 5,
        error_bound=converged.error_bound,
        _system=converged._system,
    )
    for verdict in (wide.certify_balance(), wide.certify_positive(), wide.certify_lower_bound(), wide.certify_decay()):
        assert verdict.status == "not certified"


def test_stiff_start_beyond_the_condition() -> None:
    """sigma^2 ||Gamma|| sqrt(d) = 1e4: enclosed and positive; the paper's bounds do not apply."""
    problem = Problem.from_spectrum([1.0, 0.5, 0.2], context_length=5)
    sigma = float(np.sqrt(1e4 / (problem.gamma.max() * np.sqrt(3))))
    box = enclose_flow(problem, sigma, t_end=5.0)
    assert box.radius < 1e-12
    assert box.certify_positive()
    assert box.certify_balance()
    assert box.certify_decay().status == "not applicable"
    assert box.certify_lower_bound().status == "not applicable"


def test_decay_rate_is_that_of_the_paper(converged: FlowEnclosure) -> None:
    """The mu in the certificate is the floating-point mu of Lemma 5.4."""
    mu = paper_rate(converged.problem, 0.3, random_theta(np.random.default_rng(5), 3, 2))
    assert f"{mu:.5g}"[:6] in converged.certify_decay().detail


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"sigma": 0.1, "t_end": -1.0}, ValueError, "t_end must be a positive number"),
        ({"sigma": 0.1, "t_end": Fraction(1, 3)}, ValueError, "that a double represents exactly"),
        ({"sigma": "0.1", "t_end": 1.0}, TypeError, "sigma must be an int, float or Fraction"),
        ({"sigma": -0.1, "t_end": 1.0}, ValueError, "sigma must be positive"),
        ({"sigma": 0.1, "t_end": 1.0, "eigenvalues": [1, 2]}, ValueError, "exact diagonal"),
        ({"sigma": 0.1, "t_end": 1.0, "theta": np.eye(2)}, ValueError, "divide theta by"),
    ],
)
def test_bad_arguments(arguments: dict[str, object], error: type[Exception], message: str) -> None:
    """Every bad argument is named."""
    problem = Problem.from_spectrum([1.0, 0.5], context_length=3)
    with pytest.raises(error, match=message):
        enclose_flow(problem, **arguments)  # type: ignore[arg-type]
