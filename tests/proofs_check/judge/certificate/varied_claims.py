"""Claims of every kind of evidence and status, cheap to check: what forgeries are tried on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from flint import arb, fmpq

from numerics.sequential import Moments
from proofs_check import Claim, Finding, Instance, Language, Plan, Quantity, Source, Statement
from proofs_check.judge.meaning import one_by_one
from proofs_check.papers import catalogue
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, matrix, scalar_letter, vector

A, B = matrix("A"), matrix("B")
LAMBDA = matrix("Lambda", definite=True)
x, a, b = vector("x"), scalar_letter("a", definite=True), scalar_letter("b", definite=True)
LANGUAGE = Language({"A": A, "B": B, "Lambda": LAMBDA, "x": x, "a": a, "b": b}, {"x": Gaussian(LAMBDA)})
PAPER = ("prediction", "lem-D.2", "trace-product", "F1-corrected", "F1", "B9")


def own(name: str, left: Quantity | str, right: str, letters: str, relation: str = "=", **others: Any) -> Claim:
    """A claim in the letters above; a text on the left is read as a formula."""
    quantity = Quantity.formula(left) if isinstance(left, str) else left
    statement = Statement.of(right, others.pop("where", None), relation)  # type: ignore[arg-type]
    plan = others.pop("plan", Plan(tuple(letters.split())))
    others.setdefault("source", Source("own", "", name))
    return Claim(name, f"The claim {name}", left=quantity, statement=statement, language=LANGUAGE, plan=plan, **others)


def _exactly(value: Callable[[Mapping[str, Any]], Any]) -> Callable[[Instance], tuple[Any, Mapping[str, Any]]]:
    return lambda instance: (value(instance.arrays), {})


def _trace_of_product(values: Mapping[str, Any]) -> Any:
    return one_by_one(np.trace(values["A"] @ values["B"]))


def _quadratic_mean() -> tuple[Expression, tuple[Any, ...]]:
    return expectation(x.T @ A @ x, {x: Gaussian(LAMBDA)}), ()


def _sampled(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
    """x' A x for x ~ N(0, Lambda), with its variance tr((A + A') Lambda A Lambda)."""
    matrices = instance.floats
    covariance, middle = matrices["Lambda"], matrices["A"]
    draws = np.random.default_rng(seed).multivariate_normal(np.zeros(len(covariance)), covariance, prompts)
    variance = float(np.trace((middle + middle.T) @ covariance @ middle @ covariance))
    return Moments.of(np.einsum("pi,ij,pj->p", draws, middle, draws)), variance


def _engine_at(instance: Instance) -> tuple[Any, Mapping[str, Any]]:
    expectation(x.T @ A @ x, {x: Gaussian(LAMBDA)})
    return one_by_one(np.trace(instance.arrays["A"] @ instance.arrays["Lambda"])), {}


def _root_of_product(instance: Instance) -> tuple[Any, Mapping[str, Any]]:
    product = instance.values["a"] * instance.values["b"]
    return one_by_one(arb(fmpq(product.numerator, product.denominator)).sqrt()), {}


def _with_ball(instance: Instance) -> tuple[Any, Mapping[str, Any]]:
    """The root of a, with the same as the value of b."""
    value = instance.values["a"]
    root = arb(fmpq(value.numerator, value.denominator)).sqrt()
    return one_by_one(root), {"b": root}


def _half_power(instance: Instance) -> tuple[Any, float]:
    return np.array(instance.floats["a"] ** 0.5), 1e-12


_PRODUCT = _exactly(_trace_of_product)
_NARROW = Plan(("A", "B"), largest={"d": 1, "N": 2, "M": 2})
MISPRINT = Finding("misprint", "tr(AB) = 2 tr(BA)", "The factor is 1.")


def varied_claims() -> tuple[Claim, ...]:
    """Of every kind: proved, conditional, tested, supported, undecided, refuted; findings; of the paper and own."""
    paper = {claim.id: claim for claim in catalogue()}
    mean = Quantity(r"\mathbb E x^\top A x", derive=_quadratic_mean, sample=_sampled)
    return (
        own("cyclic", "tr(A B)", "tr(B A)", "A B", assumptions=("A and B are square",)),
        own("mean", "E[x' A x]", "tr(G)", "A Lambda", where={"G": "A Lambda"}, rests_on=("cyclic",)),
        own("cited", "tr(A B Lambda)", "tr(B Lambda A)", "A B Lambda", cited=("traces are cyclic",)),
        own("on-cited", "tr(A' B)", "tr(B' A)", "A B", rests_on=("cited", "cyclic")),
        own("schwarz", "tr(A)^2", "d tr(A A')", "A", "<=", tight=True, rests_on=("cyclic",)),
        own("sampled", mean, "tr(A Lambda)/2 + tr(Lambda A)/2", "A Lambda"),
        own("root", Quantity("ab", exact=_root_of_square), "(a^2 b^2)^(1/2)", "a b"),
        own("enclosed", Quantity("s", enclose=_root_of_product, enclosed_by="balls"), "a/2 + b/2", "a b", "<="),
        own("F-balls", Quantity("s", enclose=_with_ball, enclosed_by="balls"), "2 b", "a", finding=MISPRINT),
        own("half", Quantity("h", compute=_half_power, computed_by="floats"), "a^(1/2)", "a"),
        own("wrong", "tr(A B)", "tr(A) tr(B)", "A B"),
        own("on-sand", "tr(B A)", "tr(A B)", "A B", rests_on=("wrong",)),
        own("misprint", "tr(A B)", "2 tr(B A)", "A B", finding=MISPRINT, corrected_by=("cyclic",)),
        own("narrow", Quantity("n", exact=_PRODUCT), "tr(A) tr(B)", "A B", plan=_NARROW),
        own("engine", Quantity("m", exact=_engine_at), "tr(A Lambda)", "A Lambda"),
        own("typed", Quantity("t", derive=lambda: ((A @ B).trace(), ()), exact=_PRODUCT), "tr(B A)", "A B"),
        *(paper[name] for name in PAPER),
    )


def _root_of_square(instance: Instance) -> tuple[Any, Mapping[str, Any]]:
    value: Fraction = instance.values["a"] * instance.values["b"]
    return one_by_one(value), {}
