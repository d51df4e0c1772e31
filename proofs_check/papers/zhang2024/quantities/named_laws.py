"""Named laws of i.i.d. entries: the minimiser and the error of section 4.3 in the parameters of each law.

The evidence runs the layer and the predictor on diagonal covariances from a cubature with the moments of the law up to
the third, which are all that the theory uses. Both are linear in the law, so the cubature may have negative weights.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any

import numpy as np

from proofs_check.judge.exact_moments import Coordinates
from proofs_check.judge.instances import Instance
from proofs_check.judge.meaning import inverse, one_by_one
from proofs_check.judge.quantities import Quantity
from proofs_check.papers.zhang2024.quantities.brute_force import Array, Exact
from proofs_check.papers.zhang2024.quantities.random_covariance import WEIGHTS, least_averaged_loss
from proofs_check.papers.zhang2024.quantities.random_error import independent_atoms, prediction_error_by_enumeration
from theory.zhang2024.random_entries import Entry, exponential, log_normal, two_point, uniform
from theory.zhang2024.random_entries import constant as point_mass
from theory.zhang2024.random_entries import gamma as gamma_law

_NODES = (Fraction(1, 2), Fraction(1), Fraction(2), Fraction(3))


@dataclass(frozen=True)
class NamedLaw:
    """A law of the i.i.d. entries, from the letters l and h, and what is claimed of it.

    Args:
        title: the law in words.
        entry: the law at an instance.
        letters: those of l and h that it has.
        moments: E lambda^k, typed.
        best: A_ii, the same for all i; best_where: its abbreviations.
        limit: the error for N, M to infinity; limit_where: its abbreviations.
    """

    title: str
    entry: Callable[[Mapping[str, Any]], Entry]
    letters: tuple[str, ...]
    moments: tuple[str, str, str]
    best: str
    best_where: Mapping[str, str]
    limit: str
    limit_where: Mapping[str, str]


def named_moments(moments: tuple[str, str, str]) -> dict[str, str]:
    """E lambda^k as the abbreviations m1, m2, m3."""
    return {f"m{k}": text for k, text in enumerate(moments, 1)}


def _by_moments(title: str, entry: Callable[[Mapping[str, Any]], Entry], moments: tuple[str, str, str]) -> NamedLaw:
    """A law whose minimiser has no simpler form than its moments give."""
    named = named_moments(moments)
    gamma_i = {**named, "g": "(1 + 2/N) m3 + (d - 1)/N m1 m2"}
    return NamedLaw(title, entry, ("h", "l"), moments, "m2/g", gamma_i, "d (m1 - m2^2/m3)", named)


LAWS: Mapping[str, NamedLaw] = {
    "exp": NamedLaw("Exp(1)", lambda _: exponential(), (), ("1", "2", "6"), "N/(3 N + d + 5)", {}, "d/3", {}),
    "gamma": NamedLaw(
        "a gamma law of shape $h$ and rate $l$",
        lambda at: gamma_law(at["h"], at["l"]),
        ("h", "l"),
        ("h/l", "h (h + 1)/l^2", "h (h + 1) (h + 2)/l^3"),
        "N l/g",
        {"g": "(N + 2) (h + 2) + (d - 1) h"},
        "d h/(l k)",
        {"k": "h + 2"},
    ),
    "uniform": _by_moments(
        "uniform on $[l, l + h]$",
        lambda at: uniform(at["l"], at["l"] + at["h"]),
        ("l + h/2", "l^2 + l h + h^2/3", "l^3 + 3 l^2 h/2 + l h^2 + h^3/4"),
    ),
    "log-normal": NamedLaw(
        r"log-normal of mean $l$, with $\mathbb{E} \lambda^2 = (1 + h) l^2$",
        lambda at: log_normal(at["l"], 1 + at["h"]),
        ("h", "l"),
        ("l", "(1 + h) l^2", "(1 + h)^3 l^3"),
        "N/(l g)",
        {"g": "(N + 2) (1 + h)^2 + d - 1"},
        "d l h/k",
        {"k": "1 + h"},
    ),
    "two-point": _by_moments(
        "$l$ or $h$ with probabilities $p_1$ and $p_2$",
        lambda at: two_point(at["l"], at["h"], WEIGHTS["p"]),
        ("p l + q h", "p l^2 + q h^2", "p l^3 + q h^3"),
    ),
    "degenerate": NamedLaw(
        "always $l$", lambda at: point_mass(at["l"]), ("l",), ("l", "l^2", "l^3"), "N/(l (N + d + 1))", {}, "0 l", {}
    ),
}


@lru_cache(maxsize=512)
def cubature(moments: tuple[Fraction, ...]) -> tuple[tuple[Fraction, Fraction], ...]:
    """(weight, value) with the given moments from the zeroth to the third; weights may be negative."""
    powers = np.array([[node**k for node in _NODES] for k in range(len(_NODES))], dtype=object)
    weights = inverse(powers) @ np.array(moments, dtype=object)
    return tuple(zip(weights.tolist(), _NODES, strict=True))


def _moments(law: NamedLaw, instance: Instance) -> tuple[Fraction, ...]:
    entry = law.entry(instance.values)
    return tuple(Fraction(entry.moment(k)) for k in range(4))


@lru_cache(maxsize=512)
def _best(moments: tuple[Fraction, ...], d: int, N: int) -> Array:
    return least_averaged_loss(independent_atoms(cubature(moments), d), N)[0]


def minimiser_for(law: NamedLaw) -> Quantity:
    """A_ii by minimising the averaged loss of the layer."""

    def exact(instance: Instance) -> Exact:
        best = _best(_moments(law, instance), instance.lengths["d"], instance.lengths["N"])
        return one_by_one(best[0, 0]), WEIGHTS

    return Quantity("A_{ii}", exact=exact)


def error_for(law: NamedLaw) -> Quantity:
    """E(y_hat - <w, x_q>)^2 of the limit on a new prompt of length M, by enumerating the cubature."""

    def exact(instance: Instance) -> Exact:
        moments, d = _moments(law, instance), instance.lengths["d"]
        best = _best(moments, d, instance.lengths["N"])
        atoms = independent_atoms(cubature(moments), d)
        return one_by_one(prediction_error_by_enumeration(atoms, best, instance.lengths["M"])), WEIGHTS

    return Quantity(r"\mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=exact)


def limiting_error_for(law: NamedLaw) -> Quantity:
    """The same for N, M to infinity: E(x_q'(A Lambda - I)w)^2 at the diagonal A that makes it least.

    In c it is a parabola E(x_q'(c Lambda - I)w)^2, so three values give its least value.
    """

    def exact(instance: Instance) -> Exact:
        d = instance.lengths["d"]
        atoms = independent_atoms(cubature(_moments(law, instance)), d)
        unit = np.diag([Fraction(1)] * d) + Fraction(0)

        def error(c: int) -> Fraction:
            total = Fraction(0)
            for weight, covariance in atoms:
                space = Coordinates({("w", 0): unit, ("q", 0): covariance})
                gap = (space.vectors["q", 0].T @ space.constant(c * covariance - unit) @ space.vectors["w", 0])[0, 0]
                total += weight * space.mean_of_product(gap, gap)
            return total

        at_zero, above, below = error(0), error(1), error(-1)
        curvature, slope = (above + below) / 2 - at_zero, (above - below) / 2
        return one_by_one(at_zero - slope**2 / (4 * curvature)), WEIGHTS

    return Quantity(r"\lim_{N, M \to \infty} \mathbb{E}(\hat y - \langle w, x_q\rangle)^2", exact=exact)
