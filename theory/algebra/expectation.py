"""Expectations of polynomials in random vectors and matrices, a law for each letter.

Gaussian letters are paired by Wick's theorem on words (`contraction`). Letters with other laws are averaged first,
through their cumulants (`laws`), and a Gaussian matrix is taken apart into its columns. Means are put in before.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from theory.algebra.contraction import Contraction
from theory.algebra.draws import told_apart
from theory.algebra.expression import Expression, indexed, letter, sum_over, symbol_expression, unit_vector
from theory.algebra.gaussian import Gaussian
from theory.algebra.laws import Entries, GaussianMatrix, OneHot, average, centred
from theory.algebra.usage import note
from theory.algebra.words import Symbol
from theory.algebra.work import Budget

__all__ = ["Gaussian", "Law", "expectation"]

Law = Gaussian | GaussianMatrix | Entries | OneHot


def expectation(
    expression: Expression,
    law: Mapping[Expression, Law],
    *,
    most_work: int | None = None,
    progress: Callable[[int], None] | None = None,
) -> Expression:
    """Return E[expression] over the random letters, the keys of `law`; all other letters are deterministic.

    Different letters are independent unless their laws say otherwise; a letter's copies under different values of its
    summation indices are i.i.d. For a parameter that is random itself, such as a random covariance, take expectations
    one after the other: `expectation(expectation(f, {x: Gaussian(S)}), {...})`, the law of the letters of S outside.

    Args:
        most_work: where to give up, in partly contracted terms; `work.MOST_WORK`, some thirty seconds, if not given.
        progress: is called with the work done so far, now and then; it may raise to stop.

    Raises:
        ValueError: where a random letter occurs in a way without polynomial moment, such as a negative power, or under
            an index that no sum binds, or where a covariance depends on a random letter, and for too much work.
    """
    note("expectation")
    given = {letter(key): value for key, value in law.items()}
    laws = {symbol: value for symbol, value in given.items() if isinstance(value, Gaussian)}
    budget = Budget(most_work, progress)
    for symbol, distribution in given.items():
        _check_law(symbol, distribution, given)
        if isinstance(distribution, GaussianMatrix):
            expression, columns, rows = _as_columns(expression, symbol, distribution)
            laws[columns] = rows
        elif not isinstance(distribution, Gaussian):
            if isinstance(distribution, Entries):
                expression = centred(expression, symbol, distribution)
            expression = average(expression, symbol, distribution, budget.spend)
    shifted = {
        symbol: symbol_expression(symbol) + distribution.mean
        for symbol, distribution in laws.items()
        if distribution.mean is not None
    }
    around_means = expression.substitute(shifted, [symbol_expression(symbol) for symbol in shifted])
    around_means, laws = told_apart(around_means, laws, budget.spend)
    with _without_collection():
        return Contraction(laws, budget).expectation(around_means).as_computed()


def _as_columns(expression: Expression, symbol: Symbol, law: GaussianMatrix) -> tuple[Expression, Symbol, Gaussian]:
    """X = sum_k z_k e_k' S in place of X, with the law of its columns z_k."""
    if not isinstance(symbol.cols, str) or law.rows.shape != (symbol.rows, symbol.rows):
        raise ValueError(
            f"{symbol.name} is {symbol.rows} x {symbol.cols}: its columns must have a named number and the size of "
            f"their covariance, which is {law.rows.rows} x {law.rows.cols}"
        )
    if law.columns.shape != (symbol.cols, symbol.cols):
        raise ValueError(f"the covariance between columns must be {symbol.cols} x {symbol.cols}, got {law.columns}")
    name = f"{symbol.name}_column"
    while any(held.name == name for held in expression.symbols):
        name += "_"
    column = Symbol(name, symbol.rows, 1)
    term = indexed(symbol_expression(column), "#k") @ unit_vector(symbol.cols, "#k").T @ law.root()
    return expression.substitute({symbol: sum_over("#k", symbol.cols, term)}), column, Gaussian(law.rows)


@contextmanager
def _without_collection() -> Iterator[None]:
    """Pause the collection of reference cycles: there are none among the many tuples made, and it takes a third."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _parameters(law: Law) -> list[Expression]:
    """The expressions that a law consists of."""
    match law:
        case Gaussian(covariance, mean, _, joint):
            held = [covariance, mean, *joint.values()]
        case GaussianMatrix(rows, columns):
            held = [rows, columns]
        case Entries(_, root, mean):
            held = [root, mean]
        case OneHot(probabilities):
            held = [probabilities]
    return [parameter for parameter in held if parameter is not None]


def _check_law(symbol: Symbol, distribution: Law, laws: Mapping[Symbol, Law]) -> None:
    for parameter in _parameters(distribution):
        if any(m.indices for m in parameter.terms):
            raise ValueError(f"the law of {symbol.name} contains a sum over an index; give the sum a name of its own")
        for held in parameter.symbols:
            if held in laws:
                raise ValueError(
                    f"the law of {symbol.name} depends on the random letter {held.name}; take the expectation over "
                    f"{symbol.name} first and that over {held.name} of the result"
                )
    if not isinstance(distribution, Gaussian):
        return
    covariance = distribution.covariance
    if symbol.cols != 1 or symbol.rows != covariance.rows:
        raise ValueError(
            f"{symbol.name} is {symbol.rows} x {symbol.cols}, its covariance {covariance.rows} x {covariance.cols}"
        )
    for key, cross in distribution.joint.items():
        other = letter(key)
        partner = laws.get(other)
        if not isinstance(partner, Gaussian) or other == symbol:
            raise ValueError(f"{symbol.name} is joint with {other.name}, which is no other Gaussian letter of the law")
        if cross.shape != (symbol.rows, other.rows):
            raise ValueError(
                f"the cross-covariance of {symbol.name} and {other.name} must be {symbol.rows} x {other.rows}, got "
                f"{cross.rows} x {cross.cols}"
            )
        back = {letter(k): c for k, c in partner.joint.items()}.get(symbol)
        if back is not None and back != cross.T:
            raise ValueError(
                f"{symbol.name} and {other.name} have two cross-covariances: {cross}, and the transpose of {back}"
            )
        if distribution.radial_moment is not None or partner.radial_moment is not None:
            raise ValueError(f"{symbol.name} and {other.name} are joint, so neither may have a radius of its own")
