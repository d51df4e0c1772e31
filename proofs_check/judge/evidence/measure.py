"""How the left side of a claim is measured, kind by kind."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from proofs_check.judge.evidence.comparison import Array, LeftSide, named_lengths, ranges
from proofs_check.judge.evidence.computed import ComputedMeasurement
from proofs_check.judge.evidence.enclosed import EnclosedMeasurement
from proofs_check.judge.evidence.exact import ExactMeasurement
from proofs_check.judge.evidence.sampled import Sampled, SampledMeasurement
from proofs_check.judge.evidence.symbolic import SymbolicMeasurement
from proofs_check.judge.evidence.verdict import Budget
from proofs_check.judge.extremes import Range, climb
from proofs_check.judge.instances import Instance
from proofs_check.judge.search import visit
from proofs_check.judge.settling import Settled, degree_of_right, settled_by, settling_instances
from proofs_check.judge.statements import Statement
from proofs_check.judge.tightness import closeness
from theory.algebra.definitions import Definition
from theory.algebra.expression import Expression
from theory.algebra.grammar import elaborate
from theory.algebra.usage import watching

if TYPE_CHECKING:
    from proofs_check.judge.claims import Claim

# Monte Carlo and floating-point evidence look at so many instances.
SAMPLED_INSTANCES = 5
COMPUTED_INSTANCES = 4
# Steps of the climb towards equality, from the best of the ends.
_CLIMB = 60


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

    @property
    def inequality(self) -> bool:
        """Whether the claim is one."""
        return self.claim.statement.relation != "="


def measure_symbolic(asked: Asked) -> SymbolicMeasurement | None:
    """The engine's expression."""
    claim = asked.claim
    derived = _derived(claim)
    if derived is None:
        return None
    expression, definitions = derived
    computed = claim.left.tree is not None or expression.computed
    witnesses = () if claim.left.witnesses is None else claim.left.witnesses()
    return SymbolicMeasurement(expression, definitions, computed, witnesses)


def _derived(claim: Claim) -> tuple[Expression, tuple[Definition, ...]] | None:
    left = claim.left
    if left.tree is not None:
        return elaborate(left.tree, claim.language.vocabulary({}), left.text), ()
    return None if left.derive is None else left.derive()


def left_side(claim: Claim) -> LeftSide | None:
    """How a single instance gives the left side exactly or in balls; None where none does."""
    left = claim.left
    if left.tree is not None:
        formula = Statement(left.tree, text=left.text)
        return lambda instance: (formula.value(instance, claim.language), {})
    return left.exact or left.enclose


def measure_exact(asked: Asked) -> ExactMeasurement | None:
    """The exact left side at generic instances, at those that settle an equation, at the ends and near equality."""
    claim = asked.claim
    if claim.left.exact is None and claim.left.tree is None:
        return None
    take = left_side(claim)
    assert take is not None
    with watching() as engine:
        values = _Visited(take)
        settled = _visit_all(asked, values)
    ordered = _in_order(values.found)
    covered = _covered(claim, ordered)
    return ExactMeasurement(ordered, covered, claim.plan.fixed, frozenset(engine), settled_by(settled))


class _Visited:
    """The left side at instances, each computed once."""

    def __init__(self, take: LeftSide):
        self.take = take
        self.known: dict[str, tuple[Instance, Array]] = {}

    def __call__(self, instance: Instance) -> tuple[Instance, Array]:
        key = str(instance)
        if key not in self.known:
            left, further = self.take(instance)
            self.known[key] = (instance.with_values(**further), np.asarray(left, dtype=object))
        return self.known[key]

    @property
    def found(self) -> list[tuple[Instance, Array]]:
        return list(self.known.values())


def _visit_all(asked: Asked, visited: _Visited) -> Settled | None:
    """Show all instances of the plan to `visited`; what they settle."""
    claim, plan = asked.claim, asked.claim.plan
    for instance in () if plan.ends is None else plan.ends():
        visited(instance)
    if plan.search is not None:
        _search(asked, visited, claim.statement if asked.inequality else None)
        return None
    largest = plan.exact_sizes(None if asked.inequality else degree_of_right(claim))
    rng = np.random.default_rng(asked.seeds[0])
    for instance in plan.instances(claim.language, rng, asked.budget.instances, largest):
        visited(instance)
    if asked.inequality:
        _climb(asked, visited, largest)
        return None
    settled = settling_instances(claim, rng, largest)
    for instance in () if settled is None else settled.instances:
        visited(instance)
    return settled


def _search(asked: Asked, visited: _Visited, climbing: Statement | None) -> None:
    plan = asked.claim.plan
    assert plan.search is not None

    def see(instance: Instance) -> float | None:
        complete, left = visited(instance)
        # The first half of the examples stays as varied as the strategy is; climbing gathers the rest near equality.
        if climbing is None or len(visited.known) < plan.searched / 2:
            return None
        return closeness(climbing, complete, left, asked.claim.language)

    visit(plan.search, see, plan.searched, int(asked.seeds[0].generate_state(1)[0]))


def _climb(asked: Asked, visited: _Visited, largest: Mapping[str, int]) -> None:
    """Visit the ends of the range, and climb from the best of them towards equality."""
    claim = asked.claim
    around = Range(claim.plan.letters, claim.language, largest, claim.plan.fixed)

    def score(instance: Instance) -> float | None:
        complete, left = visited(instance)
        return closeness(claim.statement, complete, left, claim.language)

    climb(around, score, list(around.ends()), _CLIMB, int(asked.seeds[0].generate_state(1)[0]))


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
    visited = _Visited(claim.left.enclose)
    for instance in () if plan.ends is None else plan.ends():
        visited(instance)
    if plan.search is not None:
        # Claims that share their instances, such as those about one flow, cannot each climb towards their own bound.
        _search(asked, visited, None if plan.shared_with or not asked.inequality else claim.statement)
    else:
        rng = np.random.default_rng(asked.seeds[0])
        for instance in plan.instances(claim.language, rng, asked.budget.instances, plan.exact_sizes(None)):
            visited(instance)
    ordered = _in_order(visited.found)
    left = claim.left
    return EnclosedMeasurement(
        ordered, left.enclosed_by, left.enclosed_kind, _covered(claim, ordered), claim.plan.fixed
    )


def _in_order(values: Sequence[tuple[Instance, Array]]) -> tuple[tuple[Instance, Array], ...]:
    return tuple(sorted(values, key=lambda item: sum(item[0].lengths.values())))


def _covered(claim: Claim, values: Sequence[tuple[Instance, Array]]) -> dict[str, str]:
    """What the instances cover, of the lengths that the claim is about."""
    instances = [instance for instance, _ in values]
    return ranges(instances, claim.language, covered_lengths(claim, instances))


def covered_lengths(claim: Claim, instances: Sequence[Instance]) -> set[str]:
    """The lengths whose ranges are told: those that the claim names, and with a search all that occur."""
    lengths = named_lengths(claim.statement, claim.language) | set(claim.plan.largest or {}) | set(claim.plan.fixed)
    if claim.plan.search is not None:
        lengths |= {name for instance in instances for name in instance.lengths}
    return lengths


def measure_computed(asked: Asked) -> ComputedMeasurement | None:
    """Floating point at generic instances."""
    claim = asked.claim
    compute: Callable[[Instance], tuple[Array, float]] | None = claim.left.compute
    if compute is None:
        return None
    rng = np.random.default_rng(asked.seeds[1])
    chosen = claim.plan.instances(claim.language, rng, COMPUTED_INSTANCES, claim.plan.largest_sampled)
    return ComputedMeasurement(tuple((instance, *compute(instance)) for instance in chosen), claim.left.computed_by)
