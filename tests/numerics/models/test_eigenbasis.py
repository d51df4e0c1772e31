"""Flows in the eigenbasis of the law: the same trajectory as with all entries, and refusals where there is none."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from numerics import solve_flow
from numerics.models.eigenbasis import DiagonalProgram, NoEigenbasisError, common_eigenbasis
from theory import FiniteTasks, Gaussian, LinearAttention, Model, Prompt, SoftmaxAttention, Stack
from theory.models.network import Network

LAW = Prompt(Gaussian("Lambda"), Gaussian("Psi"), noise="s2")
MASKED = LinearAttention(mask="query")
# Steps differ, so that two trajectories agree to their tolerance, not to rounding.
SAME = 1e-8
NETWORKS: dict[str, tuple[Network, str]] = {
    "one layer": (LinearAttention(), "reduced"),
    "all blocks": (LinearAttention(), "all"),
    "two heads": (LinearAttention(heads=2), "reduced"),
    "two layers": (Stack(MASKED, MASKED), "sparse"),
    "softmax": (SoftmaxAttention(2, mask="query"), "reduced"),
}


def rotated(d: int, *seeds: int) -> list[np.ndarray]:
    """Positive definite matrices that commute and are not diagonal; equal eigenvalues occur from d = 3 on."""
    basis = np.linalg.qr(np.random.default_rng(d).standard_normal((d, d)))[0]
    found = []
    for seed in seeds:
        eigenvalues = np.random.default_rng([d, seed]).uniform(0.2, 1.0, d)
        eigenvalues[2:] = eigenvalues[-1]
        found.append((basis * eigenvalues) @ basis.T)
    return found


def start_of(model: Model, d: int) -> dict[str, Any]:
    """Matrices that commute with the law's, numbers, and vectors that are zero."""
    start: dict[str, Any] = {}
    for place, (name, letter) in enumerate(model.trained.items()):
        if letter.is_scalar:
            start[name] = 0.3 + 0.1 * place
        else:
            start[name] = np.zeros(d) if letter.cols == 1 else 0.3 * rotated(d, 10 + place)[0]
    return start


@pytest.mark.parametrize("d", [1, 2, 4])
@pytest.mark.parametrize("what", NETWORKS)
def test_the_trajectory_is_that_of_all_entries(what: str, d: int) -> None:
    """Weights, loss and conserved quantities agree at every time; what is integrated differs."""
    network, weights = NETWORKS[what]
    model = Model(LAW, network, weights)
    Lambda, Psi = rotated(d, 1, 2)
    letters = {"Lambda": Lambda, "Psi": Psi, "s2": 0.2, "N": 5}
    start, times = start_of(model, d), [0.0, 0.7, 6.0]
    short = solve_flow(model, start, times, **letters)
    long = solve_flow(model, start, times, eigenbasis=False, **letters)
    assert short.basis is not None
    assert long.basis is None
    for name, path in long.weights.items():
        assert short.weights[name].shape == path.shape
        assert np.allclose(short.weights[name], path, atol=SAME)
        assert np.allclose(short.weights[name][0], start[name], atol=1e-12)
    assert np.allclose(short.loss, long.loss, atol=SAME)
    assert short.drift.keys() == long.drift.keys()
    assert np.abs(long.loss[-1] - long.loss[0]) > 100 * SAME


def test_the_flow_of_zhang_et_al_written_by_hand() -> None:
    """Lemma 5.2 in NumPy, all d^2 + 1 equations: U' = u Lambda^2 - u^2 Gamma Lambda U Lambda and its u'."""
    d, N = 5, 7
    (Lambda,) = rotated(d, 1)
    Gamma = (1 + 1 / N) * Lambda + np.trace(Lambda) / N * np.eye(d)
    first = 0.2 * rotated(d, 3)[0]

    def field(_: float, y: np.ndarray) -> np.ndarray:
        U, u = y[:-1].reshape(d, d), y[-1]
        force = Lambda @ Lambda - u * Gamma @ Lambda @ U @ Lambda
        return np.append((u * force).ravel(), np.sum(force * U))

    end = solve_ivp(field, (0, 4.0), np.append(first.ravel(), 0.4), rtol=1e-11, atol=1e-13).y[:, -1]
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("I")), LinearAttention(), "reduced")
    flow = solve_flow(model, {"U": first, "u": 0.4}, [4.0], eigenbasis=True, Lambda=Lambda, N=N)
    assert np.allclose(flow.weights["U"][-1], end[:-1].reshape(d, d), atol=SAME)
    assert flow.weights["u"][-1] == pytest.approx(end[-1], abs=SAME)


def test_where_there_is_no_eigenbasis_all_entries_are_integrated_or_the_reason_is_given() -> None:
    """Matrices that do not commute or are not symmetric, vectors and tasks that are not zero."""
    Lambda, Psi = rotated(2, 1, 2)
    skew = np.array([[0.2, 0.1], [0.0, 0.3]])
    tilted = np.diag([0.3, 0.1])
    plain = Model(LAW, LinearAttention(), "reduced")
    everything = Model(LAW, LinearAttention(), "all")
    mean = Model(LAW.replace(w=Gaussian("Psi", "mu")), LinearAttention(), "reduced")
    tasks = Model(Prompt(Gaussian("Lambda"), FiniteTasks("W", "T")), LinearAttention(), "reduced")
    letters = {"Lambda": Lambda, "Psi": Psi, "s2": 0.2, "N": 5}
    zeros = {"u21": np.zeros(2), "u12": np.zeros(2)}
    cases: list[tuple[Model, dict[str, Any], dict[str, Any], str]] = [
        (plain, {"U": skew, "u": 0.3}, letters, "U is not symmetric"),
        (plain, {"U": tilted, "u": 0.3}, letters, "(U and|and U) .*do not commute|and U do not commute"),
        (plain, {"U": 0.2 * Lambda, "u": 0.3}, {**letters, "Psi": tilted}, "Psi.* do not commute"),
        (everything, {"U11": Lambda, "u": 0.3, **zeros, "u12": np.array([0.0, 0.1])}, letters, "u12 is d x 1"),
        (mean, {"U": Lambda, "u": 0.3}, {**letters, "mu": [0.1, 0.0]}, "mu is d x 1 and not zero"),
        (tasks, {"U": Lambda, "u": 0.3}, {"Lambda": Lambda, "N": 5, "W": np.eye(2)}, "W is d x 1 and not zero"),
    ]
    for model, start, values, why in cases:
        with pytest.raises(ValueError, match=why):
            solve_flow(model, start, [0.1], eigenbasis=True, **values)
        flow = solve_flow(model, start, [0.1], **values)
        assert flow.basis is None
        assert np.allclose(flow.weights[next(iter(start))][-1], start[next(iter(start))], atol=0.5)


def test_a_mean_that_is_zero_is_no_obstacle() -> None:
    """The law may have vectors; what counts is their value."""
    Lambda, Psi = rotated(3, 1, 2)
    model = Model(LAW.replace(w=Gaussian("Psi", "mu")), LinearAttention(), "reduced")
    values = {"Lambda": Lambda, "Psi": Psi, "s2": 0.2, "N": 5, "mu": np.zeros(3)}
    flow = solve_flow(model, {"U": 0.2 * Lambda, "u": 0.3}, [1.0], eigenbasis=True, **values)
    without = solve_flow(
        Model(LAW, LinearAttention(), "reduced"),
        {"U": 0.2 * Lambda, "u": 0.3},
        [1.0],
        **{name: value for name, value in values.items() if name != "mu"},
    )
    assert np.allclose(flow.weights["U"], without.weights["U"], atol=SAME)


def test_a_drift_is_noticed_in_the_eigenbasis_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """A quantity that is said to be conserved and is not stops the flow."""
    model = Model(LAW, LinearAttention(), "reduced")
    wrong = model.formula_of("u^2 + tr(U U')")
    monkeypatch.setattr(Model, "invariants", lambda _: (wrong,))
    Lambda, Psi = rotated(2, 1, 2)
    with pytest.raises(RuntimeError, match="is conserved, but moved"):
        solve_flow(model, {"U": 0.2 * Lambda, "u": 0.3}, [2.0], eigenbasis=True, Lambda=Lambda, Psi=Psi, s2=0.2, N=5)


@pytest.mark.parametrize(
    "text",
    [
        "tr(A B)^2 A B' - 3 A^3/d + I/N",
        "u tr(A) tr(A Lambda^-1 B) + N",
        "Lambda^(1/2) A Lambda^-2",
        "v' A v + u",
        "v v'",
    ],
)
def test_a_program_of_diagonals_has_the_value_of_the_matrices(text: str) -> None:
    """Inverses, roots, traces, the identity, lengths, and vectors that are zero."""
    d = 3
    model = Model(Prompt(Gaussian("Lambda"), Gaussian("I", "v")), LinearAttention(), {"U11": "A B", "u": "u"})
    Lambda, A, B = rotated(d, 1, 2, 3)
    values = {"Lambda": Lambda, "A": A, "B": B, "u": 0.7, "v": np.zeros(d), "N": 4}
    at = common_eigenbasis(model, values)
    formula = model.formula_of(text)
    expected = formula.evaluate(**{name: values.get(name, d) for name in formula.arguments})
    weights = {"A": at.diagonals["A"], "B": at.diagonals["B"], "u": 0.7}
    found = DiagonalProgram(formula.expression, at, ("A", "B", "u"))(weights)
    assert np.allclose(found if formula.expression.is_scalar else at.matrix(found), expected, atol=1e-10)


def test_the_matrices_of_an_eigenbasis_commute_to_rounding() -> None:
    """A start that commutes only nearly is no diagonal one: what it leaves out could grow."""
    Lambda, Psi = rotated(3, 1, 2)
    model = Model(LAW, LinearAttention(), "reduced")
    near = 0.2 * Lambda
    near[0, 1] += 1e-9
    near[1, 0] += 1e-9
    with pytest.raises(NoEigenbasisError, match="do not commute"):
        common_eigenbasis(model, {"Lambda": Lambda, "Psi": Psi, "s2": 0.1, "N": 3, "U": near, "u": 1.0})
