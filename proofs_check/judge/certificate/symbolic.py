"""Symbolic evidence: the derived form against the statement at fresh points, by an evaluator that is not the engine's.

Two different polynomials of degree D agree at a point drawn uniformly from k values a coordinate with probability at
most D/k (Schwartz and Zippel); here k = 2 * 10^6 for each letter, and several points are drawn.
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from typing import Any

from flint import fmpq

from proofs_check.judge.certificate.comparison import Points, truth
from proofs_check.judge.certificate.errors import CertificateError, NoValueError
from proofs_check.judge.certificate.evaluator import World
from proofs_check.judge.certificate.matrices import Matrix, changed, identity, plus, shape, times, transposed
from proofs_check.judge.certificate.reading import Evidence, mapping, text_of
from proofs_check.judge.certificate.subject import Subject, in_balls, in_floats
from proofs_check.judge.evidence.measure import Asked, measure_symbolic
from proofs_check.judge.evidence.symbolic import UNDECIDED, SymbolicMeasurement

FRESH_POINTS = 6
_LARGEST = 10**6
# In floating point, for roots of matrices, entries near 1 and relative distances of this size.
_FLOAT_DISTANCE = 1e-8
_SAID = {
    "=": "both sides are proved equal, for every d and every length",
    "": "the difference of the sides is a sum of terms that are at least 0 by form",
}


class Fresh:
    """Fresh random points of a claim, and the derived form there."""

    def __init__(self, subject: Subject, item: Evidence):
        self.subject, self.item = subject, item
        data = mapping(item.data, f"claim {subject.id}: symbolic evidence")
        subject.require(set(data) == {"derived", "definitions"}, "symbolic evidence has other fields than it should")
        definitions = mapping(data["definitions"], f"claim {subject.id}: definitions")
        where = {name: text_of(text, f"claim {subject.id}: {name}") for name, text in definitions.items()}
        text = text_of(data["derived"], f"claim {subject.id}: the derived form")
        try:
            self.derived = subject.formulas.statement(where, text)
        except CertificateError as error:
            raise subject.fail(f"the derived form cannot be read: {error}") from error
        self.zero = text == "0"
        self.points = [self._with_defined(world, where) for world in fresh_points(subject, text)]
        self.used = 0
        self.in_floats = False

    def _with_defined(self, world: World, where: Mapping[str, str]) -> World:
        """The world in which letters of the statement that the derivation defines have its values."""
        language, abbreviations = self.subject.claim.language, dict(self.subject.claim.statement.where)
        values, known = dict(world.values), dict[str, str]()
        for name, text in where.items():
            if name in language.letters and name not in abbreviations:
                values[name] = world.value(self.subject.formulas.statement(known, text))
            known[name] = text
        return World(world.formulas, world.meaning, world.lengths, values, world.copies, world.one)

    def differs(self, formula: int) -> bool | None:
        """Whether a right side differs from the derived form somewhere; None where no point gives values to both."""
        seen = False
        for world in self.points:
            sides = self._sides(world, formula)
            if sides is not None:
                seen = True
                if not _agree(*sides):
                    return True
        return False if seen else None

    def fails(self, formula: int) -> bool | None:
        """Whether an inequality fails at a fresh point."""
        seen = False
        for world in self.points:
            sides = self._sides(world, formula)
            if sides is not None:
                seen = True
                if truth(sides[0], self.subject.relation, sides[1]) == "refuted":
                    return True
        return False if seen else None

    def _sides(self, world: World, formula: int) -> tuple[Matrix, Matrix] | None:
        rooted = any(self.subject.formulas.rooted[one] for one in (self.derived, formula))
        for change in (in_balls, in_floats) if rooted else (lambda same: same,):
            here = change(world)
            try:
                right = here.value(formula)
                derived = here.value(self.derived)
            except NoValueError:
                continue
            self.used += 1
            self.in_floats = self.in_floats or isinstance(here.one, float)
            # The text of a zero does not say its shape.
            return (changed(right, lambda entry: entry * 0) if self.zero else derived), right
        return None


def _agree(derived: Matrix, right: Matrix) -> bool:
    if isinstance(right[0][0], float):
        pairs = [(a, b) for p, q in zip(derived, right, strict=True) for a, b in zip(p, q, strict=True)]
        size = max(abs(x) for pair in pairs for x in pair)
        return shape(derived) == shape(right) and all(abs(a - b) <= _FLOAT_DISTANCE * (1 + size) for a, b in pairs)
    try:
        return truth(derived, "=", right) == "holds" and shape(derived) == shape(right)
    except NoValueError:
        return False


def fresh_points(subject: Subject, salt: str = "") -> list[World]:
    """Random instances that no report can have been made for."""
    source = random.Random(json.dumps([subject.claim.statement.text, salt]))
    return [_point(subject, k, source) for k in range(FRESH_POINTS)]


def _point(subject: Subject, k: int, source: random.Random) -> World:
    """A world at lengths that change from point to point, each in its own cycle, so that no two always agree."""
    language = subject.claim.language
    # M well above d: formulas with 1/(M - d - 3) have few values elsewhere.
    usual = {"d": 2 + k % 3, "N": 4 + k % 5, "M": 7 + 3 * k, "n": 5}
    expected = any(part[0] == "expect" for part in subject.formulas.parts)
    if expected:
        usual = {"d": 1 + k % 2, "N": 2, "M": 1 + k % 3, "n": 2 + k % 2}
    others = [name for name in language.length_names if name not in usual]
    lengths = usual | {name: 2 + (k + 1) * (i + 2) % (i + 3) for i, name in enumerate(others)}
    lengths = {**{name: lengths[name] for name in language.length_names}, **subject.claim.plan.fixed}
    largest = 3 if any(subject.formulas.rooted) else 9 if expected else _LARGEST
    random_names = set(language.law)
    values: dict[str, Matrix] = {}
    copies: dict[str, list[Matrix]] = {}
    for name in language.letters:
        if name in random_names:
            continue
        symbol = language.symbol(name)
        if name in language.stacked:
            plain = symbol.plain
            copies[name] = [_drawn(plain, lengths, source, largest) for _ in range(lengths[language.stacked[name]])]
        else:
            values[name] = _drawn(symbol, lengths, source, largest)
    families = {language.symbol(name).family for name in values} & set(values)
    for name in values:
        family = language.symbol(name).family
        if family != name and family in families and shape(values[name]) == shape(values[family]):
            values[name] = _commuting(values[family], source)
    return World(subject.formulas, subject.meaning, lengths, values, copies, fmpq(1))


def _commuting(base: Matrix, source: random.Random) -> Matrix:
    """A matrix that commutes with another one, and is positive definite with it."""
    a, b, c = (fmpq(source.randint(1, 9)) for _ in range(3))
    square = times(base, base)
    scaled = plus(times([[a]], base), times([[b]], square))
    return plus(scaled, times([[c]], identity(len(base), fmpq(1))))


def _drawn(symbol: Any, lengths: Mapping[str, int], source: random.Random, largest: int) -> Matrix:
    rows, cols = (lengths[size] if isinstance(size, str) else size for size in (symbol.rows, symbol.cols))

    def entry(sign: bool = True) -> fmpq:
        return fmpq(source.randint(1, largest) * (source.choice((-1, 1)) if sign else 1))

    if symbol.rows == 1 and symbol.cols == 1:
        return [[entry(not (symbol.definite or symbol.non_negative))]]
    drawn = [[entry() for _ in range(cols)] for _ in range(rows)]
    if symbol.definite:
        for i in range(rows):
            drawn[i] = [*drawn[i][: i + 1], *([fmpq(0)] * (rows - i - 1))]
        return times(drawn, transposed(drawn))
    if symbol.symmetric and rows == cols:
        return [[drawn[max(i, j)][min(i, j)] for j in range(cols)] for i in range(rows)]
    return drawn


def check_symbolic(subject: Subject, item: Evidence, asked: Asked, points: Points | None) -> tuple[Fresh, bool]:
    """Check the derived form; returns the fresh points, and whether they say something.

    The form itself, and whether the engine computed it, come from running the claim's derivation again. The form must
    agree with the statement at fresh points where it is said to prove it, and with the exact left sides where it has a
    value, unless the report says that they contradict each other.
    """
    derived = measure_symbolic(asked)
    assert derived is not None
    subject.require(
        dict(item.data) == dict(derived.record()), "the derived form is not what the claim's derivation gives"
    )
    subject.require(item.summary == derived.summary(), f"symbolic evidence says {item.summary!r}")
    expected = derived.objection(subject.claim.statement, subject.claim.language)
    subject.require(
        item.objection == expected, f"the objection to symbolic evidence is {item.objection!r}, not {expected!r}"
    )
    fresh = Fresh(subject, item)
    equation = subject.relation == "="
    wrong = fresh.differs(subject.right) if equation else fresh.fails(subject.right)
    if item.outcome == "holds":
        subject.require(not wrong, "the derived form and the statement differ at a fresh point")
        if item.detail != _SAID["=" if equation else ""]:
            _require_same_verdict(subject, item, derived)
    elif item.outcome == "refuted":
        # An inequality can fail between fresh points; what refutes it then is its exact evidence.
        subject.require(
            wrong is not False or not equation,
            "symbolic evidence refutes it, but both sides agree at every fresh point",
        )
        _require_same_verdict(subject, item, derived)
    else:
        subject.require(item.detail in UNDECIDED, f"symbolic evidence is undecided and says {item.detail!r}")
    if points is not None and item.outcome == "holds":
        _require_agreement(subject, fresh, points)
    return fresh, wrong is not None


def _require_same_verdict(subject: Subject, item: Evidence, derived: SymbolicMeasurement) -> None:
    verdict = derived.judge(subject.claim.statement, subject.claim.language)
    subject.require(
        (verdict.outcome, verdict.detail) == (item.outcome, item.detail), f"symbolic evidence says {item.detail!r}"
    )


def _require_agreement(subject: Subject, fresh: Fresh, points: Points) -> None:
    """The derived form must be the recorded left side wherever it has a value, unless the two contradict each other."""
    for k in range(len(points.recorded)):
        try:
            value = points.right(fresh.derived, k)
            same = fresh.zero or truth(points.lefts[k], "=", value) == "holds"
        except NoValueError:
            continue
        if not same and subject.entry.status != "undecided":
            raise subject.fail(f"the derived form is not the recorded left side at {points.recorded[k]}")
