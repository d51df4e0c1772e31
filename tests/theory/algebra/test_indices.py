"""Letters with several indices, ordered sums and jointly Gaussian letters, against sums in coordinates."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from tests.theory.brute_force import Coordinates, Law
from theory import evaluate, expect, population_loss
from theory.algebra import contraction as engine
from theory.algebra import draws
from theory.algebra.calculus import gradient
from theory.algebra.compile import compile_expression
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import (
    Expression,
    identity,
    indexed,
    indicator,
    length,
    matrix,
    number,
    scalar_letter,
    stacking,
    sum_compared,
    sum_over,
    symbol_expression,
    unit_vector,
    vector,
    zero,
)
from theory.algebra.grammar import GrammarError, Vocabulary, elaborate, parse
from theory.algebra.latex import latex
from theory.algebra.latex_reader import expression_of_latex, parse_latex
from theory.algebra.order import covering_pairs, strict_order_polynomial
from theory.algebra.prefixes import sum_over_length
from theory.algebra.rational_identity import decide, is_complete
from theory.algebra.statement_latex import statement_latex
from theory.algebra.words import Index

A, B, C = matrix("A"), matrix("B"), matrix("C")
LAMBDA, PSI, DELTA = (matrix(name, definite=True) for name in ("Lambda", "Psi", "Delta"))
x, w, z, g, q, y, v, m = (vector(name) for name in "xwzgqyvm")
VECTORS = {"x": x, "w": w, "z": z, "g": g, "q": q, "y": y, "v": v}
# The lengths of the indices of each letter: x_{t,i} example i of prompt t, w_t its task; z_i and g_i are correlated.
INDICES = {"x": ("n", "N"), "w": ("n",), "z": ("N",), "g": ("N",), "q": (), "y": ("N",), "v": ()}
RANDOM = ("x", "w", "z", "g", "q")
LAWS = {
    x: Gaussian(LAMBDA, m),
    w: Gaussian(PSI),
    z: Gaussian(LAMBDA, joint={g: C}),
    g: Gaussian(DELTA),
    q: Gaussian(PSI),
}
# The same with covariates and queries whose radius takes two values.
ELLIPTICAL = LAWS | {
    letter_: replace(LAWS[letter_], radial_moment=lambda k: number(brute_force.radial_moment(k))) for letter_ in (x, q)
}


@dataclass(frozen=True)
class Sum:
    """A label, what it runs to, and the relation ("", "<" or "<=") to an outer label."""

    label: str
    upto: str
    relation: str = ""
    limit: str = ""


@dataclass(frozen=True)
class Formula:
    """Sums from the outermost in, and under them a product of forms u' M v, times an outer product u v' if `is_open`.

    A factor is ((letter, labels), matrix, (letter, labels)); the last one is the outer product.
    """

    sums: tuple[Sum, ...]
    factors: tuple[tuple[Any, str, Any], ...]
    is_open: bool


def random_formula(generator: random.Random) -> Formula:
    """A formula with at most four sums and six random letters."""
    sums: list[Sum] = []
    for label in "ijkl"[: generator.randint(1, 4)]:
        upto = generator.choice(["n", "N", "N"])
        outer = [held.label for held in sums if held.upto == upto]
        relation = generator.choice(["", "<", "<="]) if outer else ""
        sums.append(Sum(label, upto, relation, generator.choice(outer) if relation else ""))

    def end(names: tuple[str, ...]) -> tuple[str, tuple[str, ...]]:
        by_length = {upto: [s.label for s in sums if s.upto == upto] for upto in ("n", "N")}
        possible = [name for name in names if all(by_length[upto] for upto in INDICES[name])]
        name = generator.choice(possible)
        return name, tuple(generator.choice(by_length[upto]) for upto in INDICES[name])

    # D_j is one matrix for each value of an index.
    matrices = ["A", "B", "I", "A'", *(f"D_{s.label}" for s in sums if s.upto == "N")]
    names = ("x", "x", "x", *RANDOM, *RANDOM, "y", "v")
    factors = [(end(names), generator.choice(matrices), end(names)) for _ in range(generator.choice([1, 2, 2, 3]))]
    return Formula(tuple(sums), tuple(factors), generator.random() < 0.3)


def symbolic(formula: Formula) -> Expression:
    """The formula in the engine's algebra."""

    def of(end: tuple[str, tuple[str, ...]]) -> Expression:
        name, labels = end
        return indexed(VECTORS[name], *labels) if labels else VECTORS[name]

    matrices = {"A": A, "B": B, "I": identity("d"), "A'": A.T}
    matrices |= {f"D_{label}": indexed(matrix("D"), label) for label in "ijkl"}
    total: Expression | None = None
    for k, (left, middle, right) in enumerate(formula.factors):
        last = k == len(formula.factors) - 1
        factor = of(left) @ of(right).T if formula.is_open and last else of(left).T @ matrices[middle] @ of(right)
        total = factor if total is None else total * factor
    assert total is not None
    for held in reversed(formula.sums):
        limits: dict[str, Any] = {"<": {"below": held.limit}, "<=": {"at_most": held.limit}}.get(held.relation, {})
        total = sum_over(held.label, held.upto, total, **limits)
    return total


@dataclass(frozen=True)
class Instance:
    """Numbers for everything: d, n prompts, N examples."""

    d: int
    n: int
    N: int
    seed: int
    elliptical: bool = False

    def arrays(self) -> dict[str, Any]:
        """Deterministic letters and the roots of the covariances."""
        generator = random.Random(self.seed)
        arrays = {name: brute_force.matrix(generator, self.d, self.d) for name in ("A", "B", "R")}
        arrays |= {name: brute_force.root(generator, self.d) for name in ("L", "K", "S")}
        arrays["y"] = brute_force.matrix(generator, self.N, self.d)
        arrays["D"] = brute_force.matrix(generator, self.N * self.d, self.d).reshape(self.N, self.d, self.d)
        return arrays | {name: brute_force.vector(generator, self.d) for name in "vm"}

    def value(self, expected: Expression) -> Any:
        """The value of a symbolic expectation."""
        a = self.arrays()
        values = {name: a[name] for name in ("A", "B", "D", "y", "v", "m")}
        values |= {"Lambda": a["L"] @ a["L"].T, "Psi": a["K"] @ a["K"].T, "C": a["L"] @ a["R"].T}
        values["Delta"] = a["R"] @ a["R"].T + a["S"] @ a["S"].T
        names = {symbol.name for symbol in expected.symbols}
        sizes = {"n": self.n, "N": self.N, "d": self.d}
        return evaluate(expected, {name: value for name, value in values.items() if name in names}, sizes)

    def coordinates(self) -> tuple[Coordinates, dict[Any, Any]]:
        """Independent standard normals, and every vector in them: z = L s, g = R s + S h is correlated with z."""
        a = self.arrays()
        unit, null = np.array(np.eye(self.d, dtype=int), dtype=object) + Fraction(0), np.full(self.d, Fraction(0))
        names = [f"x{t}{i}" for t in range(self.n) for i in range(self.N)] + [f"w{t}" for t in range(self.n)]
        names += [f"{name}{i}" for name in "sh" for i in range(self.N)] + ["q"]
        laws = {name: Law(unit, null, self.elliptical and name[0] in "xq") for name in names}
        held = Coordinates(laws, [None])
        normal = {name: held.vectors[name, None] for name in names}
        roots = {name: held.constant(a[name]) for name in "LKRS"}
        vectors: dict[Any, Any] = {("q",): roots["K"] @ normal["q"], ("v",): held.constant(a["v"])}
        for t, i in product(range(self.n), range(self.N)):
            vectors["x", t, i] = roots["L"] @ normal[f"x{t}{i}"] + held.constant(a["m"])
        for t in range(self.n):
            vectors["w", t] = roots["K"] @ normal[f"w{t}"]
        for i in range(self.N):
            vectors["z", i] = roots["L"] @ normal[f"s{i}"]
            vectors["g", i] = roots["R"] @ normal[f"s{i}"] + roots["S"] @ normal[f"h{i}"]
            vectors["y", i] = held.constant(a["y"][i])
        return held, vectors


def brute_value(formula: Formula, instance: Instance) -> Any:
    """The expectation as a sum over all values of the indices that satisfy the relations."""
    held, vectors = instance.coordinates()
    a = instance.arrays()
    matrices = {name: held.constant(a[name]) for name in "AB"}
    matrices |= {"A'": matrices["A"].T, "I": held.constant(np.array(np.eye(instance.d, dtype=int), dtype=object))}
    d = instance.d
    total: Any = held.constant(np.full((d, d), Fraction(0))) if formula.is_open else held.constant([Fraction(0)])[0]
    sizes = {"n": instance.n, "N": instance.N}
    for places in product(*(range(sizes[s.upto]) for s in formula.sums)):
        at = dict(zip([s.label for s in formula.sums], places, strict=True))
        allowed: Mapping[str, Callable[[int, int], bool]] = {"<": lambda a, b: a < b, "<=": lambda a, b: a <= b}
        if not all(allowed[s.relation](at[s.label], at[s.limit]) for s in formula.sums if s.relation):
            continue
        matrices |= {f"D_{s.label}": held.constant(a["D"][at[s.label]]) for s in formula.sums if s.upto == "N"}
        term: Any = held.constant([Fraction(1)])[0]
        for k, (left, middle, right) in enumerate(formula.factors):
            first, second = (vectors[name, *(at[label] for label in labels)] for name, labels in (left, right))
            last = k == len(formula.factors) - 1
            factor = np.outer(first, second) if formula.is_open and last else first @ matrices[middle] @ second
            term = factor * term
        total = total + term
    if not formula.is_open:
        return held.expectation(total)
    return np.array([held.expectation(entry) for entry in total.flat], dtype=object).reshape(total.shape)


SIZES = [(2, 2, 2), (1, 2, 3), (2, 1, 3)]


def agrees(seed: int, elliptical: bool = False) -> bool:
    """Compare the engine with the coordinates on one formula; False if its expectation is zero, as odd degrees are.

    Elliptical letters that share an index with a given letter are refused, and count as zero.
    """
    generator = random.Random(seed)
    formula = random_formula(generator)
    try:
        expected = expectation(symbolic(formula), ELLIPTICAL if elliptical else LAWS)
    except ValueError as error:
        if "is elliptical" not in str(error):
            raise
        return False
    # A few of the zeros are enough.
    for d, n, N in SIZES if expected or seed % 10 == 0 else ():
        instance = Instance(d, n, N, seed, elliptical)
        brute = brute_value(formula, instance)
        assert np.array_equal(brute, instance.value(expected)), (seed, formula, str(expected), d, n, N)
    return bool(expected)


def test_random_formulas_equal_sums_in_coordinates() -> None:
    """100 formulas with tuples of indices, i < j, i <= j, means and correlated letters, each at three sizes."""
    assert sum(agrees(seed) for seed in range(420)) > 100


def test_random_elliptical_formulas_equal_sums_in_coordinates() -> None:
    """The same with draws that share a radius where all of their indices are equal, in an order and in tuples."""
    assert sum(agrees(seed, elliptical=True) for seed in range(420)) > 60


def test_the_fourth_moment_of_ordered_elliptical_draws() -> None:
    """E (sum_{i<=j} x_i'A x_j)^2 has E r^2 where both are one draw, which the Gaussian law would not show."""
    r2 = scalar_letter("r2")
    xi, xj = indexed(x, "i"), indexed(x, "j")
    form = sum_over("j", "N", sum_over("i", "N", xi.T @ A @ xj, at_most="j"))
    N, t = length("N"), (A @ LAMBDA).trace()
    s, c = (A @ LAMBDA @ A.T @ LAMBDA).trace(), (A @ LAMBDA @ A @ LAMBDA).trace()
    expected = N * (N - 1) / 2 * s + N * (N - 1) * t * t + N * r2 * (t * t + s + c)
    assert expectation(form * form, {x: Gaussian(LAMBDA, radial_moment=lambda k: r2)}) == expected


def test_an_order_among_given_letters_survives_the_pairing_of_others() -> None:
    """sum_{j<i} y_j' A y_i w_k' A w_k: the copies w_k are paired as Wishart matrices, which once forgot j < i."""
    yi, yj, wk = indexed(y, "i"), indexed(y, "j"), indexed(w, "k")
    form = sum_over("i", "N", sum_over("j", "N", yj.T @ A @ yi, below="i"))
    both = sum_over("k", "n", (wk.T @ A @ wk)) * form
    assert expectation(both, LAWS) == length("n") * (A @ PSI).trace() * form


def test_an_index_of_a_matrix_that_closes_to_a_trace_is_not_counted() -> None:
    """E sum_j x'D_j x = sum_j tr(D_j Lambda), which once came out N times too large."""
    D = indexed(matrix("D"), "j")
    law = {x: Gaussian(LAMBDA)}
    assert expectation(sum_over("j", "N", x.T @ D @ x), law) == sum_over("j", "N", (D @ LAMBDA).trace())
    xi = indexed(x, "i")
    squared = sum_over("j", "N", sum_over("i", "N", xi.T @ D @ xi) * (x.T @ D @ x))
    assert expectation(squared, law) == length("N") * sum_over("j", "N", (D @ LAMBDA).trace() ** 2)


BROKEN = ["one index is enough", "order forgotten", "N - 1 for N", "no cross-covariance", "cross-covariance turned"]


@pytest.mark.parametrize("rule", BROKEN)
def test_sums_in_coordinates_notice_a_broken_rule(rule: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rules of indices and of joint laws, broken on purpose, are refuted by the same formulas."""
    contraction = engine.Contraction
    if rule == "one index is enough":
        unified = engine._unified
        monkeypatch.setattr(engine, "_unified", lambda kept, gone: unified(kept[:1], gone[:1]))
    elif rule == "order forgotten":
        monkeypatch.setattr(engine, "counted_order", lambda pairs, kept: (engine.Coefficient.number(1), frozenset()))
    elif rule == "N - 1 for N":
        fewer = engine.Coefficient.length("N") - engine.Coefficient.number(1)
        broken = type("Broken", (engine.Coefficient,), {"length": staticmethod(lambda name: fewer)})
        monkeypatch.setattr(engine, "Coefficient", broken)
    elif rule == "no cross-covariance":
        held = contraction._set_covariance
        monkeypatch.setattr(contraction, "_set_covariance", lambda self, a, b, cov: held(self, a, b, cov * int(a == b)))
    else:
        held = contraction._set_covariance
        monkeypatch.setattr(contraction, "_set_covariance", lambda self, a, b, cov: held(self, a, b, cov.T))
    with pytest.raises(AssertionError, match="Formula"):
        all(agrees(seed) is not None for seed in range(420))


def test_sums_in_coordinates_notice_draws_that_never_coincide(monkeypatch: pytest.MonkeyPatch) -> None:
    """Elliptical draws told apart without the partitions in which two of them are one."""
    monkeypatch.setattr(draws, "partitions", lambda items: iter([[[item] for item in items]]))
    with pytest.raises(AssertionError, match="Formula"):
        all(agrees(seed, elliptical=True) is not None for seed in range(420))


def test_ordered_sums_of_given_letters_evaluate_as_loops() -> None:
    """sum_{i<j} and sum_{i<=j} without randomness: `evaluate` and compiled formulas against loops, N = 1 included."""
    yi, yj = indexed(y, "i"), indexed(y, "j")
    inner = (yi.T @ A @ yj) * yi @ yj.T
    for keyword, compare in (("below", int.__lt__), ("at_most", int.__le__)):
        total = sum_over("j", "N", sum_over("i", "N", inner, **{keyword: "j"}))
        for N in (1, 2, 4):
            generator = random.Random(N)
            a, ys = brute_force.matrix(generator, 3, 3), brute_force.matrix(generator, N, 3)
            pairs = [(i, j) for i in range(N) for j in range(N) if compare(i, j)]
            loop = sum(
                (np.outer(ys[i], ys[j]) * (ys[i] @ a @ ys[j]) for i, j in pairs), start=np.full((3, 3), Fraction(0))
            )
            assert np.array_equal(loop, evaluate(total, {"A": a, "y": ys}, {"N": N}))
            floats = {"A": a.astype(float), "y": ys.astype(float)}
            assert np.allclose(compile_expression(total)(floats, {"N": N}), loop.astype(float), rtol=1e-12, atol=1e-12)


def test_compiled_letters_with_two_indices() -> None:
    """x_{t,i}, x_{i,i}-like diagonals and batches of them: axes in any order are the loop of `evaluate`."""
    u = vector("u", "p")
    one, other = indexed(u, "i", "j"), indexed(u, "j", "i")
    diagonal = sum_over("j", "N", sum_over("i", "N", one.T @ other, at_most="j"))
    values = np.random.default_rng(1).normal(size=(2, 3, 3, 4))
    found = compile_expression(diagonal)({"u": values}, {"N": 3})
    assert found.shape == (2,)
    for k in range(2):
        assert np.isclose(found[k], evaluate(diagonal, {"u": values[k]}, {"N": 3}), rtol=1e-12)


@pytest.mark.parametrize(
    ("pairs", "counts"),
    [
        ("ij", [0, 1, 3, 6]),
        ("ij jk", [0, 0, 1, 4]),
        ("ij kj", [0, 1, 5, 14]),
        ("ij ik jl kl", [0, 0, 1, 6]),
        ("ij jk ik", [0, 0, 1, 4]),
    ],
)
def test_the_number_of_ordered_values(pairs: str, counts: list[int]) -> None:
    """Omega(N) of chains, of a common upper bound and of a diamond, counted one by one for N = 1, ..., 4."""
    held = frozenset((Index("N", a), Index("N", b)) for a, b in pairs.split())
    names = sorted({index for pair in held for index in pair})
    for N, count in enumerate(counts, 1):
        values = (dict(zip(names, place, strict=True)) for place in product(range(N), repeat=len(names)))
        assert count == sum(all(at[low] < at[high] for low, high in held) for at in values)
        reduced = covering_pairs(held)
        assert reduced is not None
        assert count == strict_order_polynomial(reduced).evaluate({"N": Fraction(N)}, Fraction(1))


def test_orders_that_contradict_themselves() -> None:
    """i < j < k < i has no values; redundant comparisons do not change the normal form."""
    i, j, k = (Index("N", label) for label in range(3))
    assert covering_pairs([(i, j), (j, k), (k, i)]) is None
    assert covering_pairs([(i, j), (j, k), (i, k)]) == covering_pairs([(i, j), (j, k)])


def test_what_the_order_leaves_when_letters_meet() -> None:
    """E (sum_{i<j} x_i'A x_j)^2 = N(N-1)/2 tr(A Lambda A' Lambda), and the masked sum of x_j x_j' counts N(N+1)/2."""
    xi, xj = indexed(x, "i"), indexed(x, "j")
    law = {x: Gaussian(LAMBDA)}
    N = length("N")
    form = sum_over("j", "N", sum_over("i", "N", xi.T @ A @ xj, below="j"))
    assert expectation(form**2, law) == N * (N - 1) * (A @ LAMBDA @ A.T @ LAMBDA).trace() / 2
    masked = sum_over("i", "N", sum_over("j", "N", xj @ xj.T, at_most="i"))
    assert expectation(masked, law) == N * (N + 1) * LAMBDA / 2


def test_a_causal_layer_averaged_over_positions() -> None:
    """Prefixes of length m, summed over m, are the sums up to m <= N: E of the squared sum over a prefix."""
    xi = indexed(x, "i")
    law = {x: Gaussian(LAMBDA)}
    prefix = expectation(sum_over("i", "m", xi.T @ A @ xi) ** 2, law)
    N, t, s = length("N"), (A @ LAMBDA).trace(), (A @ LAMBDA @ (A + A.T) @ LAMBDA).trace()
    assert sum_over_length("m", "N", prefix) == N * (N + 1) * (2 * N + 1) / 6 * t * t + N * (N + 1) / 2 * s
    for value in (1, 2, 5):
        found = sum_over_length("m", "N", prefix)
        numbers = {"A": [[Fraction(2), Fraction(1)], [Fraction(3), Fraction(5)]], "Lambda": [[Fraction(2), 1], [1, 3]]}
        assert evaluate(found, numbers, {"N": value}) == sum(
            evaluate(prefix, numbers, {"m": k}) for k in range(1, value + 1)
        )


def test_the_empirical_loss_of_n_prompts_averages_to_the_population_loss() -> None:
    """(1/n) sum_t (y_hat_t - y_t)^2 / 2 over prompts t, examples x_{t,i}: its mean is the loss, its variance ~ 1/n."""
    xt, wt, qt = indexed(x, "t", "i"), indexed(w, "t"), indexed(vector("x_q"), "t")
    U, N, n = matrix("U11"), length("N"), length("n")
    step = sum_over("i", "N", (wt.T @ xt) * (xt.T @ U @ qt)) / N - wt.T @ qt
    laws = {x: Gaussian(LAMBDA), w: Gaussian(identity("d")), vector("x_q"): Gaussian(LAMBDA)}
    empirical = sum_over("t", "n", step * step) / (2 * n)
    mean = expectation(empirical, laws)
    loss = population_loss().expression
    blocks = {s.name: s for s in loss.symbols}
    values = {blocks["u21"]: zero("d", 1), blocks["u12"]: zero("d", 1), blocks["u"]: number(1), blocks["U11"]: U}
    assert mean == loss.substitute(values)
    variance = expectation(empirical * empirical, laws) - mean * mean
    assert "n" in variance.lengths
    assert "n" not in (variance * n).lengths


def test_gradients_by_one_of_many_heads() -> None:
    """The gradient of (sum_h w' U_h v)^2 + sum_h tr(U_h U_h') by U_k is 2 (sum_h w'U_h v) w v' + 2 U_k."""
    U = matrix("U")
    Uh, Uk = indexed(U, "h"), indexed(U, "k")
    total = sum_over("h", "H", w.T @ Uh @ v)
    found = gradient(total**2 + sum_over("h", "H", (Uh @ Uh.T).trace()), Uk)
    assert found == 2 * total * (w @ v.T) + 2 * Uk
    assert stacking(found)["U"] == ("H",)
    numbers = {"U": [[[1, 2], [3, 4]], [[0, 1], [5, 2]]], "w": [1, 2], "v": [3, 1]}
    form = sum(np.array([1, 2]) @ np.array(u) @ np.array([3, 1]) for u in numbers["U"])
    for k in (1, 2):
        direct = 2 * form * np.outer([1, 2], [3, 1]) + 2 * np.array(numbers["U"][k - 1])
        assert np.array_equal(direct, evaluate(found, numbers, {"H": 2}, at={"k": k}))
    with pytest.raises(ValueError, match="U has 2 copies, there is none number 3"):
        evaluate(found, numbers, {"H": 2}, at={"k": 3})


def test_a_gradient_by_a_head_is_a_difference_quotient() -> None:
    """For a loss of degree four in heads that meet in every term, against exact differences of cubics."""
    U = matrix("U")
    Ug, Uh, Uk = (indexed(U, label) for label in "ghk")
    f = sum_over("g", "H", sum_over("h", "H", (Ug @ A @ Uh).trace() * (w.T @ Uh.T @ Ug @ v), below="g"))
    G = gradient(f, Uk)
    generator = random.Random(4)
    values = {name: brute_force.matrix(generator, 2, 2) for name in "A"} | {
        name: brute_force.vector(generator, 2) for name in "wv"
    }
    heads = np.stack([brute_force.matrix(generator, 2, 2) for _ in range(3)])
    sizes = {"H": 3}
    for k, i, j in product(range(3), range(2), range(2)):

        def at(step: int, k: int = k, i: int = i, j: int = j) -> Any:
            moved = heads.copy()
            moved[k, i, j] += step
            return evaluate(f, {**values, "U": moved}, sizes)

        # Exact for polynomials of degree four.
        quotient = (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12
        assert quotient == evaluate(G, {**values, "U": heads}, sizes, at={"k": k + 1})[i, j]


def test_text_and_latex_show_order_and_tuples() -> None:
    """sum_{j<i}(...) and x_{i,j}; both can be read back."""
    xi, xj = indexed(x, "i"), indexed(x, "j")
    form = sum_over("j", "N", sum_over("i", "N", xi.T @ A @ xj, below="j"))
    # Of a form and its transpose the one that begins with the lower index is printed.
    assert str(form) == "sum_{j<i}(x_i' A' x_j)"
    assert expect(str(form), vectors=["x"]) == form
    assert latex(form) == r"\sum_{i=1}^{N} \sum_{j < i} x_{i}^\top A^\top x_{j}"
    pair = indexed(x, "i", "j")
    tuple_sum = sum_over("i", "N", sum_over("j", "M", pair.T @ A @ pair))
    assert latex(tuple_sum) == r"\sum_{i=1}^{M} \sum_{j=1}^{N} x_{j,i}^\top A x_{j,i}"
    read = expect(str(tuple_sum), vectors=["x"], lengths={"i": "M", "j": "N"})
    assert read == tuple_sum


def text_of(formula: Formula) -> str:
    """The formula as a user types it, one sum inside the other."""

    def of(end: tuple[str, tuple[str, ...]]) -> str:
        return "_".join((end[0], *end[1]))

    pieces = [f"({of(a)}' {m} {of(b)})" for a, m, b in formula.factors]
    if formula.is_open:
        a, _, b = formula.factors[-1]
        pieces[-1] = f"{of(a)} {of(b)}'"
    text = " ".join(pieces)
    for held in reversed(formula.sums):
        compared = f"{{{held.label}{held.relation}{held.limit}}}" if held.relation else held.label
        text = f"sum_{compared}({text})"
    return text


def test_ordered_sums_are_read_and_their_text_is_read_back() -> None:
    """300 random formulas: what is typed is what `sum_over` makes, and its text says the same where all run to N."""
    names = {"A": A, "B": B, "D": matrix("D"), **VECTORS}
    read_back = 0
    for seed in range(300):
        formula = random_formula(random.Random(seed))
        expression = symbolic(formula)
        upto = {s.label: s.upto for s in formula.sums}
        assert elaborate(parse(text_of(formula)), Vocabulary(names, {}, upto)) == expression
        if expression and set(upto.values()) == {"N"}:
            text = str(expression)
            assert elaborate(parse(text), Vocabulary({**names, "N": length("N")})) == expression, text
            printed = latex(expression)
            assert expression_of_latex(printed, expression.symbols) == expression, printed
            read_back += any(s.relation for s in formula.sums)
    assert read_back >= 50


def both_read_back(expression: Expression) -> None:
    """Text and LaTeX of an expression whose indices all run to N, if bound, are read back as the same expression."""
    free = {str(i.label): "N" for m in expression.terms for i in m.indices if i.length == ""}
    names = {symbol.name: symbol_expression(symbol) for symbol in expression.symbols}
    names |= {name: length(name) for name in expression.lengths}
    text = str(expression)
    assert elaborate(parse(text), Vocabulary(names, {}, free, free=tuple(free)), text) == expression, text
    printed = latex(expression)
    assert expression_of_latex(printed, expression.symbols, expression.lengths, free) == expression, printed
    typed = parse_latex(statement_latex(parse(text)), {r"\mathbf{e}": "e"}, free)
    assert elaborate(typed.tree, Vocabulary(names, {}, typed.upto, free=tuple(free))) == expression, text


def test_formulas_with_free_indices_are_read_back() -> None:
    """Of 300 random formulas the outer sums taken away: what they bound is free, also as a limit of inner sums."""
    read_back = limits = 0
    for seed in range(300):
        formula = random_formula(random.Random(seed))
        outer = len(formula.sums) // 2
        if not outer or {s.upto for s in formula.sums} != {"N"}:
            continue
        expression = symbolic(replace(formula, sums=formula.sums[outer:]))
        if expression:
            both_read_back(expression)
            read_back += 1
            limits += any(s.limit in "ijkl"[:outer] for s in formula.sums[outer:] if s.limit)
    assert read_back >= 50
    assert limits >= 20


def test_a_free_limit_is_no_index_of_the_sum() -> None:
    """sum_{i: i<h} runs over i alone, sum_{i<h} over both; LaTeX shows N where only a lower limit is given."""
    Ui, Uh, Uk = (indexed(matrix("U"), label) for label in "ihk")
    below = sum_over("i", "N", (Ui @ Uh).trace(), below="h")
    assert str(below) == "sum_{i: i<h}(tr(U_h U_i))"
    assert latex(below) == r"\sum_{i < h} \operatorname{tr}(U_{h} U_{i})"
    above = sum_compared("i", "N", (Ui @ Uh).trace(), [(">", "h")])
    assert str(above) == "sum_{i: h<i}(tr(U_h U_i))"
    assert latex(above) == r"\sum_{i > h}^{N} \operatorname{tr}(U_{h} U_{i})"
    between = sum_compared("i", "N", Ui.trace(), [(">", "h"), ("<", "k")])
    assert latex(between) == r"\sum_{i > h, i < k} \operatorname{tr}(U_{i})"
    both = sum_over("h", "N", below)
    assert str(both) == "sum_{j<i}(tr(U_i U_j))"
    # The derivative by U_k of the derivative by U_h: [h < k] and [k < h].
    twice = gradient((C.T @ gradient(both, Uh)).trace(), Uk)
    assert str(twice) == "[h<k] C' + [k<h] C'"
    assert latex(twice) == r"[h < k] C^\top + [k < h] C^\top"
    for expression in (below, above, between, twice):
        both_read_back(expression)
    values = {"U": [[[3]], [[5]], [[7]]]}
    assert [evaluate(below, values, {"N": 3}, at={"h": h}) for h in (1, 2, 3)] == [0, 15, 56]
    assert [evaluate(above, values, {"N": 3}, at={"h": h}) for h in (1, 2, 3)] == [36, 35, 0]


@pytest.mark.parametrize(
    "expression",
    [
        sum_over("k", "N", indexed(x, "i").T @ A @ indexed(x, "k")),
        sum_over("k", "N", scalar_letter("i") * indexed(x, "k").T @ x),
        sum_over("a", "N", sum_over("b", "N", length("j") * indexed(x, "a").T @ indexed(x, "b"), below="a")),
        sum_over("t", "N", sum_over("k", "N", indexed(vector("x_q"), "t", "k").T @ indexed(vector("u21"), "t", "k"))),
        sum_over("t", "N", indexed(vector("x_q"), "i", "j", "t").T @ v),
        sum_over("a", "N", (indexed(y, "a").T @ v) * indicator("i", "alpha")),
    ],
    ids=str,
)
def test_names_of_indices_are_kept_apart(expression: Expression) -> None:
    """No bound index is printed with the name of a free one, of a letter or of a length; x_{q,t,i} carries t and i."""
    both_read_back(expression)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sum_{i: i<j}(x_i)", "i is compared with j, which is neither summed over outside nor free"),
        ("sum_{i: j<h}(x_i)", "j and h are not summed over here"),
        ("sum_{i, i: i<h}(x_i)", "the index i is listed twice"),
        ("sum_h(x_h)", "the index h is free; sum over another one"),
        ("sum_{i<h}(x_i)", "the index h is free; sum over another one, as in sum_{a: a<h}(...)"),
        ("sum_i([h<i] x_i)", "compares free indices, which i is not"),
        ("[h<=h] x", "the index h is compared with itself"),
        ("x_h_t", "unknown name 'x_h_t'"),
        ("sum_{p: p<h}(x_p)", "p < h compares an index up to M with one up to N"),
        ("sum_p(x_p' x_h)", "x is summed to M and to N"),
    ],
)
def test_wrong_use_of_free_indices_is_refused(text: str, message: str) -> None:
    """Each error says what is wrong with which index."""
    vocabulary = Vocabulary({"x": x}, {}, {"p": "M", "h": "N"}, free=("h",))
    with pytest.raises(GrammarError, match=re.escape(message)):
        elaborate(parse(text), vocabulary, text)


def test_unit_vectors_are_read_back() -> None:
    """e_j under a sum to d, unless e is a letter."""
    expression = sum_over("a", "d", sum_over("k", "N", (unit_vector("d", "a").T @ indexed(y, "k")) ** 3))
    names = {"y": y, "N": length("N"), "d": length("d")}
    text = str(expression)
    assert text == "sum_i(sum_j((e_j' y_i)^3))"
    assert elaborate(parse(text), Vocabulary(names, {}, {"j": "d"}), text) == expression
    assert expression_of_latex(latex(expression), expression.symbols) == expression
    assert expect(text, vectors=["y"], lengths={"j": "d"}) == expression
    with pytest.raises(GrammarError, match="unknown name 'e_i'"):
        expect("sum_i(e_i)")
    own = elaborate(parse("sum_i(e_i)"), Vocabulary({"e": vector("e")}))
    assert own == sum_over("i", "N", indexed(vector("e"), "i"))


def test_formulas_with_free_indices_are_typed() -> None:
    """Letters that are not random may carry a free index inside of an expectation, random ones may not."""
    mean = expect("sum_{i: i<h}(E[x' U_i x])", gaussian={"x": "Lambda"}, free=["h"])
    assert str(mean) == "sum_{i: i<h}(tr(Lambda U_i))"
    below = expect("E[sum_{i: i<h}(x_i' U_h x_i)]", gaussian={"x": "Lambda"}, free=["h"])
    assert str(below) == "sum_{i: i<h}(tr(Lambda U_h))"
    with pytest.raises(GrammarError, match="the index h of x is bound by no sum inside the expectation"):
        expect("E[x_h' U_h x_h]", gaussian={"x": "Lambda"}, free=["h"])


def test_sums_may_be_bound_after_the_expectation() -> None:
    """Of 1,200 formulas the sums over what no random letter carries, outside of the expectation and inside of it."""
    compared = limits = 0
    for seed in range(1200):
        formula = random_formula(random.Random(seed))
        carried = {
            label for a, _, b in formula.factors for name, labels in (a, b) for label in labels if name in RANDOM
        }
        outer = 0
        # Inside of a sum over i <= h a random letter x_i has the free index h where i = h.
        carried |= {s.limit for s in formula.sums if s.relation == "<="}
        while outer < len(formula.sums) and formula.sums[outer].label not in carried:
            outer += 1
        if not outer:
            continue
        inside = expectation(symbolic(formula), LAWS)
        outside = expectation(symbolic(replace(formula, sums=formula.sums[outer:])), LAWS)
        for held in reversed(formula.sums[:outer]):
            below = held.limit if held.relation == "<" else None
            at_most = held.limit if held.relation == "<=" else None
            outside = sum_over(held.label, held.upto, outside, below=below, at_most=at_most)
        assert outside == inside, formula
        compared += bool(inside)
        limits += bool(inside) and any(s.limit in "ijkl"[:outer] for s in formula.sums[outer:] if s.limit)
    assert compared >= 20
    assert limits >= 5


def test_the_degree_of_letters_with_two_indices_counts() -> None:
    """A term with too many random letters x_t_i is refused before anything is multiplied out."""
    with pytest.raises(GrammarError, match="a term with 50 random letters"):
        expect("E[sum_t(sum_i(x_t_i' x_t_i))^25]", gaussian={"x": "Lambda"}, lengths={"t": "n"})


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("sum_{i<j}(1)", "N (N - 1)/2"),
        ("sum_{i<=j}(1)", "N (N + 1)/2"),
        ("sum_{i<j<k}(1)", "N (N - 1) (N - 2)/6"),
        ("sum_{j>i, j<=k}(1)", "N (N - 1) (N + 1)/6"),
        ("sum_j(sum_{i<j}(1))", "N (N - 1)/2"),
        ("sum_i(sum_{i<j}(1))", "N (N - 1)/2"),
        ("sum_{i<j}(sum_{i<k<=j}(1))", "N (N - 1) (N + 1)/6"),
        ("sum_j(sum_k(sum_{i<=j, i<=k}(1)))", "N (N + 1) (2 N + 1)/6"),
        ("sum_{i<j, k<=i, k>=j}(1)", "0"),
        ("sum_{i<=j, i>=j}(1)", "N"),
    ],
)
def test_which_indices_a_comparison_sums_over(text: str, count: str) -> None:
    """Those that no outer sum runs over, in both directions; contradictions have no values."""
    assert expect(text) == expect(count)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("sum_{i}(x_i)", "expected '<', '<=', '>' or '>='"),
        ("sum_{i<i}(x_i)", "column 8: the index i is compared with itself"),
        ("sum_i(sum_j(sum_{k<i<j}(x_k)))", "i and j are summed over outside"),
        ("sum_{i<2}(x_i)", "expected a summation index, found '2'"),
        ("sum_{i<j(x_i)", "expected '}' to close the indices"),
        ("sum_{i<p}(x_i)", "i < p compares an index up to N with one up to M"),
        ("sum_i(sum_{j<k}(sum_{i<j, i<k}(x_i)))", "i and j are summed over outside"),
        ("sum_{i<x}(x_i)", "x is a letter or a length already"),
        ("x {", "expected an operator or the end, found '{'"),
    ],
)
def test_comparisons_that_cannot_be_read_are_refused(text: str, message: str) -> None:
    """Each with its place and what would be right."""
    with pytest.raises(GrammarError, match=re.escape(message)):
        expect(text, vectors=["x"], lengths={"p": "M"})


REFUSED: dict[str, tuple[Callable[[], Any], str]] = {
    "below itself": (lambda: sum_over("i", "N", x.T @ x, below="i"), "cannot be compared with itself"),
    "two lengths": (
        lambda: sum_over("j", "M", sum_over("i", "N", indexed(x, "i").T @ indexed(x, "j"), below="j")),
        "an index up to N cannot run below one up to M",
    ),
    "free limit": (lambda: evaluate(sum_over("i", "N", length("N"), below="j"), {}, {"N": 2}), "bound by no sum"),
    "one letter, one index and two": (
        lambda: evaluate(
            sum_over("i", "N", indexed(y, "i").T @ v)
            + sum_over("i", "N", sum_over("j", "N", indexed(y, "i", "j").T @ v)),
            {"y": [[1]], "v": [1]},
            {"N": 1},
        ),
        "y stands with indices",
    ),
    "a letter with and without an index": (
        lambda: compile_expression(scalar_letter("s") * sum_over("i", "N", indexed(scalar_letter("s"), "i"))),
        "s stands with indices",
    ),
    "lengths of draws": (
        lambda: expectation(
            sum_over("i", "N", sum_over("t", "n", indexed(x, "t", "i")))
            @ sum_over("i", "M", sum_over("t", "n", indexed(x, "t", "i"))).T,
            {x: Gaussian(LAMBDA)},
        ),
        "which draws coincide is not defined",
    ),
    "elliptical and ordered beside a given letter": (
        lambda: expectation(
            sum_over("j", "N", sum_over("i", "N", (indexed(x, "i").T @ indexed(y, "j")) ** 2, below="j")),
            {x: Gaussian(LAMBDA, radial_moment=lambda k: length("N"))},
        ),
        "shares an index with y, which is not averaged; the radius of x would",
    ),
    "the same index twice": (lambda: indexed(x, "i", "i"), "carries the index i already"),
    "joint with a stranger": (
        lambda: expectation(x.T @ x, {x: Gaussian(LAMBDA, joint={z: C})}),
        "no other Gaussian letter",
    ),
    "joint of another shape": (
        lambda: expectation(x.T @ x, {x: Gaussian(LAMBDA, joint={z: v}), z: Gaussian(LAMBDA)}),
        "must be d x d, got d x 1",
    ),
    "two cross-covariances": (
        lambda: expectation(x.T @ x, {x: Gaussian(LAMBDA, joint={z: C}), z: Gaussian(LAMBDA, joint={x: C})}),
        "two cross-covariances",
    ),
    "joint and elliptical": (
        lambda: expectation(
            x.T @ x, {x: Gaussian(LAMBDA, joint={z: C}), z: Gaussian(LAMBDA, radial_moment=lambda k: length("d"))}
        ),
        "neither may have a radius",
    ),
    "a random covariance": (
        lambda: expectation(x.T @ x, {x: Gaussian(z @ z.T), z: Gaussian(LAMBDA)}),
        "take the expectation over x first and that over z of the result",
    ),
    "a head that is not known": (
        lambda: gradient((indexed(A, "h") @ B).trace(), indexed(A, "k")),
        "whether they equal k is not known",
    ),
    "harmonic sums": (lambda: sum_over_length("m", "N", length("d") / length("m")), "no rational function"),
    "a sum over a size": (lambda: sum_over_length("d", "N", A.trace()), "is the size of a letter"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_wrong_use_of_indices_is_refused(case: str) -> None:
    """Each refusal names what is wrong; none gives a value."""
    call, reason = REFUSED[case]
    with pytest.raises(ValueError, match=reason):
        call()


def test_a_random_covariance_by_nested_expectations() -> None:
    """x | S ~ N(0, S), S = z z' + Psi with z ~ N(0, Lambda): E x x' A x x' from the inside out."""
    inner = expectation(x @ x.T @ A @ x @ x.T, {x: Gaussian(z @ z.T + PSI)})
    nested = expectation(inner, {z: Gaussian(LAMBDA)})
    # Given z, x = u + e z with u ~ N(0, Psi) and e ~ N(0, 1).
    e = scalar_letter("e")
    mixed = x + e * z
    form = mixed @ mixed.T @ A @ mixed @ mixed.T
    assert nested == expectation(form, {x: Gaussian(PSI), z: Gaussian(LAMBDA), e: Gaussian(number(1))})


def test_sums_of_what_was_computed_count_as_computed() -> None:
    """A sum over an index or a length of an expectation is still the result of one; of what was typed it is not."""
    form = sum_over("i", "m", indexed(x, "i").T @ A @ indexed(x, "i"))
    mean = expectation(form, {x: Gaussian(LAMBDA)})
    for held, computed in ((mean, True), (length("m") * (A @ LAMBDA).trace(), False)):
        assert held.computed == computed
        assert sum_over_length("m", "N", held).computed == computed
        assert sum_over("k", "N", held).computed == computed


def test_forms_of_ordered_sums_that_differ_refute_nothing() -> None:
    """sum_{i<j} + sum_{j<i} + sum_{i=j} = sum_{i,j}: equal for all values, in two forms."""
    yi, yj = indexed(y, "i"), indexed(y, "j")
    form = yi.T @ A @ yj
    below = sum_over("j", "N", sum_over("i", "N", form, below="j"))
    above = sum_over("i", "N", sum_over("j", "N", form, below="i"))
    whole = sum_over("i", "N", sum_over("j", "N", form))
    parts = below + above + sum_over("i", "N", yi.T @ A @ yi)
    generator = random.Random(2)
    for N in (1, 2, 3):
        values = {"A": brute_force.matrix(generator, 2, 2), "y": brute_force.matrix(generator, N, 2)}
        assert evaluate(parts, values, {"N": N}) == evaluate(whole, values, {"N": N})
    assert decide(parts, whole) != "different"
    assert not is_complete(parts)
    assert is_complete(whole)
    assert decide(below, below * 1) == "equal"
