"""Derivations: they run as scripts, print cleanly, and every step is there to be read."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.theory import brute_force
from theory import DERIVATIONS, Derivation, Formula, global_minimum, population_loss
from theory.algebra.expression import number
from theory.derivation import Step, marked, plain

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
    """Displays open and close, one a step, or one a result."""
    derivation = derive()
    assert len(derivation.steps) == derivation.latex().count("\\[") == derivation.latex().count("\\]")
    assert len(derivation.results) == derivation.latex(with_steps=False).count("\\[")


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


def test_labels_have_a_plain_form() -> None:
    """No LaTeX is left in text output."""
    assert "y_hat = E[x]'" == plain(r"\hat y = \mathbb{E}[x]^\top")
    assert "||Lambda^(1/2) U||_F^2 <= 1/N" == plain(r"\|\Lambda^{1/2} U\|_F^2 \le \tfrac{1}{N}")
    for derive in DERIVATIONS.values():
        assert not set("\\$") & set(derive().text())


@pytest.mark.parametrize("derive", DERIVATIONS.values(), ids=DERIVATIONS)
def test_steps_have_ids_and_mark_their_formulas(derive: Callable[[], Derivation]) -> None:
    """Outside of dollar signs a reason is text that LaTeX takes as it is, and every id finds its step."""
    derivation = derive()
    for step in derivation.steps:
        assert step is derivation.step(step.id)
        for piece, is_formula in marked(step.reason):
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
        list(marked("half a $formula"))


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
