"""What becomes of the mutants of a statement when they meet its evidence."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from proofs_check.judge.claims import Claim
from proofs_check.judge.counterexamples import refuting_instance
from proofs_check.judge.evidence import EnclosedMeasurement, ExactMeasurement, Measurement, SymbolicMeasurement
from proofs_check.judge.evidence.comparison import compared
from proofs_check.judge.instances import Instance
from proofs_check.judge.mutation import Mutant, mutants
from proofs_check.judge.statements import Statement
from proofs_check.judge.tightness import RightSides
from theory.algebra.definitions import Definition, expand
from theory.algebra.expression import Expression
from theory.algebra.grammar import GrammarError
from theory.algebra.rational_identity import decide

# "implied" by the statement, or by a sharper one; "open" if it asks for more and nothing refutes it; a "contradiction"
# if one kind of evidence proves it and another refutes it.
Fate = Literal["killed", "equivalent", "implied", "open", "ill-formed", "survived", "contradiction"]
FATES: tuple[Fate, ...] = ("killed", "equivalent", "implied", "open", "survived", "contradiction", "ill-formed")
# Of the mutants that other evidence refutes one in so many is shown to the engine too, which must not prove it.
_SHOWN_EVERY = 10
# How many searches for a counterexample of a mutant may end in vain before a claim's other mutants go without one.
_SEARCHES_IN_VAIN = 3


@dataclass(frozen=True)
class MutantResult:
    """What became of one mutant: the kinds of evidence that refute it, or why it counts as no stronger."""

    change: str
    fate: Fate
    killed_by: tuple[str, ...] = ()
    reason: str = ""


def fates(claim: Claim, measurements: Sequence[Measurement], seed: int) -> list[MutantResult]:
    """Send every mutant of a claim's statement through the evidence."""
    judge = OfEquation.of(claim) if claim.statement.relation == "=" else _OfInequality(claim, measurements, seed)
    changed = mutants(claim.statement, claim.language)
    return [_fate(judge, mutant, claim, measurements, k % _SHOWN_EVERY == 0) for k, mutant in enumerate(changed)]


def points(measurements: Sequence[Measurement]) -> list[tuple[Instance, Any]]:
    """The instances of exact and enclosed evidence, with the left sides."""
    found: list[tuple[Instance, Any]] = []
    for measurement in measurements:
        if isinstance(measurement, ExactMeasurement | EnclosedMeasurement):
            found += measurement.values
    return found


def _fate(
    judge: OfEquation | _OfInequality,
    mutant: Mutant,
    claim: Claim,
    measurements: Sequence[Measurement],
    shown: bool,
) -> MutantResult:
    statement, language = mutant.statement, claim.language
    independent = [m for m in measurements if not isinstance(m, SymbolicMeasurement)]
    symbolic = [m for m in measurements if isinstance(m, SymbolicMeasurement)]
    outcomes = {m.kind: m.judge(statement, language).outcome for m in independent}
    killers = tuple(kind for kind, outcome in outcomes.items() if outcome == "refuted")
    if killers:
        if shown and any(_proves(m, statement, claim) for m in symbolic):
            reason = "the engine proves what other evidence refutes"
            return MutantResult(mutant.change, "contradiction", killers, reason)
        return MutantResult(mutant.change, "killed", killers)
    outcomes |= {m.kind: m.judge(statement, language).outcome for m in symbolic}
    if outcomes.get("symbolic") == "refuted":
        return MutantResult(mutant.change, "killed", ("symbolic",))
    if outcomes and all(outcome == "ill-formed" for outcome in outcomes.values()):
        return MutantResult(mutant.change, "ill-formed")
    return judge.unrefuted(mutant)


def _proves(measurement: SymbolicMeasurement, statement: Statement, claim: Claim) -> bool:
    if statement.relation == "=":
        return measurement.proves_by_form(statement, claim.language)
    return measurement.judge(statement, claim.language).outcome == "holds"


@dataclass(frozen=True)
class OfEquation:
    """The statement itself as a reference: a mutant that is proved equal to it says the same."""

    claim: Claim
    reference: tuple[Expression, tuple[Definition, ...]] | None

    @classmethod
    def of(cls, claim: Claim) -> OfEquation:
        """Read the statement of a claim."""
        try:
            return cls(claim, claim.statement.elaborated(claim.language))
        except (GrammarError, ValueError):
            # A statement with roots, say, has no meaning for the engine, and its mutants none either.
            return cls(claim, None)

    def unrefuted(self, mutant: Mutant) -> MutantResult:
        """What becomes of a mutant that nothing refutes."""
        return MutantResult(mutant.change, "equivalent" if self.says(mutant.statement) else "survived")

    def says(self, statement: Statement, by_form: bool = False) -> bool:
        """Whether the statement is proved to say the same, by one normal form or by any proof."""
        if self.reference is None:
            return False
        expression, definitions = self.reference
        try:
            stated, more = statement.elaborated(self.claim.language, definitions)
        except (GrammarError, ValueError):
            return False
        known = (*definitions, *(d for d in more if d not in definitions))
        if stated.shape != expression.shape:
            return False
        return not expand(stated - expression, known) if by_form else decide(stated, expression, known) == "equal"


class _OfInequality:
    """Searches a counterexample of its own for each mutant that says more than the statement.

    A mutant is implied where its right side is the weaker one at every instance seen.
    """

    def __init__(self, claim: Claim, measurements: Sequence[Measurement], seed: int):
        self.claim, self.seed = claim, seed
        seen = points(measurements)
        instances = [instance for instance, _ in seen]
        stronger = []
        # A sharper statement that fails implies nothing.
        if claim.sharper is not None and compared(seen, claim.sharper[1], claim.language).outcome != "refuted":
            stronger = [(f"implied by {claim.sharper[0]}", claim.sharper[1])]
        self.sides = [
            (reason, RightSides.of(statement, instances, claim.language))
            for reason, statement in [("implied by the statement", claim.statement), *stronger]
        ]
        self.reference = OfEquation.of(claim)
        # Instances that refuted one mutant are tried on the others first.
        self.telling: list[tuple[Instance, Any]] = []
        self.failed = 0

    def unrefuted(self, mutant: Mutant) -> MutantResult:
        if self.reference.says(mutant.statement, by_form=True):
            return MutantResult(mutant.change, "equivalent")
        if self.telling and compared(self.telling, mutant.statement, self.claim.language).outcome == "refuted":
            return MutantResult(mutant.change, "killed", ("search",))
        for reason, sides in self.sides:
            if sides.instances and sides.imply(mutant.statement, self.claim.language):
                return MutantResult(mutant.change, "implied", (), reason)
        if self.failed < _SEARCHES_IN_VAIN:
            found = refuting_instance(self.claim, mutant.statement, self.seed)
            if found is not None:
                self.telling.append(found)
                return MutantResult(mutant.change, "killed", ("search",))
            self.failed += 1
        return MutantResult(mutant.change, "open")
