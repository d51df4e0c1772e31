"""Equations beside the main line: the technical lemmas D.1 and D.2, section 4.2, and statement B2 to B9."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, lru_cache
from itertools import product
from math import pi, prod
from typing import Any

import numpy as np
from flint import arb, ctx
from hypothesis import strategies as st

from numerics.enclosure import enclose_flow
from numerics.problem import Problem
from numerics.prompts import FixedTask, GaussianQuery, LinearLabels, Shift, SignLabels
from numerics.sequential import Moments
from numerics.simulate_error import simulate_error
from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Quantity
from proofs_check.judge.exact_moments import Coordinates, Layer, rational
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse, one_by_one
from proofs_check.papers.zhang2024.bounds import error_instances
from proofs_check.papers.zhang2024.flow_quantities import flow_instances
from proofs_check.papers.zhang2024.vocabulary import GAMMA, GAUSSIAN, PAPER, state
from proofs_check.judge.statements import as_balls
from proofs_check.strategies import contexts, covariances, dimensions, matrices, naturals, positives, rationals, vectors
from theory.algebra.calculus import gradient
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, letter, matrix, scalar_letter
from theory.derivation import Formula
from theory.distribution_shift import CONTEXT, QUERY, distribution_shift, shifted_predictor
from theory.global_minimum import global_minimum
from theory.model import LAMBDA, NOISE_VARIANCE, eps, w, x, x_q
from theory.prediction_error import TWO_OVER_PI, prediction_error

Array = Any
Exact = tuple[Array, Mapping[str, Any]]
_BITS = 128


def _gamma(covariance: Array, N: int) -> Array:
    return covariance * (1 + Fraction(1, N)) + exact_identity(len(covariance)) * (
        sum(np.diag(covariance)) / Fraction(N)
    )


def _vector(instance: Instance, name: str) -> Array:
    return instance.arrays[name].reshape(-1)


# --- D.1 and D.2 -----------------------------------------------------------------------------------------------------


def _slope(function: Callable[[Mapping[str, Array], Array], Fraction], name: str) -> Callable[[Instance], Exact]:
    """The gradient of a polynomial of degree two in one letter: central differences are exact."""

    def exact(instance: Instance) -> Exact:
        point = instance.arrays[name]
        result = np.empty(point.shape, dtype=object)
        for place in np.ndindex(point.shape):
            step = np.full(point.shape, Fraction(0), dtype=object)
            step[place] = Fraction(1)
            above, below = function(instance.arrays, point + step), function(instance.arrays, point - step)
            result[place] = (above - below) / 2
        return result, {}

    return exact


def _vectorised(instance: Instance) -> Exact:
    """(B' (x) A) vec X, folded back into a matrix column by column."""
    A, B, X = (instance.arrays[name] for name in ("A", "B", "X"))
    return (np.kron(B.T, A) @ X.T.reshape(-1)).reshape(X.shape).T, {}


def _moment_of_four(instance: Instance) -> Exact:
    space = Coordinates({("x", 0): instance.arrays["Lambda"]})
    column = space.vectors["x", 0]
    return space.means(column @ column.T @ space.constant(instance.arrays["A"]) @ column @ column.T), {}


def technical_lemmas() -> list[Claim]:
    """Lemmas D.1 and D.2."""
    A, B, C, X = (matrix(name) for name in "ABCX")
    derivatives: list[tuple[str, str, str, str, Expression, Expression, Any, tuple[str, ...]]] = [
        ("form", r"x^\top B x", "(B + B') x", "x", x.T @ B @ x, x, lambda v, p: (p.T @ v["B"] @ p)[0, 0], ("B",)),
        ("square", r"\operatorname{tr}(X B X^\top)", "X B' + X B", "X", (X @ B @ X.T).trace(), X,
         lambda v, p: np.trace(p @ v["B"] @ p.T), ("B",)),
        ("linear", r"\operatorname{tr}(A X^\top)", "A", "X", (A @ X.T).trace(), X,
         lambda v, p: np.trace(v["A"] @ p.T), ("A",)),
        ("product", r"\operatorname{tr}(A X B X^\top C)", "A' C' X B' + C A X B", "X", (A @ X @ B @ X.T @ C).trace(), X,
         lambda v, p: np.trace(v["A"] @ p @ v["B"] @ p.T @ v["C"]), ("A", "B", "C")),
    ]  # fmt: skip

    def derived(function: Expression, by: Expression) -> Callable[[], tuple[Expression, tuple[()]]]:
        return lambda: (gradient(function, by), ())

    claims = [
        state(
            f"lem-D.1-{name}",
            "A matrix derivative",
            PAPER + "Lemma D.1",
            Quantity(
                rf"\partial {tex} / \partial {variable}",
                derive=derived(expression, by),
                exact=_slope(function, variable),
            ),
            right,
            letters=(*letters, variable),
            assumptions=("any matrices",),
        )
        for name, tex, right, variable, expression, by, function, letters in derivatives
    ]
    return [
        *claims,
        state(
            "lem-D.1-vec",
            "Vec(AXB) through the Kronecker product, folded back into a matrix",
            PAPER + "Lemma D.1",
            Quantity(r"\operatorname{Vec}^{-1}((B^\top \otimes A) \operatorname{Vec} X)", exact=_vectorised),
            "A X B",
            letters=("A", "B", "X"),
            assumptions=("any matrices",),
        ),
        state(
            "lem-D.2",
            "The fourth moment of a Gaussian vector",
            PAPER + "Lemma D.2",
            Quantity(
                r"\mathbb{E}[x x^\top A x x^\top]",
                derive=lambda: (expectation(x @ x.T @ A @ x @ x.T, {x: Gaussian(LAMBDA)}), ()),
                exact=_moment_of_four,
            ),
            "Lambda (A + A') Lambda + tr(A Lambda) Lambda",
            letters=("Lambda", "A"),
            assumptions=("x ~ N(0, Lambda)", "any A"),
        ),
    ]


# --- the flow: B2, B3, B4 --------------------------------------------------------------------------------------------


@st.composite
def eigenvector_pairs(draw: st.DrawFn) -> Instance:
    """Weights, and two different eigenvectors p and q of Lambda of length 1 with eigenvalues lambda and mu."""
    N = 1 + draw(naturals(2))
    covariance = draw(covariances(2, 1))
    basis = np.array(covariance.basis, dtype=object)
    first = draw(naturals(1))
    values = {
        "Lambda": covariance.matrix,
        "U": draw(matrices(2, 2)),
        "u": draw(rationals(nonzero=True)),
        "p": tuples(basis[:, first]),
        "q": tuples(basis[:, 1 - first]),
        "lambda": covariance.eigenvalues[first],
        "mu": covariance.eigenvalues[1 - first],
    }
    return Instance({"d": 2, "N": N}, values)


def _flow_between(first: str, second: str) -> Callable[[Instance], Exact]:
    def exact(instance: Instance) -> Exact:
        layer = Layer(instance.arrays["Lambda"], instance.lengths["N"], task=exact_identity(2))
        zeros = np.full(2, Fraction(0), dtype=object)
        blocks = {"U11": instance.arrays["U"], "u21": zeros, "u12": zeros, "u": instance.values["u"]}
        flow = -layer.gradient(blocks, "U11")
        return instance.arrays[first].T @ flow @ instance.arrays[second], {}

    return exact


@st.composite
def isotropic_starts(draw: st.DrawFn) -> Instance:
    """Lambda = lambda I, Theta proportional to I, u = s at the start; and v^2 = h at some later time."""
    d = draw(dimensions(4))
    scale = draw(positives())
    values = {
        "Lambda": tuples(scale * exact_identity(d)),
        "lambda": scale,
        "s": draw(positives()) / 2,
        "h": draw(positives()),
    }
    return Instance({"d": d, "N": 1 + draw(naturals(5))}, values)


def _growth_of_v(instance: Instance) -> Exact:
    """d(v^2)/dt = 2 v U_11' at U = vI, u = sqrt(d) v, by the flow of Lemma 5.2 in balls."""
    d = instance.lengths["d"]
    with ctx.workprec(_BITS):
        L = as_balls(instance.arrays["Lambda"])
        G = as_balls(_gamma(instance.arrays["Lambda"], instance.lengths["N"]))
        v = as_balls(np.array([[instance.values["h"]]], dtype=object))[0, 0].sqrt()
        u = arb(d).sqrt() * v
        U = as_balls(exact_identity(d)) * v
        flow = (L @ L) * u - (G @ L @ U @ L) * (u * u)
        return one_by_one(2 * v * flow[0, 0]), {"rootd": arb(d).sqrt()}


@lru_cache(maxsize=256)
def _isotropic_flow(scale: Fraction, d: int, N: int, s: Fraction) -> tuple[arb, arb]:
    """v^2 at some time T, enclosed, and exp(-2 sqrt(d) lambda^2 T)."""
    problem = Problem.from_spectrum([float(scale)] * d, context_length=N)
    end = 2.0 ** round(float(-np.log2(np.sqrt(d) * float(scale) ** 2)))
    box = enclose_flow(problem, s, t_end=end, eigenvalues=[scale] * d)
    with ctx.workprec(_BITS):
        v = arb(float(box.lower[-1, 0])).union(arb(float(box.upper[-1, 0])))
        rate = 2 * arb(d).sqrt() * as_balls(np.array([[scale]], dtype=object))[0, 0] ** 2
        return v * v, (-rate * arb(end)).exp()


def _isotropic_solution(instance: Instance) -> Exact:
    values, sizes = instance.values, instance.lengths
    square, decay = _isotropic_flow(values["lambda"], sizes["d"], sizes["N"], values["s"])
    with ctx.workprec(_BITS):
        return one_by_one(1 / square), {"decay": decay, "rootd": arb(sizes["d"]).sqrt()}


def _curvature(instance: Instance) -> Exact:
    """The second derivative of the loss along (X, c): a quartic, so five values give it exactly."""
    L, N = instance.arrays["Lambda"], instance.lengths["N"]
    X, u, c = instance.arrays["X"], instance.values["u"], instance.values["c"]
    layer = Layer(L, N, task=exact_identity(len(L)))
    U = inverse(_gamma(L, N)) / u
    zeros = np.full(len(L), Fraction(0), dtype=object)

    def loss(t: int) -> Fraction:
        return layer.loss({"U11": U + t * X, "u21": zeros, "u12": zeros, "u": u + t * c})

    return one_by_one((-loss(2) + 16 * loss(1) - 30 * loss(0) + 16 * loss(-1) - loss(-2)) / 12), {}


def _smallest_curvature(instance: Instance) -> Exact:
    """2 min spec of the Hessian at the minimum but the zero of the scaling, in balls.

    In Lambda's eigenbasis the Hessian form of B4-hessian is sum_ij g_i l_i l_j (u X_ij + [i = j] c/(u g_i))^2, with
    u^2 = ||Gamma^-1||_F at the limit. Off the diagonal its eigenvalues are u^2 g_i l_i l_j. On it the form is |V z|^2,
    V of rows sqrt(g_i) l_i (u e_i + e_u/(u g_i)); VV' has the same eigenvalues as V'V but for the zero. A number below
    the least one is proved by the pivots of VV' - t I, one above it by a Rayleigh quotient.
    """
    d, N = instance.lengths["d"], instance.lengths["N"]
    spectrum = [instance.values["Lambda"][i][i] for i in range(d)]
    with ctx.workprec(_BITS):
        values = as_balls(np.array(spectrum, dtype=object))
        gamma = as_balls(np.array([x + (x + sum(spectrum)) / N for x in spectrum], dtype=object))
        square = sum((1 / g**2 for g in gamma), arb(0)).sqrt()
        gram = np.empty((d, d), dtype=object)
        for i, j in np.ndindex(d, d):
            inner = (square if i == j else arb(0)) + 1 / (square * gamma[i] * gamma[j])
            gram[i, j] = (gamma[i] * gamma[j]).sqrt() * values[i] * values[j] * inner
        eigenvalues, vectors = np.linalg.eigh(np.vectorize(lambda x: float(x.mid()))(gram))
        z = as_balls(np.array([Fraction(float(x)) for x in vectors[:, 0]], dtype=object))
        above = (z @ gram @ z) / (z @ z)
        below = arb(float(eigenvalues[0])) * (1 - arb(2) ** -30)
        least = (
            below.union(above)
            if _is_positive_definite(gram - below * as_balls(exact_identity(d)))
            else arb(0).union(above)
        )
        for i, j in np.ndindex(d, d):
            if i != j:
                least = least.min(square * gamma[i] * values[i] * values[j])
        return one_by_one(2 * least), {}


def _is_positive_definite(matrix: Array) -> bool:
    """Whether a symmetric matrix of balls is proved to be positive definite, by the pivots of elimination."""
    rest = matrix.copy()
    for k in range(len(rest)):
        if not rest[k, k] > 0:
            return False
        for i in range(k + 1, len(rest)):
            rest[i, k:] = rest[i, k:] - rest[k, k:] * (rest[i, k] / rest[k, k])
    return True


def flow_claims() -> list[Claim]:
    """B2, B3 and B4."""
    c = scalar_letter("c")
    decay = scalar_letter("decay", definite=True)
    subspace = (GAUSSIAN, "u21 = u12 = 0")
    isotropic = ("Lambda = lambda I, Theta proportional to I, so that U = vI and u = sqrt(d) v",)
    return [
        state(
            "B2-off-diagonal",
            "In Lambda's eigenbasis an entry off the diagonal decays by itself",
            "statement B2",
            Quantity(r"p^\top \dot U q", exact=_flow_between("p", "q")),
            "-u^2 ((1 + 1/N) lambda + tr(Lambda)/N) lambda mu (p' U q)",
            search=eigenvector_pairs(),
            searched=30,
            assumptions=(*subspace, "p, q different eigenvectors of Lambda of length 1, eigenvalues lambda and mu"),
            rests_on=("lem-5.2-U",),
        ),
        state(
            "B2-diagonal",
            "In Lambda's eigenbasis an entry on the diagonal depends on u and itself",
            "statement B2",
            Quantity(r"p^\top \dot U p", exact=_flow_between("p", "p")),
            "u lambda^2 - u^2 ((1 + 1/N) lambda + tr(Lambda)/N) lambda^2 (p' U p)",
            search=eigenvector_pairs(),
            searched=30,
            assumptions=(*subspace, "p an eigenvector of Lambda of length 1, eigenvalue lambda"),
            rests_on=("lem-5.2-U",),
        ),
        state(
            "B3-logistic",
            "Isotropic: v^2 follows the logistic equation",
            "statement B3",
            Quantity(r"\frac{d}{dt} v^2", enclose=_growth_of_v, enclosed_by="Lemma 5.2's flow in balls"),
            "2 rootd lambda^2 h (1 - rootd (1 + (d + 1)/N) lambda h)",
            more={"rootd": scalar_letter("rootd", definite=True)},
            search=isotropic_starts(),
            searched=25,
            assumptions=(*isotropic, "h = v^2"),
            rests_on=("lem-5.2-U", "lem-A.3"),
        ),
        state(
            "B3-solution",
            "Isotropic: 1/v^2 at a later time in closed form",
            "statement B3",
            Quantity(r"1/v(T)^2", enclose=_isotropic_solution, enclosed_by="flow enclosed in ball arithmetic"),
            "c + (d/s^2 - c) decay",
            where={"c": "rootd (1 + (d + 1)/N) lambda"},
            more={"decay": decay, "rootd": scalar_letter("rootd", definite=True)},
            search=isotropic_starts(),
            searched=12,
            assumptions=(*isotropic, "u(0) = s; decay = exp(-2 sqrt(d) lambda^2 T)"),
            rests_on=("B3-logistic",),
        ),
        state(
            "B4-hessian",
            "The Hessian at a minimiser",
            "statement B4",
            Quantity(r"\frac{d^2}{dt^2} L(\Gamma^{-1}/u + tX, u + tc)\big|_{t=0}", exact=_curvature),
            "tr(Gamma Lambda K Lambda K')",
            where={**GAMMA, "K": "u X + c/u Gamma^-1"},
            more={"c": c},
            letters=("Lambda", "u", "X", "c"),
            largest={"d": 2, "N": 3},
            assumptions=subspace,
            rests_on=("cor-A.2-square",),
        ),
        state(
            "B4-rate",
            "The rate that Lemma 5.4 guarantees against the rate at the limit",
            "statement B4",
            Quantity(
                "2 \\lambda_{\\min}(\\nabla^2 \\ell)",
                enclose=_smallest_curvature,
                enclosed_by="least eigenvalue of the Hessian in balls",
            ),
            "s^2 align (2 - d^(1/2) s^2 opG)/(d^(1/2) opL^2 tr(Gamma^-1 Lambda^-1) tr(Lambda^-1))",
            relation=">=",
            where={**GAMMA, "align": "tr(Lambda^2 Theta Theta')/tr(Theta Theta' Theta Theta')^(1/2)"},
            search=flow_instances("paper"),
            searched=40,
            assumptions=(
                "Lambda_min is the least eigenvalue but the 0 of the scaling",
                "sigma^2 ||Gamma|| sqrt(d) < 2",
            ),
            rests_on=("B4-hessian", "lem-5.4-decay"),
        ),
    ]


# --- other laws: B6 and B8 -------------------------------------------------------------------------------------------


@st.composite
def two_point_radii(draw: st.DrawFn) -> Instance:
    """x = sqrt(r) z, z ~ N(0, Lambda), r = a with probability h and b otherwise, E r = 1; kappa = E r^2."""
    d = draw(dimensions(2))
    h = Fraction(1 + draw(naturals(2)), 4)
    a = Fraction(draw(naturals(4)), 5)
    b = (1 - h * a) / (1 - h)
    values = {
        "Lambda": draw(covariances(d, 1)).matrix,
        "h": h,
        "a": a,
        "b": b,
        "kappa": h * a**2 + (1 - h) * b**2,
    }
    return Instance({"d": d, "N": 1 + draw(naturals(2))}, values)


def _elliptical_minimiser(instance: Instance) -> Exact:
    """argmin_A E ||(S A - I) x_q||^2 = E[S^2]^-1 E[S], S the second moments of a prompt, over all its radii."""
    L, N = instance.arrays["Lambda"], instance.lengths["N"]
    d = len(L)
    values = instance.values
    square = np.full((d, d), Fraction(0), dtype=object)
    mean = square.copy()
    for radii in product((("a", values["h"]), ("b", 1 - values["h"])), repeat=N):
        weight = prod((chance for _, chance in radii), start=Fraction(1))
        space = Coordinates({("x", i): L * values[name] for i, (name, _) in enumerate(radii)})
        columns = [space.vectors["x", i] for i in range(N)]
        S = sum((column @ column.T for column in columns[1:]), columns[0] @ columns[0].T) * rational(Fraction(1, N))
        square = square + weight * space.means(S @ S)
        mean = mean + weight * space.means(S)
    return inverse(square) @ mean, {}


def _from_moments(instance: Instance, first: Array, second: Array, square: Any) -> Array:
    """E(y_hat - y_q)^2 from E xy, E y^2 x x' and E y^2, with the two sums of y_hat multiplied out."""
    L, M = instance.arrays["Lambda"], instance.lengths["M"]
    A = inverse(_gamma(L, instance.lengths["N"]))
    if any(isinstance(entry, arb) for entry in first.flat):
        A, L, second = as_balls(A), as_balls(L), as_balls(second)
    outer = first @ first.T
    average = (second + outer * (M - 1)) / M
    cross = (first.T @ A @ first)[0, 0]
    return one_by_one(np.trace(A @ L @ A @ average) - 2 * cross + square)


def _relu_error(instance: Instance) -> Exact:
    """relu(t)^2 + relu(-t)^2 = t^2 and relu(t) - relu(-t) = t: moments of relu are half those of a linear label."""
    space = Coordinates({("x", 0): instance.arrays["Lambda"]})
    point = space.vectors["x", 0]
    label = (space.constant(instance.arrays["w"]).T @ point)[0, 0]
    first = space.means(point * label) / 2
    second = space.means((point @ point.T) * label**2) / 2
    return _from_moments(instance, first, second, space.mean(label**2) / 2), {}


def _sign_error(instance: Instance) -> Exact:
    """E x sgn(w'x) = Lambda w E|t|/Var t for t = w'x, E|t| = sqrt(2 Var t/pi); y^2 = 1."""
    L, column = instance.arrays["Lambda"], instance.arrays["w"]
    with ctx.workprec(_BITS):
        variance = as_balls(column.T @ L @ column)[0, 0]
        constant = 2 / arb.pi()
        first = as_balls(L @ column) * (constant / variance).sqrt()
        return _from_moments(instance, first, L, arb(1)), {"two_over_pi": constant}


def _sample_sign(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    """With v = A'x_q: |y_hat| <= (1/M) sum |v'x_i|, so E (y_hat - y)^4 <= 8 (3 E(v'Lambda v)^2 + 1) by convexity."""
    values = instance.floats
    problem = Problem(values["Lambda"], instance.lengths["N"])
    estimate = simulate_error(
        problem,
        prompt_length=instance.lengths["M"],
        labels=SignLabels(),
        shift=Shift(task=FixedTask(values["w"])),
        prompts=prompts,
        seed=seed,
    )
    A, L = problem.Gamma_inverse, values["Lambda"]
    P = A @ L @ A.T @ L
    bound = 8 * (3 * (np.trace(P) ** 2 + 2 * np.trace(P @ P)) + 1)
    return estimate.moments, float(bound) * (1 + 1e-6)


@st.composite
def single_tasks(draw: st.DrawFn) -> Instance:
    """A covariance, lengths and a task."""
    d = draw(dimensions(3))
    N, M = draw(contexts(100))
    return Instance({"d": d, "N": N, "M": M}, {"Lambda": draw(covariances(d, 1)).matrix, "w": draw(vectors(d, True))})


def law_claims() -> list[Claim]:
    """B6 and B8."""
    elliptical = global_minimum(elliptical=True)["minimiser"]
    relu, sign = prediction_error("relu"), prediction_error("sign")
    bracket = "(w' Gamma^-2 Lambda^3 w + 2 tr(Lambda) w' Gamma^-2 Lambda^2 w + tr(Lambda)^2 w' Gamma^-2 Lambda w)"
    return [
        state(
            "B6-minimiser",
            "The minimisers for elliptical covariates",
            "statement B6",
            Quantity(
                r"\operatorname{argmin}_{uU} L",
                derive=lambda: (elliptical.expression, elliptical.definitions),
                exact=_elliptical_minimiser,
            ),
            "Gamma^-1",
            where={"Gamma": "(N - 1 + 2 kappa)/N Lambda + kappa tr(Lambda)/N I"},
            more={"a": scalar_letter("a", non_negative=True), "b": scalar_letter("b", definite=True)},
            search=two_point_radii(),
            searched=10,
            assumptions=("x = sqrt(r) z, z ~ N(0, Lambda), E r = 1, kappa = E r^2", "u21 = u12 = 0"),
        ),
        state(
            "B8-relu",
            "The prediction error for labels max(0, <w, x>)",
            "statement B8",
            Quantity(
                r"\mathbb{E}(\hat y - y_q)^2",
                derive=lambda: (relu.expression, relu.definitions),
                exact=_relu_error,
            ),
            f"1/4 w' Lambda w + 1/M tr(S Gamma^-2 Lambda) + 1/(4 N^2) {bracket}",
            where={**GAMMA, "S": "1/2 (w' Lambda w) Lambda + 3/4 Lambda w w' Lambda"},
            search=single_tasks(),
            searched=15,
            assumptions=("y = max(0, <w, x>)", "x ~ N(0, Lambda)"),
            rests_on=("thm-4.2",),
        ),
        state(
            "B8-sign",
            "The prediction error for labels sgn <w, x>",
            "statement B8",
            Quantity(
                r"\mathbb{E}(\hat y - y_q)^2",
                derive=lambda: (sign.expression, sign.definitions),
                enclose=_sign_error,
                enclosed_by="moments of the sign in balls",
                sample=_sample_sign,
                constants={"two_over_pi": Fraction(2 / pi)},
            ),
            f"1 - two_over_pi + 1/M tr(S Gamma^-2 Lambda) + two_over_pi/(N^2 (w' Lambda w)) {bracket}",
            where={**GAMMA, "S": "Lambda - two_over_pi/(w' Lambda w) Lambda w w' Lambda"},
            letters=("Lambda", "w"),
            more={"two_over_pi": TWO_OVER_PI},
            search=single_tasks(),
            searched=15,
            assumptions=("y = sgn <w, x>", "x ~ N(0, Lambda)", "two_over_pi = 2/pi"),
            rests_on=("thm-4.2",),
        ),
    ]


# --- distribution shift: B9 and section 4.2 --------------------------------------------------------------------------

_CONTEXT_COVARIANCE, _QUERY_MOMENT = CONTEXT, matrix("Lambda_q", definite=True)


def _shifted_error(instance: Instance, A: Array, M: int) -> Fraction:
    """E(y_hat - <w, x_q>)^2 with context N(0, Lambda_c), query N(0, Lambda_q) and noise s2, in coordinates."""
    noise = instance.values.get("s2", Fraction(0))
    draws: dict[tuple[str, int], Any] = {("x", i): instance.arrays["Lambda_c"] for i in range(M)}
    draws["q", 0] = instance.arrays["Lambda_q"]
    if noise:
        draws |= {("e", i): [[noise]] for i in range(M)}
    space = Coordinates(draws)
    task = space.constant(instance.arrays["w"])
    query = space.vectors["q", 0]
    total = None
    for i in range(M):
        point = space.vectors["x", i]
        label = (task.T @ point)[0, 0] + (space.vectors["e", i][0, 0] if noise else 0)
        total = point * label if total is None else total + point * label
    gap = (query.T @ space.constant(A) @ total)[0, 0] * rational(Fraction(1, M)) - (task.T @ query)[0, 0]
    return space.mean_of_product(gap, gap)


def _joint_shift(instance: Instance) -> Exact:
    return one_by_one(_shifted_error(instance, instance.arrays["A"], instance.lengths["M"])), {}


def _query_shift_limit(instance: Instance) -> Exact:
    """The limit of many examples: the error is affine in 1/M."""
    complete = instance.with_values(Lambda_c=instance.values["Lambda"])
    A = inverse(_gamma(instance.arrays["Lambda"], instance.lengths["N"]))
    return one_by_one(2 * _shifted_error(complete, A, 2) - _shifted_error(complete, A, 1)), {}


@cache
def _shift_variance() -> Formula:
    """Var (y_hat - <w, x_q>)^2 under a joint shift."""
    gap = shifted_predictor() - w.T @ x_q
    laws = {x: Gaussian(CONTEXT), x_q: Gaussian(_QUERY_MOMENT), eps: Gaussian(NOISE_VARIANCE)}
    mean = expectation(gap * gap, laws)
    variance = expectation((gap * gap) * (gap * gap), laws) - mean * mean
    names = {"A": "A", "context": "Lambda_c", "query": "Lambda_q", "prompt_length": "M", "w": "w", "noise": "s2"}
    return Formula("variance of the error under shift", variance, names)


def _sample_shift(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    values, M = instance.floats, instance.lengths["M"]
    noise = float(values["s2"])
    estimate = simulate_error(
        Problem(values["Lambda_c"], 1),
        prompt_length=M,
        labels=LinearLabels(noise),
        shift=Shift(FixedTask(values["w"]), values["Lambda_c"], GaussianQuery(values["Lambda_q"])),
        weights=values["A"],
        target="linear",
        prompts=prompts,
        seed=seed,
    )
    variance = _shift_variance().evaluate(
        A=values["A"], context=values["Lambda_c"], query=values["Lambda_q"], prompt_length=M, w=values["w"], noise=noise
    )
    return estimate.moments, variance * (1 + 1e-6)


def _mean_prediction(instance: Instance) -> Exact:
    """E[y_hat | x_q] on a context from N(0, Lambda_c), in coordinates."""
    M = instance.lengths["M"]
    space = Coordinates({("x", i): instance.arrays["Lambda_c"] for i in range(M)})
    task = space.constant(instance.arrays["w"])
    points = [space.vectors["x", i] for i in range(M)]
    means = sum((space.means(point * (task.T @ point)[0, 0]) for point in points[1:]), _mean_of(space, task, points[0]))
    A = inverse(_gamma(instance.arrays["Lambda"], instance.lengths["N"]))
    return instance.arrays["x_q"].T @ A @ means / Fraction(M), {}


def _mean_of(space: Coordinates, task: Array, point: Array) -> Array:
    return space.means(point * (task.T @ point)[0, 0])


def _derived_mean() -> tuple[Expression, tuple[Any, ...]]:
    Gamma = global_minimum()["minimiser"]
    mean = expectation(shifted_predictor(), {x: Gaussian(CONTEXT), eps: Gaussian(NOISE_VARIANCE)})
    return mean.substitute({letter(matrix("A")): Gamma.expression}), Gamma.definitions


def _scaled_limit(instance: Instance) -> Exact:
    """lim as N grows of x_q' Gamma^-1 (c^2 Lambda) w: Gamma is affine in 1/N, and here 1/N = 0."""
    L, c = instance.arrays["Lambda"], instance.values["c"]
    at_one, at_half = _gamma(L, 1), _gamma(L, 2)
    limit = 2 * at_half - at_one
    return instance.arrays["x_q"].T @ inverse(limit) @ (c**2 * L) @ instance.arrays["w"], {}


@st.composite
def noisy_tasks(draw: st.DrawFn) -> Instance:
    """As `error_instances`, with a noise variance."""
    return draw(error_instances()).with_values(s2=draw(positives(3)))


def _noisy_error(instance: Instance) -> Exact:
    values, sizes = instance.values, instance.lengths
    error = distribution_shift(at_limit=True).evaluate(
        covariance=values["Lambda"],
        context_length=sizes["N"],
        context_covariance=values["Lambda"],
        query_covariance=values["Lambda"],
        prompt_length=sizes["M"],
        w=values["w"],
        noise_variance=values["s2"],
    )
    return one_by_one(error), {}


def shift_claims() -> list[Claim]:
    """B9 and the statements of section 4.2."""
    shifted = {"Lambda_c": _CONTEXT_COVARIANCE, "Lambda_q": _QUERY_MOMENT}
    c = {"c": scalar_letter("c")}
    joint = distribution_shift().expression.substitute({letter(QUERY): _QUERY_MOMENT})
    sizes = {"d": 2, "N": 3, "M": 2}
    return [
        state(
            "B9",
            "The error under a joint shift of context, query and labels, for any matrix A",
            "statement B9",
            Quantity(
                r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
                derive=lambda: (joint, ()),
                exact=_joint_shift,
                sample=_sample_shift,
            ),
            "1/M tr(A' Lambda_q A ((w' Lambda_c w) Lambda_c + Lambda_c w w' Lambda_c + s2 Lambda_c))"
            " + w' (A Lambda_c - I)' Lambda_q (A Lambda_c - I) w",
            letters=("A", "Lambda_c", "Lambda_q", "w", "s2"),
            more=shifted,
            largest=sizes,
            sampled={"d": 3, "M": 10},
            assumptions=("x_i ~ N(0, Lambda_c)", "x_q of second moment Lambda_q, independent", "noise of variance s2"),
        ),
        state(
            "sec-4.2-task",
            "Task shift is tolerated: with noisy labels and any w the error vanishes as M and N grow",
            PAPER + "section 4.2, task shifts",
            Quantity(r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=_noisy_error),
            "((d + 1) w' Lambda w + d s2)/M"
            " + 1/N^2 (w' Lambda w + 2 (w' w) tr(Lambda) + (w' Lambda^-1 w) tr(Lambda)^2)",
            relation="<=",
            search=noisy_tasks(),
            assumptions=("y = <w, x> + noise of variance s2", "A = Gamma^-1"),
            rests_on=("B9", "thm-4.2-bound"),
        ),
        state(
            "sec-4.2-query",
            "Query shift: the error that many examples leave",
            PAPER + "section 4.2, query shifts, eq. (4.8)",
            Quantity(r"\lim_{M \to \infty} \mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=_query_shift_limit),
            "w' (Gamma^-1 Lambda - I)' Lambda_q (Gamma^-1 Lambda - I) w",
            where=GAMMA,
            letters=("Lambda", "Lambda_q", "w"),
            more=shifted,
            largest=sizes,
            assumptions=("x_q of second moment Lambda_q, independent", "Gamma^-1 Lambda tends to I as N grows"),
            rests_on=("B9",),
        ),
        state(
            "sec-4.2-covariate",
            "Covariate shift: the mean prediction for a given query",
            PAPER + "section 4.2, covariate shifts",
            Quantity(r"\mathbb{E}[\hat y \mid x_q]", derive=_derived_mean, exact=_mean_prediction),
            "x_q' Gamma^-1 Lambda_c w",
            where=GAMMA,
            letters=("Lambda", "Lambda_c", "w", "x_q"),
            more=shifted,
            largest=sizes,
            assumptions=(
                "x_i ~ N(0, Lambda_c); y_hat tends to its mean as M grows, since its variance is of order 1/M",
            ),
            rests_on=("eq-4.3",),
        ),
        state(
            "sec-4.2-scaling",
            "Covariates scaled by c: the prediction tends to c^2 <w, x_q>",
            PAPER + "section 4.2, covariate shifts",
            Quantity(r"\lim_{N \to \infty} x_q^\top \Gamma^{-1} c^2 \Lambda w", exact=_scaled_limit),
            "c^2 (x_q' w)",
            letters=("Lambda", "w", "x_q", "c"),
            more=c,
            assumptions=("x_i ~ N(0, c^2 Lambda)", "M and then N tend to infinity"),
            rests_on=("sec-4.2-covariate",),
        ),
    ]


def further_claims() -> tuple[Claim, ...]:
    """Return these claims; they rest on claims of the paper and on its inequalities."""
    return (*technical_lemmas(), *flow_claims(), *law_claims(), *shift_claims())
