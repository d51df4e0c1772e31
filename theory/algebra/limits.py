"""Limits of expressions in long prompts, and in dimensions that grow with them.

Two canonical monomials are linearly independent functions, so that limits are taken coefficient by coefficient: each is
a rational function of the lengths, whose limit is the quotient of its leading terms.

*Long prompts*, N -> infinity with everything else fixed: `limit`.

*Proportional growth*, d = c N with d -> infinity: `proportional_limit`. There every trace grows with d; what has a
limit is tr(P)/d. A term with k traces is written in these normalised traces, which takes a factor d^k from its
coefficient, and N = d/c is put in. Forms v'Pv are not normalised: v keeps its length as d grows.

*Resolvent.* m(x) = lim (1/d) tr(W/N + x I)^-1 for W = sum_{i <= N} x_i x_i', x_i ~ N(0, I), is the root with
m x -> 1 at infinity of

    c x m^2 + (1 - c + x) m - 1 = 0

(Marchenko and Pastur). Its expansion in 1/x has the coefficients (-1)^k lim E tr(W^k)/(d N^k), which
`marchenko_pastur_moment` takes from Wick's theorem; the two are compared by the tests up to k = 8.

Source: Marchenko and Pastur, Math. USSR-Sbornik 1 (1967), 457-483; for the risk of ridge regression Dobriban and Wager,
Ann. Statist. 46 (2018), 247-279.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cache
from math import isqrt
from typing import Any

from theory.algebra.coefficients import Coefficient, Polynomial
from theory.algebra.definitions import Definition, expand
from theory.algebra.expectation import Gaussian, expectation
from theory.algebra.expression import Expression, identity, indexed, length, sum_over, vector
from theory.algebra.monomials import Monomial


def limit(expression: Expression, name: str, definitions: Sequence[Definition] = ()) -> Expression:
    """Return the limit of an expression as a length tends to infinity, all else fixed.

    Args:
        expression: with the length in its coefficients.
        name: the length, such as "N".
        definitions: what defined letters stand for; one that depends on the length is replaced by its limit.

    Raises:
        ValueError: where the expression grows, has letters of that size or a sum to that length, or where a definition
            has a limit that is no product, so that it has to be given a name of its own.
    """
    expression = expand(expression, definitions)
    moving = [d for d in definitions if d.symbol in expression.symbols and name in _lengths_of(d, definitions)]
    _check_no_size(expression, name)
    terms = {m: _leading(c, name, m) for m, c in expression.terms.items()}
    result = Expression(terms, expression.rows, expression.cols, expression.computed)
    for definition in reversed(moving):
        replacement = limit(definition.expression, name, definitions)
        if len(replacement.terms) != 1:
            raise ValueError(
                f"the limit of {definition.symbol.name} is {replacement}, which is no product of letters; define a "
                "letter for it and state the limit with that"
            )
        result = result.substitute({definition.symbol: replacement})
    return result


def _lengths_of(definition: Definition, definitions: Sequence[Definition]) -> set[str]:
    """The lengths on which a definition depends, through others too."""
    names = set(definition.expression.lengths)
    for other in definitions:
        if other.symbol in definition.expression.symbols:
            names |= _lengths_of(other, definitions)
    return names


def _check_no_size(expression: Expression, name: str) -> None:
    for symbol in expression.symbols:
        if name in (symbol.rows, symbol.cols):
            raise ValueError(f"{symbol.name} is {symbol.rows} x {symbol.cols}: it has no limit as {name} grows")
    for monomial in expression.terms:
        if any(index.length == name for index in monomial.indices):
            raise ValueError(f"a sum to {name} of letters that are not random has no limit: {expression}")


def _leading(coefficient: Coefficient, name: str, monomial: Monomial) -> Coefficient:
    """The limit of a coefficient as the length tends to infinity."""
    top, degree = leading_term(coefficient, name)
    if degree > 0:
        one = Expression({monomial: Coefficient.number(1)}, 1, 1) if not monomial.word else monomial.word
        raise ValueError(f"the coefficient {coefficient} of {one} grows with {name}")
    return top if degree == 0 else Coefficient({})


def leading_term(coefficient: Coefficient, name: str) -> tuple[Coefficient, int]:
    """Return (a, k) with coefficient ~ a N^k as the length N of that name tends to infinity."""
    above, degree = _top(coefficient.numerator, name)
    below, lower = _top(coefficient.denominator, name)
    return Coefficient(above) / Coefficient(below), degree - lower


def _top(polynomial: Polynomial, name: str) -> tuple[Polynomial, int]:
    """The coefficient of the highest power of one length, and that power."""
    degree = max(dict(powers).get(name, 0) for powers in polynomial)
    top: Polynomial = {}
    for powers, value in polynomial.items():
        if dict(powers).get(name, 0) == degree:
            top[tuple(pair for pair in powers if pair[0] != name)] = value
    return top, degree


def proportional_limit(
    expression: Expression, ratios: Mapping[str, str], *, dimension: str = "d", definitions: Sequence[Definition] = ()
) -> Expression:
    """Return the leading order of an expression as d -> infinity with d = c N.

    Args:
        expression: whose traces are of d x d matrices with normalised traces that have limits.
        ratios: for each length its ratio c, a length's name: {"N": "c"} is d = c N.
        dimension: d.
        definitions: as in `limit`; they are expanded, and may not be left.

    Returns:
        An expression in c and in normalised traces, tr(P)/d. Where all matrices are I it depends on c alone.

    Raises:
        ValueError: where the expression grows (divide by d or N first), or a sum over a growing length is left.
    """
    expression = expand(expression, definitions)
    left = [d.symbol.name for d in definitions if d.symbol in expression.symbols]
    if left:
        raise ValueError(f"{left[0]} cannot be expanded, so its dependence on the lengths is not seen: {expression}")
    for name, ratio in ratios.items():
        _check_no_size(expression, name)
        if ratio in (dimension, *ratios) or ratio in expression.lengths:
            raise ValueError(f"the ratio {ratio} is the name of a length that occurs; choose another name")
    values = growing_lengths(ratios, dimension)
    terms: dict[Monomial, Coefficient] = {}
    for monomial, coefficient in expression.terms.items():
        traces = sum((Fraction(p) for w, p in monomial.closed if w[0].rows == dimension), start=Fraction(0))
        if traces.denominator != 1:
            raise ValueError(f"a root of a trace has no normalised form: {expression}")
        grown = coefficient.substitute(values) * Coefficient.length(dimension) ** int(traces)
        terms[monomial] = _leading(grown, dimension, monomial) / Coefficient.length(dimension) ** int(traces)
    return Expression(terms, expression.rows, expression.cols, expression.computed)


def with_quotient(expression: Expression, ratio: str, above: str, below: str) -> Expression:
    """Return an expression with the quotient of two lengths in place of a ratio: d/N for the c of a limit."""
    quotient = {ratio: Coefficient.length(above) / Coefficient.length(below)}
    terms = {monomial: coefficient.substitute(quotient) for monomial, coefficient in expression.terms.items()}
    return Expression(terms, expression.rows, expression.cols, expression.computed)


def growing_lengths(ratios: Mapping[str, str], dimension: str) -> dict[str, Coefficient]:
    """N = d/c for each length and its ratio."""
    return {name: Coefficient.length(dimension) / Coefficient.length(ratio) for name, ratio in ratios.items()}


@cache
def marchenko_pastur_moment(k: int) -> Coefficient:
    """Return lim E tr(W^k)/(d N^k) for W = sum_{i <= N} x_i x_i', x_i ~ N(0, I), d = c N: a polynomial in c.

    Raises:
        ValueError: for k below 0 or above 8.
    """
    if not 0 <= k <= 8:
        raise ValueError(f"moments are taken from order 0 to 8, got {k}")
    x = vector("x")
    data = sum_over("i", "N", indexed(x, "i") @ indexed(x, "i").T)
    mean = expectation((data**k).trace(), {x: Gaussian(identity("d"))}) / (length("d") * length("N") ** k)
    return proportional_limit(mean, {"N": "c"}).terms[Monomial((), ())]


def resolvent(c: Any, x: Any) -> Any:
    """Return m(x) = lim (1/d) tr(W/N + x I)^-1 for d = c N, the positive root of c x m^2 + (1 - c + x) m - 1 = 0.

    Args:
        c: the ratio d/N, positive.
        x: positive. Fractions give a Fraction where the root is rational, floats a float.

    Raises:
        ValueError: for c or x that is not positive, or an irrational root of exact arguments.
    """
    _check_positive(c=c, x=x)
    slope = 1 - c + x
    # Of the two forms of the root the one without cancellation.
    root = _root(slope**2 + 4 * c * x)
    return 2 / (slope + root) if slope > 0 else (root - slope) / (2 * c * x)


def resolvent_square(c: Any, x: Any) -> Any:
    """Return lim (1/d) tr(W/N + x I)^-2 = -m'(x), by differentiating the quadratic equation of `resolvent`."""
    m = resolvent(c, x)
    return (c * m**2 + m) / (2 * c * x * m + 1 - c + x)


def ridge_risk(c: Any, x: Any, signal: Any, noise: Any) -> Any:
    """Return the limit of the risk E|w_hat - w|^2 of ridge regression, w_hat = (W/N + x I)^-1 (1/N) sum_i y_i x_i.

    Isotropic covariates, y_i = w'x_i + noise; |w|^2 = `signal`, variance `noise`, d = c N. It is the sum of the bias
    x^2 signal (-m') and of the variance c noise (m + x m'), m = `resolvent`.

    Raises:
        ValueError: as `resolvent`, and for a signal or noise below 0.

    Source: Dobriban and Wager (2018).
    """
    _check_not_negative(signal=signal, noise=noise)
    m, square = resolvent(c, x), resolvent_square(c, x)
    return signal * x**2 * square + noise * c * (m - x * square)


def ridgeless_risk(c: Any, signal: Any, noise: Any) -> Any:
    """Return the limit of the risk of least squares of least norm, `ridge_risk` as x -> 0.

    noise c/(1 - c) for c < 1, signal (1 - 1/c) + noise/(c - 1) for c > 1.

    Raises:
        ValueError: for c that is not positive, for c = 1 with noise, where the risk is infinite, and for negative
            signal or noise.
    """
    _check_positive(c=c)
    _check_not_negative(signal=signal, noise=noise)
    if c == 1:
        if noise:
            raise ValueError("the risk of least squares with noise is infinite at c = d/N = 1")
        return noise * 0
    return noise * c / (1 - c) if c < 1 else signal * (1 - 1 / c) + noise / (c - 1)


def _check_positive(**values: Any) -> None:
    for name, value in values.items():
        if not value > 0:
            raise ValueError(f"{name} must be positive, got {value}")


def _check_not_negative(**values: Any) -> None:
    for name, value in values.items():
        if value < 0:
            raise ValueError(f"{name} must be at least 0, got {value}")


def _root(value: Any) -> Any:
    if not isinstance(value, int | Fraction):
        return math.sqrt(value)
    exact = Fraction(value)
    root = Fraction(isqrt(exact.numerator), isqrt(exact.denominator))
    if root**2 != exact:
        raise ValueError(f"the root of {value} is irrational; pass floating-point values")
    return root
