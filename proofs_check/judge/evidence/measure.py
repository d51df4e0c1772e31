"""How the left side of a claim is measured, kind by kind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from proofs_check.judge.evidence.comparison import Array, LeftSide, named_lengths, ranges, with_value
from proofs_check.judge.evidence.computed import ComputedMeasurement
from proofs_check.judge.evidence.enclosed import EnclosedMeasurement
from proofs_check.judge.evidence.exact import ExactMeasurement
from proofs_check.judge.evidence.sampled import Sampled, SampledMeasurement
from proofs_check.judge.evidence.symbolic import SymbolicMeasurement
from proofs_check.judge.evidence.verdict import Budget
from proofs_check.judge.extremes import Range, climb
from proofs_check.judge.instances import Instance
from proofs_check.judge.language import Language
from proofs_check.judge.meaning import InterpretationError, NoValueError
from proofs_check.judge.search import visit
from proofs_check.judge.settling import Settled, degree_of_right, is_cheap, settled_by, settling_instances
from proofs_check.judge.statements import Statement, equal_arrays
from proofs_check.judge.tightness import closeness
from theory.algebra.grammar import GrammarError
from theory.algebra.usage import watching

if TYPE_CHECKING:
    from proofs_check.judge.claims import Claim
    from proofs_check.judge.quantities import Derived

# Monte Carlo and floating-point evidence look at so many instances.
SAMPLED_INSTANCES = 5
COMPUTED_INSTANCES = 4
# How long prompts get where a formula is cheap at any length.
_LONGEST = 10**9
# The largest matrices that are drawn where a statement is predicted to fail.
_LARGEST_MATRIX = 64
# Steps of the climb towards equality, from the best of the ends.
_CLIMB = 60
# Further fine steps from each start, for formulas and for what only code computes.
_FINE = 160
_FINE_BY_CODE = 80
# The size of the largest matrices at which cheap inequalities are tried.
_WIDE = 24


@dataclass(frozen=True)
class Asked:
    """A claim to be measured within a budget, with its random numbers.

    Claims with one `shared_with` have the same numbers, in whatever company they are run.
    """

    claim: Claim
    budget: Budget
    seeds: tuple[np.random.SeedSequence, ...]

    @classmethod
    def of(cls, claim: Claim, budget: Budget) -> Asked:
        """Number the claim's random numbers by its id."""
        name = claim.plan.shared_with or claim.id
        stream = int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big")
        return cls(claim, budget, tuple(np.random.SeedSequence(budget.seed, spawn_key=(stream,)).spawn(3)))

    @cached_property
    def derived(self) -> Derived | None:
        """The left side by the engine; None where there is no derivation, or a formula is beyond the engine."""
        try:
            return self.claim.left.derived(self.claim.language)
        except GrammarError:
            if self.claim.left.tree is None:
                raise
            # What is typed as a left side may be beyond the engine, such as d^(1/2); instances still decide about it.
            return None

    @property
    def inequality(self) -> bool:
        """Whether the claim is one."""
        return self.claim.statement.relation != "="


def measure_symbolic(asked: Asked) -> SymbolicMeasurement | None:
    """The engine's expression."""
    claim = asked.claim
    if asked.derived is None:
        return None
    expression, definitions = asked.derived
    computed = claim.left.tree is not None or expression.computed
    witnesses = () if claim.left.witnesses is None else claim.left.witnesses()
    everywhere = claim.plan.search is None and not claim.plan.fixed
    return SymbolicMeasurement(expression, definitions, computed, witnesses, everywhere)


def left_side(claim: Claim) -> LeftSide | None:
    """How a single instance gives the left side exactly or in balls; None where none does."""
    left = claim.left
    if left.tree is not None:
        formula = Statement(left.tree, text=left.text)
        value = formula.ball_value if formula.has_roots else formula.value
        return lambda instance: (value(instance, claim.language), {})
    return left.exact or left.enclose


def measure_exact(asked: Asked) -> ExactMeasurement | None:
    """The exact left side at generic instances, at those that settle an equation, at the ends and near equality."""
    claim = asked.claim
    if claim.left.exact is None and claim.left.tree is None:
        return None
    take = left_side(claim)
    assert take is not None
    visited = _Visited(take, claim)
    settled = _visit_all(asked, visited)
    ordered = _kept(claim, visited)
    covered = _covered(claim, ordered)
    return ExactMeasurement(ordered, covered, claim.plan.fixed, frozenset(visited.engine), settled_by(settled))


def with_all_lengths(instance: Instance, language: Language) -> Instance:
    """The instance with values for the lengths that a strategy does not draw, for mutants that name them."""
    others = {name: 5 + 2 * k for k, name in enumerate(language.length_names)}
    return Instance({**others, **instance.lengths}, instance.values)


class _Visited:
    """The left side at instances, each computed once, and the operations of the engine that this calls."""

    def __init__(self, take: LeftSide, claim: Claim):
        self.take = take
        self.language = claim.language
        self.is_formula = claim.left.tree is not None
        self.known: dict[str, tuple[Instance, Array]] = {}
        self.engine: set[str] = set()

    def __call__(self, instance: Instance) -> tuple[Instance, Array] | None:
        """The instance with all letters, and the left side there; None where the left side, a formula, has no value."""
        instance = with_all_lengths(instance, self.language)
        key = str(instance)
        if key not in self.known:
            try:
                with watching() as engine:
                    left, further = self.take(instance)
            except NoValueError:
                if self.is_formula:
                    return None
                raise
            self.engine |= set() if self.is_formula else engine
            complete = instance.with_values(**further)
            if any(further[name] != instance.values[name] for name in set(further) & set(instance.values)):
                self._require_value_of(complete, left)
            self.known[key] = (complete, np.asarray(left, dtype=object))
        return self.known[key]

    def _require_value_of(self, complete: Instance, left: Array) -> None:
        """Do nothing if the left side is that of the values that the evidence puts in place of what was drawn."""
        again, _ = self.take(complete)
        if not equal_arrays(left, again):
            raise InterpretationError("its left side is not that of the values that it puts in place of what was drawn")


def _visit_all(asked: Asked, visited: _Visited) -> Settled | None:
    """Show all instances of the plan to `visited`; what they settle."""
    claim, plan = asked.claim, asked.claim.plan
    for instance in () if plan.ends is None else plan.ends():
        visited(instance)
    if plan.search is not None:
        _search(asked, visited, claim.statement if asked.inequality else None)
        return None
    drawn, settled, largest = generic(asked)
    for instance in drawn:
        visited(instance)
    if asked.inequality:
        _climb(asked, visited, largest)
        for instance in _predicted_failure(asked, largest):
            visited(instance)
    return settled


def _predicted_failure(asked: Asked, largest: Mapping[str, int]) -> Iterator[Instance]:
    """Where the real roots of the difference say that the inequality fails, if the left side can be had there."""
    claim = asked.claim
    symbolic = measure_symbolic(asked)
    predicted = None if symbolic is None else symbolic.predicted_failure(claim.statement, claim.language)
    if predicted is None or predicted.failure is None:
        return
    name, value = predicted.variable, predicted.failure
    lengths = {each: min(2, most) for each, most in largest.items()}
    if name in claim.language.letters:
        drawn = claim.plan.instance(claim.language, np.random.default_rng(asked.seeds[0]), lengths)
        yield drawn.with_values(**{name: value})
    elif value <= largest.get(name, 0) or (is_cheap(claim) and (value <= _LARGEST_MATRIX or not claim.plan.letters)):
        at = {**lengths, name: int(value)}
        yield claim.plan.instance(claim.language, np.random.default_rng(asked.seeds[0]), at)


def generic(asked: Asked) -> tuple[list[Instance], Settled | None, Mapping[str, int]]:
    """The instances that the seed draws for exact evidence, with those that settle an equation; the largest lengths."""
    claim, plan = asked.claim, asked.claim.plan
    # Of a left side that is code alone the degree is not known, and that of the right side bounds nothing.
    code_alone = claim.left.tree is None and claim.left.derive is None
    largest = plan.exact_sizes(None if asked.inequality or code_alone else degree_of_right(claim))
    if asked.inequality and plan.largest is None and is_cheap(claim):
        largest |= {name: _LONGEST for name in claim.language.length_names if name != "d" and name not in plan.fixed}
    rng = np.random.default_rng(asked.seeds[0])
    drawn = list(plan.instances(claim.language, rng, asked.budget.instances, largest))
    settled = None if asked.inequality else settling_instances(claim, lambda: asked.derived, rng, largest)
    return drawn + ([] if settled is None else list(settled.instances)), settled, largest


def _search(asked: Asked, visited: _Visited, climbing: Statement | None) -> None:
    plan = asked.claim.plan
    assert plan.search is not None

    def see(instance: Instance) -> float | None:
        seen = visited(instance)
        # The first half of the examples stays as varied as the strategy is; climbing gathers the rest near equality.
        if seen is None or climbing is None or len(visited.known) < plan.searched / 2:
            return None
        return closeness(climbing, *seen, asked.claim.language)

    visit(plan.search, see, plan.searched, int(asked.seeds[0].generate_state(1)[0]))


def _climb(asked: Asked, visited: _Visited, largest: Mapping[str, int]) -> None:
    """Visit the ends of the range, and climb from the best of them towards equality."""
    claim = asked.claim
    around = Range(claim.plan.letters, claim.language, largest, claim.plan.fixed)

    def score(instance: Instance) -> float | None:
        seen = visited(instance)
        return None if seen is None else closeness(claim.statement, *seen, claim.language)

    seed = int(asked.seeds[0].generate_state(1)[0])
    cheap = is_cheap(claim)
    if cheap and "d" not in claim.plan.fixed and claim.plan.largest is None:
        for draft in around.wide(_WIDE):
            score(around.build(draft))
    climb(around, score, list(around.ends()), _CLIMB, seed, _FINE if cheap else _FINE_BY_CODE)


def measure_sampled(asked: Asked) -> SampledMeasurement | None:
    """Monte Carlo at mild instances, whose estimators vary little."""
    claim, sample = asked.claim, asked.claim.left.sample
    if sample is None or not asked.budget.prompts:
        return None
    rng = np.random.default_rng(asked.seeds[1])
    chosen = claim.plan.instances(claim.language, rng, SAMPLED_INSTANCES, claim.plan.largest_sampled, mild=True)
    samples = []
    for instance, seed in zip(chosen, asked.seeds[2].spawn(len(chosen)), strict=True):
        moments, variance = sample(instance, seed, asked.budget.prompts)
        samples.append(Sampled(instance.with_values(**claim.left.constants), moments, variance))
    return SampledMeasurement(tuple(samples), asked.budget.alpha)


def measure_enclosed(asked: Asked) -> EnclosedMeasurement | None:
    """Balls at the examples of the plan's strategy, or at generic instances."""
    claim, plan = asked.claim, asked.claim.plan
    if claim.left.enclose is None:
        return None
    visited = _Visited(claim.left.enclose, claim)
    for instance in () if plan.ends is None else plan.ends():
        visited(instance)
    if plan.search is not None:
        # Claims that share their instances, such as those about one flow, cannot each climb towards their own bound.
        _search(asked, visited, None if plan.shared_with or not asked.inequality else claim.statement)
    else:
        for instance in generic_enclosed(asked):
            visited(instance)
    ordered = _kept(claim, visited)
    left = claim.left
    return EnclosedMeasurement(
        ordered, left.enclosed_by, left.enclosed_kind, _covered(claim, ordered), claim.plan.fixed
    )


def generic_enclosed(asked: Asked) -> Sequence[Instance]:
    """The instances that the seed draws for enclosures."""
    claim, plan = asked.claim, asked.claim.plan
    rng = np.random.default_rng(asked.seeds[0])
    return plan.instances(claim.language, rng, asked.budget.instances, plan.exact_sizes(None))


def _kept(claim: Claim, visited: _Visited) -> tuple[tuple[Instance, Array], ...]:
    """The instances at which the statement has a value, in order of size."""
    found = with_value(list(visited.known.values()), claim.statement, claim.language)
    return tuple(sorted(found, key=lambda item: sum(item[0].lengths.values())))


def _covered(claim: Claim, values: Sequence[tuple[Instance, Array]]) -> dict[str, str]:
    return covered(claim, [instance for instance, _ in values])


def covered(claim: Claim, instances: Sequence[Instance]) -> dict[str, str]:
    """What the instances cover, of the lengths that the claim is about."""
    lengths = named_lengths(claim.statement, claim.language) | set(claim.plan.largest or {}) | set(claim.plan.fixed)
    return ranges(instances, claim.language, lengths)


def measure_computed(asked: Asked) -> ComputedMeasurement | None:
    """Floating point at generic instances."""
    claim = asked.claim
    compute: Callable[[Instance], tuple[Array, float]] | None = claim.left.compute
    if compute is None:
        return None
    rng = np.random.default_rng(asked.seeds[1])
    chosen = claim.plan.instances(claim.language, rng, COMPUTED_INSTANCES, claim.plan.largest_sampled)
    return ComputedMeasurement(tuple((instance, *compute(instance)) for instance in chosen), claim.left.computed_by)
