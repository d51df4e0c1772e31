"""Claims with sums over i < j and i <= j: derived, read literally in two evaluators, mutated, and re-checked."""

from __future__ import annotations

import random
from collections.abc import Callable
from fractions import Fraction
from itertools import product
from operator import ge, gt, le, lt
from typing import Any

import numpy as np
import pytest

from proofs_check import Claim, Language, Plan, Quantity, Statement
from proofs_check.judge.certificate import check_report
from proofs_check.judge.certificate.errors import CertificateError
from proofs_check.judge.certificate.evaluator import Meaning, World
from proofs_check.judge.certificate.formulas import Formulas
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.meaning import interpret
from proofs_check.judge.run import verify
from theory.algebra.expectation import Gaussian
from theory.algebra.expression import matrix, vector
from theory.algebra.grammar import GrammarError, parse
from theory.algebra.latex_reader import parse_latex
from theory.algebra.statement_latex import statement_latex

A, x = matrix("A"), vector("x")
LAMBDA = matrix("Lambda", definite=True)
LANGUAGE = Language({"A": A, "Lambda": LAMBDA, "x": x}, {"x": Gaussian(LAMBDA)}, lengths=("p",))
COMPARED: dict[str, Callable[[Any, Any], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


def claim_of(left: str, right: str) -> Claim:
    """left = right for Gaussian vectors x_i."""
    plan = Plan(("A", "Lambda"))
    return Claim("ordered", "", "", Quantity.formula(left), Statement.of(right), LANGUAGE, plan)


def test_a_claim_about_ordered_sums_is_proved_and_its_report_is_checked() -> None:
    """E (sum_{i<j} x_i'A x_j)^2 = N(N-1)/2 tr(A Lambda A' Lambda); the same with i <= j in its place is refuted."""
    claim = claim_of("E[sum_{i<j}(x_i' A x_j)^2]", "N (N - 1)/2 tr(A Lambda A' Lambda)")
    report = verify([claim], prompts=0)
    assert report.results[0].status == "proved"
    outcome = check_report(report.to_json(), [claim])
    symbolic, exact = outcome.claims[0].re_verified
    assert symbolic == "symbolic (fresh points)"
    assert "left side read again at 4" in exact
    wrong = claim_of("E[sum_{i<=j}(x_i' A x_j)^2]", "N (N - 1)/2 tr(A Lambda A' Lambda)")
    assert verify([wrong], prompts=0).results[0].status == "refuted"


def test_an_ordered_sum_on_the_right_has_mutants_of_its_order() -> None:
    """i < j is exchanged for i <= j and dropped, and each of these is refuted."""
    claim = claim_of("E[sum_{i<j}(x_i' A x_i)]", "sum_{i<j}(tr(A Lambda))")
    (result,) = verify([claim], prompts=0).results
    assert result.status == "proved"
    fates = {mutant.change: mutant.fate for mutant in result.mutants}
    assert fates["i < j -> i <= j"] == fates["i < j dropped"] == "killed"


def test_indices_of_two_lengths_are_not_compared() -> None:
    """A claim that compares i <= N with p <= M is refused before anything is computed."""
    language = Language({"A": A}, upto={"p": "M"})
    claim = Claim("two", "", "", Quantity.formula("1"), Statement.of("sum_{i<p}(1)"), language, Plan(("A",)))
    with pytest.raises(ClaimError, match="compares an index up to N with one up to M"):
        verify([claim], prompts=0)


def random_text(generator: random.Random) -> tuple[str, list[str], list[tuple[str, str, str]]]:
    """A sum over at most four indices with random comparisons, in one pair of braces."""
    labels = list("ijkl"[: generator.randint(2, 4)])
    comparisons = []
    for k, label in enumerate(labels[1:], 1):
        comparisons.append((generator.choice(labels[:k]), generator.choice(list(COMPARED)), label))
    if generator.random() < 0.5:
        low, high = generator.sample(labels, 2)
        comparisons.append((low, generator.choice(list(COMPARED)), high))
    ends = [generator.choice(labels) for _ in range(4)]
    body = f"(y_{ends[0]}' A y_{ends[1]}) (y_{ends[2]}' y_{ends[3]})"
    return f"sum_{{{', '.join(map(''.join, comparisons))}}}({body})", ends, comparisons


def test_two_literal_readings_are_sums_in_loops() -> None:
    """300 random orders: the judge's reading, the checker's and the LaTeX read back, against loops written out."""
    for seed in range(300):
        generator = random.Random(seed)
        text, ends, comparisons = random_text(generator)
        N = generator.randint(1, 3)
        a, y = (np.array([[Fraction(generator.randint(-3, 3)) for _ in range(2)] for _ in range(k)]) for k in (2, N))
        labels = sorted({label for low, _, high in comparisons for label in (low, high)})
        total = Fraction(0)
        for places in product(range(N), repeat=len(labels)):
            at = dict(zip(labels, places, strict=True))
            if all(COMPARED[relation](at[low], at[high]) for low, relation, high in comparisons):
                p, q, r, s = (y[at[end]] for end in ends)
                total += (p @ a @ q) * (r @ s)
        copies = {"y": lambda i, y=y: y[i].reshape(2, 1)}
        for tree in (parse(text), parse_latex(statement_latex(parse(text))).tree):
            read = interpret(tree, {"A": a}, lengths={"N": N, "d": 2}, copies=copies)
            assert read[0, 0] == total, (seed, text)
        formulas = Formulas()
        rows = [[[entry] for entry in row] for row in y]
        world = World(formulas, Meaning({}, {}, {}), {"N": N, "d": 2}, {"A": a.tolist()}, {"y": rows}, Fraction(1))
        assert world.value(formulas.read(text))[0][0] == total, (seed, text)
        assert formulas.read(text) == formulas.of_tree(parse(text), {})


@pytest.mark.parametrize("text", ["sum_{i<i}(1)", "sum_{i}(1)", "sum_i(sum_j(sum_{i<j}(1)))"])
def test_the_checker_refuses_what_the_grammar_refuses(text: str) -> None:
    """Neither reads a comparison of an index with itself, or one that sums over nothing."""
    with pytest.raises(GrammarError, match="column"):
        parse(text)
    with pytest.raises(CertificateError, match="cannot read"):
        Formulas().read(text)
