"""The letters of the claims that go with the paper's theorems, and a short way to put such a claim together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis.strategies import SearchStrategy

from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Plan, Quantity
from proofs_check.judge.instances import Instance
from proofs_check.judge.statements import Language, Relation, Statement
from theory.algebra.expression import Expression, matrix, scalar_letter, vector
from theory.model import LAMBDA, NOISE_VARIANCE, U11, u, u12, u21, w, x, x_q
from theory.preconditioner import U

GAMMA = {"Gamma": "(1 + 1/N) Lambda + tr(Lambda)/N I"}


def _positive(*names: str) -> dict[str, Expression]:
    return {name: scalar_letter(name, definite=True) for name in names}


LETTERS: dict[str, Expression] = {
    "Lambda": LAMBDA,
    "s2": NOISE_VARIANCE,
    "U": U,
    "U11": U11,
    "u21": u21,
    "u12": u12,
    "u": u,
    "w": w,
    "x": x,
    "x_q": x_q,
    "A": matrix("A"),
    "B": matrix("B"),
    "C": matrix("C"),
    "X": matrix("X"),
    "W": matrix("W", definite=True),
    "Theta": matrix("Theta"),
    "p": vector("p"),
    "q": vector("q"),
    # Condition number, largest and least eigenvalue of Lambda and Gamma, sigma, and other positive numbers.
    **_positive("kappa", "opL", "lowL", "opG", "lowG", "s", "eps", "gap", "opU", "lambda", "mu", "l", "h", "a"),
}
GAUSSIAN = "x_i, x_q ~ N(0, Lambda) i.i.d., Lambda positive definite; w ~ N(0, I)"
PAPER = "Zhang, Frei and Bartlett (2024), "


def state(
    name: str,
    title: str,
    source: str,
    left: Quantity,
    right: str,
    *,
    relation: Relation = "=",
    where: Mapping[str, str] | None = None,
    letters: tuple[str, ...] = (),
    more: Mapping[str, Expression] | None = None,
    law: Mapping[str, Expression] | None = None,
    search: SearchStrategy[Instance] | None = None,
    searched: int = 60,
    largest: Mapping[str, int] | None = None,
    sampled: Mapping[str, int] | None = None,
    shared_with: str = "",
    sharper: Claim | None = None,
    **others: Any,
) -> Claim:
    """A claim in the letters of this module.

    Args:
        name, title, source, left, right, relation, where: as for Claim and Statement.
        letters: which to draw at random where there is no search.
        more: further letters; law: random names under E[...] with their covariance.
        search, searched, largest, sampled, shared_with: as for Plan.
        sharper: the claim with the better right side.
        others: fields of Claim such as assumptions and rests_on.
    """
    language = Language({**LETTERS, **(more or {})}, law or {})
    sizes = {"d": 3, "N": 3, "M": 3}
    plan = Plan(letters, largest or sizes, sampled or {"d": 4, "N": 12, "M": 12}, shared_with, search, searched)
    statement = Statement.of(right, where, relation)
    known = None if sharper is None else (sharper.id, sharper.statement)
    return Claim(name, title, source, left, statement, language, plan, sharper=known, **others)
