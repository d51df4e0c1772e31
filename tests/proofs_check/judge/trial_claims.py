"""Claims that a tired or a careless author could write: wrong, circular, vacuous; and true ones that look alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
from flint import arb
from hypothesis.strategies import just

from proofs_check import Claim, Language, Plan, Quantity, Statement, claims_of, strategies
from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse, one_by_one
from theory import LinearAttention, Model, Prompt, models, population_loss
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import identity, length, matrix, number, scalar_letter, vector
from theory.zhang2024.model import BLOCKS

A, B, C, P = matrix("A"), matrix("B"), matrix("C"), matrix("P", definite=True)
LAMBDA, PSI = matrix("Lambda", definite=True), matrix("Psi", definite=True)
x, y, v, w = vector("x"), vector("y"), vector("v"), vector("w")
LETTERS: Mapping[str, Any] = {
    "A": A,
    "B": B,
    "C": C,
    "P": P,
    "Lambda": LAMBDA,
    "Psi": PSI,
    "F": matrix("F"),
    "K": matrix("K", invertible=True),
    "x": x,
    "v": v,
    "w": w,
    **{name: scalar_letter(name, definite=True) for name in ("a", "b", "c")},
    "r": scalar_letter("r"),
    **BLOCKS,
}


def claim(
    left: Quantity | str,
    right: str,
    letters: Sequence[str],
    relation: str = "=",
    where: Mapping[str, str] | None = None,
    law: Mapping[str, Any] | None = None,
    plan: Plan | None = None,
    name: str = "trial",
    **others: Any,
) -> Claim:
    """A trial claim; a text on the left is read as a formula."""
    quantity = Quantity.formula(left) if isinstance(left, str) else left
    statement = Statement.of(right, where, relation)  # type: ignore[arg-type]
    held = {key: value for key, value in LETTERS.items() if key not in (where or {})}
    language = Language(held, law or {}, others.pop("upto", {}), others.pop("stacked", {}))
    return Claim(name, "a trial", "", quantity, statement, language, plan or Plan(tuple(letters)), **others)


def exactly(value: Callable[[Instance], Any]) -> Callable[[Instance], tuple[Any, Mapping[str, Any]]]:
    """Exact evidence from a function of the instance."""
    return lambda instance: (np.asarray(value(instance), dtype=object), {})


def second_moment(instance: Instance) -> Any:
    """E x'Ax in coordinates."""
    space = Coordinates({("x", 0): instance.arrays["Lambda"]})
    at = space.vectors["x", 0]
    return [[space.mean((at.T @ space.constant(instance.arrays["A"]) @ at)[0, 0])]]


def derived_second_moment() -> Any:
    """E x'Ax by the engine."""
    return expectation(x.T @ A @ x, {x: Gaussian(LAMBDA)}), ()


def _characteristic(degree: int) -> Callable[[Instance], Any]:
    """The characteristic polynomial of that degree at A itself, by Faddeev and LeVerrier: 0 up to that size."""

    def value(instance: Instance) -> Any:
        at, unit = instance.arrays["A"], exact_identity(instance.lengths["d"])
        result = unit
        for k in range(1, degree + 1):
            result = at @ result - np.trace(at @ result) / k * unit
        return result

    return value


def _alternating(names: str) -> Callable[[Instance], Any]:
    """The sum of the products of matrices in every order with its sign: 0 for 2d of them (Amitsur and Levitzki)."""

    def value(instance: Instance) -> Any:
        def over(rest: str) -> Any:
            if len(rest) == 1:
                return instance.arrays[rest]
            parts = [instance.arrays[name] @ over(rest.replace(name, "")) for name in rest]
            return sum((part if k % 2 == 0 else -part for k, part in enumerate(parts[1:], 1)), parts[0])

        return over(names)

    return value


def _first_lengths(count: int) -> Callable[[Instance], Any]:
    """N, and a product that is 0 at N = 1, ..., count."""
    return lambda at: [[Fraction(at.lengths["N"] + prod(at.lengths["N"] - k for k in range(1, count + 1)))]]


def _of_the_right_side(instance: Instance) -> Any:
    return Statement.of("tr(A) tr(B)").value(instance, Language(LETTERS))


def _supplied(instance: Instance) -> tuple[Any, Mapping[str, Any]]:
    value = np.trace(instance.arrays["A"] @ instance.arrays["A"])
    return one_by_one(value), {"c": value}


def _replaced(instance: Instance) -> tuple[Any, Mapping[str, Any]]:
    value = np.trace(instance.arrays["A"] @ instance.arrays["B"])
    d = instance.lengths["d"]
    return one_by_one(value), {"B": tuples(exact_identity(d) * value / d)}


ONE_EXAMPLE = Plan((), search=just(Instance({"d": 1}, {"a": Fraction(1)})))
MODEL = claims_of(Model(Prompt(x=models.Gaussian("Lambda"), w=models.Gaussian("I")), LinearAttention(), "reduced"))
GAMMA = {"G": "(1 + 1/N) Lambda + tr(Lambda)/N I"}


def _excess(factor: str) -> Claim:
    """That factor G^-1 is a global minimiser."""
    weights = {"U": f"{factor} G^-1", "u": "1"}
    return MODEL.excess("trial", "a trial", "", "0", relation=">=", weights=weights, where=GAMMA)


def _cayley_hamilton(instance: Instance) -> Any:
    at = instance.arrays["A"]
    return at @ at @ at


CAYLEY_HAMILTON = "tr(A) A^2 - 1/2 (tr(A)^2 - tr(A^2)) A + 1/6 (tr(A)^3 - 3 tr(A) tr(A^2) + 2 tr(A^3)) I"
MILD = strategies.covariances(2, 1).map(
    lambda found: Instance({"d": 2}, {"P": found.matrix, "a": found.largest, "b": found.smallest})
)
GAMMA_LOSS = str(population_loss().expression)


def _nothing(_: Instance) -> Any:
    return one_by_one(Fraction(0))


def _wide(_: Instance) -> tuple[Any, Mapping[str, Any]]:
    return one_by_one(arb(0).union(arb(1000))), {}


def _not_finite(_: Instance) -> tuple[Any, Mapping[str, Any]]:
    return one_by_one(arb("nan")), {}


# name: a claim that must come out refuted or undecided.
WRONG: Mapping[str, Callable[[], Claim]] = {
    # sizes
    "Cayley-Hamilton for d <= 3, as a formula": lambda: claim("A^3", CAYLEY_HAMILTON, ["A"]),
    "Cayley-Hamilton for d <= 3, in arrays": lambda: claim(
        Quantity("A^3", exact=exactly(_cayley_hamilton)), CAYLEY_HAMILTON, ["A"]
    ),
    "Cayley-Hamilton for d <= 2": lambda: claim("A^2", "tr(A) A - 1/2 (tr(A)^2 - tr(A^2)) I", ["A"]),
    "N^3 = 6N^2 - 11N + 6": lambda: claim("N^3", "6 N^2 - 11 N + 6", []),
    "N^3 = 6N^2 - 11N + 6, in arrays": lambda: claim(
        Quantity("N^3", exact=exactly(lambda at: [[Fraction(at.lengths["N"] ** 3)]])), "6 N^2 - 11 N + 6", []
    ),
    "N up to N = 5, by code": lambda: claim(Quantity("", exact=exactly(_first_lengths(5))), "N", []),
    "Cayley-Hamilton for d <= 4, by code beside 0": lambda: claim(
        Quantity("", exact=exactly(_characteristic(4))), "0 A", ["A"]
    ),
    "Cayley-Hamilton for d <= 7, by code beside 0": lambda: claim(
        Quantity("", exact=exactly(_characteristic(7))), "0 A", ["A"]
    ),
    "Amitsur-Levitzki for d <= 3": lambda: claim(
        Quantity("", exact=exactly(_alternating("ABCKPF"))), "0 A", ["A", "B", "C", "K", "P", "F"]
    ),
    "d^2 = 3d - 2": lambda: claim("d^2 tr(A)", "(3 d - 2) tr(A)", ["A"]),
    "tr(AB) = tr(A) tr(B) at d = 1 alone": lambda: claim(
        "tr(A B)", "tr(A) tr(B)", ["A", "B"], plan=Plan(("A", "B"), {"d": 1})
    ),
    "tr(AB) = tr(A) tr(B) in arrays at d = 1 alone": lambda: claim(
        Quantity("", exact=exactly(lambda at: [[np.trace(at.arrays["A"] @ at.arrays["B"])]])),
        "tr(A) tr(B)",
        ["A", "B"],
        plan=Plan(("A", "B"), {"d": 1}),
    ),
    "tr(AB) = tr(A) tr(B)": lambda: claim("tr(A B)", "tr(A) tr(B)", ["A", "B"]),
    "one N only": lambda: claim(
        Quantity("", exact=exactly(lambda at: [[Fraction(at.lengths["N"])]])), "2", [], plan=Plan((), {"N": 1})
    ),
    # inequalities, true in the middle of the range
    "tr(P)^2 <= 7 tr(P^2)": lambda: claim("tr(P)^2", "7 tr(P^2)", ["P"], "<="),
    "tr(P)^2 <= 2 tr(P^2)": lambda: claim("tr(P)^2", "2 tr(P^2)", ["P"], "<="),
    "tr(P)^2 <= 20 tr(P^2)": lambda: claim("tr(P)^2", "20 tr(P^2)", ["P"], "<="),
    "tr(A)^2 <= 2 tr(A A')": lambda: claim("tr(A A')", "tr(A)^2/2", ["A"], ">="),
    "tr(A^2) >= 0": lambda: claim("tr(A^2)", "0", ["A"], ">="),
    "von Neumann, 0.1% too strong": lambda: claim("tr(P Lambda)", "999/1000 tr(P) tr(Lambda)", ["P", "Lambda"], "<="),
    "the arithmetic and the harmonic mean, 0.1%": lambda: claim("tr(P) tr(P^-1)", "1001/1000 d^2", ["P"], ">="),
    "Motzkin, 0.1% too strong": lambda: claim(
        "a^4 b^2 + a^2 b^4 + c^6", "3003/1000 a^2 b^2 c^2", ["a", "b", "c"], ">="
    ),
    "the triangle, 0.1% too strong": lambda: claim(
        "((v + w)' (v + w))^(1/2)", "999/1000 ((v' v)^(1/2) + (w' w)^(1/2))", ["v", "w"], "<="
    ),
    "a minimum, 1% beside it": lambda: _excess("101/100"),
    "a minimum, 0.1% beside it": lambda: _excess("1001/1000"),
    "every positive number is at most 5": lambda: claim("a", "5", ["a"], "<="),
    "every positive number is at least 1/100": lambda: claim("a", "1/100", ["a"], ">="),
    "every number is at most 1000": lambda: claim("r", "1000", ["r"], "<="),
    "AM-GM of three, 1% too small": lambda: claim("27 a b c", "100/101 (a + b + c)^3", ["a", "b", "c"], "<="),
    "AM-GM of two, 1% too small": lambda: claim("4 a b", "100/101 (a + b)^2", ["a", "b"], "<="),
    "Cauchy-Schwarz, 1% too strong": lambda: claim("(v' w)^2", "100/101 (v' v) (w' w)", ["v", "w"], "<="),
    "a condition number above 10^5": lambda: claim("tr(P) tr(P^-1)", "100000 d^2", ["P"], "<="),
    "the trace of the square": lambda: claim("tr(P^2)", "tr(P)^2 / 2", ["P"], "<="),
    "von Neumann without its norm": lambda: claim("tr(A B)", "tr(A) tr(B)", ["A", "B"], "<="),
    "strict where equality is attained": lambda: claim("4 a b", "(a + b)^2", ["a", "b"], "<"),
    "a bound by N alone": lambda: claim("N a", "1000000 a", ["a"], "<="),
    "tight only in words": lambda: claim("a", "2 a", ["a"], "<=", tight=True),
    # inverses of sums
    "the inverse of a sum": lambda: claim("(Lambda + Psi) (Lambda^-1 + Psi^-1)", "2 I", ["Lambda", "Psi"]),
    "a part of a sum": lambda: claim("Lambda", "S", ["Lambda", "Psi"], where={"S": "Lambda + Psi"}),
    "push-through with the wrong order": lambda: claim(
        Quantity("", exact=exactly(lambda at: inverse(_one(at) + at.arrays["P"] @ at.arrays["Psi"]) @ at.arrays["P"])),
        "P T^-1",
        ["P", "Psi"],
        where={"T": "I + P Psi"},
    ),
    "half a resolvent": lambda: claim("I", "2 S^-1 Lambda", ["Lambda", "Psi"], where={"S": "Lambda + Psi"}),
    # evidence that is none
    "exact evidence that reads the statement": lambda: claim(
        Quantity("tr(AB)", exact=exactly(_of_the_right_side)), "tr(A) tr(B)", ["A", "B"]
    ),
    "exact evidence that supplies the right side": lambda: claim(Quantity("tr(A^2)", exact=_supplied), "c", ["A"]),
    "exact evidence that makes a letter fit": lambda: claim(Quantity("", exact=_replaced), "tr(B)", ["A", "B"]),
    "balls that supply the right side": lambda: claim(
        Quantity("e", enclose=lambda _: (one_by_one(arb(1).exp()), {"c": arb(1).exp()}), enclosed_by="arb"), "c", []
    ),
    "a strategy with one example": lambda: claim(
        Quantity("a", exact=exactly(lambda at: [[at.values["a"]]])), "1/2", [], ">=", plan=ONE_EXAMPLE
    ),
    "left and right from one object": lambda: claim(
        Quantity("L", derive=lambda: (population_loss().expression, ())), GAMMA_LOSS, []
    ),
    "a typed derivation": lambda: claim(
        Quantity("E", derive=lambda: ((LAMBDA @ A).trace() * 2, ())), "2 tr(Lambda A)", ["Lambda", "A"]
    ),
    "only the engine": lambda: claim(Quantity("E", derive=derived_second_moment), "tr(A Lambda)", ["Lambda", "A"]),
    "exact evidence that evaluates the derivation": lambda: claim(
        Quantity("E", derive=derived_second_moment, exact=_through_the_engine), "tr(A Lambda)", ["Lambda", "A"]
    ),
    "no instance": lambda: claim(
        Quantity("0", exact=exactly(_nothing)),
        "0",
        [],
        plan=Plan((), search=strategies.dimensions(3).map(lambda d: Instance({"d": d}, {})).filter(lambda _: False)),
    ),
    "a wide ball": lambda: claim(Quantity("0", enclose=_wide, enclosed_by="nothing"), "0", []),
    "a ball that is not finite": lambda: claim(Quantity("0", enclose=_not_finite, enclosed_by="nothing"), "0", []),
    "not a number": lambda: claim(
        Quantity("0", compute=lambda _: (np.array([[np.nan]]), 1e-9), computed_by="nothing"), "0", []
    ),
    "a tolerance that is not finite": lambda: claim(
        Quantity("0", compute=lambda _: (np.array([[1.0]]), np.inf), computed_by="nothing"), "0", []
    ),
    "floating point that would notice nothing": lambda: claim(
        Quantity("a", compute=lambda at: (at.floats["a"].reshape(1, 1), 1e9), computed_by="nothing"), "3 a", ["a"]
    ),
    "exact evidence that raises": lambda: claim(Quantity("0", exact=lambda _: 1 // 0), "0", []),
    # meaning of laws
    "N(0, 2I) read as N(0, I)": lambda: claim("E[x' A x]", "tr(A)", ["A"], law={"x": 2 * identity("d")}),
    "N(0, N I) read as N(0, I)": lambda: claim(
        "E[x' A x]", "tr(A)", ["A"], law={"x": length("N") * identity("d")}
    ),
    "N(0, 4) read as N(0, 1)": lambda: claim(
        "E[r^2]", "1", [], law={"r": number(4)}
    ),
    "a mean forgotten": lambda: claim(
        "E[x' A x]", "tr(A Lambda)", ["A", "Lambda", "v"], law={"x": Gaussian(LAMBDA, mean=v)}
    ),
    "a mean with the wrong sign": lambda: claim(
        "E[(x + v) (x + v)']", "Lambda + v v'", ["Lambda", "v"], law={"x": Gaussian(LAMBDA, mean=v)}
    ),
    "a variance for a standard deviation": lambda: claim(
        "E[(x' v + r)^2]", "v' Lambda v + a", ["Lambda", "v", "a"], law={"x": LAMBDA, "r": LETTERS["a"] ** 2}
    ),
    "a law in another order": lambda: claim(
        "E[x x']", "A' Lambda A", ["A", "Lambda"], law={"x": A @ LAMBDA @ A.T}
    ),
    "E inside E taken for a square": lambda: claim(
        "E[x' x E[x' x]]", "tr(Lambda)^2 + 2 tr(Lambda^2)", ["Lambda"], law={"x": LAMBDA}
    ),
    # moments
    "a fourth moment with one pairing": lambda: claim(
        "E[(x' A x) (x' B x)]", "tr(A Lambda) tr(B Lambda)", ["A", "B", "Lambda"], law={"x": LAMBDA}
    ),
    "a fourth moment for symmetric matrices": lambda: claim(
        "E[(x' A x) (x' B x)]",
        "tr(A Lambda) tr(B Lambda) + 2 tr(A Lambda B Lambda)",
        ["A", "B", "Lambda"],
        law={"x": LAMBDA},
    ),
    "the moment of a sum": lambda: claim(
        "E[sum_i(x_i) ' sum_i(x_i)]".replace(") '", ")'"), "N^2 tr(Lambda)", ["Lambda"], law={"x": LAMBDA}
    ),
    "a transpose": lambda: claim("tr(A B C)", "tr(C B A)", ["A", "B", "C"]),
    "an order": lambda: claim("A B", "B A", ["A", "B"]),
    "a symmetric case": lambda: claim("v' A v", "tr(A) v' v / d", ["A", "v"]),
    "a diagonal case": lambda: claim("tr(P^2) d", "tr(P)^2", ["P"]),
    "an index too many": lambda: claim("E[sum_i(x_i' x_i)]", "M tr(Lambda)", ["Lambda"], law={"x": LAMBDA}),
    "the square of a trace": lambda: claim("tr(A)^2", "tr(A^2)", ["A"]),
    "a determinant of two": lambda: claim("tr(A)^2 - tr(A^2)", "2 (tr(A) - 1)", ["A"]),
    "a root": lambda: claim("a", "(a^2 + 1/1000000)^(1/2)", ["a"]),
    "a root on the left": lambda: claim("tr(P^2)^(1/2)", "tr(P)", ["P"]),
    "a norm, 0.1% too strong": lambda: claim("d^(1/2) tr(P^2)^(1/2)", "1001/1000 tr(P)", ["P"], ">="),
    # false in a narrow range, or far out
    "between two lengths": lambda: claim("N^2 + 10000", "201 N", [], ">="),
    "at one dimension": lambda: claim("(d - 50)^2", "1", [], ">="),
    "at one length": lambda: claim("(N - 1000)^2", "1/2", [], ">="),
    "beyond every length seen": lambda: claim("N", "1000000000000", [], "<="),
    "near one ratio": lambda: claim("(a - 7 b)^2", "1/100000 b^2", ["a", "b"], ">="),
    "near one number": lambda: claim("(r - 12345)^2", "1/100", ["r"], ">="),
    "near two ratios": lambda: claim("(a - 3 b)^2 + (b - 5 c)^2", "1/1000 c^2", ["a", "b", "c"], ">="),
    "near a pair of numbers": lambda: claim("(r - a)^2 + (a - 17)^2", "1/1000", ["r", "a"], ">="),
    "near one condition number": lambda: claim(
        "(tr(P^2) - 3/5 tr(P)^2)^2", "1/1000000 tr(P)^4", ["P"], ">="
    ),
    "zero up to a large degree": lambda: claim(
        "(N - 1)(N - 2)(N - 3)(N - 4)(N - 5)(N - 6)(N - 7)(N - 8)(N - 9)(N - 10)", "0", []
    ),
    # inverses of sums without a name
    "the inverse of a sum, term by term": lambda: claim("(P + Lambda)^-1", "P^-1 + Lambda^-1", ["P", "Lambda"]),
    "Sherman-Morrison with 2 for 1": lambda: claim(
        "(P + v v')^-1", "P^-1 - P^-1 v v' P^-1/(2 + v' P^-1 v)", ["P", "v"]
    ),
    "a parallel sum with a sign": lambda: claim(
        "(P^-1 + Lambda^-1)^-1", "P (P - Lambda)^-1 Lambda", ["P", "Lambda"]
    ),
    "an abbreviation named as the engine would name a sum": lambda: claim(
        "I", "sum1 (P + Lambda)^-1", ["P", "Lambda"], where={"sum1": "P"}
    ),
    "push-through without its order": lambda: claim("A (I + B A)^-1", "(I + B A)^-1 A", ["A", "B"]),
    "the first order of an inverse": lambda: claim(
        "((1 + 1/N) P + tr(P)/N I)^-1", "P^-1 - 1/N P^-1 (P + tr(P) I) P^-1", ["P"]
    ),
}  # fmt: skip


def _one(instance: Instance) -> Any:
    return exact_identity(instance.lengths["d"])


def _through_the_engine(instance: Instance) -> tuple[Any, Mapping[str, Any]]:
    from theory.algebra.evaluation import evaluate

    expression, _ = derived_second_moment()
    values = {name: instance.arrays[name].tolist() for name in ("A", "Lambda")}
    return one_by_one(evaluate(expression, values, {})), {}


# name: (a claim that must not be refuted, the statuses that it may have)
PROVED, TESTED = ("proved",), ("tested",)
TRUE: Mapping[str, tuple[Callable[[], Claim], tuple[str, ...]]] = {
    "the cyclic trace": (lambda: claim("tr(A B C)", "tr(C A B)", ["A", "B", "C"]), PROVED),
    "the transposed trace": (lambda: claim("tr(A B)", "tr(A' B')", ["A", "B"]), PROVED),
    "S^-1 Lambda + S^-1 Psi = I": (
        lambda: claim("I", "S^-1 Lambda + S^-1 Psi", ["Lambda", "Psi"], where={"S": "Lambda + Psi"}),
        PROVED,
    ),
    "S^-1 S = I": (lambda: claim("I", "S^-1 S", ["Lambda", "Psi"], where={"S": "Lambda + Psi"}), PROVED),
    "the parallel sum": (
        lambda: claim("I - I", "Lambda S^-1 Psi - Psi S^-1 Lambda", ["Lambda", "Psi"], where={"S": "Lambda + Psi"}),
        PROVED,
    ),
    "the resolvent identity": (
        lambda: claim("Lambda^-1 - Psi^-1", "Lambda^-1 (Psi - Lambda) Psi^-1", ["Lambda", "Psi"]),
        PROVED,
    ),
    "Woodbury with a vector, through the trace": (
        lambda: claim("0 I", "(Lambda + v v') S^-1 - I", ["Lambda", "v"], where={"S": "Lambda + v v'"}),
        PROVED,
    ),
    "the ridge minimiser": (
        lambda: claim("0 v", "R^-1 (P + a I) v - v", ["P", "a", "v"], where={"R": "P + a I"}),
        PROVED,
    ),
    "a trace with an inverse of a sum": (
        lambda: claim("d", "tr(S^-1 Lambda) + tr(S^-1 Psi)", ["Lambda", "Psi"], where={"S": "Lambda + Psi"}),
        PROVED,
    ),
    "N(0, 2I)": (lambda: claim("E[x' A x]", "2 tr(A)", ["A"], law={"x": 2 * identity("d")}), PROVED),
    "N(0, N I)": (lambda: claim("E[x' A x]", "N tr(A)", ["A"], law={"x": length("N") * identity("d")}), PROVED),
    "N(0, 4)": (lambda: claim("E[r^4]", "48", [], law={"r": number(4)}), PROVED),
    "a mean": (
        lambda: claim("E[x' A x]", "tr(A Lambda) + v' A v", ["A", "Lambda", "v"], law={"x": Gaussian(LAMBDA, mean=v)}),
        PROVED,
    ),
    "a fourth moment": (
        lambda: claim(
            "E[(x' A x) (x' B x)]",
            "tr(A Lambda) tr(B Lambda) + tr(A Lambda B Lambda) + tr(A Lambda B' Lambda)",
            ["A", "B", "Lambda"],
            law={"x": LAMBDA},
            plan=Plan(("A", "B", "Lambda"), {"d": 3}),
        ),
        PROVED,
    ),
    "a derived moment with exact evidence": (
        lambda: claim(
            Quantity("E", derive=derived_second_moment, exact=exactly(second_moment)),
            "tr(A Lambda)",
            ["Lambda", "A"],
            plan=Plan(("Lambda", "A"), {"d": 3}),
        ),
        PROVED,
    ),
    "AM-GM of two": (lambda: claim("4 a b", "(a + b)^2", ["a", "b"], "<="), TESTED),
    "AM-GM of three, said to be tight": (
        lambda: claim("27 a b c", "(a + b + c)^3", ["a", "b", "c"], "<=", tight=True),
        TESTED,
    ),
    "tr(P)^2 <= d tr(P^2)": (lambda: claim("tr(P)^2", "d tr(P^2)", ["P"], "<=", tight=True), TESTED),
    "Cauchy-Schwarz": (lambda: claim("(v' w)^2", "(v' v) (w' w)", ["v", "w"], "<=", tight=True), TESTED),
    "tr(P^2) <= tr(P)^2": (lambda: claim("tr(P^2)", "tr(P)^2", ["P"], "<=", tight=True), TESTED),
    "Sherman-Morrison": (
        lambda: claim("(P + v v')^-1", "P^-1 - P^-1 v v' P^-1/(1 + v' P^-1 v)", ["P", "v"]),
        PROVED,
    ),
    "push-through": (lambda: claim("A (I + B A)^-1", "(I + A B)^-1 A", ["A", "B"]), PROVED),
    "the parallel sum as an inverse": (
        lambda: claim("(P^-1 + Lambda^-1)^-1", "P (P + Lambda)^-1 Lambda", ["P", "Lambda"]),
        PROVED,
    ),
    "an abbreviation named as the engine would name a sum": (
        lambda: claim("P (P + Lambda)^-1", "sum1 (P + Lambda)^-1", ["P", "Lambda"], where={"sum1": "P"}),
        PROVED,
    ),
    "the trace of an inverse is convex": (
        lambda: claim("4 tr((P + Lambda)^-1)", "tr(P^-1) + tr(Lambda^-1)", ["P", "Lambda"], "<=", tight=True),
        TESTED,
    ),
    "a square of a length": (lambda: claim("(N - 5)^2", "0", [], ">="), PROVED),
    "integers on both sides of a negative range": (lambda: claim("(N - 3) (N - 4)", "0", [], ">="), PROVED),
    "a number and its inverse": (lambda: claim("a + 1/a", "2", ["a"], ">=", tight=True), PROVED),
    "a norm with its root, whose balls overlap at equality": (
        lambda: claim("d^(1/2) tr(P^2)^(1/2)", "tr(P)", ["P"], ">="),
        ("tested", "undecided"),
    ),
    "a norm with its root, away from equality": (
        lambda: claim("2 d^(1/2) tr(P^2)^(1/2)", "tr(P)", ["P"], ">="),
        TESTED,
    ),
    "E inside E": (lambda: claim("E[x' x E[x' x]]", "tr(Lambda)^2", ["Lambda"], law={"x": LAMBDA}), PROVED),
    "fractions with a pole": (lambda: claim("1/(a - b)^2", "1/(a^2 + b^2)", ["a", "b"], ">="), TESTED),
    "Hua's identity": (
        lambda: claim("(P^-1 + (Lambda^-1 - P)^-1)^-1", "P - P Lambda P", ["P", "Lambda"]),
        PROVED,
    ),
    "a law with a singular covariance": (
        lambda: claim("E[(x' A x)^2]", "3 (v' A v)^2", ["A", "v"], law={"x": v @ v.T}),
        PROVED,
    ),
    "Lieb and Thirring": (
        lambda: claim("tr(P Lambda P Lambda)", "tr(P^2 Lambda^2)", ["P", "Lambda"], "<=", tight=True),
        TESTED,
    ),
    "Motzkin": (
        lambda: claim("a^4 b^2 + a^2 b^4 + c^6", "3 a^2 b^2 c^2", ["a", "b", "c"], ">=", tight=True),
        TESTED,
    ),
    "tr(A)^2 <= d tr(A A')": (lambda: claim("tr(A)^2", "d tr(A A')", ["A"], "<=", tight=True), TESTED),
    "a minimum": (lambda: _excess("1"), TESTED),
    "a positive sum": (lambda: claim("tr(P) + a", "0", ["P", "a"], ">"), PROVED),
    "tr(A) = a at d = 1, said so": (
        lambda: claim("tr(A B)", "tr(A) tr(B)", ["A", "B"], plan=Plan(("A", "B"), fixed={"d": 1})),
        ("tested", "undecided"),
    ),
}


# Its strategy stays in the middle of the range, and its row says so.
MILD_SEARCH = claim(
    Quantity("", exact=exactly(lambda at: [[at.values["a"] / at.values["b"]]])),
    "1000",
    [],
    "<=",
    plan=Plan((), search=MILD, searched=20),
)


# Not a status but an error that names the claim: (claim, words of the message)
MEANINGLESS: Mapping[str, tuple[Callable[[], Claim], str]] = {
    "an abbreviation named like a length": (
        lambda: claim("a", "N a", ["a"], where={"N": "2"}),
        "claim trial: the abbreviation 'N' has the name of a length",
    ),
    "an abbreviation named like a letter": (
        lambda: Claim(
            "trial",
            "a trial",
            "",
            Quantity.formula("tr(A)"),
            Statement.of("tr(A)", {"A": "2 I"}),
            Language(LETTERS),
            Plan(("A",)),
        ),
        "claim trial: the abbreviation 'A' has the name of a letter",
    ),
    "an abbreviation named like the trace": (
        lambda: claim("tr(A)", "tr (A)", ["A"], where={"tr": "2"}),
        "claim trial: the abbreviation 'tr' has the name of a symbol of formulas",
    ),
    "a law that is not symmetric": (
        lambda: claim("E[x' B x]", "tr(B A)", ["A", "B"], law={"x": A}),
        "the law of x: the covariance A is not symmetric",
    ),
    "a law of another kind": (
        lambda: claim("E[x' x]", "d", [], law={"x": models.Gaussian("I")}),
        "the law of x is .*; give its covariance",
    ),
    "a letter summed to two lengths": (
        lambda: claim("a", "sum_i(x_i' x_i) + sum_j(x_j' x_j)", ["a", "x"], upto={"j": "M"}, stacked={"x": "N"}),
        "the letter 'x' is summed to N and to M",
    ),
    "a shape": (lambda: claim("tr(A)", "A", ["A"]), "claim trial: the statement has no meaning"),
    "a sum of shapes": (lambda: claim("tr(A)", "tr(A) + v", ["A", "v"]), "claim trial"),
    "an unknown letter": (lambda: claim("tr(A)", "tr(Q)", ["A"]), "claim trial"),
    "an unknown letter on the left": (lambda: claim("tr(Q)", "tr(A)", ["A"]), "claim trial"),
    "a shape on the left": (lambda: claim("A v A", "A", ["A", "v"]), "claim trial"),
    "a letter that is a length": (
        lambda: claim("tr(A)", "tr(A)", ["A"], upto={"i": "a"}),
        "a is a letter and a length at once",
    ),
    "no evidence": (lambda: claim(Quantity("0"), "0", []), "it has no evidence"),
}
