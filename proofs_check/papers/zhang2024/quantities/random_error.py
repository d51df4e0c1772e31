"""The error of the random-covariance limit: for any matrix A, for i.i.d. diagonal entries, and for Exp(1)."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from itertools import combinations, product
from math import prod
from typing import Any

import numpy as np

from proofs_check.judge.exact_moments import Coordinates, rational
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import exact_identity, inverse, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.language import TWO_ATOMS
from proofs_check.papers.zhang2024.quantities.brute_force import Array, Derived, Exact
from proofs_check.papers.zhang2024.quantities.random_covariance import (
    P,
    Q,
    atoms_of,
    averaged,
    exact_over_atoms,
    least_averaged_loss,
)
from proofs_check.papers.zhang2024.quantities.shift import mean_over_context
from theory.algebra.definitions import Definition
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, letter
from theory.algebra.expression import number as constant
from theory.zhang2024.distribution_shift import CONTEXT, QUERY, distribution_shift, shifted_predictor
from theory.zhang2024.model import LAMBDA, NOISE_VARIANCE, eps, x
from theory.zhang2024.random_covariance import random_covariance_theory
from theory.zhang2024.random_query import alignment


def predicted(
    context: Array, length: int, weights: Array, noise: Fraction = Fraction(0)
) -> tuple[Coordinates, Any, Any]:
    """The predictor x_q' A (1/M) sum_i y_i x_i and <w, x_q> as polynomials in coordinates, and their space.

    Args:
        context: covariance of the x_i and of x_q.
        length: M.
        weights: A.
        noise: variance of the labels' noise.
    """
    d = len(context)
    draws: dict[tuple[str, int], Any] = {("x", i): context for i in range(length)}
    draws |= {("q", 0): context, ("w", 0): exact_identity(d)}
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
        space, prediction, target = predicted(covariance, M, weights, noise)
        result += probability * space.mean_of_product(prediction - target, prediction - target)
    return result


def independent_atoms(values: Sequence[tuple[Fraction, Fraction]], d: int) -> list[tuple[Fraction, Array]]:
    """(probability, diag) for i.i.d. entries with finitely many (probability, value)."""
    return [
        (
            prod((chance for chance, _ in chosen), start=Fraction(1)),
            np.diag([value for _, value in chosen]) + Fraction(0),
        )
        for chosen in product(values, repeat=d)
    ]


def _two_values(instance: Instance) -> list[tuple[Fraction, Fraction]]:
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


def error_over_atoms() -> Quantity:
    """E(y_hat - <w, x_q>)^2 on a new prompt with a random covariance, for any matrix A."""

    def derive() -> Derived:
        error = distribution_shift(random_task=True).expression
        return averaged(error.substitute({letter(CONTEXT): LAMBDA, letter(QUERY): LAMBDA})), ()

    def exact(instance: Instance) -> Array:
        noise, M = instance.arrays["s2"][0, 0], instance.lengths["M"]
        return [[prediction_error_by_enumeration(atoms_of(instance), instance.arrays["A"], M, noise)]]

    return Quantity(r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2", derive=derive, exact=exact_over_atoms(exact))


def iid_error() -> Quantity:
    """E(y_hat - <w, x_q>)^2 of the limit for i.i.d. entries, training and test prompts of lengths N and M."""

    def derive() -> Derived:
        formula = random_covariance_theory()["error"]
        return _in_moment_letters(formula.expression), tuple(_renamed(d) for d in formula.definitions)

    def exact(instance: Instance) -> Exact:
        values = _two_values(instance)
        atoms = independent_atoms(values, instance.lengths["d"])
        best, _ = least_averaged_loss(atoms, instance.lengths["N"])
        error = prediction_error_by_enumeration(atoms, best, instance.lengths["M"])
        return one_by_one(error), _moments(values)

    return Quantity(r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2", derive=derive, exact=exact)


def iid_error_limit() -> Quantity:
    """The limit of that error for N, M -> infinity: E(x_q'(A Lambda - I) w)^2 with A minimising it among diagonals."""

    def exact(instance: Instance) -> Exact:
        values = _two_values(instance)
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
        return one_by_one(result), moments

    return Quantity(
        r"\lim_{N, M \to \infty} \mathbb{E}(\hat y - \langle w, x_q\rangle)^2",
        derive=lambda: (_in_moment_letters(random_covariance_theory()["error limit"].expression), ()),
        exact=exact,
    )


def _in_moment_letters(expression: Expression) -> Expression:
    """The theory's m1, m2, m3 under the names of this module, where m1 and m2 are entries."""
    held = {symbol.name: symbol for symbol in expression.symbols}
    return expression.substitute({held[f"m{k}"]: TWO_ATOMS[f"mu{k}"] for k in (1, 2, 3) if f"m{k}" in held})


def _renamed(definition: Definition) -> Definition:
    return Definition(definition.symbol, _in_moment_letters(definition.expression))


def exponential_minimiser() -> Quantity:
    """The diagonal entries of A for i.i.d. Exp(1) entries."""

    def derive() -> Derived:
        formula = random_covariance_theory()["gamma"]
        values = {f"m{k}": constant(m) for k, m in ((1, 1), (2, 2), (3, 6))}
        gamma = formula.expression.substitute({s: values[s.name] for s in formula.expression.symbols})
        return 2 * gamma.reciprocal(), ()

    def exact(instance: Instance) -> Exact:
        best = _exponential_best(instance.lengths["d"], instance.lengths["N"])
        return one_by_one(best), {}

    return Quantity("A_{ii}", derive=derive, exact=exact)


@cache
def _exponential_best(d: int, N: int) -> Fraction:
    atoms = independent_atoms(exponential_cubature(), d)
    return Fraction(least_averaged_loss(atoms, N)[0][0, 0])


def mean_prediction_over_atoms() -> Quantity:
    """E[y_hat | x_q, w] over the context and its covariance, at a query that tells nothing of that covariance."""

    def derive() -> Derived:
        mean = expectation(shifted_predictor(), {x: Gaussian(LAMBDA), eps: Gaussian(NOISE_VARIANCE)})
        return averaged(mean), ()

    def exact(instance: Instance) -> Array:
        weights = instance.arrays["A"]
        parts = [chance * mean_over_context(instance, L, weights) for chance, L in atoms_of(instance)]
        return parts[0] + parts[1]

    return Quantity(r"\mathbb{E}[\hat y \mid x_q, w]", derive=derive, exact=exact_over_atoms(exact))


def mean_alignment() -> Quantity:
    """E[y_hat <w, x_q>] over the atoms, the query from the law of its own prompt."""

    def derive() -> Derived:
        return averaged(alignment().substitute({letter(CONTEXT): LAMBDA, letter(QUERY): LAMBDA})), ()

    def exact(instance: Instance) -> Array:
        result = Fraction(0)
        for chance, context in atoms_of(instance):
            space, prediction, target = predicted(context, instance.lengths["M"], instance.arrays["A"])
            result += chance * space.mean_of_product(prediction, target)
        return [[result]]

    return Quantity(r"\mathbb{E}[\hat y \langle w, x_q\rangle]", derive=derive, exact=exact_over_atoms(exact))
