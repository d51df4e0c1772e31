"""Laws by cumulants, one-hot vectors and Gaussian matrices against sums over all their outcomes, or coordinates."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from theory import evaluate
from theory.algebra import laws as engine
from theory.algebra.compile import compile_expression
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (
    Expression,
    identity,
    indexed,
    length,
    matrix,
    number,
    scalar_letter,
    sum_over,
    unit_vector,
    vector,
)
from theory.algebra.latex import latex
from theory.algebra.laws import Entries, GaussianMatrix, OneHot, finite, from_moments, rademacher, uniform

A, B, K, v, m, y, z, p = matrix("A"), matrix("B"), matrix("K"), *(vector(name) for name in "vmyzp")
VALUES, WEIGHTS = (Fraction(-1), Fraction(2), Fraction(1, 2)), (Fraction(1, 2), Fraction(1, 6), Fraction(1, 3))
KAPPA = {k: scalar_letter(f"kappa_{k}") for k in range(1, 7)}
# The laws under test: entries of a skewed law by number and symbolically, mixed by K around m, and one-hot.
KINDS: dict[str, Entries | OneHot] = {
    "numbers": finite(VALUES, WEIGHTS),
    "mixed": finite(VALUES, WEIGHTS, root=K, mean=m),
    "symbolic": Entries(lambda k: KAPPA[k]),
    "one-hot": OneHot(p),
}


def moments(values: tuple[Fraction, ...], weights: tuple[Fraction, ...], k: int) -> Fraction:
    """E z^k."""
    return sum((w * x**k for x, w in zip(values, weights, strict=True)), start=Fraction(0))


def cumulants() -> dict[int, Fraction]:
    """The cumulants of the skewed law from the power series log(sum_k mu_k t^k / k!), coefficient by coefficient."""
    factorials = [prod(range(1, k + 1)) for k in range(8)]
    series = [moments(VALUES, WEIGHTS, k) / factorials[k] for k in range(8)]
    # (log f)' f = f'.
    logs = [Fraction(0)] * 8
    for n in range(1, 8):
        logs[n] = (n * series[n] - sum(k * logs[k] * series[n - k] for k in range(1, n))) / n
    return {k: logs[k] * factorials[k] for k in range(1, 8)}


@dataclass(frozen=True)
class Formula:
    """(labels summed over up to N, forms u' M v, and an outer product u v' or None); an end is (letter, label)."""

    labels: str
    forms: tuple[tuple[Any, str, Any], ...]
    outer: tuple[Any, Any] | None


def random_formula(generator: random.Random) -> Formula:
    """At most four copies of z; labels i, j."""
    labels = generator.choice(["", "i", "ij"])
    room = 4

    def end() -> tuple[str, str]:
        nonlocal room
        name = generator.choice(["z", "z", "z", "y", "v"] if room else ["y", "v"])
        room -= name == "z"
        if name == "v" or not labels:
            return ("v" if name == "y" else name), ""
        return name, generator.choice([*labels, ""]) if name == "z" else generator.choice(labels)

    forms = tuple((end(), generator.choice(["A", "B", "I"]), end()) for _ in range(generator.choice([1, 1, 2])))
    outer = (end(), end()) if generator.random() < 0.4 else None
    return Formula(labels, forms, outer)


def symbolic(formula: Formula) -> Expression:
    """The formula in the engine's algebra."""
    letters = {"z": z, "y": y, "v": v}

    def of(end: tuple[str, str]) -> Expression:
        return indexed(letters[end[0]], end[1]) if end[1] else letters[end[0]]

    total: Expression = number(1)
    for left, middle, right in formula.forms:
        total = total * (of(left).T @ {"A": A, "B": B, "I": identity("d")}[middle] @ of(right))
    if formula.outer is not None:
        total = total * (of(formula.outer[0]) @ of(formula.outer[1]).T)
    for label in formula.labels:
        total = sum_over(label, "N", total)
    return total


@dataclass(frozen=True)
class Instance:
    """Numbers for all letters."""

    d: int
    N: int
    seed: int

    def arrays(self) -> dict[str, Any]:
        """The deterministic letters; p has sum 1."""
        generator = random.Random(self.seed)
        arrays = {name: brute_force.matrix(generator, self.d, self.d) for name in "ABK"}
        arrays |= {name: brute_force.vector(generator, self.d) for name in "vm"}
        arrays["y"] = brute_force.matrix(generator, self.N, self.d)
        weights = [abs(brute_force.rational(generator)) for _ in range(self.d)]
        arrays["p"] = np.array([w / sum(weights) for w in weights], dtype=object)
        return arrays

    def value(self, expected: Expression) -> Any:
        """The value of a symbolic expectation."""
        values = {**self.arrays(), **{f"kappa_{k}": kappa for k, kappa in cumulants().items()}}
        names = {symbol.name for symbol in expected.symbols}
        sizes = {"N": self.N, "d": self.d}
        return evaluate(expected, {name: value for name, value in values.items() if name in names}, sizes)


def outcomes(kind: str, instance: Instance) -> list[tuple[Fraction, Any]]:
    """All values of one copy of z with their probabilities."""
    arrays = instance.arrays()
    if kind == "one-hot":
        unit = np.array(np.eye(instance.d, dtype=int), dtype=object) + Fraction(0)
        return [(arrays["p"][a], unit[a]) for a in range(instance.d)]
    found = []
    for places in product(range(len(VALUES)), repeat=instance.d):
        entries = np.array([VALUES[k] for k in places], dtype=object)
        value = arrays["K"] @ entries + arrays["m"] if kind == "mixed" else entries
        found.append((prod((WEIGHTS[k] for k in places), start=Fraction(1)), value))
    return found


def brute_value(formula: Formula, kind: str, instance: Instance) -> Any:
    """The sum over all outcomes of the copies z, z_1, ..., z_N that the formula has."""
    arrays = instance.arrays()
    arrays["I"] = np.array(np.eye(instance.d, dtype=int), dtype=object)
    ends = [end for form in formula.forms for end in (form[0], form[2])] + list(formula.outer or ())
    indexed_copies = range(instance.N) if any(end[0] == "z" and end[1] for end in ends) else range(0)
    copies: list[int | None] = [*([None] if ("z", "") in ends else []), *indexed_copies]
    total: Any = Fraction(0) if formula.outer is None else np.full((instance.d, instance.d), Fraction(0))
    possible = outcomes(kind, instance)
    for chosen in product(possible, repeat=len(copies)):
        weight = prod((w for w, _ in chosen), start=Fraction(1))
        held = dict(zip(copies, (value for _, value in chosen), strict=True))
        for places in product(range(instance.N), repeat=len(formula.labels)):
            at = dict(zip(formula.labels, places, strict=True))

            def of(end: tuple[str, str], held: Any = held, at: Any = at) -> Any:
                if end[0] == "z":
                    return held[at[end[1]] if end[1] else None]
                return arrays["y"][at[end[1]]] if end[0] == "y" else arrays["v"]

            term: Any = weight
            for left, middle, right in formula.forms:
                term = term * (of(left) @ arrays[middle] @ of(right))
            if formula.outer is not None:
                term = np.outer(of(formula.outer[0]), of(formula.outer[1])) * term
            total = total + term
    return total


SIZES = [(2, 2), (3, 1), (1, 3)]


def agrees(seed: int, kind: str) -> bool:
    """Compare one formula at three sizes; False if z does not occur."""
    formula = random_formula(random.Random(seed))
    expected = expectation(symbolic(formula), {z: KINDS[kind]})
    ends = [end for left, _, right in formula.forms for end in (left, right)] + list(formula.outer or ())
    if not any(name == "z" for name, _ in ends):
        return False
    for d, N in SIZES:
        instance = Instance(d, N, seed)
        brute = brute_value(formula, kind, instance)
        assert np.array_equal(brute, instance.value(expected)), (seed, kind, formula, str(expected), d, N)
    return True


@pytest.mark.parametrize("kind", KINDS)
def test_random_formulas_equal_sums_over_all_outcomes(kind: str) -> None:
    """25 formulas a law with up to four copies of z, each at three sizes."""
    assert sum(agrees(seed, kind) for seed in range(30)) > 25


BROKEN = ["a block is forgotten", "coordinates fall apart", "indices stay apart"]


@pytest.mark.parametrize("rule", BROKEN)
def test_outcomes_notice_a_broken_rule(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules of cumulants, broken on purpose, are refuted by the same formulas."""
    if rule == "a block is forgotten":
        held = engine._Averages._has_cumulant
        monkeypatch.setattr(engine._Averages, "_has_cumulant", lambda self, k: k != 3 and held(self, k))
    elif rule == "coordinates fall apart":
        monkeypatch.setattr(Entries, "terms", lambda self, k: [(number(1), [[i] for i in range(k)])])
    else:
        monkeypatch.setattr(engine._Averages, "_equal_indices", lambda self, blocks: {a: a for a in self.lengths})
    with pytest.raises(AssertionError, match="Formula"):
        all(agrees(seed, "symbolic") is not None for seed in range(30))


def test_the_fourth_moment_has_a_hadamard_product() -> None:
    """E (z'Az)(z'Bz) = tr A tr B + tr(A (B + B')) + kappa_4 tr(A o B) for unit variance and kappa_3 of no account."""
    law = Entries(lambda k: {1: number(0), 2: number(1)}.get(k, KAPPA.get(k, number(0))))
    a = unit_vector("d", "a")
    hadamard = sum_over("a", "d", (a.T @ A @ a) * (a.T @ B @ a))
    expected = A.trace() * B.trace() + (A @ (B + B.T)).trace() + KAPPA[4] * hadamard
    assert expected == expectation((z.T @ A @ z) * (z.T @ B @ z), {z: law})
    assert r"\sum_{i=1}^{d}" in latex(expected)
    assert r"\mathbf{e}_{i}^\top A \mathbf{e}_{i}" in latex(expected)
    numbers = {"A": np.diag([1.0, 2.0]), "B": np.array([[1.0, 5.0], [5.0, 3.0]])}
    assert compile_expression(hadamard)(numbers, {}) == 7
    assert evaluate(hadamard, numbers, {}) == 7


def test_gaussian_cumulants_are_the_gaussian_law() -> None:
    """With kappa_2 alone, mixed by K, the law is N(m, K K')."""
    gaussian = Entries(lambda k: number(int(k == 2)), root=K, mean=m)
    zi = indexed(z, "i")
    form = sum_over("i", "N", (zi.T @ A @ zi) * (zi @ zi.T)) @ B
    assert expectation(form, {z: gaussian}) == expectation(form, {z: Gaussian(K @ K.T, m)})


def test_rademacher_vectors_have_length_d() -> None:
    """z'z = d: E (z'z)^k = d^k, and E W^2 = N (N + d - 1) I."""
    d, N = length("d"), length("N")
    for k in range(1, 5):
        assert d**k == expectation((z.T @ z) ** k, {z: rademacher()})
    zi = indexed(z, "i")
    assert N * (N + d - 1) * identity("d") == expectation(sum_over("i", "N", zi @ zi.T) ** 2, {z: rademacher()})


def test_one_hot_vectors_are_idempotent() -> None:
    """z z' z = z, counts are multinomial: Cov(n) = N (diag(p) - p p')."""
    law = {z: OneHot(p)}
    assert expectation(z @ z.T @ z, law) == p
    zi = indexed(z, "i")
    count = sum_over("i", "N", zi)
    a = unit_vector("d", "a")
    diagonal = sum_over("a", "d", (p.T @ a) * a @ a.T)
    covariance = expectation(count @ count.T, law) - expectation(count, law) @ expectation(count, law).T
    assert covariance == length("N") * (diagonal - p @ p.T)


@pytest.mark.parametrize("k", range(1, 7))
def test_cumulants_from_moments(k: int) -> None:
    """Against the logarithm of the moment series; uniform on [-1, 1]: 1/3, -2/15, 16/63."""
    assert cumulants()[k] == finite(VALUES, WEIGHTS).cumulant(k)
    table = {2: Fraction(1, 3), 4: Fraction(-2, 15), 6: Fraction(16, 63)}
    assert table.get(k, 0) == uniform().cumulant(k)
    assert {1: 0, 2: 1, 4: -2, 6: 16}.get(k, 0) == rademacher().cumulant(k)


X, LAMBDA, SIGMA = matrix("X", "d", "N"), matrix("Lambda", definite=True), matrix("Sigma", "N", "N", definite=True)
REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "a matrix of entries": (lambda: expectation(A, {A: rademacher()}), "only a vector of a named size has entries"),
    "a vector of numbered size": (
        lambda: expectation(vector("t", 3), {vector("t", 3): rademacher()}),
        "only a vector of a named size has entries",
    ),
    "a negative power": (lambda: expectation((z.T @ A @ z) ** -1, {z: rademacher()}), "not a polynomial moment"),
    "a free index": (lambda: expectation(indexed(z, "i"), {z: rademacher()}), "bound by no sum"),
    "two lengths": (
        lambda: expectation(
            sum_over("i", "N", indexed(z, "i")).T @ sum_over("j", "M", indexed(z, "j")), {z: rademacher()}
        ),
        "which draws coincide is not defined",
    ),
    "probabilities of another size": (lambda: expectation(z, {z: OneHot(vector("p", "k"))}), "must be d x 1"),
    "a root of another size": (lambda: expectation(z, {z: rademacher(root=v)}), "the root must be d x d"),
    "weights that are no probabilities": (lambda: finite([1, 2], [1, 1]), "sum 1"),
    "an empty interval": (lambda: uniform(1, 1), "low must be below high"),
    "a cumulant that is a matrix": (lambda: expectation(z @ z.T, {z: Entries(lambda k: A)}), "must be a scalar"),
    "a random mean": (
        lambda: expectation(z, {z: rademacher(mean=v), v: Gaussian(A @ A.T)}),
        "depends on the random letter v",
    ),
    "columns with a covariance of two terms": (
        lambda: expectation(X @ X.T, {X: GaussianMatrix(LAMBDA, SIGMA + identity("N"))}),
        "must be I or one positive definite letter",
    ),
    "rows of another size": (lambda: expectation(X, {X: GaussianMatrix(SIGMA, SIGMA)}), "the size of their covariance"),
    "columns of another size": (lambda: expectation(X, {X: GaussianMatrix(LAMBDA, LAMBDA)}), "must be N x N"),
    "units of another length": (lambda: sum_over("a", "N", unit_vector("d", "a").T @ v), "of size d is summed up to N"),
    "too much work": (
        lambda: expectation((z.T @ A @ z) ** 5, {z: uniform()}, most_work=1000),
        "too large to write out",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_laws_are_refused(case: str) -> None:
    """Each refusal names what is wrong."""
    call, reason = REFUSED[case]
    with pytest.raises(ValueError, match=reason):
        call()


def test_progress_is_told_and_can_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    """`progress` hears of growing work, and what it raises ends the computation."""
    monkeypatch.setattr("theory.algebra.work.PROGRESS_STEP", 100)
    told: list[int] = []
    x = vector("x")
    xi = indexed(x, "i")
    W = sum_over("i", "N", xi @ xi.T)
    expectation(W**7, {x: Gaussian(LAMBDA)}, progress=told.append)
    assert told
    assert told == sorted(told)

    def stop(work: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        expectation(W**7, {x: Gaussian(LAMBDA)}, progress=stop)


def test_scalars_by_their_moments() -> None:
    """E e^k of a scalar letter with skewed law, and of (e_1 + ... + e_N)^3."""
    e = scalar_letter("e")
    for k in range(1, 6):
        assert moments(VALUES, WEIGHTS, k) == expectation(e**k, {e: finite(VALUES, WEIGHTS)})
    total = sum_over("i", "N", indexed(e, "i"))
    cubed = expectation(total**3, {e: from_moments(lambda k: moments(VALUES, WEIGHTS, k))})
    for N in (1, 2, 3):
        brute = sum(
            prod(WEIGHTS[k] for k in places) * sum(VALUES[k] for k in places) ** 3
            for places in product(range(3), repeat=N)
        )
        assert brute == evaluate(cubed, {}, {"N": N})
