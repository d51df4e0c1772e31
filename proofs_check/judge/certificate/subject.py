"""An installed claim as the checker sees it: its formulas, the meaning of its names, and worlds made from a report."""

from __future__ import annotations

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from flint import arb, ctx, fmpq

from proofs_check.judge.certificate.errors import CertificateError, require
from proofs_check.judge.certificate.evaluator import PRECISION, Meaning, World
from proofs_check.judge.certificate.formulas import Formulas
from proofs_check.judge.certificate.matrices import Matrix, shape
from proofs_check.judge.certificate.moments import is_covariance
from proofs_check.judge.certificate.reading import Entry, Recorded
from proofs_check.judge.claims import Claim
from proofs_check.judge.instances import Instance
from proofs_check.judge.statements import Statement

_RATIONAL = re.compile(r"-?\d+(/[1-9]\d*)?")


class Subject:
    """An installed claim, with what the report says of it."""

    def __init__(self, claim: Claim, entry: Entry):
        self.claim, self.entry, self.id = claim, entry, claim.id
        self.formulas = Formulas()
        language = claim.language
        laws = {name: self._law(language.gaussian(name)) for name in language.law}
        self.meaning = Meaning(language.upto, language.stacked, laws)
        self.right = self.formulas.statement(dict(claim.statement.abbreviations), claim.statement.text)
        self.relation = claim.statement.relation
        # By the id of an instance, which is kept beside its world so that no other gets its id.
        self._worlds: dict[int, tuple[Recorded, World]] = {}
        self._float_worlds: dict[int, World] = {}

    def _law(self, law: Any) -> tuple[int | None, int] | None:
        # Letters with any other law, or a joint one, have no moments here.
        if law.radial_moment is not None or law.joint:
            return None
        return (
            None if law.mean is None or not law.mean.terms else self.formulas.read(str(law.mean)),
            self.formulas.read(str(law.covariance)),
        )

    def fail(self, message: str) -> CertificateError:
        """The error that names the claim."""
        return CertificateError(f"claim {self.id}: {message}")

    def require(self, true: object, message: str) -> None:
        """Do nothing if the condition is true."""
        require(true, f"claim {self.id}: {message}")

    def formula_of(self, statement: Statement) -> int:
        """The formula of a statement that is given as syntax trees, such as a mutant."""
        bound: dict[str, int] = {}
        for name, tree in statement.where:
            bound[name] = self.formulas.of_tree(tree, bound)
        return self.formulas.of_tree(statement.right, bound)

    def terms(self) -> list[int]:
        """The terms of the right side, if it is a sum."""
        part = self.formulas.parts[self.right]
        return list(part[1:]) if part[0] == "sum" else []

    def world(self, recorded: Recorded) -> World:
        """The recorded instance as a world of rationals, or of balls where some value is a ball."""
        if id(recorded) not in self._worlds:
            self._worlds[id(recorded)] = recorded, self._made(recorded)
        return self._worlds[id(recorded)][1]

    def float_world(self, recorded: Recorded) -> World:
        """The recorded instance in floating point."""
        if id(recorded) not in self._float_worlds:
            self._float_worlds[id(recorded)] = in_floats(self.world(recorded))
        return self._float_worlds[id(recorded)]

    def _made(self, recorded: Recorded) -> World:
        letters, stacked = self.claim.language.letters, self.claim.language.stacked
        names = set(self.claim.language.length_names)
        strangers = sorted((set(recorded.values) - set(letters)) | (set(recorded.lengths) - names))
        self.require(not strangers, f"an instance gives {', '.join(strangers)}, which the statement does not know")
        values = {name: self._matrix(value) for name, value in recorded.values.items() if name not in stacked}
        copies = {name: self._copies(name, recorded) for name in recorded.values if name in stacked}
        # A strategy may give letters that the statement does not use in a form of its own, such as half of a matrix.
        for name, matrix in ((name, matrix) for name, matrix in values.items() if name in self.claim.statement.names):
            self._require_declared(name, matrix, recorded.lengths)
        for name, held in copies.items():
            count = recorded.lengths.get(stacked[name])
            self.require(count == len(held), f"an instance gives {len(held)} copies of {name}, {count} are declared")
        world = World(self.formulas, self.meaning, recorded.lengths, values, copies, fmpq(1))
        return in_balls(world) if _has_balls(values) else world

    def _copies(self, name: str, recorded: Recorded) -> list[Matrix]:
        value = recorded.values[name]
        self.require(isinstance(value, list), f"an instance gives no copies of {name}")
        return [self._matrix(copy) for copy in value]

    def _matrix(self, value: Any) -> Matrix:
        try:
            return matrix_of(value)
        except ValueError as error:
            raise self.fail(f"an instance has values that are not numbers: {error}") from error

    def _require_declared(self, name: str, matrix: Matrix, lengths: Mapping[str, int]) -> None:
        """A value must have the shape and the properties that its letter declares.

        A strategy may go to the ends of the range, where what is definite becomes semidefinite, and may give a factor
        of a matrix in its place.
        """
        symbol, ends = self.claim.language.symbol(name), self.claim.plan.search is not None
        sizes = tuple(lengths.get(size, 0) if isinstance(size, str) else size for size in (symbol.rows, symbol.cols))
        if shape(matrix) != sizes:
            self.require(ends, f"{name} is given as a {shape(matrix)} matrix, declared {sizes}")
            return
        if _has_balls({name: matrix}):
            return
        entry = matrix[0][0]
        if sizes == (1, 1):
            positive = symbol.definite or symbol.non_negative
            fits = not positive or entry > 0 or (entry == 0 and (ends or symbol.non_negative))
            self.require(fits, f"{name} = {entry}, declared positive")
        elif symbol.definite:
            fits = is_covariance(matrix, definite=not ends)
            self.require(fits, f"{name} is not positive definite at {dict(lengths)}")
        elif symbol.symmetric:
            mirrored = all(matrix[i][j] == matrix[j][i] for i in range(sizes[0]) for j in range(i))
            self.require(mirrored, f"{name} is not symmetric at {dict(lengths)}")

    def left(self, recorded: Recorded) -> Matrix:
        """The recorded left side."""
        self.require(recorded.left is not None, "an instance has no left side")
        return self._matrix(recorded.left)

    def instance(self, recorded: Recorded) -> Instance:
        """The recorded instance as the claim's own code takes it; values that are balls are left out."""
        rational = {name: value for name, value in recorded.values.items() if not _is_ball_text(value)}
        return Instance(dict(recorded.lengths), {name: _fractions(value) for name, value in rational.items()})


def matrix_of(value: Any) -> Matrix:
    """Recorded numbers as a matrix: a list is a column; ValueError for what is no number."""
    if not isinstance(value, list):
        return [[number_of(value)]]
    rows = [row if isinstance(row, list) else [row] for row in value]
    if len({len(row) for row in rows}) != 1 or any(isinstance(entry, list) for row in rows for entry in row):
        raise ValueError("rows of different lengths")
    return [[number_of(entry) for entry in row] for row in rows]


def number_of(text: str) -> fmpq | arb:
    """An exact rational, or a printed ball."""
    if _RATIONAL.fullmatch(text):
        above, _, below = text.partition("/")
        return fmpq(int(above), int(below or 1))
    if len(text) > 200:
        raise ValueError(f"{text[:40]!r}... is not a number")
    with ctx.workprec(PRECISION):
        return arb(text)


def _is_ball_text(value: Any) -> bool:
    if isinstance(value, list):
        return any(map(_is_ball_text, value))
    return not _RATIONAL.fullmatch(value)


def _fractions(value: Any) -> Any:
    return tuple(map(_fractions, value)) if isinstance(value, list) else Fraction(value)


def _has_balls(values: Mapping[str, Matrix]) -> bool:
    return any(isinstance(entry, arb) for matrix in values.values() for row in matrix for entry in row)


def in_balls(world: World) -> World:
    """The same instance in ball arithmetic."""
    return world.over(as_ball, arb(1))


def as_ball(entry: Any) -> arb:
    """A number as a narrow ball that contains it."""
    with ctx.workprec(PRECISION):
        return entry if isinstance(entry, arb) else arb(entry)


def in_floats(world: World) -> World:
    """The same instance in floating point."""
    return world.over(as_float, 1.0)


def as_float(entry: Any) -> float:
    """A number as a float; of a ball its midpoint."""
    if isinstance(entry, arb):
        return float(entry.mid())
    return int(entry.p) / int(entry.q) if isinstance(entry, fmpq) else float(entry)
