"""The gradient flow of a model's population loss, integrated from the compiled gradient, its invariants watched."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from scipy.integrate import solve_ivp

from numerics.models.eigenbasis import Diagonal, DiagonalProgram, NoEigenbasisError, common_eigenbasis
from numerics.models.weights import WeightVector, compiled_gradient, compiled_loss, weight_vector
from numerics.problem import FloatArray, checked_array
from theory.models.model import Model

# How far a conserved quantity may drift, in units of the integrator's tolerance, relative to the weights squared.
_MOST_DRIFT = 1e4


@dataclass(frozen=True, eq=False)
class ModelFlow:
    """A solution of the gradient flow.

    Attributes:
        t: times, shape (k,).
        weights: each weight at these times, the first axis k.
        loss: the population loss, shape (k,).
        drift: for each conserved quantity, as text, its largest change in any entry over all times.
        basis: the orthonormal basis, in columns, in which every matrix stayed diagonal and the flow was integrated as
            d numbers for each d x d weight; None where all entries were.
    """

    t: FloatArray
    weights: Mapping[str, FloatArray]
    loss: FloatArray
    drift: Mapping[str, float]
    basis: FloatArray | None = None


@dataclass(frozen=True)
class _Coordinates:
    """What is integrated: a vector of coordinates of the weights.

    Attributes:
        first: its value at time 0.
        slope: the gradient of the loss.
        weights: the weights of many vectors (k, n), as they are returned.
        loss: the loss at one vector.
        conserved: for each conserved quantity, as text, its entries at one vector.
        basis: as in `ModelFlow`.
    """

    first: FloatArray
    slope: Callable[[FloatArray], FloatArray]
    weights: Callable[[FloatArray], Mapping[str, FloatArray]]
    loss: Callable[[FloatArray], float]
    conserved: Mapping[str, Callable[[FloatArray], Any]]
    basis: FloatArray | None


def solve_flow(
    model: Model,
    start: Mapping[str, ArrayLike],
    times: ArrayLike,
    tolerance: float = 1e-10,
    method: str = "DOP853",
    eigenbasis: bool | None = None,
    **values: Any,
) -> ModelFlow:
    """Integrate theta' = -grad L(theta) from `start` at time 0.

    Where all d x d matrices of the law and of the start are symmetric and commute, and all other letters but numbers
    are zero, the weights stay diagonal in the common eigenbasis, and d numbers are integrated for each d x d weight.

    Args:
        model: the model.
        start: each weight at time 0.
        times: increasing times, the first at least 0, at which the solution is returned.
        tolerance: relative tolerance of the integrator; the absolute one is a thousandth of it.
        method: a method of scipy.integrate.solve_ivp, "Radau" for stiff problems.
        eigenbasis: None integrates in the eigenbasis where that is possible and all entries elsewhere; True insists on
            it, and False integrates all entries.
        values: the letters of the law by name: Lambda=, N=, ...; d= where none of them shows it.

    Raises:
        ValueError, TypeError: for bad arguments, or where there is no eigenbasis to insist on; the message says why.
        RuntimeError: where the integrator gives up, or a conserved quantity moves by more than its tolerance explains.
    """
    grid = checked_array("times", times, (-1,))
    if grid.size == 0 or grid[0] < 0 or grid[-1] == 0 or np.any(np.diff(grid) <= 0):
        raise ValueError(f"times must be increasing, from 0 or later to a positive time, got {grid.tolist()}")
    coordinates = _coordinates(model, start, values, eigenbasis)
    solution = solve_ivp(
        lambda _, packed: -coordinates.slope(packed),
        (0.0, float(grid[-1])),
        coordinates.first,
        method=method,
        t_eval=grid,
        rtol=tolerance,
        atol=1e-3 * tolerance,
    )
    if not solution.success:
        raise RuntimeError(f"the integrator stopped at t = {solution.t[-1]:.6g}: {solution.message}")
    path = solution.y.T
    flow = ModelFlow(
        grid,
        coordinates.weights(path),
        np.array([coordinates.loss(packed) for packed in path]),
        _drift(coordinates, path),
        coordinates.basis,
    )
    scale = float(np.max(np.sum(path**2, axis=1)))
    for quantity, change in flow.drift.items():
        if change > _MOST_DRIFT * tolerance * scale:
            raise RuntimeError(
                f"{quantity} is conserved, but moved by {change:.3g}; the solution is not to be trusted: lower the "
                f"tolerance {tolerance:g} or choose another method"
            )
    return flow


def _drift(coordinates: _Coordinates, path: FloatArray) -> dict[str, float]:
    drift = {}
    for quantity, value in coordinates.conserved.items():
        held = np.array([value(packed) for packed in (coordinates.first, *path)])
        drift[quantity] = float(np.abs(held - held[0]).max())
    return drift


def _coordinates(
    model: Model, start: Mapping[str, ArrayLike], values: Mapping[str, Any], eigenbasis: bool | None
) -> _Coordinates:
    vector, first = weight_vector(model, start)
    loss = compiled_loss(model, values)
    # Values that do not fit the model are refused here, whatever is integrated.
    loss(vector.unpack(first))
    if eigenbasis is not False:
        try:
            return _diagonals(model, common_eigenbasis(model, {**values, **start}))
        except NoEigenbasisError as error:
            if eigenbasis:
                raise ValueError(
                    f"the flow has no eigenbasis: {error}; eigenbasis=None or False integrates all entries"
                ) from error
    conserved = {}
    for formula in model.invariants():
        value = formula.lambdify("numpy")
        conserved[str(formula)] = partial(_at_vector, value, vector, values)
    return _Coordinates(
        first,
        compiled_gradient(model, values, vector),
        vector.unpack,
        lambda packed: float(loss(vector.unpack(packed))),
        conserved,
        None,
    )


def _at_vector(value: Callable[..., Any], vector: WeightVector, values: Mapping[str, Any], packed: FloatArray) -> Any:
    return value(**values, **vector.unpack(packed))


def _diagonals(model: Model, at: Diagonal) -> _Coordinates:
    """The diagonals of the weights that are d x d, and the weights that are numbers; the others stay zero."""
    held = {name: at.diagonals.get(name, at.numbers.get(name)) for name in model.trained}
    pieces = {name: np.atleast_1d(value) for name, value in held.items() if value is not None}
    names = list(pieces)
    cuts = np.cumsum([len(piece) for piece in pieces.values()])[:-1]

    def unpack(packed: FloatArray) -> dict[str, Any]:
        parts = zip(names, np.split(packed, cuts, axis=-1), strict=True)
        return {name: part if name in at.diagonals else part[..., 0] for name, part in parts}

    def weights(path: FloatArray) -> dict[str, FloatArray]:
        found = {name: at.matrix(v) if name in at.diagonals else v for name, v in unpack(path).items()}
        return {name: found.get(name, np.zeros((len(path), *at.zeros.get(name, ())))) for name in model.trained}

    def value(program: DiagonalProgram, packed: FloatArray) -> Any:
        return program(unpack(packed))

    def slope(packed: FloatArray) -> FloatArray:
        held = unpack(packed)
        return np.concatenate([np.atleast_1d(program(held)) for program in programs])

    programs = [DiagonalProgram(model.gradients[name], at, names) for name in names]
    return _Coordinates(
        np.concatenate(list(pieces.values())),
        slope,
        weights,
        partial(value, DiagonalProgram(model.loss_expression, at, names)),
        {str(f): partial(value, DiagonalProgram(f.expression, at, names)) for f in model.invariants()},
        at.basis,
    )
