"""The value of a formula at an instance, without the engine: rationals, balls or floats, each part computed once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from flint import arb, ctx, fmpq

from proofs_check.judge.certificate import matrices
from proofs_check.judge.certificate.errors import NoValueError, OutsideDomainError
from proofs_check.judge.certificate.formulas import Formulas
from proofs_check.judge.certificate.matrices import Matrix
from proofs_check.judge.certificate.moments import Coordinates

# Bits of the balls.
PRECISION = 256
_LONGEST_SUM = 1000


@dataclass(frozen=True)
class Meaning:
    """What names mean beside their values.

    Args:
        upto: for summation labels their length; N otherwise.
        stacked: letters that are given as one copy for each value of an index, with its length.
        laws: for random letters the formulas of mean (None for 0) and covariance; None for a law that is not Gaussian.
    """

    upto: Mapping[str, str]
    stacked: Mapping[str, str]
    laws: Mapping[str, tuple[int | None, int] | None]


class World:
    """An instance at which formulas have values.

    Args:
        formulas: the store of formulas.
        meaning: of the names.
        lengths: each length's number.
        values: each letter's matrix.
        copies: each stacked letter's copies.
        one: the number 1 of the entries' kind.
    """

    def __init__(
        self,
        formulas: Formulas,
        meaning: Meaning,
        lengths: Mapping[str, int],
        values: Mapping[str, Matrix],
        copies: Mapping[str, list[Matrix]],
        one: Any,
    ):
        self.formulas, self.meaning, self.lengths = formulas, meaning, lengths
        self.values, self.copies, self.one = values, copies, one
        self._known: dict[int, Matrix] = {}

    def over(self, entry: Callable[[Any], Any], one: Any) -> World:
        """The same instance with other entries, such as balls for rationals."""
        values = {name: matrices.changed(value, entry) for name, value in self.values.items()}
        copies = {name: [matrices.changed(copy, entry) for copy in held] for name, held in self.copies.items()}
        return World(self.formulas, self.meaning, self.lengths, values, copies, one)

    def value(self, formula: int) -> Matrix:
        """The value of a formula; NoValueError where it has none."""
        try:
            if isinstance(self.one, arb):
                with ctx.workprec(PRECISION):
                    return self._value(formula, {})
            return self._value(formula, {})
        except (ZeroDivisionError, OverflowError, RecursionError) as error:
            raise NoValueError(str(error)) from error

    def _value(self, formula: int, at: Mapping[str, int]) -> Matrix:
        free = not at or self.formulas.labels[formula].isdisjoint(at)
        if free and formula in self._known:
            return self._known[formula]
        found = self._computed(self.formulas.parts[formula], at)
        if free:
            self._known[formula] = found
        return found

    def _computed(self, part: tuple[Any, ...], at: Mapping[str, int]) -> Matrix:
        match part:
            case ("number", value):
                return [[self.one * value]]
            case ("name", name):
                return self._named(name, at)
            case ("transpose", body):
                return matrices.transposed(self._value(body, at))
            case ("negative", body):
                return matrices.changed(self._value(body, at), lambda entry: -entry)
            case ("power", body, exponent):
                return matrices.power(self._value(body, at), exponent)
            case ("trace", body):
                return matrices.trace(self._value(body, at))
            case ("quotient", above, divisor):
                return self._quotient(self._value(above, at), self._value(divisor, at))
            case ("over", label, body, limits):
                count = self.lengths.get(self._length_of(label, body), 0)
                if count > _LONGEST_SUM:
                    raise NoValueError(f"a sum of {count} terms")
                places = [k for k in range(count) if all(_holds(k, relation, at[other]) for relation, other in limits)]
                if not places:
                    return matrices.changed(self._value(body, {**at, label: 0}), lambda entry: entry * 0)
                return _folded(matrices.plus, [self._value(body, {**at, label: k}) for k in places])
            case ("sum", *below):
                return _folded(matrices.plus, [self._value(term, at) for term in below])
            case ("product", *factors):
                return _folded(matrices.times, [self._value(factor, at) for factor in factors])
            case ("expect", body):
                return self._expected(body)
        raise NoValueError(f"a formula has no part {part[0]!r}")

    def _length_of(self, label: str, body: int) -> str:
        """What a label runs to: what the language says, or the number of copies of a stacked letter that it counts."""
        if label in self.meaning.upto:
            return self.meaning.upto[label]
        if not self.meaning.stacked:
            return "N"
        copied = (name.rpartition("_") for name in self._names(body))
        lengths = {self.meaning.stacked[base] for base, _, at in copied if at == label and base in self.meaning.stacked}
        return min(lengths, default="N")

    def _quotient(self, above: Matrix, below: Matrix) -> Matrix:
        if matrices.shape(below) != (1, 1):
            raise NoValueError("division by a matrix")
        if below[0][0] == 0:
            raise OutsideDomainError("division by zero")
        divisor = below[0][0]
        return matrices.changed(above, lambda entry: entry / divisor)

    def _named(self, name: str, at: Mapping[str, int]) -> Matrix:
        if name in self.values:
            return self.values[name]
        if name in self.lengths:
            return [[self.one * self.lengths[name]]]
        base, _, label = name.rpartition("_")
        if label in at and base in self.copies and at[label] < len(self.copies[base]):
            return self.copies[base][at[label]]
        if name == "I" and "d" in self.lengths:
            return matrices.identity(self.lengths["d"], self.one)
        raise NoValueError(f"no value is given for {name!r}")

    def _expected(self, body: int) -> Matrix:
        if not isinstance(self.one, fmpq):
            raise NoValueError("expectations are computed in rational arithmetic only")
        used = self._names(body)
        laws: dict[str, tuple[Matrix, Matrix]] = {}
        copies: dict[str, int] = {}
        for name, law in self.meaning.laws.items():
            labels = {other.rpartition("_")[2] for other in used if other.rpartition("_")[0] == name}
            if name not in used and not labels:
                continue
            if law is None:
                raise NoValueError(f"the law of {name} is not Gaussian")
            covariance = self._value(law[1], {})
            mean = [[self.one * 0] for _ in covariance] if law[0] is None else self._value(law[0], {})
            copies[name] = max((self.lengths.get(self.meaning.upto.get(x, "N"), 0) for x in labels), default=0)
            laws |= {f"{name} {k}": (mean, covariance) for k in range(copies[name])}
            laws |= {name: (mean, covariance)} if name in used else {}
        space = Coordinates(laws)
        values = {**self.values, **{name: vector for name, vector in space.vectors.items() if " " not in name}}
        stacked = {name: [space.vectors[f"{name} {k}"] for k in range(count)] for name, count in copies.items()}
        inside = World(self.formulas, self.meaning, self.lengths, values, {**self.copies, **stacked}, self.one)
        return space.mean(inside.value(body))

    def _names(self, formula: int) -> set[str]:
        match self.formulas.parts[formula]:
            case ("name", name):
                return {name}
            case ("number", _):
                return set()
            case ("power", body, _) | ("over", _, body, _):
                return self._names(body)
            case (_, *below):
                return set().union(*map(self._names, below))
        return set()


def _holds(a: int, relation: str, b: int) -> bool:
    return (a < b if relation.startswith("<") else a > b) or (relation.endswith("=") and a == b)


def _folded(combine: Callable[[Matrix, Matrix], Matrix], parts: list[Matrix]) -> Matrix:
    if not parts:
        raise NoValueError("an empty sum has no shape")
    result = parts[0]
    for part in parts[1:]:
        result = combine(result, part)
    return result
