"""Derivations: they run as scripts, print cleanly, and every step is there to be read."""

from __future__ import annotations

import math
import os
import random
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from theory import (
    DERIVATIONS,
    Derivation,
    Formula,
    global_minimum,
    limiting_predictor,
    population_loss,
    prediction_error,
)
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import indexed, length, matrix, number, scalar_letter, stacking, sum_over, vector
from theory.algebra.limits import ridgeless_risk
from theory.algebra.words import Symbol
from theory.derivation import Step
from theory.marked_text import pieces, plain_formula, require_marked

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", DERIVATIONS)
def test_every_derivation_prints_itself(name: str) -> None:
    """`python -m theory NAME` prints the derivation and nothing else, with warnings shown."""
    result = subprocess.run(
        [sys.executable, "-m", "theory", name],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert (0, "") == (result.returncode, result.stderr)
    assert DERIVATIONS[name]().text() + "\n" == result.stdout


@pytest.mark.parametrize(("name", "derive"), DERIVATIONS.items())
def test_every_step_has_a_reason_and_a_formula(name: str, derive: Callable[[], Derivation]) -> None:
    """Reasons are sentences; LaTeX braces balance; results are formulas with arguments that exist."""
    derivation = derive()
    assert name == derivation.name
    for step in derivation.steps:
        assert step.reason.endswith(".")
        text = step.latex()
        assert text.count("{") == text.count("}")
    for formula in derivation.results.values():
        letters = {symbol.name for symbol in formula.expression.symbols} | set(formula.expression.lengths)
        known = set(formula.arguments.values()) | {d.symbol.name for d in formula.definitions} | set(formula.constants)
        # Dimensions, and n where there are n covariances, are read off the values of the letters.
        sizes = {size for symbol in formula.expression.symbols for size in (symbol.rows, symbol.cols)}
        assert letters <= known | sizes | {"d", "n"}


@pytest.mark.parametrize("derive", DERIVATIONS.values())
def test_derivations_print_as_latex_with_and_without_steps(derive: Callable[[], Derivation]) -> None:
    """Displays open and close: every step has one; without the steps every result has one."""
    derivation = derive()
    steps = derivation.latex().count("\\begin{align}")
    assert len(derivation.steps) <= steps <= len(derivation.steps) + len(derivation.results)
    assert len(derivation.results) == derivation.latex(with_steps=False).count("\\begin{align}")


def test_unknown_results_list_the_known_ones() -> None:
    """A slip in a result's name is answered with the names."""
    with pytest.raises(KeyError, match="floor"):
        global_minimum()["flor"]


def test_gradients_by_what_is_no_letter_are_refused() -> None:
    """There is no derivative by a length."""
    with pytest.raises(
        ValueError, match="no gradient with respect to 'context_length'; the letters are covariance, U11"
    ):
        population_loss().gradient("context_length")


def test_limits_of_formulas() -> None:
    """Theorem 4.2 in long prompts: the variance goes with M, the bias with N, the floor stays."""
    error = prediction_error("linear")
    L, w = [[2, 1], [1, 3]], [1, Fraction(-1, 2)]
    given = {"covariance": L, "w": w, "noise_variance": Fraction(1, 5)}
    assert Fraction(1, 5) == error.limit("prompt_length", "context_length").evaluate(**given)
    for argument, other in (("prompt_length", "context_length"), ("context_length", "prompt_length")):
        end = error.limit(argument).evaluate(**given, **{other: 4})
        gaps = [error.evaluate(**given, **{argument: n, other: 4}) - end for n in (10**4, 10**5)]
        assert 9 < gaps[0] / gaps[1] < 11
    with pytest.raises(ValueError, match="is not a length"):
        error.limit("w")
    with pytest.raises(ValueError, match="sum to M"):
        limiting_predictor().limit("prompt_length")


RESULTS = [
    (name, key, argument)
    for name, derive in DERIVATIONS.items()
    for key, formula in derive().results.items()
    for argument, length_ in formula.arguments.items()
    if length_ in ("N", "M")
]
# What has no limit, with the reason that is given.
NO_LIMIT = {
    ("limiting_predictor", "limiting predictor", "prompt_length"): "a sum to M of letters that are not random",
    ("random_covariance", "predictor", "prompt_length"): "a sum to M of letters that are not random",
    ("least_squares", "few examples", "prompt_length"): "grows with M",
}


def generic_values(formula: Formula, generator: random.Random) -> dict[str, Any]:
    """Values for all arguments: generic matrices, two copies under every sum."""
    sizes = {"d": 3, "n": 2, "N": 2, "M": 2}
    symbols = {symbol.name: symbol for part in formula._parts for symbol in part.symbols}
    copies = {name: held for part in formula._parts for name, held in stacking(part).items()}

    def one(symbol: Symbol) -> Any:
        rows, cols = (sizes[size] if isinstance(size, str) else size for size in (symbol.rows, symbol.cols))
        if rows == cols == 1:
            return float(abs(brute_force.rational(generator)))
        root = brute_force.root(generator, rows).astype(float)
        if symbol.symmetric:
            return root @ root.T
        return brute_force.matrix(generator, rows, cols).astype(float).reshape((rows, cols) if cols != 1 else rows)

    values: dict[str, Any] = {}
    for key, name in formula.arguments.items():
        if name in formula.length_names:
            values[key] = sizes[name]
        elif name in symbols:
            stacked = (
                [one(symbols[name]) for _ in range(sizes[copies[name][0]])] if copies[name] else one(symbols[name])
            )
            values[key] = np.array(stacked, dtype=object) if copies[name] else stacked
        elif key not in formula.defaults:
            values[key] = 1.0
    return values


@pytest.mark.parametrize(("name", "key", "argument"), RESULTS)
def test_every_formula_of_the_catalogue_has_its_limit_in_long_prompts(name: str, key: str, argument: str) -> None:
    """At ten times the length the distance to the limit is ten times less, or a hundred, or there is none."""
    formula = DERIVATIONS[name]().results[key]
    if (name, key, argument) in NO_LIMIT:
        with pytest.raises(ValueError, match=NO_LIMIT[name, key, argument]):
            formula.limit(argument)
        return
    end = formula.limit(argument)
    assert formula.arguments[argument] not in end.expression.lengths
    values = generic_values(formula, random.Random(5))
    kept = {held: value for held, value in values.items() if held in end.arguments}

    def at(count: int) -> Any:
        return np.asarray(formula.evaluate(**{**values, argument: count}), dtype=float)

    limit = np.asarray(end.evaluate(**kept), dtype=float)
    near, far = np.abs(at(10**5) - limit).max(), np.abs(at(10**4) - limit).max()
    scale = max(np.abs(limit).max(), np.abs(at(10)).max(), 1.0)
    assert far < scale / 10
    assert far < 1e-9 * scale or 9 < far / near < 110


def test_no_formula_of_the_catalogue_is_left_out() -> None:
    """The walk has met every derivation with a prompt length, and most of its results have limits."""
    assert len(RESULTS) > 40
    assert len({name for name, _, _ in RESULTS}) >= 10
    assert set(NO_LIMIT) <= set(RESULTS)


def test_limits_by_names_and_in_proportion() -> None:
    """limit(N=oo) is that of the keyword; limit(d="c M") of least squares is c/(1 - c), for c < 1 only."""
    loss = population_loss()
    assert loss.limit(N=math.inf).expression == loss.limit(N="oo").expression
    assert loss.limit(N=math.inf).expression == loss.limit("context_length").expression
    enough, few = (DERIVATIONS["least_squares"]().results[key] for key in ("enough examples", "few examples"))
    risk = enough.limit(d="c M")
    for c in (Fraction(1, 3), Fraction(3, 4), 0.4):
        assert risk.evaluate(c=c, noise_variance=Fraction(2, 5)) == ridgeless_risk(Fraction(c), 1, Fraction(2, 5))
        with pytest.raises(ValueError, match="holds where"):
            few.limit(d="c M").evaluate(c=c, noise_variance=1, w=[1], eigenvalue=1)
    with pytest.raises(ValueError, match="holds where"):
        risk.evaluate(c=Fraction(4, 3), noise_variance=1)
    assert few.limit(d="c M").evaluate(c=2, noise_variance=3, w=[1, 2], eigenvalue=1) == ridgeless_risk(2, 5, 3)
    with pytest.raises(ValueError, match="the ratio c must be a positive number, got 0"):
        risk.evaluate(c=0, noise_variance=1)
    with pytest.raises(ValueError, match="for which `evaluate` takes a number"):
        risk.lambdify()
    with pytest.raises(ValueError, match="not to 'M'"):
        enough.limit(d="M")
    with pytest.raises(ValueError, match="'K' is not a length of risk"):
        enough.limit(K=math.inf)
    with pytest.raises(ValueError, match="grows with M"):
        few.limit(M=math.inf)


@pytest.mark.parametrize(
    ("formula", "argument"),
    [
        (global_minimum()["floor"], "covariance"),
        (global_minimum(task_covariance=True)["floor"], "covariance"),
        (global_minimum(task_covariance=True)["floor"], "task_covariance"),
    ],
)
def test_gradients_go_through_abbreviations(formula: Formula, argument: str) -> None:
    """Gamma moves with the covariance that it is made of: the slope along a direction is tr(G' D)."""
    generator = random.Random(3)
    roots = {key: brute_force.root(generator, 3) for key in ("covariance", "task_covariance")}
    at: dict[str, Any] = {key: root @ root.T for key, root in roots.items() if key in formula.arguments}
    half = brute_force.matrix(generator, 3, 3)
    direction, step = half + half.T, Fraction(1, 10**6)
    ends = [
        formula.evaluate(**{**at, argument: at[argument] + sign * step * direction}, context_length=2)
        for sign in (1, -1)
    ]
    slope = np.trace(formula.gradient(argument).evaluate(**at, context_length=2).T @ direction)
    assert abs((ends[0] - ends[1]) / (2 * step) - slope) < Fraction(1, 10**6) * abs(slope)


def test_gradients_with_respect_to_heads() -> None:
    """All heads at once, by `evaluate`, exactly, and compiled for a batch, against differences of a quartic loss."""
    U, A, w, v = matrix("U"), matrix("A"), vector("w"), vector("v")
    one, other = indexed(U, "g"), indexed(U, "h")
    pairs = sum_over("h", "H", (one @ A @ other).trace() * (w.T @ other.T @ one @ v), below="g")
    loss = sum_over("g", "H", pairs) + sum_over("h", "H", w.T @ other @ v) ** 2
    formula = Formula("loss of heads", loss, {"U": "U", "A": "A", "w": "w", "v": "v"})
    generator = random.Random(2)
    values: dict[str, Any] = {name: brute_force.vector(generator, 2) for name in "wv"}
    values |= {"A": brute_force.matrix(generator, 2, 2)}
    heads = np.stack([brute_force.matrix(generator, 2, 2) for _ in range(3)])
    found = formula.gradient("U").evaluate(**values, U=heads)
    for place in np.ndindex(3, 2, 2):

        def at(step: int, place: tuple[int, ...] = place) -> Any:
            moved = heads.copy()
            moved[place] += step
            return formula.evaluate(**values, U=moved)

        # Exact for polynomials of degree four.
        assert found[place] == (8 * (at(1) - at(-1)) - (at(2) - at(-2))) / 12
    floats = {name: value.astype(float) for name, value in values.items()}
    batch = np.stack([heads.astype(float), 2 * heads.astype(float)])
    compiled = formula.gradient("U").lambdify()(**floats, U=batch)
    assert compiled.shape == (2, 3, 2, 2)
    assert np.allclose(compiled[0], found.astype(float), rtol=1e-12)
    expected = formula.gradient("U").evaluate(**floats, U=batch[1])
    assert np.allclose(compiled[1], expected, rtol=1e-12)
    linear = Formula("linear", sum_over("h", "H", w.T @ other @ v), {"U": "U", "w": "w", "v": "v"}).gradient("U")
    del floats["A"]
    assert np.allclose(linear.lambdify()(**floats, U=batch)[1], [np.outer(floats["w"], floats["v"])] * 3)
    with pytest.raises(ValueError, match="carries 2 indices, not one"):
        Formula("pairs", sum_over("g", "H", sum_over("h", "K", indexed(U, "g", "h").trace())), {"U": "U"}).gradient("U")


def test_labels_have_a_plain_form() -> None:
    """No LaTeX is left in text output."""
    assert "y_hat = E[x]'" == plain_formula(r"\hat y = \mathbb{E}[x]^\top")
    assert "||Lambda^(1/2) U||_F^2 <= 1/N" == plain_formula(r"\|\Lambda^{1/2} U\|_F^2 \le \tfrac{1}{N}")
    for derive in DERIVATIONS.values():
        assert not set("\\$") & set(derive().text())


@pytest.mark.parametrize("derive", DERIVATIONS.values(), ids=DERIVATIONS)
def test_steps_have_ids_and_mark_their_formulas(derive: Callable[[], Derivation]) -> None:
    """Outside of dollar signs a reason is text that LaTeX takes as it is, and every id finds its step."""
    derivation = derive()
    for step in derivation.steps:
        assert step is derivation.step(step.id)
        require_marked(step.reason)
        for piece, is_formula in pieces(step.reason):
            assert is_formula or not set("\\_^{}&%#<>|") & set(piece), piece
            assert not is_formula or piece.strip() == piece


def test_ids_are_unique_and_known() -> None:
    """Two steps of one id are refused, an unknown id is answered with those that there are."""
    first = Step("a", "One.", number(1), id="one")
    with pytest.raises(ValueError, match="two steps of trial have the id 'one'"):
        Derivation("trial", "Trial", "", (first, first), {})
    with pytest.raises(KeyError, match="it has gram, prediction"):
        DERIVATIONS["model"]().step("wick")
    with pytest.raises(ValueError, match="dollar sign"):
        require_marked("half a $formula")


def test_an_unknown_derivation_is_answered_with_the_names() -> None:
    """`python -m theory NAME` for a slip."""
    result = subprocess.run(
        [sys.executable, "-m", "theory", "loss"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert result.returncode == 2
    assert "no derivation 'loss'" in result.stderr
    assert "population_loss" in result.stderr


def _heads() -> Formula:
    """(1/T^2) sum_{i=1}^{T} tr(A x_i x_i') in R^width."""
    x = vector("x", "width")
    xi = indexed(x, "i")
    total = sum_over("i", "T", xi.T @ matrix("A", "width", "width") @ xi) / length("T") ** 2
    law = {x: Gaussian(matrix("Lambda", "width", "width", definite=True))}
    return Formula("mean form", expectation(total, law), {"covariance": "Lambda", "prompt": "T", "A": "A"})


def test_lengths_may_have_any_name() -> None:
    """T and width are lengths because the expression uses them so; they are checked as N and d are."""
    formula = _heads()
    values = {"covariance": [[2, 1], [1, 3]], "A": [[1, 2], [3, 4]]}
    assert formula.evaluate(**values, prompt=5) == Fraction(2 + 2 + 3 + 12, 5)
    assert formula.length_names == {"T"}
    # The gradient Lambda / T does not contain A, which stays an argument that is checked.
    expected = np.array([[Fraction(1, 2), Fraction(1, 4)], [Fraction(1, 4), Fraction(3, 4)]])
    assert np.array_equal(expected, formula.gradient("A").evaluate(**values, prompt=4))
    with pytest.raises(TypeError, match=r"prompt must be a positive integer, got 2\.5"):
        formula.evaluate(**values, prompt=2.5)
    with pytest.raises(ValueError, match="no gradient with respect to 'prompt'; the letters are covariance, A"):
        formula.gradient("prompt")


def test_an_argument_that_drops_out_is_still_a_length() -> None:
    """The second derivative of T tr(A) does not contain T, but T has to be a positive integer all the same."""
    A = matrix("A", "p", "p")
    formula = Formula("trace", length("T") * (A @ A).trace(), {"prompt": "T", "A": "A"})
    constant = replace(formula.gradient("A"), expression=A.T)
    assert constant.length_names == {"T"}
    with pytest.raises(ValueError, match="prompt must be at least 1, got 0"):
        constant.evaluate(prompt=0, A=[[1]])


def test_a_usual_length_may_be_a_letter() -> None:
    """n is a length by default, a letter where the formula has a letter of that name, and never both."""
    n = scalar_letter("n")
    formula = Formula("square", n**2, {"n": "n"})
    assert formula.evaluate(n=Fraction(3, 2)) == Fraction(9, 4)
    with pytest.raises(ValueError, match="n is a letter and a length at once in both"):
        Formula("both", length("n") * n, {"n": "n"})
