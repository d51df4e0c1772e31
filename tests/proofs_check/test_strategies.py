"""The published strategies: what they can generate, and what they never do."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
from flint import fmpq, fmpq_mat
from hypothesis import given, settings
from hypothesis import strategies as st

from numerics.prompts import LinearLabels, QuadraticLabels, ReluLabels, SignLabels
from proofs_check import strategies
from proofs_check.judge.search import find_smallest, visit

LIGHT = settings(max_examples=40, deadline=None, database=None)


def _examples(strategy: st.SearchStrategy[object], count: int = 300) -> list[object]:
    seen: list[object] = []

    def look(example: object) -> None:
        seen.append(example)

    visit(strategy, look, count, 0)
    return seen


def _rank(matrix: object) -> int:
    rows = [[fmpq(x.numerator, x.denominator) for x in row] for row in matrix]  # type: ignore[attr-defined]
    return int(fmpq_mat(rows).rank())


@LIGHT
@given(st.integers(1, 4).flatmap(strategies.bases))
def test_bases_are_exactly_orthogonal(basis: strategies.Matrix) -> None:
    """Q Q' is the identity in rational arithmetic, not up to rounding."""
    Q = np.array(basis, dtype=object)
    assert np.all(Q @ Q.T == np.eye(len(Q), dtype=int))


@LIGHT
@given(st.integers(1, 3).flatmap(strategies.covariances), st.integers(1, 9))
def test_a_covariance_has_the_spectrum_that_it_says(covariance: strategies.SpectralCovariance, N: int) -> None:
    """Lambda Q = Q diag(l) exactly, and the norms of Lambda and Gamma are those of their largest eigenvalues."""
    matrix, Q = (np.array(value, dtype=object) for value in (covariance.matrix, covariance.basis))
    assert np.all(matrix @ Q == Q * np.array(covariance.eigenvalues, dtype=object))
    assert np.all(matrix == matrix.T)
    floats = np.linalg.eigvalsh(matrix.astype(float))
    gamma = (1 + 1 / N) * floats + floats.sum() / N
    assert float(covariance.largest) == pytest.approx(floats[-1])
    assert float(covariance.largest_of_gamma(N)) == pytest.approx(gamma[-1])
    assert float(covariance.smallest_of_gamma(N)) == pytest.approx(gamma[0])


def test_degenerate_spectra_come_up() -> None:
    """Repeated, nearly singular and widely spread eigenvalues, d = 1, and generic ones are all generated."""
    drawn = _examples(strategies.dimensions().flatmap(strategies.spectra))
    assert all(value > 0 for spectrum in drawn for value in spectrum)  # type: ignore[attr-defined]
    assert {len(s) for s in drawn} == {1, 2, 3, 4}  # type: ignore[arg-type]
    assert any(len(s) > 1 and len(set(s)) == 1 for s in drawn)  # type: ignore[arg-type, call-overload]
    assert any(len(s) > 2 and len(set(s)) == len(s) for s in drawn)  # type: ignore[arg-type, call-overload]
    assert any(min(s) < Fraction(1, 100) for s in drawn)  # type: ignore[call-overload]
    assert any(max(s) > 100 * min(s) for s in drawn)  # type: ignore[call-overload]


def test_bases_that_are_not_the_identity_come_up() -> None:
    """Both the identity and full rotations are generated."""
    drawn = _examples(strategies.bases(3))
    assert any(all(row[i] == 1 for i, row in enumerate(basis)) for basis in drawn)  # type: ignore[arg-type, var-annotated]
    assert any(all(entry != 0 for row in basis for entry in row) for basis in drawn)  # type: ignore[attr-defined]


def test_initialisations_of_every_rank_come_up() -> None:
    """Theta has rank 1, 2 and 3 for d = 3, with fewer columns than rows or as many, and is never zero."""
    drawn = _examples(strategies.initialisations(3))
    assert {_rank(theta) for theta in drawn} == {1, 2, 3}
    assert {len(theta[0]) for theta in drawn} == {1, 2, 3}  # type: ignore[index]


def test_contexts_of_different_and_extreme_lengths_come_up() -> None:
    """N = 1, M = 1, N = M, long training with short prompts, and the other way round are all generated."""
    drawn: list[tuple[int, int]] = _examples(strategies.contexts())  # type: ignore[assignment]
    assert all(N >= 1 and M >= 1 for N, M in drawn)
    for wanted in (
        lambda N, M: N == 1,
        lambda N, M: M == 1,
        lambda N, M: N == M,
        lambda N, M: N > 10**6 > M,
        lambda N, M: M > 10**6 > N,
    ):
        assert any(wanted(N, M) for N, M in drawn)


def test_every_label_law_comes_up() -> None:
    """Linear and quadratic labels, with noise and without, relu and sign are all generated."""
    drawn = _examples(strategies.label_laws(2))
    assert {type(law) for law in drawn} == {LinearLabels, QuadraticLabels, ReluLabels, SignLabels}
    noisy = {law.noise_variance > 0 for law in drawn if isinstance(law, LinearLabels)}
    assert noisy == {True, False}


def test_a_counterexample_shrinks_to_a_small_one() -> None:
    """Of all covariances that are not isotropic the search returns a diagonal one of dimension two."""
    strategy = strategies.dimensions().flatmap(strategies.covariances)
    found = find_smallest(strategy, lambda covariance: len(set(covariance.eigenvalues)) > 1, 200, 0)
    assert found is not None
    assert len(found.eigenvalues) == 2
    assert found.matrix[0][1] == 0


def test_a_search_is_a_function_of_its_seed_and_writes_nothing(
    tmp_path: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same seed shows the same examples, another seed others, and no directory appears."""
    monkeypatch.chdir(tmp_path)  # type: ignore[arg-type]

    def seen(seed: int) -> list[object]:
        found: list[object] = []

        def look(example: object) -> None:
            found.append(example)

        visit(strategies.covariances(3), look, 30, seed)
        return found

    assert seen(1) == seen(1)
    assert seen(1) != seen(2)
    assert list(tmp_path.iterdir()) == []  # type: ignore[attr-defined]


def test_a_search_climbs() -> None:
    """A number that the visitor returns is driven far beyond what the first examples reach."""
    reached: list[int] = []

    def look(value: int) -> float:
        reached.append(value)
        return float(value)

    visit(strategies.naturals(60), look, 200, 0)
    assert max(reached) == 60


def test_no_counterexample_is_none() -> None:
    """A search that finds nothing returns None."""
    assert find_smallest(strategies.dimensions(), lambda d: d > 4, 50, 0) is None
