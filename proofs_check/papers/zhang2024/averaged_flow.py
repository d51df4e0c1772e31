"""Lemmas C.6 to C.8: the flow for random diagonal covariances, enclosed; sharper forms, and any sigma.

The law has two atoms, L1 with probability p and L2 with probability q. The flow depends on the law through gamma_i,
zeta_ij and xi_i only. The sharper forms, with S = Theta Theta':

- `lem-C.7-sharp`: tr(Gamma L S L S) <= ||Gamma|| tr(L^2 S) as in `lem-A.5-sharp`, for each covariance L, so the loss
  starts at most at s^2/2 (s^2 E[||Gamma|| tr(L^2 S)] - 2 tr(E[L^2] S)). And l >= -u tr(E[L^2] U'), at least
  -u^2 ||E[L^2]||_F by Cauchy-Schwarz and balance. As l falls, u^2 >= -l(0)/||E[L^2]||_F. The paper has
  tr(E[L]^2 S), which is at most tr(E[L^2] S) by Jensen, and the norms of the factors in place of tr(L^2 S).
- `lem-C.8-PL-sharp`: entry (i, j) of grad_U l is u zeta_ij x_ij, with x = uU - A and l - min l half the sum of
  zeta_ij x_ij^2; so ||grad_U l||^2 >= 2 u^2 nu (l - min l), with nu the least of the zeta_ij and gamma_i.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from math import sqrt
from typing import Any

import numpy as np
from flint import arb
from hypothesis import assume
from hypothesis import strategies as st

from proofs_check.judge.claims import Claim
from proofs_check.judge.evidence import Quantity
from proofs_check.judge.instances import Instance, tuples
from proofs_check.papers.zhang2024.flow_quantities import FlowFacts, averaged_flow_facts
from proofs_check.papers.zhang2024.vocabulary import PAPER, state
from proofs_check.strategies import Vector, chosen, dimensions, initialisations, lengths, matrices, naturals, positives
from proofs_check.strategies import rationals as numbers
from theory.algebra.expression import Expression, matrix, scalar_letter
from theory.random_covariance import random_covariance
from theory.random_entries import FiniteLaw

Array = Any
Exact = tuple[Array, Mapping[str, Any]]
_RATIOS = (Fraction(1), Fraction(1, 2), Fraction(2), Fraction(3, 2))
# The work of an enclosure grows with the ratio of the fastest to the slowest rate.
_MOST_STIFF = 20
_CHANCES = (Fraction(1, 2), Fraction(2, 5), Fraction(1, 10))
_LETTERS: Mapping[str, Expression] = {
    "L1": matrix("L1", definite=True, latex="\\Lambda_1"),
    "L2": matrix("L2", definite=True, family="L1", latex="\\Lambda_2"),
    # p, q the probabilities; g1, g2 the operator norms of Gamma_1, Gamma_2; opS that of E[Lambda^2]; nu the least rate.
    **{name: scalar_letter(name, definite=True) for name in ("p", "q", "g1", "g2", "opS", "nu")},
}
_NORM = "tr(Theta Theta' Theta Theta')^(1/2)"
_PAPER = {
    "align": f"tr((p L1 + q L2)^2 Theta Theta')/{_NORM}",
    "spread": "p g1 tr(L1^2) + q g2 tr(L2^2)",
}
_SHARPER = {
    "align": f"tr((p L1^2 + q L2^2) Theta Theta')/{_NORM}",
    "spread": f"tr((p g1 L1^2 + q g2 L2^2) Theta Theta')/{_NORM}",
    "size": "tr((p L1^2 + q L2^2)^2)^(1/2)",
}


@st.composite
def averaged_flow_instances(draw: st.DrawFn, condition: str) -> Instance:
    """Two diagonal covariances with their probabilities, any Theta and N, and sigma = s.

    Args:
        draw: Hypothesis's.
        condition: "paper", that of Lemma C.6; "sharper", s^2 E[||Gamma|| tr(L^2 S)] < 2 tr(E[L^2] S); "none", s^2 from
            the paper's bound up to 10^4 times as large.
    """
    d = draw(dimensions(3))
    scale = draw(positives(1))
    atoms: list[Vector] = [tuple(scale * draw(chosen(_RATIOS)) for _ in range(d)) for _ in range(2)]
    p = draw(chosen(_CHANCES))
    chances = (p, 1 - p)
    N = draw(lengths(1000))
    theta = draw(initialisations(d))
    gram = np.array(theta, dtype=object) @ np.array(theta, dtype=object).T
    norms = [max(x) + (max(x) + sum(x)) / N for x in atoms]
    average = [sum(c * x[i] for c, x in zip(chances, atoms, strict=True)) for i in range(d)]
    squares = [sum(c * x[i] ** 2 for c, x in zip(chances, atoms, strict=True)) for i in range(d)]
    # The letters `align` and `spread` of the statements, up to the norm of Theta Theta'.
    norm_squared = np.sum(gram * gram)
    if condition == "sharper":
        align = sum(squares[i] * gram[i, i] for i in range(d))
        parts = [g * sum(x[i] ** 2 * gram[i, i] for i in range(d)) for g, x in zip(norms, atoms, strict=True)]
        largest = 2 * align / sum(c * y for c, y in zip(chances, parts, strict=True))
    else:
        align = sum(average[i] ** 2 * gram[i, i] for i in range(d))
        spread = sum(c * g * sum(y * y for y in x) for c, g, x in zip(chances, norms, atoms, strict=True))
        largest = 2 * align / spread / Fraction(sqrt(d * norm_squared))
    if condition == "none":
        share = Fraction(draw(chosen((10**4, 100, 1, 10))))
    else:
        far = draw(st.booleans())
        share = draw(chosen((Fraction(19, 20), Fraction(1, 2)))) if far else Fraction(1 + draw(naturals(8)), 100)
    s = Fraction(sqrt(share * largest)).limit_denominator(500) or Fraction(1, 500)
    while condition != "none" and not s**2 < largest * Fraction(99, 100):
        s /= 2
    law = random_covariance(FiniteLaw(tuple(atoms), chances), N)
    rates = [rate for row in law.zeta for rate in row]
    assume(max(rates) <= _MOST_STIFF * min(rates))
    # For d = 1 this is the one start that is a minimiser already.
    assume(d > 1 or s**2 * law.gamma[0] != law.xi[0])
    values = {
        "L1": _diagonal(atoms[0]),
        "L2": _diagonal(atoms[1]),
        "p": chances[0],
        "q": chances[1],
        "Theta": tuples(theta),
        "s": s,
        "g1": norms[0],
        "g2": norms[1],
        "opS": max(squares),
        "nu": min(rates),
    }
    return Instance({"d": d, "N": N}, values)


def _diagonal(entries: Vector) -> Any:
    return tuple(tuple(x if i == j else Fraction(0) for j in range(len(entries))) for i, x in enumerate(entries))


def _fact(read: Callable[[FlowFacts], arb]) -> Callable[[Instance], Exact]:
    def enclose(instance: Instance) -> Exact:
        values = instance.values
        d = range(instance.lengths["d"])
        atoms = tuple((values[c], tuple(values[name][i][i] for i in d)) for c, name in (("p", "L1"), ("q", "L2")))
        result = np.empty((1, 1), dtype=object)
        result[0, 0] = read(averaged_flow_facts(atoms, values["Theta"], values["s"], instance.lengths["N"]))
        return result, {}

    return enclose


@st.composite
def averaged_weights(draw: st.DrawFn) -> Instance:
    """Two diagonal covariances, and any U and u; now and then uU off its optimum in the slowest entry only."""
    instance = draw(averaged_flow_instances("paper"))
    d, N = instance.lengths["d"], instance.lengths["N"]
    law = random_covariance(_law(instance), N)
    U, u = np.array(draw(matrices(d, d)), dtype=object), draw(numbers(nonzero=True))
    if draw(st.booleans()):
        i, j = min(np.ndindex(d, d), key=lambda place: law.zeta[place[0]][place[1]])
        U = np.diag(law.minimiser) / u + Fraction(0)
        U[i, j] += draw(positives())
    return instance.with_values(U=tuples(U), u=u)


def _law(instance: Instance) -> FiniteLaw:
    d = range(instance.lengths["d"])
    atoms = tuple(tuple(instance.values[name][i][i] for i in d) for name in ("L1", "L2"))
    return FiniteLaw(atoms, (instance.values["p"], instance.values["q"]))


def _squared_gradient(instance: Instance) -> Exact:
    """||grad_U l||_F^2 and l - min l, averaged over the covariances from Lemmas C.1 and C.3 in matrices."""
    U, u, N = instance.arrays["U"], instance.values["u"], instance.lengths["N"]
    d = len(U)
    slope, loss = np.full((d, d), Fraction(0), dtype=object), Fraction(0)
    for chance, name in (("p", "L1"), ("q", "L2")):
        weight, L = instance.values[chance], instance.arrays[name]
        G = L * (1 + Fraction(1, N)) + (np.diag([np.trace(L) / N] * d) + Fraction(0))
        slope = slope + weight * (u**2 * (G @ L @ U @ L) - u * (L @ L))
        loss += weight * (u**2 * np.trace(G @ L @ U @ L @ U.T) / 2 - u * np.trace(L @ L @ U.T))
    result = np.empty((1, 1), dtype=object)
    result[0, 0] = np.sum(slope * slope)
    return result, {"gap": loss - random_covariance(_law(instance), N).floor}


def averaged_flow_claims() -> tuple[Claim, ...]:
    """Return Lemmas C.6 to C.8, their sharper forms, and B1 for random covariances."""
    by = "flow for two diagonal covariances, enclosed in ball arithmetic"
    start = (
        "Lambda_tau diagonal: L1 or L2 with probabilities p and q",
        "gradient flow from Assumption 3.3; sigma = s; Theta stands for Theta / ||Theta Theta'||_F^(1/2)",
    )
    condition = "sigma^2 sqrt(d) E[||Gamma_tau||_op ||Lambda_tau||_F^2] < 2 ||E[Lambda_tau] Theta||_F^2"
    paper = (*start, condition)
    mild = (*start, "sigma^2 E[||Gamma_tau||_op ||Lambda_tau Theta||_F^2] < 2 tr(E[Lambda_tau^2] Theta Theta')")
    any_sigma = (*start, "sigma^2 up to 10^4 times the bound of Lemma C.6")
    least_u = Quantity(r"\inf_t u(t)", enclose=_fact(lambda f: f.least_u), enclosed_by=by)
    least_square = Quantity(r"\inf_t u(t)^2", enclose=_fact(lambda f: f.least_u**2), enclosed_by=by)
    PL = Quantity(
        r"\inf_t \|\nabla \ell_{\mathrm{rdm}}\|^2/(\ell_{\mathrm{rdm}} - \min \ell_{\mathrm{rdm}})",
        enclose=_fact(lambda f: f.gradient_rate),
        enclosed_by=by,
    )
    decay = Quantity(
        r"\inf_t -\tfrac1t \ln\frac{\ell_{\mathrm{rdm}}(t) - \min\ell_{\mathrm{rdm}}}"
        r"{\ell_{\mathrm{rdm}}(0) - \min\ell_{\mathrm{rdm}}}",
        enclose=_fact(lambda f: f.decay_rate),
        enclosed_by=by,
    )
    distance = Quantity(
        r"\|uU - A\|_F/\|A\|_F, A = \mathbb{E}[\Gamma\Lambda^2]^{-1} \mathbb{E}[\Lambda^2]",
        enclose=_fact(lambda f: f.distance),
        enclosed_by=by,
    )
    flows: dict[str, Any] = {"more": _LETTERS, "searched": 18}
    printed = {**flows, "search": averaged_flow_instances("paper"), "shared_with": "averaged-flows"}
    better = {**flows, "search": averaged_flow_instances("sharper"), "shared_with": "averaged-flows-mild"}
    large = {**flows, "search": averaged_flow_instances("none"), "shared_with": "averaged-flows-large", "searched": 12}
    sharp_u = state(
        "lem-C.7-sharp",
        "u stays away from zero under random covariances, without sqrt(d) and under a weaker condition",
        "beyond the paper; sharpens Lemma C.7",
        least_square,
        "s^2 (2 align - s^2 spread)/(2 size)",
        relation=">=",
        where=_SHARPER,
        assumptions=mild,
        rests_on=("lem-C.5", "lem-C.6-alignment"),
        **better,
    )
    sharp_rate = state(
        "lem-C.8-PL-sharp",
        "The Polyak-Lojasiewicz inequality under random covariances, with a better rate under a weaker condition",
        "beyond the paper; sharpens Lemma C.8",
        PL,
        "nu s^2 (2 align - s^2 spread)/size",
        relation=">=",
        where=_SHARPER,
        assumptions=mild,
        rests_on=("lem-C.7-sharp",),
        **better,
    )
    delta = "nu s^2 (2 align - d^(1/2) s^2 spread)/(d^(1/2) opS)"
    return (
        state(
            "lem-C.6",
            "u stays positive under random covariances",
            PAPER + "Lemma C.6",
            least_u,
            "0",
            relation=">",
            assumptions=paper,
            rests_on=("lem-C.3", "lem-C.6-alignment"),
            **printed,
        ),
        sharp_u,
        state(
            "lem-C.7",
            "u stays away from zero under random covariances",
            PAPER + "Lemma C.7",
            least_square,
            "s^2 (2 align - d^(1/2) s^2 spread)/(2 d^(1/2) opS)",
            relation=">=",
            where=_PAPER,
            assumptions=paper,
            rests_on=("lem-C.5", "lem-C.6"),
            sharper=sharp_u,
            **printed,
        ),
        state(
            "lem-C.8-gradient",
            "The gradient against the excess loss at every point, for random covariances",
            PAPER + "proof of Lemma C.8",
            Quantity(r"\|\nabla_U \ell_{\mathrm{rdm}}\|_F^2", exact=_squared_gradient),
            "2 u^2 nu gap",
            relation=">=",
            more=_LETTERS,
            search=averaged_weights(),
            searched=50,
            assumptions=("any U and u; gap = l(U, u) - min l; nu the least of gamma_i and zeta_ij",),
            rests_on=("lem-C.3", "lem-C.4-floor"),
        ),
        sharp_rate,
        state(
            "lem-C.8-PL",
            "The Polyak-Lojasiewicz inequality along the flow, for random covariances",
            PAPER + "Lemma C.8, eqs. (C.13), (C.14)",
            PL,
            delta,
            relation=">=",
            where=_PAPER,
            assumptions=paper,
            rests_on=("lem-C.7", "lem-C.8-gradient"),
            sharper=sharp_rate,
            **printed,
        ),
        state(
            "lem-C.8-decay",
            "The excess loss decays at the rate delta from the start, for random covariances",
            PAPER + "Lemma C.8",
            decay,
            delta,
            relation=">=",
            where=_PAPER,
            assumptions=paper,
            rests_on=("lem-C.8-PL",),
            sharper=sharp_rate,
            **printed,
        ),
        state(
            "B1-random-positive",
            "u stays positive under random covariances, whatever sigma",
            "statement B1; beyond " + PAPER + "Lemma C.6",
            least_u,
            "0",
            relation=">",
            assumptions=any_sigma,
            rests_on=("cor-C.2-uii", "cor-C.2-uij", "cor-C.2-u"),
            **large,
        ),
        state(
            "B1-random-limit",
            "The flow reaches the limit under random covariances, whatever sigma: the relative distance of uU from A",
            "statement B1; " + PAPER + "Theorem 4.5",
            distance,
            "1/100",
            relation="<=",
            assumptions=(*any_sigma, "at the time at which the integrated flow was that near"),
            rests_on=("B1-random-positive", "lem-C.4-minimiser"),
            cited=("a bounded analytic gradient flow converges to a critical point (Lojasiewicz)",),
            **large,
        ),
    )
