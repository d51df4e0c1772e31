"""Left sides that no method of `claims_of` has: fixed points as a whole, the time course, and a remainder."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from numerics import solve_flow
from proofs_check.judge.exact_wishart import value_at_zero
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import exact_identity, one_by_one
from proofs_check.judge.quantities import Derived, Exact, Quantity
from proofs_check.model_claims.brute_force import gradient
from proofs_check.model_claims.point import point_at
from proofs_check.papers.zhang2025.language import HEADS, MERGED, ONE_HEAD
from theory.algebra.limits import limit

Array = Any
# What the integrator's tolerance of 1e-11 leaves at the end, seen to be below 1e-9.
_ACCURACY = 1e-7


def second_moment(covariance: Array, N: int) -> Array:
    """E of the squared sample covariance, (15)."""
    unit = exact_identity(len(covariance))
    return covariance @ covariance + (covariance + np.trace(covariance) * unit) @ covariance / Fraction(N)


def _force(instance: Instance, function: Array) -> Array:
    """F = Lambda^2 - C S Lambda, S the sum over heads that the prediction beta' S x_q is made of."""
    covariance = instance.arrays["Lambda"]
    return covariance @ covariance - second_moment(covariance, instance.lengths["N"]) @ function @ covariance


def separate_sum(instance: Instance) -> Array:
    """S = sum_i v_i k_i q_i'."""
    held = instance.arrays
    return sum(held[f"u_{h}"][0, 0] * held[f"k_{h}"] @ held[f"q_{h}"].T for h in range(HEADS))


def merged_forces(instance: Instance) -> list[Array]:
    """The right sides of (8)."""
    held = instance.arrays
    F = _force(instance, sum(held[f"u_{h}"][0, 0] * held[f"U_{h}"] for h in (0, 1)))
    return [part for h in (0, 1) for part in (held[f"u_{h}"][0, 0] * F, np.sum(F * held[f"U_{h}"]))]


def separate_forces(instance: Instance) -> list[Array]:
    """The right sides of (14)."""
    held, F = instance.arrays, _force(instance, separate_sum(instance))
    forces = []
    for h in range(HEADS):
        v, k, q = held[f"u_{h}"][0, 0], held[f"k_{h}"], held[f"q_{h}"]
        forces += [k.T @ F @ q, v * F @ q, v * F.T @ k]
    return forces


def _at_rest(forces: Callable[[Instance], list[Array]], latex: str, value: Callable[[Instance], Fraction]) -> Quantity:
    """A number at fixed points only."""

    def exact(instance: Instance) -> Exact:
        if any(np.any(force != 0) for force in forces(instance)):
            raise ValueError("the flow does not rest at the instance")
        return one_by_one(value(instance)), {}

    return Quantity(latex, exact=exact)


def merged_weights_at_rest() -> Quantity:
    """|W_1|^2 at a fixed point of the merged model with w_2 = 0."""

    def value(instance: Instance) -> Fraction:
        return sum((entry**2 for h in (0, 1) for entry in instance.arrays[f"U_{h}"].flat), Fraction(0))

    return _at_rest(merged_forces, r"\|W_1\|^2", value)


def idle_heads_outside_the_span() -> Quantity:
    """|k_i|^2 |q_i|^2, summed over the heads, at fixed points where every value is zero and so nothing is learned."""

    def value(instance: Instance) -> Fraction:
        norms = [np.sum(instance.arrays[f"k_{h}"] ** 2) * np.sum(instance.arrays[f"q_{h}"] ** 2) for h in range(HEADS)]
        return sum(norms, Fraction(0))

    return _at_rest(separate_forces, r"\sum_i \|k_i\|^2 \|q_i\|^2", value)


def function_between_eigenvectors() -> Quantity:
    """e' (sum_i v_i k_i q_i') f at a fixed point, for two eigenvectors of a basis."""

    def value(instance: Instance) -> Fraction:
        held = instance.arrays
        found: Fraction = (held["e"].T @ separate_sum(instance) @ held["f"])[0, 0]
        return found

    return _at_rest(separate_forces, r"e^\top \sum_i v_i k_i q_i^\top f", value)


def time_course() -> Quantity:
    """sigma(t), the factor of beta' x_q, by integrating the flow of two aligned heads for Lambda = I.

    The instance gives g = e^{2 sqrt(D) t / tau} - 1 and k = sqrt(D) / w_init^2.
    """

    def compute(instance: Instance) -> tuple[Array, float]:
        d, N = instance.lengths["d"], instance.lengths["N"]
        v = np.sqrt(np.sqrt(d) / instance.floats["k"]) * np.array([0.6, 0.8])
        start = {f"U_{h}": v[h] / np.sqrt(d) * np.eye(d) for h in (0, 1)} | {f"u_{h}": float(v[h]) for h in (0, 1)}
        t = float(np.log1p(instance.floats["g"])) / (2 * np.sqrt(d))
        flow = solve_flow(MERGED, start, [t], Lambda=np.eye(d), N=N, tolerance=1e-11)
        found = sum(flow.weights[f"u_{h}"][-1] * flow.weights[f"U_{h}"][-1] for h in (0, 1))
        return np.array([[found[0, 0]]]), _ACCURACY

    return Quantity(r"\sigma(t)", compute=compute, computed_by="flow of two merged heads, integrated")


def remainder(of_learned: bool) -> Quantity:
    """m mod R, or R mod m where nothing divides by zero: it is R for m = 0."""

    def exact(instance: Instance) -> Exact:
        R, m = int(instance.arrays["R"][0, 0]), int(instance.arrays["m"][0, 0])
        return one_by_one(Fraction(m % R if of_learned else R % m if m else R)), {}

    return Quantity(r"m \;\mathrm{mod}\; R" if of_learned else r"R \;\mathrm{mod}\; m", exact=exact)


def gradient_of_long_prompts() -> Quantity:
    """lim of the gradient in A as N grows, A the sum of v_i U_i.

    Exactly, the gradient is affine in 1/N, as the sample covariance occurs twice, so that N = 1 and 2 give its limit.
    """
    model = ONE_HEAD

    def derive() -> Derived:
        return limit(model.gradients["A"], "N"), ()

    def exact(instance: Instance) -> Exact:
        at = [
            gradient(model, point_at(model, Instance({**instance.lengths, "N": N}, instance.values), {}, {}), "A")
            for N in (1, 2)
        ]
        pairs = zip(*(value.flat for value in at), strict=True)
        entries = [value_at_zero([Fraction(1), Fraction(1, 2)], pair) for pair in pairs]
        return np.array(entries, dtype=object).reshape(at[0].shape), {}

    return Quantity(r"\lim_{N \to \infty} \nabla_A L", derive=derive, exact=exact)
