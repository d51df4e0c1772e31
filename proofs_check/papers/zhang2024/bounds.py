"""The paper's inequalities as claims, each with how tight it is, and sharper ones where those are proved.

The sharper claims and their proofs, in the eigenbasis of Lambda, with g_i the eigenvalues of Gamma:

- `thm-4.2-bound-kappa-sharp`: Gamma >= (1 + 1/N) Lambda, and both commute, so Gamma^-2 <= (N/(N+1))^2 Lambda^-2. With
  m <= l_i <= L = kappa m we have l_i + mL/l_i <= m + L; summing, and 4ab <= (a + b)^2, give Kantorovich's
  tr(Lambda) tr(Lambda^-1) <= d^2 (kappa + 1)^2/(4 kappa).
- `lem-A.5-sharp`: with S = Theta Theta' and P = Lambda^(1/2) S Lambda^(1/2), tr(Gamma Lambda S Lambda S) is
  tr(Gamma P^2), at most ||Gamma|| tr(Lambda S Lambda S) <= ||Gamma|| ||Lambda S Lambda||_F ||S||_F
  <= ||Gamma|| tr(Lambda^2 S); so
  l(0) <= s^2/2 ||Lambda Theta||^2 (s^2 ||Gamma|| - 2) without the paper's sqrt(d). And l >= -u tr(Lambda^2 U') >=
  -u^2 ||Lambda^2||_F by Cauchy-Schwarz and balance. As l falls, u^2 >= -l(0)/||Lambda^2||_F.
- `lem-5.4-gradient-sharp`: entry (i, j) of grad_U l is u g_i l_i l_j x_ij, with x = uU - Gamma^-1 and
  2 (l - min l) = sum g_i l_i l_j x_ij^2; so ||grad_U l||^2 >= 2 u^2 min(g) min(l)^2 (l - min l).
- `lem-5.4-PL-sharp`: the last two together.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import cache
from math import ceil
from typing import Any

import numpy as np
from hypothesis import strategies as st

from numerics.problem import Problem
from numerics.prompts import FixedTask, Shift
from numerics.sequential import Moments
from numerics.simulate_error import simulate_error
from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Quantity
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.papers.zhang2024.flow_quantities import fact, flow_instances
from proofs_check.papers.zhang2024.vocabulary import GAMMA, GAUSSIAN, PAPER, state
from proofs_check.strategies import (
    bases,
    chosen,
    contexts,
    covariances,
    dimensions,
    lengths,
    matrices,
    naturals,
    positives,
    rationals,
    vectors,
)
from theory.algebra.definitions import expand
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, length, letter, matrix, number, vector, zero
from theory.distribution_shift import distribution_shift, shifted_predictor
from theory.estimator_variance import error_estimator_variance
from theory.model import LAMBDA, NOISE_VARIANCE, Law, eps, w, x, x_q
from theory.preconditioner import preconditioner
from theory.prediction_error import prediction_error

Array = Any
Exact = tuple[Array, Mapping[str, Any]]
_LINEAR_BOUND = "(d + 1) w' Lambda w/M + 1/N^2 (w' Lambda w + 2 (w' w) tr(Lambda) + (w' Lambda^-1 w) tr(Lambda)^2)"
_MOMENT_BOUND = "(d + 1) tr(Lambda W)/M + 1/N^2 (tr(Lambda W) + 2 tr(W) tr(Lambda) + tr(Lambda^-1 W) tr(Lambda)^2)"
_MEAN_BOUND = "(d + 1) tr(Lambda)/M + 1/N^2 (tr(Lambda) + 2 d tr(Lambda) + tr(Lambda^-1) tr(Lambda)^2)"
_ALIGNMENT = {"align": "tr(Lambda^2 Theta Theta')/tr(Theta Theta' Theta Theta')^(1/2)"}
_CONDITION = "sigma^2 ||Gamma||_op sqrt(d) < 2"
_FLOW = "gradient flow from Assumption 3.3; sigma = s; Theta stands for Theta / ||Theta Theta'||_F^(1/2)"
_START = (GAUSSIAN, _FLOW, _CONDITION)


# --- the prediction error --------------------------------------------------------------------------------------------


@st.composite
def error_instances(draw: st.DrawFn) -> Instance:
    """Training and test lengths up to 10^6, a covariance of any condition number, and a task."""
    d = draw(dimensions(3))
    covariance = draw(covariances(d))
    N, M = draw(contexts())
    if draw(st.booleans()) and draw(st.booleans()):
        # Both limits at once, where the bounds are tight: long training, and test prompts far longer.
        N = 100 * 10 ** draw(naturals(4))
        M = (10 * N) ** 3
    values = {
        "Lambda": covariance.matrix,
        "w": draw(vectors(d, nonzero=True)),
        "kappa": covariance.largest / covariance.smallest,
    }
    return Instance({"d": d, "N": N, "M": M}, values)


@st.composite
def accuracy_instances(draw: st.DrawFn) -> Instance:
    """A training length, a covariance, and an accuracy eps, now and then far below the error of training."""
    d = draw(dimensions(3))
    covariance = draw(covariances(d))
    N = draw(lengths())
    accuracy = draw(positives(3)) / ((10 * N) ** 3 if draw(st.booleans()) else 1)
    values = {"Lambda": covariance.matrix, "kappa": covariance.largest / covariance.smallest, "eps": accuracy}
    return Instance({"d": d, "N": N}, values)


@st.composite
def conditioned_covariances(draw: st.DrawFn) -> Instance:
    """A covariance with its condition number."""
    d = draw(dimensions(4))
    covariance = draw(covariances(d))
    return Instance({"d": d}, {"Lambda": covariance.matrix, "kappa": covariance.largest / covariance.smallest})


def _error_at_task(instance: Instance) -> Exact:
    values, sizes = instance.values, instance.lengths
    formula = prediction_error("linear")
    error = formula.evaluate(
        covariance=values["Lambda"], context_length=sizes["N"], prompt_length=sizes["M"], w=values["w"]
    )
    return one_by_one(error), {}


def mean_error(covariance: Any, N: int, M: int) -> Fraction:
    """E(y_hat - <w, x_q>)^2 on noiseless linear labels, w ~ N(0, I)."""
    formula = distribution_shift(random_task=True, at_limit=True)
    value: Fraction = formula.evaluate(
        covariance=covariance,
        context_length=N,
        prompt_length=M,
        context_covariance=covariance,
        query_covariance=covariance,
    )
    return value


def _mean_error(instance: Instance) -> Exact:
    sizes = instance.lengths
    return one_by_one(mean_error(instance.values["Lambda"], sizes["N"], sizes["M"])), {}


def _error_at_long_prompt(instance: Instance) -> Exact:
    """The error at the least M with M >= (d + 1) tr(Lambda)/eps."""
    covariance = instance.values["Lambda"]
    d = instance.lengths["d"]
    trace = sum((covariance[i][i] for i in range(d)), Fraction(0))
    M = ceil((d + 1) * trace / instance.values["eps"])
    return one_by_one(mean_error(covariance, instance.lengths["N"], M)), {}


def _error_of_infinite_prompt(instance: Instance) -> Exact:
    """lim of the error as M grows: the error is affine in 1/M, so two values give it exactly."""
    covariance, N = instance.values["Lambda"], instance.lengths["N"]
    return one_by_one(2 * mean_error(covariance, N, 2) - mean_error(covariance, N, 1)), {}


@cache
def _error_over_tasks(task: Expression) -> Expression:
    """E(y_hat - <w, x_q>)^2 for tasks with E ww' = task, through Gamma."""
    Gamma = preconditioner(Law()).Gamma
    A = matrix("A")
    gap = shifted_predictor() - w.T @ x_q
    laws = {x: Gaussian(LAMBDA), x_q: Gaussian(LAMBDA), w: Gaussian(task), eps: Gaussian(NOISE_VARIANCE)}
    error = expectation(gap * gap, laws)
    return error.substitute({letter(NOISE_VARIANCE): zero(), letter(A): Gamma.name**-1})


def _surplus(task: Expression, factor: Expression) -> tuple[Expression, ...]:
    """The bound over `factor` minus the error, where Gamma^2 >= factor Lambda^2.

    Every Lambda^k in the bound is Gamma^-2 (Gamma^2 - factor Lambda^2) Lambda^k more than the error times `factor`.
    """
    Gamma = preconditioner(Law()).Gamma
    N, M = length("N"), length("M")
    more = Gamma.name**-2 @ expand(Gamma.name**2 - factor * LAMBDA**2, (Gamma,))
    trace = LAMBDA.trace()
    first = (LAMBDA @ task).trace() * more.trace() + (more @ LAMBDA @ task).trace()
    bracket = (
        (more @ LAMBDA @ task).trace()
        + 2 * trace * (more @ task).trace()
        + trace**2 * (more @ LAMBDA**-1 @ task).trace()
    )
    return ((first / M + bracket / N**2) * factor.reciprocal(),)


def _over_tasks(task: Expression, exact: Any, factor: Expression) -> Quantity:
    Gamma = preconditioner(Law()).Gamma
    return Quantity(
        r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
        derive=lambda: (_error_over_tasks(task), (Gamma,)),
        exact=exact,
        witnesses=lambda: _surplus(task, factor),
    )


def _error_for_task_moment(instance: Instance) -> Exact:
    left, _ = _error_at_task(instance)
    column = np.array(instance.values["w"], dtype=object)
    return left, {"W": tuples(np.outer(column, column))}


def _sample_error(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    values, M = instance.floats, instance.lengths["M"]
    problem = Problem(values["Lambda"], instance.lengths["N"])
    estimate = simulate_error(
        problem, prompt_length=M, shift=Shift(task=FixedTask(values["w"])), prompts=prompts, seed=seed
    )
    variance = error_estimator_variance().evaluate(
        A=problem.Gamma_inverse, covariance=values["Lambda"], prompt_length=M, w=values["w"]
    )
    return estimate.moments, variance * (1 + 1e-6)


def error_bounds() -> list[Claim]:
    """The bounds that section 4.1 draws from Theorem 4.2, and Corollary 4.3."""
    noiseless = (GAUSSIAN, "y = <w, x>", "the limit of training on prompts of length N")
    W, one = matrix("W", definite=True), identity("d")
    plain, better = number(1), ((length("N") + 1) / length("N")) ** 2
    instances = error_instances()
    any_task = "W positive definite; W = ww', one task, by continuity"
    sharp_task = state(
        "thm-4.2-bound-sharp",
        "The error of noiseless linear labels for tasks with E ww' = W, with the factor (N/(N+1))^2",
        "beyond the paper; sharpens the first bound after Theorem 4.2",
        _over_tasks(W, _error_for_task_moment, better),
        f"(N/(N + 1))^2 ({_MOMENT_BOUND})",
        relation="<=",
        search=instances,
        assumptions=(*noiseless, any_task),
        rests_on=("thm-4.2-linear",),
    )
    sharp_mean = state(
        "thm-4.2-bound-mean-sharp",
        "The error averaged over tasks, with the factor (N/(N+1))^2",
        "beyond the paper; sharpens the second bound after Theorem 4.2",
        _over_tasks(one, _mean_error, better),
        f"(N/(N + 1))^2 ({_MEAN_BOUND})",
        relation="<=",
        search=instances,
        assumptions=noiseless,
        rests_on=("thm-4.2-linear",),
    )
    kantorovich = state(
        "trace-product-sharp",
        "Kantorovich: tr(Lambda) tr(Lambda^-1) against the condition number, with the best constant",
        "beyond the paper; sharpens the second bound after Theorem 4.2",
        Quantity(r"\operatorname{tr}\Lambda \operatorname{tr}\Lambda^{-1}", exact=_trace_product),
        "d^2 (kappa + 1)^2/(4 kappa)",
        relation="<=",
        search=conditioned_covariances(),
        assumptions=("Lambda positive definite, kappa its condition number",),
    )
    sharp = state(
        "thm-4.2-bound-kappa-sharp",
        "The error averaged over tasks, with the factor (N/(N+1))^2 and Kantorovich's constant",
        "beyond the paper; sharpens the second bound after Theorem 4.2",
        Quantity(r"\mathbb{E}_w \mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=_mean_error),
        "(N/(N + 1))^2 (d + 1) tr(Lambda)/M + (1 + 2 d + d^2 (kappa + 1)^2/(4 kappa)) tr(Lambda)/(N + 1)^2",
        relation="<=",
        search=instances,
        assumptions=noiseless,
        rests_on=("thm-4.2-linear", "trace-product-sharp"),
    )
    return [
        sharp_task,
        sharp_mean,
        state(
            "thm-4.2-bound",
            "The error of noiseless linear labels, for tasks with E ww' = W",
            PAPER + "section 4.1, after Theorem 4.2",
            _over_tasks(W, _error_for_task_moment, plain),
            _MOMENT_BOUND,
            relation="<=",
            search=instances,
            assumptions=(*noiseless, any_task),
            rests_on=("thm-4.2-linear",),
            sharper=sharp_task,
        ),
        state(
            "thm-4.2-bound-w",
            "The error of noiseless linear labels, for every task w",
            PAPER + "section 4.1, after Theorem 4.2",
            Quantity(r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=_error_at_task, sample=_sample_error),
            _LINEAR_BOUND,
            relation="<=",
            letters=("Lambda", "w"),
            search=instances,
            assumptions=noiseless,
            rests_on=("thm-4.2-bound",),
        ),
        state(
            "thm-4.2-bound-mean",
            "The error of noiseless linear labels, averaged over tasks",
            PAPER + "section 4.1, after Theorem 4.2",
            _over_tasks(one, _mean_error, plain),
            _MEAN_BOUND,
            relation="<=",
            search=instances,
            assumptions=noiseless,
            rests_on=("thm-4.2-linear",),
            sharper=sharp_mean,
        ),
        kantorovich,
        state(
            "trace-product",
            "tr(Lambda) tr(Lambda^-1) against the condition number",
            PAPER + "section 4.1, after Theorem 4.2",
            Quantity(r"\operatorname{tr}\Lambda \operatorname{tr}\Lambda^{-1}", exact=_trace_product),
            "d^2 kappa",
            relation="<=",
            search=conditioned_covariances(),
            assumptions=("Lambda positive definite, kappa its condition number",),
            sharper=kantorovich,
        ),
        sharp,
        state(
            "thm-4.2-bound-kappa",
            "The error averaged over tasks, through the condition number",
            PAPER + "section 4.1, after Theorem 4.2",
            Quantity(r"\mathbb{E}_w \mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=_mean_error),
            "(d + 1) tr(Lambda)/M + (1 + 2 d + d^2 kappa) tr(Lambda)/N^2",
            relation="<=",
            search=instances,
            searched=150,
            assumptions=noiseless,
            rests_on=("thm-4.2-bound-mean", "trace-product"),
            sharper=sharp,
        ),
        state(
            "cor-4.3",
            "Learning linear models up to eta: the error at M >= (d + 1) tr(Lambda)/eps",
            PAPER + "Corollary 4.3",
            Quantity(r"\mathbb{E}_w \mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=_error_at_long_prompt),
            "(1 + 2 d + d^2 kappa) tr(Lambda)/N^2 + eps",
            relation="<=",
            search=accuracy_instances(),
            assumptions=(*noiseless, "M is the least integer with M >= (d + 1) tr(Lambda)/eps"),
            rests_on=("thm-4.2-bound-kappa",),
        ),
        state(
            "cor-4.3-floor",
            "Training on prompts of finite length leaves an error that no test prompt removes",
            PAPER + "after Corollary 4.3",
            Quantity(
                r"\lim_{M \to \infty} \mathbb{E}_w \mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
                exact=_error_of_infinite_prompt,
            ),
            "0",
            relation=">",
            search=accuracy_instances(),
            searched=40,
            assumptions=noiseless,
            rests_on=("thm-4.2-linear",),
        ),
    ]


def _trace_product(instance: Instance) -> Exact:
    covariance = instance.arrays["Lambda"]
    return one_by_one(sum(np.diag(covariance)) * sum(np.diag(inverse(covariance)))), {}


# --- the inequality behind the rate ----------------------------------------------------------------------------------


@st.composite
def weight_instances(draw: st.DrawFn) -> Instance:
    """A covariance, a training length, any U and u; now and then uU off its optimum in the slowest direction only."""
    d = draw(dimensions(3))
    covariance = draw(covariances(d))
    N = draw(lengths())
    U, u = draw(matrices(d, d)), draw(rationals(nonzero=True))
    if draw(st.booleans()):
        basis = np.array(covariance.basis, dtype=object)
        slowest = basis[:, covariance.eigenvalues.index(covariance.smallest)]
        trace = sum(covariance.eigenvalues)
        optimum = (basis / np.array([x + (x + trace) / N for x in covariance.eigenvalues], dtype=object)) @ basis.T
        U = tuples((optimum + draw(positives()) * np.outer(slowest, slowest)) / u)
    values = {
        "Lambda": covariance.matrix,
        "U": U,
        "u": u,
        "lowL": covariance.smallest,
        "lowG": covariance.smallest_of_gamma(N),
    }
    return Instance({"d": d, "N": N}, values)


def _squared_gradient(instance: Instance) -> Exact:
    """||grad_U l||_F^2 by the flow of Lemma 5.2, and l - min l by Lemma A.1 and Corollary A.2."""
    L, U = instance.arrays["Lambda"], instance.arrays["U"]
    u, N = instance.values["u"], instance.lengths["N"]
    d = len(L)
    unit = np.array([[Fraction(int(i == j)) for j in range(d)] for i in range(d)], dtype=object)
    G = L * (1 + Fraction(1, N)) + unit * (sum(np.diag(L)) / N)
    slope = u**2 * (G @ L @ U @ L) - u * (L @ L)
    loss = u**2 * np.trace(G @ L @ U @ L @ U.T) / 2 - u * np.trace(L @ L @ U.T)
    floor = -np.trace(L @ L @ inverse(G)) / 2
    return one_by_one(np.sum(slope * slope)), {"gap": loss - floor}


def rate_bounds() -> list[Claim]:
    """Lemmas A.4, A.5 and 5.4, and their sharper forms."""
    paper, better = flow_instances("paper"), flow_instances("sharper")
    by = "flow enclosed in ball arithmetic"
    least_u = Quantity(r"\inf_t u(t)", enclose=fact(lambda f: f.least_u), enclosed_by=by)
    least_square = Quantity(r"\inf_t u(t)^2", enclose=fact(lambda f: f.least_u**2), enclosed_by=by)
    PL = Quantity(
        r"\inf_t \|\nabla \ell\|^2/(\ell - \min \ell)", enclose=fact(lambda f: f.gradient_rate), enclosed_by=by
    )
    decay = Quantity(
        r"\inf_t -\tfrac1t \ln\frac{\ell(t) - \min\ell}{\ell(0) - \min\ell}",
        enclose=fact(lambda f: f.decay_rate),
        enclosed_by=by,
    )
    squared = Quantity(r"\|\nabla_U \ell\|_F^2", exact=_squared_gradient)
    mild = (GAUSSIAN, _FLOW, "sigma^2 ||Gamma||_op < 2")
    sharp_u = state(
        "lem-A.5-sharp",
        "u stays away from zero, with sqrt(d) twice removed and a weaker condition",
        "beyond the paper; sharpens Lemma A.5",
        least_square,
        "s^2 align (2 - s^2 opG)/(2 tr(Lambda^4)^(1/2))",
        relation=">=",
        where=_ALIGNMENT,
        search=better,
        searched=18,
        shared_with="flows-mild",
        assumptions=mild,
        rests_on=("lem-A.3",),
    )
    sharp_gradient = state(
        "lem-5.4-gradient-sharp",
        "The gradient against the excess loss, with the best constant",
        "beyond the paper; sharpens the proof of Lemma 5.4",
        squared,
        "2 u^2 lowG lowL^2 gap",
        relation=">=",
        search=weight_instances(),
        searched=60,
        assumptions=("any U and u; gap = l(U, u) - min l; lowG, lowL the least eigenvalues of Gamma, Lambda",),
        rests_on=("lem-5.2-U", "cor-A.2-square"),
    )
    sharp_rate = state(
        "lem-5.4-PL-sharp",
        "The Polyak-Lojasiewicz inequality along the flow, with a better rate under a weaker condition",
        "beyond the paper; sharpens Lemma 5.4",
        PL,
        "s^2 align (2 - s^2 opG) lowG lowL^2/tr(Lambda^4)^(1/2)",
        relation=">=",
        where=_ALIGNMENT,
        search=better,
        searched=18,
        shared_with="flows-mild",
        assumptions=mild,
        rests_on=("lem-A.5-sharp", "lem-5.4-gradient-sharp"),
    )
    mu = (
        "s^2 align (2 - d^(1/2) s^2 opG)"
        "/(d^(1/2) opL^2 tr(((1 + 1/N) Lambda + tr(Lambda)/N I)^-1 Lambda^-1) tr(Lambda^-1))"
    )
    return [
        state(
            "lem-A.4",
            "u stays positive",
            PAPER + "Lemma A.4",
            least_u,
            "0",
            relation=">",
            search=paper,
            searched=18,
            shared_with="flows",
            assumptions=_START,
            rests_on=("lem-A.1",),
        ),
        sharp_u,
        state(
            "lem-A.5",
            "u stays away from zero",
            PAPER + "Lemma A.5",
            least_square,
            "s^2 align (2 - d^(1/2) s^2 opG)/(2 d^(1/2) opL^2)",
            relation=">=",
            where=_ALIGNMENT,
            search=paper,
            searched=18,
            shared_with="flows",
            assumptions=_START,
            rests_on=("lem-A.3", "lem-A.4"),
            sharper=sharp_u,
        ),
        sharp_gradient,
        state(
            "lem-5.4-gradient",
            "The gradient against the excess loss at every point",
            PAPER + "proof of Lemma 5.4",
            squared,
            "2 u^2 gap/(tr(Gamma^-1 Lambda^-1) tr(Lambda^-1))",
            relation=">=",
            where=GAMMA,
            search=weight_instances(),
            searched=60,
            assumptions=("any U and u; gap = l(U, u) - min l",),
            rests_on=("lem-5.2-U", "cor-A.2-square"),
            sharper=sharp_gradient,
        ),
        sharp_rate,
        state(
            "lem-5.4-PL",
            "The Polyak-Lojasiewicz inequality along the flow",
            PAPER + "Lemma 5.4",
            PL,
            mu,
            relation=">=",
            where=_ALIGNMENT,
            search=paper,
            searched=18,
            shared_with="flows",
            assumptions=_START,
            rests_on=("lem-A.5", "lem-5.4-gradient"),
            sharper=sharp_rate,
        ),
        state(
            "lem-5.4-decay",
            "The excess loss decays at the rate mu from the start",
            PAPER + "Lemma 5.4",
            decay,
            mu,
            relation=">=",
            where=_ALIGNMENT,
            search=paper,
            searched=18,
            shared_with="flows",
            assumptions=_START,
            rests_on=("lem-5.4-PL",),
            sharper=sharp_rate,
        ),
    ]


# --- technical lemmas ------------------------------------------------------------------------------------------------


@st.composite
def trace_instances(draw: st.DrawFn) -> Instance:
    """U = P [diag(a) 0] R' and V = Q [diag(b) 0] S', d x n with d <= n, with known singular values in falling order."""
    d = draw(dimensions(3))
    n = d + draw(naturals(2))
    wide = []
    singular = []
    for _ in range(2):
        spectrum = sorted((draw(positives()) if draw(st.booleans()) else Fraction(1) for _ in range(d)), reverse=True)
        left, right = np.array(draw(bases(d)), dtype=object), np.array(draw(bases(n)), dtype=object)
        wide.append((left * np.array(spectrum, dtype=object)) @ right[:, :d].T)
        singular.append(tuple(spectrum))
    values = {
        "U": tuples(wide[0]),
        "V": tuples(wide[1]),
        "a": singular[0],
        "b": singular[1],
        "opU": singular[0][0],
    }
    return Instance({"d": d, "n": n}, values)


def _inner_product(instance: Instance) -> Exact:
    U, V = instance.arrays["U"], instance.arrays["V"]
    return one_by_one(np.trace(U.T @ V)), {}


def _squared_inner_product(instance: Instance) -> Exact:
    value = _inner_product(instance)[0][0, 0]
    return one_by_one(max(value, Fraction(0)) ** 2), {}


@st.composite
def semidefinite_pairs(draw: st.DrawFn, commuting: bool) -> Instance:
    """A = FF' and B = GG' of any rank; with one eigenbasis if they are to commute; and a vector x."""
    d = draw(dimensions(3))
    if commuting:
        basis = np.array(draw(bases(d)), dtype=object)
        A, B = (
            (basis * np.array([Fraction(draw(naturals(4))) for _ in range(d)], dtype=object)) @ basis.T
            for _ in range(2)
        )
    else:
        F, G = (np.array(draw(matrices(d, draw(chosen((d, 1))))), dtype=object) for _ in range(2))
        A, B = F @ F.T, G @ G.T
    return Instance({"d": d}, {"A": tuples(A), "B": tuples(B), "x": draw(vectors(d))})


def _trace_of_product(instance: Instance) -> Exact:
    return one_by_one(np.trace(instance.arrays["A"] @ instance.arrays["B"])), {}


def _form_of_product(instance: Instance) -> Exact:
    column = instance.arrays["x"]
    return column.T @ instance.arrays["A"] @ instance.arrays["B"] @ column, {}


def trace_inequalities() -> list[Claim]:
    """Lemmas D.3 and D.4."""
    more = {"U": matrix("U", "d", "n"), "V": matrix("V", "d", "n"), "a": vector("a"), "b": vector("b")}
    singular = "U, V are d x n with d <= n; a, b their singular values in falling order, opU = a_1"
    inner = r"\operatorname{tr}(U^\top V)"
    semidefinite = "A, B positive semidefinite"
    return [
        state(
            "lem-D.3",
            "Von Neumann's trace inequality",
            PAPER + "Lemma D.3",
            Quantity(inner, exact=_inner_product),
            "a' b",
            relation="<=",
            search=trace_instances(),
            more=more,
            assumptions=(singular,),
        ),
        state(
            "lem-D.3-used",
            "Von Neumann's trace inequality as it is used, squared: tr(U'V) <= sqrt(d) ||U||_op ||V||_F",
            PAPER + "Lemma D.3",
            Quantity(r"\max(0, \operatorname{tr}(U^\top V))^2", exact=_squared_inner_product),
            "d opU^2 tr(V V')",
            relation="<=",
            search=trace_instances(),
            more=more,
            assumptions=(singular,),
            rests_on=("lem-D.3",),
        ),
        state(
            "lem-D.4-trace",
            "The trace of a product of positive semidefinite matrices",
            PAPER + "Lemma D.4",
            Quantity(r"\operatorname{tr}(AB)", exact=_trace_of_product),
            "0",
            relation=">=",
            search=semidefinite_pairs(False),
            assumptions=(semidefinite,),
        ),
        state(
            "lem-D.4-commuting",
            "The product of commuting positive semidefinite matrices is positive semidefinite",
            PAPER + "Lemma D.4",
            Quantity(r"x^\top A B x", exact=_form_of_product),
            "0",
            relation=">=",
            search=semidefinite_pairs(True),
            assumptions=(semidefinite, "AB = BA; then AB is symmetric"),
        ),
    ]


def bound_claims() -> tuple[Claim, ...]:
    """Return the paper's inequalities and their sharper forms, which rest on claims of the paper or on earlier ones."""
    return (*error_bounds(), *trace_inequalities(), *rate_bounds())
