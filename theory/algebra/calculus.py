"""Differentials and gradients of expressions, by the product rule on words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction

from theory.algebra.coefficients import Coefficient
from theory.algebra.definitions import Definition
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
from theory.algebra.monomials import Monomial, freed, reindexed, relabelled
from theory.algebra.usage import note
from theory.algebra.words import Factor, Index, Symbol, Word, letter_power

_ONE = Coefficient.number(1)


def differential(expression: Expression, directions: Mapping[Expression, Expression]) -> Expression:
    """Return the derivative of expression along the given directions: d/dt at letters moving as letter' = direction.

    Args:
        expression: of any shape.
        directions: for each moving letter an expression of its shape. All other letters stay.

    Raises:
        ValueError: for a direction of another shape, one that is not symmetric for a symmetric letter, a fractional
            power of a moving letter, or a moving letter that was declared to commute with another one or that stands
            under a summation index.
    """
    note("differential")
    moving: dict[Symbol, Expression] = {}
    for key, direction in directions.items():
        symbol = letter(key)
        if direction.shape != (symbol.rows, symbol.cols):
            raise ValueError(
                f"the direction of {symbol.name} must be {symbol.rows} x {symbol.cols}, "
                f"got {direction.rows} x {direction.cols}"
            )
        if symbol.symmetric and direction != direction.T:
            raise ValueError(f"{symbol.name} is symmetric, so its direction must be; got {direction}")
        if any(s.indices and s.plain == symbol for m in expression.terms for s in m.symbols()):
            raise ValueError(f"cannot differentiate by {symbol.name}: it stands for one letter per summation index")
        moving[symbol] = direction
    total = zero(expression.rows, expression.cols)
    for monomial, coefficient in expression.terms.items():
        free, lengths = freed(monomial)
        change = scalar(coefficient) * _monomial_differential(free, expression, moving)
        for label, upto in lengths.items():
            change = sum_over(label, upto, change)
        total = total + change
    return total.as_computed()


def _monomial_differential(monomial: Monomial, whole: Expression, moving: Mapping[Symbol, Expression]) -> Expression:
    rows, cols = whole.shape
    open_part = Expression({Monomial((), monomial.word): _ONE}, rows, cols)
    closed_parts = [Expression({Monomial(((word, 1),), ()): _ONE}, 1, 1) for word, _ in monomial.closed]
    total = zero(rows, cols)
    for i, (word, exponent) in enumerate(monomial.closed):
        change = _word_differential(word, moving)
        if change is None:
            continue
        term = exponent * closed_parts[i] ** (exponent - 1) * change.trace()
        for j, (_, other) in enumerate(monomial.closed):
            if j != i:
                term = term * closed_parts[j] ** other
        total = total + term * open_part
    change = _word_differential(monomial.word, moving) if monomial.word else None
    if change is not None:
        for part, (_, exponent) in zip(closed_parts, monomial.closed, strict=True):
            change = change * part**exponent
        total = total + change
    return total


def _word_differential(word: Word, moving: Mapping[Symbol, Expression]) -> Expression | None:
    total: Expression | None = None
    for i, f in enumerate(word):
        change = _factor_differential(f, moving)
        if change is None:
            continue
        if i > 0:
            change = expression_of_word(word[:i]) @ change
        if i + 1 < len(word):
            change = change @ expression_of_word(word[i + 1 :])
        total = change if total is None else total + change
    return total


def _factor_differential(f: Factor, moving: Mapping[Symbol, Expression]) -> Expression | None:
    symbols = [(symbol.plain, exponent) for symbol, exponent in f.powers]
    hit = [(symbol, exponent) for symbol, exponent in symbols if symbol in moving]
    if not hit:
        if any(symbol.family == other.family for symbol, _ in symbols for other in moving):
            raise ValueError(
                f"{symbols[0][0].name} was declared to commute with a letter that moves: is it a function of that "
                "letter, or does it stay? Pass its definition, or declare letters that do not commute"
            )
        return None
    symbol, exponent = hit[0]
    if len(symbols) > 1 or symbol.family != symbol.name:
        raise ValueError(
            f"cannot differentiate by {symbol.name}: it was declared to commute with other letters, so it cannot move "
            "in every direction, and a gradient is not unique; declare it without commuting"
        )
    if isinstance(exponent, Fraction):
        raise ValueError(f"cannot differentiate {symbol.name}^({exponent}): only integer powers have a closed form")
    direction = moving[symbol]
    if exponent < 0:
        inverse = expression_of_word(letter_power(symbol, -1))
        base, step, count = inverse, -(inverse @ direction @ inverse), -exponent
    else:
        base, step, count = symbol_expression(symbol), direction, exponent
    if count == 1:
        total = step
    else:
        total = zero(symbol.rows, symbol.cols)
        for j in range(count):
            total = total + base**j @ step @ base ** (count - 1 - j)
    return total.T if f.transposed else total


def apart_from_family(symbol: Symbol) -> Symbol:
    """The letter with no letter that commutes with it."""
    return replace(symbol, family="")


def decoupled(expression: Expression) -> Expression:
    """Return the expression with every letter in a family of its own, commuting letters in a fixed order."""
    return _with_letters(expression, {s: apart_from_family(s) for s in expression.symbols if s.family != s.name})


def _with_letters(expression: Expression, letters: Mapping[Symbol, Symbol]) -> Expression:
    """The expression with letters exchanged for others of the same shape and powers."""

    def image(f: Factor) -> Expression:
        result: Expression | None = None
        for symbol, exponent in f.powers:
            changed = letters.get(symbol.plain, symbol).with_indices(symbol.indices)
            power = expression_of_word(letter_power(changed, exponent))
            result = power if result is None else result @ power
        assert result is not None
        return result.T if f.transposed else result

    return expression.map_factors(image) if letters else expression


def gradient(expression: Expression, by: Expression, definitions: Sequence[Definition] = ()) -> Expression:
    """Return the gradient of a scalar expression: the G with d expression = tr(G' dX) for every direction dX.

    G has the shape of the letter `by`; for a symmetric letter it is the symmetric gradient, (G + G')/2. Letters that
    are defined by `definitions`, each in terms of those before it, move with `by` (chain rule), also those that commute
    with it, such as Gamma = alpha Lambda + beta I with Lambda: dLambda need not commute with either.

    For a letter with free indices, U_k, it is the gradient by the k-th of the letters U_1, U_2, ... that are summed
    over, with k as a free index: of sum_h u_h tr(A U_h) it is u_k A'.

    Raises:
        ValueError: if expression is not scalar, and as `differential`.
    """
    if not expression.is_scalar:
        raise ValueError(
            f"only scalar expressions have a gradient, got a {expression.rows} x {expression.cols} one: {expression}; "
            "use `differential` for the derivative along a direction"
        )
    symbol = letter(by)
    if symbol.indices:
        if definitions:
            raise ValueError(
                f"no gradient by {symbol.name} through definitions: it carries an index; expand them first"
            )
        return _indexed_gradient(expression, symbol)
    taken = {s.name for held in (expression, *(d.expression for d in definitions)) for s in held.symbols}
    name = "D"
    while name in taken:
        name += "D"
    step = Symbol(name, symbol.rows, symbol.cols, symmetric=symbol.symmetric)
    known = {d.symbol for d in definitions}
    members = {s for e in (expression, *(d.expression for d in definitions)) for s in e.symbols} | {symbol}
    coupled = {apart_from_family(s): s for s in known | members if known and s.family != s.name}
    if coupled and any(s not in known | {symbol} and s.family == symbol.family for s in members):
        coupled = {}

    def free(held: Expression) -> Expression:
        return decoupled(held) if coupled else held

    directions = {free(by): symbol_expression(step)}
    for definition in definitions:
        moved = differential(free(definition.expression), directions)
        if moved:
            directions[free(definition.name)] = moved
    total = _with_letters(_factor_of(step, differential(free(expression), directions)), coupled).as_computed()
    return (total + total.T) * Fraction(1, 2) if symbol.symmetric and not total.is_scalar else total


def _indexed_gradient(expression: Expression, symbol: Symbol) -> Expression:
    """The gradient by U_k. The derivative of sum_h f(U_h) is that of f(U_h) by U_h with h = k, and no sum over h."""
    if symbol.family != symbol.name:
        raise ValueError(f"cannot differentiate by {symbol.name}: it was declared to commute with other letters")
    name = "V"
    while any(s.name == name for s in expression.symbols):
        name += "V"
    stand_in = replace(symbol.plain, name=name, family="")
    total = zero(symbol.rows, symbol.cols)
    for monomial, coefficient in expression.terms.items():
        free_part, lengths = freed(monomial)
        for indices in sorted({s.indices for s in free_part.symbols() if s.plain == symbol.plain}):
            labels = [str(index.label) for index in indices]
            if indices != symbol.indices and (not set(labels) <= set(lengths) or len(set(labels)) < len(labels)):
                raise ValueError(
                    f"{symbol.name} stands with the indices {', '.join(labels)}; whether they equal "
                    f"{', '.join(str(index.label) for index in symbol.indices)} is not known"
                )

            def out(s: Symbol, indices: tuple[Index, ...] = indices) -> Symbol:
                return stand_in if s.plain == symbol.plain and s.indices == indices else s

            def back(s: Symbol) -> Symbol:
                return symbol if s == stand_in else s

            alone = Expression({relabelled(free_part, out): coefficient}, 1, 1)
            change = zero(symbol.rows, symbol.cols)
            for held, weight in gradient(alone, symbol_expression(stand_in)).terms.items():
                here = reindexed(relabelled(held, back), dict(zip(indices, symbol.indices, strict=True)))
                change = change + Expression({here: weight}, symbol.rows, symbol.cols)
            for label, upto in lengths.items():
                if label not in labels:
                    change = sum_over(label, upto, change)
            total = total + change
    return total.as_computed()


def _factor_of(step: Symbol, change: Expression) -> Expression:
    """The G with change = tr(G' step)."""
    total = zero(step.rows, step.cols)
    for monomial, coefficient in change.terms.items():
        free, lengths = freed(monomial)
        term = scalar(coefficient)
        for word, exponent in free.closed:
            place = next((i for i, f in enumerate(word) if f.symbol == step), None)
            if place is None:
                term = term * Expression({Monomial(((word, exponent),), ()): _ONE}, 1, 1)
                continue
            # tr(pre D post) = tr(D (post pre)), so the gradient is (post pre)'; for D' it is post pre itself.
            f = word[place]
            after = expression_of_word(word[place + 1 :]) if word[place + 1 :] else identity(f.cols)
            before = expression_of_word(word[:place]) if word[:place] else identity(f.rows)
            around = after @ before if after.cols == before.rows else after * before
            term = term * (around if f.transposed else around.T)
        for label, upto in lengths.items():
            term = sum_over(label, upto, term)
        total = total + term
    return total
