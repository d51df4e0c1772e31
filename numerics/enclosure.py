"""Rigorous enclosure of the gradient flow in ball arithmetic.

The reduced flow of Lemma 5.2 (Zhang, Frei and Bartlett 2024) is, in the eigenbasis of Lambda, the polynomial system

    U_ij' = -u^2 a_ij U_ij + u f_ij,   u' = -u sum_ij a_ij U_ij^2 + sum_i f_ii U_ii,
    a_ij = gamma_i lambda_i lambda_j,  f_ij = lambda_i^2 where i = j, else 0.

It is the gradient flow of l, so its Jacobian is symmetric, and it is an arrow: diagonal -u^2 a, last row and column
b = f - 2 u a U, corner -c with c = sum a U^2. Entries of U that start at zero stay there and are left out. A step of
length h proves its box as follows, from the fact that the error at its start is at most r.

1. P is a Taylor polynomial with exact coefficients. The residual P' - F(P) is again a polynomial; its coefficients are
   balls, and the sums of their absolute values bound it by delta over the whole step.
2. m bounds the largest eigenvalue of the Jacobian over a tube of radius R about P: m I - J is positive definite when
   m + u^2 a > 0 and the Schur complement m + c - sum b^2 / (m + u^2 a) is positive. These are the pivots that a
   Cholesky factorisation of this arrow in ball arithmetic meets.
3. As long as the exact solution y is in the tube, |y - P|' <= m |y - P| + delta, so that
   |y - P| <= max(1, e^{m h}) (r + h delta). If that is below R the solution cannot leave the tube, and the bound holds
   over the step.

Whatever is not proved raises EnclosureError. Only the validation of arguments is shared with numerics.reduced_flow.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import Literal, NamedTuple

import numpy as np
from flint import acb_mat, arb, arb_mat, arb_poly, ctx, fmpq
from numpy.typing import ArrayLike

from numerics.problem import FloatArray, Problem
from numerics.reduced_flow import initial_weights
from theory.errors import IclTheoryError

Number = int | float | Fraction

_ORDER = 30
PRECISION = 128
_LOCAL_TOLERANCE = 1e-24
"""Size aimed at for the residual of a step times its length, relative to the state: far above rounding at 128 bits."""

_PIECES = 4
"""Each step is cut into this many pieces, on which ranges and Jacobian are bounded separately."""

_MAXIMAL_STEPS = 200_000
_SMALLEST_RADIUS = 2.0**-400

Status = Literal["certified", "not certified", "violated", "not applicable"]


class EnclosureError(IclTheoryError, RuntimeError):
    """The solution could not be enclosed rigorously."""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a rigorous check.

    Attributes:
        status: "certified": proved to hold over the whole interval; "violated": proved to fail at `time`;
            "not certified": the enclosure is too wide to decide, first so at `time`; "not applicable": a hypothesis of
            the statement fails.
        detail: what was compared, in one sentence.
        time: see status; for an entry that is certified, the time from which the solution is known to be inside.
    """

    status: Status
    detail: str
    time: float | None = None

    def __bool__(self) -> bool:
        """Whether the statement is certified."""
        return self.status == "certified"


class _System(NamedTuple):
    """Coefficients and initial state as balls: the diagonal of U first, then the entries off it that do not vanish."""

    eigenvalues: list[arb]
    gamma: list[arb]
    basis: arb_mat | None
    entries: list[tuple[int, int]]
    rates: list[arb]
    forces: list[arb]  # one for each diagonal entry
    initial: list[arb]
    sigma: arb


def exact_ball(name: str, value: object) -> arb:
    """Return a number as a ball: floats and integers are exact, a fraction is enclosed."""
    if isinstance(value, Fraction):
        return arb(fmpq(value.numerator, value.denominator))
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} must be an int, float or Fraction, got {value!r}")
    return arb(int(value)) if isinstance(value, int | np.integer) else arb(float(value))


def total(terms: Sequence[arb]) -> arb:
    """The sum of balls."""
    return sum(terms, arb(0))


def _norm(terms: Sequence[arb]) -> arb:
    """Enclose the Euclidean norm; squares of the ends keep the argument of the root from reaching below zero."""
    low = total([x.abs_lower() ** 2 for x in terms]).sqrt()
    high = total([x.abs_upper() ** 2 for x in terms]).sqrt()
    return low.union(high)


def _exact_theta(theta: ArrayLike | Sequence[Sequence[Number]], d: int) -> arb_mat:
    rows = [list(row) for row in np.asarray(theta, dtype=object).reshape(d, -1)]
    return arb_mat([[exact_ball("theta", entry) for entry in row] for row in rows])


def _eigensystem(problem: Problem) -> tuple[list[arb], arb_mat | None]:
    """Enclose the eigenvalues and an orthogonal eigenbasis (None is the identity) of the covariance as it is stored."""
    covariance = problem.covariance
    d = problem.dimension
    if np.array_equal(covariance, np.diag(np.diag(covariance))):
        return [arb(float(x)) for x in np.diag(covariance)], None
    matrix = acb_mat(arb_mat([[arb(float(x)) for x in row] for row in covariance]))
    try:
        values, vectors = matrix.eig(right=True)
    except ValueError as error:
        raise EnclosureError(
            "the eigenvalues of covariance could not be proved to be distinct, so its eigenbasis is not enclosed; "
            "rotate the problem to a diagonal covariance, where repeated eigenvalues are no obstacle"
        ) from error
    columns = []
    for j in range(d):
        column = [vectors[i, j] for i in range(d)]
        # Simple eigenvalues of a real symmetric matrix have real eigenvectors, so this quotient is exactly real.
        pivot = max(column, key=lambda z: float(abs(z).mid()))
        real = [(z / pivot).real for z in column]
        length = _norm(real)
        columns.append([x / length for x in real])
    return [value.real for value in values], arb_mat([[columns[j][i] for j in range(d)] for i in range(d)])


def initial_balls(
    scale: arb, theta: ArrayLike | Sequence[Sequence[Number]] | None, d: int, basis: arb_mat | None
) -> list[list[arb]]:
    """sigma Theta Theta' of Assumption 3.3 in the given basis."""
    if theta is None:
        return [[scale / arb(d).sqrt() if i == j else arb(0) for j in range(d)] for i in range(d)]
    factor = _exact_theta(theta, d)
    if basis is not None:
        factor = basis.transpose() * factor
    gram = factor * factor.transpose()
    # In any orthonormal basis the norm is the same, and dividing by it makes Assumption 3.3 hold exactly.
    norm = _norm(gram.entries())
    return [[scale * gram[i, j] / norm for j in range(d)] for i in range(d)]


def _moving(weights: list[list[arb]]) -> list[tuple[int, int]]:
    """The diagonal, then the entries off it that do not start, and so stay, at zero."""
    d = len(weights)
    return [(i, i) for i in range(d)] + [
        (i, j) for i in range(d) for j in range(d) if i != j and not weights[i][j].is_zero()
    ]


def _system(problem: Problem, sigma: Number, theta: ArrayLike | None, eigenvalues: Sequence[Number] | None) -> _System:
    d, n = problem.dimension, problem.context_length
    spectrum, basis = _eigensystem(problem)
    if eigenvalues is not None:
        if basis is not None or len(eigenvalues) != d or [float(x) for x in eigenvalues] != list(problem.eigenvalues):
            raise ValueError(
                "eigenvalues must be the exact diagonal of problem.covariance: "
                f"{d} numbers that round to {problem.eigenvalues.tolist()}, got {list(eigenvalues)!r}"
            )
        spectrum = [exact_ball("eigenvalues", x) for x in eigenvalues]
    trace = total(spectrum)
    gamma = [x + (x + trace) / n for x in spectrum]
    scale = exact_ball("sigma", sigma)
    weights = initial_balls(scale, theta, d, basis)
    entries = _moving(weights)
    return _System(
        eigenvalues=spectrum,
        gamma=gamma,
        basis=basis,
        entries=entries,
        rates=[gamma[i] * spectrum[i] * spectrum[j] for i, j in entries],
        forces=[x * x for x in spectrum],
        initial=[weights[i][j] for i, j in entries] + [scale],
        sigma=scale,
    )


def _taylor(system: _System, state: list[arb]) -> tuple[list[list[arb]], list[arb]]:
    """Return Taylor coefficients of the solution through a point: one row for each entry of U, and those of u."""
    d = len(system.forces)
    column = state[:-1]
    columns = [arb_mat(len(column), 1, column)]
    weighted = [arb_mat(1, len(column), [a * x for a, x in zip(system.rates, column, strict=True)])]
    rows = [[x] for x in column]
    u = [state[-1]]
    squares: list[arb] = []
    energies: list[arb] = []
    for k in range(_ORDER):
        squares.append(total([u[m] * u[k - m] for m in range(k + 1)]))
        energies.append(total([(weighted[m] * columns[k - m])[0, 0] for m in range(k + 1)]))
        product = columns[0] * squares[k]
        for m in range(1, k + 1):
            product += columns[m] * squares[k - m]
        decay = product.entries()
        following = [-a * x / (k + 1) for a, x in zip(system.rates, decay, strict=True)]
        following[:d] = [x + f * u[k] / (k + 1) for x, f in zip(following[:d], system.forces, strict=True)]
        drive = total([f * rows[i][k] for i, f in enumerate(system.forces)])
        u.append((drive - total([u[k - m] * energies[m] for m in range(k + 1)])) / (k + 1))
        for row, value in zip(rows, following, strict=True):
            row.append(value)
        columns.append(arb_mat(len(column), 1, following))
        weighted.append(arb_mat(1, len(column), [a * x for a, x in zip(system.rates, following, strict=True)]))
    return rows, u


class _Polynomial(NamedTuple):
    """P on a step, in x in [0, 1], with exact coefficients: those of U, row by row, and those of u."""

    rows: arb_mat
    u: list[arb]


def _rescaled(rows: list[list[arb]], u: list[arb], length: arb) -> _Polynomial:
    powers = [arb(1)]
    for _ in range(_ORDER):
        powers.append((powers[-1] * length).mid())
    return _Polynomial(
        arb_mat([[(x * p).mid() for x, p in zip(row, powers, strict=True)] for row in rows]),
        [(x * p).mid() for x, p in zip(u, powers, strict=True)],
    )


def _residual(system: _System, polynomial: _Polynomial, length: arb) -> arb:
    """Bound ||P' - F(P)|| over the step, in the original time."""
    rows, u = polynomial
    n, width = rows.nrows(), _ORDER + 1
    u_polynomial = arb_poly(u)
    square = list(u_polynomial * u_polynomial) + [arb(0)] * (3 * width)
    toeplitz = arb_mat([[square[k - m] if k >= m else arb(0) for k in range(3 * width - 2)] for m in range(width)])
    products = (rows * toeplitz).tolist()
    table = rows.tolist()
    bounds = []
    for e in range(n):
        row = [system.rates[e] * x for x in products[e]]
        for k in range(width):
            if k < _ORDER:
                row[k] += (k + 1) * table[e][k + 1] / length
            if e < len(system.forces):
                row[k] -= system.forces[e] * u[k]
        bounds.append(total([abs(x) for x in row]))
    weighted = arb_mat([[a * x for x in row] for a, row in zip(system.rates, table, strict=True)])
    gram = weighted.transpose() * rows
    energy = [arb(0)] * (2 * width - 1)
    for k in range(width):
        for m in range(width):
            energy[k + m] += gram[k, m]
    row = list(u_polynomial * arb_poly(energy)) + [arb(0)] * (3 * width)
    for k in range(width):
        row[k] -= total([f * table[i][k] for i, f in enumerate(system.forces)])
        if k < _ORDER:
            row[k] += (k + 1) * u[k + 1] / length
    bounds.append(total([abs(x) for x in row]))
    return _norm(bounds).upper()


def _ranges(polynomial: _Polynomial, cuts: list[arb]) -> list[list[arb]]:
    """Enclose P on each piece between neighbouring cuts of [0, 1]; monomials are increasing there."""
    powers = arb_mat([[(low**k).union(high**k) for low, high in pairwise(cuts)] for k in range(_ORDER + 1)])
    values = (polynomial.rows * powers).tolist() + (arb_mat([polynomial.u]) * powers).tolist()
    return [list(column) for column in zip(*values, strict=True)]


def _values(polynomial: _Polynomial, points: list[arb]) -> list[list[arb]]:
    powers = arb_mat([[point**k for point in points] for k in range(_ORDER + 1)])
    values = (polynomial.rows * powers).tolist() + (arb_mat([polynomial.u]) * powers).tolist()
    return [list(column) for column in zip(*values, strict=True)]


def _logarithmic_norm(system: _System, tube: list[arb]) -> arb:
    """Return a proved upper bound of the largest eigenvalue of the Jacobian over the tube.

    A floating-point root of the Schur complement proposes the bound, ball arithmetic proves it.
    """
    d = len(system.forces)
    *weights, u = tube
    square = u * u
    diagonal = [square * a for a in system.rates]
    border = [-2 * u * a * x for a, x in zip(system.rates, weights, strict=True)]
    border[:d] = [b + f for b, f in zip(border[:d], system.forces, strict=True)]
    corner = total([a * x * x for a, x in zip(system.rates, weights, strict=True)])
    pivots = np.array([float(x.lower()) for x in diagonal])
    masses = np.array([float(x.abs_upper()) for x in border]) ** 2
    low_corner = float(corner.lower())
    if not (np.all(np.isfinite(pivots)) and np.all(np.isfinite(masses)) and np.isfinite(low_corner)):
        raise EnclosureError("the range of the solution over a step is not finite")
    low = -float(np.min(np.append(pivots, low_corner)))
    high = low + 2 * float(np.sqrt(np.sum(masses))) + float(np.max(pivots, initial=abs(low_corner)))
    for _ in range(80):
        middle = (low + high) / 2
        with np.errstate(divide="ignore"):
            positive = middle + low_corner > float(np.sum(masses / (middle + pivots)))
        low, high = (low, middle) if positive else (middle, high)
    padding = 1e-9 * (abs(high) + float(np.max(pivots))) + 1e-300
    for _ in range(60):
        bound = arb(high + padding)
        shifted = [bound + x for x in diagonal]
        if all(x > 0 for x in shifted):
            schur = bound + corner - total([b * b / x for b, x in zip(border, shifted, strict=True)])
            if schur > 0:
                return bound
        padding *= 4
    raise EnclosureError("the Jacobian's largest eigenvalue could not be bounded over a step")


class _Piece(NamedTuple):
    time: float
    radius: arb
    state: list[arb]
    over: list[arb]


def _attempt(
    system: _System, rows: list[list[arb]], u: list[arb], times: list[float], radius: arb
) -> list[_Piece] | None:
    """Prove a step over the given times, or return None where a shorter step is needed."""
    start, end = arb(times[0]), arb(times[-1])
    length = end - start
    polynomial = _rescaled(rows, u, length)
    residual = _residual(system, polynomial, length)
    size = _norm([x[0] for x in rows] + [u[0]])
    if not length * residual < 100 * _LOCAL_TOLERANCE * size:
        return None
    cuts = [(arb(t) - start) / length for t in times]
    ranges, ends = _ranges(polynomial, cuts), _values(polynomial, cuts[1:])
    pieces = []
    for over, state, before, after in zip(ranges, ends, times[:-1], times[1:], strict=True):
        span = arb(after) - arb(before)
        allowed = (4 * (radius + span * residual) + _SMALLEST_RADIUS).upper()
        ball = arb(0, allowed)
        try:
            norm = _logarithmic_norm(system, [x + ball for x in over])
        except EnclosureError:
            return None
        growth = (norm * span).exp()
        swell = growth if growth > 1 else arb(1).union(growth).upper()
        reach = (swell * (radius + span * residual)).upper()
        if not reach < allowed:
            return None
        radius = (growth * radius + span * residual * swell).upper()
        inside = arb(0, reach)
        pieces.append(_Piece(after, radius, state, [x + inside for x in over]))
    return pieces


def _above(value: arb) -> float:
    return float(np.nextafter(float(value.abs_upper()), np.inf))


def _bounds(state: Sequence[arb]) -> tuple[list[float], list[float]]:
    """Return doubles below and above every ball; the step outwards covers the rounding of the conversion."""
    low = [float(np.nextafter(float(x.lower()), -np.inf)) for x in state]
    high = [float(np.nextafter(float(x.upper()), np.inf)) for x in state]
    return low, high


@dataclass(frozen=True, eq=False)
class FlowEnclosure:
    """Proved bounds on the gradient flow, at every time of [0, t_end].

    The state is (U, u) in the eigenbasis Q of Lambda: the d^2 entries of Q'UQ row by row, then u, d^2 + 1 numbers. For
    a diagonal Lambda Q = I, so they are the entries of U itself; otherwise Q is a matrix of orthonormal eigenvectors,
    in an order and with signs fixed by the enclosure, and `in_problem_basis` encloses U. The exact solution is the one
    for the covariance, sigma and Theta taken as exact binary (or rational) numbers, with Theta divided by the root of
    ||Theta Theta'||_F, so that Assumption 3.3 holds exactly.

    Attributes:
        problem: the problem.
        t: times, shape (k,), from 0 to t_end.
        lower, upper: bounds on the state at the times t, shape (k, d^2 + 1).
        over_lower, over_upper: bounds on the state at *every* time of [t[i], t[i+1]], shape (k - 1, d^2 + 1).
        error_bound: proved bound on the Euclidean distance of the state from the centre of the enclosure before its
            rounding to doubles, shape (k,).
    """

    problem: Problem
    t: FloatArray
    lower: FloatArray
    upper: FloatArray
    over_lower: FloatArray
    over_upper: FloatArray
    error_bound: FloatArray
    _system: _System

    @property
    def radius(self) -> float:
        """Half the largest width of the bounds at the times t."""
        return float(np.max(self.upper - self.lower)) / 2

    def contains(self, index: int, U: ArrayLike, u: float) -> bool:
        """Return whether the box at t[index] contains the state (U, u), U in the eigenbasis of Lambda."""
        state = np.append(np.ravel(np.asarray(U, dtype=np.float64)), u)
        return bool(np.all(self.lower[index] <= state) and np.all(state <= self.upper[index]))

    def in_problem_basis(self, index: int) -> tuple[FloatArray, FloatArray]:
        """Return bounds on U(t[index]), two d x d arrays, in the problem's own basis."""
        d = self.problem.dimension
        low, high = self.lower[index, :-1].reshape(d, d), self.upper[index, :-1].reshape(d, d)
        basis = self._system.basis
        if basis is None:
            return low, high
        with ctx.workprec(PRECISION):
            box = arb_mat(
                [
                    [arb(float(a)).union(arb(float(b))) for a, b in zip(*pair, strict=True)]
                    for pair in zip(low, high, strict=True)
                ]
            )
            bounds = _bounds((basis * box * basis.transpose()).entries())
        return np.array(bounds[0]).reshape(d, d), np.array(bounds[1]).reshape(d, d)

    def certify_balance(self, tolerance: float = 1e-8) -> Verdict:
        """Certify |u^2 - tr UU'| <= tolerance * max u^2 at every time, and that 0 is never excluded (Lemma A.3).

        The drift D = u^2 - tr UU' is bounded at the times t from the enclosed solution. In between it does not change:
        D' = 2 (u u' - sum U_ij U_ij') vanishes identically as a polynomial, since both equations of the flow have the
        same coefficients a_ij and f_ij,

            u (-u sum a_ij U_ij^2 + sum f_ij U_ij) - sum U_ij (-u^2 a_ij U_ij + u f_ij) = 0,

        so each bound holds up to the next time. Every tube must contain D = 0 as well.
        """
        with ctx.workprec(PRECISION):
            worst, at, scale = 0.0, 0.0, float(np.max(np.abs(self.upper[:, -1]))) ** 2
            tubes = zip(self.t, self.over_lower, self.over_upper, strict=False)
            for time, low, high in [*zip(self.t, self.lower, self.upper, strict=True), *tubes]:
                drift = self._drift(low, high)
                if not drift.contains(0):
                    return Verdict("violated", f"u^2 - tr UU' is not 0 but {drift}", float(time))
            for time, low, high in zip(self.t, self.lower, self.upper, strict=True):
                bound = _above(self._drift(low, high))
                if bound > worst:
                    worst, at = bound, float(time)
            detail = f"|u^2 - tr UU'| <= {worst:.3g} at every time"
            if worst <= tolerance * scale:
                return Verdict("certified", detail)
            return Verdict("not certified", f"{detail}, more than {tolerance:.3g} max u^2", at)

    def _drift(self, lower: FloatArray, upper: FloatArray) -> arb:
        weights, u = self._balls(lower, upper)
        return u * u - total([x * x for x in weights])

    def certify_positive(self) -> Verdict:
        """Certify u(t) > 0 at every time of the interval (Lemma A.4)."""
        return self._certify_above(arb(0), "u", lambda u: u)

    def certify_lower_bound(self) -> Verdict:
        """Certify the lower bound of Lemma A.5 at every time.

        u^2 >= sigma^2 ||Lambda Theta||_F^2 (2 - sqrt(d) sigma^2 ||Gamma||_op) / (2 sqrt(d) ||Lambda||_op^2).
        """
        with ctx.workprec(PRECISION):
            bracket = self._bracket()
            if not bracket > 0:
                return self._inapplicable()
            root = arb(self.problem.dimension).sqrt()
            bound = self._scaled_alignment() * bracket / (2 * root * self._largest_eigenvalue() ** 2)
            return self._certify_above(bound, "u^2", lambda u: u * u)

    def certify_decay(self) -> Verdict:
        """Certify l(t) - min l <= e^{-mu t} (l(0) - min l) at every time, with the mu of Lemma 5.4.

        On each interval one of two proofs must succeed: ||grad l||^2 >= mu (l - min l) throughout it, which carries the
        bound on from its left end, or the comparison of both sides over the interval.
        """
        with ctx.workprec(PRECISION):
            bracket = self._bracket()
            if not bracket > 0:
                return self._inapplicable()
            system = self._system
            inverse_trace = total([1 / x for x in system.eigenvalues])
            weighted_trace = total([1 / (g * x) for g, x in zip(system.gamma, system.eigenvalues, strict=True)])
            norms = arb(self.problem.dimension).sqrt() * self._largest_eigenvalue() ** 2
            mu = self._scaled_alignment() * bracket / (norms * weighted_trace * inverse_trace)
            start = self._excess(self._balls(self.lower[0], self.upper[0]))
            for k in range(self.t.size - 1):
                here = self._balls(self.lower[k + 1], self.upper[k + 1])
                allowed = start * (-mu * arb(float(self.t[k + 1]))).exp()
                if self._excess(here) > allowed:
                    detail = "l - min l exceeds e^(-mu t) times its initial value"
                    return Verdict("violated", detail, float(self.t[k + 1]))
                over = self._balls(self.over_lower[k], self.over_upper[k])
                excess = self._excess(over)
                if self._squared_gradient(over) >= mu * excess or excess <= allowed:
                    continue
                return Verdict("not certified", "neither the PL inequality nor the decay is proved", float(self.t[k]))
            detail = f"l - min l <= e^(-mu t) times its initial value with mu = {float(mu.mid()):.6g} at every time"
            return Verdict("certified", detail)

    def certify_entry(self, radius: float) -> Verdict:
        """Certify that from some time until t_end ||u U - Gamma^{-1}||_F <= radius; `time` is the first such time t.

        "violated" means that the solution is proved to be outside the ball at t_end.
        """
        with ctx.workprec(PRECISION):
            last = self._distance(self._balls(self.lower[-1], self.upper[-1]))
            if last > radius:
                detail = f"at t_end the distance is at least {float(last.lower()):.6g}"
                return Verdict("violated", detail, float(self.t[-1]))
            if not last <= radius:
                return Verdict("not certified", f"at t_end the distance is only known to be {last}", float(self.t[-1]))
            first = self.t.size - 1
            while first > 0:
                over = self._balls(self.over_lower[first - 1], self.over_upper[first - 1])
                if not self._distance(over) <= radius:
                    break
                first -= 1
            time = float(self.t[first])
            return Verdict("certified", f"||uU - Gamma^-1||_F <= {radius:.6g} from t = {time:.6g} to t_end", time)

    def _balls(self, lower: FloatArray, upper: FloatArray) -> tuple[list[arb], arb]:
        d = self.problem.dimension
        index = [i * d + j for i, j in self._system.entries] + [d * d]
        *weights, u = [arb(float(lower[i])).union(arb(float(upper[i]))) for i in index]
        return weights, u

    def _deviations(self, state: tuple[list[arb], arb]) -> list[arb]:
        weights, u = state
        deviations = [u * x for x in weights]
        for i, g in enumerate(self._system.gamma):
            deviations[i] -= 1 / g
        return deviations

    def _distance(self, state: tuple[list[arb], arb]) -> arb:
        return _norm(self._deviations(state))

    def _excess(self, state: tuple[list[arb], arb]) -> arb:
        """Enclose l - min l = 1/2 sum a_ij (u U_ij - delta_ij / gamma_i)^2 (Corollary A.2)."""
        rates = self._system.rates
        return total([a * abs(x) ** 2 for a, x in zip(rates, self._deviations(state), strict=True)]) / 2

    def _squared_gradient(self, state: tuple[list[arb], arb]) -> arb:
        weights, u = state
        deviations = self._deviations(state)
        entries = [abs(u * a * x) for a, x in zip(self._system.rates, deviations, strict=True)]
        scalar = total([a * x * y for a, x, y in zip(self._system.rates, weights, deviations, strict=True)])
        return total([x**2 for x in entries]) + abs(scalar) ** 2

    def _certify_above(self, bound: arb, name: str, quantity: Callable[[arb], arb]) -> Verdict:
        with ctx.workprec(PRECISION):
            detail = f"{name} >= {float(bound.upper()):.6g}"
            for k in range(self.t.size):
                value = quantity(arb(float(self.lower[k, -1])).union(arb(float(self.upper[k, -1]))))
                if value < bound or (bound.is_zero() and value <= 0):
                    return Verdict("violated", f"{name} = {value} is below {bound}", float(self.t[k]))
            for k in range(self.t.size - 1):
                value = quantity(arb(float(self.over_lower[k, -1])).union(arb(float(self.over_upper[k, -1]))))
                if not value > bound:
                    return Verdict("not certified", f"{detail} is not proved", float(self.t[k]))
            return Verdict("certified", f"{name} > {float(bound.upper()):.6g} at every time")

    def _largest_eigenvalue(self) -> arb:
        largest = self._system.eigenvalues[0]
        for x in self._system.eigenvalues[1:]:
            largest = largest.max(x)
        return largest

    def _scaled_alignment(self) -> arb:
        """Enclose sigma^2 ||Lambda Theta||_F^2 = sigma tr(Lambda^2 U(0))."""
        system = self._system
        return system.sigma * total([f * system.initial[i] for i, f in enumerate(system.forces)])

    def _bracket(self) -> arb:
        """Enclose 2 - sqrt(d) sigma^2 ||Gamma||_op, which the paper's condition makes positive."""
        largest = self._system.gamma[0]
        for x in self._system.gamma[1:]:
            largest = largest.max(x)
        return 2 - arb(self.problem.dimension).sqrt() * self._system.sigma**2 * largest

    def _inapplicable(self) -> Verdict:
        product = (2 - self._bracket()).str(10)
        return Verdict("not applicable", f"sigma^2 ||Gamma||_op sqrt(d) = {product} is not proved to be below 2")


def enclose_flow(
    problem: Problem,
    sigma: Number,
    theta: ArrayLike | None = None,
    *,
    t_end: Number,
    eigenvalues: Sequence[Number] | None = None,
) -> FlowEnclosure:
    """Enclose the solution of the gradient flow of Lemma 5.2 from Assumption 3.3 on [0, t_end], with proof.

    The proof is given at the head of this module.

    Args:
        problem: the covariance, its entries taken as exact binary numbers, and the context length.
        sigma: the scale of the initialisation, a positive int, float or Fraction, exact.
        theta: Theta, d x r, floats or fractions, exact up to the normalisation of ||Theta Theta'||_F = 1; None is
            I / d^{1/4}.
        t_end: the end of the interval, positive; a Fraction must be a binary number.
        eigenvalues: exact eigenvalues of a diagonal covariance, Fractions for example, in place of their roundings to
            double in problem.

    Returns:
        The FlowEnclosure.

    Raises:
        ValueError, TypeError: for bad arguments.
        EnclosureError: where the solution cannot be enclosed: a covariance neither diagonal nor with provably distinct
            eigenvalues, or a step that would have to become too short.

    Source: the flow is Lemma 5.2 of Zhang, Frei and Bartlett (2024).
    """
    approximate = None if theta is None else np.asarray(theta, dtype=object).astype(np.float64)
    with ctx.workprec(PRECISION):
        exact_ball("sigma", sigma)
        exact_ball("t_end", t_end)
        initial_weights(problem, float(sigma), approximate)
        end = _exact_end(t_end)
        system = _system(problem, sigma, theta, eigenvalues)
        path = _integrate(system, end)
        return FlowEnclosure(problem=problem, **path._asdict(), _system=system)


def _exact_end(t_end: Number) -> float:
    end = float(t_end)
    if not (np.isfinite(end) and end > 0 and Fraction(end) == Fraction(t_end)):
        raise ValueError(f"t_end must be a positive number that a double represents exactly, got {t_end!r}")
    return end


class PathEnclosure(NamedTuple):
    """Proved bounds on a path, at the times t and over the intervals between them: the arrays of `FlowEnclosure`."""

    t: FloatArray
    lower: FloatArray
    upper: FloatArray
    over_lower: FloatArray
    over_upper: FloatArray
    error_bound: FloatArray


def enclose_averaged_flow(
    rates: Sequence[Sequence[Number]],
    forces: Sequence[Number],
    sigma: Number,
    theta: ArrayLike | Sequence[Sequence[Number]] | None = None,
    *,
    t_end: Number,
) -> PathEnclosure:
    """Enclose the gradient flow for random diagonal covariances (Corollary C.2), on [0, t_end], with proof.

    U_ij' = -zeta_ij u^2 U_ij + [i = j] xi_i u,   u' = -u sum_ij zeta_ij U_ij^2 + sum_i xi_i U_ii,

    the gradient flow of a loss as well, so the proof is that of `enclose_flow`.

    Args:
        rates: zeta_ij > 0, d x d, with gamma_i = zeta_ii on the diagonal; exact ints, floats or Fractions.
        forces: xi_i, d of them.
        sigma, theta, t_end: as `enclose_flow`.

    Raises:
        ValueError, TypeError: for bad arguments.
        EnclosureError: where the solution cannot be enclosed.

    Source: Zhang, Frei and Bartlett (2024), Corollary C.2.
    """
    d = len(forces)
    if d < 1 or [len(row) for row in rates] != [d] * d:
        raise ValueError(f"rates must be {d} x {d}, one row for each of the {d} forces")
    if any(not rate > 0 for row in rates for rate in row):
        raise ValueError(f"every rate must be positive, got {rates!r}")
    if not sigma > 0:
        raise ValueError(f"sigma must be positive, got {sigma!r}")
    with ctx.workprec(PRECISION):
        scale = exact_ball("sigma", sigma)
        weights = initial_balls(scale, theta, d, None)
        entries = _moving(weights)
        system = _System(
            eigenvalues=[],
            gamma=[],
            basis=None,
            entries=entries,
            rates=[exact_ball("rates", rates[i][j]) for i, j in entries],
            forces=[exact_ball("forces", force) for force in forces],
            initial=[weights[i][j] for i, j in entries] + [scale],
            sigma=scale,
        )
        return _integrate(system, _exact_end(t_end))


def _integrate(system: _System, end: float) -> PathEnclosure:
    d = len(system.forces)
    index = [i * d + j for i, j in system.entries] + [d * d]
    # Every error is measured from the centre, so the uncertainty of the initial balls is part of the first radius.
    centre = [x.mid() for x in system.initial]
    radius = _norm([x - c for x, c in zip(system.initial, centre, strict=True)]).upper()
    times, points, tubes, errors = [0.0], [_bounds(system.initial)], [], [_above(radius)]
    t = 0.0
    steps = 0
    while t < end:
        steps += 1
        rows, u = _taylor(system, centre)
        size = float(_norm(centre).upper())
        last = [float(_norm([*(row[k] for row in rows), u[k]]).upper()) for k in (_ORDER - 1, _ORDER)]
        length = min(
            (_LOCAL_TOLERANCE * size / max(bound, 1e-300)) ** (1 / k)
            for k, bound in zip((_ORDER - 1, _ORDER), last, strict=True)
        )
        while True:
            after = min(end, t + length)
            cuts = [t, *(t + (after - t) * k / _PIECES for k in range(1, _PIECES)), after]
            if steps > _MAXIMAL_STEPS or any(b <= a for a, b in pairwise(cuts)):
                raise EnclosureError(f"the enclosure cannot be continued beyond t = {t:.6g} of {end:.6g}")
            pieces = _attempt(system, rows, u, cuts, radius)
            if pieces is not None:
                break
            length = (after - t) * 0.6
        for piece in pieces:
            ball = arb(0, piece.radius)
            times.append(piece.time)
            points.append(_bounds([x + ball for x in piece.state]))
            tubes.append(_bounds(piece.over))
            errors.append(_above(piece.radius))
        t = after
        centre = [x.mid() for x in pieces[-1].state]
        radius = (pieces[-1].radius + _norm([x - c for x, c in zip(pieces[-1].state, centre, strict=True)])).upper()

    def scattered(bounds: list[tuple[list[float], list[float]]], side: int) -> FloatArray:
        result = np.zeros((len(bounds), d * d + 1))
        result[:, index] = [pair[side] for pair in bounds]
        return result

    return PathEnclosure(
        t=np.array(times),
        lower=scattered(points, 0),
        upper=scattered(points, 1),
        over_lower=scattered(tubes, 0),
        over_upper=scattered(tubes, 1),
        error_bound=np.array(errors),
    )
