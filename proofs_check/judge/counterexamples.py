"""Counterexamples: shrunk by Hypothesis, and written down as Python that shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any

import hypothesis
import numpy as np

from proofs_check.judge.claims import Claim
from proofs_check.judge.errors import ClaimError
from proofs_check.judge.evidence import Verdict
from proofs_check.judge.evidence.measure import left_side
from proofs_check.judge.extremes import Range, climb
from proofs_check.judge.instances import Instance, shown
from proofs_check.judge.meaning import UNREADABLE, NoValueError
from proofs_check.judge.search import find_smallest
from proofs_check.judge.statements import Statement
from proofs_check.judge.tightness import closeness

_TRIES = 100
_TRIES_AGAINST_A_MUTANT = 40


def value_at(claim: Claim, instance: Instance) -> tuple[Any, Instance]:
    """The exact or enclosed left side of a claim at an instance, and the instance with all further letters.

    Raises:
        ClaimError: for a claim that has neither.
    """
    measured = left_side(claim)
    if measured is None:
        raise ClaimError(f"claim {claim.id} has neither exact nor enclosed evidence, so no single instance decides it")
    left, further = measured(instance)
    return left, instance.with_values(**further)


def require_holds(claim: Claim, instance: Instance) -> None:
    """Do nothing if the claim's statement holds at the instance.

    Raises:
        AssertionError: if it does not; the message shows both sides.
        ClaimError: for a claim without exact or enclosed evidence.
    """
    left, complete = value_at(claim, instance)
    truth, right = claim.statement.compare(left, complete, claim.language)
    if truth == "refuted":
        raise AssertionError(
            f"{claim.id} fails at {instance}: {shown(left)} {claim.statement.relation} {shown(right)} is false"
        )


def find_claim(claims: Iterable[Claim], name: str) -> Claim:
    """The claim of that id; KeyError if there is none."""
    known = {claim.id: claim for claim in claims}
    if name not in known:
        raise KeyError(f"no claim {name!r}; there are {', '.join(known)}")
    return known[name]


def smallest_failure(claim: Claim, failure: Verdict, seed: int) -> Verdict:
    """The failure, or a smaller one if the claim has a strategy that leads to one."""
    if claim.plan.search is None or not claim.left.has_value:
        return failure

    def fails(instance: Instance) -> bool:
        try:
            left, complete = value_at(claim, instance)
            return claim.statement.compare(left, complete, claim.language)[0] == "refuted"
        except NoValueError:
            return False

    found = find_smallest(claim.plan.search, fails, _TRIES, seed)
    if found is None:
        assert failure.counterexample is not None
        found = failure.counterexample
    # A shrinker can get stuck at a size; ask for smaller ones until there are none.
    while True:
        smaller = find_smallest(claim.plan.search, _smaller(fails, _total(found)), _TRIES, seed)
        if smaller is None:
            break
        found = smaller
    left, complete = value_at(claim, found)
    _, right = claim.statement.compare(left, complete, claim.language)
    return Verdict("refuted", f"fails at {found}", found, left, right)


def _smaller(fails: Callable[[Instance], bool], total: int) -> Callable[[Instance], bool]:
    return lambda instance: _total(instance) < total and fails(instance)


def _total(instance: Instance) -> int:
    """The sum of an instance's lengths: what counts first as small."""
    return sum(instance.lengths.values())


def refuting_instance(claim: Claim, mutant: Statement, seed: int) -> tuple[Instance, Any] | None:
    """An instance at which a mutant of an inequality fails, with the left side there, found by climbing towards it."""
    if claim.left.exact is None and claim.left.tree is None:
        return None
    found: list[tuple[Instance, Any]] = []

    def score(instance: Instance) -> float | None:
        try:
            left, complete = value_at(claim, instance)
            truth, _ = mutant.compare(left, complete, claim.language)
        except UNREADABLE:
            return None
        if truth == "refuted":
            found.append((complete, left))
        return closeness(mutant, complete, left, claim.language)

    if claim.plan.search is None:
        around = Range(claim.plan.letters, claim.language, claim.plan.exact_sizes(None), claim.plan.fixed)
        climb(around, score, list(around.ends())[:1], _TRIES_AGAINST_A_MUTANT, seed, 0)
        return found[0] if found else None

    def fails(instance: Instance) -> bool:
        value = score(instance)
        if value is not None and not found:
            hypothesis.target(value)
        return bool(found)

    find_smallest(claim.plan.search, fails, _TRIES_AGAINST_A_MUTANT, seed, shrink=False)
    return found[0] if found else None


def reproduction(claim: Claim, failure: Verdict, modules: Sequence[str] = ()) -> str:
    """A script that ends in the AssertionError which shows the counterexample; empty where no instance decides.

    Args:
        claim, failure: what failed, and where.
        modules: the files with the claim; without any it is one of the paper's.
    """
    instance = failure.counterexample
    if instance is None or not claim.left.has_value:
        return ""
    # What is known in balls only is computed again by the claim's own code.
    rational = {name: value for name, value in instance.values.items() if not Instance({}, {name: value}).has_balls}
    values = ", ".join(f"{name!r}: {_code(value)}" for name, value in rational.items())
    lengths = ", ".join(f"{name!r}: {value}" for name, value in instance.lengths.items())
    if modules:
        imports = (
            "from proofs_check import Instance, find_claim, require_holds\n"
            "from proofs_check.judge.loading import Modules\n"
        )
        known = f"Modules(({', '.join(map(repr, modules))},)).load()[0]"
        head = f"from fractions import Fraction\n\n{imports}"
    else:
        known = "catalogue()"
        head = (
            "from fractions import Fraction\n\n"
            "from proofs_check import Instance, catalogue, find_claim, require_holds\n"
        )
    return (
        f"{head}\n"
        f"claim = find_claim({known}, {claim.id!r})\n"
        f"instance = Instance({{{lengths}}}, {{{values}}})\n"
        "require_holds(claim, instance)\n"
    )


def _code(value: Any) -> str:
    """A value as Python."""
    if isinstance(value, np.ndarray):
        value = tuple(value.tolist())
    if isinstance(value, tuple | list):
        inside = ", ".join(_code(entry) for entry in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if isinstance(value, Fraction):
        return f"Fraction({value.numerator}, {value.denominator})"
    return repr(value)
