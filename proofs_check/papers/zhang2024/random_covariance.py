"""Claims on random covariances: section 4.3 and appendix C of the paper.

The law of Lambda_tau has two atoms, L1 with probability p and L2 with probability q. Both sides of each identity of
Lemma C.1 and C.5 are linear in the law, so this is no loss of generality; the exact evidence runs the layer on prompts
of each atom and averages. Claims on diagonal covariances let L1 and L2 commute, or are stated in their entries.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import cache, lru_cache
from itertools import combinations, product
from typing import Any

import numpy as np
from scipy.integrate import solve_ivp

from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Plan, Quantity
from proofs_check.judge.exact_moments import Coordinates, Layer, rational
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse
from proofs_check.judge.statements import Language, Statement
from theory.algebra.calculus import differential, gradient
from theory.algebra.definitions import Definition
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, letter, matrix, number, scalar_letter, vector
from theory.distribution_shift import CONTEXT, QUERY, distribution_shift, shifted_predictor
from theory.model import BLOCKS, LAMBDA, NOISE_VARIANCE, U11, Law, u, w, x, x_q
from theory.population_loss import population_loss, reduced
from theory.preconditioner import U, preconditioner
from theory.random_covariance import coefficients, lambda_i, lambda_j, random_covariance_theory, total
from theory.random_query import alignment

Array = Any
Derived = tuple[Expression, tuple[Definition, ...]]
Evaluate = Callable[[Instance], Array]

SECTION = "Zhang, Frei and Bartlett (2024), "
P, Q = Fraction(2, 5), Fraction(3, 5)
WEIGHTS: Mapping[str, Fraction] = {"p": P, "q": Q}
L1, L2 = matrix("L1", definite=True, latex="\\Lambda_1"), matrix("L2", definite=True, latex="\\Lambda_2")
# Diagonal covariances: the second atom is declared to commute with the first.
D1, D2 = L1, matrix("L2", definite=True, family="L1", latex="\\Lambda_2")
A = matrix("A")
p, q = scalar_letter("p", definite=True), scalar_letter("q", definite=True)
ENTRIES = ("l1", "m1", "r1", "l2", "m2", "r2")
MOMENTS = {f"mu{k}": scalar_letter(f"mu{k}", definite=True, latex=f"m_{k}") for k in (1, 2, 3)}
LETTERS: Mapping[str, Expression] = {
    "L1": L1,
    "L2": L2,
    "p": p,
    "q": q,
    "U": U,
    "u": u,
    "a": vector("a"),
    "A": A,
    "w": w,
    "x_q": x_q,
    "s2": NOISE_VARIANCE,
    "c": scalar_letter("c"),
    "Lambda": LAMBDA,
    "Theta": matrix("Theta"),
    "v": scalar_letter("v"),
    "z": scalar_letter("z"),
    **{name: scalar_letter(name, definite=True) for name in ENTRIES},
    **MOMENTS,
}
GAMMAS = {"G1": "(1 + 1/N) L1 + tr(L1)/N I", "G2": "(1 + 1/N) L2 + tr(L2)/N I"}
AVERAGES = {**GAMMAS, "G": "p G1 L1^2 + q G2 L2^2", "S": "p L1^2 + q L2^2"}
RANDOM = "Lambda_tau = L1 or L2 with probabilities p and q; given it x_i, x_q ~ N(0, Lambda_tau) i.i.d.; w ~ N(0, I)"
DIAGONAL = "Lambda_tau diagonal almost surely"
ON_SUBSPACE = "u21 = u12 = 0"
SMALL = {"d": 2, "N": 3}


# --- both paths ------------------------------------------------------------------------------------------------------


def _averaged(expression: Expression) -> Expression:
    """E over the two atoms of an expression in Lambda."""
    return p * expression.substitute({letter(LAMBDA): L1}) + q * expression.substitute({letter(LAMBDA): L2})


def _atoms(instance: Instance) -> tuple[tuple[Fraction, Array], ...]:
    return ((P, instance.arrays["L1"]), (Q, instance.arrays["L2"]))


def _diagonal_part(instance: Instance) -> Instance:
    """The instance with the off-diagonal entries of both atoms set to zero."""
    values = {name: tuples(np.diag(np.diag(instance.arrays[name])) + Fraction(0)) for name in ("L1", "L2")}
    return instance.with_values(**values)


def _exact(compute: Evaluate, diagonal: bool = False) -> Callable[[Instance], tuple[Array, Mapping[str, Any]]]:
    """The exact evidence: the value at an instance with the weights p and q, and the atoms made diagonal if wanted."""

    def evidence(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        at = _diagonal_part(instance) if diagonal else instance
        further: dict[str, Any] = dict(WEIGHTS)
        if diagonal:
            further |= {name: at.values[name] for name in ("L1", "L2")}
        return np.asarray(compute(at), dtype=object), further

    return evidence


def _layer(covariance: Array, N: int) -> Layer:
    return Layer(covariance, N, task=exact_identity(len(covariance)))


def _blocks(U_value: Array, u_value: Fraction) -> dict[str, Any]:
    zeros = np.full(len(U_value), Fraction(0), dtype=object)
    return {"U11": np.array(U_value, dtype=object), "u21": zeros, "u12": zeros, "u": u_value}


def _at(instance: Instance) -> dict[str, Any]:
    return _blocks(instance.arrays["U"], instance.arrays["u"][0, 0])


def _mean_gradient(instance: Instance, name: str) -> Array:
    N = instance.lengths["N"]
    # A sum of 0-dimensional arrays would collapse to a Fraction.
    return np.asarray(sum(weight * _layer(L, N).gradient(_at(instance), name) for weight, L in _atoms(instance)))


def _flow_of(name: str) -> Expression:
    """The derived flow of a block on the subspace, over the two atoms."""
    loss = _averaged(population_loss().expression)
    return -reduced(gradient(loss, BLOCKS[name])).substitute({letter(U11): U})


def least_loss(atoms: Sequence[tuple[Fraction, Array]], N: int) -> tuple[Array, Fraction]:
    """(argmin of uU, min of the loss less E tr(Lambda)/2) for finitely many covariances, by brute force.

    At u = 1 the gradient of the loss in U is affine; its values at zero and the unit matrices give a linear system.
    """
    layers = [(weight, _layer(covariance, N)) for weight, covariance in atoms]
    d = len(atoms[0][1])
    origin = np.full((d, d), Fraction(0), dtype=object)

    def slope(at: Array) -> Array:
        return sum(weight * layer.gradient(_blocks(at, Fraction(1)), "U11") for weight, layer in layers).reshape(-1)

    start = slope(origin)
    columns = []
    for place in np.ndindex(d, d):
        unit = origin.copy()
        unit[place] = Fraction(1)
        columns.append(slope(unit) - start)
    best = -(inverse(np.array(columns, dtype=object).T) @ start).reshape(d, d)
    least = sum(weight * layer.loss(_blocks(best, Fraction(1))) for weight, layer in layers)
    return best, least - sum(weight * sum(np.diag(covariance)) / 2 for weight, covariance in atoms)


def predicted(
    context: Array, query: Array | None, length: int, weights: Array, noise: Fraction = Fraction(0)
) -> tuple[Coordinates, Any, Any]:
    """The predictor x_q' A (1/M) sum_i y_i x_i and <w, x_q> as polynomials in coordinates, and their space.

    Args:
        context: covariance of the x_i.
        query: covariance of x_q; None makes it that of the context.
        length: M.
        weights: A.
        noise: variance of the labels' noise.
    """
    d = len(context)
    draws: dict[tuple[str, int], Any] = {("x", i): context for i in range(length)}
    draws |= {("q", 0): context if query is None else query, ("w", 0): exact_identity(d)}
    draws |= {("e", i): [[noise]] for i in range(length)}
    space = Coordinates(draws)
    task, at = space.vectors["w", 0], space.vectors["q", 0]
    terms = [
        space.vectors["x", i] * ((task.T @ space.vectors["x", i])[0, 0] + space.vectors["e", i][0, 0])
        for i in range(length)
    ]
    average = sum(terms[1:], terms[0]) * rational(Fraction(1, length))
    return space, (at.T @ space.constant(weights) @ average)[0, 0], (task.T @ at)[0, 0]


def prediction_error_by_enumeration(
    atoms: Sequence[tuple[Fraction, Array]], weights: Array, M: int, noise: Fraction = Fraction(0)
) -> Fraction:
    """E(y_hat - <w, x_q>)^2 over the atoms, w ~ N(0, I), a context of length M and a query of the same covariance."""
    result = Fraction(0)
    for probability, covariance in atoms:
        space, prediction, target = predicted(covariance, None, M, weights, noise)
        result += probability * space.mean_of_product(prediction - target, prediction - target)
    return result


def independent_atoms(values: Sequence[tuple[Fraction, Fraction]], d: int) -> list[tuple[Fraction, Array]]:
    """(probability, diag) for i.i.d. entries with finitely many (probability, value)."""
    return [
        (
            _product(probability for probability, _ in chosen),
            np.diag([value for _, value in chosen]) + Fraction(0),
        )
        for chosen in product(values, repeat=d)
    ]


def _product(factors: Any) -> Fraction:
    result = Fraction(1)
    for factor in factors:
        result *= factor
    return result


def _entries(instance: Instance) -> list[tuple[Fraction, Fraction]]:
    return [(P, instance.arrays["l1"][0, 0]), (Q, instance.arrays["l2"][0, 0])]


def _moments(values: Sequence[tuple[Fraction, Fraction]]) -> dict[str, Fraction]:
    return {f"mu{k}": sum((weight * value**k for weight, value in values), start=Fraction(0)) for k in (1, 2, 3)}


@cache
def exponential_cubature() -> tuple[tuple[Fraction, Fraction], ...]:
    """(probability, value) with the moments 1, 1, 2, 6 of Exp(1) up to the third, which are all that the theory uses.

    Found by solving for the weights of four rational nodes until all are positive.
    """
    nodes = [Fraction(k, 4) for k in range(1, 33)]
    for chosen in combinations(nodes, 4):
        if not (chosen[0] < 1 and chosen[2] < 4 and chosen[3] > 4):
            continue
        powers = np.array([[node**k for node in chosen] for k in range(4)], dtype=object)
        weights = inverse(powers) @ np.array([Fraction(1), Fraction(1), Fraction(2), Fraction(6)], dtype=object)
        if all(weight > 0 for weight in weights):
            return tuple(zip(weights.tolist(), chosen, strict=True))
    raise ArithmeticError("no four of the nodes carry the moments of Exp(1)")


# --- quantities ------------------------------------------------------------------------------------------------------


def flow_of_U() -> Quantity:
    """U' on the subspace."""
    return Quantity(
        r"\dot U", derive=lambda: (_flow_of("U11"), ()), exact=_exact(lambda at: -_mean_gradient(at, "U11"))
    )


def flow_of_u() -> Quantity:
    """u' on the subspace."""
    return Quantity(
        r"\dot u", derive=lambda: (_flow_of("u"), ()), exact=_exact(lambda at: [[-_mean_gradient(at, "u")[()]]])
    )


def gradient_on_subspace(name: str) -> Quantity:
    """The gradient by u21 or u12 on the subspace."""
    tex = {"u21": "u_{21}", "u12": "u_{12}"}[name]
    return Quantity(
        rf"\nabla_{{{tex}}} L \big|_{{u_{{21}} = u_{{12}} = 0}}",
        derive=lambda: (_flow_of(name), ()),
        exact=_exact(lambda at: _mean_gradient(at, name)),
    )


def growth_of_u_squared() -> Quantity:
    """d(u^2)/dt on the subspace."""
    return Quantity(
        r"\frac{d}{dt} u^2",
        derive=lambda: (differential(u * u, {u: _flow_of("u")}), ()),
        exact=_exact(lambda at: [[-2 * at.arrays["u"][0, 0] * _mean_gradient(at, "u")[()]]]),
    )


def restricted_loss() -> Quantity:
    """l(U, u) = L - E tr(Lambda)/2 on the subspace."""
    parts = preconditioner(Law())

    def exact(instance: Instance) -> Array:
        N = instance.lengths["N"]
        return [
            [sum(weight * (_layer(L, N).loss(_at(instance)) - sum(np.diag(L)) / 2) for weight, L in _atoms(instance))]
        ]

    return Quantity(
        r"\ell_{\mathrm{rdm}}(U, u)", derive=lambda: (_averaged(parts.loss - parts.constant), ()), exact=_exact(exact)
    )


def _in_entries(expression: Expression) -> Expression:
    """E over the two atoms of a polynomial in lambda_i, lambda_j and s, in the entries of the atoms."""
    result = number(0)
    for weight, k in ((p, "1"), (q, "2")):
        i, j, rest = (LETTERS[f"{name}{k}"] for name in "lmr")
        inserted = {letter(lambda_i): i, letter(lambda_j): j, letter(total): i + j + rest}
        result = result + weight * expression.substitute(inserted)
    return result


def coordinate_flow(part: str) -> Quantity:
    """u_ii', u_ij' or u' of (C.4), where U has the entries u_ii = v and u_ij = z only (i = 1, j = 2, d = 3)."""
    read = coefficients()
    v, z = LETTERS["v"], LETTERS["z"]

    def derive() -> Derived:
        gamma_i = _in_entries(read.zeta.substitute({letter(lambda_j): lambda_i}))
        zeta_ij, xi_i = _in_entries(read.zeta), _in_entries(read.xi)
        fields = {
            "ii": -gamma_i * u**2 * v + xi_i * u,
            "ij": -zeta_ij * u**2 * z,
            "u": -gamma_i * u * v**2 - zeta_ij * u * z**2 + xi_i * v,
        }
        return fields[part], ()

    def exact(instance: Instance) -> Array:
        value = {name: array[0, 0] for name, array in instance.arrays.items()}
        U_value = np.full((3, 3), Fraction(0), dtype=object)
        U_value[0, 0], U_value[0, 1] = value.get("v", Fraction(0)), value.get("z", Fraction(0))
        result = Fraction(0)
        for weight, k in ((P, "1"), (Q, "2")):
            covariance = np.diag([value[f"{name}{k}"] for name in "lmr"]) + Fraction(0)
            layer = _layer(covariance, instance.lengths["N"])
            found = layer.gradient(_blocks(U_value, value["u"]), "u" if part == "u" else "U11")
            result -= weight * (found[()] if part == "u" else found[0, 0 if part == "ii" else 1])
        return [[result]]

    tex = {"ii": r"\dot u_{ii}", "ij": r"\dot u_{ij}", "u": r"\dot u"}[part]
    return Quantity(tex, derive=derive, exact=_exact(exact))


def minimiser() -> Quantity:
    """The value of uU at which the loss for diagonal covariances is least."""
    return Quantity(
        r"\operatorname{argmin}_{uU} \ell_{\mathrm{rdm}}",
        exact=_exact(lambda at: least_loss(_atoms(at), at.lengths["N"])[0], diagonal=True),
    )


def floor() -> Quantity:
    """min l_rdm for diagonal covariances."""
    return Quantity(
        r"\min \ell_{\mathrm{rdm}}",
        exact=_exact(lambda at: [[least_loss(_atoms(at), at.lengths["N"])[1]]], diagonal=True),
    )


def excess_over_any_point() -> Quantity:
    """l_rdm(U, u) - l_rdm(A, 1) for any matrix A and any law."""
    parts = preconditioner(Law())

    def derive() -> Derived:
        loss = _averaged(parts.loss - parts.constant)
        return loss - loss.substitute({letter(U): A, letter(u): number(1)}), ()

    def exact(instance: Instance) -> Array:
        N, there = instance.lengths["N"], _blocks(instance.arrays["A"], Fraction(1))
        layers = [(weight, _layer(L, N)) for weight, L in _atoms(instance)]
        return [[sum(weight * (layer.loss(_at(instance)) - layer.loss(there)) for weight, layer in layers)]]

    return Quantity(r"\ell_{\mathrm{rdm}}(U, u) - \ell_{\mathrm{rdm}}(A, 1)", derive=derive, exact=_exact(exact))


def stationarity_of_minimiser() -> Quantity:
    """E[Gamma_tau Lambda_tau A Lambda_tau] at the least point A of the loss, found from the layer's gradients."""

    def exact(instance: Instance) -> Array:
        N = instance.lengths["N"]
        best, _ = least_loss(_atoms(instance), N)
        total = np.full(best.shape, Fraction(0), dtype=object)
        for weight, L in _atoms(instance):
            Gamma = Fraction(N + 1, N) * L + Fraction(1, N) * sum(np.diag(L)) * exact_identity(len(L))
            total = total + weight * (Gamma @ L @ best @ L)
        return total

    return Quantity(r"\mathbb{E}[\Gamma_\tau \Lambda_\tau A \Lambda_\tau]", exact=_exact(exact))


def floor_of_any_law() -> Quantity:
    """min l_rdm for covariances that need not commute; A in the statement is the least point."""

    def evidence(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        best, least = least_loss(_atoms(instance), instance.lengths["N"])
        return np.array([[least]], dtype=object), {**WEIGHTS, "A": tuples(best)}

    return Quantity(r"\min \ell_{\mathrm{rdm}}", exact=evidence)


# How far the flow is followed, and how near the statement must then be.
_FLOW_TOLERANCE = 1e-6
_SIGMA = 0.6


@lru_cache(maxsize=32)
def _flow_limit(atoms: tuple[tuple[float, tuple[float, ...]], ...], theta: Any, N: int) -> tuple[Array, float]:
    """(U, u) at the end of the flow of the loss over diagonal covariances, from the paper's initialisation.

    Args:
        atoms: (weight, diagonal).
        theta: Theta, normalised here.
        N: the training length.
    """
    held = [(weight, np.diag(diagonal)) for weight, diagonal in atoms]
    parts = [(weight, (1 + 1 / N) * L @ L + np.trace(L) / N * L, L) for weight, L in held]
    d = len(atoms[0][1])
    root = np.array(theta, dtype=float)
    start = root @ root.T

    def field(_: float, state: Array) -> Array:
        U_now, u_now = state[:-1].reshape(d, d), state[-1]
        slope, own = np.zeros((d, d)), 0.0
        for weight, square, L in parts:
            slope += weight * (u_now * L @ L - u_now**2 * square @ U_now @ L)
            own += weight * float(np.trace(L @ L @ U_now.T) - u_now * np.trace(square @ U_now @ L @ U_now.T))
        return np.append(slope.reshape(-1), own)

    def settled(time: float, state: Array) -> float:
        return float(np.linalg.norm(field(time, state))) - 1e-9

    settled.terminal = True  # type: ignore[attr-defined]
    begin = np.append((_SIGMA * start / np.linalg.norm(start)).reshape(-1), _SIGMA)
    path = solve_ivp(field, (0.0, 1e6), begin, method="LSODA", rtol=1e-10, atol=1e-12, events=settled)
    return path.y[:-1, -1].reshape(d, d), float(path.y[-1, -1])


def limit(of_u: bool) -> Quantity:
    """lim u(t), or the first entry of lim U(t), by integrating the flow at d = 2."""

    def compute(instance: Instance) -> tuple[Array, float]:
        value = {name: float(array) for name, array in instance.floats.items()}
        theta = ((value["v"], value["z"]), (1.0, value["v"] + value["z"]))
        atoms = ((float(P), (value["l1"], value["m1"])), (float(Q), (value["l2"], value["m2"])))
        U_end, u_end = _flow_limit(atoms, theta, instance.lengths["N"])
        found = u_end if of_u else float(U_end[0, 0])
        return np.array([[found]]), _FLOW_TOLERANCE * (1 + abs(found))

    return Quantity(
        r"\lim_{t \to \infty} " + ("u(t)" if of_u else "u_{11}(t)"),
        compute=compute,
        computed_by="flow over two diagonal covariances, integrated to rest",
    )


def initial_alignment() -> Quantity:
    """E tr(Lambda_tau^2 Theta Theta'), the linear term of the loss at the initialisation."""
    linear = preconditioner(Law()).linear
    Theta = LETTERS["Theta"]

    def exact(instance: Instance) -> Array:
        # -dl/du at u = 0 and U = Theta Theta' is the linear term itself.
        theta, N = instance.arrays["Theta"], instance.lengths["N"]
        blocks = _blocks(theta @ theta.T, Fraction(0))
        return [[-sum(weight * _layer(L, N).gradient(blocks, "u")[()] for weight, L in _atoms(instance))]]

    return Quantity(
        r"\mathbb{E} \operatorname{tr}(\Lambda_\tau^2 \Theta\Theta^\top)",
        derive=lambda: ((_averaged(linear) @ Theta @ Theta.T).trace(), ()),
        exact=_exact(exact),
    )


def error_over_atoms() -> Quantity:
    """E(y_hat - <w, x_q>)^2 on a new prompt with a random covariance, for any matrix A."""

    def derive() -> Derived:
        error = distribution_shift(random_task=True).expression
        return _averaged(error.substitute({letter(CONTEXT): LAMBDA, letter(QUERY): LAMBDA})), ()

    def exact(instance: Instance) -> Array:
        noise, M = instance.arrays["s2"][0, 0], instance.lengths["M"]
        return [[prediction_error_by_enumeration(_atoms(instance), instance.arrays["A"], M, noise)]]

    return Quantity(r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2", derive=derive, exact=_exact(exact))


def iid_error() -> Quantity:
    """E(y_hat - <w, x_q>)^2 of the limit for i.i.d. entries, training and test prompts of lengths N and M."""
    formula = random_covariance_theory()["error"]

    def exact(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        values = _entries(instance)
        atoms = independent_atoms(values, instance.lengths["d"])
        best, _ = least_loss(atoms, instance.lengths["N"])
        error = prediction_error_by_enumeration(atoms, best, instance.lengths["M"])
        return np.array([[error]], dtype=object), _moments(values)

    return Quantity(
        r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
        derive=lambda: (_in_moment_letters(formula.expression), tuple(_renamed(d) for d in formula.definitions)),
        exact=exact,
    )


def iid_error_limit() -> Quantity:
    """The limit of that error for N, M -> infinity: E(x_q'(A Lambda - I) w)^2 with A minimising it among diagonals."""
    formula = random_covariance_theory()["error limit"]

    def exact(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        values = _entries(instance)
        d = instance.lengths["d"]
        result = Fraction(0)
        moments = _moments(values)
        best = exact_identity(d) * (moments["mu2"] / moments["mu3"])
        for probability, covariance in independent_atoms(values, d):
            space = Coordinates({("w", 0): exact_identity(d), ("q", 0): covariance})
            gap = (
                space.vectors["q", 0].T @ space.constant(best @ covariance - exact_identity(d)) @ space.vectors["w", 0]
            )[0, 0]
            result += probability * space.mean_of_product(gap, gap)
        return np.array([[result]], dtype=object), moments

    return Quantity(
        r"\lim_{N, M \to \infty} \mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
        derive=lambda: (_in_moment_letters(formula.expression), ()),
        exact=exact,
    )


def _in_moment_letters(expression: Expression) -> Expression:
    """The theory's m1, m2, m3 under the names of this module, where m1 and m2 are entries."""
    held = {symbol.name: symbol for symbol in expression.symbols}
    return expression.substitute({held[f"m{k}"]: MOMENTS[f"mu{k}"] for k in (1, 2, 3) if f"m{k}" in held})


def _renamed(definition: Definition) -> Definition:
    return Definition(definition.symbol, _in_moment_letters(definition.expression))


def exponential_minimiser() -> Quantity:
    """The diagonal entries of A for i.i.d. Exp(1) entries."""
    formula = random_covariance_theory()["gamma"]

    def derive() -> Derived:
        values = {f"m{k}": number(m) for k, m in ((1, 1), (2, 2), (3, 6))}
        gamma = formula.expression.substitute({s: values[s.name] for s in formula.expression.symbols})
        return 2 * gamma.reciprocal(), ()

    def exact(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        best = _exponential_best(instance.lengths["d"], instance.lengths["N"])
        return np.array([[best]], dtype=object), {}

    return Quantity("A_{ii}", derive=derive, exact=exact)


@cache
def _exponential_best(d: int, N: int) -> Fraction:
    atoms = independent_atoms(exponential_cubature(), d)
    return Fraction(least_loss(atoms, N)[0][0, 0])


def mean_prediction(shifted: bool) -> Quantity:
    """E[y_hat | x_q, w] over the context alone: of covariance Lambda, or c^2 Lambda if shifted; A is Lambda^-1 then."""
    context = LETTERS["c"] ** 2 * LAMBDA if shifted else LAMBDA
    weights = LAMBDA**-1 if shifted else A

    def derive() -> Derived:
        mean = expectation(shifted_predictor(), {x: Gaussian(context), scalar_letter("eps"): Gaussian(number(1))})
        return mean.substitute({letter(matrix("A")): weights}), ()

    def exact(instance: Instance) -> tuple[Array, Mapping[str, Any]]:
        values = instance.arrays
        covariance = values["Lambda"] * values["c"][0, 0] ** 2 if shifted else values["Lambda"]
        M = instance.lengths["M"]
        space = Coordinates({("x", i): covariance for i in range(M)})
        task, at = space.constant(values["w"]), space.constant(values["x_q"])
        matrix_ = inverse(values["Lambda"]) if shifted else values["A"]
        columns = [space.vectors["x", i] * (task.T @ space.vectors["x", i])[0, 0] for i in range(M)]
        average = sum(columns[1:], columns[0]) * rational(Fraction(1, M))
        return np.array([[space.mean((at.T @ space.constant(matrix_) @ average)[0, 0])]], dtype=object), {}

    return Quantity(r"\mathbb{E}[\hat y \mid x_q, w]", derive=derive, exact=exact)


def mean_alignment(own_query: bool) -> Quantity:
    """E[y_hat <w, x_q>] over the atoms: the query from the law of its own prompt, or from an independent Lambda_tau."""

    def derive() -> Derived:
        given = alignment()
        if own_query:
            return _averaged(given.substitute({letter(CONTEXT): LAMBDA, letter(QUERY): LAMBDA})), ()
        return given.substitute({letter(CONTEXT): p * L1 + q * L2, letter(QUERY): p * L1 + q * L2}), ()

    def exact(instance: Instance) -> Array:
        result, M, weights = Fraction(0), instance.lengths["M"], instance.arrays["A"]
        for probability, context in _atoms(instance):
            for other, query in ((Fraction(1), None),) if own_query else _atoms(instance):
                space, prediction, target = predicted(context, query, M, weights)
                result += probability * other * space.mean_of_product(prediction, target)
        return [[result]]

    return Quantity(r"\mathbb{E}[\hat y \langle w, x_q\rangle]", derive=derive, exact=_exact(exact))


# --- the claims ------------------------------------------------------------------------------------------------------


def _claim(
    name: str,
    title: str,
    source: str,
    left: Quantity,
    right: str,
    letters: tuple[str, ...],
    *,
    where: Mapping[str, str] | None = None,
    commuting: bool = False,
    largest: Mapping[str, int] | None = None,
    sampled: Mapping[str, int] | None = None,
    assumptions: tuple[str, ...] = (RANDOM,),
    rests_on: tuple[str, ...] = (),
    cited: tuple[str, ...] = (),
    shared_with: str = "",
    finding: bool = False,
    corrected_by: tuple[str, ...] = (),
) -> Claim:
    held = {**LETTERS, "L1": D1, "L2": D2} if commuting else LETTERS
    plan = Plan(letters, largest or SMALL, sampled or {"d": 2, "N": 6}, shared_with)
    return Claim(
        name,
        title,
        SECTION + source,
        left,
        Statement.of(right, where),
        Language(held),
        plan,
        assumptions,
        rests_on,
        cited,
        finding=finding,
        corrected_by=corrected_by,
    )


def random_covariance_claims() -> tuple[Claim, ...]:
    """Return the claims on random covariances, each resting only on earlier ones or on those of `paper_claims`."""
    on_subspace = (RANDOM, ON_SUBSPACE)
    diagonal = (RANDOM, DIAGONAL, ON_SUBSPACE)
    atoms = ("L1", "L2", "U", "u")
    entries = (*ENTRIES, "u")
    traces = {"t1": "l1 + m1 + r1", "t2": "l2 + m2 + r2"}
    gamma = "p ((1 + 1/N) l1^3 + 1/N l1^2 t1) + q ((1 + 1/N) l2^3 + 1/N l2^2 t2)"
    zeta = "p ((1 + 1/N) l1^2 m1 + 1/N l1 m1 t1) + q ((1 + 1/N) l2^2 m2 + 1/N l2 m2 t2)"
    xi = "p l1^2 + q l2^2"
    # Measured in floating point at drawn letters, so the probabilities are written as numbers.
    in_plane = {
        "x1": f"{P} l1^2 + {Q} l2^2",
        "x2": f"{P} m1^2 + {Q} m2^2",
        "g1": f"{P} ((1 + 2/N) l1^3 + 1/N l1^2 m1) + {Q} ((1 + 2/N) l2^3 + 1/N l2^2 m2)",
        "g2": f"{P} ((1 + 2/N) m1^3 + 1/N m1^2 l1) + {Q} ((1 + 2/N) m2^3 + 1/N m2^2 l2)",
    }
    squares = {**in_plane, "F": "x1^2/g1^2 + x2^2/g2^2"}
    plane_letters = ("l1", "m1", "l2", "m2", "v", "z")
    plane: dict[str, Any] = {"largest": {"N": 3}, "sampled": {"N": 6}, "shared_with": "thm-4.5"}
    iid = (RANDOM, "Lambda_tau = diag(lambda_1, ..., lambda_d) with i.i.d. entries, E lambda^k = mu_k")
    converges = ("the flow converges to a minimiser (Lemma C.8; statement B1 for every sigma)",)
    new_prompt = (RANDOM, "a new prompt with Lambda_new of the same law, y_i = <w, x_i>")
    claims = [
        *(
            _claim(
                f"lem-C.1-invariance-{name}",
                f"{name} stays zero under random covariances",
                "Lemma C.1",
                gradient_on_subspace(name),
                "0 a",
                (*atoms, "a"),
                assumptions=on_subspace,
                rests_on=(f"lem-5.2-invariance-{name}",),
            )
            for name in ("u21", "u12")
        ),
        _claim(
            "lem-C.1-U",
            "The flow of U for random covariances",
            "Lemma C.1",
            flow_of_U(),
            "-u^2 (p G1 L1 U L1 + q G2 L2 U L2) + u (p L1^2 + q L2^2)",
            atoms,
            where=GAMMAS,
            assumptions=on_subspace,
            rests_on=("lem-C.1-invariance-u21", "lem-C.1-invariance-u12", "lem-5.2-U"),
        ),
        _claim(
            "lem-C.1-u",
            "The flow of u for random covariances",
            "Lemma C.1",
            flow_of_u(),
            "-u tr(p G1 L1 U L1 U' + q G2 L2 U L2 U') + tr((p L1^2 + q L2^2) U')",
            atoms,
            where=GAMMAS,
            assumptions=on_subspace,
            rests_on=("lem-C.1-invariance-u21", "lem-C.1-invariance-u12", "lem-5.2-u"),
        ),
        _claim(
            "cor-C.2-uii",
            "The flow of the diagonal entries",
            "Corollary C.2",
            coordinate_flow("ii"),
            f"-u^2 v ({gamma}) + u ({xi})",
            (*entries, "v"),
            where=traces,
            largest={"N": 2},
            assumptions=diagonal,
            rests_on=("lem-C.1-U",),
        ),
        _claim(
            "cor-C.2-uij",
            "The flow of the other entries",
            "Corollary C.2",
            coordinate_flow("ij"),
            f"-u^2 z ({zeta})",
            (*entries, "z"),
            where=traces,
            largest={"N": 2},
            assumptions=diagonal,
            rests_on=("lem-C.1-U",),
        ),
        _claim(
            "cor-C.2-u",
            "The flow of u in coordinates",
            "Corollary C.2",
            coordinate_flow("u"),
            f"-u v^2 ({gamma}) - u z^2 ({zeta}) + v ({xi})",
            (*entries, "v", "z"),
            where=traces,
            largest={"N": 2},
            assumptions=diagonal,
            rests_on=("lem-C.1-u",),
        ),
        _claim(
            "lem-C.3",
            "The loss whose gradient flow this is, for any law",
            "Lemma C.3",
            restricted_loss(),
            "p tr(1/2 u^2 G1 L1 U L1 U' - u L1^2 U') + q tr(1/2 u^2 G2 L2 U L2 U' - u L2^2 U')",
            atoms,
            where=GAMMAS,
            assumptions=on_subspace,
            rests_on=("lem-A.1",),
        ),
        _claim(
            "lem-C.4-floor",
            "The least loss, -1/2 sum_i xi_i^2/gamma_i, as a trace of diagonal matrices",
            "Lemma C.4",
            floor(),
            "-1/2 tr(S^2 G^-1)",
            ("L1", "L2"),
            where=AVERAGES,
            commuting=True,
            assumptions=diagonal,
            rests_on=("lem-C.3",),
        ),
        _claim(
            "lem-C.4-minimiser",
            "The minimisers: u u_ij = 1{i = j} xi_i/gamma_i",
            "Lemma C.4",
            minimiser(),
            "G^-1 S",
            ("L1", "L2"),
            where=AVERAGES,
            commuting=True,
            assumptions=diagonal,
            rests_on=("lem-C.3",),
        ),
        _claim(
            "lem-C.4-any-law",
            "For covariances that need not be diagonal: the loss less that at any A is a square and a linear term",
            "Lemma C.4, for any law",
            excess_over_any_point(),
            "1/2 p tr(G1 L1 V L1 V') + 1/2 q tr(G2 L2 V L2 V') + tr((p G1 L1 A L1 + q G2 L2 A L2 - S) V')",
            (*atoms, "A"),
            where={**GAMMAS, "S": "p L1^2 + q L2^2", "V": "u U - A"},
            assumptions=on_subspace,
            rests_on=("lem-C.3",),
        ),
        _claim(
            "lem-C.4-any-law-minimiser",
            "The least point A solves E[Gamma Lambda A Lambda] = E[Lambda^2], so that the linear term vanishes",
            "Lemma C.4, for any law",
            stationarity_of_minimiser(),
            "p L1^2 + q L2^2",
            ("L1", "L2"),
            assumptions=on_subspace,
            rests_on=("lem-C.4-any-law",),
        ),
        _claim(
            "lem-C.4-any-law-floor",
            "The least loss is -1/2 tr(E[Lambda^2] A') with that A",
            "Lemma C.4, for any law",
            floor_of_any_law(),
            "-1/2 tr((p L1^2 + q L2^2) A')",
            ("L1", "L2"),
            assumptions=on_subspace,
            rests_on=("lem-C.4-any-law-minimiser",),
        ),
        _claim(
            "lem-C.5",
            "Balance, for any law: u^2 and tr(UU') grow at one rate",
            "Lemma C.5",
            growth_of_u_squared(),
            "2 tr(V U')",
            atoms,
            where={**GAMMAS, "V": "u (p L1^2 + q L2^2) - u^2 (p G1 L1 U L1 + q G2 L2 U L2)"},
            assumptions=on_subspace,
            rests_on=("lem-C.1-U", "lem-C.1-u"),
        ),
        _claim(
            "lem-C.6-alignment",
            "The linear term of the loss at the initialisation",
            "proof of Lemma C.6, corrected",
            initial_alignment(),
            "tr((p L1^2 + q L2^2) Theta Theta')",
            ("L1", "L2", "Theta"),
            rests_on=("lem-C.3",),
        ),
        _claim(
            "lem-C.6-alignment-printed",
            "The linear term is said to equal ||E[Lambda] Theta||_F^2; it is at least that, so Lemma C.6 still holds",
            "proof of Lemma C.6, after (C.11)",
            initial_alignment(),
            "tr((p L1 + q L2) Theta Theta' (p L1 + q L2))",
            ("L1", "L2", "Theta"),
            rests_on=("lem-C.3",),
            finding=True,
            corrected_by=("lem-C.6-alignment",),
        ),
        _claim(
            "thm-4.5-u",
            "The limit of the last entry of W_PV, ||A||_F^(1/2), at d = 2",
            "Theorem 4.5",
            limit(of_u=True),
            "F^(1/4)",
            plane_letters,
            where=squares,
            assumptions=diagonal,
            rests_on=("lem-C.4-minimiser", "lem-C.5"),
            cited=converges,
            **plane,
        ),
        _claim(
            "thm-4.5-U",
            "The first entry of the limit of W_KQ, A_11/||A||_F^(1/2), at d = 2",
            "Theorem 4.5",
            limit(of_u=False),
            "F^(-1/4) x1/g1",
            plane_letters,
            where=squares,
            assumptions=diagonal,
            rests_on=("lem-C.4-minimiser", "lem-C.5"),
            cited=converges,
            **plane,
        ),
        _claim(
            "eq-C.15-printed",
            "The limit of u as printed, (sum_i xi_i/gamma_i)^(1/4): the squares of (C.17) are missing",
            "Lemma C.8, eq. (C.15)",
            limit(of_u=True),
            "F^(1/4)",
            plane_letters,
            where={**in_plane, "F": "x1/g1 + x2/g2"},
            assumptions=diagonal,
            rests_on=("lem-C.4-minimiser", "lem-C.5"),
            cited=converges,
            finding=True,
            corrected_by=("thm-4.5-u",),
            **plane,
        ),
        _claim(
            "eq-4.13",
            "The mean of the prediction given Lambda_new, the query and the task, for every length M",
            "eq. (4.13)",
            mean_prediction(shifted=False),
            "x_q' A Lambda w",
            ("Lambda", "A", "x_q", "w"),
            largest={"d": 3, "M": 3},
            assumptions=("x_i ~ N(0, Lambda), given x_q and w",),
            rests_on=("eq-4.3",),
        ),
        _claim(
            "eq-4.8-scaled",
            "Covariates scaled by c scale the mean prediction by c^2",
            "section 4.2, after eq. (4.8)",
            mean_prediction(shifted=True),
            "c^2 x_q' w",
            ("Lambda", "c", "x_q", "w"),
            largest={"d": 3, "M": 3},
            assumptions=("x_i ~ N(0, c^2 Lambda), given x_q and w; A = Lambda^-1, the limit N -> infinity",),
            rests_on=("eq-4.3",),
        ),
        _claim(
            "eq-4.13-own-query",
            "The prediction's alignment with the target, for a query from the law of its own prompt",
            "section 4.3, after eq. (4.13), corrected",
            mean_alignment(own_query=True),
            "tr(A (p L1^2 + q L2^2))",
            ("L1", "L2", "A"),
            largest={"d": 2, "M": 2},
            assumptions=new_prompt,
            rests_on=("eq-4.13",),
        ),
        _claim(
            "eq-4.13-independent-query",
            "The same for a query drawn independently of Lambda_new: E[y_hat | x_q, w] = x_q' A E[Lambda] w holds then",
            "section 4.3, after eq. (4.13), corrected",
            mean_alignment(own_query=False),
            "tr(A (p L1 + q L2) (p L1 + q L2))",
            ("L1", "L2", "A"),
            largest={"d": 2, "M": 2},
            assumptions=(*new_prompt, "x_q has an independent covariance of the same law"),
            rests_on=("eq-4.13",),
        ),
        _claim(
            "eq-4.13-printed",
            "E[y_hat | x_q, w] = x_q' A E[Lambda] w for the prompt's own query, averaged against <w, x_q>",
            "section 4.3, after eq. (4.13)",
            mean_alignment(own_query=True),
            "tr(A (p L1 + q L2) (p L1 + q L2))",
            ("L1", "L2", "A"),
            largest={"d": 2, "M": 2},
            assumptions=new_prompt,
            rests_on=("eq-4.13",),
            finding=True,
            corrected_by=("eq-4.13-own-query", "eq-4.13-independent-query"),
        ),
        _claim(
            "B9-random-covariance",
            "The error on a new prompt with random covariance, for any matrix A and any law",
            "section 4.3; statement B9",
            error_over_atoms(),
            "p (1/M tr(A' L1 A (tr(L1) L1 + L1^2 + s2 L1)) + tr((A L1 - I)' L1 (A L1 - I)))"
            " + q (1/M tr(A' L2 A (tr(L2) L2 + L2^2 + s2 L2)) + tr((A L2 - I)' L2 (A L2 - I)))",
            ("L1", "L2", "A", "s2"),
            largest={"d": 2, "M": 2},
            assumptions=(RANDOM, "labels with noise of variance s2"),
        ),
        _claim(
            "thm-4.5-iid-error",
            "The exact error of the limit for i.i.d. entries, at every d, N and M",
            "section 4.3; statement B9",
            iid_error(),
            "d (mu1 - 2 a1 mu2 + a1^2 mu3 + 1/M a1^2 (2 mu3 + (d - 1) mu1 mu2))",
            ("l1", "l2"),
            where={"g": "(1 + 2/N) mu3 + (d - 1)/N mu1 mu2", "a1": "mu2/g"},
            largest={"d": 2, "N": 3, "M": 3},
            assumptions=iid,
            rests_on=("B9-random-covariance", "lem-C.4-minimiser"),
        ),
        _claim(
            "B7",
            "The error of the limit for i.i.d. entries as N and M tend to infinity",
            "section 4.3; statement B7",
            iid_error_limit(),
            "d (mu1 - mu2^2/mu3)",
            ("l1", "l2"),
            largest={"d": 3},
            assumptions=iid,
            rests_on=("thm-4.5-iid-error",),
        ),
        _claim(
            "exp-minimiser",
            "I.i.d. Exp(1) entries: A = N/(3N + d + 5) I, which tends to I/3",
            "section 4.3",
            exponential_minimiser(),
            "N/(3 N + d + 5)",
            (),
            largest={"d": 2, "N": 2},
            assumptions=("lambda_i i.i.d. Exp(1)",),
            rests_on=("lem-C.4-minimiser",),
        ),
    ]
    return tuple(claims)
