"""Both sides of a statement compared at recorded instances."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from flint import arb

from proofs_check.judge.certificate.errors import NoValueError, OutsideDomainError
from proofs_check.judge.certificate.evaluator import World
from proofs_check.judge.certificate.matrices import Matrix, changed, shape
from proofs_check.judge.certificate.reading import Recorded
from proofs_check.judge.certificate.subject import Subject, as_ball, in_balls

Truth = Literal["holds", "refuted", "undecided"]
_WIDE = 1e-6


def truth(left: Matrix, relation: str, right: Matrix) -> Truth:
    """Whether two values stand in a relation; balls that overlap count as equal, and leave an inequality undecided.

    Raises:
        NoValueError: for shapes that do not fit.
    """
    if shape(left) != shape(right) and not _same_vector(left, right):
        raise NoValueError(f"sides of shapes {shape(left)} and {shape(right)}")
    pairs = list(zip(_flat(left), _flat(right), strict=True))
    if relation == "=":
        return "holds" if all(_equal(a, b) for a, b in pairs) else "refuted"
    if len(pairs) != 1:
        raise NoValueError(f"{relation} between arrays")
    a, b = pairs[0] if relation in ("<=", "<") else pairs[0][::-1]
    if a < b or (relation in ("<=", ">=") and a <= b):
        return "holds"
    return "refuted" if b < a or (relation in ("<", ">") and b <= a) else "undecided"


def _same_vector(left: Matrix, right: Matrix) -> bool:
    """Whether one side is a column and the other the same vector as a row."""
    return shape(left) == shape(right)[::-1] and 1 in shape(left)


def _flat(matrix: Matrix) -> list[Any]:
    return [entry for row in matrix for entry in row]


def _equal(a: Any, b: Any) -> bool:
    if isinstance(a, arb) or isinstance(b, arb):
        return bool(as_ball(a).overlaps(as_ball(b)))
    return bool(a == b)


class Points:
    """The recorded instances of exact or enclosed evidence, at which statements are compared with the left sides."""

    def __init__(self, subject: Subject, instances: Iterable[Recorded]):
        self.subject = subject
        self.recorded = list(instances)
        self.worlds = [subject.world(one) for one in self.recorded]
        self.lefts = [subject.left(one) for one in self.recorded]
        self._balls: dict[int, World] = {}

    def is_ball(self, k: int) -> bool:
        """Whether the left side of the k-th instance is known in balls only, or the right side has roots."""
        rooted = self.subject.formulas.rooted[self.subject.right]
        return rooted or any(isinstance(entry, arb) for entry in _flat(self.lefts[k]))

    def right(self, formula: int, k: int) -> Matrix:
        """The value of a formula at the k-th instance, in balls where it has roots or the left side is one."""
        world = self.worlds[k]
        if self.subject.formulas.rooted[formula] or any(isinstance(entry, arb) for entry in _flat(self.lefts[k])):
            if k not in self._balls:
                self._balls[k] = world if isinstance(world.one, arb) else in_balls(world)
            world = self._balls[k]
        return world.value(formula)

    def truth(self, formula: int, k: int) -> Truth:
        """Whether a statement with that right side holds at the k-th instance; NoValueError where it has no value."""
        right = self.right(formula, k)
        left = self.lefts[k]
        if any(isinstance(entry, arb) for entry in _flat(right)):
            left = changed(left, as_ball)
        return truth(left, self.subject.relation, right)

    def verdict(self, formula: int) -> str:
        """What all instances together say: "refuted" at the first that fails or is outside the domain."""
        doubtful = not self.recorded
        for k in range(len(self.recorded)):
            try:
                found = self.truth(formula, k)
            except OutsideDomainError:
                return "refuted"
            except NoValueError:
                return "ill-formed"
            if found == "refuted":
                return "refuted"
            doubtful = doubtful or found == "undecided"
        return "undecided" if doubtful else "holds"

    def is_vague(self, formula: int) -> bool:
        """Whether a formula has somewhere no value, or only a wide ball: what another elimination finds singular."""
        for k in range(len(self.recorded)):
            try:
                entries = _flat(self.right(formula, k))
            except NoValueError:
                return True
            if any(isinstance(x, arb) and not float(x.rad()) <= _WIDE * abs(float(x.mid())) for x in entries):
                return True
        return False
