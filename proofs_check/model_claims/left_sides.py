"""The left sides of claims about a model, each with its derivation, its exact value and its samples."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache, lru_cache

import numpy as np

from numerics.sequential import Moments
from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import one_by_one
from proofs_check.judge.quantities import Array, Derived, Exact, Quantity
from proofs_check.judge.statements import used
from proofs_check.model_claims import brute_force
from proofs_check.model_claims.dual import Moving, moving
from proofs_check.model_claims.networks import polynomial_prediction
from proofs_check.model_claims.point import Point
from proofs_check.model_claims.prompts import PolynomialPrompt
from proofs_check.model_claims.sampled import can_be_sampled, sampled_error
from proofs_check.model_claims.setting import Setting
from theory import Formula, Model
from theory.algebra.calculus import differential
from theory.algebra.grammar import parse
from theory.algebra.latex import latex
from theory.algebra.statement_latex import statement_latex

Sample = Callable[[Instance, np.random.SeedSequence, int], tuple[Moments, float]]


def loss(setting: Setting) -> Quantity:
    """L at free weights."""
    return Quantity(
        setting.expanded("L"),
        derive=lambda: (setting.model.loss_expression, ()),
        exact=_exact(setting, lambda at: one_by_one(brute_force.loss(setting.model, setting.law, at))),
        sample=_sample(setting, Fraction(1, 2), lambda at: brute_force.penalty(setting.model, at)),
    )


def error(setting: Setting) -> Quantity:
    """E (y_hat - y_q)^2 at given weights on the law of the setting."""

    @cache
    def derive() -> Derived:
        return _parts(setting.model.error(setting.weights, setting.test, setting.define))

    y_hat = setting.expanded(r"\hat y")
    return Quantity(
        rf"\mathbb{{E}}({y_hat} - y_q)^2",
        derive=derive,
        exact=_exact(setting, lambda at: one_by_one(brute_force.mean_square_error(setting.model, setting.law, at))),
        sample=_sample(setting, Fraction(1), lambda at: Fraction(0)),
    )


def gradient(setting: Setting, weight: str, along: str) -> Quantity:
    """The gradient of L with respect to a weight, or its product with a direction."""
    model = setting.model

    @cache
    def derive() -> Derived:
        slope, definitions = _slope(setting, weight)
        if not along:
            return slope, definitions
        letters = model.letters_for(None)
        letters.names |= setting.more
        direction = letters.read(along, slope.shape, "the direction")
        return (slope.T @ direction).trace(), definitions

    def value(at: Point) -> Array:
        if not along:
            return brute_force.gradient(model, at, weight)
        return one_by_one(brute_force.slope(model, at, weight, at.read(along, model.trained[weight].shape)))

    tex = rf"\nabla_{{{latex(model.trained[weight])}}} {setting.expanded('L')}"
    if along:
        tex = rf"\langle {tex}, {statement_latex(parse(along))}\rangle"
    return Quantity(tex, derive=derive, exact=_exact(setting, value))


def _slope(setting: Setting, weight: str) -> Derived:
    if not setting.weights:
        return setting.model.gradients[weight], ()
    found = _slopes(setting.model, tuple(setting.weights.items()), tuple(setting.define.items()))
    return _parts(found[weight])


@lru_cache(maxsize=64)
def _slopes(
    model: Model, weights: tuple[tuple[str, str], ...], define: tuple[tuple[str, str], ...]
) -> Mapping[str, Formula]:
    """The gradients at given weights, which several claims ask for."""
    return model.gradient_at(dict(weights), dict(define))


def excess(setting: Setting, witness: str) -> Quantity:
    """L at free weights minus L at given weights."""
    model = setting.model

    @cache
    def derive() -> Derived:
        least, definitions = _parts(model.error(setting.weights, None, setting.define))
        known = witness_formula().definitions if witness else ()
        more = tuple(d for d in known if d not in definitions)
        return model.loss_expression - least / 2 - model.penalty(setting.given), (*definitions, *more)

    def exact(instance: Instance) -> Exact:
        given, further = setting.point(instance)
        free, _ = setting.point(instance, weights=False)
        difference = brute_force.loss(model, setting.law, free) - brute_force.loss(model, setting.law, given)
        return one_by_one(difference), further

    def witness_formula() -> Formula:
        return model.formula_of(witness, define=used(witness, setting.where))

    return Quantity(
        f"{setting.expanded('L')} - {setting.expanded('L')}_*",
        derive=derive,
        exact=exact if setting.has_tasks else None,
        witnesses=(lambda: (witness_formula().expression,)) if witness else None,
    )


def rate(setting: Setting, formula: str) -> Quantity:
    """The time derivative of a formula along the flow; of a matrix its product with a direction."""
    model = setting.model

    @cache
    def derive() -> Derived:
        velocity = {letter: -model.gradients[name] for name, letter in model.trained.items()}
        change = differential(model.formula_of(formula).expression, velocity)
        return (change.T @ setting.more["Direction"]).trace() if setting.more else change, ()

    def value(at: Point) -> Array:
        moved = {name: moving(at.values[name], -brute_force.gradient(model, at, name)) for name in model.trained}
        change = Moving.of(at.with_values(moved).read(formula, (1, 1))).slope
        if change is None:
            return one_by_one(Fraction(0))
        return one_by_one(np.sum(change * at.values["Direction"]) if setting.more else change[0, 0])

    return Quantity(
        rf"\frac{{d}}{{dt}}\left({statement_latex(parse(formula))}\right)", derive=derive, exact=_exact(setting, value)
    )


def prediction(setting: Setting) -> Quantity:
    """y_hat on any prompt."""
    model = setting.model

    @cache
    def derive() -> Derived:
        held = model.prediction.with_weights(setting.given.replacements(model.trained))
        return held.in_data(), setting.given.definitions

    def value(at: Point) -> Array:
        space = Coordinates({})
        columns = space.constant(at.values["X"])
        labels = space.constant(at.values["y"])[:, 0]
        prompt = PolynomialPrompt(
            space,
            tuple(columns[:, i : i + 1] for i in range(columns.shape[1])),
            tuple(labels),
            space.constant(at.values["x_q"]),
            space.ring.zero,
            Fraction(1),
        )
        found = polynomial_prediction(model, at, prompt, model.law.length).value[0, 0]
        return one_by_one(space.mean(found))

    # In sums over positions the prediction is no expression in X and y.
    derived = None if model.prediction.by_position else derive
    return Quantity(setting.expanded(r"\hat y"), derive=derived, exact=_exact(setting, value))


def _exact(setting: Setting, value: Callable[[Point], Array]) -> Callable[[Instance], Exact] | None:
    if not setting.has_tasks:
        return None

    def exact(instance: Instance) -> Exact:
        at, further = setting.point(instance)
        return value(at), further

    return exact


def _sample(setting: Setting, scale: Fraction, added: Callable[[Point], Fraction]) -> Sample | None:
    """Samples of the squared error times a number, to which another number is added."""
    if not can_be_sampled(setting.law):
        return None

    def sample(instance: Instance, seed: np.random.SeedSequence, prompts: int) -> tuple[Moments, float]:
        at, _ = setting.point(instance)
        moments, variance = sampled_error(setting.model, setting.law, at, seed, prompts)
        shift, total, squares = added(at), moments.total * scale, moments.squares * scale**2
        moved = squares + 2 * shift * total + moments.count * shift**2
        return Moments(moments.count, total + moments.count * shift, moved), variance * float(scale) ** 2

    return sample


def _parts(formula: Formula) -> Derived:
    return formula.expression, tuple(formula.definitions)
