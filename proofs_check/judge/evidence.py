"""Kinds of evidence. Each measures the left side of a claim once and then judges any right side, so that mutants of a
statement meet exactly the evidence that the statement itself has to meet."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Literal, Protocol

import numpy as np
from hypothesis.strategies import SearchStrategy

from numerics.sequential import Moments, SequentialTest
from proofs_check.judge.instances import Instance, random_value, sizes
from proofs_check.judge.meaning import InterpretationError
from proofs_check.judge.power import Power, Window, power, terms_of
from proofs_check.judge.search import visit
from proofs_check.judge.statements import Language, Relation, Statement, as_balls
from proofs_check.judge.tightness import ratio
from theory.algebra.definitions import Definition, expand, is_positive
from theory.algebra.expression import Expression, scalar_letter
from theory.algebra.grammar import GrammarError

Array = Any
_REDRAWS = 50
Outcome = Literal["holds", "refuted", "undecided", "ill-formed"]


@dataclass(frozen=True)
class Verdict:
    """What one kind of evidence says of a statement.

    Args:
        outcome: "ill-formed" where the statement has no meaning, such as shapes that do not fit.
        detail: for a reader.
        counterexample: an instance at which the statement fails, if there is one.
    """

    outcome: Outcome
    detail: str
    counterexample: Instance | None = None
    left: Any = None
    right: Any = None


@dataclass(frozen=True)
class Budget:
    """What a run may spend and how sure it must be.

    Args:
        seed: of all random choices.
        alpha: the error level of one statistical statement.
        prompts: how many Monte Carlo prompts an instance gets.
        instances: how many instances an exact check looks at.
        seconds: how long one claim may take; 0 is no limit.
    """

    seed: int = 0
    alpha: float = 1e-6
    prompts: int = 50_000
    instances: int = 6
    seconds: float = 0.0


class Measurement(Protocol):
    """The left side of a claim, measured."""

    @property
    def kind(self) -> str:
        """The kind of evidence."""
        ...

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """Compare a right side with it."""
        ...

    def summary(self) -> str:
        """What was measured, for a reader."""
        ...


@dataclass(frozen=True)
class SymbolicMeasurement:
    """The left side derived by the engine, for all lengths at once.

    Equations are compared by normal form. For an inequality the difference of the sides must be a sum of terms that are
    each at least zero by form, in its normal form or in one of the forms given as witnesses.
    """

    derived: Expression
    definitions: tuple[Definition, ...]
    witnesses: tuple[Expression, ...] = ()
    kind: str = "symbolic"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """holds if the normal forms agree, refuted if they differ: normal forms are unique.

        An inequality holds by the sign of its terms; where that is not seen the engine decides nothing.
        """
        try:
            stated, more = statement.elaborated(language, self.definitions)
            definitions = (*self.definitions, *(d for d in more if d not in self.definitions))
            if stated.shape != self.derived.shape:
                return Verdict("ill-formed", f"shapes {self.derived.shape} and {stated.shape}")
            difference = expand(self.derived - stated, definitions)
        except (GrammarError, ValueError) as error:
            return Verdict("ill-formed", str(error))
        if statement.relation != "=":
            return self._sign(-difference if statement.relation in ("<=", "<") else difference, statement, definitions)
        if difference:
            return Verdict("refuted", f"the sides differ by {difference}")
        return Verdict("holds", "both sides have one normal form, for every d and every length")

    def _sign(self, surplus: Expression, statement: Statement, definitions: Sequence[Definition]) -> Verdict:
        strict = statement.relation in ("<", ">")
        for form in (surplus, *self.witnesses):
            if form is not surplus and expand(surplus - form, definitions):
                continue
            if is_positive(form) if strict else is_non_negative(form):
                return Verdict("holds", "the difference of the sides is a sum of terms that are at least 0 by form")
        return Verdict("undecided", "the sign of the difference is not seen by form")

    def summary(self) -> str:
        """What was measured."""
        return "derived from the model's definition"


def is_non_negative(expression: Expression) -> bool:
    """Whether a number is at least 0 by form, for all lengths: sufficient, not necessary."""
    return not expression or (expression.shape == (1, 1) and is_positive(expression + _POSITIVE))


# A letter of its own, so that it cannot cancel a term of what it is added to.
_POSITIVE = scalar_letter("any_positive_number", definite=True)


@dataclass(frozen=True)
class ExactMeasurement:
    """The left side in exact rational arithmetic at random instances, without the engine."""

    values: tuple[tuple[Instance, Array], ...]
    kind: str = "exact"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """holds if the relation does at every instance; refuted with the first, that is smallest, failure."""
        return judged(self.values, statement, language)

    def summary(self) -> str:
        """What was measured."""
        dimensions = sorted({instance.lengths.get("d", 1) for instance, _ in self.values})
        return f"{len(self.values)} instances, d in {set(dimensions)}"


def judged(values: Sequence[tuple[Instance, Array]], statement: Statement, language: Language) -> Verdict:
    """Compare both sides at each instance: refuted at the first that certainly fails, undecided if balls overlap."""
    doubtful: Instance | None = None
    for instance, left in values:
        try:
            truth, right = statement.compare(left, instance, language)
        except (InterpretationError, ZeroDivisionError, KeyError, IndexError, ValueError) as error:
            return Verdict("ill-formed", str(error))
        if not _same_shape(left, right):
            return Verdict("ill-formed", f"shapes {np.shape(left)} and {np.shape(right)}")
        if truth == "refuted":
            return Verdict("refuted", f"fails at {instance}", instance, left, right)
        if truth == "undecided" and doubtful is None:
            doubtful = instance
    if doubtful is not None:
        return Verdict("undecided", f"the balls of both sides overlap at {doubtful}")
    return Verdict("holds", f"{_SAID[statement.relation]} at {len(values)} instances")


_SAID: Mapping[Relation, str] = {
    "=": "equal",
    "<=": "at most",
    ">=": "at least",
    "<": "less",
    ">": "greater",
}


@dataclass(frozen=True)
class EnclosedMeasurement:
    """The left side in balls that are proved to contain it, such as the least value of a quantity along a flow."""

    values: tuple[tuple[Instance, Array], ...]
    what: str
    kind: str = "enclosure"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """holds or refuted where the balls prove it; an equation holds as far as the balls are narrow."""
        return judged(self.values, statement, language)

    def power(self, statement: Statement, language: Language) -> Power | None:
        """The least wrong factor that the balls refute, for those whose radius is not proved."""
        windows = []
        for instance, left in self.values:
            right = statement.compare(left, instance, language)[1]
            pairs = zip(as_balls(left).flat, as_balls(right).flat, strict=True)
            windows += [Window(float(a.lower()), float(a.upper()), float(b.mid())) for a, b in pairs]
        return power(windows, statement.relation)

    def summary(self) -> str:
        """What was measured."""
        return f"{self.what} at {len(self.values)} instances"


@dataclass(frozen=True)
class Sampled:
    """One Monte Carlo measurement: the mean of the left side at an instance, with an upper bound of its variance."""

    instance: Instance
    moments: Moments
    variance: float


@dataclass(frozen=True)
class SampledMeasurement:
    """The left side estimated by real prompts through the real layer, with a confidence sequence for each instance."""

    samples: tuple[Sampled, ...]
    alpha: float
    kind: str = "Monte Carlo"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """refuted if some confidence interval excludes the right side: wrong with probability at most alpha in all.

        An inequality is refuted if an interval lies on the wrong side, holds if all lie on the right one, and is
        undecided otherwise.
        """
        if statement.relation != "=":
            return self._one_sided(statement, language)
        widths = []
        for sample in self.samples:
            test = SequentialTest(sample.variance, self.alpha / len(self.samples), sample.moments.count)
            try:
                right = float(statement.float_value(sample.instance, language).reshape(()))
            except (InterpretationError, ZeroDivisionError, KeyError, ValueError) as error:
                return Verdict("ill-formed", str(error))
            interval = test.interval(sample.moments)
            widths.append(interval.half_width / abs(sample.moments.mean))
            if not np.isfinite(right) or test.rejects(sample.moments, right):
                detail = (
                    f"the layer gives {sample.moments.mean:.6g} +- {interval.half_width:.2g}, "
                    f"the statement {right:.6g}, at {sample.instance}"
                )
                return Verdict("refuted", detail, sample.instance, sample.moments.mean, right)
        return Verdict("holds", f"within every interval; widest half-width {max(widths):.2%} of the value")

    def _one_sided(self, statement: Statement, language: Language) -> Verdict:
        at_most = statement.relation in ("<=", "<")
        open_at: Instance | None = None
        for sample in self.samples:
            test = SequentialTest(sample.variance, self.alpha / len(self.samples), sample.moments.count)
            try:
                right = float(statement.float_value(sample.instance, language).reshape(()))
            except (InterpretationError, ZeroDivisionError, KeyError, ValueError) as error:
                return Verdict("ill-formed", str(error))
            low, high = test.interval(sample.moments)
            if (low > right) if at_most else (high < right):
                detail = f"the layer gives [{low:.6g}, {high:.6g}], the statement {right:.6g}, at {sample.instance}"
                return Verdict("refuted", detail, sample.instance, sample.moments.mean, right)
            if not ((high <= right) if at_most else (low >= right)):
                open_at = sample.instance
        if open_at is not None:
            return Verdict("undecided", f"a confidence interval contains the bound at {open_at}")
        return Verdict("holds", "every confidence interval lies on the right side of the bound")

    def interval(self, sample: Sampled) -> tuple[float, float]:
        """The confidence interval at one of the instances; the statement's value is refuted outside."""
        low, high = SequentialTest(sample.variance, self.alpha / len(self.samples), sample.moments.count).interval(
            sample.moments
        )
        return low, high

    def power(self, statement: Statement, language: Language) -> Power | None:
        """The least wrong coefficients that these samples refute, tested on the stored moments."""
        parts = (statement, *terms_of(statement))
        windows = []
        for sample in self.samples:
            right, *terms = (float(part.float_value(sample.instance, language).reshape(())) for part in parts)
            windows.append(Window(*self.interval(sample), right, tuple(terms)))
        return power(windows, statement.relation)

    @property
    def half_width(self) -> float:
        """The largest half-width of a confidence interval, relative to the estimate."""
        return max(
            SequentialTest(s.variance, self.alpha / len(self.samples), s.moments.count).interval(s.moments).half_width
            / abs(s.moments.mean)
            for s in self.samples
        )

    def summary(self) -> str:
        """What was measured."""
        prompts = sum(sample.moments.count for sample in self.samples)
        return f"{prompts:,} prompts at {len(self.samples)} instances, half-width {self.half_width:.2%}"


@dataclass(frozen=True)
class ComputedMeasurement:
    """The left side computed in floating point, within a stated distance, at random instances."""

    values: tuple[tuple[Instance, Array, float], ...]
    what: str
    kind: str = "numerical"

    def judge(self, statement: Statement, language: Language) -> Verdict:
        """refuted where the sides are farther apart than the left side's stated accuracy."""
        worst = 0.0
        for instance, left, tolerance in self.values:
            try:
                right = np.asarray(statement.float_value(instance, language), dtype=float)
            except (InterpretationError, ZeroDivisionError, KeyError, ValueError) as error:
                return Verdict("ill-formed", str(error))
            if not _same_shape(left, right):
                return Verdict("ill-formed", f"shapes {np.shape(left)} and {np.shape(right)}")
            gap = np.reshape(left, -1) - right.reshape(-1)
            if statement.relation != "=":
                gap = np.maximum(gap if statement.relation in ("<=", "<") else -gap, 0.0)
            distance = float(np.max(np.abs(gap)))
            worst = max(worst, distance)
            if not distance <= tolerance:
                return Verdict("refuted", f"distance {distance:.3g} at {instance}", instance, left, right)
        return Verdict("holds", f"largest distance {worst:.1e} at {len(self.values)} instances")

    def power(self, statement: Statement, language: Language) -> Power | None:
        """The least wrong coefficients that are farther from the computed values than their stated accuracy."""
        parts = (statement, *terms_of(statement))
        windows = []
        for instance, left, tolerance in self.values:
            columns = [np.asarray(part.float_value(instance, language), dtype=float).reshape(-1) for part in parts]
            for value, right, *terms in zip(np.reshape(left, -1), *columns, strict=True):
                windows.append(
                    Window(float(value) - tolerance, float(value) + tolerance, float(right), tuple(map(float, terms)))
                )
        return power(windows, statement.relation)

    def summary(self) -> str:
        """What was measured."""
        return f"{self.what} at {len(self.values)} instances"


def _same_shape(left: Array, right: Array) -> bool:
    a, b = np.shape(left), np.shape(right)
    return a == b or (int(np.prod(a)) == int(np.prod(b)) and min(len(a), len(b)) <= 1)


@dataclass(frozen=True)
class Quantity:
    """The left side of a claim: how to derive it, to compute it exactly, to sample it.

    Args:
        latex: the quantity as LaTeX.
        derive: returns the engine's expression and the definitions it uses; None where the engine has none.
        exact: at an instance, the exact value and the values of further letters that the statement uses.
        sample: at an instance, with a seed and a number of prompts, the moments of the samples and a variance bound.
        compute: at an instance, the value in floating point and its accuracy.
        enclose: at an instance, balls that contain the value, and the values of further letters.
        enclosed_by: how the balls come about; enclosed_kind is "numerical" where their radius is not proved.
        constants: letters that stand for one number, with it, for Monte Carlo.
        witnesses: for an inequality, forms of the difference of the sides whose terms are all at least 0.
    """

    latex: str
    derive: Callable[[], tuple[Expression, tuple[Definition, ...]]] | None = None
    exact: Callable[[Instance], tuple[Array, Mapping[str, Any]]] | None = None
    sample: Callable[[Instance, np.random.SeedSequence, int], tuple[Moments, float]] | None = None
    compute: Callable[[Instance], tuple[Array, float]] | None = None
    computed_by: str = ""
    enclose: Callable[[Instance], tuple[Array, Mapping[str, Any]]] | None = None
    enclosed_by: str = ""
    enclosed_kind: str = "enclosure"
    witnesses: Callable[[], tuple[Expression, ...]] | None = None
    constants: Mapping[str, Fraction] = field(default_factory=dict)


@dataclass(frozen=True)
class Plan:
    """Which instances a claim is checked at: the letters to draw and the largest lengths.

    Args:
        letters: names of letters that are drawn at random.
        largest: for each length its largest value in exact checks.
        largest_sampled: the same for Monte Carlo and numerical checks.
        shared_with: claims of one such name are checked at the same instances, so that what is costly is computed once.
        search: a strategy for instances; exact and enclosed evidence then looks at `searched` of its examples, those
            of an inequality driven towards equality.
        searched: how many.
    """

    letters: tuple[str, ...]
    largest: Mapping[str, int] = field(default_factory=lambda: {"d": 3, "N": 3, "M": 3})
    largest_sampled: Mapping[str, int] = field(default_factory=lambda: {"d": 6, "N": 12, "M": 12})
    shared_with: str = ""
    search: SearchStrategy[Instance] | None = None
    searched: int = 100

    def instances(
        self, language: Language, rng: np.random.Generator, count: int, largest: Mapping[str, int], mild: bool = False
    ) -> Sequence[Instance]:
        """Draw instances."""
        drawn = []
        for lengths in sizes(rng, count, largest):
            values: dict[str, Any] = {}
            for name in self.letters:
                symbol, copies = language.symbol(name), language.stacked.get(name)
                for _ in range(_REDRAWS):
                    value = random_value(symbol, lengths, rng, copies, mild)
                    # A number that is 1, or that of another letter, would hide a dropped factor or an exchange.
                    if not (isinstance(value, Fraction) and (abs(value) == 1 or value in values.values())):
                        break
                values[name] = value
            drawn.append(Instance(lengths, values))
        return drawn


def measure(
    quantity: Quantity,
    plan: Plan,
    language: Language,
    budget: Budget,
    stream: int,
    statement: Statement | None = None,
) -> list[Measurement]:
    """Measure the left side in every way that the quantity offers. `stream` numbers the claim's random numbers.

    A search for tight instances of an inequality needs its statement.
    """
    found: list[Measurement] = []
    seeds = np.random.SeedSequence(budget.seed, spawn_key=(stream,)).spawn(3)
    if quantity.derive is not None:
        witnesses = () if quantity.witnesses is None else quantity.witnesses()
        found.append(SymbolicMeasurement(*quantity.derive(), witnesses))
    if quantity.exact is not None:
        values = []
        if plan.search is not None:
            values = _searched(quantity.exact, plan, language, seeds[0], statement)
        else:
            rng = np.random.default_rng(seeds[0])
            for instance in plan.instances(language, rng, budget.instances, plan.largest):
                left, further = quantity.exact(instance)
                values.append((instance.with_values(**further), left))
        values.sort(key=lambda item: sum(item[0].lengths.values()))
        found.append(ExactMeasurement(tuple(values)))
    if quantity.sample is not None and budget.prompts:
        rng = np.random.default_rng(seeds[1])
        samples = []
        chosen = plan.instances(language, rng, 5, plan.largest_sampled, mild=True)
        for instance, seed in zip(chosen, seeds[2].spawn(len(chosen)), strict=True):
            moments, variance = quantity.sample(instance, seed, budget.prompts)
            samples.append(Sampled(instance.with_values(**quantity.constants), moments, variance))
        found.append(SampledMeasurement(tuple(samples), budget.alpha))
    if quantity.enclose is not None:
        # Claims that share their instances, such as those about one flow, cannot each climb towards their own bound.
        climbed = None if plan.shared_with else statement
        enclosed = _searched(quantity.enclose, plan, language, seeds[0], climbed)
        found.append(EnclosedMeasurement(tuple(enclosed), quantity.enclosed_by, quantity.enclosed_kind))
    if quantity.compute is not None:
        rng = np.random.default_rng(seeds[1])
        computed = [
            (instance, *quantity.compute(instance))
            for instance in plan.instances(language, rng, 4, plan.largest_sampled)
        ]
        found.append(ComputedMeasurement(tuple(computed), quantity.computed_by))
    return found


def _searched(
    left_side: Callable[[Instance], tuple[Array, Mapping[str, Any]]],
    plan: Plan,
    language: Language,
    seed: np.random.SeedSequence,
    statement: Statement | None,
) -> list[tuple[Instance, Array]]:
    """The left side at examples of the plan's strategy; each instance once."""
    assert plan.search is not None
    climbing = statement is not None and statement.relation != "="
    found: dict[str, tuple[Instance, Array]] = {}

    def see(instance: Instance) -> float | None:
        key = str(instance)
        if key not in found:
            left, further = left_side(instance)
            found[key] = (instance.with_values(**further), left)
        # The first half of the examples stays as varied as the strategy is; climbing gathers the rest near equality.
        if statement is None or not climbing or len(found) < plan.searched / 2:
            return None
        return ratio(statement, *found[key], language)

    visit(plan.search, see, plan.searched, int(seed.generate_state(1)[0]))
    return list(found.values())
