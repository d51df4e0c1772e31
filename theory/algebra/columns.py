"""Products of data matrices as sums over their columns."""

from __future__ import annotations

from collections.abc import Mapping

from theory.algebra.coefficients import Coefficient, Rational
from theory.algebra.expression import (
    Expression,
    expression_of_word,
    identity,
    letter,
    scalar,
    sum_over,
    symbol_expression,
    zero,
)
from theory.algebra.monomials import Monomial, freed
from theory.algebra.words import Factor, Index, Symbol, Word

_ONE = Coefficient.number(1)


def in_columns(expression: Expression, columns: Mapping[Symbol, Expression], upto: str) -> Expression:
    """Write products of data matrices as sums over their columns: X X' = sum_{i=1}^{N} x_i x_i'.

    Args:
        expression: with letters of one dimension equal to the length `upto`, such as X (d x N) and y (N x 1).
        columns: for each such letter, the letter of one column (of X) or one entry (of y).
        upto: the length that is summed over.

    Raises:
        ValueError: where a letter with that dimension has no column declared, or the result's shape has it.
    """
    if upto in expression.shape:
        raise ValueError(f"the result has the dimension {upto} itself: {expression.rows} x {expression.cols}")
    total = zero(expression.rows, expression.cols)
    for monomial, coefficient in expression.terms.items():
        counter = 0

        def piece(factors: Word, cyclic: bool) -> Expression:
            nonlocal counter
            n = len(factors)
            junction = {i: f"#c{counter + i}" for i in range(n) if factors[i].rows == upto}
            counter += n
            result: Expression | None = None
            for i, f in enumerate(factors):
                here = _column_factor(f, columns, upto, junction.get(i), junction.get((i + 1) % n if cyclic else i + 1))
                result = here if result is None else result @ here
            assert result is not None
            result = result.trace() if cyclic else result
            for label in junction.values():
                result = sum_over(label, upto, result)
            return result

        # Letters that share a bound index stay together.
        free, lengths = freed(monomial)
        term = scalar(coefficient)
        for word, exponent in free.closed:
            if any(upto in (f.rows, f.cols) for f in word):
                for _ in range(_repetitions(word, exponent)):
                    term = term * piece(word, cyclic=True)
            else:
                term = term * Expression({Monomial(((word, exponent),), ()): _ONE}, 1, 1)
        if not expression.is_scalar:
            term = term * (piece(free.word, cyclic=False) if free.word else identity(expression.rows))
        for label, size in lengths.items():
            term = sum_over(label, size, term)
        total = total + term
    return total


def _repetitions(word: Word, exponent: Rational) -> int:
    if not isinstance(exponent, int) or exponent < 0:
        raise ValueError(f"the power {exponent} of {list(word)} is not a polynomial in it")
    return exponent


def _column_factor(
    f: Factor, columns: Mapping[Symbol, Expression], upto: str, left: str | None, right: str | None
) -> Expression:
    if upto not in (f.rows, f.cols):
        return expression_of_word((f,))
    symbol, exponent = f.powers[0]
    if symbol.plain not in columns or exponent != 1 or (left is not None and right is not None):
        raise ValueError(f"no column declared for {f!r}, which has the dimension {upto}")
    label = left if left is not None else right
    assert label is not None
    held = letter(columns[symbol.plain])
    column = symbol_expression(held.with_indices((*symbol.indices, Index("", label))))
    # X = [x_1 ... x_N] contributes its column where it is followed by the index, its row where it is led by it.
    is_row = f.rows == upto
    return column.T if is_row and not column.is_scalar else column
