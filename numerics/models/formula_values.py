"""Values and derivatives of a formula's syntax tree on arrays: of the engine only its parser is used.

Every value is an array (..., rows, columns) of floats; a number has shape (..., 1, 1) and leading axes broadcast.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from numerics.problem import FloatArray
from theory.algebra.grammar import (
    Name,
    Negative,
    Node,
    Number,
    Power,
    Product,
    Quotient,
    Sum,
    Trace,
    Transpose,
    parse,
)

Values = Mapping[str, FloatArray]


def formula_value(text: str, values: Values, d: int) -> FloatArray:
    """Return the value of a formula.

    Args:
        text: in the engine's grammar, without sums over an index and without expectations.
        values: the letters and lengths by name, arrays with at least two axes.
        d: the dimension, which is also the size of `I`.

    Raises:
        ValueError: for a name without a value, shapes that do not fit, or a construct that has no value here.
    """
    return tree_value(parse(text), values, d)


def tree_value(node: Node, values: Values, d: int) -> FloatArray:
    """As `formula_value`, for a syntax tree."""
    match node:
        case Number(value):
            return np.full((1, 1), float(value))
        case Name(name):
            return _named(name, values, d)
        case Transpose(body):
            return np.swapaxes(tree_value(body, values, d), -1, -2)
        case Power(body, exponent):
            return _power(tree_value(body, values, d), float(exponent))
        case Product(factors):
            result = tree_value(factors[0], values, d)
            for factor in factors[1:]:
                result = times(result, tree_value(factor, values, d))
            return result
        case Quotient(above, below):
            quotient: FloatArray = tree_value(above, values, d) / tree_value(below, values, d)
            return quotient
        case Sum(terms):
            total = tree_value(terms[0], values, d)
            for term in terms[1:]:
                total = total + tree_value(term, values, d)
            return total
        case Negative(body):
            return -tree_value(body, values, d)
        case Trace(body):
            traces: FloatArray = np.trace(tree_value(body, values, d), axis1=-2, axis2=-1)
            return traces[..., None, None]
    raise ValueError(f"{type(node).__name__} has no value here: sums over an index and expectations are not numbers")


def _named(name: str, values: Values, d: int) -> FloatArray:
    if name in values:
        return values[name]
    if name == "I":
        return np.eye(d)
    if name == "d":
        return np.full((1, 1), float(d))
    raise ValueError(f"no value given for {name}; there are values for {', '.join(sorted(values))}")


def times(a: FloatArray, b: FloatArray) -> FloatArray:
    """The matrix product, or the product with a number where one of the two is one."""
    if a.shape[-1] == b.shape[-2]:
        product: FloatArray = np.matmul(a, b)
        return product
    if a.shape[-2:] == (1, 1) or b.shape[-2:] == (1, 1):
        scaled: FloatArray = a * b
        return scaled
    raise ValueError(f"cannot multiply shapes {a.shape[-2:]} and {b.shape[-2:]}")


def _power(base: FloatArray, exponent: float) -> FloatArray:
    if base.shape[-2:] == (1, 1):
        raised: FloatArray = base**exponent
        return raised
    if exponent.is_integer():
        power: FloatArray = np.linalg.matrix_power(base, int(exponent))
        return power
    eigenvalues, basis = np.linalg.eigh(base)
    root: FloatArray = np.matmul(basis * eigenvalues[..., None, :] ** exponent, np.swapaxes(basis, -1, -2))
    return root


def pull_back(node: Node, values: Values, d: int, slope: FloatArray, gradient: dict[str, FloatArray]) -> None:
    """Add to gradient[name] the gradient of <slope, value of the tree> with respect to each of its names.

    Args:
        node, values, d: as for `tree_value`, every value a plain matrix.
        slope: an array of the shape of the tree's value.
        gradient: arrays by name, of the letters that are wanted.
    """
    match node:
        case Name(name):
            if name in gradient:
                gradient[name] = gradient[name] + slope
        case Transpose(body):
            pull_back(body, values, d, slope.T, gradient)
        case Negative(body):
            pull_back(body, values, d, -slope, gradient)
        case Sum(terms):
            for term in terms:
                pull_back(term, values, d, slope, gradient)
        case Trace(body):
            pull_back(body, values, d, slope * np.eye(len(tree_value(body, values, d))), gradient)
        case Quotient(above, below):
            top, bottom = tree_value(above, values, d), tree_value(below, values, d)
            pull_back(above, values, d, slope / bottom, gradient)
            pull_back(below, values, d, -np.sum(slope * top, keepdims=True) / bottom**2, gradient)
        case Product(factors):
            _pull_back_product(factors, values, d, slope, gradient)
        case Power(body, exponent):
            _pull_back_power(body, float(exponent), values, d, slope, gradient)


def _pull_back_product(
    factors: tuple[Node, ...], values: Values, d: int, slope: FloatArray, gradient: dict[str, FloatArray]
) -> None:
    held = [tree_value(factor, values, d) for factor in factors]
    # Undone from the right: the last product's left factor is the product of all others.
    for i in range(len(factors) - 1, 0, -1):
        left = held[0]
        for value in held[1:i]:
            left = times(left, value)
        left_slope, right_slope = _product_slopes(left, held[i], slope)
        pull_back(factors[i], values, d, right_slope, gradient)
        slope = left_slope
    pull_back(factors[0], values, d, slope, gradient)


def _product_slopes(a: FloatArray, b: FloatArray, slope: FloatArray) -> tuple[FloatArray, FloatArray]:
    if a.shape[-1] == b.shape[-2]:
        return slope @ b.T, a.T @ slope
    if a.shape == (1, 1):
        return np.sum(slope * b, keepdims=True), slope * a
    return slope * b, np.sum(slope * a, keepdims=True)


def _pull_back_power(
    body: Node, exponent: float, values: Values, d: int, slope: FloatArray, gradient: dict[str, FloatArray]
) -> None:
    base = tree_value(body, values, d)
    if base.shape == (1, 1):
        pull_back(body, values, d, slope * exponent * base ** (exponent - 1), gradient)
        return
    if not exponent.is_integer():
        raise ValueError(f"the power {exponent} of a matrix has no gradient here; only integer powers have")
    count = abs(int(exponent))
    factor = base if exponent > 0 else np.linalg.inv(base)
    powers = [np.linalg.matrix_power(factor, k) for k in range(count)]
    total = np.zeros_like(base)
    for k in range(count):
        total = total + powers[k].T @ slope @ powers[count - 1 - k].T
    if exponent < 0:
        total = -(factor.T @ total @ factor.T)
    pull_back(body, values, d, total, gradient)
