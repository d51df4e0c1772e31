"""Mutants: the list made again from the statement, and each fate compared with the recorded evidence."""

from __future__ import annotations

from collections.abc import Sequence

from flint import arb

from proofs_check.judge.certificate import computed, sampled
from proofs_check.judge.certificate.comparison import Points, truth
from proofs_check.judge.certificate.errors import NoValueError
from proofs_check.judge.certificate.reading import Evidence, Mutant, Record, recorded_of
from proofs_check.judge.certificate.subject import Subject, as_ball, in_balls
from proofs_check.judge.certificate.symbolic import Fresh, fresh_points
from proofs_check.judge.counterexamples import refuting_instance
from proofs_check.judge.evidence.comparison import instance_record, plain
from proofs_check.judge.fates import OfEquation
from proofs_check.judge.mutation import mutants
from proofs_check.judge.statements import Statement

# Searches for counterexamples of mutants are repeated so often a claim.
SEARCHES = 2
_BY_STATEMENT = "implied by the statement"
_CONTRADICTION = "the engine proves what other evidence refutes"


class Mutants:
    """The mutants of a claim beside its recorded evidence.

    Args:
        subject, record: the claim and the report.
        points: exact and enclosed evidence that counts, with its instances.
        fresh: the derived form at fresh points, if it counts.
    """

    def __init__(
        self,
        subject: Subject,
        record: Record,
        points: Sequence[tuple[Evidence, Points]],
        fresh: Fresh | None,
        counted: Sequence[Evidence],
    ):
        self.subject, self.record, self.points, self.fresh, self.counted = subject, record, points, fresh, counted
        self.fresh_points = fresh_points(subject) if fresh is None else fresh.points
        self.telling: list[Points] = []
        self.searched = self.not_repeated = 0
        sharper = subject.claim.sharper
        self.implying = {_BY_STATEMENT: subject.right}
        if sharper is not None:
            formula = subject.formula_of(sharper[1])
            if all(held.verdict(formula) != "refuted" for _, held in points):
                self.implying[f"implied by {sharper[0]}"] = formula

    def check(self) -> list[str]:
        """Compare every mutant; returns what could not be."""
        subject, held = self.subject, self.subject.entry.mutants
        refuted = any(item.outcome == "refuted" and item.kind != "symbolic" for item in subject.entry.evidence)
        if refuted:
            subject.require(not held, "a refuted claim has no mutants")
            return []
        made = mutants(subject.claim.statement, subject.claim.language)
        changes, stated = [mutant.change for mutant in made], [mutant.change for mutant in held]
        dropped = next((change for change in changes if change not in stated), "")
        subject.require(not dropped, f"the mutant {dropped!r} is left out")
        subject.require(changes == stated, f"its statement has {len(changes)} mutants, the report lists {len(stated)}")
        for mutant, said in zip(made, held, strict=True):
            self._check_one(said, mutant.statement)
        return [f"{self.not_repeated} mutants refuted by search"] if self.not_repeated else []

    def _check_one(self, said: Mutant, statement: Statement) -> None:
        try:
            formula = self.subject.formula_of(statement)
        except NoValueError as error:
            raise self.subject.fail(f"a mutant cannot be read: {error}") from error
        killers, meaningless = self._independent(said, formula)
        expected = ("killed", "contradiction") if killers else ()
        equation = self.subject.relation == "="
        if killers:
            self._require(said, said.fate in expected and said.killed_by == killers, f"is refuted by {killers[0]}")
            hidden = said.fate == "killed" and self._derived_agrees(formula)
            self._require(said, not hidden, "the derived form agrees with what other evidence refutes")
            proved = self._derived_agrees(formula) if equation else self.fresh and self.fresh.fails(formula) is False
            self._require(said, said.fate == "killed" or proved, "the derived form refutes it, too")
            self._require(said, said.reason == (_CONTRADICTION if said.fate == "contradiction" else ""), "says why")
            return
        if said.fate == "killed" and said.killed_by == ("symbolic",):
            differs = self.fresh is not None and self.fresh.differs(formula) is not False
            self._require(said, differs and self.subject.relation == "=", "is not refuted by the derived form")
            return
        if said.fate == "killed":
            self._require(said, said.killed_by == ("search",) and self.subject.relation != "=", "is refuted by nothing")
            self._check_search(said, statement, formula)
            return
        self._require(said, not said.killed_by and said.fate != "contradiction", "is refuted by nothing")
        self._check_unrefuted(said, statement, formula, meaningless)

    def _require(self, said: Mutant, true: object, otherwise: str) -> None:
        self.subject.require(true, f"the mutant {said.change!r} is said to be {said.fate}, but {otherwise}")

    def _independent(self, said: Mutant, formula: int) -> tuple[tuple[str, ...], bool]:
        """The kinds that refute a mutant in the report's order, and whether it has no value for all of them."""
        killers, outcomes = [], []
        points = {item.kind: held for item, held in self.points}
        for item in self.counted:
            claimed = item.kind in said.killed_by
            if item.kind in points:
                found = points[item.kind].verdict(formula)
                # Printed balls are a little wider than those that refuted it, and elimination differs in balls.
                doubtful = found == "undecided" and item.kind != "exact"
                unsure = found in ("holds", "undecided") and claimed and points[item.kind].is_vague(formula)
                if claimed and (doubtful or unsure):
                    found = "refuted"
            elif item.kind == "Monte Carlo":
                found = sampled.rejects(self.subject, item, formula)
            elif item.kind == "numerical":
                found, sure = computed.rejects(self.subject, item, formula)
                if not sure and found in ("refuted", "holds"):
                    found = "refuted" if claimed else "holds"
            else:
                continue
            outcomes.append(found)
            if found == "refuted":
                killers.append(item.kind)
        return tuple(killers), all(outcome == "ill-formed" for outcome in outcomes)

    def _check_unrefuted(self, said: Mutant, statement: Statement, formula: int, meaningless: bool) -> None:
        equation = self.subject.relation == "="
        allowed = (
            ("equivalent", "survived", "ill-formed")
            if equation
            else (
                "equivalent",
                "implied",
                "open",
                "ill-formed",
            )
        )
        self._require(said, said.fate in allowed, "it is none of that kind of statement")
        if said.fate == "ill-formed":
            vague = meaningless or any(held.is_vague(formula) for _, held in self.points)
            self._require(said, vague, "it has a value at every instance")
        if said.fate == "equivalent":
            self._require(said, self._says_the_same(formula), "it differs from the statement")
        if said.fate == "survived":
            again = OfEquation.of(self.subject.claim).says(statement)
            self._require(said, not again, "it is proved to say the same")
        if said.fate == "implied":
            known = self.implying.get(said.reason)
            self._require(said, known is not None and self._weaker(formula, known), "nothing recorded implies it")
        else:
            self._require(said, not said.reason, "it gives a reason")
        if said.fate == "open" and all(item.kind == "exact" for item, _ in self.points):
            implied = any(self._weaker(formula, known) for known in self.implying.values())
            self._require(said, not implied, "it is implied")

    def _derived_agrees(self, formula: int) -> bool:
        """Whether the derived form proves a mutant, as far as fresh points tell: then evidence contradicts itself."""
        if self.fresh is None or self.subject.relation != "=" or self.subject.formulas.rooted[formula]:
            return False
        return self.fresh.differs(formula) is False

    def _says_the_same(self, formula: int) -> bool:
        subject = self.subject
        if formula == subject.right:
            return True
        worlds = [world for _, held in self.points for world in held.worlds]
        rooted = subject.formulas.rooted[formula] or subject.formulas.rooted[subject.right]
        for world in (*worlds, *self.fresh_points):
            here = in_balls(world) if rooted and not isinstance(world.one, arb) else world
            try:
                if truth(here.value(formula), "=", here.value(subject.right)) == "refuted":
                    return False
            except NoValueError:
                continue
        return True

    def _weaker(self, formula: int, known: int) -> bool:
        """Whether a mutant's right side is the weaker one, or equal, at every recorded instance."""
        relation = "<=" if self.subject.relation in ("<=", "<") else ">="
        for _, held in self.points:
            for k in range(len(held.recorded)):
                try:
                    a, b = held.right(known, k), held.right(formula, k)
                    if self.subject.formulas.rooted[known] != self.subject.formulas.rooted[formula]:
                        a, b = [[as_ball(a[0][0])]], [[as_ball(b[0][0])]]
                    if truth(a, relation, b) == "refuted":
                        return False
                except NoValueError:
                    return False
        return bool(self.points)

    def _check_search(self, said: Mutant, statement: Statement, formula: int) -> None:
        """Look for the instance that refuted a mutant, which the report does not keep."""
        if any(held.verdict(formula) == "refuted" for held in self.telling):
            return
        if self.searched >= SEARCHES:
            self.not_repeated += 1
            return
        self.searched += 1
        found = refuting_instance(self.subject.claim, statement, self.record.seed)
        if found is None:
            self.not_repeated += 1
            return
        instance, left = found
        recorded = recorded_of({**instance_record(instance), "left": plain(left)}, "a search")
        held = Points(self.subject, [recorded])
        self._require(said, held.verdict(formula) == "refuted", "the search refutes it by a wrong instance")
        self.telling.append(held)
