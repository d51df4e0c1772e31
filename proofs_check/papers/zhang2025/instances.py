"""Weights of three rank-one heads that satisfy the paper's conditions (C1) to (C3), and others that are at rest."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import numpy as np
from hypothesis import strategies as st

from proofs_check.judge.instances import Instance, tuples
from proofs_check.judge.meaning import exact_identity, inverse
from proofs_check.papers.zhang2025.language import HEADS
from proofs_check.strategies import bases, chosen, dimensions, matrices, naturals, positives, rationals, vectors

Array = Any


def learned_value(spectrum: Sequence[Fraction], place: int, N: int) -> Fraction:
    """lambda_d^{-1} (1 + (1 + tr(Lambda)/lambda_d)/N)^{-1} of (18)."""
    return 1 / (spectrum[place] + (spectrum[place] + sum(spectrum)) / N)


@st.composite
def distinct_spectra(draw: st.DrawFn, d: int) -> tuple[Fraction, ...]:
    """d different positive eigenvalues, in falling order."""
    steps = [draw(positives()) for _ in range(d)]
    return tuple(sum(steps[k:], Fraction(0)) for k in range(d))


@st.composite
def fixed_points(draw: st.DrawFn) -> Instance:
    """Members of M(S_m): heads in any gauge that sum to (18), and heads of value zero with k or q in the span."""
    d = draw(dimensions(3))
    N = 1 + draw(naturals(1))
    spectrum, basis = draw(distinct_spectra(d)), np.array(draw(bases(d)), dtype=object)
    learned = [place for place in range(d) if draw(st.booleans())]
    E = basis[:, learned]
    mixing = exact_identity(len(learned))
    for i, j in zip(*np.triu_indices(len(learned), 1), strict=True):
        mixing[i, j] = draw(rationals())
    values = np.array([draw(rationals(nonzero=True)) for _ in learned], dtype=object)
    target = np.array([learned_value(spectrum, place, N) for place in learned], dtype=object)
    keys = E @ mixing
    queries = (inverse(mixing) * target if learned else mixing) @ E.T
    heads = [(values[k], keys[:, k], queries[k] / values[k]) for k in range(len(learned))]
    while len(heads) < HEADS:
        inside, outside = E @ np.array(draw(vectors(len(learned))), dtype=object), np.array(draw(vectors(d)))
        pair = (inside, outside) if draw(st.booleans()) else (outside, inside)
        heads.append((Fraction(0), *pair))
    turn = draw(naturals(HEADS - 1))
    covariance = (basis * np.array(spectrum, dtype=object)) @ basis.T
    values_of = {"Lambda": covariance, "P": E @ E.T} | weights(heads[turn:] + heads[:turn])
    return Instance({"d": d, "N": N}, {name: tuples(value) for name, value in values_of.items()})


def _diagonal(entries: Sequence[Fraction]) -> Array:
    return exact_identity(len(entries)) * np.array(entries, dtype=object)


def weights(heads: Sequence[tuple[Fraction, Array, Array]]) -> dict[str, Any]:
    """The letters u_h, k_h, q_h of (v, k, q)."""
    return {f"{name}_{h}": part for h, head in enumerate(heads) for name, part in zip("ukq", head, strict=True)}


@st.composite
def prompts_at_fixed_points(draw: st.DrawFn) -> Instance:
    """A fixed point with any prompt, X, y and x_q, no entry of which is zero."""
    at = draw(fixed_points())
    d, N = at.lengths["d"], at.lengths["N"]

    def entries(count: int) -> list[Fraction]:
        return [draw(rationals(nonzero=True)) for _ in range(count)]

    return at.with_values(X=tuples([entries(N) for _ in range(d)]), y=tuples(entries(N)), x_q=tuples(entries(d)))


@st.composite
def next_head(draw: st.DrawFn) -> Instance:
    """The ansatz (20): m eigenvectors learned with k = q = v e; the next one is growing, by head 0; others are zero.

    Balanced heads have irrational values unless the eigenvalues are made for them: v_i^{-3} = lambda_i + (lambda_i +
    tr)/N is solved for the eigenvalues, all of which are positive where the values differ little.
    """
    d = draw(dimensions(3))
    N = 1 + draw(naturals(1))
    inverses = [1 + Fraction(draw(naturals(2)), 8) for _ in range(d)]
    trace = sum(value**3 for value in inverses) / (1 + Fraction(1 + d, N))
    spectrum = [(value**3 - trace / N) / (1 + Fraction(1, N)) for value in inverses]
    place = draw(naturals(d - 1))
    heads = []
    unit = exact_identity(d)
    for k in range(HEADS):
        value = Fraction(0)
        if k < place:
            value = 1 / inverses[k]
        elif k == place:
            value = draw(rationals(nonzero=True))
        vector = unit[:, k] * value if k < d else unit[:, 0] * 0
        heads.append((value, vector, vector))
    values = {"Lambda": _diagonal(spectrum), "l": spectrum[place], "v": heads[place][0], "e": unit[:, place]}
    others = heads[:place] + heads[place + 1 :]
    held = {name: tuples(value) for name, value in (values | weights([heads[place], *others])).items()}
    return Instance({"d": d, "N": N}, held)


@st.composite
def idle_heads(draw: st.DrawFn) -> Instance:
    """Fixed points of three heads of value zero where nothing is learned, one with any k and q'Lambda^2 k = 0."""
    level = 1 + draw(positives())
    covariance = _diagonal((level, Fraction(1)))
    key = np.array(draw(vectors(2)), dtype=object)
    nothing = key * 0
    query = np.array([-key[1], key[0] * level**2], dtype=object)
    heads = [(Fraction(0), key, query)] + [(Fraction(0), nothing, nothing)] * (HEADS - 1)
    held = {name: tuples(value) for name, value in ({"Lambda": covariance} | weights(heads)).items()}
    return Instance({"d": 2, "N": 1 + draw(naturals(1))}, held)


@st.composite
def any_eigenvectors(draw: st.DrawFn) -> Instance:
    """One learned head along any eigenvector, and eigenvectors e and f in a basis; eigenvalues may be equal."""
    d, N = 2, 1 + draw(naturals(1))
    level, turn = draw(positives()), np.array(draw(bases(d)), dtype=object)
    equal = draw(st.booleans())
    spectrum = (level,) * d if equal else draw(distinct_spectra(d))
    direction = turn[:, 0] if equal else exact_identity(d)[:, 0]
    heads = [(learned_value(spectrum, 0, N), direction, direction)]
    heads += [(Fraction(0), direction * 0, direction * 0)] * (HEADS - 1)
    unit = exact_identity(d)
    values = {"Lambda": _diagonal(spectrum), "e": unit[:, 0], "f": unit[:, 1]} | weights(heads)
    return Instance({"d": d, "N": N}, {name: tuples(value) for name, value in values.items()})


@st.composite
def values_at_zero(draw: st.DrawFn) -> Instance:
    """Two merged heads of value zero with tr(Lambda^2 U_i') = 0."""
    d = draw(dimensions(2))
    N = 1 + draw(naturals(1))
    spectrum = draw(distinct_spectra(d))
    square = _diagonal([value**2 for value in spectrum])
    held: dict[str, Any] = {"Lambda": _diagonal(spectrum), "u_0": Fraction(0), "u_1": Fraction(0)}
    for h in (0, 1):
        U = np.array(draw(matrices(d, d)), dtype=object)
        held[f"U_{h}"] = U - square * (np.sum(square * U) / np.sum(square * square))
    return Instance({"d": d, "N": N}, {name: tuples(value) for name, value in held.items()})


@st.composite
def rank_heads(draw: st.DrawFn) -> Instance:
    """One head of rank R = d whose K and Q sum to (18) for a set of eigenvectors."""
    d = draw(dimensions(2))
    N = 1 + draw(naturals(1))
    spectrum, basis = draw(distinct_spectra(d)), np.array(draw(bases(d)), dtype=object)
    target = [learned_value(spectrum, place, N) * draw(naturals(1)) for place in range(d)]
    value = draw(rationals(nonzero=True))
    mixing = exact_identity(d)
    for i, j in zip(*np.triu_indices(d, 1), strict=True):
        mixing[i, j] = draw(rationals())
    seen = _diagonal([Fraction(int(entry != 0)) for entry in target])
    K = basis @ seen @ mixing
    Q = (basis * np.array(target, dtype=object)) @ inverse(mixing).T / value
    covariance = (basis * np.array(spectrum, dtype=object)) @ basis.T
    held = {"Lambda": covariance, "u": value, "K": K, "Q": Q}
    return Instance({"d": d, "N": N, "R": d}, {name: tuples(value) for name, value in held.items()})


def examples_of_plateaus() -> st.SearchStrategy[Instance]:
    """(R, m) of section 5: for D = 8 the plateaus that it calls conspicuous, R = 1, 2 and 4; m = 0 belongs to each."""
    found = {1: range(8), 2: (0, 2, 4, 6), 4: (0, 4)}
    pairs = [(R, m) for R, every in found.items() for m in every]
    return chosen([Instance({"d": 8}, {"R": Fraction(R), "m": Fraction(m)}) for R, m in pairs])
