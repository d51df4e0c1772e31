"""Named abbreviations such as Gamma = (1 + 1/N) Lambda + (tr Lambda / N) I, and how to expand and to introduce them.

A defined letter is opaque to the algebra, so that Gamma^-1 has powers and a place in words. `expand` replaces it by its
definition. Where negative powers remain, partial fractions give a normal form: for Gamma = alpha L + beta I,

    L Gamma^-1 = (I - beta Gamma^-1) / alpha,    L^-1 Gamma^-1 = (L^-1 - alpha Gamma^-1) / beta,

lower the total power of every mixed product, so repeated use ends, in a combination of pure powers L^k (k any integer)
and Gamma^-j (j >= 1). These are linearly independent functions of L (their poles differ), so the form is unique.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import floor

from theory.algebra.coefficients import Coefficient, Rational, as_rational
from theory.algebra.expression import Expression, expression_of_word, identity, symbol_expression
from theory.algebra.monomials import Monomial
from theory.algebra.words import Factor, Symbol, Word, letter_power


@dataclass(frozen=True)
class Definition:
    """A letter that stands for an expression."""

    symbol: Symbol
    expression: Expression

    @property
    def name(self) -> Expression:
        """The letter, as an expression."""
        return symbol_expression(self.symbol)


def define(name: str, expression: Expression, *, latex: str = "", invertible: bool = False) -> Definition:
    """Return a definition; the letter's properties are proved from the expression, never assumed.

    The one assumption that can be made is `invertible`: formulas with the inverse are then about all values of the
    letters for which it exists.

    It is symmetric if the expression is, it commutes with a family of symmetric letters if the expression is a
    polynomial in letters of that family alone, and it is positive definite if the expression is a sum with positive
    coefficients of products that are positive definite by form (all lengths count as positive).

    Raises:
        ValueError: if the expression contains a letter of this name.
    """
    if any(symbol.name == name for symbol in expression.symbols):
        raise ValueError(f"the definition of {name} contains {name} itself: {expression}")
    families = {f.family for m in expression.terms for f in m.word}
    symmetric = expression.rows == expression.cols and expression == expression.T
    # A symmetric sum of letters that are not, such as A + A', commutes with neither.
    powers = all(len(m.word) <= 1 and all(f.symmetric for f in m.word) for m in expression.terms)
    commutes = len(families) == 1 and symmetric and powers
    symbol = Symbol(
        name,
        expression.rows,
        expression.cols,
        symmetric=symmetric,
        definite=symmetric and is_positive(expression),
        invertible=invertible,
        family=families.pop() if commutes else "",
        latex=latex,
    )
    return Definition(symbol, expression)


def is_positive(expression: Expression) -> bool:
    """Whether a symmetric expression is positive definite by form, for all lengths >= 1: sufficient, not necessary."""
    strict = False
    for monomial, coefficient in expression.terms.items():
        signs = [_sign(coefficient), *(_closed_sign(word) for word, _ in monomial.closed), _word_sign(monomial.word)]
        if None in signs or monomial.indices:
            return False
        strict = strict or all(signs)
    return strict


# The mutants of a statement define the same letters again and again.
@lru_cache(maxsize=4096)
def _sign(coefficient: Coefficient) -> bool | None:
    """True if positive, False if at least zero, for all lengths >= 1 by form; None if not known."""
    one = Coefficient.number(1)
    shifted = coefficient.substitute({name: Coefficient.length(name) + one for name in coefficient.names})
    numerator, denominator = shifted.split()
    if any(value < 0 for value in (*numerator.values(), *denominator.values())) or () not in denominator:
        return None
    return () in numerator


def _closed_sign(word: Word) -> bool | None:
    """As `_sign`, for a closed word: a scalar letter, or the trace of one or two positive definite words."""
    if word[0].rows == 1:
        symbol = word[0].symbol
        return True if len(word) == 1 and symbol.definite else False if len(word) == 1 and symbol.non_negative else None
    # tr(PQ) > 0 for definite P and Q, and at least 0 if one of them is semidefinite.
    pairs = [(_word_sign(word[:i]), _word_sign(word[i:])) for i in range(len(word))]
    return max((all(pair) for pair in pairs if None not in pair), default=None)


def _word_sign(word: Word) -> bool | None:
    """True for a word that is positive definite by form, False for one that is semidefinite; None if not known.

    P^a is definite for commuting positive definite letters; W P W' is semidefinite, and definite for invertible W.
    """
    if not word:
        return True
    if len(word) == 1:
        return True if all(symbol.definite for symbol, _ in word[0].powers) else None
    if word[0].transpose is not word[-1]:
        return None
    inner = _word_sign(word[1:-1])
    return inner if inner is None else inner and all(symbol.invertible for symbol, _ in word[0].powers)


def expand(expression: Expression, definitions: Sequence[Definition]) -> Expression:
    """Return the normal form of expression with the defined letters eliminated, latest definition first.

    Integer powers >= 1 are multiplied out. Negative powers of a letter that is alpha L + beta I are brought to partial
    fractions in L; other negative and fractional powers stay as they are.
    """
    for definition in reversed(definitions):
        images: dict[Factor, Expression] = {}

        def image(
            f: Factor, definition: Definition = definition, images: dict[Factor, Expression] = images
        ) -> Expression:
            if f not in images:
                images[f] = _expanded_factor(f, definition)
            return images[f]

        if definition.symbol in expression.symbols:
            expression = _mapped(expression, definition.symbol, image)
    return expression


def _mapped(expression: Expression, symbol: Symbol, image: Callable[[Factor], Expression]) -> Expression:
    """The expression with factors replaced, but for scalars under a power that a sum does not have."""
    total = Expression({}, expression.rows, expression.cols)
    plain: dict[Monomial, Coefficient] = {}
    for monomial, coefficient in expression.terms.items():
        kept = tuple(
            (word, exponent)
            for word, exponent in monomial.closed
            if not (isinstance(exponent, int) and exponent > 0)
            and any(s == symbol for f in word for s, _ in f.powers)
            and len(_closed_word(word).map_factors(image).terms) != 1
        )
        if not kept:
            plain[monomial] = coefficient
            continue
        others = Monomial(tuple(pair for pair in monomial.closed if pair not in kept), monomial.word)
        rest = Expression({others: coefficient}, expression.rows, expression.cols).map_factors(image)
        total = total + rest * Expression({Monomial(kept, ()): Coefficient.number(1)}, 1, 1)
    return total + Expression(plain, expression.rows, expression.cols).map_factors(image) if plain else total


def _closed_word(word: Word) -> Expression:
    return Expression({Monomial(((word, 1),), ()): Coefficient.number(1)}, 1, 1)


def _affine(definition: Definition) -> tuple[Symbol, Expression, Expression] | None:
    """(L, alpha, beta) if the definition is alpha L + beta I with single-term scalars alpha and beta."""
    linear: tuple[Symbol, Expression] | None = None
    constant: Expression | None = None
    for monomial, coefficient in definition.expression.terms.items():
        part = Expression({Monomial(monomial.closed, ()): coefficient}, 1, 1)
        if not monomial.word and constant is None:
            constant = part
        elif linear is None and len(monomial.word) == 1 and len(monomial.word[0].powers) == 1:
            ((symbol, exponent),) = monomial.word[0].powers
            if exponent != 1 or not symbol.symmetric:
                return None
            linear = (symbol, part)
        else:
            return None
    return None if linear is None or constant is None else (*linear, constant)


def _expanded_factor(f: Factor, definition: Definition) -> Expression:
    powers = dict(f.powers)
    if definition.symbol not in powers:
        return expression_of_word((f,))
    exponent = powers.pop(definition.symbol)
    whole = floor(exponent)
    if whole >= 0:
        result = definition.expression**whole
    else:
        affine = _affine(definition)
        if affine is None:
            return expression_of_word((f,))
        letter_ = affine[0]
        above = floor(powers.get(letter_, 0))
        powers[letter_] = powers.get(letter_, 0) - above
        result = _partial_fractions(definition.symbol, *affine, above, -whole)
    powers[definition.symbol] = exponent - whole
    for symbol, power in powers.items():
        if power:
            result = result @ expression_of_word(letter_power(symbol, power))
    return result.T if f.transposed else result


def _partial_fractions(
    gamma: Symbol, symbol: Symbol, alpha: Expression, beta: Expression, above: int, below: int
) -> Expression:
    """L^above Gamma^-below for Gamma = alpha L + beta I, as a combination of pure powers."""
    if below == 0:
        return identity(symbol.rows) if above == 0 else expression_of_word(letter_power(symbol, above))
    if above == 0:
        return expression_of_word(letter_power(gamma, -below))
    if above > 0:
        fewer = _partial_fractions(gamma, symbol, alpha, beta, above - 1, below - 1)
        return (fewer - beta * _partial_fractions(gamma, symbol, alpha, beta, above - 1, below)) / alpha
    fewer = _partial_fractions(gamma, symbol, alpha, beta, above, below - 1)
    return (fewer - alpha * _partial_fractions(gamma, symbol, alpha, beta, above + 1, below)) / beta


def abbreviate(expression: Expression, definition: Definition) -> Expression:
    """Return expression with the defined letter introduced wherever that makes it shorter.

    One occurrence of the definition's leading letter L at a time is replaced by (Gamma - rest)/alpha, and kept if the
    number of terms falls; the result is equal to the input by construction.
    """
    pivot = next(
        (
            (monomial.word[0].symbol, Expression({Monomial(monomial.closed, ()): coefficient}, 1, 1))
            for monomial, coefficient in definition.expression.sorted_terms()[::-1]
            if len(monomial.word) == 1 and monomial.word[0].powers[0][1] == 1 and not monomial.word[0].transposed
        ),
        None,
    )
    if pivot is None:
        return expression
    leading, alpha = pivot
    stand_in = (definition.name - (definition.expression - alpha * symbol_expression(leading))) / alpha
    while True:
        shorter = next(
            (c for c in _with_one_replaced(expression, leading, stand_in) if len(c.terms) < len(expression.terms)),
            None,
        )
        if shorter is None:
            return expression
        expression = shorter


def _with_one_replaced(expression: Expression, leading: Symbol, stand_in: Expression) -> Iterator[Expression]:
    """Yield the expression with one occurrence of the leading letter replaced, in every possible way."""
    for monomial, coefficient in expression.sorted_terms():
        if monomial.indices:
            continue
        term = Expression({monomial: coefficient}, expression.rows, expression.cols)
        for part, exponent in ((monomial.word, 1), *monomial.closed):
            if not isinstance(exponent, int) or exponent < 1:
                continue
            for i, f in enumerate(part):
                if dict(f.powers).get(leading, 0) < 1 or f.transposed:
                    continue
                replaced = (
                    _product(part[:i], f.rows) @ _lowered(f, leading) @ stand_in @ _product(part[i + 1 :], f.cols)
                )
                if part is monomial.word:
                    others = Monomial(monomial.closed, ())
                    changed = replaced
                else:
                    lowered = tuple((w, p - 1 if w is part else p) for w, p in monomial.closed)
                    others = Monomial(tuple((w, p) for w, p in lowered if p), monomial.word)
                    changed = replaced.trace()
                rest_shape = (1, 1) if part is monomial.word else expression.shape
                yield expression - term + Expression({others: coefficient}, *rest_shape) * changed


def _product(word: Word, size: str | int) -> Expression:
    return expression_of_word(word) if word else identity(size)


def _lowered(f: Factor, symbol: Symbol) -> Expression:
    """The factor with one power of the letter taken off."""
    result = identity(f.rows)
    for s, p in f.powers:
        exponent: Rational = as_rational(p - 1 if s == symbol else p)
        if exponent:
            result = result @ expression_of_word(letter_power(s, exponent))
    return result
