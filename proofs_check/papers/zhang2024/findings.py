"""Printed statements that are wrong or imprecise, as claims under test.

Each is stated as the paper has it, over the instances that its assumptions allow. The run searches for a
counterexample, shrinks it and prints it; nothing is stored here. Beside each stands the claim that holds instead.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
from flint import fmpq, fmpq_mat
from hypothesis import assume
from hypothesis import strategies as st

from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Quantity
from proofs_check.judge.exact_moments import Layer
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse, one_by_one
from proofs_check.papers.zhang2024.flow_quantities import fact, flow_instances
from proofs_check.papers.zhang2024.vocabulary import GAMMA, GAUSSIAN, LETTERS, PAPER, state
from proofs_check.judge.statements import Language, Statement
from proofs_check.strategies import (
    bases,
    covariances,
    dimensions,
    initialisations,
    matrices,
    naturals,
    positives,
    rationals,
    vectors,
)
from theory.algebra.expression import matrix, scalar_letter, vector

Array = Any
Exact = tuple[Array, Mapping[str, Any]]


def _rational_matrix(array: Array) -> fmpq_mat:
    return fmpq_mat([[fmpq(int(x.numerator), int(x.denominator)) for x in row] for row in array.tolist()])


# --- F1: negative eigenvalues of H -----------------------------------------------------------------------------------


@st.composite
def generic_prompts(draw: st.DrawFn) -> Instance:
    """Prompts outside the null sets: covariates as independent as their number allows, and <w, x_q> not zero.

    A statement that holds almost surely is not refuted by a prompt of probability zero.
    """
    d, N = draw(dimensions(3)), draw(dimensions(3))
    X = draw(matrices(d, N))
    w, x_q = draw(vectors(d, nonzero=True)), draw(vectors(d, nonzero=True))
    assume(_rational_matrix(np.array(X, dtype=object)).rank() == min(d, N))
    assume(sum(a * b for a, b in zip(w, x_q, strict=True)) != 0)
    return Instance({"d": d, "N": N}, {"X": X, "w": w, "x_q": x_q})


def _negative_eigenvalues(instance: Instance) -> Exact:
    """The number of negative eigenvalues of H = (X_q (x) E E'/N)/2, and the rank of E.

    All roots of the characteristic polynomial p are real, so Descartes' rule is exact: the negative ones are as many
    as the sign changes of p(-t).
    """
    X, w, x_q = instance.arrays["X"], instance.arrays["w"], instance.arrays["x_q"]
    d, N = X.shape
    E = np.full((d + 1, N + 1), Fraction(0), dtype=object)
    E[:d, :N], E[d, :N], E[:d, N] = X, (w.T @ X)[0], x_q[:, 0]
    gram = E @ E.T / Fraction(N)
    border = np.full((d + 1, d + 1), Fraction(0), dtype=object)
    border[:d, d], border[d, :d] = x_q[:, 0], x_q[:, 0]
    H = np.kron(border, gram) / Fraction(2)
    coefficients = [c * (-1) ** k for k, c in enumerate(_rational_matrix(H).charpoly().coeffs())]
    signs = [c > 0 for c in coefficients if c != 0]
    changes = sum(a != b for a, b in pairwise(signs))
    return one_by_one(Fraction(changes)), {"rank": Fraction(int(_rational_matrix(E).rank()))}


# --- F2: queries orthogonal to the prompt ----------------------------------------------------------------------------


@st.composite
def orthogonal_queries(draw: st.DrawFn, isotropic: bool) -> Instance:
    """A prompt that does not span the space, and a query orthogonal to its covariates."""
    d = 2 + draw(naturals(1))
    M = 1 + draw(naturals(d - 2))
    if isotropic:
        scale = draw(positives())
        covariance: Any = tuples(scale * exact_identity(d))
    else:
        covariance = draw(covariances(d, 1)).matrix
    points = np.array(draw(matrices(M, d)), dtype=object)
    query = np.array(draw(vectors(d, nonzero=True)), dtype=object)
    gram = points @ points.T
    assume(_rational_matrix(gram).rank() == M)
    query = query - points.T @ (inverse(gram) @ (points @ query))
    assume(any(query))
    values = {"Lambda": covariance, "X": tuples(points.T), "y": draw(vectors(M)), "x_q": tuples(query)}
    return Instance({"d": d, "M": M, "N": 1 + draw(naturals(3))}, values)


def _prediction(instance: Instance) -> Exact:
    """x_q' Gamma^-1 (1/M) sum_i y_i x_i."""
    L, N, M = instance.arrays["Lambda"], instance.lengths["N"], instance.lengths["M"]
    G = L * (1 + Fraction(1, N)) + exact_identity(len(L)) * (sum(np.diag(L)) / N)
    total = instance.arrays["X"] @ instance.arrays["y"]
    return instance.arrays["x_q"].T @ inverse(G) @ total / Fraction(M), {}


# --- F4: the loss in all blocks --------------------------------------------------------------------------------------


@st.composite
def all_weights(draw: st.DrawFn) -> Instance:
    """Small prompts, a covariance, and weights in all four blocks."""
    d = draw(dimensions(2))
    values = {
        "Lambda": draw(covariances(d, 0)).matrix,
        "U11": draw(matrices(d, d)),
        "u21": draw(vectors(d)),
        "u12": draw(vectors(d)),
        "u": draw(rationals()),
    }
    return Instance({"d": d, "N": 1 + draw(naturals(1))}, values)


def _loss(instance: Instance) -> Exact:
    arrays = instance.arrays
    layer = Layer(arrays["Lambda"], instance.lengths["N"], task=exact_identity(len(arrays["Lambda"])))
    blocks = {
        "U11": arrays["U11"],
        "u21": arrays["u21"].reshape(-1),
        "u12": arrays["u12"].reshape(-1),
        "u": arrays["u"][0, 0],
    }
    return one_by_one(layer.loss(blocks)), {}


# --- F5: initialisations of any size ---------------------------------------------------------------------------------


@st.composite
def starts(draw: st.DrawFn) -> Instance:
    """Initialisations of Assumption 3.3 of any size, with ||Theta Theta'||_F rational."""
    d = draw(dimensions(2))
    covariance = draw(covariances(d, 1))
    theta = draw(initialisations(d))
    return Instance(
        {"d": d, "N": 1 + draw(naturals(3))}, {"Lambda": covariance.matrix, "Theta": theta, "s": draw(positives(1))}
    )


def _squared_start(instance: Instance) -> Exact:
    """l(U(0), u(0))/s^2 in balls, by Lemma A.1 at U = s Theta Theta'/||Theta Theta'||_F and u = s."""
    start = Statement.of(
        "s^2/2 tr(Gamma Lambda Theta Theta' Lambda Theta Theta')/tr(Theta Theta' Theta Theta')"
        " - tr(Lambda^2 Theta Theta')/tr(Theta Theta' Theta Theta')^(1/2)",
        GAMMA,
    )
    return start.ball_value(instance, Language(LETTERS)), {}


# --- F6: moments of the labels ---------------------------------------------------------------------------------------


@st.composite
def power_labels(draw: st.DrawFn, second_moment: bool) -> Instance:
    """Labels y = |x|^-p with the moments that Theorem 4.2 asks for: E y, E xy and E y^2 x x' finite.

    In dimension d, E |x|^-a is finite if and only if a < d; here a is p, p - 1 and 2p - 2.
    """
    d = draw(dimensions(3))
    p = draw(positives()) / 2
    assume(p < d and 2 * p - 2 < d)
    if second_moment:
        assume(2 * p < d)
    return Instance({"d": d}, {"h": p})


def _order_of_square(instance: Instance) -> Exact:
    """a in E y^2 = E |x|^-a; by the other moments E(<w, x> - y)^2 is finite exactly if this is."""
    return one_by_one(2 * instance.values["h"]), {}


# --- further: the product of semidefinite matrices -------------------------------------------------------------------


@st.composite
def products_with_positive_form(draw: st.DrawFn, symmetric: bool) -> Instance:
    """Positive semidefinite A and B with x'ABx >= 0 for all x; with AB symmetric too if so wanted."""
    d = draw(dimensions(2))
    if symmetric:
        basis = np.array(draw(bases(d)), dtype=object)
        A, B = (
            (basis * np.array([Fraction(draw(naturals(3))) for _ in range(d)], dtype=object)) @ basis.T
            for _ in range(2)
        )
    else:
        spectrum = draw(covariances(d, 0)).matrix
        F = np.array(draw(matrices(d, d)), dtype=object)
        A, B = np.array(spectrum, dtype=object), F @ F.T + Fraction(draw(naturals(4))) * exact_identity(d)
    form = A @ B + B @ A
    signs = [c * (-1) ** k for k, c in enumerate(_rational_matrix(form).charpoly().coeffs())]
    # A symmetric matrix is positive semidefinite exactly if p(-t) has no sign changes.
    assume(all(c >= 0 for c in signs) or all(c <= 0 for c in signs))
    return Instance({"d": d}, {"A": tuples(A), "B": tuples(B)})


def _commutator(instance: Instance) -> Exact:
    A, B = instance.arrays["A"], instance.arrays["B"]
    return A @ B - B @ A, {}


def finding_claims() -> tuple[Claim, ...]:
    """Return the printed statements under test, each after the claims that correct it."""
    prompts = {"X": matrix("X", "d", "N"), "rank": scalar_letter("rank", definite=True)}
    queries = {"X": matrix("X", "d", "M"), "y": vector("y", "M")}
    pair = {name: matrix(name, symmetric=True) for name in ("A", "B")}
    negative = Quantity(r"\#\{\text{negative eigenvalues of } H\}", exact=_negative_eigenvalues)
    almost_surely = "a prompt outside a null set: covariates in general position, <w, x_q> not 0"
    any_sigma = ("gradient flow from Assumption 3.3", "sigma^2 ||Gamma||_op sqrt(d) between 2 and 10^4")
    any_flow = flow_instances("none")
    flow = "flow enclosed in ball arithmetic"
    return (
        state(
            "F1-corrected",
            "H has as many negative eigenvalues as E has rank",
            "corrects " + PAPER + "section 5.1",
            negative,
            "rank",
            more=prompts,
            search=generic_prompts(),
            searched=30,
            assumptions=(almost_surely, "rank is that of E"),
        ),
        state(
            "F1",
            "H has at least d + 1 negative eigenvalues almost surely",
            PAPER + "section 5.1",
            negative,
            "d + 1",
            relation=">=",
            more=prompts,
            search=generic_prompts(),
            searched=30,
            assumptions=(almost_surely,),
            finding=True,
            corrected_by=("F1-corrected",),
        ),
        state(
            "F2-corrected",
            "A query orthogonal to the prompt's covariates is predicted 0 if Lambda is isotropic",
            "corrects " + PAPER + "section 4.2, query shifts",
            Quantity(r"\hat y", exact=_prediction),
            "0",
            more=queries,
            search=orthogonal_queries(True),
            searched=30,
            assumptions=("x_q orthogonal to x_1, ..., x_M", "Lambda = c I"),
            rests_on=("eq-4.3",),
        ),
        state(
            "F2",
            "A query orthogonal to the prompt's covariates is predicted 0",
            PAPER + "section 4.2, query shifts",
            Quantity(r"\hat y", exact=_prediction),
            "0",
            more=queries,
            search=orthogonal_queries(False),
            searched=30,
            assumptions=("x_q orthogonal to x_1, ..., x_M",),
            rests_on=("eq-4.3",),
            finding=True,
            corrected_by=("F2-corrected",),
        ),
        state(
            "F4",
            "l is the population loss up to a constant in the weights: so minimality is shown on the subspace only",
            PAPER + "section 5.2 and appendix A.3, behind Theorem 4.1",
            Quantity("L(U_{11}, u_{21}, u_{12}, u)", exact=_loss),
            "1/2 tr(Lambda) + 1/2 u^2 tr(Gamma Lambda U11 Lambda U11') - u tr(Lambda^2 U11')",
            where=GAMMA,
            search=all_weights(),
            searched=30,
            assumptions=(GAUSSIAN,),
            finding=True,
            corrected_by=("lem-A.1", "thm-4.1-global"),
        ),
        state(
            "B1-positive",
            "u stays positive, whatever sigma",
            "statement B1; corrects " + PAPER + "Corollary 4.3",
            Quantity(r"\inf_t u(t)", enclose=fact(lambda f: f.least_u), enclosed_by=flow),
            "0",
            relation=">",
            search=any_flow,
            searched=12,
            shared_with="flows-large",
            assumptions=any_sigma,
            rests_on=("lem-5.2-U", "lem-5.2-u"),
        ),
        state(
            "B1-limit",
            "The flow reaches the limit, whatever sigma: the relative distance of uU from Gamma^-1",
            "statement B1; corrects " + PAPER + "Corollary 4.3",
            Quantity(r"\|uU - \Gamma^{-1}\|_F/\|\Gamma^{-1}\|_F", enclose=fact(lambda f: f.distance), enclosed_by=flow),
            "1/100",
            relation="<=",
            search=any_flow,
            searched=12,
            shared_with="flows-large",
            assumptions=(*any_sigma, "at the time at which the integrated flow was that near"),
            rests_on=("B1-positive",),
            cited=("a bounded analytic gradient flow converges to a critical point (Lojasiewicz)",),
        ),
        state(
            "F5",
            "The proof of Corollary 4.3 applies to all of Assumption 3.3: the loss starts below that of u = 0",
            PAPER + "Corollary 4.3, through Lemma A.4",
            Quantity(r"\ell(U(0), u(0))/\sigma^2", enclose=_squared_start, enclosed_by="balls"),
            "0",
            relation="<",
            search=starts(),
            searched=30,
            assumptions=("Assumption 3.3; sigma = s; no condition on sigma",),
            finding=True,
            corrected_by=("B1-positive", "B1-limit"),
        ),
        state(
            "F6-corrected",
            "With E y^2 finite in addition the error of linear predictors is finite",
            "corrects " + PAPER + "Theorem 4.2",
            Quantity(r"a : \mathbb{E} y^2 = \mathbb{E} |x|^{-a}", exact=_order_of_square),
            "d",
            relation="<",
            search=power_labels(True),
            searched=30,
            assumptions=("y = |x|^-h with E y, E xy, E y^2 x x' and E y^2 finite; E |x|^-a is finite if a < d",),
        ),
        state(
            "F6",
            "The moments that Theorem 4.2 asks for make the error of linear predictors finite",
            PAPER + "Theorem 4.2 and appendix B",
            Quantity(r"a : \mathbb{E} y^2 = \mathbb{E} |x|^{-a}", exact=_order_of_square),
            "d",
            relation="<",
            search=power_labels(False),
            searched=30,
            assumptions=("y = |x|^-h with E y, E xy and E y^2 x x' finite; E |x|^-a is finite only if a < d",),
            finding=True,
            corrected_by=("F6-corrected", "thm-4.2"),
        ),
        state(
            "lem-D.4-symmetric",
            "If A, B and the symmetric matrix AB are positive semidefinite, A and B commute",
            PAPER + "Lemma D.4",
            Quantity("AB - BA", exact=_commutator),
            "0 A",
            more=pair,
            search=products_with_positive_form(True),
            searched=30,
            assumptions=("A, B positive semidefinite", "AB symmetric and positive semidefinite"),
        ),
        state(
            "F7",
            "If A and B are positive semidefinite and x'ABx >= 0 for all x, A and B commute",
            PAPER + "Lemma D.4, where AB >= 0 is read as a quadratic form",
            Quantity("AB - BA", exact=_commutator),
            "0 A",
            more=pair,
            search=products_with_positive_form(False),
            searched=100,
            assumptions=("A, B positive semidefinite", "x'ABx >= 0 for all x; AB need not be symmetric"),
            finding=True,
            corrected_by=("lem-D.4-symmetric",),
        ),
    )
