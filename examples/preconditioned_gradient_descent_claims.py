"""A theory outside the paper: one step of preconditioned gradient descent in context.

Ahn, Cheng, Daneshmand and Sra (2023), Theorem 1, states that the best one-layer linear attention is one step of
preconditioned gradient descent: y_hat = x_q' A (1/N) sum_i x_i y_i on tasks w ~ N(0, I), with a preconditioner that has
the eigenvectors of Lambda and, for its eigenvalues lambda_i, the values 1 / ((1 + 1/N) lambda_i + tr(Lambda)/N).

Run it:  icl-theory verify --module examples/preconditioned_gradient_descent_claims.py
or collect it with pytest: the plugin comes with the package.
"""

from fractions import Fraction
from typing import Any

import numpy as np

from proofs_check import Claim, Language, Plan, Quantity, Statement, claim
from proofs_check.judge.exact_moments import Coordinates, rational
from proofs_check.judge.instances import Instance
from theory.algebra.calculus import gradient
from theory.algebra.definitions import define
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, indexed, length, matrix, scalar_letter, sum_over, vector

SOURCE = "Ahn, Cheng, Daneshmand and Sra (2023), Theorem 1"
A = matrix("A")
Lambda = matrix("Lambda", definite=True)
kappa = scalar_letter("kappa", definite=True)
x, x_q, w = vector("x"), vector("x_q"), vector("w")
LANGUAGE = Language({"A": A, "Lambda": Lambda, "kappa": kappa})
GAMMA = {"Gamma": "(1 + 1/N) Lambda + tr(Lambda)/N I"}


def loss(elliptical: bool = False) -> Expression:
    """E (x_q' A (1/N) sum_i x_i x_i' w - w'x_q)^2."""
    xi = indexed(x, "i")
    gap = x_q.T @ A @ sum_over("i", "N", xi @ xi.T) @ w / length("N") - w.T @ x_q
    covariates = Gaussian(Lambda, radial_moment=(lambda k: kappa) if elliptical else None)
    return expectation(gap * gap, {x: covariates, x_q: Gaussian(Lambda), w: Gaussian(identity("d"))})


def coordinates(instance: Instance) -> tuple[Coordinates, Any, Any, Any]:
    """The moments, the query, (1/N) sum_i x_i x_i' w, and the gap of `loss`, in coordinates, without the engine."""
    covariance, N = instance.arrays["Lambda"], instance.lengths["N"]
    d = len(covariance)
    unit = [[Fraction(int(i == j)) for j in range(d)] for i in range(d)]
    space = Coordinates({("w", 0): unit, ("q", 0): covariance, **{("x", i): covariance for i in range(N)}})
    task, query = space.vectors["w", 0], space.vectors["q", 0]
    step = sum(
        (space.vectors["x", i] * (space.vectors["x", i].T @ task)[0, 0] for i in range(1, N)),
        space.vectors["x", 0] * (space.vectors["x", 0].T @ task)[0, 0],
    ) * rational(Fraction(1, N))
    gap = (query.T @ space.constant(instance.arrays["A"]) @ step)[0, 0] - (task.T @ query)[0, 0]
    return space, query, step, gap


def exact_loss(instance: Instance) -> tuple[object, dict[str, object]]:
    """The loss: the mean of the squared gap."""
    space, _, _, gap = coordinates(instance)
    return np.array([[space.mean_of_product(gap, gap)]], dtype=object), {}


def exact_gradient(instance: Instance) -> tuple[object, dict[str, object]]:
    """The gradient: the gap is linear in A, so that its entries are the means of 2 gap x_q[i] step[j]."""
    space, query, step, gap = coordinates(instance)
    d = len(instance.arrays["Lambda"])
    entries = [[2 * space.mean_of_product(gap, query[i, 0] * step[j, 0]) for j in range(d)] for i in range(d)]
    return np.array(entries, dtype=object), {}


def exact_elliptical_gradient(instance: Instance) -> tuple[object, dict[str, object]]:
    """2 Lambda (A E[S^2] - E[S]), S = (1/N) sum_i x_i x_i'; the fourth moments are kappa times the Gaussian ones."""
    covariance, A_, N = instance.arrays["Lambda"], instance.arrays["A"], instance.lengths["N"]
    space = Coordinates({("x", 0): covariance})
    column = space.vectors["x", 0]
    fourth = np.array(space.means(column @ (column.T @ column) @ column.T), dtype=object)
    second = Fraction(1, N) * instance.values["kappa"] * fourth + Fraction(N - 1, N) * (covariance @ covariance)
    return 2 * covariance @ (A_ @ second - covariance), {}


@claim
def loss_of_one_step() -> Claim:
    """The loss for any preconditioner, as a square plus its floor."""
    return Claim(
        "one-step-loss",
        "The loss of one preconditioned step",
        SOURCE,
        Quantity("L(A)", derive=lambda: (loss(), ()), exact=exact_loss),
        Statement.of(
            "tr((A - Gamma^-1)' Lambda (A - Gamma^-1) Lambda Gamma) + tr(Lambda) - tr(Lambda^2 Gamma^-1)", GAMMA
        ),
        LANGUAGE,
        Plan(("A", "Lambda"), {"d": 2, "N": 3}),
        assumptions=(r"$x_i, x_q \sim N(0, \Lambda)$, $w \sim N(0, I)$",),
    )


@claim
def best_preconditioner() -> Claim:
    """The gradient of the loss; Lambda and Gamma are invertible, so that it vanishes at A = Gamma^-1 alone."""
    return Claim(
        "one-step-gradient",
        r"The gradient of the loss, a factor of which is $A - \Gamma^{-1}$",
        SOURCE,
        Quantity(r"\nabla L(A)", derive=lambda: (gradient(loss(), A), ()), exact=exact_gradient),
        Statement.of("2 Lambda (A - Gamma^-1) Lambda Gamma", GAMMA),
        LANGUAGE,
        Plan(("A", "Lambda"), {"d": 2, "N": 3}),
        assumptions=(r"$x_i, x_q \sim N(0, \Lambda)$, $w \sim N(0, I)$",),
        rests_on=("one-step-loss",),
    )


@claim
def elliptical_preconditioner() -> Claim:
    """The same for elliptical covariates with E[x x'Ax x'] = kappa (2 Lambda A Lambda + tr(A Lambda) Lambda)."""
    Gamma = define(
        "Gamma", (1 + (2 * kappa - 1) / length("N")) * Lambda + kappa * Lambda.trace() / length("N") * identity("d")
    )
    return Claim(
        "one-step-elliptical",
        "The gradient of the loss for elliptical covariates",
        "own",
        Quantity(
            r"\nabla L(A)",
            derive=lambda: (gradient(loss(elliptical=True), A), (Gamma,)),
            exact=exact_elliptical_gradient,
        ),
        Statement.of(
            "2 Lambda (A - Gamma^-1) Lambda Gamma",
            {"Gamma": "(N - 1 + 2 kappa)/N Lambda + kappa tr(Lambda)/N I"},
        ),
        LANGUAGE,
        Plan(("A", "Lambda", "kappa"), {"d": 3, "N": 4}),
        assumptions=(
            r"$\mathbb{E}[x_i x_i^\top] = \Lambda$",
            r"$\mathbb{E}[x_i x_i^\top A x_i x_i^\top]"
            r" = \kappa (2 \Lambda A \Lambda + \operatorname{tr}(A \Lambda) \Lambda)$",
            r"$w \sim N(0, I)$",
        ),
        rests_on=("one-step-loss",),
    )
