"""The gradient flow of the reduced population loss, integrated as one scalar Volterra equation.

The flow (Zhang, Frei and Bartlett 2024, Lemma 5.2) is U' = -u^2 Gamma Lambda U Lambda + u Lambda^2,
u' = -u tr(Gamma Lambda U Lambda U') + tr(Lambda^2 U'). Three facts turn it into an equation for one unknown function.

1. In the eigenbasis of Lambda, with the clock s = int u^2 dt, every entry of U obeys a linear scalar equation:
   dU_ii/ds = -a_i U_ii + lambda_i^2 / u with a_i = gamma_i lambda_i^2, and
   U_ij(s) = U_ij(0) exp(-gamma_i lambda_i lambda_j s).
2. The equation of u is equivalent to the balance law u^2 = tr(UU') (Lemma A.3), once U obeys its own.
3. So h = 1/u solves h^{-2} = sum_i (e^{-a_i s} U_ii(0) + lambda_i^2 int_0^s e^{-a_i (s - r)} h(r) dr)^2 + phi(s), with
   phi the squared norm of the off-diagonal entries, a Volterra equation with a stable kernel, and t = int h^2 ds.

On each step h is a polynomial that satisfies the balance law at Gauss-Lobatto points. Given that polynomial, every U_ii
is integrated *exactly*, whatever its stiffness, and so is t; the violation of the balance law between the points is
therefore the only error of discretisation. It steers the step size. A step costs O(d), and so does reading off diag U
and u; a dense U costs O(d^2) where it is asked for, and a rotation more where Lambda is not diagonal.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import ArrayLike
from scipy.linalg.lapack import dgesv
from scipy.optimize import brentq

from numerics.problem import FloatArray, Problem, checked_array

_DEGREE = 10
"""Degree of h on a step; 10 takes the least time at the default tolerance, 8 to 14 differ little."""

_LARGE_RATE = 40.0
"""Above this rate times step length the exponential integrals use the closed form, below it quadrature.

Both are good to 1e-14 there.
"""

_QUADRATURES = ((2.0, 12), (8.0, 18), (_LARGE_RATE, 32))
"""Largest rate and Gauss-Legendre points: exact to rounding for exp(-rate x) times a polynomial of degree 10 on [0, 1].
"""

_NEWTON_CORRECTION = 0.03
"""Newton's method stops after a relative correction below this times the root of the tolerance.

The next correction would be its square, a thousandth of the tolerance.
"""

_DIAGONAL = np.diag_indices(_DEGREE)

_MAXIMAL_GROWTH = 6.0
_MAXIMAL_STEPS = 20_000
_CONVERGED = 1e-8
"""A path to a given end time counts as converged within this fraction of ||Gamma^{-1}||_F of the limit."""


class _Collocation(NamedTuple):
    """Nodes of h on [0, 1] and what is needed to integrate and evaluate its interpolant."""

    nodes: FloatArray
    barycentric: FloatArray
    derivatives: FloatArray  # (-D)^n for n = 0..degree, D the differentiation matrix
    gauss_nodes: FloatArray  # exact for h^2
    gauss_weights: FloatArray


def _collocation(degree: int) -> _Collocation:
    interior = np.real(legendre.legroots(legendre.legder([0.0] * degree + [1.0])))
    nodes = (np.concatenate(([-1.0], np.sort(interior), [1.0])) + 1) / 2
    difference = nodes[:, None] - nodes[None, :]
    np.fill_diagonal(difference, 1.0)
    barycentric = 1 / np.prod(difference, axis=1)
    derivative = (barycentric[None, :] / barycentric[:, None]) / difference
    np.fill_diagonal(derivative, 0.0)
    np.fill_diagonal(derivative, -derivative.sum(axis=1))
    powers = [np.eye(degree + 1)]
    for _ in range(degree):
        powers.append(-derivative @ powers[-1])
    return _Collocation(nodes, barycentric, np.array(powers), *_gauss(degree + 1))


@cache
def _gauss(size: int) -> tuple[FloatArray, FloatArray]:
    nodes, weights = legendre.leggauss(size)
    return (nodes + 1) / 2, weights / 2


_RULE = _collocation(_DEGREE)


def _lagrange(points: FloatArray) -> FloatArray:
    """Return the Lagrange polynomials of the nodes at the points, shape points.shape + (degree + 1,)."""
    difference = points[..., None] - _RULE.nodes
    hit = difference == 0
    terms = _RULE.barycentric / np.where(hit, 1.0, difference)
    values = terms / np.sum(terms, axis=-1, keepdims=True)
    exact: FloatArray = np.where(np.any(hit, axis=-1, keepdims=True), hit.astype(np.float64), values)
    return exact


class _Rows(NamedTuple):
    """Tables for int_0^x e^{-z (x - r)} L_k(r) dr at fixed points x of a step, whatever the rates z are."""

    points: FloatArray
    exponents: list[FloatArray]  # a quadrature each, (points, quadrature): r - x at the quadrature points of [0, x]
    quadrature: list[FloatArray]  # a quadrature each, (points, quadrature, degree + 1): weight times L_k(r)
    closed_form: FloatArray  # (points, degree + 1, degree + 1): (-1)^n times the n-th derivative of L_k at x
    closed_form_at_zero: FloatArray  # (degree + 1, degree + 1)


def _rows(points: FloatArray) -> _Rows:
    exponents, quadratures = [], []
    for _, size in _QUADRATURES:
        nodes, weights = _gauss(size)
        inner = points[:, None] * nodes
        exponents.append(inner - points[:, None])
        quadratures.append((points[:, None] * weights)[..., None] * _lagrange(inner))
    return _Rows(
        points,
        exponents,
        quadratures,
        np.einsum("pl,nlk->pnk", _lagrange(points), _RULE.derivatives),
        _RULE.derivatives[:, 0, :],
    )


_MIDPOINTS = (_RULE.nodes[1:] + _RULE.nodes[:-1]) / 2
_STEP_ROWS = _rows(np.concatenate((_RULE.nodes[1:], _MIDPOINTS[[0, _DEGREE // 2, _DEGREE - 1]])))
"""Rows of a step: the collocation points, then three points between them where the error is seen."""

_BETWEEN = _lagrange(_STEP_ROWS.points[_DEGREE:])
_WHOLE_STEP = _lagrange(_RULE.gauss_nodes)


def _exponential_integrals(rates: FloatArray, rows: _Rows) -> FloatArray:
    """Return int_0^x e^{-z (x - r)} L_k(r) dr, axes: points x, rates z, Lagrange polynomials L_k.

    For small z by Gauss quadrature. For large z the integral is P(x) - e^{-z x} P(0), with P the polynomial solution
    sum_n (-1)^n L_k^{(n)} / z^{n+1} of P' + z P = L_k, whose terms no longer cancel.
    """
    result = np.empty((rows.points.size, rates.size, _DEGREE + 1))
    below = -1.0
    for (bound, _), exponents, quadrature in zip(_QUADRATURES, rows.exponents, rows.quadrature, strict=True):
        chosen = (rates > below) & (rates <= bound)
        below = bound
        if chosen.all():
            powers = exponents[:, None, :] * rates[:, None]
            return np.asarray(np.exp(powers, out=powers) @ quadrature)
        if chosen.any():
            powers = exponents[:, None, :] * rates[chosen, None]
            result[:, chosen] = np.exp(powers, out=powers) @ quadrature
    large = rates > _LARGE_RATE
    if large.any():
        powers = rates[large, None] ** -np.arange(1.0, _DEGREE + 2)
        decay = np.exp(-np.outer(rows.points, rates[large]))
        result[:, large] = powers @ rows.closed_form - decay[..., None] * (powers @ rows.closed_form_at_zero)
    return result


class _OffDiagonal:
    """The squared norm of U off the diagonal of the eigenbasis, phi(s) = sum_k mass_k exp(-2 rate_k s).

    phi is the Laplace transform of d (d - 1) point masses. Rates within a factor of two are replaced by Chebyshev
    nodes, their masses by those of polynomial interpolation in the rate, which changes phi by less than 1e-14 of
    phi(0), so that an evaluation costs O(log condition number) instead of O(d^2).
    """

    _NODES = 20

    def __init__(self, rates: FloatArray, masses: FloatArray) -> None:
        present = masses > 0
        rates, masses = rates[present], masses[present]
        octave = np.frexp(rates)[1]
        octaves = np.flatnonzero(np.bincount(octave - octave.min())) + octave.min() if rates.size else octave
        if rates.size > self._NODES * octaves.size:
            angles = (2 * np.arange(self._NODES) + 1) * np.pi / (2 * self._NODES)
            nodes, signs = np.cos(angles), np.sin(angles) * (-1.0) ** np.arange(self._NODES)
            compressed_rates, compressed_masses = [], []
            for power in octaves:
                bottom = 2.0 ** float(power - 1)
                inside = octave == power
                terms = (rates[inside] * (2 / bottom) - 3)[:, None] - nodes
                # A rate on a node would divide by zero; any other difference is too large to feel this shift.
                terms += 1e-30
                np.divide(signs, terms, out=terms)
                compressed_masses.append((masses[inside] / (terms @ np.ones(self._NODES))) @ terms)
                compressed_rates.append(bottom * (nodes + 3) / 2)
            rates, masses = np.concatenate(compressed_rates), np.concatenate(compressed_masses)
        self._rates, self._masses = rates, masses

    def __call__(self, clock: FloatArray) -> FloatArray:
        """Return phi at the given clock values, shape (times,)."""
        if self._rates.size == 0:
            return np.zeros_like(clock)
        return np.asarray(np.exp(-2 * np.multiply.outer(clock, self._rates)) @ self._masses)

    def weighted(self, clock: FloatArray) -> FloatArray:
        """Return sum_k rate_k mass_k exp(-2 rate_k s), the sum over i != j of gamma_i lambda_i lambda_j U_ij^2."""
        if self._rates.size == 0:
            return np.zeros_like(clock)
        return np.asarray(np.exp(-2 * np.multiply.outer(clock, self._rates)) @ (self._rates * self._masses))


def initial_weights(problem: Problem, sigma: float, theta: ArrayLike | None = None) -> FloatArray:
    """Return U(0) = sigma Theta Theta' of Assumption 3.3, d x d, in the problem's own basis.

    Args:
        problem: gives the dimension d and Lambda.
        sigma: the scale of the initialisation, positive; u(0) = sigma.
        theta: Theta, d x r with ||Theta Theta'||_F = 1 up to 1e-9, then normalised to rounding; None is I / d^{1/4}.

    Raises:
        ValueError, TypeError: for a sigma that is not positive, a Theta of wrong shape or norm, or Lambda Theta = 0.
    """
    scale = float(checked_array("sigma", sigma, ()))
    if not 1e-150 < scale < 1e150:
        raise ValueError(f"sigma must be positive, between 1e-150 and 1e150, got {scale}")
    d = problem.dimension
    if theta is None:
        return np.asarray(scale / np.sqrt(d) * np.eye(d))
    factor = checked_array("theta", theta, (d, -1))
    if factor.shape[1] == 0 or not np.any(problem.covariance @ factor):
        raise ValueError("theta must satisfy Lambda Theta != 0, got zero: the flow would stay at its starting point")
    gram = factor @ factor.T
    norm = float(np.linalg.norm(gram))
    if abs(norm - 1) > 1e-9:
        raise ValueError(
            f"theta must satisfy ||Theta Theta'||_F = 1, got {norm:.10g}; "
            f"divide theta by {np.sqrt(norm):.10g} and put the scale into sigma"
        )
    weights: FloatArray = scale / norm * gram
    return weights


@dataclass(frozen=True, eq=False)
class FlowPath:
    """A solution of the gradient flow, with its values at the times t and dense output in between.

    Attributes:
        problem: the problem that was solved.
        sigma: the scale of the initialisation.
        t: times, shape (k,), increasing from 0; the steps of the integrator.
        u: u(t), shape (k,).
        U: U(t), shape (k, d, d), in the problem's own basis; built when first asked for (k d^2 numbers).
        clock: s(t) = int_0^t u^2, shape (k,).
        diagonal: the diagonal of Q'U(t)Q in the eigenbasis Q of Lambda, shape (k, d).
        loss: the population loss L = 1/2 u^2 tr(Gamma Lambda U Lambda U') - u tr(Lambda^2 U') + 1/2 tr Lambda, shape
            (k,): the l of Lemma A.1 plus the constant 1/2 tr Lambda that makes it half the expected squared error.
        excess_loss: L minus its minimum 1/2 tr Lambda - 1/2 tr(Lambda^2 Gamma^{-1}), in the form of Corollary A.2,
            which has no cancellation.
        distance: ||u U - Gamma^{-1}||_F, shape (k,).
        balance_drift: the largest |u^2 - tr UU'| / u^2 seen between the collocation points. The integrator solves the
            balance law of Lemma A.3, so this is its error of discretisation, not a separate check.
        converged: whether the last distance is at most `until`, or 1e-8 ||Gamma^{-1}||_F for a path to an end time.
    """

    problem: Problem
    sigma: float
    t: FloatArray
    u: FloatArray
    clock: FloatArray
    diagonal: FloatArray
    balance_drift: float
    converged: bool
    _initial: FloatArray
    _off_diagonal: _OffDiagonal
    _inverse_u: FloatArray  # (k - 1, degree + 1): h = 1/u at the nodes of each step
    _step_length: FloatArray  # (k - 1,): length in the clock s; the last step may end beyond t[-1]

    def spectral(self, t: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return diag(Q'UQ) (times x d), u and s (times,) at the times t, in O(d) a time.

        Raises:
            ValueError: for a time outside the path.
        """
        times = np.atleast_1d(checked_array("t", t))
        if times.ndim != 1 or np.any(times < 0) or np.any(times > self.t[-1]):
            raise ValueError(f"t must be a number or a vector with values in [0, {self.t[-1]:.17g}], got {t!r}")
        diagonal, u, clock = np.empty((times.size, self.problem.dimension)), np.empty(times.size), np.empty(times.size)
        if self._step_length.size == 0:
            return self.diagonal[np.zeros(times.size, int)], np.full(times.size, self.u[0]), np.zeros(times.size)
        step = np.clip(np.searchsorted(self.t, times, side="right") - 1, 0, self._step_length.size - 1)
        for k in np.unique(step):
            here = step == k
            inside = _invert_time(self._inverse_u[k], (times[here] - self.t[k]) / self._step_length[k])
            diagonal[here], u[here] = _within_step(
                self.problem, self.diagonal[k], self._inverse_u[k], self._step_length[k], inside
            )
            clock[here] = self.clock[k] + self._step_length[k] * inside
        return diagonal, u, clock

    def __call__(self, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return U and u at any time: d x d and a scalar for a number t, (k, d, d) and (k,) for a vector of k times.

        Raises:
            ValueError: for a time outside the path.
        """
        diagonal, u, clock = self.spectral(t)
        weights = self._assemble(diagonal, clock)
        if np.ndim(t) == 0:
            return weights[0], u[0]
        return weights, u

    @cached_property
    def U(self) -> FloatArray:
        """U at the times t, (k, d, d)."""
        return self._assemble(self.diagonal, self.clock)

    @cached_property
    def excess_loss(self) -> FloatArray:
        """The population loss minus its minimum, (k,)."""
        return self._excess(self.diagonal, self.u, self.clock)

    @cached_property
    def loss(self) -> FloatArray:
        """The population loss, (k,)."""
        eigenvalues = self.problem.eigenvalues
        return self.excess_loss + 0.5 * float(np.sum(eigenvalues * (1 - eigenvalues / self.problem.gamma)))

    @cached_property
    def distance(self) -> FloatArray:
        """||u U - Gamma^{-1}||_F, (k,)."""
        return _distance(self.problem, self._off_diagonal, self.diagonal, self.u, self.clock)

    def progress(self, t: ArrayLike) -> tuple[FloatArray, FloatArray]:
        """Return the population loss minus its minimum and ||u U - Gamma^{-1}||_F at the times t, in O(d) a time.

        Raises:
            ValueError: for a time outside the path.
        """
        diagonal, u, clock = self.spectral(t)
        return self._excess(diagonal, u, clock), _distance(self.problem, self._off_diagonal, diagonal, u, clock)

    def _excess(self, diagonal: FloatArray, u: FloatArray, clock: FloatArray) -> FloatArray:
        eigenvalues, gamma = self.problem.eigenvalues, self.problem.gamma
        deviation = u[:, None] * diagonal - 1 / gamma
        result: FloatArray = 0.5 * (deviation**2 @ (gamma * eigenvalues**2))
        return result + 0.5 * u**2 * self._off_diagonal.weighted(clock)

    def _assemble(self, diagonal: FloatArray, clock: FloatArray) -> FloatArray:
        eigenvalues, basis = self.problem.eigenvalues, self.problem.basis
        d = self.problem.dimension
        weights = np.zeros((clock.size, d, d))
        if np.any(self._initial - np.diag(np.diag(self._initial))):
            rates = np.outer(self.problem.gamma * eigenvalues, eigenvalues)
            for k, s in enumerate(clock):
                weights[k] = self._initial * np.exp(-s * rates)
        weights[:, np.arange(d), np.arange(d)] = diagonal
        if np.array_equal(basis, np.eye(d)):
            return weights
        rotated: FloatArray = basis @ weights @ basis.T
        return rotated


def _distance(
    problem: Problem, off_diagonal: _OffDiagonal, diagonal: FloatArray, u: FloatArray, clock: FloatArray
) -> FloatArray:
    deviation = u[:, None] * diagonal - 1 / problem.gamma
    result: FloatArray = np.sqrt(np.sum(deviation**2, axis=1) + u**2 * off_diagonal(clock))
    return result


def _elapsed(inverse_u: FloatArray, inside: FloatArray) -> FloatArray:
    """Return int_0^x h^2 for x in [0, 1]; Gauss quadrature is exact for this polynomial."""
    values = _lagrange(np.multiply.outer(inside, _RULE.gauss_nodes)) @ inverse_u
    return np.asarray(inside * (values**2 @ _RULE.gauss_weights))


def _whole_step(inverse_u: FloatArray) -> float:
    """Return int_0^1 h^2."""
    return float((_WHOLE_STEP @ inverse_u) ** 2 @ _RULE.gauss_weights)


def _invert_time(inverse_u: FloatArray, elapsed: FloatArray) -> FloatArray:
    """Return x in [0, 1] with int_0^x h^2 = elapsed, by Newton's method kept inside a shrinking bracket."""
    low, high = np.zeros_like(elapsed), np.ones_like(elapsed)
    inside = np.clip(elapsed / _whole_step(inverse_u), 0.0, 1.0)
    for _ in range(60):
        excess = _elapsed(inverse_u, inside) - elapsed
        low, high = np.where(excess < 0, inside, low), np.where(excess > 0, inside, high)
        proposal = inside - excess / (_lagrange(inside) @ inverse_u) ** 2
        proposal = np.where((proposal < low) | (proposal > high), (low + high) / 2, proposal)
        if np.all(np.abs(proposal - inside) <= 1e-16 + 4e-16 * inside):
            break
        inside = proposal
    return np.asarray(proposal)


def _within_step(
    problem: Problem, start: FloatArray, inverse_u: FloatArray, length: float, inside: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Return diag U (points x d) and u at the fractions `inside` of a step that starts at diag U = start."""
    rates = length * problem.gamma * problem.eigenvalues**2
    integral = _exponential_integrals(rates, _rows(inside)) @ inverse_u
    diagonal = np.exp(-np.outer(inside, rates)) * start + length * problem.eigenvalues**2 * integral
    return diagonal, 1 / (_lagrange(inside) @ inverse_u)


def _crossing(
    problem: Problem,
    off_diagonal: _OffDiagonal,
    start: FloatArray,
    inverse_u: FloatArray,
    clock: float,
    length: float,
    until: float,
) -> float:
    """Return the fraction of the step at which the distance to the limit falls to `until`, on the side below it."""

    def excess(inside: float) -> float:
        diagonal, u = _within_step(problem, start, inverse_u, length, np.array([inside]))
        distance = _distance(problem, off_diagonal, diagonal, u, np.array([clock + length * inside]))
        return float(distance[0]) - until

    if excess(1.0) >= 0 or excess(0.0) <= 0:
        return 1.0
    inside, margin = float(brentq(excess, 0.0, 1.0, xtol=1e-14)), 1e-14
    # The root may lie above by rounding; the end of the step is below.
    while inside < 1 and excess(inside) > 0:
        inside, margin = min(1.0, inside + margin), 2 * margin
    return inside


class _Step(NamedTuple):
    inverse_u: FloatArray
    diagonal: FloatArray
    defect: float


def _attempt(
    problem: Problem,
    off_diagonal: _OffDiagonal,
    diagonal: FloatArray,
    u: float,
    clock: float,
    length: float,
    guess: FloatArray,
    newton_correction: float,
) -> _Step | None:
    """Solve the balance law at the nodes of a step of the given length in s, in units where u = 1 at its start.

    Newton's method starts from a guess of h at the nodes and stops after a relative correction below the one given.
    Returns None where it fails, which a shorter step cures.
    """
    growth = length * problem.eigenvalues**2 / u**2
    rates = length * problem.gamma * problem.eigenvalues**2
    kernel = _exponential_integrals(rates, _STEP_ROWS)
    kernel *= growth[:, None]
    flat, solve = kernel.reshape(-1, _DEGREE + 1), kernel[:_DEGREE, :, 1:]
    known = np.exp(-np.outer(_STEP_ROWS.points, rates)) * (diagonal / u)
    outside = off_diagonal(clock + length * _STEP_ROWS.points) / u**2
    full = np.concatenate(([1.0], guess))
    inverse = full[1:]
    for _ in range(12):
        entries = known + (flat @ full).reshape(known.shape)
        squares = np.einsum("pi,pi->p", entries, entries) + outside
        # Logarithms of both sides in the logarithm of h: close to linear however much u changes over the step.
        balance = np.log(squares[:_DEGREE]) + 2 * np.log(inverse)
        jacobian = 2 * np.matmul(entries[:_DEGREE, None, :], solve)[:, 0, :] * (inverse / squares[:_DEGREE, None])
        jacobian[_DIAGONAL] += 2
        update = np.clip(dgesv(jacobian, balance)[2], -3.0, 3.0)
        inverse *= np.exp(-update)
        correction = float(np.abs(update).max())
        if correction < newton_correction:
            break
    else:
        return None
    entries = known + (flat @ full).reshape(known.shape)
    squares = np.einsum("pi,pi->p", entries, entries) + outside
    defect = np.abs(1 - squares[_DEGREE:] * (_BETWEEN @ full) ** 2).max()
    return _Step(full / u, entries[_DEGREE - 1] * u, float(defect))


def gradient_flow(
    problem: Problem,
    sigma: float,
    theta: ArrayLike | None = None,
    until: float | None = None,
    t_end: float | None = None,
    *,
    tolerance: float = 1e-12,
) -> FlowPath:
    """Integrate the gradient flow of Lemma 5.2 from the initialisation of Assumption 3.3.

    U' = -u^2 Gamma Lambda U Lambda + u Lambda^2, u' = -u tr(Gamma Lambda U Lambda U') + tr(Lambda^2 U'). The method is
    described at the head of this module. Exactly one of `until` and `t_end` says where to stop.

    Args:
        problem: the covariance Lambda and the context length N.
        sigma: the scale of the initialisation, any positive number: u(0) = sigma, U(0) = sigma Theta Theta'.
        theta: Theta, d x r of any rank with ||Theta Theta'||_F = 1; None is I / d^{1/4}.
        until: stop where ||u U - Gamma^{-1}||_F falls to this, found within the first step that ends at or below it.
        t_end: stop at this time, positive.
        tolerance: bound on the relative violation of the balance law, the only error of discretisation; at least 1e-14.

    Returns:
        The FlowPath.

    Raises:
        ValueError, TypeError: for bad arguments, among them an `until` below what rounding leaves of Gamma^{-1}.
        RuntimeError: if 20,000 steps do not reach the end.

    Source: Lemmas 5.2 and A.3 of Zhang, Frei and Bartlett (2024).
    """
    initial = initial_weights(problem, sigma, theta)
    if (until is None) == (t_end is None):
        raise ValueError("give exactly one of until and t_end")
    scale = float(np.linalg.norm(1 / problem.gamma))
    if until is not None:
        until = float(checked_array("until", until, ()))
        # The distance is recomputed in another order of summation later, and must not exceed `until` then.
        goal = (1 - 1e-12) * until
        if until < 1e-14 * scale:
            raise ValueError(f"until must be at least 1e-14 ||Gamma^{{-1}}||_F = {1e-14 * scale:.3g}, got {until}")
    else:
        goal = _CONVERGED * scale
    if t_end is not None:
        t_end = float(checked_array("t_end", t_end, ()))
        if t_end <= 0:
            raise ValueError(f"t_end must be positive, got {t_end}")
    tolerance = float(checked_array("tolerance", tolerance, ()))
    if not 1e-14 <= tolerance <= 1e-2:
        raise ValueError(f"tolerance must lie between 1e-14 and 0.01, got {tolerance}")

    newton_correction = _NEWTON_CORRECTION * float(np.sqrt(tolerance))
    eigenvalues, gamma = problem.eigenvalues, problem.gamma
    if theta is not None:
        initial = problem.basis.T @ initial @ problem.basis
    rotated = np.outer(gamma * eigenvalues, eigenvalues)
    apart = ~np.eye(problem.dimension, dtype=bool)
    off_diagonal = _OffDiagonal(rotated[apart], initial[apart] ** 2)

    def distance(diagonal: FloatArray, u: float, clock: float) -> float:
        return float(_distance(problem, off_diagonal, diagonal[None], np.array([u]), np.array([clock]))[0])

    t, clock, u, diagonal = 0.0, 0.0, float(sigma), np.diag(initial).copy()
    drift = 0.0
    times, clocks, us, diagonals = [t], [clock], [u], [diagonal]
    inverses: list[FloatArray] = []
    lengths: list[float] = []
    # A tenth of the time scale of the fastest growth and decay; the step control takes over from there.
    length = 0.1 / (float(np.sum(eigenvalues**2 * np.abs(diagonal))) / u**3 + float(np.max(gamma * eigenvalues**2)))
    reached = until is not None and distance(diagonal, u, clock) <= goal
    while not reached:
        if len(lengths) == _MAXIMAL_STEPS:
            raise RuntimeError(f"the flow did not reach its end in {_MAXIMAL_STEPS} steps, it stands at t = {t:.6g}")
        guess = np.ones(_DEGREE)
        if lengths and length < 3 * lengths[-1]:
            ahead = _lagrange(1 + _RULE.nodes[1:] * (length / lengths[-1])) @ inverses[-1]
            guess = np.clip(ahead * u, 0.2, 5.0)
        step = _attempt(problem, off_diagonal, diagonal, u, clock, length, guess, newton_correction)
        if step is None:
            length /= 4
            continue
        factor = 0.8 * (tolerance / max(step.defect, 1e-30)) ** (1 / (_DEGREE + 1))
        if step.defect > max(tolerance, 2e-14):
            length *= max(0.1, factor)
            continue
        drift = max(drift, step.defect)
        inverses.append(step.inverse_u)
        lengths.append(length)
        end_diagonal, end_u, inside = step.diagonal, 1 / float(step.inverse_u[-1]), 1.0
        end_t = t + length * _whole_step(step.inverse_u)
        if t_end is not None and end_t >= t_end:
            inside = float(_invert_time(step.inverse_u, np.array([(t_end - t) / length]))[0])
            end_t, reached = t_end, True
        elif until is not None and distance(end_diagonal, end_u, clock + length) <= goal:
            inside = _crossing(problem, off_diagonal, diagonal, step.inverse_u, clock, length, goal)
            end_t, reached = t + length * float(_elapsed(step.inverse_u, np.array([inside]))[0]), True
        if inside < 1:
            values, scalar = _within_step(problem, diagonal, step.inverse_u, length, np.array([inside]))
            end_diagonal, end_u = values[0], float(scalar[0])
        t, clock, u, diagonal = end_t, clock + inside * length, end_u, end_diagonal
        times.append(t)
        clocks.append(clock)
        us.append(u)
        diagonals.append(diagonal)
        length *= min(_MAXIMAL_GROWTH, factor)
    return FlowPath(
        problem=problem,
        sigma=float(sigma),
        t=np.array(times),
        u=np.array(us),
        clock=np.array(clocks),
        diagonal=np.array(diagonals),
        balance_drift=drift,
        converged=distance(diagonal, u, clock) <= goal,
        _initial=initial,
        _off_diagonal=off_diagonal,
        _inverse_u=np.array(inverses).reshape(-1, _DEGREE + 1),
        _step_length=np.array(lengths),
    )
