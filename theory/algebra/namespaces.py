"""The array operations of compiled formulas that NumPy and PyTorch do not spell alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Array = Any


@dataclass(frozen=True)
class Namespace:
    """The array operations that are not spelled alike everywhere."""

    asarray: Callable[[Any], Array]
    stack: Callable[[Sequence[Array], int], Array]
    matmul: Callable[[Array, Array], Array]
    # The product of two matrices without further axes.
    dot: Callable[[Array, Array], Array]
    paired: Callable[[Array, Array], Array]
    inverse: Callable[[Array], Array]
    root: Callable[[Array, float], Array]
    constant: Callable[[Any], Array]
    plain: Callable[[Array], Any]


def _numpy_stack(values: Sequence[Array], axes: int) -> Array:
    # Numbers alone are the usual case, and np.shape is slow for them.
    shapes = {getattr(value, "shape", ()) for value in values}
    if len(shapes) == 1 and len(next(iter(shapes))) == axes:
        return np.array(values)
    broadcast = np.broadcast_shapes(*shapes)
    split = len(broadcast) - axes
    result: Array = np.empty((*broadcast[:split], len(values), *broadcast[split:]))
    places = np.moveaxis(result, split, 0)
    for place, value in zip(places, values, strict=True):
        place[...] = value
    return result


def _numpy_root(array: Array, exponent: float) -> Array:
    eigenvalues, basis = np.linalg.eigh(array)
    return (basis * eigenvalues[..., None, :] ** exponent) @ basis.swapaxes(-1, -2)


def _numpy_namespace() -> Namespace:
    return Namespace(
        np.asarray,
        _numpy_stack,
        np.matmul,
        np.ndarray.dot,
        lambda a, b: np.einsum("...ij,...ji->...", a, b),
        np.linalg.inv,
        _numpy_root,
        lambda value: value,
        np.asarray,
    )


def _torch_namespace() -> Namespace:
    import torch

    def tensor(value: Any) -> Array:
        # Whatever is no tensor goes through NumPy, which reads lists of integers and refuses text.
        return value if isinstance(value, torch.Tensor) else torch.as_tensor(np.asarray(value))

    def stack(values: Sequence[Array], axes: int) -> Array:
        broadcast: Callable[..., list[Array]] = torch.broadcast_tensors
        tensors = broadcast(*[torch.as_tensor(value, dtype=torch.float64) for value in values])
        return torch.stack(tensors, dim=tensors[0].ndim - axes)

    def root(array: Array, exponent: float) -> Array:
        eigenvalues, basis = torch.linalg.eigh(array)
        return (basis * eigenvalues[..., None, :] ** exponent) @ basis.swapaxes(-1, -2)

    return Namespace(
        tensor,
        stack,
        torch.matmul,
        torch.mm,
        lambda a, b: torch.einsum("...ij,...ji->...", a, b),
        torch.linalg.inv,
        root,
        torch.as_tensor,
        lambda tensor: tensor.detach().cpu().numpy(),
    )


NAMESPACES: Mapping[str, Callable[[], Namespace]] = {"numpy": _numpy_namespace, "torch": _torch_namespace}
